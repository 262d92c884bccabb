package web

import (
	"net/http"
	"strconv"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets/requests"
)

// taskView is the page of one task.
type taskView struct {
	Title, Description string
	Action, Back       string
	State              stateChip
	Late               bool
	Facts              []taskFact
	Moves              []moveView
	Version            int64
	EditURL, DeleteURL string
	Fill               *fillView
	Answers            []answerView
	AnswersURL         string
	FormName           string
}

type taskFact struct {
	Label, Text, URL string
	When             *when
	Late             bool
}

// task is the page of one task, with its form if there is one to fill in.
func (s *server) task(w http.ResponseWriter, r *request) error {
	t, err := s.Requests.Task(r.Context(), r.actor, desk.TaskID(r.PathValue("id")))
	if err != nil {
		return err
	}
	return s.showTask(w, r, http.StatusOK, &t, requests.Filling{}, nil)
}

func (s *server) showTask(w http.ResponseWriter, r *request, status int, t *requests.Task, g requests.Filling, problem error) error {
	words, err := s.ticketWords(r)
	if err != nil {
		return err
	}
	if err := s.nameContacts(r.Context(), r, words, []desk.ContactID{t.Contact, t.AssigneeContact}); err != nil {
		return err
	}
	v := taskView{Title: t.Title, Description: t.Description, Action: taskPath(t.ID), State: taskStates[t.Shows()], Late: t.Overdue, Version: t.Version}
	v.Facts = s.taskFacts(r, t, words)
	if r.may(requests.MayWriteTasks) {
		v.Moves, v.EditURL, v.DeleteURL = movesOf(t), taskPath(t.ID)+"/edit", taskPath(t.ID)+"/delete"
	}
	if t.Form != "" {
		if err := s.taskForm(r, &v, t, g, problem); err != nil {
			return err
		}
	}
	s.show(w, r, status, "task", view{Title: clip(t.Title, 80), Section: "Tasks", Data: v})
	return nil
}

// taskFacts is what is known of a task beside its words.
func (s *server) taskFacts(r *request, t *requests.Task, words *ticketWords) []taskFact {
	row := taskRow{}
	row.assigned(t, words)
	due := taskFact{Label: "Due", When: s.dueWhen(t.DueAt, s.zone(r)), Late: t.Overdue, Text: waitsFor(t)}
	if due.When == nil && due.Text == "" {
		due.Text = "No due time"
	}
	facts := []taskFact{due, {Label: "Assignee", Text: row.Assignee, URL: row.AssigneeURL}}
	if row.Assignee == "" {
		facts[1].Text = "Nobody"
	}
	if t.Ticket != "" {
		n := strconv.FormatInt(t.TicketNumber, 10)
		facts = append(facts, taskFact{Label: "Ticket", Text: n + " " + t.TicketSubject, URL: "/tickets/" + n})
	}
	if name := words.names[t.Contact]; name != "" {
		facts = append(facts, taskFact{Label: "Contact", Text: name, URL: "/contacts/" + string(t.Contact)})
	}
	if !t.DoneAt.IsZero() {
		facts = append(facts, taskFact{Label: "Done", When: shown(t.DoneAt, s.Now())})
	}
	return append(facts, taskFact{Label: "Made", When: shown(t.CreatedAt, s.Now())})
}

// taskForm adds the form of a task: to fill in, or as it was filled in.
func (s *server) taskForm(r *request, v *taskView, t *requests.Task, g requests.Filling, problem error) error {
	form, err := s.Requests.TaskForm(r.Context(), r.actor, t.ID)
	if err != nil {
		return err
	}
	v.FormName = form.Name
	if t.Submission != "" {
		sub, err := s.Requests.Submission(r.Context(), r.actor, t.Submission)
		if desk.KindOf(err) == desk.Denied || desk.KindOf(err) == desk.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		v.Answers, v.AnswersURL = s.answersOf(&sub, &form.Definition), "/submissions/"+string(sub.ID)
		return nil
	}
	if !r.may(requests.MayWriteTasks) || t.State == requests.Skipped || t.State == requests.Completed {
		return nil
	}
	f := fillView{Action: taskPath(t.ID) + "/fill", Name: form.Name, Intro: form.Definition.Intro, Version: form.Number, Button: "Submit and complete the task",
		Hidden: []hiddenForm{{"version", strconv.FormatInt(t.Version, 10)}}, Questions: questionsOf(&form.Definition, nil, nil)}
	if problem != nil {
		f.refuse(&form.Definition, g, problem)
	}
	v.Fill = &f
	return nil
}

