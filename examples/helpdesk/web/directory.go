package web

import (
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// pageRows is how many rows a page of a list has: what a laptop shows at once.
const pageRows = 25

// directoryView is the page of all contacts.
type directoryView struct {
	Query   contacts.Query
	Filters []filterView
	// Kept are conditions that no control of the form stands for.
	Kept             []linkView
	Chips            []chipView
	ClearURL         string
	Error            string
	CanCreate        bool
	ExportURL        string
	CountText, Spoke string
	List             listView
}

// filterView is one control of the filter panel.
type filterView struct {
	Name, Label, Kind string // select or date
	Options           []option
	Value             string
}

// chipView is a filter that is on, with the address of the page without it.
type chipView struct{ Label, URL string }

// listView is a table of contacts with its pager. It is the directory, a
// company's contacts and the bin.
type listView struct {
	Rows    []rowView
	Columns []columnView
	Actions []actionView
	Empty   emptyView
	// View and Return are the query and address of this list, for bulk actions.
	View, Return string
	// AllCount is how many match, when they are more than are shown.
	AllCount   string
	First      string
	Prev, Next string
	Shown      string
	Binned     bool
	CanEdit    bool
	CanDelete  bool
}

type columnView struct {
	Label, Class, URL, Sort string // Sort is the aria-sort value
}

// actionView is a button of the selection bar.
type actionView struct {
	Do, Label, Icon string
	Warn            bool
}

type emptyView struct {
	Art, Title, Text string
	Links            []linkView
}

type linkView struct {
	Label, URL, Icon string
	Primary          bool
}

// rowView is one contact in a list.
type rowView struct {
	ID, URL, Name, Title  string
	Initials, Hue         string
	Company, CompanyURL   string
	Email                 string
	Phone                 string
	Tel                   template.URL
	Status                string
	Inactive              bool
	Time                  *when
	EditURL               string
	CanEmail, HasMore     bool
	SelectLabel, MoreName string
}

// directory is the list of contacts, for whatever its address asks.
func (s *server) directory(w http.ResponseWriter, r *request) error {
	v := directoryView{CanCreate: r.may(contacts.MayCreate)}
	q, err := parseView(r.URL.Query())
	if err != nil {
		v.Error, q = desk.MessageOf(err), contacts.Query{Text: r.FormValue("text")}
	}
	q.Filter.Binned = false
	status := http.StatusOK
	if v.Error != "" {
		status = http.StatusUnprocessableEntity
	}
	list, people, err := s.list(r, q, v.Error != "")
	switch desk.KindOf(err) {
	case "":
	case desk.Expired:
		return redirect(w, r, viewURL("/contacts", q, nil))
	case desk.Invalid:
		v.Error, status = desk.MessageOf(err), http.StatusUnprocessableEntity
	default:
		return err
	}
	defs, err := s.Contacts.Fields(r.Context(), r.actor)
	if err != nil {
		return err
	}
	if v.Chips, err = s.chips(r, q, people, defs); err != nil {
		return err
	}
	v.List = s.listView(r, q, list, "/contacts")
	v.CountText, v.Spoke = about(list.Count, list.CountAbout), foundText(list)
	v.fill(r, q, filters(q, people, defs))
	s.show(w, r, status, "directory", view{Title: "Contacts", Section: "Contacts", Data: v})
	return nil
}

// fill adds the form and the links of the page.
func (v *directoryView) fill(r *request, q contacts.Query, controls []filterView) {
	v.Query, v.Filters = q, controls
	v.Kept = kept(q, controls)
	v.List.Empty = emptyDirectory(r, q, len(v.Chips) > 0)
	if len(v.Chips) > 0 {
		v.ClearURL = viewURL("/contacts", contacts.Query{Text: q.Text, Sort: q.Sort, Desc: q.Desc}, nil)
	}
	if r.may(contacts.MayExport) {
		v.ExportURL = viewURL("/export", q, nil)
	}
}

// kept are the conditions of an address that the form has no control for, such
// as a second kind: a search within the view must not lose them.
func kept(q contacts.Query, controls []filterView) []linkView {
	shown := map[string]bool{}
	for _, c := range controls {
		shown[c.Name] = true
	}
	values := q.Filter.Values()
	var out []linkView
	for _, name := range slices.Sorted(maps.Keys(values)) {
		vs := values[name]
		if shown[name] {
			vs = vs[1:]
		}
		for _, v := range vs {
			out = append(out, linkView{Label: name, URL: v})
		}
	}
	return out
}

// list asks for the page of the query that the address names.
func (s *server) list(r *request, q contacts.Query, skip bool) (contacts.List, *people, error) {
	people, err := s.people(r.Context(), r)
	if err != nil || skip {
		return contacts.List{}, people, err
	}
	q.Count = true
	list, err := s.Contacts.List(r.Context(), r.actor, q, desk.Page{Limit: pageRows, Cursor: desk.Cursor(r.URL.Query().Get("cursor"))})
	return list, people, err
}

// parseView reads a query from an address or a form. Forms send every control,
// also those that were left alone; an empty value means no condition.
func parseView(values url.Values) (contacts.Query, error) {
	kept := url.Values{}
	for name, vs := range values {
		for _, v := range vs {
			if v = strings.TrimSpace(v); v != "" && name != "cursor" {
				kept.Add(name, v)
			}
		}
	}
	return contacts.ParseQuery(kept)
}

// viewURL is the address of a list: its query, and what is set beside it.
func viewURL(path string, q contacts.Query, more url.Values) string {
	q.Count = false
	values := q.Values()
	for name, vs := range more {
		values[name] = vs
	}
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}

// columns are the table's heads. Those that sort have an address; a second
// click turns the order round.
func columns(path string, q contacts.Query) []columnView {
	cols := []struct {
		columnView
		sort contacts.Sort
	}{
		{columnView{Label: "Name", Class: "w-name"}, contacts.SortName},
		{columnView{Label: "Company", Class: "w-company"}, contacts.SortCompany},
		{columnView{Label: "Email", Class: "w-email"}, contacts.SortEmail},
		{columnView{Label: "Phone", Class: "w-phone"}, ""},
		{columnView{Label: "Status", Class: "w-status"}, ""},
		{columnView{Label: "Changed", Class: "w-time"}, contacts.SortUpdated},
	}
	by := q.Sort
	if by == "" {
		by = contacts.SortName
	}
	shown := make([]columnView, len(cols))
	for i, c := range cols {
		shown[i] = c.columnView
		if c.sort == "" {
			continue
		}
		next := q
		// Times are wanted newest first, names from the beginning.
		next.Sort, next.Desc = c.sort, c.sort == contacts.SortUpdated
		if c.sort == by {
			next.Desc = !q.Desc
			shown[i].Sort = "ascending"
			if q.Desc {
				shown[i].Sort = "descending"
			}
		}
		shown[i].URL = viewURL(path, next, nil)
	}
	return shown
}

// listView turns a page of contacts into a table.
func (s *server) listView(r *request, q contacts.Query, list contacts.List, path string) listView {
	v := listView{
		Columns: columns(path, q), View: viewURL("", q, nil), Return: r.URL.RequestURI(), Binned: q.Filter.Binned,
		CanEdit: r.may(contacts.MayModify) && !q.Filter.Binned, CanDelete: r.may(contacts.MayDelete), Actions: actions(r, q.Filter.Binned),
	}
	if r.fragment() {
		v.Return = viewURL(path, q, nil)
	}
	for i := range list.Contacts {
		v.Rows = append(v.Rows, s.row(&list.Contacts[i], v.CanEdit, q.Filter.Binned))
	}
	if list.Count > len(v.Rows) {
		v.AllCount = about(list.Count, list.CountAbout)
	}
	if list.Prev != "" {
		v.First = viewURL(path, q, nil)
		v.Prev = viewURL(path, q, url.Values{"cursor": {string(list.Prev)}})
	}
	if list.Next != "" {
		v.Next = viewURL(path, q, url.Values{"cursor": {string(list.Next)}})
	}
	v.Shown = plural(len(v.Rows), "row", "rows")
	if v.AllCount != "" {
		v.Shown = number(len(v.Rows)) + " of " + v.AllCount
	}
	return v
}

func (s *server) row(c *contacts.Contact, canEdit, binned bool) rowView {
	name := c.Name()
	row := rowView{
		ID: string(c.ID), URL: "/contacts/" + string(c.ID), Name: name, Title: c.JobTitle, Initials: initials(name), Hue: hue(string(c.ID)),
		Company: c.Company, Email: c.Email, Phone: c.Phone().Value, Tel: template.URL(tel(c.Phone())), //nolint:gosec // digits only
		Status: c.Status, Inactive: !c.Active, Time: shown(c.UpdatedAt, s.Now()),
		SelectLabel: "Select " + name, MoreName: "More for " + name,
	}
	if row.Name == "" {
		row.Name = "(no name)"
	}
	if c.CompanyID != "" {
		row.CompanyURL = "/companies/" + string(c.CompanyID)
	}
	if canEdit {
		row.EditURL = row.URL + "/edit"
	}
	if binned {
		row.Time = shown(c.DeletedAt, s.Now())
	}
	return row
}

// actions are what can be done with a selection, by this agent.
func actions(r *request, binned bool) []actionView {
	var as []actionView
	add := func(allowed bool, a actionView) {
		if allowed {
			as = append(as, a)
		}
	}
	if binned {
		add(r.may(contacts.MayDelete), actionView{"restore", "Restore", "undo", false})
		add(r.may(contacts.MayPurge), actionView{"purge", "Delete for good", "trash", true})
		return as
	}
	add(r.may(contacts.MayExport), actionView{"export", "Export", "export", false})
	add(r.may(contacts.MayModify), actionView{"activate", "Activate", "check", false})
	add(r.may(contacts.MayModify), actionView{"deactivate", "Deactivate", "pause", false})
	add(r.may(contacts.MayModify), actionView{"set_owner", "Set owner", "person", false})
	add(r.may(contacts.MayModify), actionView{"set_status", "Set status", "tag", false})
	add(r.may(contacts.MayDelete), actionView{"delete", "Delete", "trash", true})
	return as
}

func emptyDirectory(r *request, q contacts.Query, filtered bool) emptyView {
	if q.Text == "" && !filtered {
		e := emptyView{Art: "people", Title: "No contacts yet", Text: "The people you help are listed here: customers, vendors, partners. Add the first one by hand, or bring them in from a file."}
		if r.may(contacts.MayCreate) {
			e.Links = append(e.Links, linkView{"New contact", "/contacts/new", "plus", true})
		}
		if r.may(contacts.MayImport) {
			e.Links = append(e.Links, linkView{"Import a file", "/imports", "import", false})
		}
		return e
	}
	e := emptyView{Art: "search", Title: "No one found", Text: "Nobody matches the filters that are on."}
	if q.Text != "" {
		e.Text = "Nobody has “" + q.Text + "” in a name, company, address or phone number."
		if filtered {
			e.Text = "Nobody within the filters has “" + q.Text + "” in a name, company, address or phone number."
		}
		if r.may(contacts.MayCreate) {
			e.Links = append(e.Links, linkView{"Create “" + clip(q.Text, 40) + "”", "/contacts/new?" + url.Values{"from": {q.Text}}.Encode(), "plus", true})
		}
	}
	if filtered {
		e.Links = append(e.Links, linkView{"Clear the filters", viewURL("/contacts", contacts.Query{Text: q.Text}, nil), "close", false})
	}
	return e
}

func foundText(list contacts.List) string {
	switch {
	case len(list.Contacts) == 0:
		return "No one found"
	case list.CountAbout:
		return "Up to " + plural(list.Count, "contact", "contacts")
	}
	return plural(list.Count, "contact", "contacts")
}

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

// clip shortens a text to n characters.
func clip(s string, n int) string {
	if rs := []rune(s); len(rs) > n {
		return string(rs[:n-1]) + "…"
	}
	return s
}
