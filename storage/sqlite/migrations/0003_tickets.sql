-- Tickets: who takes part in them, their messages, and files in pieces.
CREATE TABLE desk_ticket_state (
  workspace_id TEXT NOT NULL,
  last_number BIGINT NOT NULL,
  PRIMARY KEY (workspace_id)
) WITHOUT ROWID;

CREATE TABLE desk_tickets (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version BIGINT NOT NULL CHECK (version >= 1),
  number BIGINT NOT NULL CHECK (number >= 1),
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 1),
  subject TEXT NOT NULL,
  status TEXT NOT NULL,
  priority TEXT NOT NULL,
  category TEXT NOT NULL,
  assignee TEXT NOT NULL,
  requester_id TEXT,
  company_id TEXT,
  channel TEXT NOT NULL,
  template_id TEXT NOT NULL,
  locked TEXT NOT NULL,
  paused TEXT NOT NULL,
  messages BIGINT NOT NULL,
  public_messages BIGINT NOT NULL,
  last_message_at BIGINT NOT NULL,
  last_public_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  created_kind TEXT NOT NULL,
  created_by TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  closed_at BIGINT NOT NULL,
  deleted_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, requester_id) REFERENCES desk_contacts (workspace_id, id),
  FOREIGN KEY (workspace_id, company_id) REFERENCES desk_companies (workspace_id, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX desk_tickets_number ON desk_tickets (workspace_id, number);
CREATE INDEX desk_tickets_requester ON desk_tickets (workspace_id, requester_id) WHERE requester_id IS NOT NULL;
CREATE INDEX desk_tickets_company ON desk_tickets (workspace_id, company_id) WHERE company_id IS NOT NULL;

CREATE TABLE desk_ticket_participants (
  workspace_id TEXT NOT NULL,
  ticket_id TEXT NOT NULL,
  contact_id TEXT NOT NULL,
  role TEXT NOT NULL,
  added_at BIGINT NOT NULL,
  added_by TEXT NOT NULL,
  PRIMARY KEY (workspace_id, ticket_id, contact_id),
  FOREIGN KEY (workspace_id, ticket_id) REFERENCES desk_tickets (workspace_id, id),
  FOREIGN KEY (workspace_id, contact_id) REFERENCES desk_contacts (workspace_id, id)
) WITHOUT ROWID;
CREATE INDEX desk_ticket_participants_contact ON desk_ticket_participants (workspace_id, contact_id, ticket_id);
CREATE UNIQUE INDEX desk_ticket_participants_requester ON desk_ticket_participants (workspace_id, ticket_id) WHERE role = 'requester';

CREATE TABLE desk_ticket_messages (
  workspace_id TEXT NOT NULL,
  ticket_id TEXT NOT NULL,
  id TEXT NOT NULL,
  kind TEXT NOT NULL,
  author_kind TEXT NOT NULL,
  author_id TEXT NOT NULL,
  contact_id TEXT,
  at BIGINT NOT NULL,
  edited_at BIGINT NOT NULL,
  channel TEXT NOT NULL,
  text TEXT NOT NULL,
  html TEXT NOT NULL,
  email TEXT NOT NULL,
  PRIMARY KEY (workspace_id, ticket_id, id),
  FOREIGN KEY (workspace_id, ticket_id) REFERENCES desk_tickets (workspace_id, id),
  FOREIGN KEY (workspace_id, contact_id) REFERENCES desk_contacts (workspace_id, id)
);
CREATE INDEX desk_ticket_messages_kind ON desk_ticket_messages (workspace_id, ticket_id, kind, id);
CREATE INDEX desk_ticket_messages_contact ON desk_ticket_messages (workspace_id, contact_id) WHERE contact_id IS NOT NULL;

-- What an internal message said before it was edited or removed.
CREATE TABLE desk_ticket_edits (
  workspace_id TEXT NOT NULL,
  ticket_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  id TEXT NOT NULL,
  at BIGINT NOT NULL,
  author_kind TEXT NOT NULL,
  author_id TEXT NOT NULL,
  text TEXT NOT NULL,
  html TEXT NOT NULL,
  PRIMARY KEY (workspace_id, ticket_id, message_id, id),
  FOREIGN KEY (workspace_id, ticket_id) REFERENCES desk_tickets (workspace_id, id)
);

CREATE TABLE desk_ticket_attachments (
  workspace_id TEXT NOT NULL,
  ticket_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  size BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  content_id TEXT NOT NULL,
  inline BOOLEAN NOT NULL,
  PRIMARY KEY (workspace_id, ticket_id, message_id, id),
  FOREIGN KEY (workspace_id, ticket_id, message_id) REFERENCES desk_ticket_messages (workspace_id, ticket_id, id)
) WITHOUT ROWID;

-- Files in pieces of 256 kB, under the id of what they belong to.
CREATE TABLE desk_blobs (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  part BIGINT NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (workspace_id, id, part)
);
