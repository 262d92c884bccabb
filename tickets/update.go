package tickets

import (
	"context"
	"slices"
	"time"

	"github.com/deskfolk/desk"
)

// patchFields are the fields that a patch can change, by their names in errors
// and in [NewTicket.Locked].
var patchFields = []string{"subject", "status", "priority", "category", "assignee", "company"}

// Update changes the fields that the patch names. When the ticket has changed
// since the patch's version, nothing is done and the error is a desk.Conflict
// with [ErrStale]; a patch that changes nothing writes nothing. It needs
// MayModify. A contact that is the requester may change the status to one that
// closes the ticket, or opens it again, and nothing else.
func (s *Service) Update(ctx context.Context, a desk.Actor, id desk.TicketID, p Patch) (Ticket, error) {
	const op = "tickets.Update"
	input := struct {
		ID    desk.TicketID
		Patch Patch
	}{id, p}
	var t Ticket
	replay, err := s.write(ctx, a, op, input, func(tx Tx) ([]string, error) {
		var err error
		t, err = s.update(ctx, tx, a, id, p)
		return []string{string(id)}, err
	})
	if err == nil && replay != nil {
		t, err = s.Get(ctx, a, id)
	}
	if err != nil {
		return Ticket{}, desk.In(op, err)
	}
	s.wrote(ctx, a.Workspace, 1)
	return t, nil
}

// UpdateIn is Update within the caller's transaction.
func (s *Service) UpdateIn(ctx context.Context, tx Tx, a desk.Actor, id desk.TicketID, p Patch) (Ticket, error) {
	t, err := s.update(ctx, tx, a, id, p)
	return t, desk.In("tickets.UpdateIn", err)
}

func (s *Service) update(ctx context.Context, tx Tx, a desk.Actor, id desk.TicketID, p Patch) (Ticket, error) {
	if a.Kind != desk.ContactActor {
		if err := need(a, "change tickets", MayModify); err != nil {
			return Ticket{}, err
		}
	}
	v, l, err := s.lockLive(ctx, tx, a, id)
	if err != nil {
		return Ticket{}, err
	}
	set, err := settingsOf(ctx, tx, a.Workspace)
	if err != nil {
		return Ticket{}, err
	}
	if err := mayPatch(v, l, &p, set); err != nil {
		return Ticket{}, err
	}
	before := l.Ticket
	if err := s.patch(ctx, tx, a.Workspace, l, &p, set); err != nil {
		return Ticket{}, err
	}
	if err := s.keepPatch(ctx, tx, v, before, l, &p, set); err != nil {
		return Ticket{}, err
	}
	v.shown(&l.Ticket)
	return l.Ticket, nil
}

// mayPatch checks the version, and what a contact may change.
func mayPatch(v viewer, l *locked, p *Patch, set Settings) error {
	if v.Kind == desk.ContactActor {
		if l.role != Requester || p.Subject != nil || p.Priority != nil || p.Category != nil || p.Assignee != nil || p.CompanyID != nil {
			return denied("You may not change this ticket.")
		}
		if p.Status != nil && *p.Status != l.Status {
			if to, ok := set.Status(*p.Status); !ok || l.Open() && to.Class != Closed || !l.Open() && *p.Status != set.ReopenStatus {
				return denied("You may close this ticket or open it again, no more.")
			}
		}
	}
	if p.Version == l.Version {
		return nil
	}
	e := desk.Errorf(desk.Conflict, "version", "This ticket was changed at %s, after you opened it. Your change was not kept: open it again and repeat it.",
		l.UpdatedAt.Format("2006-01-02 15:04 MST"))
	e.Err = ErrStale
	return e
}

// patch puts a patch onto a locked ticket. What is locked stays as it is.
func (s *Service) patch(ctx context.Context, tx Tx, w desk.WorkspaceID, l *locked, p *Patch, set Settings) error {
	now := desk.Moment(s.now())
	before := l.Ticket
	if err := apply(&l.Ticket, p, set, now); err != nil {
		return err
	}
	if p.CompanyID != nil && *p.CompanyID != l.CompanyID {
		var err error
		if l.Company, err = companyName(ctx, tx, w, *p.CompanyID); err != nil {
			return err
		}
		l.CompanyID = *p.CompanyID
	}
	for _, c := range diff(&before, &l.Ticket) {
		if slices.Contains(l.Locked, c.Field) {
			return desk.Errorf(desk.Denied, c.Field, "This field was set by the ticket's template and cannot be changed.")
		}
	}
	return nil
}

