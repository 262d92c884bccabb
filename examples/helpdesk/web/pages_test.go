package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"
	"golang.org/x/net/html"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
)

// TestDirectory searches, filters, sorts and pages by addresses alone.
func TestDirectory(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	b := s.signedIn(accounts.Manager)
	b.get("/contacts").says("No contacts yet", "Import a file")
	for i := range 60 {
		s.add(contacts.NewContact{FirstName: fmt.Sprintf("Person%02d", i), LastName: "Ångström", Email: fmt.Sprintf("p%02d@corp.example", i), Inactive: i%2 == 1, Status: []string{"VIP", "Trial", ""}[i%3]})
	}
	p := b.get("/contacts")
	p.says("60", "25 of 60")
	is.Equal(len(p.rows()), 25)
	is.Equal(p.rows()[0], "Person00 Ångström")
	second := p.link("Next")
	is.Equal(second.rows()[0], "Person25 Ångström")
	third := second.link("Next")
	is.Equal(len(third.rows()), 10)
	is.Equal(cmp.Diff(second.rows(), third.link("Back").rows()), "")
	is.Equal(cmp.Diff(p.rows(), third.link("First").rows()), "")

	found := p.send("/contacts", "", "text", "angstrom 07")
	is.Equal(cmp.Diff([]string{"Person07 Ångström"}, found.rows()), "")
	is.Equal(found.query.Get("text"), "angstrom 07") // the address can be shared
	p.send("/contacts", "", "text", "nobody at all").says("No one found", "Create “nobody at all”")

	filtered := p.send("/contacts", "", "active", "0", "status", "vip")
	filtered.says("Active: no", "Status: vip")
	is.Equal(len(filtered.rows()), 10)
	is.Equal(len(filtered.link("Active: no").rows()), 20)
	two := b.get("/contacts?kind=customer&kind=partner&status=VIP&status=Trial").send("/contacts", "", "text", "person0")
	is.Equal(cmp.Diff([]string{"customer", "partner"}, two.query["kind"]), "") // a search keeps what the form has no control for
	is.Equal(len(two.rows()), 7)
	sorted := p.link("Name")
	is.Equal(sorted.rows()[0], "Person59 Ångström") // a second click turns the order round
	heads := sorted.find(func(n *html.Node) bool { return attr(n, "aria-sort") != "" })
	is.Equal(len(heads), 1)
	is.Equal(attr(heads[0], "aria-sort"), "descending")
	is.Equal(b.get("/contacts?sort=email&desc=1").rows()[0], "Person59 Ångström")

	b.get("/contacts?sort=nonsense").says("There is no such order")
	b.get("/contacts?cursor=forged").is(http.StatusOK) // the first page
	b.get("/contacts?" + url.Values{"text": {strings.Repeat("x", 500)}}.Encode()).is(http.StatusUnprocessableEntity)
}

// TestCreateAndEdit fills in the form, makes mistakes and mends them.
func TestCreateAndEdit(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	b := s.signedIn(accounts.Manager)
	p := b.get("/contacts").link("New contact")
	p = p.send("/contacts/new", "", "first_name", "María", "email", "not an address", "notes", "Prefers\nmail")
	p.is(http.StatusUnprocessableEntity).says("Not saved yet. What you typed is kept.", "Main email:")
	values, _ := p.form("/contacts/new")
	is.Equal(values.Get("first_name"), "María")
	is.Equal(values.Get("notes"), "Prefers\nmail")

	p = p.send("/contacts/new", "add=phones", "email", "maria@olivar.example", "phones_label", "work", "phones_value", "020 7946 0958", "phones_primary", "0")
	p.is(http.StatusOK)
	values, _ = p.form("/contacts/new")
	is.Equal(len(values["phones_value"]), 3) // the one typed, the empty one, another
	p = p.send("/contacts/new", "", "company", "Olivar S.L.", "call_hours", "09:00-17:30", "country", "ES", "time_zone", "Europe/Madrid", "active", "true")
	p.is(http.StatusOK).says("María was added.", "Olivar S.L.", "Spain", "020 7946 0958", "09:00-17:30", "Prefers mail")
	is.True(strings.HasPrefix(p.path, "/contacts/contact_"))
	is.Equal(len(b.get("/contacts").rows()), 1)
	c := s.get(desk.ContactID(strings.TrimPrefix(p.path, "/contacts/")))
	is.Equal(cmp.Diff([]contacts.Phone{{Label: "work", Value: "020 7946 0958", E164: "+442079460958", Primary: true}}, c.Phones), "")
	is.Equal(c.CallHours, contacts.CallHours{From: 540, Until: 1050})
	is.True(c.Active)

	p = p.link("Edit").send(p.path+"/edit", "", "job_title", "Einkäuferin", "active", "false", "company", "", "call_hours", "")
	p.is(http.StatusOK).says("Saved.", "Einkäuferin", "Inactive")
	c = s.get(c.ID)
	is.Equal(c.JobTitle, "Einkäuferin")
	is.Equal(c.Active, false)
	is.Equal(c.Company, "")
	is.Equal(c.CallHours, contacts.CallHours{})
	is.Equal(len(c.Phones), 1)

	s.add(contacts.NewContact{FirstName: "Other", Email: "taken@olivar.example"})
	p = b.get(p.path+"/edit").send(p.path+"/edit", "", "email", "TAKEN@olivar.example")
	p.is(http.StatusUnprocessableEntity).says("Main email:")
}

