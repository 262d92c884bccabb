package contacts

import (
	"strings"
	"unicode/utf8"

	"github.com/deskfolk/desk"
)

// The limits of a text that is looked for.
const (
	maxQuery = 200
	maxWords = 12
)

// Words returns the folded words of what a person typed: at most 12 words and
// 200 characters, else desk.Invalid.
func Words(text string) ([]string, error) {
	if !utf8.ValidString(text) {
		return nil, invalid("text", "The text is not valid UTF-8.")
	}
	if len(text) > maxQuery && utf8.RuneCountInString(text) > maxQuery {
		return nil, invalid("text", "Search for at most %d characters.", maxQuery)
	}
	words := strings.Fields(Fold(text))
	if len(words) > maxWords {
		return nil, invalid("text", "Search for at most %d words.", maxWords)
	}
	return words, nil
}

// Terms returns the needles of folded words (see [Words]), each in all classes.
func Terms(words []string, in []Class) [][]Needle { return terms(words, in, false, "") }

// SearchClasses returns the classes of a contact's text that the actor may
// search, but for custom fields.
func SearchClasses(a desk.Actor) []Class { return searchClasses(a, nil) }

// searchClasses returns the classes of text that the actor may search.
func searchClasses(a desk.Actor, defs []FieldDef) []Class {
	hidden := func(f field) bool { return accessTo(a, f) == desk.Hidden }
	cs := make([]Class, 0, 4+len(defs))
	// The names share a class: who may not see one of them cannot search any.
	if !hidden(fFirstName) && !hidden(fLastName) && !hidden(fDisplayName) {
		cs = append(cs, ClassName)
	}
	if !hidden(fCompany) {
		cs = append(cs, ClassCompany)
	}
	if !hidden(fEmail) && !hidden(fEmails) {
		cs = append(cs, ClassEmail)
	}
	if !hidden(fPhones) {
		cs = append(cs, ClassPhone)
	}
	for _, d := range defs {
		if d.Searchable && a.Access("contact.custom."+d.Key) != desk.Hidden {
			cs = append(cs, customClass(d.Key))
		}
	}
	return cs
}

// terms returns the needles of the words: each word in all classes, and the
// words that look like a phone number together, in its other spellings.
func terms(words []string, classes []Class, phones bool, region string) [][]Needle {
	ts := make([][]Needle, len(words))
	for i, w := range words {
		ts[i] = []Needle{{w, classes}}
	}
	if !phones {
		return ts
	}
	for i := 0; i < len(words); {
		n := i
		for n < len(words) && looksLikePhone(words[n]) {
			n++
		}
		if n == i {
			i++
			continue
		}
		spellings := phoneSpellings(words[i:n], region)
		for k := i; k < n; k++ {
			ts[k] = addPhoneNeedles(ts[k], words[k], spellings)
		}
		i = n
	}
	return ts
}

func addPhoneNeedles(term []Needle, word string, spellings []string) []Needle {
	in := []Class{ClassPhone}
	if d := digits(word); len(d) >= 3 && d != word {
		term = append(term, Needle{d, in})
	}
	for _, s := range spellings {
		if s != word {
			term = append(term, Needle{s, in})
		}
	}
	return term
}

// looksLikePhone reports whether the word has only digits and the signs that
// stand in phone numbers.
func looksLikePhone(w string) bool { return strings.Trim(w, "0123456789+()-./") == "" }

// phoneSpellings returns the digits of words that look like one number: as
// typed, without the zeros in front that are dialled within a country or to
// leave it, and in E.164.
func phoneSpellings(words []string, region string) []string {
	typed := strings.Join(words, "")
	d := digits(typed)
	if len(d) < 3 {
		return nil
	}
	out := []string{d}
	add := func(s string) {
		if len(s) < 3 {
			return
		}
		for _, o := range out {
			if o == s {
				return
			}
		}
		out = append(out, s)
	}
	add(strings.TrimPrefix(d, "00"))
	add(strings.TrimLeft(d, "0"))
	// People write +44 (0)20: the zero in brackets is not dialled from abroad.
	if plain := strings.Replace(typed, "(0)", "", 1); plain != typed {
		add(digits(plain))
	}
	if e164, ok := ParsePhone(strings.Join(words, " "), region); ok {
		add(e164[1:])
	}
	return out
}
