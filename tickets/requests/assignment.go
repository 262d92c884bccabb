package requests

import (
	"context"
	"slices"
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
