package contacts

import (
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
)

// maxPhone is how many characters a phone may have as typed.
const maxPhone = 60

// ParsePhone reads a phone number as people write them, with spaces, signs and
// an extension; national ones in the region (an ISO 3166-1 alpha-2 code; empty:
// international numbers only). It returns the number in E.164 without its
// extension, and whether it is a number that can exist.
func ParsePhone(s, region string) (e164 string, ok bool) {
	if len(s) > 4*maxPhone || utf8.RuneCountInString(s) > maxPhone || countDigits(s) < 3 {
		return "", false
	}
	if e164, ok = parseInternational(s); ok {
		return e164, true
	}
	if region == "" {
		if !strings.ContainsAny(s, "+\uff0b") {
			return "", false
		}
		region = "ZZ"
	}
	n, err := phonenumbers.Parse(s, region)
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return "", false
	}
	return phonenumbers.Format(n, phonenumbers.E164), true
}

// parseInternational reads "+" and digits with plain signs between them,
// which is what exports have, at a third of the cost. What it does not accept
// may be a number all the same.
func parseInternational(s string) (string, bool) {
	var buf [16]byte // "+" and the 15 digits that E.164 allows
	b := buf[:0]
	for i := range len(s) {
		switch c := s[i]; {
		case c == '+' && len(b) == 0, '0' <= c && c <= '9' && len(b) > 0:
			if len(b) == cap(b) {
				return "", false
			}
			b = append(b, c)
		case c == ' ', c == '-', c == '.', c == '(', c == ')', c == '/':
		default:
			return "", false
		}
	}
	if len(b) < 8 {
		return "", false
	}
	code, width := callingCode(b[1:])
	if width == 0 || !phonenumbers.IsValidNumber(phoneNumber(code, b[1+width:])) {
		return "", false
	}
	return string(b), true
}

func phoneNumber(code int, national []byte) *phonenumbers.PhoneNumber {
	var value uint64
	var zeros int32
	for i, c := range national {
		if c == '0' && int(zeros) == i {
			zeros++
		}
		value = value*10 + uint64(c-'0')
	}
	country := int32(code)
	n := &phonenumbers.PhoneNumber{CountryCode: &country, NationalNumber: &value}
	if zeros > 0 {
		yes := true
		n.ItalianLeadingZero, n.NumberOfLeadingZeros = &yes, &zeros
	}
	return n
}

// callingCode returns the country calling code that the digits begin with.
func callingCode(d []byte) (code, width int) {
	for i := 0; i < 3 && i < len(d); i++ {
		code = code*10 + int(d[i]-'0')
		if callingCodes()[code] {
			return code, i + 1
		}
	}
	return 0, 0
}

var callingCodes = sync.OnceValue(phonenumbers.GetSupportedCallingCodes)

// isRegion reports whether s is a region whose phone numbers can be read.
func isRegion(s string) bool {
	return phonenumbers.GetCountryCodeForRegion(s) != 0
}

func countDigits(s string) int {
	n := 0
	for _, r := range s {
		if _, ok := decimal(r); ok || '0' <= r && r <= '9' {
			n++
		}
	}
	return n
}

// digits returns the digits of a folded text.
func digits(s string) string {
	all := true
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			all = false
			break
		}
	}
	if all {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		if '0' <= s[i] && s[i] <= '9' {
			b = append(b, s[i])
		}
	}
	return string(b)
}
