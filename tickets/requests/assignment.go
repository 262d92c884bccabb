package requests

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// AssignmentState says where an assignment is.
type AssignmentState string

// The states of an assignment. An open one whose due time has passed is
// expired: that is computed by the clock, and a later due time opens it again.
const (
	AssignmentOpen      AssignmentState = "open"
	AssignmentSubmitted AssignmentState = "submitted"
	AssignmentCancelled AssignmentState = "cancelled"
	AssignmentExpired   AssignmentState = "expired"
)

// AssignmentStates lists the states.
var AssignmentStates = []AssignmentState{AssignmentOpen, AssignmentSubmitted, AssignmentCancelled, AssignmentExpired}

// Assignment asks one contact to fill in a form.
type Assignment struct {
	ID desk.AssignmentID
	// Version counts the changes; an update names the version it was made on.
	Version int64
	Form    desk.FormID
	// FormVersion is the version that is answered. It is the newest one at the
	// time of assigning and stays so when the form is published anew: what a
	// person was asked, and may have in front of it, does not change under its
	// hands. [Service.RenewAssignment] moves it to the newest.
	FormVersion int
	// FormName is the name of that version.
	FormName string
	Contact  desk.ContactID
	// Ticket is what it is about, or empty.
	Ticket desk.TicketID
	// Note is a word to the contact, at most 1,000 characters.
	Note string
	// Due is until when it can be filled in; zero: for ever.
	Due   time.Time
	State AssignmentState
	// Submission is what was given, once it was.
	Submission desk.SubmissionID
	CreatedAt  time.Time
	CreatedBy  string
	UpdatedAt  time.Time
}

// at sets the state that an assignment shows at a moment.
func (x *Assignment) at(now time.Time) {
	if x.State == AssignmentOpen && !x.Due.IsZero() && x.Due.Before(now) {
		x.State = AssignmentExpired
	}
}

// NewAssignment asks contacts to fill in a form.
type NewAssignment struct {
	Form desk.FormID
	// Contacts are 1 to 100.
	Contacts []desk.ContactID
	// Ticket, if given, is one that the actor and all of the contacts see.
	Ticket desk.TicketID
	Note   string
	Due    time.Time
	// Quiet tells nobody.
	Quiet bool
}

// AssignmentPatch changes the fields that are not nil.
type AssignmentPatch struct {
	Note *string
	// Due pointing to the zero time takes it away.
	Due *time.Time
}

// maxAssign is to how many contacts a form is assigned at once.
const maxAssign = 100

// Assign asks contacts to fill in the newest version of a form: all of them, or
// none. Each must be live and active, with portal access, and must not have the
// form open for the same ticket already (desk.Conflict). It needs MayAssign, and
// that the actor sees the contacts.
func (s *Service) Assign(ctx context.Context, a desk.Actor, n NewAssignment) ([]Assignment, error) {
	const op = "requests.Assign"
	if err := need(a, "assign forms", MayAssign); err != nil {
		return nil, desk.In(op, err)
	}
	var made []Assignment
	replay, err := s.write(ctx, a, op, n, func(tx Tx) ([]string, error) {
		var err error
		made, err = s.assign(ctx, tx, a, n)
		ids := make([]string, len(made))
		for i := range made {
			ids[i] = string(made[i].ID)
		}
		return ids, err
	})
	if err == nil && replay != nil {
		made, err = s.assignedBefore(ctx, a, replay)
	}
	if err != nil {
		return nil, desk.In(op, err)
	}
	return made, nil
}

func (s *Service) assignedBefore(ctx context.Context, a desk.Actor, ids []string) ([]Assignment, error) {
	var made []Assignment
	for _, id := range ids {
		x, err := s.store.FormAssignment(ctx, a.Workspace, desk.AssignmentID(id))
		if err != nil {
			return nil, err
		}
		x.at(s.now())
		made = append(made, x)
	}
	return made, nil
}

func (s *Service) assign(ctx context.Context, tx Tx, a desk.Actor, n NewAssignment) ([]Assignment, error) {
	j := s.entries(a)
	note, err := desk.CleanText("note", n.Note, maxHelp)
	if err != nil {
		return nil, err
	}
	due := desk.Moment(n.Due)
	if n.Due.IsZero() {
		due = time.Time{}
	} else if err := checkDue(due, j.Now); err != nil {
		return nil, err
	}
	f, err := assignableForm(ctx, tx, a.Workspace, n.Form)
	if err != nil {
		return nil, err
	}
	ids := set(n.Contacts)
	if len(ids) == 0 || len(ids) > maxAssign {
		return nil, invalid("contacts", "Choose 1 to %d contacts.", maxAssign)
	}
	var made []Assignment
	for i, id := range ids {
		if err := s.mayGet(ctx, tx, a, id, i+1, f.ID, n.Ticket); err != nil {
			return nil, err
		}
		x := Assignment{
			Version: 1, Form: f.ID, FormVersion: f.Published, FormName: f.Name, Contact: id, Ticket: n.Ticket, Note: note, Due: due,
			State: AssignmentOpen, CreatedAt: j.Now, CreatedBy: a.ID, UpdatedAt: j.Now,
		}
		if x.ID, err = newID[desk.AssignmentID](s, "assignment"); err != nil {
			return nil, err
		}
		made = append(made, x)
	}
	if err := tx.InsertAssignments(ctx, a.Workspace, made); err != nil {
		return nil, err
	}
	return made, s.noteAssigned(ctx, tx, a, j, made, n.Quiet)
}

