package storage

import (
	"slices"
	"strings"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
	"pgregory.net/rapid"
)

// TestAddDocs holds what is added to stored bitmaps as bytes against bitmaps
// that roaring makes.
func TestAddDocs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		next := rapid.Uint32Range(0, 5<<16).Draw(t, "from")
		want := roaring.New()
		var stored []byte
		for range rapid.IntRange(1, 6).Draw(t, "steps") {
			var docs []uint32
			gap := rapid.Uint32Range(1, 40).Draw(t, "gap")
			for range rapid.IntRange(1, 3000).Draw(t, "docs") {
				next += 1 + next*2654435761>>7%gap
				docs = append(docs, next)
			}
			want.AddMany(docs)
			var err error
			if stored, err = addDocs(stored, docs); err != nil {
				t.Fatal(err)
			}
			got, err := decodeBitmap(stored)
			if err != nil || !got.Equals(want) {
				t.Fatalf("not the docs that were added: %v", err)
			}
		}
		late := want.Minimum() // a dead doc comes after later ones
		stored, err := addDocs(stored, []uint32{late})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := decodeBitmap(stored); err != nil || !got.Equals(want) {
			t.Fatal("a doc that is there already changed the bitmap", err)
		}
	})
}

// TestGramKeys holds the grams against cutting each word by its letters.
func TestGramKeys(t *testing.T) {
	for _, text := range []string{"", "a", "ab", "abc d", "über 王秀英 𝕏yz", "+49 30", "\U0010ffff\U0010ffff\U0010ffff \ufffd\ufffd"} {
		var want, got []string
		for word := range strings.FieldsSeq(text) {
			letters := []rune(word)
			for i := range letters {
				for n := 1; n <= 3 && n <= i+1; n++ {
					want = append(want, string(letters[i+1-n:i+1]))
				}
			}
		}
		eachGramKey(text, func(k gramKey) { got = append(got, k.text()) })
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
