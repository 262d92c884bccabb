package importexport

import (
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// State says how far an import is.
type State string

// The states of an import.
const (
	// Receiving: its file is on the way, or never came to its end.
	Receiving State = "receiving"
	// Received: its file is there, and was looked into.
	Received State = "received"
	// Planning: a plan is being made, or was broken off.
	Planning State = "planning"
	// Planned: the plan says what each row will do.
	Planned State = "planned"
	// Applying: the plan is being applied, or was broken off and can be resumed.
	Applying State = "applying"
	// Done: every row has its outcome.
	Done State = "done"
	// Undoing: it is being taken back, or that was broken off.
	Undoing State = "undoing"
	// Undone: it was taken back.
	Undone State = "undone"
	// Broken: the file cannot be read to its end; Error says why. Nothing of it
	// was applied.
	Broken State = "broken"
)

// Import is one run of an import: a file, the choices, a plan, and what became of it.
type Import struct {
	ID    desk.ImportID `json:"-"`
	State State         `json:"-"`
	// Digest is the SHA-256 of the file in hex.
	Digest    string    `json:"-"`
	CreatedAt time.Time `json:"-"`

	// Name is what the file is called, Size its length in bytes.
	Name string `json:"name"`
	Size int64  `json:"size"`
	// Kept says that the file is still there: without it an import can be
	// neither resumed nor taken back.
	Kept bool `json:"kept"`
	// ByKind and By are the actor who brought it.
	ByKind desk.ActorKind `json:"by_kind"`
	By     string         `json:"by"`

	Found   Found    `json:"found"`
	Choices Choices  `json:"choices"`
	Columns []Column `json:"columns,omitempty"`
	// Notes are sentences about choices that reading and matching have made.
	Notes []string `json:"notes,omitempty"`
	// Earlier is an import of the same file that was applied before.
	Earlier desk.ImportID `json:"earlier,omitempty"`

	// Plan counts what the rows will do, Result what they did, Undone what
	// taking them back did.
	Plan   Counts     `json:"plan"`
	Result Counts     `json:"result"`
	Undone UndoCounts `json:"undone"`
	// Companies is how many companies the plan makes.
	Companies int `json:"companies,omitempty"`

	// Turn counts the plans that were begun; one that is not the last is given up.
	Turn int `json:"turn"`
	// Chunks, of which Applied and Reverted are done with.
	Chunks   int `json:"chunks"`
	Applied  int `json:"applied"`
	Reverted int `json:"reverted"`

	PlannedAt time.Time `json:"planned_at,omitzero"`
	StartedAt time.Time `json:"started_at,omitzero"`
	EndedAt   time.Time `json:"ended_at,omitzero"`
	UndoneAt  time.Time `json:"undone_at,omitzero"`
	// MovedAt is when it went on last: one that says it is at work and has not
	// moved for minutes was broken off.
	MovedAt time.Time `json:"moved_at,omitzero"`
	// Error is why the file is broken.
	Error string `json:"error,omitempty"`
}

// Found is what the reader has found out about a file.
type Found struct {
	Format    string  `json:"format"`
	Encoding  string  `json:"encoding"`
	Delimiter string  `json:"delimiter"`
	Sheet     string  `json:"sheet,omitempty"`
	Sheets    []Sheet `json:"sheets,omitempty"`
	// Header is the file's header row, HeaderLine where it stands.
	Header     []string `json:"header"`
	HeaderLine int      `json:"header_line"`
}

// Choices are what an import is asked to do. The zero value detects the file's
// shape, suggests the columns, and skips contacts that are there already.
type Choices struct {
	// Read says how the file is to be read.
	Read ReadOptions `json:"read,omitzero"`
	// Map sends columns, by their headers, to fields; it overrides only the
	// columns it names. Headers are compared trimmed and case folded. An empty
	// field leaves the column out.
	Map map[string]string `json:"map,omitempty"`
	// OnDuplicate is empty for contacts.Skip.
	OnDuplicate contacts.OnDuplicate `json:"on_duplicate,omitempty"`
	// EmptyWipes lets an empty cell remove a value when a contact is updated.
	EmptyWipes bool `json:"empty_wipes,omitempty"`
	// Region is the country that national phone numbers are read in; empty:
	// the workspace's.
	Region string `json:"region,omitempty"`
}

// Counts are numbers of rows; the outcomes add up to Rows.
type Counts struct {
	// Rows leaves out records that are wholly blank.
	Rows    int `json:"rows"`
	Created int `json:"created"`
	Updated int `json:"updated"`
	Merged  int `json:"merged"`
	Skipped int `json:"skipped"`
	Failed  int `json:"failed"`
	// Warnings are sentences about rows; one can have several.
	Warnings int `json:"warnings"`
	// Moved is how many rows did something else than was planned, because the
	// directory had changed in between.
	Moved int `json:"moved,omitempty"`
}

// UndoCounts are numbers of contacts that an import had made or changed.
type UndoCounts struct {
	// Removed were made by it, and are in the recycle bin now.
	Removed int `json:"removed"`
	// PutBack have the values of before.
	PutBack int `json:"put_back"`
	// Kept were edited since, and were left as they are, at least in part.
	Kept int `json:"kept"`
	// Gone had been deleted before.
	Gone int `json:"gone"`
}

// Stopped reports whether the import says it is at work, but has not moved for
// two minutes: the process that did it has ended. Calling Plan, Apply or Undo
// again does the rest.
func (i *Import) Stopped(now time.Time) bool {
	switch i.State {
	case Receiving, Planning, Applying, Undoing:
		return i.still(now)
	}
	return false
}

// still reports whether nothing has moved for two minutes.
func (i *Import) still(now time.Time) bool { return now.Sub(i.MovedAt) > 2*time.Minute }

// add counts one row.
func (c *Counts) add(r *Row) {
	c.Rows++
	c.Warnings += len(r.Warnings)
	if r.Planned != "" {
		c.Moved++
	}
	switch r.Outcome {
	case contacts.Created:
		c.Created++
	case contacts.Updated:
		c.Updated++
	case contacts.Merged:
		c.Merged++
	case contacts.Skipped:
		c.Skipped++
	default:
		c.Failed++
	}
}

// add counts what became of one contact.
func (c *UndoCounts) add(k contacts.RevertedKind) {
	switch k {
	case contacts.Removed:
		c.Removed++
	case contacts.PutBack:
		c.PutBack++
	case contacts.Gone:
		c.Gone++
	default:
		c.Kept++
	}
}
