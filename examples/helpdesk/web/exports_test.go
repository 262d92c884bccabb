package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/matryer/is"
	"golang.org/x/net/html"

	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
)

// checked are the names of the boxes that are ticked.
func checked(p *page, name string) []string {
	var values []string
	for _, n := range p.find(func(n *html.Node) bool { return n.Data == "input" && attr(n, "name") == name }) {
		for _, a := range n.Attr {
			if a.Key == "checked" {
				values = append(values, attr(n, "value"))
			}
		}
	}
	return values
}

// The dialog's choices: format and fields, of all contacts, of a view, and of
// those that were selected.
func TestExportDialog(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	is.NoErr(s.Contacts.DefineField(t.Context(), s.Manager, contacts.FieldDef{Key: "tier", Label: "Support tier", Type: contacts.TextField}))
	a := s.add(contacts.NewContact{FirstName: "Ann", Email: "ann@corp.example", Custom: map[string]string{"tier": "=gold"}})
	s.add(contacts.NewContact{FirstName: "Bo", Inactive: true})
	b := s.signedIn(accounts.Manager)

	p := b.get("/export")
	p.says("All 2 contacts", "Excel workbook", "Support tier", "Other external IDs", "Created by")
	is.Equal(checked(p, "format"), []string{"csv"})
	is.True(len(checked(p, "field")) > 30)
	file := p.send("/export", "", "field", "id", "field", "custom.tier")
	is.True(strings.HasPrefix(file.body, "id,custom.tier\r\n"+string(a.ID)+",'=gold\r\n"))
	is.Equal(file.header.Get("Content-Type"), "text/csv; charset=utf-8")
	book := b.get("/export?active=0").says("The 1 contact of this view").send("/export", "", "format", "xlsx", "field", "first_name")
	is.True(strings.HasPrefix(book.body, "PK\x03\x04"))
	is.Equal(book.header.Get("Content-Type"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	is.True(strings.Contains(book.header.Get("Content-Disposition"), ".xlsx"))

	// What was chosen stays when something is missing.
	values, _ := p.form("/export")
	values.Del("field")
	values.Set("format", "xlsx")
	none := b.post("/export", values).is(http.StatusUnprocessableEntity)
	none.says("Choose one field or more.")
	is.Equal(checked(none, "format"), []string{"xlsx"})
	is.Equal(len(checked(none, "field")), 0)
}

// B109: neither a contact that is not there nor a field that is hidden leaves
// by the form.
func TestB109_ExportForm(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	a := s.add(contacts.NewContact{FirstName: "Ann", Notes: strings.Repeat("n", 40_000)})
	b := s.signedIn(accounts.Manager)
	csrf, _ := b.get("/export").form("/export")
	post := func(values url.Values) *page {
		values["csrf"] = csrf["csrf"]
		return b.post("/export", values)
	}
	for _, format := range []string{"csv", "xlsx"} {
		gone := post(url.Values{"id": {string(a.ID), "contact_01h455vb4pex5vsknk084sn02q"}, "field": {"id"}, "format": {format}})
		gone.is(http.StatusConflict).says("Not all of the selected contacts are there")
		post(url.Values{"id": {string(a.ID)}, "field": {"password"}, "format": {format}}).is(http.StatusBadRequest)
	}
	// A workbook cannot hold the note: the page says so, and no half file leaves.
	long := post(url.Values{"id": {string(a.ID)}, "field": {"notes"}, "format": {"xlsx"}})
	long.says("40000 characters", "Export as CSV")
	is.True(long.status != http.StatusOK)
	is.Equal(len(post(url.Values{"id": {string(a.ID)}, "field": {"notes"}}).body), len("notes\r\n")+40_000+2)
}
