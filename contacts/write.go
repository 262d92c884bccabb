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
	if n == 0 {
		return
	}
	s.indexer.Count(w, n)
	s.indexDue(ctx, w, every)
}

// indexDue brings changed records into the index if there are enough of them.
// A transaction takes a block of the index at most: those it has left are
// counted again, or an import would leave more and more behind. One that has
// found few of them shows that somebody else has taken the rest.
func (s *Service) indexDue(ctx context.Context, w desk.WorkspaceID, every int) {
	due := s.indexer.Due(w, every)
	if due == 0 {
		return
	}
	if done, err := s.store.IndexContacts(ctx, w, min(2*due, importEvery*s.indexer.Every)); err == nil && done > due/8 {
		s.indexer.Count(w, max(due-done, 0))
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

// Count counts n more records of a workspace, for a later [Indexer.Due].
func (x *Indexer) Count(w desk.WorkspaceID, n int) {
	if x.Every < 0 || n == 0 {
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.pending[w] += n
}

// Due returns how many records were counted if they are as many as every, and
// begins anew; else 0.
func (x *Indexer) Due(w desk.WorkspaceID, every int) (due int) {
	if x.Every < 0 {
		return 0
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if due = x.pending[w]; due < every {
		return 0
	}
	delete(x.pending, w)
	return due
}

// Wrote counts n more records, and returns how many there are if they are as
// many as every, else 0.
func (x *Indexer) Wrote(w desk.WorkspaceID, n, every int) (due int) {
	if n == 0 {
		return 0
	}
	x.Count(w, n)
	return x.Due(w, every)
}

// IndexImported brings what calls of Apply with Later have made into the
// search index, once there is enough for it. An import calls it from a second
// goroutine while it applies further rows, if [Service.Parallel] allows it.
// It needs MayImport. That the index cannot be written just now is no error:
// what is not in it is found all the same.
func (s *Service) IndexImported(ctx context.Context, a desk.Actor) error {
	if err := need(a, "import contacts", MayImport); err != nil {
		return desk.In("contacts.IndexImported", err)
	}
	s.indexDue(ctx, a.Workspace, importEvery*s.indexer.Every)
	return nil
}

// Parallel reports whether one call may write while another does. Where the
// database has one writer nothing is won by it, and others would have to wait
// for both; inside a host's transaction it may not be.
func (s *Service) Parallel() bool { return s.store.Parallel() }
