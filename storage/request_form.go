package storage

import (
	"context"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets/requests"
)

const formColumns = `id, version, name, description, active, draft, published, changed, created_at, created_by, updated_at`

func scanForm(row scanner) (requests.Form, error) {
	var f requests.Form
	var draft string
	var created, updated int64
	err := row.Scan((*string)(&f.ID), &f.Version, &f.Name, &f.Description, &f.Active, &draft, &f.Published, &f.Changed, &created, &f.CreatedBy, &updated)
	if err != nil {
		return requests.Form{}, err
	}
	f.CreatedAt, f.UpdatedAt = instant(created), instant(updated)
	return f, readList(draft, &f.Draft)
}

// Form returns a form.
func (r *rows) Form(ctx context.Context, w desk.WorkspaceID, id desk.FormID) (requests.Form, error) {
	return scanForm(r.queryRow(ctx, `SELECT `+formColumns+` FROM desk_forms WHERE workspace_id = $1 AND id = $2`, string(w), string(id)))
}

// Forms returns all forms by name, without their drafts.
func (r *rows) Forms(ctx context.Context, w desk.WorkspaceID) ([]requests.Form, error) {
	rs, err := r.query(ctx, `SELECT id, version, name, description, active, '', published, changed, created_at, created_by, updated_at
		FROM desk_forms WHERE workspace_id = $1 ORDER BY name_key, id`, string(w))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	var all []requests.Form
	for rs.Next() {
		f, err := scanForm(rs)
		if err != nil {
			return nil, r.mapError(err)
		}
		all = append(all, f)
	}
	return all, r.mapError(rs.Err())
}

// InsertForm adds a form.
func (t writer) InsertForm(ctx context.Context, w desk.WorkspaceID, f requests.Form) error {
	draft, err := keptJSON(f.Draft)
	if err != nil {
		return t.conn.fail(err)
	}
	_, err = t.exec(ctx, `INSERT INTO desk_forms (workspace_id, id, version, name, name_key, description, active, draft, published, changed, created_at, created_by, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`, string(w), string(f.ID), f.Version, f.Name, contacts.Fold(f.Name), f.Description,
		f.Active, draft, int64(f.Published), f.Changed, micros(f.CreatedAt), f.CreatedBy, micros(f.UpdatedAt))
	return err
}

// UpdateForm replaces a form whose stored version is one less.
func (t writer) UpdateForm(ctx context.Context, w desk.WorkspaceID, f requests.Form) error {
	draft, err := keptJSON(f.Draft)
	if err != nil {
		return t.conn.fail(err)
	}
	n, err := changed(t.exec(ctx, `UPDATE desk_forms SET version = $1, name = $2, name_key = $3, description = $4, active = $5, draft = $6, published = $7, changed = $8, updated_at = $9
		WHERE workspace_id = $10 AND id = $11 AND version = $12`, f.Version, f.Name, contacts.Fold(f.Name), f.Description, f.Active, draft, int64(f.Published), f.Changed,
		micros(f.UpdatedAt), string(w), string(f.ID), f.Version-1))
	if err == nil && n == 0 {
		err = stale()
	}
	return err
}

func scanFormVersion(row scanner) (requests.FormVersion, error) {
	var v requests.FormVersion
	var definition string
	var at int64
	if err := row.Scan((*string)(&v.Form), &v.Number, &v.Name, &definition, &at, &v.PublishedBy); err != nil {
		return requests.FormVersion{}, err
	}
	v.PublishedAt = instant(at)
	return v, readList(definition, &v.Definition)
}

// FormVersion returns a form as it was published.
func (r *rows) FormVersion(ctx context.Context, w desk.WorkspaceID, id desk.FormID, number int) (requests.FormVersion, error) {
	return scanFormVersion(r.queryRow(ctx, `SELECT form_id, number, name, definition, published_at, published_by FROM desk_form_versions
		WHERE workspace_id = $1 AND form_id = $2 AND number = $3`, string(w), string(id), int64(number)))
}

// FormVersions returns the versions of a form, newest first, without what they ask.
func (r *rows) FormVersions(ctx context.Context, w desk.WorkspaceID, id desk.FormID) ([]requests.FormVersion, error) {
	rs, err := r.query(ctx, `SELECT form_id, number, name, '', published_at, published_by FROM desk_form_versions
		WHERE workspace_id = $1 AND form_id = $2 ORDER BY number DESC`, string(w), string(id))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	var all []requests.FormVersion
	for rs.Next() {
		v, err := scanFormVersion(rs)
		if err != nil {
			return nil, r.mapError(err)
		}
		all = append(all, v)
	}
	return all, r.mapError(rs.Err())
}

// InsertFormVersion adds a version.
func (t writer) InsertFormVersion(ctx context.Context, w desk.WorkspaceID, v requests.FormVersion) error {
	definition, err := keptJSON(v.Definition)
	if err != nil {
		return t.conn.fail(err)
	}
	_, err = t.exec(ctx, `INSERT INTO desk_form_versions (workspace_id, form_id, number, name, definition, published_at, published_by) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		string(w), string(v.Form), int64(v.Number), v.Name, definition, micros(v.PublishedAt), v.PublishedBy)
	return err
}
