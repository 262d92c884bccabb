package tickets

import (
	"context"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// History returns a page of a ticket's own log, newest first. It needs what Get
// needs, and is not for contacts: it tells of internal messages.
func (s *Service) History(ctx context.Context, a desk.Actor, id desk.TicketID, p desk.Page) (contacts.ActivityList, error) {
	l, err := s.history(ctx, a, id, p)
	if err != nil {
		return contacts.ActivityList{}, desk.In("tickets.History", err)
	}
	return l, nil
}

func (s *Service) history(ctx context.Context, a desk.Actor, id desk.TicketID, p desk.Page) (contacts.ActivityList, error) {
	var l contacts.ActivityList
	v, err := s.viewer(ctx, s.store, a)
	if err != nil {
		return l, err
	}
	if !v.seesInternal() {
		return l, denied("You may not read the log of tickets.")
	}
	if _, err := s.see(ctx, s.store, v, id); err != nil {
		return l, err
	}
	n, err := p.Size()
	if err != nil {
		return l, err
	}
	scope := "tickets.History\x00" + string(a.Workspace) + "\x00" + string(a.Kind) + "\x00" + string(id)
	after, _, err := s.cursors.Place(scope, p.Cursor)
	if err != nil {
		return l, err
	}
	find := contacts.EventFind{Subject: string(id)}
	if l.Count, err = s.store.CountEvents(ctx, a.Workspace, find); err != nil {
		return l, err
	}
	if after != nil {
		find.Before = desk.EventID(after.ID)
	}
	find.Limit = n + 1
	if l.Events, err = s.store.Events(ctx, a.Workspace, find); err != nil || len(l.Events) <= n {
		return l, err
	}
	l.Events = l.Events[:n]
	l.Next, err = s.cursors.After(scope, desk.Position{ID: string(l.Events[n-1].ID)})
	return l, err
}
