package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
)

// lateFile is a file that is made when something is written to it, beside its
// place, and put there when all went well.
type lateFile struct {
	name string
	f    *os.File
}

func (l *lateFile) Write(p []byte) (int, error) {
	if l.f == nil {
		f, err := os.CreateTemp(filepath.Dir(l.name), ".helpdesk-*")
		if err != nil {
			return 0, desk.Errorf(desk.Unavailable, "", "The file %s cannot be written.", l.name)
		}
		l.f = f
	}
	return l.f.Write(p)
}

// end closes the file and, if all went well, puts it in its place.
func (l *lateFile) end(good bool) error {
	if l.f == nil {
		return nil
	}
	err := l.f.Close()
	if !good || err != nil {
		return errors.Join(err, os.Remove(l.f.Name()))
	}
	_ = os.Chmod(l.f.Name(), 0o644)
	return os.Rename(l.f.Name(), l.name)
}

// report keeps the outcomes and warnings of an import in files until the
// summary that stands before them is known: there can be millions.
type report struct {
	outcomes, warnings *spool
}

func newReport() (*report, error) {
	a, err := newSpool()
	if err != nil {
		return nil, err
	}
	b, err := newSpool()
	return &report{a, b}, err
}

// rowOutcome and rowWarning are a row as JSON.
type (
	rowOutcome struct {
		Line      int                  `json:"line"`
		Outcome   contacts.OutcomeKind `json:"outcome"`
		ContactID desk.ContactID       `json:"contact_id"`
		Reason    string               `json:"reason"`
	}
	rowWarning struct {
		Line    int    `json:"line"`
		Message string `json:"message"`
	}
)

func (r *report) row(o importexport.Row) error {
	for _, w := range o.Warnings {
		if err := r.warnings.add(rowWarning{o.Line, w}); err != nil {
			return err
		}
	}
	return r.outcomes.add(rowOutcome{o.Line, o.Outcome, o.ContactID, o.Reason})
}

func (r *report) remove() {
	r.outcomes.remove()
	r.warnings.remove()
}

// column is a column of the file and the field it goes to, null for none.
type column struct {
	Header string  `json:"header"`
	Field  *string `json:"field"`
}

// importResult is the summary of an import, as JSON.
type importResult struct {
	ImportID  desk.ImportID `json:"import_id"`
	Format    string        `json:"format"`
	Encoding  string        `json:"encoding"`
	Delimiter string        `json:"delimiter"`
	Columns   []column      `json:"columns"`
	Rows      int           `json:"rows"`
	Created   int           `json:"created"`
	Updated   int           `json:"updated"`
	Merged    int           `json:"merged"`
	Skipped   int           `json:"skipped"`
	Failed    int           `json:"failed"`
}

// print writes the result as one JSON object.
func (r *report) print(to io.Writer, i importexport.Import) error {
	f, n := &i.Found, &i.Result
	columns := make([]column, len(i.Columns))
	for k, c := range i.Columns {
		columns[k] = column{c.Header, c.Field}
	}
	head, err := json.Marshal(importResult{
		i.ID, f.Format, f.Encoding, f.Delimiter, columns, n.Rows, n.Created, n.Updated, n.Merged, n.Skipped, n.Failed,
	})
	if err != nil {
		return err
	}
	w := bufio.NewWriter(to)
	_, _ = w.Write(head[:len(head)-1])
	_, _ = w.WriteString(`,"warnings":[`)
	for k, note := range i.Notes { // they are about the whole file
		raw, _ := json.Marshal(rowWarning{f.HeaderLine, note})
		if _, _ = w.Write(raw); k < len(i.Notes)-1 || r.warnings.n > 0 {
			_ = w.WriteByte(',')
		}
	}
	if err := r.warnings.copyTo(w); err != nil {
		return err
	}
	_, _ = w.WriteString(`],"outcomes":[`)
	if err := r.outcomes.copyTo(w); err != nil {
		return err
	}
	_, _ = w.WriteString("]}\n")
	return w.Flush()
}

// spool is a list of JSON values in a temporary file.
type spool struct {
	f *os.File
	w *bufio.Writer
	n int
}

func newSpool() (*spool, error) {
	f, err := os.CreateTemp("", "helpdesk-*")
	if err != nil {
		return nil, desk.Errorf(desk.Unavailable, "", "No temporary file can be made.")
	}
	return &spool{f: f, w: bufio.NewWriter(f)}, nil
}

func (s *spool) add(v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if s.n++; s.n > 1 {
		_ = s.w.WriteByte(',')
	}
	_, err = s.w.Write(raw)
	return err
}

func (s *spool) copyTo(w io.Writer) error {
	if err := s.w.Flush(); err != nil {
		return err
	}
	if _, err := s.f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := io.Copy(w, s.f)
	return err
}

func (s *spool) remove() {
	_ = s.f.Close()
	_ = os.Remove(s.f.Name())
}
