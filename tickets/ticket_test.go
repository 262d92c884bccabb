package tickets_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

func TestTicketIsMade(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		data := bytes.Repeat([]byte("0123456789abcdef"), 40_000) // 625 kB: three pieces
		made := must(o.Tickets.Create(ctx, o.Manager, tickets.NewTicket{
			Subject: "The printer is on fire ", Requester: o.ana.ID, Participants: []desk.ContactID{o.ben.ID, o.ana.ID, o.ben.ID}, Pending: []desk.ContactID{o.cem.ID},
			Message: &tickets.NewMessage{Text: "We are coming.", Attachments: []tickets.NewAttachment{file("../a/plan.pdf", data)}},
		}))
		got := must(o.Tickets.Get(ctx, o.Viewer, made.ID))
		want := tickets.Ticket{
			ID: made.ID, Version: 1, Number: 1, Subject: "The printer is on fire", Status: "open", Priority: "normal", Requester: o.ana.ID,
			CompanyID: o.ana.CompanyID, Company: "Acme", Channel: tickets.ByAgent, Messages: 1, PublicMessages: 1,
			CreatedAt: o.Clock.Now(), UpdatedAt: o.Clock.Now(), LastMessageAt: o.Clock.Now(), LastPublicAt: o.Clock.Now(), CreatedKind: desk.MemberActor, CreatedBy: "manager",
		}
		is.Equal(cmp.Diff(want, got), "")
		is.Equal(cmp.Diff(want, made), "")
		is.Equal(must(o.Tickets.ByNumber(ctx, o.Viewer, 1)).ID, made.ID)

		ps := must(o.Tickets.Participants(ctx, o.Viewer, made.ID))
		is.Equal(len(ps), 3)
		is.Equal(ps[0].Name+" "+string(ps[0].Role), "Ana Díaz requester")
		is.Equal(ps[1].Name+" "+string(ps[1].Role), "Ben Okoro participant")
		is.Equal(ps[2].Name+" "+string(ps[2].Role), "Cem Yıldız pending")

		l := must(o.Tickets.Messages(ctx, o.Viewer, made.ID, tickets.MessageQuery{}, desk.Page{}))
		is.Equal(len(l.Messages), 1)
		m := l.Messages[0]
		is.Equal(m.Text, "We are coming.")
		is.Equal(len(m.Attachments), 1)
		is.Equal(m.Attachments[0].Name, "plan.pdf")
		is.Equal(m.Attachments[0].Size, int64(len(data)))
		a, r, err := o.Tickets.OpenAttachment(ctx, o.Viewer, made.ID, m.ID, m.Attachments[0].ID)
		is.NoErr(err)
		is.Equal(a, m.Attachments[0])
		is.True(bytes.Equal(must(io.ReadAll(r)), data))
		is.NoErr(r.Close())

		verbs, notices := o.take()
		is.Equal(cmp.Diff([]string{
			tickets.VerbCreated, tickets.VerbPosted, tickets.VerbParticipantAdded, tickets.VerbParticipantAdded, tickets.VerbParticipantAdded,
			tickets.VerbParticipantAdded, tickets.VerbParticipantAdded, tickets.VerbParticipantAdded,
		}, verbs), "")
		is.Equal(cmp.Diff([]desk.Notice{
			{Type: tickets.NoticeCreated, Ticket: made.ID, About: string(m.ID), To: []desk.ContactID{o.ana.ID}},
			{Type: tickets.NoticeParticipant, Ticket: made.ID, To: []desk.ContactID{o.ben.ID}},
		}, notices), "")
	})
}

