package storage

import (
	"context"
	"maps"
	"slices"

	"github.com/deskfolk/desk"
)

// listPart is how long a list of one statement gets: a planner without
// statistics may compare each of its values with each row.
const listPart = 512

// takePending gives docs from next on to pending entries, n at most. It does so
// only where no other entries have these docs, and no other transaction gives
// docs out. It returns the doc after them.
func (r *rows) takePending(ctx context.Context, w desk.WorkspaceID, realm string, next int64, n int) (int64, error) {
	if n <= 0 {
		return next, nil
	}
	ids, err := r.pendingIDs(ctx, w, realm, n)
	if err != nil || len(ids) == 0 {
		return next, err
	}
	if free, err := r.lockDocs(ctx, w, realm); err != nil || free != next {
		return next, err
	}
	if err := r.analyze(ctx, next == 1 && len(ids) >= 1<<10); err != nil {
		return next, err
	}
	for ids := range slices.Chunk(ids, listPart) {
		// Entries that a writer holds are left for the next time.
		query := lookUp{columns: "id", table: "desk_search_entries", where: inRealm, column: "id", n: 3, lock: r.d.SkipLocked}
		rs, err := r.query(ctx, query.sql(r.d), string(w), realm, r.d.texts(ids))
		if err != nil {
			return next, err
		}
		if ids, err = r.scanIDs(rs); err != nil {
			return next, err
		}
		if err := r.numberEntries(ctx, w, realm, ids, next); err != nil {
			return next, err
		}
		next += int64(len(ids))
	}
	return next, r.setDocs(ctx, w, realm, next)
}

// analyze brings the planner's statistics up to date. A database that does it
// by itself does it minutes after an import; until then, it would read whole
// tables that it takes for empty.
func (r *rows) analyze(ctx context.Context, due bool) error {
	if !due || r.d.Analyze == "" {
		return nil
	}
	_, err := r.exec(ctx, r.d.Analyze)
	return err
}

// blockRoom returns how many docs the block of the next doc can still take. A
// step ends with its block, so that the step after it begins one.
func (d *Dialect) blockRoom(next int64) int {
	return 1<<d.blockBits() - int(next)&(1<<d.blockBits()-1)
}

// realmKeys is how many orders a realm has.
var realmKeys = map[string]int{contactRealm: 6, companyRealm: 1, ticketRealm: 6}

// bury marks up to n docs below end, which changes have made void, as dead, and
// returns how many there were.
func (r *rows) bury(ctx context.Context, w desk.WorkspaceID, realm string, end int64, n int) (int, error) {
	dead, err := r.takeStale(ctx, w, realm, end, n)
	if err != nil || len(dead) == 0 {
		return 0, err
	}
	slices.Sort(dead)
	graves := map[uint32]*posting{} // by block
	for _, doc := range dead {
		putDoc(graves, r.d.rowOf(doc, end), doc)
	}
	for _, block := range slices.Sorted(maps.Keys(graves)) {
		if err := r.mergeBlock(ctx, w, realm, block, []string{deadToken}, map[string]*posting{deadToken: graves[block]}, false); err != nil {
			return 0, err
		}
	}
	return len(dead), nil
}

// takeStale removes up to n void docs below end from their list and returns
// them. It leaves those of records that are pending: a search that saw neither
// the old doc nor the pending record would miss it.
func (r *rows) takeStale(ctx context.Context, w desk.WorkspaceID, realm string, end int64, n int) ([]uint32, error) {
	docs, ids, err := r.staleDocs(ctx, w, realm, end, n)
	if err != nil || len(docs) == 0 {
		return nil, err
	}
	waiting, err := r.waiting(ctx, w, realm, ids)
	if err != nil {
		return nil, err
	}
	var gone []uint32
	for i, doc := range docs {
		if !waiting[ids[i]] {
			gone = append(gone, doc)
		}
	}
	if len(gone) == 0 {
		return nil, nil
	}
	_, err = r.exec(ctx, `DELETE FROM desk_search_stale WHERE workspace_id = $1 AND realm = $2 AND doc `+r.d.inInts(3), string(w), realm, r.d.ints(gone))
	return gone, err
}

// staleDocs reads up to n void docs below end, and the ids of their records.
func (r *rows) staleDocs(ctx context.Context, w desk.WorkspaceID, realm string, end int64, n int) (docs []uint32, ids []string, err error) {
	rs, err := r.query(ctx, `SELECT doc, id FROM desk_search_stale WHERE workspace_id = $1 AND realm = $2 AND doc < $3 ORDER BY doc LIMIT $4`, string(w), realm, end, n)
	if err != nil {
		return nil, nil, err
	}
	defer rs.Close()
	for rs.Next() {
		var d uint32
		var id string
		if err := rs.Scan(&d, &id); err != nil {
			return nil, nil, r.mapError(err)
		}
		docs, ids = append(docs, d), append(ids, id)
	}
	return docs, ids, r.mapError(rs.Err())
}

// waiting returns which of the records are pending.
func (r *rows) waiting(ctx context.Context, w desk.WorkspaceID, realm string, ids []string) (map[string]bool, error) {
	out := map[string]bool{}
	for ids := range slices.Chunk(ids, listPart) {
		query := lookUp{columns: "id", table: "desk_search_pending", where: inRealm, column: "id", n: 3}
		rs, err := r.query(ctx, query.sql(r.d), string(w), realm, r.d.texts(ids))
		if err != nil {
			return nil, err
		}
		pending, err := r.scanIDs(rs)
		if err != nil {
			return nil, err
		}
		for _, id := range pending {
			out[id] = true
		}
	}
	return out, nil
}

// numberEntries gives entries, which no longer are pending then, docs from first on.
func (r *rows) numberEntries(ctx context.Context, w desk.WorkspaceID, realm string, ids []string, first int64) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := r.exec(ctx, `DELETE FROM desk_search_pending WHERE workspace_id = $1 AND realm = $2 AND id `+r.d.inTexts(3), string(w), realm, r.d.texts(ids))
	if err != nil {
		return err
	}
	if r.d.Batch == BatchPrepared {
		return r.each(ctx, `UPDATE desk_search_entries SET doc = ? WHERE workspace_id = ? AND realm = ? AND id = ?`, 4, len(ids), func(i int, v []any) {
			v[0], v[1], v[2], v[3] = first+int64(i), string(w), realm, ids[i]
		}, nil)
	}
	_, err = r.exec(ctx, `UPDATE desk_search_entries SET doc = $1 + j.key FROM `+r.d.numbered(2)+` WHERE workspace_id = $3 AND realm = $4 AND desk_search_entries.id = j.value`,
		first, r.d.texts(ids), string(w), realm)
	return err
}
