-- Records that are linked to contacts and tickets: deals, emails, meetings, calls
-- and time entries. The duration is in seconds, the amount in minor units.
CREATE TABLE desk_records (
  workspace_id TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL CHECK (version >= 1),
  kind TEXT COLLATE "C" NOT NULL,
  contact_id TEXT COLLATE "C",
  ticket_id TEXT COLLATE "C",
  company_id TEXT COLLATE "C",
  title TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  duration BIGINT NOT NULL CHECK (duration >= 0),
  amount BIGINT NOT NULL CHECK (amount >= 0),
  currency TEXT COLLATE "C" NOT NULL,
  status TEXT COLLATE "C" NOT NULL,
  outcome TEXT COLLATE "C" NOT NULL,
  direction TEXT COLLATE "C" NOT NULL,
  number TEXT COLLATE "C" NOT NULL,
  e164 TEXT COLLATE "C" NOT NULL,
  owner TEXT COLLATE "C" NOT NULL,
  note TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT COLLATE "C" NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, contact_id) REFERENCES desk_contacts (workspace_id, id),
  FOREIGN KEY (workspace_id, ticket_id) REFERENCES desk_tickets (workspace_id, id),
  FOREIGN KEY (workspace_id, company_id) REFERENCES desk_companies (workspace_id, id)
);
CREATE INDEX desk_records_at ON desk_records (workspace_id, at, id);
CREATE INDEX desk_records_contact ON desk_records (workspace_id, contact_id, at, id) WHERE contact_id IS NOT NULL;
CREATE INDEX desk_records_ticket ON desk_records (workspace_id, ticket_id, at, id) WHERE ticket_id IS NOT NULL;
CREATE INDEX desk_records_company ON desk_records (workspace_id, company_id, at, id) WHERE company_id IS NOT NULL;
CREATE INDEX desk_records_owner ON desk_records (workspace_id, owner, at, id);
CREATE INDEX desk_records_unmatched ON desk_records (workspace_id, e164) WHERE contact_id IS NULL AND e164 <> '';
