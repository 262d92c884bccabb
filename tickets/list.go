package tickets

import (
	"context"
	"slices"

	"github.com/deskfolk/desk"
)

// List returns one page of the tickets that match and that the actor sees. It
// needs what Get needs.
func (s *Service) List(ctx context.Context, a desk.Actor, q Query, p desk.Page) (List, error) {
	l, err := s.list(ctx, a, q, p)
	if err != nil {
		return List{}, desk.In("tickets.List", err)
	}
	return l, nil
}

func (s *Service) list(ctx context.Context, a desk.Actor, q Query, p desk.Page) (List, error) {
	v, err := s.viewer(ctx, s.store, a)
	if err != nil {
		return List{}, err
	}
	f, err := v.find(q)
	if err != nil {
		return List{}, err
	}
	if f.Limit, err = p.Size(); err != nil {
		return List{}, err
	}
	scope := "tickets.List\x00" + string(a.Workspace) + "\x00" + string(a.Kind) + "\x00" + q.Values().Encode()
	if f.After, f.Before, err = s.cursors.Place(scope, p.Cursor); err != nil {
		return List{}, err
	}
	found, err := s.store.FindTickets(ctx, a.Workspace, f)
	if err == nil && f.Before != nil && len(found.Tickets) == 0 {
		// What stood ahead is gone: the list begins here now.
		f.Before = nil
		found, err = s.store.FindTickets(ctx, a.Workspace, f)
	}
	if err != nil {
		return List{}, err
	}
	l := List{Count: found.Count, CountAbout: found.CountAbout}
	if l.Next, l.Prev, err = s.cursors.Neighbours(scope, f.After, f.Before, found.Positions, found.More); err != nil {
		return List{}, err
	}
	l.Tickets, err = s.seen(ctx, v, found.Tickets)
	return l, err
}

// seen keeps the tickets that the actor sees as they are now: a row is read
// after the index, and may have changed in between.
func (s *Service) seen(ctx context.Context, v viewer, ts []Ticket) ([]Ticket, error) {
	roles := map[desk.TicketID]Role{}
	if v.Kind == desk.ContactActor && len(ts) > 0 {
		ids := make([]desk.TicketID, len(ts))
		for i, t := range ts {
			ids[i] = t.ID
		}
		ps, err := s.store.Participations(ctx, v.Workspace, ids)
		if err != nil {
			return nil, err
		}
		for _, p := range ps {
			if p.Contact == v.contact() {
				roles[p.Ticket] = p.Role
			}
		}
	}
	ts = slices.DeleteFunc(ts, func(t Ticket) bool { return !v.sees(&t, roles[t.ID]) })
	for i := range ts {
		v.shown(&ts[i])
	}
	return ts, nil
}

// Count returns the number of tickets in the filter that the actor sees. Like
// [List.Count] it can be an upper bound for a text of thousands of matches.
func (s *Service) Count(ctx context.Context, a desk.Actor, f Filter) (int, error) {
	const op = "tickets.Count"
	v, err := s.viewer(ctx, s.store, a)
	if err != nil {
		return 0, desk.In(op, err)
	}
	find, err := v.find(Query{Filter: f})
	if err != nil {
		return 0, desk.In(op, err)
	}
	find.Limit = 1
	found, err := s.store.FindTickets(ctx, a.Workspace, find)
	return found.Count, desk.In(op, err)
}

// exportPage is how many tickets Each reads at once.
const exportPage = 500

// Each calls fn for all tickets that match and that the actor sees, and ends
// with its first error. They are read a page at a time, so that memory does not
// grow with their number. It needs MayExport and what Get needs, and notes a
// compliance event before the first ticket. Tickets that are changed meanwhile
// come once, or not if they moved back in the order.
func (s *Service) Each(ctx context.Context, a desk.Actor, q Query, fn func(Ticket) error) error {
	return desk.In("tickets.Each", s.each(ctx, a, q, fn))
}

func (s *Service) each(ctx context.Context, a desk.Actor, q Query, fn func(Ticket) error) error {
	if err := need(a, "export tickets", MayExport); err != nil {
		return err
	}
	v, err := s.viewer(ctx, s.store, a)
	if err != nil {
		return err
	}
	f, err := v.find(q)
	if err != nil {
		return err
	}
	what := "all"
	if v := q.Values().Encode(); v != "" {
		what = v
	}
	j := s.entries(a, desk.Moment(s.now()), "")
	if err := j.Add(VerbExported, "", "Tickets exported: "+what+".", true, nil); err != nil {
		return err
	}
	if err := s.store.Update(ctx, func(tx Tx) error { return tx.Record(ctx, a.Workspace, j.All...) }); err != nil {
		return err
	}
	f.Limit = exportPage
	for {
		found, err := s.store.FindTickets(ctx, a.Workspace, f)
		if err != nil {
			return err
		}
		ts, err := s.seen(ctx, v, found.Tickets)
		if err != nil {
			return err
		}
		for _, t := range ts {
			if err := fn(t); err != nil {
				return err
			}
		}
		if !found.More || len(found.Positions) == 0 {
			return nil
		}
		f.After = &found.Positions[len(found.Positions)-1]
	}
}

// ContactsOf returns the ids of the contacts on a ticket, in all roles that the
// actor may know of, for contacts.Filter.IDs. It needs what Get needs.
func (s *Service) ContactsOf(ctx context.Context, a desk.Actor, id desk.TicketID) ([]desk.ContactID, error) {
	ps, err := s.Participants(ctx, a, id)
	ids := make([]desk.ContactID, len(ps))
	for i, p := range ps {
		ids[i] = p.Contact
	}
	return ids, err
}
