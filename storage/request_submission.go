package storage

import (
	"context"
	"slices"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets/requests"
)

const (
	submissionColumns = `x.id, COALESCE(x.template_id, ''), COALESCE(x.template_version, 0), COALESCE(x.form_id, ''), COALESCE(x.form_version, 0),
		COALESCE((SELECT v.name FROM desk_form_versions AS v WHERE v.workspace_id = x.workspace_id AND v.form_id = x.form_id AND v.number = x.form_version), ''),
		COALESCE(x.assignment_id, ''), x.task_id, COALESCE(x.contact_id, ''), COALESCE(x.ticket_id, ''), x.answers, x.at, x.by_kind, x.by_id`
	assignmentColumns = `x.id, x.version, x.form_id, x.form_version,
		COALESCE((SELECT v.name FROM desk_form_versions AS v WHERE v.workspace_id = x.workspace_id AND v.form_id = x.form_id AND v.number = x.form_version), ''),
		x.contact_id, COALESCE(x.ticket_id, ''), x.note, x.due_at, x.state, COALESCE(x.submission_id, ''), x.created_at, x.created_by, x.updated_at`
)

var (
	submissionFileTable = newTable("desk_submission_files", "=workspace_id", "submission_id", "id")
	assignmentTable     = newTable("desk_form_assignments", "=workspace_id", "id", "version:bigint", "form_id", "form_version:bigint", "contact_id", "ticket_id",
		"note", "due_at:bigint", "state", "submission_id", "created_at:bigint", "created_by", "updated_at:bigint")
)

func scanSubmission(row scanner) (requests.Submission, error) {
	var s requests.Submission
	var answers string
	var at int64
	err := row.Scan((*string)(&s.ID), (*string)(&s.Template), &s.TemplateVersion, (*string)(&s.Form), &s.FormVersion, &s.FormName, (*string)(&s.Assignment),
		(*string)(&s.Task), (*string)(&s.Contact), (*string)(&s.Ticket), &answers, &at, (*string)(&s.ByKind), &s.By)
	if err != nil {
		return requests.Submission{}, err
	}
	s.At = instant(at)
	return s, readList(answers, &s.Answers)
}

// FormSubmission returns a submission with its files.
func (r *rows) FormSubmission(ctx context.Context, w desk.WorkspaceID, id desk.SubmissionID) (requests.Submission, error) {
	return scanSubmission(r.queryRow(ctx, `SELECT `+submissionColumns+` FROM desk_submissions AS x WHERE x.workspace_id = $1 AND x.id = $2`, string(w), string(id)))
}

func submissionsWhere(w desk.WorkspaceID, f requests.SubmissionFind) *conditions {
	c := &conditions{}
	c.add("x.workspace_id = ?", string(w))
	c.equal("x.ticket_id", string(f.Ticket))
	c.equal("x.contact_id", string(f.Contact))
	c.equal("x.form_id", string(f.Form))
	c.equal("x.template_id", string(f.Template))
	c.equal("x.task_id", string(f.Task))
	c.see(f.Sight, "contact_id")
	return c
}

