// Package desktest makes a whole desk in one line for the tests of an
// application that embeds the library: an SQLite database, the services on it,
// actors, and a clock to turn.
package desktest

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage"
	"github.com/deskfolk/desk/storage/sqlite"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/records"
	"github.com/deskfolk/desk/tickets/requests"
)

// Desk is a desk of one test.
type Desk struct {
	Contacts *contacts.Service
	Tickets  *tickets.Service
	Records  *records.Service
	Requests *requests.Service
	Store    *storage.DB
	DB       *sql.DB
	Clock    *Clock
	// Manager holds every permission, Viewer only those to look.
	Manager, Viewer desk.Actor
	Workspace       desk.WorkspaceID
}

// Clock is the time of a Desk. It stands still until it is turned. It is safe
// for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that stands at a time.
func NewClock(at time.Time) *Clock { return &Clock{now: at} }

// Now returns the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Turn moves the clock, back too.
func (c *Clock) Turn(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(by)
}

// New returns an empty desk on a database of its own, in the test's temporary
// folder. It ends with the test. Its clock stands
// at noon UTC on 1 March 2026.
func New(t testing.TB) *Desk {
	t.Helper()
	path := filepath.Join(t.TempDir(), "desk.db")
	empty, err := emptyDesk()
	if err == nil {
		err = os.WriteFile(path, empty, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	db := OpenSQLite(t, path)
	store, err := sqlite.New(db)
	if err != nil {
		t.Fatal(err)
	}
	return On(store, db)
}

// emptyDesk is a database file with the tables, which each desk is a copy of:
// making the tables takes longer than most tests.
var emptyDesk = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "desktest-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "desk.db")
	db, err := sql.Open("sqlite", DSN(path))
	if err != nil {
		return nil, err
	}
	store, err := sqlite.New(db)
	if err == nil {
		err = store.Migrate(context.Background())
	}
	// What is in the write-ahead log comes into the file when it is closed.
	if err = errors.Join(err, db.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// On returns a desk on a store of the caller's own.
func On(store *storage.DB, db *sql.DB) *Desk {
	clock := NewClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	const workspace = "test"
	helped := tickets.New(store.Tickets(), &tickets.Options{Now: clock.Now})
	linked := records.New(store.Records(), &records.Options{Now: clock.Now})
	return &Desk{
		Contacts:  contacts.New(store, &contacts.Options{Now: clock.Now, Parts: linked.Parts()}),
		Tickets:   helped,
		Records:   linked,
		Requests:  requests.New(store.Requests(), helped, &requests.Options{Now: clock.Now}),
		Store:     store,
		DB:        db,
		Clock:     clock,
		Workspace: workspace,
		Manager:   desk.Actor{Workspace: workspace, Kind: desk.MemberActor, ID: "manager", Grants: slices.Concat(contacts.Permissions, tickets.Permissions, records.Permissions, requests.Permissions)},
		Viewer:    desk.Actor{Workspace: workspace, Kind: desk.MemberActor, ID: "viewer", Grants: []desk.Permission{contacts.MayView, tickets.MayView, requests.MayView, requests.MayViewTasks}},
	}
}
