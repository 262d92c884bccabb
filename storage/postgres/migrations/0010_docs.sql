-- Records that come in together get their docs when they are inserted: the
-- counter of docs is a row of its own, and the index knows which docs it has.
CREATE TABLE desk_search_docs (
  workspace_id TEXT COLLATE "C" NOT NULL,
  realm TEXT COLLATE "C" NOT NULL,
  next_doc BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, realm)
);
INSERT INTO desk_search_docs (workspace_id, realm, next_doc) SELECT workspace_id, realm, next_doc FROM desk_search_state;
ALTER TABLE desk_search_state RENAME COLUMN next_doc TO indexed;
ALTER TABLE desk_search_stale ADD COLUMN id TEXT COLLATE "C" NOT NULL DEFAULT '';
