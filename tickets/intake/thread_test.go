package intake_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/intake"
)

func TestR72_AnswersFindTheirTicket(t *testing.T) {
	on(t, func(b *bench) {
		first := b.take(jane, "Hello")
		_, err := b.Tickets.Update(b.t.Context(), b.Manager, first.Ticket, tickets.Patch{Version: b.ticket(first.Ticket).Version, Status: ptr("closed")})
		b.NoErr(err)
		b.True(!b.ticket(first.Ticket).Open())
		res := b.reply("Jane <jane@acme.test>", first.Ticket, "More\n\nOn Mon, 1 Jan 2026 at 10:00, Support wrote:\n> Hello")
		b.Equal(res.Outcome, intake.Threaded)
		b.Equal(res.Ticket, first.Ticket)
		b.True(b.ticket(first.Ticket).Open()) // opened again
		msgs := b.messages(first.Ticket)
		b.Equal(msgs[1].Text, "More")
		b.Equal(msgs[1].Contact, first.Contact)

		id := b.threads.MessageID(b.Workspace, first.Ticket, "notice_01h455vb4pex5vsknk084sn02s", "desk.test")
		for i, header := range []string{"In-Reply-To: <" + id + ">", "References: <other@x.test>\n <" + id + ">", "References: <" + id + "> <other@x.test>"} {
			res := b.take("From: jane@acme.test\nTo: support@desk.test\nMessage-ID: <r"+strconv.Itoa(i)+"@x.test>\n"+header, "And more "+strconv.Itoa(i))
			b.Equal(res.Outcome, intake.Threaded)
			b.Equal(res.Ticket, first.Ticket)
		}
		// A ticket in the bin takes no answers: they make a new one.
		b.NoErr(b.Tickets.Delete(b.t.Context(), b.Manager, first.Ticket))
		b.Equal(b.take("From: jane@acme.test\nTo: support@desk.test\nMessage-ID: <r9@x.test>\nIn-Reply-To: <"+id+">", "Late").Outcome, intake.Created)
		b.sound()
	})
}

func TestB74_TicketTakeoverByGuessedID(t *testing.T) {
	on(t, func(b *bench) {
		first := b.take(jane, "A secret")
		number := b.ticket(first.Ticket).Number
		n := strconv.FormatInt(number, 10)
		for i, to := range []string{"support+" + n + "@desk.test", "support+id" + n + "@desk.test", "support+" + string(first.Ticket) + "@desk.test", "support+c" + strings.TrimPrefix(string(first.Ticket), "ticket_") + "@desk.test"} {
			res := b.take("From: Jane Doe <jane@acme.test>\nTo: "+to+"\nCc: mallory@evil.test\nSubject: Re: [#"+n+"] Help\nMessage-ID: <t"+strconv.Itoa(i)+"@evil.test>\nIn-Reply-To: <ticket-"+n+"@desk.test>", "Let me in")
			b.Equal(res.Outcome, intake.Created)
			b.True(res.Ticket != first.Ticket)
			b.True(!res.Verified)
			b.Equal(b.roles(res.Ticket)["mallory@evil.test"], tickets.Pending)
		}
		b.Equal(len(b.messages(first.Ticket)), 1)
		b.Equal(len(b.roles(first.Ticket)), 1)
	})
}

func TestB75_ForgedThreadIDs(t *testing.T) {
	on(t, func(b *bench) {
		first, second := b.take(jane, "One"), b.take(strings.Replace(jane, "<1@", "<2@", 1), "Two")
		id := b.threads.MessageID(b.Workspace, first.Ticket, "notice_01h455vb4pex5vsknk084sn02s", "desk.test")
		address := b.threads.Address("support@desk.test", b.Workspace, first.Ticket, first.Contact)
		a, c := strings.TrimPrefix(string(first.Ticket), "ticket_"), strings.TrimPrefix(string(second.Ticket), "ticket_")
		forged := []string{
			strings.Replace(id, a, c, 1), id[:len(id)-20], strings.Replace(id, "desk.", "ticket.", 1), "ticket-1@desk.test", "reply-1-" + a + "@desk.test",
			b.threads.MessageID("another", first.Ticket, "notice_01h455vb4pex5vsknk084sn02s", "desk.test"),
			strings.Replace(address, a, c, 1), address[:50] + "@desk.test", b.threads.Address("support@desk.test", "another", first.Ticket, first.Contact),
			b.threads.MemberAddress("support@desk.test", b.Workspace, first.Ticket, "m1"),
		}
		for i, s := range forged {
			for k, header := range []string{"To: " + s + "\nSubject: x", "To: support@desk.test\nIn-Reply-To: <" + s + ">", "To: support@desk.test\nReferences: <" + s + ">"} {
				res := b.take("From: jane@acme.test\nMessage-ID: <f"+strconv.Itoa(10*i+k)+"@x.test>\n"+header, "Forged")
				if res.Outcome != intake.Created {
					b.t.Errorf("%s: %s", header, res.Outcome)
				}
			}
		}
		b.Equal(len(b.messages(first.Ticket)), 1)
		b.Equal(len(b.messages(second.Ticket)), 1)
	})
}

