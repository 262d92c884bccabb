package contacts

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/deskfolk/desk"
)

// Get returns a contact. An archived duplicate gives the contact that it was
// merged into; one in the bin is there for those who may delete or purge. It
// needs MayView, or MayViewOwn for a contact of the actor's own.
func (s *Service) Get(ctx context.Context, a desk.Actor, id desk.ContactID) (Contact, error) {
	c, err := s.get(ctx, s.store, a, id)
	if err == nil {
		err = s.shown(ctx, s.store, a, &c)
	}
	if err != nil {
		return Contact{}, desk.In("contacts.Get", err)
	}
	return c, nil
}

// maxMerges is how many merges after each other an id is followed through.
const maxMerges = 50

// get returns a contact that the actor sees, with all its fields.
func (s *Service) get(ctx context.Context, r Reader, a desk.Actor, id desk.ContactID) (Contact, error) {
	return seen(ctx, r, a, id)
}

func seen(ctx context.Context, r Reader, a desk.Actor, id desk.ContactID) (Contact, error) {
	if err := needView(a); err != nil {
		return Contact{}, err
	}
	for range maxMerges {
		if !desk.IsID("contact", string(id)) {
			return Contact{}, notFound()
		}
		c, err := r.Contact(ctx, a.Workspace, id)
		switch {
		case desk.KindOf(err) == desk.NotFound:
			return Contact{}, notFound()
		case err != nil:
			return Contact{}, err
		case c.State == Archived && c.MergedInto != "":
			id = c.MergedInto
			continue
		case !sees(a, &c):
			return Contact{}, notFound()
		}
		return c, nil
	}
	return Contact{}, notFound()
}

// GetByEmail returns the live contact whose main address this is, in whatever
// spelling. It needs what Get needs.
func (s *Service) GetByEmail(ctx context.Context, a desk.Actor, email string) (Contact, error) {
	c, err := s.byEmail(ctx, a, email)
	if err != nil {
		return Contact{}, desk.In("contacts.GetByEmail", err)
	}
	return c, nil
}

func (s *Service) byEmail(ctx context.Context, a desk.Actor, email string) (Contact, error) {
	if err := needView(a); err != nil {
		return Contact{}, err
	}
	if accessTo(a, fEmail) == desk.Hidden {
		return Contact{}, restricted("email", desk.Hidden)
	}
	e, err := ParseEmail(email)
	if err != nil {
		return Contact{}, err
	}
	c, err := s.store.ContactByEmail(ctx, a.Workspace, e.Key)
	if desk.KindOf(err) == desk.NotFound || err == nil && !sees(a, &c) {
		return Contact{}, notFound()
	}
	if err == nil {
		err = s.shown(ctx, s.store, a, &c)
	}
	return c, err
}

// GetByExternal returns the live contact that has the host's key in a source.
// It needs what Get needs.
func (s *Service) GetByExternal(ctx context.Context, a desk.Actor, source, key string) (Contact, error) {
	const op = "contacts.GetByExternal"
	key, err := checkExternal(source, key)
	if err != nil {
		return Contact{}, desk.In(op, err)
	}
	cs, err := s.match(ctx, a, Identity{External: map[string]string{source: key}})
	if err == nil && len(cs) == 0 {
		err = notFound()
	}
	if err != nil {
		return Contact{}, desk.In(op, err)
	}
	return cs[0], nil
}

// Match returns the live contacts that are known under any part of the
// identity, those by their main address first: who writes from this address,
// who calls from this number. What cannot be read as an address or a number
// matches nobody. It needs MayView, or MayViewOwn for own contacts.
func (s *Service) Match(ctx context.Context, a desk.Actor, who Identity) ([]Contact, error) {
	cs, err := s.match(ctx, a, who)
	if err != nil {
		return nil, desk.In("contacts.Match", err)
	}
	return cs, nil
}

func (s *Service) match(ctx context.Context, a desk.Actor, who Identity) ([]Contact, error) {
	if err := needView(a); err != nil {
		return nil, err
	}
	keys, err := s.identityKeys(ctx, a, who)
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	found, err := s.store.FindKeys(ctx, a.Workspace, keys)
	if err != nil {
		return nil, err
	}
	main := map[desk.ContactID]bool{}
	for _, m := range found {
		if m.Key.Kind == KeyEmail && !mayMatchEmail(a, m.Main) {
			continue
		}
		main[m.ID] = main[m.ID] || m.Main
	}
	if len(main) == 0 {
		return nil, nil
	}
	cs, err := s.store.Contacts(ctx, a.Workspace, slices.Collect(maps.Keys(main)))
	if err != nil {
		return nil, err
	}
	cs = slices.DeleteFunc(cs, func(c Contact) bool { return c.State != Live || !sees(a, &c) })
	slices.SortFunc(cs, func(x, y Contact) int {
		if main[x.ID] != main[y.ID] {
			if main[x.ID] {
				return -1
			}
			return 1
		}
		return cmp.Compare(x.ID, y.ID)
	})
	return cs, s.shown(ctx, s.store, a, pointers(cs)...)
}

// mayMatchEmail reports whether the actor may learn that the address is a
// contact's main, or a labelled one.
func mayMatchEmail(a desk.Actor, main bool) bool {
	if main {
		return accessTo(a, fEmail) != desk.Hidden
	}
	return accessTo(a, fEmails) != desk.Hidden
}

// identityKeys returns the keys of an identity. A field that is hidden from
// the actor cannot be asked for.
func (s *Service) identityKeys(ctx context.Context, a desk.Actor, who Identity) ([]Key, error) {
	var keys []Key
	if who.Email != "" {
		if !mayMatchEmail(a, true) && !mayMatchEmail(a, false) {
			return nil, restricted("email", desk.Hidden)
		}
		if e, err := ParseEmail(who.Email); err == nil {
			keys = append(keys, Key{KeyEmail, e.Key})
		}
	}
	if who.Phone != "" {
		if accessTo(a, fPhones) == desk.Hidden {
			return nil, restricted("phones", desk.Hidden)
		}
		set, err := s.store.Settings(ctx, a.Workspace)
		if err != nil {
			return nil, err
		}
		if e164, ok := ParsePhone(who.Phone, set.Region); ok {
			keys = append(keys, Key{KeyPhone, e164})
		}
	}
	if len(who.External) > 0 && a.Access("contact."+external) == desk.Hidden {
		return nil, restricted(external, desk.Hidden)
	}
	for _, source := range slices.Sorted(maps.Keys(who.External)) {
		if key, err := checkExternal(source, who.External[source]); err == nil && key != "" {
			keys = append(keys, ExternalKey(source, key))
		}
	}
	return keys, nil
}

func pointers(cs []Contact) []*Contact {
	ps := make([]*Contact, len(cs))
	for i := range cs {
		ps[i] = &cs[i]
	}
	return ps
}
