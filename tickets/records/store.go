package records

import (
	"context"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// Reader is what the package reads from its store. Every method takes the
// workspace first and finds nothing of another. A record that is not there is
// a desk.NotFound error.
type Reader interface {
	tickets.Reader

	// LinkedRecord returns a record.
	LinkedRecord(ctx context.Context, w desk.WorkspaceID, id desk.RecordID) (Record, error)
	// FindRecords returns the records that match, in order, and whether there
	// are further ones.
	FindRecords(ctx context.Context, w desk.WorkspaceID, f Find) (rs []Record, more bool, err error)
	// CountRecords counts the records that match, without a look at the page.
	CountRecords(ctx context.Context, w desk.WorkspaceID, f Find) (int, error)
	// TotalRecords sums the records that match, without a look at the page.
	TotalRecords(ctx context.Context, w desk.WorkspaceID, f Find) (Totals, error)
	// CallMatches returns up to limit calls that have no contact and whose
	// number exactly one live contact has, with that contact.
	CallMatches(ctx context.Context, w desk.WorkspaceID, limit int) ([]CallMatch, error)
}

// Tx is a transaction: what the package reads and writes within one.
type Tx interface {
	tickets.Tx
	Reader

	// LockRecord reads a record and keeps others from changing it until the end.
	LockRecord(ctx context.Context, w desk.WorkspaceID, id desk.RecordID) (Record, error)
	InsertRecord(ctx context.Context, w desk.WorkspaceID, r Record) error
	// UpdateRecord replaces a record whose stored version is one less than the
	// given; otherwise desk.Conflict with contacts.ErrStale.
	UpdateRecord(ctx context.Context, w desk.WorkspaceID, r Record) error
	// DeleteRecord removes a record for good.
	DeleteRecord(ctx context.Context, w desk.WorkspaceID, id desk.RecordID) error
}

// Store keeps records.
type Store interface {
	Reader
	// Update runs fn in a transaction: all of it is kept, or nothing when fn
	// returns an error, panics, or ctx ends.
	Update(ctx context.Context, fn func(Tx) error) error
}

// Find is a query as the store gets it: nothing in it needs a rule to be read.
type Find struct {
	Filter
	Sight Sight
	// Oldest reverses the order, which is by At and id, newest first.
	Oldest bool
	// After and Before are the place that the page lies behind, or ahead of.
	After, Before *Place
	Limit         int
}

// Place is a place in a list.
type Place struct {
	At time.Time
	ID desk.RecordID
}

// Sight limits a query to what an actor sees.
type Sight struct {
	// Contacts: of records with a contact, those whose contact this lets see;
	// of those without contact and ticket, the owner's.
	Contacts contacts.Sight
	// Tickets: of records with a ticket, those whose ticket this lets see.
	Tickets tickets.Sight
}

// CallMatch is a call and the contact that has its number.
type CallMatch struct {
	Record  desk.RecordID
	Contact desk.ContactID
}
