package notify

import (
	"time"

	"github.com/deskfolk/desk"
)

// State says where a message is on its way.
type State int

// The states of a message.
const (
	// Queued messages wait to be sent, for the first time or again.
	Queued State = iota
	// Sending messages are claimed by a worker.
	Sending
	// Sent messages were taken by the server or service that delivers them.
	Sent
	// Suppressed messages were kept back; the entry says why.
	Suppressed
	// Dead messages failed for good, or too often. They can be sent again by hand.
	Dead
)

// States lists the states.
var States = []State{Queued, Sending, Sent, Suppressed, Dead}

// String returns the state's name: "queued", "sending", "sent", "suppressed", "dead".
func (s State) String() string {
	if s < 0 || int(s) >= len(stateNames) {
		return "unknown"
	}
	return stateNames[s]
}

var stateNames = [...]string{"queued", "sending", "sent", "suppressed", "dead"}

// ParseState reads a state's name.
func ParseState(s string) (State, bool) {
	for i, n := range stateNames {
		if n == s {
			return State(i), true
		}
	}
	return 0, false
}

// Entry is one message to one recipient in the outbox, with what was decided
// about it.
type Entry struct {
	// ID stays the same however often the message is sent.
	ID desk.NoticeID
	// Event is the change it tells of.
	Event   desk.EventID
	Type    string
	Channel Channel
	Ticket  desk.TicketID
	About   string
	// Contact is the recipient; empty for a number that belongs to nobody.
	Contact desk.ContactID
	// Address is where it goes, when it was chosen and not the contact's own at
	// the time of sending. Its middle is left out once the message is done with.
	Address string
	// Content is what an agent has chosen to send, in JSON; empty for what is
	// written from a template.
	Content string

	CreatedAt time.Time
	// DueAt is when it is sent next, or tried again; while it is being sent, when
	// another worker may take it over.
	DueAt time.Time
	// ExpiresAt is when it is too late; zero: never.
	ExpiresAt time.Time
	State     State
	Attempts  int
	// Claim counts the claims: it is the fencing number of the current one.
	Claim int64
	// Gate and Reason are the decision: who decided, and why.
	Gate, Reason string
	// Error says how the last attempt failed, without addresses.
	Error string
	// Receipt is what the server or service called the message.
	Receipt string
	// DoneAt is when it was sent, suppressed or given up.
	DoneAt time.Time
}

// Decision returns what was decided about the message; one that was not
// decided yet is not allowed, by the gate "queue".
func (e Entry) Decision() desk.Decision {
	if e.Gate == "" {
		return desk.Decision{Gate: "queue", Reason: "The message waits to be sent; it is decided when it leaves."}
	}
	return desk.Decision{Allowed: e.State != Suppressed, Gate: e.Gate, Reason: e.Reason}
}

// Mark is what became of a claimed message.
type Mark struct {
	ID       desk.NoticeID
	Claim    int64
	State    State
	DueAt    time.Time
	Attempts int
	// Address replaces the entry's, if the message is done with.
	Address                      string
	Gate, Reason, Error, Receipt string
	DoneAt                       time.Time
}

// EntryFind limits the entries to be read.
type EntryFind struct {
	Contact desk.ContactID
	Ticket  desk.TicketID
	Types   []string
	States  []State
	Channel Channel
	From    time.Time
	Until   time.Time
	// Before is the id to go on behind; entries come newest first.
	Before desk.NoticeID
	Limit  int
}
