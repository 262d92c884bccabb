package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/requests"
)

// offersView lists the templates that a ticket for a contact can be made by.
type offersView struct {
	Requester personLink
	PlainURL  string
	Rows      []offerRow
	Empty     emptyView
}

type offerRow struct{ Name, Text, URL string }

// offerView is the form of a ticket that is made by a template.
type offerView struct {
	Name, Description       string
	Action, Once, OffersURL string
	Requester               personLink
	Fields                  []fieldView
	Form                    string
	FormVersion             int
	Intro                   string
	Questions               []questionView
	People                  []option
	PeopleError, FilesError string
	MaxFile, Note           string
	Errors                  []errorView
	Dirty                   bool
}

// offersPath lists the templates for a contact.
func offersPath(c desk.ContactID) string {
	return "/tickets/new/template?" + url.Values{"contact": {string(c)}}.Encode()
}

// mayOffer reports whether the agent may make tickets by templates.
func (r *request) mayOffer() bool { return r.may(tickets.MayCreate) && r.may(requests.MayView) }

// requesterLink is a contact as the head of a form of a ticket names it.
func requesterLink(c *contacts.Contact) personLink {
	return personLink{Name: titleOf(c), URL: "/contacts/" + string(c.ID), Initials: initials(c.Name()), Hue: hue(string(c.ID))}
}

// offeredTo is the contact of the address, for an agent who may use templates.
func (s *server) offeredTo(r *request) (contacts.Contact, error) {
	if !r.mayOffer() {
		return contacts.Contact{}, &desk.Error{Kind: desk.Denied, Message: "You may not make tickets by a template."}
	}
	return s.Contacts.Get(r.Context(), r.actor, desk.ContactID(r.URL.Query().Get("contact")))
}

// offers lists the templates that are for a contact.
func (s *server) offers(w http.ResponseWriter, r *request) error {
	c, err := s.offeredTo(r)
	if err != nil {
		return err
	}
	all, err := s.Requests.AvailableTo(r.Context(), r.actor, c.ID)
	if err != nil {
		return err
	}
	v := offersView{Requester: requesterLink(&c), PlainURL: "/tickets/new?contact=" + string(c.ID)}
	for i := range all {
		v.Rows = append(v.Rows, offerRow{Name: all[i].Name, Text: all[i].Description, URL: offerPath(all[i].Template, c.ID)})
	}
	v.Empty = emptyView{Art: "ticket", Title: "No template is for this contact", Text: "A template can be for everyone, or for some contacts and email domains. An inactive contact uses none.",
		Links: []linkView{{"New ticket without one", v.PlainURL, "plus", true}}}
	s.show(w, r, http.StatusOK, "offers", view{Title: "Request templates for " + clip(v.Requester.Name, 60), Section: "Tickets", Data: v})
	return nil
}

func offerPath(t desk.TemplateID, c desk.ContactID) string {
	return "/tickets/new/template/" + url.PathEscape(string(t)) + "?" + url.Values{"contact": {string(c)}}.Encode()
}

// offered is the contact and the template of the address.
func (s *server) offered(r *request) (contacts.Contact, requests.Offer, error) {
	c, err := s.offeredTo(r)
	if err != nil {
		return c, requests.Offer{}, err
	}
	o, err := s.Requests.Offer(r.Context(), r.actor, desk.TemplateID(r.PathValue("template")), c.ID)
	return c, o, err
}

// offer is the form of a ticket by a template.
func (s *server) offer(w http.ResponseWriter, r *request) error {
	c, o, err := s.offered(r)
	if err != nil {
		return err
	}
	values := map[string]string{"subject": o.Defaults.Subject, "text": o.Defaults.Text, "priority": o.Defaults.Priority, "category": o.Defaults.Category}
	if values["priority"] == "" {
		d, err := s.Tickets.Draft(r.Context(), r.actor, c.ID)
		if err != nil {
			return err
		}
		values["priority"] = d.Priority
	}
	return s.showOffer(w, r, http.StatusOK, &c, &o, values, requests.Filling{}, nil)
}

