package contacts

import (
	"context"
	"time"

	"github.com/deskfolk/desk"
)

// Identity is by what [Service.Match] looks for contacts; any one is enough.
type Identity struct {
	Email string
	// Phone is a number in any spelling; national ones are read in the workspace's region.
	Phone string
	// External is keys by their source.
	External map[string]string
}

// Sender is the author of an inbound message.
type Sender struct {
	Email string
	Name  string
}

// Selection names contacts: either by ids, or all that a query matches. At
// most 10,000.
type Selection struct {
	IDs   []desk.ContactID
	Query *Query
}

// Verb is what [Service.Bulk] does.
type Verb string

// The bulk verbs.
const (
	BulkDelete     Verb = "delete"
	BulkActivate   Verb = "activate"
	BulkDeactivate Verb = "deactivate"
	BulkSetOwner   Verb = "set_owner"
	BulkSetStatus  Verb = "set_status"
	BulkRestore    Verb = "restore"
	BulkPurge      Verb = "purge"
)

// Action is a bulk change; Value is the owner or the status, for those verbs.
type Action struct {
	Verb  Verb
	Value string
}

// MaxBulk is the greatest number of contacts that one bulk change takes.
const MaxBulk = 10_000

// BulkResult is what became of one selected contact. When the call failed,
// Err says why for those contacts that made it fail.
type BulkResult struct {
	ID  desk.ContactID
	Err error
}

// Removal is what a removal would take away.
type Removal struct {
	Contacts int
	// Names are the names of the first ten.
	Names []string
	// Emails, Phones and Events are the numbers of addresses, phones and log entries.
	Emails, Phones, Events int
	// Blocked are those that cannot be removed, and why.
	Blocked []BulkResult
}

// Restored is a contact that came back from the bin.
type Restored struct {
	Contact Contact
	// Replaced names the fields whose values another contact has taken since;
	// the contact came back without them.
	Replaced []string
}

// BinDays is how many days a contact stays in the bin.
const BinDays = 60

// ProfileQuery says which parts of a profile are wanted.
type ProfileQuery struct {
	// Parts names the parts; nil is all. "activity" is the log.
	Parts []string
	// Pages holds the page of each part by its name; the first without one.
	Pages map[string]desk.Page
	// Activity limits the log.
	Activity ActivityFilter
}

// Profile is all that is shown of one contact.
type Profile struct {
	Contact Contact
	// Company is nil if the contact has none, or the actor may not see it.
	Company *Company
	// Activity is the log, newest first.
	Activity ActivityList
	// Parts are the further parts that were asked for, in the order of [Options].
	Parts []PartPage
	// Fields are the definitions of the custom fields that the actor may see.
	Fields []FieldDef
}

// ProfilePart is a part of the profile that another package supplies, such as
// tickets. Read is called after the actor was found to see the contact; it
// checks its own grants. A part that refuses the actor (desk.Denied) is left
// out of the profile. The part stands in subject access bundles too, which are
// refused then: they must have everything.
type ProfilePart struct {
	// Name names the part in a [ProfileQuery]; Label is its heading.
	Name, Label string
	Read        func(ctx context.Context, a desk.Actor, id desk.ContactID, p desk.Page) (PartPage, error)
}

// PartPage is one page of a part. Items can be encoded as JSON.
type PartPage struct {
	Name, Label string
	Items       []any
	Next        desk.Cursor
	Count       int
}

// ActivityFilter limits the activity log. Zero fields do not limit.
type ActivityFilter struct {
	Verbs          []string
	ActorID        string
	ComplianceOnly bool
	// From is in, Until is out.
	From, Until time.Time
}

// ActivityList is one page of the activity log, newest first.
type ActivityList struct {
	Events []desk.Event
	Next   desk.Cursor
	// Count is the number of all events in the filter.
	Count int
}

// LogReport is what verifying the log found.
type LogReport struct {
	// Events, Seals and Redacted are the numbers of what was checked; of
	// redacted events only the digest is left.
	Events, Seals, Redacted int
	// Broken says in sentences what does not hold; empty: all is well.
	Broken []string
	// Head is the hash of the last seal in hexadecimal. Kept elsewhere, it
	// shows later whether the end of the log was cut off.
	Head string
}

// CallCheck says whether a contact may be called now.
type CallCheck struct {
	Allowed bool
	// Reason is a sentence.
	Reason string
	// LocalTime is the contact's time, in TimeZone.
	LocalTime time.Time
	TimeZone  string
	// Opens is when calls are allowed next; zero if they are now, or never.
	Opens time.Time
}

// Worked is what maintenance did.
type Worked struct {
	// Indexed, Sealed and Purged are the numbers of records indexed, events
	// sealed and contacts purged from the bin.
	Indexed, Sealed, Purged int
}