func TestUpdateTicket(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		x := o.ticket()
		o.take()
		o.Clock.Turn(time.Hour)
		x = must(o.Tickets.Update(ctx, o.Manager, x.ID, tickets.Patch{Version: 1, Subject: ptr("Smoke"), Priority: ptr("high"), Assignee: ptr("mei"), CompanyID: ptr(desk.CompanyID(""))}))
		is.Equal(x.Version, int64(2))
		is.Equal(x.Subject+" "+x.Priority+" "+x.Assignee+" "+x.Company, "Smoke high mei ")
		verbs, notices := o.take()
		is.Equal(verbs, []string{tickets.VerbUpdated})
		is.Equal(len(notices), 0)

		_, err := o.Tickets.Update(ctx, o.Manager, x.ID, tickets.Patch{Version: 1, Subject: ptr("late")})
		wants(t, err, desk.Conflict, "version")
		is.True(errors.Is(err, contacts.ErrStale))
		for field, p := range map[string]tickets.Patch{
			"subject": {Version: 2, Subject: ptr(" ")}, "status": {Version: 2, Status: ptr("none")}, "priority": {Version: 2, Priority: ptr("")},
			"category": {Version: 2, Category: ptr("none")}, "assignee": {Version: 2, Assignee: ptr("a\x00")}, "company": {Version: 2, CompanyID: ptr(desk.CompanyID("company_1"))},
		} {
			_, err := o.Tickets.Update(ctx, o.Manager, x.ID, p)
			wants(t, err, desk.Invalid, field)
		}

		x = must(o.Tickets.Update(ctx, o.Manager, x.ID, tickets.Patch{Version: 2, Status: ptr("waiting")}))
		is.True(x.Open())
		x = must(o.Tickets.Update(ctx, o.Manager, x.ID, tickets.Patch{Version: 3, Status: ptr("closed"), Priority: ptr("low")}))
		is.Equal(x.ClosedAt, o.Clock.Now())
		verbs, notices = o.take()
		is.Equal(verbs, []string{tickets.VerbStatus, tickets.VerbUpdated, tickets.VerbStatus})
		both := []desk.ContactID{o.ana.ID, o.ben.ID}
		is.Equal(cmp.Diff([]desk.Notice{{Type: tickets.NoticeUpdated, Ticket: x.ID, To: both}, {Type: tickets.NoticeClosed, Ticket: x.ID, To: both}}, notices), "")
		is.Equal(must(o.Tickets.Update(ctx, o.Manager, x.ID, tickets.Patch{Version: 4})).Version, int64(4)) // nothing to do
	})
}

func TestPostMessages(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		x := o.ticket()
		o.take()
		o.Clock.Turn(time.Minute)
		m := o.post(o.as(o.ana), x.ID, tickets.NewMessage{Text: "It burns.\r\nHurry!"})
		is.Equal(m.AuthorName, "Ana Díaz")
		is.Equal(m.Channel, tickets.ByPortal)
		is.Equal(m.Text, "It burns.\nHurry!")
		_, notices := o.take()
		is.Equal(cmp.Diff([]desk.Notice{{Type: tickets.NoticeCommented, Ticket: x.ID, About: string(m.ID), To: []desk.ContactID{o.ben.ID}}}, notices), "")

		o.post(o.Manager, x.ID, tickets.NewMessage{Kind: tickets.Internal, Text: "Again."})
		_, notices = o.take()
		is.Equal(len(notices), 0)
		m = o.post(o.Manager, x.ID, tickets.NewMessage{HTML: "<p>Use <b>sand</b>.</p><script>x</script><p>Now.</p>"})
		is.Equal(m.Text, "Use sand.\n\nNow.")
		is.Equal(m.HTML, "<p>Use <b>sand</b>.</p><p>Now.</p>")
		_, notices = o.take()
		is.Equal(notices[0].To, []desk.ContactID{o.ana.ID, o.ben.ID})

		is.Equal(o.texts(o.Viewer, x.ID), []string{"It burns.\nHurry!", "Again.", "Use sand.\n\nNow."})
		is.Equal(o.texts(o.as(o.ben), x.ID), []string{"It burns.\nHurry!", "Use sand.\n\nNow."})
		_, err := o.Tickets.Post(ctx, o.as(o.cem), x.ID, tickets.NewMessage{Text: "me too"})
		wants(t, err, desk.NotFound, "")
		_, err = o.Tickets.Post(ctx, o.Manager, x.ID, tickets.NewMessage{Text: " "})
		wants(t, err, desk.Invalid, "text")

		// A contact's message opens what was closed.
		got := must(o.Tickets.Get(ctx, o.Viewer, x.ID))
		is.Equal(got.Version, int64(1)) // messages do not count
		must(o.Tickets.Update(ctx, o.Manager, x.ID, tickets.Patch{Version: 1, Status: ptr("closed")}))
		o.post(o.as(o.ben), x.ID, tickets.NewMessage{Text: "Still smoke."})
		got = must(o.Tickets.Get(ctx, o.Viewer, x.ID))
		is.Equal(got.Status, "open")
		is.True(got.Open())
		is.Equal(got.Messages, 4)
		is.Equal(must(o.Tickets.Get(ctx, o.as(o.ana), x.ID)).Messages, 3)
	})
}
