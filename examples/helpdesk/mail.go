package main

import (
	"cmp"
	"context"
	"flag"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/notify/smtp"
	"github.com/deskfolk/desk/notify/unsubscribe"
	"github.com/deskfolk/desk/storage/postgres"
	"github.com/deskfolk/desk/tickets"
)

// smtpPassword is the variable of the environment that holds the password of
// the mail server, so that it need not stand among the flags.
const smtpPassword = "HELPDESK_SMTP_PASSWORD"

// mailFlags say how mails are sent.
type mailFlags struct {
	smtp, from, replyTo        string
	dkimKey, dkimDomain, dkimS string
}

func (m *mailFlags) register(f *flag.FlagSet) {
	f.StringVar(&m.smtp, "smtp", "", "the mail server, smtp://USER@HOST:PORT (smtps:// for TLS at once, smtp+plain:// for none); the password may be in "+smtpPassword+". Without it mails are caught, not sent")
	f.StringVar(&m.from, "from", "help@localhost.example", "the `ADDRESS` that mails come from")
	f.StringVar(&m.replyTo, "reply-to", "", "the `ADDRESS` for replies, which intake reads (default: the first --mailbox, or that of --from)")
	f.StringVar(&m.dkimKey, "dkim-key", "", "a `FILE` with the private key that signs mails (PEM)")
	f.StringVar(&m.dkimDomain, "dkim-domain", "", "the domain of the signature (default: that of --from)")
	f.StringVar(&m.dkimS, "dkim-selector", "desk", "the selector of the signature")
}

// options are the part of the service's options that flags say. Answers go to
// a mailbox that this server takes mail in for, if there is one: at another
// address they would be refused.
func (m *mailFlags) options(base string, mailboxes ...string) notify.Options {
	first := ""
	if len(mailboxes) > 0 {
		first = mailboxes[0]
	}
	return notify.Options{From: m.from, ReplyTo: cmp.Or(m.replyTo, first, m.from), BaseURL: base}
}

// sender sends by the mail server, or catches when there is none.
func (m *mailFlags) sender(db *database) (notify.Sender, error) {
	if m.smtp == "" {
		return db.mail, nil
	}
	c, err := smtp.Parse(m.smtp)
	if err != nil {
		return nil, wrongUse("%s", desk.MessageOf(err))
	}
	if c.Username != "" && c.Password == "" {
		c.Password = os.Getenv(smtpPassword)
	}
	if m.dkimKey != "" {
		text, err := os.ReadFile(m.dkimKey)
		if err != nil {
			return nil, wrongUse("the key of --dkim-key cannot be read.")
		}
		key, err := smtp.ParseKey(text)
		if err != nil {
			return nil, wrongUse("%s", desk.MessageOf(err))
		}
		c.DKIM = &smtp.DKIM{Domain: m.dkimDomain, Selector: m.dkimS, Key: key}
		if c.DKIM.Domain == "" {
			c.DKIM.Domain = m.from[strings.LastIndexByte(m.from, '@')+1:]
		}
	}
	return smtp.New(c)
}

// bindNotify makes the service of messages.
func (db *database) bindNotify(o notify.Options) {
	o.Contacts, o.CursorKeys, o.UnsubscribeKeys = db.contacts, db.keys, desk.CursorKeys{db.unsubscribeKey}
	o.Threads = tickets.Threads{Keys: [][]byte{db.threadKey}}
	o.Types = db.messageTypes()
	db.notify = notify.New(db.store.Notify(), &o)
}

// mailWorker returns the worker on the outbox.
func mailWorker(ctx context.Context, c *call, db *database, senders map[notify.Channel]notify.Sender, log *slog.Logger) *notify.Worker {
	wake := make(chan struct{}, 1)
	if db.dialect == "postgres" {
		go listen(ctx, c.db, wake)
	}
	return notify.NewWorker(db.notify, senders, &notify.WorkerOptions{Wake: wake, Log: log})
}

// listen tells the worker what other processes have queued. When the connection is
// lost it makes another; until then the worker looks by itself.
func listen(ctx context.Context, dsn string, wake chan<- struct{}) {
	for ctx.Err() == nil {
		_ = listenOnce(ctx, dsn, wake)
		t := time.NewTimer(5 * time.Second)
		select {
		case <-ctx.Done():
		case <-t.C:
		}
		t.Stop()
	}
}

func listenOnce(ctx context.Context, dsn string, wake chan<- struct{}) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "LISTEN "+postgres.Queued); err != nil {
		return err
	}
	for {
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return err
		}
		select {
		case wake <- struct{}{}:
		default:
		}
	}
}

// withUnsubscribe adds the page behind the links in mails.
func withUnsubscribe(pages http.Handler, db *database) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", pages)
	mux.Handle(db.notify.UnsubscribePath(), unsubscribe.Handler(db.notify))
	return mux
}
