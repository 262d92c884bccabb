package tickets

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Create makes a ticket. It needs MayCreate, and for a first message what Post
// needs. The requester and all others who take part must be live contacts that
// the actor sees. A contact makes a ticket for itself only, and says no more
// than subject, category, company and message; its company is its own.
func (s *Service) Create(ctx context.Context, a desk.Actor, n NewTicket) (Ticket, error) {
	const op = "tickets.Create"
	if err := need(a, "make tickets", MayCreate); err != nil {
		return Ticket{}, desk.In(op, err)
	}
	var t Ticket
	replay, err := s.write(ctx, a, op, n, func(tx Tx) ([]string, error) {
		var err error
		t, err = s.create(ctx, tx, a, n)
		return []string{string(t.ID)}, err
	})
	if err == nil && len(replay) > 0 {
		t, err = s.store.Ticket(ctx, a.Workspace, desk.TicketID(replay[0]))
		viewer{Actor: a}.shown(&t)
	}
	if err != nil {
		return Ticket{}, desk.In(op, err)
	}
	s.wrote(ctx, a.Workspace, 1)
	return t, nil
}

// CreateIn is Create within the caller's transaction. The actor's idempotency
// key is the caller's to keep.
func (s *Service) CreateIn(ctx context.Context, tx Tx, a desk.Actor, n NewTicket) (Ticket, error) {
	const op = "tickets.CreateIn"
	if err := need(a, "make tickets", MayCreate); err != nil {
		return Ticket{}, desk.In(op, err)
	}
	t, err := s.create(ctx, tx, a, n)
	return t, desk.In(op, err)
}

// creation is a ticket on its way.
type creation struct {
	s  *Service
	tx Tx
	a  desk.Actor
	n  NewTicket
	// decided: another package has decided what a contact says.
	decided bool
	set     Settings
	now     time.Time
	t       Ticket
	parts   []Participation
	// first is the first message, if there is one.
	first *outgoing
}

func (s *Service) create(ctx context.Context, tx Tx, a desk.Actor, n NewTicket) (Ticket, error) {
	return s.make(ctx, tx, a, n, false)
}

// make makes a ticket; decided says that what a contact says was allowed.
func (s *Service) make(ctx context.Context, tx Tx, a desk.Actor, n NewTicket, decided bool) (Ticket, error) {
	c := &creation{s: s, tx: tx, a: a, n: n, decided: decided, now: desk.Moment(s.now())}
	for _, step := range []func(context.Context) error{c.begin, c.people, c.company, c.fields, c.message, c.keep} {
		if err := step(ctx); err != nil {
			return Ticket{}, err
		}
	}
	viewer{Actor: a}.shown(&c.t)
	return c.t, nil
}

func (c *creation) begin(ctx context.Context) error {
	var err error
	if c.a.Kind == desk.ContactActor {
		if err := c.own(ctx); err != nil {
			return err
		}
	}
	if c.set, err = settingsOf(ctx, c.tx, c.a.Workspace); err != nil {
		return err
	}
	id, err := c.s.ids.New("ticket")
	c.t = Ticket{
		ID: desk.TicketID(id), Version: 1, Template: c.n.Template, CreatedAt: c.now, UpdatedAt: c.now,
		CreatedKind: c.a.Kind, CreatedBy: c.a.ID,
	}
	return err
}

// own checks what a contact says of a ticket that it makes.
func (c *creation) own(ctx context.Context) error {
	n := &c.n
	self := desk.ContactID(c.a.ID)
	person, err := activeContact(ctx, c.tx, c.a.Workspace, self)
	switch {
	case err != nil:
		return err
	case person.ID == "":
		return denied("You may not make tickets.")
	case c.decided:
		n.Requester = self
		return nil
	case n.Requester != "" && n.Requester != self || len(n.Participants) > 0 || len(n.Pending) > 0:
		return denied("You may make tickets for yourself only.")
	case n.Status != "" || n.Priority != "" || n.Assignee != "" || n.Template != "" || n.Quiet || len(n.Locked) > 0:
		return denied("You may say no more of a ticket than its subject, category and message.")
	case n.CompanyID != nil && *n.CompanyID != "" && *n.CompanyID != person.CompanyID:
		return invalid("company", "There is no such company.")
	}
	n.Requester = self
	return nil
}

