package intake_test

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/intake"
)

// bench is a desk that takes mail.
type bench struct {
	*is.I
	*desktest.Desk
	t       *testing.T
	threads tickets.Threads
	mail    *intake.Service
	system  desk.Actor
	members map[string]desk.Actor
	spy     *spy
	ids     *desk.IDs
}

// on runs a test on both databases.
func on(t *testing.T, run func(b *bench)) {
	t.Helper()
	pgtest.Each(t, func(t *testing.T, d *desktest.Desk) { run(newBench(t, d)) })
}

func newBench(t *testing.T, d *desktest.Desk) *bench {
	b := &bench{I: is.New(t), Desk: d, t: t, threads: tickets.Threads{Keys: [][]byte{[]byte("a key for tests of mail")}}, members: map[string]desk.Actor{}}
	b.ids = desk.NewIDs(d.Clock.Now, nil)
	b.spy = &spy{Store: d.Store.Intake()}
	b.mail = b.service(nil)
	b.system = desk.Actor{Workspace: d.Workspace, Kind: desk.SystemActor, ID: "smtp", Grants: intake.Permissions}
	return b
}

func (b *bench) service(l *intake.Limits) *intake.Service {
	return intake.New(b.spy, b.Contacts, b.Tickets, &intake.Options{
		Now: b.Clock.Now, IDs: b.ids, Threads: b.threads, Limits: l, Dir: b.t.TempDir(),
		Member: func(_ context.Context, w desk.WorkspaceID, address string) (desk.Actor, bool, error) {
			a, ok := b.members[strings.ToLower(address)]
			a.Workspace = w
			return a, ok, nil
		},
	})
}

// take takes a message of header lines and a text.
func (b *bench) take(header, text string) intake.Result {
	b.t.Helper()
	return b.deliver(intake.Delivery{Raw: strings.NewReader(message(header, text))})
}

func (b *bench) deliver(d intake.Delivery) intake.Result {
	b.t.Helper()
	res, err := b.mail.Take(b.t.Context(), b.system, d)
	if err != nil {
		b.t.Fatal(err)
	}
	return res
}

// settings changes the settings of mail.
func (b *bench) settings(change func(*intake.Settings)) {
	b.t.Helper()
	set, err := b.mail.Settings(b.t.Context(), b.system)
	b.NoErr(err)
	change(&set)
	_, err = b.mail.SaveSettings(b.t.Context(), b.system, set)
	b.NoErr(err)
}

func (b *bench) ticket(id desk.TicketID) tickets.Ticket {
	b.t.Helper()
	t, err := b.Tickets.Get(b.t.Context(), b.Manager, id)
	b.NoErr(err)
	return t
}

func (b *bench) messages(id desk.TicketID) []tickets.Message {
	b.t.Helper()
	l, err := b.Tickets.Messages(b.t.Context(), b.Manager, id, tickets.MessageQuery{}, desk.Page{Limit: 100})
	b.NoErr(err)
	return l.Messages
}

// roles returns the participants' roles by address.
func (b *bench) roles(id desk.TicketID) map[string]tickets.Role {
	b.t.Helper()
	ps, err := b.Tickets.Participants(b.t.Context(), b.Manager, id)
	b.NoErr(err)
	m := map[string]tickets.Role{}
	for _, p := range ps {
		m[p.Email] = p.Role
	}
	return m
}

func (b *bench) count(query string) int {
	b.t.Helper()
	var n int
	b.NoErr(b.DB.QueryRowContext(b.t.Context(), query).Scan(&n))
	return n
}

// sound checks the database.
func (b *bench) sound() {
	b.t.Helper()
	rep, err := b.Store.Check(b.t.Context())
	b.NoErr(err)
	b.Equal(len(rep.Problems), 0)
}

// reply is a message that answers a ticket by a token in its address.
func (b *bench) reply(from string, id desk.TicketID, text string) intake.Result {
	b.t.Helper()
	to := b.threads.Address("support@desk.test", b.Workspace, id, b.ticket(id).Requester)
	return b.take("From: "+from+"\nTo: "+to+"\nSubject: Re: Help\nMessage-ID: <"+strconv.Itoa(len(text))+text[:1]+from+">", text)
}

func ptr[T any](v T) *T { return &v }

// notices counts who is to be told by a type of notice.
func (b *bench) notices(kind string) int {
	n := 0
	for _, e := range b.spy.all() {
		for _, x := range e.Notices {
			if x.Type == kind {
				n += len(x.To)
			}
		}
	}
	return n
}

// spy is the store, and looks at the events that are recorded.
type spy struct {
	intake.Store
	mu     sync.Mutex
	events []desk.Event
}

func (s *spy) all() []desk.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.events)
}

func (s *spy) Update(ctx context.Context, fn func(intake.Tx) error) error {
	var mine []desk.Event
	err := s.Store.Update(ctx, func(tx intake.Tx) error {
		mine = nil
		return fn(spyTx{tx, &mine})
	})
	if err == nil {
		s.mu.Lock()
		s.events = append(s.events, mine...)
		s.mu.Unlock()
	}
	return err
}

type spyTx struct {
	intake.Tx
	events *[]desk.Event
}

func (t spyTx) Record(ctx context.Context, w desk.WorkspaceID, es ...desk.Event) error {
	*t.events = append(*t.events, es...)
	return t.Tx.Record(ctx, w, es...)
}
