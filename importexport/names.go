package importexport

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/deskfolk/desk/contacts"
)

// The fields that stand for a whole name.
const (
	fullName            = "full_name"
	fullNameFamilyFirst = "full_name_family_first"
)

// personName is a name in its parts. Display is the name as it was written
// where its parts do not say it all, or may be wrong.
type personName struct{ First, Last, Display string }

// splitName splits a whole name. familyFirst is the order of names that do not
// show theirs. One word is a first name. What is no name of a person (a
// company, an address, a number) stays a display name.
func splitName(written string, familyFirst bool) personName {
	if first, last, ok := twoWords(written); ok {
		if familyFirst {
			first, last = last, first
		}
		return personName{First: first, Last: last}
	}
	name := strings.Join(strings.Fields(strings.ReplaceAll(written, "\u3000", " ")), " ")
	switch {
	case name == "":
		return personName{}
	case !isPersonal(name):
		return personName{Display: name}
	}
	if script := writingOf(name); script != latin {
		return splitAsian(name, script)
	}
	bare, _, more := strings.Cut(name, " (")
	titles, core, suffix := trimName(bare)
	if core == "" {
		return personName{Display: name}
	}
	n, sure := splitCore(core, familyFirst)
	if len(titles) > 0 && n.Last == "" {
		n.First, n.Last = "", n.First // Mr. Smith
	}
	if !sure || !allOfWords(titles, isSalutation) || suffix != "" || more {
		n.Display = withoutSalutation(name)
	}
	return n
}

// twoWords splits what most names are: two words of English letters, neither
// of which is anything special. It does not allocate.
func twoWords(name string) (first, last string, ok bool) {
	first, last, ok = strings.Cut(name, " ")
	return first, last, ok && plainWord(first) && plainWord(last)
}

func plainWord(w string) bool {
	var low [24]byte
	if len(w) < 3 || len(w) > len(low) {
		return false
	}
	small := false
	for i := range len(w) {
		c := w[i]
		switch {
		case 'a' <= c && c <= 'z':
			small = true
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		case c == '\'':
		default:
			return false
		}
		low[i] = c
	}
	return small && !specialWords()[string(low[:len(w)])]
}

// specialWords are all words that are more than a part of a name.
var specialWords = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for _, set := range []map[string]bool{particles, conjunctions, compounds, salutations, titles, sureSuffixes, commaSuffixes, companyWords} {
		maps.Copy(all, set)
	}
	return all
})

// splitCore splits a name without titles and suffixes, and says whether its
// parts are sure to be right.
func splitCore(name string, familyFirst bool) (personName, bool) {
	if last, first, ok := strings.Cut(name, ","); ok {
		first, last = particlesFirst(strings.TrimSpace(first), strings.TrimSpace(last))
		return personName{First: first, Last: last}, !strings.Contains(first, ",") && first != "" && last != ""
	}
	words := strings.Fields(name)
	if len(words) == 1 {
		return personName{First: name}, true
	}
	if n, ok := splitCapitals(words); ok {
		return n, true
	}
	if order := orderOf(words); order != unknownOrder {
		familyFirst = order == familyNameFirst
	}
	if familyFirst {
		at := familyEnd(words)
		return personName{First: strings.Join(words[at:], " "), Last: strings.Join(words[:at], " ")}, at < len(words) && len(words) == 2
	}
	at, sure := familyBegin(words)
	return personName{First: strings.Join(words[:at], " "), Last: strings.Join(words[at:], " ")}, sure
}

// particlesFirst moves particles from behind the given name to where they
// belong: "Beethoven, Ludwig van" is called van Beethoven.
func particlesFirst(first, last string) (string, string) {
	words := strings.Fields(first)
	n := len(words)
	for n > 1 && isParticle(words[n-1]) && words[n-1] == strings.ToLower(words[n-1]) {
		n--
	}
	if n == len(words) {
		return first, last
	}
	return strings.Join(words[:n], " "), strings.Join(words[n:], " ") + " " + last
}

// splitCapitals splits a name whose family name alone is in capitals, as the
// French write it: "DUPONT Marie", "Marie DUPONT".
func splitCapitals(words []string) (personName, bool) {
	n := len(words)
	from, to := 0, 0
	for to < n && inCapitals(words[to]) {
		to++
	}
	if to == 0 {
		from, to = n, n
		for from > 0 && inCapitals(words[from-1]) {
			from--
		}
	}
	if to == from || to-from == n {
		return personName{}, false
	}
	rest := slices.Concat(words[:from], words[to:])
	if slices.ContainsFunc(rest, func(w string) bool { return inCapitals(w) || utf8.RuneCountInString(strings.Trim(w, ".")) < 2 }) {
		return personName{}, false
	}
	return personName{First: strings.Join(rest, " "), Last: strings.Join(words[from:to], " ")}, true
}

// inCapitals reports whether a word has three letters or more, all capitals.
// Shorter ones are rather initials.
func inCapitals(word string) bool {
	n := 0
	for _, r := range word {
		if unicode.IsLower(r) {
			return false
		}
		if unicode.IsUpper(r) {
			n++
		}
	}
	return n > 2
}

