-- Messages that leave: the outbox, what contacts want to get, and the
-- workspace's own words. Of the outbox, due_at is when a row may be claimed,
-- and while it is being sent the end of the claim's lease.
CREATE TABLE desk_outbox (
  workspace_id TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  event_id TEXT COLLATE "C" NOT NULL,
  type TEXT COLLATE "C" NOT NULL,
  channel TEXT COLLATE "C" NOT NULL,
  ticket TEXT COLLATE "C" NOT NULL,
  about TEXT COLLATE "C" NOT NULL,
  contact_id TEXT COLLATE "C",
  address TEXT COLLATE "C" NOT NULL,
  content TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  state BIGINT NOT NULL CHECK (state BETWEEN 0 AND 4),
  attempts BIGINT NOT NULL,
  claim BIGINT NOT NULL,
  gate TEXT COLLATE "C" NOT NULL,
  reason TEXT COLLATE "C" NOT NULL,
  error TEXT COLLATE "C" NOT NULL,
  receipt TEXT COLLATE "C" NOT NULL,
  done_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, contact_id) REFERENCES desk_contacts (workspace_id, id)
);
CREATE INDEX desk_outbox_due ON desk_outbox (workspace_id, due_at, id) WHERE state <= 1;
CREATE INDEX desk_outbox_thread ON desk_outbox (workspace_id, contact_id, ticket) WHERE state <= 1;
CREATE INDEX desk_outbox_contact ON desk_outbox (workspace_id, contact_id, id);
CREATE INDEX desk_outbox_ticket ON desk_outbox (workspace_id, ticket, id) WHERE ticket <> '';
CREATE INDEX desk_outbox_dead ON desk_outbox (workspace_id, id) WHERE state = 4;

CREATE TABLE desk_notify_preferences (
  workspace_id TEXT COLLATE "C" NOT NULL,
  contact_id TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL CHECK (version >= 1),
  data TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (workspace_id, contact_id),
  FOREIGN KEY (workspace_id, contact_id) REFERENCES desk_contacts (workspace_id, id)
);

CREATE TABLE desk_notify_templates (
  workspace_id TEXT COLLATE "C" NOT NULL,
  type TEXT COLLATE "C" NOT NULL,
  language TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL CHECK (version >= 1),
  subject TEXT COLLATE "C" NOT NULL,
  body_text TEXT COLLATE "C" NOT NULL,
  body_html TEXT COLLATE "C" NOT NULL,
  updated_at BIGINT NOT NULL,
  updated_by TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (workspace_id, type, language)
);
