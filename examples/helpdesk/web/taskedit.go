package web

import (
	"net/http"
	"strconv"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets/requests"
)

// newTask is the form of a new task. One of nobody and nothing is asked for its
// contact first.
func (s *server) newTask(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(requests.MayWriteTasks); err != nil {
		return err
	}
	q := r.URL.Query()
	m, err := s.matterOf(r, q.Get("contact"), q.Get("ticket"))
	if err != nil {
		return err
	}
	if m.whose == "" {
		return s.pickForTask(w, r)
	}
	return s.showTaskForm(w, r, http.StatusOK, m, nil, map[string]string{"ticket": m.number}, nil)
}

// pickForTask is the page on which the contact of a new task is found.
func (s *server) pickForTask(w http.ResponseWriter, r *request) error {
	v := pickView{Heading: "New task", Hint: "Whom is it about? Search by name, company, email or phone.", Action: "/tasks/new", Back: "/tasks", BackText: "Tasks"}
	if err := s.pick(r, &v, ""); err != nil {
		return err
	}
	for i := range v.Rows {
		v.Rows[i].URL = "/tasks/new?contact=" + v.Rows[i].ID
	}
	s.show(w, r, http.StatusOK, "ticketpick", view{Title: v.Heading, Section: "Tasks", Data: v})
	return nil
}

// showTaskForm shows the form with what was typed; t is nil for a new task.
func (s *server) showTaskForm(w http.ResponseWriter, r *request, status int, m taskMatter, t *requests.Task, values map[string]string, problem error) error {
	words, err := s.ticketWords(r)
	if err != nil {
		return err
	}
	v := taskFormView{Heading: "New task", Action: "/tasks/new", Cancel: m.whose, Button: "Add task", Dirty: r.Method == http.MethodPost,
		Hidden: []hiddenForm{{"contact", string(m.contact)}}}
	v.Once = newOnce(r)
	if m.name == "" {
		if err := s.nameContacts(r.Context(), r, words, []desk.ContactID{m.contact}); err != nil {
			return err
		}
		m.name = words.names[m.contact]
	}
	v.About = personLink{Name: m.title, URL: m.whose, Initials: initials(m.name), Hue: hue(string(m.contact))}
	if t != nil {
		v.Heading, v.Action, v.Cancel, v.Button, v.Once = "Edit task", taskPath(t.ID)+"/edit", taskPath(t.ID), "Save task", ""
		v.Hidden = []hiddenForm{{"version", values["version"]}}
	}
	if v.Fields, err = s.taskFields(r, m, t, words, values); err != nil {
		return err
	}
	v.blame(problem)
	s.show(w, r, status, "taskform", view{Title: v.Heading, Section: "Tasks", Data: v})
	return nil
}

// createTask makes the task of the form.
func (s *server) createTask(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(requests.MayWriteTasks); err != nil {
		return err
	}
	values := taskValues(r)
	m, err := s.matterOf(r, r.PostForm.Get("contact"), values["ticket"])
	if err != nil {
		return err
	}
	due, err := s.dueOf(r, values)
	var made requests.Task
	if err == nil {
		n := requests.NewTask{Title: values["title"], Description: values["description"], Contact: m.contact, Ticket: m.ticket, Due: due, Form: desk.FormID(values["form"])}
		n.Assignee, n.AssigneeContact = whoOf(values["who"])
		made, err = s.Requests.CreateTask(r.Context(), r.once("web.task."), n)
	}
	if refused(err) {
		return s.showTaskForm(w, r, http.StatusUnprocessableEntity, m, nil, values, err)
	}
	if err != nil {
		return err
	}
	return s.leaveFor(w, r, taskPath(made.ID), "The task was added.")
}

// editTask is the form of a task that is there.
func (s *server) editTask(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(requests.MayWriteTasks); err != nil {
		return err
	}
	t, err := s.Requests.Task(r.Context(), r.actor, desk.TaskID(r.PathValue("id")))
	if err != nil {
		return err
	}
	values := map[string]string{"title": t.Title, "description": t.Description, "days": strconv.Itoa(t.Due.Days), "after": string(t.Due.After),
		"rule": string(t.Due.Rule), "version": strconv.FormatInt(t.Version, 10)}
	switch {
	case t.Assignee != "":
		values["who"] = "member:" + t.Assignee
	case t.AssigneeContact != "":
		values["who"] = "contact:" + string(t.AssigneeContact)
	}
	if t.Due.Rule == requests.DueFixed {
		values["rule"], values["days"], values["due_at"] = "none", "", typedOf(t.Due.At, s.zone(r))
		if !t.Due.At.IsZero() {
			values["rule"] = "fixed"
		}
	}
	return s.showTaskForm(w, r, http.StatusOK, matterOfTask(&t), &t, values, nil)
}

func matterOfTask(t *requests.Task) taskMatter {
	return taskMatter{contact: t.Contact, ticket: t.Ticket, title: t.Title, whose: taskPath(t.ID)}
}

// taskPatch is what the form changes of a task. What stands as it was is left
// out, so that it is not noted as a change.
func taskPatch(t *requests.Task, values map[string]string, due requests.Due) requests.TaskPatch {
	title, text := values["title"], values["description"]
	p := requests.TaskPatch{Title: &title, Description: &text}
	if !due.At.Equal(t.Due.At) || due.Rule != t.Due.Rule || due.Days != t.Due.Days || due.After != t.Due.After {
		p.Due = &due
	}
	member, contact := whoOf(values["who"])
	switch {
	case member == t.Assignee && contact == t.AssigneeContact:
	case contact != "", member == "" && t.AssigneeContact != "":
		p.AssigneeContact = &contact
	default:
		p.Assignee = &member
	}
	return p
}

// saveTask keeps the changes of a task.
func (s *server) saveTask(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(requests.MayWriteTasks); err != nil {
		return err
	}
	t, err := s.Requests.Task(r.Context(), r.actor, desk.TaskID(r.PathValue("id")))
	if err != nil {
		return err
	}
	values := taskValues(r)
	version, _ := strconv.ParseInt(values["version"], 10, 64)
	due, err := s.dueOf(r, values)
	if err == nil {
		_, err = s.Requests.UpdateTask(r.Context(), r.actor, t.ID, version, taskPatch(&t, values, due))
	}
	if refused(err) {
		values["version"] = strconv.FormatInt(t.Version, 10) // saving again keeps what stands in the form
		return s.showTaskForm(w, r, http.StatusUnprocessableEntity, matterOfTask(&t), &t, values, err)
	}
	if err != nil {
		return err
	}
	return s.leaveFor(w, r, taskPath(t.ID), "The task was saved.")
}
