package storage

import (
	"bytes"
	"context"
	"slices"

	"github.com/deskfolk/desk"
)

// placed is a doc at its place in an order.
type placed struct {
	place []byte
	doc   uint32
}

func comparePlaced(a, b placed) int { return bytes.Compare(a.place, b.place) }

// mergePages adds entries, which have the greatest docs so far, to the pages
// of one order.
func (r *rows) mergePages(ctx context.Context, w desk.WorkspaceID, realm string, key int, es []storedEntry) error {
	if len(es) == 0 {
		return nil
	}
	fresh := make([]placed, len(es))
	for i, e := range es {
		fresh[i] = placed{place(e.keys[key], e.id), uint32(e.doc)} //nolint:gosec // docs are less than 1<<32
	}
	slices.SortFunc(fresh, comparePlaced)
	stored, err := r.pagesInRange(ctx, w, realm, keyRange{key: key, from: fresh[0].place, until: append(bytes.Clone(fresh[len(fresh)-1].place), 0)})
	if err != nil {
		return err
	}
	most := r.d.recentMost()
	if len(stored) == 0 { // the page has to be there before it has recent docs
		stored, most = []storedPage{{low: lowest, data: encodePage(&page{lows: [][]byte{lowest}})}}, 0
	}
	changed, recent, err := deal(stored, fresh, most)
	if err != nil {
		return err
	}
	if err := r.cutRuns(ctx, w, realm, key, changed, fresh); err != nil {
		return err
	}
	var out []*page
	for _, p := range changed {
		out = append(out, p.split()...)
	}
	if err := r.writePages(ctx, w, realm, key, out); err != nil {
		return err
	}
	return r.writeRecent(ctx, w, realm, key, recent)
}

// writePages adds or replaces pages of an order.
func (r *rows) writePages(ctx context.Context, w desk.WorkspaceID, realm string, key int, pages []*page) error {
	return r.insert(ctx, pageTable, len(pages), func(i int, v []any) {
		v[0], v[1], v[2], v[3], v[4] = string(w), realm, int64(key), pages[i].lows[0], encodePage(pages[i])
	})
}

// deal gives each doc to the page that holds its place; both are sorted by
// place. It returns the pages that are to be written anew, and the new recent
// docs of pages: those of a page that has less than most, none of a changed one.
func deal(stored []storedPage, fresh []placed, most int) (changed, recent []*page, err error) {
	for i, s := range stored {
		n := len(fresh)
		if i+1 < len(stored) {
			n, _ = slices.BinarySearchFunc(fresh, placed{place: stored[i+1].low}, comparePlaced)
		}
		if n == 0 {
			continue
		}
		p, err := decodeRecent(s)
		if err != nil {
			return nil, nil, err
		}
		if len(p.docs)+n < most {
			p.add(fresh[:n])
			recent, fresh = append(recent, p), fresh[n:]
			continue
		}
		if s.recent != nil {
			recent = append(recent, &page{lows: p.lows})
		}
		if p, err = decodePage(s); err != nil {
			return nil, nil, err
		}
		p.add(fresh[:n])
		changed, fresh = append(changed, p), fresh[n:]
	}
	return changed, recent, nil
}

// add adds docs, sorted by place, that are greater than all that are there.
func (p *page) add(fresh []placed) {
	run := 0
	news := make([]uint64, len(fresh)) // a doc and its run, to be sorted by doc
	for i, f := range fresh {
		for run+1 < len(p.lows) && bytes.Compare(p.lows[run+1], f.place) <= 0 {
			run++
		}
		news[i] = uint64(f.doc)<<16 | uint64(run) //nolint:gosec // a page has at most pageRuns
	}
	slices.Sort(news)
	p.docs = slices.Grow(p.docs, len(news))
	p.tags = slices.Grow(p.tags, len(news))
	for _, v := range news {
		p.docs, p.tags = append(p.docs, uint32(v>>16)), append(p.tags, uint16(v)) //nolint:gosec // put together above
	}
}

// sizes returns how many docs each run has.
func (p *page) sizes() []int {
	n := make([]int, len(p.lows))
	for _, tag := range p.tags {
		n[tag]++
	}
	return n
}

// cutRuns cuts the runs that have become too long, by the places of their
// docs, which are known of the fresh ones.
func (r *rows) cutRuns(ctx context.Context, w desk.WorkspaceID, realm string, key int, pages []*page, fresh []placed) error {
	var long []*page
	var old []uint32
	first := slices.MinFunc(fresh, func(a, b placed) int { return int(a.doc) - int(b.doc) }).doc
	for _, p := range pages {
		sizes := p.sizes()
		if slices.Max(sizes) <= maxRun {
			continue
		}
		long = append(long, p)
		for i, d := range p.docs {
			if d < first && sizes[p.tags[i]] > maxRun {
				old = append(old, d)
			}
		}
	}
	if len(long) == 0 {
		return nil
	}
	places, err := r.places(ctx, w, realm, key, old)
	if err != nil {
		return err
	}
	for _, f := range fresh {
		places[f.doc] = f.place
	}
	for _, p := range long {
		p.cut(places)
	}
	return nil
}

