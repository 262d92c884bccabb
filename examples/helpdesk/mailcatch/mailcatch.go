// Package mailcatch keeps the messages that would be sent while no mail server,
// or no provider of text messages, is set up, in a table of the example's own,
// so that they can be looked at.
package mailcatch

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/notify"
)

// Mail is a caught mail, SMS or message by WhatsApp. The last two have a number
// for To, and no From.
type Mail struct {
	ID        desk.NoticeID
	Workspace desk.WorkspaceID
	At        time.Time
	Type      string
	// To, From and ReplyTo are written as "Name <address>".
	To, From, ReplyTo    string
	Subject, Text, HTML  string
	MessageID, InReplyTo string
	Unsubscribe          string
}

// Store keeps caught mails. It is safe for concurrent use.
type Store struct {
	db  *sql.DB
	now func() time.Time
}

var _ notify.Sender = (*Store)(nil)

// Keep is how many mails of a workspace are kept; older ones go.
const Keep = 1000

// New returns a store; a nil now is time.Now.
func New(db *sql.DB, now func() time.Time) *Store {
	if now == nil {
		now = time.Now
	}
	return &Store{db: db, now: now}
}

// Migrate makes the table.
func (s *Store) Migrate(ctx context.Context) error {
	_, err := s.db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS helpdesk_mail (workspace_id TEXT NOT NULL, id TEXT NOT NULL, at BIGINT NOT NULL, type TEXT NOT NULL,
		sent_to TEXT NOT NULL, sent_from TEXT NOT NULL, reply_to TEXT NOT NULL, subject TEXT NOT NULL, body_text TEXT NOT NULL, body_html TEXT NOT NULL,
		message_id TEXT NOT NULL, in_reply_to TEXT NOT NULL, unsubscribe TEXT NOT NULL, PRIMARY KEY (workspace_id, id))`)
	return fault(err)
}

const columns = `workspace_id, id, at, type, sent_to, sent_from, reply_to, subject, body_text, body_html, message_id, in_reply_to, unsubscribe`

// Send catches a message. One that was caught before is kept once.
func (s *Store) Send(ctx context.Context, m notify.Message) (notify.Receipt, error) {
	to, subject, text := readable(&m)
	_, err := s.db.ExecContext(ctx, `INSERT INTO helpdesk_mail (`+columns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING`,
		string(m.Workspace), string(m.ID), s.now().UnixMicro(), m.Type, to, written(m.From), written(m.ReplyTo), subject, text, m.HTML,
		m.MessageID, m.InReplyTo, m.Unsubscribe)
	if err == nil {
		_, err = s.db.ExecContext(ctx, `DELETE FROM helpdesk_mail WHERE workspace_id = $1 AND id < COALESCE((SELECT id FROM helpdesk_mail WHERE workspace_id = $1
			ORDER BY id DESC LIMIT 1 OFFSET `+strconv.Itoa(Keep-1)+`), '')`, string(m.Workspace))
	}
	if err != nil {
		return notify.Receipt{}, fault(err)
	}
	return notify.Receipt{ID: "caught"}, nil
}

// readable is what the channel sends, as it is listed.
func readable(m *notify.Message) (to, subject, text string) {
	switch m.Channel {
	case notify.SMS:
		return m.Number, "", m.Text
	case notify.WhatsApp:
		var values strings.Builder
		for i, v := range m.Template.Params {
			fmt.Fprintf(&values, "{{%d}}: %s\n", i+1, v)
		}
		return m.Number, m.Template.Name + " (" + m.Template.Language + ")", values.String()
	}
	return written(m.To), m.Subject, m.Text
}

func written(m notify.Mailbox) string {
	if m.IsZero() || m.Name() == "" {
		return m.Address()
	}
	return m.Name() + " <" + m.Address() + ">"
}

// List returns up to n mails of a workspace, newest first, behind the mail with the
// id before (empty: from the newest).
func (s *Store) List(ctx context.Context, w desk.WorkspaceID, before desk.NoticeID, n int) ([]Mail, error) {
	where, args := "workspace_id = $1", []any{string(w), n}
	if before != "" {
		where, args = where+" AND id < $3", append(args, string(before))
	}
	rs, err := s.db.QueryContext(ctx, `SELECT `+columns+` FROM helpdesk_mail WHERE `+where+` ORDER BY id DESC LIMIT $2`, args...)
	if err != nil {
		return nil, fault(err)
	}
	defer func() { _ = rs.Close() }()
	var all []Mail
	for rs.Next() {
		m, err := scan(rs.Scan)
		if err != nil {
			return nil, fault(err)
		}
		all = append(all, m)
	}
	return all, fault(rs.Err())
}

// Get returns one mail; desk.NotFound if there is none.
func (s *Store) Get(ctx context.Context, w desk.WorkspaceID, id desk.NoticeID) (Mail, error) {
	m, err := scan(s.db.QueryRowContext(ctx, `SELECT `+columns+` FROM helpdesk_mail WHERE workspace_id = $1 AND id = $2`, string(w), string(id)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return m, desk.Errorf(desk.NotFound, "", "There is no such mail.")
	}
	return m, fault(err)
}

func scan(row func(...any) error) (Mail, error) {
	var m Mail
	var at int64
	err := row((*string)(&m.Workspace), (*string)(&m.ID), &at, &m.Type, &m.To, &m.From, &m.ReplyTo, &m.Subject, &m.Text, &m.HTML, &m.MessageID, &m.InReplyTo, &m.Unsubscribe)
	m.At = time.UnixMicro(at).UTC()
	return m, err
}

// fault keeps what a database says away from people.
func fault(err error) error {
	if err == nil {
		return nil
	}
	if strings.Contains(err.Error(), "context") {
		return err
	}
	return &desk.Error{Kind: desk.Unavailable, Message: "The caught mails cannot be read or written.", Err: err}
}
