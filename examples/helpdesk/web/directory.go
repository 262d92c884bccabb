package web

import (
	"html/template"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

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
	AllCount string
	pager
	Binned    bool
	CanEdit   bool
	CanDelete bool
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
	v.Kept = kept(q.Filter.Values(), controls)
	v.List.Empty = emptyDirectory(r, q, len(v.Chips) > 0)
	if len(v.Chips) > 0 {
		v.ClearURL = viewURL("/contacts", contacts.Query{Text: q.Text, Sort: q.Sort, Desc: q.Desc}, nil)
	}
	if r.may(contacts.MayExport) {
		v.ExportURL = viewURL("/export", q, nil)
	}
}

// kept are the conditions of an address that the form has no control for, such
// as a second kind: a search within the view must not lose them. Also names
// those that controls of another name stand for.
func kept(values url.Values, controls []filterView, also ...string) []linkView {
	shown := map[string]bool{}
	for _, name := range also {
		shown[name] = true
	}
	for _, c := range controls {
		shown[c.Name] = true
	}
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
	v.AllCount = totalOf(len(v.Rows), list.Count, list.CountAbout)
	v.pager = pagerOf(len(v.Rows), v.AllCount, list.Prev, list.Next, func(c desk.Cursor) string { return viewURL(path, q, cursorOf(c)) })
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

// ruledAction is an action with the permission that it takes.
type ruledAction struct {
	needs desk.Permission
	actionView
}

// permitted are the actions that the agent may do.
func permitted(r *request, all []ruledAction) []actionView {
	var as []actionView
	for _, a := range all {
		if r.may(a.needs) {
			as = append(as, a.actionView)
		}
	}
	return as
}

// actions are what can be done with a selection, by this agent.
func actions(r *request, binned bool) []actionView {
	if binned {
		return permitted(r, []ruledAction{
			{contacts.MayDelete, actionView{"restore", "Restore", "undo", false}},
			{contacts.MayPurge, actionView{"purge", "Delete for good", "trash", true}},
		})
	}
	return permitted(r, []ruledAction{
		{contacts.MayExport, actionView{"export", "Export", "export", false}},
		{contacts.MayModify, actionView{"activate", "Activate", "check", false}},
		{contacts.MayModify, actionView{"deactivate", "Deactivate", "pause", false}},
		{contacts.MayModify, actionView{"set_owner", "Set owner", "person", false}},
		{contacts.MayModify, actionView{"set_status", "Set status", "tag", false}},
		{contacts.MayDelete, actionView{"delete", "Delete", "trash", true}},
	})
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

// clip shortens a text to n characters.
func clip(s string, n int) string {
	if rs := []rune(s); len(rs) > n {
		return string(rs[:n-1]) + "…"
	}
	return s
}
