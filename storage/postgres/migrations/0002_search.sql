-- The search index; see storage/search.go for what each table holds.
CREATE TABLE desk_search_entries (
  workspace_id TEXT COLLATE "C" NOT NULL,
  realm TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  doc BIGINT NOT NULL DEFAULT 0,
  text TEXT COLLATE "C" NOT NULL,
  facets TEXT COLLATE "C" NOT NULL,
  k0 BYTEA NOT NULL,
  k1 BYTEA NOT NULL,
  k2 BYTEA NOT NULL,
  k3 BYTEA NOT NULL,
  k4 BYTEA NOT NULL,
  k5 BYTEA NOT NULL,
  PRIMARY KEY (workspace_id, realm, id)
);
CREATE UNIQUE INDEX desk_search_entries_doc ON desk_search_entries (workspace_id, realm, doc) WHERE doc > 0;
CREATE TABLE desk_search_pending (
  workspace_id TEXT COLLATE "C" NOT NULL,
  realm TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (workspace_id, realm, id)
);
CREATE TABLE desk_search_stale (
  workspace_id TEXT COLLATE "C" NOT NULL,
  realm TEXT COLLATE "C" NOT NULL,
  doc BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, realm, doc)
);
CREATE TABLE desk_search_state (
  workspace_id TEXT COLLATE "C" NOT NULL,
  realm TEXT COLLATE "C" NOT NULL,
  next_doc BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, realm)
);
CREATE TABLE desk_search_postings (
  workspace_id TEXT COLLATE "C" NOT NULL,
  realm TEXT COLLATE "C" NOT NULL,
  token TEXT COLLATE "C" NOT NULL,
  block BIGINT NOT NULL,
  docs BYTEA NOT NULL,
  PRIMARY KEY (workspace_id, realm, token, block)
);
-- Bitmaps do not compress; trying costs time at each write.
ALTER TABLE desk_search_postings ALTER COLUMN docs SET STORAGE EXTERNAL;
CREATE TABLE desk_search_runs (
  workspace_id TEXT COLLATE "C" NOT NULL,
  realm TEXT COLLATE "C" NOT NULL,
  sort BIGINT NOT NULL,
  low BYTEA NOT NULL,
  docs BYTEA NOT NULL,
  PRIMARY KEY (workspace_id, realm, sort, low)
);
ALTER TABLE desk_search_runs ALTER COLUMN docs SET STORAGE EXTERNAL;
-- A row of some kilobytes is read faster where it is than from a table beside.
ALTER TABLE desk_search_runs SET (toast_tuple_target = 8160);
-- No plan depends on these columns; leaving them out makes ANALYZE quick.
ALTER TABLE desk_search_entries ALTER COLUMN text SET STATISTICS 0, ALTER COLUMN facets SET STATISTICS 0,
  ALTER COLUMN k0 SET STATISTICS 0, ALTER COLUMN k1 SET STATISTICS 0, ALTER COLUMN k2 SET STATISTICS 0,
  ALTER COLUMN k3 SET STATISTICS 0, ALTER COLUMN k4 SET STATISTICS 0, ALTER COLUMN k5 SET STATISTICS 0;
ALTER TABLE desk_search_postings ALTER COLUMN docs SET STATISTICS 0;
ALTER TABLE desk_search_runs ALTER COLUMN low SET STATISTICS 0, ALTER COLUMN docs SET STATISTICS 0;
