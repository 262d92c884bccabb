package importexport_test

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/matryer/is"
	"pgregory.net/rapid"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
	"github.com/deskfolk/desk/storage/desktest"
)

// anyContact draws a contact with any text where a text can be.
func anyContact(r *rapid.T, n int) contacts.NewContact {
	text := rapid.OneOf(rapid.SampledFrom(hostileTexts), rapid.String(), rapid.StringMatching("['=+@\\-;:,\\\\\" _x0-9]{0,9}é?"))
	line := func(name string, most int) string {
		s := []rune(oneLine(text.Draw(r, name)))
		return strings.TrimSpace(string(s[:min(len(s), most)]))
	}
	c := contacts.NewContact{
		FirstName: line("first", 200), LastName: "x" + line("last", 199), DisplayName: line("display", 200), Email: fmt.Sprintf("a%d@x.example", n),
		JobTitle: line("job", 200), Division: line("division", 200), Notes: text.Draw(r, "notes"), Status: line("status", 200), CompanyName: line("company", 200),
		Address:  contacts.Address{Street: text.Draw(r, "street"), City: line("city", 200), Region: line("region", 200), PostalCode: line("postal", 200)},
		Inactive: rapid.Bool().Draw(r, "inactive"), DoNotCall: rapid.Bool().Draw(r, "call"), Custom: map[string]string{"note": text.Draw(r, "custom")},
		External: map[string]string{importexport.ExternalSource: line("key", 100) + fmt.Sprint(n), "crm": fmt.Sprint(n) + line("crm", 100)},
	}
	for i := range rapid.IntRange(0, 3).Draw(r, "phones") {
		c.Phones = append(c.Phones, contacts.Phone{Label: line("label", 40), Value: line("phone", 40), Primary: i == 1})
	}
	for i := range rapid.IntRange(0, 2).Draw(r, "emails") {
		c.Emails = append(c.Emails, contacts.Email{Label: line("label", 40), Value: fmt.Sprintf("b%d.%d@x.example", n, i)})
	}
	return c
}

// B101, E4: whatever text a contact holds, export and import give it again,
// into another workspace, and by either format.
func TestB101_ExportImportRoundTrip(t *testing.T) {
	t.Parallel()
	d, s := newDesk(t)
	other := d.Manager
	other.Workspace = "other"
	for _, a := range []desk.Actor{d.Manager, other} {
		twin := *d
		twin.Manager = a
		allowImport(t, &twin)
		if err := d.Contacts.DefineField(t.Context(), a, contacts.FieldDef{Key: "note", Label: "Note", Type: contacts.TextField}); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		made, err := d.Contacts.Create(t.Context(), d.Manager, anyContact(r, n))
		if desk.KindOf(err) == desk.Invalid {
			r.Skip(err)
		}
		if err != nil {
			r.Fatal(err)
		}
		for _, format := range []string{importexport.FormatCSV, importexport.FormatXLSX} {
			got := throughFile(t, r, d, s, other, made.ID, format)
			if diff := cmp.Diff(made, got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(contacts.Contact{}, "ID", "Version", "CompanyID", "Provenance", "Source", "CreatedAt", "CreatedBy", "UpdatedAt", "LoginSource")); diff != "" {
				r.Fatalf("%s: %s", format, diff)
			}
			if err := d.Contacts.Delete(t.Context(), other, got.ID); err != nil {
				r.Fatal(err)
			}
		}
	})
}

// throughFile exports a contact and imports it into the other workspace.
func throughFile(t *testing.T, r *rapid.T, d *desktest.Desk, s *importexport.Service, other desk.Actor, id desk.ContactID, format string) contacts.Contact {
	fields := slices.DeleteFunc(importexport.Fields(), func(f string) bool { return f == "id" })
	o := importexport.ExportOptions{Format: format, Fields: append(fields, "custom.note"), Query: contacts.Query{Filter: contacts.Filter{IDs: []desk.ContactID{id}}}}
	file := export(t, s, d.Manager, o)
	in := importAs(t, s, other, strings.NewReader(file), importexport.ImportOptions{Choices: importexport.Choices{OnDuplicate: contacts.CreateAnyway}})
	if in.result.Created != 1 {
		r.Fatalf("%s: %+v\n%q", format, in.rows, file)
	}
	got, err := d.Contacts.Get(t.Context(), other, in.rows[0].ContactID)
	if err != nil {
		r.Fatal(err)
	}
	return got
}

// An export that is imported where it came from changes nothing, as a workbook too.
func TestWorkbookIsNoOp(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	d, s := newDesk(t)
	importAs(t, s, d.Manager, sample(t, "people.csv"), importexport.ImportOptions{})
	before := export(t, s, d.Manager, importexport.ExportOptions{})
	book := export(t, s, d.Manager, importexport.ExportOptions{Format: importexport.FormatXLSX})
	got := importAs(t, s, d.Manager, strings.NewReader(book), importexport.ImportOptions{Choices: importexport.Choices{OnDuplicate: contacts.Update}})
	is.Equal(got.result.Skipped, 12)
	is.Equal(export(t, s, d.Manager, importexport.ExportOptions{}), before)
	_, err := s.Export(t.Context(), d.Manager, io.Discard, importexport.ExportOptions{Format: "pdf"})
	is.Equal(desk.FieldOf(err), "format")
	_, err = s.Export(t.Context(), d.Manager, io.Discard, importexport.ExportOptions{Fields: []string{}})
	is.Equal(desk.FieldOf(err), "fields")
}

