package tickets

import (
	"context"
	"io"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Reader is what the package reads from its store, besides contacts. Every
// method takes the workspace first and finds nothing of another. A record that
// is not there is a desk.NotFound error.
type Reader interface {
	contacts.Reader

	// Ticket returns a ticket in any state.
	Ticket(ctx context.Context, w desk.WorkspaceID, id desk.TicketID) (Ticket, error)
	TicketByNumber(ctx context.Context, w desk.WorkspaceID, number int64) (Ticket, error)
	// TicketList returns those of the tickets that there are, in no order, in any state.
	TicketList(ctx context.Context, w desk.WorkspaceID, ids []desk.TicketID) ([]Ticket, error)
	FindTickets(ctx context.Context, w desk.WorkspaceID, f Find) (Found, error)
	// Participations returns who takes part in the tickets, by ticket and contact.
	Participations(ctx context.Context, w desk.WorkspaceID, ids []desk.TicketID) ([]Participation, error)

	// TicketMessages returns messages with their attachments, in the order asked for.
	TicketMessages(ctx context.Context, w desk.WorkspaceID, f MessageFind) ([]Message, error)
	// TicketMessage returns one message of the ticket.
	TicketMessage(ctx context.Context, w desk.WorkspaceID, t desk.TicketID, m desk.MessageID) (Message, error)
	// ContactMessages returns the messages of a contact behind one ("": from
	// the first), by id, with the number of all.
	ContactMessages(ctx context.Context, w desk.WorkspaceID, c desk.ContactID, after desk.MessageID, limit int) ([]Message, int, error)
	// TicketEdits returns what a message said before, the oldest first.
	TicketEdits(ctx context.Context, w desk.WorkspaceID, t desk.TicketID, m desk.MessageID) ([]Edit, error)
	// TicketSettings returns the settings, or their zero value.
	TicketSettings(ctx context.Context, w desk.WorkspaceID) (Settings, error)

	// OpenBlob opens a file that is kept under the id. It is read in pieces as
	// the caller reads; desk.NotFound comes with the first of them.
	OpenBlob(ctx context.Context, w desk.WorkspaceID, id string) io.ReadCloser
}

// Tx is a transaction: what the package reads and writes within one.
type Tx interface {
	contacts.Tx
	Reader

	// LockTicket reads a ticket and keeps others from changing it until the end.
	LockTicket(ctx context.Context, w desk.WorkspaceID, id desk.TicketID) (Ticket, error)
	// NextTicketNumber returns the workspace's next number, and keeps others
	// from taking one until the end.
	NextTicketNumber(ctx context.Context, w desk.WorkspaceID) (int64, error)
	// InsertTicket adds a ticket with those who take part.
	InsertTicket(ctx context.Context, w desk.WorkspaceID, r Record, ps []Participation) error
	// UpdateTicket replaces a ticket whose stored version is was; otherwise
	// desk.Conflict with contacts.ErrStale. A record without facets leaves the
	// index as it is.
	UpdateTicket(ctx context.Context, w desk.WorkspaceID, r Record, was int64) error
	// PutParticipations adds or replaces who takes part, one after the other.
	// The ticket's record is written after them.
	PutParticipations(ctx context.Context, w desk.WorkspaceID, ps []Participation) error
	DeleteParticipation(ctx context.Context, w desk.WorkspaceID, t desk.TicketID, c desk.ContactID) error

	// InsertMessage adds a message, without its attachments.
	InsertMessage(ctx context.Context, w desk.WorkspaceID, m Message) error
	// InsertAttachments adds attachments to a message.
	InsertAttachments(ctx context.Context, w desk.WorkspaceID, t desk.TicketID, as []Attachment) error
	// EditMessage replaces text, HTML and time of a message, and keeps what
	// it said before as an edit.
	EditMessage(ctx context.Context, w desk.WorkspaceID, m Message, e Edit) error
	// DeleteMessage removes a message and its files, and keeps what it said as an edit.
	DeleteMessage(ctx context.Context, w desk.WorkspaceID, m Message, e Edit) error
	// PurgeTickets removes tickets for good, and redacts their events.
	PurgeTickets(ctx context.Context, w desk.WorkspaceID, ids []desk.TicketID) error
	// PutTicketSettings keeps the settings; versions as in contacts.Tx.PutSettings.
	PutTicketSettings(ctx context.Context, w desk.WorkspaceID, s Settings) error

	// PutBlob keeps a file under an id that has none yet, piece by piece. It
	// returns the error of r as it is.
	PutBlob(ctx context.Context, w desk.WorkspaceID, id string, r io.Reader) error
	DeleteBlobs(ctx context.Context, w desk.WorkspaceID, ids []string) error
}

// Store keeps tickets.
type Store interface {
	Reader
	// Update runs fn in a transaction; see contacts.Store.
	Update(ctx context.Context, fn func(Tx) error) error
	// IndexContacts brings changes into the search index; see contacts.Store.
	IndexContacts(ctx context.Context, w desk.WorkspaceID, n int) (int, error)
}

// Participation is a contact's part in a ticket, as the store keeps it.
type Participation struct {
	Ticket  desk.TicketID
	Contact desk.ContactID
	Role    Role
	AddedAt time.Time
	AddedBy string
}

// Record is a ticket with its index, as the store writes it.
type Record struct {
	Ticket Ticket
	Index  Index
}

// Index is what the store keeps beside a ticket to find it by. The store adds
// the names and addresses of those who take part, from their own entries.
type Index struct {
	Text []contacts.Line
	// Sort holds the keys of the orders in Sorts; they compare as bytes.
	Sort [6][]byte
	// Facets are exact conditions such as "status=open".
	Facets []string
}

// MessageFind asks the store for messages of one ticket.
type MessageFind struct {
	Ticket desk.TicketID
	// Kind limits them to one kind; empty: all.
	Kind MessageKind
	// After and Before are ids, exclusive; Desc gives the greatest ids first.
	After, Before desk.MessageID
	Desc          bool
	Limit         int
}

// Edit is what a message said before it was changed or removed.
type Edit struct {
	ID         string
	At         time.Time
	AuthorKind desk.ActorKind
	AuthorID   string
	Text, HTML string
}

// Find is a query as the store gets it: nothing in it needs a rule to be read.
// See contacts.Find for what the fields mean.
type Find struct {
	Terms         [][]contacts.Needle
	Facets        [][]string
	None          []string
	Ranges        []Range
	IDs           []string
	Sort          Sort
	Desc          bool
	After, Before *desk.Position
	Limit         int
	Count         bool
}

// Range limits an order's key to From (in) until Until (out); nil is open.
type Range struct {
	By          Sort
	From, Until []byte
}

// Found is what the store found, in the list's order.
type Found struct {
	Tickets    []Ticket
	Positions  []desk.Position
	More       bool
	Count      int
	CountAbout bool
}
