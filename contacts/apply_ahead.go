package contacts

import (
	"context"
	"slices"
	"sync"

	"github.com/deskfolk/desk"
)

// LookAhead reads what the rows of batches may be about while the batches
// before them are applied: an import would else spend a fifth of each
// transaction on it. What batches have changed since is read anew, within the
// transaction. What others change in between is seen as far as it matters to
// all: two contacts never have one main address or external id, and a contact
// that was changed is not written over; the batch is then applied again with
// nothing read ahead. A contact that someone else makes at that moment, and that
// only shares a phone, a name or a labelled address with a row, may be missed, as
// by any two calls at once.
//
// One is for the batches of one import, which are applied in their order. It
// is safe for concurrent use.
type LookAhead struct {
	s *Service

	mu sync.Mutex
	// applied counts the batches whose transactions are kept.
	applied int
	// keys and ids say which batch has touched what; recent is what the last ones have.
	keys   map[Key]int
	ids    map[desk.ContactID]int
	recent []touched
}

// touched is what a batch has changed.
type touched struct {
	keys []Key
	ids  []desk.ContactID
}

// aheadBatches is how many batches may be applied between the reading for one
// and its own transaction.
const aheadBatches = 6

// LookAhead returns one for a new import.
func (s *Service) LookAhead() *LookAhead {
	return &LookAhead{s: s, keys: map[Key]int{}, ids: map[desk.ContactID]int{}}
}

// Read looks up what the batch's rows may be about.
func (l *LookAhead) Read(ctx context.Context, b *Batch) error {
	l.mu.Lock()
	seen := &readAhead{Reader: l.s.store, look: l, after: l.applied, keys: map[Key][]KeyMatch{}, contacts: map[desk.ContactID]Contact{}}
	l.mu.Unlock()
	if err := b.newRun(seen).lookUp(ctx, b.ready, b.rows); err != nil {
		return desk.In("contacts.LookAhead", err)
	}
	b.ahead, b.look = seen, l
	return nil
}

// note notes what a batch has changed, when that is kept.
func (l *LookAhead) note(t touched) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.applied++
	for _, k := range t.keys {
		l.keys[k] = l.applied
	}
	for _, id := range t.ids {
		l.ids[id] = l.applied
	}
	if l.recent = append(l.recent, t); len(l.recent) <= aheadBatches {
		return
	}
	forget(l.keys, l.recent[0].keys, l.applied-aheadBatches)
	forget(l.ids, l.recent[0].ids, l.applied-aheadBatches)
	l.recent = slices.Delete(l.recent, 0, 1)
}

// forget removes what no later batch than the given one has touched.
func forget[K comparable](in map[K]int, ks []K, batch int) {
	for _, k := range ks {
		if in[k] <= batch {
			delete(in, k)
		}
	}
}

// touched returns what the batch has changed.
func (run *applyRun) touched() touched {
	t := touched{keys: run.rekeyed}
	for _, w := range run.changed {
		t.ids = append(t.ids, w.after.ID)
	}
	return t
}

// readAhead is what was read for a batch, while it is read: a reader that keeps
// what it finds.
type readAhead struct {
	Reader
	look *LookAhead
	// after is how many batches were kept when the reading began.
	after    int
	keys     map[Key][]KeyMatch // also of those that nobody has
	contacts map[desk.ContactID]Contact
}

func (r *readAhead) FindKeys(ctx context.Context, w desk.WorkspaceID, keys []Key) ([]KeyMatch, error) {
	found, err := r.Reader.FindKeys(ctx, w, keys)
	for _, k := range keys {
		r.keys[k] = nil
	}
	for _, m := range found {
		r.keys[m.Key] = append(r.keys[m.Key], m)
	}
	return found, err
}

func (r *readAhead) Contacts(ctx context.Context, w desk.WorkspaceID, ids []desk.ContactID) ([]Contact, error) {
	found, err := r.Reader.Contacts(ctx, w, ids)
	for _, c := range found {
		r.contacts[c.ID] = c
	}
	return found, err
}

// within returns a reader that takes from what was read ahead what is still
// true of it, and the rest from a transaction.
func (r *readAhead) within(tx Reader) Reader {
	if r == nil {
		return tx
	}
	r.look.mu.Lock()
	defer r.look.mu.Unlock()
	if r.look.applied-r.after > aheadBatches {
		return tx
	}
	for k := range r.keys {
		if r.look.keys[k] > r.after {
			delete(r.keys, k)
		}
	}
	for id := range r.contacts {
		if r.look.ids[id] > r.after {
			delete(r.contacts, id)
		}
	}
	return &sinceAhead{tx, r}
}

// sinceAhead is a transaction's reader with what was read before it.
type sinceAhead struct {
	Reader
	ahead *readAhead
}

func (r *sinceAhead) FindKeys(ctx context.Context, w desk.WorkspaceID, keys []Key) ([]KeyMatch, error) {
	var all []KeyMatch
	var rest []Key
	for _, k := range keys {
		found, ok := r.ahead.keys[k]
		if all = append(all, found...); !ok {
			rest = append(rest, k)
		}
	}
	if len(rest) == 0 {
		return all, nil
	}
	found, err := r.Reader.FindKeys(ctx, w, rest)
	return append(all, found...), err
}

func (r *sinceAhead) Contacts(ctx context.Context, w desk.WorkspaceID, ids []desk.ContactID) ([]Contact, error) {
	var all []Contact
	var rest []desk.ContactID
	for _, id := range ids {
		if c, ok := r.ahead.contacts[id]; ok {
			all = append(all, c)
		} else {
			rest = append(rest, id)
		}
	}
	if len(rest) == 0 {
		return all, nil
	}
	found, err := r.Reader.Contacts(ctx, w, rest)
	return append(all, found...), err
}
