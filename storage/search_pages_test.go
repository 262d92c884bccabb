package storage

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/matryer/is"
	"pgregory.net/rapid"

	"github.com/deskfolk/desk"
)

// drawPage makes a page with docs of several higher halves.
func drawPage(t *rapid.T) *page {
	p := &page{}
	for i := range rapid.IntRange(1, pageRuns).Draw(t, "runs") {
		p.lows = append(p.lows, append(fmt.Appendf(nil, "%02d", i), rapid.SliceOfN(rapid.Byte(), 0, 5).Draw(t, "low")...))
	}
	p.docs = rapid.SliceOfDistinct(rapid.OneOf(rapid.Uint32Range(0, 300), rapid.Uint32()), rapid.ID).Draw(t, "docs")
	slices.Sort(p.docs)
	for range p.docs {
		p.tags = append(p.tags, uint16(rapid.IntRange(0, len(p.lows)-1).Draw(t, "tag"))) //nolint:gosec // small
	}
	return p
}

var samePage = cmp.Options{cmp.AllowUnexported(page{}), cmpopts.EquateEmpty()}

func stored(p *page) storedPage { return storedPage{low: p.lows[0], data: encodePage(p)} }

func TestPage_RoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawPage(t)
		got, err := decodePage(stored(p))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(p, got, samePage); diff != "" {
			t.Fatal(diff)
		}
	})
}

// What a search finds in a page without decoding it is what is there.
func TestPage_Find(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := drawPage(t)
		set := roaring.BitmapOf(rapid.SliceOf(rapid.OneOf(rapid.Uint32Range(0, 300), rapid.Uint32Range(1<<16, 1<<18))).Draw(t, "set")...)
		if len(p.docs) > 0 {
			set.AddMany(rapid.SliceOf(rapid.SampledFrom(p.docs)).Draw(t, "of the page"))
		}
		var want []runDoc
		for i, d := range p.docs {
			if set.Contains(d) {
				want = append(want, runDoc{int(p.tags[i]), d})
			}
		}
		in, err := unpack(stored(p))
		if err != nil {
			t.Fatal(err)
		}
		docs := setOf(set)
		got, err := docs.find(&in, nil)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(runDoc{}), cmpopts.EquateEmpty()); diff != "" || err != nil {
			t.Fatal(diff, err)
		}
		if diff := cmp.Diff(set.ToArray(), docs.docs(), cmpopts.EquateEmpty()); diff != "" || docs.count() != len(set.ToArray()) {
			t.Fatal("the set is another", diff)
		}
	})
}

