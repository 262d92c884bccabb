package storage

import (
	"context"
	"slices"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/records"
)

// Records is the store of package records: the same database, whose Update
// gives what that package writes with.
type Records struct{ *DB }

var (
	_ records.Store = (*Records)(nil)
	_ records.Tx    = writer{}
)

// Records returns the store of package records.
func (db *DB) Records() *Records { return &Records{db} }

// Update is DB.Update for package records.
func (s *Records) Update(ctx context.Context, fn func(records.Tx) error) error {
	return s.update(ctx, func(t writer) error { return fn(t) })
}

var recordTable = newTable("desk_records", "=workspace_id", "id", "version:bigint", "kind", "contact_id", "ticket_id", "company_id", "title", "at:bigint",
	"duration:bigint", "amount:bigint", "currency", "status", "outcome", "direction", "number", "e164", "owner", "note", "created_at:bigint", "created_by", "updated_at:bigint")

const recordColumns = `x.id, x.version, x.kind, COALESCE(x.contact_id, ''), COALESCE(x.ticket_id, ''), COALESCE(x.company_id, ''), x.title, x.at,
	x.duration, x.amount, x.currency, x.status, x.outcome, x.direction, x.number, x.e164, x.owner, x.note, x.created_at, x.created_by, x.updated_at`

func scanRecord(row scanner) (records.Record, error) {
	var r records.Record
	var at, seconds, created, updated int64
	err := row.Scan((*string)(&r.ID), &r.Version, (*string)(&r.Kind), (*string)(&r.Contact), (*string)(&r.Ticket), (*string)(&r.Company), &r.Title, &at,
		&seconds, &r.Amount, &r.Currency, (*string)(&r.Status), &r.Outcome, (*string)(&r.Direction), &r.Number, &r.E164, &r.Owner, &r.Note, &created, &r.CreatedBy, &updated)
	if err != nil {
		return records.Record{}, err
	}
	r.At, r.CreatedAt, r.UpdatedAt = instant(at), instant(created), instant(updated)
	r.Duration = time.Duration(seconds) * time.Second
	return r, nil
}

// LinkedRecord returns a record.
func (r *rows) LinkedRecord(ctx context.Context, w desk.WorkspaceID, id desk.RecordID) (records.Record, error) {
	return scanRecord(r.queryRow(ctx, `SELECT `+recordColumns+` FROM desk_records AS x WHERE x.workspace_id = $1 AND x.id = $2`, string(w), string(id)))
}

// LockRecord reads a record and keeps others from changing it until the end.
func (t writer) LockRecord(ctx context.Context, w desk.WorkspaceID, id desk.RecordID) (records.Record, error) {
	return scanRecord(t.queryRow(ctx, `SELECT `+recordColumns+` FROM desk_records AS x WHERE x.workspace_id = $1 AND x.id = $2`+t.d.ForUpdate, string(w), string(id)))
}

// FindRecords returns the records that match, in order.
func (r *rows) FindRecords(ctx context.Context, w desk.WorkspaceID, f records.Find) ([]records.Record, bool, error) {
	c := r.recordsWhere(w, f)
	// A page that lies before a place is read backwards from there.
	back := f.Before != nil
	place := f.After
	if back {
		place = f.Before
	}
	sign, order := ">", ` ORDER BY x.at, x.id`
	if f.Oldest == back {
		sign, order = "<", ` ORDER BY x.at DESC, x.id DESC`
	}
	if place != nil {
		c.where = append(c.where, `(x.at, x.id) `+sign+` (`+c.arg(micros(place.At))+`, `+c.arg(string(place.ID))+`)`)
	}
	query := `SELECT ` + recordColumns + recordsFrom + c.sql() + order + ` LIMIT ` + c.arg(int64(f.Limit+1))
	rs, err := r.query(ctx, query, c.args...)
	if err != nil {
		return nil, false, err
	}
	defer func() { _ = rs.Close() }()
	var all []records.Record
	for rs.Next() {
		one, err := scanRecord(rs)
		if err != nil {
			return nil, false, r.mapError(err)
		}
		all = append(all, one)
	}
	if err := rs.Err(); err != nil {
		return nil, false, r.mapError(err)
	}
	more := len(all) > f.Limit
	if more {
		all = all[:f.Limit]
	}
	if back {
		slices.Reverse(all)
	}
	return all, more, nil
}

// CountRecords counts the records that match.
func (r *rows) CountRecords(ctx context.Context, w desk.WorkspaceID, f records.Find) (int, error) {
	c := r.recordsWhere(w, f)
	var n int
	err := r.queryRow(ctx, `SELECT COUNT(*)`+recordsFrom+c.sql(), c.args...).Scan(&n)
	return n, err
}