// noRun is the tag of a doc that goes.
const noRun = 1<<16 - 1

// cut cuts the long runs of a page into pieces. Their docs without a place are
// void and left out.
func (p *page) cut(places map[uint32][]byte) {
	sizes := p.sizes()
	parts := make([][]placed, len(p.lows)) // of long runs; in place of the doc, where it stands in the page
	for i, tag := range p.tags {
		if sizes[tag] <= maxRun {
			continue
		}
		if at, ok := places[p.docs[i]]; ok {
			parts[tag] = append(parts[tag], placed{at, uint32(i)}) //nolint:gosec // a page has few docs
		}
	}
	lows := make([][]byte, 0, len(p.lows)+8)
	tags := slices.Repeat([]uint16{noRun}, len(p.tags))
	moved := make([]uint16, len(p.lows)) // the new tags of runs that stay
	for run, low := range p.lows {
		lows = append(lows, low)
		moved[run] = uint16(len(lows) - 1) //nolint:gosec // there are fewer pieces than docs in a batch
		slices.SortFunc(parts[run], comparePlaced)
		ends := pieces(parts[run], p.docs)
		for i, at := range parts[run] {
			if len(ends) > 0 && i == ends[0] {
				lows = append(lows, between(parts[run][i-1].place, at.place))
				ends = ends[1:]
			}
			tags[at.doc] = uint16(len(lows) - 1) //nolint:gosec // as above
		}
	}
	for i, tag := range p.tags {
		if sizes[tag] <= maxRun {
			tags[i] = moved[tag]
		}
	}
	p.lows, p.tags = lows, tags
	p.drop(func(i int) bool { return p.tags[i] == noRun })
}

// pieces returns where to cut a run, in the order of places. Where docs ascend
// with their places, new ones come in at the end only, as in the order of
// creation: pieces there are long, for they will not grow any more.
func pieces(run []placed, docs []uint32) []int {
	var ends []int
	from, ascending := 0, 0
	for i := 1; i < len(run); i++ {
		if docs[run[i].doc] > docs[run[i-1].doc] {
			ascending++
		}
		n := i - from
		if n < pieceRun || n < longRun && ascending*8 >= n*7 || len(run)-i < pieceRun/2 {
			continue
		}
		ends, from, ascending = append(ends, i), i, 0
	}
	return ends
}

// between returns the shortest bytes that are above a and not above b, for a
// low that takes little room.
func between(a, b []byte) []byte {
	n := 0
	for n < len(a) && a[n] == b[n] {
		n++
	}
	return b[:n+1]
}

// drop takes docs out of a page.
func (p *page) drop(gone func(i int) bool) {
	kept := 0
	for i := range p.docs {
		if !gone(i) {
			p.docs[kept], p.tags[kept] = p.docs[i], p.tags[i]
			kept++
		}
	}
	p.docs, p.tags = p.docs[:kept], p.tags[:kept]
}

// split returns the page, or if it has too many runs, the pages it becomes.
func (p *page) split() []*page {
	n := len(p.lows)
	if n <= pageRuns {
		return []*page{p}
	}
	out := make([]*page, (n+splitRuns-1)/splitRuns)
	for i := range out {
		out[i] = &page{lows: p.lows[i*n/len(out) : (i+1)*n/len(out)]}
	}
	in := make([]int, n) // the page of each run
	to := make([]uint16, n)
	run := 0
	for i, q := range out {
		for k := range q.lows {
			in[run], to[run] = i, uint16(k) //nolint:gosec // less than pageRuns
			run++
		}
	}
	for i, d := range p.docs {
		q := out[in[p.tags[i]]]
		q.docs, q.tags = append(q.docs, d), append(q.tags, to[p.tags[i]])
	}
	return out
}

// join joins runs of a page that together are not longer than a piece, and
// those that are empty with the one before.
func (p *page) join() {
	sizes := p.sizes()
	to := make([]uint16, len(p.lows))
	lows, last := p.lows[:1:1], sizes[0]
	for run := 1; run < len(p.lows); run++ {
		if sizes[run] == 0 || last+sizes[run] <= pieceRun {
			last += sizes[run]
		} else {
			lows, last = append(lows, p.lows[run]), sizes[run]
		}
		to[run] = uint16(len(lows) - 1) //nolint:gosec // less than pageRuns
	}
	for i, tag := range p.tags {
		p.tags[i] = to[tag]
	}
	p.lows = lows
}

// places reads the places of docs in an order.
func (r *rows) places(ctx context.Context, w desk.WorkspaceID, realm string, key int, docs []uint32) (map[uint32][]byte, error) {
	out := make(map[uint32][]byte, len(docs))
	if len(docs) == 0 {
		return out, nil
	}
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