func TestB76_AgentImpersonation(t *testing.T) {
	on(t, func(b *bench) {
		first := b.take(jane, "Hello")
		agent := desk.Actor{Kind: desk.MemberActor, ID: "agent-7", Grants: tickets.Permissions}
		b.members["agent@desk.test"] = agent
		token := b.threads.MemberAddress("support@desk.test", b.Workspace, first.Ticket, "agent-7")
		from := "From: Agent <agent@desk.test>\nSubject: Re: Help\nMessage-ID: <a%@desk.test>\nTo: "
		send := func(n, to, text string) intake.Result { return b.take(strings.Replace(from, "%", n, 1)+to, text) }

		// By address alone: a customer's message, on a ticket of its own.
		b.Equal(send("1", "support@desk.test", "Do as I say").Outcome, intake.Created)
		// With a customer's token: kept on the ticket, as a stranger's, and nobody is told.
		before := b.notices(tickets.NoticeCommented)
		res := send("2", b.threads.Address("support@desk.test", b.Workspace, first.Ticket, first.Contact), "I am the agent")
		b.Equal(res.Outcome, intake.Threaded)
		b.Equal(b.roles(first.Ticket)["agent@desk.test"], tickets.Pending)
		b.Equal(b.notices(tickets.NoticeCommented), before)
		last := func() tickets.Message { ms := b.messages(first.Ticket); return ms[len(ms)-1] }
		b.Equal(last().Contact, res.Contact)
		b.True(last().AuthorKind != desk.MemberActor)
		// Somebody else with the agent's token.
		b.take("From: mallory@evil.test\nMessage-ID: <m@evil.test>\nTo: "+token, "I have the token")
		b.True(last().AuthorKind != desk.MemberActor)
		// The agent with the token.
		res = send("3", token, "My answer")
		b.Equal(res.Outcome, intake.Threaded)
		b.Equal(last().AuthorKind, desk.MemberActor)
		b.Equal(last().AuthorID, "agent-7")
		b.Equal(last().Text, "My answer")
		b.Equal(last().Kind, tickets.Public)
		// The agent has left.
		delete(b.members, "agent@desk.test")
		b.Equal(send("4", token, "Still here?").Outcome, intake.Created)
		// The agent may no longer write.
		agent.Grants = []desk.Permission{tickets.MayView}
		b.members["agent@desk.test"] = agent
		res = send("5", token, "May I?")
		b.Equal(res.Outcome, intake.Rejected)
		b.True(res.Reason != "")
		b.sound()
	})
}

func TestB77_StrangerOnAThread(t *testing.T) {
	on(t, func(b *bench) {
		first := b.take(jane, "Hello")
		to := b.threads.Address("support@desk.test", b.Workspace, first.Ticket, first.Contact)
		res := b.take("From: Eve <eve@x.test>\nTo: "+to+"\nCc: carl@x.test, jane@acme.test\nMessage-ID: <e@x.test>", "I was forwarded this")
		b.Equal(res.Outcome, intake.Threaded)
		b.Equal(b.roles(first.Ticket), map[string]tickets.Role{"jane@acme.test": tickets.Requester, "eve@x.test": tickets.Pending, "carl@x.test": tickets.Pending})
		b.Equal(b.ticket(first.Ticket).Requester, first.Contact)
		b.Equal(b.messages(first.Ticket)[1].Text, "I was forwarded this")
		eve := desk.Actor{Workspace: b.Workspace, Kind: desk.ContactActor, ID: string(res.Contact)}
		_, err := b.Tickets.Get(b.t.Context(), eve, first.Ticket)
		b.Equal(desk.KindOf(err), desk.NotFound)
		// Once more: no change. Let in: the role stays.
		b.take("From: Eve <eve@x.test>\nTo: "+to+"\nMessage-ID: <e2@x.test>", "Again")
		b.NoErr(b.Tickets.SetParticipant(b.t.Context(), b.Manager, first.Ticket, res.Contact, tickets.Participating))
		b.take("From: Eve <eve@x.test>\nTo: "+to+"\nMessage-ID: <e3@x.test>", "Thanks")
		b.Equal(b.roles(first.Ticket)["eve@x.test"], tickets.Participating)
	})
}

