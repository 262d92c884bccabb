package web_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
	"github.com/deskfolk/desk/examples/helpdesk/web"
	"github.com/deskfolk/desk/importexport"
	"github.com/deskfolk/desk/storage/desktest"
)

// settled loads a page of an import again until the work is done, and then the
// step that it leads to.
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

// importer is an agent who may import, and the page of imports.
func (s *site) importer() *page {
	s.t.Helper()
	return s.signedIn(accounts.Importer).get("/imports")
}

// received uploads a file; the page is that of what was found.
func (p *page) received(name, content string) *page {
	p.b.t.Helper()
	return p.b.get("/imports").upload("/imports", name, content).is(http.StatusOK).says("The first rows")
}

// step goes to a step of the import by its link.
func (p *page) step(name string) *page {
	p.b.t.Helper()
	at := strings.Split(p.path, "/")
	return p.b.get("/imports/" + at[2] + "/" + name)
}

// planned goes through the steps to the plan. Pairs are the choices for duplicates.
func (p *page) planned(pairs ...string) *page {
	p.b.t.Helper()
	d := p.step("duplicates")
	return settled(d.send(d.path, "", pairs...)).is(http.StatusOK)
}

// imported presses the button of the plan.
func (p *page) imported() *page {
	p.b.t.Helper()
	return settled(p.send(p.path, "do=import"))
}

const importFile = "first_name;Last Name;email;phone;Shoe size\nJürgen;Weiß;j.weiss@corp.example;020 7946 0958;43\nAnn;Lee;not an address;;\nMaría;Núñez;maria@corp.example;;38\n"

// TestImport goes through all steps without JavaScript.
func TestImport(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	p := s.importer().says("No imports yet", "256 MB")
	b := p.b
	p = p.received("people.csv", importFile).says("Semicolon", "UTF-8", "Jürgen", "Shoe size", "Not started")
	p.plain()
	is.Equal(len(p.find(current("step"))), 1)
	p = p.send(p.path, "do=next").says("Which column goes to which field", "4 columns are read, 1 is left out", "No field has this name")
	p.plain()
	values, _ := p.form(p.path)
	is.Equal(values.Get("column_1"), "last_name")
	is.Equal(values.Get("column_4"), "")
	p.send(p.path, "do=next", "column_4", "job_title", "column_3", "job_title").is(http.StatusUnprocessableEntity).says("Two columns go to Job title")
	p.send(p.path, "do=next", "column_0", "", "column_1", "", "column_2", "", "column_3", "").is(http.StatusUnprocessableEntity).says("nothing to import")
	p = p.send(p.path, "do=next").says("When a person is there already")
	p.plain()
	is.Equal(len(b.get("/contacts").rows()), 0) // nothing is imported by looking

	p = settled(p.send(p.path, "")).says("All rows 3", "Create 2", "Fail 1", "Columns left out: Shoe size", "Jürgen Weiß", "Ann Lee", "Import 2 contacts")
	p.plain()
	p.link("Fail 1").says("Ann Lee").silent("Jürgen")
	is.Equal(len(b.get("/contacts").rows()), 0)
	p = p.imported().says("Done", "All rows 3", "Created 2", "Failed 1", "Columns left out: Shoe size")
	p.plain()
	is.True(strings.HasSuffix(p.path, "/summary"))
	failed := p.link("Failed rows as a file")
	is.True(strings.Contains(failed.body, "not an address"))
	is.True(strings.Contains(failed.header.Get("Content-Disposition"), "people-failed.csv"))
	is.Equal(len(b.get("/contacts").rows()), 2)
	b.get(p.path + "?show=created").says("Jürgen Weiß").link("Jürgen Weiß").says("j.weiss@corp.example")
	b.get("/imports").says("people.csv", "Done", "2 created, 1 failed", "Importer Agent")
	is.Equal(b.get("/imports/"+strings.Split(p.path, "/")[2]).path, p.path) // it is found again where it was left
	c, err := s.Contacts.GetByEmail(t.Context(), s.Manager, "j.weiss@corp.example")
	is.NoErr(err)
	is.Equal(c.Source, contacts.ByImport)
	is.True(strings.Contains(b.get("/imports/template.csv").body, "first_name"))
}

