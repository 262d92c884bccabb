package records

import (
	"context"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Create makes a record. It needs MayWrite and MayView, and that the actor
// sees the contact and the ticket. With the key of an earlier call it returns
// that call's record as it is now.
func (s *Service) Create(ctx context.Context, a desk.Actor, n NewRecord) (Record, error) {
	const op = "records.Create"
	rec, err := s.create(ctx, a, op, n, n, false)
	return rec, desk.In(op, err)
}

// RecordCall keeps a call by its number. The contact is the one, of those that
// the actor sees, that has the number; when none has, or several have, the call
// is kept without a contact (see [Service.MatchCalls]). It needs what Create
// needs, and phones that are not hidden.
func (s *Service) RecordCall(ctx context.Context, a desk.Actor, c NewCall) (Record, error) {
	const op = "records.RecordCall"
	n := NewRecord{Kind: Call, Number: c.Number, Direction: c.Direction, At: c.At, Duration: c.Duration, Outcome: c.Outcome, Ticket: c.Ticket, Owner: c.Owner, Note: c.Note}
	rec, err := s.create(ctx, a, op, c, n, true)
	return rec, desk.In(op, err)
}

// create makes a record; byNumber looks for its contact by the number.
func (s *Service) create(ctx context.Context, a desk.Actor, op string, input any, n NewRecord, byNumber bool) (Record, error) {
	if err := need(a, "make records", MayView, MayWrite); err != nil {
		return Record{}, err
	}
	if (n.Number != "" || byNumber) && hides(a, "phones") {
		return Record{}, restricted("number")
	}
	var rec Record
	replay, err := s.write(ctx, a, op, input, func(tx Tx) ([]string, error) {
		var err error
		if rec, err = s.blank(a, n); err != nil {
			return nil, err
		}
		if byNumber {
			if rec.Contact, err = caller(ctx, tx, a, rec.Number); err != nil {
				return nil, err
			}
		}
		if err := rec.prepare(ctx, tx, a, n.Company == nil); err != nil {
			return nil, err
		}
		return []string{string(rec.ID)}, s.insert(ctx, tx, a, &rec)
	})
	if err == nil && replay != nil {
		return s.again(ctx, a, replay)
	}
	if err != nil {
		return Record{}, err
	}
	mask(a, &rec)
	return rec, nil
}

// blank is a new record with what the call, the actor and the clock say.
func (s *Service) blank(a desk.Actor, n NewRecord) (Record, error) {
	id, err := s.ids.New("record")
	if err != nil {
		return Record{}, err
	}
	now := desk.Moment(s.now())
	rec := Record{
		ID: desk.RecordID(id), Version: 1, Kind: n.Kind, Contact: n.Contact, Ticket: n.Ticket, Title: n.Title,
		At: n.At, Duration: n.Duration, Amount: n.Amount, Currency: n.Currency, Status: n.Status, Outcome: n.Outcome,
		Direction: n.Direction, Number: n.Number, Owner: n.Owner, Note: n.Note, CreatedAt: now, CreatedBy: a.ID, UpdatedAt: now,
	}
	if n.Company != nil {
		rec.Company = *n.Company
	}
	if rec.At.IsZero() {
		rec.At = now
	}
	if rec.Owner == "" && a.Kind == desk.MemberActor {
		rec.Owner = a.ID
	}
	return rec, nil
}

// prepare checks a new record and what it refers to. With infer the company is
// the contact's, or without a contact the ticket's.
func (rec *Record) prepare(ctx context.Context, tx Tx, a desk.Actor, infer bool) error {
	if err := rec.clean(); err != nil {
		return err
	}
	if err := rec.belongs(); err != nil {
		return err
	}
	if rec.Contact != "" {
		c, err := rec.linkContact(ctx, tx, a)
		if err != nil {
			return err
		}
		if infer {
			rec.Company = c.CompanyID
		}
	}
	if rec.Ticket != "" {
		t, err := rec.linkTicket(ctx, tx, a)
		if err != nil {
			return err
		}
		if infer && rec.Contact == "" {
			rec.Company = t.CompanyID
		}
	}
	if rec.Company != "" && !infer {
		if err := rec.linkCompany(ctx, tx, a); err != nil {
			return err
		}
	}
	return rec.number(ctx, tx, a.Workspace)
}

// insert keeps a prepared record with its events. The actor must see what it
// makes, so that nobody writes into what is closed to them.
func (s *Service) insert(ctx context.Context, tx Tx, a desk.Actor, rec *Record) error {
	if err := mustSee(ctx, tx, a, rec); err != nil {
		return err
	}
	if err := tx.InsertRecord(ctx, a.Workspace, *rec); err != nil {
		return err
	}
	return s.note(ctx, tx, a, VerbCreated, &Record{}, rec)
}

// mustSee refuses what the actor would not see afterwards.
func mustSee(ctx context.Context, tx Tx, a desk.Actor, rec *Record) error {
	seen, err := sees(ctx, tx, a, rec)
	if err == nil && !seen {
		err = invalid("owner", "You would not see this record. Give it a contact that you see, or keep it as your own.")
	}
	return err
}

// again returns the record that the first call with a key made or changed.
func (s *Service) again(ctx context.Context, a desk.Actor, replay []string) (Record, error) {
	if len(replay) == 0 {
		return Record{}, notFound()
	}
	rec, err := get(ctx, s.store, a, desk.RecordID(replay[0]), s.store.LinkedRecord)
	mask(a, &rec)
	return rec, err
}

// caller returns the one live contact that has the number and that the actor
// sees, or none.
func caller(ctx context.Context, tx Tx, a desk.Actor, number string) (desk.ContactID, error) {
	rec := Record{Kind: Call, Number: number}
	if err := rec.cleanTexts(); err != nil {
		return "", err
	}
	if rec.Number == "" {
		return "", invalid("number", "A call that is recorded by its number needs one.")
	}
	if err := rec.number(ctx, tx, a.Workspace); err != nil || rec.E164 == "" {
		return "", err
	}
	found, err := tx.FindKeys(ctx, a.Workspace, []contacts.Key{{Kind: contacts.KeyPhone, Value: rec.E164}})
	if err != nil || len(found) == 0 {
		return "", err
	}
	ids := make([]desk.ContactID, len(found))
	for i, m := range found {
		ids[i] = m.ID
	}
	cs, err := tx.Contacts(ctx, a.Workspace, ids)
	if err != nil {
		return "", err
	}
	var one desk.ContactID
	for i := range cs {
		if cs[i].State != contacts.Live || !contacts.Sees(a, &cs[i]) {
			continue
		}
		if one != "" {
			return "", nil
		}
		one = cs[i].ID
	}
	return one, nil
}
