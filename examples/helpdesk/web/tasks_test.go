package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/requests"
)

// repair is a form with a field of most types.
func repair() requests.Definition {
	return requests.Definition{Intro: "Tell us about the machine.", Fields: []requests.Field{
		{Key: "machine", Label: "Machine", Type: requests.ChoiceField, Choices: []string{"Press", "Saw", "Other"}, Required: true},
		{Key: "other", Label: "Which other machine", Type: requests.TextField, Required: true, Show: &requests.Show{When: []requests.Condition{{Field: "machine", Test: requests.Equals, Value: "Other"}}}},
		{Key: "hours", Label: "Hours of use", Type: requests.NumberField, Min: "0", Max: "100"},
		{Key: "day", Label: "Day of the visit", Type: requests.DateField},
		{Key: "photo", Label: "Photo", Type: requests.FileField, MaxCount: 2},
		{Key: "terms", Label: "Terms", Type: requests.ConsentField, Wording: "I agree to the visit.", Required: true},
	}}
}

// publish makes a form and publishes it.
func (s *site) publish(name string, d requests.Definition) requests.Form {
	s.t.Helper()
	f, err := s.Requests.CreateForm(s.t.Context(), s.Manager, requests.NewForm{Name: name, Draft: d})
	if err == nil {
		f, err = s.Requests.PublishForm(s.t.Context(), s.Manager, f.ID, f.Version)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return f
}

func (s *site) task(n requests.NewTask) requests.Task {
	s.t.Helper()
	t, err := s.Requests.CreateTask(s.t.Context(), s.Manager, n)
	if err != nil {
		s.t.Fatal(err)
	}
	return t
}

// submit sends a form with files as a browser does; files are pairs of a
// control's name and what is in the file.
func (p *page) submit(action string, pairs []string, files ...string) *page {
	p.b.t.Helper()
	values, form := p.form(action)
	fillIn(values, pairs)
	var sent []sentFile
	for i := 0; i < len(files); i += 2 {
		sent = append(sent, sentFile{files[i], "note.html", files[i+1]})
		values.Del(files[i])
	}
	return p.b.postFiles(attr(form, "action"), values, sent...)
}

// TestTasksTab searches and filters the tasks of a contact over all its
// tickets, marks what is overdue, and moves one.
func TestTasksTab(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann", LastName: "Lee"})
	bob := s.add(contacts.NewContact{FirstName: "Bob"})
	one, two := s.ask(tickets.NewTicket{Subject: "Broken saw", Requester: ann.ID}), s.ask(tickets.NewTicket{Subject: "New press", Requester: ann.ID})
	now := s.Clock.Now()
	s.task(requests.NewTask{Title: "Call the supplier", Ticket: one.ID, Assignee: s.agentID(accounts.Manager), Due: requests.Due{At: now.Add(time.Hour)}})
	s.task(requests.NewTask{Title: "Order the blade", Ticket: two.ID, AssigneeContact: ann.ID, Due: requests.Due{At: now.Add(72 * time.Hour)}})
	s.task(requests.NewTask{Title: "Of Bob", Contact: bob.ID})
	s.Clock.Turn(2 * time.Hour)

	b := s.signedIn(accounts.AgentRole)
	path := "/contacts/" + string(ann.ID) + "/part/tasks"
	b.get("/contacts/"+string(ann.ID)).says("Tasks 2", "Forms 0")
	p := b.get(path).is(http.StatusOK)

	is.Equal(cmp.Diff(p.rows(), []string{"Call the supplier", "Order the blade"}), "")
	p.says("Overdue", "1 Broken saw", "2 New press", "Manager Agent", "Ann Lee", "All 2", "Completed 0").silent("Of Bob")
	is.Equal(p.send(path, "", "text", "BLADE").rows(), []string{"Order the blade"})
	is.Equal(p.link("Overdue").rows(), []string{"Call the supplier"})
	p.link("Completed").says("Nothing here")
	p.send(path, "", "text", "nothing like it").says("No task found")
	is.Equal(len(b.get("/tasks").says("Of Bob").rows()), 3)
	b.get("/tasks?mine=1").says("Nothing here")
	is.Equal(len(s.signedIn(accounts.Manager).get("/tasks?mine=1").rows()), 1)

	list, err := s.Requests.Tasks(t.Context(), s.Manager, requests.TaskQuery{TaskFilter: requests.TaskFilter{Text: "blade"}}, desk.Page{})
	is.NoErr(err)
	at := "/tasks/" + string(list.Tasks[0].ID)
	p.send(at, "state=in_progress").says("Order the blade: In progress.", "In progress")
	p.send(at, "state=skipped").says("Someone else changed the task meanwhile") // the page is the old one
	b.get(at).send(at, "state=completed").says("Completed", "Set to do")
}

// TestNewTask makes tasks with each rule, and says what is wrong in words.
func TestNewTask(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann", LastName: "Lee"})
	ask := s.ask(tickets.NewTicket{Subject: "Broken saw", Requester: ann.ID})
	b := s.signedIn(accounts.AgentRole)
	p := b.get("/tasks/new?contact=" + string(ann.ID))
	p.send("/tasks/new", "", "title", " ", "rule", "fixed").is(http.StatusUnprocessableEntity).says("Not saved yet. What you typed is kept.", "Give the day and the hour, or choose “No due time”.")
	p.send("/tasks/new", "", "title", "Call", "rule", "assigned", "days", "soon").is(http.StatusUnprocessableEntity).says("Give a number of days, such as 3.")
	made := p.send("/tasks/new", "", "title", "Call back", "rule", "fixed", "due_at", "2026-03-05T17:00", "ticket", "1", "who", "contact:"+string(ann.ID)).is(http.StatusOK).says("The task was added.", "Call back", "1 Broken saw", "Ann Lee", "Thursday, 17:00")
	is.True(strings.HasPrefix(made.path, "/tasks/task_"))
	first := desk.TaskID(strings.TrimPrefix(made.path, "/tasks/"))
	p = b.get("/tasks/new?ticket=1").says("Some days after another task is done")
	second := p.send("/tasks/new", "", "title", "Then write", "rule", "task_done", "days", "2", "after", string(first)).says("The task was added.", "2 days after another task")
	second.link("Edit").send(second.path+"/edit", "", "title", "Then write a letter", "rule", "none", "who", "member:"+s.agentID(accounts.AgentRole)).says("The task was saved.", "Then write a letter", "No due time", "Agent Agent")
	x, err := s.Requests.Task(t.Context(), s.Manager, desk.TaskID(strings.TrimPrefix(second.path, "/tasks/")))
	is.NoErr(err)
	is.Equal([]any{x.Title, x.Due, x.Assignee, x.Ticket}, []any{"Then write a letter", requests.Due{}, s.agentID(accounts.AgentRole), ask.ID})
	b.get(second.path).link("Delete").send(second.path+"/delete", "").says("The task was deleted.")
	b.get(second.path).is(http.StatusNotFound)
	b.get("/tasks/new").says("Whom is it about?").link("AL Ann Lee").says("New task")
}

// TestFillTask answers a task's form: what is wrong stands under each field
// and at the top, and what was typed is kept.
func TestFillTask(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	f := s.publish("Repair", repair())
	ann := s.add(contacts.NewContact{FirstName: "Ann", LastName: "Lee"})
	x := s.task(requests.NewTask{Title: "Describe it", Contact: ann.ID, Form: f.ID})
	at := "/tasks/" + string(x.ID)
	b := s.signedIn(accounts.AgentRole)
	p := b.get(at).says("Tell us about the machine.", "Machine", "Only if “Machine” is “Other”.", "I agree to the visit.", "From 0 to 100.")
	wrong := p.submit(at+"/fill", []string{"a.machine", "Other", "a.hours", "many"}).is(http.StatusUnprocessableEntity)
	wrong.says("Not saved yet.", "Which other machine: ", "Hours of use: ", "Terms: ")
	values, _ := wrong.form(at + "/fill")
	is.Equal([]string{values.Get("a.machine"), values.Get("a.hours")}, []string{"Other", "many"})
	done := wrong.submit(at+"/fill", []string{"a.hours", "7.50", "a.machine", "Press", "a.terms", "true", "a.day", "2026-04-01"}, "f.photo", "<script>alert(1)</script>").is(http.StatusOK)
	done.says("The answers were kept. The task is completed.", "Completed", "7.5", "2026-04-01", "note.html", "Agreed")
	sub := done.link("Open the submission").says("Repair", "Press", "Version 1")
	file := sub.link("HTML").is(http.StatusOK)
	is.Equal(file.body, "<script>alert(1)</script>")
	h := file.header
	is.Equal([]string{h.Get("Content-Type"), h.Get("X-Content-Type-Options"), h.Get("Content-Security-Policy")}, []string{"application/octet-stream", "nosniff", "sandbox; default-src 'none'"})
	is.True(strings.HasPrefix(h.Get("Content-Disposition"), "attachment"))
	b.get("/contacts/"+string(ann.ID)+"/part/submissions").says("Repair", "for a task")
}

// TestTaskPagesRefuse: viewers look only, other workspaces are not there, and
// forms without their token change nothing.
func TestTaskPagesRefuse(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	f := s.publish("Repair", repair())
	ann := s.add(contacts.NewContact{FirstName: "Ann", LastName: "Lee", Email: "ann@corp.example", PortalAccess: true})
	x := s.task(requests.NewTask{Title: "Describe it", Contact: ann.ID, Form: f.ID})
	as, err := s.Requests.Assign(t.Context(), s.Manager, requests.NewAssignment{Form: f.ID, Contacts: []desk.ContactID{ann.ID}})
	is.NoErr(err)
	at := "/tasks/" + string(x.ID)
	assigned := "/assignments/" + string(as[0].ID)

	v := s.signedIn(accounts.Viewer)
	v.get("/tasks").says("Describe it").silent("New task", "/edit")
	v.get(at).is(http.StatusOK).silent("/fill", "Complete")
	v.get(assigned).is(http.StatusOK).silent("/fill", "Cancel the assignment")
	v.get("/settings/forms").is(http.StatusOK).silent("New form")
	for _, path := range []string{"/tasks/new", at + "/edit", at + "/delete", "/settings/forms/new", "/settings/forms/" + string(f.ID) + "/questions/0", "/contacts/" + string(ann.ID) + "/assign"} {
		v.get(path).is(http.StatusNotFound)
	}
	values, _ := v.get("/tasks").form("/theme")
	values.Set("version", "1")
	values.Set("state", "completed")
	values.Set("do", "cancel")
	for _, path := range []string{at, at + "/edit", at + "/delete", assigned, "/tasks/new", "/settings/forms/new", "/settings/forms/" + string(f.ID), "/settings/forms/" + string(f.ID) + "/publish", "/settings/forms/" + string(f.ID) + "/questions", "/settings/forms/" + string(f.ID) + "/questions/0", "/contacts/" + string(ann.ID) + "/assign"} {
		v.b404(path, values)
	}
	got, err := s.Requests.Task(t.Context(), s.Manager, x.ID)
	is.NoErr(err)
	is.Equal(got.Version, int64(1))

	// Another workspace's, which is the same page as what was never there.
	other := s.Manager
	other.Workspace = "other"
	eve, err := s.Contacts.Create(t.Context(), other, contacts.NewContact{FirstName: "Eve", PortalAccess: true, Email: "eve@corp.example"})
	is.NoErr(err)
	theirs, err := s.Requests.CreateForm(t.Context(), other, requests.NewForm{Name: "Theirs", Draft: repair()})
	is.NoErr(err)
	theirs, err = s.Requests.PublishForm(t.Context(), other, theirs.ID, 1)
	is.NoErr(err)
	task, err := s.Requests.CreateTask(t.Context(), other, requests.NewTask{Title: "Theirs", Contact: eve.ID})
	is.NoErr(err)
	asked, err := s.Requests.Assign(t.Context(), other, requests.NewAssignment{Form: theirs.ID, Contacts: []desk.ContactID{eve.ID}})
	is.NoErr(err)
	m := s.signedIn(accounts.Manager)
	for _, path := range []string{"/tasks/" + string(task.ID), "/tasks/" + string(task.ID) + "/edit", "/settings/forms/" + string(theirs.ID), "/settings/forms/" + string(theirs.ID) + "/preview", "/assignments/" + string(asked[0].ID),
		"/contacts/" + string(eve.ID) + "/part/tasks", "/contacts/" + string(eve.ID) + "/part/forms", "/contacts/" + string(eve.ID) + "/assign", "/tasks/new?contact=" + string(eve.ID)} {
		p := m.get(path).is(http.StatusNotFound)
		missing := m.get("/tasks/task_01h455vb4pex5vsknk084sn02q").is(http.StatusNotFound)
		is.Equal(p.text(), missing.text())
	}
	m.post(at, map[string][]string{"state": {"completed"}, "version": {"1"}}).is(http.StatusForbidden)
}

// b404 posts a form that must be answered like a page that is not there.
func (b *browser) b404(path string, values map[string][]string) {
	b.t.Helper()
	if p := b.post(path, values); p.status != http.StatusNotFound {
		b.t.Errorf("%s: status %d, want 404: %.300s", path, p.status, p.text())
	}
}
