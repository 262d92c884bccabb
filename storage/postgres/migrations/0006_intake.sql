-- Mail that was taken in, rejected or ignored; the raw message is in desk_blobs
-- under the same id.
CREATE TABLE desk_intake (
  workspace_id TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  outcome TEXT COLLATE "C" NOT NULL,
  reason TEXT COLLATE "C" NOT NULL,
  mailbox TEXT COLLATE "C" NOT NULL,
  size BIGINT NOT NULL,
  digest TEXT COLLATE "C" NOT NULL,
  truncated BOOLEAN NOT NULL,
  message_id TEXT COLLATE "C" NOT NULL,
  sender TEXT COLLATE "C" NOT NULL,
  sender_key TEXT COLLATE "C" NOT NULL,
  sender_name TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  contact_id TEXT COLLATE "C",
  ticket_id TEXT COLLATE "C",
  ticket_message TEXT COLLATE "C" NOT NULL,
  auto_reply BOOLEAN NOT NULL,
  bounce BOOLEAN NOT NULL,
  list BOOLEAN NOT NULL,
  verified BOOLEAN NOT NULL,
  repeated BOOLEAN NOT NULL,
  acknowledged BOOLEAN NOT NULL,
  tries BIGINT NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  content TEXT COLLATE "C" NOT NULL,
  delivery TEXT COLLATE "C" NOT NULL,
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
  workspace_id TEXT COLLATE "C" NOT NULL,
  sender TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, sender)
);
