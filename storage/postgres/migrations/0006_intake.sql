-- Mail that was taken in, rejected or ignored; the raw message is in desk_blobs
-- under the same id.
CREATE TABLE desk_intake (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  at BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  mailbox TEXT NOT NULL,
  size BIGINT NOT NULL,
  digest TEXT NOT NULL,
  truncated BOOLEAN NOT NULL,
  message_id TEXT NOT NULL,
  sender TEXT NOT NULL,
  sender_key TEXT NOT NULL,
  sender_name TEXT NOT NULL,
  subject TEXT NOT NULL,
  contact_id TEXT,
  ticket_id TEXT,
  ticket_message TEXT NOT NULL,
  auto_reply BOOLEAN NOT NULL,
  bounce BOOLEAN NOT NULL,
  list BOOLEAN NOT NULL,
  verified BOOLEAN NOT NULL,
  repeated BOOLEAN NOT NULL,
  acknowledged BOOLEAN NOT NULL,
  tries BIGINT NOT NULL,
  key TEXT NOT NULL,
  content TEXT NOT NULL,
  delivery TEXT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, contact_id) REFERENCES desk_contacts (workspace_id, id),
  FOREIGN KEY (workspace_id, ticket_id) REFERENCES desk_tickets (workspace_id, id)
);
CREATE UNIQUE INDEX desk_intake_key ON desk_intake (workspace_id, mailbox, key);
CREATE UNIQUE INDEX desk_intake_content ON desk_intake (workspace_id, mailbox, content) WHERE content <> '';
CREATE INDEX desk_intake_message ON desk_intake (workspace_id, message_id) WHERE message_id <> '';
CREATE INDEX desk_intake_sender ON desk_intake (workspace_id, sender_key) WHERE sender_key <> '';
CREATE INDEX desk_intake_contact ON desk_intake (workspace_id, contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX desk_intake_ticket ON desk_intake (workspace_id, ticket_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX desk_intake_outcome ON desk_intake (workspace_id, outcome, id);

-- When each sender was last told that a message has arrived.
CREATE TABLE desk_intake_answers (
  workspace_id TEXT NOT NULL,
  sender TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, sender)
);
