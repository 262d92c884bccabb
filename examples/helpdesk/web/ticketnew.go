package web

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// newTicketView is the form of a new ticket.
type newTicketView struct {
	Once                 string
	Requester            personLink
	RequesterID, PickURL string
	OffersURL            string
	CompanyWhy           string
	Fields               []fieldView
	Further              []foundContact // chosen or found, to be ticked
	Chosen               map[string]bool
	Find                 string
	FindEmpty            string
	MaxFile              string
	Errors               []errorView
	Dirty                bool
	CanReply, CanNote    bool
	Internal             bool
}

// newTicket is the form of a new ticket. Without a requester the page to find
// one comes first.
func (s *server) newTicket(w http.ResponseWriter, r *request) error {
	if !r.may(tickets.MayCreate) {
		return &desk.Error{Kind: desk.Denied, Message: "You may not make tickets."}
	}
	id := desk.ContactID(r.URL.Query().Get("contact"))
	if id == "" {
		return s.pickRequester(w, r)
	}
	c, err := s.Contacts.Get(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	d, err := s.Tickets.Draft(r.Context(), r.actor, c.ID)
	if err != nil {
		return err
	}
	company := ""
	if d.CompanyID != nil && *d.CompanyID == c.CompanyID {
		company = c.Company
	}
	values := map[string]string{"company": company, "priority": d.Priority, "category": d.Category, "assignee": d.Assignee, "subject": d.Subject}
	return s.showNewTicket(w, r, http.StatusOK, &c, values, nil)
}

// pickRequester is the page on which the requester of a new ticket is found.
func (s *server) pickRequester(w http.ResponseWriter, r *request) error {
	v := pickView{Heading: "New ticket", Hint: "Who is asking? Search by name, company, email or phone.", Action: "/tickets/new", Back: "/tickets", BackText: "Tickets"}
	company := desk.CompanyID(r.URL.Query().Get("company"))
	if company != "" {
		c, err := s.Contacts.GetCompany(r.Context(), r.actor, company)
		if err != nil {
			return err
		}
		v.Heading, v.Back, v.BackText = "New ticket for "+c.Name, "/companies/"+string(c.ID), c.Name
		v.Hidden = []linkView{{Label: "company", URL: string(company)}}
	}
	if err := s.pick(r, &v, company); err != nil {
		return err
	}
	for i := range v.Rows {
		v.Rows[i].URL = "/tickets/new?contact=" + v.Rows[i].ID
	}
	s.show(w, r, http.StatusOK, "ticketpick", view{Title: v.Heading, Section: "Tickets", Data: v})
	return nil
}

// showNewTicket shows the form with what was typed. The values are those of
// the fields by name; the problem, if any, stands beside the field it names.
func (s *server) showNewTicket(w http.ResponseWriter, r *request, status int, c *contacts.Contact, values map[string]string, problem error) error {
	words, err := s.ticketWords(r)
	if err != nil {
		return err
	}
	v := newTicketView{RequesterID: string(c.ID), PickURL: "/tickets/new", Chosen: map[string]bool{}, Dirty: r.Method == http.MethodPost, Internal: values["kind"] == string(tickets.Internal),
		CanReply: r.may(tickets.MayReply), CanNote: r.may(tickets.MayNote), Find: strings.TrimSpace(r.PostForm.Get("find"))}
	v.Requester = requesterLink(c)
	if r.mayOffer() {
		v.OffersURL = offersPath(c.ID)
	}
	v.Once = newOnce(r)
	if words.set.MaxAttachment > 0 {
		v.MaxFile = megabytes(words.set.MaxAttachment)
	}
	wrong := map[string]string{}
	if problem != nil {
		field := newTicketField(desk.FieldOf(problem))
		wrong[field] = desk.MessageOf(problem)
		v.Errors = []errorView{{Text: desk.MessageOf(problem), Anchor: "f-" + field}}
	}
	v.Fields = newTicketFields(c, words, values, wrong)
	if err := s.further(r, &v, c); err != nil {
		return err
	}
	s.show(w, r, status, "ticketnew", view{Title: "New ticket for " + clip(v.Requester.Name, 60), Section: "Tickets", Data: v})
	return nil
}

// newTicketFields are the controls of a new ticket of the contact.
func newTicketFields(c *contacts.Contact, words *ticketWords, values, wrong map[string]string) []fieldView {
	help := "Leave empty for none."
	if c.Company != "" {
		help = clip(titleOf(c), 60) + " works for " + clip(c.Company, 60) + ", so the ticket goes there unless you change it."
	}
	fields := []fieldView{
		{Name: "company", Label: "Company", Control: companyControl, Help: help, Wide: true},
		{Name: "subject", Label: "Subject", Control: textControl, Wide: true}, {Name: "text", Label: "Message", Control: areaControl, Lines: 8, Wide: true},
		{Name: "status", Label: "Status", Control: selectControl}, {Name: "priority", Label: "Priority", Control: selectControl},
		{Name: "category", Label: "Category", Control: selectControl}, {Name: "assignee", Label: "Assignee", Control: selectControl},
	}
	for i := range fields {
		f := &fields[i]
		f.ID, f.Value, f.Error = "f-"+f.Name, values[f.Name], wrong[f.Name]
		if f.Control == selectControl {
			f.Options = words.choices(f.Name, f.Value)
		}
	}
	return fields
}

// newTicketField is the control that an error of the library is about.
func newTicketField(name string) string {
	switch {
	case slices.Contains([]string{"subject", "company", "status", "priority", "category", "assignee"}, name):
		return name
	case name == "company_id":
		return "company"
	case strings.HasPrefix(name, "message"), strings.HasPrefix(name, "attachment"), name == "text":
		return "text"
	}
	return "subject"
}

// further are the contacts who were ticked, and those the search in the form
// has found.
func (s *server) further(r *request, v *newTicketView, c *contacts.Contact) error {
	chosen := contactIDs(r.PostForm["participant"])
	if len(chosen) > 0 {
		if len(chosen) > tickets.MaxParticipants {
			chosen = chosen[:tickets.MaxParticipants]
		}
		list, err := s.Contacts.List(r.Context(), r.actor, contacts.Query{Filter: contacts.Filter{IDs: chosen}}, desk.Page{Limit: len(chosen)})
		if err != nil {
			return err
		}
		v.Further = foundOf(list)
		for _, f := range v.Further {
			v.Chosen[f.ID] = true
		}
	}
	if v.Find == "" {
		return nil
	}
	list, err := s.Contacts.List(r.Context(), r.actor, contacts.Query{Text: v.Find}, desk.Page{Limit: 8})
	if desk.KindOf(err) == desk.Invalid {
		v.FindEmpty = desk.MessageOf(err)
		return nil
	}
	if err != nil {
		return err
	}
	before := len(v.Further)
	for _, f := range foundOf(list) {
		if !v.Chosen[f.ID] && f.ID != string(c.ID) {
			v.Further = append(v.Further, f)
		}
	}
	if len(v.Further) == before {
		v.FindEmpty = "Nobody else has “" + clip(v.Find, 60) + "” in a name, company, address or phone number."
	}
	return nil
}

// createTicket makes the ticket of the form.
func (s *server) createTicket(w http.ResponseWriter, r *request) error {
	if !r.may(tickets.MayCreate) {
		return &desk.Error{Kind: desk.Denied, Message: "You may not make tickets."}
	}
	if err := readUpload(w, r); err != nil {
		return err
	}
	c, err := s.Contacts.Get(r.Context(), r.actor, desk.ContactID(r.PostForm.Get("contact")))
	if err != nil {
		return err
	}
	values := map[string]string{"kind": r.PostForm.Get("kind")}
	for _, name := range []string{"subject", "text", "company", "status", "priority", "category", "assignee"} {
		values[name] = lines(r.PostForm.Get(name))
	}
	if r.PostForm.Has("search") {
		return s.showNewTicket(w, r, http.StatusOK, &c, values, nil)
	}
	n, err := s.newTicketOf(r, &c, values)
	var made tickets.Ticket
	if err == nil {
		made, err = s.createTicketOnce(r, n)
	}
	switch desk.KindOf(err) {
	case "":
		s.leaveToast(w, toast{Text: "Ticket #" + strings.TrimPrefix(ticketPath(&made), "/tickets/") + " was made."})
		return redirect(w, r, ticketPath(&made))
	case desk.Invalid, desk.Conflict, desk.Limited:
		return s.showNewTicket(w, r, http.StatusUnprocessableEntity, &c, values, err)
	}
	return err
}

func (s *server) newTicketOf(r *request, c *contacts.Contact, values map[string]string) (tickets.NewTicket, error) {
	n := tickets.NewTicket{Subject: values["subject"], Status: values["status"], Priority: values["priority"], Category: values["category"], Assignee: values["assignee"],
		Requester: c.ID, Participants: contactIDs(r.PostForm["participant"])}
	var company desk.CompanyID
	switch name := values["company"]; {
	case name != "" && name == c.Company:
		company = c.CompanyID
	case name != "":
		found, err := s.companyNamed(r, name)
		if err != nil {
			return n, err
		}
		company = found.ID
	}
	n.CompanyID = &company
	if files := attached(r); values["text"] != "" || len(files) > 0 {
		n.Message = &tickets.NewMessage{Kind: tickets.Public, Text: values["text"], Attachments: files}
		if values["kind"] == string(tickets.Internal) {
			n.Message.Kind = tickets.Internal
		}
	}
	if n.Subject == "" {
		return n, desk.Errorf(desk.Invalid, "subject", "Say in a few words what it is about.")
	}
	return n, nil
}

// createTicketOnce makes the ticket of a form. A form that is sent twice makes one.
func (s *server) createTicketOnce(r *request, n tickets.NewTicket) (tickets.Ticket, error) {
	once := r.PostForm.Get("once")
	if len(once) != len(rand.Text()) {
		return s.Tickets.Create(r.Context(), r.actor, n)
	}
	t, err := s.Tickets.Create(r.Context(), r.actor.WithKey("web.ticket."+once), n)
	if desk.KindOf(err) == desk.Conflict && desk.FieldOf(err) == "key" {
		return s.Tickets.Create(r.Context(), r.actor, n)
	}
	return t, err
}
