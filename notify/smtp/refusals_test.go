package smtp_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/emersion/go-message/mail"
	"github.com/matryer/is"

	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/notify/smtp"
)

// scripted is a mail server that answers as a test says.
type scripted struct {
	greeting string // what follows EHLO
	// answers are those to commands, by their first four letters; empty: it hangs up.
	answers func(command string) string

	mu sync.Mutex
	happened
}

// happened is what a server was asked.
type happened struct {
	sessions int
	bodies   []string
}

// got returns what has happened until now.
func (s *scripted) got() happened {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.happened
}

func (s *scripted) start(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(c)
		}
	}()
	return l.Addr().String()
}

func (s *scripted) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	in := bufio.NewReader(c)
	say := func(text string) { _, _ = io.WriteString(c, text) }
	s.mu.Lock()
	s.sessions++
	s.mu.Unlock()
	say("220 script.test\r\n")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		command, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(line)), " ")
		switch command {
		case "EHLO":
			say("250-script.test\r\n" + s.greeting)
			continue
		case "RSET":
			say("250 ok\r\n")
			continue
		case "QUIT":
			return
		}
		answer := s.answers(strings.TrimSpace(line))
		if answer == "" {
			return
		}
		say(answer + "\r\n")
		if strings.HasPrefix(answer, "354") {
			s.body(in)
			say(s.answers(".") + "\r\n")
		}
	}
}

func (s *scripted) body(in *bufio.Reader) {
	var b strings.Builder
	for {
		line, err := in.ReadString('\n')
		if err != nil || line == ".\r\n" {
			break
		}
		b.WriteString(line)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bodies = append(s.bodies, b.String())
}

// well answers as a server does that takes everything.
func well(command string) string {
	if command == "DATA" {
		return "354 go on"
	}
	return "250 2.0.0 fine"
}

// What is refused is told as such, no part of the message goes out for it, and
// the connection serves the next one.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		command, answer string
		permanent       bool
	}{
		"recipient":         {"RCPT", "550 5.1.1 no such person", true},
		"recipient for now": {"RCPT", "451 4.2.1 later", false},
		"sender":            {"MAIL", "550 5.7.1 not you", false},
		"contents":          {"DATA", "554 5.6.0 not today", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			is := is.New(t)
			var mended atomic.Bool
			s := &scripted{greeting: "250 8BITMIME\r\n"}
			s.answers = func(command string) string {
				switch {
				case mended.Load():
					return well(command)
				case strings.HasPrefix(command, c.command):
					return c.answer
				}
				return well(command)
			}
			out := sender(t, smtp.Config{Addr: s.start(t), Security: smtp.Plain})
			_, err := out.Send(t.Context(), example(t))
			var p *notify.Permanent
			is.Equal(errors.As(err, &p), c.permanent)
			is.True(strings.Contains(err.Error(), c.answer[:3]+" "+c.answer[10:])) // its words, without the second code
			is.Equal(strings.Join(s.got().bodies, ""), "")
			mended.Store(true)
			_, err = out.Send(t.Context(), example(t))
			is.NoErr(err)
			got := s.got()
			is.Equal(got.sessions, 1)
			is.True(strings.Contains(got.bodies[len(got.bodies)-1], "Subject:"))
		})
	}
}

// A server that hangs up amid its answers: the message was not taken, and the
// next one gets a new connection.
func TestHangUp(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"RCPT", "DATA"} {
		is := is.New(t)
		var mended atomic.Bool
		s := &scripted{greeting: "250 8BITMIME\r\n", answers: func(command string) string {
			if !mended.Load() && strings.HasPrefix(command, at) {
				return ""
			}
			return well(command)
		}}
		out := sender(t, smtp.Config{Addr: s.start(t), Security: smtp.Plain})
		_, err := out.Send(t.Context(), example(t))
		is.True(err != nil)
		var p *notify.Permanent
		is.True(!errors.As(err, &p))
		is.Equal(len(s.got().bodies), 0)
		mended.Store(true)
		_, err = out.Send(t.Context(), example(t))
		is.NoErr(err)
		is.Equal(s.got().sessions, 2)
	}
}

// Lines that begin with a dot, also the one that would end the message, arrive
// as they are.
func TestDotsArrive(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	f := start(t, false, true)
	out := sender(t, smtp.Config{Addr: f.addr, Security: smtp.Plain})
	m := example(t)
	m.HTML, m.Text = "", ".\n..\n.a\r\n.\n\nMAIL FROM:<x@evil.test>\n"
	_, err := out.Send(t.Context(), m)
	is.NoErr(err)
	got := f.take()
	is.Equal(len(got), 1)
	r, err := mail.CreateReader(bytes.NewReader(got[0].raw))
	is.NoErr(err)
	p, err := r.NextPart()
	is.NoErr(err)
	text, err := io.ReadAll(p.Body)
	is.NoErr(err)
	is.Equal(strings.ReplaceAll(string(text), "\r\n", "\n"), ".\n..\n.a\n.\n\nMAIL FROM:<x@evil.test>\n\n")
}
