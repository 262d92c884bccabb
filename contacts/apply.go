package contacts

import "github.com/deskfolk/desk"

// Incoming is one row of an import.
type Incoming struct {
	// Line is where the row stands in its file.
	Line int
	// ID is the contact that the row is about, if the file says so.
	ID      desk.ContactID
	Contact NewContact
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
	// Cause is kept with each event, such as the import's id.
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

// Outcome is what became of a row.
type Outcome struct {
	Line int
	Kind OutcomeKind
	// ID is the contact made, changed or found; empty for a failed row.
	ID desk.ContactID
	// Reason is a sentence for skipped and failed rows.
	Reason string
	// Err is why a row failed.
	Err error
	// Warnings are sentences about what was not taken over.
	Warnings []string
}