// people puts requester, participants and pending contacts on the ticket. Who
// is named twice has the role that is named first in this order.
func (c *creation) people(ctx context.Context) error {
	add := func(id desk.ContactID, role Role) {
		if id == "" || roleOf(c.parts, id) != "" {
			return
		}
		c.parts = append(c.parts, Participation{Ticket: c.t.ID, Contact: id, Role: role, AddedAt: c.now, AddedBy: c.a.ID})
	}
	add(c.n.Requester, Requester)
	for _, id := range c.n.Participants {
		add(id, Participating)
	}
	for _, id := range c.n.Pending {
		add(id, Pending)
	}
	if len(c.parts) > MaxParticipants {
		return tooManyPeople()
	}
	ids := make([]desk.ContactID, len(c.parts))
	for i, p := range c.parts {
		ids[i] = p.Contact
	}
	people, err := c.linkable(ctx, ids)
	if err != nil {
		return err
	}
	for _, p := range c.parts {
		if person, ok := people[p.Contact]; !ok {
			return noContact(fieldOf(p.Role))
		} else if p.Role == Requester {
			c.t.Requester, c.t.CompanyID, c.t.Company = p.Contact, person.CompanyID, person.Company
		}
	}
	return nil
}

func fieldOf(r Role) string {
	if r == Requester {
		return "requester"
	}
	return "participants"
}

func tooManyPeople() error {
	return desk.Errorf(desk.Limited, "participants", "At most %d contacts take part in a ticket.", MaxParticipants)
}

// linkable returns those of the contacts that the actor may put on a ticket:
// live ones that it sees. A contact acts for itself alone.
func linkable(ctx context.Context, r contacts.Reader, a desk.Actor, ids []desk.ContactID) (map[desk.ContactID]contacts.Contact, error) {
	valid := slices.DeleteFunc(slices.Clone(ids), func(id desk.ContactID) bool { return !desk.IsID("contact", string(id)) })
	cs, err := r.Contacts(ctx, a.Workspace, valid)
	if err != nil {
		return nil, err
	}
	m := make(map[desk.ContactID]contacts.Contact, len(cs))
	for _, c := range cs {
		own := a.Kind == desk.ContactActor && string(c.ID) == a.ID
		if c.State == contacts.Live && (own || a.Kind != desk.ContactActor && contacts.Sees(a, &c)) {
			m[c.ID] = c
		}
	}
	return m, nil
}

func (c *creation) company(ctx context.Context) error {
	if c.n.CompanyID == nil || *c.n.CompanyID == c.t.CompanyID {
		return nil
	}
	var err error
	c.t.CompanyID = *c.n.CompanyID
	c.t.Company, err = companyName(ctx, c.tx, c.a.Workspace, c.t.CompanyID)
	return err
}

// companyName returns the name of a company that a ticket is linked to.
func companyName(ctx context.Context, r contacts.Reader, w desk.WorkspaceID, id desk.CompanyID) (string, error) {
	missing := invalid("company", "There is no such company.")
	switch {
	case id == "":
		return "", nil
	case !desk.IsID("company", string(id)):
		return "", missing
	}
	c, err := r.Company(ctx, w, id)
	return c.Name, asNotFound(err, missing)
}

