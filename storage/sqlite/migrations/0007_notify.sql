-- Messages that leave: the outbox, what contacts want to get, and the
-- workspace's own words. Of the outbox, due_at is when a row may be claimed,
-- and while it is being sent the end of the claim's lease.
CREATE TABLE desk_outbox (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  type TEXT NOT NULL,
  channel TEXT NOT NULL,
  ticket TEXT NOT NULL,
  about TEXT NOT NULL,
  contact_id TEXT,
  address TEXT NOT NULL,
  content TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 4),
  attempts INTEGER NOT NULL,
  claim BIGINT NOT NULL,
  gate TEXT NOT NULL,
  reason TEXT NOT NULL,
  error TEXT NOT NULL,
  receipt TEXT NOT NULL,
  done_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, contact_id) REFERENCES desk_contacts (workspace_id, id)
) WITHOUT ROWID;
CREATE INDEX desk_outbox_due ON desk_outbox (workspace_id, due_at, id) WHERE state <= 1;
CREATE INDEX desk_outbox_thread ON desk_outbox (workspace_id, contact_id, ticket) WHERE state <= 1;
CREATE INDEX desk_outbox_contact ON desk_outbox (workspace_id, contact_id, id);
CREATE INDEX desk_outbox_ticket ON desk_outbox (workspace_id, ticket, id) WHERE ticket <> '';
CREATE INDEX desk_outbox_dead ON desk_outbox (workspace_id, id) WHERE state = 4;

CREATE TABLE desk_notify_preferences (
  workspace_id TEXT NOT NULL,
  contact_id TEXT NOT NULL,
  version BIGINT NOT NULL CHECK (version >= 1),
  data TEXT NOT NULL,
  PRIMARY KEY (workspace_id, contact_id),
  FOREIGN KEY (workspace_id, contact_id) REFERENCES desk_contacts (workspace_id, id)
) WITHOUT ROWID;

CREATE TABLE desk_notify_templates (
  workspace_id TEXT NOT NULL,
  type TEXT NOT NULL,
  language TEXT NOT NULL,
  version BIGINT NOT NULL CHECK (version >= 1),
  subject TEXT NOT NULL,
  body_text TEXT NOT NULL,
  body_html TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  updated_by TEXT NOT NULL,
  PRIMARY KEY (workspace_id, type, language)
) WITHOUT ROWID;
