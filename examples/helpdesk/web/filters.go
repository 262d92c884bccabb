package web

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// filters are the controls of the filter panel with their present values.
func filters(q contacts.Query, p *people, defs []contacts.FieldDef) []filterView {
	f := q.Filter
	values := f.Values()
	pick := func(name, label, none string, options ...option) filterView {
		options = append([]option{{Label: none}}, options...)
		return filterView{Name: name, Label: label, Kind: "select", Options: chosen(options, values.Get(name))}
	}
	yesno := []option{{Value: "1", Label: "Yes"}, {Value: "0", Label: "No"}}
	var logins, origins []option
	for _, l := range contacts.LoginSources {
		logins = append(logins, option{Value: string(l), Label: capital(string(l))})
	}
	for _, o := range contacts.Sources {
		origins = append(origins, option{Value: string(o), Label: sourceName(o)})
	}
	all := []filterView{
		pick("active", "Active", "Any", yesno...),
		{Name: "status", Label: "Status", Kind: "text", Value: values.Get("status")},
		pick("kind", "Kind", "Any", p.choices("kinds", "")...),
		pick("owner", "Owner", "Anyone", p.choices("agents", "")[1:]...),
		pick("no_company", "Company", "Any", option{Value: "1", Label: "None"}),
		pick("portal", "Portal access", "Any", yesno...),
		pick("login", "Login source", "Any", logins...),
		pick("source", "Came in", "Any way", origins...),
	}
	for _, d := range defs {
		all = append(all, customFilter(d, f.Custom[d.Key]))
	}
	for _, d := range []struct{ name, label string }{{"created_from", "Created from"}, {"created_until", "Created before"}, {"updated_from", "Changed from"}, {"updated_until", "Changed before"}} {
		all = append(all, filterView{Name: d.name, Label: d.label, Kind: "date", Value: dateOf(values.Get(d.name))})
	}
	return append(all, orders(q)...)
}

// orders are the controls for the order of the list.
func orders(q contacts.Query) []filterView {
	var orders []option
	for _, by := range contacts.Sorts {
		value := string(by)
		if by == contacts.SortName {
			value = "" // the default needs no place in the address
		}
		orders = append(orders, option{Value: value, Label: sortNames[by]})
	}
	return []filterView{{Name: "sort", Label: "Sort by", Kind: "select", Options: chosen(orders, strings.TrimPrefix(string(q.Sort), string(contacts.SortName)))},
		{Name: "desc", Label: "Order", Kind: "select", Options: chosen([]option{{Label: "First to last"}, {Value: "1", Label: "Last to first"}}, q.Values().Get("desc"))}}
}

var sortNames = map[contacts.Sort]string{
	contacts.SortName: "Name", contacts.SortLastName: "Last name", contacts.SortCompany: "Company",
	contacts.SortEmail: "Email", contacts.SortCreated: "Created", contacts.SortUpdated: "Changed",
}

func customFilter(d contacts.FieldDef, value string) filterView {
	f := filterView{Name: "custom." + d.Key, Label: d.Label, Kind: "text", Value: value}
	if f.Label == "" {
		f.Label = d.Key
	}
	switch d.Type {
	case contacts.BoolField:
		f.Kind, f.Options = "select", chosen([]option{{Label: "Any"}, {Value: "true", Label: "Yes"}, {Value: "false", Label: "No"}}, value)
	case contacts.ChoiceField:
		f.Kind, f.Options = "select", []option{{Label: "Any"}}
		for _, c := range d.Choices {
			f.Options = append(f.Options, option{Value: c, Label: c})
		}
		f.Options = chosen(f.Options, value)
	case contacts.DateField:
		f.Kind = "date"
	}
	return f
}

// dateOf takes the day of a time that an address carries.
func dateOf(v string) string {
	if t, err := time.Parse(time.RFC3339Nano, v); err == nil {
		return t.UTC().Format(time.DateOnly)
	}
	return v
}

// chips are the filters that are on. Each can be taken off by itself.
func (s *server) chips(r *request, q contacts.Query, p *people, defs []contacts.FieldDef) ([]chipView, error) {
	values := q.Filter.Values()
	labels := map[string]string{}
	for _, f := range filters(q, p, defs) {
		labels[f.Name] = f.Label
	}
	labels["id"], labels["company"], labels["unset"] = "Chosen contacts", "Company", "Not set"
	var chips []chipView
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if name == "binned" {
			continue
		}
		rest := q.Values()
		rest.Del(name)
		rest.Del("count")
		text, err := s.chipText(r, name, values[name], p)
		if err != nil {
			return nil, err
		}
		chips = append(chips, chipView{Label: labels[name] + ": " + text, URL: "/contacts?" + rest.Encode()})
	}
	return chips, nil
}

// chipText says a filter's value as a person would.
func (s *server) chipText(r *request, name string, vs []string, p *people) (string, error) {
	var said []string
	for _, v := range vs {
		switch name {
		case "owner":
			v = p.name(v)
		case "company":
			c, err := s.Contacts.GetCompany(r.Context(), r.actor, desk.CompanyID(v))
			if err != nil && desk.KindOf(err) != desk.NotFound {
				return "", err
			}
			v = "not found"
			if err == nil {
				v = c.Name
			}
		case "id":
			return number(len(vs)), nil
		case "no_company":
			v = "none"
		case "unset":
			v = fieldLabel(v)
		case "source":
			v = strings.ToLower(sourceName(contacts.Source(v)))
		case "created_from", "created_until", "updated_from", "updated_until":
			v = dateOf(v)
		}
		switch v {
		case "true", "1":
			v = "yes"
		case "false", "0":
			v = "no"
		case "":
			v = "not set"
		}
		said = append(said, strings.ReplaceAll(v, "_", " "))
	}
	return strings.Join(said, ", "), nil
}