// fields sets what the ticket says of itself.
func (c *creation) fields(context.Context) error {
	subject := c.n.Subject
	if strings.TrimSpace(subject) == "" && c.n.Message != nil {
		subject = firstLine(c.n.Message)
	}
	t, n := &c.t, &c.n
	p := Patch{Subject: &subject, Assignee: &n.Assignee}
	p.Status, p.Priority, p.Category = orDefault(n.Status, c.set.DefaultStatus), orDefault(n.Priority, c.set.DefaultPriority), orDefault(n.Category, c.set.DefaultCategory)
	if err := apply(t, &p, c.set, c.now); err != nil {
		return err
	}
	var err error
	if t.Channel, err = channelFor(c.a, n.Channel); err != nil {
		return err
	}
	if n.Template != "" && !desk.IsID("template", string(n.Template)) {
		return invalid("template", "There is no such template.")
	}
	for _, name := range n.Locked {
		if !slices.Contains(patchFields, name) {
			return invalid("locked", "There is no field of this name that can be locked.")
		}
	}
	t.Locked = slices.Compact(slices.Sorted(slices.Values(n.Locked)))
	return nil
}

func orDefault(s, or string) *string {
	if s == "" {
		s = or
	}
	return &s
}

// firstLine is what a ticket without a subject is called by.
func firstLine(m *NewMessage) string {
	text := m.Text
	if strings.TrimSpace(text) == "" {
		text = TextOf(m.HTML)
	}
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return desk.Cut(strings.TrimSpace(line), 100)
}

// channelFor returns the channel, or that of the actor for an empty one.
func channelFor(a desk.Actor, c Channel) (Channel, error) {
	if c != "" {
		if !slices.Contains(Channels, c) {
			return "", invalid("channel", "There is no such channel.")
		}
		return c, nil
	}
	switch a.Kind {
	case desk.MemberActor:
		return ByAgent, nil
	case desk.ContactActor:
		return ByPortal, nil
	}
	return ByAPI, nil
}

func (c *creation) message(ctx context.Context) error {
	if c.n.Message == nil {
		return nil
	}
	n := *c.n.Message
	if n.Channel == "" {
		n.Channel = c.n.Channel
	}
	var err error
	c.first, err = c.s.compose(ctx, c.tx, c.a, c.set, c.t.ID, n, c.now)
	if err == nil {
		c.first.countIn(&c.t)
	}
	return err
}

// keep writes the ticket. The number comes last: from then on others who make
// tickets in this workspace wait.
func (c *creation) keep(ctx context.Context) error {
	var err error
	if c.t.Number, err = c.tx.NextTicketNumber(ctx, c.a.Workspace); err != nil {
		return err
	}
	if err := c.tx.InsertTicket(ctx, c.a.Workspace, record(c.t, c.parts, c.set), c.parts); err != nil {
		return err
	}
	if c.first != nil {
		if err := c.first.keep(ctx, c.tx, c.a.Workspace); err != nil {
			return err
		}
	}
	return c.record(ctx)
}

// record writes the events of a new ticket.
func (c *creation) record(ctx context.Context) error {
	j := c.s.entries(c.a, c.now, c.n.Cause)
	if err := j.Add(VerbCreated, string(c.t.ID), fmt.Sprintf("Ticket %d made.", c.t.Number), false, nil); err != nil {
		return err
	}
	about := ""
	if c.first != nil && c.first.m.Kind == Public {
		about = string(c.first.m.ID)
	}
	if c.t.Requester != "" && !c.n.Quiet {
		j.Tell(desk.Notice{Type: NoticeCreated, Ticket: c.t.ID, About: about, To: []desk.ContactID{c.t.Requester}})
	}
	if c.first != nil {
		if err := c.first.log(j); err != nil {
			return err
		}
	}
	for _, p := range c.parts {
		if err := logPart(j, p.Ticket, p.Contact, "", p.Role); err != nil {
			return err
		}
		if p.Role == Participating && !c.n.Quiet {
			j.Tell(desk.Notice{Type: NoticeParticipant, Ticket: c.t.ID, To: []desk.ContactID{p.Contact}})
		}
	}
	return c.tx.Record(ctx, c.a.Workspace, j.All...)
}
