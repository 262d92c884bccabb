package tickets

import (
	"context"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Messages returns a page of a ticket's messages. It needs what Get needs;
// contacts get public messages only.
func (s *Service) Messages(ctx context.Context, a desk.Actor, id desk.TicketID, q MessageQuery, p desk.Page) (MessageList, error) {
	l, err := s.messages(ctx, a, id, q, p)
	if err != nil {
		return MessageList{}, desk.In("tickets.Messages", err)
	}
	return l, nil
}

func (s *Service) messages(ctx context.Context, a desk.Actor, id desk.TicketID, q MessageQuery, p desk.Page) (MessageList, error) {
	var l MessageList
	if q.Kind != "" && q.Kind != Public && q.Kind != Internal {
		return l, invalid("kind", "There is no such kind of message.")
	}
	v, t, err := s.look(ctx, s.store, a, id)
	if err != nil {
		return l, err
	}
	kind, ok := v.kinds(q.Kind)
	if !ok {
		return l, nil
	}
	n, err := p.Size()
	if err != nil {
		return l, err
	}
	scope := "tickets.Messages\x00" + string(a.Workspace) + "\x00" + string(a.Kind) + "\x00" + string(id) + "\x00" + string(kind)
	if q.Newest {
		scope += "\x00newest"
	}
	after, before, err := s.cursors.Place(scope, p.Cursor)
	if err != nil {
		return l, err
	}
	f := MessageFind{Ticket: id, Kind: kind, Limit: n + 1}
	ms, more, err := s.pageOf(ctx, v.Workspace, f, q.Newest, after, before)
	if err != nil {
		return l, err
	}
	places := placesOf(ms)
	if l.Next, l.Prev, err = s.cursors.Neighbours(scope, after, before, places, more); err != nil {
		return l, err
	}
	l.Messages, l.Count = ms, countOf(&t, kind)
	return l, s.dress(ctx, s.store, v, ms, HTMLOptions{RemoteImages: q.RemoteImages, OwnHosts: q.OwnHosts})
}

func placesOf(ms []Message) []desk.Position {
	places := make([]desk.Position, len(ms))
	for i, m := range ms {
		places[i] = desk.Position{ID: string(m.ID)}
	}
	return places
}

// kinds returns the kind that a query is limited to; false: the actor sees
// none of what is asked for.
func (v viewer) kinds(asked MessageKind) (MessageKind, bool) {
	if v.seesInternal() {
		return asked, true
	}
	return Public, asked != Internal
}

func countOf(t *Ticket, k MessageKind) int {
	switch k {
	case Public:
		return t.PublicMessages
	case Internal:
		return t.Messages - t.PublicMessages
	}
	return t.Messages
}

// pageOf reads a page and whether there are more in its direction.
func (s *Service) pageOf(ctx context.Context, w desk.WorkspaceID, f MessageFind, newest bool, after, before *desk.Position) ([]Message, bool, error) {
	f.Desc = newest
	switch {
	case after != nil && newest:
		f.Before = desk.MessageID(after.ID)
	case after != nil:
		f.After = desk.MessageID(after.ID)
	case before != nil && newest:
		f.After, f.Desc = desk.MessageID(before.ID), false
	case before != nil:
		f.Before, f.Desc = desk.MessageID(before.ID), true
	}
	ms, err := s.store.TicketMessages(ctx, w, f)
	if err != nil {
		return nil, false, err
	}
	more := len(ms) == f.Limit
	if more {
		ms = ms[:f.Limit-1]
	}
	if f.Desc != newest {
		for i, j := 0, len(ms)-1; i < j; i, j = i+1, j-1 {
			ms[i], ms[j] = ms[j], ms[i]
		}
	}
	return ms, more, nil
}

// Message returns one message of a ticket. It needs what Messages needs.
func (s *Service) Message(ctx context.Context, a desk.Actor, t desk.TicketID, m desk.MessageID) (Message, error) {
	const op = "tickets.Message"
	msg, err := s.message(ctx, a, t, m)
	return msg, desk.In(op, err)
}

func (s *Service) message(ctx context.Context, a desk.Actor, t desk.TicketID, id desk.MessageID) (Message, error) {
	v, _, err := s.look(ctx, s.store, a, t)
	if err != nil {
		return Message{}, asNotFound(err, messageNotFound())
	}
	m, err := s.messageOf(ctx, s.store, v, t, id)
	if err != nil {
		return Message{}, err
	}
	one := []Message{m}
	err = s.dress(ctx, s.store, v, one, HTMLOptions{})
	return one[0], err
}

// messageOf returns a message of a ticket that the actor sees.
func (s *Service) messageOf(ctx context.Context, r Reader, v viewer, t desk.TicketID, id desk.MessageID) (Message, error) {
	if !desk.IsID("message", string(id)) {
		return Message{}, messageNotFound()
	}
	m, err := r.TicketMessage(ctx, v.Workspace, t, id)
	if err == nil && m.Kind != Public && !v.seesInternal() {
		err = messageNotFound()
	}
	return m, asNotFound(err, messageNotFound())
}

// dress adds the authors' names, sanitises HTML once more, and takes away what
// the actor may not see.
func (s *Service) dress(ctx context.Context, r Reader, v viewer, ms []Message, o HTMLOptions) error {
	var ids []desk.ContactID
	members := false
	for _, m := range ms {
		if m.Contact != "" {
			ids = append(ids, m.Contact)
		}
		members = members || m.AuthorKind == desk.MemberActor
	}
	people, err := v.people(ctx, r, ids)
	if err != nil {
		return err
	}
	var set Settings
	if members {
		if set, err = settingsOf(ctx, r, v.Workspace); err != nil {
			return err
		}
	}
	for i := range ms {
		v.dressOne(&ms[i], people, set)
		if ms[i].HTML != "" {
			o.ContentIDs = contentIDs(ms[i].Attachments)
			ms[i].HTML = SanitizeHTML(ms[i].HTML, o)
		}
	}
	return nil
}

func (v viewer) dressOne(m *Message, people map[desk.ContactID]*contacts.Contact, set Settings) {
	switch {
	case m.Contact != "":
		m.AuthorName = people[m.Contact].Name()
	case m.AuthorKind == desk.MemberActor:
		m.AuthorName = set.AssigneeName(m.AuthorID)
	}
	if !v.seesInternal() {
		m.Email = nil
		if m.Contact != v.contact() {
			m.AuthorID = ""
		}
	} else if contacts.AccessTo(v.Actor, "email") == desk.Hidden {
		m.Email = nil
	}
}
