-- Records that are linked to contacts and tickets: deals, emails, meetings, calls
-- and time entries. The duration is in seconds, the amount in minor units.
CREATE TABLE desk_records (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version BIGINT NOT NULL CHECK (version >= 1),
  kind TEXT NOT NULL,
  contact_id TEXT,
  ticket_id TEXT,
  company_id TEXT,
  title TEXT NOT NULL,
  at BIGINT NOT NULL,
  duration BIGINT NOT NULL CHECK (duration >= 0),
  amount BIGINT NOT NULL CHECK (amount >= 0),
  currency TEXT NOT NULL,
  status TEXT NOT NULL,
  outcome TEXT NOT NULL,
  direction TEXT NOT NULL,
  number TEXT NOT NULL,
  e164 TEXT NOT NULL,
  owner TEXT NOT NULL,
  note TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, contact_id) REFERENCES desk_contacts (workspace_id, id),
  FOREIGN KEY (workspace_id, ticket_id) REFERENCES desk_tickets (workspace_id, id),
  FOREIGN KEY (workspace_id, company_id) REFERENCES desk_companies (workspace_id, id)
) WITHOUT ROWID;
CREATE INDEX desk_records_at ON desk_records (workspace_id, at, id);
CREATE INDEX desk_records_contact ON desk_records (workspace_id, contact_id, at, id) WHERE contact_id IS NOT NULL;
CREATE INDEX desk_records_ticket ON desk_records (workspace_id, ticket_id, at, id) WHERE ticket_id IS NOT NULL;
CREATE INDEX desk_records_company ON desk_records (workspace_id, company_id, at, id) WHERE company_id IS NOT NULL;
CREATE INDEX desk_records_owner ON desk_records (workspace_id, owner, at, id);
CREATE INDEX desk_records_unmatched ON desk_records (workspace_id, e164) WHERE contact_id IS NULL AND e164 <> '';
