package storage

import (
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
	"pgregory.net/rapid"
)

// The jobs that are complete when next is the next doc take up each block once
// on each level, and a late doc's row lies in one of them or in its own block.
func TestJoinJobs(t *testing.T) {
	t.Parallel()
	d := &Dialect{smallBlocks: 6}
	rapid.Check(t, func(t *rapid.T) {
		next := rapid.Int64Range(1, 1<<15).Draw(t, "next")
		taken := [levels + 1]uint32{}
		for n := int64(0); joinJob(n).complete(d, next); n++ {
			s := joinJob(n)
			if s.from != taken[s.level] || s.level > 1 && s.until > taken[s.level-1] {
				t.Fatal("a gap or an overlap", s, taken)
			}
			taken[s.level] = s.until
		}
		doc := uint32(rapid.Int64Range(0, next-1).Draw(t, "doc")) //nolint:gosec // it is small
		row := d.rowOf(doc, next)
		width := uint32(1)
		switch block := doc >> 6; {
		case block < taken[2]:
			width = 64
		case block < taken[1]:
			width = 8
		}
		if row != doc>>6/width*width {
			t.Fatal("row", row, "of doc", doc, "width", width)
		}
	})
}

// Joined rows have the docs of all.
func TestJoinTokens(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var have []tokenRow
		want := map[string]*roaring.Bitmap{}
		for _, token := range []string{"a", "b", "c"} {
			want[token] = roaring.New()
			for block := range rapid.Uint32Range(0, 4).Draw(t, "rows") {
				m := drawDocs(t, 3, token)
				if m.IsEmpty() {
					continue
				}
				want[token].Or(m)
				have = append(have, tokenRow{token, block, encode(t, m)})
			}
		}
		got, err := joinTokens(have)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range got {
			if m, err := decodeBitmap(row.docs); err != nil || !m.Equals(want[row.token]) {
				t.Fatal("not the docs of the rows", row.token, err)
			}
			delete(want, row.token)
		}
		for token, m := range want {
			if !m.IsEmpty() {
				t.Fatal("a token is missing", token)
			}
		}
	})
}
