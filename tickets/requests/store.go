package requests

import (
	"context"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// Reader is what the package reads from its store, besides tickets and
// contacts. Every method takes the workspace first and finds nothing of
// another. A record that is not there is a desk.NotFound error.
type Reader interface {
	tickets.Reader
	formReader
	taskReader
}

// formReader reads forms, templates, assignments and submissions.
type formReader interface {
	Form(ctx context.Context, w desk.WorkspaceID, id desk.FormID) (Form, error)
	// Forms returns all forms by name, without their drafts.
	Forms(ctx context.Context, w desk.WorkspaceID) ([]Form, error)
	FormVersion(ctx context.Context, w desk.WorkspaceID, id desk.FormID, number int) (FormVersion, error)
	// FormVersions returns the versions of a form, newest first, without what
	// they ask.
	FormVersions(ctx context.Context, w desk.WorkspaceID, id desk.FormID) ([]FormVersion, error)

	RequestTemplate(ctx context.Context, w desk.WorkspaceID, id desk.TemplateID) (Template, error)
	// RequestTemplates returns all templates by position and name.
	RequestTemplates(ctx context.Context, w desk.WorkspaceID) ([]Template, error)
	// RequestTemplateVersion returns a template as it was, without its lists of contacts.
	RequestTemplateVersion(ctx context.Context, w desk.WorkspaceID, id desk.TemplateID, version int64) (Template, error)

	FormAssignment(ctx context.Context, w desk.WorkspaceID, id desk.AssignmentID) (Assignment, error)
	FindAssignments(ctx context.Context, w desk.WorkspaceID, f AssignmentFind) ([]Assignment, error)
	CountAssignments(ctx context.Context, w desk.WorkspaceID, f AssignmentFind) (int, error)

	// FormSubmission returns a submission with its files.
	FormSubmission(ctx context.Context, w desk.WorkspaceID, id desk.SubmissionID) (Submission, error)
	FindSubmissions(ctx context.Context, w desk.WorkspaceID, f SubmissionFind) ([]Submission, error)
	CountSubmissions(ctx context.Context, w desk.WorkspaceID, f SubmissionFind) (int, error)
}

// taskReader reads tasks.
type taskReader interface {
	Task(ctx context.Context, w desk.WorkspaceID, id desk.TaskID) (Task, error)
	// FindTasks returns the tasks that match, in order, with their places, and
	// whether there are further ones.
	FindTasks(ctx context.Context, w desk.WorkspaceID, f TaskFind) (TasksFound, error)
	// CountTasks counts the tasks that match by the state they show, without a
	// look at the states that were asked for or at the page.
	CountTasks(ctx context.Context, w desk.WorkspaceID, f TaskFind) (map[TaskState]int, error)
	// TasksAfter returns the tasks that are due after another one is done.
	TasksAfter(ctx context.Context, w desk.WorkspaceID, id desk.TaskID) ([]Task, error)
}

// Tx is a transaction: what the package reads and writes within one.
type Tx interface {
	tickets.Tx
	Reader
	formWriter
	taskWriter
}

// formWriter writes forms, templates, assignments and submissions. What is
// updated must have the stored version plus one; otherwise the error is
// desk.Conflict with contacts.ErrStale.
type formWriter interface {
	InsertForm(ctx context.Context, w desk.WorkspaceID, f Form) error
	UpdateForm(ctx context.Context, w desk.WorkspaceID, f Form) error
	// InsertFormVersion adds a version, which is never changed.
	InsertFormVersion(ctx context.Context, w desk.WorkspaceID, v FormVersion) error

	// InsertRequestTemplate and UpdateRequestTemplate keep the template as it was before too.
	InsertRequestTemplate(ctx context.Context, w desk.WorkspaceID, t Template) error
	UpdateRequestTemplate(ctx context.Context, w desk.WorkspaceID, t Template) error

	// LockAssignment reads an assignment and keeps others from changing it until the end.
	LockAssignment(ctx context.Context, w desk.WorkspaceID, id desk.AssignmentID) (Assignment, error)
	InsertAssignments(ctx context.Context, w desk.WorkspaceID, as []Assignment) error
	UpdateAssignment(ctx context.Context, w desk.WorkspaceID, a Assignment) error

	// InsertSubmission adds a submission with what is said of its files. Their
	// contents are kept by PutBlob, under their ids.
	InsertSubmission(ctx context.Context, w desk.WorkspaceID, s Submission) error
}

// taskWriter writes tasks; versions as in formWriter.
type taskWriter interface {
	// LockTask reads a task and keeps others from changing it until the end.
	LockTask(ctx context.Context, w desk.WorkspaceID, id desk.TaskID) (Task, error)
	InsertTask(ctx context.Context, w desk.WorkspaceID, t Task) error
	UpdateTask(ctx context.Context, w desk.WorkspaceID, t Task) error
	// DeleteTask removes a task for good. Those that waited for it wait no more.
	DeleteTask(ctx context.Context, w desk.WorkspaceID, id desk.TaskID) error
}

// Store keeps templates, forms, submissions and tasks.
type Store interface {
	Reader
	// Update runs fn in a transaction: all of it is kept, or nothing when fn
	// returns an error, panics, or ctx ends.
	Update(ctx context.Context, fn func(Tx) error) error
}

// Sight says what an actor sees, as conditions that a store can put into a
// query. What belongs to a ticket is seen by who sees the ticket; the rest by
// who sees the contact.
type Sight struct {
	Tickets  tickets.Sight
	Contacts contacts.Sight
	// Self is a contact that acts for itself: it sees what is its own, unless
	// that belongs to a ticket that it does not see.
	Self desk.ContactID
}

// AssignmentFind is a query of assignments, newest first.
type AssignmentFind struct {
	AssignmentFilter
	Sight Sight
	// Now, in microseconds since 1970, tells open assignments from expired ones.
	Now int64
	// After and Before are ids that the page lies behind, or ahead of.
	After, Before desk.AssignmentID
	Limit         int
}

// SubmissionFind is a query of submissions, newest first.
type SubmissionFind struct {
	SubmissionFilter
	Sight         Sight
	After, Before desk.SubmissionID
	Limit         int
}

// TaskFind is a query of tasks as the store gets it.
type TaskFind struct {
	TaskFilter
	// Words are folded; each occurs in the task's title or description.
	Words []string
	Sight Sight
	// Now, in microseconds since 1970, tells what is overdue.
	Now           int64
	Sort          TaskSort
	Desc          bool
	After, Before *desk.Position
	Limit         int
}

// TasksFound is what the store found, in the list's order.
type TasksFound struct {
	Tasks     []Task
	Positions []desk.Position
	More      bool
}
