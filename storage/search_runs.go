package storage

import (
	"bytes"
	"context"
	"encoding/binary"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/deskfolk/desk"
)

// A run has at most maxRun docs; a longer one is cut into pieces of pieceRun.
const (
	maxRun   = 320
	pieceRun = 160
)

// run is a stretch of an order: the docs whose places are not below low and
// below the next run's low.
type run struct {
	low  []byte
	docs []uint32
}

// lowest is not above any place. It is not empty, as some drivers make NULL of
// an empty value.
var lowest = []byte{0}

// encodeDocs writes ascending docs as the differences between them.
func encodeDocs(docs []uint32) []byte {
	b := make([]byte, 0, 2*len(docs)+8)
	var last uint32
	for _, d := range docs {
		b = binary.AppendUvarint(b, uint64(d-last))
		last = d
	}
	return b
}

func decodeDocs(b []byte) ([]uint32, error) {
	docs := make([]uint32, 0, len(b)/2)
	var last uint64
	for len(b) > 0 {
		d, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, &desk.Error{Kind: desk.Internal, Message: "The search index is damaged; rebuild it."}
		}
		last += d
		docs = append(docs, uint32(last))
		b = b[n:]
	}
	return docs, nil
}

// The statements that read runs. The run that holds a place is the last one
// whose low is not above it.
const (
	runsFrom = `SELECT low, docs FROM desk_search_runs WHERE workspace_id = $1 AND realm = $2 AND sort = $3 AND low >= COALESCE((SELECT low FROM desk_search_runs WHERE workspace_id = $1 AND realm = $2 AND sort = $3 AND low <= $4 ORDER BY low DESC LIMIT 1), $4) ORDER BY low LIMIT $5`
	runsPast = `SELECT low, docs FROM desk_search_runs WHERE workspace_id = $1 AND realm = $2 AND sort = $3 AND low > $4 ORDER BY low LIMIT $5`
	runsTo   = `SELECT low, docs FROM desk_search_runs WHERE workspace_id = $1 AND realm = $2 AND sort = $3 AND low <= $4 ORDER BY low DESC LIMIT $5`
	runsAll  = `SELECT low, docs FROM desk_search_runs WHERE workspace_id = $1 AND realm = $2 AND sort = $3 AND low >= $4 ORDER BY low DESC LIMIT $5`
	runsDown = `SELECT low, docs FROM desk_search_runs WHERE workspace_id = $1 AND realm = $2 AND sort = $3 AND low < $4 ORDER BY low DESC LIMIT $5`
)

