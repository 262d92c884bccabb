package contacts

import (
	"context"
	"time"

	"github.com/deskfolk/desk"
)

// Reader is what the package reads from its store. Every method takes the
// workspace first and finds nothing of another; each is one statement, or a
// few that need no transaction between them. A record that is not there is a
// desk.NotFound error.
type Reader interface {
	// Contact returns a contact in any state.
	Contact(ctx context.Context, w desk.WorkspaceID, id desk.ContactID) (Contact, error)
	// ContactByEmail returns the live contact whose main address has the key.
	ContactByEmail(ctx context.Context, w desk.WorkspaceID, key string) (Contact, error)
	// Contacts returns those of the contacts that there are, in no order, in any state.
	Contacts(ctx context.Context, w desk.WorkspaceID, ids []desk.ContactID) ([]Contact, error)
	// FindKeys returns the live contacts that have any of the keys.
	FindKeys(ctx context.Context, w desk.WorkspaceID, keys []Key) ([]KeyMatch, error)
	// InUse returns those of the contacts that records of other packages, or of
	// the host, name, such as tickets.
	InUse(ctx context.Context, w desk.WorkspaceID, ids []desk.ContactID) ([]desk.ContactID, error)
	Find(ctx context.Context, w desk.WorkspaceID, f Find) (Found, error)
	// Scan returns contacts in the order of their ids, by a statement that
	// does not outlive the call.
	Scan(ctx context.Context, w desk.WorkspaceID, f Scan) (Scanned, error)

	Company(ctx context.Context, w desk.WorkspaceID, id desk.CompanyID) (Company, error)
	// CompaniesByName returns the companies that have any of the name keys.
	CompaniesByName(ctx context.Context, w desk.WorkspaceID, nameKeys []string) (map[string]Company, error)
	// CompanyByDomain returns the company that has the email domain.
	CompanyByDomain(ctx context.Context, w desk.WorkspaceID, domain string) (Company, error)
	FindCompanies(ctx context.Context, w desk.WorkspaceID, f CompanyFind) (CompaniesFound, error)

	// Settings returns the settings, or their zero value.
	Settings(ctx context.Context, w desk.WorkspaceID) (Settings, error)
	// Fields returns the custom fields by position and key.
	Fields(ctx context.Context, w desk.WorkspaceID) ([]FieldDef, error)

	LogReader
}

// LogReader reads the activity log.
type LogReader interface {
	// Events returns events in the filter, newest first.
	Events(ctx context.Context, w desk.WorkspaceID, f EventFind) ([]desk.Event, error)
	// CountEvents counts the events in the filter.
	CountEvents(ctx context.Context, w desk.WorkspaceID, f EventFind) (int, error)
	// Seals returns the seals after a number, in order.
	Seals(ctx context.Context, w desk.WorkspaceID, after int64, limit int) ([]Seal, error)
	// LastSeal returns the seal with the highest number, or the zero value.
	LastSeal(ctx context.Context, w desk.WorkspaceID) (Seal, error)
	// SealedEvents returns the events of one seal by id (0: the unsealed ones,
	// at most limit), with the digests that were kept when they were redacted.
	SealedEvents(ctx context.Context, w desk.WorkspaceID, seal int64, limit int) ([]SealedEvent, error)
}

// Tx is a transaction: what the package reads and writes within one.
type Tx interface {
	Reader
	desk.Journal

	// Once returns the use of an idempotency key that is kept, or nil.
	Once(ctx context.Context, w desk.WorkspaceID, actor, key string) (*Once, error)
	// PutOnce keeps a use of an idempotency key; desk.Conflict if there is one.
	PutOnce(ctx context.Context, w desk.WorkspaceID, o Once) error
	// LockContact reads a contact and keeps others from changing it until the end.
	LockContact(ctx context.Context, w desk.WorkspaceID, id desk.ContactID) (Contact, error)

	// InsertContacts adds contacts. A main address or external id that another
	// live contact has is a desk.Conflict with the field's name; of more than one
	// contact that may come from the next call instead, or from the commit.
	InsertContacts(ctx context.Context, w desk.WorkspaceID, rs []Record) error
	// UpdateContacts replaces contacts whose stored version is one less than
	// the given; otherwise desk.Conflict with ErrStale.
	UpdateContacts(ctx context.Context, w desk.WorkspaceID, rs []Record) error
	// PurgeContacts removes contacts for good, and redacts their events.
	PurgeContacts(ctx context.Context, w desk.WorkspaceID, ids []desk.ContactID) error

	InsertCompanies(ctx context.Context, w desk.WorkspaceID, rs []CompanyRecord) error
	// UpdateCompany replaces a company (versions as in UpdateContacts).
	UpdateCompany(ctx context.Context, w desk.WorkspaceID, r CompanyRecord) error

	// PutSettings keeps the settings; s.Version is one more than the stored
	// version (1 for the first), otherwise desk.Conflict with ErrStale.
	PutSettings(ctx context.Context, w desk.WorkspaceID, s Settings) error
	PutField(ctx context.Context, w desk.WorkspaceID, f FieldDef) error
	DeleteField(ctx context.Context, w desk.WorkspaceID, key string) error

	// LockLog keeps others from sealing this workspace's log until the end.
	LockLog(ctx context.Context, w desk.WorkspaceID) error
	// TryLockLog is LockLog that does not wait: it reports whether nobody else
	// seals this log. It is false inside a host's transaction, which may be
	// long: a seal of it would make all others wait.
	TryLockLog(ctx context.Context, w desk.WorkspaceID) (bool, error)
	// RecordSealed records events together with the seal over all of them.
	RecordSealed(ctx context.Context, w desk.WorkspaceID, s Seal, events []desk.Event) error
	// AddSeal adds a seal over the named events, which must have none yet.
	AddSeal(ctx context.Context, w desk.WorkspaceID, s Seal, events []desk.EventID) error
}

// Store keeps contacts.
type Store interface {
	Reader
	// Update runs fn in a transaction: all of it is kept, or nothing when fn
	// returns an error, panics, or ctx ends.
	Update(ctx context.Context, fn func(Tx) error) error
	// IndexContacts brings up to n changed contacts, as many companies, and as
	// many of what else is searched, into the search index, in transactions of
	// its own, and returns how many it took. Until then they are found all the
	// same, by reading them one by one. Several calls at once do no harm.
	IndexContacts(ctx context.Context, w desk.WorkspaceID, n int) (int, error)
	// Parallel reports whether transactions can go on beside one another: not
	// where the database has one writer, and not inside a host's transaction.
	Parallel() bool
	// Concurrent reports whether the store can be used by several goroutines at
	// once: not inside a host's transaction.
	Concurrent() bool
}

// EventFind limits the events to be read.
type EventFind struct {
	Subject        string // empty: of all
	Verbs          []string
	ActorID        string
	ComplianceOnly bool
	From, Until    time.Time
	// Before is the id to go on behind; empty for the newest.
	Before desk.EventID
	Limit  int
}

// Seal is one link of the log's hash chain: it covers a batch of events.
type Seal struct {
	Number int64
	At     time.Time
	Events int
	Hash   []byte
}

// SealedEvent is an event with the digest that was kept when it was redacted.
type SealedEvent struct {
	Event    desk.Event
	Redacted bool
	Digest   []byte
}

// Once is a use of an idempotency key.
type Once struct {
	// Actor and Key name the use; Op and Input say for what. Input is a hash.
	Actor, Key, Op string
	Input          []byte
	// Result is the ids that the call made or changed, separated by spaces.
	Result string
	At     time.Time
}
