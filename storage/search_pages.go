package storage

import (
	"context"
	"encoding/binary"

	"github.com/deskfolk/desk"
)

// An order is cut into runs of docs with neighbouring keys, and runs lie
// together in pages, a row each: a search may have to look at a whole order,
// and rows cost more than what is in them.
const (
	// A page has at most pageRuns runs, so that four bits name one. One that
	// gets more is split into pages of about splitRuns.
	pageRuns  = 16
	splitRuns = 10
	// A run has at most maxRun docs; a longer one is cut into pieces of
	// pieceRun. To cut a run, the keys of its docs are read: the more pieces
	// come out, the less often that is. The longer runs are, the more entries
	// the first page of a list reads for nothing.
	maxRun   = 256
	pieceRun = 32
	longRun  = 192
)

// lowest is not above any place. It is not empty, as some drivers make NULL of
// an empty value.
var lowest = []byte{0}

// page is a stretch of an order: the docs whose places are not below its low
// and below the next page's.
type page struct {
	// lows are those of its runs; the first is the page's own.
	lows [][]byte
	// docs are ascending; tags are the runs they are in.
	docs []uint32
	tags []uint16
}

// storedPage is a page as it is stored; see encodePage. recent are the docs
// that have come in since data was written, or nil; see search_recent.go.
type storedPage struct{ low, data, recent []byte }

// encodePage writes a page: the number of its runs, their lows but for the
// first, and its docs; see appendDocs.
func encodePage(p *page) []byte {
	b := make([]byte, 0, 3*len(p.docs)+32*len(p.lows)+8)
	b = binary.AppendUvarint(b, uint64(len(p.lows)))
	for _, low := range p.lows[1:] {
		b = append(binary.AppendUvarint(b, uint64(len(low))), low...)
	}
	return p.appendDocs(b)
}

// appendDocs writes the docs of a page: how many there are, a tag of four bits
// for each, and then the docs in groups that have their higher half in common:
// that half, how many they are, and their lower halves, two bytes each. This
// takes little more room than the differences between docs would, and a search
// can look for its result in it without decoding it.
func (p *page) appendDocs(b []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(p.docs)))
	for i := 0; i < len(p.tags); i += 2 {
		two := byte(p.tags[i])
		if i+1 < len(p.tags) {
			two |= byte(p.tags[i+1]) << 4
		}
		b = append(b, two)
	}
	for docs := p.docs; len(docs) > 0; {
		high, n := docs[0]>>16, 1
		for n < len(docs) && docs[n]>>16 == high {
			n++
		}
		b = binary.AppendUvarint(binary.AppendUvarint(b, uint64(high)), uint64(n))
		for _, d := range docs[:n] {
			b = binary.LittleEndian.AppendUint16(b, uint16(d)) //nolint:gosec // the lower half
		}
		docs = docs[n:]
	}
	return b
}

// packed is the data of a page, taken apart but not decoded.
type packed struct {
	lows [pageRuns][]byte
	runs int
	// n is the number of docs, of which next has passed by at.
	n, at  int
	tags   []byte
	groups []byte
}

// errDamaged says that what is stored is not what this package has written.
var errDamaged = &desk.Error{Kind: desk.Internal, Message: "The search index is damaged; rebuild it."}

// unpack takes a page apart, without its recent docs. It keeps a hold of what
// it is given.
func unpack(p storedPage) (packed, error) {
	var out packed
	runs, b, ok := cutNumber(p.data, pageRuns)
	if !ok || runs == 0 {
		return out, errDamaged
	}
	out.runs, out.lows[0] = runs, p.low
	for i := 1; i < runs; i++ {
		size, rest, ok := cutNumber(b, len(b))
		if !ok || size > len(rest) {
			return out, errDamaged
		}
		out.lows[i], b = rest[:size], rest[size:]
	}
	err := out.cutDocs(b)
	return out, err
}

// cutDocs takes apart what appendDocs has written.
func (p *packed) cutDocs(b []byte) error {
	n, b, ok := cutNumber(b, len(b))
	if !ok || (n+1)/2 > len(b) {
		return errDamaged
	}
	p.n, p.at, p.tags, p.groups = n, 0, b[:(n+1)/2], b[(n+1)/2:]
	return nil
}

// cutNumber takes a number that is not above most from the front of b.
func cutNumber(b []byte, most int) (int, []byte, bool) {
	v, n := binary.Uvarint(b)
	if n <= 0 || v > uint64(most) { //nolint:gosec // most is a length
		return 0, nil, false
	}
	return int(v), b[n:], true //nolint:gosec // not above most
}

