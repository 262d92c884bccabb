package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-smtp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

const mailSamples = "../../tickets/intake/testdata/"

// lines decodes what the command intake prints.
func lines(t *testing.T, out string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for l := range strings.Lines(out) {
		var v map[string]any
		if err := json.Unmarshal([]byte(l), &v); err != nil {
			t.Fatal(err, l)
		}
		all = append(all, v)
	}
	return all
}

func TestIntakeCommand(t *testing.T) {
	onBoth(t, func(t *testing.T, p program) {
		is := is.New(t)
		files, err := filepath.Glob(mailSamples + "*.eml")
		is.NoErr(err)
		got := p.run(append([]string{"intake"}, files...)...)
		is.Equal(got.code, 0)
		all := lines(t, got.out)
		is.Equal(len(all), len(files))
		for i, l := range all {
			is.Equal(keys(l), names("file outcome reason contact_id ticket_id sender_email sender_name subject auto_reply bounce list text attachments"))
			is.Equal(l["file"], files[i])
			raw, err := os.ReadFile(strings.TrimSuffix(files[i], ".eml") + ".json")
			is.NoErr(err)
			var want map[string]any
			is.NoErr(json.Unmarshal(raw, &want))
			for k, v := range want {
				is.Equal(l[k], v) // what a careful person reads in it
			}
			made := "created"
			if want["auto_reply"] == true || want["bounce"] == true {
				made = "ignored"
			}
			is.Equal(l["outcome"], made)
			is.Equal(l["ticket_id"] != "", made == "created")
		}
		for _, l := range lines(t, p.run(append([]string{"intake"}, files...)...).out) {
			is.Equal(l["outcome"], "ignored")
			is.True(strings.Contains(l["reason"].(string), "before"))
		}
		got = p.with("not a message", "intake", "-")
		is.Equal(got.code, 0)
		is.Equal(lines(t, got.out)[0]["outcome"], "rejected")
		is.Equal(p.run("intake", "nothing.eml").code, 1)
		is.Equal(p.run("intake").code, 2)
		is.Equal(p.run("verify").code, 0)
	})
}

// mailbox is a server that takes mail in, on a port of loopback.
type mailHost struct {
	*is.I
	t    *testing.T
	db   *database
	a    desk.Actor
	addr string
}

func hostMail(t *testing.T, p program, lmtp bool) *mailHost {
	t.Helper()
	return hostMailOn(t, p, lmtp, func(l net.Listener) net.Listener { return limit(l) })
}

func hostMailOn(t *testing.T, p program, lmtp bool, over func(net.Listener) net.Listener) *mailHost {
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
	log := slog.New(slog.DiscardHandler)
	flags := inboxFlags{mailboxes: []string{"support@desk.test", "sales@desk.test"}}
	if err := flags.settle(t.Context(), db, c.system()); err != nil {
		t.Fatal(err)
	}
	s := (&mailServer{db: db, a: c.system(), log: log}).server("http://desk.test")
	s.LMTP = lmtp
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		serveMail(ctx, []*smtp.Server{s}, []net.Listener{over(l)}, log)
		close(done)
	}()
	t.Cleanup(func() { stop(); <-done })
	return &mailHost{is.New(t), t, db, c.system(), l.Addr().String()}
}

// send sends a message as a mail server does, and returns the server's answer.
func (h *mailHost) send(from, to, text string) error {
	h.t.Helper()
	c, err := smtp.Dial(h.addr)
	h.NoErr(err)
	defer func() { _ = c.Close() }()
	return c.SendMail(from, []string{to}, strings.NewReader(strings.ReplaceAll(text, "\n", "\r\n")))
}

func codeOf(err error) int {
	if e, ok := err.(*smtp.SMTPError); ok {
		return e.Code
	}
	return 0
}