func (s *Service) noteAssigned(ctx context.Context, tx Tx, a desk.Actor, j *desk.Entries, made []Assignment, quiet bool) error {
	for _, x := range made {
		h := happening{verb: VerbFormAssigned, short: "Form assigned", title: x.FormName, ticket: x.Ticket, contacts: []desk.ContactID{x.Contact}}
		if err := note(j, h); err != nil {
			return err
		}
		if !quiet {
			j.Tell(desk.Notice{Type: NoticeForm, Ticket: x.Ticket, About: string(x.ID), To: []desk.ContactID{x.Contact}})
		}
	}
	return record(ctx, tx, a, j)
}

// farthest is how far ahead something can be due.
const farthest = 20 * 366 * 24 * time.Hour

func checkDue(due, now time.Time) error {
	if due.Before(now) || due.After(now.Add(farthest)) {
		return invalid("due", "The due time lies ahead, by 20 years at most.")
	}
	return nil
}

func assignableForm(ctx context.Context, tx Tx, w desk.WorkspaceID, id desk.FormID) (Form, error) {
	f, err := form(ctx, tx, w, id)
	switch {
	case desk.KindOf(err) == desk.NotFound:
		return f, invalid("form", "There is no such form.")
	case err != nil:
		return f, err
	case f.Published == 0:
		return f, invalid("form", "This form has not been published yet.")
	case !f.Active:
		return f, invalid("form", "This form is not active.")
	}
	v, err := tx.FormVersion(ctx, w, id, f.Published)
	f.Name = v.Name
	return f, err
}

// mayGet checks that a contact can be given the form, and locks it, so that
// this holds until the end.
func (s *Service) mayGet(ctx context.Context, tx Tx, a desk.Actor, id desk.ContactID, number int, f desk.FormID, t desk.TicketID) error {
	none := invalid("contacts", "Contact %d does not exist.", number)
	if !desk.IsID("contact", string(id)) {
		return none
	}
	c, err := tx.LockContact(ctx, a.Workspace, id)
	switch {
	case desk.KindOf(err) == desk.NotFound || err == nil && !contacts.Sees(a, &c):
		return none
	case err != nil:
		return err
	}
	if why := canAnswer(&c); why != "" {
		return invalid("contacts", "Contact %d: %s", number, why)
	}
	if t != "" {
		if err := bothSee(ctx, tx, a, t, id, "contacts"); err != nil {
			return err
		}
	}
	open := AssignmentFind{AssignmentFilter: AssignmentFilter{Contact: id, Form: f, States: []AssignmentState{AssignmentOpen}}, Sight: allSight, Now: s.now().UnixMicro(), Limit: desk.MaxPage}
	there, err := tx.FindAssignments(ctx, a.Workspace, open)
	if slices.ContainsFunc(there, func(x Assignment) bool { return x.Ticket == t }) {
		return conflict("contacts", "Contact %d has this form to fill in already.", number)
	}
	return err
}

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
	n, err := p.Size()
	if err != nil {
		return l, err
	}
	scope := scopeOf("requests.Assignments", a, string(f.Ticket), string(f.Contact), string(f.Form), fmt.Sprint(f.States))
	after, before, err := s.cursors.Place(scope, p.Cursor)
	if err != nil {
		return l, err
	}
	now := s.now()
	find := AssignmentFind{AssignmentFilter: f, Sight: sight(a), Now: now.UnixMicro(), Limit: n + 1}
	if l.Count, err = s.store.CountAssignments(ctx, a.Workspace, find); err != nil {
		return l, err
	}
	find.After, find.Before = placed[desk.AssignmentID](after), placed[desk.AssignmentID](before)
	found, err := s.store.FindAssignments(ctx, a.Workspace, find)
	if err != nil {
		return l, err
	}
	found, more := cutPage(found, n, before != nil)
	rows := make([]desk.Position, len(found))
	for i := range found {
		rows[i] = desk.Position{ID: string(found[i].ID)}
		found[i].at(now)
		hideMaker(a, &found[i])
	}
	l.Assignments = found
	l.Next, l.Prev, err = s.cursors.Neighbours(scope, after, before, rows, more)
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
