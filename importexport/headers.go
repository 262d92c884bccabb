package importexport

import (
	"strings"
	"sync"
	"unicode"

	"github.com/deskfolk/desk/contacts"
)

// role says how a column takes part when it is more than the value of a field.
type role uint8

const (
	plainRole role = iota
	// labelsRole is a column with the labels of another one's values.
	labelsRole
	// nameRole is a word that means the whole name or, beside a column with
	// the other part, the first or last name: Name, Nombre, Nom, 名前.
	nameRole
	// titleRole is what stands before a name, or a job title: Title, Titel.
	titleRole
	// kindRole is the kind if the values are kinds: Type.
	kindRole
	// stateRole is part of an address if there is more of one: State.
	stateRole
	// countryRole is a country unless the values are calling codes.
	countryRole
	// oppositeRole is a flag that says the opposite of the field.
	oppositeRole
	// ignoredRole is known, and nothing that a contact has.
	ignoredRole
	// forbiddenRole is what only the library sets (R92).
	forbiddenRole
	// weakRole is read if no other column is for the field.
	weakRole
	// serviceRole is a department in French, and nothing we know elsewhere.
	serviceRole
	// foreignRole could be a field, if its values were ours.
	foreignRole
)

// target is what a header says.
type target struct {
	field string
	role  role
	// label is that of an entry of a list.
	label string
	// group and the number in the header tell which columns belong together:
	// values and their labels, the parts of one address.
	group string
	// inverted reads a flag the other way round; see oppositeRole.
	inverted bool
}

// spelling is a target and the headers that mean it, parted by bars. They are
// written as products and people write them; nameKey makes them comparable.
// A # stands for a number.
type spelling struct {
	target
	words string
}

// nameKey is what two headers have in common that mean the same: the letters
// and digits, folded as searches fold them. "E-mail 1 - Value", "e-mail 1
// value" and "EMAIL1VALUE" are one.
func nameKey(header string) string {
	folded := contacts.Fold(header)
	plain := true
	for i := range len(folded) {
		if c := folded[i]; c < 'a' || c > 'z' {
			plain = false
			break
		}
	}
	if plain {
		return folded
	}
	var b strings.Builder
	b.Grow(len(folded))
	for _, r := range folded {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '#' || r == 'ー' {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// numbered takes the first number of one or two digits out of a key. It is 0
// when there is none.
func numbered(key string) (pattern, bare string, n int) {
	isDigit := func(r rune) bool { return '0' <= r && r <= '9' }
	from := strings.IndexFunc(key, isDigit)
	if from < 0 {
		return key, key, 0
	}
	to := from
	for ; to < len(key) && isDigit(rune(key[to])); to++ {
		n = n*10 + int(key[to]-'0')
		if to-from == 2 {
			return key, key, 0
		}
	}
	return key[:from] + "#" + key[to:], key[:from] + key[to:], n
}

// maxHeader is the longest header that is looked at, in bytes.
const maxHeader = 200

// knownHeader returns what a header means by the tables of spellings, and the
// number in it.
func knownHeader(header string) (t target, n int, ok bool) {
	if len(header) > maxHeader {
		return target{}, 0, false
	}
	key := nameKey(header)
	if key == "" {
		return target{}, 0, false
	}
	table := headerTable()
	if t, ok = table[key]; ok {
		return t, 0, true
	}
	pattern, bare, n := numbered(key)
	if n == 0 {
		return target{}, 0, false
	}
	if t, ok = table[pattern]; ok {
		return t, n, true
	}
	t, ok = table[bare]
	// "Name 2" is no name, and "City 2" no city: only what there can be more of.
	if ok && !isList(t.field) && listOf(t.field) == "" && t.role != ignoredRole && n > 1 {
		return target{}, 0, false
	}
	return t, n, ok
}

// headerTable is all spellings by their keys. What stands in an earlier table
// wins over a later one.
var headerTable = sync.OnceValue(func() map[string]target {
	table := map[string]target{}
	for _, list := range [][]spelling{
		forbiddenHeaders, nameHeaders, emailHeaders, phoneHeaders, workHeaders, addressHeaders, otherHeaders, ignoredHeaders,
	} {
		for _, s := range list {
			for word := range strings.SplitSeq(s.words, "|") {
				addSpelling(table, word, s.target)
			}
		}
	}
	for _, v := range vocabularies {
		v.compose(table)
	}
	return table
})

func addSpelling(table map[string]target, word string, t target) {
	if key := nameKey(word); key != "" {
		if _, has := table[key]; !has {
			table[key] = t
		}
	}
}
