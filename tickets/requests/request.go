package requests

import (
	"context"
	"fmt"
	"slices"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// Request is what a contact says when it uses a template. What is empty is
// filled in by the template; what the template locks is not read.
type Request struct {
	// Contact is who asks, where a member or a system makes the request.
	Contact desk.ContactID
	// Subject is at most 500 characters; empty, and without a default: the
	// template's name. Text is the first message.
	Subject, Text      string
	Priority, Category string
	// Assignee is one of those among whom the contact picks.
	Assignee string
	// Company is the contact's own, or points to "" for none.
	Company *desk.CompanyID
	// Add are contacts that take part in the ticket.
	Add []desk.ContactID
	// Attachments go with the message.
	Attachments []tickets.NewAttachment
	// FormVersion is the version of the form that was answered: that of the
	// [Offer]. When another has been published since, the request is refused as
	// desk.Conflict with [ErrStale] and the field "form_version": what is kept is
	// what was asked.
	FormVersion int
	Answers     Answers
	Files       Files
}

// Submit makes a ticket by a template, together with the answers to its form,
// or nothing at all. A contact needs no permission but that the template is for
// it at this moment; a member or system needs tickets.MayCreate and MayView,
// sees the contact, and is bound by the same limits. A template that is not
// for the contact is not found. What is wrong comes as [FieldErrors] with the
// names of the request's fields (subject, assignee, add, …) and "answers.<key>".
//
// The files' contents are not looked at when a call is repeated with its
// idempotency key; their names and types are.
func (s *Service) Submit(ctx context.Context, a desk.Actor, id desk.TemplateID, r Request) (tickets.Ticket, error) {
	const op = "requests.Submit"
	if err := mayRequest(a); err != nil {
		return tickets.Ticket{}, desk.In(op, err)
	}
	input := struct {
		ID      desk.TemplateID
		Request Request
	}{id, r}
	var made tickets.Ticket
	replay, err := s.write(ctx, a, op, input, func(tx Tx) ([]string, error) {
		m := &making{s: s, tx: tx, a: a, r: r}
		var err error
		made, err = m.run(ctx, id)
		return []string{string(made.ID)}, err
	})
	if err == nil && len(replay) > 0 {
		made, err = s.tickets.Get(ctx, a, desk.TicketID(replay[0]))
	}
	if err != nil {
		return tickets.Ticket{}, desk.In(op, err)
	}
	return made, nil
}

func mayRequest(a desk.Actor) error {
	if isContact(a) {
		return checkActor(a)
	}
	if err := need(a, "make tickets", tickets.MayCreate); err != nil {
		return err
	}
	return need(a, "see templates", MayView)
}

// making is a request on its way to become a ticket.
type making struct {
	s  *Service
	tx Tx
	a  desk.Actor
	r  Request
	// c is who asks; t is the template.
	c contacts.Contact
	t Template
	n tickets.NewTicket
	// version and answers are those of the form, if there is one.
	version FormVersion
	answers []Answer
	wrong   FieldErrors
}

func (m *making) run(ctx context.Context, id desk.TemplateID) (tickets.Ticket, error) {
	if err := m.who(ctx, id); err != nil {
		return tickets.Ticket{}, err
	}
	m.fields()
	for _, step := range []func(context.Context) error{m.assignee, m.add, m.form} {
		if err := step(ctx); err != nil {
			return tickets.Ticket{}, err
		}
	}
	if err := m.wrong.err(); err != nil {
		return tickets.Ticket{}, err
	}
	made, err := m.s.tickets.CreateDecided(ctx, m.tx, m.a, m.n)
	if err != nil {
		return tickets.Ticket{}, err
	}
	return made, m.keep(ctx, made.ID)
}

// who locks the contact, so that what is decided of it holds until the end.
func (m *making) who(ctx context.Context, id desk.TemplateID) error {
	var err error
	if isContact(m.a) {
		if m.r.Contact != "" && m.r.Contact != desk.ContactID(m.a.ID) {
			return denied("You may make requests for yourself only.")
		}
		m.c, err = lockSelf(ctx, m.tx, m.a)
	} else if m.c, err = m.s.requester(ctx, m.tx, m.a, m.r.Contact); err == nil {
		m.c, err = m.tx.LockContact(ctx, m.a.Workspace, m.c.ID)
	}
	if err != nil {
		return err
	}
	m.t, err = admitted(ctx, m.tx, m.a.Workspace, id, &m.c)
	return err
}

// fields takes the template's values, and those of the request where the
// template leaves them free.
func (m *making) fields() {
	t, d := &m.t, &m.t.Defaults
	free := func(field, said, or string) string {
		if said == "" || t.locks(field) {
			return or
		}
		return said
	}
	m.n = tickets.NewTicket{
		Subject: free("subject", m.r.Subject, d.Subject), Status: d.Status,
		Priority: free("priority", m.r.Priority, d.Priority), Category: free("category", m.r.Category, d.Category),
		Assignee: d.Assignee, Requester: m.c.ID, Channel: tickets.ByForm, Template: t.ID,
		Locked: slices.DeleteFunc(slices.Clone(t.Locked), func(f string) bool { return f == "text" }),
		Cause:  string(t.ID),
	}
	if m.n.Subject == "" {
		m.n.Subject = t.Name
	}
	if d.Company != "" {
		m.n.CompanyID = &d.Company
	}
	if m.r.Company != nil && !t.locks("company") {
		if *m.r.Company != "" && *m.r.Company != m.c.CompanyID {
			m.wrong.add("company", "There is no such company.")
		}
		m.n.CompanyID = m.r.Company
	}
	if text := free("text", m.r.Text, d.Text); text != "" || len(m.r.Attachments) > 0 {
		m.n.Message = &tickets.NewMessage{Text: text, Channel: tickets.ByForm, Attachments: m.r.Attachments}
		if m.a.Kind == desk.SystemActor {
			m.n.Message.Contact = m.c.ID
		}
	}
}

func (m *making) assignee(ctx context.Context) error {
	if m.r.Assignee == "" || m.t.locks("assignee") {
		return nil
	}
	all, err := m.s.pickable(ctx, m.tx, m.a.Workspace, &m.t)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(p tickets.Assignee) bool { return p.ID == m.r.Assignee }) {
		m.wrong.add("assignee", "This is nobody who can be picked.")
		return nil
	}
	m.n.Assignee = m.r.Assignee
	return nil
}

