package contacts

import (
	"context"
	"slices"
	"time"

	"github.com/deskfolk/desk"
)

// Create makes a contact. It needs MayCreate; for a company that is not there
// yet also MayModify, for portal access also MayManagePortal. A main address
// or external id that another live contact has is a desk.Conflict.
func (s *Service) Create(ctx context.Context, a desk.Actor, n NewContact) (Contact, error) {
	const op = "contacts.Create"
	if err := need(a, "make contacts", MayCreate); err != nil {
		return Contact{}, desk.In(op, err)
	}
	var c Contact
	replay, err := s.write(ctx, a, op, n, func(tx Tx) ([]string, error) {
		var err error
		c, err = s.create(ctx, tx, a, n, true)
		return []string{string(c.ID)}, err
	})
	if err == nil && replay != nil {
		c, err = s.again(ctx, a, replay)
	}
	if err != nil {
		return Contact{}, desk.In(op, s.takenBy(ctx, a, n.Email, err))
	}
	s.wrote(ctx, a.Workspace, 1)
	return c, desk.In(op, s.shown(ctx, s.store, a, &c))
}

// create makes one contact in a transaction. The workspace's rule about names
// is for people who fill in a form: strict asks for it.
func (s *Service) create(ctx context.Context, tx Tx, a desk.Actor, n NewContact, strict bool) (Contact, error) {
	now := desk.Moment(s.now())
	c, err := s.blank(a, n.Source, now)
	if err != nil {
		return c, err
	}
	p := n.patch()
	d := newDraft(a, s.rules(tx, a), &c, "")
	if err := d.apply(ctx, &p); err != nil {
		return c, err
	}
	b := s.book(a, now)
	if err := b.prefetch(ctx, tx, companyKeys(&p)); err != nil {
		return c, err
	}
	if err := d.link(ctx, tx, b, &p); err != nil {
		return c, err
	}
	if strict {
		if err := d.required(ctx); err != nil {
			return c, err
		}
	}
	j := s.journal(a, now, n.Cause)
	if err := b.flush(ctx, tx, j); err != nil {
		return c, err
	}
	if err := tx.InsertContacts(ctx, a.Workspace, []Record{record(c)}); err != nil {
		return c, err
	}
	if err := j.created(&c); err != nil {
		return c, err
	}
	return c, tx.Record(ctx, a.Workspace, j.All...)
}

// blank returns a new contact with nothing but what the actor and the clock say.
func (s *Service) blank(a desk.Actor, source Source, now time.Time) (Contact, error) {
	if source == "" {
		source = defaultSource(a)
	}
	if !slices.Contains(Sources, source) {
		return Contact{}, invalid("source", "There is no such source.")
	}
	id, err := s.ids.New("contact")
	if err != nil {
		return Contact{}, err
	}
	c := Contact{
		ID: desk.ContactID(id), Version: 1, Active: true, Kind: Customer, LoginSource: NotInstalled,
		Source: source, CreatedAt: now, CreatedBy: a.ID, UpdatedAt: now,
	}
	if a.Kind == desk.MemberActor {
		c.Owner = a.ID
	}
	return c, nil
}

func defaultSource(a desk.Actor) Source {
	switch a.Kind {
	case desk.MemberActor:
		return ByPerson
	case desk.ContactActor:
		return ByPortal
	}
	return ByAPI
}

func (j *journal) created(c *Contact) error {
	if err := j.Add(VerbCreated, string(c.ID), "Contact made.", false, nil); err != nil {
		return err
	}
	if !c.DoNotCall && c.CallHours == (CallHours{}) {
		return nil
	}
	var calls []desk.Change
	for _, ch := range diff(&Contact{}, c) {
		if f, ok := fieldNamed(ch.Field); ok && f.isCallPreference() {
			calls = append(calls, ch)
		}
	}
	return j.Add(VerbCallPrefs, string(c.ID), changeSummary("Call preferences set", calls), true, calls)
}

// again returns the contact that the first call with a key made or changed.
func (s *Service) again(ctx context.Context, a desk.Actor, replay []string) (Contact, error) {
	if len(replay) == 0 {
		return Contact{}, notFound()
	}
	return s.store.Contact(ctx, a.Workspace, desk.ContactID(replay[0]))
}

// takenBy makes a conflict about a unique value say what the actor may know:
// the name of the other contact if it may see that, else nothing.
func (s *Service) takenBy(ctx context.Context, a desk.Actor, email string, err error) error {
	if desk.KindOf(err) != desk.Conflict {
		return err
	}
	switch desk.FieldOf(err) {
	case external, "external":
		return conflict(external, "Another contact has this external id. Nothing was changed.")
	case "email":
		e := conflict("email", "Another contact has this address as its main one. Nothing was changed.")
		if email != "" && seesAny(a) && accessTo(a, fEmail) != desk.Hidden {
			if other, lookup := s.store.ContactByEmail(ctx, a.Workspace, address(email).Key); lookup == nil && sees(a, &other) {
				mask(a, &other, nil)
				if name := other.Name(); name != "" && name != other.Email {
					e = conflict("email", "%s has this address as the main one. Nothing was changed.", desk.OneLine(name))
				}
			}
		}
		return e
	}
	return err
}