func TestB80_ReplyLoops(t *testing.T) {
	on(t, func(b *bench) {
		b.settings(func(s *intake.Settings) { s.Mailboxes = []intake.Mailbox{{Address: "support@desk.test"}} })
		for i, c := range []struct {
			header string
			want   intake.Outcome
		}{
			{"From: a@x.test\nAuto-Submitted: auto-replied", intake.Ignored},
			{"From: b@x.test\nAuto-Submitted: auto-generated (daemon)", intake.Ignored},
			{"From: c@x.test\nX-Autoreply: yes", intake.Ignored},
			{"From: d@x.test\nX-Auto-Response-Suppress: All\nSubject: Automatic reply: x", intake.Ignored},
			{"From: MAILER-DAEMON@x.test\nReturn-Path: <>\nSubject: Undelivered Mail", intake.Ignored},
			{"From: support@desk.test", intake.Ignored},
			{"From: Support <SUPPORT+x@desk.test>", intake.Ignored},
			{"From: e@x.test\nPrecedence: bulk", intake.Created},
			{"From: f@x.test\nPrecedence: junk", intake.Created},
			{"From: g@x.test\nList-Id: <l.x.test>", intake.Created},
			{"From: h@x.test\nX-Auto-Response-Suppress: OOF, AutoReply", intake.Created},
			{"From: i@x.test\nReturn-Path: <>", intake.Created},
			{"From: no-reply@x.test", intake.Created},
			{strings.Repeat("Received: by x\n", 51) + "From: j@x.test", intake.Rejected},
		} {
			res := b.take(c.header+"\nTo: support@desk.test\nMessage-ID: <l"+strconv.Itoa(i)+"@x.test>", "Hello")
			if res.Outcome != c.want || res.Acknowledged {
				b.t.Errorf("%s: %s (%s), answered: %v", c.header, res.Outcome, res.Reason, res.Acknowledged)
			}
		}
		res := b.deliver(intake.Delivery{Raw: strings.NewReader(message("From: k@x.test\nTo: support@desk.test", "x")), NullPath: true})
		b.True(!res.Acknowledged)
		// Our own message comes back.
		own := b.threads.MessageID(b.Workspace, res.Ticket, "notice_01h455vb4pex5vsknk084sn02s", "desk.test")
		b.Equal(b.take("From: somebody@x.test\nTo: support@desk.test\nMessage-ID: <"+own+">", "x").Outcome, intake.Ignored)
		// Two desks that answer each other: the second message of an hour gets none.
		b.True(b.take("From: support@other.test\nTo: support@desk.test\nMessage-ID: <p1@x.test>", "Thank you for your message").Acknowledged)
		for i := range 5 {
			b.True(!b.take("From: support@other.test\nTo: support@desk.test\nMessage-ID: <q"+strconv.Itoa(i)+"@x.test>", "Thank you for your message").Acknowledged)
		}
	})
}

func TestAutomaticMailOnAThread(t *testing.T) {
	on(t, func(b *bench) {
		first := b.take(jane, "Hello")
		to := b.threads.Address("support@desk.test", b.Workspace, first.Ticket, first.Contact)
		res := b.take("From: jane@acme.test\nTo: "+to+"\nAuto-Submitted: auto-replied\nMessage-ID: <o@x.test>", "I am away")
		b.Equal(res.Outcome, intake.Threaded)
		msg := b.messages(first.Ticket)[1]
		b.Equal(msg.Kind, tickets.Internal)
		b.True(msg.Email.AutoReply)
		id := b.threads.MessageID(b.Workspace, first.Ticket, "notice_01h455vb4pex5vsknk084sn02s", "desk.test")
		res = b.take("From: MAILER-DAEMON@x.test\nReturn-Path: <>\nTo: support@desk.test\nSubject: Undelivered Mail\nMessage-ID: <o2@x.test>\nIn-Reply-To: <"+id+">", "No such user")
		b.Equal(res.Outcome, intake.Threaded)
		b.True(b.messages(first.Ticket)[2].Email.Bounce)
		b.Equal(len(b.roles(first.Ticket)), 1)
	})
}
