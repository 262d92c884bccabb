package intake_test

import (
	"context"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
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

// reply is a message that answers a ticket by a token in its address.
func (b *bench) reply(from string, id desk.TicketID, text string) intake.Result {
	b.t.Helper()
	to := b.threads.Address("support@desk.test", b.Workspace, id, b.ticket(id).Requester)
	return b.take("From: "+from+"\nTo: "+to+"\nSubject: Re: Help\nMessage-ID: <"+strconv.Itoa(len(text))+text[:1]+from+">", text)
}

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

func ptr[T any](v T) *T { return &v }

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

func TestR75_B81_RelaySpam(t *testing.T) {
	on(t, func(b *bench) {
		told := 0
		for i := range 30 {
			res := b.take("From: \"http://evil.test\" <victim@x.test>\nTo: support@desk.test\nSubject: ACTIVATE http://evil.test\nMessage-ID: <s"+strconv.Itoa(i)+"@evil.test>", "Click")
			b.Equal(res.Outcome, intake.Created)
			if res.Acknowledged {
				told++
			}
		}
		b.Equal(told, 1)
		b.Equal(b.notices(intake.NoticeReceived), 1)
		b.Equal(b.notices(tickets.NoticeCreated), 0) // which holds the subject
		// An hour later: once more, and still in words that hold nothing of the message.
		b.Clock.Turn(time.Hour)
		res := b.take("From: victim@x.test\nTo: support@desk.test\nSubject: ACTIVATE http://evil.test\nMessage-ID: <z@evil.test>", "Click")
		b.True(res.Acknowledged)
		log, err := b.Contacts.Log(b.t.Context(), b.Manager, contacts.ActivityFilter{}, desk.Page{Limit: 1000})
		b.NoErr(err)
		plain := 0
		for _, e := range log.Events {
			b.True(!strings.Contains(e.Summary, "evil.test"))
			if e.Verb == intake.VerbAcknowledged {
				plain++
			}
		}
		b.Equal(plain, 2)
	})
}

func TestR71_SenderTrust(t *testing.T) {
	on(t, func(b *bench) {
		b.settings(func(s *intake.Settings) { s.AuthServers = []string{"mx.desk.test"} })
		for i, c := range []struct {
			results string
			verdict intake.Verdict
			want    bool
		}{
			{"", intake.Unknown, false},
			{"mx.desk.test; dmarc=pass (p=NONE) header.from=acme.test", intake.Unknown, true},
			{"mx.desk.test; dmarc=pass header.from=evil.test", intake.Unknown, false},
			{"mx.evil.test; dmarc=pass header.from=acme.test", intake.Unknown, false},
			{"mx.desk.test; spf=pass smtp.mailfrom=jane@acme.test", intake.Unknown, true},
			{"mx.desk.test; spf=pass smtp.mailfrom=evil.test", intake.Unknown, false},
			{"mx.desk.test; dkim=pass header.d=acme.test; dmarc=fail header.from=acme.test", intake.Unknown, false},
			{"mx.desk.test; dkim=pass header.i=@acme.test", intake.Unknown, true},
			{"mx.desk.test; dkim=pass header.d=test", intake.Unknown, false},
			{"mx.desk.test; dkim=fail header.d=acme.test", intake.Unknown, false},
			{"mx.desk.test; none\nAuthentication-Results: mx.desk.test; dmarc=pass header.from=acme.test", intake.Unknown, false}, // only the uppermost
			{"", intake.Passed, true},
			{"mx.desk.test; dmarc=pass header.from=acme.test", intake.Failed, false},
			{"garbage ((;;", intake.Unknown, false},
		} {
			header := "From: jane@acme.test\nTo: support@desk.test\nMessage-ID: <v" + strconv.Itoa(i) + "@x.test>"
			if c.results != "" {
				header = "Authentication-Results: " + c.results + "\n" + header
			}
			res := b.deliver(intake.Delivery{Raw: strings.NewReader(message(header, "x")), Verdict: c.verdict})
			if res.Verified != c.want {
				b.t.Errorf("%s %s: %v", c.results, c.verdict, res.Verified)
			}
		}
	})
}

func TestR78_B86_ContactsMadeByMail(t *testing.T) {
	on(t, func(b *bench) {
		first := b.take(jane, "Hello")
		c, err := b.Contacts.Get(b.t.Context(), b.Manager, first.Contact)
		b.NoErr(err)
		b.True(!c.PortalAccess && !c.LockedToCompany && c.Active)
		b.Equal(c.Name(), "Jane Doe")
		b.Equal(c.Source, contacts.ByEmail)
		_, err = b.Contacts.CreateCompany(b.t.Context(), b.Manager, "Other", []string{"acme.test"})
		b.NoErr(err)
		again := b.take("From: \"Boss of Acme\" <JANE@acme.test>\nTo: support@desk.test\nMessage-ID: <2@acme.test>", "I am the boss")
		b.Equal(again.Contact, first.Contact)
		b.True(!again.NewContact)
		same, err := b.Contacts.Get(b.t.Context(), b.Manager, first.Contact)
		b.NoErr(err)
		b.Equal(same.Version, c.Version) // nothing was changed
		b.Equal(same.Name(), "Jane Doe")
		b.Equal(same.CompanyID, c.CompanyID)
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

func TestB16_SenderThatIsNone(t *testing.T) {
	on(t, func(b *bench) {
		for i, from := range []string{`"attacker@evil.test"@corp.test`, `group:a@b.test;`, "a@b,c@d.test\nFrom: x@y.test", "x@[127.0.0.1]"} {
			res := b.take("From: "+from+"\nTo: support@desk.test\nMessage-ID: <n"+strconv.Itoa(i)+"@x.test>", "Hello")
			b.Equal(res.Outcome, intake.Created)
			b.Equal(res.Contact, desk.ContactID(""))
			b.True(!res.Verified && !res.Acknowledged)
			ticket := b.ticket(res.Ticket)
			b.Equal(ticket.Requester, desk.ContactID(""))
			b.Equal(b.messages(res.Ticket)[0].Text, "Hello")
		}
		b.Equal(b.count(`SELECT COUNT(*) FROM desk_contacts`), 0)
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
