package importexport

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// dayOrder is the order of day and month in dates such as 03/04/2026.
type dayOrder int

const (
	unknownDays dayOrder = iota
	dayFirst
	monthFirst
)

// dateParts cuts a date into its three parts: numbers, or one month's name.
// What follows a date as a time is left out.
func dateParts(value string) (parts [3]string, sign byte, ok bool) {
	s := strings.TrimSpace(value)
	for _, mark := range []string{"T", " "} {
		if i := strings.LastIndex(s, mark); i > 0 && strings.Contains(s[i:], ":") {
			s = s[:strings.Index(s, mark)]
		}
	}
	s = strings.TrimRight(strings.NewReplacer("年", "-", "月", "-", "日", "", "년", "-", "월", "-", "일", "", ",", " ").Replace(s), " .-")
	n := 0
	for _, f := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("-./ ", r) }) {
		if n == 3 {
			if _, month := monthOf(f); !month && !isNumber(f) {
				continue // "de" in "3 de mayo de 2026"
			}
			return parts, 0, false
		}
		if _, month := monthOf(f); month || isNumber(f) {
			parts[n] = f
			n++
		} else if len(f) > 3 || unicode.IsDigit(rune(f[0])) {
			return parts, 0, false
		}
	}
	if i := strings.IndexAny(s, "-./"); i >= 0 {
		sign = s[i]
	}
	return parts, sign, n == 3
}

func isNumber(s string) bool {
	return s != "" && len(s) <= 4 && strings.Trim(s, "0123456789") == ""
}

func number(s string) int {
	n := 0
	for _, c := range []byte(s) {
		n = n*10 + int(c-'0')
	}
	return n
}

// monthOf returns the month that a word names, also in short.
func monthOf(word string) (int, bool) {
	if isNumber(word) {
		return 0, false
	}
	m, ok := months[strings.TrimSuffix(contacts.Fold(word), ".")]
	return m, ok
}

// parseDate reads a date as year-month-day. It returns unclear for one that
// can be read in two ways as long as the order is not known.
func parseDate(value string, order dayOrder) (iso string, unclear, ok bool) {
	p, sign, ok := dateParts(value)
	if !ok {
		return "", false, false
	}
	for i, word := range p {
		if m, named := monthOf(word); named {
			return namedMonth(p, i, m)
		}
	}
	a, b, c := number(p[0]), number(p[1]), number(p[2])
	if len(p[0]) == 4 {
		return isoDate(a, b, c)
	}
	if len(p[2]) != 4 {
		return "", false, false // which century it is nobody can tell
	}
	switch {
	case sign == '.' || a > 12:
		return isoDate(c, b, a)
	case b > 12:
		return isoDate(c, a, b)
	case a == b || order == dayFirst:
		return isoDate(c, b, a)
	case order == monthFirst:
		return isoDate(c, a, b)
	}
	return "", true, false
}

func namedMonth(p [3]string, at, month int) (string, bool, bool) {
	rest := make([]string, 0, 2)
	for i, s := range p {
		if i != at {
			rest = append(rest, s)
		}
	}
	if !isNumber(rest[0]) || !isNumber(rest[1]) {
		return "", false, false
	}
	switch {
	case len(rest[1]) == 4:
		return isoDate(number(rest[1]), month, number(rest[0]))
	case len(rest[0]) == 4:
		return isoDate(number(rest[0]), month, number(rest[1]))
	}
	return "", false, false
}

func isoDate(y, m, d int) (string, bool, bool) {
	s, ok := desk.CleanDate(fmt.Sprintf("%04d-%02d-%02d", y, m, d))
	if !ok {
		return "", false, false
	}
	return s, false, true
}

// daysOf tells the order of day and month from a column's values: one above 12
// shows it. Values that speak for both orders leave it unknown.
func daysOf(values []string) (order dayOrder, needed bool) {
	days, monthsFirst := false, false
	for _, v := range values {
		p, sign, ok := dateParts(v)
		if !ok || len(p[2]) != 4 || sign == '.' || !isNumber(p[0]) || !isNumber(p[1]) || len(p[0]) == 4 {
			continue
		}
		a, b := number(p[0]), number(p[1])
		needed = needed || a != b
		days, monthsFirst = days || a > 12 && b <= 12, monthsFirst || b > 12 && a <= 12
	}
	switch {
	case days && !monthsFirst:
		return dayFirst, needed
	case monthsFirst && !days:
		return monthFirst, needed
	}
	return unknownDays, needed
}

// daysIn is the order of a country where it writes day and month before the
// year: month first in the United States and what follows them.
func daysIn(region string) dayOrder {
	switch region {
	case "":
		return unknownDays
	case "US", "PR", "GU", "VI", "AS", "MP", "UM", "FM", "MH", "PW", "PH", "BZ":
		return monthFirst
	case "CA": // both are in use
		return unknownDays
	}
	return dayFirst
}

// months are the names of months, and their first letters where these are used,
// folded.
var months = func() map[string]int {
	m := map[string]int{}
	for lang := range strings.Lines(`january february march april may june july august september october november december
jan feb mar apr may jun jul aug sep oct nov dec
januar februar märz april mai juni juli august september oktober november dezember
jänner feb mrz apr mai jun jul aug sept okt nov dez
janvier février mars avril mai juin juillet août septembre octobre novembre décembre
janv févr mars avr mai juin juil août sept oct nov déc
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
ene feb mar abr may jun jul ago sep oct nov dic
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
gen feb mar apr mag giu lug ago set ott nov dic
janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
jan fev mar abr mai jun jul ago set out nov dez
januari februari maart april mei juni juli augustus september oktober november december
stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień
января февраля марта апреля мая июня июля августа сентября октября ноября декабря
`) {
		for i, name := range strings.Fields(lang) {
			m[contacts.Fold(name)] = i + 1
		}
	}
	return m
}()
