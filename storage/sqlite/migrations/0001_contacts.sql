-- Contacts, companies, settings and the activity log. Times are microseconds
-- since 1970 UTC, 0 for none. Every key begins with the workspace.
CREATE TABLE desk_companies (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version BIGINT NOT NULL CHECK (version >= 1),
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX desk_companies_name ON desk_companies (workspace_id, name_key);

CREATE TABLE desk_company_domains (
  workspace_id TEXT NOT NULL,
  domain TEXT NOT NULL,
  company_id TEXT NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, domain),
  FOREIGN KEY (workspace_id, company_id) REFERENCES desk_companies (workspace_id, id)
) WITHOUT ROWID;
CREATE INDEX desk_company_domains_company ON desk_company_domains (workspace_id, company_id);

CREATE TABLE desk_contacts (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version BIGINT NOT NULL CHECK (version >= 1),
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2),
  first_name TEXT NOT NULL,
  last_name TEXT NOT NULL,
  display_name TEXT NOT NULL,
  email TEXT NOT NULL,
  email_key TEXT,
  emails TEXT NOT NULL,
  phones TEXT NOT NULL,
  company_id TEXT,
  company_name TEXT NOT NULL,
  locked_to_company BOOLEAN NOT NULL,
  job_title TEXT NOT NULL,
  division TEXT NOT NULL,
  street TEXT NOT NULL,
  city TEXT NOT NULL,
  region TEXT NOT NULL,
  postal_code TEXT NOT NULL,
  country TEXT NOT NULL,
  notes TEXT NOT NULL,
  active BOOLEAN NOT NULL,
  kind TEXT NOT NULL,
  status TEXT NOT NULL,
  marketing_opt_out BOOLEAN NOT NULL,
  owner TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  language TEXT NOT NULL,
  do_not_call BOOLEAN NOT NULL,
  call_from INTEGER NOT NULL,
  call_until INTEGER NOT NULL,
  portal_access BOOLEAN NOT NULL,
  login_source TEXT NOT NULL,
  custom TEXT NOT NULL,
  external TEXT NOT NULL,
  provenance TEXT NOT NULL,
  source TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  deleted_at BIGINT NOT NULL,
  merged_into TEXT,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, company_id) REFERENCES desk_companies (workspace_id, id),
  FOREIGN KEY (workspace_id, merged_into) REFERENCES desk_contacts (workspace_id, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX desk_contacts_email ON desk_contacts (workspace_id, email_key) WHERE state = 0 AND email_key IS NOT NULL;
CREATE INDEX desk_contacts_company ON desk_contacts (workspace_id, company_id, state) WHERE company_id IS NOT NULL;
CREATE INDEX desk_contacts_merged ON desk_contacts (workspace_id, merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE desk_contact_keys (
  workspace_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  contact_id TEXT NOT NULL,
  main BOOLEAN NOT NULL,
  PRIMARY KEY (workspace_id, kind, value, contact_id),
  FOREIGN KEY (workspace_id, contact_id) REFERENCES desk_contacts (workspace_id, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX desk_contact_keys_external ON desk_contact_keys (workspace_id, value) WHERE kind = 'external';
CREATE INDEX desk_contact_keys_contact ON desk_contact_keys (workspace_id, contact_id);

CREATE TABLE desk_contact_fields (
  workspace_id TEXT NOT NULL,
  key TEXT NOT NULL,
  position INTEGER NOT NULL,
  definition TEXT NOT NULL,
  PRIMARY KEY (workspace_id, key)
) WITHOUT ROWID;

CREATE TABLE desk_settings (
  workspace_id TEXT NOT NULL,
  package TEXT NOT NULL,
  version BIGINT NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (workspace_id, package)
) WITHOUT ROWID;

CREATE TABLE desk_activity_seals (
  workspace_id TEXT NOT NULL,
  number BIGINT NOT NULL CHECK (number >= 1),
  at BIGINT NOT NULL,
  events BIGINT NOT NULL,
  hash BLOB NOT NULL,
  PRIMARY KEY (workspace_id, number)
) WITHOUT ROWID;

CREATE TABLE desk_activity (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  subject TEXT NOT NULL,
  at BIGINT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id TEXT NOT NULL,
  verb TEXT NOT NULL,
  summary TEXT NOT NULL,
  compliance BOOLEAN NOT NULL,
  changes TEXT NOT NULL,
  cause TEXT NOT NULL,
  seal BIGINT,
  redacted BOOLEAN NOT NULL,
  digest BLOB,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, seal) REFERENCES desk_activity_seals (workspace_id, number)
) WITHOUT ROWID;
CREATE INDEX desk_activity_subject ON desk_activity (workspace_id, subject, id);
CREATE INDEX desk_activity_seal ON desk_activity (workspace_id, seal, id);

CREATE TABLE desk_once (
  workspace_id TEXT NOT NULL,
  actor TEXT NOT NULL,
  key TEXT NOT NULL,
  op TEXT NOT NULL,
  input BLOB NOT NULL,
  result TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, actor, key)
) WITHOUT ROWID;
CREATE INDEX desk_once_at ON desk_once (workspace_id, at);
