package storage

import (
	"context"
	"strconv"

	"github.com/deskfolk/desk"
)

// Records that come in together, as an import's do, get their docs when their
// entries are inserted, in a row from the realm's counter. The index then takes
// them in as a range of docs, and has nothing to write about them but bitmaps
// and orders.
//
// The counter is locked until its transaction ends: so all docs below its
// committed value are committed. Who finds it locked goes without: the entries
// are listed as pending, like those of single records, and get their docs from
// the index.

// numberFrom is how many new entries must come at once to get docs.
const numberFrom = 64

// reserveDocs takes docs for n new entries and returns the first, or 0 where
// there are none to be had. Inside a host's transaction there are none, since
// it may be long.
func (r *rows) reserveDocs(ctx context.Context, w desk.WorkspaceID, realm string, n int) (int64, error) {
	if n < numberFrom || r.conn.host {
		return 0, nil
	}
	next, err := r.lockDocs(ctx, w, realm)
	if err != nil || next == 0 {
		return 0, err
	}
	return next, r.setDocs(ctx, w, realm, next+int64(n))
}

// lockDocs locks the realm's counter and returns the next doc, or 0 if another
// transaction has locked it. Docs begin with 1.
func (r *rows) lockDocs(ctx context.Context, w desk.WorkspaceID, realm string) (int64, error) {
	next, err := r.nextDoc(ctx, w, realm, r.d.SkipLocked)
	if err != nil || next > 0 {
		return next, err
	}
	if next, err = r.nextDoc(ctx, w, realm, ""); err != nil || next > 0 {
		return 0, err
	}
	// Only the first ones of a workspace make it, and may wait for each other.
	if _, err := r.exec(ctx, `INSERT INTO desk_search_docs (workspace_id, realm, next_doc) VALUES ($1, $2, 1) ON CONFLICT DO NOTHING`, string(w), realm); err != nil {
		return 0, err
	}
	return r.nextDoc(ctx, w, realm, r.d.SkipLocked)
}

// nextDoc reads the realm's counter; 0 if it is not there, or by SkipLocked locked.
func (r *rows) nextDoc(ctx context.Context, w desk.WorkspaceID, realm, lock string) (int64, error) {
	var next int64
	err := r.queryRow(ctx, `SELECT next_doc FROM desk_search_docs WHERE `+inRealm+lock, string(w), realm).Scan(&next)
	if desk.KindOf(err) == desk.NotFound {
		return 0, nil
	}
	return next, err
}

// setDocs moves the counter, which the transaction has locked.
func (r *rows) setDocs(ctx context.Context, w desk.WorkspaceID, realm string, next int64) error {
	_, err := r.exec(ctx, `UPDATE desk_search_docs SET next_doc = $3 WHERE `+inRealm, string(w), realm, next)
	return err
}

// numberedPart is how many entries that the bitmaps do not have are read at
// once. It stands in the statement: a planner that knows it reads them by their
// docs, in order, and does not sort them, however old its statistics are.
const numberedPart = 1000

// Of two lower bounds SQLite searches by the first, and an index of docs above
// 0 wants the second, so the bound that matters stands first.
var docRange = `SELECT ` + storedColumns + ` FROM desk_search_entries WHERE ` + inRealm + ` AND doc >= $3 AND doc < $4 AND doc > 0 ORDER BY doc LIMIT ` + strconv.Itoa(numberedPart)

// noDoc is above all docs.
const noDoc = 1 << 32

// eachNumbered reads the entries that have docs from first to before end.
func (r *rows) eachNumbered(ctx context.Context, w desk.WorkspaceID, realm string, first, end int64, fn func(*storedEntry)) error {
	for n := numberedPart; n == numberedPart; {
		n = 0
		err := r.scanEntries(ctx, func(e *storedEntry) {
			n, first = n+1, e.doc+1
			fn(e)
		}, docRange, string(w), realm, first, end)
		if err != nil {
			return err
		}
	}
	return nil
}
