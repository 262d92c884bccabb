package desk

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// CleanLine checks a text of one line and takes the spaces at its ends away.
func CleanLine(name, s string, limit int) (string, error) {
	s = strings.TrimSpace(s)
	return s, CheckText(name, s, limit, false)
}

// CleanText checks a text that may have several lines; they end in LF.
func CleanText(name, s string, limit int) (string, error) {
	if strings.IndexByte(s, '\r') >= 0 {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	s = strings.TrimSpace(s)
	return s, CheckText(name, s, limit, true)
}

// CheckText checks a text as it stands: valid UTF-8, at most limit characters,
// no control characters but, with lines, line feeds and tabs. The error is
// [Invalid] with the field.
func CheckText(name, s string, limit int, lines bool) error {
	if !utf8.ValidString(s) {
		return Errorf(Invalid, name, "The text is not valid UTF-8.")
	}
	if len(s) > limit && utf8.RuneCountInString(s) > limit {
		return Errorf(Invalid, name, "The text is longer than %d characters.", limit)
	}
	for _, r := range s {
		if (r < ' ' || 0x7f <= r && r <= 0x9f || r == 0x2028 || r == 0x2029) && !(lines && (r == '\n' || r == '\t')) {
			return Errorf(Invalid, name, "The text has a control character in it, which cannot be kept.")
		}
	}
	return nil
}

// maxLogged is how much of a text [OneLine] looks at.
const maxLogged = 4 * maxSummary

// OneLine writes control characters, and those that turn the direction of
// text, as escapes, so that an entry is one line wherever it is shown.
func OneLine(s string) string {
	bad := func(r rune) bool {
		return unicode.IsControl(r) || r == utf8.RuneError || r == 0x2028 || r == 0x2029 ||
			0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069
	}
	if strings.IndexFunc(s, bad) < 0 {
		return s
	}
	if len(s) > maxLogged {
		s = s[:maxLogged]
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case bad(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Cut shortens a text to at most n bytes, without splitting a character.
func Cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	n -= len("…")
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

// Moment returns the time as it is kept: in UTC, in microseconds.
func Moment(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
