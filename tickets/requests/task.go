package requests

import (
	"slices"
	"time"

	"github.com/deskfolk/desk"
)

// TaskState says where a task is.
type TaskState string

// The states of a task. Overdue is what a task that is to do or in progress
// shows when its due time has passed: it is computed by the clock, not kept.
const (
	ToDo       TaskState = "to_do"
	InProgress TaskState = "in_progress"
	Completed  TaskState = "completed"
	Overdue    TaskState = "overdue"
	Skipped    TaskState = "skipped"
)

// TaskStates lists the states in the order in which they are offered.
var TaskStates = []TaskState{ToDo, InProgress, Overdue, Completed, Skipped}

// ended reports whether nothing is left to do.
func (s TaskState) ended() bool { return s == Completed || s == Skipped }

// DueRule says from when a relative due time is counted.
type DueRule string

// The rules. Days are counted in the workspace's time zone, so that the hour
// stays what it is when the clocks change.
const (
	// DueFixed: the due time is given, or there is none.
	DueFixed DueRule = ""
	// DueAfterAssigned counts from when the task was assigned; assigning it to
	// someone else counts anew.
	DueAfterAssigned DueRule = "assigned"
	// DueAfterTicket counts from when the ticket was made.
	DueAfterTicket DueRule = "ticket_created"
	// DueAfterTask counts from when another task was completed or skipped;
	// until then the task has no due time.
	DueAfterTask DueRule = "task_done"
)

// DueRules lists the rules.
var DueRules = []DueRule{DueFixed, DueAfterAssigned, DueAfterTicket, DueAfterTask}

// Due says when a task is due.
type Due struct {
	Rule DueRule
	// At is the due time of DueFixed; zero for none.
	At time.Time
	// Days is how many days after that of the rule it is due, 0 to 3,650.
	Days int
	// After is the other task of DueAfterTask: of the same ticket, or where
	// there is none of the same contact.
	After desk.TaskID
}

// Task is something to do for a ticket or a contact.
type Task struct {
	ID desk.TaskID
	// Version counts the changes; an update names the version it was made on.
	Version int64
	// Title is at most 200 characters, Description 20,000.
	Title, Description string
	// State is to do, in progress, completed or skipped; see Overdue.
	State TaskState
	// Overdue says that the due time has passed and it is not done.
	Overdue bool
	// Assignee is the member who does it, AssigneeContact the contact: one of
	// them at most.
	Assignee        string
	AssigneeContact desk.ContactID
	// Contact is whom it is about, Ticket what it belongs to; one at least. A
	// task of a ticket that names no contact is its requester's.
	Contact desk.ContactID
	Ticket  desk.TicketID
	// TicketNumber and TicketSubject are the ticket's, for links.
	TicketNumber  int64
	TicketSubject string
	// DueAt is when it is due, zero for never or not known yet; Due is the rule.
	DueAt time.Time
	Due   Due
	// Form is filled in to do the task, in the version FormVersion; Submission
	// is what was given, once it was.
	Form        desk.FormID
	FormVersion int
	Submission  desk.SubmissionID
	// Position orders the tasks of a ticket or contact.
	Position   int
	AssignedAt time.Time
	DoneAt     time.Time
	CreatedAt  time.Time
	CreatedBy  string
	UpdatedAt  time.Time
}

// Shows returns the state that the task shows: Overdue, or its own.
func (t *Task) Shows() TaskState {
	if t.Overdue {
		return Overdue
	}
	return t.State
}

// at says whether the task is overdue at a moment.
func (t *Task) at(now time.Time) {
	t.Overdue = !t.State.ended() && !t.DueAt.IsZero() && t.DueAt.Before(now)
}

// NewTask is what a task is made of.
type NewTask struct {
	Title, Description string
	Assignee           string
	AssigneeContact    desk.ContactID
	Contact            desk.ContactID
	Ticket             desk.TicketID
	Due                Due
	Form               desk.FormID
	Position           int
	// Quiet tells nobody.
	Quiet bool
}

// TaskPatch changes the fields that are not nil. Ticket, contact and form stay
// what they are.
type TaskPatch struct {
	Title, Description *string
	// Assignee and AssigneeContact pointing to "" take it from the one who has
	// it; giving one takes it from the other.
	Assignee        *string
	AssigneeContact *desk.ContactID
	Due             *Due
	Position        *int
	State           *TaskState
	// Quiet tells nobody.
	Quiet bool
}

// TaskSort names the order of a list. Equal keys are ordered by id.
type TaskSort string

// The orders of tasks. Those without a due time come last by it (first when
// descending).
const (
	SortDue      TaskSort = "due"
	SortPosition TaskSort = "position"
	SortTitle    TaskSort = "title"
	SortCreated  TaskSort = "created"
	SortUpdated  TaskSort = "updated"
)

// TaskSorts lists the orders.
var TaskSorts = []TaskSort{SortDue, SortPosition, SortTitle, SortCreated, SortUpdated}

// TaskFilter limits a list. Zero fields do not limit.
type TaskFilter struct {
	// Text is looked for in titles and descriptions: several words in any
	// order, each any part of a word; case and accents do not matter. At most
	// 200 characters and 12 words.
	Text string
	// States are the states that the tasks show, any of them.
	States []TaskState
	// Contact is whom the tasks are about or who does them, over all tickets.
	Contact desk.ContactID
	Ticket  desk.TicketID
	// Assignee is the member, AssigneeContact the contact who does them.
	Assignee        string
	AssigneeContact desk.ContactID
	// DueFrom is in, DueUntil is out.
	DueFrom, DueUntil time.Time
}

// TaskQuery is what a list of tasks is asked for. The zero value lists all
// that the actor sees, by their due times.
type TaskQuery struct {
	TaskFilter
	Sort TaskSort // empty: SortDue
	Desc bool
}

// TaskList is one page of tasks.
type TaskList struct {
	Tasks      []Task
	Next, Prev desk.Cursor
	// Count is the number of all that match; Counts that of those that match
	// but for their state, by the state they show.
	Count  int
	Counts map[TaskState]int
}

// Lanes groups tasks by the state they show, in the order of [TaskStates].
func Lanes(all []Task) [][]Task {
	lanes := make([][]Task, len(TaskStates))
	for _, t := range all {
		if i := slices.Index(TaskStates, t.Shows()); i >= 0 {
			lanes[i] = append(lanes[i], t)
		}
	}
	return lanes
}
