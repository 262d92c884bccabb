package contacts

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"
)

// EmailAddress is an address in two forms: as a person entered it, and the
// canonical key by which it is compared.
type EmailAddress struct {
	// Entered is the address as typed, without spaces around it.
	Entered string
	// Key is the local part in lower case and NFC, "@", and the domain in its
	// ASCII form in lower case. It is for comparing; mail goes to Entered.
	Key string
}

// Domain returns the domain of the address in its ASCII form.
func (e EmailAddress) Domain() string { return e.Key[strings.LastIndexByte(e.Key, '@')+1:] }

// The limits of RFC 5321, section 4.5.3.1, in bytes.
const (
	maxLocalPart = 64
	maxAddress   = 254
)

// ParseEmail reads one bare address: a dot-atom (RFC 5322; letters of other
// scripts as in RFC 6531), "@" and a domain of two labels or more. Quoted local
// parts, comments, groups, address literals and names beside the address are
// refused: programs disagree about what they mean. The address is brought into
// its canonical form first, and the result is checked. The error is
// desk.Invalid with the field "email".
func ParseEmail(s string) (EmailAddress, error) {
	s = strings.TrimSpace(s)
	if len(s) > 4*maxAddress || !utf8.ValidString(s) {
		return EmailAddress{}, notAnAddress()
	}
	local, domain, ok := strings.Cut(s, "@")
	if !ok || local == "" || domain == "" || strings.IndexByte(domain, '@') >= 0 {
		return EmailAddress{}, notAnAddress()
	}
	local, ok = canonicalLocal(local)
	if !ok {
		return EmailAddress{}, notAnAddress()
	}
	domain, ok = canonicalDomain(domain)
	if !ok || len(local)+1+len(domain) > maxAddress {
		return EmailAddress{}, notAnAddress()
	}
	return EmailAddress{Entered: s, Key: local + "@" + domain}, nil
}

func notAnAddress() error {
	return invalid("email", "This is not an email address. Write it as name@example.com.")
}

// canonicalLocal returns the local part in lower case and NFC.
func canonicalLocal(s string) (string, bool) {
	lower, ascii := true, true
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			ascii = false
		} else if 'A' <= s[i] && s[i] <= 'Z' {
			lower = false
		}
	}
	switch {
	case !ascii:
		s = norm.NFC.String(strings.Map(lowerLocal, norm.NFC.String(s)))
	case !lower:
		s = strings.ToLower(s)
	}
	// An encoded word is what a mail program would decode into another address.
	if strings.Contains(s, "=?") && strings.Contains(s, "?=") {
		return "", false
	}
	if len(s) > maxLocalPart || s[0] == '.' || s[len(s)-1] == '.' || strings.Contains(s, "..") {
		return "", false
	}
	for _, r := range s {
		if !localRune(r) {
			return "", false
		}
	}
	// A wide form of a special character must not become one when another
	// program normalises the address.
	if !ascii && strings.ContainsFunc(norm.NFKC.String(s), func(r rune) bool { return !localRune(r) }) {
		return "", false
	}
	return s, true
}

func lowerLocal(r rune) rune {
	if r == 'ς' {
		return 'σ'
	}
	return unicode.ToLower(r)
}

// localRune reports whether r may stand in a dot-atom.
func localRune(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return true
	case r < utf8.RuneSelf:
		return strings.IndexByte(".!#$%&'*+-/=?^_`{|}~", byte(r)) >= 0
	}
	return unicode.In(r, unicode.L, unicode.M, unicode.N)
}

// canonicalDomain returns the domain in its ASCII form in lower case.
func canonicalDomain(s string) (string, bool) {
	if !isPlainDomain(s) {
		ascii, err := idna.Lookup.ToASCII(s)
		if err != nil {
			return "", false
		}
		s = ascii
	}
	s = strings.ToLower(s)
	if len(s) > 253 || strings.IndexByte(s, '.') < 0 {
		return "", false
	}
	for label := range strings.SplitSeq(s, ".") {
		if !isDomainLabel(label) {
			return "", false
		}
	}
	// A last label of digits is an IPv4 address, not a name.
	last := s[strings.LastIndexByte(s, '.')+1:]
	if strings.Trim(last, "0123456789") == "" {
		return "", false
	}
	return s, true
}

// isPlainDomain reports whether IDNA has nothing to say about s.
func isPlainDomain(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf || s[i] == '-' && i+1 < len(s) && s[i+1] == '-' {
			return false
		}
	}
	return true
}

func isDomainLabel(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-') {
			return false
		}
	}
	return true
}

// unicodeDomain returns the domain as people write it, if that differs.
func unicodeDomain(ascii string) string {
	if !strings.Contains(ascii, "xn--") {
		return ascii
	}
	u, err := idna.Lookup.ToUnicode(ascii)
	if err != nil {
		return ascii
	}
	return u
}
