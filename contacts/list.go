package contacts

import (
	"context"
	"iter"

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

// exportPage is how many contacts All reads at once.
const exportPage = 500

// All returns all contacts that match and that the actor sees, a page at a
// time, so that memory does not grow with their number. It needs MayExport
// and notes a compliance event before the first contact. Contacts that are
// changed meanwhile come once, or not if they moved back in the order. It ends
// after the first error.
func (s *Service) All(ctx context.Context, a desk.Actor, q Query) iter.Seq2[Contact, error] {
	return func(yield func(Contact, error) bool) {
		if err := s.all(ctx, a, q, yield); err != nil {
			yield(Contact{}, desk.In("contacts.All", err))
		}
	}
}

func (s *Service) all(ctx context.Context, a desk.Actor, q Query, yield func(Contact, error) bool) error {
	if err := need(a, "export contacts", MayExport); err != nil {
		return err
	}
	if err := needView(a); err != nil {
		return err
	}
	q.Count = false
	f, err := s.find(ctx, s.store, a, q)
	if err != nil {
		return err
	}
	if err := s.noteExport(ctx, a, q); err != nil {
		return err
	}
	f.Limit = exportPage
	for {
		found, err := s.store.Find(ctx, a.Workspace, f)
		if err != nil {
			return err
		}
		if err := s.shown(ctx, s.store, a, pointers(found.Contacts)...); err != nil {
			return err
		}
		for _, c := range found.Contacts {
			if !yield(c, nil) {
				return nil
			}
		}
		if !found.More || len(found.Positions) == 0 {
			return nil
		}
		f.After = &found.Positions[len(found.Positions)-1]
	}
}

func (s *Service) noteExport(ctx context.Context, a desk.Actor, q Query) error {
	j := s.journal(a, desk.Moment(s.now()), "")
	what := "all"
	if v := q.Values().Encode(); v != "" {
		what = v
	}
	if err := j.Add(VerbExported, "", "Contacts exported: "+what+".", true, nil); err != nil {
		return err
	}
	return s.store.Update(ctx, func(tx Tx) error { return tx.Record(ctx, a.Workspace, j.All...) })
}
