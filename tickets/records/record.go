package records

import (
	"encoding/json"
	"time"

	"github.com/deskfolk/desk"
)

// Record is one thing that happened, or that is planned, with a contact, on a
// ticket or with a company.
type Record struct {
	ID desk.RecordID `json:"id"`
	// Version counts the changes, from 1; updates name the one they were made from.
	Version int64 `json:"version"`
	Kind    Kind  `json:"kind"`
	// Contact, Ticket and Company are what the record belongs to; at least one
	// is set, but for a call whose number matched nobody.
	Contact desk.ContactID `json:"contact,omitempty"`
	Ticket  desk.TicketID  `json:"ticket,omitempty"`
	Company desk.CompanyID `json:"company,omitempty"`
	Title   string         `json:"title,omitempty"`
	// At is when it happened or is to happen; for a deal, when it is expected
	// to close.
	At time.Time `json:"at"`
	// Duration has whole seconds; of meetings, calls and time entries.
	Duration time.Duration `json:"-"`
	// Amount is in minor units (cents) of Currency, an ISO 4217 code; of deals.
	// Without a currency there is no amount.
	Amount   int64  `json:"amount,omitempty"`
	Currency string `json:"currency,omitempty"`
	Status   Status `json:"status,omitempty"`
	// Outcome says in a line what came of it: "left a message".
	Outcome   string    `json:"outcome,omitempty"`
	Direction Direction `json:"direction,omitempty"`
	// Number is the other party's number as typed, of calls; E164 is empty when
	// it is no valid number for the workspace's region. Both are empty for an
	// actor from whom phones are hidden.
	Number string `json:"number,omitempty"`
	E164   string `json:"e164,omitempty"`
	// Owner is the id of the member whose deal, call or time it is.
	Owner     string    `json:"owner,omitempty"`
	Note      string    `json:"note,omitempty"`
	CreatedAt time.Time `json:"created_at"`
	CreatedBy string    `json:"created_by"`
	UpdatedAt time.Time `json:"updated_at"`
}

// MarshalJSON writes the duration as text, such as "1h30m0s".
func (rec Record) MarshalJSON() ([]byte, error) {
	type plain Record
	v := struct {
		plain
		Duration string `json:"duration,omitempty"`
	}{plain: plain(rec)}
	if rec.Duration > 0 {
		v.Duration = rec.Duration.String()
	}
	return json.Marshal(v)
}

// Kind is what a record is of. It cannot be changed.
type Kind string

// The kinds.
const (
	Deal    Kind = "deal"
	Email   Kind = "email"
	Meeting Kind = "meeting"
	Call    Kind = "call"
	Time    Kind = "time"
)

// Kinds lists the kinds in the order in which they are offered.
var Kinds = []Kind{Deal, Email, Meeting, Call, Time}

// Status says how far a record is. Time entries have none.
type Status string

// The statuses: Open, Won and Lost are those of deals, the others those of
// emails, meetings and calls.
const (
	Open      Status = "open"
	Won       Status = "won"
	Lost      Status = "lost"
	Planned   Status = "planned"
	Done      Status = "done"
	Cancelled Status = "cancelled"
)

// Statuses returns the statuses of a kind; the first is what a new record has
// if it names none. nil: the kind has none.
func Statuses(k Kind) []Status {
	switch k {
	case Deal:
		return []Status{Open, Won, Lost}
	case Email, Meeting, Call:
		return []Status{Done, Planned, Cancelled}
	}
	return nil
}

// Direction is who began an email or a call.
type Direction string

// The directions; the empty one is not known.
const (
	Inbound  Direction = "inbound"
	Outbound Direction = "outbound"
)

// Directions lists the directions in the order in which they are offered.
var Directions = []Direction{Inbound, Outbound}

// NewRecord is what a record is made of. It names a contact, a ticket or a
// company; each must be one that the actor sees. Fields that are not of its
// kind must be zero.
type NewRecord struct {
	Kind    Kind
	Contact desk.ContactID
	Ticket  desk.TicketID
	// Company nil is the company of the contact, else of the ticket, at this moment.
	Company *desk.CompanyID
	// Title is needed by deals, emails and meetings; at most 200 characters.
	Title string
	At    time.Time // zero: now
	// Duration is needed by time entries; at most MaxDuration. Parts of seconds are cut off.
	Duration  time.Duration
	Amount    int64 // 0 to MaxAmount
	Currency  string
	Status    Status
	Outcome   string // at most 200 characters
	Direction Direction
	Number    string // at most 60 characters
	Owner     string // empty: the actor, if it is a member
	Note      string // at most 10,000 characters
}

// Limits of a record.
const (
	MaxDuration = 1000 * time.Hour
	// MaxAmount is in minor units.
	MaxAmount = 10_000_000_000_000
)

// NewCall is a call to be recorded by its number.
type NewCall struct {
	// Number is in any spelling; national ones are read in the workspace's region.
	Number    string
	Direction Direction
	At        time.Time // zero: now
	Duration  time.Duration
	Outcome   string
	Ticket    desk.TicketID
	Owner     string
	Note      string
}

// Patch changes the fields that are not nil. Version is that of the record it
// was made from.
type Patch struct {
	Version   int64
	Contact   *desk.ContactID
	Ticket    *desk.TicketID
	Company   *desk.CompanyID
	Title     *string
	At        *time.Time
	Duration  *time.Duration
	Amount    *int64
	Currency  *string
	Status    *Status
	Outcome   *string
	Direction *Direction
	Number    *string
	Owner     *string
	Note      *string
}

// Filter limits a list. Zero fields do not limit.
type Filter struct {
	Contact desk.ContactID
	Ticket  desk.TicketID
	Company desk.CompanyID
	Owner   string
	// Kinds and Statuses: any of.
	Kinds    []Kind
	Statuses []Status
	// Unmatched lists calls that no contact was found for.
	Unmatched bool
	// From is in, Until is out; of [Record.At].
	From, Until time.Time
}

// Query is what a list is asked for: newest first, or Oldest first.
type Query struct {
	Filter Filter
	Oldest bool
}

// List is one page of records.
type List struct {
	Records []Record
	// Next and Prev open the pages beside this one; empty at the ends.
	Next, Prev desk.Cursor
	// Count is the number of all that match.
	Count int
}

// Totals sums the records that match a filter and that the actor sees.
type Totals struct {
	// Records is their number.
	Records int
	// Time is the duration of the time entries among them. Calls and meetings
	// are not counted in: a time entry says what of them was work.
	Time time.Duration
	// Amounts are those of the deals among them, by currency.
	Amounts []Amount
}

// Amount is a sum of money in minor units.
type Amount struct {
	Currency string
	Amount   int64
}
