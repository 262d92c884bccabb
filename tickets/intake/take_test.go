package intake_test

import (
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/intake"
)

const jane = "From: Jane Doe <jane@acme.test>\nTo: support@desk.test\nSubject: Help\nMessage-ID: <1@acme.test>"

func TestTakeMakesContactAndTicket(t *testing.T) {
	on(t, func(b *bench) {
		company, err := b.Contacts.CreateCompany(b.t.Context(), b.Manager, "Acme", []string{"acme.test"})
		b.NoErr(err)
		res := b.take(jane+"\nCc: \"Bob B\" <bob@acme.test>\nContent-Type: multipart/mixed; boundary=b",
			"--b\nContent-Type: text/html\n\n<p>My <b>order</b><script>alert(1)</script></p>\n--b\nContent-Type: text/csv\nContent-Disposition: attachment; filename=a.csv\n\n1,2\n--b--\n")
		b.Equal(res.Outcome, intake.Created)
		b.True(res.NewContact)
		ticket := b.ticket(res.Ticket)
		b.Equal(ticket.Subject, "Help")
		b.Equal(ticket.Channel, tickets.ByEmail)
		b.Equal(ticket.Requester, res.Contact)
		b.Equal(ticket.CompanyID, company.ID) // O5
		b.Equal(b.roles(res.Ticket), map[string]tickets.Role{"jane@acme.test": tickets.Requester, "bob@acme.test": tickets.Pending})
		msgs := b.messages(res.Ticket)
		b.Equal(len(msgs), 1)
		b.Equal(msgs[0].Text, "My order")
		b.True(!strings.Contains(msgs[0].HTML, "script"))
		b.Equal(msgs[0].Contact, res.Contact)
		b.Equal(msgs[0].Email.MessageID, "1@acme.test")
		b.Equal(len(msgs[0].Attachments), 1)
		_, f, err := b.Tickets.OpenAttachment(b.t.Context(), b.Manager, res.Ticket, msgs[0].ID, msgs[0].Attachments[0].ID)
		b.NoErr(err)
		text, err := io.ReadAll(f)
		b.NoErr(err)
		b.Equal(string(text), "1,2")

		// C11: a further address of the contact is the contact.
		later := b.take("From: j@acme.test\nTo: support@desk.test\nSubject: Again", "x")
		b.True(later.NewContact)
		b.sound()
	})
}

func TestR77_OneDeliveryOnce(t *testing.T) {
	on(t, func(b *bench) {
		first := b.take(jane, "Hello")
		again := b.take(jane, "Hello")
		b.True(!first.Again && again.Again)
		b.Equal(again.Ticket, first.Ticket)
		// What a server adds on the way makes no other message of it.
		b.Equal(b.take("Received: by a\n"+jane, "Hello").Ticket, first.Ticket)
		// The same Message-ID with another text is another message, and is marked.
		other := b.take(jane, "Other")
		b.Equal(other.Outcome, intake.Created)
		b.True(other.Repeated && !first.Repeated)
		b.True(b.messages(other.Ticket)[0].Email.Repeated)
		// A provider's id tells the same delivery, whatever is in it.
		one := b.deliver(intake.Delivery{Raw: strings.NewReader(message("From: x@y.test", "1")), ID: "d1"})
		two := b.deliver(intake.Delivery{Raw: strings.NewReader(message("From: x@y.test", "2")), ID: "d1"})
		b.True(two.Again)
		b.Equal(two.Ticket, one.Ticket)
		// Another mailbox has its own.
		b.settings(func(s *intake.Settings) { s.Mailboxes = []intake.Mailbox{{Address: "sales@desk.test"}} })
		sales := b.deliver(intake.Delivery{Raw: strings.NewReader(message("From: x@y.test", "2")), ID: "d1", Mailbox: "sales@desk.test"})
		b.True(!sales.Again)
		b.Equal(b.count(`SELECT COUNT(*) FROM desk_tickets`), 4)
		b.sound()
	})
}

