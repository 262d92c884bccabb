package records_test

import (
	"slices"
	"testing"
	"time"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/records"
)

// openTicket makes a ticket as the manager.
func openTicket(t *testing.T, d *desktest.Desk, n tickets.NewTicket) tickets.Ticket {
	t.Helper()
	x, err := d.Tickets.Create(ctx, d.Manager, n)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestT6_TimeOnATicket(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		ann := person(t, d, contacts.NewContact{LastName: "Lee", CompanyName: "Corp"})
		x := openTicket(t, d, tickets.NewTicket{Subject: "Broken", Requester: ann.ID})
		other := openTicket(t, d, tickets.NewTicket{Subject: "Other"})
		r := keep(t, d, records.NewRecord{Kind: records.Time, Ticket: x.ID, Duration: time.Hour})
		is.Equal(r.Company, ann.CompanyID) // the ticket's
		keep(t, d, records.NewRecord{Kind: records.Time, Ticket: x.ID, Contact: ann.ID, Duration: 30 * time.Minute})
		keep(t, d, records.NewRecord{Kind: records.Time, Ticket: other.ID, Duration: time.Minute})
		keep(t, d, records.NewRecord{Kind: records.Time, Contact: ann.ID, Duration: time.Second})
		sum, err := d.Records.Totals(ctx, d.Manager, records.Filter{Ticket: x.ID})
		is.NoErr(err)
		is.Equal(sum.Time, 90*time.Minute)
		sum, err = d.Records.Totals(ctx, d.Manager, records.Filter{Contact: ann.ID})
		is.NoErr(err)
		is.Equal(sum.Time, 30*time.Minute+time.Second)
		l, err := d.Records.List(ctx, d.Manager, records.Query{Filter: records.Filter{Ticket: x.ID}, Oldest: true}, desk.Page{})
		is.NoErr(err)
		is.Equal(l.Count, 2)
		is.Equal(l.Records[0].ID, r.ID)

		moved, err := d.Records.Update(ctx, d.Manager, r.ID, records.Patch{Version: 1, Ticket: &other.ID})
		is.NoErr(err)
		is.Equal(moved.Ticket, other.ID)
		_, err = d.Records.Update(ctx, d.Manager, r.ID, records.Patch{Version: 2, Ticket: ptr(desk.TicketID("")), Company: ptr(desk.CompanyID(""))})
		wants(t, err, desk.Invalid, "contact") // it would be of nobody
		log, err := d.Store.Events(ctx, d.Workspace, contacts.EventFind{Subject: string(other.ID), Verbs: records.Verbs, Limit: 9})
		is.NoErr(err)
		is.Equal(len(log), 2) // the other entry was added, and this one came here
		is.Equal(log[0].Summary, "Time entry changed: ticket.")

		_, err = d.DB.ExecContext(ctx, `UPDATE desk_tickets SET state = 1 WHERE id = '`+string(other.ID)+`'`) // the recycle bin
		is.NoErr(err)
		_, err = d.Records.Create(ctx, d.Manager, records.NewRecord{Kind: records.Time, Ticket: other.ID, Duration: time.Hour})
		wants(t, err, desk.Invalid, "ticket")
	})
}

func TestB58_RecordsOfHiddenTickets(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		ann := person(t, d, contacts.NewContact{LastName: "Lee"})
		x := openTicket(t, d, tickets.NewTicket{Subject: "Secret", Requester: ann.ID})
		hidden := keep(t, d, records.NewRecord{Kind: records.Time, Ticket: x.ID, Contact: ann.ID, Duration: time.Hour})
		open := keep(t, d, records.NewRecord{Kind: records.Time, Contact: ann.ID, Duration: time.Minute})
		own := slices.Concat([]desk.Permission{contacts.MayView, tickets.MayViewAssigned}, records.Permissions)
		for _, a := range []desk.Actor{member(d, "me", own...), member(d, "me", slices.Concat([]desk.Permission{contacts.MayView}, records.Permissions)...)} {
			l, err := d.Records.List(ctx, a, records.Query{}, desk.Page{})
			is.NoErr(err)
			is.Equal(l.Count, 1)
			is.Equal(ids(l.Records), []desk.RecordID{open.ID})
			l, err = d.Records.List(ctx, a, records.Query{Filter: records.Filter{Ticket: x.ID}}, desk.Page{})
			is.NoErr(err)
			is.Equal(l.Count, 0)
			sum, err := d.Records.Totals(ctx, a, records.Filter{Contact: ann.ID})
			is.NoErr(err)
			is.Equal(sum.Time, time.Minute)
			none := nobody.record
			for _, id := range []desk.RecordID{hidden.ID, none} {
				_, err = d.Records.Get(ctx, a, id)
				wants(t, err, desk.NotFound, "")
				_, err = d.Records.Update(ctx, a, id, records.Patch{Version: 1, Note: ptr("x")})
				wants(t, err, desk.NotFound, "")
				wants(t, d.Records.Delete(ctx, a, id), desk.NotFound, "")
			}
			for _, id := range []desk.TicketID{x.ID, "ticket_01h455vb4pex5vsknk084sn02q", "nonsense"} {
				_, err = d.Records.Create(ctx, a, records.NewRecord{Kind: records.Time, Ticket: id, Duration: time.Hour})
				wants(t, err, desk.Invalid, "ticket")
				_, err = d.Records.RecordCall(ctx, a, records.NewCall{Number: "1", Ticket: id})
				wants(t, err, desk.Invalid, "ticket")
				_, err = d.Records.Update(ctx, a, open.ID, records.Patch{Version: 1, Ticket: &id})
				wants(t, err, desk.Invalid, "ticket")
			}
			p, err := d.Contacts.Profile(ctx, a, ann.ID, contacts.ProfileQuery{Parts: []string{records.PartTime}})
			is.NoErr(err)
			is.Equal(p.Parts[0].Count, 1)
		}
		// Who sees the ticket and not the contact does not see it either.
		_, err := d.Records.Get(ctx, member(d, "me", tickets.MayView, records.MayView), hidden.ID)
		wants(t, err, desk.NotFound, "")
		onTicket := keep(t, d, records.NewRecord{Kind: records.Time, Ticket: x.ID, Duration: time.Hour})
		_, err = d.Records.Get(ctx, member(d, "me", tickets.MayView, records.MayView), onTicket.ID)
		is.NoErr(err)
	})
}

func TestPurgeOfATicket(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		ann := person(t, d, contacts.NewContact{LastName: "Lee"})
		x := openTicket(t, d, tickets.NewTicket{Subject: "Gone"})
		alone := keep(t, d, records.NewRecord{Kind: records.Time, Ticket: x.ID, Duration: time.Hour})
		kept := keep(t, d, records.NewRecord{Kind: records.Time, Ticket: x.ID, Contact: ann.ID, Duration: time.Hour})
		is.NoErr(d.Store.Tickets().Update(ctx, func(tx tickets.Tx) error { return tx.PurgeTickets(ctx, d.Workspace, []desk.TicketID{x.ID}) }))
		_, err := d.Records.Get(ctx, d.Manager, alone.ID)
		wants(t, err, desk.NotFound, "")
		r, err := d.Records.Get(ctx, d.Manager, kept.ID)
		is.NoErr(err)
		is.Equal(r.Ticket, desk.TicketID(""))
		check, err := d.Store.Check(ctx)
		is.NoErr(err)
		is.Equal(check.Problems, nil)
	})
}
