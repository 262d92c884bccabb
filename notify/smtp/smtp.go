package smtp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/deskfolk/desk/notify"
)

// Sender sends emails to one server. It is safe for concurrent use.
type Sender struct {
	c Config

	mu     sync.Mutex
	idle   []*connection
	closed bool
}

var _ notify.Sender = (*Sender)(nil)

// New returns a sender. Nothing is connected to yet.
func New(c Config) (*Sender, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	return &Sender{c: c}, nil
}

// connection is one that is signed in.
type connection struct {
	client *smtp.Client
	net    net.Conn
	used   int
	since  time.Time
}

func (c *connection) end() { _ = c.net.Close() }

// Close ends the connections that are kept.
func (s *Sender) Close() error {
	s.mu.Lock()
	idle := s.idle
	s.idle, s.closed = nil, true
	s.mu.Unlock()
	for _, c := range idle {
		c.client.CommandTimeout = time.Second
		_ = c.client.Quit()
		c.end()
	}
	return nil
}

// Send sends one email. A refusal of the recipient or of the message is
// [notify.Permanent]; all else may be tried again.
func (s *Sender) Send(ctx context.Context, m notify.Message) (notify.Receipt, error) {
	raw, err := s.message(&m)
	if err != nil {
		return notify.Receipt{}, err
	}
	from, err := wire(m.From)
	if err != nil {
		return notify.Receipt{}, err
	}
	to, err := wire(m.To)
	if err != nil {
		return notify.Receipt{}, err
	}
	for {
		c, kept, err := s.take(ctx)
		if err != nil {
			return notify.Receipt{}, err
		}
		said, f := c.send(ctx, from, to, raw)
		switch {
		case f == nil:
			s.give(c)
			return notify.Receipt{ID: notify.Redact(said)}, nil
		case f.again() && kept && ctx.Err() == nil:
			c.end() // the server had ended the connection meanwhile
			continue
		case f.alive():
			s.reset(c)
		default:
			c.end()
		}
		return notify.Receipt{}, f.out()
	}
}

// message composes and signs.
func (s *Sender) message(m *notify.Message) ([]byte, error) {
	raw, err := compose(m, s.c.Now())
	if err != nil || s.c.DKIM == nil {
		return raw, err
	}
	signer, err := dkim.NewSigner(&dkim.SignOptions{
		Domain: s.c.DKIM.Domain, Selector: s.c.DKIM.Selector, Signer: s.c.DKIM.Key,
		HeaderCanonicalization: dkim.CanonicalizationRelaxed, BodyCanonicalization: dkim.CanonicalizationRelaxed,
		HeaderKeys: signed,
	})
	if err != nil {
		return nil, fmt.Errorf("the DKIM key cannot be used: %w", err)
	}
	if _, err := signer.Write(raw); err != nil {
		_ = signer.Close()
		return nil, fmt.Errorf("signing failed: %w", err)
	}
	if err := signer.Close(); err != nil {
		return nil, fmt.Errorf("signing failed: %w", err)
	}
	return append([]byte(signer.Signature()), raw...), nil
}

// signed are the fields that a signature covers; those of RFC 8058 have to be.
var signed = []string{
	"From", "To", "Reply-To", "Subject", "Date", "Message-Id", "In-Reply-To", "References", "Mime-Version", "Content-Type",
	"Content-Transfer-Encoding", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted",
}

// take returns a connection: one that was kept, or a new one.
func (s *Sender) take(ctx context.Context) (c *connection, kept bool, err error) {
	s.mu.Lock()
	for len(s.idle) > 0 {
		c = s.idle[len(s.idle)-1]
		s.idle = s.idle[:len(s.idle)-1]
		if time.Since(c.since) < s.c.IdleTime {
			s.mu.Unlock()
			return c, true, nil
		}
		c.end()
	}
	s.mu.Unlock()
	c, err = s.connect(ctx)
	return c, false, err
}

// give keeps a connection for the next message.
func (s *Sender) give(c *connection) {
	c.used++
	c.since = time.Now()
	s.mu.Lock()
	if !s.closed && len(s.idle) < s.c.Connections && c.used < s.c.PerConnection {
		s.idle = append(s.idle, c)
		c = nil
	}
	s.mu.Unlock()
	if c != nil {
		c.client.CommandTimeout = time.Second
		_ = c.client.Quit()
		c.end()
	}
}

// reset makes a connection ready again after a refusal.
func (s *Sender) reset(c *connection) {
	c.client.CommandTimeout = 5 * time.Second
	if err := c.client.Reset(); err != nil {
		c.end()
		return
	}
	s.give(c)
}