// FindSubmissions returns the submissions that match, newest first.
func (r *rows) FindSubmissions(ctx context.Context, w desk.WorkspaceID, f requests.SubmissionFind) ([]requests.Submission, error) {
	c := submissionsWhere(w, f)
	query := `SELECT ` + submissionColumns + ` FROM desk_submissions AS x WHERE ` + c.page(string(f.After), string(f.Before), f.Limit)
	rs, err := r.query(ctx, query, c.args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	var all []requests.Submission
	for rs.Next() {
		s, err := scanSubmission(rs)
		if err != nil {
			return nil, r.mapError(err)
		}
		all = append(all, s)
	}
	if f.Before != "" {
		slices.Reverse(all)
	}
	return all, r.mapError(rs.Err())
}

// CountSubmissions counts the submissions that match.
func (r *rows) CountSubmissions(ctx context.Context, w desk.WorkspaceID, f requests.SubmissionFind) (int, error) {
	c := submissionsWhere(w, f)
	var n int
	err := r.queryRow(ctx, `SELECT COUNT(*) FROM desk_submissions AS x WHERE `+c.sql(), c.args...).Scan(&n)
	return n, err
}

// InsertSubmission adds a submission with what is said of its files.
func (t writer) InsertSubmission(ctx context.Context, w desk.WorkspaceID, s requests.Submission) error {
	answers, err := keptJSON(s.Answers)
	if err != nil {
		return t.conn.fail(err)
	}
	_, err = t.exec(ctx, `INSERT INTO desk_submissions (workspace_id, id, template_id, template_version, form_id, form_version, assignment_id, task_id, contact_id, ticket_id,
		answers, at, by_kind, by_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		string(w), string(s.ID), orNull(s.Template), whole(s.TemplateVersion), orNull(s.Form), whole(s.FormVersion), orNull(s.Assignment), string(s.Task),
		orNull(s.Contact), orNull(s.Ticket), answers, micros(s.At), string(s.ByKind), s.By)
	if err != nil {
		return err
	}
	var files []desk.AttachmentID
	for _, a := range s.Answers {
		for _, f := range a.Files {
			files = append(files, f.ID)
		}
	}
	return t.insert(ctx, submissionFileTable, len(files), func(i int, v []any) {
		v[0], v[1], v[2] = string(w), string(s.ID), string(files[i])
	})
}

func scanAssignment(row scanner) (requests.Assignment, error) {
	var a requests.Assignment
	var due, created, updated int64
	err := row.Scan((*string)(&a.ID), &a.Version, (*string)(&a.Form), &a.FormVersion, &a.FormName, (*string)(&a.Contact), (*string)(&a.Ticket), &a.Note, &due,
		(*string)(&a.State), (*string)(&a.Submission), &created, &a.CreatedBy, &updated)
	if err != nil {
		return requests.Assignment{}, err
	}
	a.Due, a.CreatedAt, a.UpdatedAt = instant(due), instant(created), instant(updated)
	return a, nil
}

// FormAssignment returns an assignment.
func (r *rows) FormAssignment(ctx context.Context, w desk.WorkspaceID, id desk.AssignmentID) (requests.Assignment, error) {
	return r.assignment(ctx, w, id, "")
}

// LockAssignment reads an assignment and keeps others from changing it.
func (t writer) LockAssignment(ctx context.Context, w desk.WorkspaceID, id desk.AssignmentID) (requests.Assignment, error) {
	return t.assignment(ctx, w, id, t.d.ForUpdate)
}

func (r *rows) assignment(ctx context.Context, w desk.WorkspaceID, id desk.AssignmentID, lock string) (requests.Assignment, error) {
	return scanAssignment(r.queryRow(ctx, `SELECT `+assignmentColumns+` FROM desk_form_assignments AS x WHERE x.workspace_id = $1 AND x.id = $2`+lock, string(w), string(id)))
}

func (r *rows) assignmentsWhere(w desk.WorkspaceID, f requests.AssignmentFind) *conditions {
	c := &conditions{}
	c.add("x.workspace_id = ?", string(w))
	c.equal("x.ticket_id", string(f.Ticket))
	c.equal("x.contact_id", string(f.Contact))
	c.equal("x.form_id", string(f.Form))
	if len(f.States) > 0 {
		shown := `(CASE WHEN x.state = 'open' AND x.due_at > 0 AND x.due_at < ` + c.arg(f.Now) + ` THEN 'expired' ELSE x.state END) `
		c.args = append(c.args, r.d.texts(plain(f.States)))
		c.where = append(c.where, shown+r.d.inTexts(len(c.args)))
	}
	c.see(f.Sight, "contact_id")
	return c
}

// FindAssignments returns the assignments that match, newest first.
func (r *rows) FindAssignments(ctx context.Context, w desk.WorkspaceID, f requests.AssignmentFind) ([]requests.Assignment, error) {
	c := r.assignmentsWhere(w, f)
	query := `SELECT ` + assignmentColumns + ` FROM desk_form_assignments AS x WHERE ` + c.page(string(f.After), string(f.Before), f.Limit)
	rs, err := r.query(ctx, query, c.args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	var all []requests.Assignment
	for rs.Next() {
		a, err := scanAssignment(rs)
		if err != nil {
			return nil, r.mapError(err)
		}
		all = append(all, a)
	}
	if f.Before != "" {
		slices.Reverse(all)
	}
	return all, r.mapError(rs.Err())
}

// CountAssignments counts the assignments that match.
func (r *rows) CountAssignments(ctx context.Context, w desk.WorkspaceID, f requests.AssignmentFind) (int, error) {
	c := r.assignmentsWhere(w, f)
	var n int
	err := r.queryRow(ctx, `SELECT COUNT(*) FROM desk_form_assignments AS x WHERE `+c.sql(), c.args...).Scan(&n)
	return n, err
}

// InsertAssignments adds assignments.
func (t writer) InsertAssignments(ctx context.Context, w desk.WorkspaceID, as []requests.Assignment) error {
	return t.insert(ctx, assignmentTable, len(as), func(i int, v []any) {
		a := &as[i]
		copy(v, []any{
			string(w), string(a.ID), a.Version, string(a.Form), int64(a.FormVersion), string(a.Contact), orNull(a.Ticket),
			a.Note, micros(a.Due), string(a.State), orNull(a.Submission), micros(a.CreatedAt), a.CreatedBy, micros(a.UpdatedAt),
		})
	})
}

// UpdateAssignment replaces an assignment whose stored version is one less.
func (t writer) UpdateAssignment(ctx context.Context, w desk.WorkspaceID, a requests.Assignment) error {
	n, err := changed(t.exec(ctx, `UPDATE desk_form_assignments SET version = $1, form_version = $2, note = $3, due_at = $4, state = $5, submission_id = $6, updated_at = $7
		WHERE workspace_id = $8 AND id = $9 AND version = $10`, a.Version, int64(a.FormVersion), a.Note, micros(a.Due), string(a.State), orNull(a.Submission), micros(a.UpdatedAt),
		string(w), string(a.ID), a.Version-1))
	if err == nil && n == 0 {
		err = stale()
	}
	return err
}
