package tickets

import (
	"context"

	"github.com/deskfolk/desk"
)

// Get returns a ticket. It needs MayView, or MayViewAssigned for a ticket that
// is assigned to the actor; a contact needs a part in it (see [SeesAs]). One in
// the bin is there for those who may delete or purge.
func (s *Service) Get(ctx context.Context, a desk.Actor, id desk.TicketID) (Ticket, error) {
	const op = "tickets.Get"
	v, t, err := s.look(ctx, s.store, a, id)
	if err != nil {
		return Ticket{}, desk.In(op, err)
	}
	v.shown(&t)
	return t, nil
}

// ByNumber returns the ticket with a number. It needs what Get needs.
func (s *Service) ByNumber(ctx context.Context, a desk.Actor, number int64) (Ticket, error) {
	const op = "tickets.ByNumber"
	v, err := s.viewer(ctx, s.store, a)
	if err != nil {
		return Ticket{}, desk.In(op, err)
	}
	t, err := s.store.TicketByNumber(ctx, a.Workspace, number)
	if err == nil {
		err = s.mustSee(ctx, s.store, v, &t)
	}
	if err != nil {
		return Ticket{}, desk.In(op, asNotFound(err, notFound()))
	}
	v.shown(&t)
	return t, nil
}

// look returns a ticket, and the actor as one who sees it.
func (s *Service) look(ctx context.Context, r Reader, a desk.Actor, id desk.TicketID) (viewer, Ticket, error) {
	v, err := s.viewer(ctx, r, a)
	if err != nil {
		return v, Ticket{}, err
	}
	t, err := s.see(ctx, r, v, id)
	return v, t, err
}

// see returns a ticket that the actor sees.
func (s *Service) see(ctx context.Context, r Reader, v viewer, id desk.TicketID) (Ticket, error) {
	if !desk.IsID("ticket", string(id)) {
		return Ticket{}, notFound()
	}
	t, err := r.Ticket(ctx, v.Workspace, id)
	if err != nil {
		return Ticket{}, asNotFound(err, notFound())
	}
	if err := s.mustSee(ctx, r, v, &t); err != nil {
		return Ticket{}, err
	}
	return t, nil
}

// mustSee refuses, as notFound, a ticket that the actor does not see.
func (s *Service) mustSee(ctx context.Context, r Reader, v viewer, t *Ticket) error {
	var role Role
	if v.Kind == desk.ContactActor {
		ps, err := r.Participations(ctx, v.Workspace, []desk.TicketID{t.ID})
		if err != nil {
			return err
		}
		role = roleOf(ps, v.contact())
	}
	if !v.sees(t, role) {
		return notFound()
	}
	return nil
}

// roleOf returns the role of a contact, or "".
func roleOf(ps []Participation, c desk.ContactID) Role {
	for _, p := range ps {
		if p.Contact == c {
			return p.Role
		}
	}
	return ""
}

// locked is a ticket that a transaction is about to change.
type locked struct {
	Ticket
	parts []Participation
	// role is a contact's own.
	role Role
}

// lock locks a ticket that the actor sees, and reads who takes part.
func (s *Service) lock(ctx context.Context, tx Tx, v viewer, id desk.TicketID) (*locked, error) {
	if !desk.IsID("ticket", string(id)) {
		return nil, notFound()
	}
	t, err := tx.LockTicket(ctx, v.Workspace, id)
	if err != nil {
		return nil, asNotFound(err, notFound())
	}
	ps, err := tx.Participations(ctx, v.Workspace, []desk.TicketID{id})
	if err != nil {
		return nil, err
	}
	l := &locked{Ticket: t, parts: ps, role: roleOf(ps, v.contact())}
	if v.Kind != desk.ContactActor {
		l.role = ""
	}
	if !v.sees(&t, l.role) {
		return nil, notFound()
	}
	return l, nil
}

// lockLive locks a ticket as lock does, and refuses one that is in the bin. It
// returns the actor as one who sees it.
func (s *Service) lockLive(ctx context.Context, tx Tx, a desk.Actor, id desk.TicketID) (viewer, *locked, error) {
	v, err := s.viewer(ctx, tx, a)
	if err != nil {
		return v, nil, err
	}
	l, err := s.lock(ctx, tx, v, id)
	if err == nil && l.State == Binned {
		err = conflict("", "This ticket is in the recycle bin. Restore it first.")
	}
	return v, l, err
}

// set reads the settings with their defaults.
func settingsOf(ctx context.Context, r Reader, w desk.WorkspaceID) (Settings, error) {
	set, err := r.TicketSettings(ctx, w)
	return set.withDefaults(), err
}
