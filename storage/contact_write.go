package storage

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// writer is what runs in a transaction: the reads, and all that writes.
type writer struct{ *rows }

// LockContact reads a contact and keeps others from changing it until the end.
func (t writer) LockContact(ctx context.Context, w desk.WorkspaceID, id desk.ContactID) (contacts.Contact, error) {
	return scanContact(t.queryRow(ctx, `SELECT `+contactColumns+` FROM desk_contacts WHERE workspace_id = $1 AND id = $2`+t.d.ForUpdate, string(w), string(id)))
}

// InsertContacts adds contacts. The keys of many, which others may have taken,
// may still be on their way when it returns.
func (t writer) InsertContacts(ctx context.Context, w desk.WorkspaceID, rs []contacts.Record) error {
	all, err := newContactRows(rs)
	if err != nil {
		return t.conn.fail(err)
	}
	if err := t.putEntries(ctx, w, contactRealm, contactEntries(rs, true)); err != nil {
		return err
	}
	if err := t.insertBehind(ctx, contactTable, len(all), func(i int, v []any) { all[i].values(w, v) }); err != nil {
		return err
	}
	if err := t.insertKeys(ctx, w, keysOf(rs)); err != nil || len(rs) > 1 {
		return err
	}
	return t.conn.settle()
}

// contactEntries are what the search index keeps of the contacts.
func contactEntries(rs []contacts.Record, fresh bool) []entry {
	es := make([]entry, len(rs))
	for i := range rs {
		r := &rs[i]
		facets := append([]string{stateFacet(r.Contact.State)}, r.Index.Facets...)
		es[i] = entry{id: string(r.Contact.ID), text: r.Index.Text, facets: facets, keys: keys(r.Index.Sort[:]...), fresh: fresh}
	}
	return es
}

// keys makes empty ones of those that are nil, which would be written as NULL.
func keys(ks ...[]byte) [][]byte {
	for i, k := range ks {
		if k == nil {
			ks[i] = []byte{}
		}
	}
	return ks
}

var updateContact = struct{ each, arrays string }{
	updateStatement("?"), updateStatement("arrays"),
}

// updateStatement writes the update of a whole contact. Its arguments are the
// columns of contactTable and, with "?", the key of the row.
func updateStatement(style string) string {
	var set []string
	for _, c := range contactTable.columns[2:] {
		value := "?"
		if style == "arrays" {
			value = "u." + c
		}
		set = append(set, c+" = "+value)
	}
	head := "UPDATE desk_contacts AS c SET " + strings.Join(set, ", ")
	if style != "arrays" {
		return head + " WHERE c.workspace_id = ? AND c.id = ? AND c.version = ?"
	}
	return head + " FROM " + contactTable.from +
		" WHERE c.workspace_id = u.workspace_id AND c.id = u.id AND c.version = u.version - 1"
}

// UpdateContacts replaces contacts, if their versions follow the stored ones.
func (t writer) UpdateContacts(ctx context.Context, w desk.WorkspaceID, rs []contacts.Record) error {
	if len(rs) == 0 {
		return nil
	}
	all, err := newContactRows(rs)
	if err != nil {
		return t.conn.fail(err)
	}
	if err := t.replaceContacts(ctx, w, all); err != nil {
		return err
	}
	if err := t.replaceKeys(ctx, w, rs); err != nil {
		return err
	}
	if err := t.putEntries(ctx, w, contactRealm, contactEntries(rs, false)); err != nil {
		return err
	}
	ids := make([]string, len(rs))
	for i := range rs {
		ids[i] = string(rs[i].Contact.ID)
	}
	in, err := t.ticketsOf(ctx, w, ids)
	if err != nil {
		return err
	}
	return t.refreshTickets(ctx, w, in)
}

