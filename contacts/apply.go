package contacts

import "github.com/deskfolk/desk"

// Incoming is one row of an import.
type Incoming struct {
	// Line is where the row stands in its file.
	Line int
	// ID is the contact that the row is about, if the file says so.
	ID      desk.ContactID
	Contact NewContact
	// Known is the contact that an earlier import of the same file has made of,
	// or found for, the same row; empty if there is none.
	Known desk.ContactID
	// Present names the fields that this row gives (see [FieldNames]); an
	// update touches only these. Nil: all that are not empty. Name a yes-or-no
	// field only if its cell has a value. With "phone" and without "phones" an
	// update changes the primary phone alone.
	Present map[string]bool
	// Err is set for a row that has failed already.
	Err error
}

// OnDuplicate says what becomes of a row whose contact is there already.
type OnDuplicate string

// What to do with duplicates.
const (
	// Skip leaves the contact as it is. It is the default.
	Skip OnDuplicate = "skip"
	// Update sets the fields that the row gives.
	Update OnDuplicate = "update"
	// CreateAnyway makes another contact; a main address that is taken becomes
	// a labelled one of it.
	CreateAnyway OnDuplicate = "create"
	// MergeInto fills only what is empty, and adds addresses and phones.
	MergeInto OnDuplicate = "merge"
)

// ApplyOptions are the choices of an import.
type ApplyOptions struct {
	OnDuplicate OnDuplicate
	// Cause is kept with each event, and as the author of each value, such as
	// the import's id.
	Cause string
	// EmptyWipes lets an empty cell of a given field remove the value.
	EmptyWipes bool
	// Region is the ISO 3166-1 country that the rows' national phone numbers
	// are read in; empty: the workspace's.
	Region string
	// Last says that the import ends with this call, which may have no rows:
	// what the import made is then brought into the search index. Searches
	// find it without that, but take longer.
	Last bool
	// Later leaves the search index alone: who calls brings it up to date by
	// [Service.IndexImported] at the same time. Last goes before it.
	Later bool
}

// MaxApply is the greatest number of rows that one call of Apply takes.
const MaxApply = 2000

// OutcomeKind is what became of a row.
type OutcomeKind string

// The outcomes.
const (
	Created OutcomeKind = "created"
	Updated OutcomeKind = "updated"
	Merged  OutcomeKind = "merged"
	Skipped OutcomeKind = "skipped"
	Failed  OutcomeKind = "failed"
)

// Outcome is what became of a row, or would become of it.
type Outcome struct {
	Line int
	Kind OutcomeKind
	// ID is the contact made, changed or found; empty for a failed row, and for
	// one that would make a contact.
	ID desk.ContactID
	// By says by what the contact was found, such as "main address".
	By string
	// InFile is the line of the row of the same file that makes the contact, or
	// changes it first; 0 if there is none. It is set by a plan only.
	InFile int
	// Fields names what changes of a contact that is there.
	Fields []string
	// Reason is a sentence for skipped and failed rows.
	Reason string
	// Err is why a row failed.
	Err error
	// Warnings are sentences about what was not taken over.
	Warnings []string
}
