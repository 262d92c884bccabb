package contacts

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold returns the text as search and sorting compare it: without case,
// accents and vowel points, in one width of letters, with plain digits and
// apostrophes, and with single spaces between words and none at the ends.
// Marks that make another letter (Japanese voicing, Indic vowels) stay.
// Folding a folded text changes nothing.
func Fold(s string) string {
	switch foldability(s) {
	case folded:
		return s
	case foldASCII:
		return foldPlain(s)
	}
	// Composing and mapping may make a letter that folds again (a ligature of
	// a ligature); twice is enough for all of Unicode, which a test proves.
	t := foldOnce(s)
	if u := foldOnce(t); u != t {
		return u
	}
	return t
}

const (
	folded = iota
	foldASCII
	foldUnicode
)

// foldability tells whether s is folded already, or needs the slow way.
func foldability(s string) int {
	kind := folded
	space := true
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= utf8.RuneSelf:
			return foldUnicode
		case c == ' ':
			if space {
				kind = foldASCII
			}
			space = true
			continue
		case c < ' ', c == 0x7f, c == '`', 'A' <= c && c <= 'Z':
			kind = foldASCII
		}
		space = false
	}
	if space && s != "" {
		kind = foldASCII
	}
	return kind
}

// foldPlain folds a text of ASCII only.
func foldPlain(s string) string {
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		c := s[i]
		switch {
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		case c == '`':
			c = '\''
		case c <= ' ', c == 0x7f:
			if len(b) == 0 || b[len(b)-1] == ' ' {
				continue
			}
			c = ' '
		}
		b = append(b, c)
	}
	if n := len(b); n > 0 && b[n-1] == ' ' {
		b = b[:n-1]
	}
	return string(b)
}

func foldOnce(s string) string {
	// Alone it is an apostrophe to whoever types it; NFKD would make it a space
	// and an accent. U+1FFD is the same sign, as Greek has it.
	s = strings.ReplaceAll(strings.ReplaceAll(s, "´", "'"), "\u1ffd", "'")
	var b strings.Builder
	b.Grow(len(s))
	space := true
	for _, r := range norm.NFKD.String(s) {
		t, ok := foldRune(r)
		if !ok {
			continue
		}
		if t == ' ' {
			if !space {
				b.WriteByte(' ')
			}
			space = true
			continue
		}
		space = false
		if t == -1 {
			b.WriteString(foldExtra[r])
			continue
		}
		b.WriteRune(t)
	}
	return norm.NFC.String(strings.TrimSuffix(b.String(), " "))
}

// foldRune folds a decomposed rune. The result -1 stands for several letters
// in foldExtra; ok is false for a rune that is left out.
func foldRune(r rune) (t rune, ok bool) {
	switch {
	case r < utf8.RuneSelf:
		switch {
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A', true
		case r == '`':
			return '\'', true
		case r <= ' ', r == 0x7f:
			return ' ', true
		}
		return r, true
	case r == utf8.RuneError:
		return r, true
	case isDroppedMark(r), unicode.Is(unicode.Cf, r), r == 0x0640:
		return 0, false
	case unicode.IsSpace(r), unicode.Is(unicode.Z, r), unicode.IsControl(r):
		return ' ', true
	}
	if x, ok := foldLetter[r]; ok {
		return x, true
	}
	if _, ok := foldExtra[r]; ok {
		return -1, true
	}
	if d, ok := decimal(r); ok {
		return d, true
	}
	l := unicode.ToLower(r)
	if x, ok := foldLetter[l]; ok {
		return x, true
	}
	return l, true
}

// isDroppedMark reports whether r is an accent or a vowel point. Voicing marks
// of kana and the vowels of scripts that cannot be read without them are not.
func isDroppedMark(r rune) bool {
	switch {
	case r == 0x3099, r == 0x309a:
		return false
	case 0x0300 <= r && r <= 0x036f:
		return true
	case !unicode.Is(unicode.Mn, r) && !unicode.Is(unicode.Me, r):
		return false
	}
	return unicode.Is(unicode.Inherited, r) || unicode.Is(unicode.Common, r) ||
		unicode.Is(unicode.Hebrew, r) || unicode.Is(unicode.Arabic, r) || unicode.Is(unicode.Cyrillic, r) ||
		unicode.Is(unicode.Greek, r) || unicode.Is(unicode.Latin, r) || unicode.Is(unicode.Syriac, r)
}

// decimal returns the ASCII digit of a decimal digit of any script.
func decimal(r rune) (rune, bool) {
	if !unicode.Is(unicode.Nd, r) {
		return 0, false
	}
	for _, t := range unicode.Nd.R16 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return '0' + (r-rune(t.Lo))%10, true
		}
	}
	for _, t := range unicode.Nd.R32 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return '0' + (r-rune(t.Lo))%10, true
		}
	}
	return 0, false
}

// foldLetter are letters that people look for by a plainer one although
// Unicode does not decompose them. Keys are lower-case or have no case.
var foldLetter = map[rune]rune{
	'ł': 'l', 'ø': 'o', 'đ': 'd', 'ħ': 'h', 'ı': 'i', 'ŧ': 't', 'ð': 'd', 'ŋ': 'n', 'ĸ': 'k',
	'ɓ': 'b', 'ɗ': 'd', 'ƙ': 'k', 'ƴ': 'y', 'ə': 'e', 'ɛ': 'e', 'ɔ': 'o', 'ɨ': 'i', 'ʉ': 'u',
	'Ł': 'l', 'Ø': 'o', 'Đ': 'd', 'Ħ': 'h', 'Ŧ': 't', 'Ð': 'd', 'Ŋ': 'n',
	'Ɓ': 'b', 'Ɗ': 'd', 'Ƙ': 'k', 'Ƴ': 'y', 'Ə': 'e', 'Ɛ': 'e', 'Ɔ': 'o', 'Ɨ': 'i', 'Ʉ': 'u',
	'ς': 'σ',
	// Persian, Urdu and Arabic keyboards write these letters differently.
	'ى': 'ي', 'ی': 'ي', 'ک': 'ك', 'ة': 'ه', 'ٱ': 'ا',
	'’': '\'', '‘': '\'', '‛': '\'', 'ʼ': '\'', 'ʻ': '\'', 'ʹ': '\'', '′': '\'',
	'“': '"', '”': '"', '„': '"',
	'‐': '-', '‑': '-', '‒': '-', '–': '-', '—': '-', '―': '-', '−': '-',
}

// foldExtra are letters that become several.
var foldExtra = map[rune]string{
	'æ': "ae", 'Æ': "ae", 'œ': "oe", 'Œ': "oe", 'ß': "ss", 'ẞ': "ss", 'þ': "th", 'Þ': "th",
}
