package main

import (
	"bytes"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-message/mail"
	"github.com/emersion/go-smtp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/intake"
	"github.com/deskfolk/desk/tickets/requests"
)

// mailSink is a mail server of a test.
type mailSink struct {
	mu   sync.Mutex
	mail [][]byte
}

func (s *mailSink) Mail(string, *smtp.MailOptions) error { return nil }
func (s *mailSink) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (s *mailSink) Reset()                               {}
func (s *mailSink) Logout() error                        { return nil }
func (s *mailSink) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mail = append(s.mail, raw)
	return err
}

// sent is a mail as its recipient's program shows it.
type sent struct{ to, subject, text, html string }

// outgoing is a desk whose mails go to a mail server.
type outgoing struct {
	*is.I
	t    *testing.T
	db   *database
	a    desk.Actor
	sink *mailSink
	send func() notify.Worked
}

func sendMail(t *testing.T, p program) *outgoing {
	t.Helper()
	c := &call{db: p.db, workspace: "demo", stderr: io.Discard}
	db, err := c.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.close)
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &outgoing{I: is.New(t), t: t, db: db, a: c.system(), sink: &mailSink{}}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return o.sink, nil }))
	go func() { _ = server.Serve(l) }()
	t.Cleanup(func() { _ = server.Close() })
	flags := &mailFlags{smtp: "smtp+plain://" + l.Addr().String(), from: "help@desk.test"}
	db.bindNotify(flags.options("https://help.desk.test"))
	mails, err := flags.sender(db)
	if err != nil {
		t.Fatal(err)
	}
	w := mailWorker(t.Context(), c, db, map[notify.Channel]notify.Sender{notify.Email: mails}, slog.New(slog.DiscardHandler))
	o.send = func() notify.Worked {
		did, err := w.Once(t.Context(), o.a.Workspace)
		o.NoErr(err)
		return did
	}
	return o
}

func (o *outgoing) contact(name string) contacts.Contact {
	o.t.Helper()
	c, err := o.db.contacts.Create(o.t.Context(), o.a, contacts.NewContact{FirstName: name, Email: strings.ToLower(name) + "@x.test", PortalAccess: true})
	o.NoErr(err)
	return c
}

// read returns the mails that arrived.
func (o *outgoing) read() []sent {
	o.t.Helper()
	o.sink.mu.Lock()
	all := o.sink.mail
	o.sink.mail = nil
	o.sink.mu.Unlock()
	var out []sent
	for _, raw := range all {
		r, err := mail.CreateReader(bytes.NewReader(raw))
		o.NoErr(err)
		var s sent
		s.subject, err = r.Header.Subject()
		o.NoErr(err)
		s.to = r.Header.Get("To")
		for {
			p, err := r.NextPart()
			if err == io.EOF {
				break
			}
			o.NoErr(err)
			body, err := io.ReadAll(p.Body)
			o.NoErr(err)
			if kind := p.Header.Get("Content-Type"); strings.HasPrefix(kind, "text/html") {
				s.html = string(body)
			} else {
				s.text = string(body)
			}
		}
		out = append(out, s)
	}
	return out
}

func (o *outgoing) has(text string, parts ...string) {
	o.t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			o.t.Errorf("%q is not in:\n%s", p, text)
		}
	}
}

