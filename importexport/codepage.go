package importexport

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// plausible scores how well a text reads that was decoded from a single-byte
// charset: whole words of one script in usual case, and no signs inside them.
func plausible(text []byte) int {
	score, accents, plain := 0, 0, 0
	var word []rune
	end := func() {
		score += wordScore(word)
		if a := accented(word); a > 0 {
			accents += a
			plain += len(word) - a
		}
		word = word[:0]
	}
	for _, r := range string(text) {
		if r == utf8.RuneError || r >= 0x80 && r < 0xA0 {
			score -= 20
		}
		if r < 0x80 && !unicode.IsLetter(r) {
			end()
			continue
		}
		word = append(word, r)
	}
	end()
	if accents > 2*plain {
		score -= 9 * accents // no language has that many accents
	}
	return score
}

// alphabets are the letters outside ASCII of the languages that each code page
// was made for. A text in the wrong one has letters of several languages.
var alphabets = map[string][]string{
	"windows-1252": {"äöüß", "àâæçéèêëîïôœùûüÿ", "áéíñóúüºª", "áâãàçéêíóôõúü", "àèéìòù", "åäöé", "æøåéäöü", "áðéíóúýþæö", "éëïöüèá"},
	"windows-1250": {"ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž", "äöüß"},
	"windows-1254": {"çğıi̇öşüâîû"},
	"windows-1257": {"ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž"},
	"macintosh":    {"äöüß", "àâæçéèêëîïôœùûüÿ", "áéíñóúüºª", "áâãàçéêíóôõúü"},
}

// fluent scores how well the accented letters of a text fit one language of
// the code page.
func fluent(name string, text []byte) int {
	count := map[rune]int{}
	for _, r := range string(text) {
		if r >= 0x80 && unicode.Is(unicode.Latin, r) {
			count[unicode.ToLower(r)]++
		}
	}
	best, rare := 0, 0
	if name == "macintosh" { // files of the Macs before 2001
		for _, n := range count {
			rare += 3 * n
		}
	}
	for _, letters := range alphabets[name] {
		score := 0
		for r, n := range count {
			if strings.ContainsRune(letters, r) {
				score += 3 * n
			} else {
				score -= 6 * n
			}
		}
		best = max(best, score)
	}
	return best - rare
}

// accented counts the Latin letters outside ASCII.
func accented(word []rune) int {
	n := 0
	for _, r := range word {
		if r >= 0x80 && unicode.Is(unicode.Latin, r) {
			n++
		}
	}
	return n
}

// usual are the letters outside ASCII that names and places in Latin script
// have most; they decide between code pages that give letters both.
const usual = "äöüßéèáíóúñçâêôîûëïàãõåøæœÄÖÜÉÁÅØÇÓÍŒ" + "łśżźąęćńŁŚŻŹřžšč\u011bůýŘŽŠČőűŐŰşţăđĐĆľĽťŤďĎňŇŞŢ"

func wordScore(word []rune) int {
	score, foreign, latin, upper := 0, 0, 0, 0
	var script *unicode.RangeTable
	for i, r := range word {
		if i > 0 && unicode.IsUpper(r) && unicode.IsLower(word[i-1]) {
			upper++
		}
		if r < 0x80 {
			latin++
			continue
		}
		table := scriptOf(r)
		switch {
		case table == nil && i > 0 && i < len(word)-1 && r != '\u2019' && r != '\u00a0' && r != '\u2013':
			score -= 8 // a sign inside a word
		case table == nil:
			score -= 2
		case script != nil && table != script:
			score -= 8 // two scripts in one word
		default:
			script = table
			foreign++
			score += letterScore(r, table)
		}
	}
	if foreign > 0 {
		score -= 6 * upper
	}
	if script == nil || script == unicode.Latin {
		return score
	}
	return score + ownScript(word, foreign, latin, upper)
}

// ownScript rates a word that is not in Latin script: as a whole, as a name is
// written, and without the letters that stand elsewhere in a word.
func ownScript(word []rune, foreign, latin, upper int) int {
	score := -6 * min(latin, foreign)
	if foreign == len(word) && foreign > 2 && unicode.IsUpper(word[0]) && upper == 0 && unicode.IsLower(word[1]) {
		score += foreign // a name as it is written
	}
	if unicode.In(word[0], unicode.Cyrillic, unicode.Greek) && upper == 0 && unicode.IsLower(word[0]) {
		score -= foreign // Hebrew looks like these in lower case
	}
	for i, r := range word {
		if i > 0 && word[i-1] == 'ς' && unicode.IsLetter(r) || misplaced(word, i) {
			score -= 8
		}
	}
	if foreign == 1 && len(word) > 1 {
		score -= 4
	}
	return score
}

// misplaced reports whether a mark stands on no letter, or a Thai vowel that is
// written in front of its consonant has none.
func misplaced(word []rune, i int) bool {
	r := word[i]
	switch {
	case unicode.Is(unicode.Mn, r):
		return i == 0 || !unicode.IsLetter(word[i-1]) && (i == 1 || !unicode.IsLetter(word[i-2]))
	case r >= 0x0E40 && r <= 0x0E44:
		return i+1 == len(word) || word[i+1] < 0x0E01 || word[i+1] > 0x0E2E
	}
	return false
}

// letterScore rates one letter: a script of its own shows itself by whole
// words, Latin letters by being usual ones.
func letterScore(r rune, table *unicode.RangeTable) int {
	switch {
	case strings.ContainsRune("ΰΐϋϊ", r), strings.ContainsRune("ђѓѕіїјљњћќўџґє", r):
		return 0
	case table == unicode.Cyrillic, table == unicode.Greek:
		return 3
	case table != unicode.Latin:
		return 3
	case strings.ContainsRune(usual[:strings.Index(usual, "ł")], r):
		return 5
	case strings.ContainsRune(usual, r):
		return 4
	}
	return 1
}

func scriptOf(r rune) *unicode.RangeTable {
	for _, t := range []*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Hebrew, unicode.Arabic, unicode.Thai} {
		if unicode.Is(t, r) && r != 'ª' && r != 'º' {
			return t
		}
	}
	return nil
}