// connect connects, starts TLS and signs in.
func (s *Sender) connect(ctx context.Context) (*connection, error) {
	ctx, cancel := context.WithTimeout(ctx, s.c.DialTime)
	defer cancel()
	raw, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.c.Addr)
	if err != nil {
		return nil, &failure{stage: "The mail server cannot be reached", err: err}
	}
	stop := context.AfterFunc(ctx, func() { _ = raw.Close() })
	defer stop()
	c := &connection{net: raw}
	if err := s.greet(ctx, c); err != nil {
		_ = raw.Close()
		return nil, err
	}
	return c, nil
}

func (s *Sender) greet(ctx context.Context, c *connection) error {
	var err error
	if c.client, err = s.secure(ctx, c.net); err != nil {
		return &failure{stage: "A protected connection to the mail server cannot be had", err: err}
	}
	c.client.CommandTimeout = s.c.DialTime
	if err := c.client.Hello(s.c.LocalName); err != nil {
		return &failure{stage: "The mail server does not greet", err: err}
	}
	return s.signIn(c)
}

func (s *Sender) signIn(c *connection) error {
	if s.c.Username == "" {
		return nil
	}
	auth := sasl.NewPlainClient("", s.c.Username, s.c.Password)
	if !c.client.SupportsAuth(sasl.Plain) && c.client.SupportsAuth(sasl.Login) {
		auth = sasl.NewLoginClient(s.c.Username, s.c.Password)
	}
	if err := c.client.Auth(auth); err != nil {
		return &failure{stage: "The mail server does not accept the user name and password", err: err}
	}
	return nil
}

// send gives one message to the server, and returns what it said.
func (c *connection) send(ctx context.Context, from, to string, raw []byte) (string, *failure) {
	limit := 10 * time.Minute
	if until, ok := ctx.Deadline(); ok {
		limit = max(time.Until(until), time.Millisecond)
	}
	stop := context.AfterFunc(ctx, func() { _ = c.net.Close() })
	defer stop()
	opts := &smtp.MailOptions{Size: int64(len(raw)), UTF8: !ascii(from) || !ascii(to)}
	if ok, _ := c.client.Extension("SMTPUTF8"); opts.UTF8 && !ok {
		return "", &failure{stage: "The mail server takes no address with letters beyond ASCII", permanent: true, usable: true}
	}
	c.client.CommandTimeout, c.client.SubmissionTimeout = limit, limit
	if err := c.client.Mail(from, opts); err != nil {
		return "", refusedSender(err)
	}
	if err := c.client.Rcpt(to, nil); err != nil {
		return "", refused("The mail server refused the recipient", err)
	}
	w, err := c.client.Data()
	if err != nil {
		return "", refused("The mail server refused the message", err)
	}
	if _, err := bytes.NewReader(raw).WriteTo(w); err != nil {
		return "", &failure{stage: "The connection to the mail server was lost", err: err}
	}
	said, err := w.CloseWithResponse()
	if err != nil {
		return "", refused("The mail server refused the message", err)
	}
	return said.StatusText, nil
}

// failure is how an attempt failed.
type failure struct {
	// stage is a sentence without its full stop.
	stage string
	err   error
	// permanent: another attempt would not help. first: the transaction had not
	// begun. usable: the connection is as before.
	permanent, first, usable bool
}

// refusedSender is a failure of the first command. That a sender is refused is
// a matter of the set-up, not of the message.
func refusedSender(err error) *failure {
	return &failure{stage: "The mail server does not take mail from this sender", err: err, first: true}
}

// refused is a failure after the sender was accepted: a code of 500 and more is
// about this recipient or this message.
func refused(stage string, err error) *failure {
	var said *smtp.SMTPError
	f := &failure{stage: stage, err: err}
	f.permanent = errors.As(err, &said) && said.Code >= 500 && said.Code != 521
	return f
}

// Error returns a sentence with the server's code and words, without addresses.
func (f *failure) Error() string {
	var said *smtp.SMTPError
	switch {
	case errors.As(f.err, &said):
		return notify.Redact(fmt.Sprintf("%s (%d %s).", f.stage, said.Code, said.Message))
	case errors.Is(f.err, context.DeadlineExceeded):
		return f.stage + " (it takes too long)."
	}
	return f.stage + "."
}

// Unwrap returns the cause.
func (f *failure) Unwrap() error { return f.err }

// code returns the code of the server's answer, if there was one.
func (f *failure) code() int {
	var said *smtp.SMTPError
	if errors.As(f.err, &said) {
		return said.Code
	}
	return 0
}

// again reports that the connection was gone before anything was done.
func (f *failure) again() bool { return f.first && (f.code() == 0 || f.code() == 421) }

// alive reports that the connection can be used for another message.
func (f *failure) alive() bool {
	return f.usable || f.code() != 0 && f.code() != 421 && f.code() != 521
}

// out is the error as the worker gets it.
func (f *failure) out() error {
	if f.permanent {
		return &notify.Permanent{Message: f.Error(), Err: f.err}
	}
	return f
}