// next returns the next group of docs: their higher half, where they begin
// among the page's docs, and their lower halves, which are nil after the last.
func (p *packed) next() (high uint32, at int, lower []byte, err error) {
	if len(p.groups) == 0 {
		if p.at != p.n {
			return 0, 0, nil, errDamaged
		}
		return 0, 0, nil, nil
	}
	h, b, ok := cutNumber(p.groups, 1<<16-1)
	if !ok {
		return 0, 0, nil, errDamaged
	}
	n, b, ok := cutNumber(b, p.n-p.at)
	if !ok || n == 0 || 2*n > len(b) {
		return 0, 0, nil, errDamaged
	}
	at, p.at, p.groups = p.at, p.at+n, b[2*n:]
	return uint32(h) << 16, at, b[:2*n], nil //nolint:gosec // not above 1<<16
}

// tag returns the run of the i-th doc. A tag that is none is that of the last
// run: what is found there is looked at again, by its key.
func (p *packed) tag(i int) int {
	return min(int(p.tags[i/2]>>(i%2*4)&15), p.runs-1)
}

// decodePage reads a page, and its recent docs behind those that it had.
func decodePage(s storedPage) (*page, error) {
	in, err := unpack(s)
	if err != nil {
		return nil, err
	}
	p := in.blank()
	if err := p.read(&in); err != nil {
		return nil, err
	}
	return p, p.readRecent(&in, s.recent)
}

// blank returns the page without its docs.
func (p *packed) blank() *page {
	return &page{lows: append([][]byte(nil), p.lows[:p.runs]...), docs: make([]uint32, 0, p.n+8), tags: make([]uint16, 0, p.n+8)}
}

// read appends the docs of a page.
func (p *page) read(in *packed) error {
	for {
		high, at, lower, err := in.next()
		if err != nil || lower == nil {
			return err
		}
		for i := 0; i < len(lower); i += 2 {
			p.docs = append(p.docs, high|uint32(binary.LittleEndian.Uint16(lower[i:])))
			p.tags = append(p.tags, uint16(in.tag(at+i/2))) //nolint:gosec // less than 16
		}
	}
}

// The statements that read pages. The page that holds a place is the last one
// whose low is not above it. A planner that saw the limit might think it better
// to read a whole order and to sort it, which takes five times as long.
const (
	// A page's recent docs come with it, in one statement: they are in one place
	// or the other whenever a search looks.
	pagesOf = `SELECT low, docs, (SELECT r.docs FROM desk_search_recent AS r WHERE r.workspace_id = $1 AND r.realm = $2 AND r.sort = $3 AND r.low = p.low)
		FROM desk_search_runs AS p WHERE workspace_id = $1 AND realm = $2 AND sort = $3 AND `
	pagesMost = ` LIMIT (SELECT CAST($5 AS BIGINT))`
	pagesFrom = pagesOf + `low >= COALESCE((SELECT low FROM desk_search_runs WHERE workspace_id = $1 AND realm = $2 AND sort = $3 AND low <= $4 ORDER BY low DESC LIMIT 1), $4) ORDER BY low` + pagesMost
	pagesPast = pagesOf + `low > $4 ORDER BY low` + pagesMost
	pagesTo   = pagesOf + `low <= $4 ORDER BY low DESC` + pagesMost
	pagesAll  = pagesOf + `low >= $4 ORDER BY low DESC` + pagesMost
	pagesDown = pagesOf + `low < $4 ORDER BY low DESC` + pagesMost
)

// pagesInRange reads the pages that can have docs in the range.
func (r *rows) pagesInRange(ctx context.Context, w desk.WorkspaceID, realm string, rg keyRange) ([]storedPage, error) {
	const size = 256
	var out []storedPage
	statement, bound := pagesFrom, rg.from
	if bound == nil {
		bound = lowest
	}
	for {
		n, err := r.readPages(ctx, w, realm, rg, statement, bound, size, &out)
		if err != nil || n < size {
			return out, err
		}
		statement, bound = pagesPast, out[len(out)-1].low
	}
}

// readPages appends up to size pages, and returns how many there were. It
// stops where the range does.
func (r *rows) readPages(ctx context.Context, w desk.WorkspaceID, realm string, rg keyRange, statement string, bound []byte, size int, out *[]storedPage) (int, error) {
	rs, err := r.query(ctx, statement, string(w), realm, rg.key, bound, size)
	if err != nil {
		return 0, err
	}
	defer rs.Close()
	n := 0
	for ; rs.Next(); n++ {
		var p storedPage
		if err := rs.Scan(&p.low, &p.data, &p.recent); err != nil {
			return 0, r.mapError(err)
		}
		if rg.ended(p.low) {
			break
		}
		*out = append(*out, p)
	}
	return n, r.mapError(rs.Err())
}
