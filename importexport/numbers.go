package importexport

import (
	"strings"
	"unicode"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	xnumber "golang.org/x/text/number"

	"github.com/deskfolk/desk"
)

// decimalSign is the sign before the fraction in a column's numbers.
type decimalSign byte

const (
	unknownDecimal decimalSign = 0
	decimalPoint   decimalSign = '.'
	decimalComma   decimalSign = ','
)

// parseNumber reads a number as people and spreadsheets write it: with signs
// between thousands, a decimal comma, a currency or percent sign. It returns
// unclear for "1,234" as long as the sign is not known; "1.234" has a decimal
// point unless the column has commas.
func parseNumber(value string, sign decimalSign) (plain string, unclear, ok bool) {
	s := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.Is(unicode.Sc, r), r == '\'', r == '’', r == '%', r == '_':
			return -1
		case r == '−':
			return '-'
		}
		return r
	}, value)
	points, commas := strings.Count(s, "."), strings.Count(s, ",")
	switch {
	case points > 0 && commas > 0:
		sign = decimalSign(s[strings.LastIndexAny(s, ".,")])
	case commas > 1:
		sign = decimalPoint
	case points > 1:
		sign = decimalComma
	case commas == 1 && sign == unknownDecimal:
		if grouped(s, ',') {
			return "", true, false
		}
		sign = decimalComma
	case commas == 1 && sign == decimalPoint && !grouped(s, ','):
		sign = decimalComma
	case points == 1 && sign == decimalComma && !grouped(s, '.'):
		sign = decimalPoint
	}
	group := ","
	if sign == decimalComma {
		group = "."
	}
	s = strings.ReplaceAll(strings.ReplaceAll(s, group, ""), ",", ".")
	plain, ok = desk.CleanNumber(s)
	return plain, false, ok
}

// grouped reports whether the one sign in a number can stand between
// thousands: one to three digits before it, the first no zero, three behind.
func grouped(s string, sign byte) bool {
	i := strings.IndexByte(s, sign)
	whole := strings.TrimLeft(s[:i], "+-")
	return len(s)-i == 4 && len(whole) >= 1 && len(whole) <= 3 && whole[0] != '0'
}

// decimalOf tells the decimal sign from a column's values.
func decimalOf(values []string) (sign decimalSign, needed bool) {
	point, comma := false, false
	for _, v := range values {
		v = strings.TrimSpace(v)
		i := strings.LastIndexAny(v, ".,")
		if i < 0 || ruined.MatchString(v) {
			continue
		}
		other := strings.ContainsAny(v[:i], ".,")
		needed = needed || v[i] == ','
		if !other && grouped(v, v[i]) || other && v[strings.IndexAny(v, ".,")] == v[i] {
			continue
		}
		point, comma = point || v[i] == '.', comma || v[i] == ','
	}
	switch {
	case point && !comma:
		return decimalPoint, needed
	case comma && !point:
		return decimalComma, needed
	}
	return unknownDecimal, needed
}

// decimalIn is the decimal sign of a country by CLDR.
func decimalIn(region string) decimalSign {
	if region == "" {
		return unknownDecimal
	}
	tag := language.Make("und-" + region)
	base, _ := tag.Base()
	s := message.NewPrinter(language.Make(base.String() + "-" + region)).Sprint(xnumber.Decimal(1.5))
	switch {
	case strings.Contains(s, ","):
		return decimalComma
	case strings.Contains(s, "."):
		return decimalPoint
	}
	return unknownDecimal
}
