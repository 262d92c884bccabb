package web

import (
	"hash/fnv"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// when is a time as it is shown: relative, with the exact one on hover.
type when struct {
	ISO, Exact, Text string
}

// shown returns t for a page that is made at now; nil for the zero time.
func shown(t, now time.Time) *when {
	if t.IsZero() {
		return nil
	}
	return &when{ISO: t.UTC().Format(time.RFC3339), Exact: t.UTC().Format("2 January 2006, 15:04 UTC"), Text: relative(t, now)}
}

// relative says how long ago a time was, or its date when that is clearer.
func relative(t, now time.Time) string {
	d := now.Sub(t)
	switch {
	case d < -time.Minute:
		return t.Format("2 Jan 2006")
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return strconv.Itoa(int(d.Minutes())) + " min ago"
	case d < 24*time.Hour:
		return ago(int(d.Hours()), "hour")
	case d < 7*24*time.Hour:
		return ago(int(d.Hours()/24), "day")
	case t.Year() == now.Year():
		return t.Format("2 Jan")
	}
	return t.Format("2 Jan 2006")
}

func ago(n int, unit string) string {
	if n != 1 {
		unit += "s"
	}
	return strconv.Itoa(n) + " " + unit + " ago"
}

// number writes n with a comma between thousands.
func number(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// about writes a count, which may be an upper bound.
func about(n int, bound bool) string {
	if bound {
		return "up to " + number(n)
	}
	return number(n)
}

// initials are the first letters of the first and the last word, or the first
// letter where words are not told apart.
func initials(name string) string {
	var first, last rune
	for _, word := range strings.Fields(name) {
		for _, c := range word {
			if unicode.IsLetter(c) || unicode.IsDigit(c) {
				if first == 0 {
					first = c
				} else {
					last = c
				}
				break
			}
		}
	}
	switch {
	case first == 0:
		return "?"
	case last == 0 || first > 0x2e7f || joins(first) || joins(last):
		return string(unicode.ToUpper(first))
	}
	return string([]rune{unicode.ToUpper(first), unicode.ToUpper(last)})
}

// joins reports whether a letter is of a script whose letters join, so that
// two of them side by side would read as a word.
func joins(c rune) bool {
	return unicode.In(c, unicode.Arabic, unicode.Syriac, unicode.Devanagari, unicode.Bengali, unicode.Thai, unicode.Hebrew)
}

// hue picks one of the avatar's colours; the same id always has the same.
func hue(id string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return "h" + strconv.Itoa(int(h.Sum32()%8))
}