// familyBegin returns where the family name begins when it stands last: at its
// first particle, else with the last word.
func familyBegin(words []string) (int, bool) {
	n := len(words)
	if isParticle(words[0]) && words[0] == strings.ToLower(words[0]) {
		return 0, true // "de la Cruz" alone
	}
	for i := 1; i < n-1; i++ {
		if isConjunction(words[i]) && i > 1 {
			return i - 1, true // "Ortega y Gasset"
		}
		if isParticle(words[i]) {
			if i > 1 && iberianFamily[contacts.Fold(words[i-1])] && (i > 2 || !secondGiven[contacts.Fold(words[1])]) {
				return i - 1, false // "Núñez de la Vega"
			}
			return i, i == 1 || words[i] == strings.ToLower(words[i])
		}
	}
	if isCompound(words[0]) && n > 2 {
		return min(2, n-1), false // عبد الله, أبو بكر
	}
	if n > 2 && iberianFamily[contacts.Fold(words[n-2])] && (n > 3 || !secondGiven[contacts.Fold(words[1])]) {
		return n - 2, false // two family names
	}
	return n - 1, n == 2
}

// familyEnd returns where the family name ends when it stands first.
func familyEnd(words []string) int {
	i := 0
	for i < len(words)-2 && isParticle(words[i]) {
		i++
	}
	return i + 1
}

type nameOrder int

const (
	unknownOrder nameOrder = iota
	familyNameFirst
	familyNameLast
)

// orderOf tells the order of names that show it: Vietnamese ones by their
// family names, East Slavic ones by patronymics and endings.
func orderOf(words []string) nameOrder {
	if vietnamese(words) {
		return familyNameFirst
	}
	switch {
	case len(words) == 2 && (strings.HasPrefix(words[0], "al-") || strings.HasPrefix(words[0], "el-")), romanKorean(words):
		return familyNameFirst
	case len(words) == 3 && isPatronymic(words[2]):
		return familyNameFirst
	case len(words) == 3 && isPatronymic(words[1]):
		return familyNameLast
	case len(words) == 2 && slavicFamily(words[0]) && !slavicFamily(words[1]):
		return familyNameFirst
	case len(words) == 2 && slavicFamily(words[1]) && !slavicFamily(words[0]):
		return familyNameLast
	}
	return unknownOrder
}

// romanKorean knows "Kim Min-jun": a frequent family name, and two syllables.
func romanKorean(words []string) bool {
	if len(words) != 2 || !koreanRoman[strings.ToLower(words[0])] {
		return false
	}
	a, b, ok := strings.Cut(words[1], "-")
	return ok && a != "" && b != "" && b == strings.ToLower(b)
}

func vietnamese(words []string) bool {
	marked := slices.ContainsFunc(words, func(w string) bool { return strings.ContainsAny(strings.ToLower(w), vietnameseLetters) })
	return marked && len(words) > 1 && len(words) < 6 && vietnameseFamily[strings.ToLower(words[0])]
}

func isPatronymic(word string) bool {
	w := contacts.Fold(word)
	for _, end := range []string{"ович", "евич", "ыч", "овна", "евна", "ична", "инична", "івна", "ївна"} {
		if strings.HasSuffix(w, end) && utf8.RuneCountInString(w) > 5 {
			return true
		}
	}
	return false
}

func slavicFamily(word string) bool {
	w := contacts.Fold(word)
	for _, end := range []string{"ов", "ев", "ова", "ева", "ский", "ская", "скии", "цкии", "цкая", "енко", "чук", "ских"} {
		if strings.HasSuffix(w, end) && utf8.RuneCountInString(w) > utf8.RuneCountInString(end)+2 {
			return true
		}
	}
	return false
}

// trimName takes titles from the front of a name and suffixes from its end.
func trimName(name string) (titles []string, core, suffix string) {
	words := strings.Fields(name)
	for len(words) > 1 && isHonorific(words[0]) {
		titles, words = append(titles, words[0]), words[1:]
	}
	end := len(words)
	for end > 1 && isSuffix(words[end-1], strings.HasSuffix(words[end-2], ",")) {
		end--
	}
	suffix = strings.Join(words[end:], " ")
	core = strings.TrimRight(strings.Join(words[:end], " "), ", ")
	// "Weber, Dr. Anna": the title stands behind the comma.
	if last, first, ok := strings.Cut(core, ","); ok {
		rest := strings.Fields(first)
		for len(rest) > 1 && isHonorific(rest[0]) {
			titles, rest = append(titles, rest[0]), rest[1:]
		}
		core = last + ", " + strings.Join(rest, " ")
		if len(rest) == 0 {
			core = last
		}
	}
	return titles, core, suffix
}

// withoutSalutation is the name as written but for Herr, Mrs and the like.
func withoutSalutation(name string) string {
	words := strings.Fields(name)
	for len(words) > 1 && isSalutation(words[0]) {
		words = words[1:]
	}
	return strings.Join(words, " ")
}

func allOfWords(words []string, is func(string) bool) bool {
	return !slices.ContainsFunc(words, func(w string) bool { return !is(w) })
}

// isPersonal reports whether a text can be a person's name: it has letters, no
// digits, and no word that only companies have.
func isPersonal(name string) bool {
	letters := false
	for _, r := range name {
		if unicode.IsDigit(r) || strings.ContainsRune("@/&+=<>|", r) {
			return false
		}
		letters = letters || unicode.IsLetter(r)
	}
	if !letters || utf8.RuneCountInString(name) > 100 {
		return false
	}
	for word := range strings.FieldsSeq(contacts.Fold(name)) {
		if companyWords[strings.Trim(word, ".,()")] {
			return false
		}
	}
	for _, form := range companyForms {
		if strings.Contains(name, form) {
			return false
		}
	}
	return true
}

// composeName is a name with what stands before, between and behind its parts.
func composeName(prefix, first, middle, last, suffix string) string {
	var parts []string
	for _, p := range []string{prefix, first, middle, last} {
		if p = strings.TrimSpace(p); p != "" {
			parts = append(parts, p)
		}
	}
	name := strings.Join(parts, " ")
	if suffix = strings.TrimSpace(suffix); suffix != "" && name != "" {
		name += " " + suffix
	}
	return name
}
