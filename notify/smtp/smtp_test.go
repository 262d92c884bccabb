package smtp_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-message/mail"
	"github.com/emersion/go-msgauth/dkim"
	server "github.com/emersion/go-smtp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/notify/smtp"
)

func mailbox(t testing.TB, name, address string) notify.Mailbox {
	t.Helper()
	m, err := notify.NewMailbox(name, address)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func example(t testing.TB) notify.Message {
	t.Helper()
	return notify.Message{
		ID: "notice_01h455vb4pex5vsknk084sn02q", Workspace: "w", Type: notify.TypeCommented, Channel: notify.Email,
		To: mailbox(t, "Maria Lindqvist", "maria@contact.example"), From: mailbox(t, "Acme", "help@desk.example"), ReplyTo: mailbox(t, "Acme", "reply+token@desk.example"),
		Subject: "Re: Der Drucker – größer", Text: "Hello\n.\nüber\n", HTML: "<!doctype html><html><body><p>Hello über</p></body></html>",
		MessageID: "n1.abc@desk.example", InReplyTo: "first@desk.example", References: []string{"first@desk.example"},
		Unsubscribe: "https://help.desk.example/unsubscribe?token=abc",
	}
}

func sender(t testing.TB, c smtp.Config) *smtp.Sender {
	t.Helper()
	s, err := smtp.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// The exchange under STARTTLS, under TLS from the start, and in plain text,
// with sign-in where there is TLS; the connection is used again.
func TestExchange(t *testing.T) {
	t.Parallel()
	for name, security := range map[string]smtp.Security{"starttls": smtp.StartTLS, "tls": smtp.TLS, "plain": smtp.Plain} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			is := is.New(t)
			f := start(t, security == smtp.TLS, security == smtp.Plain)
			c := smtp.Config{Addr: f.addr, Security: security, TLSConfig: &tls.Config{RootCAs: f.roots, MinVersion: tls.VersionTLS12}}
			if security != smtp.Plain {
				c.Username, c.Password = "robin", "secret"
			}
			s := sender(t, c)
			for range 3 {
				r, err := s.Send(t.Context(), example(t))
				is.NoErr(err)
				is.True(r.ID != "")
			}
			all := f.take()
			is.Equal(len(all), 3)
			is.Equal(f.sessions, map[bool]int{true: 2, false: 1}[security == smtp.StartTLS]) // one connection; STARTTLS begins anew on it
			is.Equal(all[0].to, []string{"maria@contact.example"})
			is.Equal(all[0].from, "help@desk.example")
			is.Equal(all[0].tls, security != smtp.Plain)
			if security != smtp.Plain {
				is.Equal(all[0].user, "robin")
			}
			r, err := mail.CreateReader(bytes.NewReader(all[0].raw))
			is.NoErr(err)
			subject, err := r.Header.Subject()
			is.NoErr(err)
			is.Equal(subject, "Re: Der Drucker – größer")
			id, err := r.Header.MessageID()
			is.NoErr(err)
			is.Equal(id, "n1.abc@desk.example")
			is.Equal(r.Header.Get("X-Idempotency-Key"), "notice_01h455vb4pex5vsknk084sn02q")
			is.Equal(r.Header.Get("Auto-Submitted"), "auto-generated")
			is.Equal(r.Header.Get("X-Auto-Response-Suppress"), "All")
			is.Equal(r.Header.Get("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click")
			var bodies []string
			for {
				p, err := r.NextPart()
				if err == io.EOF {
					break
				}
				is.NoErr(err)
				b, err := io.ReadAll(p.Body)
				is.NoErr(err)
				bodies = append(bodies, strings.ReplaceAll(string(b), "\r\n", "\n"))
			}
			is.Equal(bodies, []string{"Hello\n.\nüber\n", example(t).HTML})
		})
	}
}

