package importexport

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// numFormat is a number format: up to four sections, for positive numbers,
// negative ones, zero and text, or by conditions.
type numFormat struct{ sections []section }

// section is one section of a number format, with what matters to reading.
type section struct {
	cond  string // "<", "<=", …, or empty
	bound float64
	// date and clock say that a day, and a time of day, are shown.
	date, clock, seconds bool
	// elapsed is h, m or s if hours, minutes or seconds go on past a day.
	elapsed byte
	percent bool
	// plain says that the number is shown with something that belongs to how
	// amounts are written: a decimal point, groups, an exponent.
	plain bool
	// mask has a 0, # or ? for each digit, and the text between them.
	mask []maskPart
}

type maskPart struct {
	digit byte
	text  string
}

// parseFormat reads a format's code. nil stands for General.
func parseFormat(code string) *numFormat {
	const limit = 1000 // Excel's is 255
	if code == "" || len(code) > limit || strings.EqualFold(code, "General") || code == "@" {
		return nil
	}
	f := &numFormat{}
	for rest := code; ; {
		p := formatParser{in: rest}
		s := p.section()
		f.sections = append(f.sections, s)
		if p.i >= len(rest) {
			return f
		}
		rest = rest[p.i+1:]
	}
}

type formatParser struct {
	in string
	i  int
	s  section
	// last is the last letter of a date, runs of one letter counting once.
	last byte
	// months says that an m may still turn out to be minutes.
	months bool
}

// section reads up to a semicolon.
func (p *formatParser) section() section {
	for p.i < len(p.in) && p.in[p.i] != ';' {
		c := p.in[p.i]
		p.i++
		switch c {
		case '"':
			end := strings.IndexByte(p.in[p.i:], '"')
			if end < 0 {
				end = len(p.in) - p.i
			}
			p.literal(p.in[p.i : p.i+end])
			p.i = min(p.i+end+1, len(p.in))
		case '\\':
			p.literal(p.char())
		case '_', '*':
			p.char()
		case '[':
			p.bracket()
		case '0', '#', '?':
			p.s.mask = append(p.s.mask, maskPart{digit: c})
		default:
			p.sign(c)
		}
	}
	if p.months {
		p.s.date = true
	}
	return p.s
}

// char takes the next character.
func (p *formatParser) char() string {
	_, n := utf8.DecodeRuneInString(p.in[p.i:])
	p.i += n
	return p.in[p.i-n : p.i]
}

func (p *formatParser) literal(s string) {
	if s != "" {
		p.s.mask = append(p.s.mask, maskPart{text: s})
	}
}

// sign takes a character that stands for something outside of quotes.
func (p *formatParser) sign(c byte) {
	switch c {
	case '.', ',', '/':
		p.s.plain = true
	case '%':
		p.s.percent = true
	case 'E', 'e':
		if p.i < len(p.in) && (p.in[p.i] == '+' || p.in[p.i] == '-') {
			p.s.plain = true
			return
		}
		p.letter('y') // the year of an era
	case 'y', 'Y', 'd', 'D', 'm', 'M', 'h', 'H', 's', 'S', 'b', 'B', 'g':
		p.letter(c | 0x20)
	case 'a', 'A':
		for _, mark := range []string{"M/PM", "/P"} {
			if n := len(mark); len(p.in)-p.i >= n && strings.EqualFold(p.in[p.i:p.i+n], mark) {
				p.i += n
				p.s.clock = true
				return
			}
		}
		p.literal(string(c))
	case 'G':
		if strings.HasPrefix(p.in[p.i:], "eneral") {
			p.i += len("eneral")
			p.s.plain = true
		}
	default:
		p.i--
		p.literal(p.char())
	}
}

// letter takes a letter of a date. An m is minutes behind hours and before seconds.
func (p *formatParser) letter(c byte) {
	switch c {
	case 'h':
		p.s.clock = true
	case 's':
		p.s.clock, p.s.seconds, p.months = true, true, p.months && p.last != 'm'
	case 'm':
		if p.last == 'h' {
			p.s.clock = true
			c = 'n' // minutes; further letters of the run are too
		} else if p.last != 'n' {
			p.months = true
		}
		if p.last == 'n' {
			c = 'n'
		}
	default:
		p.s.date = true
	}
	if c == p.last {
		return
	}
	p.last = c
}

