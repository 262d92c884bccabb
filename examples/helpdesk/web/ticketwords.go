package web

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// ticketWords says what a ticket holds as keys and ids: the workspace's own
// statuses, priorities and categories, the members and the contacts.
type ticketWords struct {
	set    tickets.Settings
	people *people
	names  map[desk.ContactID]string
}

func (s *server) ticketWords(r *request) (*ticketWords, error) {
	set, err := s.Tickets.Settings(r.Context(), r.actor)
	if err != nil {
		return nil, err
	}
	people, err := s.people(r.Context(), r)
	if err != nil {
		return nil, err
	}
	for _, a := range set.Assignees {
		if _, ok := people.names[a.ID]; !ok && a.Name != "" {
			people.names[a.ID] = a.Name
		}
	}
	return &ticketWords{set: set, people: people, names: map[desk.ContactID]string{}}, nil
}

// nameContacts looks up the names of contacts, a page of them in one call.
// Those whom the agent may not see stay without one.
func (s *server) nameContacts(ctx context.Context, r *request, w *ticketWords, ids []desk.ContactID) error {
	var unknown []desk.ContactID
	for _, id := range ids {
		if _, ok := w.names[id]; !ok && id != "" && !slices.Contains(unknown, id) {
			unknown = append(unknown, id)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	list, err := s.Contacts.List(ctx, r.actor, contacts.Query{Filter: contacts.Filter{IDs: unknown}}, desk.Page{Limit: len(unknown)})
	if desk.KindOf(err) == desk.Denied {
		return nil // names are for those who may see contacts
	}
	if err != nil {
		return err
	}
	for i := range list.Contacts {
		w.names[list.Contacts[i].ID] = titleOf(&list.Contacts[i])
	}
	return nil
}

// classes says what the three classes of statuses are called.
var classes = []option{{Value: string(tickets.Open), Label: "Open"}, {Value: string(tickets.Waiting), Label: "Waiting"}, {Value: string(tickets.Closed), Label: "Closed"}}

// status is a chip whose sign and colour are those of the status' class.
func (w *ticketWords) status(key string) stateChip {
	st, ok := w.set.Status(key)
	if !ok {
		return stateChip{Label: capital(key), Icon: "tag"}
	}
	switch st.Class {
	case tickets.Closed:
		return stateChip{st.Label, "check", ""}
	case tickets.Waiting:
		return stateChip{st.Label, "pause", "warning"}
	}
	return stateChip{st.Label, "ring", "info"}
}

// priority is a chip; the highest of three or more stands out.
func (w *ticketWords) priority(key string) stateChip {
	chip, above := stateChip{Label: capital(key)}, 0
	at, ok := w.set.Priority(key)
	if !ok {
		return chip
	}
	chip.Label = at.Label
	for _, p := range w.set.Priorities {
		if p.Rank > at.Rank {
			above++
		}
	}
	switch {
	case len(w.set.Priorities) > 2 && above == 0:
		chip.Icon, chip.Tone = "warning", "danger"
	case len(w.set.Priorities) > 3 && above == 1:
		chip.Icon, chip.Tone = "up", "warning"
	}
	return chip
}

func (w *ticketWords) category(key string) string {
	if c, ok := w.set.Category(key); ok {
		return c.Label
	}
	return capital(key)
}

// channels says by which way a ticket or a message came.
var channels = []option{
	{Value: string(tickets.ByEmail), Label: "Email"}, {Value: string(tickets.ByPortal), Label: "Portal"}, {Value: string(tickets.ByAgent), Label: "Agent"},
	{Value: string(tickets.ByAPI), Label: "API"}, {Value: string(tickets.ByPhone), Label: "Phone"}, {Value: string(tickets.ByWhatsApp), Label: "WhatsApp"}, {Value: string(tickets.ByForm), Label: "Form"},
}

// came says by which way something came, within a sentence.
func came(c tickets.Channel) string {
	switch c {
	case tickets.ByAgent:
		return "taken down by an agent"
	case tickets.ByPortal:
		return "in the portal"
	case tickets.ByForm:
		return "by a form"
	case tickets.ByEmail, tickets.ByPhone:
		return "by " + string(c)
	}
	return "by " + channelName(c)
}

func channelName(c tickets.Channel) string {
	for _, o := range channels {
		if o.Value == string(c) {
			return o.Label
		}
	}
	return capital(string(c))
}

// choices returns the options of a ticket's field, the present value among
// them also when it was taken out of the settings.
func (w *ticketWords) choices(field, value string) []option {
	var all []option
	switch field {
	case "status":
		for _, s := range w.set.Statuses {
			all = append(all, option{Value: s.Key, Label: s.Label})
		}
	case "priority":
		for _, p := range w.set.Priorities {
			all = append(all, option{Value: p.Key, Label: p.Label})
		}
	case "category":
		all = append(all, option{Label: "None"})
		for _, c := range w.set.Categories {
			all = append(all, option{Value: c.Key, Label: c.Label})
		}
	case "assignee":
		all = append(all, option{Label: "Nobody"})
		all = append(all, w.members()...)
	}
	return chosen(all, value)
}

// members are those who can be given a ticket, the agent itself first.
// Settings that name nobody mean everybody.
func (w *ticketWords) members() []option {
	var ids []string
	for _, a := range w.set.Assignees {
		ids = append(ids, a.ID)
	}
	if len(ids) == 0 {
		for _, a := range w.people.agents {
			ids = append(ids, a.ID)
		}
	}
	var all []option
	for _, id := range ids {
		o := option{Value: id, Label: w.people.name(id)}
		if id == w.people.self {
			o.Label += " (you)"
			all = slices.Insert(all, 0, o)
			continue
		}
		all = append(all, o)
	}
	return all
}

// value is what a ticket's field holds, as a form sends it.
func ticketValue(t *tickets.Ticket, field string) string {
	switch field {
	case "subject":
		return t.Subject
	case "status":
		return t.Status
	case "priority":
		return t.Priority
	case "category":
		return t.Category
	case "assignee":
		return t.Assignee
	case "company":
		return t.Company
	}
	return ""
}

// said is a value in words.
func (w *ticketWords) said(field, value string) string {
	switch {
	case field == "status":
		return w.status(value).Label
	case field == "priority":
		return w.priority(value).Label
	case field == "category" && value != "":
		return w.category(value)
	case field == "assignee" && value == "":
		return "Nobody"
	case field == "assignee":
		return w.people.name(value)
	}
	return readable(value)
}

// changed is a value in the log, in words; none stays none.
func (w *ticketWords) changed(field, value string) string {
	if value == "" {
		return ""
	}
	return w.said(field, value)
}

var ticketFieldNames = map[string]string{"subject": "Subject", "status": "Status", "priority": "Priority", "category": "Category", "assignee": "Assignee", "company": "Company"}

// ticketPath is the page of a ticket: by its number, which people say aloud.
func ticketPath(t *tickets.Ticket) string { return "/tickets/" + strconv.FormatInt(t.Number, 10) }

func ticketTitle(t *tickets.Ticket) string {
	if subject := strings.TrimSpace(t.Subject); subject != "" {
		return subject
	}
	return "(no subject)"
}