// apply puts the fields of a patch, but for the company, onto a ticket.
func apply(t *Ticket, p *Patch, set Settings, now time.Time) error {
	if p.Subject != nil {
		subject, err := desk.CleanLine("subject", *p.Subject, maxSubject)
		if err != nil {
			return err
		}
		if subject == "" {
			return invalid("subject", "The ticket needs a subject.")
		}
		t.Subject = subject
	}
	if p.Status != nil && *p.Status != t.Status {
		if err := setStatus(t, set, *p.Status, now); err != nil {
			return err
		}
	}
	if p.Priority != nil && *p.Priority != t.Priority {
		if _, ok := set.Priority(*p.Priority); !ok {
			return invalid("priority", "There is no such priority.")
		}
		t.Priority = *p.Priority
	}
	if p.Category != nil && *p.Category != t.Category {
		if _, ok := set.Category(*p.Category); !ok && *p.Category != "" {
			return invalid("category", "There is no such category.")
		}
		t.Category = *p.Category
	}
	return setAssignee(t, p, set)
}

func setAssignee(t *Ticket, p *Patch, set Settings) error {
	if p.Assignee == nil || *p.Assignee == t.Assignee {
		return nil
	}
	id, err := desk.CleanLine("assignee", *p.Assignee, maxMember)
	if err != nil {
		return err
	}
	if !set.assignable(id) {
		return invalid("assignee", "There is nobody of this id to whom tickets can be assigned.")
	}
	t.Assignee = id
	return nil
}

// setStatus changes the status. The ticket is closed as long as it has one of
// the class Closed.
func setStatus(t *Ticket, set Settings, key string, now time.Time) error {
	to, ok := set.Status(key)
	if !ok {
		return invalid("status", "There is no such status.")
	}
	t.Status = key
	switch {
	case to.Class != Closed:
		t.ClosedAt = time.Time{}
	case t.ClosedAt.IsZero():
		t.ClosedAt = now
	}
	return nil
}

// diff returns the fields in which two states of a ticket differ.
func diff(before, after *Ticket) []desk.Change {
	var cs desk.Changes
	cs.Add("subject", before.Subject, after.Subject)
	cs.Add("status", before.Status, after.Status)
	cs.Add("priority", before.Priority, after.Priority)
	cs.Add("category", before.Category, after.Category)
	cs.Add("assignee", before.Assignee, after.Assignee)
	cs.Add("company", string(before.CompanyID), string(after.CompanyID))
	return cs
}

// keepPatch writes a changed ticket with its events; an unchanged one is left.
func (s *Service) keepPatch(ctx context.Context, tx Tx, v viewer, before Ticket, l *locked, p *Patch, set Settings) error {
	changes := diff(&before, &l.Ticket)
	if len(changes) == 0 {
		return nil
	}
	l.Version++
	l.UpdatedAt = desk.Moment(s.now())
	if err := tx.UpdateTicket(ctx, v.Workspace, record(l.Ticket, l.parts, set), before.Version); err != nil {
		return err
	}
	j := s.entries(v.Actor, l.UpdatedAt, p.Cause)
	if err := logChanges(j, &before, l, changes, told(l.parts, v.contact()), p.Quiet); err != nil {
		return err
	}
	return tx.Record(ctx, v.Workspace, j.All...)
}

// logChanges adds the events of changed fields: one of its own for the status.
func logChanges(j *desk.Entries, before *Ticket, l *locked, changes []desk.Change, to []desk.ContactID, quiet bool) error {
	var status, others []desk.Change
	for _, c := range changes {
		if c.Field == "status" {
			status = append(status, c)
		} else {
			others = append(others, c)
		}
	}
	if len(others) > 0 {
		if err := j.Add(VerbUpdated, string(l.ID), changeSummary(others), false, others); err != nil {
			return err
		}
	}
	if len(status) == 0 {
		return nil
	}
	if err := j.Add(VerbStatus, string(l.ID), "Status changed.", false, status); err != nil || quiet {
		return err
	}
	kind := NoticeUpdated
	if before.Open() && !l.Open() {
		kind = NoticeClosed
	}
	j.Tell(desk.Notice{Type: kind, Ticket: l.ID, To: to})
	return nil
}

// changeSummary names the fields that changed, never their values.
func changeSummary(cs []desk.Change) string {
	s := "Ticket changed: "
	for i, c := range cs {
		if i > 0 {
			s += ", "
		}
		s += c.Field
	}
	return s + "."
}