// Mails of forms and tasks say which one it is, and when it is due; nothing is
// said of what was taken back, or of a ticket that the contact is no longer on.
func TestMailsOfFormsAndTasks(t *testing.T) {
	onBoth(t, func(t *testing.T, p program) {
		o := sendMail(t, p)
		ctx, r := t.Context(), o.db.requests
		ana, ben := o.contact("Ana"), o.contact("Ben")
		f, err := r.CreateForm(ctx, o.a, requests.NewForm{Name: "Where the <printer> stands", Draft: requests.Definition{Fields: []requests.Field{{Key: "room", Label: "Room", Type: requests.TextField}}}})
		o.NoErr(err)
		f, err = r.PublishForm(ctx, o.a, f.ID, f.Version)
		o.NoErr(err)
		due := time.Now().UTC().AddDate(0, 0, 9).Truncate(time.Second)
		_, err = r.Assign(ctx, o.a, requests.NewAssignment{Form: f.ID, Contacts: []desk.ContactID{ana.ID}, Due: due, Note: "Floor & room, please."})
		o.NoErr(err)
		_, err = r.CreateTask(ctx, o.a, requests.NewTask{Title: "Send the serial number", Description: "It is on the back.", Contact: ben.ID, AssigneeContact: ben.ID, Due: requests.Due{At: due}})
		o.NoErr(err)
		o.Equal(o.send().Sent, 2)
		got := o.read()
		o.Equal(len(got), 2)
		form, task := got[0], got[1]
		if strings.Contains(task.to, "ana@") {
			form, task = task, form
		}
		day := due.Format("2 January 2006")
		o.has(form.to, "ana@x.test")
		o.has(form.subject, "Where the <printer> stands")
		o.has(form.text, "Where the <printer> stands", "Floor & room, please.", day)
		o.has(form.html, "Where the &lt;printer&gt; stands", "Floor &amp; room, please.", day)
		o.has(task.to, "ben@x.test")
		o.has(task.subject, "Send the serial number")
		o.has(task.text, "It is on the back.", day)
		o.has(task.html, "It is on the back.", day)

		xs, err := r.Assign(ctx, o.a, requests.NewAssignment{Form: f.ID, Contacts: []desk.ContactID{ben.ID}})
		o.NoErr(err)
		_, err = r.CancelAssignment(ctx, o.a, xs[0].ID, xs[0].Version)
		o.NoErr(err)
		k, err := o.db.tickets.Create(ctx, o.a, tickets.NewTicket{Subject: "Printer", Requester: ana.ID, Participants: []desk.ContactID{ben.ID}, Quiet: true})
		o.NoErr(err)
		_, err = r.CreateTask(ctx, o.a, requests.NewTask{Title: "Secret", Ticket: k.ID, AssigneeContact: ben.ID})
		o.NoErr(err)
		o.NoErr(o.db.tickets.RemoveParticipant(ctx, o.a, k.ID, ben.ID))
		o.Equal(o.send().Suppressed, 2)
		o.Equal(len(o.read()), 0)
	})
}

// What is old goes when its time has come, and not before.
func TestKeptForATime(t *testing.T) {
	onBoth(t, func(t *testing.T, p program) {
		h := hostMail(t, p, false)
		h.NoErr(h.send("jane@acme.test", "support@desk.test", "From: jane@acme.test\nSubject: Help\nMessage-ID: <1@acme.test>\n\nHello\n"))
		h.Equal(codeOf(h.send("jane@acme.test", "support@desk.test", "no header at all\n")), 554)
		h.db.bindNotify((&mailFlags{from: "help@desk.test"}).options("https://help.desk.test"))
		w := mailWorker(t.Context(), &call{db: p.db}, h.db, map[notify.Channel]notify.Sender{notify.Email: h.db.mail}, slog.New(slog.DiscardHandler))
		_, err := w.Once(t.Context(), h.a.Workspace)
		h.NoErr(err)
		count := func() (messages int, raws []intake.Record) {
			l, err := h.db.notify.Decisions(t.Context(), h.a, notify.DecisionFilter{}, desk.Page{})
			h.NoErr(err)
			r, err := h.db.intake.List(t.Context(), h.a, nil, desk.Page{})
			h.NoErr(err)
			return len(l.Entries), r.Records
		}
		messages, raws := count()
		h.True(messages > 0)
		h.Equal(len(raws), 2)
		now, log := time.Now(), slog.New(slog.DiscardHandler)
		keep := keepFlags{messages: 180, mail: 90}
		prune(t.Context(), h.db, h.a, keep, now.AddDate(0, 0, 89), log)
		prune(t.Context(), h.db, h.a, keepFlags{}, now.AddDate(9, 0, 0), log)
		n, raws := count()
		h.Equal([]int{n, len(raws)}, []int{messages, 2})

		prune(t.Context(), h.db, h.a, keep, now.AddDate(0, 0, 91), log)
		n, raws = count()
		h.Equal([]int{n, len(raws)}, []int{messages, 1}) // of what made a ticket there is still what became of it
		_, _, err = h.db.intake.OpenRaw(t.Context(), h.a, raws[0].ID)
		h.Equal(desk.KindOf(err), desk.NotFound)
		h.NoErr(h.send("jane@acme.test", "support@desk.test", "From: jane@acme.test\nSubject: Help\nMessage-ID: <1@acme.test>\n\nHello\n"))
		_, raws = count()
		h.Equal(len(raws), 1) // it is told again

		prune(t.Context(), h.db, h.a, keep, now.AddDate(0, 0, 181), log)
		n, _ = count()
		h.Equal(n, 0)
		h.Equal(p.run("verify").code, 0)
	})
}

// Answers go where this server takes mail in, unless it is told otherwise.
func TestRepliesComeBack(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	m := mailFlags{from: "help@desk.test"}
	is.Equal(m.options("").ReplyTo, "help@desk.test")
	is.Equal(m.options("", "support@desk.test", "sales@desk.test").ReplyTo, "support@desk.test")
	m.replyTo = "replies@desk.test"
	is.Equal(m.options("", "support@desk.test").ReplyTo, "replies@desk.test")
}
