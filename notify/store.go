package notify

import (
	"context"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// Reader is what the package reads from its store. Every method but
// DueWorkspaces takes the workspace first and finds nothing of another.
type Reader interface {
	tickets.Reader

	// DueWorkspaces returns the workspaces that have messages due at a time.
	DueWorkspaces(ctx context.Context, at time.Time) ([]desk.WorkspaceID, error)
	// NextDue returns when the next message of any workspace is due; the zero
	// time if none waits.
	NextDue(ctx context.Context) (time.Time, error)
	// Entries returns messages in the filter, newest first.
	Entries(ctx context.Context, w desk.WorkspaceID, f EntryFind) ([]Entry, error)
	// Entry returns one message.
	Entry(ctx context.Context, w desk.WorkspaceID, id desk.NoticeID) (Entry, error)
	// CountEntries counts the messages by state.
	CountEntries(ctx context.Context, w desk.WorkspaceID) (map[State]int, error)

	// NotifySettings returns the settings, or their zero value.
	NotifySettings(ctx context.Context, w desk.WorkspaceID) (Settings, error)
	// Preferences returns those of the contacts that have any.
	Preferences(ctx context.Context, w desk.WorkspaceID, ids []desk.ContactID) (map[desk.ContactID]Preferences, error)
	// NoticeMessages returns those of the tickets' messages that there are, with
	// their attachments, in no order.
	NoticeMessages(ctx context.Context, w desk.WorkspaceID, refs []MessageRef) ([]tickets.Message, error)
	// Openings returns the first messages of those of the tickets that began
	// with an email.
	Openings(ctx context.Context, w desk.WorkspaceID, ids []desk.TicketID) ([]Opening, error)
	// Templates returns the workspace's own templates.
	Templates(ctx context.Context, w desk.WorkspaceID) ([]Template, error)
}

// MessageRef names a message of a ticket.
type MessageRef struct {
	Ticket  desk.TicketID
	Message desk.MessageID
}

// Opening is the email that a ticket began with.
type Opening struct {
	Ticket desk.TicketID
	// Contact is who sent it.
	Contact desk.ContactID
	// MessageID is that of the email.
	MessageID string
}

// Tx is a transaction: what the package reads and writes within one.
type Tx interface {
	Reader
	tickets.Tx

	// Queue adds messages to the outbox, in one statement. One that is there
	// already is left as it is.
	Queue(ctx context.Context, w desk.WorkspaceID, es []Entry) error
	// Claim takes up to n messages that are due, none of them behind an
	// unfinished one of its ticket and contact, for as long as the lease lasts.
	Claim(ctx context.Context, w desk.WorkspaceID, at, lease time.Time, n int) ([]Entry, error)
	// MarkEntries writes what became of messages, of those whose claim is still
	// the given one, and returns these.
	MarkEntries(ctx context.Context, w desk.WorkspaceID, marks []Mark) ([]desk.NoticeID, error)
	// Requeue puts a dead message back into the queue; desk.NotFound if there is
	// none.
	Requeue(ctx context.Context, w desk.WorkspaceID, id desk.NoticeID, at time.Time) error
	// DropEntries removes up to n messages that were done with before a time.
	DropEntries(ctx context.Context, w desk.WorkspaceID, before time.Time, n int) (int, error)

	// PutNotifySettings keeps the settings; versions as in contacts.Tx.
	PutNotifySettings(ctx context.Context, w desk.WorkspaceID, s Settings) error
	// PutPreferences keeps a contact's preferences; versions likewise.
	PutPreferences(ctx context.Context, w desk.WorkspaceID, p Preferences) error
	// PutTemplate keeps a template; versions likewise.
	PutTemplate(ctx context.Context, w desk.WorkspaceID, t Template) error
	// DeleteTemplate removes a workspace's own template; desk.NotFound if there is none.
	DeleteTemplate(ctx context.Context, w desk.WorkspaceID, typeName, language string) error
}

// Store keeps the outbox and what is decided by.
type Store interface {
	Reader
	// Update runs fn in a transaction: all of it is kept, or nothing when fn
	// returns an error, panics, or ctx ends.
	Update(ctx context.Context, fn func(Tx) error) error
	// ContactStore is the store of the contacts beside it.
	ContactStore() contacts.Store
	// Queued is signalled after a commit of this process that has queued
	// messages. One signal may stand for several.
	Queued() <-chan struct{}
}
