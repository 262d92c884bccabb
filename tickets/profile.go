package tickets

import (
	"context"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// The names of this package's parts of a profile.
const (
	TicketsPart  = "tickets"
	MessagesPart = "messages"
)

// ProfileTicket is a ticket as it stands in a contact's profile, and in the
// bundle of what is kept about the contact: nothing internal is in it.
type ProfileTicket struct {
	ID        desk.TicketID `json:"id"`
	Number    int64         `json:"number"`
	Subject   string        `json:"subject"`
	Status    string        `json:"status"`
	Priority  string        `json:"priority"`
	Open      bool          `json:"open"`
	Role      Role          `json:"role"`
	CreatedAt time.Time     `json:"created_at"`
	UpdatedAt time.Time     `json:"updated_at"`
}

// ProfileMessage is a message that a contact wrote, as it stands in the bundle
// of what is kept about it.
type ProfileMessage struct {
	Ticket  desk.TicketID  `json:"ticket"`
	ID      desk.MessageID `json:"id"`
	At      time.Time      `json:"at"`
	Channel Channel        `json:"channel"`
	Text    string         `json:"text"`
	Files   []string       `json:"files,omitempty"`
}

// Part is the part "tickets" of a contact's profile, for
// contacts.Options.Parts: the tickets in which the contact takes part and that
// the actor sees, the last changed first.
func (s *Service) Part() contacts.ProfilePart {
	return contacts.ProfilePart{Name: TicketsPart, Label: "Tickets", Read: s.readTickets}
}

// MessagesPart is the part "messages" of a contact's profile: the public
// messages that the contact wrote, the oldest first, in tickets that the actor
// sees. It stands in the bundle of what is kept about the contact.
func (s *Service) MessagesPart() contacts.ProfilePart {
	return contacts.ProfilePart{Name: MessagesPart, Label: "Messages", Read: s.readMessages}
}

func (s *Service) readTickets(ctx context.Context, a desk.Actor, id desk.ContactID, p desk.Page) (contacts.PartPage, error) {
	var out contacts.PartPage
	l, err := s.list(ctx, a, Query{Filter: Filter{Contact: id}}, p)
	if err != nil {
		return out, err
	}
	out.Next, out.Count = l.Next, l.Count
	ids := make([]desk.TicketID, len(l.Tickets))
	for i, t := range l.Tickets {
		ids[i] = t.ID
	}
	ps, err := s.store.Participations(ctx, a.Workspace, ids)
	if err != nil {
		return out, err
	}
	roles := map[desk.TicketID]Role{}
	for _, p := range ps {
		if p.Contact == id {
			roles[p.Ticket] = p.Role
		}
	}
	for _, t := range l.Tickets {
		out.Items = append(out.Items, ProfileTicket{
			ID: t.ID, Number: t.Number, Subject: t.Subject, Status: t.Status, Priority: t.Priority, Open: t.Open(),
			Role: roles[t.ID], CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt,
		})
	}
	return out, nil
}

func (s *Service) readMessages(ctx context.Context, a desk.Actor, id desk.ContactID, p desk.Page) (contacts.PartPage, error) {
	var out contacts.PartPage
	v, err := s.viewer(ctx, s.store, a)
	if err != nil {
		return out, err
	}
	n, err := p.Size()
	if err != nil {
		return out, err
	}
	scope := "tickets.MessagesPart\x00" + string(a.Workspace) + "\x00" + string(a.Kind) + "\x00" + string(id)
	after, _, err := s.cursors.Place(scope, p.Cursor)
	if err != nil {
		return out, err
	}
	var from desk.MessageID
	if after != nil {
		from = desk.MessageID(after.ID)
	}
	ms, total, err := s.store.ContactMessages(ctx, a.Workspace, id, from, n+1)
	if err != nil {
		return out, err
	}
	if len(ms) > n {
		ms = ms[:n]
		if out.Next, err = s.cursors.After(scope, desk.Position{ID: string(ms[n-1].ID)}); err != nil {
			return out, err
		}
	}
	if v.May(MayView) {
		out.Count = total // else it would count what the actor does not see
	}
	sees, err := s.seesTickets(ctx, v, ms)
	for _, m := range ms {
		if sees[m.Ticket] && m.Kind == Public {
			out.Items = append(out.Items, profileMessage(&m))
		}
	}
	return out, err
}

func profileMessage(m *Message) ProfileMessage {
	item := ProfileMessage{Ticket: m.Ticket, ID: m.ID, At: m.At, Channel: m.Channel, Text: m.Text}
	for _, f := range m.Attachments {
		item.Files = append(item.Files, f.Name)
	}
	return item
}

// seesTickets says of which of the messages' tickets the actor sees.
func (s *Service) seesTickets(ctx context.Context, v viewer, ms []Message) (map[desk.TicketID]bool, error) {
	sees := map[desk.TicketID]bool{}
	var ids []desk.TicketID
	for _, m := range ms {
		if _, ok := sees[m.Ticket]; !ok {
			sees[m.Ticket] = false
			ids = append(ids, m.Ticket)
		}
	}
	ts, err := s.store.TicketList(ctx, v.Workspace, ids)
	if err != nil {
		return nil, err
	}
	if ts, err = s.seen(ctx, v, ts); err != nil {
		return nil, err
	}
	for _, t := range ts {
		sees[t.ID] = true
	}
	return sees, nil
}
