package storage

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// The names of packages in desk_settings. The log's row is its lock.
const (
	contactsPackage = "contacts"
	logPackage      = "log"
)

// Settings returns the settings, or their zero value.
func (r *rows) Settings(ctx context.Context, w desk.WorkspaceID) (contacts.Settings, error) {
	var s contacts.Settings
	version, err := r.packageSettings(ctx, w, contactsPackage, &s)
	s.Version = version
	return s, err
}

// PutSettings keeps settings whose version follows the stored one.
func (t writer) PutSettings(ctx context.Context, w desk.WorkspaceID, s contacts.Settings) error {
	return t.putPackageSettings(ctx, w, contactsPackage, s.Version, s)
}

// packageSettings reads a package's settings into to, and returns their
// version, 0 if there are none.
func (r *rows) packageSettings(ctx context.Context, w desk.WorkspaceID, name string, to any) (int64, error) {
	var m settingsModel
	err := r.db.NewSelect().Model(&m).Conn(r.conn).
		Where("workspace_id = ? AND package = ?", string(w), name).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, r.mapError(err)
	}
	return m.Version, readList(m.Data, to)
}

// putPackageSettings keeps a package's settings, if their version follows the
// stored one.
func (t writer) putPackageSettings(ctx context.Context, w desk.WorkspaceID, name string, version int64, s any) error {
	data, err := listText(1, s)
	if err != nil {
		return err
	}
	// JSON writes a NUL as an escape, and U+FFFD for what is not UTF-8.
	if strings.Contains(data, `\u0000`) || strings.Contains(data, `\ufffd`) {
		return t.conn.fail(errText)
	}
	m := &settingsModel{Workspace: string(w), Package: name, Version: version, Data: data}
	n, err := changed(t.db.NewInsert().Model(m).Conn(t.conn).
		On("CONFLICT (workspace_id, package) DO UPDATE").
		Set("version = EXCLUDED.version, data = EXCLUDED.data").
		Where("settings_model.version = EXCLUDED.version - 1").Exec(ctx))
	if err == nil && n == 0 {
		err = stale()
	}
	return t.mapError(err)
}

// Fields returns the custom fields by position and key.
func (r *rows) Fields(ctx context.Context, w desk.WorkspaceID) ([]contacts.FieldDef, error) {
	var ms []fieldModel
	err := r.db.NewSelect().Model(&ms).Conn(r.conn).Where("workspace_id = ?", string(w)).Order("position", "key").Scan(ctx)
	if err != nil {
		return nil, r.mapError(err)
	}
	var all []contacts.FieldDef
	for _, m := range ms {
		var f contacts.FieldDef
		if err := readList(m.Definition, &f); err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

// PutField adds or replaces a custom field.
func (t writer) PutField(ctx context.Context, w desk.WorkspaceID, f contacts.FieldDef) error {
	texts := f.Key + f.Label
	for _, c := range f.Choices {
		texts += c
	}
	if !cleanText(texts) {
		return t.conn.fail(errText)
	}
	definition, err := listText(1, f)
	if err != nil {
		return err
	}
	m := &fieldModel{Workspace: string(w), Key: f.Key, Position: f.Position, Definition: definition}
	_, err = t.db.NewInsert().Model(m).Conn(t.conn).
		On("CONFLICT (workspace_id, key) DO UPDATE").
		Set("position = EXCLUDED.position, definition = EXCLUDED.definition").Exec(ctx)
	return t.mapError(err)
}

// DeleteField removes a custom field; desk.NotFound if there is none.
func (t writer) DeleteField(ctx context.Context, w desk.WorkspaceID, key string) error {
	n, err := changed(t.exec(ctx, `DELETE FROM desk_contact_fields WHERE workspace_id = $1 AND key = $2`, string(w), key))
	if err == nil && n == 0 {
		err = errNotFound
	}
	return err
}
