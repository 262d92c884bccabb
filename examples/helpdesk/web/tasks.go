package web

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets/requests"
)

// taskPage is a list of tasks with its search and its states as tabs.
type taskPage struct {
	Heading, Action  string
	CountText, Spoke string
	Text, State      string
	Mine             bool
	CanMine          bool
	Tabs             []tabView
	NewURL           string
	Error            string
	List             taskList
	Record           *profileView
	// Crumb leads back to the ticket whose tasks they are.
	Crumb *linkView
}

// taskList is the table of tasks.
type taskList struct {
	Rows  []taskRow
	Empty emptyView
	pager
	Return string
	// Whose leaves out the column of the contact on its own page.
	Whose bool
}

type taskRow struct {
	ID, Title, URL, EditURL string
	Ticket, TicketURL       string
	Whose, WhoseURL         string
	State                   stateChip
	Due                     *when
	Late                    bool
	Waits                   string // why there is no due time yet
	Assignee, Initials, Hue string
	AssigneeURL             string
	Moves                   []moveView
	Form                    bool
	Version                 int64
	MoreName                string
}

// moveView is a button that moves a task to another state.
type moveView struct{ State, Label, Icon string }

// taskStates says what the states are called, and how they look.
var taskStates = map[requests.TaskState]stateChip{
	requests.ToDo: {"To do", "ring", ""}, requests.InProgress: {"In progress", "clock", "info"}, requests.Overdue: {"Overdue", "warning", "danger"},
	requests.Completed: {"Completed", "check", "success"}, requests.Skipped: {"Skipped", "close", ""},
}

// tasks is the list of all tasks that the agent sees.
func (s *server) tasks(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(requests.MayViewTasks, requests.MayWriteTasks); err != nil {
		return err
	}
	v := taskPage{Heading: "Tasks", Action: "/tasks", CanMine: true}
	if r.may(requests.MayWriteTasks) {
		v.NewURL = "/tasks/new"
	}
	if err := s.fillTasks(r, &v, requests.TaskFilter{}); err != nil {
		return s.tasksAnew(w, r, v.Action, err)
	}
	s.show(w, r, http.StatusOK, "tasks", view{Title: "Tasks", Section: "Tasks", Data: v})
	return nil
}

// contactTasks is the tasks tab of a contact: those over all its tickets.
func (s *server) contactTasks(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(requests.MayViewTasks, requests.MayWriteTasks); err != nil {
		return err
	}
	head, c, err := s.recordHead(r, desk.ContactID(r.PathValue("id")), requests.TasksPart)
	if err != nil {
		return err
	}
	v := taskPage{Heading: "Tasks of " + clip(titleOf(c), 60), Action: "/contacts/" + string(c.ID) + "/part/tasks", Record: &head}
	if r.may(requests.MayWriteTasks) && c.State == contacts.Live {
		v.NewURL = "/tasks/new?contact=" + string(c.ID)
	}
	if err := s.fillTasks(r, &v, requests.TaskFilter{Contact: c.ID}); err != nil {
		return s.tasksAnew(w, r, v.Action, err)
	}
	s.show(w, r, http.StatusOK, "tasks", view{Title: v.Heading, Section: "Contacts", Data: v})
	return nil
}

// tasksAnew begins a list again whose cursor is too old.
func (s *server) tasksAnew(w http.ResponseWriter, r *request, path string, err error) error {
	if desk.KindOf(err) == desk.Expired {
		return redirect(w, r, path)
	}
	return err
}

// fillTasks reads the page of tasks that the address asks for.
func (s *server) fillTasks(r *request, v *taskPage, f requests.TaskFilter) error {
	q := r.URL.Query()
	v.Text, v.State, v.Mine = q.Get("text"), q.Get("state"), v.CanMine && q.Get("mine") == "1"
	if v.State != "open" && !slices.Contains(requests.TaskStates, requests.TaskState(v.State)) {
		v.State = ""
	}
	if f.Text = v.Text; v.Mine {
		f.Assignee = r.agent.ID
	}
	switch v.State {
	case "":
	case "open":
		f.States = []requests.TaskState{requests.ToDo, requests.InProgress, requests.Overdue}
	default:
		f.States = []requests.TaskState{requests.TaskState(v.State)}
	}
	list, err := s.Requests.Tasks(r.Context(), r.actor, requests.TaskQuery{TaskFilter: f}, desk.Page{Limit: 25, Cursor: desk.Cursor(q.Get("cursor"))})
	if desk.KindOf(err) == desk.Invalid {
		v.Error, err = desk.MessageOf(err), nil
	}
	if err != nil {
		return err
	}
	v.CountText, v.Spoke = number(list.Count), plural(list.Count, "task", "tasks")
	v.stateTabs(list.Counts)
	v.List = taskList{Return: v.at(v.State, desk.Cursor(q.Get("cursor"))), Whose: f.Contact == ""}
	v.List.pager = pagerOf(len(list.Tasks), totalOf(len(list.Tasks), list.Count, false), list.Prev, list.Next, func(c desk.Cursor) string { return v.at(v.State, c) })
	v.List.Empty = v.empty()
	v.List.Rows, err = s.taskRows(r, list.Tasks)
	return err
}

