package tickets

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Participants returns the contacts on a ticket: the requester, then the others
// as they were added. It needs what Get needs. What the actor may not see of
// contacts is left out; a contact gets no addresses but its own, and nobody who
// is pending.
func (s *Service) Participants(ctx context.Context, a desk.Actor, id desk.TicketID) ([]Participant, error) {
	const op = "tickets.Participants"
	v, t, err := s.look(ctx, s.store, a, id)
	if err != nil {
		return nil, desk.In(op, err)
	}
	ps, err := s.participants(ctx, s.store, v, t.ID)
	return ps, desk.In(op, err)
}

func (s *Service) participants(ctx context.Context, r Reader, v viewer, id desk.TicketID) ([]Participant, error) {
	parts, err := r.Participations(ctx, v.Workspace, []desk.TicketID{id})
	if err != nil {
		return nil, err
	}
	parts = slices.DeleteFunc(parts, func(p Participation) bool { return p.Role == Pending && !v.seesInternal() })
	people, err := v.people(ctx, r, contactsOf(parts))
	if err != nil {
		return nil, err
	}
	all := make([]Participant, len(parts))
	for i, p := range parts {
		c := people[p.Contact]
		all[i] = Participant{Contact: p.Contact, Role: p.Role, Name: c.Name(), Email: c.Email, Active: c.State == contacts.Live && c.Active, AddedAt: p.AddedAt, AddedBy: p.AddedBy}
		if !v.seesInternal() {
			all[i].AddedBy = ""
		}
	}
	slices.SortStableFunc(all, func(x, y Participant) int {
		return cmp.Or(slices.Index(Roles, x.Role)-slices.Index(Roles, y.Role), x.AddedAt.Compare(y.AddedAt))
	})
	return all, nil
}

func contactsOf(ps []Participation) []desk.ContactID {
	ids := make([]desk.ContactID, len(ps))
	for i, p := range ps {
		ids[i] = p.Contact
	}
	return ids
}

// people reads contacts as the actor may see them beside a ticket.
func (v viewer) people(ctx context.Context, r contacts.Reader, ids []desk.ContactID) (map[desk.ContactID]*contacts.Contact, error) {
	m := make(map[desk.ContactID]*contacts.Contact, len(ids))
	for _, id := range ids {
		m[id] = &contacts.Contact{ID: id, State: contacts.Archived}
	}
	if len(m) == 0 {
		return m, nil
	}
	cs, err := r.Contacts(ctx, v.Workspace, slices.Sorted(maps.Keys(m)))
	if err != nil {
		return nil, err
	}
	for i := range cs {
		c := &cs[i]
		m[c.ID] = c
		active := c.Active
		contacts.Mask(v.Actor, c)
		c.Active = active // it says who sees the ticket
		if !v.seesInternal() && c.ID != v.contact() {
			// Without a name, it would be called by an address or a number.
			c.Email, c.Emails, c.Phones = "", nil, nil
		}
	}
	return m, nil
}

// SetParticipant puts a contact on a ticket, or gives one that is on it another
// role; the same role again is no change. Making a contact the requester makes
// the old one a participant. It needs MayParticipants. A contact that is not on
// the ticket yet must be live and one that the actor sees.
func (s *Service) SetParticipant(ctx context.Context, a desk.Actor, id desk.TicketID, contact desk.ContactID, role Role) error {
	const op = "tickets.SetParticipant"
	input := struct {
		ID      desk.TicketID
		Contact desk.ContactID
		Role    Role
	}{id, contact, role}
	_, err := s.write(ctx, a, op, input, func(tx Tx) ([]string, error) {
		return nil, s.setParticipant(ctx, tx, a, id, contact, role, true)
	})
	if err == nil {
		s.wrote(ctx, a.Workspace, 1)
	}
	return desk.In(op, err)
}

// SetParticipantIn is SetParticipant within the caller's transaction.
func (s *Service) SetParticipantIn(ctx context.Context, tx Tx, a desk.Actor, id desk.TicketID, contact desk.ContactID, role Role) error {
	return desk.In("tickets.SetParticipantIn", s.setParticipant(ctx, tx, a, id, contact, role, true))
}

// AddIn is SetParticipantIn for a contact that may be on the ticket already: the
// role that it has stays then.
func (s *Service) AddIn(ctx context.Context, tx Tx, a desk.Actor, id desk.TicketID, contact desk.ContactID, role Role) error {
	return desk.In("tickets.AddIn", s.setParticipant(ctx, tx, a, id, contact, role, false))
}

func (s *Service) setParticipant(ctx context.Context, tx Tx, a desk.Actor, id desk.TicketID, contact desk.ContactID, role Role, change bool) error {
	if err := need(a, "say who takes part in tickets", MayParticipants); err != nil {
		return err
	}
	if !slices.Contains(Roles, role) {
		return invalid("role", "There is no such role.")
	}
	v, l, err := s.lockLive(ctx, tx, a, id)
	if err != nil {
		return err
	}
	was := roleOf(l.parts, contact)
	switch {
	case was == role, was != "" && !change:
		return nil
	case was == "":
		people, err := linkable(ctx, tx, a, []desk.ContactID{contact})
		if err != nil {
			return err
		}
		if _, ok := people[contact]; !ok {
			return noContact("contact")
		}
		if len(l.parts) >= MaxParticipants {
			return tooManyPeople()
		}
	}
	return s.keepPart(ctx, tx, v, l, contact, was, role)
}