// A server without TLS, with a wrong certificate or a wrong password gets no
// message and no password; the mail can be tried again.
func TestUnprotectedIsNotUsed(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	plain, secure := start(t, false, true), start(t, false, false)
	for _, c := range []smtp.Config{
		{Addr: plain.addr}, // no STARTTLS
		{Addr: secure.addr, Username: "robin", Password: "secret"}, // unknown certificate
		{Addr: secure.addr, Username: "robin", Password: "wrong-secret", TLSConfig: &tls.Config{RootCAs: secure.roots, MinVersion: tls.VersionTLS12}},
	} {
		_, err := sender(t, c).Send(t.Context(), example(t))
		is.True(err != nil)
		var p *notify.Permanent
		is.True(!errors.As(err, &p))
		is.True(!strings.Contains(err.Error(), "secret"))
	}
	is.Equal(len(plain.take())+len(secure.take()), 0)
	_, err := smtp.New(smtp.Config{Addr: "mail.example.com:25", Security: smtp.Plain, Username: "robin", Password: "secret"})
	is.True(err != nil)
	is.True(!strings.Contains(err.Error(), "secret"))
}

// A refused recipient is refused for good, a busy server is tried again, and
// neither keeps the connection from being used; no error holds an address.
func TestR110_RefusalsHoldNoAddress(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	f := start(t, false, true)
	s := sender(t, smtp.Config{Addr: f.addr, Security: smtp.Plain})
	for _, c := range []struct {
		code      int
		permanent bool
	}{{550, true}, {450, false}, {552, true}, {0, false}} {
		f.mu.Lock()
		f.answer = func(to string) error {
			if c.code == 0 {
				return nil
			}
			return &server.SMTPError{Code: c.code, EnhancedCode: server.EnhancedCode{5, 1, 1}, Message: "<" + to + "> is not for us, see https://x.example/" + to + " token abcdefghijklmnopqrstuvwxyz0123"}
		}
		f.mu.Unlock()
		_, err := s.Send(t.Context(), example(t))
		is.Equal(err == nil, c.code == 0)
		if err == nil {
			continue
		}
		var p *notify.Permanent
		is.Equal(errors.As(err, &p), c.permanent)
		if strings.Contains(err.Error(), "maria") || strings.Contains(err.Error(), "x.example") || strings.Contains(err.Error(), "0123") {
			t.Errorf("the error says too much: %q", err)
		}
	}
	is.Equal(f.sessions, 1)
}

// A connection that the server has ended meanwhile is made anew, unseen.
func TestEndedConnectionIsMadeAnew(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	f := start(t, false, true)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	is.NoErr(err)
	defer func() { _ = l.Close() }()
	conns := make(chan net.Conn, 10)
	go func() { // between the two, so that it can cut
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", f.addr)
			if err != nil {
				return
			}
			conns <- in
			go func() { _, _ = io.Copy(out, in); _ = out.Close() }()
			go func() { _, _ = io.Copy(in, out); _ = in.Close() }()
		}
	}()
	s := sender(t, smtp.Config{Addr: l.Addr().String(), Security: smtp.Plain})
	for range 3 {
		_, err := s.Send(t.Context(), example(t))
		is.NoErr(err)
		_ = (<-conns).Close()
	}
	is.Equal(len(f.take()), 3)
}

// The signature holds, covers what RFC 8058 asks for, and breaks with any
// change.
func TestDKIM(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	f := start(t, false, true)
	public, private, err := ed25519.GenerateKey(rand.Reader)
	is.NoErr(err)
	s := sender(t, smtp.Config{Addr: f.addr, Security: smtp.Plain, DKIM: &smtp.DKIM{Domain: "desk.example", Selector: "desk", Key: private}})
	_, err = s.Send(t.Context(), example(t))
	is.NoErr(err)
	raw := f.take()[0].raw
	verify := func(raw []byte) error {
		vs, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
			is.Equal(name, "desk._domainkey.desk.example")
			return []string{"v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(public)}, nil
		}})
		if err != nil {
			return err
		}
		if len(vs) != 1 {
			return errors.New("not one signature")
		}
		for _, h := range []string{"From", "To", "Subject", "Message-Id", "List-Unsubscribe", "List-Unsubscribe-Post"} {
			if !slices.ContainsFunc(vs[0].HeaderKeys, func(k string) bool { return strings.EqualFold(k, h) }) {
				t.Errorf("%s is not signed", h)
			}
		}
		return vs[0].Err
	}
	is.NoErr(verify(raw))
	is.True(verify(bytes.Replace(raw, []byte("Hello"), []byte("Hallo"), 1)) != nil)
	is.True(verify(bytes.Replace(raw, []byte("One-Click"), []byte("Two-Click"), 1)) != nil)
}

