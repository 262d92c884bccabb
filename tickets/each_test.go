package tickets_test

import (
	"bytes"
	"context"
	"flag"
	"io"
	"net/url"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
	"github.com/deskfolk/desk/tickets"
)

var ctx = context.Background()

func TestMain(m *testing.M) {
	// Rapid's own default of 100 checks takes long on two databases.
	if f := flag.Lookup("rapid.checks"); f != nil {
		_ = f.Value.Set("25")
	}
	flag.Parse()
	os.Exit(m.Run())
}

// office is a desk with some people, whose notices are seen.
type office struct {
	*desktest.Desk
	t *testing.T
	// Tickets records what goes into the journal.
	Tickets *tickets.Service
	journal *journal
	// ana asks; ben takes part; cem stays away.
	ana, ben, cem contacts.Contact
}

// journal passes everything on to the real store, and keeps the events that
// were recorded by a transaction that was kept.
type journal struct {
	tickets.Store
	mu     sync.Mutex
	events []desk.Event
}

type recordingTx struct {
	tickets.Tx
	events []desk.Event
}

func (t *recordingTx) Record(ctx context.Context, w desk.WorkspaceID, events ...desk.Event) error {
	t.events = append(t.events, events...)
	return t.Tx.Record(ctx, w, events...)
}

func (j *journal) Update(ctx context.Context, fn func(tickets.Tx) error) error {
	var r *recordingTx
	err := j.Store.Update(ctx, func(tx tickets.Tx) error {
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

// take returns the verbs and notices since the last time.
func (o *office) take() (verbs []string, notices []desk.Notice) {
	o.journal.mu.Lock()
	defer o.journal.mu.Unlock()
	for _, e := range o.journal.events {
		verbs = append(verbs, e.Verb)
		notices = append(notices, e.Notices...)
	}
	o.journal.events = nil
	return verbs, notices
}

// each runs a test on an office of its own on both databases.
func each(t *testing.T, fn func(t *testing.T, o *office)) {
	t.Helper()
	pgtest.Each(t, func(t *testing.T, d *desktest.Desk) { fn(t, newOffice(t, d)) })
}

func newOffice(t *testing.T, d *desktest.Desk) *office {
	t.Helper()
	o := &office{Desk: d, t: t, journal: &journal{Store: d.Store.Tickets()}}
	o.Tickets = tickets.New(o.journal, &tickets.Options{Now: d.Clock.Now})
	o.ana = o.person(contacts.NewContact{FirstName: "Ana", LastName: "Díaz", Email: "ana@acme.example", CompanyName: "Acme"})
	o.ben = o.person(contacts.NewContact{FirstName: "Ben", LastName: "Okoro", Email: "ben@acme.example"})
	o.cem = o.person(contacts.NewContact{FirstName: "Cem", LastName: "Yıldız", Email: "cem@other.example"})
	return o
}

func (o *office) person(n contacts.NewContact) contacts.Contact {
	o.t.Helper()
	return must(o.Contacts.Create(ctx, o.Manager, n))
}

// as is a contact acting for itself, with the grants that a host may give it.
func (o *office) as(c contacts.Contact, grants ...desk.Permission) desk.Actor {
	return desk.Actor{Workspace: o.Workspace, Kind: desk.ContactActor, ID: string(c.ID), Grants: grants}
}

// member is a member with the grants.
func (o *office) member(id string, grants ...desk.Permission) desk.Actor {
	return desk.Actor{Workspace: o.Workspace, Kind: desk.MemberActor, ID: id, Grants: grants}
}

// ticket makes a ticket of Ana's in which Ben takes part.
func (o *office) ticket() tickets.Ticket {
	o.t.Helper()
	return must(o.Tickets.Create(ctx, o.Manager, tickets.NewTicket{Subject: "The printer is on fire", Requester: o.ana.ID, Participants: []desk.ContactID{o.ben.ID}}))
}

func (o *office) post(a desk.Actor, id desk.TicketID, n tickets.NewMessage) tickets.Message {
	o.t.Helper()
	return must(o.Tickets.Post(ctx, a, id, n))
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

// file is an attachment of bytes.
func file(name string, data []byte) tickets.NewAttachment {
	return tickets.NewAttachment{Name: name, Type: "application/pdf", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }}
}

// texts are the texts of a ticket's messages as the actor gets them.
func (o *office) texts(a desk.Actor, id desk.TicketID) []string {
	o.t.Helper()
	l, err := o.Tickets.Messages(ctx, a, id, tickets.MessageQuery{}, desk.Page{Limit: 1000})
	if err != nil {
		o.t.Fatal(err)
	}
	var all []string
	for _, m := range l.Messages {
		all = append(all, m.Text)
	}
	if len(all) != l.Count {
		o.t.Errorf("%d messages, but %d are counted", len(all), l.Count)
	}
	return slices.Clip(all)
}

func parseValues(s string) (url.Values, error) { return url.ParseQuery(s) }

// raced reports that the race detector is at work, which takes its time.
var raced bool
