//go:build unix

package notify_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-message/mail"
	server "github.com/emersion/go-smtp"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/notify/smtp"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
)

// The benchmark's size: messages, and connections to the mail server.
const (
	benchMails       = 10_000
	benchConnections = 4
)

// BenchmarkDrain sends 10,000 messages that are queued to a mail server on this
// machine, and beside it as many of the same content by the SMTP library alone, with the
// same number of connections. "ratio" is how much of the library's speed is left.
func BenchmarkDrain(b *testing.B) {
	for name, open := range map[string]func() *sql.DB{
		"sqlite":   func() *sql.DB { return desktest.OpenSQLite(b, filepath.Join(b.TempDir(), "desk.db")) },
		"postgres": func() *sql.DB { return pgtest.DB(b) },
	} {
		b.Run(name, func(b *testing.B) {
			sink := newCountingSink(b)
			e := newEnv(b, name, open())
			var to []desk.ContactID
			for i := range 100 {
				to = append(to, e.contact(fmt.Sprint("C", i)).ID)
			}
			mails, err := smtp.New(smtp.Config{Addr: sink.addr, Security: smtp.Plain, Connections: benchConnections, PerConnection: benchMails})
			e.fatal(err)
			defer func() { _ = mails.Close() }()
			e.tell(desk.Notice{Type: notify.TypeForm, To: to[:1]})
			var model notify.Message
			w := notify.NewWorker(e.notify, map[notify.Channel]notify.Sender{notify.Email: notify.SenderFunc(func(_ context.Context, m notify.Message) (notify.Receipt, error) {
				model = m
				return notify.Receipt{}, nil
			})}, &notify.WorkerOptions{Concurrency: map[notify.Channel]int{notify.Email: 1}})
			_, err = w.Once(e.ctx, home)
			e.fatal(err)
			var alone, ours time.Duration
			for range b.N {
				b.StopTimer()
				for i := range benchMails / len(to) / 10 {
					var all []desk.Notice
					for n := range 10 {
						all = append(all, desk.Notice{Type: notify.TypeForm, About: fmt.Sprint(i, n), To: to})
					}
					e.tellIn(e.manager, all...)
				}
				began := time.Now()
				libraryAlone(b, sink.addr, model)
				alone += time.Since(began)
				sink.n.Store(0)
				b.StartTimer()
				began = time.Now()
				did, err := notify.NewWorker(e.notify, map[notify.Channel]notify.Sender{notify.Email: mails},
					&notify.WorkerOptions{Concurrency: map[notify.Channel]int{notify.Email: benchConnections}}).Once(e.ctx, home)
				ours += time.Since(began)
				e.fatal(err)
				if did.Sent != benchMails || sink.n.Load() != benchMails {
					b.Fatalf("%+v, %d arrived", did, sink.n.Load())
				}
			}
			b.ReportMetric(float64(b.N)*benchMails/ours.Seconds(), "mails/s")
			b.ReportMetric(float64(b.N)*benchMails/alone.Seconds(), "alone/s")
			b.ReportMetric(alone.Seconds()/ours.Seconds(), "ratio")
		})
	}
}

// libraryAlone sends as many mails by the library, composed by it too.
func libraryAlone(b *testing.B, addr string, m notify.Message) {
	b.Helper()
	var next atomic.Int64
	var working sync.WaitGroup
	for range benchConnections {
		working.Go(func() {
			c, err := server.Dial(addr)
			if err != nil {
				b.Error(err)
				return
			}
			defer func() { _ = c.Quit() }()
			for {
				n := next.Add(1)
				if n > benchMails {
					return
				}
				raw, err := libraryMail(m, n)
				if err == nil {
					err = c.SendMail(m.From.Address(), []string{m.To.Address()}, bytes.NewReader(raw))
				}
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	working.Wait()
}

func libraryMail(m notify.Message, n int64) ([]byte, error) {
	var buf bytes.Buffer
	var h mail.Header
	h.SetAddressList("From", []*mail.Address{{Name: m.From.Name(), Address: m.From.Address()}})
	h.SetAddressList("To", []*mail.Address{{Name: m.To.Name(), Address: m.To.Address()}})
	h.SetSubject(m.Subject)
	h.SetDate(time.Now())
	h.SetMessageID(fmt.Sprintf("%d.%s", n, m.MessageID))
	h.Set("List-Unsubscribe", "<"+m.Unsubscribe+">")
	h.Set("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	h.Set("Auto-Submitted", "auto-generated")
	w, err := mail.CreateInlineWriter(&buf, h)
	if err != nil {
		return nil, err
	}
	for kind, body := range map[string]string{"text/plain": m.Text, "text/html": m.HTML} {
		var ph mail.InlineHeader
		ph.SetContentType(kind, map[string]string{"charset": "utf-8"})
		ph.Set("Content-Transfer-Encoding", "quoted-printable")
		p, err := w.CreatePart(ph)
		if err != nil {
			return nil, err
		}
		if _, err := io.WriteString(p, body); err != nil {
			return nil, err
		}
		if err := p.Close(); err != nil {
			return nil, err
		}
	}
	err = w.Close()
	return buf.Bytes(), err
}

// countingSink is a mail server that counts.
type countingSink struct {
	n    atomic.Int64
	addr string
}

func newCountingSink(t testing.TB) *countingSink {
	t.Helper()
	s := &countingSink{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = l.Addr().String()
	srv := server.NewServer(server.BackendFunc(func(*server.Conn) (server.Session, error) { return countingSession{s}, nil }))
	srv.Domain = "sink.test"
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
	return s
}

type countingSession struct{ s *countingSink }

func (countingSession) Mail(string, *server.MailOptions) error { return nil }
func (countingSession) Rcpt(string, *server.RcptOptions) error { return nil }
func (countingSession) Reset()                                 {}
func (countingSession) Logout() error                          { return nil }
func (x countingSession) Data(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	x.s.n.Add(1)
	return err
}
