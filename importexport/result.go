package importexport

import (
	"slices"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// RowOutcome is what became of one row of the file.
type RowOutcome struct {
	Line    int                  `json:"line"`
	Outcome contacts.OutcomeKind `json:"outcome"`
	// ContactID is the contact that was made, changed or found; empty for a row that failed.
	ContactID desk.ContactID `json:"contact_id"`
	// Reason is a sentence for rows that were skipped or failed.
	Reason string `json:"reason"`
}

// Warning is something that was not taken over as it stood in the file.
type Warning struct {
	Line    int    `json:"line"`
	Message string `json:"message"`
}

// Result is the summary of an import: the numbers of outcomes add up to Rows.
// Single outcomes and warnings are given to the options' functions, so that
// the memory does not grow with the file.
type Result struct {
	ImportID  desk.ImportID `json:"import_id"`
	Format    string        `json:"format"`
	Encoding  string        `json:"encoding"`
	Delimiter string        `json:"delimiter"`
	Columns   []Column      `json:"columns"`
	// Rows leaves out records that are wholly blank.
	Rows    int `json:"rows"`
	Created int `json:"created"`
	Updated int `json:"updated"`
	Merged  int `json:"merged"`
	Skipped int `json:"skipped"`
	Failed  int `json:"failed"`
}

// Progress says how far an import is.
type Progress struct {
	Rows int
	// Bytes of TotalBytes (0: not known) have been read.
	Bytes, TotalBytes int64
	RowsPerSecond     float64
	// Left is about how long it will go on; 0 if that cannot be told.
	Left time.Duration
}

// report counts a row and hands it on.
func (run *importing) report(rec Record, out contacts.Outcome) error {
	run.result.Rows++
	reason := out.Reason
	if out.Err != nil {
		reason = reasonOf(out.Err)
	}
	switch out.Kind {
	case contacts.Created:
		run.result.Created++
	case contacts.Updated:
		run.result.Updated++
	case contacts.Merged:
		run.result.Merged++
	case contacts.Skipped:
		run.result.Skipped++
	default:
		out.Kind = contacts.Failed
		run.result.Failed++
		if err := run.failed.add(rec, reason); err != nil {
			return err
		}
	}
	for _, w := range slices.Concat(rec.Warnings, out.Warnings) {
		if err := run.warn(rec.Line, w); err != nil {
			return err
		}
	}
	if run.o.Each == nil {
		return nil
	}
	return run.o.Each(RowOutcome{Line: rec.Line, Outcome: out.Kind, ContactID: out.ID, Reason: reason})
}

// reasonOf is the sentence for a row, with the field that is to blame.
func reasonOf(err error) string {
	message, field := desk.MessageOf(err), desk.FieldOf(err)
	if field == "" {
		return message
	}
	return field + ": " + message
}

func (run *importing) warn(line int, message string) error {
	if run.o.Warn == nil {
		return nil
	}
	return run.o.Warn(Warning{Line: line, Message: message})
}

func (run *importing) progress(bytes int64) {
	if run.o.Progress == nil {
		return
	}
	p := Progress{Rows: run.result.Rows, Bytes: bytes, TotalBytes: run.o.Size}
	if took := run.opts.Now().Sub(run.started); took > 0 {
		p.RowsPerSecond = float64(p.Rows) / took.Seconds()
		if bytes > 0 && p.TotalBytes > bytes {
			p.Left = time.Duration(float64(took) * float64(p.TotalBytes-bytes) / float64(bytes))
		}
	}
	run.o.Progress(p)
}
