package notify

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// oneLine makes one line of a text from outside: control characters, line
// separators and those that turn the direction of text become spaces.
func oneLine(s string) string {
	bad := func(r rune) bool {
		return unicode.IsControl(r) || r == utf8.RuneError || r == 0x2028 || r == 0x2029 ||
			0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069
	}
	if strings.IndexFunc(s, bad) >= 0 {
		s = strings.Map(func(r rune) rune {
			if bad(r) {
				return ' '
			}
			return r
		}, s)
	}
	if s == "" || s[0] != ' ' && s[len(s)-1] != ' ' && !strings.Contains(s, "  ") {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}

// What is taken out of errors before they are kept or shown: addresses, links,
// and what is long enough to be a number of a phone or a token.
var (
	anAddress = regexp.MustCompile(`[^\s<>"',;:()\[\]]+@[^\s<>"',;:()\[\]]+`)
	aLink     = regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*://[^\s"'<>]+`)
	aNumber   = regexp.MustCompile(`\+?\d[\d ().-]{6,}\d`)
	aToken    = regexp.MustCompile(`[A-Za-z0-9_\-+/=.]{24,}`)
)

// maxError is how many characters of an error are kept.
const maxError = 300

// Redact makes a text of a server or sender fit to be kept and shown: one line
// of at most 300 characters, without addresses, links, numbers and tokens.
func Redact(s string) string {
	if len(s) > 20*maxError {
		s = s[:20*maxError]
	}
	s = oneLine(strings.ToValidUTF8(s, ""))
	if strings.Contains(s, "://") {
		s = aLink.ReplaceAllString(s, "[link]")
	}
	if strings.Contains(s, "@") {
		s = anAddress.ReplaceAllString(s, "[address]")
	}
	s = aToken.ReplaceAllString(s, "[…]")
	s = aNumber.ReplaceAllString(s, "[number]")
	return cutRunes(s, maxError)
}

// maskAddress leaves the middle of an address or number out: "m…@example.com", "+49…67".
func maskAddress(s string) string {
	if i := strings.LastIndexByte(s, '@'); i > 0 {
		_, n := utf8.DecodeRuneInString(s)
		return s[:n] + "…" + s[i:]
	}
	if len(s) > 5 {
		return s[:3] + "…" + s[len(s)-2:]
	}
	if s == "" {
		return ""
	}
	return "…"
}
