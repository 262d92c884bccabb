package storage

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/deskfolk/desk"
)

// posting are the docs that one step gives a token, ascending.
type posting struct{ docs []uint32 }

func (p *posting) put(doc uint32) {
	if n := len(p.docs); n == 0 || p.docs[n-1] != doc {
		p.docs = append(p.docs, doc)
	}
}

// batch is what one step brings in: docs of one block. Its entries are taken apart by
// a goroutine of its own while the database works on others.
type batch struct {
	step    step
	bits    uint
	entries []storedEntry

	parts chan []storedEntry
	done  chan struct{}
	// Of the goroutine, until done is closed.
	docs *blockDocs
	err  error
	// postings are the docs by token, and names the tokens in their order, once
	// they were asked for.
	postings map[string]*posting
	names    []string
}

// blockDocs are the docs of tokens within a block. Grams are kept by their
// letters as numbers, which are found several times quicker than texts.
type blockDocs struct {
	grams  map[string]map[gramKey]*posting // by class
	others map[string]*posting
}

// gramsOf returns the grams of a class.
func (d *blockDocs) gramsOf(class string) map[gramKey]*posting {
	m := d.grams[class]
	if m == nil {
		m = map[gramKey]*posting{}
		d.grams[strings.Clone(class)] = m
	}
	return m
}

// put gives a doc to a token that is no gram.
func (d *blockDocs) put(token string, doc uint32) { putDoc(d.others, token, doc) }

func putDoc[K comparable](m map[K]*posting, key K, doc uint32) {
	p := m[key]
	if p == nil {
		p = &posting{}
		m[key] = p
	}
	p.put(doc)
}

// tokens returns the docs of all tokens.
func (d *blockDocs) tokens() map[string]*posting {
	all := d.others
	for class, grams := range d.grams {
		for k, p := range grams {
			all[gramToken(class, k.text())] = p
		}
	}
	return all
}

func newBatch(bits uint, s step) *batch {
	docs := &blockDocs{grams: map[string]map[gramKey]*posting{}, others: map[string]*posting{}}
	b := &batch{step: s, bits: bits, docs: docs, parts: make(chan []storedEntry, 4), done: make(chan struct{})}
	go b.run(b.parts)
	return b
}

func (b *batch) run(parts <-chan []storedEntry) {
	defer close(b.done)
	defer func() {
		// A goroutine that panics ends the process: a defect in one text must not.
		if v := recover(); v != nil {
			b.err = &desk.Error{Kind: desk.Internal, Message: "A record could not be brought into the search index.", Err: fmt.Errorf("panic: %v", v)}
			for range parts { // who adds must not wait
			}
		}
	}()
	for part := range parts {
		for i := range part {
			b.take(&part[i])
		}
	}
}

// add hands on entries with their docs; they are not to be changed any more.
func (b *batch) add(part []storedEntry) {
	if len(part) > 0 {
		b.parts <- part
	}
}

// close ends the goroutine and waits for it. It may be called again.
func (b *batch) close() {
	if b.parts != nil {
		close(b.parts)
		b.parts = nil
	}
	<-b.done
}

// take puts an entry's doc into the postings of its tokens.
func (b *batch) take(e *storedEntry) {
	doc := uint32(e.doc)
	d := b.docs
	for line := range strings.Lines(e.text) {
		class, words, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		grams := d.gramsOf(class)
		eachGramKey(words, func(k gramKey) { putDoc(grams, k, doc) })
	}
	for f := range strings.SplitSeq(strings.Trim(e.facets, "\n"), "\n") {
		d.put(facetToken(f), doc)
	}
}

// tokensAfter returns the tokens behind one, in the order of the table, and of
// locks. It waits until all entries are taken apart.
func (b *batch) tokensAfter(token string) ([]string, error) {
	if b.close(); b.err != nil {
		return nil, b.err
	}
	if b.postings == nil {
		b.postings = b.docs.tokens()
		b.names = slices.Sorted(maps.Keys(b.postings))
	}
	at, found := slices.BinarySearch(b.names, token)
	if found {
		at++
	}
	return b.names[at:], nil
}

// mergeBlock adds docs to the postings of tokens within a block, which begins with these
// docs or may have others: while the bitmaps of some
// tokens are computed, the database reads those of the next and writes those
// of the ones before.
func (r *rows) mergeBlock(ctx context.Context, w desk.WorkspaceID, realm string, block uint32, names []string, ps map[string]*posting, begins bool) error {
	to := postingTable
	if begins {
		to = newPostingTable
	}
	var before *merged
	for names := range slices.Chunk(names, listPart) {
		var have map[string][]byte
		var err error
		if !begins {
			have, err = r.blockPostings(ctx, w, realm, block, names)
		}
		if err != nil {
			return err
		}
		now := merge(names, ps, have)
		if err := r.writePostings(ctx, w, realm, to, block, before); err != nil {
			return err
		}
		before = now
	}
	return r.writePostings(ctx, w, realm, to, block, before)
}

func (r *rows) blockPostings(ctx context.Context, w desk.WorkspaceID, realm string, block uint32, tokens []string) (map[string][]byte, error) {
	query := lookUp{columns: "token, docs", table: "desk_search_postings", where: inRealm + ` AND block = $3`, column: "token", n: 4}
	rs, err := r.query(ctx, query.sql(r.d), string(w), realm, block, r.d.texts(tokens))
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	out := make(map[string][]byte, len(tokens))
	for rs.Next() {
		var token string
		var docs []byte
		if err := rs.Scan(&token, &docs); err != nil {
			return nil, r.mapError(err)
		}
		out[token] = docs
	}
	return out, r.mapError(rs.Err())
}

// merged are the bitmaps of some tokens, as they are to be written.
type merged struct {
	names []string
	docs  [][]byte
	err   error
	done  chan struct{}
}

// merge computes bitmaps in a goroutine of its own.
func merge(names []string, ps map[string]*posting, have map[string][]byte) *merged {
	m := &merged{names: names, docs: make([][]byte, len(names)), done: make(chan struct{})}
	go func() {
		defer close(m.done)
		defer func() {
			if v := recover(); v != nil {
				m.err = &desk.Error{Kind: desk.Internal, Message: "The search index could not be brought up to date.", Err: fmt.Errorf("panic: %v", v)}
			}
		}()
		for i, t := range names {
			if m.docs[i], m.err = addDocs(have[t], ps[t].docs); m.err != nil {
				return
			}
		}
	}()
	return m
}

func (r *rows) writePostings(ctx context.Context, w desk.WorkspaceID, realm string, to *table, block uint32, m *merged) error {
	if m == nil {
		return nil
	}
	if <-m.done; m.err != nil {
		return m.err
	}
	return r.insert(ctx, to, len(m.names), func(i int, v []any) {
		v[0], v[1], v[2], v[3], v[4] = string(w), realm, m.names[i], int64(block), m.docs[i]
	})
}
