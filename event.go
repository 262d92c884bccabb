package desk

import (
	"context"
	"time"
)

// Event is one entry of the activity log: a change, or an access that the
// workspace wants to know of. It is written in the transaction of the change.
type Event struct {
	ID EventID
	At time.Time
	// Who acted.
	ActorKind ActorKind
	ActorID   string
	// Verb is the kind of event, such as "contact.updated". Packages declare theirs.
	Verb string
	// Subject is the id of the record the event belongs to.
	Subject string
	// Summary is one sentence fit for a person, without line breaks, at most 500 bytes.
	Summary string
	// Compliance marks call-preference changes, do-not-call checks and data access.
	Compliance bool
	// Changes are the fields that changed, with the values before and after.
	Changes []Change
	// Cause names what led to it, such as an import's id; empty for a direct act.
	Cause string
	// Notices ask that people be told of it. They are not part of the log.
	Notices []Notice
}

// Notice asks that contacts be told of an event. It is kept with the change, in
// the outbox. Who might be told is named here; whether each of them is, is
// decided when the message leaves.
type Notice struct {
	// Type is the type of message, such as "ticket.commented". Packages declare theirs.
	Type string
	// Ticket is the ticket it is about, or empty.
	Ticket TicketID
	// About is the id of what the message is of, such as a ticket's message, a
	// form's assignment or a task; empty for the ticket itself.
	About string
	// To are the contacts that might be told.
	To []ContactID
}

// Change is one field's values before and after.
type Change struct {
	Field string `json:"field"`
	Old   string `json:"old"`
	New   string `json:"new"`
}

// Changes are those of one event.
type Changes []Change

// Add adds a field whose values differ; the same value is no change.
func (c *Changes) Add(field, old, value string) {
	if old != value {
		*c = append(*c, Change{Field: field, Old: old, New: value})
	}
}

// Type returns the event's type as the activity log shows it: the verb's last
// part with a capital, behind "Compliance: " for a compliance event.
func (e Event) Type() string {
	t := e.Verb
	for i := len(t) - 1; i >= 0; i-- {
		if t[i] == '.' {
			t = t[i+1:]
			break
		}
	}
	b := []byte(t)
	for i := range b {
		if b[i] == '_' {
			b[i] = ' '
		}
	}
	if len(b) > 0 && b[0] >= 'a' && b[0] <= 'z' {
		b[0] -= 'a' - 'A'
	}
	if e.Compliance {
		return "Compliance: " + string(b)
	}
	return string(b)
}

// Journal takes the events of a change. Every package's Tx has one; what is
// recorded is kept or undone together with the change.
type Journal interface {
	Record(ctx context.Context, workspace WorkspaceID, events ...Event) error
}
