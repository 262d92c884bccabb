-- New docs of an order's pages are kept beside them until there are enough to
-- write the page anew; see storage/search_recent.go.
CREATE TABLE desk_search_recent (
  workspace_id TEXT NOT NULL,
  realm TEXT NOT NULL,
  sort INTEGER NOT NULL,
  low BLOB NOT NULL,
  docs BLOB NOT NULL,
  PRIMARY KEY (workspace_id, realm, sort, low)
) WITHOUT ROWID;
