package records

import (
	"context"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Get returns a record. It needs MayView, and that the actor sees its contact
// and its ticket.
func (s *Service) Get(ctx context.Context, a desk.Actor, id desk.RecordID) (Record, error) {
	const op = "records.Get"
	if err := need(a, "see records", MayView); err != nil {
		return Record{}, desk.In(op, err)
	}
	rec, err := get(ctx, s.store, a, id, s.store.LinkedRecord)
	if err != nil {
		return Record{}, desk.In(op, err)
	}
	mask(a, &rec)
	return rec, nil
}

// Update changes a record that the actor sees. A version that is no longer the
// record's is a desk.Conflict with contacts.ErrStale. It needs MayWrite and
// MayView; a patch that changes nothing changes no version either.
func (s *Service) Update(ctx context.Context, a desk.Actor, id desk.RecordID, p Patch) (Record, error) {
	const op = "records.Update"
	rec, err := s.update(ctx, a, op, id, p)
	if err != nil {
		return Record{}, desk.In(op, err)
	}
	mask(a, &rec)
	return rec, nil
}

func (s *Service) update(ctx context.Context, a desk.Actor, op string, id desk.RecordID, p Patch) (Record, error) {
	if err := need(a, "change records", MayView, MayWrite); err != nil {
		return Record{}, err
	}
	if p.Number != nil && hides(a, "phones") {
		return Record{}, restricted("number")
	}
	input := struct {
		ID    desk.RecordID
		Patch Patch
	}{id, p}
	var rec Record
	replay, err := s.write(ctx, a, op, input, func(tx Tx) ([]string, error) {
		before, err := get(ctx, tx, a, id, tx.LockRecord)
		if err != nil {
			return nil, err
		}
		if before.Version != p.Version {
			return nil, stale()
		}
		rec = before
		if err := rec.change(ctx, tx, a, p); err != nil {
			return nil, err
		}
		return []string{string(id)}, s.replace(ctx, tx, a, VerbUpdated, &before, &rec)
	})
	if err == nil && replay != nil {
		return s.again(ctx, a, replay)
	}
	return rec, err
}

func stale() error {
	e := desk.Errorf(desk.Conflict, "version", "The record was changed after you opened it. Your change was not kept: open it again and repeat it.")
	e.Err = contacts.ErrStale
	return e
}

// change puts a patch onto the record and checks what comes of it.
func (rec *Record) change(ctx context.Context, tx Tx, a desk.Actor, p Patch) error {
	was := *rec
	p.apply(rec)
	if err := rec.clean(); err != nil {
		return err
	}
	if rec.Contact != was.Contact && rec.Contact != "" {
		if _, err := rec.linkContact(ctx, tx, a); err != nil {
			return err
		}
	}
	if rec.Ticket != was.Ticket && rec.Ticket != "" {
		if _, err := rec.linkTicket(ctx, tx, a); err != nil {
			return err
		}
	}
	if p.Company != nil {
		if err := rec.relinkCompany(ctx, tx, a, was.Company); err != nil {
			return err
		}
	}
	if rec.Contact != was.Contact || rec.Ticket != was.Ticket || rec.Company != was.Company {
		if err := rec.belongs(); err != nil {
			return err
		}
	}
	if rec.Number != was.Number {
		if err := rec.number(ctx, tx, a.Workspace); err != nil {
			return err
		}
	}
	return mustSee(ctx, tx, a, rec)
}

func (rec *Record) relinkCompany(ctx context.Context, tx Tx, a desk.Actor, was desk.CompanyID) error {
	switch {
	case hides(a, "company"):
		return restricted("company")
	case rec.Company == was || rec.Company == "":
		return nil
	}
	return rec.linkCompany(ctx, tx, a)
}

// apply sets the fields that the patch has.
func (p *Patch) apply(rec *Record) {
	set(&rec.Contact, p.Contact)
	set(&rec.Ticket, p.Ticket)
	set(&rec.Company, p.Company)
	set(&rec.Title, p.Title)
	set(&rec.At, p.At)
	set(&rec.Duration, p.Duration)
	set(&rec.Amount, p.Amount)
	set(&rec.Currency, p.Currency)
	set(&rec.Status, p.Status)
	set(&rec.Outcome, p.Outcome)
	set(&rec.Direction, p.Direction)
	set(&rec.Number, p.Number)
	set(&rec.Owner, p.Owner)
	set(&rec.Note, p.Note)
}

func set[T any](dst, v *T) {
	if v != nil {
		*dst = *v
	}
}

// replace keeps the new state of a record with its events, unless nothing has
// changed.
func (s *Service) replace(ctx context.Context, tx Tx, a desk.Actor, verb string, before, rec *Record) error {
	if *before == *rec {
		return nil
	}
	rec.Version++
	rec.UpdatedAt = desk.Moment(s.now())
	if err := contacts.AsRace(tx.UpdateRecord(ctx, a.Workspace, *rec), "version"); err != nil {
		return err
	}
	return s.note(ctx, tx, a, verb, before, rec)
}

// Delete removes a record for good: it does not come back, and the log keeps
// that there was one and not what it said. It needs MayDelete and MayView.
func (s *Service) Delete(ctx context.Context, a desk.Actor, id desk.RecordID) error {
	const op = "records.Delete"
	if err := need(a, "remove records", MayView, MayDelete); err != nil {
		return desk.In(op, err)
	}
	_, err := s.write(ctx, a, op, id, func(tx Tx) ([]string, error) {
		rec, err := get(ctx, tx, a, id, tx.LockRecord)
		if err != nil {
			return nil, err
		}
		if err := tx.DeleteRecord(ctx, a.Workspace, id); err != nil {
			return nil, err
		}
		return nil, s.note(ctx, tx, a, VerbDeleted, &rec, &rec)
	})
	return desk.In(op, err)
}
