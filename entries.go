package desk

import "time"

// The limits of an event, in bytes.
const (
	maxSummary = 500
	maxChange  = 500
	maxCause   = 200
)

// Entries makes the events of one call: author, time and cause are the same in
// all of them, texts are put on one line and cut. Its All goes to [Journal].
type Entries struct {
	IDs   *IDs
	Actor Actor
	Now   time.Time
	Cause string
	All   []Event
}

// Add adds an event. It fails only when no id can be had.
func (e *Entries) Add(verb, subject, summary string, compliance bool, changes []Change) error {
	id, err := e.IDs.New("event")
	if err != nil {
		return err
	}
	for i := range changes {
		changes[i].Old, changes[i].New = Cut(changes[i].Old, maxChange), Cut(changes[i].New, maxChange)
	}
	e.All = append(e.All, Event{
		ID: EventID(id), At: e.Now, ActorKind: e.Actor.Kind, ActorID: e.Actor.ID,
		Verb: verb, Subject: subject, Summary: Cut(OneLine(summary), maxSummary),
		Compliance: compliance, Changes: changes, Cause: Cut(OneLine(e.Cause), maxCause),
	})
	return nil
}

// Tell asks with the last event that contacts be told of it. Nobody to tell is
// no notice.
func (e *Entries) Tell(n Notice) {
	if len(e.All) == 0 || len(n.To) == 0 {
		return
	}
	last := &e.All[len(e.All)-1]
	last.Notices = append(last.Notices, n)
}