func TestMailBySMTP(t *testing.T) {
	onBoth(t, func(t *testing.T, p program) {
		h := hostMail(t, p, false)
		hello := "From: Jane <jane@acme.test>\nTo: support@desk.test\nCc: bob@x.test\nSubject: Help\nMessage-ID: <1@acme.test>\n\nHello\n.leading dot\n"
		h.NoErr(h.send("jane@acme.test", "support@desk.test", hello))
		h.NoErr(h.send("jane@acme.test", "support@desk.test", hello)) // the other side did not hear the answer
		h.Equal(codeOf(h.send("jane@acme.test", "somebody@else.test", hello)), 550)
		h.Equal(codeOf(h.send("jane@acme.test", "support@desk.test", "no header at all\n")), 554)
		h.NoErr(h.send("", "support@desk.test", "From: MAILER-DAEMON@x.test\nSubject: Undelivered Mail\n\nNo such user\n"))

		people, err := h.db.contacts.List(t.Context(), h.a, contacts.Query{Text: "jane@acme.test"}, desk.Page{})
		h.NoErr(err)
		h.Equal(len(people.Contacts), 1)
		all, err := h.db.intake.List(t.Context(), h.a, nil, desk.Page{})
		h.NoErr(err)
		h.Equal(len(all.Records), 3)
		first := all.Records[2]
		store := tickets.New(h.db.store.Tickets(), nil)
		agent := h.a
		agent.Grants = append(append([]desk.Permission{}, agent.Grants...), tickets.Permissions...)
		msgs, err := store.Messages(t.Context(), agent, first.Ticket, tickets.MessageQuery{}, desk.Page{})
		h.NoErr(err)
		h.Equal(msgs.Messages[0].Text, "Hello\n.leading dot")

		key, err := secret(t.Context(), h.db.sql, "threads")
		h.NoErr(err)
		reply := tickets.Threads{Keys: [][]byte{key}}.Address("support@desk.test", "demo", first.Ticket, first.Contact)
		h.NoErr(h.send("jane@acme.test", reply, "From: jane@acme.test\nSubject: Re: Help\nMessage-ID: <2@acme.test>\n\nThanks\n"))
		msgs, err = store.Messages(t.Context(), agent, first.Ticket, tickets.MessageQuery{}, desk.Page{})
		h.NoErr(err)
		h.Equal(len(msgs.Messages), 2)

		// While the database is away the other side is asked to come again.
		h.db.close()
		h.Equal(codeOf(h.send("jane@acme.test", "support@desk.test", hello)), 451)
	})
}

func TestMailByLMTP(t *testing.T) {
	t.Parallel()
	h := hostMail(t, onFile(t), true)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", h.addr)
	h.NoErr(err)
	c := smtp.NewClientLMTP(conn)
	defer func() { _ = c.Close() }()
	h.NoErr(c.Hello("localhost"))
	h.NoErr(c.Mail("jane@acme.test", nil))
	h.NoErr(c.Rcpt("support@desk.test", nil))
	h.Equal(codeOf(c.Rcpt("other@desk.test", nil)), 550)
	w, err := c.Data()
	h.NoErr(err)
	_, err = io.Copy(w, strings.NewReader("From: jane@acme.test\r\nSubject: Help\r\n\r\nHello\r\n"))
	h.NoErr(err)
	h.NoErr(w.Close())
	all, err := h.db.intake.List(t.Context(), h.a, nil, desk.Page{})
	h.NoErr(err)
	h.Equal(len(all.Records), 1)
}

// A message to two of the workspace's mailboxes, in one conversation, is one
// ticket: the first one's.
func TestMailToTwoMailboxes(t *testing.T) {
	onBoth(t, func(t *testing.T, p program) {
		h := hostMail(t, p, false)
		c, err := smtp.Dial(h.addr)
		h.NoErr(err)
		defer func() { _ = c.Close() }()
		h.NoErr(c.SendMail("jane@acme.test", []string{"sales@desk.test", "support@desk.test"}, strings.NewReader("From: jane@acme.test\r\nTo: support@desk.test, sales@desk.test\r\nSubject: Help\r\n\r\nHello\r\n")))
		all, err := h.db.intake.List(t.Context(), h.a, nil, desk.Page{})
		h.NoErr(err)
		h.Equal(len(all.Records), 1)
		h.Equal(all.Records[0].Mailbox, "sales@desk.test")
		list, err := h.db.tickets.List(t.Context(), h.a, tickets.Query{}, desk.Page{})
		h.NoErr(err)
		h.Equal(len(list.Tickets), 1)
	})
}

// Connections beyond what is borne are told to come again, while those that
// are open go on; when one ends there is room again.
func TestFloodOfConnections(t *testing.T) {
	t.Parallel()
	h := hostMailOn(t, onFile(t), false, func(l net.Listener) net.Listener {
		return &limited{Listener: l, all: 5, each: 3, from: map[string]int{}}
	})
	dial := func() (net.Conn, string) {
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", h.addr)
		h.NoErr(err)
		line, err := bufio.NewReader(c).ReadString('\n')
		h.NoErr(err)
		return c, line[:3]
	}
	var open []net.Conn
	for range 3 {
		c, code := dial()
		defer func() { _ = c.Close() }()
		h.Equal(code, "220")
		open = append(open, c)
	}
	for range 50 {
		c, code := dial()
		_ = c.Close()
		h.Equal(code, "421")
	}
	_ = open[0].Close()
	for { // the server sees it in a moment
		c, code := dial()
		_ = c.Close()
		if code == "220" {
			break
		}
	}
	l := &limited{all: 2, each: 5, from: map[string]int{}}
	h.True(l.enter("a") && l.enter("b") && !l.enter("c"))
	l.leave("a")
	h.True(l.enter("c") && !l.enter(""))
}

func TestServeNeedsAMailbox(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"serve", "--db", onFile(t).db, "--workspace", "w", "--addr", "127.0.0.1:0", "--smtp-listen", "127.0.0.1:0"}, nil, &out, &errs)
	is.Equal(code, 2)
	is.True(strings.Contains(errs.String(), "--mailbox"))
}
