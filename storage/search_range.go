package storage

import (
	"bytes"
	"context"
	"encoding/binary"

	"github.com/deskfolk/desk"
)

// ended reports whether a stretch with this low lies behind the range.
func (rg keyRange) ended(low []byte) bool {
	return rg.until != nil && bytes.Compare(low, rg.until) >= 0
}

// holds reports whether a key lies in the range.
func (rg keyRange) holds(key []byte) bool {
	return (rg.from == nil || bytes.Compare(key, rg.from) >= 0) && !rg.ended(key)
}

// extent is how a run lies to a range.
type extent int

const (
	outside extent = iota
	atEdge
	inside
)

// extent returns how the stretch from low to next lies; nil is the order's end.
func (rg keyRange) extent(low, next []byte) extent {
	switch {
	case rg.ended(low), rg.from != nil && next != nil && bytes.Compare(next, rg.from) <= 0:
		return outside
	case rg.from != nil && bytes.Compare(low, rg.from) < 0, rg.until != nil && (next == nil || !rg.covers(next)):
		return atEdge
	}
	return inside
}

// covers reports whether a stretch that ends with next ends within the range.
func (rg keyRange) covers(next []byte) bool { return bytes.Compare(next, rg.until) <= 0 }

// rangeDocs returns the docs whose key lies in a range: whole runs inside it,
// and single docs of the two runs at its ends.
func (r *rows) rangeDocs(ctx context.Context, w desk.WorkspaceID, realm string, rg keyRange) (docSet, error) {
	pages, err := r.pagesInRange(ctx, w, realm, rg)
	if err != nil {
		return nil, err
	}
	var found rangeSet
	for i, p := range pages {
		var next []byte
		if i+1 < len(pages) {
			next = pages[i+1].low
		}
		if err := found.add(p, next, rg); err != nil {
			return nil, err
		}
	}
	err = r.addEdge(ctx, w, realm, rg, found.edge, &found.inside)
	return found.inside, err
}

// rangeSet collects the docs of a range: those inside, and those of the runs
// at its edges.
type rangeSet struct {
	inside docSet
	edge   []uint32
}

// add adds the docs of a page; next is the low of the page behind it.
func (s *rangeSet) add(stored storedPage, next []byte, rg keyRange) error {
	p, err := unpack(stored)
	if err != nil {
		return err
	}
	var extents [pageRuns]extent
	for i := range p.runs {
		end := next
		if i+1 < p.runs {
			end = p.lows[i+1]
		}
		extents[i] = rg.extent(p.lows[i], end)
	}
	if err := s.addDocs(&p, &extents); err != nil || stored.recent == nil {
		return err
	}
	if err := p.cutDocs(stored.recent); err != nil {
		return err
	}
	return s.addDocs(&p, &extents)
}

// addDocs adds the docs of a page by how their runs lie.
func (s *rangeSet) addDocs(p *packed, extents *[pageRuns]extent) error {
	for {
		high, at, lower, err := p.next()
		if err != nil || lower == nil {
			return err
		}
		part := s.inside.part(high)
		for i := 0; i < len(lower); i += 2 {
			d := binary.LittleEndian.Uint16(lower[i:])
			switch extents[p.tag(at+i/2)] {
			case inside:
				part[d>>6] |= 1 << (d & 63)
			case atEdge:
				s.edge = append(s.edge, high|uint32(d))
			case outside:
			}
		}
	}
}

// addEdge adds those of the docs whose key lies in the range.
func (r *rows) addEdge(ctx context.Context, w desk.WorkspaceID, realm string, rg keyRange, docs []uint32, out *docSet) error {
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
		if rg.holds(key) {
			out.put(doc)
		}
	}
	return r.mapError(rs.Err())
}
