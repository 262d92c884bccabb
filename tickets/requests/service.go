package requests

import (
	"context"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// Options are what a service can be given. The zero value, and nil, are good.
type Options struct {
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// IDs makes ids; nil makes them of Now and crypto/rand.
	IDs *desk.IDs
	// CursorKeys sign the cursors of lists; as in contacts.Options.
	CursorKeys desk.CursorKeys
}

// Service has the rules about templates, forms and tasks. It is safe for
// concurrent use.
type Service struct {
	store   Store
	tickets *tickets.Service
	now     func() time.Time
	ids     *desk.IDs
	cursors desk.CursorKeys
}

// New returns a service on the store, such as storage.DB's Requests. Tickets
// are made by the service of the same database.
func New(store Store, of *tickets.Service, opts *Options) *Service {
	var o Options
	if opts != nil {
		o = *opts
	}
	s := &Service{store: store, tickets: of}
	s.now, s.ids, s.cursors = desk.Defaults(o.Now, o.IDs, o.CursorKeys)
	return s
}

// write runs fn in a transaction, again when another call was quicker, and
// keeps the actor's idempotency key with it; see contacts.Call.
func (s *Service) write(ctx context.Context, a desk.Actor, op string, input any, fn func(Tx) ([]string, error)) (replay []string, err error) {
	c := contacts.Call{Actor: a, Op: op, Input: input, Now: s.now}
	return c.Run(ctx, func(body func(contacts.Tx, func() ([]string, error)) error) error {
		return s.store.Update(ctx, func(tx Tx) error {
			return body(tx, func() ([]string, error) { return fn(tx) })
		})
	})
}

// entries makes the events of a call at this moment.
func (s *Service) entries(a desk.Actor) *desk.Entries {
	return &desk.Entries{IDs: s.ids, Actor: a, Now: desk.Moment(s.now())}
}

// newID makes an id of the prefix and T's type.
func newID[T ~string](s *Service, prefix string) (T, error) {
	id, err := s.ids.New(prefix)
	return T(id), err
}
