// Package storagetest is what every store must do, as tests. An adapter runs
// them all with [Run]; those of this module do in storage/sqlite and
// storage/postgres.
package storagetest

import (
	"context"
	"database/sql"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/storagetest/faultdb"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/intake"
	"github.com/deskfolk/desk/tickets/records"
	"github.com/deskfolk/desk/tickets/requests"
)

// Factory makes the stores that are tested. Each call gives a new, empty
// store, which ends with the test.
type Factory struct {
	// Name is the name of the database, "sqlite" or "postgres" for those whose
	// catalogue the suite can read.
	Name string
	// Open opens a store.
	Open func(t testing.TB) Opened
	// Faulty opens a store whose database fails as the plan says.
	Faulty func(t testing.TB, p *faultdb.Plan) Opened
}

// Opened is a store with the database below it.
type Opened struct {
	Store contacts.Store
	// Tickets and Requests are the stores of those packages on the same database.
	Tickets  tickets.Store
	Requests requests.Store
	// Intake is the store of mail that was taken in, on the same database.
	Intake intake.Store
	// Records is the store of linked records on the same database.
	Records records.Store
	DB      *sql.DB
	// In binds the store to a host's transaction.
	In func(*sql.Tx) contacts.Store
	// AddReference is storage.DB's.
	AddReference func(table, column string) error
}

// The workspace of the tests, and its twin that has records of the same ids.
const (
	home = desk.WorkspaceID("home")
	twin = desk.WorkspaceID("twin")
)

// Run runs the suite.
func Run(t *testing.T, f Factory) {
	groups := []struct {
		name  string
		tests []test
	}{
		{"contacts", contactTests}, {"companies", companyTests}, {"settings", settingsTests},
		{"log", logTests}, {"values", valueTests}, {"transactions", transactionTests},
		{"host", hostTests}, {"schema", schemaTests}, {"find", findTests}, {"scan", scanTests},
		{"records", recordTests}, {"tickets", ticketTests}, {"requests", requestTests},
	}
	for _, g := range groups {
		t.Run(g.name, func(t *testing.T) {
			for _, c := range g.tests {
				t.Run(c.name, func(t *testing.T) {
					t.Parallel()
					e := newEnv(t, f)
					c.run(e)
					e.twinUnchanged()
				})
			}
		})
	}
	if f.Faulty != nil {
		t.Run("faults", func(t *testing.T) { runFaults(t, f) })
		t.Run("faults of the index", func(t *testing.T) { runIndexFaults(t, f) })
		t.Run("C3", func(t *testing.T) { runServiceFaults(t, f) })
		t.Run("C3 requests", func(t *testing.T) { runRequestFaults(t, f) })
	}
}

// test is one test, on a store of its own.
type test struct {
	name string
	run  func(e *env)
}

// env is what a test works with.
type env struct {
	*is.I
	Opened
	t      *testing.T
	f      Factory
	ctx    context.Context
	before string
}

func newEnv(t *testing.T, f Factory) *env {
	return &env{I: is.New(t), Opened: f.Open(t), t: t, f: f, ctx: t.Context()}
}

// update runs fn in a transaction that must succeed.
func (e *env) update(fn func(tx contacts.Tx) error) {
	e.t.Helper()
	if err := e.Store.Update(e.ctx, fn); err != nil {
		e.t.Fatalf("Update: %v", err)
	}
}

// seed does the same in the twin and then in the test's workspace.
func (e *env) seed(fn func(tx contacts.Tx, w desk.WorkspaceID) error) {
	e.t.Helper()
	for _, w := range []desk.WorkspaceID{twin, home} {
		e.update(func(tx contacts.Tx) error { return fn(tx, w) })
	}
	e.before = dump(e.t, e.f.Name, e.DB, twin)
}

// put seeds contacts.
func (e *env) put(rs ...contacts.Record) {
	e.t.Helper()
	e.seed(func(tx contacts.Tx, w desk.WorkspaceID) error { return tx.InsertContacts(e.ctx, w, rs) })
}

// twinUnchanged compares the twin workspace with what was seeded.
func (e *env) twinUnchanged() {
	e.t.Helper()
	if e.before == "" {
		return
	}
	if d := cmp.Diff(e.before, dump(e.t, e.f.Name, e.DB, twin)); d != "" {
		e.t.Errorf("the twin workspace was changed:\n%s", d)
	}
}

// fails runs fn in a transaction that must fail with a kind and a field, and
// must change nothing.
func (e *env) fails(kind desk.Kind, field string, fn func(tx contacts.Tx) error) error {
	e.t.Helper()
	before := dump(e.t, e.f.Name, e.DB, home)
	err := e.Store.Update(e.ctx, fn)
	if desk.KindOf(err) != kind || desk.FieldOf(err) != field {
		e.t.Fatalf("got %v (%s, %q), want %s, %q", err, desk.KindOf(err), desk.FieldOf(err), kind, field)
	}
	if d := cmp.Diff(before, dump(e.t, e.f.Name, e.DB, home)); d != "" {
		e.t.Errorf("a transaction that failed left something:\n%s", d)
	}
	return err
}

// get reads a contact that must be there.
func (e *env) get(id desk.ContactID) contacts.Contact {
	e.t.Helper()
	c, err := e.Store.Contact(e.ctx, home, id)
	if err != nil {
		e.t.Fatalf("Contact(%s): %v", id, err)
	}
	return c
}

// same compares two values.
func same[T any](e *env, want, got T) {
	e.t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		e.t.Errorf("want -, got +:\n%s", d)
	}
}
