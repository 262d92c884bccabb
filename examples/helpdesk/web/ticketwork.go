package web

import (
	"net/http"
	"strconv"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/records"
	"github.com/deskfolk/desk/tickets/requests"
)

// workView is what stands beside a ticket of the work on it: tasks, forms, and
// records such as time entries.
type workView struct {
	Tasks, Forms, Records *workCard
}

// workCard lists the first of what there is, with the way to all and to more.
type workCard struct {
	ID, Label      string
	None           string // said when there are no rows
	Rows           []workRow
	Sum            string
	AddURL, AllURL string
	Count          string
}

type workRow struct {
	Name, URL, Text string
	Chip            *stateChip
	When            *when
	Late            bool
}

// workShown is how many of each stand beside the ticket.
const workShown = 4

// workRoutes names the pages of the work on a ticket.
func (s *server) workRoutes() {
	s.page("GET /tickets/{ref}/tasks", s.ticketTasks)
	s.page("GET /tickets/{ref}/part/{part}", s.ticketRecords)
	s.page("POST /tickets/{ref}/part/{part}", s.addTicketRecord)
}

// ticketWork reads what stands beside the ticket, of what the agent may see.
func (s *server) ticketWork(r *request, t *tickets.Ticket, people *people) (workView, error) {
	var v workView
	var err error
	if r.may(requests.MayViewTasks) || r.may(requests.MayWriteTasks) {
		if v.Tasks, err = s.tasksCard(r, t); err != nil {
			return v, err
		}
	}
	if r.may(requests.MayView) {
		if v.Forms, err = s.formsCard(r, t); err != nil {
			return v, err
		}
	}
	if r.may(records.MayView) {
		v.Records, err = s.recordsCard(r, t, people)
	}
	return v, err
}

// tasksCard has the tasks that are not done, those that are due first.
func (s *server) tasksCard(r *request, t *tickets.Ticket) (*workCard, error) {
	open := []requests.TaskState{requests.ToDo, requests.InProgress, requests.Overdue}
	list, err := s.Requests.Tasks(r.Context(), r.actor, requests.TaskQuery{TaskFilter: requests.TaskFilter{Ticket: t.ID, States: open}, Sort: requests.SortDue}, desk.Page{Limit: workShown})
	if err != nil {
		return nil, err
	}
	c := &workCard{ID: "tasks", Label: "Tasks", None: "Nothing is to be done."}
	if r.may(requests.MayWriteTasks) && t.State == tickets.Live {
		c.AddURL = "/tasks/new?ticket=" + strconv.FormatInt(t.Number, 10)
	}
	all := 0
	for _, n := range list.Counts {
		all += n
	}
	if all > 0 {
		c.AllURL, c.Count = ticketPath(t)+"/tasks", plural(all, "task", "tasks")
	}
	zone := s.zone(r)
	for i := range list.Tasks {
		x := &list.Tasks[i]
		chip := taskStates[x.Shows()]
		c.Rows = append(c.Rows, workRow{Name: x.Title, URL: taskPath(x.ID), Chip: &chip, When: s.dueWhen(x.DueAt, zone), Late: x.Overdue})
	}
	return c, nil
}

// formsCard has what was given by forms, and the forms that are waited for.
func (s *server) formsCard(r *request, t *tickets.Ticket) (*workCard, error) {
	subs, err := s.Requests.Submissions(r.Context(), r.actor, requests.SubmissionFilter{Ticket: t.ID}, desk.Page{Limit: workShown})
	if err != nil {
		return nil, err
	}
	waits, err := s.Requests.Assignments(r.Context(), r.actor, requests.AssignmentFilter{Ticket: t.ID, States: []requests.AssignmentState{requests.AssignmentOpen, requests.AssignmentExpired}}, desk.Page{Limit: workShown})
	if err != nil || len(subs.Submissions)+len(waits.Assignments) == 0 {
		return nil, err
	}
	c := &workCard{ID: "forms", Label: "Forms"}
	for i := range waits.Assignments {
		x := &waits.Assignments[i]
		chip := assignmentStates[x.State]
		c.Rows = append(c.Rows, workRow{Name: x.FormName, URL: "/assignments/" + string(x.ID), Chip: &chip, When: shown(x.CreatedAt, s.Now())})
	}
	for i := range subs.Submissions {
		x := &subs.Submissions[i]
		c.Rows = append(c.Rows, workRow{Name: submissionName(x), URL: "/submissions/" + string(x.ID), Text: submissionKind(x), When: shown(x.At, s.Now())})
	}
	return c, nil
}

// recordsCard has the time that was spent, and the newest records.
func (s *server) recordsCard(r *request, t *tickets.Ticket, people *people) (*workCard, error) {
	f := records.Filter{Ticket: t.ID}
	list, err := s.Records.List(r.Context(), r.actor, records.Query{Filter: f}, desk.Page{Limit: workShown})
	if err != nil {
		return nil, err
	}
	c := &workCard{ID: "records", Label: "Time and records", None: "No time was entered."}
	path := ticketPath(t) + "/part/" + records.PartTime
	if r.may(records.MayWrite) && t.State == tickets.Live {
		c.AddURL = path + "#add"
	}
	if list.Count == 0 {
		return c, nil
	}
	c.AllURL, c.Count = path, plural(list.Count, "record", "records")
	sums, err := s.recordSums(r, records.Filter{Ticket: t.ID, Kinds: []records.Kind{records.Time}}, records.PartTime)
	if err != nil {
		return nil, err
	}
	c.Sum = "Time: " + sums[0] + "."
	for i := range list.Records {
		row := s.recordRow(&list.Records[i], people)
		x := workRow{Name: row.Title, URL: row.URL, Chip: row.Chip, When: row.When}
		if len(row.Facts) > 0 {
			x.Text = row.Facts[0]
		}
		c.Rows = append(c.Rows, x)
	}
	return c, nil
}