// TestSentTwice makes one contact of a form that is sent twice, and two of a
// form that was filled in anew.
func TestSentTwice(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	b := s.signedIn(accounts.Manager)
	form := b.get("/contacts/new")
	first := form.send("/contacts/new", "", "first_name", "Ann")
	second := form.send("/contacts/new", "", "first_name", "Ann")
	is.Equal(first.path, second.path)
	form.send("/contacts/new", "", "first_name", "Bob").is(http.StatusOK)
	is.Equal(cmp.Diff([]string{"Ann", "Bob"}, b.get("/contacts").rows()), "")
}

// TestEditStale keeps both editors' changes to different fields, and asks
// about a field that both changed.
func TestEditStale(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	c := s.add(contacts.NewContact{FirstName: "Ann", JobTitle: "Buyer", Status: "New"})
	path := "/contacts/" + string(c.ID) + "/edit"
	b := s.signedIn(accounts.Manager)
	mine := b.get(path)

	title, city := "Director", "Leeds"
	c, err := s.Contacts.Update(t.Context(), s.Manager, c.ID, c.Version, contacts.Patch{JobTitle: &title, City: &city})
	is.NoErr(err)
	mine.send(path, "", "status", "VIP").is(http.StatusOK).says("Saved.")
	c = s.get(c.ID)
	is.Equal(c.JobTitle+" "+c.Address.City+" "+c.Status, "Director Leeds VIP")

	p := mine.send(path, "", "job_title", "Head of Buying")
	p.is(http.StatusConflict).says("Someone else changed this", "Stored now Director", "Yours Head of Buying")
	is.Equal(s.get(c.ID).JobTitle, "Director") // nothing was overwritten unseen
	values, _ := p.form(path)
	is.Equal(values.Get("job_title"), "Head of Buying")
	p.send(path, "").is(http.StatusOK).says("Saved.")
	c = s.get(c.ID)
	is.Equal(c.JobTitle, "Head of Buying") // seen, and meant
	is.Equal(c.Status, "VIP")
}

// TestEditInPlace changes one field at a time.
func TestEditInPlace(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	c := s.add(contacts.NewContact{FirstName: "Ann", JobTitle: "Buyer", Email: "ann@corp.example"})
	base := "/contacts/" + string(c.ID)
	b := s.signedIn(accounts.Manager)
	p := b.get(base+"/field/job_title").send(base+"/field/job_title", "", "job_title", "Director")
	is.Equal(p.path, base)
	p.says("Job title saved.", "Director")

	first, second := b.get(base+"/field/job_title"), b.get(base+"/field/job_title")
	first.send(base+"/field/job_title", "", "job_title", "One").is(http.StatusOK)
	p = second.send(base+"/field/job_title", "", "job_title", "Two")
	p.is(http.StatusConflict).says("Someone else changed this meanwhile", "Stored now One", "Yours Two", "Keep theirs")
	is.Equal(s.get(c.ID).JobTitle, "One")
	p.send(base+"/field/job_title", "").is(http.StatusOK).says("Two")
	is.Equal(s.get(c.ID).JobTitle, "Two")

	b.get(base+"/field/email").send(base+"/field/email", "", "email", "nonsense").is(http.StatusUnprocessableEntity)
	b.get(base+"/field/phones").send(base+"/field/phones", "", "phones_label", "home", "phones_value", "+44 20 7946 0958").is(http.StatusOK)
	is.Equal(s.get(c.ID).Phones[0].E164, "+442079460958")
	b.get(base+"/field/active").send(base+"/field/active", "", "active", "false").is(http.StatusOK).says("Inactive")
	b.get(base + "/field/created_at").is(http.StatusNotFound)
	b.get(base + "/field/nonsense").is(http.StatusNotFound)
}

