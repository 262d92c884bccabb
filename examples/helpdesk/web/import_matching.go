package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
)

// importMatchingView says which column goes to which field.
type importMatchingView struct {
	importHead
	Columns []matchedColumn
	Groups  []fieldGroup
	Notes   []string
	// Read and LeftOut count the columns.
	Read, LeftOut string
	// From is the first column of this page; Back and Next those of the pages
	// beside it, "" if there is none.
	From, Back, Next, Shown string
	Saved                   []option
	SaveName                string
}

// matchedColumn is one column of the file.
type matchedColumn struct {
	N               int
	Name, Field     string
	FieldLabel, Why string
	Samples         []string
	// Fixed cannot be chosen for: it has the header of another column.
	Fixed, Read bool
}

// nameParts are fields of files alone: parts of a name, and whole ones.
var nameParts = map[string]string{
	"full_name": "Full name", "full_name_family_first": "Full name, family name first",
	"middle_name": "Middle name", "name_prefix": "Name prefix", "name_suffix": "Name suffix",
}

// importFieldLabel is what a field is called.
func importFieldLabel(name string, defs []contacts.FieldDef) string {
	if label := nameParts[name]; label != "" {
		return label
	}
	for _, d := range defs {
		if name == "custom."+d.Key {
			return customSpec(d).Label
		}
	}
	return exportLabel(name)
}

// importFields groups the fields that a column can go to for a select.
func importFields(targets []importexport.Target, defs []contacts.FieldDef) []fieldGroup {
	var groups []fieldGroup
	placed := map[string]bool{}
	group := func(label string, holds func(field string) bool) {
		g := fieldGroup{Label: label}
		for _, t := range targets {
			if !placed[t.Field] && holds(t.Field) {
				placed[t.Field] = true
				g.Fields = append(g.Fields, option{Value: t.Field, Label: importFieldLabel(t.Field, defs)})
			}
		}
		if len(g.Fields) > 0 {
			groups = append(groups, g)
		}
	}
	for k, g := range exportGroups {
		group(g.label, func(field string) bool { return slices.Contains(g.fields, field) || k == 0 && nameParts[field] != "" })
	}
	group("Custom fields", func(field string) bool { return strings.HasPrefix(field, "custom.") })
	group("Others", func(string) bool { return true })
	return groups
}

// columnsAtOnce is how many columns a page has room for: each has a select of
// all fields, and a page stays under 100 kB.
func columnsAtOnce(groups []fieldGroup) int {
	size := 500
	for _, g := range groups {
		size += 60
		for _, f := range g.Fields {
			size += 28 + len(f.Value) + len(f.Label)
		}
	}
	return min(max(70_000/size, 5), 50)
}

// columnName is what a column is called; k counts from 0.
func columnName(header string, k int) string {
	if header = strings.Join(strings.Fields(header), " "); header == "" {
		return "Column " + number(k+1) + " (no name)"
	}
	return clip(header, 200)
}

// matching is what the page of matching is made of.
type matching struct {
	i       importexport.Import
	defs    []contacts.FieldDef
	targets []importexport.Target
	groups  []fieldGroup
	columns []importexport.Column
	preview importexport.Preview
	// first are the columns that can be chosen for: of those with one header
	// it is the first that a choice is about.
	first []bool
}

// matchingOf reads an import's columns with choices.
func (s *server) matchingOf(r *request, i importexport.Import, o importexport.Choices) (*matching, error) {
	m := &matching{i: i}
	var err error
	if m.preview, err = s.Importer.Preview(r.Context(), r.actor, i.ID, o); err != nil {
		return nil, err
	}
	m.columns = m.preview.Columns
	if m.defs, err = s.Contacts.Fields(r.Context(), r.actor); err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, c := range m.columns {
		key := contacts.Fold(strings.TrimSpace(c.Header))
		m.first = append(m.first, !seen[key])
		seen[key] = true
	}
	m.targets = importexport.Targets(m.defs)
	m.groups = importFields(m.targets, m.defs)
	return m, nil
}

func goesTo(c *importexport.Column) string {
	if c.Field == nil {
		return ""
	}
	return *c.Field
}

