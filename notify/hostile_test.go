package notify_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-message/mail"
	server "github.com/emersion/go-smtp"
	"golang.org/x/net/html"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/notify/smtp"
	"github.com/deskfolk/desk/tickets"
)

// wireMail is an email as a mail server got it.
type wireMail struct {
	to  []string
	raw []byte
}

// wireSink is a mail server that keeps what it gets.
type wireSink struct {
	mu  sync.Mutex
	all []wireMail
}

type wireSession struct {
	s   *wireSink
	now wireMail
}

func (x *wireSession) Mail(string, *server.MailOptions) error { x.now = wireMail{}; return nil }
func (x *wireSession) Rcpt(to string, _ *server.RcptOptions) error {
	x.now.to = append(x.now.to, to)
	return nil
}
func (x *wireSession) Reset()        {}
func (x *wireSession) Logout() error { return nil }
func (x *wireSession) Data(r io.Reader) error {
	var err error
	x.now.raw, err = io.ReadAll(r)
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	x.s.all = append(x.s.all, x.now)
	return err
}

// newWireSink starts a mail server, and returns it with a sender to it.
func newWireSink(t testing.TB) (*wireSink, *smtp.Sender) {
	t.Helper()
	s := &wireSink{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := server.NewServer(server.BackendFunc(func(*server.Conn) (server.Session, error) { return &wireSession{s: s}, nil }))
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
	out, err := smtp.New(smtp.Config{Addr: l.Addr().String(), Security: smtp.Plain})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = out.Close() })
	return s, out
}

// plannedFields are all that an email of ours may have.
var plannedFields = []string{"Mime-Version", "From", "To", "Reply-To", "Subject", "Date", "Message-Id", "In-Reply-To", "References", "List-Unsubscribe",
	"List-Unsubscribe-Post", "X-Idempotency-Key", "Auto-Submitted", "X-Auto-Response-Suppress", "Content-Type"}

// B17: every type of email, with hostile text in all that is the data's: names,
// subject, message, files, and what a host says that it is of. It has one recipient, the
// planned fields, and the hostile text as text in both of its parts.
func TestB17_EveryTypeOfMail(t *testing.T) {
	t.Parallel()
	const crlf = "Eve\r\nBcc: x@evil.test\r\n\r\n<script>alert(1)</script>"
	details := func(context.Context, desk.WorkspaceID, desk.ContactID, string) (notify.Details, error) {
		return notify.Details{Title: crlf + "\x00\u2028" + strings.Repeat("x", 5000), Text: crlf, Path: "/a\"><img src=x onerror=alert(1)>", Due: time.Unix(0, 0)}, nil
	}
	onBoth(t, func(e *env) {
		sink, out := newWireSink(t)
		_, err := e.notify.SaveSettings(e.ctx, e.manager, notify.Settings{Preset: notify.HighTouch, Name: `Acme" <x@evil.test>, "<script>alert(1)</script>`, Footer: "<img src=x onerror=alert(1)>"})
		e.fatal(err)
		c := e.contact("Maria")
		tk := e.ticket(c.ID)
		m, err := e.tickets.Post(e.ctx, e.manager, tk.ID, tickets.NewMessage{Text: "</div><script>alert(1)</script>\n.\nBcc: x@evil.test\n",
			Attachments: []tickets.NewAttachment{{Name: "a\"<script>alert(1)</script>.txt", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("x")), nil }}}})
		e.fatal(err)
		e.Equal(e.once().Sent, 1) // the message itself
		for _, hostile := range []string{crlf, `"><img src=x onerror=alert(1)>`, "x@evil.test, y@evil.test", "=?utf-8?q?x=0D=0ABcc:_x@evil.test?=", "\u202ecod\u2028exe", strings.Repeat("long ", 1000)} {
			// The rules refuse some of it: they are gone around.
			_, err := e.sql.ExecContext(e.ctx, `UPDATE desk_contacts SET first_name = $1, last_name = $1, display_name = $1`, hostile)
			e.fatal(err)
			_, err = e.sql.ExecContext(e.ctx, `UPDATE desk_tickets SET subject = $1`, hostile)
			e.fatal(err)
			types := 0
			for _, ty := range e.notify.Types() {
				if ty.Class == notify.Direct {
					continue
				}
				n := desk.Notice{Type: ty.Name, To: []desk.ContactID{c.ID}, About: "about"}
				if ty.Participants {
					n.Ticket, n.About = tk.ID, string(m.ID)
				}
				e.tell(n)
				types++
			}
			_, err = notify.NewWorker(e.notify, map[notify.Channel]notify.Sender{notify.Email: out}, nil).Once(e.ctx, home)
			e.fatal(err)
			e.Equal(len(sink.all), types)
			for _, got := range sink.all {
				checkWireMail(e, got)
			}
			sink.all = nil
		}
	}, func(o *notify.Options) {
		o.Types = notify.Builtin()
		for i := range o.Types {
			if !o.Types[i].Participants && o.Types[i].Class != notify.Direct {
				o.Types[i].Details = details
			}
		}
	})
}

func checkWireMail(e *env, got wireMail) {
	e.t.Helper()
	e.Equal(got.to, []string{"maria@contact.example"})
	r, err := mail.CreateReader(bytes.NewReader(got.raw))
	e.fatal(err)
	for fields := r.Header.Fields(); fields.Next(); {
		if !slices.Contains(plannedFields, fields.Key()) {
			e.t.Errorf("a field %q: %q", fields.Key(), fields.Value())
		}
	}
	for name, address := range map[string]string{"To": "maria@contact.example", "From": "help@desk.example"} {
		list, err := r.Header.AddressList(name)
		e.fatal(err)
		e.Equal(len(list), 1)
		e.Equal(list[0].Address, address)
	}
	subject, err := r.Header.Subject()
	e.fatal(err)
	e.True(!strings.ContainsAny(subject, "\r\n\x00\u2028\u202e"))
	kinds := []string{}
	for {
		p, err := r.NextPart()
		if err == io.EOF {
			break
		}
		e.fatal(err)
		kind, _, _ := strings.Cut(p.Header.Get("Content-Type"), ";")
		kinds = append(kinds, kind)
		if kind == "text/html" {
			checkInert(e, p.Body)
		}
	}
	e.Equal(kinds, []string{"text/plain", "text/html"})
}

// checkInert looks for what would run, load or lead elsewhere.
func checkInert(e *env, page io.Reader) {
	e.t.Helper()
	z := html.NewTokenizer(page)
	for z.Next() != html.ErrorToken {
		tok := z.Token()
		if tok.Type != html.StartTagToken && tok.Type != html.SelfClosingTagToken {
			continue
		}
		if slices.Contains([]string{"script", "img", "iframe", "form", "object", "link", "base"}, tok.Data) {
			e.t.Errorf("an element <%s>", tok.Data)
		}
		for _, a := range tok.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "href" && !strings.HasPrefix(a.Val, "https://help.desk.example/") {
				e.t.Errorf("<%s %s=%q>", tok.Data, a.Key, a.Val)
			}
		}
	}
	e.Equal(z.Err(), io.EOF)
}
