package storagetest

import (
	"fmt"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/records"
)

func ticketID(n int) desk.TicketID { return desk.TicketID(fmt.Sprintf("ticket_%04d", n)) }

// seedTickets puts tickets into both workspaces, assigned to "me" and "you" in
// turn; the third is in the bin.
func (e *env) seedTickets() {
	e.t.Helper()
	for _, w := range []desk.WorkspaceID{twin, home} {
		e.NoErr(e.Records.Update(e.ctx, func(tx records.Tx) error {
			for n := 1; n <= 3; n++ {
				r := tickets.Record{Ticket: tickets.Ticket{ID: ticketID(n), Version: 1, Number: int64(n), Subject: "S", Assignee: []string{"you", "me"}[n%2], Channel: tickets.ByAgent, CreatedAt: noon, UpdatedAt: noon}}
				if n == 3 {
					r.Ticket.State = tickets.Binned
				}
				for i := range r.Index.Sort {
					r.Index.Sort[i] = []byte{1}
				}
				if err := tx.InsertTicket(e.ctx, w, r, nil); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}

func recordTicketSight(e *env) {
	e.seedTickets()
	var rs []records.Record
	for n := 1; n <= 3; n++ {
		r := linked(n, 0, records.Time)
		r.Ticket = ticketID(n)
		rs = append(rs, r)
	}
	both, yours := rs[0], rs[0]
	both.ID, both.Contact, both.At = recordID(4), contactID(1), noon.Add(4*time.Hour)
	yours.ID, yours.Contact, yours.At = recordID(5), contactID(2), noon.Add(5*time.Hour)
	alone := linked(6, 1, records.Time)
	e.seedRecords(append(rs, both, yours, alone)...)
	everyone := contacts.Sight{Binned: true}
	for _, c := range []struct {
		contacts contacts.Sight
		tickets  tickets.Sight
		want     []int
	}{
		{everyone, tickets.Sight{Binned: true}, []int{6, 5, 4, 3, 2, 1}},
		{everyone, tickets.Sight{}, []int{6, 5, 4, 2, 1}},
		{everyone, tickets.Sight{None: true}, []int{6}},
		{everyone, tickets.Sight{Assignee: "me"}, []int{6, 5, 4, 1}},
		{everyone, tickets.Sight{Assignee: "me", Binned: true}, []int{6, 5, 4, 3, 1}},
		{contacts.Sight{Owner: "me"}, tickets.Sight{Assignee: "me"}, []int{6, 4, 1}},
		{contacts.Sight{None: true, Owner: "me"}, tickets.Sight{}, []int{2, 1}},
		{contacts.Sight{None: true, Owner: "me"}, tickets.Sight{None: true}, nil},
	} {
		var want []desk.RecordID
		for _, n := range c.want {
			want = append(want, recordID(n))
		}
		same(e, want, e.foundRecords(records.Find{Sight: records.Sight{Contacts: c.contacts, Tickets: c.tickets}}))
	}
	same(e, []desk.RecordID{recordID(5), recordID(4), recordID(1)}, e.foundRecords(records.Find{Filter: records.Filter{Ticket: ticketID(1)}, Sight: seesAll}))
}

func purgeTicketRecords(e *env) {
	e.seedTickets()
	alone, kept := linked(1, 0, records.Time), linked(2, 1, records.Time)
	alone.Ticket, kept.Ticket = ticketID(1), ticketID(1)
	e.seedRecords(alone, kept)
	e.NoErr(e.Records.Update(e.ctx, func(tx records.Tx) error { return tx.PurgeTickets(e.ctx, home, []desk.TicketID{ticketID(1)}) }))
	same(e, []desk.RecordID{recordID(2)}, e.foundRecords(records.Find{Sight: seesAll}))
	got, err := e.Records.LinkedRecord(e.ctx, home, recordID(2))
	e.NoErr(err)
	e.Equal(got.Ticket, desk.TicketID(""))
	e.Equal(got.Contact, contactID(1))
}
