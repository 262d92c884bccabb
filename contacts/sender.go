package contacts

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"unicode"

	"github.com/deskfolk/desk"
)

// FromSender returns the contact that a message's sender is: the one that has
// the address as its main or a labelled one, else a new one. A new contact is
// active, without portal access, not bound to a company, and linked to the
// company whose email domain it has. What is known of a contact is not changed
// by a later message. It needs MayCreate for a sender who is not known.
func (s *Service) FromSender(ctx context.Context, a desk.Actor, from Sender) (c Contact, created bool, err error) {
	const op = "contacts.FromSender"
	if err := CheckActor(a); err != nil {
		return Contact{}, false, desk.In(op, err)
	}
	if x := accessTo(a, fEmail); x == desk.Hidden {
		return Contact{}, false, desk.In(op, restricted("email", x))
	}
	e, err := ParseEmail(from.Email)
	if err != nil {
		return Contact{}, false, desk.In(op, err)
	}
	// Most senders are known: they need no transaction.
	c, err = s.sender(ctx, s.store, a, e)
	if desk.KindOf(err) == desk.NotFound {
		c, created, err = s.newSender(ctx, a, e, from)
	}
	if err == nil {
		err = s.shown(ctx, s.store, a, &c)
	}
	if err != nil {
		return Contact{}, false, desk.In(op, err)
	}
	return c, created, nil
}

// FromSenderIn is FromSender within the caller's transaction. Another message
// of the sender that is quicker makes it fail with what [Call.Run] tries again.
func (s *Service) FromSenderIn(ctx context.Context, tx Tx, a desk.Actor, from Sender) (c Contact, created bool, err error) {
	const op = "contacts.FromSenderIn"
	if err := CheckActor(a); err != nil {
		return Contact{}, false, desk.In(op, err)
	}
	if x := accessTo(a, fEmail); x == desk.Hidden {
		return Contact{}, false, desk.In(op, restricted("email", x))
	}
	e, err := ParseEmail(from.Email)
	if err == nil {
		c, created, err = s.senderIn(ctx, tx, a, e, from)
	}
	var lost race
	if errors.As(err, &lost) {
		return Contact{}, false, err
	}
	if err == nil {
		err = s.shown(ctx, tx, a, &c)
	}
	if err != nil {
		return Contact{}, false, desk.In(op, err)
	}
	return c, created, nil
}

// senderIn finds or makes the contact.
func (s *Service) senderIn(ctx context.Context, tx Tx, a desk.Actor, e EmailAddress, from Sender) (c Contact, created bool, err error) {
	c, err = s.sender(ctx, tx, a, e)
	if desk.KindOf(err) != desk.NotFound {
		return c, false, err
	}
	if !a.May(MayCreate) {
		return c, false, denied("You may not see or make a contact for this sender.")
	}
	n := NewContact{Email: e.Entered, DisplayName: senderName(from.Name), Source: ByEmail, Owner: ""}
	if !isFreeMail(e.Domain()) {
		company, err := tx.CompanyByDomain(ctx, a.Workspace, e.Domain())
		if err != nil && desk.KindOf(err) != desk.NotFound {
			return c, false, err
		}
		n.CompanyID = company.ID
	}
	c, err = s.create(ctx, tx, intake(a), n, false)
	return c, err == nil, AsRace(err, "email")
}

// sender returns the live contact that has the address: by its main address
// before a labelled one, the oldest before others.
func (s *Service) sender(ctx context.Context, r Reader, a desk.Actor, e EmailAddress) (Contact, error) {
	found, err := r.FindKeys(ctx, a.Workspace, []Key{{KeyEmail, e.Key}})
	if err != nil {
		return Contact{}, err
	}
	if len(found) == 0 {
		return Contact{}, notFound()
	}
	best := slices.MinFunc(found, func(x, y KeyMatch) int {
		if x.Main != y.Main {
			if x.Main {
				return -1
			}
			return 1
		}
		return cmp.Compare(x.ID, y.ID)
	})
	c, err := r.Contact(ctx, a.Workspace, best.ID)
	if err != nil {
		return Contact{}, err
	}
	if !sees(a, &c) {
		return Contact{}, denied("You may not see or make a contact for this sender.")
	}
	return c, nil
}

func (s *Service) newSender(ctx context.Context, a desk.Actor, e EmailAddress, from Sender) (c Contact, created bool, err error) {
	if !a.May(MayCreate) {
		return c, false, denied("You may not see or make a contact for this sender.")
	}
	replay, err := s.write(ctx, a, "contacts.FromSender", from, func(tx Tx) ([]string, error) {
		// Another message of the sender may have come in between.
		c, created, err = s.senderIn(ctx, tx, a, e, from)
		return []string{string(c.ID)}, err
	})
	if err == nil && replay != nil {
		created = false
		c, err = s.again(ctx, a, replay)
	}
	if created && err == nil {
		s.wrote(ctx, a.Workspace, 1)
	}
	return c, created, err
}

// intake is the actor without the restrictions of its role on single fields:
// the message, not the actor, says what the new contact is called.
func intake(a desk.Actor) desk.Actor {
	a.Fields = nil
	return a
}

// senderName returns what can be kept of a name in a message's header.
func senderName(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > maxName {
		s = strings.TrimSpace(string(r[:maxName]))
	}
	if strings.Contains(s, "@") {
		// Programs put the address where a name should be; it says nothing.
		if _, err := ParseEmail(strings.Trim(s, `"'<> `)); err == nil {
			return ""
		}
	}
	return s
}
