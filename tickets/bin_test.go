package tickets_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

func TestBinRestorePurge(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		x, y := o.ticket(), o.ticket()
		o.post(o.Manager, x.ID, tickets.NewMessage{Text: "ZEBRA", Attachments: []tickets.NewAttachment{file("a.txt", []byte("ZEBRA"))}})
		wants(t, o.Tickets.Purge(ctx, o.Manager, x.ID), desk.Conflict, "")
		wants(t, o.Tickets.Delete(ctx, o.Manager, x.ID, "ticket_01h455vb4pex5vsknk084sn02q"), desk.NotFound, "")
		is.Equal(must(o.Tickets.Get(ctx, o.Manager, x.ID)).State, tickets.Live) // all or none
		is.NoErr(o.Tickets.Delete(ctx, o.Manager, x.ID, y.ID))
		is.NoErr(o.Tickets.Delete(ctx, o.Manager, x.ID)) // again
		_, err := o.Tickets.Get(ctx, o.Viewer, x.ID)
		wants(t, err, desk.NotFound, "")
		_, err = o.Tickets.Post(ctx, o.Manager, x.ID, tickets.NewMessage{Text: "x"})
		wants(t, err, desk.Conflict, "")
		wants(t, o.Tickets.SetParticipant(ctx, o.Manager, x.ID, o.cem.ID, tickets.Participating), desk.Conflict, "")
		is.Equal(o.numbers(o.Manager, tickets.Query{}), "")
		is.Equal(len(o.numbers(o.Manager, tickets.Query{Filter: tickets.Filter{Binned: true}})), 2)
		got := must(o.Tickets.Restore(ctx, o.Manager, y.ID))
		is.Equal(got.State, tickets.Live)
		is.True(got.DeletedAt.IsZero())
		is.Equal(o.numbers(o.as(o.ana), tickets.Query{}), "2")

		is.Equal(must(o.Tickets.EmptyBin(ctx, o.Manager)), 0)
		o.Clock.Turn(tickets.BinDays * 24 * time.Hour)
		is.Equal(must(o.Tickets.EmptyBin(ctx, o.Manager)), 1)
		_, err = o.Tickets.Get(ctx, o.Manager, x.ID)
		wants(t, err, desk.NotFound, "")
		for _, table := range []string{"desk_tickets", "desk_ticket_messages", "desk_ticket_attachments", "desk_blobs"} {
			var n int
			is.NoErr(o.DB.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+table).Scan(&n))
			is.Equal(n, map[bool]int{true: 1}[table == "desk_tickets"])
		}
		is.Equal(must(o.Tickets.Create(ctx, o.Manager, tickets.NewTicket{Subject: "next"})).Number, int64(3)) // no number twice
		o.sound()
		report := must(o.Contacts.VerifyLog(ctx, o.Manager))
		is.Equal(len(report.Broken), 0)
	})
}

// sound looks whether the database hangs together.
func (o *office) sound() {
	o.t.Helper()
	r, err := o.Store.Check(ctx)
	if err != nil || !r.Sound() {
		o.t.Errorf("%v %v", err, r.Problems)
	}
}

// A contact that is removed for good leaves its tickets, and nothing of it stays.
func TestPurgedContactLeavesItsTickets(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		gone := o.person(contacts.NewContact{FirstName: "Quentin", LastName: "Xylo", Email: "quentin@xylo.example", Emails: []contacts.Email{{Value: "q@home.example"}}})
		system := desk.Actor{Workspace: o.Workspace, Kind: desk.SystemActor, ID: "intake", Grants: o.Manager.Grants}
		x := must(o.Tickets.Create(ctx, o.as(gone, tickets.MayCreate), tickets.NewTicket{Subject: "Help", Message: &tickets.NewMessage{Text: "please"}}))
		must(o.Tickets.Post(ctx, system, x.ID, tickets.NewMessage{Text: "by mail", Contact: gone.ID, Email: &tickets.Mail{MessageID: "<1@x>", From: "Quentin@xylo.example", FromName: "Quentin", To: []string{"help@desk.example"}}}))
		is.NoErr(o.Tickets.SetParticipant(ctx, o.Manager, x.ID, o.ben.ID, tickets.Participating))
		must(o.Tickets.Post(ctx, system, x.ID, tickets.NewMessage{Text: "to all", Contact: o.ben.ID, Email: &tickets.Mail{MessageID: "<2@x>", From: "ben@acme.example", Cc: []string{"Q@home.example", "cem@other.example"}}}))
		y := o.ticket()
		is.NoErr(o.Tickets.SetParticipant(ctx, o.Manager, y.ID, gone.ID, tickets.Pending))
		must(o.Contacts.Work(ctx, o.Manager))

		is.NoErr(o.Contacts.Delete(ctx, o.Manager, gone.ID))
		is.NoErr(o.Contacts.Purge(ctx, o.Manager, gone.ID))
		got := must(o.Tickets.Get(ctx, o.Manager, x.ID))
		is.Equal(got.Requester, desk.ContactID(""))
		is.Equal(got.CreatedBy, "")
		is.Equal(len(must(o.Tickets.Participants(ctx, o.Manager, x.ID))), 1)
		is.Equal(len(must(o.Tickets.Participants(ctx, o.Manager, y.ID))), 2)
		l := must(o.Tickets.Messages(ctx, o.Manager, x.ID, tickets.MessageQuery{}, desk.Page{}))
		is.Equal(len(l.Messages), 3)
		is.Equal(fmt.Sprint(l.Messages[0].Contact, l.Messages[0].AuthorID, l.Messages[0].AuthorName), "")
		is.Equal(l.Messages[1].Email.From+l.Messages[1].Email.FromName, "")
		is.Equal(l.Messages[2].Email.Cc, []string{"cem@other.example"})
		for _, f := range []tickets.Filter{{Contact: gone.ID}, {Requester: gone.ID}, {Text: "quentin"}, {Text: "xylo.example"}} {
			is.Equal(must(o.Tickets.Count(ctx, o.Manager, f)), 0)
		}
		is.Equal(must(o.Tickets.Count(ctx, o.Manager, tickets.Filter{Text: "ben help"})), 1)
		left := o.everything()
		for _, s := range []string{"quentin", "xylo", "q@home"} {
			if strings.Contains(strings.ToLower(left), s) {
				t.Errorf("%q is still there", s)
			}
		}
		o.sound()
	})
}

// everything writes out all tables that a person stands in.
func (o *office) everything() string {
	o.t.Helper()
	var b strings.Builder
	for _, table := range []string{"desk_tickets", "desk_ticket_messages", "desk_ticket_participants", "desk_activity", "desk_search_entries", "desk_contacts", "desk_contact_keys"} {
		rs, err := o.DB.QueryContext(ctx, `SELECT * FROM `+table)
		if err != nil {
			o.t.Fatal(err)
		}
		names, _ := rs.Columns()
		for rs.Next() {
			values := make([]any, len(names))
			for i := range values {
				values[i] = new(any)
			}
			if err := rs.Scan(values...); err != nil {
				o.t.Fatal(err)
			}
			for _, v := range values {
				if raw, ok := (*v.(*any)).([]byte); ok {
					b.Write(raw)
				}
				fmt.Fprintln(&b, *v.(*any))
			}
		}
		if err := rs.Close(); err != nil {
			o.t.Fatal(err)
		}
	}
	return b.String()
}