// TotalRecords sums the records that match.
func (r *rows) TotalRecords(ctx context.Context, w desk.WorkspaceID, f records.Find) (records.Totals, error) {
	c := r.recordsWhere(w, f)
	var t records.Totals
	rs, err := r.query(ctx, `SELECT x.currency, COUNT(*), CAST(SUM(CASE x.kind WHEN 'time' THEN x.duration ELSE 0 END) AS BIGINT), CAST(SUM(x.amount) AS BIGINT)`+
		recordsFrom+c.sql()+` GROUP BY x.currency ORDER BY x.currency`, c.args...)
	if err != nil {
		return t, err
	}
	defer func() { _ = rs.Close() }()
	for rs.Next() {
		var n int
		var seconds int64
		var sum records.Amount
		if err := rs.Scan(&sum.Currency, &n, &seconds, &sum.Amount); err != nil {
			return records.Totals{}, r.mapError(err)
		}
		t.Records += n
		t.Time += time.Duration(seconds) * time.Second
		if sum.Currency != "" {
			t.Amounts = append(t.Amounts, sum)
		}
	}
	return t, r.mapError(rs.Err())
}

const recordsFrom = ` FROM desk_records AS x WHERE `

// recordsWhere writes the conditions that the page, the count and the sums share.
func (r *rows) recordsWhere(w desk.WorkspaceID, f records.Find) *conditions {
	c := &conditions{}
	c.add("x.workspace_id = ?", string(w))
	c.equal("x.contact_id", string(f.Contact))
	c.equal("x.ticket_id", string(f.Ticket))
	c.equal("x.company_id", string(f.Company))
	c.equal("x.owner", f.Owner)
	if f.Unmatched {
		c.where = append(c.where, "x.kind = 'call'", "x.contact_id IS NULL")
	}
	for _, l := range []struct {
		column string
		list   []string
	}{{"x.kind", plain(f.Kinds)}, {"x.status", plain(f.Statuses)}} {
		if len(l.list) > 0 {
			c.arg(r.d.texts(l.list))
			c.where = append(c.where, l.column+" "+r.d.inTexts(len(c.args)))
		}
	}
	if !f.From.IsZero() {
		c.add("x.at >= ?", micros(f.From))
	}
	if !f.Until.IsZero() {
		c.add("x.at < ?", micros(f.Until))
	}
	c.seeRecord(f.Sight)
	return c
}

// seeRecord limits records x to what an actor sees: by the contact and by the
// ticket, where there is one; without both, to its own.
func (c *conditions) seeRecord(s records.Sight) {
	if s.Tickets != (tickets.Sight{Binned: true}) { // else it sees all
		c.where = append(c.where, "(x.ticket_id IS NULL OR "+c.seeTicket(s.Tickets)+")")
	}
	switch {
	case s.Contacts == contacts.Sight{Binned: true}:
	case s.Contacts.None:
		c.where = append(c.where, "x.contact_id IS NULL AND x.ticket_id IS NOT NULL")
	case s.Contacts.Owner == "":
		c.where = append(c.where, "(x.contact_id IS NULL OR "+c.seeContact(s.Contacts)+")")
	default:
		c.where = append(c.where, "(x.contact_id IS NULL AND (x.ticket_id IS NOT NULL OR x.owner = "+c.arg(s.Contacts.Owner)+") OR "+c.seeContact(s.Contacts)+")")
	}
}

// CallMatches returns calls without a contact whose number one live contact has.
func (r *rows) CallMatches(ctx context.Context, w desk.WorkspaceID, limit int) ([]records.CallMatch, error) {
	rs, err := r.query(ctx, `SELECT r.id, MIN(k.contact_id) FROM desk_records AS r
		JOIN desk_contact_keys AS k ON k.workspace_id = r.workspace_id AND k.kind = $1 AND k.value = r.e164
		WHERE r.workspace_id = $2 AND r.contact_id IS NULL AND r.e164 <> ''
		GROUP BY r.id HAVING COUNT(*) = 1 ORDER BY r.id LIMIT $3`, string(contacts.KeyPhone), string(w), limit)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	var all []records.CallMatch
	for rs.Next() {
		var m records.CallMatch
		if err := rs.Scan((*string)(&m.Record), (*string)(&m.Contact)); err != nil {
			return nil, r.mapError(err)
		}
		all = append(all, m)
	}
	return all, r.mapError(rs.Err())
}
