package storage

import (
	"context"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Contact returns a contact in any state.
func (r *rows) Contact(ctx context.Context, w desk.WorkspaceID, id desk.ContactID) (contacts.Contact, error) {
	return scanContact(r.queryRow(ctx, `SELECT `+contactColumns+` FROM desk_contacts WHERE workspace_id = $1 AND id = $2`, string(w), string(id)))
}

// ContactByEmail returns the live contact whose main address has the key.
func (r *rows) ContactByEmail(ctx context.Context, w desk.WorkspaceID, key string) (contacts.Contact, error) {
	return scanContact(r.queryRow(ctx, `SELECT `+contactColumns+` FROM desk_contacts WHERE workspace_id = $1 AND email_key = $2 AND state = 0`, string(w), key))
}

// Contacts returns those of the contacts that there are, in no order, in any state.
func (r *rows) Contacts(ctx context.Context, w desk.WorkspaceID, ids []desk.ContactID) ([]contacts.Contact, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	query := lookUp{columns: contactColumns, table: "desk_contacts", where: `workspace_id = $1`, column: "id", n: 2}
	rs, err := r.query(ctx, query.sql(r.d), string(w), r.d.texts(plain(ids)))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	all := make([]contacts.Contact, 0, len(ids))
	for rs.Next() {
		c, err := scanContact(rs)
		if err != nil {
			return nil, r.mapError(err)
		}
		all = append(all, c)
	}
	return all, r.mapError(rs.Err())
}

// FindKeys returns the live contacts that have any of the keys.
func (r *rows) FindKeys(ctx context.Context, w desk.WorkspaceID, keys []contacts.Key) ([]contacts.KeyMatch, error) {
	values := map[contacts.KeyKind][]string{}
	for _, k := range keys {
		values[k.Kind] = append(values[k.Kind], k.Value)
	}
	var all []contacts.KeyMatch
	for _, kind := range []contacts.KeyKind{contacts.KeyEmail, contacts.KeyPhone, contacts.KeyExternal, contacts.KeyName} {
		if len(values[kind]) == 0 {
			continue
		}
		var err error
		if all, err = r.findKeys(ctx, w, kind, values[kind], all); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (r *rows) findKeys(ctx context.Context, w desk.WorkspaceID, kind contacts.KeyKind, values []string, all []contacts.KeyMatch) ([]contacts.KeyMatch, error) {
	query := lookUp{columns: "value, contact_id, main", table: "desk_contact_keys", where: `workspace_id = $1 AND kind = $2`, column: "value", n: 3}
	rs, err := r.query(ctx, query.sql(r.d)+` ORDER BY value, contact_id`, string(w), string(kind), r.d.texts(values))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	for rs.Next() {
		m := contacts.KeyMatch{Key: contacts.Key{Kind: kind}}
		if err := rs.Scan(&m.Key.Value, (*string)(&m.ID), &m.Main); err != nil {
			return nil, r.mapError(err)
		}
		all = append(all, m)
	}
	return all, r.mapError(rs.Err())
}

// plain makes texts of ids.
func plain[T ~string](ids []T) []string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = string(id)
	}
	return all
}
