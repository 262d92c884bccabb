package tickets_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
	"github.com/deskfolk/desk/tickets"
)

// longTicket makes a ticket of n messages, by the store: as many posts would
// take minutes. Every third message is internal.
func longTicket(b *testing.B, d *desktest.Desk, c desk.ContactID, n int) desk.TicketID {
	b.Helper()
	x, err := d.Tickets.Create(ctx, d.Manager, tickets.NewTicket{Subject: fmt.Sprint(n, " messages"), Requester: c})
	if err != nil {
		b.Fatal(err)
	}
	ids := desk.NewIDs(d.Clock.Now, nil)
	err = d.Store.Tickets().Update(ctx, func(tx tickets.Tx) error {
		for i := range n {
			id, err := ids.New("message")
			if err != nil {
				return err
			}
			kind := tickets.Public
			if i%3 == 0 {
				kind = tickets.Internal
			}
			m := tickets.Message{ID: desk.MessageID(id), Ticket: x.ID, Kind: kind, AuthorKind: desk.MemberActor, AuthorID: "m", At: d.Clock.Now(), Text: "Some words of an ordinary length, as people write them.", HTML: "<p>Some words of an ordinary length, as people write them.</p>"}
			if err := tx.InsertMessage(ctx, d.Workspace, m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return x.ID
}

// BenchmarkFirstPage opens the first page of ten messages of a ticket of ten
// and of one of 10,000, in turn, and reports how many times longer the long one
// takes.
func BenchmarkFirstPage(b *testing.B) {
	for _, db := range []string{"sqlite", "postgres"} {
		b.Run(db, func(b *testing.B) {
			d := benchDesk(b, db)
			c, err := d.Contacts.Create(ctx, d.Manager, contacts.NewContact{LastName: "Ana"})
			if err != nil {
				b.Fatal(err)
			}
			short, long := longTicket(b, d, c.ID, 10), longTicket(b, d, c.ID, 10_000)
			for _, who := range []struct {
				name string
				a    desk.Actor
			}{{"agent", d.Manager}, {"contact", desk.Actor{Workspace: d.Workspace, Kind: desk.ContactActor, ID: string(c.ID)}}} {
				for _, newest := range []bool{true, false} {
					b.Run(fmt.Sprintf("%s/newest=%v", who.name, newest), func(b *testing.B) {
						var took [2]time.Duration
						for b.Loop() {
							for i, id := range []desk.TicketID{short, long} {
								start := time.Now()
								if _, err := d.Tickets.Messages(ctx, who.a, id, tickets.MessageQuery{Newest: newest}, desk.Page{Limit: 6}); err != nil {
									b.Fatal(err)
								}
								took[i] += time.Since(start)
							}
						}
						b.ReportMetric(float64(took[1])/float64(took[0]), "long/short")
					})
				}
			}
		})
	}
}

func benchDesk(b *testing.B, db string) *desktest.Desk {
	b.Helper()
	if db == "sqlite" {
		return desktest.New(b)
	}
	return pgtest.Desk(b)
}

func BenchmarkSeesAs(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if !tickets.SeesAs(tickets.Participating, true, tickets.Live) {
			b.Fatal("wrong")
		}
	}
}

func BenchmarkSanitizeHTML(b *testing.B) {
	const mail = `<div dir="ltr"><p>Hello,</p><p>the <b>printer</b> is on fire, see <a href="https://a.example/x?y=1&amp;z=2">here</a>.</p><blockquote><p>On Monday you wrote:</p></blockquote><img src="https://t.example/p.gif"></div>`
	b.SetBytes(int64(len(mail)))
	for b.Loop() {
		tickets.SanitizeHTML(mail, tickets.HTMLOptions{})
	}
}
