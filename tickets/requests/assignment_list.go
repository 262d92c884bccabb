package requests

import (
	"context"
	"fmt"
	"slices"

	"github.com/deskfolk/desk"
)

// AssignmentFilter limits a list. Zero fields do not limit.
type AssignmentFilter struct {
	Contact desk.ContactID
	Ticket  desk.TicketID
	Form    desk.FormID
	States  []AssignmentState // any of
}

// AssignmentList is one page of assignments, newest first.
type AssignmentList struct {
	Assignments []Assignment
	Next, Prev  desk.Cursor
	Count       int
}

// getAssignment returns an assignment that the actor sees.
func (s *Service) getAssignment(ctx context.Context, r Reader, a desk.Actor, id desk.AssignmentID, read func(context.Context, desk.WorkspaceID, desk.AssignmentID) (Assignment, error)) (Assignment, error) {
	none := notFound("assignment")
	if !desk.IsID("assignment", string(id)) {
		return Assignment{}, none
	}
	x, err := read(ctx, a.Workspace, id)
	switch {
	case desk.KindOf(err) == desk.NotFound:
		return x, none
	case err != nil:
		return x, err
	}
	ok, err := sees(ctx, r, a, x.Ticket, x.Contact, x.Contact)
	if err == nil && !ok {
		err = none
	}
	if err != nil {
		return Assignment{}, err
	}
	x.at(s.now())
	return x, nil
}

// Assignment returns an assignment and what it asks. It needs MayView or
// MayAssign, and that the actor sees the ticket, or where there is none the
// contact; a contact sees its own, while it is live and active.
func (s *Service) Assignment(ctx context.Context, a desk.Actor, id desk.AssignmentID) (Assignment, FormVersion, error) {
	const op = "requests.Assignment"
	if err := s.mayRead(ctx, a, "see assignments", MayView, MayAssign); err != nil {
		return Assignment{}, FormVersion{}, desk.In(op, err)
	}
	x, err := s.getAssignment(ctx, s.store, a, id, s.store.FormAssignment)
	if err != nil {
		return Assignment{}, FormVersion{}, desk.In(op, err)
	}
	v, err := formVersion(ctx, s.store, a.Workspace, x.Form, x.FormVersion)
	if err != nil {
		return Assignment{}, FormVersion{}, desk.In(op, err)
	}
	hideMaker(a, &x)
	if isContact(a) {
		v.PublishedBy = ""
	}
	return x, v, nil
}

func hideMaker(a desk.Actor, x *Assignment) {
	if isContact(a) {
		x.CreatedBy = ""
	}
}

// Assignments returns a page of assignments, newest first, with the number of
// all that match and that the actor sees. It needs what Assignment needs.
func (s *Service) Assignments(ctx context.Context, a desk.Actor, f AssignmentFilter, p desk.Page) (AssignmentList, error) {
	l, err := s.assignments(ctx, a, f, p)
	if err != nil {
		return AssignmentList{}, desk.In("requests.Assignments", err)
	}
	return l, nil
}

func (s *Service) assignments(ctx context.Context, a desk.Actor, f AssignmentFilter, p desk.Page) (AssignmentList, error) {
	var l AssignmentList
	if err := s.mayRead(ctx, a, "see assignments", MayView, MayAssign); err != nil {
		return l, err
	}
	if err := f.clean(); err != nil {
		return l, err
	}
	scope := scopeOf("requests.Assignments", a, string(f.Ticket), string(f.Contact), string(f.Form), fmt.Sprint(f.States))
	now := s.now()
	find := AssignmentFind{AssignmentFilter: f, Sight: sight(a), Now: now.UnixMicro()}
	id := func(x *Assignment) desk.AssignmentID { return x.ID }
	var err error
	l.Assignments, l.Next, l.Prev, err = pageOf(s, scope, p, id, func(after, before desk.AssignmentID, limit int) (_ []Assignment, err error) {
		if l.Count, err = s.store.CountAssignments(ctx, a.Workspace, find); err != nil {
			return nil, err
		}
		find.After, find.Before, find.Limit = after, before, limit
		return s.store.FindAssignments(ctx, a.Workspace, find)
	})
	for i := range l.Assignments {
		l.Assignments[i].at(now)
		hideMaker(a, &l.Assignments[i])
	}
	return l, err
}

// clean checks the filter.
func (f *AssignmentFilter) clean() error {
	f.States = set(f.States)
	for _, st := range f.States {
		if !slices.Contains(AssignmentStates, st) {
			return invalid("states", "There is no such state of an assignment.")
		}
	}
	return checkIDs(map[string]string{"ticket": string(f.Ticket), "contact": string(f.Contact), "form": string(f.Form)})
}
