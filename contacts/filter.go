package contacts

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/deskfolk/desk"
)

// FilterNames lists the names that [Filter.Values] writes, but for custom
// fields, whose name is "custom." and the key.
var FilterNames = []string{
	"active", "status", "kind", "company", "no_company", "owner", "login", "portal", "source",
	"created_from", "created_until", "updated_from", "updated_until", "id", "binned", "unset",
}

// Values writes the filter as the query of a URL. Times are in RFC 3339.
func (f Filter) Values() url.Values {
	v := url.Values{}
	flag := func(name string, b *bool) {
		if b != nil {
			v.Set(name, boolFacet("", *b)[1:])
		}
	}
	flag("active", f.Active)
	flag("portal", f.PortalAccess)
	addAll(v, "status", f.Statuses)
	addAll(v, "kind", f.Kinds)
	addAll(v, "company", f.Companies)
	addAll(v, "owner", f.Owners)
	addAll(v, "login", f.LoginSources)
	addAll(v, "source", f.Sources)
	addAll(v, "id", f.IDs)
	if f.NoCompany {
		v.Set("no_company", "1")
	}
	if f.Binned {
		v.Set("binned", "1")
	}
	for _, key := range slices.Sorted(maps.Keys(f.Custom)) {
		addAll(v, "custom."+key, []string{f.Custom[key]})
	}
	for _, t := range f.times() {
		if !t.at.IsZero() {
			v.Set(t.name, t.at.UTC().Format(time.RFC3339Nano))
		}
	}
	return v
}

func addAll[T ~string](v url.Values, name string, values []T) {
	for _, s := range values {
		if s == "" {
			v.Add("unset", name)
			continue
		}
		v.Add(name, string(s))
	}
}

type namedTime struct {
	name string
	at   *time.Time
}

func (f *Filter) times() []namedTime {
	return []namedTime{
		{"created_from", &f.CreatedFrom}, {"created_until", &f.CreatedUntil},
		{"updated_from", &f.UpdatedFrom}, {"updated_until", &f.UpdatedUntil},
	}
}

// ParseFilter reads a filter from the query of a URL. Names that are not a
// filter's are passed over, so that other values can stand in the same URL;
// see [FilterNames]. Times are in RFC 3339 or days ("2006-01-02", in UTC).
// An empty value limits nothing, as forms send it; "unset" names a field that
// must not be set: "status", "owner" or "custom." and a key.
func ParseFilter(v url.Values) (Filter, error) {
	var f Filter
	var err error
	if f.Active, err = ReadFlag(v, "active"); err != nil {
		return f, err
	}
	if f.PortalAccess, err = ReadFlag(v, "portal"); err != nil {
		return f, err
	}
	for name, dst := range map[string]*bool{"no_company": &f.NoCompany, "binned": &f.Binned} {
		b, err := ReadFlag(v, name)
		if err != nil {
			return f, err
		}
		*dst = b != nil && *b
	}
	f.Statuses = readAll[string](v["status"])
	f.Owners = readAll[string](v["owner"])
	f.Kinds = readAll[Kind](v["kind"])
	f.Companies = readAll[desk.CompanyID](v["company"])
	f.LoginSources = readAll[LoginSource](v["login"])
	f.Sources = readAll[Source](v["source"])
	f.IDs = readAll[desk.ContactID](v["id"])
	if err := f.readCustom(v); err != nil {
		return f, err
	}
	if err := f.readUnset(v["unset"]); err != nil {
		return f, err
	}
	for _, t := range f.times() {
		if *t.at, err = ReadTime(v, t.name); err != nil {
			return f, err
		}
	}
	return f, f.check()
}

func (f *Filter) readCustom(v url.Values) error {
	for name, values := range v {
		key, ok := strings.CutPrefix(name, "custom.")
		if !ok || len(values) == 0 || values[0] == "" {
			continue
		}
		if err := f.setCustom(key, values[0]); err != nil {
			return err
		}
	}
	return nil
}

func (f *Filter) setCustom(key, value string) error {
	if !desk.IsKey(key) {
		return customError("?", "There is no such custom field.")
	}
	if f.Custom == nil {
		f.Custom = map[string]string{}
	}
	f.Custom[key] = value
	return nil
}

func (f *Filter) readUnset(names []string) error {
	for _, name := range names {
		key, custom := strings.CutPrefix(name, "custom.")
		switch {
		case custom:
			if err := f.setCustom(key, ""); err != nil {
				return err
			}
		case name == "status":
			f.Statuses = append(f.Statuses, "")
		case name == "owner":
			f.Owners = append(f.Owners, "")
		case name != "":
			return invalid("unset", "This field cannot be asked for by being empty.")
		}
	}
	return nil
}

func readAll[T ~string](values []string) []T {
	var out []T
	for _, s := range values {
		if s != "" {
			out = append(out, T(s))
		}
	}
	return out
}

// ReadFlag reads a yes or no from the query of a URL; nil without a value.
func ReadFlag(v url.Values, name string) (*bool, error) {
	s := v.Get(name)
	if s == "" {
		return nil, nil
	}
	text, ok := cleanBool(s)
	if !ok || len(s) > 10 {
		return nil, invalid(name, "Write 1 for yes or 0 for no.")
	}
	b := text == "true"
	return &b, nil
}

// ReadTime reads a day, or a time in RFC 3339, from the query of a URL; the zero
// time without a value.
func ReadTime(v url.Values, name string) (time.Time, error) {
	s := v.Get(name)
	if s == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() >= 1 && t.Year() <= 9999 {
			return desk.Moment(t), nil
		}
	}
	return time.Time{}, invalid(name, "Write a day like 2026-03-31, or a time in RFC 3339.")
}

// Values writes the query as that of a URL: the filter's values and "text",
// "sort", "desc" and "count".
func (q Query) Values() url.Values {
	v := q.Filter.Values()
	if q.Text != "" {
		v.Set("text", q.Text)
	}
	if q.Sort != "" {
		v.Set("sort", string(q.Sort))
	}
	if q.Desc {
		v.Set("desc", "1")
	}
	if q.Count {
		v.Set("count", "1")
	}
	return v
}

// ParseQuery reads what [Query.Values] writes; see [ParseFilter] for the rest.
func ParseQuery(v url.Values) (Query, error) {
	f, err := ParseFilter(v)
	if err != nil {
		return Query{}, err
	}
	q := Query{Text: v.Get("text"), Filter: f, Sort: Sort(v.Get("sort"))}
	if _, ok := sortFields[q.Sort]; !ok && q.Sort != "" {
		return Query{}, invalid("sort", "There is no such order.")
	}
	for name, dst := range map[string]*bool{"desc": &q.Desc, "count": &q.Count} {
		b, err := ReadFlag(v, name)
		if err != nil {
			return Query{}, err
		}
		*dst = b != nil && *b
	}
	if _, err := Words(q.Text); err != nil {
		return Query{}, err
	}
	return q, nil
}
