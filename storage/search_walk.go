package storage

import (
	"bytes"
	"context"
	"database/sql"

	"github.com/deskfolk/desk"
)

// walk looks for a result in the pages of an order, from the list's start on,
// until there are hits enough. What it finds in pages it keeps in a queue, run
// by run; entries are read for as many runs as the list needs.
type walk struct {
	q  *search
	in docSet
	// start is the place the walk begins at, or nil.
	start []byte

	// What to read next: size pages from bound on.
	statement string
	bound     []byte
	size      int
	ended     bool

	// queue is what was found, in the walk's direction; runs counts the runs
	// that were passed, and found all that was ever in the queue.
	queue []runDoc
	runs  int
	found int
	// first is how many of the queue are in the run that holds the start: half
	// of them, as a guess, lie behind it.
	first int
	// want is how many docs must be there before their entries are read; of seen
	// docs they have been.
	want  int
	seen  int
	spare []runDoc
}

// runDoc is a doc that was found, with the number of its run.
type runDoc struct {
	run int
	doc uint32
}

func newWalk(q *search, result docSet) *walk {
	wk := &walk{q: q, in: result, statement: pagesFrom, bound: lowest, size: 1, want: q.limit}
	if p := q.start(); p != nil {
		wk.start = place(p.Key, p.ID)
		wk.bound = wk.start
	}
	switch {
	case q.backward() && wk.start == nil:
		wk.statement = pagesAll
	case q.backward():
		wk.statement = pagesTo
	}
	return wk
}

// walk returns hits of the result in an order, at least one more than the list
// asks for, if there are.
func (r *rows) walk(ctx context.Context, w desk.WorkspaceID, q *search, result docSet, skip map[string]bool) ([]hit, error) {
	var out []hit
	wk := newWalk(q, result)
	for {
		for !wk.ended && !wk.enough() {
			if err := r.walkPages(ctx, w, wk); err != nil {
				return nil, err
			}
		}
		docs := wk.take()
		hits, err := r.fetchHits(ctx, w, q, docs, skip)
		if err != nil {
			return nil, err
		}
		for _, h := range hits {
			if q.ahead(h) {
				out = append(out, h)
			}
		}
		if len(out) > q.limit || wk.ended && len(wk.queue) == 0 {
			return out, nil
		}
		wk.rate(len(docs), len(out))
	}
}

// rate wants more the fewer of the docs so far were hits: those that have a
// word's letters may not have the word. It wants a quarter more than that, since
// a round more costs more than some entries.
func (wk *walk) rate(docs, hits int) {
	wk.seen += docs
	missing := wk.q.limit + 1 - hits
	wk.want = max(missing, min(missing*wk.seen*5/(max(hits, 1)*4), 4*wk.seen, 1000))
}

// walkPages reads on, until the queue has enough.
func (r *rows) walkPages(ctx context.Context, w desk.WorkspaceID, wk *walk) error {
	wk.size = wk.guess()
	rs, err := r.query(ctx, wk.statement, string(w), wk.q.realm, wk.q.key, wk.bound, wk.size)
	if err != nil {
		return err
	}
	defer rs.Close()
	n := 0
	for ; rs.Next(); n++ {
		var low, data, recent sql.RawBytes
		if err := rs.Scan(&low, &data, &recent); err != nil {
			return r.mapError(err)
		}
		wk.bound = bytes.Clone(low)
		if err := wk.look(storedPage{low, data, recent}); err != nil {
			return err
		}
		if wk.enough() {
			break
		}
	}
	wk.ended = n < wk.size && !wk.enough()
	wk.statement = pagesPast
	if wk.q.backward() {
		wk.statement = pagesDown
	}
	return r.mapError(rs.Err())
}

// guess returns how many pages to read next: as many as what is missing should
// lie in, after what was found so far, but not many more than the last time.
// What is read beyond it is read for nothing.
func (wk *walk) guess() int {
	most := min(4*wk.size, 512)
	switch pages := wk.runs / pageRuns; {
	case pages == 0:
		return wk.size
	case wk.found == 0:
		return most
	default:
		missing := wk.want + 1 - (len(wk.queue) - wk.first/2)
		return max(4, min(missing*pages*5/(wk.found*4), most))
	}
}

// enough reports whether the queue has as many docs as are wanted.
func (wk *walk) enough() bool { return len(wk.queue)-wk.first/2 > wk.want }

// take takes runs from the queue that have as many docs as are wanted.
func (wk *walk) take() []uint32 {
	n := min(wk.want+wk.first/2+1, len(wk.queue))
	for n > 0 && n < len(wk.queue) && wk.queue[n].run == wk.queue[n-1].run {
		n++
	}
	docs := make([]uint32, n)
	for i, d := range wk.queue[:n] {
		docs[i] = d.doc
	}
	wk.queue, wk.first = wk.queue[n:], 0
	return docs
}

// look looks for the result in a page, and queues what it finds.
func (wk *walk) look(s storedPage) error {
	p, err := unpack(s)
	if err != nil {
		return err
	}
	if wk.spare, err = wk.in.find(&p, wk.spare[:0]); err != nil {
		return err
	}
	if s.recent != nil {
		if err := p.cutDocs(s.recent); err != nil {
			return err
		}
		if wk.spare, err = wk.in.find(&p, wk.spare); err != nil {
			return err
		}
	}
	for _, d := range wk.spare { // a page that is split meanwhile comes again
		wk.in.drop(d.doc)
	}
	from, until := 0, p.runs // the runs that are not behind the start
	if wk.start != nil && wk.runs == 0 {
		at := p.holder(wk.start)
		if from = at; wk.q.backward() {
			from, until = 0, at+1
		}
	}
	var counts [pageRuns]int
	for _, d := range wk.spare {
		counts[d.run]++
	}
	wk.enqueue(counts[:], from, until)
	return nil
}

// enqueue appends what was found in some runs of a page to the queue, in the
// walk's direction. counts says how much there is of each run.
func (wk *walk) enqueue(counts []int, from, until int) {
	var ends [pageRuns]int // of each run in the queue, while it is filled
	end := len(wk.queue)
	for i := range until - from {
		run := from + i
		if wk.q.backward() {
			run = until - 1 - i
		}
		ends[run] = end
		end += counts[run]
		if i == 0 && wk.start != nil && wk.runs == 0 {
			wk.first = counts[run]
		}
	}
	wk.found += end - len(wk.queue)
	wk.queue = append(wk.queue, make([]runDoc, end-len(wk.queue))...)
	for _, d := range wk.spare {
		if d.run >= from && d.run < until {
			wk.queue[ends[d.run]] = runDoc{wk.runs + d.run, d.doc}
			ends[d.run]++
		}
	}
	wk.runs += pageRuns
}

// holder returns the run that holds a place, or the first.
func (p *packed) holder(place []byte) int {
	at := 0
	for at+1 < p.runs && bytes.Compare(p.lows[at+1], place) <= 0 {
		at++
	}
	return at
}