// TestBulk selects rows, and all that match; it previews, acts and undoes.
func TestBulk(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	var ids []desk.ContactID
	for i := range 30 {
		c := s.add(contacts.NewContact{FirstName: fmt.Sprintf("Person%02d", i), Email: fmt.Sprintf("p%02d@corp.example", i)})
		ids = append(ids, c.ID)
	}
	b := s.signedIn(accounts.Manager)
	p := b.get("/contacts")
	p = p.send("/contacts/bulk", "do=deactivate", "id", string(ids[0]), "id", string(ids[1])).is(http.StatusOK)
	p.says("2 contacts deactivated.")
	is.Equal(s.get(ids[1]).Active, false)

	p = b.get("/contacts?text=person").send("/contacts/bulk", "do=set_status", "all", "1", "id", string(ids[0]))
	p.says("Set the status of 30 contacts")
	p = p.send("/contacts/bulk", "do=set_status", "value", "VIP").is(http.StatusOK)
	is.Equal(p.query.Get("text"), "person") // back where it was started
	is.Equal(s.get(ids[29]).Status, "VIP")

	preview := b.get("/contacts").send("/contacts/bulk", "do=delete", "id", string(ids[2]), "id", string(ids[3]))
	preview.says("Delete 2 contacts?", "Person02", "Person03", "recycle bin", "Export them first")
	is.Equal(s.get(ids[2]).State, contacts.Live) // a preview does nothing
	buttons := preview.find(func(n *html.Node) bool { return n.Data == "button" && attr(n, "value") == "delete" })
	is.Equal(len(buttons), 1)
	values, _ := preview.form("/contacts/bulk")
	values.Set("confirm", "1")
	values.Set("do", "delete")
	p = b.post("/contacts/bulk", values).is(http.StatusOK)
	p.says("2 contacts moved to the recycle bin.", "Undo")
	is.Equal(s.get(ids[2]).State, contacts.Binned)
	b.get("/bin").says("Person02", "Person03")
	b.post("/contacts/bulk", url.Values{"csrf": values["csrf"], "do": {"restore"}, "id": {string(ids[2]), string(ids[3])}, "return": {"/contacts"}}).says("2 contacts restored.")
	is.Equal(s.get(ids[3]).State, contacts.Live)

	p = b.get("/contacts").send("/contacts/bulk", "do=export", "id", string(ids[4]))
	p.says("The 1 selected contact", "First name")
	file := p.send("/export", "", "field", "first_name", "field", "email")
	is.Equal(strings.TrimSpace(strings.ReplaceAll(file.body, "\r", "")), "first_name,email\nPerson04,p04@corp.example")
	is.True(strings.HasPrefix(file.header.Get("Content-Disposition"), "attachment;"))
}

// TestRemoval keeps portal users, purges from the bin, and says what is gone.
func TestRemoval(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	user := s.add(contacts.NewContact{FirstName: "Portal", Email: "portal@corp.example", PortalAccess: true})
	gone := s.add(contacts.NewContact{FirstName: "Gone", Email: "gone@corp.example"})
	b := s.signedIn(accounts.Manager)
	p := b.get("/contacts/"+string(user.ID)).send("/contacts/bulk", "one=delete:"+string(user.ID))
	p.says("This cannot be done yet", "Portal")
	p = b.get("/contacts/"+string(gone.ID)).send("/contacts/bulk", "one=delete:"+string(gone.ID))
	values, _ := p.form("/contacts/bulk")
	values.Set("do", "delete")
	values.Set("confirm", "1")
	p = b.post("/contacts/bulk", values).is(http.StatusOK)
	is.Equal(p.path, "/contacts")
	b.get("/contacts/" + string(gone.ID)).says("In the recycle bin").silent("data-inplace")

	s.add(contacts.NewContact{FirstName: "New owner of the address", Email: "gone@corp.example"})
	p = b.get("/bin").send("/contacts/bulk", "one=restore:"+string(gone.ID))
	p.says("is back, without the email")
	p = b.get("/contacts?text=gone").send("/contacts/bulk", "one=delete:"+string(gone.ID))
	values, _ = p.form("/contacts/bulk")
	values.Set("do", "delete")
	values.Set("confirm", "1")
	b.post("/contacts/bulk", values)
	p = b.get("/bin").send("/contacts/bulk", "one=purge:"+string(gone.ID))
	p.says("Delete 1 contact for good?")
	b2, _ := p.form("/contacts/bulk")
	b2.Set("do", "purge")
	b2.Set("confirm", "1")
	b.post("/contacts/bulk", b2).says("1 contact deleted for good.", "The recycle bin is empty")
	b.get("/contacts/" + string(gone.ID)).is(http.StatusNotFound)
}

