package demo_test

import (
	"testing"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/demo"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/tickets"
)

// TestFillTickets makes the demo tickets over some weeks, in many languages,
// and tells nobody.
func TestFillTickets(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	d := desktest.New(t)
	_, err := d.Contacts.SaveSettings(t.Context(), d.Manager, contacts.Settings{AllowImport: true})
	is.NoErr(err)
	is.NoErr(demo.Fill(t.Context(), d.Contacts, d.Manager, func(int) {}))
	other := d.Manager
	other.ID = "mara"
	team := []demo.Member{{Actor: d.Manager, Name: "Robin"}, {Actor: other, Name: "Mara"}}
	last := 0
	is.NoErr(demo.FillTickets(t.Context(), d.Store.Tickets(), d.Contacts, team, d.Clock.Now(), func(n int) { last = n }))
	is.Equal(last, demo.Tickets)

	list, err := d.Tickets.List(t.Context(), d.Manager, tickets.Query{Sort: tickets.SortNumber}, desk.Page{Limit: 100})
	is.NoErr(err)
	is.Equal(list.Count, demo.Tickets-1) // one is in the bin
	statuses, companies, files, notes, pending := map[string]int{}, map[string]bool{}, 0, 0, 0
	for i, x := range list.Tickets {
		statuses[x.Status]++
		companies[x.Company] = true
		is.True(!x.CreatedAt.After(d.Clock.Now()) && x.CreatedAt.After(d.Clock.Now().AddDate(0, 0, -40)))
		is.True(i == 0 || !x.CreatedAt.Before(list.Tickets[i-1].CreatedAt)) // numbers follow the time
		ms, err := d.Tickets.Messages(t.Context(), d.Manager, x.ID, tickets.MessageQuery{}, desk.Page{})
		is.NoErr(err)
		is.True(len(ms.Messages) > 0)
		for _, m := range ms.Messages {
			files += len(m.Attachments)
			if m.Kind == tickets.Internal {
				notes++
			}
		}
		ps, err := d.Tickets.Participants(t.Context(), d.Manager, x.ID)
		is.NoErr(err)
		for _, p := range ps {
			if p.Role == tickets.Pending {
				pending++
			}
		}
	}
	is.True(statuses["open"] > 10 && statuses["waiting"] > 10 && statuses["closed"] > 10)
	is.True(len(companies) > 15)
	is.True(files > 10 && notes > 10 && pending > 0)
	_, err = d.Contacts.Work(t.Context(), d.Manager) // what came first in time was written last
	is.NoErr(err)
	report, err := d.Contacts.VerifyLog(t.Context(), d.Manager)
	is.NoErr(err)
	is.Equal(len(report.Broken), 0)
}
