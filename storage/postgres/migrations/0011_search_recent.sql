-- New docs of an order's pages are kept beside them until there are enough to
-- write the page anew; see storage/search_recent.go. A row is changed by each
-- step of the index: the room that is left in the table's pages takes the new
-- version of a row beside the old one.
CREATE TABLE desk_search_recent (
  workspace_id TEXT COLLATE "C" NOT NULL,
  realm TEXT COLLATE "C" NOT NULL,
  sort BIGINT NOT NULL,
  low BYTEA NOT NULL,
  docs BYTEA NOT NULL,
  PRIMARY KEY (workspace_id, realm, sort, low)
) WITH (fillfactor = 50);
ALTER TABLE desk_search_recent ALTER COLUMN docs SET STORAGE EXTERNAL;
ALTER TABLE desk_search_recent SET (toast_tuple_target = 8160);
ALTER TABLE desk_search_recent ALTER COLUMN low SET STATISTICS 0, ALTER COLUMN docs SET STATISTICS 0;
-- Plans need to know how large these tables are, and little else: a tenth of
-- the usual sample makes ANALYZE, which runs whenever the index has doubled, some
-- ten times as quick.
ALTER TABLE desk_search_entries ALTER COLUMN workspace_id SET STATISTICS 10, ALTER COLUMN realm SET STATISTICS 10, ALTER COLUMN id SET STATISTICS 10, ALTER COLUMN doc SET STATISTICS 10;
ALTER TABLE desk_search_pending ALTER COLUMN workspace_id SET STATISTICS 10, ALTER COLUMN realm SET STATISTICS 10, ALTER COLUMN id SET STATISTICS 10;
ALTER TABLE desk_search_postings ALTER COLUMN workspace_id SET STATISTICS 10, ALTER COLUMN realm SET STATISTICS 10, ALTER COLUMN token SET STATISTICS 10, ALTER COLUMN block SET STATISTICS 10;
ALTER TABLE desk_search_recent ALTER COLUMN workspace_id SET STATISTICS 10, ALTER COLUMN realm SET STATISTICS 10, ALTER COLUMN sort SET STATISTICS 10;
ALTER TABLE desk_search_runs ALTER COLUMN workspace_id SET STATISTICS 10, ALTER COLUMN realm SET STATISTICS 10, ALTER COLUMN sort SET STATISTICS 10;
