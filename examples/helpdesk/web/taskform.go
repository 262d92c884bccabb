package web

import (
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/requests"
)

// taskFormView is the form of a new task, or of one that is changed.
type taskFormView struct {
	Heading, Action, Cancel, Button string
	About                           personLink
	Once                            string
	Hidden                          []hiddenForm
	Fields                          []fieldView
	Errors                          []errorView
	Dirty                           bool
}

// taskMatter is what a task is about, and with whom and what it can be tied.
type taskMatter struct {
	contact desk.ContactID
	ticket  desk.TicketID
	name    string // of the contact
	number  string // of the ticket
	whose   string // path
	title   string
}

// matterOf reads what a new task is about from the address or the form.
func (s *server) matterOf(r *request, contact, ticket string) (taskMatter, error) {
	var m taskMatter
	if ticket != "" {
		t, err := s.ticketRef(r, ticket)
		if err != nil {
			return m, err
		}
		m.ticket, m.contact, m.number, m.title, m.whose = t.ID, t.Requester, strconv.FormatInt(t.Number, 10), ticketTitle(&t), ticketPath(&t)
	}
	if contact != "" {
		c, err := s.Contacts.Get(r.Context(), r.actor, desk.ContactID(contact))
		if err != nil {
			return m, err
		}
		m.contact, m.name = c.ID, titleOf(&c)
		if m.whose == "" {
			m.title, m.whose = m.name, "/contacts/"+string(c.ID)+"/part/tasks"
		}
	}
	return m, nil
}

// ticketRef is the ticket with the number or the id.
func (s *server) ticketRef(r *request, ref string) (tickets.Ticket, error) {
	if n, err := strconv.ParseInt(ref, 10, 64); err == nil && n > 0 {
		return s.Tickets.ByNumber(r.Context(), r.actor, n)
	}
	return s.Tickets.Get(r.Context(), r.actor, desk.TicketID(ref))
}

// taskFields are the controls of the form.
func (s *server) taskFields(r *request, m taskMatter, t *requests.Task, words *ticketWords, values map[string]string) ([]fieldView, error) {
	who, err := s.whoChoices(r, m, words, values["who"])
	if err != nil {
		return nil, err
	}
	rules := []option{{Value: "none", Label: "No due time"}, {Value: "fixed", Label: "On a day"}, {Value: "assigned", Label: "Some days after it is assigned"}}
	if m.ticket != "" || t == nil {
		rules = append(rules, option{Value: "ticket_created", Label: "Some days after the ticket was made"})
	}
	after, err := s.otherTasks(r, m, t)
	if err != nil {
		return nil, err
	}
	if len(after) > 1 {
		rules = append(rules, option{Value: "task_done", Label: "Some days after another task is done"})
	}
	zone := strings.ReplaceAll(s.zone(r).String(), "_", " ")
	fields := []fieldView{
		{Name: "title", Label: "What is to be done", Control: textControl, Wide: true},
		{Name: "description", Label: "Description", Control: areaControl, Lines: 4, Wide: true},
		{Name: "who", Label: "Who does it", Control: selectControl, Options: chosen(who, values["who"])},
		{Name: "rule", Label: "Due", Control: selectControl, Options: chosen(rules, values["rule"])},
		{Name: "due_at", Label: "Day and hour", Control: "datetime", Help: "Time zone: " + zone + "."},
		{Name: "days", Label: "Days", Control: numberControl, Help: "From 0 to 3,650."},
	}
	if len(after) > 1 {
		fields = append(fields, fieldView{Name: "after", Label: "After which task", Control: selectControl, Options: chosen(after, values["after"])})
	}
	if t == nil {
		more, err := s.newTaskFields(r, m, values)
		if err != nil {
			return nil, err
		}
		fields = append(fields, more...)
	}
	for i := range fields {
		fields[i].ID, fields[i].Value = "f-"+fields[i].Name, values[fields[i].Name]
	}
	return fields, nil
}

// whoChoices are the members and contacts who can do the task, and the one who
// does it now.
func (s *server) whoChoices(r *request, m taskMatter, words *ticketWords, at string) ([]option, error) {
	who := []option{{Label: "Nobody"}}
	for _, o := range words.members() {
		who = append(who, option{Value: "member:" + o.Value, Label: o.Label})
	}
	others, err := s.contactChoices(r, m, words)
	if err != nil {
		return nil, err
	}
	who = append(who, others...)
	if strings.HasPrefix(at, "contact:") && len(others) == 0 {
		who = append(who, option{Value: at, Label: words.names[desk.ContactID(strings.TrimPrefix(at, "contact:"))]})
	}
	return who, nil
}

// newTaskFields are what is only chosen once: the ticket and the form.
func (s *server) newTaskFields(r *request, m taskMatter, values map[string]string) ([]fieldView, error) {
	var fields []fieldView
	yes := true
	list, err := s.Tickets.List(r.Context(), r.actor, tickets.Query{Filter: tickets.Filter{Contact: m.contact, Open: &yes}}, desk.Page{Limit: 50})
	if err != nil && desk.KindOf(err) != desk.Denied {
		return nil, err
	}
	choices := []option{{Label: "None"}}
	for i := range list.Tickets {
		n := strconv.FormatInt(list.Tickets[i].Number, 10)
		choices = append(choices, option{Value: n, Label: n + " " + clip(ticketTitle(&list.Tickets[i]), 60)})
	}
	if m.number != "" {
		choices = chosen(choices, m.number)
	}
	fields = append(fields, fieldView{Name: "ticket", Label: "Ticket", Control: selectControl, Options: chosen(choices, values["ticket"])})
	forms, err := s.publishedForms(r)
	if err != nil {
		return nil, err
	}
	if len(forms) > 0 {
		fields = append(fields, fieldView{Name: "form", Label: "Form to fill in", Control: selectControl, Options: chosen(append([]option{{Label: "None"}}, forms...), values["form"]), Help: "The task is completed by filling it in."})
	}
	return fields, nil
}

