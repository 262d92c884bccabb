package intake

import (
	"context"
	"io"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// Options are what a service can be given. The zero value, and nil, are good:
// without Threads no answer finds its ticket.
type Options struct {
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// IDs makes ids; nil makes them of Now and crypto/rand.
	IDs *desk.IDs
	// CursorKeys sign the cursors of lists; as in contacts.Options.
	CursorKeys desk.CursorKeys
	// Threads reads the tokens of answers.
	Threads tickets.Threads
	// Limits bound what a message may cost; nil: [DefaultLimits].
	Limits *Limits
	// Dir is where large messages are put aside while they are taken; empty is
	// the system's folder for temporary files.
	Dir string
	// Member returns the member of the workspace who has the address, as an
	// actor with what it may do now; false if there is none, or no more. It is
	// asked for messages that bear a member's token, and for their senders.
	// With nil, nobody writes as a member by mail.
	Member func(ctx context.Context, w desk.WorkspaceID, address string) (desk.Actor, bool, error)
}

// Service has the rules about mail. It is safe for concurrent use.
type Service struct {
	store   Store
	people  *contacts.Service
	tickets *tickets.Service
	now     func() time.Time
	ids     *desk.IDs
	cursors desk.CursorKeys
	threads tickets.Threads
	limits  Limits
	dir     string
	member  func(context.Context, desk.WorkspaceID, string) (desk.Actor, bool, error)
}

// New returns a service on the store, such as storage.DB's Intake, that makes
// contacts and tickets by the given services, which must be on the same database.
func New(store Store, people *contacts.Service, ts *tickets.Service, opts *Options) *Service {
	var o Options
	if opts != nil {
		o = *opts
	}
	s := &Service{
		store: store, people: people, tickets: ts,
		threads: o.Threads, limits: o.Limits.full(), dir: o.Dir, member: o.Member,
	}
	s.now, s.ids, s.cursors = desk.Defaults(o.Now, o.IDs, o.CursorKeys)
	return s
}

// Limits returns those that the service keeps to.
func (s *Service) Limits() Limits { return s.limits }

// Delivery is a message that came, and how.
type Delivery struct {
	// Raw is the message as it came. It is read to its end, or to the limit.
	Raw io.Reader
	// Mailbox is the workspace's address it is for; empty: found from the
	// envelope and the header. One that the settings do not have is desk.Invalid.
	Mailbox string
	// ID is the provider's name for this delivery, at most 200 bytes: a second
	// delivery with it is the same message. Empty: told by the content.
	ID string
	// From is the envelope's sender; NullPath says that it is empty, as it is
	// in reports. To are the envelope's recipients.
	From     string
	NullPath bool
	To       []string
	// Verdict is what the host knows of the sender by itself.
	Verdict Verdict
}

// Result is what became of a message.
type Result struct {
	Record
	// Again: the same message was taken before; the record is the first's, and
	// nothing was done.
	Again bool
	// NewContact: the sender was not known, and a contact was made.
	NewContact bool
	// Mail is what was read, nil for a message that could not be. Attachments
	// cannot be opened any more.
	Mail *Mail
}

func (s *Service) entries(a desk.Actor, cause string) *desk.Entries {
	return &desk.Entries{IDs: s.ids, Actor: a, Now: desk.Moment(s.now()), Cause: cause}
}

// write runs fn in a transaction; see contacts.Call.
func (s *Service) write(ctx context.Context, a desk.Actor, op string, input any, fn func(Tx) ([]string, error)) (replay []string, err error) {
	return contacts.Call{Actor: a, Op: op, Input: input, Now: s.now}.Run(ctx, func(body func(contacts.Tx, func() ([]string, error)) error) error {
		return s.store.Update(ctx, func(tx Tx) error {
			return body(tx, func() ([]string, error) { return fn(tx) })
		})
	})
}
