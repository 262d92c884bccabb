package storage

import (
	"context"
	"slices"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Seals returns the seals after a number, in order.
func (r *rows) Seals(ctx context.Context, w desk.WorkspaceID, after int64, limit int) ([]contacts.Seal, error) {
	var ms []sealModel
	err := r.db.NewSelect().Model(&ms).Conn(r.conn).
		Where("workspace_id = ? AND number > ?", string(w), after).Order("number").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, r.mapError(err)
	}
	var all []contacts.Seal
	for _, m := range ms {
		all = append(all, contacts.Seal{Number: m.Number, At: instant(m.At), Events: m.Events, Hash: m.Hash})
	}
	return all, nil
}

// SealedEvents returns the events of one seal by id, or up to limit unsealed ones.
func (r *rows) SealedEvents(ctx context.Context, w desk.WorkspaceID, seal int64, limit int) ([]contacts.SealedEvent, error) {
	const selected = `SELECT ` + eventColumns + `, redacted, digest FROM desk_activity WHERE workspace_id = $1 AND `
	query, arg := selected+`seal = $2 ORDER BY id`, seal
	if seal == 0 {
		query, arg = selected+`seal IS NULL ORDER BY id LIMIT $2`, int64(limit)
	}
	return r.sealedEvents(ctx, query, string(w), arg)
}

func (r *rows) sealedEvents(ctx context.Context, query string, args ...any) ([]contacts.SealedEvent, error) {
	rs, err := r.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	var all []contacts.SealedEvent
	for rs.Next() {
		var s contacts.SealedEvent
		if s.Event, err = scanEvent(rs, &s.Redacted, &s.Digest); err != nil {
			return nil, r.mapError(err)
		}
		all = append(all, s)
	}
	return all, r.mapError(rs.Err())
}

// LockLog keeps others from sealing this workspace's log until the end. The
// lock is a row, which any distribution of the tables by workspace has too.
func (t writer) LockLog(ctx context.Context, w desk.WorkspaceID) error {
	_, err := t.exec(ctx, `INSERT INTO desk_settings (workspace_id, package, version, data) VALUES ($1, $2, 0, '') ON CONFLICT (workspace_id, package) DO UPDATE SET version = EXCLUDED.version`,
		string(w), logPackage)
	return err
}

// TryLockLog is LockLog that does not wait. One writer at a time needs no lock.
func (t writer) TryLockLog(ctx context.Context, w desk.WorkspaceID) (bool, error) {
	if t.conn.host || t.d.OneWriter {
		return !t.conn.host, nil
	}
	const row = `SELECT version FROM desk_settings WHERE workspace_id = $1 AND package = $2`
	var version int64
	err := t.queryRow(ctx, row+t.d.SkipLocked, string(w), logPackage).Scan(&version)
	if desk.KindOf(err) == desk.NotFound {
		// Locked, or not there yet. Only the first ones of a workspace make it.
		if err = t.queryRow(ctx, row, string(w), logPackage).Scan(&version); err == nil {
			return false, nil
		}
	}
	if err != nil && desk.KindOf(err) != desk.NotFound {
		return false, err
	}
	// Where a transaction sees one state of the database all along, only a
	// change of the row tells the others that theirs is an old one.
	return true, t.LockLog(ctx, w)
}

// RecordSealed records events together with the seal over all of them.
func (t writer) RecordSealed(ctx context.Context, w desk.WorkspaceID, s contacts.Seal, events []desk.Event) error {
	if err := t.insertSeal(ctx, w, s); err != nil {
		return err
	}
	return t.record(ctx, w, s.Number, events)
}

func (t writer) insertSeal(ctx context.Context, w desk.WorkspaceID, s contacts.Seal) error {
	m := &sealModel{Workspace: string(w), Number: s.Number, At: micros(s.At), Events: s.Events, Hash: s.Hash}
	_, err := t.db.NewInsert().Model(m).Conn(t.conn).Exec(ctx)
	return t.mapError(err)
}

// AddSeal adds a seal over the named events, which must have none yet.
func (t writer) AddSeal(ctx context.Context, w desk.WorkspaceID, s contacts.Seal, events []desk.EventID) error {
	if err := t.insertSeal(ctx, w, s); err != nil {
		return err
	}
	if len(events) == 0 {
		return nil
	}
	in := t.d.inTexts(3)
	if t.d.Batch == BatchArrays {
		// Not a subquery: a planner that takes the unsealed events for few would
		// compare each of them with each of the list.
		in = "= ANY($3::text[])"
	}
	// The bounds keep it from comparing all unsealed events with the list.
	n, err := changed(t.exec(ctx, `UPDATE desk_activity SET seal = $1 WHERE workspace_id = $2 AND seal IS NULL AND id >= $4 AND id <= $5 AND id `+in,
		s.Number, string(w), t.d.texts(plain(events)), string(slices.Min(events)), string(slices.Max(events))))
	if err == nil && n != len(events) {
		err = desk.Errorf(desk.Conflict, "", "The log was sealed by someone else at the same time; nothing was changed. Try again.")
	}
	return t.mapError(err)
}

// LastSeal returns the last seal, or its zero value.
func (r *rows) LastSeal(ctx context.Context, w desk.WorkspaceID) (contacts.Seal, error) {
	var s contacts.Seal
	var at int64
	err := r.queryRow(ctx, `SELECT number, at, events, hash FROM desk_activity_seals WHERE workspace_id = $1 ORDER BY number DESC LIMIT 1`, string(w)).
		Scan(&s.Number, &at, &s.Events, &s.Hash)
	if desk.KindOf(err) == desk.NotFound {
		return contacts.Seal{}, nil
	}
	s.At = instant(at)
	return s, err
}
