package storage

import (
	"cmp"
	"context"
	"math/bits"

	"github.com/deskfolk/desk"
)

// A step of indexing brings the docs of a part of one block into the orders and
// the postings. It writes for some tenths of a second: in one transaction or, where
// the database has one writer, in several short ones, so that nobody waits long.
// Between these, and after a crash, what was written of a step is there already.
// No search takes its docs from there, since they are not below the realm's first
// doc that is not indexed: it reads their entries one by one.

// step is a step, as far as it has come.
type step struct {
	// first is the realm's first doc that is not indexed, and until the end of
	// the step; they are equal between steps.
	first, until int64
	// orders is how many orders have the docs; then postings are written in the
	// order of their tokens, up to token.
	orders int
	token  string
}

// parts are the most that one transaction writes: orders and tokens of a step,
// rows that are joined, and docs that are given out, marked as dead, or moved.
type parts struct{ orders, tokens, joined, docs int }

// parts returns small ones where others wait for the transaction.
func (d *Dialect) parts() parts {
	switch {
	case d.smallBlocks > 0:
		return parts{orders: 1, tokens: 50, joined: 100, docs: 1 << 30}
	case d.OneWriter:
		return parts{orders: 2, tokens: 4 * listPart, joined: 4 * joinRows, docs: 8 * listPart}
	}
	return parts{orders: maxKeys, tokens: 1 << 30, joined: 1 << 30, docs: 1 << 30}
}

// IndexContacts takes up to n changed contacts, and as many companies and
// tickets, into the search index. See contacts.Store.
func (db *DB) IndexContacts(ctx context.Context, w desk.WorkspaceID, n int) (int, error) {
	done := 0
	for _, realm := range []string{contactRealm, companyRealm, ticketRealm} {
		k, err := db.index(ctx, w, realm, n)
		if err != nil {
			return 0, err
		}
		done += k
	}
	return done, nil
}

// index takes up to n changed records of a realm, and does what becomes due by
// it. It returns how many there were or, when there were none, how much else
// was done.
func (db *DB) index(ctx context.Context, w desk.WorkspaceID, realm string, n int) (int, error) {
	var s step
	buried := 0
	err := db.indexing(ctx, func(t writer) (err error) {
		s, buried, err = t.begin(ctx, w, realm, n)
		return err
	})
	if err != nil {
		return 0, err
	}
	done, before := int(s.until-s.first), s.first
	if done > 0 {
		if err := db.take(ctx, w, realm, s); err != nil {
			return 0, err
		}
	}
	// What this step has brought in is joined by a later one.
	joined, err := db.join(ctx, w, realm, before, n)
	if err != nil || done+buried+joined > 0 {
		return cmp.Or(done, buried, joined), err
	}
	err = db.indexing(ctx, func(t writer) (err error) {
		done, err = t.reclaim(ctx, w, realm, min(n, db.d.parts().docs))
		return err
	})
	return done, err
}

// indexing runs a part of the upkeep of the index in a transaction. One that is
// lost in a crash is done again.
func (db *DB) indexing(ctx context.Context, fn func(writer) error) error {
	return db.updateAsync(ctx, fn)
}

// begin returns the step that was begun, or begins one: it has docs that records
// were given when they came in, then gives docs to pending ones, as far as n and
// the block have room. It also marks docs that changes have made void, and
// returns how many.
func (r *rows) begin(ctx context.Context, w desk.WorkspaceID, realm string, n int) (s step, buried int, err error) {
	if s, err = r.lockIndex(ctx, w, realm); err != nil {
		return s, 0, err
	}
	most := r.d.parts().docs
	if buried, err = r.bury(ctx, w, realm, s.first, min(10*n, most)); err != nil || s.until > s.first {
		return s, buried, err
	}
	next, err := r.nextDoc(ctx, w, realm, "")
	if err != nil {
		return s, 0, err
	}
	room := int64(min(n, r.d.blockRoom(s.first)))
	s = step{first: s.first, until: min(max(next, s.first), s.first+room)}
	if s.until, err = r.takePending(ctx, w, realm, s.until, min(int(s.first+room-s.until), most)); err != nil || s.until == s.first {
		return s, buried, err
	}
	return s, buried, r.saveStep(ctx, w, realm, s)
}