// at is the address of the list with its search, in a state.
func (v *taskPage) at(state string, cursor desk.Cursor) string {
	mine := ""
	if v.Mine {
		mine = "1"
	}
	return pageAt(v.Action, cursor, "text", v.Text, "state", state, "mine", mine)
}

// stateTabs are the states with how many tasks are in each.
func (v *taskPage) stateTabs(counts map[requests.TaskState]int) {
	all, open := 0, 0
	for state, n := range counts {
		all += n
		if state != requests.Completed && state != requests.Skipped {
			open += n
		}
	}
	add := func(state, label string, n int) {
		v.Tabs = append(v.Tabs, tabView{Label: label, URL: v.at(state, ""), Count: number(n), Current: v.State == state})
	}
	add("", "All", all)
	add("open", "Not done", open)
	for _, state := range []requests.TaskState{requests.Overdue, requests.ToDo, requests.InProgress, requests.Completed, requests.Skipped} {
		add(string(state), taskStates[state].Label, counts[state])
	}
}

func (v *taskPage) empty() emptyView {
	switch {
	case v.Text != "":
		return emptyView{Art: "search", Title: "No task found", Text: "No task here has “" + clip(v.Text, 60) + "” in its title or description."}
	case v.State != "" || v.Mine:
		return emptyView{Art: "check", Title: "Nothing here", Text: "No task is in this state at the moment."}
	}
	e := emptyView{Art: "check", Title: "No tasks yet", Text: "What somebody has to do for a ticket or a person is listed here, with when it is due."}
	if v.NewURL != "" {
		e.Links = []linkView{{"New task", v.NewURL, "plus", true}}
	}
	return e
}

// taskRows are tasks as a table shows them.
func (s *server) taskRows(r *request, all []requests.Task) ([]taskRow, error) {
	words, err := s.ticketWords(r)
	if err != nil {
		return nil, err
	}
	var ids []desk.ContactID
	for i := range all {
		ids = append(ids, all[i].Contact, all[i].AssigneeContact)
	}
	if err := s.nameContacts(r.Context(), r, words, ids); err != nil {
		return nil, err
	}
	zone := s.zone(r)
	rows := make([]taskRow, len(all))
	for i := range all {
		t := &all[i]
		row := taskRow{ID: string(t.ID), Title: t.Title, URL: taskPath(t.ID), State: taskStates[t.Shows()], Due: s.dueWhen(t.DueAt, zone), Late: t.Overdue,
			Waits: waitsFor(t), Form: t.Form != "" && t.Submission == "", Version: t.Version, MoreName: "More for " + clip(t.Title, 60)}
		if t.Ticket != "" {
			row.Ticket, row.TicketURL = strconv.FormatInt(t.TicketNumber, 10)+" "+t.TicketSubject, "/tickets/"+strconv.FormatInt(t.TicketNumber, 10)
		}
		if t.Contact != "" {
			if row.Whose = words.names[t.Contact]; row.Whose != "" {
				row.WhoseURL = "/contacts/" + string(t.Contact)
			}
		}
		row.assigned(t, words)
		if r.may(requests.MayWriteTasks) {
			row.EditURL, row.Moves = taskPath(t.ID)+"/edit", movesOf(t)
		}
		rows[i] = row
	}
	return rows, nil
}

func taskPath(id desk.TaskID) string { return "/tasks/" + string(id) }

// assigned says who does the task: a member, or a contact.
func (row *taskRow) assigned(t *requests.Task, words *ticketWords) {
	switch {
	case t.Assignee != "":
		row.Assignee = words.people.name(t.Assignee)
		row.Initials, row.Hue = initials(row.Assignee), hue(t.Assignee)
	case t.AssigneeContact != "":
		if row.Assignee = words.names[t.AssigneeContact]; row.Assignee == "" {
			row.Assignee = "A contact"
		} else {
			row.AssigneeURL = "/contacts/" + string(t.AssigneeContact)
		}
		row.Initials, row.Hue = initials(row.Assignee), hue(string(t.AssigneeContact))
	}
}

// waitsFor says why a task with a rule has no due time.
func waitsFor(t *requests.Task) string {
	if !t.DueAt.IsZero() {
		return ""
	}
	switch t.Due.Rule {
	case requests.DueAfterAssigned:
		return plural(t.Due.Days, "day", "days") + " after it is assigned"
	case requests.DueAfterTask:
		return plural(t.Due.Days, "day", "days") + " after another task"
	}
	return ""
}

// movesOf are the states that a task can be moved to. One with a form is
// completed by filling that in.
func movesOf(t *requests.Task) []moveView {
	var moves []moveView
	for _, m := range []moveView{{"to_do", "Set to do", "ring"}, {"in_progress", "Start", "clock"}, {"completed", "Complete", "check"}, {"skipped", "Skip", "close"}} {
		if string(t.State) == m.State || m.State == "completed" && t.Form != "" && t.Submission == "" {
			continue
		}
		moves = append(moves, m)
	}
	return moves
}
