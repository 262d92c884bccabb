package notify

import (
	"context"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Preferences returns a contact's preferences; the defaults have Version 0. A
// contact may read its own; a member those of the contacts that it sees.
func (s *Service) Preferences(ctx context.Context, a desk.Actor, id desk.ContactID) (Preferences, error) {
	const op = "notify.Preferences"
	c, err := s.seen(ctx, s.store, a, id, "")
	if err != nil {
		return Preferences{}, desk.In(op, err)
	}
	p, err := preferencesOf(ctx, s.store, a.Workspace, c.ID)
	return p, desk.In(op, err)
}

func preferencesOf(ctx context.Context, r Reader, w desk.WorkspaceID, id desk.ContactID) (Preferences, error) {
	all, err := r.Preferences(ctx, w, []desk.ContactID{id})
	if p, ok := all[id]; ok {
		return p, err
	}
	return Preferences{Contact: id}, err
}

// seen returns the contact whose messages the actor asks about. Of a contact
// as actor that is itself, while it is active; of others each contact that they see,
// with the permission, if one is named.
func (s *Service) seen(ctx context.Context, r Reader, a desk.Actor, id desk.ContactID, p desk.Permission) (contacts.Contact, error) {
	if err := contacts.CheckActor(a); err != nil {
		return contacts.Contact{}, err
	}
	if a.Kind == desk.ContactActor {
		c, err := r.Contact(ctx, a.Workspace, id)
		if desk.KindOf(err) == desk.NotFound || err == nil && (string(c.ID) != a.ID || c.State != contacts.Live || !c.Active) {
			return contacts.Contact{}, noContact()
		}
		return c, err
	}
	if p != "" && !a.May(p) {
		return contacts.Contact{}, desk.Errorf(desk.Denied, "", "You may not change what contacts are told.")
	}
	c, err := contacts.Seen(ctx, r, a, id)
	if k := desk.KindOf(err); k == desk.NotFound {
		err = noContact()
	}
	return c, err
}

func noContact() error { return desk.Errorf(desk.NotFound, "", "There is no such contact.") }

// SavePreferences replaces a contact's preferences; the version is that of
// those they were made from, else the error is contacts.ErrStale. A contact may
// change its own, a member with MayPreferences those of the contacts that it sees.
func (s *Service) SavePreferences(ctx context.Context, a desk.Actor, p Preferences) (Preferences, error) {
	const op = "notify.SavePreferences"
	for name := range p.Types {
		if t := s.byName[name]; t == nil || t.Class == Direct || t.Always {
			return Preferences{}, desk.In(op, invalid("types", "There is no choice about messages of the type %.60q.", name))
		}
	}
	kept := p
	replay, err := s.write(ctx, a, op, p, func(tx Tx) ([]string, error) {
		c, err := s.seen(ctx, tx, a, p.Contact, MayPreferences)
		if err != nil {
			return nil, err
		}
		kept, err = s.savePreferences(ctx, tx, a, c.ID, p)
		return []string{string(c.ID)}, err
	})
	if err == nil && replay != nil {
		kept, err = preferencesOf(ctx, s.store, a.Workspace, desk.ContactID(replay[0]))
	}
	if err != nil {
		return Preferences{}, desk.In(op, err)
	}
	return kept, nil
}

func (s *Service) savePreferences(ctx context.Context, tx Tx, a desk.Actor, id desk.ContactID, p Preferences) (Preferences, error) {
	before, err := preferencesOf(ctx, tx, a.Workspace, id)
	if err != nil {
		return p, err
	}
	p.Contact = id
	p.Version++
	if err := tx.PutPreferences(ctx, a.Workspace, p); err != nil {
		return p, err
	}
	j := s.journal(a)
	if err := j.Add(VerbPreferences, string(id), "What the contact is told was changed.", false, switchDiff("", before.Types, p.Types)); err != nil {
		return p, err
	}
	return p, tx.Record(ctx, a.Workspace, j.All...)
}