// A template can be filled in as a workbook too.
func TestTemplateWorkbook(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	d, s := newDesk(t)
	var b bytes.Buffer
	is.NoErr(importexport.Template(&b, importexport.FormatXLSX))
	got := importAs(t, s, d.Manager, &b, importexport.ImportOptions{})
	is.Equal(got.result.Created, 1)
	c, err := d.Contacts.Get(t.Context(), d.Manager, got.rows[0].ContactID)
	is.NoErr(err)
	is.Equal(c.Phone().Value, "+44 20 7946 0958")
	is.True(importexport.Template(&b, "pdf") != nil)
}

// A note that no cell can hold ends the export; nothing of it is cut.
func TestExportLongCell(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	d, s := newDesk(t)
	c, err := d.Contacts.Create(t.Context(), d.Manager, contacts.NewContact{LastName: "A", Notes: strings.Repeat("ü", 40_000)})
	is.NoErr(err)
	_, err = s.Export(t.Context(), d.Manager, io.Discard, importexport.ExportOptions{Format: importexport.FormatXLSX})
	is.Equal(desk.KindOf(err), desk.Limited)
	is.Equal(desk.FieldOf(err), "notes")
	is.True(strings.Contains(desk.MessageOf(err), string(c.ID)) && strings.Contains(desk.MessageOf(err), "40000 characters"))
	is.Equal(len(export(t, s, d.Manager, importexport.ExportOptions{Fields: []string{"notes"}})), len("notes\r\n")+80_000+2)
}

// B109: an export has only what the actor may read.
func TestB109_ExportOverreach(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	d, s := newDesk(t)
	make1 := func(a desk.Actor, n contacts.NewContact) contacts.Contact {
		t.Helper()
		c, err := d.Contacts.Create(t.Context(), a, n)
		is.NoErr(err)
		return c
	}
	mine := make1(d.Manager, contacts.NewContact{LastName: "Mine", Owner: "me", Notes: "secret", External: map[string]string{"crm": "secret-key"}})
	yours := make1(d.Manager, contacts.NewContact{LastName: "Yours", Owner: "you"})
	gone := make1(d.Manager, contacts.NewContact{LastName: "Gone", Owner: "me"})
	is.NoErr(d.Contacts.Delete(t.Context(), d.Manager, gone.ID))
	elsewhere := d.Manager
	elsewhere.Workspace = "elsewhere"
	foreign := make1(elsewhere, contacts.NewContact{LastName: "Foreign", Owner: "me"})

	limited := desk.Actor{Workspace: d.Manager.Workspace, Kind: desk.MemberActor, ID: "me", Grants: []desk.Permission{contacts.MayViewOwn, contacts.MayExport}}
	names := importexport.ExportOptions{Fields: []string{"last_name"}}
	is.Equal(export(t, s, limited, names), "last_name\r\nMine\r\n")
	is.Equal(export(t, s, d.Manager, names), "last_name\r\nMine\r\nYours\r\n")
	for _, a := range []desk.Actor{d.Viewer, {Workspace: limited.Workspace, Kind: desk.MemberActor, ID: "me", Grants: []desk.Permission{contacts.MayExport}}} {
		_, err := s.Export(t.Context(), a, io.Discard, names)
		is.Equal(desk.KindOf(err), desk.Denied)
	}
	// One id that is not theirs, or not there, refuses all of them.
	for _, id := range []desk.ContactID{yours.ID, gone.ID, foreign.ID, "contact_01h455vb4pex5vsknk084sn02q"} {
		for _, format := range []string{importexport.FormatCSV, importexport.FormatXLSX} {
			var b bytes.Buffer
			o := importexport.ExportOptions{Format: format, Fields: names.Fields, Query: contacts.Query{Filter: contacts.Filter{IDs: []desk.ContactID{mine.ID, id}}}}
			n, err := s.Export(t.Context(), limited, &b, o)
			is.Equal(desk.KindOf(err), desk.NotFound)
			is.Equal(n+b.Len(), 0)
			is.True(!strings.Contains(err.Error(), string(id)))
		}
	}
	// Fields that are hidden, by whatever column they would show.
	blind := d.Manager
	blind.Fields = map[string]desk.Access{"contact.notes": desk.Hidden, "contact.external_id": desk.Hidden, "contact.phones": desk.Hidden, "contact.created_at": desk.Hidden}
	all := export(t, s, blind, importexport.ExportOptions{})
	header, _, _ := strings.Cut(all, "\r\n")
	for _, f := range []string{"notes", "external_id", "external_ids", "phone", "phones", "created_at", "created_by"} {
		is.True(!slices.Contains(strings.Split(header, ","), f))
		is.Equal(importexport.Access(blind, f), desk.Hidden)
		_, err := s.Export(t.Context(), blind, io.Discard, importexport.ExportOptions{Fields: []string{f}})
		is.Equal(desk.KindOf(err), desk.Denied)
	}
	is.True(!strings.Contains(all, "secret"))
}

// C33: the memory of an export does not grow with the directory, nor with what
// the contacts hold. Not parallel: it measures the whole process.
func TestC33_ExportMemory(t *testing.T) {
	d, s := newDesk(t)
	var file strings.Builder
	file.WriteString("last_name,notes\n")
	note := strings.Repeat("A long note. ", 7000)
	for i := range 400 {
		fmt.Fprintf(&file, "N%d,%s\n", i, note)
	}
	importAs(t, s, d.Manager, strings.NewReader(file.String()), importexport.ImportOptions{})
	peak := watchHeap()
	n, err := s.Export(t.Context(), d.Manager, io.Discard, importexport.ExportOptions{}) // some 36 MB
	if grown := peak(); err != nil || n != 400 || grown > 24<<20 {
		t.Fatalf("%d rows, %v, the heap grew by %d MB", n, err, grown>>20)
	}
}
