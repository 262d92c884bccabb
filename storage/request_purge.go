package storage

import (
	"context"
	"strings"

	"github.com/deskfolk/desk"
)

// leaveRequests takes contacts that are removed for good out of templates,
// forms and tasks: their answers go, with the files, and what they were asked to
// fill in; tasks of tickets stay without them, their others go.
func (t writer) leaveRequests(ctx context.Context, w desk.WorkspaceID, ids []string) error {
	if err := t.purgeSubmissions(ctx, w, "contact_id", ids); err != nil {
		return err
	}
	return t.eachOn(ctx, w, ids,
		`DELETE FROM desk_form_assignments WHERE workspace_id = $1 AND contact_id ?`,
		`DELETE FROM desk_request_template_contacts WHERE workspace_id = $1 AND contact_id ?`,
		`UPDATE desk_tasks SET assignee_contact = NULL WHERE workspace_id = $1 AND assignee_contact ?`,
		`UPDATE desk_tasks SET contact_id = NULL WHERE workspace_id = $1 AND ticket_id IS NOT NULL AND contact_id ?`,
		`UPDATE desk_tasks SET due_after = NULL, due_rule = '', due_days = 0 WHERE workspace_id = $1 AND due_after IN
			(SELECT o.id FROM desk_tasks AS o WHERE o.workspace_id = $1 AND o.contact_id ?)`,
		`DELETE FROM desk_tasks WHERE workspace_id = $1 AND contact_id ?`)
}

// purgeRequestsOf removes what belongs to tickets that are removed for good:
// submissions with their files, assignments and tasks.
func (t writer) purgeRequestsOf(ctx context.Context, w desk.WorkspaceID, ids []string) error {
	if err := t.purgeSubmissions(ctx, w, "ticket_id", ids); err != nil {
		return err
	}
	return t.eachOn(ctx, w, ids,
		`DELETE FROM desk_form_assignments WHERE workspace_id = $1 AND ticket_id ?`,
		`UPDATE desk_tasks SET due_after = NULL, due_rule = '', due_days = 0 WHERE workspace_id = $1 AND due_after IN
			(SELECT o.id FROM desk_tasks AS o WHERE o.workspace_id = $1 AND o.ticket_id ?)`,
		`DELETE FROM desk_tasks WHERE workspace_id = $1 AND ticket_id ?`)
}

// eachOn runs statements in which "?" stands for the comparison with a list of ids.
func (t writer) eachOn(ctx context.Context, w desk.WorkspaceID, ids []string, statements ...string) error {
	list, in := t.d.texts(ids), t.d.inTexts(2)
	for _, s := range statements {
		if _, err := t.exec(ctx, strings.Replace(s, "?", in, 1), string(w), list); err != nil {
			return err
		}
	}
	return nil
}

// purgeSubmissions removes the submissions that have one of the ids in a
// column, with their files.
func (t writer) purgeSubmissions(ctx context.Context, w desk.WorkspaceID, column string, ids []string) error {
	which := `(SELECT s.id FROM desk_submissions AS s WHERE s.workspace_id = $1 AND s.` + column + ` ?)`
	return t.eachOn(ctx, w, ids,
		`DELETE FROM desk_blobs WHERE workspace_id = $1 AND id IN
			(SELECT f.id FROM desk_submission_files AS f JOIN desk_submissions AS s ON s.workspace_id = f.workspace_id AND s.id = f.submission_id
			WHERE f.workspace_id = $1 AND s.`+column+` ?)`,
		`DELETE FROM desk_submission_files WHERE workspace_id = $1 AND submission_id IN `+which,
		`UPDATE desk_tasks SET submission_id = NULL WHERE workspace_id = $1 AND submission_id IN `+which,
		`UPDATE desk_form_assignments SET submission_id = NULL, state = 'cancelled' WHERE workspace_id = $1 AND submission_id IN `+which,
		`DELETE FROM desk_submissions WHERE workspace_id = $1 AND `+column+` ?`)
}
