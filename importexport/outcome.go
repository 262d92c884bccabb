package importexport

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"io"
	"sync"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Row is one row of an import: what it will do, or what became of it.
type Row struct {
	Line    int                  `json:"line"`
	Outcome contacts.OutcomeKind `json:"outcome"`
	// ContactID is the contact made, changed or found; empty for a row that
	// failed, and for one that will make a contact.
	ContactID desk.ContactID `json:"contact_id,omitempty"`
	// Name is what the row calls a person who has no contact: one who will be
	// made, or whose row fails. It is at most 80 characters.
	Name string `json:"name,omitempty"`
	// Reason is a sentence for rows that are skipped or fail.
	Reason string `json:"reason,omitempty"`
	// By says by what the contact was found, such as "main address".
	By string `json:"by,omitempty"`
	// InFile is the line of the row of this file that makes or changes the
	// contact first, in a plan; 0 if there is none.
	InFile int `json:"in_file,omitempty"`
	// Fields names what changes of a contact that is there.
	Fields []string `json:"fields,omitempty"`
	// Warnings are sentences about what is not taken over as it stands.
	Warnings []string `json:"warnings,omitempty"`
	// Planned is what the plan had said, if that was something else.
	Planned contacts.OutcomeKind `json:"planned,omitempty"`
}

// The bits of Chunk.Kinds.
const (
	kindCreated = 1 << iota
	kindUpdated
	kindMerged
	kindSkipped
	kindFailed
	kindWarned
	kindMoved
)

var kindBits = map[contacts.OutcomeKind]int{
	contacts.Created: kindCreated, contacts.Updated: kindUpdated, contacts.Merged: kindMerged,
	contacts.Skipped: kindSkipped, contacts.Failed: kindFailed,
}

func (r *Row) kinds() int {
	k := kindBits[r.Outcome]
	if len(r.Warnings) > 0 {
		k |= kindWarned
	}
	if r.Planned != "" {
		k |= kindMoved
	}
	return k
}

// newRow makes a row of an outcome.
func newRow(out *contacts.Outcome, warnings []string) Row {
	r := Row{
		Line: out.Line, Outcome: out.Kind, ContactID: out.ID, Reason: out.Reason, By: out.By, InFile: out.InFile, Fields: out.Fields,
		Warnings: append(out.Warnings[:len(out.Warnings):len(out.Warnings)], warnings...),
	}
	if out.Err != nil {
		r.Outcome, r.ContactID, r.Reason = contacts.Failed, "", reasonOf(out.Err)
	}
	return r
}

// newChunk encodes rows.
func newChunk(n int, rows []Row) (Chunk, error) {
	c := Chunk{Number: n, Size: len(rows)}
	if len(rows) > 0 {
		c.FirstLine, c.LastLine = rows[0].Line, rows[len(rows)-1].Line
	}
	for i := range rows {
		c.Kinds |= rows[i].kinds()
	}
	var err error
	c.Rows, err = pack(rows)
	return c, err
}

// packers are kept: each takes a megabyte to make.
var packers = sync.Pool{New: func() any {
	w, _ := flate.NewWriter(io.Discard, flate.BestSpeed) // the level is a good one
	return w
}}

// pack writes a value as compressed JSON.
func pack(v any) ([]byte, error) {
	var b bytes.Buffer
	w := packers.Get().(*flate.Writer) //nolint:forcetypeassert // there is nothing else in it
	defer packers.Put(w)
	w.Reset(&b)
	if err := json.NewEncoder(w).Encode(v); err != nil {
		return nil, damaged(err)
	}
	if err := w.Close(); err != nil {
		return nil, damaged(err)
	}
	return b.Bytes(), nil
}

// unpack reads what pack wrote.
func unpack(b []byte, v any) error {
	if len(b) == 0 {
		return nil
	}
	r := flate.NewReader(bytes.NewReader(b))
	defer func() { _ = r.Close() }()
	if err := json.NewDecoder(r).Decode(v); err != nil {
		return damaged(err)
	}
	return nil
}

func damaged(err error) error {
	return &desk.Error{Kind: desk.Internal, Message: "What is kept of this import cannot be read.", Err: err}
}

// rowsOf decodes a chunk's rows.
func rowsOf(c *Chunk) ([]Row, error) {
	var rows []Row
	err := unpack(c.Rows, &rows)
	return rows, err
}
