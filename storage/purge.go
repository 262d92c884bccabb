package storage

import (
	"context"
	"slices"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// PurgeContacts removes contacts for good, the duplicates that were merged
// into them too, and redacts their events: what they say of the person goes,
// that they happened stays, with the digest that the log's seals were made of.
func (t writer) PurgeContacts(ctx context.Context, w desk.WorkspaceID, ids []desk.ContactID) error {
	if len(ids) == 0 {
		return nil
	}
	all, err := t.withMerged(ctx, w, plain(ids))
	if err != nil {
		return err
	}
	if err := t.checkReferences(ctx, w, all); err != nil {
		return err
	}
	if err := t.redact(ctx, w, all); err != nil {
		return err
	}
	if err := t.leaveRequests(ctx, w, all); err != nil {
		return err
	}
	if err := t.forgetSenders(ctx, w, all); err != nil {
		return err
	}
	if err := t.leaveTickets(ctx, w, all); err != nil {
		return err
	}
	if err := t.dropEntries(ctx, w, contactRealm, all); err != nil {
		return err
	}
	if err := t.purgeRecords(ctx, w, all); err != nil {
		return err
	}
	list := t.d.texts(all)
	for _, table := range []string{"desk_contact_keys", "desk_notify_preferences", "desk_outbox"} {
		if _, err := t.exec(ctx, `DELETE FROM `+table+` WHERE workspace_id = $1 AND contact_id `+t.d.inTexts(2), string(w), list); err != nil {
			return err
		}
	}
	_, err = t.exec(ctx, `DELETE FROM desk_contacts WHERE workspace_id = $1 AND id `+t.d.inTexts(2), string(w), list)
	return err
}

// withMerged adds the contacts that were merged into any of these.
func (t writer) withMerged(ctx context.Context, w desk.WorkspaceID, ids []string) ([]string, error) {
	all := ids
	for len(ids) > 0 {
		merged, err := t.texts(ctx, `SELECT id FROM desk_contacts WHERE workspace_id = $1 AND merged_into `+t.d.inTexts(2), string(w), t.d.texts(ids))
		if err != nil {
			return nil, err
		}
		ids = slices.DeleteFunc(merged, func(id string) bool { return slices.Contains(all, id) })
		all = append(all[:len(all):len(all)], ids...)
	}
	return all, nil
}

// texts reads one column.
func (r *rows) texts(ctx context.Context, query string, args ...any) ([]string, error) {
	rs, err := r.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	var all []string
	for rs.Next() {
		var s string
		if err := rs.Scan(&s); err != nil {
			return nil, r.mapError(err)
		}
		all = append(all, s)
	}
	return all, r.mapError(rs.Err())
}

// redactChunk is how many contacts' events are read at once.
const redactChunk = 200

func (t writer) redact(ctx context.Context, w desk.WorkspaceID, subjects []string) error {
	for some := range slices.Chunk(subjects, redactChunk) {
		es, err := t.sealedEvents(ctx, `SELECT `+eventColumns+`, redacted, digest FROM desk_activity WHERE workspace_id = $1 AND NOT redacted AND subject `+t.d.inTexts(2),
			string(w), t.d.texts(some))
		if err != nil {
			return err
		}
		if err := t.redactEvents(ctx, w, es); err != nil {
			return err
		}
	}
	return nil
}

func (t writer) redactEvents(ctx context.Context, w desk.WorkspaceID, es []contacts.SealedEvent) error {
	if len(es) == 0 {
		return nil
	}
	if t.d.Batch == BatchArrays {
		_, err := t.arrays(ctx, `UPDATE desk_activity AS a SET summary = '', changes = '', redacted = TRUE, digest = u.digest
			FROM unnest($1::text[], $2::text[], $3::bytea[]) AS u (workspace_id, id, digest)
			WHERE a.workspace_id = u.workspace_id AND a.id = u.id`, 3, len(es), func(i int, v []any) {
			v[0], v[1], v[2] = string(w), string(es[i].Event.ID), contacts.EventDigest(w, es[i].Event)
		})
		return err
	}
	return t.each(ctx, `UPDATE desk_activity SET summary = '', changes = '', redacted = TRUE, digest = ? WHERE workspace_id = ? AND id = ?`, 3, len(es), func(i int, v []any) {
		v[0], v[1], v[2] = contacts.EventDigest(w, es[i].Event), string(w), string(es[i].Event.ID)
	}, nil)
}