// ticketTasks lists all tasks of a ticket.
func (s *server) ticketTasks(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(requests.MayViewTasks, requests.MayWriteTasks); err != nil {
		return err
	}
	t, err := s.ticketOf(r)
	if err != nil {
		return err
	}
	crumb := ticketCrumb(&t)
	v := taskPage{Heading: "Tasks", Action: ticketPath(&t) + "/tasks", Crumb: &crumb}
	if r.may(requests.MayWriteTasks) && t.State == tickets.Live {
		v.NewURL = "/tasks/new?ticket=" + strconv.FormatInt(t.Number, 10)
	}
	if err := s.fillTasks(r, &v, requests.TaskFilter{Ticket: t.ID}); err != nil {
		return s.tasksAnew(w, r, v.Action, err)
	}
	s.show(w, r, http.StatusOK, "tasks", view{Title: "Tasks of " + crumb.Label, Section: "Tickets", Data: v})
	return nil
}

// ticketCrumb leads back to a ticket.
func ticketCrumb(t *tickets.Ticket) linkView {
	return linkView{Label: "#" + strconv.FormatInt(t.Number, 10) + " " + clip(ticketTitle(t), 60), URL: ticketPath(t)}
}

// ticketRecordsView is the page of the records of a ticket.
type ticketRecordsView struct {
	Crumb   linkView
	Tabs    []tabView
	Records recordsView
}

// ticketParts are the parts that a ticket's records are listed by, with what is
// said where there is none.
var ticketParts = []struct{ part, label, none string }{
	{records.PartTime, "Time", "No time entries yet. Time that was spent on this ticket is listed here."},
	{records.PartActivities, "Activities", "No activities yet. Meetings, emails from elsewhere and calls about this ticket are listed here."},
	{records.PartCalls, "Calls", "No calls yet. Calls about this ticket are listed here."},
	{records.PartDeals, "Deals", "No deals yet. What this ticket may lead to is listed here."},
}

func (s *server) ticketRecords(w http.ResponseWriter, r *request) error {
	t, err := s.ticketOf(r)
	if err != nil {
		return err
	}
	return s.showTicketRecords(w, r, http.StatusOK, &t, map[string]string{"kind": string(partWords[r.PathValue("part")].kind), "owner": r.agent.ID}, nil)
}

// showTicketRecords shows one part of a ticket's records, with the form for a
// new one and what is wrong with it.
func (s *server) showTicketRecords(w http.ResponseWriter, r *request, status int, t *tickets.Ticket, values, wrong map[string]string) error {
	part := r.PathValue("part")
	kinds := records.PartKinds(part)
	if kinds == nil {
		return &desk.Error{Kind: desk.NotFound, Message: "There is no such part."}
	}
	f := records.Filter{Ticket: t.ID, Kinds: kinds}
	list, err := s.Records.List(r.Context(), r.actor, records.Query{Filter: f}, desk.Page{Limit: 50, Cursor: desk.Cursor(r.URL.Query().Get("cursor"))})
	path := ticketPath(t) + "/part/"
	if err != nil {
		return s.tasksAnew(w, r, path+part, err)
	}
	people, err := s.people(r.Context(), r)
	if err != nil {
		return err
	}
	v := ticketRecordsView{Crumb: ticketCrumb(t), Records: recordsView{Add: partWords[part].add, Next: nextOf(r, list.Next)}}
	for _, p := range ticketParts {
		v.Tabs = append(v.Tabs, tabView{Label: p.label, URL: path + p.part, Current: p.part == part})
		if p.part == part {
			v.Records.Label, v.Records.None = p.label, p.none
		}
	}
	for i := range list.Records {
		v.Records.Rows = append(v.Records.Rows, s.recordRow(&list.Records[i], people))
	}
	if list.Count > 0 {
		if v.Records.Sums, err = s.recordSums(r, f, part); err != nil {
			return err
		}
	}
	if r.may(records.MayWrite) && t.State == tickets.Live {
		v.Records.Form = s.recordForm(r, t.Requester, part, values, wrong, people)
		v.Records.Form.Action = path + part
	}
	s.show(w, r, status, "ticketrecords", view{Title: v.Records.Label + " of " + v.Crumb.Label, Section: "Tickets", Data: v})
	return nil
}

// addTicketRecord keeps a record of the ticket; it is its requester's as well.
func (s *server) addTicketRecord(w http.ResponseWriter, r *request) error {
	t, err := s.ticketOf(r)
	if err != nil {
		return err
	}
	if err := r.mustMay(records.MayWrite); err != nil {
		return err
	}
	in := readRecord(r)
	in.n.Ticket, in.n.Contact = t.ID, t.Requester
	if in.n.Kind == records.Email && in.values["duration"] == "" {
		in.n.Duration = 0
	}
	if len(in.wrong) == 0 {
		rec, err := s.Records.Create(r.Context(), r.once("web.record."), in.n)
		if err == nil {
			return s.leaveFor(w, r, ticketPath(&t)+"/part/"+partOf(rec.Kind), kindWords[rec.Kind].label+" added.")
		}
		if !in.blame(err) {
			return err
		}
	}
	return s.showTicketRecords(w, r, http.StatusUnprocessableEntity, &t, in.values, in.wrong)
}