// TestProfile shows the record, its history and where its values came from.
func TestProfile(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	c := s.add(contacts.NewContact{FirstName: "Ann", LastName: "Lee", Email: "ann@corp.example", CompanyName: "Corp", TimeZone: "Asia/Tokyo",
		Phones: []contacts.Phone{{Label: "work", Value: "+81 3 1234 5678", Primary: true}}, Notes: "Line one\nLine two", External: map[string]string{"crm": "K-17"}})
	path := "/contacts/" + string(c.ID)
	b := s.signedIn(accounts.Manager)
	p := b.get(path)
	p.says("Ann Lee", "It is 21:00 for this person", "K-17 crm", "Line one", "Recent activity")
	is.True(len(p.find(func(n *html.Node) bool { return attr(n, "href") == "tel:+81312345678" })) > 0)
	p = p.send(path+"/call", "")
	is.Equal(p.path, path)
	is.True(len(p.find(func(n *html.Node) bool { return attr(n, "class") == "toast" })) == 1)

	p = b.get(path)
	p.says("Typed by a person")
	p.send(path+"/pin", "", "field", "email").says("Pinned: imports and sync will not change it.")
	pinned := s.get(c.ID)
	is.True(pinned.ProvenanceOf("email").Pinned)
	b.get(path+"/activity").says("Compliance: Viewed", "Compliance: Call checked").
		send(path+"/activity", "", "verb", contacts.VerbCreated).says("1 event").silent("Compliance: Viewed")
	p = b.get(path).link("All data (JSON)")
	is.True(strings.Contains(p.body, "ann@corp.example"))
	is.Equal(p.header.Get("Content-Type"), "application/json")
}

// TestCompanies makes companies on the fly and by hand, and locks who is added
// on a company's page.
func TestCompanies(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	b := s.signedIn(accounts.Manager)
	p := b.get("/companies").says("No companies yet").link("New company")
	p = p.send("/companies/new", "", "name", "Kupferwerk GmbH", "domains", "kupferwerk.example\ngmail.com")
	p.is(http.StatusUnprocessableEntity).says("Email domains:")
	p = p.send("/companies/new", "", "domains", "kupferwerk.example").is(http.StatusOK).says("Kupferwerk GmbH was added.", "Nobody here yet")
	company := p.path
	p = p.link("New contact here").says("New contact at Kupferwerk GmbH").send("/contacts/new", "", "last_name", "Weiß")
	p.says("Weiß was added.", "Locked to company")
	c := s.get(desk.ContactID(strings.TrimPrefix(p.path, "/contacts/")))
	is.True(c.LockedToCompany)
	b.get(company).says("Weiß").send(company, "", "text", "wei").says("Weiß")
	s.signedIn(accounts.Importer).get(p.path + "/edit").says("stays with it")

	is.Equal(b.get("/companies?text=kupfer").rows()[0], "Kupferwerk GmbH")
	json := b.get("/companies/suggest?text=kupferwerk+gmbh")
	is.Equal(strings.TrimSpace(json.body), `{"companies":[{"name":"Kupferwerk GmbH","contacts":1}],"exact":true}`)
	edit := b.get(company + "/edit")
	b.get(company+"/edit").send(company+"/edit", "", "name", "Kupferwerk AG").says("Saved.")
	edit.send(company+"/edit", "", "name", "Kupfer").is(http.StatusConflict).says("Kupferwerk AG")
	is.Equal(s.get(c.ID).Company, "Kupferwerk AG")
}

