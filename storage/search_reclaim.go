package storage

import (
	"context"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/deskfolk/desk"
)

// Every change gives its record a new doc and leaves a dead one behind. When
// half the docs of a block are dead, the block is given up: its live entries
// are listed as pending again and so get docs at the end, then its docs are
// taken out of the orders, then its postings go. Each step takes as much as fits
// a short transaction, and finds what is left to do from the data alone.

// reclaim does one step for a realm, and returns how many rows it touched.
func (r *rows) reclaim(ctx context.Context, w desk.WorkspaceID, realm string, next int64, n int) (int, error) {
	block, docs, err := r.deadBlock(ctx, w, realm, next)
	if err != nil || docs == nil {
		return 0, err
	}
	if k, err := r.evacuate(ctx, w, realm, block, n); k > 0 || err != nil {
		return k, err
	}
	for key := range realmKeys[realm] {
		if k, err := r.sweepPages(ctx, w, realm, key, block, n); k > 0 || err != nil {
			return k, err
		}
	}
	_, err = r.exec(ctx, `DELETE FROM desk_search_postings WHERE workspace_id = $1 AND realm = $2 AND block = $3`, string(w), realm, block)
	return 1, err
}

// deadBlock returns the first block that no new doc will be in and of whose
// docs half are dead; nil docs when there is none.
func (r *rows) deadBlock(ctx context.Context, w desk.WorkspaceID, realm string, next int64) (uint32, *roaring.Bitmap, error) {
	rs, err := r.query(ctx, `SELECT block, docs FROM desk_search_postings WHERE workspace_id = $1 AND realm = $2 AND token = $3 ORDER BY block`, string(w), realm, deadToken)
	if err != nil {
		return 0, nil, err
	}
	defer rs.Close()
	for rs.Next() {
		var block uint32
		var b []byte
		if err := rs.Scan(&block, &b); err != nil {
			return 0, nil, r.mapError(err)
		}
		docs, err := decodeBitmap(b)
		if err != nil {
			return 0, nil, err
		}
		if int64(block+1)<<r.d.blockBits() <= next && docs.GetCardinality() >= 1<<r.d.blockBits()/2 {
			return block, docs, nil
		}
	}
	return 0, nil, r.mapError(rs.Err())
}

// evacuate lists up to n live entries of a block as pending.
func (r *rows) evacuate(ctx context.Context, w desk.WorkspaceID, realm string, block uint32, n int) (int, error) {
	from := int64(block) << r.d.blockBits()
	rs, err := r.query(ctx, `SELECT id FROM desk_search_entries WHERE workspace_id = $1 AND realm = $2 AND doc > 0 AND doc >= $3 AND doc < $4 ORDER BY doc LIMIT $5`,
		string(w), realm, from, from+1<<r.d.blockBits(), min(n, listPart))
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