// take takes a step to its end.
func (db *DB) take(ctx context.Context, w desk.WorkspaceID, realm string, s step) error {
	b := newBatch(db.d.blockBits(), s)
	defer b.close()
	if err := db.readStep(ctx, w, realm, b); err != nil {
		return err
	}
	for s.until > s.first {
		next := s
		err := db.indexing(ctx, func(t writer) error {
			next = s
			return t.part(ctx, w, realm, b, &next)
		})
		if err != nil {
			return err
		}
		s = next
	}
	return nil
}

// readStep reads the entries of a step. Those that have changed since are not
// found: their docs are void.
func (r *rows) readStep(ctx context.Context, w desk.WorkspaceID, realm string, b *batch) error {
	from := 0
	err := r.eachNumbered(ctx, w, realm, b.step.first, b.step.until, func(e *storedEntry) {
		if b.entries = append(b.entries, *e); len(b.entries)-from == numberedPart {
			b.add(b.entries[from:])
			from = len(b.entries)
		}
	})
	b.add(b.entries[from:])
	return err
}

// part writes a part of a step. If somebody else has gone on with the step it
// is left to them.
func (r *rows) part(ctx context.Context, w desk.WorkspaceID, realm string, b *batch, s *step) error {
	now, err := r.lockIndex(ctx, w, realm)
	if err != nil {
		return err
	}
	if now != *s {
		s.until = s.first
		return nil
	}
	if s.orders < realmKeys[realm] {
		if err := r.orderPart(ctx, w, realm, b, s); err != nil || r.d.parts().orders < maxKeys {
			return err
		}
	}
	if more, err := r.tokenPart(ctx, w, realm, b, s); err != nil || more {
		return err
	}
	from := s.first
	*s = step{first: s.until, until: s.until}
	if err := r.saveStep(ctx, w, realm, *s); err != nil {
		return err
	}
	return r.analyze(ctx, s.first>>13 > 0 && bits.Len64(uint64(s.first)) > bits.Len64(uint64(from))) //nolint:gosec // docs are above 0
}

// orderPart brings the docs into some orders.
func (r *rows) orderPart(ctx context.Context, w desk.WorkspaceID, realm string, b *batch, s *step) error {
	until := min(s.orders+r.d.parts().orders, realmKeys[realm])
	for ; s.orders < until; s.orders++ {
		if err := r.mergePages(ctx, w, realm, s.orders, b.entries); err != nil {
			return err
		}
	}
	return r.saveStep(ctx, w, realm, *s)
}

// tokenPart brings the docs into the postings of some tokens, and reports whether
// there are more.
func (r *rows) tokenPart(ctx context.Context, w desk.WorkspaceID, realm string, b *batch, s *step) (more bool, err error) {
	names, err := b.tokensAfter(s.token)
	if err != nil {
		return false, err
	}
	most := r.d.parts().tokens
	if more = len(names) > most; more {
		names = names[:most]
	}
	block := uint32(s.first >> b.bits) //nolint:gosec // docs are less than 1<<32
	if err := r.mergeBlock(ctx, w, realm, block, names, b.postings, int64(block)<<b.bits >= s.first); err != nil || !more {
		return false, err
	}
	s.token = names[len(names)-1]
	return true, r.saveStep(ctx, w, realm, *s)
}

// saveStep keeps how far a step has come.
func (r *rows) saveStep(ctx context.Context, w desk.WorkspaceID, realm string, s step) error {
	_, err := r.exec(ctx, `UPDATE desk_search_state SET indexed = $3, step_until = $4, step_orders = $5, step_token = $6 WHERE `+inRealm,
		string(w), realm, s.first, s.until, s.orders, s.token)
	return err
}

// lockIndex keeps others from indexing the realm until the transaction ends,
// and returns the step that was begun, or where the next one begins. Docs begin
// with 1.
func (r *rows) lockIndex(ctx context.Context, w desk.WorkspaceID, realm string) (step, error) {
	if _, err := r.exec(ctx, `INSERT INTO desk_search_state (workspace_id, realm, indexed) VALUES ($1, $2, 1) ON CONFLICT DO NOTHING`, string(w), realm); err != nil {
		return step{}, err
	}
	var s step
	err := r.queryRow(ctx, `SELECT indexed, step_until, step_orders, step_token FROM desk_search_state WHERE `+inRealm+r.d.ForUpdate, string(w), realm).
		Scan(&s.first, &s.until, &s.orders, &s.token)
	s.until = max(s.until, s.first)
	return s, err
}