// publishedForms are the forms that can be given to someone.
func (s *server) publishedForms(r *request) ([]option, error) {
	forms, err := s.Requests.Forms(r.Context(), r.actor)
	if desk.KindOf(err) == desk.Denied {
		return nil, nil
	}
	var all []option
	for _, f := range forms {
		if f.Active && f.Published > 0 {
			all = append(all, option{Value: string(f.ID), Label: f.Name})
		}
	}
	return all, err
}

// contactChoices are the contacts who can do the task: those of its ticket, or
// the one it is about.
func (s *server) contactChoices(r *request, m taskMatter, words *ticketWords) ([]option, error) {
	var all []option
	if m.ticket == "" {
		if m.contact != "" {
			all = append(all, option{Value: "contact:" + string(m.contact), Label: m.name + " (the contact)"})
		}
		return all, nil
	}
	ps, err := s.Tickets.Participants(r.Context(), r.actor, m.ticket)
	if err != nil {
		return nil, err
	}
	for _, p := range ps {
		if p.Active && p.Role != tickets.Pending {
			words.names[p.Contact] = p.Name
			all = append(all, option{Value: "contact:" + string(p.Contact), Label: p.Name + " (contact)"})
		}
	}
	return all, nil
}

// otherTasks are the tasks of the same matter, which this one can wait for.
func (s *server) otherTasks(r *request, m taskMatter, t *requests.Task) ([]option, error) {
	f := requests.TaskFilter{Ticket: m.ticket}
	if m.ticket == "" {
		f.Contact = m.contact
	}
	list, err := s.Requests.Tasks(r.Context(), r.actor, requests.TaskQuery{TaskFilter: f, Sort: requests.SortPosition}, desk.Page{Limit: 100})
	if err != nil {
		return nil, err
	}
	all := []option{{Label: "Choose one"}}
	for i := range list.Tasks {
		x := &list.Tasks[i]
		if (t == nil || x.ID != t.ID) && (m.ticket != "" || x.Ticket == "") {
			all = append(all, option{Value: string(x.ID), Label: clip(x.Title, 80)})
		}
	}
	return all, nil
}

// blame puts what is wrong beside its control and at the top.
func (v *taskFormView) blame(problem error) {
	if problem == nil {
		return
	}
	for _, e := range faults(problem) {
		name, anchor := e.Field, "f-title"
		switch {
		case name == "due" && fieldValue(v.Fields, "rule") == "fixed":
			name = "due_at"
		case name == "due" && fieldValue(v.Fields, "rule") == "none", name == "due" && fieldValue(v.Fields, "rule") == "":
			name = "rule"
		case name == "due":
			name = "days"
		case name == "assignee", name == "assignee_contact":
			name = "who"
		}
		for i := range v.Fields {
			if v.Fields[i].Name == name {
				v.Fields[i].Error, anchor = e.Message, v.Fields[i].ID
			}
		}
		v.Errors = append(v.Errors, errorView{Text: e.Message, Anchor: anchor})
	}
}

func fieldValue(fields []fieldView, name string) string {
	for i := range fields {
		if fields[i].Name == name {
			return fields[i].Value
		}
	}
	return ""
}

// taskValues reads the form.
func taskValues(r *request) map[string]string {
	values := map[string]string{}
	for _, name := range []string{"title", "description", "who", "rule", "due_at", "days", "after", "ticket", "form", "version"} {
		values[name] = lines(r.PostForm.Get(name))
	}
	return values
}

// dueOf is the due rule that the form says.
func (s *server) dueOf(r *request, values map[string]string) (requests.Due, error) {
	due := requests.Due{Rule: requests.DueRule(values["rule"])}
	switch values["rule"] {
	case "none", "":
		return requests.Due{}, nil
	case "fixed":
		at, err := readTime(values["due_at"], s.zone(r), "due_at")
		if err == nil && at.IsZero() {
			err = desk.Errorf(desk.Invalid, "due_at", "Give the day and the hour, or choose “No due time”.")
		}
		return requests.Due{At: at}, err
	case "task_done":
		if due.After = desk.TaskID(values["after"]); due.After == "" {
			return due, desk.Errorf(desk.Invalid, "after", "Choose the task that it waits for.")
		}
	}
	n, err := strconv.Atoi(values["days"])
	if err != nil {
		return due, desk.Errorf(desk.Invalid, "days", "Give a number of days, such as 3.")
	}
	due.Days = n
	return due, nil
}

// whoOf parts the one choice into the member and the contact.
func whoOf(value string) (member string, contact desk.ContactID) {
	kind, id, _ := strings.Cut(value, ":")
	switch kind {
	case "member":
		return id, ""
	case "contact":
		return "", desk.ContactID(id)
	}
	return "", ""
}