// keepPart writes a contact's new role.
func (s *Service) keepPart(ctx context.Context, tx Tx, v viewer, l *locked, contact desk.ContactID, was, role Role) error {
	now := desk.Moment(s.now())
	j := s.entries(v.Actor, now, "")
	var put []Participation
	if role == Requester && l.Requester != "" {
		// First, since a ticket has one requester at most.
		put = append(put, l.setRole(l.Requester, Participating))
		if err := logPart(j, l.ID, l.Requester, Requester, Participating); err != nil {
			return err
		}
	}
	if was == "" {
		l.parts = append(l.parts, Participation{Ticket: l.ID, Contact: contact, AddedAt: now, AddedBy: v.ID})
	}
	put = append(put, l.setRole(contact, role))
	switch {
	case role == Requester:
		l.Requester = contact
	case was == Requester:
		l.Requester = ""
	}
	if err := tx.PutParticipations(ctx, v.Workspace, put); err != nil {
		return err
	}
	if err := logPart(j, l.ID, contact, was, role); err != nil {
		return err
	}
	if !SeesAs(was, true, Live) && SeesAs(role, true, Live) {
		j.Tell(desk.Notice{Type: NoticeParticipant, Ticket: l.ID, To: []desk.ContactID{contact}})
	}
	return s.keepParts(ctx, tx, v, l, j)
}

// setRole gives a contact on the ticket a role, and returns its part.
func (l *locked) setRole(contact desk.ContactID, role Role) Participation {
	i := slices.IndexFunc(l.parts, func(p Participation) bool { return p.Contact == contact })
	l.parts[i].Role = role
	return l.parts[i]
}

// keepParts writes a ticket whose participants have changed.
func (s *Service) keepParts(ctx context.Context, tx Tx, v viewer, l *locked, j *desk.Entries) error {
	set, err := settingsOf(ctx, tx, v.Workspace)
	if err != nil {
		return err
	}
	l.UpdatedAt = j.Now
	if err := tx.UpdateTicket(ctx, v.Workspace, record(l.Ticket, l.parts, set), l.Version); err != nil {
		return err
	}
	return tx.Record(ctx, v.Workspace, j.All...)
}

// logPart adds the event of a contact's new role, "" for none, and one in the
// contact's own log. That one does not name the ticket: who reads a contact's
// log may not see it.
func logPart(j *desk.Entries, t desk.TicketID, contact desk.ContactID, was, is Role) error {
	verb, said := VerbParticipantChanged, "Has another part in a ticket now: "+string(is)+"."
	switch {
	case was == "":
		verb, said = VerbParticipantAdded, "Put on a ticket as "+string(is)+"."
	case is == "":
		verb, said = VerbParticipantRemoved, "Taken off a ticket."
	}
	if err := j.Add(verb, string(contact), said, false, nil); err != nil {
		return err
	}
	change := desk.Change{Field: "participant " + string(contact), Old: string(was), New: string(is)}
	return j.Add(verb, string(t), "Participants changed.", false, []desk.Change{change})
}

// RemoveParticipant takes a contact off a ticket; one that is not on it is no
// change. It needs MayParticipants; a participant may leave by itself.
func (s *Service) RemoveParticipant(ctx context.Context, a desk.Actor, id desk.TicketID, contact desk.ContactID) error {
	const op = "tickets.RemoveParticipant"
	input := struct {
		ID      desk.TicketID
		Contact desk.ContactID
	}{id, contact}
	_, err := s.write(ctx, a, op, input, func(tx Tx) ([]string, error) {
		return nil, s.removeParticipant(ctx, tx, a, id, contact)
	})
	if err == nil {
		s.wrote(ctx, a.Workspace, 1)
	}
	return desk.In(op, err)
}

func (s *Service) removeParticipant(ctx context.Context, tx Tx, a desk.Actor, id desk.TicketID, contact desk.ContactID) error {
	leaves := a.Kind == desk.ContactActor && string(contact) == a.ID
	if !leaves {
		if err := need(a, "say who takes part in tickets", MayParticipants); err != nil {
			return err
		}
	}
	v, l, err := s.lockLive(ctx, tx, a, id)
	if err != nil {
		return err
	}
	was := roleOf(l.parts, contact)
	switch {
	case was == "":
		return nil
	case leaves && was == Requester:
		return denied("The requester cannot leave the ticket.")
	}
	if err := tx.DeleteParticipation(ctx, v.Workspace, id, contact); err != nil {
		return err
	}
	l.parts = slices.DeleteFunc(l.parts, func(p Participation) bool { return p.Contact == contact })
	if was == Requester {
		l.Requester = ""
	}
	j := s.entries(a, desk.Moment(s.now()), "")
	if err := logPart(j, id, contact, was, ""); err != nil {
		return err
	}
	return s.keepParts(ctx, tx, v, l, j)
}
