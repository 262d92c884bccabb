package requests

import (
	"context"
	"io"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// Submission is what was given: a request made by a template, or a form that
// was filled in. It never changes.
type Submission struct {
	ID desk.SubmissionID
	// Template and TemplateVersion are what a request was made by.
	Template        desk.TemplateID
	TemplateVersion int64
	// Form and FormVersion are what was answered; FormName is its name then.
	Form        desk.FormID
	FormVersion int
	FormName    string
	// Assignment or Task is what asked for it, if one did.
	Assignment desk.AssignmentID
	Task       desk.TaskID
	// Contact is whose answers they are; empty for a member's own.
	Contact desk.ContactID
	Ticket  desk.TicketID
	Answers []Answer
	At      time.Time
	// ByKind and By are the actor that gave them.
	ByKind desk.ActorKind
	By     string
}

// Answer returns the answer of a field, or nil.
func (s *Submission) Answer(field string) *Answer {
	for i := range s.Answers {
		if s.Answers[i].Field == field {
			return &s.Answers[i]
		}
	}
	return nil
}

// SubmissionFilter limits a list. Zero fields do not limit.
type SubmissionFilter struct {
	Ticket   desk.TicketID
	Contact  desk.ContactID
	Form     desk.FormID
	Template desk.TemplateID
	Task     desk.TaskID
}

// SubmissionList is one page of submissions, newest first.
type SubmissionList struct {
	Submissions []Submission
	Next, Prev  desk.Cursor
	Count       int
}

// keepSubmission writes a submission: its id, its author, the times of its
// consents, its files. Files are read within the transaction.
func (s *Service) keepSubmission(ctx context.Context, tx Tx, a desk.Actor, sub *Submission, files Files) error {
	var err error
	if sub.ID, err = newID[desk.SubmissionID](s, "submission"); err != nil {
		return err
	}
	sub.ByKind, sub.By = a.Kind, a.ID
	settings, err := tickets.SettingsOf(ctx, tx, a.Workspace)
	if err != nil {
		return err
	}
	for i := range sub.Answers {
		answer := &sub.Answers[i]
		if answer.Consent != nil {
			answer.Consent.At = sub.At
		}
		if answer.Type != FileField {
			continue
		}
		for n, f := range files[answer.Field] {
			if answer.Files[n], err = s.keepFile(ctx, tx, a.Workspace, answer.Field, f, settings.MaxAttachment); err != nil {
				return err
			}
		}
	}
	return tx.InsertSubmission(ctx, a.Workspace, *sub)
}

// keepFile writes a file by the rules of the files of messages.
func (s *Service) keepFile(ctx context.Context, tx Tx, w desk.WorkspaceID, field string, f tickets.NewAttachment, limit int64) (File, error) {
	id, err := newID[desk.AttachmentID](s, "file")
	if err != nil {
		return File{}, err
	}
	x, err := tickets.KeepFile(ctx, tx, w, id, f, limit)
	if err != nil {
		return File{}, asAnswer(err, field)
	}
	return File{ID: id, Name: x.Name, Type: x.Type, Size: x.Size, SHA256: x.SHA256}, nil
}

// asAnswer makes an error about a file blame the field of the form.
func asAnswer(err error, field string) error {
	if desk.FieldOf(err) != "attachments" {
		return err
	}
	e := &desk.Error{Kind: desk.KindOf(err), Field: "answers." + field, Message: desk.MessageOf(err)}
	return &desk.Error{Kind: e.Kind, Field: e.Field, Message: e.Message, Err: FieldErrors{e}}
}

// readSubmission returns a submission that the actor sees.
func (s *Service) readSubmission(ctx context.Context, a desk.Actor, id desk.SubmissionID) (Submission, error) {
	none := notFound("submission")
	if err := s.mayRead(ctx, a, "see submissions", MayView); err != nil {
		return Submission{}, err
	}
	if !desk.IsID("submission", string(id)) {
		return Submission{}, none
	}
	sub, err := s.store.FormSubmission(ctx, a.Workspace, id)
	switch {
	case desk.KindOf(err) == desk.NotFound:
		return Submission{}, none
	case err != nil:
		return Submission{}, err
	}
	ok, err := sees(ctx, s.store, a, sub.Ticket, sub.Contact, sub.Contact)
	if err == nil && !ok {
		err = none
	}
	if err != nil {
		return Submission{}, err
	}
	hideAuthor(a, &sub)
	return sub, nil
}

// hideAuthor leaves out what a contact need not know: which member or system
// filled in for it.
func hideAuthor(a desk.Actor, sub *Submission) {
	if isContact(a) && (sub.ByKind != desk.ContactActor || sub.By != a.ID) {
		sub.By = ""
	}
}

// mayRead checks a member's or system's permission, or that a contact is live
// and active.
func (s *Service) mayRead(ctx context.Context, a desk.Actor, what string, ps ...desk.Permission) error {
	if !isContact(a) {
		return need(a, what, ps...)
	}
	if err := checkActor(a); err != nil {
		return err
	}
	_, err := self(ctx, s.store, a)
	return err
}

// Submission returns what was given. It needs MayView, and that the actor sees
// the ticket, or where there is none the contact; a contact sees its own.
func (s *Service) Submission(ctx context.Context, a desk.Actor, id desk.SubmissionID) (Submission, error) {
	sub, err := s.readSubmission(ctx, a, id)
	if err != nil {
		return Submission{}, desk.In("requests.Submission", err)
	}
	return sub, nil
}

// Submissions returns a page of what was given, newest first, with the number
// of all that match and that the actor sees. It needs what Submission needs.
func (s *Service) Submissions(ctx context.Context, a desk.Actor, f SubmissionFilter, p desk.Page) (SubmissionList, error) {
	l, err := s.submissions(ctx, a, f, p)
	if err != nil {
		return SubmissionList{}, desk.In("requests.Submissions", err)
	}
	return l, nil
}

func (s *Service) submissions(ctx context.Context, a desk.Actor, f SubmissionFilter, p desk.Page) (SubmissionList, error) {
	var l SubmissionList
	if err := s.mayRead(ctx, a, "see submissions", MayView); err != nil {
		return l, err
	}
	if err := checkIDs(map[string]string{"ticket": string(f.Ticket), "contact": string(f.Contact), "form": string(f.Form), "template": string(f.Template), "task": string(f.Task)}); err != nil {
		return l, err
	}
	scope := scopeOf("requests.Submissions", a, string(f.Ticket), string(f.Contact), string(f.Form), string(f.Template), string(f.Task))
	find := SubmissionFind{SubmissionFilter: f, Sight: sight(a)}
	id := func(sub *Submission) desk.SubmissionID { return sub.ID }
	var err error
	l.Submissions, l.Next, l.Prev, err = pageOf(s, scope, p, id, func(after, before desk.SubmissionID, limit int) (_ []Submission, err error) {
		if l.Count, err = s.store.CountSubmissions(ctx, a.Workspace, find); err != nil {
			return nil, err
		}
		find.After, find.Before, find.Limit = after, before, limit
		return s.store.FindSubmissions(ctx, a.Workspace, find)
	})
	for i := range l.Submissions {
		hideAuthor(a, &l.Submissions[i])
	}
	return l, err
}

// OpenFile opens a file of a submission for reading; the caller closes it.
// Submission and file must belong together. It needs what Submission needs. An
// error that comes while it is read is the database's.
func (s *Service) OpenFile(ctx context.Context, a desk.Actor, submission desk.SubmissionID, id desk.AttachmentID) (File, io.ReadCloser, error) {
	const op = "requests.OpenFile"
	none := notFound("file")
	sub, err := s.readSubmission(ctx, a, submission)
	if desk.KindOf(err) == desk.NotFound {
		err = none
	}
	if err != nil {
		return File{}, nil, desk.In(op, err)
	}
	for _, answer := range sub.Answers {
		for _, f := range answer.Files {
			if f.ID == id {
				return f, s.store.OpenBlob(ctx, a.Workspace, string(id)), nil
			}
		}
	}
	return File{}, nil, desk.In(op, none)
}

// canAnswer says why a contact cannot be given a form to fill in, or "": it
// must be live and active and have portal access. It is asked when a form is
// assigned and again when it is filled in (F4).
func canAnswer(c *contacts.Contact) string {
	switch {
	case c.State != contacts.Live:
		return "The contact is not there any more."
	case !c.Active:
		return "The contact is not active."
	case !c.PortalAccess:
		return "The contact has no access to the portal."
	}
	return ""
}