// bracket takes what stands in square brackets: a colour, a condition, a
// currency, a language, or hours that go on past a day.
func (p *formatParser) bracket() {
	end := strings.IndexByte(p.in[p.i:], ']')
	if end < 0 {
		p.i = len(p.in)
		return
	}
	in := p.in[p.i : p.i+end]
	p.i += end + 1
	switch lower := strings.ToLower(in); {
	case lower != "" && strings.Trim(lower, lower[:1]) == "" && strings.ContainsAny(lower[:1], "hms"):
		p.s.clock, p.s.elapsed, p.last = true, lower[0], lower[0]
		p.s.seconds = p.s.seconds || lower[0] == 's'
	case strings.HasPrefix(in, "$"):
		sign, _, _ := strings.Cut(in[1:], "-")
		p.literal(sign)
	case strings.ContainsAny(in, "<>="):
		op := in[:len(in)-len(strings.TrimLeft(in, "<>="))]
		if n, err := strconv.ParseFloat(in[len(op):], 64); err == nil {
			p.s.cond, p.s.bound = op, n
		}
	}
}

// pick returns the section for a number.
func (f *numFormat) pick(n float64) *section {
	if f.sections[0].cond != "" {
		for i := range f.sections {
			if s := &f.sections[i]; s.cond == "" || s.holds(n) {
				return s
			}
		}
		return &f.sections[len(f.sections)-1]
	}
	switch {
	case n < 0 && len(f.sections) > 1:
		return &f.sections[1]
	case n == 0 && len(f.sections) > 2:
		return &f.sections[2]
	}
	return &f.sections[0]
}

func (s *section) holds(n float64) bool {
	switch s.cond {
	case "<":
		return n < s.bound
	case "<=":
		return n <= s.bound
	case ">":
		return n > s.bound
	case ">=":
		return n >= s.bound
	case "=":
		return n == s.bound
	}
	return n != s.bound
}

// formatNumber writes a number as a person sees it who needs all of it: dates
// and times in ISO 8601, percentages, and the digits that a format adds, such
// as the leading zeros of postal codes; but never rounded and never in groups.
// It reports false for what is no number.
func formatNumber(value string, f *numFormat, from1904 bool) (string, bool) {
	n, ok := parseDouble(value)
	if !ok {
		return "", false
	}
	if f == nil {
		return plainNumber(value, n), true
	}
	s := f.pick(n)
	switch {
	case s.date || s.clock:
		if text := s.moment(n, from1904); text != "" {
			return text, true
		}
	case s.percent:
		return strconv.FormatFloat(round15(n*100), 'f', -1, 64) + "%", true
	case s.isMask() && n >= 0 && n == math.Trunc(n) && n < 1e15:
		return s.fill(strconv.FormatFloat(n, 'f', 0, 64)), true
	}
	return plainNumber(value, n), true
}

// parseDouble reads xsd:double, without its infinities.
func parseDouble(value string) (float64, bool) {
	if value == "" || len(value) > 400 || strings.Trim(value, "0123456789+-.eE") != "" {
		return 0, false
	}
	n, err := strconv.ParseFloat(value, 64)
	return n, err == nil
}

// plainNumber writes a number without an exponent, with the fifteen digits
// that spreadsheets keep. A whole number of more digits, which other programs
// write, stays as it stands.
func plainNumber(value string, n float64) string {
	if digits := strings.TrimPrefix(value, "-"); len(digits) > 15 && len(digits) < 40 && strings.Trim(digits, "0123456789") == "" {
		return value
	}
	if a := math.Abs(n); a != 0 && (a >= 1e21 || a < 1e-9) {
		return strconv.FormatFloat(n, 'g', 15, 64)
	}
	return strconv.FormatFloat(round15(n), 'f', -1, 64)
}

func round15(n float64) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(n, 'e', 14, 64), 64)
	if err != nil || r == 0 {
		return 0 // not -0
	}
	return r
}

// isMask reports whether the format writes digits into a form, as that of a
// phone or a postal code, and not an amount with its unit.
func (s *section) isMask() bool {
	zeros, digits, form := 0, 0, true
	for _, m := range s.mask {
		switch {
		case m.digit == '0':
			zeros++
			digits++
		case m.digit != 0:
			digits++
		case strings.Trim(m.text, "+-()/. 0123456789") != "":
			form = false
		}
	}
	return !s.plain && digits > 0 && (zeros > 1 || form && len(s.mask) > digits)
}

// fill writes the digits into the form from its end; those that are too many
// stand where its first digit does.
func (s *section) fill(digits string) string {
	first := 0
	for s.mask[first].digit == 0 {
		first++
	}
	var parts []string
	for i := len(s.mask) - 1; i >= 0; i-- {
		m := s.mask[i]
		switch {
		case m.digit == 0:
			parts = append(parts, m.text)
		case i == first:
			if digits == "" && m.digit == '0' {
				digits = "0"
			}
			parts = append(parts, digits)
		case digits != "":
			parts = append(parts, digits[len(digits)-1:])
			digits = digits[:len(digits)-1]
		case m.digit == '0':
			parts = append(parts, "0")
		}
	}
	var b strings.Builder
	for i := len(parts) - 1; i >= 0; i-- {
		b.WriteString(parts[i])
	}
	return b.String()
}
