package records

import (
	"context"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Options are what a service can be given. The zero value, and nil, are good.
type Options struct {
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// IDs makes ids; nil makes them of Now and crypto/rand.
	IDs *desk.IDs
	// CursorKeys sign the cursors of lists; each of 16 bytes or more. With nil
	// the service makes a random one, so that cursors end with the process.
	CursorKeys desk.CursorKeys
}

// Service has the rules about records. It is safe for concurrent use.
type Service struct {
	store   Store
	now     func() time.Time
	ids     *desk.IDs
	cursors desk.CursorKeys
}

// New returns a service on the store.
func New(store Store, opts *Options) *Service {
	var o Options
	if opts != nil {
		o = *opts
	}
	s := &Service{store: store}
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
