package requests

import (
	"context"
	"strconv"
	"time"

	"github.com/deskfolk/desk"
)

// AssignmentPatch changes the fields that are not nil.
type AssignmentPatch struct {
	Note *string
	// Due pointing to the zero time takes it away.
	Due *time.Time
}

// UpdateAssignment changes the note or the due time of an assignment that is
// open or expired. It needs MayAssign.
func (s *Service) UpdateAssignment(ctx context.Context, a desk.Actor, id desk.AssignmentID, version int64, p AssignmentPatch) (Assignment, error) {
	const op = "requests.UpdateAssignment"
	return s.changeAssignment(ctx, a, op, id, version, p, func(_ Tx, x *Assignment, now time.Time) (string, differences, error) {
		before := *x
		var err error
		if p.Note != nil {
			if x.Note, err = desk.CleanText("note", *p.Note, maxHelp); err != nil {
				return "", nil, err
			}
		}
		if p.Due != nil {
			if x.Due = (time.Time{}); !p.Due.IsZero() {
				x.Due = desk.Moment(*p.Due)
				err = checkDue(x.Due, now)
			}
			x.State = AssignmentOpen
		}
		var d differences
		d.add("note", before.Note, x.Note)
		d.add("due", timeText(before.Due), timeText(x.Due))
		return VerbAssignmentEdited, d, err
	})
}

// RenewAssignment moves an assignment that is open or expired to the form's
// newest version. It needs MayAssign.
func (s *Service) RenewAssignment(ctx context.Context, a desk.Actor, id desk.AssignmentID, version int64) (Assignment, error) {
	const op = "requests.RenewAssignment"
	return s.changeAssignment(ctx, a, op, id, version, nil, func(tx Tx, x *Assignment, _ time.Time) (string, differences, error) {
		f, err := assignableForm(ctx, tx, a.Workspace, x.Form)
		var d differences
		d.add("form_version", strconv.Itoa(x.FormVersion), strconv.Itoa(f.Published))
		x.FormVersion, x.FormName = f.Published, f.Name
		return VerbAssignmentEdited, d, err
	})
}

// CancelAssignment takes an assignment that is open or expired back. It needs
// MayAssign.
func (s *Service) CancelAssignment(ctx context.Context, a desk.Actor, id desk.AssignmentID, version int64) (Assignment, error) {
	const op = "requests.CancelAssignment"
	return s.changeAssignment(ctx, a, op, id, version, nil, func(_ Tx, x *Assignment, _ time.Time) (string, differences, error) {
		var d differences
		d.add("state", string(x.State), string(AssignmentCancelled))
		x.State = AssignmentCancelled
		return VerbAssignmentEnded, d, nil
	})
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// changeAssignment runs a change of an assignment that is not ended.
func (s *Service) changeAssignment(ctx context.Context, a desk.Actor, op string, id desk.AssignmentID, version int64, what any,
	change func(tx Tx, x *Assignment, now time.Time) (verb string, d differences, err error),
) (Assignment, error) {
	if err := need(a, "assign forms", MayAssign); err != nil {
		return Assignment{}, desk.In(op, err)
	}
	input := struct {
		ID      desk.AssignmentID
		Version int64
		What    any
	}{id, version, what}
	var x Assignment
	replay, err := s.write(ctx, a, op, input, func(tx Tx) ([]string, error) {
		var err error
		if x, err = s.getAssignment(ctx, tx, a, id, tx.LockAssignment); err != nil {
			return nil, err
		}
		if x.Version != version {
			return nil, stale("assignment")
		}
		if err := unended(&x); err != nil {
			return nil, err
		}
		j := s.entries(a)
		verb, d, err := change(tx, &x, j.Now)
		if err != nil || len(d) == 0 {
			return []string{string(id)}, err
		}
		return []string{string(id)}, s.putAssignment(ctx, tx, a, j, &x, verb, d)
	})
	if err == nil && replay != nil {
		x, err = s.getAssignment(ctx, s.store, a, id, s.store.FormAssignment)
	}
	if err != nil {
		return Assignment{}, desk.In(op, err)
	}
	x.at(s.now())
	return x, nil
}

var assignmentSaid = map[string]string{VerbAssignmentEdited: "Form assignment changed", VerbAssignmentEnded: "Form assignment cancelled"}

func (s *Service) putAssignment(ctx context.Context, tx Tx, a desk.Actor, j *desk.Entries, x *Assignment, verb string, d differences) error {
	if x.State == AssignmentExpired {
		x.State = AssignmentOpen // expired is what the clock says, not what is kept
	}
	x.Version, x.UpdatedAt = x.Version+1, j.Now
	if err := tx.UpdateAssignment(ctx, a.Workspace, *x); err != nil {
		return err
	}
	if err := note(j, happening{verb: verb, short: assignmentSaid[verb], title: x.FormName, ticket: x.Ticket, contacts: []desk.ContactID{x.Contact}, changes: d}); err != nil {
		return err
	}
	return record(ctx, tx, a, j)
}

// unended refuses what was submitted or cancelled.
func unended(x *Assignment) error {
	switch x.State {
	case AssignmentSubmitted:
		return conflict("", "This form has been filled in already.")
	case AssignmentCancelled:
		return conflict("", "This form is not asked for any more.")
	}
	return nil
}
