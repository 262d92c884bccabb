-- Contacts, companies, settings and the activity log. Times are microseconds
-- since 1970 UTC, 0 for none. Every key begins with the workspace.
CREATE TABLE desk_companies (
  workspace_id TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL CHECK (version >= 1),
  name TEXT COLLATE "C" NOT NULL,
  name_key TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX desk_companies_name ON desk_companies (workspace_id, name_key);

CREATE TABLE desk_company_domains (
  workspace_id TEXT COLLATE "C" NOT NULL,
  domain TEXT COLLATE "C" NOT NULL,
  company_id TEXT COLLATE "C" NOT NULL,
  position BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, domain),
  FOREIGN KEY (workspace_id, company_id) REFERENCES desk_companies (workspace_id, id)
);
CREATE INDEX desk_company_domains_company ON desk_company_domains (workspace_id, company_id);

CREATE TABLE desk_contacts (
  workspace_id TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL CHECK (version >= 1),
  state BIGINT NOT NULL CHECK (state BETWEEN 0 AND 2),
  first_name TEXT COLLATE "C" NOT NULL,
  last_name TEXT COLLATE "C" NOT NULL,
  display_name TEXT COLLATE "C" NOT NULL,
  email TEXT COLLATE "C" NOT NULL,
  email_key TEXT COLLATE "C",
  emails TEXT COLLATE "C" NOT NULL,
  phones TEXT COLLATE "C" NOT NULL,
  company_id TEXT COLLATE "C",
  company_name TEXT COLLATE "C" NOT NULL,
  locked_to_company BOOLEAN NOT NULL,
  job_title TEXT COLLATE "C" NOT NULL,
  division TEXT COLLATE "C" NOT NULL,
  street TEXT COLLATE "C" NOT NULL,
  city TEXT COLLATE "C" NOT NULL,
  region TEXT COLLATE "C" NOT NULL,
  postal_code TEXT COLLATE "C" NOT NULL,
  country TEXT COLLATE "C" NOT NULL,
  notes TEXT COLLATE "C" NOT NULL,
  active BOOLEAN NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  status TEXT COLLATE "C" NOT NULL,
  marketing_opt_out BOOLEAN NOT NULL,
  owner TEXT COLLATE "C" NOT NULL,
  time_zone TEXT COLLATE "C" NOT NULL,
  language TEXT COLLATE "C" NOT NULL,
  do_not_call BOOLEAN NOT NULL,
  call_from BIGINT NOT NULL,
  call_until BIGINT NOT NULL,
  portal_access BOOLEAN NOT NULL,
  login_source TEXT COLLATE "C" NOT NULL,
  custom TEXT COLLATE "C" NOT NULL,
  external TEXT COLLATE "C" NOT NULL,
  provenance TEXT COLLATE "C" NOT NULL,
  source TEXT COLLATE "C" NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT COLLATE "C" NOT NULL,
  updated_at BIGINT NOT NULL,
  deleted_at BIGINT NOT NULL,
  merged_into TEXT COLLATE "C",
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, company_id) REFERENCES desk_companies (workspace_id, id),
  FOREIGN KEY (workspace_id, merged_into) REFERENCES desk_contacts (workspace_id, id)
);
CREATE UNIQUE INDEX desk_contacts_email ON desk_contacts (workspace_id, email_key) WHERE state = 0 AND email_key IS NOT NULL;
CREATE INDEX desk_contacts_company ON desk_contacts (workspace_id, company_id, state) WHERE company_id IS NOT NULL;
CREATE INDEX desk_contacts_merged ON desk_contacts (workspace_id, merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE desk_contact_keys (
  workspace_id TEXT COLLATE "C" NOT NULL,
  kind TEXT COLLATE "C" NOT NULL,
  value TEXT COLLATE "C" NOT NULL,
  contact_id TEXT COLLATE "C" NOT NULL,
  main BOOLEAN NOT NULL,
  PRIMARY KEY (workspace_id, kind, value, contact_id),
  FOREIGN KEY (workspace_id, contact_id) REFERENCES desk_contacts (workspace_id, id)
);
CREATE UNIQUE INDEX desk_contact_keys_external ON desk_contact_keys (workspace_id, value) WHERE kind = 'external';
CREATE INDEX desk_contact_keys_contact ON desk_contact_keys (workspace_id, contact_id);

CREATE TABLE desk_contact_fields (
  workspace_id TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  position BIGINT NOT NULL,
  definition TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (workspace_id, key)
);

CREATE TABLE desk_settings (
  workspace_id TEXT COLLATE "C" NOT NULL,
  package TEXT COLLATE "C" NOT NULL,
  version BIGINT NOT NULL,
  data TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (workspace_id, package)
);

CREATE TABLE desk_activity_seals (
  workspace_id TEXT COLLATE "C" NOT NULL,
  number BIGINT NOT NULL CHECK (number >= 1),
  at BIGINT NOT NULL,
  events BIGINT NOT NULL,
  hash BYTEA NOT NULL,
  PRIMARY KEY (workspace_id, number)
);

CREATE TABLE desk_activity (
  workspace_id TEXT COLLATE "C" NOT NULL,
  id TEXT COLLATE "C" NOT NULL,
  subject TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  actor_kind TEXT COLLATE "C" NOT NULL,
  actor_id TEXT COLLATE "C" NOT NULL,
  verb TEXT COLLATE "C" NOT NULL,
  summary TEXT COLLATE "C" NOT NULL,
  compliance BOOLEAN NOT NULL,
  changes TEXT COLLATE "C" NOT NULL,
  cause TEXT COLLATE "C" NOT NULL,
  seal BIGINT,
  redacted BOOLEAN NOT NULL,
  digest BYTEA,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, seal) REFERENCES desk_activity_seals (workspace_id, number)
);
CREATE INDEX desk_activity_subject ON desk_activity (workspace_id, subject, id);
CREATE INDEX desk_activity_seal ON desk_activity (workspace_id, seal, id);

CREATE TABLE desk_once (
  workspace_id TEXT COLLATE "C" NOT NULL,
  actor TEXT COLLATE "C" NOT NULL,
  key TEXT COLLATE "C" NOT NULL,
  op TEXT COLLATE "C" NOT NULL,
  input BYTEA NOT NULL,
  result TEXT COLLATE "C" NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, actor, key)
);
CREATE INDEX desk_once_at ON desk_once (workspace_id, at);
