package storage

import (
	"bytes"
	"context"
	"fmt"

	"github.com/deskfolk/desk"
)

// SmallBlocks makes the blocks of a store's search index small, so that a test
// fills some.
func SmallBlocks(db *DB, bits uint) {
	d := *db.d
	d.smallBlocks = bits
	db.d, db.conn.d = &d, &d
}

// Postings counts the rows of the search index's postings.
const Postings = `SELECT COUNT(*) FROM desk_search_postings WHERE block < 3`

// NumberedReads are the statements that read entries from a doc on.
var NumberedReads = []string{docRange}

// OrderDocs reads what the orders of contacts have: each order's docs, those
// that its pages have and those beside them, after a look that each is in the
// run that holds its place.
func OrderDocs(ctx context.Context, db *DB, w desk.WorkspaceID) (pages, recent [][]uint32, err error) {
	r := db.rows
	for key := range realmKeys[contactRealm] {
		stored, err := r.pagesInRange(ctx, w, contactRealm, keyRange{key: key})
		if err != nil {
			return nil, nil, err
		}
		var own, beside []uint32
		for i, s := range stored {
			late, err := decodeRecent(s)
			if err != nil {
				return nil, nil, err
			}
			p, err := decodePage(s)
			if err != nil {
				return nil, nil, err
			}
			var next []byte
			if i+1 < len(stored) {
				next = stored[i+1].low
			}
			if err := r.checkPage(ctx, w, key, p, next); err != nil {
				return nil, nil, err
			}
			own, beside = append(own, p.docs[:len(p.docs)-len(late.docs)]...), append(beside, late.docs...)
		}
		pages, recent = append(pages, own), append(recent, beside)
	}
	return pages, recent, nil
}

// checkPage looks whether the docs of a page that still have entries are in the right runs.
func (r *rows) checkPage(ctx context.Context, w desk.WorkspaceID, key int, p *page, next []byte) error {
	places, err := r.places(ctx, w, contactRealm, key, p.docs)
	if err != nil {
		return err
	}
	for i, d := range p.docs {
		at, ok := places[d]
		if !ok {
			continue
		}
		end := next
		if run := int(p.tags[i]); run+1 < len(p.lows) {
			end = p.lows[run+1]
		}
		if bytes.Compare(at, p.lows[p.tags[i]]) < 0 || end != nil && bytes.Compare(at, end) >= 0 {
			return fmt.Errorf("order %d: doc %d at %q is in the run from %q to %q", key, d, at, p.lows[p.tags[i]], end)
		}
	}
	return nil
}

// MigrateAgain runs a migration once more, by its name.
func MigrateAgain(ctx context.Context, db *DB, name string) error {
	all, err := migrations(db.d.Migrations)
	if err != nil {
		return err
	}
	for _, m := range all {
		for _, s := range statements(m.text) {
			if m.name != name {
				continue
			}
			if _, err := db.exec(ctx, s); err != nil {
				return err
			}
		}
	}
	return nil
}
