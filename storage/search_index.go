package storage

import (
	"context"
	"math/bits"
	"slices"

	"github.com/deskfolk/desk"
)

// IndexContacts takes up to n changed contacts, and as many companies and
// tickets, into the search index.
func (t writer) IndexContacts(ctx context.Context, w desk.WorkspaceID, n int) (int, error) {
	// A step that is lost in a crash is taken again.
	if err := t.AsyncCommit(ctx); err != nil {
		return 0, err
	}
	done := 0
	for _, realm := range []string{contactRealm, companyRealm, ticketRealm} {
		k, err := t.index(ctx, w, realm, n)
		if err != nil {
			return 0, err
		}
		done += k
	}
	return done, nil
}

// listPart is how long a list of one statement gets: a planner without
// statistics may compare each of its values with each row.
const listPart = 512

func (r *rows) index(ctx context.Context, w desk.WorkspaceID, realm string, n int) (int, error) {
	before, err := r.lockIndex(ctx, w, realm)
	if err != nil {
		return 0, err
	}
	b := newBatch(r.d.blockBits())
	defer b.close()
	next, err := r.takeNumbered(ctx, w, realm, b, before, n)
	if err != nil {
		return 0, err
	}
	if next, err = r.takePending(ctx, w, realm, b, next, n); err != nil {
		return 0, err
	}
	if b.dead, err = r.takeStale(ctx, w, realm, next, 10*n); err != nil {
		return 0, err
	}
	// What this step brings in is joined by a later one.
	joined, err := r.join(ctx, w, realm, before, n)
	if err != nil {
		return 0, err
	}
	if next == before && len(b.dead) == 0 {
		if joined > 0 {
			return joined, nil
		}
		return r.reclaim(ctx, w, realm, n)
	}
	if err := r.bringIn(ctx, w, realm, b, next); err != nil {
		return 0, err
	}
	return len(b.entries), r.analyze(ctx, next>>13 > 0 && bits.Len64(uint64(next)) > bits.Len64(uint64(before)))
}

// bringIn adds a batch, which reaches to the doc before next, to the orders and postings.
func (r *rows) bringIn(ctx context.Context, w desk.WorkspaceID, realm string, b *batch, next int64) error {
	for key := range realmKeys[realm] {
		if err := r.mergePages(ctx, w, realm, key, b.entries); err != nil {
			return err
		}
	}
	if err := r.mergePostings(ctx, w, realm, b, next); err != nil {
		return err
	}
	_, err := r.exec(ctx, `UPDATE desk_search_state SET indexed = $1 WHERE workspace_id = $2 AND realm = $3`, next, string(w), realm)
	return err
}

// takePending gives docs from next on to pending entries and reads them into
// the batch, as far as n and the block have room. It does so only where no
// other entries have these docs, and no other transaction gives docs out. It
// returns the doc after them.
func (r *rows) takePending(ctx context.Context, w desk.WorkspaceID, realm string, b *batch, next int64, n int) (int64, error) {
	room := min(n-len(b.entries), r.d.blockRoom(next))
	if room == 0 || len(b.entries) > 0 && r.d.beginsBlock(next) {
		return next, nil
	}
	ids, err := r.pendingIDs(ctx, w, realm, room)
	if err != nil || len(ids) == 0 {
		return next, err
	}
	if free, err := r.lockDocs(ctx, w, realm); err != nil || free != next {
		return next, err
	}
	if err := r.analyze(ctx, next == 1 && len(ids) >= 1<<10); err != nil {
		return next, err
	}
	if next, err = r.takeEntries(ctx, w, realm, b, ids, next); err != nil {
		return next, err
	}
	return next, r.setDocs(ctx, w, realm, next)
}

// takeEntries reads the entries of ids into the batch and gives them docs from
// next on. It returns the doc after them.
func (r *rows) takeEntries(ctx context.Context, w desk.WorkspaceID, realm string, b *batch, ids []string, next int64) (int64, error) {
	for ids := range slices.Chunk(ids, listPart) {
		from := len(b.entries)
		// Entries that a writer holds are left for the next time.
		err := r.eachEntry(ctx, w, realm, ids, r.d.SkipLocked, func(e *storedEntry) {
			e.doc = next
			next++
			b.entries = append(b.entries, *e)
		})
		if err != nil {
			return next, err
		}
		b.add(b.entries[from:])
		if err := r.numberEntries(ctx, w, realm, b.entries[from:]); err != nil {
			return next, err
		}
	}
	return next, nil
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

// beginsBlock reports whether a doc is the first of its block.
func (d *Dialect) beginsBlock(doc int64) bool { return doc&(1<<d.blockBits()-1) == 0 }

// realmKeys is how many orders a realm has.
var realmKeys = map[string]int{contactRealm: 6, companyRealm: 1, ticketRealm: 6}

// lockIndex keeps others from indexing the realm until the transaction ends,
// and returns the first doc that it does not have. Docs begin with 1.
func (r *rows) lockIndex(ctx context.Context, w desk.WorkspaceID, realm string) (int64, error) {
	if _, err := r.exec(ctx, `INSERT INTO desk_search_state (workspace_id, realm, indexed) VALUES ($1, $2, 1) ON CONFLICT DO NOTHING`, string(w), realm); err != nil {
		return 0, err
	}
	var next int64
	err := r.queryRow(ctx, `SELECT indexed FROM desk_search_state WHERE workspace_id = $1 AND realm = $2`+r.d.ForUpdate, string(w), realm).Scan(&next)
	return next, err
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

// numberEntries writes the docs that entries were given, which no longer are pending.
func (r *rows) numberEntries(ctx context.Context, w desk.WorkspaceID, realm string, es []storedEntry) error {
	if len(es) == 0 {
		return nil
	}
	ids := make([]string, len(es))
	for i, e := range es {
		ids[i] = e.id
	}
	_, err := r.exec(ctx, `DELETE FROM desk_search_pending WHERE workspace_id = $1 AND realm = $2 AND id `+r.d.inTexts(3), string(w), realm, r.d.texts(ids))
	if err != nil {
		return err
	}
	if r.d.Batch == BatchPrepared {
		return r.each(ctx, `UPDATE desk_search_entries SET doc = ? WHERE workspace_id = ? AND realm = ? AND id = ?`, 4, len(es), func(i int, v []any) {
			v[0], v[1], v[2], v[3] = es[i].doc, string(w), realm, es[i].id
		}, nil)
	}
	_, err = r.exec(ctx, `UPDATE desk_search_entries SET doc = $1 + j.key FROM `+r.d.numbered(2)+` WHERE workspace_id = $3 AND realm = $4 AND desk_search_entries.id = j.value`,
		es[0].doc, r.d.texts(ids), string(w), realm)
	return err
}