// A damaged page is either read as some page or refused, with the error that
// says what to do; nothing panics.
func TestPage_Damaged(t *testing.T) {
	t.Parallel()
	read := func(t *rapid.T, data []byte) error {
		p, err := decodePage(storedPage{low: lowest, data: data})
		if err == nil {
			for _, tag := range p.tags {
				if int(tag) >= len(p.lows) {
					t.Fatalf("a doc in run %d of %d", tag, len(p.lows))
				}
			}
		} else if e := new(desk.Error); !errors.As(err, &e) || e.Kind != desk.Internal || e.Message != errDamaged.Message {
			t.Fatalf("the error is %v", err)
		}
		if in, err := unpack(storedPage{low: lowest, data: data}); err == nil {
			set := setOf(roaring.BitmapOf(1, 2, 3, 1<<16))
			if _, err2 := set.find(&in, nil); (err2 == nil) != (p != nil) {
				t.Fatalf("find and decode disagree: %v", err2)
			}
		}
		return err
	}
	rapid.Check(t, func(t *rapid.T) {
		data := encodePage(drawPage(t))
		switch rapid.IntRange(0, 2).Draw(t, "damage") {
		case 0: // cut short
			if read(t, data[:rapid.IntRange(0, len(data)-1).Draw(t, "length")]) == nil {
				t.Fatal("a part of a page was read")
			}
		case 1: // longer
			if read(t, append(data, rapid.SliceOfN(rapid.Byte(), 1, 9).Draw(t, "tail")...)) == nil {
				t.Fatal("a page with a tail was read")
			}
		case 2: // other bytes
			for range rapid.IntRange(1, 4).Draw(t, "bytes") {
				data[rapid.IntRange(0, len(data)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
			}
			_ = read(t, data)
		}
	})
}

// fill adds docs with random keys to an order as the index does, with some of
// them void by the time their run is cut, and returns all places.
func fill(t *testing.T, pages []*page, first, n int, places map[uint32][]byte) []*page {
	t.Helper()
	r := rand.New(rand.NewPCG(uint64(first), 7)) //nolint:gosec // a test
	var fresh []placed
	for i := range n {
		f := placed{place(fmt.Appendf(nil, "k%d", r.IntN(500)), fmt.Sprintf("contact_%08d", first+i)), uint32(first + i)} //nolint:gosec // small
		fresh, places[f.doc] = append(fresh, f), f.place
	}
	slices.SortFunc(fresh, comparePlaced)
	var all []storedPage
	for _, p := range pages {
		all = append(all, stored(p))
	}
	changed, _, err := deal(all, fresh, 0)
	if err != nil {
		t.Fatal(err)
	}
	next := map[string][]*page{}
	for _, p := range changed {
		p.cut(places)
		next[string(p.lows[0])] = p.split()
	}
	var out []*page
	for _, p := range pages {
		if ps := next[string(p.lows[0])]; ps != nil {
			out = append(out, ps...)
		} else {
			out = append(out, p)
		}
	}
	return out
}

// Pages that get too many runs are split, runs that get too many docs are cut,
// and each doc stays where its place is.
func TestPage_CutAndSplit(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	places := map[uint32][]byte{}
	pages := []*page{{lows: [][]byte{lowest}}}
	for step := range 40 {
		pages = fill(t, pages, 1+step*300, 300, places)
		var lows [][]byte
		docs := 0
		for i, p := range pages {
			is.True(len(p.lows) <= pageRuns)
			is.True(slices.Max(p.sizes()) <= maxRun)
			is.True(slices.IsSorted(p.docs))
			lows = append(lows, p.lows...)
			docs += len(p.docs)
			for k, d := range p.docs {
				run := int(p.tags[k])
				is.True(bytes.Compare(p.lows[run], places[d]) <= 0)
				switch {
				case run+1 < len(p.lows):
					is.True(bytes.Compare(places[d], p.lows[run+1]) < 0)
				case i+1 < len(pages):
					is.True(bytes.Compare(places[d], pages[i+1].lows[0]) < 0)
				}
			}
		}
		is.True(slices.IsSortedFunc(lows, bytes.Compare))
		is.Equal(len(slices.CompactFunc(lows, bytes.Equal)), len(lows))
		is.Equal(docs, (step+1)*300)
	}
	is.True(len(pages) > 4)
}

func TestPage_Split(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, pageRuns, pageRuns + 1, 2*pageRuns + 1, 300} {
		p := &page{}
		for i := range n {
			p.lows = append(p.lows, fmt.Appendf(nil, "%03d", i))
			p.docs, p.tags = append(p.docs, uint32(i)), append(p.tags, uint16(n-1-i)) //nolint:gosec // small
		}
		pages := p.split()
		if (len(pages) == 1) != (n <= pageRuns) {
			t.Fatalf("%d runs make %d pages", n, len(pages))
		}
		got := map[uint32]string{}
		for _, q := range pages {
			if len(q.lows) > pageRuns || len(q.lows) == 0 {
				t.Fatalf("%d runs make a page of %d", n, len(q.lows))
			}
			for i, d := range q.docs {
				got[d] = string(q.lows[q.tags[i]])
			}
		}
		for i := range n {
			if want := fmt.Sprintf("%03d", n-1-i); got[uint32(i)] != want { //nolint:gosec // small
				t.Fatalf("%d runs: doc %d is in run %s, not %s", n, i, got[uint32(i)], want)
			}
		}
	}
}

// Void docs go when their run is cut; joining keeps the rest in order.
func TestPage_Join(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	p := &page{lows: [][]byte{lowest, []byte("b"), []byte("c"), []byte("d"), []byte("e")}}
	for i, n := range []int{0, 40, 0, 10, 10} {
		for range n {
			p.docs, p.tags = append(p.docs, uint32(len(p.docs))), append(p.tags, uint16(i)) //nolint:gosec // small
		}
	}
	p.join()
	is.Equal(p.lows, [][]byte{lowest, []byte("b"), []byte("d")})
	is.Equal(p.sizes(), []int{0, 40, 20})
	many := &page{lows: [][]byte{lowest}}
	places := map[uint32][]byte{}
	for i := range uint32(maxRun + 1) {
		many.docs, many.tags = append(many.docs, i), append(many.tags, 0)
		if i%2 == 0 {
			places[i] = fmt.Appendf(nil, "%04d", i)
		}
	}
	many.cut(places)
	is.Equal(len(many.docs), maxRun/2+1)
}

func TestBetween(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{{"a", "b", "b"}, {"abc", "abdefg", "abd"}, {"ab", "abc", "abc"}, {"", "xyz", "x"}, {"a\x00id1", "a\x00id2", "a\x00id2"}} {
		if got := string(between([]byte(c[0]), []byte(c[1]))); got != c[2] {
			t.Errorf("between %q and %q: %q, want %q", c[0], c[1], got, c[2])
		}
	}
}
