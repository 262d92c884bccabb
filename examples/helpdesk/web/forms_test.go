package web_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
	"github.com/deskfolk/desk/tickets/requests"
)

// labels are the questions of a form's draft.
func (s *site) labels(id desk.FormID) []string {
	s.t.Helper()
	f, err := s.Requests.Form(s.t.Context(), s.Manager, id)
	if err != nil {
		s.t.Fatal(err)
	}
	var all []string
	for _, x := range f.Draft.Fields {
		all = append(all, x.Label)
	}
	return all
}

// TestFormEditor writes a form, publishes it twice and looks at both versions.
func TestFormEditor(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	b := s.signedIn(accounts.Manager)
	p := b.get("/settings").link("Forms").says("No forms yet").link("New form")
	p.send("/settings/forms/new", "", "name", "", "label", "").is(http.StatusUnprocessableEntity).says("The form needs a name.", "The field needs a label.")
	p = p.send("/settings/forms/new", "", "name", "Repair", "label", "Machine", "type", "choice", "choices", "Press\r\nSaw\r\n\r\nOther", "required", "true").says("The form was made.", "Machine", "One of a list · required", "Draft")
	id := desk.FormID(p.path[len("/settings/forms/"):])
	at := p.path

	q := p.link("Add question")
	q.send(at+"/questions/new", "", "label", "Size", "type", "number", "min", "ten").is(http.StatusUnprocessableEntity).says("Not saved yet.")
	q = q.send(at+"/questions/new", "do=more", "label", "Size", "type", "number", "min", "1").says("“Size” was added.", "New question")
	p = q.send(at+"/questions/new", "", "label", "Which other", "type", "text", "show_field", "machine", "show_test", "equals", "show_value", "Other").says("Only if “Machine” is “Other”")
	is.Equal(cmp.Diff([]string{"Machine", "Size", "Which other"}, s.labels(id)), "")
	p = p.send(at+"/questions", "do=up:2").is(http.StatusOK)
	is.Equal(cmp.Diff([]string{"Machine", "Which other", "Size"}, s.labels(id)), "")
	p.send(at+"/questions", "do=up:1").is(http.StatusUnprocessableEntity).says("Not saved yet.") // it depends on the one above
	p = b.get(at).send(at+"/questions", "do=down:1").send(at, "", "name", "Repairs", "intro", "Please.", "active", "true").says("Saved.")
	p = p.send(at+"/publish", "").says("Version 1 is published.", "Newest").silent("Publish version")

	// The condition can be changed, and a second one added, without a script.
	edit := p.link("Which other").send(at+"/questions/2", "do=apply").says("No further condition")
	edit.send(at+"/questions/2", "", "help", "As on the plate.").says("Changes not published", "Publish version 2")
	b.get(at).send(at+"/questions", "do=remove:1").says("“Size” was removed.")
	b.get(at).send(at+"/publish", "").says("Version 2 is published.")
	b.get(at+"/preview?version=1").says("Version 1, as it was published.", "Size").silent("As on the plate")
	pre := b.get(at+"/preview").says("The draft", "Please.", "As on the plate").silent("Size")
	pre.submit(at+"/preview", []string{}).says("Machine: ")
	pre.submit(at+"/preview", []string{"a.machine", "Press"}).says("These answers would be taken.")
	b.get(at + "/preview?version=9").is(http.StatusNotFound)
	subs, err := s.Requests.Submissions(t.Context(), s.Manager, requests.SubmissionFilter{}, desk.Page{})
	is.NoErr(err)
	is.Equal(subs.Count, 0)
	stale := b.get(at)
	b.get(at).send(at, "", "name", "Mending", "active", "true").says("Saved.")
	stale.send(at, "", "name", "Late", "active", "true").is(http.StatusUnprocessableEntity)
}

// TestAssignForm assigns a form from the profile, says why it cannot, fills it
// in for the contact and cancels it.
func TestAssignForm(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	d := repair()
	f := s.publish("Repair", d)
	ann := s.add(contacts.NewContact{FirstName: "Ann", LastName: "Lee", Email: "ann@corp.example", PortalAccess: true})
	bob := s.add(contacts.NewContact{FirstName: "Bob", Email: "bob@corp.example"})
	off := s.add(contacts.NewContact{FirstName: "Off", Email: "off@corp.example", PortalAccess: true, Inactive: true})
	b := s.signedIn(accounts.AgentRole)
	b.get("/contacts/"+string(bob.ID)+"/part/forms").says("no portal access", "No forms assigned").silent("Assign a form")
	b.get("/contacts/" + string(off.ID) + "/part/forms").says("this contact is inactive")
	b.get("/contacts/" + string(bob.ID) + "/assign").says("no portal access").silent("<select id=\"f-form\"")

	path := "/contacts/" + string(ann.ID)
	p := b.get(path).link("Forms").link("Assign a form")
	p.send(path+"/assign", "", "due", "soon").is(http.StatusUnprocessableEntity).says("Give the day and the hour")
	p = p.send(path+"/assign", "", "due", "2026-03-09T12:00", "note", "Please soon.").says("The form was assigned.", "Waiting for answers", "Version 1 · due")
	b.get(path+"/assign").send(path+"/assign", "").is(http.StatusUnprocessableEntity) // it is open already

	d.Fields[0].Label = "Which machine"
	form, err := s.Requests.UpdateForm(t.Context(), s.Manager, f.ID, f.Version, requests.FormPatch{Draft: &d})
	if err == nil {
		_, err = s.Requests.PublishForm(t.Context(), s.Manager, f.ID, form.Version)
	}
	is.New(t).NoErr(err)
	x := p.link("Repair").says("Please soon.", "Machine", "Ask the newest version")
	x = x.send(x.path, "do=renew").says("It asks the newest version now.", "Which machine")
	x.submit(x.path+"/fill", []string{"a.machine", "Saw"}).is(http.StatusUnprocessableEntity).says("Terms: ")
	x.submit(x.path+"/fill", []string{"a.machine", "Saw", "a.terms", "true"}).says("The answers were kept.", "Submitted", "Saw").link("Open the submission").says("Agent Agent", "Ann Lee")

	y := b.get(path+"/assign").send(path+"/assign", "").link("Repair")
	y.send(y.path, "do=cancel").says("The assignment was cancelled.", "Cancelled", "Nothing was given.").silent("Cancel the assignment")
}