// B17: hostile names and subjects in every field of every type of mail. What
// arrives has the planned recipient and the planned fields, and nothing else.
func TestB17_HeaderInjection(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	f := start(t, false, true)
	s := sender(t, smtp.Config{Addr: f.addr, Security: smtp.Plain})
	planned := []string{"Mime-Version", "From", "To", "Reply-To", "Subject", "Date", "Message-Id", "In-Reply-To", "References", "List-Unsubscribe",
		"List-Unsubscribe-Post", "X-Idempotency-Key", "Auto-Submitted", "X-Auto-Response-Suppress", "Content-Type"}
	for _, hostile := range []string{
		"Eve\r\nBcc: x@evil.test", "Eve\nBcc: x@evil.test\n\nbody", "Eve\x00", "Eve\u2028Bcc: x@evil.test", "a\" <x@evil.test>, \"b", "x@evil.test", "<x@evil.test>",
		"=?utf-8?q?x=0D=0ABcc:_x@evil.test?=", strings.Repeat("long ", 1000), strings.Repeat("x", 5000), "Ünï\u202ecode", ", x@evil.test", "a;b:c", `back\slash"quote`,
	} {
		m := example(t)
		m.To, m.From = mailbox(t, hostile, "maria@contact.example"), mailbox(t, hostile, "help@desk.example")
		// The service puts subjects on one line; a host's own code might not.
		m.Subject = hostile
		_, err := s.Send(t.Context(), m)
		if strings.ContainsAny(hostile, "\r\n\x00\u2028") {
			var p *notify.Permanent
			is.True(errors.As(err, &p))
			m.Subject = "fine"
			_, err = s.Send(t.Context(), m)
		}
		is.NoErr(err)
		got := f.take()
		is.Equal(len(got), 1)
		is.Equal(got[0].to, []string{"maria@contact.example"})
		r, err := mail.CreateReader(bytes.NewReader(got[0].raw))
		is.NoErr(err)
		var names []string
		for fields := r.Header.Fields(); fields.Next(); {
			names = append(names, fields.Key())
		}
		slices.Sort(names)
		want := slices.Sorted(slices.Values(planned))
		if !slices.Equal(names, want) {
			t.Errorf("%.40q: the fields are %v", hostile, names)
		}
		for name, address := range map[string]string{"To": "maria@contact.example", "From": "help@desk.example"} {
			list, err := r.Header.AddressList(name)
			is.NoErr(err)
			is.Equal(len(list), 1)
			is.Equal(list[0].Address, address)
		}
		for line := range strings.SplitSeq(string(got[0].raw), "\r\n") {
			if len(line) > 998 {
				t.Errorf("%.40q: a line of %d bytes", hostile, len(line))
			}
		}
	}
}

// R79: addresses that would end a command or a header are no mailboxes.
func TestR79_Mailboxes(t *testing.T) {
	t.Parallel()
	for _, a := range []string{"", "a", "a@b", "a@b.example\r\nRCPT TO:<x@evil.test>", "\"a b\"@b.example", "a@b.example, x@evil.test", "<a@b.example>", "a@b.example\x00", "\"x@evil.test> \"@b.example", "a@[127.0.0.1]"} {
		if _, err := notify.NewMailbox("", a); err == nil {
			t.Errorf("%q is a mailbox", a)
		}
	}
}

// A context that ends ends the exchange.
func TestSendEndsInTime(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	l, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and says nothing
	is.NoErr(err)
	defer func() { _ = l.Close() }()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = sender(t, smtp.Config{Addr: l.Addr().String(), Security: smtp.Plain}).Send(ctx, example(t))
	is.True(err != nil)
}
