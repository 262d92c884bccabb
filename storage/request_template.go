package storage

import (
	"context"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets/requests"
)

// The lists of contacts of a template: whom it is for, and who may be added.
const (
	listFor = "for"
	listAdd = "add"
)

var templateContactTable = newTable("desk_request_template_contacts", "=workspace_id", "template_id", "list", "contact_id")

const templateColumns = `id, version, fields, created_at, created_by, updated_at`

func scanTemplate(row scanner) (requests.Template, error) {
	var t requests.Template
	var fields string
	var created, updated int64
	if err := row.Scan((*string)(&t.ID), &t.Version, &fields, &created, &t.CreatedBy, &updated); err != nil {
		return requests.Template{}, err
	}
	t.CreatedAt, t.UpdatedAt = instant(created), instant(updated)
	return t, readList(fields, &t.TemplateFields)
}

// RequestTemplate returns a template with its lists of contacts.
func (r *rows) RequestTemplate(ctx context.Context, w desk.WorkspaceID, id desk.TemplateID) (requests.Template, error) {
	t, err := scanTemplate(r.queryRow(ctx, `SELECT `+templateColumns+` FROM desk_request_templates WHERE workspace_id = $1 AND id = $2`, string(w), string(id)))
	if err != nil {
		return requests.Template{}, err
	}
	one := []requests.Template{t}
	err = r.templateContacts(ctx, w, one, ` AND template_id = $2`, string(id))
	return one[0], err
}

// RequestTemplates returns all templates by position and name.
func (r *rows) RequestTemplates(ctx context.Context, w desk.WorkspaceID) ([]requests.Template, error) {
	rs, err := r.query(ctx, `SELECT `+templateColumns+` FROM desk_request_templates WHERE workspace_id = $1 ORDER BY position, name_key, id`, string(w))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	var all []requests.Template
	for rs.Next() {
		t, err := scanTemplate(rs)
		if err != nil {
			return nil, r.mapError(err)
		}
		all = append(all, t)
	}
	if err := rs.Err(); err != nil {
		return nil, r.mapError(err)
	}
	_ = rs.Close()
	return all, r.templateContacts(ctx, w, all, "")
}

// templateContacts reads the lists of contacts of templates.
func (r *rows) templateContacts(ctx context.Context, w desk.WorkspaceID, all []requests.Template, where string, args ...any) error {
	if len(all) == 0 {
		return nil
	}
	at := make(map[string]*requests.Template, len(all))
	for i := range all {
		at[string(all[i].ID)] = &all[i]
	}
	rs, err := r.query(ctx, `SELECT template_id, list, contact_id FROM desk_request_template_contacts WHERE workspace_id = $1`+where+
		` ORDER BY template_id, list, contact_id`, append([]any{string(w)}, args...)...)
	if err != nil {
		return err
	}
	defer func() { _ = rs.Close() }()
	for rs.Next() {
		var id, list, contact string
		if err := rs.Scan(&id, &list, &contact); err != nil {
			return r.mapError(err)
		}
		t := at[id]
		switch {
		case t == nil: // made since
		case list == listFor:
			t.Contacts = append(t.Contacts, desk.ContactID(contact))
		default:
			t.Addable = append(t.Addable, desk.ContactID(contact))
		}
	}
	return r.mapError(rs.Err())
}

// RequestTemplateVersion returns a template as it was, without its lists.
func (r *rows) RequestTemplateVersion(ctx context.Context, w desk.WorkspaceID, id desk.TemplateID, version int64) (requests.Template, error) {
	return scanTemplate(r.queryRow(ctx, `SELECT t.id, v.version, v.fields, t.created_at, t.created_by, v.at FROM desk_request_template_versions AS v
		JOIN desk_request_templates AS t ON t.workspace_id = v.workspace_id AND t.id = v.template_id
		WHERE v.workspace_id = $1 AND v.template_id = $2 AND v.version = $3`, string(w), string(id), version))
}

// InsertRequestTemplate adds a template, with its first version.
func (t writer) InsertRequestTemplate(ctx context.Context, w desk.WorkspaceID, x requests.Template) error {
	fields, err := keptJSON(x.TemplateFields)
	if err != nil {
		return t.conn.fail(err)
	}
	_, err = t.exec(ctx, `INSERT INTO desk_request_templates (workspace_id, id, version, position, name_key, form_id, fields, created_at, created_by, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, string(w), string(x.ID), x.Version, int64(x.Position), contacts.Fold(x.Name), orNull(x.Form), fields,
		micros(x.CreatedAt), x.CreatedBy, micros(x.UpdatedAt))
	if err != nil {
		return err
	}
	return t.putTemplateParts(ctx, w, &x, fields)
}

// UpdateRequestTemplate replaces a template whose stored version is one less.
func (t writer) UpdateRequestTemplate(ctx context.Context, w desk.WorkspaceID, x requests.Template) error {
	fields, err := keptJSON(x.TemplateFields)
	if err != nil {
		return t.conn.fail(err)
	}
	n, err := changed(t.exec(ctx, `UPDATE desk_request_templates SET version = $1, position = $2, name_key = $3, form_id = $4, fields = $5, updated_at = $6
		WHERE workspace_id = $7 AND id = $8 AND version = $9`, x.Version, int64(x.Position), contacts.Fold(x.Name), orNull(x.Form), fields, micros(x.UpdatedAt),
		string(w), string(x.ID), x.Version-1))
	if err == nil && n == 0 {
		err = stale()
	}
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `DELETE FROM desk_request_template_contacts WHERE workspace_id = $1 AND template_id = $2`, string(w), string(x.ID))
	if err != nil {
		return err
	}
	return t.putTemplateParts(ctx, w, &x, fields)
}

// putTemplateParts writes a template's version and its lists of contacts.
func (t writer) putTemplateParts(ctx context.Context, w desk.WorkspaceID, x *requests.Template, fields string) error {
	_, err := t.exec(ctx, `INSERT INTO desk_request_template_versions (workspace_id, template_id, version, fields, at) VALUES ($1, $2, $3, $4, $5)`,
		string(w), string(x.ID), x.Version, fields, micros(x.UpdatedAt))
	if err != nil {
		return err
	}
	n := len(x.Contacts)
	return t.insert(ctx, templateContactTable, n+len(x.Addable), func(i int, v []any) {
		v[0], v[1] = string(w), string(x.ID)
		if i < n {
			v[2], v[3] = listFor, string(x.Contacts[i])
		} else {
			v[2], v[3] = listAdd, string(x.Addable[i-n])
		}
	})
}