func TestR77_SameMessageAtOnce(t *testing.T) {
	on(t, func(b *bench) {
		const n = 8
		results := make(chan intake.Result, n)
		for i := range n {
			go func() {
				res, err := b.mail.Take(b.t.Context(), b.system, intake.Delivery{Raw: strings.NewReader(message("Received: "+strconv.Itoa(i)+"\n"+jane, "Hello"))})
				if err != nil {
					b.t.Error(err)
				}
				results <- res
			}()
		}
		fresh, ids := 0, map[desk.TicketID]bool{}
		for range n {
			res := <-results
			ids[res.Ticket] = true
			if !res.Again {
				fresh++
			}
		}
		b.Equal(fresh, 1)
		b.Equal(len(ids), 1)
		b.Equal(b.count(`SELECT COUNT(*) FROM desk_contacts`), 1)
		b.sound()
	})
}

func TestUnreadableMailIsKept(t *testing.T) {
	on(t, func(b *bench) {
		small := b.service(&intake.Limits{Parts: 3, Message: 2000})
		bomb := message("From: jane@acme.test\nTo: support@desk.test\nSubject: Many\nContent-Type: multipart/mixed; boundary=b", strings.Repeat("--b\n\nx\n", 5)+"--b--\n")
		res, err := small.Take(b.t.Context(), b.system, intake.Delivery{Raw: strings.NewReader(bomb)})
		b.NoErr(err)
		b.Equal(res.Outcome, intake.Rejected)
		b.True(strings.Contains(res.Reason, "parts"))
		rec, raw, err := b.mail.OpenRaw(b.t.Context(), b.system, res.ID)
		b.NoErr(err)
		text, err := io.ReadAll(raw)
		b.NoErr(err)
		b.Equal(string(text), bomb)
		b.Equal(rec.Size, int64(len(bomb)))
		large, err := small.Take(b.t.Context(), b.system, intake.Delivery{Raw: io.MultiReader(strings.NewReader(message("From: l@acme.test", "")), repeated(1000, "0123456789", ""))})
		b.NoErr(err)
		b.Equal(large.Outcome, intake.Rejected)
		b.True(large.Truncated)
		nothing := b.deliver(intake.Delivery{Raw: strings.NewReader("")})
		b.Equal(nothing.Outcome, intake.Rejected)

		list, err := b.mail.List(b.t.Context(), b.system, []intake.Outcome{intake.Rejected}, desk.Page{Limit: 2})
		b.NoErr(err)
		b.Equal(len(list.Records), 2)
		rest, err := b.mail.List(b.t.Context(), b.system, []intake.Outcome{intake.Rejected}, desk.Page{Limit: 2, Cursor: list.Next})
		b.NoErr(err)
		b.Equal([]desk.IntakeID{rest.Records[0].ID}, []desk.IntakeID{res.ID})
		b.Equal(rest.Next, desk.Cursor(""))

		// With other limits it can be taken.
		taken, err := b.mail.Retry(b.t.Context(), b.system, res.ID)
		b.NoErr(err)
		b.Equal(taken.Outcome, intake.Created)
		b.Equal(taken.ID, res.ID)
		b.Equal(taken.Tries, 2)
		_, err = b.mail.Retry(b.t.Context(), b.system, res.ID)
		b.Equal(desk.KindOf(err), desk.Conflict)
		_, err = b.mail.Retry(b.t.Context(), b.system, large.ID)
		b.Equal(desk.KindOf(err), desk.Invalid)
		b.sound()
	})
}