// importMatching shows the columns.
func (s *server) importMatching(w http.ResponseWriter, r *request) error {
	i, err := s.importOf(r)
	if err != nil {
		return err
	}
	if !openImport(&i) {
		return redirect(w, r, importURL(i.ID, s.stepOf(&i)))
	}
	m, err := s.matchingOf(r, i, i.Choices)
	if err != nil {
		return s.notReadable(w, r, &i, err)
	}
	return s.showMatching(w, r, m, http.StatusOK, "")
}

// notReadable leads to the step at which the trouble can be mended.
func (s *server) notReadable(w http.ResponseWriter, r *request, i *importexport.Import, err error) error {
	switch desk.KindOf(err) {
	case desk.Invalid, desk.Limited, desk.Expired, desk.Denied:
		return redirect(w, r, importURL(i.ID, fileStep))
	}
	return err
}

func (s *server) showMatching(w http.ResponseWriter, r *request, m *matching, status int, problem string) error {
	v := importMatchingView{Groups: m.groups, Notes: m.preview.Notes, SaveName: r.PostForm.Get("name")}
	var err error
	if v.importHead, err = s.importHead(r, &m.i, matchingStep); err != nil {
		return err
	}
	v.Error = problem
	from, _ := strconv.Atoi(r.FormValue("from"))
	v.page(m, from, r)
	saved, err := s.Importer.Mappings(r.Context(), r.actor)
	if err != nil {
		return err
	}
	for _, one := range saved {
		v.Saved = append(v.Saved, option{Value: one.Name, Label: one.Name, Selected: one.Name == r.PostForm.Get("saved")})
	}
	s.show(w, r, status, "importmatching", view{Title: m.i.Name, Section: "Imports", Data: v})
	return nil
}

// page shows the columns from one on.
func (v *importMatchingView) page(m *matching, from int, r *request) {
	n, all := columnsAtOnce(m.groups), len(m.columns)
	from = min(max(from, 0), max(all-1, 0)) / n * n
	to := min(from+n, all)
	v.From = strconv.Itoa(from)
	if from > 0 {
		v.Back = strconv.Itoa(from - n)
	}
	if to < all {
		v.Next = strconv.Itoa(to)
	}
	if n < all {
		v.Shown = "Columns " + number(from+1) + " to " + number(to) + " of " + number(all)
	}
	read := 0
	for k := range m.columns {
		if m.columns[k].Field != nil {
			read++
		}
	}
	v.Read, v.LeftOut = plural(read, "column is read", "columns are read"), plural(all-read, "is left out", "are left out")
	for k := from; k < to; k++ {
		v.Columns = append(v.Columns, m.column(k, r))
	}
}

// column shows one column; what was chosen in the form before stays chosen.
func (m *matching) column(k int, r *request) matchedColumn {
	c := &m.columns[k]
	v := matchedColumn{N: k, Name: columnName(c.Header, k), Field: goesTo(c), Fixed: !m.first[k], Why: m.why(k)}
	for _, sample := range c.Samples {
		v.Samples = append(v.Samples, clip(sample, 60))
	}
	if name := columnInput(k); r.PostForm.Has(name) {
		v.Field = r.PostForm.Get(name)
	}
	if v.Read = v.Field != ""; v.Read {
		v.FieldLabel = importFieldLabel(v.Field, m.defs)
	}
	return v
}

// why says why a column goes where it does.
func (m *matching) why(k int) string {
	c := &m.columns[k]
	chosen, asked := m.i.Choices.Map[c.Header]
	var why []string
	switch {
	case !m.first[k]:
		why = append(why, "Another column has the same name.")
	case asked && chosen != "":
		why = append(why, "Chosen by hand.")
	case asked:
		return "Left out by hand."
	case c.Field != nil:
		why = append(why, "By its name.")
	}
	if c.Label != "" {
		why = append(why, "Labelled “"+clip(c.Label, 40)+"”.")
	}
	if c.Reason != "" {
		why = append(why, c.Reason)
	}
	switch {
	case c.Suggested != "":
		why = append(why, "Its values look like “"+importFieldLabel(c.Suggested, m.defs)+"”: choose that if they are.")
	case c.Field == nil && c.Reason == "":
		why = append(why, "It is left out.")
	}
	return strings.Join(why, " ")
}

func columnInput(k int) string { return "column_" + strconv.Itoa(k) }
