package contacts

import (
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/deskfolk/desk"
)

// The limits, in characters.
const (
	maxName    = 200
	maxText    = 200
	maxStreet  = 500
	maxNotes   = 100_000
	maxCustom  = 2_000
	maxLabel   = 40
	maxList    = 50
	maxOwner   = 128
	maxSources = 20
)

// cleanCountry returns the ISO 3166-1 alpha-2 code of a code or English name.
func cleanCountry(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" || isAlpha2(s) && countries()[strings.ToLower(s)] == s {
		return s, nil
	}
	if len(s) <= 100 && utf8.ValidString(s) {
		if code, ok := countries()[Fold(s)]; ok {
			return code, nil
		}
	}
	return "", invalid("country", "This is not a country. Write its two-letter code, such as GB or DE, or its English name.")
}

func isAlpha2(s string) bool {
	return len(s) == 2 && 'A' <= s[0] && s[0] <= 'Z' && 'A' <= s[1] && s[1] <= 'Z'
}

// countries maps folded codes and English names to ISO 3166-1 alpha-2 codes.
var countries = sync.OnceValue(func() map[string]string {
	m := map[string]string{
		"uk": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB", "great britain": "GB",
		"usa": "US", "u.s.a.": "US", "u.s.": "US", "united states of america": "US", "america": "US",
		"czech republic": "CZ", "holland": "NL", "the netherlands": "NL", "russian federation": "RU",
		"korea": "KR", "republic of korea": "KR", "viet nam": "VN", "ivory coast": "CI", "uae": "AE",
		"turkey": "TR", "macedonia": "MK", "burma": "MM", "hong kong": "HK", "macau": "MO",
	}
	names := display.English.Regions()
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string([]rune{a, b})
			r, err := language.ParseRegion(code)
			if err != nil || !r.IsCountry() || r.String() != code || r.Canonicalize() != r {
				continue
			}
			m[Fold(code)] = code
			m[Fold(names.Name(r))] = code
			if iso3 := r.ISO3(); iso3 != "ZZZ" {
				m[Fold(iso3)] = code
			}
		}
	}
	return m
})

// zones remembers time zones that were found; there are some 600.
var zones sync.Map

// cleanZone checks an IANA time zone.
func cleanZone(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", nil
	}
	if _, err := zone(s); err != nil {
		return "", invalid("time_zone", "This is not a time zone. Write it like Europe/Berlin.")
	}
	return s, nil
}

func zone(s string) (*time.Location, error) {
	if z, ok := zones.Load(s); ok {
		return z.(*time.Location), nil
	}
	// LoadLocation takes "" and "Local" too, which mean nothing of a contact.
	if s == "" || s == "Local" || len(s) > 64 || strings.ContainsAny(s, "\\\x00") {
		return nil, invalid("time_zone", "This is not a time zone.")
	}
	z, err := time.LoadLocation(s)
	if err != nil {
		return nil, err
	}
	zones.Store(s, z)
	return z, nil
}

// cleanLanguage returns the canonical BCP 47 tag.
func cleanLanguage(s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", nil
	}
	if len(s) <= 35 && utf8.ValidString(s) {
		if t, err := language.Parse(s); err == nil && t != language.Und {
			return t.String(), nil
		}
	}
	return "", invalid("language", "This is not a language. Write its code, such as en or de-CH.")
}

// cleanEmails checks labelled addresses. One that stands there twice, or is
// the main address, is kept once.
func cleanEmails(main string, list []Email) ([]Email, error) {
	if len(list) > maxList {
		return nil, invalid("emails", "A contact has at most %d further addresses.", maxList)
	}
	seen := map[string]bool{address(main).Key: true}
	var kept []Email
	for i, e := range list {
		label, err := desk.CleanLine("emails", e.Label, maxLabel)
		if err != nil {
			return nil, err
		}
		if strings.TrimSpace(e.Value) == "" {
			continue
		}
		a, err := ParseEmail(e.Value)
		if err != nil {
			return nil, invalid("emails", "Address %d is not an email address. Write it as name@example.com.", i+1)
		}
		if !seen[a.Key] {
			seen[a.Key] = true
			kept = append(kept, Email{label, a.Entered})
		}
	}
	return kept, nil
}

// cleanPhones checks phones and computes their E.164. One that stands there
// twice is kept once; one of them is primary, the first if none is marked.
func cleanPhones(list []Phone, region string) ([]Phone, error) {
	if len(list) > maxList {
		return nil, invalid("phones", "A contact has at most %d phones.", maxList)
	}
	var kept []Phone
	primary := -1
	for _, p := range list {
		label, err := desk.CleanLine("phones", p.Label, maxLabel)
		if err != nil {
			return nil, err
		}
		value, err := desk.CleanLine("phones", p.Value, maxPhone)
		if err != nil {
			return nil, err
		}
		if value == "" {
			continue
		}
		e164, _ := ParsePhone(value, region)
		at := indexPhone(kept, value, e164)
		if at < 0 {
			at = len(kept)
			kept = append(kept, Phone{Label: label, Value: value, E164: e164})
		} else if kept[at].Label == "" {
			kept[at].Label = label
		}
		if p.Primary && primary < 0 {
			primary = at
		}
	}
	if len(kept) > 0 {
		kept[max(primary, 0)].Primary = true
	}
	return kept, nil
}

// indexPhone returns where the number is in the list, or -1.
func indexPhone(list []Phone, value, e164 string) int {
	for i, p := range list {
		if p.Value == value || e164 != "" && p.E164 == e164 {
			return i
		}
	}
	return -1
}

// checkExternal checks a source and a key of the host in it.
func checkExternal(source, key string) (string, error) {
	if source == "" || len(source) > maxLabel || strings.Trim(source, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") != "" {
		return "", invalid(external, "The source of an external id has 1 to %d letters, digits, dots, dashes or underscores.", maxLabel)
	}
	return desk.CleanLine(external, key, maxText)
}