func (m *making) add(ctx context.Context) error {
	ids := set(m.r.Add)
	if len(ids) == 0 {
		return nil
	}
	if m.t.Add == AddNobody {
		m.wrong.add("add", "Nobody can be added to this request.")
		return nil
	}
	if len(ids) >= tickets.MaxParticipants {
		m.wrong.add("add", "At most %d contacts take part in a ticket.", tickets.MaxParticipants)
		return nil
	}
	valid := slices.DeleteFunc(slices.Clone(ids), func(id desk.ContactID) bool { return !desk.IsID("contact", string(id)) })
	cs, err := m.tx.Contacts(ctx, m.a.Workspace, valid)
	if err != nil {
		return err
	}
	cs = slices.DeleteFunc(cs, func(c contacts.Contact) bool { return !m.t.mayAdd(&m.c, &c) })
	if len(cs) < len(ids) {
		// Whether it is not there or not for this template is not told.
		m.wrong.add("add", "One of the contacts cannot be added.")
		return nil
	}
	m.n.Participants = ids
	return nil
}

func (m *making) form(ctx context.Context) error {
	if m.t.Form == "" {
		if len(m.r.Answers) > 0 || len(m.r.Files) > 0 {
			m.wrong.add("answers", "This request has no form to answer.")
		}
		return nil
	}
	f, err := form(ctx, m.tx, m.a.Workspace, m.t.Form)
	if err != nil {
		return err
	}
	if f.Published != m.r.FormVersion {
		return staleForm()
	}
	if m.version, err = formVersion(ctx, m.tx, m.a.Workspace, f.ID, f.Published); err != nil {
		return err
	}
	m.answers, err = m.version.Definition.Validate(m.r.Answers, m.r.Files)
	m.wrong = append(m.wrong, fieldErrors(err)...)
	return nil
}

func staleForm() error {
	e := desk.Errorf(desk.Conflict, "form_version", "The form was changed while you filled it in. Nothing was sent: look it through again, please.")
	e.Err = ErrStale
	return e
}

// keep writes what the ticket was made by.
func (m *making) keep(ctx context.Context, ticket desk.TicketID) error {
	j := m.s.entries(m.a)
	sub := Submission{
		Template: m.t.ID, TemplateVersion: m.t.Version, Form: m.t.Form, FormVersion: m.version.Number, FormName: m.version.Name,
		Contact: m.c.ID, Ticket: ticket, Answers: m.answers, At: j.Now,
	}
	if err := m.s.keepSubmission(ctx, m.tx, m.a, &sub, m.r.Files); err != nil {
		return err
	}
	h := happening{verb: VerbRequested, short: "Request made by a template", title: fmt.Sprintf("%s, version %d", m.t.Name, m.t.Version), ticket: ticket, contacts: []desk.ContactID{m.c.ID}}
	if err := note(j, h); err != nil {
		return err
	}
	return record(ctx, m.tx, m.a, j)
}
