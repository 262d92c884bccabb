-- The search index; see storage/search.go for what each table holds.
CREATE TABLE desk_search_entries (
  workspace_id TEXT NOT NULL,
  realm TEXT NOT NULL,
  id TEXT NOT NULL,
  doc INTEGER NOT NULL DEFAULT 0,
  text TEXT NOT NULL,
  facets TEXT NOT NULL,
  k0 BLOB NOT NULL,
  k1 BLOB NOT NULL,
  k2 BLOB NOT NULL,
  k3 BLOB NOT NULL,
  k4 BLOB NOT NULL,
  k5 BLOB NOT NULL,
  PRIMARY KEY (workspace_id, realm, id)
);
CREATE UNIQUE INDEX desk_search_entries_doc ON desk_search_entries (workspace_id, realm, doc) WHERE doc > 0;
CREATE TABLE desk_search_pending (
  workspace_id TEXT NOT NULL,
  realm TEXT NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY (workspace_id, realm, id)
) WITHOUT ROWID;
CREATE TABLE desk_search_stale (
  workspace_id TEXT NOT NULL,
  realm TEXT NOT NULL,
  doc INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, realm, doc)
) WITHOUT ROWID;
CREATE TABLE desk_search_state (
  workspace_id TEXT NOT NULL,
  realm TEXT NOT NULL,
  next_doc INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, realm)
) WITHOUT ROWID;
CREATE TABLE desk_search_postings (
  workspace_id TEXT NOT NULL,
  realm TEXT NOT NULL,
  token TEXT NOT NULL,
  block INTEGER NOT NULL,
  docs BLOB NOT NULL,
  PRIMARY KEY (workspace_id, realm, token, block)
) WITHOUT ROWID;
CREATE TABLE desk_search_runs (
  workspace_id TEXT NOT NULL,
  realm TEXT NOT NULL,
  sort INTEGER NOT NULL,
  low BLOB NOT NULL,
  docs BLOB NOT NULL,
  PRIMARY KEY (workspace_id, realm, sort, low)
) WITHOUT ROWID;