// TestImportDuplicates: what becomes of people who are there already, and that
// a file that was imported before is told of.
func TestImportDuplicates(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	s.add(contacts.NewContact{FirstName: "Ann", Email: "ann@corp.example", JobTitle: "Boss"})
	const file = "first_name,last_name,job_title,email,company\nAnn,Lee,,ann@corp.example,Corp\nBo,Li,Clerk,bo@corp.example,Corp\n"
	p := s.importer().received("a.csv", file)
	plans := map[string][]string{
		"skip": {"Skip 1", "Create 1", "A contact with this main address is there already"}, "update": {"Update 1", "Found by the main address", "Last name, Company"},
		"merge": {"Merge 1", "Duplicates: Merge"}, "create": {"Create 2"},
	}
	for how, want := range plans {
		p.planned("duplicates", how).says(want...)
	}
	plan := p.planned("duplicates", "update", "empty_wipes", "true", "region", "DE").says("Job title", "1 company will be made")
	d := p.step("duplicates")
	values, _ := d.form(d.path)
	is.Equal([]string{values.Get("duplicates"), values.Get("empty_wipes"), values.Get("region")}, []string{"update", "true", "DE"}) // the choices are kept
	plan.imported().says("Updated 1", "Created 1")
	c, err := s.Contacts.GetByEmail(t.Context(), s.Manager, "ann@corp.example")
	is.NoErr(err)
	is.Equal([]string{c.LastName, c.JobTitle}, []string{"Lee", ""})

	p.received("again.csv", file).planned("duplicates", "create").says("imported before", "Skip 2", "There is nothing to import").silent(`value="import"`)
	d.send(d.path, "", "duplicates", "skip").says("Done") // what has begun is not planned anew
	d2 := p.b.get("/imports").upload("/imports", "b.csv", file).step("duplicates")
	d2.send(d2.path, "", "duplicates", "burn").is(http.StatusUnprocessableEntity).says("skip, update, create or merge")
}

// TestImportMapping keeps a matching, applies it to another file, and deletes it.
func TestImportMapping(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	is.NoErr(s.Contacts.DefineField(t.Context(), s.Manager, contacts.FieldDef{Key: "shoe", Label: "Shoe <size>", Type: contacts.TextField}))
	p := s.importer().received("one.csv", "Zork,Blorb,Size\nAnn,ann@corp.example,43\n").says("No column has a name that is known here")
	m := p.step("matching")
	m.send(m.path, "do=save", "column_0", "first_name", "column_1", "email", "column_2", "custom.shoe", "name", "").is(http.StatusUnprocessableEntity).says("A mapping has a name")
	m = m.send(m.path, "do=save", "column_0", "first_name", "column_1", "email", "column_2", "custom.shoe", "name", "The <Zork>").is(http.StatusOK).says("The matching was kept as “The <Zork>”", "Chosen by hand")
	values, _ := m.formWith(m.path, "do=next")
	is.Equal(values.Get("column_2"), "custom.shoe")

	other := p.received("two.csv", "Blorb,Zork,Other\nbo@corp.example,Bo,x\n").step("matching")
	other = other.send(other.path, "do=apply", "saved", "The <Zork>").says("applied to 2 columns", "Chosen by hand")
	other.planned().imported().says("Created 1")
	_, err := s.Contacts.GetByEmail(t.Context(), s.Manager, "bo@corp.example")
	is.NoErr(err)

	m = m.send(m.path, "do=delete", "saved", "The <Zork>").says("was deleted").silent("A matching that was kept")
	values, _ = m.formWith(m.path, "do=next")
	is.Equal(values.Get("column_2"), "custom.shoe") // the import keeps its columns
	m.b.post(m.path, with(values, "do", "apply", "saved", "The <Zork>")).is(http.StatusUnprocessableEntity).says("There is no mapping of this name")
	m.planned().imported().says("Created 1")
}

