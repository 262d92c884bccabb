-- A claim of the outbox's worker changes nothing that stands in an index: lease
-- is when it ends, 0 for none, and due_at stays when the message was due.
ALTER TABLE desk_outbox ADD COLUMN lease BIGINT NOT NULL DEFAULT 0;
UPDATE desk_outbox SET lease = due_at, state = 0 WHERE state = 1;
-- Whether a message is behind another is read from the index alone.
DROP INDEX desk_outbox_thread;
CREATE INDEX desk_outbox_thread ON desk_outbox (workspace_id, contact_id, ticket, event_id, id) WHERE state <= 1 AND ticket <> '';
-- There is room in each page for the row that a claim writes (a heap-only tuple).
ALTER TABLE desk_outbox SET (fillfactor = 50);
