package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/requests"
)

// offerPath is the form of a template for a contact.
func offerPath(t desk.TemplateID) string { return "/tickets/new/template/" + string(t) }

// TestOffer makes a ticket by a template without a script: what is locked
// stays, what is wrong stands at its field with all that was typed, and the
// answers, the files and the people arrive.
func TestOffer(t *testing.T) {
	t.Parallel()
	onBoth(t, offer)
}

func offer(t *testing.T, s *site) {
	t.Helper()
	is := is.New(t)
	f := s.publish("About the machine", repair())
	ann := s.add(contacts.NewContact{FirstName: "Ann", LastName: "Lee", Email: "ann@corp.example", CompanyName: "Corp"})
	bob := s.add(contacts.NewContact{FirstName: "Bob", Email: "bob@corp.example", CompanyName: "Corp"})
	member := s.agentID(accounts.AgentRole)
	x := s.template(requests.TemplateFields{Name: "Repair", Description: "Something is broken.", Defaults: requests.Defaults{Subject: "A repair", Text: "What happened?", Priority: "high"}, Locked: []string{"subject", "priority"},
		Limited: true, Domains: []string{"corp.example"}, Assignees: []string{member}, Add: requests.AddColleagues, Form: f.ID})
	s.template(requests.TemplateFields{Name: "Not for corp", Limited: true, Domains: []string{"elsewhere.example"}})
	b := s.signedIn(accounts.AgentRole)
	p := b.get("/contacts/"+string(ann.ID)).link("New ticket by a template").says("Repair", "Something is broken.").silent("Not for corp")
	b.get("/tickets/new?contact=" + string(ann.ID)).link("Use a template").says("Repair")
	at := offerPath(x.ID)
	p = p.link("Repair").says("A repair", "Kept by its template.", "What happened?", "Tell us about the machine.", "Only if “Machine” is “Other”.", "Bob", "Ann Lee")
	p = p.submit(at, []string{"subject", "My own", "text", "It smokes.", "company", "none", "add", string(bob.ID), "assignee", member, "a.machine", "Other", "a.hours", "200"}, "f.photo", "a picture", "file", "a letter").
		is(http.StatusUnprocessableEntity).says("What you typed is kept", "Which other machine: ", "Hours of use: ", "Terms: ", "The files have to be chosen again.")
	values, _ := p.form(at)
	for name, want := range map[string]string{"text": "It smokes.", "company": "none", "add": string(bob.ID), "assignee": member, "a.machine": "Other", "a.hours": "200"} {
		is.Equal(values.Get(name), want)
	}
	p = p.submit(at, []string{"a.machine", "Saw", "a.other", "does not count", "a.hours", "20", "a.terms", "true"}, "f.photo", "a picture", "file", "a letter").is(http.StatusOK).says("was made.", "A repair", "It smokes.", "Bob")
	list, err := s.Tickets.List(t.Context(), s.Manager, tickets.Query{}, desk.Page{})
	is.NoErr(err)
	is.Equal(len(list.Tickets), 1)
	made := list.Tickets[0]
	is.True(made.Subject == "A repair" && made.Priority == "high" && made.Assignee == member && made.Requester == ann.ID && made.CompanyID == "" && made.Template == x.ID)
	is.Equal(s.role(made.ID, bob.ID), tickets.Participating)
	subs, err := s.Requests.Submissions(t.Context(), s.Manager, requests.SubmissionFilter{Ticket: made.ID}, desk.Page{})
	is.NoErr(err)
	is.Equal(len(subs.Submissions), 1)
	given := map[string][]string{}
	for _, a := range subs.Submissions[0].Answers {
		given[a.Field] = a.Values
	}
	is.Equal(cmp.Diff(map[string][]string{"machine": {"Saw"}, "hours": {"20"}, "photo": nil, "terms": {"true"}}, given), "")
	is.Equal(len(subs.Submissions[0].Answer("photo").Files), 1)
	p.silent("does not count")
}

// TestOfferOnce sends a form twice, and one whose questions have changed.
func TestOfferOnce(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	f := s.publish("Question", requests.Definition{Fields: []requests.Field{{Key: "what", Label: "What", Type: requests.TextField}}})
	ann := s.add(contacts.NewContact{FirstName: "Ann"})
	x := s.template(requests.TemplateFields{Name: "Ask", Form: f.ID})
	b := s.signedIn(accounts.AgentRole)
	to := offerPath(x.ID) + "?contact=" + string(ann.ID)
	p := b.get(to)
	first := p.submit(offerPath(x.ID), []string{"a.what", "Blue"})
	is.Equal(p.submit(offerPath(x.ID), []string{"a.what", "Blue"}).path, first.path)
	n, err := s.Tickets.Count(t.Context(), s.Manager, tickets.Filter{})
	is.NoErr(err)
	is.Equal(n, 1)

	p = b.get(to)
	draft := requests.Definition{Fields: []requests.Field{{Key: "what", Label: "Which colour", Type: requests.TextField}}}
	f, err = s.Requests.UpdateForm(t.Context(), s.Manager, f.ID, f.Version, requests.FormPatch{Draft: &draft})
	is.NoErr(err)
	_, err = s.Requests.PublishForm(t.Context(), s.Manager, f.ID, f.Version)
	is.NoErr(err)
	p = p.submit(offerPath(x.ID), []string{"a.what", "Green", "subject", "Paint"}).is(http.StatusUnprocessableEntity).says("The form was changed while you filled it in.", "Which colour")
	values, _ := p.form(offerPath(x.ID))
	is.True(values.Get("a.what") == "Green" && values.Get("subject") == "Paint")
	p.submit(offerPath(x.ID), nil).is(http.StatusOK).says("Paint", "was made.")
}

