package tickets

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
	// CursorKeys sign the cursors of lists; as in contacts.Options.
	CursorKeys desk.CursorKeys
	// IndexEvery is after how many changed tickets of a workspace they are
	// brought into the search index; as in contacts.Options. What is not in
	// it is found all the same.
	IndexEvery int
}

// Service has the rules about tickets. It is safe for concurrent use.
type Service struct {
	store   Store
	now     func() time.Time
	ids     *desk.IDs
	cursors desk.CursorKeys
	indexer *contacts.Indexer
}

// New returns a service on the store, such as storage.DB's Tickets.
func New(store Store, opts *Options) *Service {
	var o Options
	if opts != nil {
		o = *opts
	}
	s := &Service{store: store, indexer: contacts.NewIndexer(o.IndexEvery)}
	s.now, s.ids, s.cursors = desk.Defaults(o.Now, o.IDs, o.CursorKeys)
	return s
}

// write runs fn in a transaction; see contacts.Call.
func (s *Service) write(ctx context.Context, a desk.Actor, op string, input any, fn func(Tx) ([]string, error)) (replay []string, err error) {
	return contacts.Call{Actor: a, Op: op, Input: input, Now: s.now}.Run(ctx, func(body func(contacts.Tx, func() ([]string, error)) error) error {
		return s.store.Update(ctx, func(tx Tx) error {
			return body(tx, func() ([]string, error) { return fn(tx) })
		})
	})
}

// wrote counts changed tickets and now and then brings them into the index.
// That it fails harms nothing: what is not in the index is found all the same.
func (s *Service) wrote(ctx context.Context, w desk.WorkspaceID, n int) {
	due := s.indexer.Wrote(w, n, s.indexer.Every)
	if due == 0 {
		return
	}
	_, _ = s.store.IndexContacts(ctx, w, 2*due)
}