// TestImportReadAgain reads a file in another way.
func TestImportReadAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.importer().received("latin.csv", "first_name,email\nJ\xfcrgen,j@corp.example\n").says("Windows-1252", "Jürgen")
	p = p.send(p.path, "do=look", "encoding", "windows-1251").says("Jьrgen")
	p.send(p.path, "do=look", "encoding", "windows-1251", "delimiter", "|").says("No column has a name")
	p.send(p.path, "do=look", "format", "xlsx").is(http.StatusUnprocessableEntity).says("Jьrgen")
	p.send(p.path, "do=look", "encoding", "").says("Jürgen").planned().imported().says("Created 1")
}

// TestImportRefused says in one sentence what is wrong with a file.
func TestImportRefused(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSiteOn(t, desktest.New(t), "sqlite", func(c *web.Config) { c.MaxUpload = 300_000 })
	b := s.signedIn(accounts.Manager)
	for name, content := range map[string]string{"empty.csv": "", "picture.csv": "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "rows.csv": "ann@corp.example,12345\nbob@corp.example,23456\n"} {
		b.get("/imports").upload("/imports", name, content).is(http.StatusUnprocessableEntity).says(name + ":").silent("The first rows")
	}
	large := b.get("/imports").upload("/imports", "large.csv", "first_name\n"+strings.Repeat("Ann\n", 100_000))
	large.is(http.StatusRequestEntityTooLarge).says("larger than 293 kB", "No imports yet")
	is.Equal(b.chunked("/imports", strings.Repeat("Ann\n", 100_000)).status, http.StatusRequestEntityTooLarge)
	b.get("/imports").says("No imports yet")
	_, form := b.get("/imports").form("/imports")
	b.postFiles(attr(form, "action"), nil).is(http.StatusUnprocessableEntity).says("No file was chosen")
	b.postFiles("/imports?csrf=nonsense", nil, sentFile{"file", "a.csv", "first_name\nAnn\n"}).is(http.StatusForbidden)

	left := b.get("/imports").upload("/imports", "left.csv", "first_name,email\nAnn,ann@corp.example\n").says("The first rows")
	b.get("/settings").send("/settings", "", "allow_import", "")
	b.get("/imports").says("Imports are switched off", "switched on in the settings").silent("Upload and look")
	b.get(left.path).says("Imports are switched off").silent("Continue to matching")
	b.get("/imports/import_nonsense/file").is(http.StatusNotFound)
}

// TestImportMoved: a plan that may not be true any more is not applied unasked.
func TestImportMoved(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	plan := s.importer().received("a.csv", "first_name,email\nAnn,ann@corp.example\nBo,bo@corp.example\n").planned().says("Create 2")
	s.Clock.Turn(time.Minute)
	s.add(contacts.NewContact{FirstName: "Ann", Email: "ann@corp.example"})
	moved := plan.imported().says("The directory has changed since this plan was made", "Make the plan anew", "Import all the same")
	is.Equal(len(plan.b.get("/contacts").rows()), 1)
	s.Clock.Turn(time.Minute)
	anew := settled(moved.send(moved.path, "do=again")).says("Create 1", "Skip 1").silent("The directory has changed")
	s.Clock.Turn(time.Minute)
	s.add(contacts.NewContact{FirstName: "Bo", Email: "bo@corp.example"})
	// The page of the first plan is too old to begin the second.
	plan.send(plan.path, "do=import").says("The plan was made anew meanwhile")
	moved = anew.imported().says("Import all the same")
	settled(moved.send(moved.path, "do=anyway")).says("Done", "Skipped 2", "Not as planned 1", "1 row did something else").link("Not as planned").says("The plan had said: create")
}

