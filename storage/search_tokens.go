package storage

import (
	"strings"
	"unicode/utf8"

	"github.com/deskfolk/desk/contacts"
)

// maxGrams is how many grams of one needle are looked up. A longer needle is
// sampled: entries are compared with the whole of it afterwards.
const maxGrams = 6

// eachGram calls fn with all runs of one, two and three letters that stand
// within a word of text. Words are separated by single spaces.
func eachGram(text string, fn func(gram string)) {
	for word := range strings.SplitSeq(text, " ") {
		var last, last2 int // where the letter before this one begins, and the one before that
		n := 0
		for i, r := range word {
			end := i + utf8.RuneLen(r)
			fn(word[i:end])
			if n >= 1 {
				fn(word[last:end])
			}
			if n >= 2 {
				fn(word[last2:end])
			}
			last2, last = last, i
			n++
		}
	}
}

// gramToken is the token of a gram in a class.
func gramToken(class, gram string) string { return class + gramSeparator + gram }

// facetToken is the token of a facet.
func facetToken(f string) string { return facetMark + f }

// What tokens are put together with.
const (
	gramSeparator = "\t"
	facetMark     = "="
)

// needleGrams returns the grams to look a needle up by, and whether having
// them all proves that the needle occurs.
func needleGrams(text string) (grams []string, proof bool) {
	runes := []rune(text)
	if len(runes) <= 3 {
		return []string{text}, true
	}
	last := len(runes) - 3
	if last < maxGrams {
		for i := range last + 1 {
			grams = append(grams, string(runes[i:i+3]))
		}
		return grams, false
	}
	for i := range maxGrams {
		at := i * last / (maxGrams - 1)
		grams = append(grams, string(runes[at:at+3]))
	}
	return grams, false
}

// needleTokens returns the tokens of a needle in one class.
func needleTokens(class contacts.Class, grams []string) []string {
	out := make([]string, len(grams))
	for i, g := range grams {
		out[i] = gramToken(string(class), g)
	}
	return out
}

// tokens returns all tokens the query asks for, each once.
func (q *search) tokens() []string {
	seen := map[string]bool{deadToken: true}
	add := func(ts ...string) {
		for _, t := range ts {
			seen[t] = true
		}
	}
	for _, anyOf := range q.facets {
		for _, f := range anyOf {
			add(facetToken(f))
		}
	}
	for _, f := range q.none {
		add(facetToken(f))
	}
	for _, term := range q.terms {
		for _, n := range term {
			grams, _ := needleGrams(n.Text)
			for _, c := range n.In {
				add(needleTokens(c, grams)...)
			}
		}
	}
	out := make([]string, 0, len(seen))
	for t := range seen {
		out = append(out, t)
	}
	return out
}

// unproven reports whether entries have to be compared with the words.
func (q *search) unproven() bool {
	for _, term := range q.terms {
		for _, n := range term {
			if _, proof := needleGrams(n.Text); !proof {
				return true
			}
		}
	}
	return false
}
