package storage

import (
	"context"

	"github.com/deskfolk/desk"
)

// workspaceTables are all tables with a workspace's rows, those that refer to
// others first; a test compares them with the database's catalogue.
var workspaceTables = []string{
	"desk_search_entries", "desk_search_pending", "desk_search_stale", "desk_search_docs", "desk_search_state", "desk_search_postings", "desk_search_recent", "desk_search_runs",
	"desk_submission_files", "desk_submissions", "desk_form_assignments", "desk_tasks", "desk_request_template_contacts", "desk_request_template_versions",
	"desk_request_templates", "desk_form_versions", "desk_forms",
	"desk_records", "desk_intake", "desk_intake_answers", "desk_blobs", "desk_ticket_attachments", "desk_ticket_edits", "desk_ticket_messages", "desk_ticket_participants", "desk_tickets", "desk_ticket_state",
	"desk_import_chunks", "desk_imports", "desk_import_mappings",
	"desk_outbox", "desk_notify_preferences", "desk_notify_templates",
	"desk_contact_keys", "desk_contacts", "desk_company_domains", "desk_companies", "desk_contact_fields",
	"desk_settings", "desk_activity", "desk_activity_seals", "desk_once",
}

// RemoveWorkspace removes a workspace for good: all of its rows, the activity
// log included, and nothing of another. It is one transaction, which on a
// large workspace takes as long as writing it did. While a table of the
// host's own names one of its contacts (see [DB.AddReference]) it is refused
// as desk.Conflict. There is no permission to ask for: it is the host's to
// call, when the tenant has left.
func (db *DB) RemoveWorkspace(ctx context.Context, w desk.WorkspaceID) error {
	const op = "storage.RemoveWorkspace"
	if err := desk.CheckWorkspace(w); err != nil {
		return desk.In(op, err)
	}
	return desk.In(op, db.update(ctx, func(t writer) error {
		for _, ref := range t.references {
			used, err := t.texts(ctx, `SELECT `+ref.Column+` FROM `+ref.Table+` WHERE workspace_id = $1 AND `+ref.Column+` IS NOT NULL LIMIT 1`, string(w))
			if err != nil {
				return err
			}
			if len(used) > 0 {
				return desk.Errorf(desk.Conflict, "", "Contacts of the workspace are still in use elsewhere (%s); nothing was removed.", ref.Table)
			}
		}
		for _, table := range workspaceTables {
			if _, err := t.exec(ctx, `DELETE FROM `+table+` WHERE workspace_id = $1`, string(w)); err != nil {
				return err
			}
		}
		return nil
	}))
}
