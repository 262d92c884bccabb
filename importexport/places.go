package importexport

import (
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/deskfolk/desk/contacts"
)

// namers are the languages whose names of countries and languages are known:
// those of the headers. English stands first, since it wins where two
// languages disagree.
var namers = sync.OnceValue(func() []language.Tag {
	var tags []language.Tag
	for code := range strings.FieldsSeq("en de fr es it nl pt pt-BR pl ru ja zh zh-Hant ko ar tr cs sk hu ro sv nb da fi el he uk bg hr sr sl lt lv et hi th vi id fa ca") {
		tags = append(tags, language.Make(code))
	}
	return tags
})

// countryNames maps folded names of countries, in the languages of namers and
// in the country's own, to ISO 3166-1 codes. The names are those of CLDR.
var countryNames = sync.OnceValue(func() map[string]string {
	m := map[string]string{
		"brd": "DE", "d": "DE", "u.k.": "GB", "gran bretana": "GB", "grande-bretagne": "GB", "grossbritannien": "GB", "großbritannien": "GB", "inghilterra": "GB", "inglaterra": "GB", "angleterre": "GB", "anglia": "GB", "англия": "GB", "великобритания": "GB",
		"estados unidos de america": "US", "etats-unis d'amerique": "US", "ee. uu.": "US", "ee.uu.": "US", "eeuu": "US", "eua": "US", "сша": "US", "stati uniti d'america": "US", "vs": "US", "verenigde staten van amerika": "US",
		"eire": "IE", "republic of ireland": "IE", "prc": "CN", "p.r. china": "CN", "people's republic of china": "CN", "中华人民共和国": "CN", "roc": "TW", "south korea": "KR", "north korea": "KP", "한국": "KR", "россия": "RU", "российская федерация": "RU", "u.a.e.": "AE", "holanda": "NL", "olanda": "NL", "holandia": "NL", "голландия": "NL",
		"tschechei": "CZ", "tschechische republik": "CZ", "republique tcheque": "CZ", "republica checa": "CZ", "swiss": "CH", "confoederatio helvetica": "CH", "weissrussland": "BY", "белоруссия": "BY",
	}
	for _, r := range regions() {
		code := r.String()
		for _, tag := range append(namers(), ownLanguages(r)...) {
			names := display.Regions(tag)
			if names == nil {
				continue
			}
			addName(m, names.Name(r), code)
		}
	}
	return m
})

// ownLanguages are the languages of a country for its name: that which most
// of its people speak by CLDR, and those of countries with several.
func ownLanguages(r language.Region) []language.Tag {
	code := r.String()
	own := language.Make("und-" + code)
	base, _ := own.Base()
	tags := []language.Tag{language.Make(base.String() + "-" + code)}
	for _, more := range map[string][]string{"CH": {"fr", "it", "rm"}, "BE": {"fr", "de"}, "CA": {"fr"}, "FI": {"sv"}, "IE": {"ga"}, "IN": {"bn", "ta", "te", "mr", "gu"}, "LU": {"de", "lb"}, "IL": {"ar"}}[code] {
		tags = append(tags, language.Make(more))
	}
	return tags
}

func regions() []language.Region {
	var all []language.Region
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			r, err := language.ParseRegion(string([]rune{a, b}))
			if err == nil && r.IsCountry() && r.Canonicalize() == r && r.String() == string([]rune{a, b}) {
				all = append(all, r)
			}
		}
	}
	return all
}

func addName(m map[string]string, name, code string) {
	key := contacts.Fold(name)
	if _, has := m[key]; key != "" && !has {
		m[key] = code
	}
}

// countryCode returns the code of a country's name in any of the languages;
// what is none is returned as it is, for the rules to refuse.
func countryCode(value string) string {
	value = strings.TrimSpace(value)
	if len(value) == 2 && value[0] <= 'Z' && value[1] <= 'Z' || len(value) > 100 {
		return value
	}
	if code, ok := countryNames()[contacts.Fold(value)]; ok {
		return code
	}
	return value
}

// languageNames maps folded names of languages, in the languages of namers and
// in their own, to BCP 47 tags.
var languageNames = sync.OnceValue(func() map[string]string {
	m := map[string]string{"chinese": "zh", "simplified chinese": "zh-Hans", "traditional chinese": "zh-Hant", "brazilian portuguese": "pt-BR", "flemish": "nl-BE", "farsi": "fa", "mandarin": "zh"}
	for a := 'a'; a <= 'z'; a++ {
		for b := 'a'; b <= 'z'; b++ {
			code := string([]rune{a, b})
			tag, err := language.Parse(code)
			if base, _ := tag.Base(); err != nil || base.String() != code {
				continue
			}
			addName(m, display.Self.Name(tag), code)
			for _, in := range namers() {
				if names := display.Languages(in); names != nil {
					addName(m, names.Name(tag), code)
				}
			}
		}
	}
	return m
})

// languageTag returns the BCP 47 tag of a language's name, also with its
// country behind in brackets or after a dash: "German (Austria)".
func languageTag(value string) string {
	value = strings.TrimSpace(value)
	if len(value) <= 3 || len(value) > 100 {
		return value
	}
	if code, ok := languageNames()[contacts.Fold(value)]; ok {
		return code
	}
	name, country, ok := strings.Cut(strings.TrimSuffix(value, ")"), "(")
	if !ok {
		name, country, ok = strings.Cut(value, " - ")
	}
	if code, known := languageNames()[contacts.Fold(name)]; ok && known {
		if region := countryCode(country); len(region) == 2 {
			return code + "-" + region
		}
	}
	return value
}

// zoneName returns the IANA name of a time zone as Windows, Rails and HubSpot
// name it; what is none is returned as it is, for the rules to refuse.
func zoneName(value string) string {
	value = strings.TrimSpace(value)
	if name, ok := zoneNames()[contacts.Fold(value)]; ok {
		return name
	}
	// "(UTC+01:00) Amsterdam, Berlin, …" of Windows, "(GMT+01:00) Berlin" of Rails.
	if _, place, ok := strings.Cut(value, ") "); ok && strings.HasPrefix(value, "(") {
		if city, _, _ := strings.Cut(place, ","); zoneNames()[contacts.Fold(city)] != "" {
			return zoneNames()[contacts.Fold(city)]
		}
	}
	if fixed := strings.ReplaceAll(value, "_slash_", "/"); fixed != value {
		return properZone(fixed)
	}
	return value
}

// properZone capitalises a zone's name: europe/berlin is Europe/Berlin.
func properZone(s string) string {
	up := true
	proper := strings.Map(func(r rune) rune {
		begin := up
		up = r == '/' || r == '_' || r == '-'
		if begin && 'a' <= r && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, s)
	return smallWords.Replace(proper)
}

// smallWords are parts of zones' names that do not follow the rule.
var smallWords = strings.NewReplacer("Us/", "US/", "_Of_", "_of_", "-Au-", "-au-", "_Es_", "_es_")
