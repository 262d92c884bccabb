package tickets_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
	"github.com/deskfolk/desk/tickets"
)

// even makes bytes that are the same in each run.
type even struct{ r *rand.Rand }

func (e even) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(e.r.Uint32())
	}
	return len(b), nil
}

// pair is the same service on both databases: the same clock, ids and cursors.
type pair struct {
	t      *rapid.T
	s      [2]*tickets.Service
	people [2]*contacts.Service
	a      desk.Actor
	clock  *desktest.Clock
	who    []desk.ContactID
	ids    []desk.TicketID
}

func newPair(t *rapid.T, stores [2]*storage.DB, workspace string) *pair {
	p := &pair{t: t, clock: desktest.NewClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))}
	p.a = desk.Actor{Workspace: desk.WorkspaceID(workspace), Kind: desk.MemberActor, ID: "m", Grants: append(append([]desk.Permission{}, contacts.Permissions...), tickets.Permissions...)}
	for i, s := range stores {
		ids := desk.NewIDs(p.clock.Now, even{rand.New(rand.NewPCG(1, 2))})
		keys := desk.CursorKeys{[]byte("0123456789abcdef")}
		p.people[i] = contacts.New(s, &contacts.Options{Now: p.clock.Now, IDs: ids, CursorKeys: keys})
		p.s[i] = tickets.New(s.Tickets(), &tickets.Options{Now: p.clock.Now, IDs: ids, CursorKeys: keys, IndexEvery: 3})
	}
	for _, name := range []string{"Ana", "Ben", "Çem"} {
		var id desk.ContactID
		p.both(func(i int) (any, error) {
			c, err := p.people[i].Create(ctx, p.a, contacts.NewContact{FirstName: name, Email: name[:1] + "x@example.com"})
			id = c.ID
			return c, err
		})
		p.who = append(p.who, id)
	}
	return p
}

// both does the same on both databases and compares what comes of it.
func (p *pair) both(do func(i int) (any, error)) {
	p.t.Helper()
	var seen [2]string
	for i := range p.s {
		v, err := do(i)
		text, jerr := json.MarshalIndent(v, "", " ")
		if jerr != nil {
			p.t.Fatal(jerr)
		}
		seen[i] = fmt.Sprintf("%s\n%s %s %s", text, desk.KindOf(err), desk.FieldOf(err), desk.MessageOf(err))
		if k := desk.KindOf(err); k == desk.Internal || k == desk.Unavailable {
			p.t.Fatalf("%v", err)
		}
	}
	if d := cmp.Diff(strings.Split(seen[0], "\n"), strings.Split(seen[1], "\n")); d != "" {
		p.t.Fatalf("SQLite (-) and PostgreSQL (+) differ: %s", d)
	}
}

func (p *pair) contact(t *rapid.T) desk.ContactID {
	return rapid.SampledFrom(append(p.who, "", "contact_01h455vb4pex5vsknk084sn02q")).Draw(t, "contact")
}

func (p *pair) ticket(t *rapid.T) desk.TicketID {
	return rapid.SampledFrom(append(p.ids, "ticket_01h455vb4pex5vsknk084sn02q")).Draw(t, "ticket")
}

// actor is the member, or a contact for itself.
func (p *pair) actor(t *rapid.T) desk.Actor {
	if c := p.contact(t); c != "" && rapid.Bool().Draw(t, "itself") {
		return desk.Actor{Workspace: p.a.Workspace, Kind: desk.ContactActor, ID: string(c), Grants: p.a.Grants}
	}
	return p.a
}

func TestC27_TicketsAreTheSameOnBoth(t *testing.T) {
	t.Parallel()
	stores := [2]*storage.DB{desktest.New(t).Store, pgtest.Desk(t).Store}
	var workspaces atomic.Int64
	texts := rapid.SampledFrom([]string{"", "a", "Ärger", "printer on fire", "王 😀", `'"\%_`, "a\x00", "x\ny"})
	rapid.Check(t, func(rt *rapid.T) {
		p := newPair(rt, stores, fmt.Sprint("w", workspaces.Add(1)))
		rt.Repeat(map[string]func(*rapid.T){
			"create": func(t *rapid.T) {
				n := tickets.NewTicket{Subject: texts.Draw(t, "subject"), Requester: p.contact(t), Participants: []desk.ContactID{p.contact(t)}, Priority: rapid.SampledFrom([]string{"", "low", "none"}).Draw(t, "priority")}
				a := p.actor(t)
				p.both(func(i int) (any, error) {
					x, err := p.s[i].Create(ctx, a, n)
					if err == nil && i == 0 {
						p.ids = append(p.ids, x.ID)
					}
					return x, err
				})
			},
			"update": func(t *rapid.T) {
				id, a := p.ticket(t), p.actor(t)
				patch := tickets.Patch{Version: rapid.Int64Range(1, 3).Draw(t, "version"), Subject: ptr(texts.Draw(t, "subject")), Status: ptr(rapid.SampledFrom([]string{"open", "closed", "no"}).Draw(t, "status"))}
				p.both(func(i int) (any, error) { return p.s[i].Update(ctx, a, id, patch) })
			},
			"post": func(t *rapid.T) {
				id, a := p.ticket(t), p.actor(t)
				n := tickets.NewMessage{Text: texts.Draw(t, "text"), HTML: texts.Draw(t, "html"), Kind: rapid.SampledFrom([]tickets.MessageKind{"", tickets.Internal, "x"}).Draw(t, "kind")}
				p.both(func(i int) (any, error) { return p.s[i].Post(ctx, a, id, n) })
			},
			"participant": func(t *rapid.T) {
				id, a, c := p.ticket(t), p.actor(t), p.contact(t)
				role := rapid.SampledFrom([]tickets.Role{tickets.Requester, tickets.Participating, tickets.Pending, ""}).Draw(t, "role")
				p.both(func(i int) (any, error) {
					if role == "" {
						return nil, p.s[i].RemoveParticipant(ctx, a, id, c)
					}
					return nil, p.s[i].SetParticipant(ctx, a, id, c, role)
				})
			},
			"bin": func(t *rapid.T) {
				id, what := p.ticket(t), rapid.IntRange(0, 2).Draw(t, "what")
				p.both(func(i int) (any, error) {
					switch what {
					case 0:
						return nil, p.s[i].Delete(ctx, p.a, id)
					case 1:
						_, err := p.s[i].Restore(ctx, p.a, id)
						return nil, err
					}
					return nil, p.s[i].Purge(ctx, p.a, id)
				})
			},
			"": func(t *rapid.T) {
				q := tickets.Query{Filter: tickets.Filter{Text: rapid.SampledFrom([]string{"", "fire", "ana", "arger"}).Draw(t, "text")}, Sort: rapid.SampledFrom(append(tickets.Sorts, "")).Draw(t, "sort")}
				a, id := p.actor(t), p.ticket(t)
				p.both(func(i int) (any, error) { return p.s[i].List(ctx, a, q, desk.Page{Limit: 3}) })
				p.both(func(i int) (any, error) { return p.s[i].Messages(ctx, a, id, tickets.MessageQuery{}, desk.Page{}) })
				p.both(func(i int) (any, error) { return p.s[i].Participants(ctx, a, id) })
			},
		})
	})
}
