package contacts

import (
	"context"

	"github.com/deskfolk/desk"
)

// List returns one page of the contacts that match and that the actor sees.
// The text is not looked for in fields that are hidden from the actor; a
// filter or an order by one is refused with [ErrRestricted].
func (s *Service) List(ctx context.Context, a desk.Actor, q Query, p desk.Page) (List, error) {
	l, err := s.list(ctx, a, q, p)
	if err != nil {
		return List{}, desk.In("contacts.List", err)
	}
	return l, nil
}

func (s *Service) list(ctx context.Context, a desk.Actor, q Query, p desk.Page) (List, error) {
	if err := needView(a); err != nil {
		return List{}, err
	}
	f, err := s.find(ctx, s.store, a, q)
	if err != nil {
		return List{}, err
	}
	if f.Limit, err = p.Size(); err != nil {
		return List{}, err
	}
	scope := listScope(a, q, f.Sort)
	if f.After, f.Before, err = s.cursors.Place(scope, p.Cursor); err != nil {
		return List{}, err
	}
	found, err := s.store.Find(ctx, a.Workspace, f)
	if err != nil {
		return List{}, err
	}
	if f.Before != nil && len(found.Contacts) == 0 {
		// What stood ahead is gone: the list begins here now.
		f.Before = nil
		if found, err = s.store.Find(ctx, a.Workspace, f); err != nil {
			return List{}, err
		}
	}
	l := List{Contacts: found.Contacts, Count: found.Count, CountAbout: found.CountAbout}
	l.Next, l.Prev, err = s.cursors.Neighbours(scope, f.After, f.Before, found.Positions, found.More)
	if err != nil {
		return List{}, err
	}
	return l, s.shown(ctx, s.store, a, pointers(l.Contacts)...)
}

// listScope is what a cursor is bound to.
func listScope(a desk.Actor, q Query, by Sort) string {
	q.Count = false
	q.Sort = by
	return "contacts.List\x00" + string(a.Workspace) + "\x00" + string(a.Kind) + "\x00" + q.Values().Encode()
}