func TestB84_PoisonIsTakenAndTheNextToo(t *testing.T) {
	on(t, func(b *bench) {
		poison := message("From: J\x00n \xff <j@x.test>\nTo: support@desk.test\nX-\x00\xff: y\nMessage-ID: <a\x00\xffb@x.test>\nIn-Reply-To: <\x00@\xff>\nSubject: a\x00b\xc3(c\u202e\x1b[31m\nContent-Type: multipart/mixed; boundary=b",
			"--b\n\nte\x00xt \xc3(\n--b\nContent-Disposition: attachment; filename=\"a\x00\xc3(.pdf\"\nContent-Type: application/p\x00df\nContent-ID: <\x00\xff>\n\nx\n--b--\n")
		res := b.deliver(intake.Delivery{Raw: strings.NewReader(poison), From: "x\x00@\xff", To: []string{"\x00", "support@desk.test"}})
		b.Equal(res.Outcome, intake.Created)
		b.True(strings.Contains(b.ticket(res.Ticket).Subject, "a\ufffdb"))
		b.True(strings.Contains(b.messages(res.Ticket)[0].Text, "te\ufffdxt"))
		b.Equal(b.take(jane, "Next").Outcome, intake.Created)
		b.sound()
	})
}

func TestMailboxes(t *testing.T) {
	on(t, func(b *bench) {
		set, err := b.Tickets.Settings(b.t.Context(), b.Manager)
		b.NoErr(err)
		set.Categories = []tickets.Category{{Key: "billing", Label: "Billing"}}
		_, err = b.Tickets.SaveSettings(b.t.Context(), b.Manager, set)
		b.NoErr(err)
		b.settings(func(s *intake.Settings) {
			s.Mailboxes = []intake.Mailbox{{Address: "support@desk.test"}, {Address: "billing@desk.test", Aliases: []string{"invoices@desk.test"}, Category: "billing", Priority: "high", Assignee: "m1"}, {Address: "old@desk.test", Category: "gone", Priority: "gone"}}
		})
		res := b.take("From: a@x.test\nTo: Invoices <INVOICES@desk.test>, support@desk.test\nMessage-ID: <1@x.test>", "x")
		ticket := b.ticket(res.Ticket)
		b.Equal([]string{ticket.Category, ticket.Priority, ticket.Assignee, res.Mailbox}, []string{"billing", "high", "m1", "billing@desk.test"})
		b.Equal(len(b.roles(res.Ticket)), 1) // our own addresses are nobody
		b.Equal(b.take("From: a@x.test\nTo: old@desk.test\nMessage-ID: <2@x.test>", "x").Outcome, intake.Created)
		res = b.deliver(intake.Delivery{Raw: strings.NewReader(message("From: a@x.test", "x")), Mailbox: "nobody@desk.test"})
		b.Equal(res.Outcome, intake.Rejected)
		_, err = b.mail.SaveSettings(b.t.Context(), b.system, intake.Settings{Version: 1, Mailboxes: []intake.Mailbox{{Address: "a@x.test"}, {Address: "A+b@x.test"}}})
		b.Equal(desk.KindOf(err), desk.Invalid)
		_, err = b.mail.SaveSettings(b.t.Context(), b.system, intake.Settings{})
		b.Equal(desk.KindOf(err), desk.Conflict)
	})
}

func TestIntakePermissions(t *testing.T) {
	on(t, func(b *bench) {
		res := b.take(jane, "Hello")
		ctx := b.t.Context()
		for _, a := range []desk.Actor{b.Viewer, {Workspace: b.Workspace, Kind: desk.ContactActor, ID: string(res.Contact), Grants: intake.Permissions}} {
			_, err := b.mail.Take(ctx, a, intake.Delivery{Raw: strings.NewReader("")})
			b.Equal(desk.KindOf(err), desk.Denied)
			_, err = b.mail.Get(ctx, a, res.ID)
			b.Equal(desk.KindOf(err), desk.Denied)
			_, err = b.mail.List(ctx, a, nil, desk.Page{})
			b.Equal(desk.KindOf(err), desk.Denied)
			_, err = b.mail.Retry(ctx, a, res.ID)
			b.Equal(desk.KindOf(err), desk.Denied)
			_, _, err = b.mail.OpenRaw(ctx, a, res.ID)
			b.Equal(desk.KindOf(err), desk.Denied)
			_, err = b.mail.SaveSettings(ctx, a, intake.Settings{})
			b.Equal(desk.KindOf(err), desk.Denied)
		}
		other := b.system
		other.Workspace = "another"
		_, err := b.mail.Get(ctx, other, res.ID)
		b.Equal(desk.KindOf(err), desk.NotFound)
		_, err = b.mail.Retry(ctx, other, res.ID)
		b.Equal(desk.KindOf(err), desk.NotFound)
		l, err := b.mail.List(ctx, other, nil, desk.Page{})
		b.NoErr(err)
		b.Equal(len(l.Records), 0)
	})
}