// TestImportUndo takes an import back: what was edited since is kept.
func TestImportUndo(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	cy := s.add(contacts.NewContact{FirstName: "Cy", Email: "cy@corp.example", JobTitle: "Clerk"})
	s.Clock.Turn(time.Minute)
	done := s.importer().received("a.csv", "first_name,email,job_title\nAnn,ann@corp.example,Boss\nBo,bo@corp.example,Clerk\nCy,cy@corp.example,Boss\n").
		planned("duplicates", "update").imported().says("Created 2", "Updated 1")
	s.Clock.Turn(time.Minute)
	ann, err := s.Contacts.GetByEmail(t.Context(), s.Manager, "ann@corp.example")
	is.NoErr(err)
	title := "Director"
	_, err = s.Contacts.Update(t.Context(), s.Manager, ann.ID, ann.Version, contacts.Patch{JobTitle: &title})
	is.NoErr(err)
	ask := done.link("Take back").says("Go to the recycle bin 2", "Get their values back 1", "Take back 3 rows")
	ask.plain()
	p := settled(ask.send(ask.path, "")).says("Taken back", "To the recycle bin 1", "Put back 1", "Kept 1", "Kept, at least in part", "Ann").silent("Take back")
	p.plain()
	is.Equal(s.get(cy.ID).JobTitle, "Clerk")
	is.Equal(s.get(ann.ID).JobTitle, "Director")
	ask.send(ask.path, "").says("Taken back") // a second press does nothing
}

// TestImportRemoved gives up an import that has changed nothing.
func TestImportRemoved(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	plan := s.importer().received("a.csv", "first_name,email\nAnn,ann@corp.example\n").planned()
	ask := plan.link("Remove").says("Remove this import?")
	ask.send(ask.path, "").says("Nothing of it had been imported", "No imports yet")
	plan.send(plan.path, "do=import").is(http.StatusNotFound)
	done := plan.received("b.csv", "first_name,email\nAnn,ann@corp.example\n").planned().imported()
	done.step("remove").says("Done")
	done.silent("/remove")
}

// TestImportRoles: without the permission there are no imports.
func TestImportRoles(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.importer().received("a.csv", "first_name,email\nAnn,ann@corp.example\n")
	p.planned()
	for _, role := range []accounts.Role{accounts.Viewer, accounts.AgentRole} {
		b := s.signedIn(role)
		if role == accounts.AgentRole && strings.Contains(b.get("/contacts").body, `href="/imports"`) {
			continue
		}
		for _, step := range []string{"", "/file", "/matching", "/duplicates", "/plan", "/progress", "/summary", "/undo", "/remove", "/failed"} {
			b.get(strings.TrimSuffix(p.path, "/file") + step).is(http.StatusNotFound)
		}
		b.get("/imports").is(http.StatusNotFound)
		b.get("/imports/template.csv").is(http.StatusNotFound)
	}
	s.signedIn(accounts.Manager).get(p.path).says("The first rows")
}

// TestImportSamples takes each of the sample files through all steps.
func TestImportSamples(t *testing.T) {
	t.Parallel()
	const folder = "../../../importexport/testdata"
	var files []string
	for _, pattern := range []string{"*.csv", "layouts/*.csv", "vcard/*.vcf", "xlsx/*.xlsx"} {
		found, err := filepath.Glob(filepath.Join(folder, pattern))
		if err != nil || len(found) == 0 {
			t.Fatal(pattern, err)
		}
		files = append(files, found...)
	}
	s := newSite(t)
	start := s.importer()
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		p := start.received(filepath.Base(file), string(content))
		matching := p.step("matching")
		plan := p.planned("duplicates", "merge")
		if strings.HasSuffix(plan.path, "/matching") || strings.Contains(plan.body, "There is nothing to import") {
			continue // no column is known, or everybody is there already
		}
		done := plan.imported().says("Done")
		for _, page := range []*page{p, matching, plan, done} {
			page.is(http.StatusOK).plain()
		}
		i, err := s.imports().Get(t.Context(), s.Manager, desk.ImportID(strings.Split(p.path, "/")[2]))
		if c := i.Result; err != nil || c.Rows == 0 || c.Rows != c.Created+c.Updated+c.Merged+c.Skipped+c.Failed || c.Moved != 0 {
			t.Errorf("%s: %+v %v", file, c, err)
		}
	}
}

// imports is the service that the pages stand on.
func (s *site) imports() *importexport.Service {
	return importexport.New(s.Store.Imports(), s.Contacts, &importexport.Options{Now: s.Clock.Now, Batch: 2})
}
