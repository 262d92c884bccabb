-- Imports: their files are in desk_blobs under the same id.
CREATE TABLE desk_imports (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  state TEXT NOT NULL,
  digest TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  kept BOOLEAN NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (workspace_id, id)
) WITHOUT ROWID;
CREATE INDEX desk_imports_digest ON desk_imports (workspace_id, digest, id);
CREATE INDEX desk_imports_kept ON desk_imports (workspace_id, created_at, id) WHERE kept;

-- What is applied in one transaction: its rows, as planned or as they turned
-- out, and what takes them back.
CREATE TABLE desk_import_chunks (
  workspace_id TEXT NOT NULL,
  import_id TEXT NOT NULL,
  number BIGINT NOT NULL,
  first_line BIGINT NOT NULL,
  last_line BIGINT NOT NULL,
  size BIGINT NOT NULL,
  kinds BIGINT NOT NULL,
  rows BLOB NOT NULL,
  undo BLOB,
  reverted BLOB,
  PRIMARY KEY (workspace_id, import_id, number),
  FOREIGN KEY (workspace_id, import_id) REFERENCES desk_imports (workspace_id, id)
);
CREATE INDEX desk_import_chunks_lines ON desk_import_chunks (workspace_id, import_id, last_line);

-- Choices of columns that were saved.
CREATE TABLE desk_import_mappings (
  workspace_id TEXT NOT NULL,
  name TEXT NOT NULL,
  saved_at BIGINT NOT NULL,
  saved_by TEXT NOT NULL,
  fields TEXT NOT NULL,
  PRIMARY KEY (workspace_id, name)
) WITHOUT ROWID;
