package notify_test

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/storage"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/postgres"
	"github.com/deskfolk/desk/storage/sqlite"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
	"github.com/deskfolk/desk/tickets"
)

const home = desk.WorkspaceID("home")

// env is a desk of one test with a sink for its messages.
type env struct {
	*is.I
	t        testing.TB
	ctx      context.Context
	name     string
	sql      *sql.DB
	store    *storage.DB
	clock    *desktest.Clock
	contacts *contacts.Service
	tickets  *tickets.Service
	notify   *notify.Service
	sink     *sink
	options  notify.Options
	manager  desk.Actor
}

// onBoth runs a test on both databases.
func onBoth(t *testing.T, fn func(e *env), change ...func(*notify.Options)) {
	t.Helper()
	for name, open := range map[string]func(testing.TB) *sql.DB{
		"sqlite":   desktest.SQLite,
		"postgres": func(t testing.TB) *sql.DB { return pgtest.DB(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fn(newEnv(t, name, open(t), change...))
		})
	}
}

// unsubscribeKey signs the links of tests.
var unsubscribeKey = []byte("0123456789abcdef0123456789abcdef")

func newEnv(t testing.TB, name string, db *sql.DB, change ...func(*notify.Options)) *env {
	t.Helper()
	open := sqlite.New
	if name == "postgres" {
		open = postgres.New
	}
	store, err := open(db)
	if err == nil {
		err = store.Migrate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	e := &env{I: is.New(t), t: t, ctx: t.Context(), name: name, sql: db, store: store, sink: &sink{}}
	e.clock = desktest.NewClock(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC))
	e.contacts = contacts.New(store, &contacts.Options{Now: e.clock.Now})
	e.tickets = tickets.New(store.Tickets(), &tickets.Options{Now: e.clock.Now})
	e.options = notify.Options{
		Now: e.clock.Now, Contacts: e.contacts, From: "help@desk.example", ReplyTo: "reply@desk.example", BaseURL: "https://help.desk.example",
		TicketPath: "/portal/tickets/{number}", UnsubscribeKeys: desk.CursorKeys{unsubscribeKey},
	}
	for _, c := range change {
		c(&e.options)
	}
	e.notify = notify.New(store.Notify(), &e.options)
	e.manager = desk.Actor{Workspace: home, Kind: desk.MemberActor, ID: "manager", Grants: slices.Concat(contacts.Permissions, tickets.Permissions, notify.Permissions)}
	return e
}

// in returns the manager of another workspace.
func (e *env) in(w desk.WorkspaceID) desk.Actor {
	a := e.manager
	a.Workspace = w
	return a
}

// contact makes a contact with the address name@contact.example.
func (e *env) contact(name string) contacts.Contact {
	e.t.Helper()
	return e.contactIn(home, name)
}

func (e *env) contactIn(w desk.WorkspaceID, name string) contacts.Contact {
	e.t.Helper()
	c, err := e.contacts.Create(e.ctx, e.in(w), contacts.NewContact{FirstName: name, Email: strings.ToLower(name) + "@contact.example"})
	e.fatal(err)
	return c
}

func (e *env) fatal(err error) {
	e.t.Helper()
	if err != nil {
		e.t.Fatal(err)
	}
}

// ticket makes a quiet ticket.
func (e *env) ticket(requester desk.ContactID, more ...desk.ContactID) tickets.Ticket {
	e.t.Helper()
	t, err := e.tickets.Create(e.ctx, e.manager, tickets.NewTicket{Subject: "The printer", Requester: requester, Participants: more, Quiet: true})
	e.fatal(err)
	return t
}

// post writes a public message on a ticket as the manager.
func (e *env) post(id desk.TicketID, text string) tickets.Message {
	e.t.Helper()
	m, err := e.tickets.Post(e.ctx, e.manager, id, tickets.NewMessage{Text: text})
	e.fatal(err)
	return m
}

// tell records an event with a notice, as another package would.
func (e *env) tell(n desk.Notice) {
	e.t.Helper()
	e.tellIn(e.manager, n)
}

func (e *env) tellIn(a desk.Actor, ns ...desk.Notice) {
	e.t.Helper()
	e.fatal(e.store.Update(e.ctx, func(tx contacts.Tx) error { return tx.Record(e.ctx, a.Workspace, e.events(a, ns...)...) }))
}

var ids = desk.NewIDs(nil, nil)

func (e *env) events(a desk.Actor, ns ...desk.Notice) []desk.Event {
	e.t.Helper()
	var all []desk.Event
	for _, n := range ns {
		j := &desk.Entries{IDs: ids, Actor: a, Now: e.clock.Now()}
		e.fatal(j.Add("test.happened", "subject", "Something happened.", false, nil))
		j.Tell(n)
		all = append(all, j.All...)
	}
	return all
}

// worker returns a worker that sends to the sink.
func (e *env) worker(o *notify.WorkerOptions) *notify.Worker {
	return notify.NewWorker(e.notify, map[notify.Channel]notify.Sender{notify.Email: e.sink, notify.SMS: e.sink, notify.WhatsApp: e.sink}, o)
}

// once sends what is due at home.
func (e *env) once() notify.Worked {
	e.t.Helper()
	did, err := e.worker(nil).Once(e.ctx, home)
	e.fatal(err)
	return did
}

// entries returns all messages at home, oldest first.
func (e *env) entries() []notify.Entry {
	e.t.Helper()
	return e.entriesIn(home)
}

func (e *env) entriesIn(w desk.WorkspaceID) []notify.Entry {
	e.t.Helper()
	all, err := e.store.Entries(e.ctx, w, notify.EntryFind{Limit: 100_000})
	e.fatal(err)
	slices.Reverse(all)
	return all
}

// sink takes messages.
type sink struct {
	mu  sync.Mutex
	all []notify.Message
	// fail, if set, is asked first.
	fail func(ctx context.Context, m notify.Message) error
}

func (s *sink) Send(ctx context.Context, m notify.Message) (notify.Receipt, error) {
	s.mu.Lock()
	fail := s.fail
	s.mu.Unlock()
	if fail != nil {
		if err := fail(ctx, m); err != nil {
			return notify.Receipt{}, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, m)
	return notify.Receipt{ID: "sink-" + string(m.ID)}, nil
}

// take returns the messages, and empties the sink.
func (s *sink) take() []notify.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.all
	s.all = nil
	return all
}

func (s *sink) setFail(f func(ctx context.Context, m notify.Message) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = f
}

func contains(e *env, text string, parts ...string) {
	e.t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			e.t.Errorf("%q is not in:\n%s", p, text)
		}
	}
}
