package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets"
)

// ticketPlace is one field of a ticket by itself, as its control. The page's
// script puts it where the value was; without the script it is a page.
type ticketPlace struct {
	placeForm
	Ticket string
}

// propView is one of the quick fields beside a ticket: a select that saves
// when it is changed.
type propView struct {
	Name, Label, Action string
	Control             control
	Text                string
	Chip                stateChip
	Options             []option
	Version             int64
	Was                 string
	CanEdit, Locked     bool
	Stale               *staleView
	Error               string
	Value               string
}

// quickFields are the fields that stand beside a ticket.
var quickFields = []string{"status", "priority", "assignee", "category", "company"}

// trouble is what kept a quick field from being saved.
type trouble struct {
	field, value string
	stale        *staleView
	err          string
}

// locked reports whether the template that the ticket was made with keeps the field.
func locked(t *tickets.Ticket, field string) bool { return slices.Contains(t.Locked, field) }

func (s *server) props(r *request, t *tickets.Ticket, w *ticketWords, bad *trouble) []propView {
	var props []propView
	for _, field := range quickFields {
		value := ticketValue(t, field)
		p := propView{Name: field, Label: ticketFieldNames[field], Action: ticketPath(t) + "/field/" + field, Control: selectControl, Text: w.said(field, value),
			Options: w.choices(field, value), Version: t.Version, Was: digest(value), Locked: locked(t, field), Value: value}
		if value == "" && field != "assignee" {
			p.Text = "None"
		}
		p.CanEdit = r.may(tickets.MayModify) && t.State == tickets.Live && !p.Locked
		switch field {
		case "status":
			p.Chip = w.status(value)
		case "priority":
			p.Chip = w.priority(value)
		case "company":
			p.Control = companyControl
		}
		if bad != nil && bad.field == field {
			p.Stale, p.Error, p.Value = bad.stale, bad.err, bad.value
			p.Options = w.choices(field, bad.value)
		}
		props = append(props, p)
	}
	return props
}

// ticketPatch changes one field.
func ticketPatch(version int64, field, value string) tickets.Patch {
	p := tickets.Patch{Version: version}
	switch field {
	case "subject":
		p.Subject = &value
	case "status":
		p.Status = &value
	case "priority":
		p.Priority = &value
	case "category":
		p.Category = &value
	case "assignee":
		p.Assignee = &value
	}
	return p
}

// ticketFieldPage is the control of the subject.
func (s *server) ticketFieldPage(w http.ResponseWriter, r *request) error {
	t, err := s.ticketOf(r)
	if err != nil {
		return err
	}
	if r.PathValue("field") != "subject" || !r.may(tickets.MayModify) || t.State != tickets.Live || locked(&t, "subject") {
		return &desk.Error{Kind: desk.Denied, Message: "You may not change this field."}
	}
	if r.FormValue("show") != "" {
		return s.showTicket(w, r, http.StatusOK, &t, ticketExtra{})
	}
	return s.showTicketField(w, r, http.StatusOK, ticketPlaceOf(&t, t.Subject))
}

func ticketPlaceOf(t *tickets.Ticket, value string) ticketPlace {
	path := ticketPath(t)
	return ticketPlace{Ticket: "#" + strconv.FormatInt(t.Number, 10), placeForm: placeForm{
		Field: fieldView{ID: "p-subject", Name: "subject", Label: "Subject", Control: textControl, Value: value}, Action: path + "/field/subject", Back: path,
		Version: t.Version, Was: digest(t.Subject), Label: "Subject", FactID: "v-subject", DataURL: path + "/field/subject"}}
}

func (s *server) showTicketField(w http.ResponseWriter, r *request, status int, v ticketPlace) error {
	s.show(w, r, status, "ticketfield", view{Title: "Subject of " + v.Ticket, Section: "Tickets", Data: v})
	return nil
}

// saveTicketField saves one field. If the ticket was changed meanwhile but
// this field was not, the change is made all the same; if it was, both values
// are shown and the agent is asked.
func (s *server) saveTicketField(w http.ResponseWriter, r *request) error {
	t, err := s.ticketOf(r)
	if err != nil {
		return err
	}
	field := r.PathValue("field")
	if _, ok := ticketFieldNames[field]; !ok {
		return &desk.Error{Kind: desk.NotFound, Message: "There is no such field."}
	}
	version, err := strconv.ParseInt(r.PostForm.Get("version"), 10, 64)
	if err != nil {
		return &desk.Error{Kind: desk.Invalid, Message: "The form is incomplete. Nothing was changed; load the page again."}
	}
	value := strings.TrimSpace(r.PostForm.Get(field))
	patch, err := s.ticketChange(r, version, field, value)
	if err == nil {
		_, err = s.Tickets.Update(r.Context(), r.actor, t.ID, patch)
	}
	if errors.Is(err, tickets.ErrStale) {
		if now := ticketValue(&t, field); digest(now) != r.PostForm.Get("was") && now != value {
			return s.staleTicketField(w, r, &t, field, value)
		}
		patch.Version = t.Version
		_, err = s.Tickets.Update(r.Context(), r.actor, t.ID, patch)
	}
	switch desk.KindOf(err) {
	case "":
	case desk.Invalid, desk.Conflict, desk.Limited:
		return s.wrongTicketField(w, r, &t, version, field, value, err)
	default:
		return err
	}
	if !r.fragment() {
		s.leaveToast(w, toast{Text: ticketFieldNames[field] + " saved."})
		return redirect(w, r, ticketPath(&t))
	}
	if t, err = s.Tickets.Get(r.Context(), r.actor, t.ID); err != nil {
		return err
	}
	return s.showTicket(w, r, http.StatusOK, &t, ticketExtra{})
}

// ticketChange is the patch of one field; a company is named, and found.
func (s *server) ticketChange(r *request, version int64, field, value string) (tickets.Patch, error) {
	patch := ticketPatch(version, field, value)
	if field != "company" {
		return patch, nil
	}
	var id desk.CompanyID
	if value != "" {
		c, err := s.companyNamed(r, value)
		if err != nil {
			return patch, err
		}
		id = c.ID
	}
	patch.CompanyID = &id
	return patch, nil
}

func (s *server) staleTicketField(w http.ResponseWriter, r *request, t *tickets.Ticket, field, value string) error {
	words, err := s.ticketWords(r)
	if err != nil {
		return err
	}
	stale := &staleView{Label: ticketFieldNames[field], Theirs: words.said(field, ticketValue(t, field)), Yours: words.said(field, value)}
	if field == "subject" {
		v := ticketPlaceOf(t, value)
		v.Stale = stale
		return s.showTicketField(w, r, http.StatusConflict, v)
	}
	return s.showTicket(w, r, http.StatusConflict, t, ticketExtra{trouble: &trouble{field: field, value: value, stale: stale}})
}

func (s *server) wrongTicketField(w http.ResponseWriter, r *request, t *tickets.Ticket, version int64, field, value string, err error) error {
	if field == "subject" {
		v := ticketPlaceOf(t, value)
		v.Version, v.Was, v.Field.Error = version, r.PostForm.Get("was"), desk.MessageOf(err)
		return s.showTicketField(w, r, http.StatusUnprocessableEntity, v)
	}
	return s.showTicket(w, r, http.StatusUnprocessableEntity, t, ticketExtra{trouble: &trouble{field: field, value: value, err: desk.MessageOf(err)}})
}