func (r *rows) runs(ctx context.Context, statement string, w desk.WorkspaceID, realm string, key int, bound []byte, limit int) ([]run, error) {
	if bound == nil {
		bound = lowest
	}
	rs, err := r.query(ctx, statement, string(w), realm, key, bound, limit)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	var out []run
	for rs.Next() {
		var one run
		var docs []byte
		if err := rs.Scan(&one.low, &docs); err != nil {
			return nil, r.mapError(err)
		}
		if one.docs, err = decodeDocs(docs); err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, r.mapError(rs.Err())
}

// walk reads runs in the walk's direction from its start until the page is
// full, and returns at least one hit more than the page has, if there are.
func (r *rows) walk(ctx context.Context, w desk.WorkspaceID, q *search, result *roaring.Bitmap, skip map[string]bool) ([]hit, error) {
	var out []hit
	var docs []uint32
	in := newDocSet(result)
	first, next := runsFrom, runsPast
	var bound []byte
	if p := q.start(); p != nil {
		bound = place(p.Key, p.ID)
	}
	if q.backward() {
		first, next = runsTo, runsDown
		if bound == nil {
			first = runsAll
		}
	}
	statement, size := first, 4
	for {
		rs, err := r.runs(ctx, statement, w, q.realm, q.key, bound, size)
		if err != nil {
			return nil, err
		}
		for i, one := range rs {
			docs = in.intersect(docs, one.docs)
			// The run that holds the start gives hits that lie behind it too.
			enough := len(out)+len(docs) > q.limit && (i > 0 || statement != first || q.start() == nil)
			if !enough {
				continue
			}
			if out, docs, err = r.take(ctx, w, q, out, docs, skip); err != nil || len(out) > q.limit {
				return out, err
			}
		}
		if len(rs) < size {
			out, _, err = r.take(ctx, w, q, out, docs, skip)
			return out, err
		}
		statement, bound, size = next, rs[len(rs)-1].low, min(size*4, 1024)
	}
}

// take reads the entries of docs and appends their hits ahead of the start.
func (r *rows) take(ctx context.Context, w desk.WorkspaceID, q *search, out []hit, docs []uint32, skip map[string]bool) ([]hit, []uint32, error) {
	hits, err := r.fetchHits(ctx, w, q, docs, skip)
	if err != nil {
		return nil, nil, err
	}
	for _, h := range hits {
		if q.ahead(h) {
			out = append(out, h)
		}
	}
	return out, docs[:0], nil
}

// docSet is a result as plain bits: a walk may ask it a million times.
type docSet []uint64

func newDocSet(m *roaring.Bitmap) docSet {
	if m.IsEmpty() {
		return nil
	}
	s := make(docSet, m.Maximum()>>6+1)
	for it := m.ManyIterator(); ; {
		var docs [256]uint32
		n := it.NextMany(docs[:])
		if n == 0 {
			return s
		}
		for _, d := range docs[:n] {
			s[d>>6] |= 1 << (d & 63)
		}
	}
}

// intersect appends those of the docs that are in the set.
func (s docSet) intersect(out, docs []uint32) []uint32 {
	for _, d := range docs {
		if i := int(d >> 6); i < len(s) && s[i]>>(d&63)&1 == 1 {
			out = append(out, d)
		}
	}
	return out
}

// rangeDocs returns the docs whose key lies in a range: whole runs inside it,
// and single docs of the two runs at its ends.
func (r *rows) rangeDocs(ctx context.Context, w desk.WorkspaceID, realm string, rg keyRange) (*roaring.Bitmap, error) {
	rs, err := r.runsInRange(ctx, w, realm, rg)
	if err != nil {
		return nil, err
	}
	out := roaring.New()
	var edge []uint32
	for i, one := range rs {
		begins := rg.from == nil || bytes.Compare(one.low, rg.from) >= 0
		ends := rg.until == nil || i+1 < len(rs) && bytes.Compare(rs[i+1].low, rg.until) < 0
		if begins && ends {
			out.AddMany(one.docs)
		} else {
			edge = append(edge, one.docs...)
		}
	}
	return out, r.addEdge(ctx, w, realm, rg, edge, out)
}

// runsInRange reads the runs that can have docs in the range.
func (r *rows) runsInRange(ctx context.Context, w desk.WorkspaceID, realm string, rg keyRange) ([]run, error) {
	const size = 256
	var out []run
	statement, bound := runsFrom, rg.from
	for {
		rs, err := r.runs(ctx, statement, w, realm, rg.key, bound, size)
		if err != nil {
			return nil, err
		}
		for _, one := range rs {
			if rg.until != nil && bytes.Compare(one.low, rg.until) >= 0 {
				return out, nil
			}
			out = append(out, one)
		}
		if len(rs) < size {
			return out, nil
		}
		statement, bound = runsPast, rs[len(rs)-1].low
	}
}

// addEdge adds those of the docs whose key lies in the range.
func (r *rows) addEdge(ctx context.Context, w desk.WorkspaceID, realm string, rg keyRange, docs []uint32, out *roaring.Bitmap) error {
	if len(docs) == 0 {
		return nil
	}
	rs, err := r.query(ctx, byDoc("doc, "+keyColumns[rg.key]).sql(r.d), string(w), realm, r.d.ints(docs))
	if err != nil {
		return err
	}
	defer rs.Close()
	for rs.Next() {
		var doc uint32
		var key []byte
		if err := rs.Scan(&doc, &key); err != nil {
			return r.mapError(err)
		}
		if (rg.from == nil || bytes.Compare(key, rg.from) >= 0) && (rg.until == nil || bytes.Compare(key, rg.until) < 0) {
			out.Add(doc)
		}
	}
	return r.mapError(rs.Err())
}
