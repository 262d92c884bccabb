package requests

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// The names of this package's parts of a contact's profile.
const (
	// TasksPart are the tasks about a contact or done by it, over all tickets:
	// items are [Task].
	TasksPart = "tasks"
	// FormsPart are the forms that were assigned to it: items are [Assignment].
	FormsPart = "forms"
	// SubmissionsPart is what it has filled in: items are [Submission].
	SubmissionsPart = "submissions"
)

// Parts returns the parts of a contact's profile, for contacts.Options. An
// actor without the permission to see one gets the profile without it. The
// tasks come by their due times.
func (s *Service) Parts() []contacts.ProfilePart {
	return []contacts.ProfilePart{
		{Name: TasksPart, Label: "Tasks", Read: s.tasksPart},
		{Name: FormsPart, Label: "Forms", Read: s.formsPart},
		{Name: SubmissionsPart, Label: "Submissions", Read: s.submissionsPart},
	}
}

func (s *Service) tasksPart(ctx context.Context, a desk.Actor, id desk.ContactID, p desk.Page) (contacts.PartPage, error) {
	l, err := s.Tasks(ctx, a, TaskQuery{TaskFilter: TaskFilter{Contact: id}}, p)
	return contacts.PartPage{Items: anys(l.Tasks), Next: l.Next, Count: l.Count}, err
}

func (s *Service) formsPart(ctx context.Context, a desk.Actor, id desk.ContactID, p desk.Page) (contacts.PartPage, error) {
	l, err := s.Assignments(ctx, a, AssignmentFilter{Contact: id}, p)
	return contacts.PartPage{Items: anys(l.Assignments), Next: l.Next, Count: l.Count}, err
}

func (s *Service) submissionsPart(ctx context.Context, a desk.Actor, id desk.ContactID, p desk.Page) (contacts.PartPage, error) {
	l, err := s.Submissions(ctx, a, SubmissionFilter{Contact: id}, p)
	return contacts.PartPage{Items: anys(l.Submissions), Next: l.Next, Count: l.Count}, err
}

// String returns the task in one line: title, state, due time, ticket.
func (t Task) String() string {
	s := t.Title + " · " + strings.ReplaceAll(string(t.Shows()), "_", " ")
	if !t.DueAt.IsZero() {
		s += " · due " + t.DueAt.Format(time.DateOnly)
	}
	if t.TicketNumber > 0 {
		s += " · #" + strconv.FormatInt(t.TicketNumber, 10)
	}
	return s
}

// String returns the assignment in one line: form, state, due time.
func (x Assignment) String() string {
	s := x.FormName + " · " + string(x.State)
	if !x.Due.IsZero() {
		s += " · due " + x.Due.Format(time.DateOnly)
	}
	return s
}

// String returns the submission in one line: form, number of answers, time.
func (s Submission) String() string {
	name := s.FormName
	if name == "" {
		name = "Request"
	}
	return name + " · " + strconv.Itoa(len(s.Answers)) + " answers · " + s.At.Format(time.DateOnly)
}

func anys[T any](all []T) []any {
	items := make([]any, len(all))
	for i, v := range all {
		items[i] = v
	}
	return items
}
