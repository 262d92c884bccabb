package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
	"github.com/deskfolk/desk/tickets/requests"
)

// template makes a request template.
func (s *site) template(f requests.TemplateFields) requests.Template {
	s.t.Helper()
	f.Active = true
	t, err := s.Requests.CreateTemplate(s.t.Context(), s.Manager, f)
	if err != nil {
		s.t.Fatal(err)
	}
	return t
}

// TestTemplateEditor makes and changes a request template without a script.
func TestTemplateEditor(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	f := s.publish("Repair", repair())
	ann := s.add(contacts.NewContact{FirstName: "Ann", LastName: "Lee", Email: "ann@corp.example", CompanyName: "Corp"})
	bob := s.add(contacts.NewContact{FirstName: "Bob", Email: "bob@corp.example"})
	member := s.agentID(accounts.AgentRole)
	b := s.signedIn(accounts.Manager)
	const at = "/settings/templates/new"
	p := b.get("/settings").link("Request templates").says("No request templates yet").link("New template")
	p.send(at, "", "name", "", "locked", "subject", "domains", "no domain!", "limited", "true", "position", "3").is(http.StatusUnprocessableEntity).
		says("The template needs a name.", "A subject that is locked needs to be given.", "This is not an email domain.")
	p.send(at, "", "name", "X", "company", "Nowhere").is(http.StatusUnprocessableEntity).says("There is no company “Nowhere”.")
	p.send(at, "", "name", "X", "position", "first").is(http.StatusUnprocessableEntity).says("The position is a whole number.")
	p.send(at, "search=contacts", "name", "Repairs", "find_contacts", "nobody at all").says("Nobody else has")
	p = p.send(at, "search=contacts", "name", "Repairs", "find_contacts", "Ann").says("Ann Lee")
	p = p.send(at, "search=addable", "contacts", string(ann.ID), "find_contacts", "", "find_addable", "Bob").says("Ann Lee", "Bob")
	p.send(at, "", "description", "Broken machines", "subject", "Repair", "text", "What is broken?", "priority", "high", "locked", "priority", "locked", "subject", "company", "corp", "limited", "true",
		"domains", "Partner.example, other.example", "assignees", member, "add", "listed", "addable", string(bob.ID), "find_addable", "", "form", string(f.ID), "active", "true").says("“Repairs” was saved.", "Active", "For some", "Form")
	all, err := s.Requests.Templates(t.Context(), s.Manager)
	is.NoErr(err)
	is.Equal(len(all), 1)
	want := requests.TemplateFields{Name: "Repairs", Description: "Broken machines", Active: true, Defaults: requests.Defaults{Subject: "Repair", Text: "What is broken?", Priority: "high", Company: ann.CompanyID},
		Locked: []string{"priority", "subject"}, Limited: true, Contacts: []desk.ContactID{ann.ID}, Domains: []string{"other.example", "partner.example"}, Assignees: []string{member},
		Add: requests.AddListed, Addable: []desk.ContactID{bob.ID}, Form: f.ID}
	is.Equal(cmp.Diff(want, all[0].TemplateFields), "")

	// What the page shows is what it saves, also of one who is in the bin.
	path := "/settings/templates/" + string(all[0].ID)
	is.NoErr(s.Contacts.Delete(t.Context(), s.Manager, bob.ID))
	stale := b.get(path).says("Ann Lee", "Someone who is not there any more")
	b.get(path).send(path, "", "name", "Repairs and spare parts").says("was saved.")
	got, err := s.Requests.Template(t.Context(), s.Manager, all[0].ID)
	is.NoErr(err)
	want.Name = "Repairs and spare parts"
	is.Equal(cmp.Diff(want, got.TemplateFields), "")
	stale.send(path, "", "name", "Late").is(http.StatusUnprocessableEntity).says("Not saved yet.")
	b.get(path).send(path, "", "assignee", member, "locked", "assignee").is(http.StatusUnprocessableEntity).says("Nobody can be picked while the assignee is locked.")
}

// TestTemplatePagesAreForFew: who may not change templates, and another
// workspace, get the page that says nothing.
func TestTemplatePagesAreForFew(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	mine := s.template(requests.TemplateFields{Name: "Mine"})
	other := s.Manager
	other.Workspace = "other"
	theirs, err := s.Requests.CreateTemplate(t.Context(), other, requests.TemplateFields{Name: "Theirs", Active: true})
	is.NoErr(err)
	b := s.signedIn(accounts.Manager)
	b.get("/settings/templates").says("Mine").silent("Theirs")
	values, _ := b.get("/settings/templates/new").form("/settings/templates/new")
	values.Set("name", "Taken")
	for _, id := range []desk.TemplateID{theirs.ID, "nonsense"} {
		b.get("/settings/templates/" + string(id)).is(http.StatusNotFound)
		b.b404("/settings/templates/"+string(id), values)
	}
	for _, role := range []accounts.Role{accounts.Viewer, accounts.AgentRole} {
		v := s.signedIn(role)
		token, _ := v.get("/contacts").form("/theme")
		values.Set("csrf", token.Get("csrf"))
		for _, path := range []string{"/settings/templates", "/settings/templates/new", "/settings/templates/" + string(mine.ID)} {
			v.get(path).is(http.StatusNotFound)
		}
		for _, path := range []string{"/settings/templates/new", "/settings/templates/" + string(mine.ID)} {
			v.b404(path, values)
		}
	}
	all, err := s.Requests.Templates(t.Context(), s.Manager)
	is.NoErr(err)
	is.True(len(all) == 1 && all[0].Version == mine.Version)
}

// TestBrowserTemplates looks at the pages.
func TestBrowserTemplates(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browse(accounts.Manager)
	b.tour("nothing-templates", "/settings/templates")
	ann := s.add(contacts.NewContact{FirstName: "Ann", LastName: "Lee", Email: "ann@corp.example", CompanyName: "Corp"})
	wide := s.add(contacts.NewContact{FirstName: strings.Repeat("Wolfeschlegelsteinhausen", 9)[:200], Email: "w@corp.example"})
	s.template(requests.TemplateFields{Name: strings.Repeat("Wolfeschlegelsteinhausen", 9)[:200]})
	x := s.template(requests.TemplateFields{Name: "Repair of a machine", Description: "Something is broken and has to run again.", Limited: true, Contacts: slices.Sorted(slices.Values([]desk.ContactID{ann.ID, wide.ID})), Domains: []string{"corp.example"},
		Defaults: requests.Defaults{Subject: "Repair"}, Locked: []string{"subject"}, Assignees: []string{s.agentID(accounts.AgentRole)}, Add: requests.AddColleagues})
	b.tour("templates", "/settings/templates")
	b.tour("template", "/settings/templates/"+string(x.ID))
	b.open("/settings/templates/" + string(x.ID)).click("#find-addable").keys("Ann").until("document.querySelector('#find-addable').closest('.suggest').querySelector('[role=option]')").press("ArrowDown").press("Enter")
	b.until("document.querySelector('#addable-list input[name=addable]:checked')")
	b.click("#addable-list input[name=addable]:checked")
	b.eval("(() => { const f = document.querySelector('.editor form'); f.querySelector('#addable-list').replaceChildren(); f.reset(); f.dispatchEvent(new Event('input', { bubbles: true })); })()")
	b.until("!document.querySelector('form[data-dirty]')")
	b.open("/settings/templates/new").click(".savebar .primary").until("document.querySelector('[data-error-summary]')").still("template-errors")
	b.clean()
}
