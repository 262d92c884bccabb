package contacts

import (
	"context"
	"slices"
	"time"

	"github.com/deskfolk/desk"
)

// Update changes the fields that the patch names. The version is the one the
// change was made on: when the contact has changed since, nothing is done and
// the error is a desk.Conflict with [ErrStale]. A patch that changes nothing
// writes nothing. It needs MayModify.
func (s *Service) Update(ctx context.Context, a desk.Actor, id desk.ContactID, version int64, p Patch) (Contact, error) {
	const op = "contacts.Update"
	if err := need(a, "change contacts", MayModify); err != nil {
		return Contact{}, desk.In(op, err)
	}
	var c Contact
	changed := false
	input := struct {
		ID      desk.ContactID
		Version int64
		Patch   Patch
	}{id, version, p}
	replay, err := s.write(ctx, a, op, input, func(tx Tx) ([]string, error) {
		var err error
		c, changed, err = s.update(ctx, tx, a, id, version, p)
		return []string{string(id)}, err
	})
	if err == nil && replay != nil {
		c, err = s.again(ctx, a, replay)
	}
	if err != nil {
		email := ""
		if p.Email != nil {
			email = *p.Email
		}
		return Contact{}, desk.In(op, s.takenBy(ctx, a, email, err))
	}
	if changed {
		s.wrote(ctx, a.Workspace, 1)
	}
	return c, desk.In(op, s.shown(ctx, s.store, a, &c))
}

func (s *Service) update(ctx context.Context, tx Tx, a desk.Actor, id desk.ContactID, version int64, p Patch) (Contact, bool, error) {
	before, err := lockSeen(ctx, tx, a, id)
	if err != nil {
		return before, false, err
	}
	if err := s.updatable(ctx, tx, a, &before, version); err != nil {
		return before, false, err
	}
	now := desk.Moment(s.now())
	j := s.journal(a, now, p.Cause)
	e, err := s.edit(ctx, tx, a, before, p, s.book(a, now), now)
	if err != nil || !e.changed() {
		return before, false, err
	}
	if err := e.book.flush(ctx, tx, j); err != nil {
		return before, false, err
	}
	if err := tx.UpdateContacts(ctx, a.Workspace, []Record{record(e.after)}); err != nil {
		return before, false, err
	}
	if err := j.changed(VerbUpdated, string(id), e.changes); err != nil {
		return before, false, err
	}
	return e.after, true, tx.Record(ctx, a.Workspace, j.All...)
}

// lockSeen locks a contact that the actor sees.
func lockSeen(ctx context.Context, tx Tx, a desk.Actor, id desk.ContactID) (Contact, error) {
	if !desk.IsID("contact", string(id)) {
		return Contact{}, notFound()
	}
	c, err := tx.LockContact(ctx, a.Workspace, id)
	if desk.KindOf(err) == desk.NotFound || err == nil && !sees(a, &c) {
		return Contact{}, notFound()
	}
	return c, err
}

func (s *Service) updatable(ctx context.Context, tx Tx, a desk.Actor, c *Contact, version int64) error {
	switch c.State {
	case Binned:
		return conflict("", "This contact is in the recycle bin. Restore it first.")
	case Archived:
		return conflict("", "This contact was merged into another one. Change that one.")
	}
	if c.Version == version {
		return nil
	}
	e := desk.Errorf(desk.Conflict, "version", "This contact was changed at %s, after you opened it. Your change was not kept: open it again and repeat it.", c.UpdatedAt.Format("2006-01-02 15:04 MST"))
	last, err := tx.Events(ctx, a.Workspace, EventFind{Subject: string(c.ID), Verbs: changeVerbs, Limit: 1})
	if err != nil {
		return err
	}
	if len(last) > 0 && last[0].ActorKind == desk.MemberActor && last[0].ActorID == a.ID {
		e.Message = "You changed this contact yourself in between, perhaps in another window. This change was not kept: open it again and repeat it."
	} else if len(last) > 0 {
		e.Message = "This contact was changed by " + desk.OneLine(last[0].ActorID) + " at " + last[0].At.Format("2006-01-02 15:04 MST") +
			", after you opened it. Your change was not kept: open it again and repeat it."
	}
	e.Err = ErrStale
	return e
}

var changeVerbs = []string{VerbCreated, VerbUpdated, VerbMerged, VerbCallPrefs, VerbDeleted, VerbRestored}

// edited is what a patch made of a contact.
type edited struct {
	after    Contact
	changes  []desk.Change
	pins     bool
	warnings []string
	book     *book
}

func (e *edited) changed() bool { return len(e.changes) > 0 || e.pins }

// edit puts a patch onto a contact, with the next version, time and provenance.
func (s *Service) edit(ctx context.Context, tx Tx, a desk.Actor, before Contact, p Patch, b *book, now time.Time) (edited, error) {
	e := edited{after: before, book: b}
	source := p.Source
	if source == "" {
		source = defaultSource(a)
	}
	if !slices.Contains(Sources, source) {
		return e, invalid("source", "There is no such source.")
	}
	d := newDraft(a, s.rules(tx, a), &e.after, source)
	if err := d.apply(ctx, &p); err != nil {
		return e, err
	}
	if err := b.prefetch(ctx, tx, companyKeys(&p)); err != nil {
		return e, err
	}
	if err := d.link(ctx, tx, b, &p); err != nil {
		return e, err
	}
	e.warnings = d.warnings
	e.changes = diff(&before, &e.after)
	if namesChanged(e.changes) {
		if err := d.required(ctx); err != nil {
			return e, err
		}
	}
	trace(&e.after, e.changes, Provenance{Source: source, By: a.ID, At: now})
	var err error
	if e.pins, err = pin(a, &e.after, p.Pin, p.Unpin); err != nil {
		return e, err
	}
	e.after.Version++
	e.after.UpdatedAt = now
	return e, nil
}

// namesChanged reports whether the rule about names may be broken now. A
// contact that broke it before can be changed in its other fields.
func namesChanged(cs []desk.Change) bool {
	return slices.ContainsFunc(cs, func(c desk.Change) bool {
		switch c.Field {
		case "first_name", "last_name", "display_name", "email", "emails", "phones", external:
			return c.New == "" || c.Field == "first_name" || c.Field == "last_name"
		}
		return false
	})
}
