package contacts

import (
	"context"
	"sync"

	"github.com/deskfolk/desk"
)

// write runs fn in a transaction; see [Call].
func (s *Service) write(ctx context.Context, a desk.Actor, op string, input any, fn func(Tx) ([]string, error)) (replay []string, err error) {
	return Call{Actor: a, Op: op, Input: input, Now: s.now}.Run(ctx, func(body func(Tx, func() ([]string, error)) error) error {
		return s.store.Update(ctx, func(tx Tx) error {
			return body(tx, func() ([]string, error) { return fn(tx) })
		})
	})
}

// wrote counts changed records and now and then brings them into the index.
// It is called after the commit; that it fails harms nothing, since what is
// not in the index is found all the same.
func (s *Service) wrote(ctx context.Context, w desk.WorkspaceID, n int) {
	s.wroteSome(ctx, w, n, s.indexer.Every)
}

// importEvery is how many times later an import brings its contacts into the
// index: the more at once, the less is written for each.
const importEvery = 16

// wroteSome is wrote with its own bound on how many stay outside the index.
func (s *Service) wroteSome(ctx context.Context, w desk.WorkspaceID, n, every int) {
	if due := s.indexer.Wrote(w, n, every); due > 0 {
		_, _ = s.indexSome(ctx, w, min(2*due, importEvery*s.indexer.Every))
	}
}

// Indexer counts the changed records of each workspace for a service, which
// brings them into the search index when there are many. It is safe for
// concurrent use.
type Indexer struct {
	// Every is after how many records it is time; 0 is 512, negative never.
	Every int

	mu      sync.Mutex
	pending map[desk.WorkspaceID]int
}

// NewIndexer returns an indexer; see [Indexer.Every].
func NewIndexer(every int) *Indexer {
	if every == 0 {
		every = 512
	}
	return &Indexer{Every: every, pending: map[desk.WorkspaceID]int{}}
}

// Wrote counts n more records, and returns how many there are if they are as
// many as every, else 0.
func (x *Indexer) Wrote(w desk.WorkspaceID, n, every int) (due int) {
	if x.Every < 0 || n == 0 {
		return 0
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.pending[w] += n
	if due = x.pending[w]; due < every {
		return 0
	}
	delete(x.pending, w)
	return due
}
