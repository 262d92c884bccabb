package storage

import (
	"slices"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/deskfolk/desk"
)

// setOf returns a set of docs.
func setOf(m *roaring.Bitmap) docSet {
	var s docSet
	for _, doc := range m.ToArray() {
		s.put(doc)
	}
	return s
}

// drawBlock draws docs of a block: a few, many, or runs of them.
func drawBlock(t *rapid.T, block uint32, bits uint, label string) *roaring.Bitmap {
	m, first, size := roaring.New(), uint64(block)<<bits, uint64(1)<<bits
	for range rapid.IntRange(0, 5).Draw(t, label+": runs") {
		from := rapid.Uint64Range(0, size-1).Draw(t, "from")
		m.AddRange(first+from, first+rapid.Uint64Range(from, size).Draw(t, "until"))
	}
	if rapid.Bool().Draw(t, label+": every other") {
		for doc := uint64(0); doc < size; doc += 2 {
			m.Add(uint32(first + doc)) //nolint:gosec // it is small
		}
	}
	for _, d := range rapid.SliceOfN(rapid.Uint64Range(0, size-1), 0, 50).Draw(t, label+": single ones") {
		m.Add(uint32(first + d)) //nolint:gosec // it is small
	}
	return m
}

func encode(t *rapid.T, m *roaring.Bitmap) []byte {
	if rapid.Bool().Draw(t, "as runs") {
		m.RunOptimize()
	}
	b, err := m.ToBytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Windows hold what roaring's bitmaps do.
func TestWindow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		bits := rapid.SampledFrom([]uint{7, 12, 15, 16}).Draw(t, "bits")
		block := rapid.Uint32Range(0, 1<<20>>bits).Draw(t, "block")
		a, b := drawBlock(t, block, bits, "a"), drawBlock(t, block, bits, "b")
		if a.IsEmpty() || b.IsEmpty() {
			return // nothing is stored of such
		}
		read := func(m *roaring.Bitmap) *window {
			v := newWindow(bits)
			v.at(block)
			if err := v.add(encode(t, m)); err != nil {
				t.Fatal(err)
			}
			return &v
		}
		check := func(what string, got *window, want *roaring.Bitmap) {
			var s docSet
			s.add(got, block)
			if diff := cmp.Diff(want.ToArray(), s.docs(), cmpopts.EquateEmpty()); diff != "" {
				t.Fatal(what, diff)
			}
		}
		both := roaring.And(a, b)
		v := read(a)
		if some := v.and(read(b)); some == both.IsEmpty() {
			t.Fatal("and: some", some)
		}
		check("and", v, both)
		v = read(a)
		v.or(read(b))
		check("or", v, roaring.Or(a, b))
		v = read(a)
		v.andNot(read(b))
		check("and not", v, roaring.AndNot(a, b))
	})
}

// A damaged bitmap is read as some docs of the block or refused.
func TestWindow_Damaged(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := drawBlock(t, 3, 12, "docs")
		if m.IsEmpty() {
			return
		}
		data := encode(t, m)
		for range rapid.IntRange(0, 4).Draw(t, "bytes") {
			data[rapid.IntRange(0, len(data)-1).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		}
		data = data[:rapid.IntRange(0, len(data)).Draw(t, "length")]
		v := newWindow(12)
		v.at(3)
		if err := v.add(data); err != nil && desk.KindOf(err) != desk.Internal {
			t.Fatal(err)
		}
	})
}

// A program finds what the clauses say, whatever the order of their tokens.
func TestCombine(t *testing.T) {
	t.Parallel()
	const tokens, bits, block = 6, 12, 5
	rapid.Check(t, func(t *rapid.T) {
		have, maps := make(postings, tokens), make([]*roaring.Bitmap, tokens)
		for i := range maps {
			if maps[i] = drawBlock(t, block, bits, "token"); !maps[i].IsEmpty() {
				have[i] = encode(t, maps[i].Clone())
			}
		}
		group := rapid.SliceOfNDistinct(rapid.IntRange(0, tokens-1), 1, 4, rapid.ID)
		p := &program{
			clauses: rapid.SliceOfN(rapid.SliceOfN(group, 0, 3), 1, 3).Draw(t, "clauses"),
			none:    rapid.SliceOfN(rapid.IntRange(0, tokens-1), 0, 2).Draw(t, "none"),
		}
		var want *roaring.Bitmap
		for _, clause := range p.clauses {
			found := roaring.New()
			for _, group := range clause {
				one := maps[group[0]].Clone()
				for _, n := range group {
					one.And(maps[n])
				}
				found.Or(one)
			}
			if want == nil {
				want = found
			}
			want.And(found)
		}
		for _, n := range p.none {
			want.AndNot(maps[n])
		}
		c := newCombiner(p, bits)
		if err := c.block(have, block); err != nil {
			t.Fatal(err)
		}
		var got docSet
		got.add(&c.all, block)
		if diff := cmp.Diff(want.ToArray(), got.docs(), cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestDocSet(t *testing.T) {
	t.Parallel()
	docs := rapid.SliceOf(rapid.OneOf(rapid.Uint32Range(0, 100), rapid.Uint32Range(1<<16-9, 1<<18)))
	rapid.Check(t, func(t *rapid.T) {
		a, b := roaring.BitmapOf(docs.Draw(t, "a")...), roaring.BitmapOf(docs.Draw(t, "b")...)
		s := setOf(a)
		for _, doc := range docs.Draw(t, "dropped") {
			s.drop(doc)
			a.Remove(doc)
		}
		s.and(setOf(b))
		a.And(b)
		if want := a.ToArray(); !slices.Equal(want, s.docs()) || s.count() != len(want) {
			t.Fatalf("got %v, want %v", s.docs(), want)
		}
	})
}