// showOffer shows the form with what was typed and what is wrong with it.
func (s *server) showOffer(w http.ResponseWriter, r *request, status int, c *contacts.Contact, o *requests.Offer, values map[string]string, g requests.Filling, problem error) error {
	words, err := s.ticketWords(r)
	if err != nil {
		return err
	}
	v := offerView{Name: o.Name, Description: o.Description, Action: offerPath(o.Template, c.ID), OffersURL: offersPath(c.ID), Once: newOnce(r), Requester: requesterLink(c), Dirty: problem != nil}
	if words.set.MaxAttachment > 0 {
		v.MaxFile = megabytes(words.set.MaxAttachment)
	}
	if v.Fields, err = s.offerFields(r, c, o, words, values); err != nil {
		return err
	}
	for _, p := range o.People {
		v.People = append(v.People, option{Value: string(p.ID), Label: p.Name, Selected: slices.Contains(r.PostForm["add"], string(p.ID))})
	}
	var wrong requests.FieldErrors
	if problem != nil {
		wrong = faults(problem)
	}
	if f := o.Form; f != nil {
		v.Form, v.FormVersion, v.Intro, v.Questions = f.Name, f.Number, f.Definition.Intro, questionsOf(&f.Definition, g.Answers, wrong)
	}
	v.blame(o, wrong)
	if len(g.Files) > 0 || len(attached(r)) > 0 {
		v.Note = "The files have to be chosen again."
	}
	s.show(w, r, status, "offer", view{Title: clip(o.Name, 60) + " for " + clip(v.Requester.Name, 60), Section: "Tickets", Data: v})
	return nil
}

// blame puts what is wrong beside its control, and all of it at the top.
func (v *offerView) blame(o *requests.Offer, wrong requests.FieldErrors) {
	for _, e := range wrong {
		if o.Form != nil {
			if at, ok := blameAnswer(&o.Form.Definition, e); ok {
				v.Errors = append(v.Errors, at)
				continue
			}
		}
		at := errorView{Text: e.Message, Anchor: "offer"}
		switch {
		case e.Field == "add":
			v.PeopleError, at.Anchor = e.Message, "f-add"
		case strings.HasPrefix(e.Field, "attachment"):
			v.FilesError, at.Anchor = e.Message, "f-files"
		default:
			name := newTicketField(e.Field)
			if i := slices.IndexFunc(v.Fields, func(f fieldView) bool { return f.Name == name && !f.ReadOnly }); i >= 0 && e.Field != "form_version" {
				v.Fields[i].Error, at.Anchor = e.Message, v.Fields[i].ID
			}
		}
		v.Errors = append(v.Errors, at)
	}
}

// makeRequest makes the ticket of the form, with the answers to its questions.
func (s *server) makeRequest(w http.ResponseWriter, r *request) error {
	c, o, err := s.offered(r)
	if err != nil {
		return err
	}
	if err := readUpload(w, r); err != nil {
		return err
	}
	values := map[string]string{}
	for _, name := range []string{"subject", "text", "company", "priority", "category", "assignee"} {
		values[name] = lines(r.PostForm.Get(name))
	}
	n := requests.Request{Contact: c.ID, Subject: values["subject"], Text: values["text"], Priority: values["priority"], Category: values["category"], Assignee: values["assignee"],
		Company: companyChoice(&c, values["company"]), Add: contactIDs(r.PostForm["add"]), Attachments: attached(r)}
	var g requests.Filling
	if o.Form != nil {
		g = readFilling(r, &o.Form.Definition)
		n.Answers, n.Files = g.Answers, g.Files
		n.FormVersion, _ = strconv.Atoi(r.PostForm.Get("form_version"))
	}
	made, err := s.submitOnce(r, o.Template, n)
	if refused(err) {
		return s.showOffer(w, r, http.StatusUnprocessableEntity, &c, &o, values, g, err)
	}
	if err != nil {
		return err
	}
	return s.leaveFor(w, r, ticketPath(&made), "Ticket #"+strconv.FormatInt(made.Number, 10)+" was made.")
}

// submitOnce makes the ticket of a form. A form that is sent twice makes one.
func (s *server) submitOnce(r *request, t desk.TemplateID, n requests.Request) (tickets.Ticket, error) {
	actor := r.once("web.request.")
	made, err := s.Requests.Submit(r.Context(), actor, t, n)
	if actor.Key != "" && desk.KindOf(err) == desk.Conflict && desk.FieldOf(err) == "key" {
		return s.Requests.Submit(r.Context(), r.actor, t, n)
	}
	return made, err
}
