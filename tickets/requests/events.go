package requests

import (
	"context"
	"strings"

	"github.com/deskfolk/desk"
)

// The verbs of this package's events. Those of templates and forms have the
// template or form as their subject. The others stand in the log of the ticket,
// if there is one, and in that of the contact; where it belongs to a ticket, the
// contact's log does not say what it is about, since who reads that may not see
// the ticket.
const (
	VerbTemplateCreated  = "template.created"
	VerbTemplateUpdated  = "template.updated"
	VerbFormCreated      = "form.created"
	VerbFormUpdated      = "form.updated"
	VerbFormPublished    = "form.published"
	VerbFormAssigned     = "form.assigned"
	VerbAssignmentEdited = "form.assignment_updated"
	VerbAssignmentEnded  = "form.assignment_cancelled"
	VerbFormSubmitted    = "form.submitted"
	VerbRequested        = "request.submitted"
	VerbTaskCreated      = "task.created"
	VerbTaskUpdated      = "task.updated"
	VerbTaskMoved        = "task.state_changed"
	VerbTaskDeleted      = "task.deleted"
)

// Verbs lists the verbs of this package's events.
var Verbs = []string{
	VerbTemplateCreated, VerbTemplateUpdated, VerbFormCreated, VerbFormUpdated, VerbFormPublished, VerbFormAssigned,
	VerbAssignmentEdited, VerbAssignmentEnded, VerbFormSubmitted, VerbRequested, VerbTaskCreated, VerbTaskUpdated, VerbTaskMoved, VerbTaskDeleted,
}

// The types of notices.
const (
	// NoticeForm is for a contact to whom a form was assigned; About is the assignment.
	NoticeForm = "form.assigned"
	// NoticeTask is for a contact to whom a task was assigned; About is the task.
	NoticeTask = "task.assigned"
)

// Notices lists the types of notices.
var Notices = []string{NoticeForm, NoticeTask}

// happening is one thing that happened to what belongs to a ticket or a contact.
type happening struct {
	verb string
	// short says what happened, and to what kind of thing; title names it.
	short, title string
	ticket       desk.TicketID
	contacts     []desk.ContactID
	changes      []desk.Change
}

// note adds the events of a happening: one in the log of the ticket, one in
// that of each contact.
func note(j *desk.Entries, h happening) error {
	full := h.short + "."
	if h.title != "" {
		full = h.short + ": " + strings.TrimSuffix(h.title, ".") + "."
	}
	if h.ticket != "" {
		if err := j.Add(h.verb, string(h.ticket), full, false, h.changes); err != nil {
			return err
		}
		full, h.changes = h.short+".", nil
	}
	var done []desk.ContactID
	for _, c := range h.contacts {
		if c == "" || containsID(done, c) {
			continue
		}
		done = append(done, c)
		if err := j.Add(h.verb, string(c), full, false, h.changes); err != nil {
			return err
		}
	}
	return nil
}

func containsID(all []desk.ContactID, id desk.ContactID) bool {
	for _, x := range all {
		if x == id {
			return true
		}
	}
	return false
}

// record writes the events of a call.
func record(ctx context.Context, tx Tx, a desk.Actor, j *desk.Entries) error {
	return tx.Record(ctx, a.Workspace, j.All...)
}

// differences collects the fields that changed.
type differences []desk.Change

func (d *differences) add(name, before, after string) {
	if before != after {
		*d = append(*d, desk.Change{Field: name, Old: desk.OneLine(before), New: desk.OneLine(after)})
	}
}

// names lists the fields that changed, for a summary.
func (d differences) names() string {
	all := make([]string, len(d))
	for i, c := range d {
		all[i] = strings.ReplaceAll(c.Field, "_", " ")
	}
	return strings.Join(all, ", ")
}
