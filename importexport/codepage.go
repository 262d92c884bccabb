package importexport

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// plausible scores how well the text reads in a single-byte charset: whole
// words of one script in usual case, and no signs inside them.
func plausible(c charset, lines []byte) int {
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
	for _, r := range string(c.decodeSample(lines)) {
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
	if accents > plain {
		score -= 9 * accents // no language has that many accents
	}
	return score
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
const usual = "äöüßéèáíóúñçâêôîûëïàãõåøæÄÖÜÉÁÅØÇÓÍ" + "łśżźąęćńŁŚŻŹřžšč\u011bůýŘŽŠČőűŐŰşţă"

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
	for i := 1; i < len(word); i++ {
		if word[i-1] == 'ς' && unicode.IsLetter(word[i]) {
			score -= 8
		}
	}
	if foreign == 1 && len(word) > 1 {
		score -= 4
	}
	return score
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
		return 4
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
