package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/matryer/is"

	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
)

// settled reloads an import's page until the work is done.
func settled(p *page) *page {
	p.b.t.Helper()
	deadline := time.After(2 * time.Minute)
	for strings.Contains(p.body, `data-poll`) {
		select {
		case <-deadline:
			p.b.t.Fatal("the import does not end")
		case <-time.After(20 * time.Millisecond):
			p = p.b.get(p.path)
		}
	}
	return p
}

// TestImport uploads a file, looks at how it is read, and runs it.
func TestImport(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	b := s.signedIn(accounts.Importer)
	const file = "first_name;Last Name;email;phone;Shoe size\nJürgen;Weiß;j.weiss@corp.example;020 7946 0958;43\nAnn;Lee;not an address;;\nMaría;Núñez;maria@corp.example;;38\n"
	p := b.get("/imports").says("No imports yet").upload("/imports", "people.csv", file)
	p.is(http.StatusOK).says("How the columns are read", "semicolon", "utf-8", "Jürgen", "Shoe size")
	is.Equal(len(b.get("/contacts").rows()), 0) // nothing is imported by looking
	values, _ := p.form(p.path)
	is.Equal(values.Get("column_1"), "last_name")
	is.Equal(values.Get("column_4"), "")
	p.send(p.path, "", "column_4", "job_title", "column_3", "job_title").is(http.StatusUnprocessableEntity).says("Two columns go to Job title")

	p = settled(p.send(p.path, ""))
	p.says("Done", "Rows 3", "Created 2", "Failed 1", "Rows that failed", "Left out: Shoe size")
	failed := p.link("Failed rows as CSV")
	is.True(strings.Contains(failed.body, "not an address"))
	is.Equal(len(b.get("/contacts").rows()), 2)

	p = b.get("/imports").says("people.csv", "Done").upload("/imports", "people.csv", strings.ReplaceAll(file, "Weiß", "Weiss"))
	p = settled(p.send(p.path, "", "duplicates", "update"))
	p.says("Updated 1", "Skipped 1", "Created 0")
	c, err := s.Contacts.GetByEmail(t.Context(), s.Manager, "j.weiss@corp.example")
	is.NoErr(err)
	is.Equal(c.LastName, "Weiss")
	is.Equal(c.Source, contacts.ByImport)
	is.True(strings.HasPrefix(b.get("/imports/template.csv").body, "external_id") || strings.Contains(b.get("/imports/template.csv").body, "first_name"))
}

// TestImportRefused says in one sentence what is wrong with a file.
func TestImportRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.signedIn(accounts.Manager)
	for name, content := range map[string]string{"empty.csv": "", "picture.csv": "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "rows.csv": "ann@corp.example,12345\nbob@corp.example,23456\n"} {
		p := b.get("/imports").upload("/imports", name, content)
		p.is(http.StatusUnprocessableEntity).says(name + ":").silent("How the columns are read")
	}
	b.get("/settings").send("/settings", "", "allow_import", "")
	b.get("/imports").says("Imports are switched off", "switched on in the settings")
}
