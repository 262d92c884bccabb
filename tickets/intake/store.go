package intake

import (
	"context"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets"
)

// Reader is what the package reads from its store, besides tickets. Every
// method takes the workspace first and finds nothing of another. A record that
// is not there is a desk.NotFound error.
type Reader interface {
	tickets.Reader

	// IntakeRecord returns what became of a message.
	IntakeRecord(ctx context.Context, w desk.WorkspaceID, id desk.IntakeID) (Record, error)
	// IntakeTwin returns the record of the mailbox with the key, or else the
	// one with the content, if that is not empty.
	IntakeTwin(ctx context.Context, w desk.WorkspaceID, mailbox, key, content string) (Record, error)
	// IntakeSeen reports whether a message with the message id was taken in before.
	IntakeSeen(ctx context.Context, w desk.WorkspaceID, messageID string) (bool, error)
	FindIntakes(ctx context.Context, w desk.WorkspaceID, f Find) ([]Record, error)
	// IntakeSettings returns the settings, or their zero value.
	IntakeSettings(ctx context.Context, w desk.WorkspaceID) (Settings, error)
}

// Tx is a transaction: what the package reads and writes within one.
type Tx interface {
	tickets.Tx
	Reader

	// InsertIntake adds a record. A key or content that the mailbox has
	// already is a desk.Conflict.
	InsertIntake(ctx context.Context, w desk.WorkspaceID, r Record) error
	// UpdateIntake replaces what became of a message.
	UpdateIntake(ctx context.Context, w desk.WorkspaceID, r Record) error
	// TakeAcknowledgement reports whether the sender may be answered at the
	// time, and remembers it: the last answer must lie before since.
	TakeAcknowledgement(ctx context.Context, w desk.WorkspaceID, sender string, at, since time.Time) (bool, error)
	// DropRaw removes up to n raw messages that came before a time, and the
	// records of those of which nothing was made. It returns how many raw messages went.
	DropRaw(ctx context.Context, w desk.WorkspaceID, before time.Time, n int) (int, error)
	// PutIntakeSettings keeps the settings; versions as in contacts.Tx.PutSettings.
	PutIntakeSettings(ctx context.Context, w desk.WorkspaceID, s Settings) error
}

// Store keeps what was taken in.
type Store interface {
	Reader
	// Update runs fn in a transaction; see contacts.Store.
	Update(ctx context.Context, fn func(Tx) error) error
}

// Find asks the store for records, newest first.
type Find struct {
	Outcomes []Outcome // empty: all
	Before   desk.IntakeID
	Limit    int
}

// Outcome is what became of a message.
type Outcome string

// The outcomes.
const (
	// Created: a ticket was made.
	Created Outcome = "created"
	// Threaded: it was added to a ticket.
	Threaded Outcome = "threaded"
	// Ignored: nothing was made of it, as is right for its sort: an automatic
	// answer, a message of our own.
	Ignored Outcome = "ignored"
	// Rejected: nothing could be made of it. The reason says why.
	Rejected Outcome = "rejected"
)

// Outcomes lists the outcomes.
var Outcomes = []Outcome{Created, Threaded, Ignored, Rejected}

// Record is what is kept of a message that came: what became of it, and, under
// the same id, the raw message.
type Record struct {
	ID      desk.IntakeID
	At      time.Time
	Outcome Outcome
	// Reason is a sentence fit for a person, for what was ignored or rejected.
	Reason string
	// Mailbox is the workspace's address that it came to, or empty.
	Mailbox string
	// Size is that of the raw message in bytes, Digest its SHA-256, empty once
	// the raw message is not kept any more. Of a message
	// that is larger than allowed the beginning is kept, and Truncated is set.
	Size      int64
	Digest    string
	Truncated bool

	// What the message says of itself; nothing of it is proven.
	MessageID, Sender, SenderName, Subject string

	// What was made of it, or what it was added to.
	Contact desk.ContactID
	Ticket  desk.TicketID
	Message desk.MessageID

	AutoReply, Bounce, List bool
	// Verified: the sender's domain vouches for it. See [Verdict].
	Verified bool
	// Repeated: its Message-ID is that of another message with another content.
	Repeated bool
	// Acknowledged: the sender is told that it has arrived.
	Acknowledged bool
	// Tries is how often it was tried to take it.
	Tries int

	// Key and Content tell the same message again; Delivery is how it came.
	Key, Content string
	Delivery     Envelope
}

// Envelope is how a message came.
type Envelope struct {
	ID       string   `json:"id,omitempty"`
	From     string   `json:"from,omitempty"`
	NullPath bool     `json:"null_path,omitempty"`
	To       []string `json:"to,omitempty"`
	Verdict  Verdict  `json:"verdict,omitempty"`
}
