package storage

import (
	"context"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/deskfolk/desk"
)

// Every change gives its record a new doc and leaves a dead one behind. When
// half the docs of a stretch of joined blocks are dead, it is given up: its live
// entries are listed as pending again and so get docs at the end, then its docs
// are taken out of the orders, then its postings go. Each step takes as much as
// fits a short transaction, and finds what is left to do from the data alone.

// reclaim does one step for a realm, and returns how many rows it touched.
func (r *rows) reclaim(ctx context.Context, w desk.WorkspaceID, realm string, n int) (int, error) {
	s, ok, err := r.deadStretch(ctx, w, realm)
	if err != nil || !ok {
		return 0, err
	}
	first, end := s.docs(r.d)
	if k, err := r.evacuate(ctx, w, realm, first, end, n); k > 0 || err != nil {
		return k, err
	}
	for key := range realmKeys[realm] {
		if k, err := r.sweepPages(ctx, w, realm, key, first, end, n); k > 0 || err != nil {
			return k, err
		}
	}
	_, err = r.exec(ctx, `DELETE FROM desk_search_postings WHERE workspace_id = $1 AND realm = $2 AND block >= $3 AND block < $4`, string(w), realm, s.from, s.until)
	return 1, err
}

// docs returns the first doc of a stretch, and the one after its last.
func (s stretch) docs(d *Dialect) (first, end uint64) {
	return uint64(s.from) << d.blockBits(), uint64(s.until) << d.blockBits()
}

// deadStretch returns the first stretch that has been joined as far as it can
// be for now, and of whose docs half are dead.
func (r *rows) deadStretch(ctx context.Context, w desk.WorkspaceID, realm string) (stretch, bool, error) {
	j, err := r.joining(ctx, w, realm)
	if err != nil {
		return stretch{}, false, err
	}
	dead, err := r.deadDocs(ctx, w, realm)
	if err != nil {
		return stretch{}, false, err
	}
	for n := range j.done {
		s := joinJob(n)
		// What the second level takes up is given up with it.
		if s.level == 1 && n/joinJobs < j.done/joinJobs {
			continue
		}
		first, end := s.docs(r.d)
		if dead.CardinalityInRange(first, end) >= (end-first)/2 {
			return s, true, nil
		}
	}
	return stretch{}, false, nil
}

// deadDocs reads the docs that are dead.
func (r *rows) deadDocs(ctx context.Context, w desk.WorkspaceID, realm string) (*roaring.Bitmap, error) {
	rs, err := r.query(ctx, `SELECT docs FROM desk_search_postings WHERE workspace_id = $1 AND realm = $2 AND token = $3`, string(w), realm, deadToken)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	all := roaring.New()
	for rs.Next() {
		var b []byte
		if err := rs.Scan(&b); err != nil {
			return nil, r.mapError(err)
		}
		docs, err := decodeBitmap(b)
		if err != nil {
			return nil, err
		}
		all.Or(docs)
	}
	return all, r.mapError(rs.Err())
}

// evacuate lists up to n live entries of a range of docs as pending.
func (r *rows) evacuate(ctx context.Context, w desk.WorkspaceID, realm string, first, end uint64, n int) (int, error) {
	rs, err := r.query(ctx, `SELECT id FROM desk_search_entries WHERE workspace_id = $1 AND realm = $2 AND doc >= $3 AND doc > 0 AND doc < $4 ORDER BY doc LIMIT $5`,
		string(w), realm, int64(first), int64(end), min(n, listPart)) //nolint:gosec // docs are less than 1<<32
	if err != nil {
		return 0, err
	}
	ids, err := r.scanIDs(rs)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	if err := r.voidEntries(ctx, w, realm, ids); err != nil {
		return 0, err
	}
	list := r.d.texts(ids)
	if _, err := r.exec(ctx, `UPDATE desk_search_entries SET doc = 0 WHERE workspace_id = $1 AND realm = $2 AND id `+r.d.inTexts(3), string(w), realm, list); err != nil {
		return 0, err
	}
	_, err = r.exec(ctx, `INSERT INTO desk_search_pending (workspace_id, realm, id) SELECT workspace_id, realm, id FROM desk_search_entries WHERE workspace_id = $1 AND realm = $2 AND id `+r.d.inTexts(3)+` ON CONFLICT DO NOTHING`,
		string(w), realm, list)
	return len(ids), err
}