// fillTask keeps the answers to a task's form, which completes the task.
func (s *server) fillTask(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(requests.MayWriteTasks); err != nil {
		return err
	}
	t, err := s.Requests.Task(r.Context(), r.actor, desk.TaskID(r.PathValue("id")))
	if err != nil {
		return err
	}
	form, err := s.Requests.TaskForm(r.Context(), r.actor, t.ID)
	if err != nil {
		return err
	}
	if err := readUpload(w, r); err != nil {
		return err
	}
	g := readFilling(r, &form.Definition)
	version, _ := strconv.ParseInt(r.PostForm.Get("version"), 10, 64)
	_, err = s.Requests.FillTask(r.Context(), r.actor, t.ID, version, g)
	if refused(err) {
		return s.showTask(w, r, http.StatusUnprocessableEntity, &t, g, err)
	}
	if err != nil {
		return err
	}
	return s.leaveFor(w, r, taskPath(t.ID), "The answers were kept. The task is completed.")
}

// moveTask sets the state of a task.
func (s *server) moveTask(w http.ResponseWriter, r *request) error {
	state := requests.TaskState(r.PostForm.Get("state"))
	version, _ := strconv.ParseInt(r.PostForm.Get("version"), 10, 64)
	back := taskPath(desk.TaskID(r.PathValue("id")))
	if to := r.PostForm.Get("return"); to != "" {
		back = localPath(to)
	}
	t, err := s.Requests.UpdateTask(r.Context(), r.actor, desk.TaskID(r.PathValue("id")), version, requests.TaskPatch{State: &state})
	switch {
	case desk.KindOf(err) == desk.Conflict && desk.FieldOf(err) == "version":
		return s.leaveFor(w, r, back, "Someone else changed the task meanwhile. Look at it again; nothing was changed.")
	case refused(err):
		return s.leaveFor(w, r, back, desk.MessageOf(err))
	case err != nil:
		return err
	}
	return s.leaveFor(w, r, back, clip(t.Title, 60)+": "+taskStates[t.State].Label+".")
}

// askDeleteTask says what goes with a task before it is removed.
func (s *server) askDeleteTask(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(requests.MayWriteTasks); err != nil {
		return err
	}
	t, err := s.Requests.Task(r.Context(), r.actor, desk.TaskID(r.PathValue("id")))
	if err != nil {
		return err
	}
	v := askView{Heading: "Delete “" + clip(t.Title, 80) + "”?", Action: taskPath(t.ID) + "/delete", Cancel: taskPath(t.ID), Button: "Delete the task",
		Text:   "It goes for good. Tasks that wait for it wait no more. What was filled in for it stays with the ticket or the contact.",
		Hidden: []hiddenForm{{"version", strconv.FormatInt(t.Version, 10)}}}
	s.show(w, r, http.StatusOK, "ask", view{Title: v.Heading, Section: "Tasks", Data: v})
	return nil
}

// askView asks once more before something goes.
type askView struct {
	Heading, Text, Action, Cancel, Button string
	Hidden                                []hiddenForm
}

func (s *server) deleteTask(w http.ResponseWriter, r *request) error {
	version, _ := strconv.ParseInt(r.PostForm.Get("version"), 10, 64)
	err := s.Requests.DeleteTask(r.Context(), r.actor, desk.TaskID(r.PathValue("id")), version)
	if refused(err) {
		return s.leaveFor(w, r, taskPath(desk.TaskID(r.PathValue("id"))), desk.MessageOf(err)+" Nothing was deleted.")
	}
	if err != nil {
		return err
	}
	return s.leaveFor(w, r, "/tasks", "The task was deleted.")
}