// TestViewer sees everything and can change nothing, on the page or past it.
func TestViewer(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	c := s.add(contacts.NewContact{FirstName: "Ann", Email: "ann@corp.example", CompanyName: "Corp"})
	path := "/contacts/" + string(c.ID)
	b := s.signedIn(accounts.Viewer)
	for _, p := range []string{"/contacts", path, path + "/activity", "/companies", "/companies/" + string(c.CompanyID)} {
		b.get(p).is(http.StatusOK).silent("data-inplace", `name="do"`, "/edit", `name="id"`, "New contact", "New company", "Undo", `name="one"`, "/pin")
	}
	for _, p := range []string{"/contacts/new", path + "/edit", path + "/field/email", "/imports", "/bin", "/settings", "/activity", "/companies/new", "/companies/" + string(c.CompanyID) + "/edit", path + "/data", "/export"} {
		denied, missing := b.get(p), b.get("/no/such/page")
		is.Equal(denied.status, http.StatusNotFound) // p
		is.Equal(denied.text(), missing.text())      // a denied page looks like one that is not there
	}
	values, _ := b.get("/contacts").form("/signout")
	token := values.Get("csrf")
	for _, p := range []string{"/contacts/new", path + "/edit", path + "/field/email", path + "/pin", "/contacts/bulk", "/companies/new", "/settings", "/settings/fields", "/settings/fields/remove", "/activity/verify", "/export"} {
		form := url.Values{"csrf": {token}, "version": {"1"}, "email": {"evil@corp.example"}, "first_name": {"X"}, "id": {string(c.ID)}, "do": {"delete"}, "confirm": {"1"}, "name": {"X"}, "field": {"email"}, "key": {"tier"}, "label": {"Tier"}, "type": {"text"}}
		got := b.post(p, form)
		if got.status < 400 {
			t.Errorf("POST %s by a viewer: %d", p, got.status)
		}
	}
	after := s.get(c.ID)
	is.Equal(after.Version, c.Version)
	is.Equal(after.State, contacts.Live)
}

// TestSettings changes the rules and the custom fields.
func TestSettings(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	b := s.signedIn(accounts.Manager)
	p := b.get("/settings").send("/settings", "", "required", "last_name", "region", "DE", "call_hours", "9:00-18:00", "time_zone", "Europe/Berlin")
	p.is(http.StatusOK).says("Settings saved.")
	set, err := s.Contacts.Settings(t.Context(), s.Manager)
	is.NoErr(err)
	is.Equal(set.Required, contacts.LastName)
	is.Equal(set.CallHours, contacts.CallHours{From: 540, Until: 1080})
	b.get("/settings").send("/settings", "", "call_hours", "25:00").is(http.StatusUnprocessableEntity).says("two times")

	p = b.get("/settings").send("/settings/fields", "", "label", "Support tier", "type", "choice", "choices", "Gold\nSilver\n", "searchable", "true")
	p.is(http.StatusOK).says("Support tier was added", "support_tier", "Gold, Silver")
	b.get("/settings").send("/settings/fields", "", "label", "Support tier", "type", "text").is(http.StatusUnprocessableEntity).says("already")
	p = b.get("/contacts/new").says("Support tier").send("/contacts/new", "", "last_name", "Lee", "custom.support_tier", "Gold", "active", "true")
	p.is(http.StatusOK).says("Support tier Gold")
	is.Equal(len(b.get("/contacts?custom.support_tier=Gold").rows()), 1)
	b.get("/contacts/new").send("/contacts/new", "", "first_name", "Only").is(http.StatusUnprocessableEntity)
	b.get("/settings").send("/settings/fields/remove", "", "key", "support_tier").says("The field was removed.")
}

// TestLog shows what was done in the workspace and verifies it.
func TestLog(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.add(contacts.NewContact{FirstName: "Ann", Email: "ann@corp.example"})
	b := s.signedIn(accounts.Manager)
	p := b.get("/activity")
	p.says("Ann")
	p.send("/activity/verify", "").is(http.StatusOK).says("The log is whole")
	p.send("/activity", "", "verb", contacts.VerbSettings).says("1 event")
	if _, err := s.DB.ExecContext(t.Context(), "UPDATE desk_activity SET summary = 'forged'"); err != nil {
		t.Fatal(err)
	}
	b.get("/activity").send("/activity/verify", "").says("does not hold")
}