func TestPurgeTakesTheRawMailAlong(t *testing.T) {
	on(t, func(b *bench) {
		ctx := b.t.Context()
		first := b.take(jane, "Hello")
		ooo := b.take("From: jane@acme.test\nTo: support@desk.test\nAuto-Submitted: auto-replied", "Away")
		b.Equal(ooo.Outcome, intake.Ignored)
		other := b.take("From: bob@x.test\nTo: support@desk.test", "Mine")
		b.NoErr(b.Contacts.Delete(ctx, b.Manager, first.Contact))
		b.NoErr(b.Contacts.Purge(ctx, b.Manager, first.Contact))
		l, err := b.mail.List(ctx, b.system, nil, desk.Page{})
		b.NoErr(err)
		b.Equal(len(l.Records), 1)
		b.Equal(l.Records[0].ID, other.ID)
		b.NoErr(b.Tickets.Delete(ctx, b.Manager, other.Ticket))
		b.NoErr(b.Tickets.Purge(ctx, b.Manager, other.Ticket))
		b.Equal(b.count(`SELECT COUNT(*) FROM desk_intake`), 0)
		b.sound()
		b.NoErr(b.Store.RemoveWorkspace(ctx, b.Workspace))
		b.Equal(b.count(`SELECT COUNT(*) FROM desk_blobs`), 0)
	})
}

func TestB85_HTMLMail(t *testing.T) {
	on(t, func(b *bench) {
		for i, evil := range []string{
			`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `<a href="javascript:alert(1)">x</a>`, `<svg/onload=alert(1)>`, `<iframe src="//evil.test"></iframe>`,
			`<style>*{background:url(//evil.test)}</style>`, `<div style="background:url(//evil.test)">x</div>`, `<img src="/api/v1/logout">`, `<img src="data:text/html,x">`, `<form action="//evil.test"><input name=a></form>`,
			`<meta http-equiv=refresh content="0;url=//evil.test">`, `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, `<sty<style>le>x`, `<a id=location name=body>x</a>`,
		} {
			raw := message("From: jane@acme.test\nTo: support@desk.test\nSubject: "+evil+"\nMessage-ID: <x"+strconv.Itoa(i)+"@x.test>\nContent-Type: multipart/mixed; boundary=b",
				"--b\nContent-Type: text/html\n\n<p>Hello</p>"+evil+"\n--b\nContent-Type: text/calendar\nContent-Disposition: attachment; filename=\"<img src=x onerror=alert(1)>.ics\"\n\n"+evil+"\n--b--\n")
			res := b.deliver(intake.Delivery{Raw: strings.NewReader(raw)})
			b.Equal(res.Outcome, intake.Created)
			msg := b.messages(res.Ticket)[0]
			lower := strings.ToLower(msg.HTML)
			for _, bad := range []string{"<script", "onerror", "onload", "javascript:", "<iframe", "<style", "style=", "<svg", "<form", "<input", "<meta", "logout", "data:", " id=", " name="} {
				if strings.Contains(lower, bad) {
					b.t.Errorf("%s left %s", evil, msg.HTML)
				}
			}
			b.True(!strings.ContainsAny(msg.Attachments[0].Name, "<>/\\"))
		}
	})
}
