-- Request templates, forms, what was filled in, and tasks. A version of a form
-- or template is never changed; neither is a submission.
CREATE TABLE desk_forms (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version BIGINT NOT NULL CHECK (version >= 1),
  name TEXT NOT NULL,
  name_key TEXT NOT NULL,
  description TEXT NOT NULL,
  active BOOLEAN NOT NULL,
  draft TEXT NOT NULL,
  published BIGINT NOT NULL,
  changed BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id)
);

CREATE TABLE desk_form_versions (
  workspace_id TEXT NOT NULL,
  form_id TEXT NOT NULL,
  number BIGINT NOT NULL CHECK (number >= 1),
  name TEXT NOT NULL,
  definition TEXT NOT NULL,
  published_at BIGINT NOT NULL,
  published_by TEXT NOT NULL,
  PRIMARY KEY (workspace_id, form_id, number),
  FOREIGN KEY (workspace_id, form_id) REFERENCES desk_forms (workspace_id, id)
);

CREATE TABLE desk_request_templates (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version BIGINT NOT NULL CHECK (version >= 1),
  position BIGINT NOT NULL,
  name_key TEXT NOT NULL,
  form_id TEXT,
  fields TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, form_id) REFERENCES desk_forms (workspace_id, id)
);
CREATE INDEX desk_request_templates_form ON desk_request_templates (workspace_id, form_id) WHERE form_id IS NOT NULL;

CREATE TABLE desk_request_template_versions (
  workspace_id TEXT NOT NULL,
  template_id TEXT NOT NULL,
  version BIGINT NOT NULL CHECK (version >= 1),
  fields TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, template_id, version),
  FOREIGN KEY (workspace_id, template_id) REFERENCES desk_request_templates (workspace_id, id)
);

-- Whom a template is for ('for'), and who may be added to its requests ('add').
CREATE TABLE desk_request_template_contacts (
  workspace_id TEXT NOT NULL,
  template_id TEXT NOT NULL,
  list TEXT NOT NULL,
  contact_id TEXT NOT NULL,
  PRIMARY KEY (workspace_id, template_id, list, contact_id),
  FOREIGN KEY (workspace_id, template_id) REFERENCES desk_request_templates (workspace_id, id),
  FOREIGN KEY (workspace_id, contact_id) REFERENCES desk_contacts (workspace_id, id)
) WITHOUT ROWID;
CREATE INDEX desk_request_template_contacts_contact ON desk_request_template_contacts (workspace_id, contact_id);

CREATE TABLE desk_tasks (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version BIGINT NOT NULL CHECK (version >= 1),
  state TEXT NOT NULL,
  title TEXT NOT NULL,
  title_key TEXT NOT NULL,
  description TEXT NOT NULL,
  search TEXT NOT NULL,
  assignee TEXT NOT NULL,
  assignee_contact TEXT,
  contact_id TEXT,
  ticket_id TEXT,
  due_at BIGINT NOT NULL,
  due_rule TEXT NOT NULL,
  due_days BIGINT NOT NULL,
  due_after TEXT,
  form_id TEXT,
  form_version BIGINT NOT NULL,
  submission_id TEXT,
  position BIGINT NOT NULL,
  assigned_at BIGINT NOT NULL,
  done_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, assignee_contact) REFERENCES desk_contacts (workspace_id, id),
  FOREIGN KEY (workspace_id, contact_id) REFERENCES desk_contacts (workspace_id, id),
  FOREIGN KEY (workspace_id, ticket_id) REFERENCES desk_tickets (workspace_id, id),
  FOREIGN KEY (workspace_id, due_after) REFERENCES desk_tasks (workspace_id, id),
  FOREIGN KEY (workspace_id, form_id, form_version) REFERENCES desk_form_versions (workspace_id, form_id, number)
);
CREATE INDEX desk_tasks_assignee_contact ON desk_tasks (workspace_id, assignee_contact) WHERE assignee_contact IS NOT NULL;
CREATE INDEX desk_tasks_assignee ON desk_tasks (workspace_id, assignee);
CREATE INDEX desk_tasks_contact ON desk_tasks (workspace_id, contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX desk_tasks_ticket ON desk_tasks (workspace_id, ticket_id) WHERE ticket_id IS NOT NULL;
CREATE INDEX desk_tasks_after ON desk_tasks (workspace_id, due_after) WHERE due_after IS NOT NULL;

CREATE TABLE desk_form_assignments (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  version BIGINT NOT NULL CHECK (version >= 1),
  form_id TEXT NOT NULL,
  form_version BIGINT NOT NULL,
  contact_id TEXT NOT NULL,
  ticket_id TEXT,
  note TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  submission_id TEXT,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, form_id, form_version) REFERENCES desk_form_versions (workspace_id, form_id, number),
  FOREIGN KEY (workspace_id, contact_id) REFERENCES desk_contacts (workspace_id, id),
  FOREIGN KEY (workspace_id, ticket_id) REFERENCES desk_tickets (workspace_id, id)
);
CREATE INDEX desk_form_assignments_contact ON desk_form_assignments (workspace_id, contact_id, id);
CREATE INDEX desk_form_assignments_ticket ON desk_form_assignments (workspace_id, ticket_id, id) WHERE ticket_id IS NOT NULL;
CREATE INDEX desk_form_assignments_form ON desk_form_assignments (workspace_id, form_id, id);

CREATE TABLE desk_submissions (
  workspace_id TEXT NOT NULL,
  id TEXT NOT NULL,
  template_id TEXT,
  template_version BIGINT,
  form_id TEXT,
  form_version BIGINT,
  assignment_id TEXT,
  task_id TEXT NOT NULL,
  contact_id TEXT,
  ticket_id TEXT,
  answers TEXT NOT NULL,
  at BIGINT NOT NULL,
  by_kind TEXT NOT NULL,
  by_id TEXT NOT NULL,
  PRIMARY KEY (workspace_id, id),
  FOREIGN KEY (workspace_id, template_id, template_version) REFERENCES desk_request_template_versions (workspace_id, template_id, version),
  FOREIGN KEY (workspace_id, form_id, form_version) REFERENCES desk_form_versions (workspace_id, form_id, number),
  FOREIGN KEY (workspace_id, assignment_id) REFERENCES desk_form_assignments (workspace_id, id),
  FOREIGN KEY (workspace_id, contact_id) REFERENCES desk_contacts (workspace_id, id),
  FOREIGN KEY (workspace_id, ticket_id) REFERENCES desk_tickets (workspace_id, id)
);
CREATE UNIQUE INDEX desk_submissions_assignment ON desk_submissions (workspace_id, assignment_id) WHERE assignment_id IS NOT NULL;
CREATE INDEX desk_submissions_contact ON desk_submissions (workspace_id, contact_id, id) WHERE contact_id IS NOT NULL;
CREATE INDEX desk_submissions_ticket ON desk_submissions (workspace_id, ticket_id, id) WHERE ticket_id IS NOT NULL;
CREATE INDEX desk_submissions_form ON desk_submissions (workspace_id, form_id, id) WHERE form_id IS NOT NULL;
CREATE INDEX desk_submissions_task ON desk_submissions (workspace_id, task_id, id) WHERE task_id <> '';

-- The files of submissions; their contents are in desk_blobs.
CREATE TABLE desk_submission_files (
  workspace_id TEXT NOT NULL,
  submission_id TEXT NOT NULL,
  id TEXT NOT NULL,
  PRIMARY KEY (workspace_id, submission_id, id),
  FOREIGN KEY (workspace_id, submission_id) REFERENCES desk_submissions (workspace_id, id)
) WITHOUT ROWID;
