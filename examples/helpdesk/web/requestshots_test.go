package web_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/requests"
)

// TestBrowserRequests looks at the pages of tasks and forms as TestBrowserPages
// does at the others, and works a form in the browser: questions that do not
// count are hidden, and the editor shows what the type of answer needs.
func TestBrowserRequests(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	b := s.browse(accounts.Manager)
	for _, path := range []string{"/tasks", "/settings/forms"} {
		b.tour("nothing"+strings.ReplaceAll(path, "/", "-"), path)
	}
	pages, task, form := s.chores()
	for _, p := range pages {
		b.tour(p.name, p.path)
	}

	b.open(form + "/questions/0")
	is.Equal(b.eval(`getComputedStyle(document.querySelector('.for-choice')).display !== 'none' && getComputedStyle(document.querySelector('.for-consent')).display === 'none'`), true)
	b.eval(`(() => { const t = document.querySelector('#f-type'); t.value = 'consent'; t.dispatchEvent(new Event('change', {bubbles: true})); })()`)
	is.Equal(b.eval(`getComputedStyle(document.querySelector('.for-choice')).display === 'none' && getComputedStyle(document.querySelector('.for-consent')).display !== 'none'`), true)
	b.eval(`document.querySelector('.qedit').closest('form').reset()`)
	b.open("/tasks").click("tbody tr:nth-child(1) .acts summary").still("task-menu")
	b.open(task)
	hidden := `getComputedStyle(document.querySelector('.question[data-key=other]')).display === 'none'`
	is.Equal(b.eval(hidden), true)
	b.click("input[value=Other]").until("!(" + hidden + ")")
	b.click(".filling .primary").until("document.querySelector('[data-error-summary]')").still("task-errors")
	b.clean()
}

// chores makes tasks and a form that is assigned and filled in, and names the
// pages to see, the task with the form and the form.
func (s *site) chores() (pages []shown, task, form string) {
	s.t.Helper()
	is := is.New(s.t)
	f := s.publish("Repair of a machine", repair())
	long := strings.Repeat("Wolfeschlegelsteinhausen", 9)[:200]
	ann := s.add(contacts.NewContact{FirstName: "Ann", LastName: "Lee", Email: "ann@corp.example", PortalAccess: true, CompanyName: "Corp"})
	arabic := s.add(contacts.NewContact{FirstName: "محمد", LastName: "العبدالله", Email: "m@noor.example"})
	ask := s.ask(tickets.NewTicket{Subject: "The saw stopped in the middle of a cut", Requester: ann.ID})
	now := s.Clock.Now()
	for i, n := range []requests.NewTask{
		{Title: "Call the supplier about the blade", Ticket: ask.ID, Assignee: s.agentID(accounts.Manager), Due: requests.Due{At: now.Add(time.Hour)}},
		{Title: "Describe the damage", Description: "Photos help.\n\nThe insurance asks for them.", Ticket: ask.ID, AssigneeContact: ann.ID, Form: f.ID, Due: requests.Due{At: now.Add(80 * time.Hour)}},
		{Title: long, Contact: arabic.ID, Due: requests.Due{Rule: requests.DueAfterAssigned, Days: 3}},
	} {
		x := s.task(n)
		if i == 1 {
			state := requests.InProgress
			_, err := s.Requests.UpdateTask(s.t.Context(), s.Manager, x.ID, x.Version, requests.TaskPatch{State: &state})
			is.NoErr(err)
		}
	}
	for i := range 8 {
		s.task(requests.NewTask{Title: fmt.Sprintf("Check machine %d", i+1), Contact: ann.ID, Assignee: s.agentID(accounts.AgentRole)})
	}
	s.post(ask.ID, tickets.NewMessage{Kind: tickets.Public, Text: "We are on it."})
	s.work()
	s.Clock.Turn(3 * time.Hour)
	as, err := s.Requests.Assign(s.t.Context(), s.Manager, requests.NewAssignment{Form: f.ID, Contacts: []desk.ContactID{ann.ID}, Note: "We need this before the visit.", Due: now.Add(100 * time.Hour)})
	is.NoErr(err)
	list, err := s.Requests.Tasks(s.t.Context(), s.Manager, requests.TaskQuery{TaskFilter: requests.TaskFilter{Text: "damage"}}, desk.Page{})
	is.NoErr(err)
	contact := "/contacts/" + string(ann.ID)
	task, form = "/tasks/"+string(list.Tasks[0].ID), "/settings/forms/"+string(f.ID)
	other, err := s.Requests.Assign(s.t.Context(), s.Manager, requests.NewAssignment{Form: s.publish("Handover", repair()).ID, Contacts: []desk.ContactID{ann.ID}})
	is.NoErr(err)
	p := s.signedIn(accounts.Manager).get("/assignments/" + string(other[0].ID))
	submission := p.submit(p.path+"/fill", []string{"a.machine", "Saw", "a.terms", "true"}).link("Open the submission").path
	return []shown{
		{"tasks", "/tasks"}, {"contact-tasks", contact + "/part/tasks"}, {"task", task}, {"task-new", "/tasks/new?contact=" + string(ann.ID)}, {"task-edit", task + "/edit"},
		{"forms", "/settings/forms"}, {"form-new", "/settings/forms/new"}, {"form", form}, {"form-question", form + "/questions/1"}, {"form-preview", form + "/preview"},
		{"contact-forms", contact + "/part/forms"}, {"assign", contact + "/assign"}, {"assign-blocked", "/contacts/" + string(arabic.ID) + "/assign"}, {"assignment", "/assignments/" + string(as[0].ID)},
		{"notifications", "/settings/notifications"}, {"words", "/settings/notifications/ticket.commented"}, {"messages", "/messages"}, {"contact-told", contact + "/notifications"}, {"told", at(ask) + "/told"},
		{"submission", submission}, {"contact-submissions", contact + "/part/submissions"},
	}, task, form
}