func (t writer) replaceContacts(ctx context.Context, w desk.WorkspaceID, all []contactRow) error {
	columns := len(contactTable.columns)
	if t.d.Batch == BatchArrays {
		n, err := t.arrays(ctx, updateContact.arrays, columns, len(all), func(i int, v []any) { all[i].values(w, v) })
		if err == nil && n != len(all) {
			err = stale()
		}
		return err
	}
	full := make([]any, columns)
	return t.each(ctx, updateContact.each, columns+1, len(all), func(i int, v []any) {
		all[i].values(w, full)
		n := copy(v, full[2:])
		v[n], v[n+1], v[n+2] = string(w), string(all[i].c.ID), all[i].c.Version-1
	}, func(_, n int) error {
		if n != 1 {
			return stale()
		}
		return nil
	})
}

// stale is the error for a record that has changed since it was read.
func stale() error {
	return &desk.Error{Kind: desk.Conflict, Field: "version", Err: contacts.ErrStale,
		Message: "The record was changed by someone else since you opened it; nothing was changed. Look at it again and repeat your change."}
}

// keyRow is a row of desk_contact_keys.
type keyRow struct {
	contacts.Key
	id   desk.ContactID
	main bool
}

var keyTable = newTable("desk_contact_keys", "=workspace_id", "kind", "value", "contact_id", "main:boolean")

// keysOf returns the keys of the live contacts, each once.
func keysOf(rs []contacts.Record) []keyRow {
	var all []keyRow
	for i := range rs {
		r := &rs[i]
		if r.Contact.State != contacts.Live {
			continue
		}
		from := len(all)
	next:
		for _, k := range r.Index.Keys {
			for _, had := range all[from:] {
				if had.Key == k {
					continue next
				}
			}
			main := k.Kind == contacts.KeyEmail && k.Value == r.EmailKey
			all = append(all, keyRow{Key: k, id: r.Contact.ID, main: main})
		}
	}
	return all
}

// insertKeys adds keys in the order of their table: neighbours then go to the
// same page, and two writers do not wait for each other crosswise.
func (t writer) insertKeys(ctx context.Context, w desk.WorkspaceID, all []keyRow) error {
	slices.SortFunc(all, func(x, y keyRow) int {
		return cmp.Or(strings.Compare(string(x.Kind), string(y.Kind)), strings.Compare(x.Value, y.Value))
	})
	return t.insertBehind(ctx, keyTable, len(all), func(i int, v []any) {
		k := &all[i]
		v[0], v[1], v[2], v[3], v[4] = string(w), string(k.Kind), k.Value, string(k.id), k.main
	})
}

// replaceKeys writes the differences between the keys that are stored and
// those that the contacts have now.
func (t writer) replaceKeys(ctx context.Context, w desk.WorkspaceID, rs []contacts.Record) error {
	ids := make([]string, len(rs))
	for i := range rs {
		ids[i] = string(rs[i].Contact.ID)
	}
	had, err := t.storedKeys(ctx, w, ids)
	if err != nil {
		return err
	}
	var added []keyRow
	for _, k := range keysOf(rs) {
		if had[k] {
			delete(had, k)
			continue
		}
		added = append(added, k)
	}
	for k := range had {
		_, err := t.exec(ctx, `DELETE FROM desk_contact_keys WHERE workspace_id = $1 AND kind = $2 AND value = $3 AND contact_id = $4`,
			string(w), string(k.Kind), k.Value, string(k.id))
		if err != nil {
			return err
		}
	}
	if err := t.insertKeys(ctx, w, added); err != nil {
		return err
	}
	return t.conn.settle()
}

func (t writer) storedKeys(ctx context.Context, w desk.WorkspaceID, ids []string) (map[keyRow]bool, error) {
	rs, err := t.query(ctx, `SELECT kind, value, contact_id, main FROM desk_contact_keys WHERE workspace_id = $1 AND contact_id `+t.d.inTexts(2), string(w), t.d.texts(ids))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	all := map[keyRow]bool{}
	for rs.Next() {
		var k keyRow
		if err := rs.Scan((*string)(&k.Kind), &k.Value, (*string)(&k.id), &k.main); err != nil {
			return nil, t.mapError(err)
		}
		all[k] = true
	}
	return all, t.mapError(rs.Err())
}
