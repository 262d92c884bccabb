package web_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/matryer/is"

	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
)

// TestBrowserPages opens every page on a phone, a tablet and a laptop, in
// light and dark: nothing is wider than the window, nothing leaves the host,
// and one style sheet and one script are all that is fetched. With DESK_SHOTS
// the pictures are kept, with DESK_AXE the pages are checked by axe-core.
func TestBrowserPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	empty := []string{"/contacts", "/companies", "/imports", "/bin", "/activity", "/settings"}
	b := s.browse(accounts.Manager)
	for _, path := range empty {
		b.tour("nothing"+strings.ReplaceAll(path, "/", "-"), path)
	}
	pages := s.furnish()
	for _, p := range pages {
		b.tour(p.name, p.path)
	}
	b.open("/contacts").click("tr.row:nth-child(2) .pick input").still("selected")
	b.open("/contacts").click(".filter-panel summary").still("filters")
	b.open(pages[1].path).click("#v-job_title .edit").until("document.querySelector('#p-job_title')").still("in-place")
	b.open("/contacts").click(".me summary").still("account-menu")
	b.open("/contacts/new").click("#f-email").keys("nonsense").click(".savebar .primary").until("document.querySelector('[data-error-summary]')").still("errors")
	b.clean()

	v := s.browse(accounts.Viewer)
	v.tour("viewer", pages[1].path)
	v.clean()
}

// shown is a page and its name.
type shown struct{ name, path string }

// furnish makes ten people, odd ones among them, and names the pages to see.
func (s *site) furnish() []shown {
	s.t.Helper()
	is := is.New(s.t)
	is.NoErr(s.Contacts.DefineField(s.t.Context(), s.Manager, contacts.FieldDef{Key: "tier", Label: "Support tier", Type: contacts.ChoiceField, Choices: []string{"Gold", "Silver"}}))
	ann := s.add(contacts.NewContact{FirstName: "Ann", LastName: "Lee", Email: "ann@corp.example", Emails: []contacts.Email{{Label: "home", Value: "ann@home.example"}}, CompanyName: "Corp", JobTitle: "Head of Operations",
		Phones: []contacts.Phone{{Label: "work", Value: "+44 20 7946 0958", Primary: true}, {Label: "reception", Value: "ask for Ann"}}, Status: "VIP", Kind: contacts.Partner, TimeZone: "Europe/London", DoNotCall: true, MarketingOptOut: true,
		Address: contacts.Address{Street: "221 Harbour Road\nFloor 3", City: "Bristol", PostalCode: "BS1 4ST", Country: "GB"}, Notes: "Prefers mail before ten.\n\nAsk for the blue folder.", Custom: map[string]string{"tier": "Gold"}, External: map[string]string{"crm": "K-17"}})
	long := strings.Repeat("Wolfeschlegelsteinhausen", 9)[:200]
	wide := s.add(contacts.NewContact{FirstName: long, CompanyName: long, JobTitle: long, Status: long[:60], Email: long[:60] + "@corp.example", Notes: long, Phones: []contacts.Phone{{Label: "work", Value: long[:60]}}})
	arabic := s.add(contacts.NewContact{FirstName: "محمد", LastName: "العبدالله", CompanyName: "شركة النور", JobTitle: "مدير", Notes: "يفضل البريد", Email: "m@noor.example", Inactive: true})
	for i := range 7 {
		s.add(contacts.NewContact{FirstName: fmt.Sprintf("Person%02d", i), LastName: "Ångström", Email: fmt.Sprintf("p%02d@corp.example", i), CompanyName: "Corp"})
	}
	gone := s.add(contacts.NewContact{FirstName: "Gone", Email: "gone@corp.example"})
	is.NoErr(s.Contacts.Delete(s.t.Context(), s.Manager, gone.ID))
	title := "Director"
	_, err := s.Contacts.Update(s.t.Context(), s.Manager, ann.ID, ann.Version, contacts.Patch{JobTitle: &title, Pin: []string{"email"}})
	is.NoErr(err)
	const people = "first_name;email;Shoe size\nJürgen;j@corp.example;43\nAnn;not an address;\n"
	imports := s.signedIn(accounts.Manager).get("/imports")
	waiting := imports.received("people.csv", people).path
	planned := imports.received("planned.csv", people).planned().path
	done := imports.received("done.csv", people).planned().imported().path
	at := "/contacts/" + string(ann.ID)
	return []shown{
		{"directory", "/contacts"}, {"profile", at}, {"activity", at + "/activity"}, {"edit", at + "/edit"}, {"new", "/contacts/new"}, {"field", at + "/field/phones"},
		{"long", "/contacts/" + string(wide.ID)}, {"right-to-left", "/contacts/" + string(arabic.ID)}, {"binned", "/contacts/" + string(gone.ID)},
		{"none-found", "/contacts?text=nobody&active=1"}, {"companies", "/companies"}, {"company-new", "/companies/new"}, {"company", "/companies/" + string(ann.CompanyID)}, {"company-edit", "/companies/" + string(ann.CompanyID) + "/edit"},
		{"bin", "/bin"}, {"imports", "/imports"}, {"import-file", waiting}, {"import-matching", strings.Replace(waiting, "/file", "/matching", 1)}, {"import-duplicates", strings.Replace(waiting, "/file", "/duplicates", 1)}, {"import-plan", planned}, {"imported", done}, {"import-undo", strings.Replace(done, "/summary", "/undo", 1)}, {"log", "/activity"}, {"settings", "/settings"}, {"export", "/export?active=1"}, {"keys", "/keys"}, {"missing", "/nothing"},
	}
}

// tour looks at a page in every size and both themes. It is opened once: the
// style sheet makes the rest, and is what is looked at.
func (b *tab) tour(name, path string) {
	b.t.Helper()
	b.size(390, 844)
	before := len(b.seen())
	b.open(path)
	if asked := b.seen()[before:]; len(asked) > 3 {
		b.t.Errorf("%s: %d requests: %v", path, len(asked), asked)
	}
	for _, width := range []int64{390, 1024, 1440} {
		b.size(width, map[int64]int64{390: 844, 1024: 768, 1440: 900}[width])
		for _, theme := range []string{"light", "dark"} {
			b.eval(`document.documentElement.dataset.theme = "` + theme + `"`)
			what := fmt.Sprintf("%s-%d-%s", name, width, theme)
			b.fits(what)
			if width != 1024 {
				b.axe(what)
			}
		}
	}
}

// still looks at a state of the page that is open.
func (b *tab) still(name string) {
	b.t.Helper()
	for _, width := range []int64{390, 1440} {
		b.size(width, 844)
		b.fits(fmt.Sprintf("%s-%d", name, width))
	}
	b.axe(name)
	b.size(1440, 900)
}

// fits takes a picture and fails the test if the page is wider than the window.
func (b *tab) fits(name string) {
	b.t.Helper()
	b.shoot(name)
	// A phone zooms out of a page that is too wide, so the window's own width says nothing.
	wide := b.eval(`document.documentElement.scrollWidth > screen.width + 1 ? [...document.querySelectorAll("main *")].filter((e) => e.getBoundingClientRect().right > screen.width + 1).slice(0, 3).map((e) => e.outerHTML.slice(0, 120)).join(" | ") || "something" : ""`)
	if wide != "" {
		b.t.Errorf("%s is wider than the window: %v", name, wide)
	}
}

func (b *tab) seen() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var asked []string
	for _, r := range b.requests {
		if !strings.HasPrefix(r, "data:") { // drawn by the browser or in the page
			asked = append(asked, r)
		}
	}
	return asked
}
