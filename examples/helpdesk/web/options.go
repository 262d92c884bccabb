package web

import (
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/deskfolk/desk/contacts"
)

// option is one choice of a select, or one suggestion.
type option struct {
	Value, Label string
	Selected     bool
}

// countries are the ISO 3166-1 countries by their English names.
var countries = sync.OnceValue(func() []option {
	var all []option
	names := display.English.Regions()
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string([]rune{a, b})
			r, err := language.ParseRegion(code)
			if err != nil || !r.IsCountry() || r.String() != code || r.Canonicalize() != r || withdrawn[code] {
				continue
			}
			all = append(all, option{Value: code, Label: names.Name(r)})
		}
	}
	slices.SortFunc(all, func(x, y option) int { return strings.Compare(contacts.Fold(x.Label), contacts.Fold(y.Label)) })
	return all
})

// withdrawn are codes that the table of regions knows and the standard does
// not assign to a country (any more).
var withdrawn = map[string]bool{"AC": true, "CP": true, "CQ": true, "DG": true, "EA": true, "EZ": true, "IC": true, "QO": true, "TA": true, "UN": true, "XA": true, "XB": true, "XK": false, "ZZ": true}

// zones are time zones that many people live in; any other can be typed.
var zones = strings.Fields(`Africa/Cairo Africa/Casablanca Africa/Johannesburg Africa/Lagos Africa/Nairobi America/Anchorage
America/Argentina/Buenos_Aires America/Bogota America/Caracas America/Chicago America/Denver America/Halifax America/Lima
America/Los_Angeles America/Mexico_City America/New_York America/Phoenix America/Santiago America/Sao_Paulo America/Toronto
America/Vancouver Asia/Almaty Asia/Baghdad Asia/Bangkok Asia/Dhaka Asia/Dubai Asia/Ho_Chi_Minh Asia/Hong_Kong Asia/Jakarta
Asia/Jerusalem Asia/Karachi Asia/Kathmandu Asia/Kolkata Asia/Kuala_Lumpur Asia/Manila Asia/Riyadh Asia/Seoul Asia/Shanghai
Asia/Singapore Asia/Taipei Asia/Tashkent Asia/Tehran Asia/Tokyo Atlantic/Azores Atlantic/Reykjavik Australia/Adelaide
Australia/Brisbane Australia/Melbourne Australia/Perth Australia/Sydney Europe/Amsterdam Europe/Athens Europe/Berlin
Europe/Brussels Europe/Bucharest Europe/Budapest Europe/Copenhagen Europe/Dublin Europe/Helsinki Europe/Istanbul Europe/Kyiv
Europe/Lisbon Europe/London Europe/Madrid Europe/Moscow Europe/Oslo Europe/Paris Europe/Prague Europe/Rome Europe/Stockholm
Europe/Vienna Europe/Warsaw Europe/Zurich Pacific/Auckland Pacific/Honolulu UTC`)

// languages are suggestions by their own names; any tag can be typed.
var languages = sync.OnceValue(func() []option {
	var all []option
	for tag := range strings.FieldsSeq("ar bg bn cs da de de-CH el en en-GB en-US es es-MX et fa fi fr fr-CA he hi hr hu id it ja ko lt lv ms nb nl pl pt pt-BR ro ru sk sl sr sv sw ta th tr uk ur vi zh-Hans zh-Hant") {
		all = append(all, option{Value: tag, Label: display.Self.Name(language.MustParse(tag))})
	}
	return all
})

// choices returns the options of a field, the current value among them even
// when it is none of the usual ones.
func (p *people) choices(name, value string) []option {
	var all []option
	switch {
	case name == "kinds":
		for _, k := range contacts.Kinds {
			all = append(all, option{Value: string(k), Label: capital(string(k))})
		}
	case name == "agents":
		all = append(all, option{Label: "Nobody"})
		for _, a := range p.agents {
			all = append(all, option{Value: a.ID, Label: a.Name})
		}
	case name == "countries":
		all = append(all, option{Label: "Not known"})
		all = append(all, countries()...)
	case name == "zones":
		for _, z := range zones {
			all = append(all, option{Value: z})
		}
	case name == "languages":
		all = slices.Clone(languages())
	case name == "onoff":
		all = []option{{Value: "true", Label: "Yes"}, {Value: "false", Label: "No"}}
	case name == "yesno":
		all = []option{{Label: "Not set"}, {Value: "true", Label: "Yes"}, {Value: "false", Label: "No"}}
	case strings.HasPrefix(name, "list:"):
		all = append(all, option{Label: "Not set"})
		for c := range strings.SplitSeq(strings.TrimPrefix(name, "list:"), "\x00") {
			all = append(all, option{Value: c, Label: c})
		}
	}
	return chosen(all, value)
}

// chosen marks the option that has the value, and adds one for a value that
// none has, so that a form never changes what it does not know.
func chosen(all []option, value string) []option {
	found := false
	for i := range all {
		all[i].Selected = all[i].Value == value
		found = found || all[i].Selected
	}
	if !found && value != "" {
		all = append(all, option{Value: value, Label: value, Selected: true})
	}
	return all
}

func capital(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + strings.ReplaceAll(s[1:], "_", " ")
}
