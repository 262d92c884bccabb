package bench

import (
	"context"
	"database/sql"
	"runtime"
	"slices"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// measureGet compares reading a contact by id and by address with a bare query
// for the same row, in turns.
func measureGet(ctx context.Context, e *env) ([]Figure, error) {
	list, err := e.contacts.List(ctx, e.Actor, contacts.Query{Sort: contacts.SortEmail}, desk.Page{Limit: 1000})
	if err != nil {
		return nil, err
	}
	var id, bareID, email, bareEmail []time.Duration
	for i := range 4000 {
		c := list.Contacts[i*7919%len(list.Contacts)]
		if c.Email == "" {
			continue
		}
		steps := []func() error{
			timed(&id, func() error { _, err := e.contacts.Get(ctx, e.Actor, c.ID); return err }),
			timed(&bareID, func() error {
				return bareRow(ctx, e.DB, `SELECT * FROM desk_contacts WHERE workspace_id = $1 AND id = $2`, string(e.Actor.Workspace), string(c.ID))
			}),
			timed(&email, func() error { _, err := e.contacts.GetByEmail(ctx, e.Actor, c.Email); return err }),
			timed(&bareEmail, func() error {
				return bareRow(ctx, e.DB, `SELECT * FROM desk_contacts WHERE workspace_id = $1 AND email_key = $2 AND state = 0`, string(e.Actor.Workspace), c.Email)
			}),
		}
		for k := range steps { // none is always the first after another
			if err := steps[(k+i)%len(steps)](); err != nil {
				return nil, err
			}
		}
	}
	return []Figure{
		{Name: "get by id", Value: micros(id), Unit: "µs"},
		{Name: "get by id to a bare query", Value: micros(id) / micros(bareID), Unit: "times", Limit: 1.5},
		{Name: "get by email", Value: micros(email), Unit: "µs"},
		{Name: "get by email to a bare query", Value: micros(email) / micros(bareEmail), Unit: "times", Limit: 1.5},
	}, nil
}

func timed(into *[]time.Duration, f func() error) func() error {
	return func() error {
		began := time.Now()
		err := f()
		*into = append(*into, time.Since(began))
		return err
	}
}

// bareRow reads one row as a program without the library would: every column
// into a variable of its own type.
func bareRow(ctx context.Context, db *sql.DB, query string, args ...any) error {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	n := 0
	for rows.Next() {
		if err := rows.Scan(holders(len(columns))...); err != nil {
			return err
		}
		n++
	}
	if n == 0 && rows.Err() == nil {
		return sql.ErrNoRows
	}
	return rows.Err()
}

// holders returns n places for values of any type.
func holders(n int) []any {
	values, at := make([]any, n), make([]any, n)
	for i := range values {
		at[i] = &values[i]
	}
	return at
}

// micros is the median in microseconds.
func micros(times []time.Duration) float64 {
	slices.Sort(times)
	return float64(at(times, 0.5).Nanoseconds()) / 1000
}

// sink keeps the compiler from leaving out what is measured.
var sink bool //nolint:unused // nobody reads it

// measureChecks counts what checking a permission and a field allocates.
func measureChecks(_ context.Context, e *env) ([]Figure, error) {
	a := e.Actor
	a.Fields = map[string]desk.Access{"contact.notes": desk.Hidden}
	const rounds = 100_000
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began := time.Now()
	for range rounds {
		sink = a.May(contacts.MayReassign) && a.Access("contact.email") == desk.FullAccess
	}
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	perCheck := float64((after.Mallocs - before.Mallocs) / rounds) // whole ones: other goroutines allocate too
	return []Figure{
		{Name: "permission and field check", Value: float64(took.Nanoseconds()) / rounds, Unit: "ns"},
		{Name: "permission and field check: allocations", Value: perCheck, Unit: "each", Limit: 0.5},
	}, nil
}
