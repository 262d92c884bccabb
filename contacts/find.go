package contacts

import (
	"time"

	"github.com/deskfolk/desk"
)

// Query is what a list of contacts is asked for. The zero value lists all
// live contacts by name.
type Query struct {
	// Text is what a person typed: several words in any order, each any part
	// of a word in a name, company, address, phone or searchable custom field;
	// case and accents do not matter; a phone may be typed in any way. At most
	// 200 characters and 12 words.
	Text string
	// Filter limits the list; its conditions all hold.
	Filter Filter
	Sort   Sort // empty: SortName
	Desc   bool
	// Count asks for the number of all contacts that match. See [List.Count].
	Count bool
}

// Filter limits a list. Zero fields do not limit. [Filter.Values] and
// [ParseFilter] write it to and read it from a URL's query.
type Filter struct {
	Active       *bool
	Statuses     []string // any of; compared without case and accents
	Kinds        []Kind   // any of
	Companies    []desk.CompanyID
	NoCompany    bool
	Owners       []string
	LoginSources []LoginSource
	PortalAccess *bool
	Sources      []Source
	// Custom holds values by the key of the custom field; "" means that the
	// field is not set.
	Custom map[string]string
	// From is in, Until is out.
	CreatedFrom, CreatedUntil time.Time
	UpdatedFrom, UpdatedUntil time.Time
	// IDs limits the list to these contacts, such as those of a ticket. At most 1,000.
	IDs []desk.ContactID
	// Binned lists the recycle bin instead of the live contacts.
	Binned bool
}

// Sort names the order of a list. Equal keys are ordered by id. The order is
// computed in Go, so that it is the same on every database: text without case
// and accents, by code point; the empty value last (first when descending).
type Sort string

// The orders of contacts.
const (
	SortName     Sort = "name"
	SortLastName Sort = "last_name"
	SortCompany  Sort = "company"
	SortEmail    Sort = "email"
	SortCreated  Sort = "created_at"
	SortUpdated  Sort = "updated_at"
)

// Sorts lists the orders, in the order of [Index.Sort].
var Sorts = []Sort{SortName, SortLastName, SortCompany, SortEmail, SortCreated, SortUpdated}

// List is one page of contacts.
type List struct {
	Contacts []Contact
	// Next and Prev open the pages beside this one; empty at the ends.
	Next, Prev desk.Cursor
	// Count is the number of all that match, if the query asked for it. It is
	// exact unless CountAbout is set: then it is an upper bound, which a text
	// of several thousand matches can give.
	Count      int
	CountAbout bool
}

// Class is a part of a contact's searchable text. Fields that an actor may
// not see are left out of its searches by their class.
type Class string

// The classes of searchable text. A custom field's class is "x." and its key.
const (
	ClassName    Class = "n"
	ClassCompany Class = "c"
	ClassEmail   Class = "e"
	ClassPhone   Class = "p"
)

// Line is one class's searchable text: folded words (see [Fold]) with single
// spaces between.
type Line struct {
	Class Class
	Text  string
}

// Needle is a text without spaces that is looked for in some classes: it must
// occur within a word of one of them.
type Needle struct {
	Text string
	In   []Class
}

// Range limits an order's key to From (in) until Until (out); nil is open.
type Range struct {
	By          Sort
	From, Until []byte
}

// Position is a place in a list: the key and id of a row.
type Position = desk.Position

// Find is a query as the store gets it: nothing in it needs a rule to be read.
type Find struct {
	State State
	// Terms must all hold; a term holds when any of its needles occurs.
	Terms [][]Needle
	// Facets must all hold; each is a list of facets (see [Index.Facets]) of
	// which the contact has at least one.
	Facets [][]string
	// None are facets that the contact must not have.
	None   []string
	Ranges []Range
	// IDs, if not nil, are the only contacts that can match.
	IDs  []string
	Sort Sort
	Desc bool
	// After starts behind a row in the list's direction; Before ends ahead of
	// one, giving the rows next to it. One of them at most.
	After, Before *Position
	Limit         int
	Count         bool
}

// Found is what the store found, in the list's order.
type Found struct {
	Contacts []Contact
	// Positions are the rows' places, for cursors.
	Positions []Position
	// More reports that rows lie behind the last one (ahead of the first one, for Before).
	More       bool
	Count      int
	CountAbout bool
}

// Index is what the store keeps beside a contact to find it by. The package
// computes it; the store compares bytes.
type Index struct {
	Text []Line
	// Sort holds the keys of the orders in Sorts; they compare as bytes.
	Sort [6][]byte
	// Facets are exact conditions such as "kind=customer".
	Facets []string
	// Keys are what the contact is looked up by.
	Keys []Key
}

// KeyKind is the kind of a key.
type KeyKind string

// The kinds of keys.
const (
	// KeyEmail is the canonical form of the main or a labelled address.
	KeyEmail KeyKind = "email"
	// KeyPhone is a number in E.164.
	KeyPhone KeyKind = "phone"
	// KeyExternal is a source and the host's key in it; unique among live contacts.
	KeyExternal KeyKind = "external"
	// KeyName is a digest of the folded name and the company, of a contact that
	// has both.
	KeyName KeyKind = "name"
)

// Key is one thing that a contact is looked up by.
type Key struct {
	Kind  KeyKind
	Value string
}

// KeyMatch is a contact that has a key.
type KeyMatch struct {
	Key Key
	ID  desk.ContactID
	// Main reports that the key is the contact's main address.
	Main bool
}

// Record is a contact with its index, as the store writes it.
type Record struct {
	Contact Contact
	// EmailKey is the canonical main address, empty for none.
	EmailKey string
	Index    Index
}
