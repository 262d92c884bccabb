package storage

import (
	"bytes"
	"context"
	"math/bits"
	"slices"

	"github.com/deskfolk/desk"
)

// IndexContacts takes up to n changed contacts, and as many companies and
// tickets, into the search index.
func (t writer) IndexContacts(ctx context.Context, w desk.WorkspaceID, n int) (int, error) {
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
	next, err := r.lockIndex(ctx, w, realm)
	if err != nil {
		return 0, err
	}
	before := next
	if err := r.analyze(ctx, before == 1 && n >= 1<<10); err != nil {
		return 0, err
	}
	b := newBatch(r.d.blockBits())
	defer b.close()
	if b.dead, err = r.takeStale(ctx, w, realm, 10*n); err != nil {
		return 0, err
	}
	ids, err := r.pendingIDs(ctx, w, realm, min(n, r.d.blockRoom(next)))
	if err != nil {
		return 0, err
	}
	if next, err = r.takeEntries(ctx, w, realm, b, ids, next); err != nil {
		return 0, err
	}
	if len(b.entries) == 0 && len(b.dead) == 0 {
		return r.reclaim(ctx, w, realm, next, n)
	}
	for key := range realmKeys[realm] {
		if err := r.mergeRuns(ctx, w, realm, key, b.entries); err != nil {
			return 0, err
		}
	}
	if err := r.mergePostings(ctx, w, realm, b); err != nil {
		return 0, err
	}
	if _, err = r.exec(ctx, `UPDATE desk_search_state SET next_doc = $1 WHERE workspace_id = $2 AND realm = $3`, next, string(w), realm); err != nil {
		return 0, err
	}
	return len(b.entries), r.analyze(ctx, next>>13 > 0 && bits.Len64(uint64(next)) > bits.Len64(uint64(before)))
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

// realmKeys is how many orders a realm has.
var realmKeys = map[string]int{contactRealm: 6, companyRealm: 1, ticketRealm: 6}

// lockIndex keeps others from indexing the realm until the transaction ends,
// and returns the next doc. Docs begin with 1.
func (r *rows) lockIndex(ctx context.Context, w desk.WorkspaceID, realm string) (int64, error) {
	if _, err := r.exec(ctx, `INSERT INTO desk_search_state (workspace_id, realm, next_doc) VALUES ($1, $2, 1) ON CONFLICT DO NOTHING`, string(w), realm); err != nil {
		return 0, err
	}
	var next int64
	err := r.queryRow(ctx, `SELECT next_doc FROM desk_search_state WHERE workspace_id = $1 AND realm = $2`+r.d.ForUpdate, string(w), realm).Scan(&next)
	return next, err
}

// takeStale removes up to n void docs from their list and returns them.
func (r *rows) takeStale(ctx context.Context, w desk.WorkspaceID, realm string, n int) ([]uint32, error) {
	rs, err := r.query(ctx, `SELECT doc FROM desk_search_stale WHERE workspace_id = $1 AND realm = $2 ORDER BY doc LIMIT $3`, string(w), realm, n)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	var docs []uint32
	for rs.Next() {
		var d uint32
		if err := rs.Scan(&d); err != nil {
			return nil, r.mapError(err)
		}
		docs = append(docs, d)
	}
	if err := rs.Err(); err != nil || len(docs) == 0 {
		return nil, r.mapError(err)
	}
	rs.Close()
	_, err = r.exec(ctx, `DELETE FROM desk_search_stale WHERE workspace_id = $1 AND realm = $2 AND doc `+r.d.inInts(3), string(w), realm, r.d.ints(docs))
	return docs, err
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

// placed is a doc at its place in an order.
type placed struct {
	place []byte
	doc   uint32
}

func comparePlaced(a, b placed) int { return bytes.Compare(a.place, b.place) }

// mergeRuns adds entries to the runs of one order.
func (r *rows) mergeRuns(ctx context.Context, w desk.WorkspaceID, realm string, key int, es []storedEntry) error {
	if len(es) == 0 {
		return nil
	}
	fresh := make([]placed, len(es))
	for i, e := range es {
		fresh[i] = placed{place(e.keys[key], e.id), uint32(e.doc)}
	}
	slices.SortFunc(fresh, comparePlaced)
	have, err := r.runsInRange(ctx, w, realm, keyRange{key: key, from: fresh[0].place, until: append(fresh[len(fresh)-1].place, 0)})
	if err != nil {
		return err
	}
	if len(have) == 0 {
		have = []run{{low: lowest}}
	}
	changed := deal(have, fresh)
	if changed, err = r.cutRuns(ctx, w, realm, key, changed); err != nil {
		return err
	}
	return r.writeRuns(ctx, w, realm, key, changed)
}

// writeRuns adds or replaces runs of an order.
func (r *rows) writeRuns(ctx context.Context, w desk.WorkspaceID, realm string, key int, changed []run) error {
	return r.insert(ctx, runTable, len(changed), func(i int, v []any) {
		v[0], v[1], v[2], v[3], v[4] = string(w), realm, int64(key), changed[i].low, encodeDocs(changed[i].docs)
	})
}

// deal gives each doc to the run that holds its place, and returns the runs
// that got some.
func deal(have []run, fresh []placed) []run {
	var changed []run
	at, last := 0, -1
	for _, p := range fresh {
		for at+1 < len(have) && bytes.Compare(have[at+1].low, p.place) <= 0 {
			at++
		}
		if at != last {
			changed, last = append(changed, have[at]), at
		}
		one := &changed[len(changed)-1]
		one.docs = append(one.docs, p.doc)
	}
	for _, one := range changed {
		slices.Sort(one.docs)
	}
	return changed
}

// cutRuns cuts the runs that have become too long, by the places of their docs.
func (r *rows) cutRuns(ctx context.Context, w desk.WorkspaceID, realm string, key int, rs []run) ([]run, error) {
	var long []uint32
	for _, one := range rs {
		if len(one.docs) > maxRun {
			long = append(long, one.docs...)
		}
	}
	if len(long) == 0 {
		return rs, nil
	}
	places, err := r.places(ctx, w, realm, key, long)
	if err != nil {
		return nil, err
	}
	var out []run
	for _, one := range rs {
		if len(one.docs) <= maxRun {
			out = append(out, one)
		} else {
			out = append(out, cutRun(one, places)...)
		}
	}
	return out, nil
}

// cutRun cuts a run into pieces. Docs without a place are void and left out.
func cutRun(one run, places map[uint32][]byte) []run {
	ps := make([]placed, 0, len(one.docs))
	for _, d := range one.docs {
		if p, ok := places[d]; ok {
			ps = append(ps, placed{p, d})
		}
	}
	slices.SortFunc(ps, comparePlaced)
	out := []run{{low: one.low}}
	for i, p := range ps {
		if i > 0 && i%pieceRun == 0 && len(ps)-i >= pieceRun/2 {
			out = append(out, run{low: p.place})
		}
		last := &out[len(out)-1]
		last.docs = append(last.docs, p.doc)
	}
	for _, piece := range out {
		slices.Sort(piece.docs)
	}
	return out
}

// places reads the places of docs in an order.
func (r *rows) places(ctx context.Context, w desk.WorkspaceID, realm string, key int, docs []uint32) (map[uint32][]byte, error) {
	out := make(map[uint32][]byte, len(docs))
	rs, err := r.query(ctx, byDoc("doc, id, "+keyColumns[key]).sql(r.d), string(w), realm, r.d.ints(docs))
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	for rs.Next() {
		var doc uint32
		var id string
		var k []byte
		if err := rs.Scan(&doc, &id, &k); err != nil {
			return nil, r.mapError(err)
		}
		out[doc] = place(k, id)
	}
	return out, r.mapError(rs.Err())
}