// TestR53_OffersAreForFew: who may not make tickets, a template that is not for
// the contact, and contacts and templates of another workspace get the page that
// says nothing, and nothing is made.
func TestR53_OffersAreForFew(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	other := s.Manager
	other.Workspace = "other"
	theirs, err := s.Requests.CreateTemplate(t.Context(), other, requests.TemplateFields{Name: "Theirs", Active: true})
	is.NoErr(err)
	stranger, err := s.Contacts.Create(t.Context(), other, contacts.NewContact{FirstName: "Stranger"})
	is.NoErr(err)
	ann := s.add(contacts.NewContact{FirstName: "Ann", Email: "ann@corp.example"})
	mine := s.template(requests.TemplateFields{Name: "Mine"})
	limited := s.template(requests.TemplateFields{Name: "Limited", Limited: true, Domains: []string{"elsewhere.example"}})
	b := s.signedIn(accounts.Manager)
	b.get("/tickets/new/template?contact="+string(ann.ID)).says("Mine").silent("Limited", "Theirs")
	good, _ := b.get(offerPath(mine.ID) + "?contact=" + string(ann.ID)).form(offerPath(mine.ID))
	good.Set("subject", "Taken")
	ask := func(id desk.TemplateID, c desk.ContactID) string { return offerPath(id) + "?contact=" + string(c) }
	for _, path := range []string{ask(theirs.ID, ann.ID), ask(limited.ID, ann.ID), ask(mine.ID, stranger.ID), ask(mine.ID, ""), ask("nonsense", ann.ID)} {
		b.get(path).is(http.StatusNotFound)
		b.b404(path, good)
	}
	b.get("/tickets/new/template?contact=" + string(stranger.ID)).is(http.StatusNotFound)
	v := s.signedIn(accounts.Viewer)
	v.get("/contacts/" + string(ann.ID)).silent("/tickets/new/template")
	v.get("/tickets/new/template?contact=" + string(ann.ID)).is(http.StatusNotFound)
	v.get(ask(mine.ID, ann.ID)).is(http.StatusNotFound)
	token, _ := v.get("/contacts").form("/theme")
	good.Set("csrf", token.Get("csrf"))
	v.b404(ask(mine.ID, ann.ID), good)
	n, err := s.Tickets.Count(t.Context(), s.Manager, tickets.Filter{})
	is.NoErr(err)
	is.Equal(n, 0)
	// Whom it cannot add is refused, and not told of.
	b.get(ask(mine.ID, ann.ID)).submit(offerPath(mine.ID), []string{"add", string(stranger.ID)}).is(http.StatusUnprocessableEntity).says("Nobody can be added to this request.").silent("Stranger")
}

// TestBrowserOffer fills in a form by a template with a script: a question
// that does not count is hidden until it does.
func TestBrowserOffer(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	b := s.browse(accounts.Manager)
	long := strings.Repeat("Wolfeschlegelsteinhausen", 9)[:200]
	ann := s.add(contacts.NewContact{FirstName: "Ann", LastName: "Lee", Email: "ann@corp.example", CompanyName: "Corp"})
	s.add(contacts.NewContact{FirstName: long, CompanyName: "Corp"})
	s.add(contacts.NewContact{FirstName: "محمد", LastName: "العبدالله", CompanyName: "Corp"})
	list := "/tickets/new/template?contact=" + string(ann.ID)
	b.glance("nothing-offers", list)
	f := s.publish("About the machine", repair())
	x := s.template(requests.TemplateFields{Name: "Repair of a machine", Description: "Something is broken and has to run again.", Defaults: requests.Defaults{Subject: "Repair", Status: "waiting"}, Locked: []string{"subject"},
		Assignees: []string{s.agentID(accounts.AgentRole)}, Add: requests.AddColleagues, Form: f.ID})
	s.template(requests.TemplateFields{Name: long, Description: long + long})
	to := offerPath(x.ID) + "?contact=" + string(ann.ID)
	b.glance("offers", list)
	b.tour("offer", to)
	b.glance("ticket-new-offers", "/tickets/new?contact="+string(ann.ID))
	b.open(to).until("document.documentElement.classList.contains('js')")
	hidden := `getComputedStyle(document.querySelector('.question[data-key=other]')).display === 'none'`
	is.Equal(b.eval(hidden), true)
	b.click("input[value=Other]").until("!(" + hidden + ")")
	b.click(".savebar .primary").until("document.querySelector('[data-error-summary]')").still("offer-errors")
	b.eval("document.querySelector('.further').scrollIntoView()")
	b.still("offer-questions")
	b.click("input[value=Saw]").until(hidden).click("#q-terms").click("#f-text").keys("It stopped.").click(".savebar .primary")
	b.until("document.querySelector('.toast')?.innerText.includes('was made')").until("document.querySelector('.message').innerText.includes('It stopped.')")
	b.clean()
}
