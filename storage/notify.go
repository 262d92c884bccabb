package storage

import (
	"context"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/notify"
)

// NotifyStore is the DB as the package notify sees it.
type NotifyStore struct{ *DB }

var (
	_ notify.Store = NotifyStore{}
	_ notify.Tx    = writer{}
)

// Notify returns the store for the package notify.
func (db *DB) Notify() NotifyStore { return NotifyStore{db} }

// Update runs fn in a transaction, as [DB.Update] does.
func (s NotifyStore) Update(ctx context.Context, fn func(notify.Tx) error) error {
	return s.update(ctx, func(t writer) error { return fn(t) })
}

// ContactStore returns the store of the contacts.
func (s NotifyStore) ContactStore() contacts.Store { return s.DB }

// Queued is signalled after a commit of this process that has queued messages.
// A host's own transaction does not signal: the store does not see its commit.
func (s NotifyStore) Queued() <-chan struct{} { return s.queued }

// tell signals that there are messages.
func (db *DB) tell() {
	select {
	case db.queued <- struct{}{}:
	default:
	}
}

// notifyPackage is the name in desk_settings.
const notifyPackage = "notify"

// NotifySettings returns the settings, or their zero value.
func (r *rows) NotifySettings(ctx context.Context, w desk.WorkspaceID) (notify.Settings, error) {
	var s notify.Settings
	version, err := r.packageSettings(ctx, w, notifyPackage, &s)
	s.Version = version
	return s, err
}

// PutNotifySettings keeps settings whose version follows the stored one.
func (t writer) PutNotifySettings(ctx context.Context, w desk.WorkspaceID, s notify.Settings) error {
	return t.putPackageSettings(ctx, w, notifyPackage, s.Version, s)
}

// PutPreferences keeps preferences whose version follows the stored one.
func (t writer) PutPreferences(ctx context.Context, w desk.WorkspaceID, p notify.Preferences) error {
	data, err := listText(1, p)
	if err != nil {
		return err
	}
	n, err := changed(t.exec(ctx, `INSERT INTO desk_notify_preferences (workspace_id, contact_id, version, data) VALUES ($1, $2, $3, $4)
		ON CONFLICT (workspace_id, contact_id) DO UPDATE SET version = EXCLUDED.version, data = EXCLUDED.data
		WHERE desk_notify_preferences.version = EXCLUDED.version - 1`, string(w), string(p.Contact), p.Version, data))
	if err == nil && n == 0 {
		err = stale()
	}
	return err
}

// PutTemplate keeps a template whose version follows the stored one.
func (t writer) PutTemplate(ctx context.Context, w desk.WorkspaceID, m notify.Template) error {
	n, err := changed(t.exec(ctx, `INSERT INTO desk_notify_templates (workspace_id, type, language, version, subject, body_text, body_html, updated_at, updated_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (workspace_id, type, language) DO UPDATE SET version = EXCLUDED.version, subject = EXCLUDED.subject, body_text = EXCLUDED.body_text,
			body_html = EXCLUDED.body_html, updated_at = EXCLUDED.updated_at, updated_by = EXCLUDED.updated_by
		WHERE desk_notify_templates.version = EXCLUDED.version - 1`,
		string(w), m.Type, m.Language, m.Version, m.Subject, m.Text, m.HTML, micros(m.UpdatedAt), m.UpdatedBy))
	if err == nil && n == 0 {
		err = stale()
	}
	return err
}

// DeleteTemplate removes a workspace's own template.
func (t writer) DeleteTemplate(ctx context.Context, w desk.WorkspaceID, typeName, language string) error {
	n, err := changed(t.exec(ctx, `DELETE FROM desk_notify_templates WHERE workspace_id = $1 AND type = $2 AND language = $3`, string(w), typeName, language))
	if err == nil && n == 0 {
		err = errNotFound
	}
	return err
}
