package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets/intake"
)

// inboxFlags say how the server takes mail in.
type inboxFlags struct {
	smtp, lmtp string
	mailboxes  []string
}

// add adds the flags to those of a command.
func (m *inboxFlags) add(f *flag.FlagSet) {
	f.StringVar(&m.smtp, "smtp-listen", "", "take mail in by SMTP at `HOST:PORT`")
	f.StringVar(&m.lmtp, "lmtp-listen", "", "take mail in by LMTP at `HOST:PORT`, or at the path of a socket")
	f.Func("mailbox", "an `ADDRESS` that mail comes to; it is added to the workspace's settings (can be given several times)", func(s string) error {
		m.mailboxes = append(m.mailboxes, s)
		return nil
	})
}

// mailServer takes mail in by SMTP or LMTP.
type mailServer struct {
	db  *database
	a   desk.Actor
	log *slog.Logger
}

// listen opens the ports that the flags name. The returned function serves
// them until ctx ends, and lets the messages that have begun end.
func (m *inboxFlags) listen(ctx context.Context, db *database, a desk.Actor, base string, log *slog.Logger) (serve func(context.Context), err error) {
	if err := m.settle(ctx, db, a); err != nil {
		return nil, err
	}
	var servers []*smtp.Server
	var listeners []net.Listener
	closeAll := func() {
		for _, l := range listeners {
			_ = l.Close()
		}
	}
	for _, addr := range []string{m.smtp, m.lmtp} {
		if addr == "" {
			continue
		}
		network := "tcp"
		if strings.HasPrefix(addr, "/") {
			network = "unix"
		}
		l, err := (&net.ListenConfig{}).Listen(ctx, network, addr)
		if err != nil {
			closeAll()
			return nil, desk.Errorf(desk.Unavailable, "", "The server cannot take mail in at %s: another program may be there.", addr)
		}
		s := (&mailServer{db: db, a: a, log: log}).server(base)
		s.LMTP = len(servers) > 0 || m.smtp == ""
		servers, listeners = append(servers, s), append(listeners, limit(l))
		log.Info("taking mail in", "addr", l.Addr().String(), "lmtp", s.LMTP)
	}
	return func(ctx context.Context) { serveMail(ctx, servers, listeners, log) }, nil
}

// serveMail serves until ctx ends.
func serveMail(ctx context.Context, servers []*smtp.Server, listeners []net.Listener, log *slog.Logger) {
	ended := make(chan struct{}, len(servers))
	for i, s := range servers {
		go func() {
			if err := s.Serve(listeners[i]); err != nil && ctx.Err() == nil {
				log.Error("taking mail in failed", "error", err)
			}
			ended <- struct{}{}
		}()
	}
	<-ctx.Done()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	for _, s := range servers {
		if s.Shutdown(last) != nil {
			_ = s.Close()
		}
	}
	for range servers {
		<-ended
	}
}

// settle adds the mailboxes to the settings. A server that would take nothing
// in is not started.
func (m *inboxFlags) settle(ctx context.Context, db *database, a desk.Actor) error {
	set, err := db.intake.Settings(ctx, a)
	if err != nil {
		return err
	}
	changed := false
	for _, address := range m.mailboxes {
		if !set.Has(address) {
			set.Mailboxes = append(set.Mailboxes, intake.Mailbox{Address: address})
			changed = true
		}
	}
	if changed {
		if set, err = db.intake.SaveSettings(ctx, a, set); err != nil {
			return err
		}
	}
	if (m.smtp != "" || m.lmtp != "") && len(set.Mailboxes) == 0 {
		return wrongUse("say which address mail comes to, such as --mailbox support@example.com.")
	}
	return nil
}

// The limits of a conversation.
const (
	mailTime       = 5 * time.Minute
	mostRecipients = 100
)

// server makes a server for one port.
func (m *mailServer) server(base string) *smtp.Server {
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &mailSession{m: m}, nil }))
	s.Domain = "localhost"
	if u, err := url.Parse(base); err == nil && u.Hostname() != "" {
		s.Domain = u.Hostname()
	}
	s.MaxMessageBytes = m.db.intake.Limits().Message
	s.MaxRecipients = mostRecipients
	s.ReadTimeout, s.WriteTimeout = mailTime, mailTime
	s.EnableSMTPUTF8 = true
	s.ErrorLog = slog.NewLogLogger(m.log.Handler(), slog.LevelWarn)
	return s
}

// mailSession is one conversation with a mail server that has mail for us.
type mailSession struct {
	m    *mailServer
	from string
	to   []string
}

// Reset forgets the message that was begun.
func (s *mailSession) Reset() { s.from, s.to = "", nil }

// Logout ends the conversation.
func (s *mailSession) Logout() error { return nil }

// Mail begins a message.
func (s *mailSession) Mail(from string, _ *smtp.MailOptions) error {
	s.Reset()
	s.from = from
	return nil
}

// Rcpt takes our mailboxes as recipients, and no others: nothing is passed on.
func (s *mailSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	ctx, cancel := context.WithTimeout(context.Background(), mailTime)
	defer cancel()
	set, err := s.m.db.intake.Settings(ctx, s.m.a)
	if err != nil {
		return s.later(err)
	}
	if !set.Has(to) {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "There is no such mailbox here"}
	}
	s.to = append(s.to, to)
	return nil
}

// Data takes the message in. It is acknowledged once it is kept.
func (s *mailSession) Data(r io.Reader) error {
	ctx, cancel := context.WithTimeout(context.Background(), mailTime)
	defer cancel()
	res, err := s.m.db.intake.Take(ctx, s.m.a, intake.Delivery{Raw: r, From: s.from, NullPath: s.from == "", To: s.to})
	_, _ = io.Copy(io.Discard, r)
	switch {
	case errors.Is(err, smtp.ErrDataTooLarge), err == nil && res.Truncated:
		return smtp.ErrDataTooLarge
	case err != nil:
		return s.later(err)
	case res.Outcome == intake.Rejected:
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: res.Reason}
	}
	s.m.log.Info("mail taken in", "outcome", res.Outcome, "ticket", res.Ticket, "again", res.Again)
	return nil
}

// later asks the other side to try again, since it is we who fail.
func (s *mailSession) later(err error) error {
	s.m.log.Error("mail could not be taken in", "error", err)
	return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "The message cannot be kept now, try again later"}
}

// webhookSecrets are read from the environment: flags are seen by everyone on
// the machine.
func webhookSecrets() (secret, mailgun string) {
	return os.Getenv("HELPDESK_WEBHOOK_SECRET"), os.Getenv("HELPDESK_MAILGUN_KEY")
}
