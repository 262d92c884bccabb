package storage

import (
	"slices"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
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

// everyOther are docs that neither an array nor runs keep well.
var everyOther = func() *roaring.Bitmap {
	m := roaring.New()
	for doc := uint32(0); doc < 1<<16; doc += 2 {
		m.Add(doc)
	}
	return m
}()

// drawDocs draws docs of some higher halves: a few, many, or runs of them.
func drawDocs(t *rapid.T, highs int, label string) *roaring.Bitmap {
	m, size := roaring.New(), uint64(1)<<16
	for range rapid.IntRange(1, highs).Draw(t, label+": higher halves") {
		first := rapid.Uint64Range(0, 7).Draw(t, "higher half") << 16
		for range rapid.IntRange(0, 5).Draw(t, label+": runs") {
			from := rapid.Uint64Range(0, size-1).Draw(t, "from")
			m.AddRange(first+from, first+rapid.Uint64Range(from, size).Draw(t, "until"))
		}
		if rapid.Bool().Draw(t, label+": every other") {
			m.Or(roaring.AddOffset(everyOther, uint32(first))) //nolint:gosec // it is small
		}
		for _, d := range rapid.SliceOfN(rapid.Uint64Range(0, size-1), 0, 50).Draw(t, label+": single ones") {
			m.Add(uint32(first + d)) //nolint:gosec // it is small
		}
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

// containers returns what is stored of docs, by their higher halves.
func containers(t *rapid.T, m *roaring.Bitmap) map[uint16][]container {
	out := map[uint16][]container{}
	if m.IsEmpty() {
		return out // nothing is stored of such
	}
	if err := eachContainer(encode(t, m), func(high uint16, c container) { out[high] = append(out[high], c) }); err != nil {
		t.Fatal(err)
	}
	return out
}

// Windows hold what roaring's bitmaps do.
func TestWindow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawDocs(t, 4, "a"), drawDocs(t, 4, "b")
		storedA, storedB := containers(t, a), containers(t, b)
		check := func(what string, change func(v, o *window), want *roaring.Bitmap) {
			var s docSet
			for high := range uint16(8) {
				v, o := s.part(uint32(high)<<16), new(window)
				for _, c := range storedA[high] {
					if err := v.add(c); err != nil {
						t.Fatal(err)
					}
				}
				for _, c := range storedB[high] {
					if err := o.add(c); err != nil {
						t.Fatal(err)
					}
				}
				change(v, o)
			}
			if !slices.Equal(want.ToArray(), s.docs()) {
				t.Fatal(what, "not the docs of", want)
			}
		}
		check("and", func(v, o *window) {
			if some := v.and(o); some != (*v != window{}) {
				t.Fatal("and: some", some)
			}
		}, roaring.And(a, b))
		check("or", (*window).or, roaring.Or(a, b))
		check("and not", (*window).andNot, roaring.AndNot(a, b))
	})
}

// A damaged bitmap is read as some docs or refused.
func TestWindow_Damaged(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := drawDocs(t, 6, "docs")
		if m.IsEmpty() {
			return
		}
		data := encode(t, m)
		for range rapid.IntRange(0, 4).Draw(t, "bytes") {
			data[rapid.IntRange(0, min(len(data)-1, 100)).Draw(t, "at")] = rapid.Byte().Draw(t, "byte")
		}
		data = data[:rapid.IntRange(0, len(data)).Draw(t, "length")]
		var v window
		err := eachContainer(data, func(_ uint16, c container) {
			if err := v.add(c); err != nil && desk.KindOf(err) != desk.Internal {
				t.Fatal(err)
			}
		})
		if err != nil && desk.KindOf(err) != desk.Internal {
			t.Fatal(err)
		}
	})
}

// A program finds what the clauses say, whatever the order of their tokens.
func TestCombine(t *testing.T) {
	t.Parallel()
	const tokens = 6
	rapid.Check(t, func(t *rapid.T) {
		parts, maps := map[uint16]postings{}, make([]*roaring.Bitmap, tokens)
		for i := range maps {
			maps[i] = drawDocs(t, 2, "token")
			for high, cs := range containers(t, maps[i].Clone()) {
				if parts[high] == nil {
					parts[high] = make(postings, tokens)
				}
				parts[high][i] = cs
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
		got, err := p.run(parts)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(want.ToArray(), got.docs()) {
			t.Fatal("not the docs of", want)
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
