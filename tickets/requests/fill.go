package requests

import (
	"context"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Filling is what is given for a form.
type Filling struct {
	Answers Answers
	Files   Files
}

// Fill gives the answers of an assignment, in the version of the form that it
// has. The contact does it, or a member with MayAssign in its stead. The contact
// must be live and active and have portal access at this moment, whoever acts.
// An assignment that was submitted or cancelled, or has expired, is refused as
// desk.Conflict. What is wrong comes as [FieldErrors] with names such as
// "answers.serial_number".
func (s *Service) Fill(ctx context.Context, a desk.Actor, id desk.AssignmentID, f Filling) (Submission, error) {
	const op = "requests.Fill"
	if err := checkFiller(a, "fill in forms", MayAssign); err != nil {
		return Submission{}, desk.In(op, err)
	}
	input := struct {
		ID desk.AssignmentID
		F  Filling
	}{id, f}
	var sub Submission
	replay, err := s.write(ctx, a, op, input, func(tx Tx) ([]string, error) {
		var err error
		sub, err = s.fill(ctx, tx, a, id, f)
		return []string{string(sub.ID)}, err
	})
	return s.filled(ctx, a, op, sub, replay, err)
}

// checkFiller checks who fills in: a contact, or an actor with the permission.
func checkFiller(a desk.Actor, what string, p desk.Permission) error {
	if isContact(a) {
		return checkActor(a)
	}
	return need(a, what, p)
}

// filled returns the submission that a call made.
func (s *Service) filled(ctx context.Context, a desk.Actor, op string, sub Submission, replay []string, err error) (Submission, error) {
	if err == nil && len(replay) > 0 {
		if sub, err = s.store.FormSubmission(ctx, a.Workspace, desk.SubmissionID(replay[0])); err == nil {
			hideAuthor(a, &sub)
		}
	}
	if err != nil {
		return Submission{}, desk.In(op, err)
	}
	return sub, nil
}

func (s *Service) fill(ctx context.Context, tx Tx, a desk.Actor, id desk.AssignmentID, f Filling) (Submission, error) {
	var sub Submission
	if isContact(a) {
		if _, err := lockSelf(ctx, tx, a); err != nil {
			return sub, err
		}
	}
	x, err := s.getAssignment(ctx, tx, a, id, tx.LockAssignment)
	if err != nil {
		return sub, err
	}
	if err := unended(&x); err != nil {
		return sub, err
	}
	if x.State == AssignmentExpired {
		return sub, conflict("", "The time to fill in this form has passed.")
	}
	if err := lockAnswerer(ctx, tx, a, x.Contact); err != nil {
		return sub, err
	}
	j := s.entries(a)
	sub = Submission{Form: x.Form, FormVersion: x.FormVersion, Assignment: x.ID, Contact: x.Contact, Ticket: x.Ticket, At: j.Now}
	if err := s.answer(ctx, tx, a, &sub, f); err != nil {
		return Submission{}, err
	}
	x.State, x.Submission, x.Version, x.UpdatedAt = AssignmentSubmitted, sub.ID, x.Version+1, j.Now
	if err := tx.UpdateAssignment(ctx, a.Workspace, x); err != nil {
		return Submission{}, err
	}
	return sub, s.noteFilled(ctx, tx, a, j, &sub, []desk.ContactID{x.Contact})
}

// lockAnswerer locks the contact whose answers they are, and checks that it
// can give them.
func lockAnswerer(ctx context.Context, tx contacts.Tx, a desk.Actor, id desk.ContactID) error {
	c, err := tx.LockContact(ctx, a.Workspace, id)
	if err != nil {
		return err
	}
	if why := canAnswer(&c); why != "" {
		if isContact(a) {
			return denied("You may not fill in forms.")
		}
		return conflict("", "%s The form cannot be filled in.", why)
	}
	return nil
}

// answer checks the answers against the form's version and keeps them.
func (s *Service) answer(ctx context.Context, tx Tx, a desk.Actor, sub *Submission, f Filling) error {
	v, err := formVersion(ctx, tx, a.Workspace, sub.Form, sub.FormVersion)
	if err != nil {
		return err
	}
	sub.FormName = v.Name
	if sub.Answers, err = v.Definition.Validate(f.Answers, f.Files); err != nil {
		return err
	}
	return s.keepSubmission(ctx, tx, a, sub, f.Files)
}

func (s *Service) noteFilled(ctx context.Context, tx Tx, a desk.Actor, j *desk.Entries, sub *Submission, to []desk.ContactID) error {
	if err := note(j, happening{verb: VerbFormSubmitted, short: "Form filled in", title: sub.FormName, ticket: sub.Ticket, contacts: to}); err != nil {
		return err
	}
	return record(ctx, tx, a, j)
}
