package requests_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/requests"
)

var ctx = context.Background()

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(m.Run())
}

// office is a desk with some people, whose notices are seen.
type office struct {
	*desktest.Desk
	t       *testing.T
	s       *requests.Service
	journal *journal
	// boss may do everything. ana and ben are of one company, cem is of none;
	// they can use the portal.
	boss          desk.Actor
	ana, ben, cem contacts.Contact
}

// journal passes everything on to the real store, and keeps the events that
// were recorded by a transaction that was kept.
type journal struct {
	requests.Store
	mu     sync.Mutex
	events []desk.Event
}

type recordingTx struct {
	requests.Tx
	events []desk.Event
}

func (t *recordingTx) Record(ctx context.Context, w desk.WorkspaceID, events ...desk.Event) error {
	t.events = append(t.events, events...)
	return t.Tx.Record(ctx, w, events...)
}

func (j *journal) Update(ctx context.Context, fn func(requests.Tx) error) error {
	var r *recordingTx
	err := j.Store.Update(ctx, func(tx requests.Tx) error {
		r = &recordingTx{Tx: tx}
		return fn(r)
	})
	if err == nil {
		j.mu.Lock()
		j.events = append(j.events, r.events...)
		j.mu.Unlock()
	}
	return err
}

// take returns the events and notices since the last time.
func (o *office) take() (events []desk.Event, notices []desk.Notice) {
	o.journal.mu.Lock()
	defer o.journal.mu.Unlock()
	events, o.journal.events = o.journal.events, nil
	for _, e := range events {
		notices = append(notices, e.Notices...)
	}
	return events, notices
}

// each runs a test on an office of its own on both databases.
func each(t *testing.T, fn func(t *testing.T, o *office)) {
	t.Helper()
	pgtest.Each(t, func(t *testing.T, d *desktest.Desk) { fn(t, newOffice(t, d)) })
}

func newOffice(t *testing.T, d *desktest.Desk) *office {
	t.Helper()
	o := &office{Desk: d, t: t, journal: &journal{Store: d.Store.Requests()}, boss: d.Manager}
	o.boss.Grants = slices.Concat(contacts.Permissions, tickets.Permissions, requests.Permissions)
	o.s = requests.New(o.journal, d.Tickets, &requests.Options{Now: d.Clock.Now})
	o.ana = o.person(contacts.NewContact{FirstName: "Ana", LastName: "Díaz", Email: "ana@acme.example", CompanyName: "Acme"})
	o.ben = o.person(contacts.NewContact{FirstName: "Ben", LastName: "Okoro", Email: "ben@acme.example", CompanyName: "Acme"})
	o.cem = o.person(contacts.NewContact{FirstName: "Cem", LastName: "Yıldız", Email: "cem@other.example"})
	return o
}

// person makes a contact that can use the portal.
func (o *office) person(n contacts.NewContact) contacts.Contact {
	o.t.Helper()
	n.PortalAccess = true
	return must(o.Contacts.Create(ctx, o.boss, n))
}

// change changes a contact.
func (o *office) change(c contacts.Contact, p contacts.Patch) {
	o.t.Helper()
	now := must(o.Contacts.Get(ctx, o.boss, c.ID))
	must(o.Contacts.Update(ctx, o.boss, c.ID, now.Version, p))
}

// as is a contact acting for itself.
func (o *office) as(c contacts.Contact) desk.Actor {
	return desk.Actor{Workspace: o.Workspace, Kind: desk.ContactActor, ID: string(c.ID)}
}

// member is a member with the grants.
func (o *office) member(id string, grants ...desk.Permission) desk.Actor {
	return desk.Actor{Workspace: o.Workspace, Kind: desk.MemberActor, ID: id, Grants: grants}
}

// form makes and publishes a form.
func (o *office) form(d requests.Definition) requests.Form {
	o.t.Helper()
	f := must(o.s.CreateForm(ctx, o.boss, requests.NewForm{Name: "Repair", Draft: d}))
	return must(o.s.PublishForm(ctx, o.boss, f.ID, f.Version))
}

// short is a form of one question.
func short() requests.Definition {
	return requests.Definition{Fields: []requests.Field{{Key: "what", Label: "What?", Type: requests.TextField, Required: true}}}
}

func what(s string) requests.Filling {
	return requests.Filling{Answers: requests.Answers{"what": {s}}}
}

// template makes an active template.
func (o *office) template(f requests.TemplateFields) requests.Template {
	o.t.Helper()
	f.Active = true
	if f.Name == "" {
		f.Name = "Something is broken"
	}
	return must(o.s.CreateTemplate(ctx, o.boss, f))
}

// assign assigns a form to one contact.
func (o *office) assign(f requests.Form, c contacts.Contact) requests.Assignment {
	o.t.Helper()
	return must(o.s.Assign(ctx, o.boss, requests.NewAssignment{Form: f.ID, Contacts: []desk.ContactID{c.ID}}))[0]
}

// ticket makes a ticket of Ana's in which Ben takes part.
func (o *office) ticket() tickets.Ticket {
	o.t.Helper()
	return must(o.Tickets.Create(ctx, o.boss, tickets.NewTicket{Subject: "The printer is on fire", Requester: o.ana.ID, Participants: []desk.ContactID{o.ben.ID}}))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func wants(t *testing.T, err error, kind desk.Kind, field string) {
	t.Helper()
	if desk.KindOf(err) != kind || desk.FieldOf(err) != field {
		t.Errorf("got %v (%s, %q), want %s, %q", err, desk.KindOf(err), desk.FieldOf(err), kind, field)
	}
}

func ptr[T any](v T) *T { return &v }

func verbs(events []desk.Event) []string {
	var all []string
	for _, e := range events {
		all = append(all, e.Verb+" "+string([]byte(e.Subject)[:bytes.IndexByte([]byte(e.Subject), '_')]))
	}
	return all
}

// tickets counts the tickets that there are.
func (o *office) tickets() (n int) {
	o.t.Helper()
	if err := o.DB.QueryRow(`SELECT COUNT(*) FROM desk_tickets`).Scan(&n); err != nil {
		o.t.Fatal(err)
	}
	return n
}
