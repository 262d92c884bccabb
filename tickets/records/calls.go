package records

import (
	"context"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// matchBatch is how many calls one transaction of MatchCalls attaches.
const matchBatch = 200

// MatchCalls gives calls that have no contact the contact that has their
// number, where exactly one live contact has it, and returns how many it was.
// A host calls it now and then, as contacts.Service.Work; several at once do no
// harm. It needs MayView, MayWrite and contacts.MayView: what it attaches is
// chosen among all contacts.
//
// It is a call of its own, and not done when a list is read: a read would have
// to write, or its pages, counts and permissions would hang on numbers that
// change under them; and that a call was given to someone is an event that has
// a time and an author.
func (s *Service) MatchCalls(ctx context.Context, a desk.Actor) (int, error) {
	const op = "records.MatchCalls"
	if err := need(a, "match calls", MayView, MayWrite, contacts.MayView); err != nil {
		return 0, desk.In(op, err)
	}
	a.Key = "" // the key of one call is no key for its many transactions
	total := 0
	for {
		waiting, err := s.store.CallMatches(ctx, a.Workspace, 1)
		if err != nil || len(waiting) == 0 {
			return total, desk.In(op, err)
		}
		n := 0
		_, err = s.write(ctx, a, op, nil, func(tx Tx) ([]string, error) {
			var err error
			n, err = s.matchSome(ctx, tx, a)
			return nil, err
		})
		if total += n; err != nil {
			return total, desk.In(op, err)
		}
	}
}

// matchSome attaches up to matchBatch calls, and returns how many it was.
func (s *Service) matchSome(ctx context.Context, tx Tx, a desk.Actor) (int, error) {
	found, err := tx.CallMatches(ctx, a.Workspace, matchBatch)
	if err != nil || len(found) == 0 {
		return 0, err
	}
	ids := make([]desk.ContactID, len(found))
	for i, m := range found {
		ids[i] = m.Contact
	}
	cs, err := tx.Contacts(ctx, a.Workspace, ids)
	if err != nil {
		return 0, err
	}
	company := map[desk.ContactID]desk.CompanyID{}
	for i := range cs {
		company[cs[i].ID] = cs[i].CompanyID
	}
	n := 0
	for _, m := range found {
		before, err := tx.LockRecord(ctx, a.Workspace, m.Record)
		if desk.KindOf(err) == desk.NotFound {
			continue // another has removed it
		}
		if err != nil {
			return 0, err
		}
		if before.Contact != "" {
			continue // another was quicker
		}
		after := before
		after.Contact = m.Contact
		if after.Company == "" {
			after.Company = company[after.Contact]
		}
		if err := s.replace(ctx, tx, a, VerbMatched, &before, &after); err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}
