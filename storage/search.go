package storage

import (
	"bytes"
	"slices"
	"strings"

	"github.com/deskfolk/desk/contacts"
)

// The search index answers every list, whatever is asked, at a cost that does
// not depend on luck: not on how common a word is, nor on where in the order
// its matches lie. It is an inverted index of bitmaps kept in plain tables,
// the same on every database, so that no extension is needed and that a
// statement can enlist in a host's transaction.
//
//   - desk_search_entries has a row for each record of a realm ("contact",
//     "company"): its folded text by class, its facets, its sort keys. doc is
//     the number under which the index knows it, or 0 while it has none. Many
//     new entries get docs at once, see search_numbers.go, others from the
//     index. A change sets doc to 0; a doc is never given out twice.
//   - desk_search_docs has the next doc to give out, desk_search_state the
//     first that the bitmaps and orders do not have, or have in part only; see
//     search_step.go.
//   - desk_search_pending lists the entries without a doc. It is a table of its
//     own so that a planner with old statistics cannot take the entries for it.
//   - desk_search_stale lists docs that a change has made void, with the ids of
//     their records. Writers only insert into it: no two of them ever wait for
//     each other here, however long a host's transaction takes.
//   - desk_search_postings maps a token (a class and one to three letters that
//     stand in one of its words, or a facet) to the docs that have it, in
//     roaring bitmaps by block; see search_levels.go.
//   - desk_search_runs cuts each order into runs of some 30 to 250 docs with
//     neighbouring keys, so that the first matches of an order are found by
//     intersecting runs with the result, not by reading entries. A row is a
//     page of up to 16 runs, in a form that can be looked through as it is:
//     a result whose matches lie at the far end costs a look at all pages,
//     two and a half bytes for each doc.
//   - desk_search_recent has the docs of a page that came in since it was
//     written; see search_recent.go.
//
// A reader takes the void docs first, with the first doc that the bitmaps do
// not have, then the entries from that doc on, then the pending ones, then the bitmaps, then the entries by
// their docs. In this order, and without any transaction, a change that commits
// in between is seen at least once, or leaves a doc without its entry: then the
// search begins anew. What is seen twice is dropped by its id or doc.
//
// Grams are a sieve: entries that pass are compared with the words themselves
// before they count.

// The realms of the index.
const (
	contactRealm = "contact"
	companyRealm = "company"
)

// inRealm limits a statement to the workspace and realm that its first two
// arguments name.
const inRealm = `workspace_id = $1 AND realm = $2`

// maxKeys is the number of sort keys an entry can have.
const maxKeys = 6

// deadToken marks the docs whose entries have changed or gone.
const deadToken = "-dead"

// entry is what the index keeps of a record.
type entry struct {
	id     string
	text   []contacts.Line
	facets []string
	keys   [][]byte
	// fresh says that the record is known to be new.
	fresh bool
}

// lines writes a text as the entry keeps it: a line for each class, with the
// class and a tab in front.
func lines(text []contacts.Line) string {
	var b strings.Builder
	for _, l := range text {
		if l.Text == "" {
			continue
		}
		b.WriteString(string(l.Class))
		b.WriteByte('\t')
		b.WriteString(l.Text)
		b.WriteByte('\n')
	}
	return b.String()
}

// facetLines writes facets so that "\n"+facet+"\n" finds one.
func facetLines(facets []string) string {
	if len(facets) == 0 {
		return ""
	}
	return "\n" + strings.Join(facets, "\n") + "\n"
}

// search is a query of the index.
type search struct {
	realm  string
	terms  [][]contacts.Needle
	facets [][]string
	none   []string
	ranges []keyRange
	ids    []string
	// key is the number of the order's key.
	key           int
	desc          bool
	after, before *contacts.Position
	limit         int
	count         bool

	// vanished is set when an entry was gone under the doc that the bitmaps
	// have for it.
	vanished bool
}

// keyRange limits the key of an order.
type keyRange struct {
	key         int
	from, until []byte
}

// backward reports whether the walk goes from great keys to small ones.
func (q *search) backward() bool { return q.desc != (q.before != nil) }

// start is where the walk begins, or nil.
func (q *search) start() *contacts.Position {
	if q.before != nil {
		return q.before
	}
	return q.after
}

// hit is an entry that was found, at its place in the order.
type hit struct {
	key []byte
	id  string
}

func compareHits(a, b hit) int {
	if c := bytes.Compare(a.key, b.key); c != 0 {
		return c
	}
	return strings.Compare(a.id, b.id)
}

// ahead reports whether h lies behind the start, seen in the walk's direction.
func (q *search) ahead(h hit) bool {
	p := q.start()
	if p == nil {
		return true
	}
	c := compareHits(h, hit{p.Key, p.ID})
	return c != 0 && (c > 0) != q.backward()
}

// order sorts hits in the walk's direction and drops ids that came twice.
func (q *search) order(hits []hit) []hit {
	slices.SortFunc(hits, func(a, b hit) int {
		if q.backward() {
			a, b = b, a
		}
		return compareHits(a, b)
	})
	return slices.CompactFunc(hits, func(a, b hit) bool { return a.id == b.id })
}

// place is a hit's key and id as bytes that sort like the pair, for the bounds
// of pages and runs. Keys of one order either have no zero byte or all the same length.
func place(key []byte, id string) []byte {
	b := make([]byte, 0, len(key)+1+len(id))
	b = append(b, key...)
	b = append(b, 0)
	return append(b, id...)
}

// holds compares an entry's own text and facets with the query.
func (q *search) holds(text, facets string) bool {
	for _, anyOf := range q.facets {
		if !slices.ContainsFunc(anyOf, func(f string) bool { return strings.Contains(facets, "\n"+f+"\n") }) {
			return false
		}
	}
	for _, f := range q.none {
		if strings.Contains(facets, "\n"+f+"\n") {
			return false
		}
	}
	return q.textHolds(text)
}

// accepts compares an entry, all of it, with the query.
func (q *search) accepts(e *storedEntry) bool {
	return q.holds(e.text, e.facets) && q.inRanges(e.keys)
}

func (q *search) textHolds(text string) bool {
	for _, term := range q.terms {
		if !slices.ContainsFunc(term, func(n contacts.Needle) bool { return occurs(text, n) }) {
			return false
		}
	}
	return true
}

// occurs reports whether the needle stands in a line of one of its classes.
func occurs(text string, n contacts.Needle) bool {
	if !strings.Contains(text, n.Text) {
		return false
	}
	for line := range strings.Lines(text) {
		class, words, _ := strings.Cut(line, "\t")
		if slices.Contains(n.In, contacts.Class(class)) && strings.Contains(words, n.Text) {
			return true
		}
	}
	return false
}

// inRanges compares an entry's keys with the query's ranges.
func (q *search) inRanges(keys [maxKeys][]byte) bool {
	for _, r := range q.ranges {
		k := keys[r.key]
		if r.from != nil && bytes.Compare(k, r.from) < 0 || r.until != nil && bytes.Compare(k, r.until) >= 0 {
			return false
		}
	}
	return true
}
