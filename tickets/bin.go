package tickets

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// BinDays is how many days a ticket stays in the bin.
const BinDays = 60

// MaxBulk is the greatest number of tickets that are deleted or purged at once.
const MaxBulk = 1000

// Delete puts tickets into the bin, all or none. Contacts no longer see them.
// It needs MayDelete, and tickets that the actor sees.
func (s *Service) Delete(ctx context.Context, a desk.Actor, ids ...desk.TicketID) error {
	const op = "tickets.Delete"
	return desk.In(op, s.bulk(ctx, a, op, "delete tickets", MayDelete, ids, func(b *bulk, l *locked) error {
		if l.State == Binned {
			return nil
		}
		l.State, l.DeletedAt = Binned, b.now
		return b.put(l, VerbDeleted, "Moved to the recycle bin.")
	}))
}

// Restore brings a ticket back from the bin. It needs MayDelete.
func (s *Service) Restore(ctx context.Context, a desk.Actor, id desk.TicketID) (Ticket, error) {
	const op = "tickets.Restore"
	err := s.bulk(ctx, a, op, "restore tickets", MayDelete, []desk.TicketID{id}, func(b *bulk, l *locked) error {
		if l.State == Live {
			return nil
		}
		l.State, l.DeletedAt = Live, time.Time{}
		return b.put(l, VerbRestored, "Restored from the recycle bin.")
	})
	if err != nil {
		return Ticket{}, desk.In(op, err)
	}
	return s.Get(ctx, a, id)
}

// Purge removes tickets that are in the bin for good, all or none: messages,
// files, and what the log says of them but that there was something. It needs
// MayPurge.
func (s *Service) Purge(ctx context.Context, a desk.Actor, ids ...desk.TicketID) error {
	const op = "tickets.Purge"
	return desk.In(op, s.bulk(ctx, a, op, "remove tickets for good", MayPurge, ids, func(b *bulk, l *locked) error {
		if l.State != Binned {
			return conflict("", "Only tickets in the recycle bin can be removed for good. Delete this one first.")
		}
		b.purged = append(b.purged, l.ID)
		return b.j.Add(VerbPurged, string(l.ID), "Ticket removed for good.", false, nil)
	}))
}

// EmptyBin purges the tickets that have been in the bin for BinDays and returns
// their number. It needs MayPurge. A host calls it now and then; several at
// once do no harm.
func (s *Service) EmptyBin(ctx context.Context, a desk.Actor) (int, error) {
	const op = "tickets.EmptyBin"
	if err := need(a, "remove tickets for good", MayPurge); err != nil {
		return 0, desk.In(op, err)
	}
	a.Key = "" // the key of one call is no key for its many transactions
	v, err := s.viewer(ctx, s.store, a)
	if err != nil {
		return 0, desk.In(op, err)
	}
	// Nothing changes in the bin: a ticket's last change there was its removal.
	due := desk.Moment(s.now()).Add(-BinDays*24*time.Hour + time.Microsecond)
	f := Find{Facets: [][]string{{stateFacet(Binned)}}, Sort: SortUpdated, Ranges: []Range{{By: SortUpdated, Until: contacts.TimeKey(due)}}, Limit: MaxBulk}
	v.limit(&f)
	for purged := 0; ; {
		found, err := s.store.FindTickets(ctx, a.Workspace, f)
		if err != nil || len(found.Tickets) == 0 {
			return purged, desk.In(op, err)
		}
		ids := make([]desk.TicketID, len(found.Tickets))
		for i, t := range found.Tickets {
			ids[i] = t.ID
		}
		if err := s.Purge(ctx, a, ids...); err != nil {
			return purged, desk.In(op, err)
		}
		purged += len(ids)
	}
}

// bulk is a change of several tickets in its transaction.
type bulk struct {
	now     time.Time
	j       *desk.Entries
	changed []*locked
	purged  []desk.TicketID
}

// put notes a changed ticket to be written.
func (b *bulk) put(l *locked, verb, said string) error {
	l.UpdatedAt = b.now
	b.changed = append(b.changed, l)
	return b.j.Add(verb, string(l.ID), said, false, nil)
}

// bulk does one thing to all of the tickets, or to none.
func (s *Service) bulk(ctx context.Context, a desk.Actor, op, what string, grant desk.Permission, ids []desk.TicketID, one func(*bulk, *locked) error) error {
	if err := need(a, what, grant); err != nil {
		return err
	}
	if len(ids) > MaxBulk {
		return desk.Errorf(desk.Limited, "tickets", "At most %d tickets can be changed at once. Nothing was changed; select fewer.", MaxBulk)
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids))) // the order of locks
	_, err := s.write(ctx, a, op, ids, func(tx Tx) ([]string, error) {
		v, err := s.viewer(ctx, tx, a)
		if err != nil {
			return nil, err
		}
		b := &bulk{now: desk.Moment(s.now())}
		b.j = s.entries(a, b.now, "")
		for _, id := range ids {
			l, err := s.lock(ctx, tx, v, id)
			if err == nil {
				err = one(b, l)
			}
			if err != nil {
				return nil, bulkError(err, len(ids))
			}
		}
		return nil, s.keepBulk(ctx, tx, a.Workspace, b)
	})
	if err == nil {
		s.wrote(ctx, a.Workspace, len(ids))
	}
	return err
}

func bulkError(err error, of int) error {
	if of == 1 || desk.KindOf(err) == desk.Internal || desk.KindOf(err) == desk.Unavailable {
		return err
	}
	return &desk.Error{Kind: desk.KindOf(err), Field: desk.FieldOf(err), Err: err,
		Message: fmt.Sprintf("One of %d tickets cannot be changed, so nothing was done: %s", of, desk.MessageOf(err))}
}

func (s *Service) keepBulk(ctx context.Context, tx Tx, w desk.WorkspaceID, b *bulk) error {
	set, err := settingsOf(ctx, tx, w)
	if err != nil {
		return err
	}
	for _, l := range b.changed {
		was := l.Version
		l.Version++
		if err := tx.UpdateTicket(ctx, w, record(l.Ticket, l.parts, set), was); err != nil {
			return err
		}
	}
	if err := tx.PurgeTickets(ctx, w, b.purged); err != nil {
		return err
	}
	if len(b.j.All) == 0 {
		return nil
	}
	return tx.Record(ctx, w, b.j.All...)
}
