package importexport

import (
	"bufio"
	"io"
	"strconv"
	"strings"
)

// writer writes CSV as RFC 4180 has it: UTF-8, commas, lines that end with
// CRLF. It is not encoding/csv's, which changes the line breaks within cells.
// Cells are guarded against spreadsheets.
type writer struct {
	w *bufio.Writer
}

func newWriter(w io.Writer) *writer { return &writer{w: bufio.NewWriterSize(w, 64<<10)} }

// write writes a record. Errors are kept by the buffer until flush.
func (w *writer) write(cells []string) {
	for i, c := range cells {
		if i > 0 {
			_ = w.w.WriteByte(',')
		}
		w.cell(guard(c))
	}
	_, _ = w.w.WriteString("\r\n")
}

func (w *writer) cell(c string) {
	if !strings.ContainsAny(c, ",\"\r\n;\t") && strings.TrimSpace(c) == c {
		_, _ = w.w.WriteString(c)
		return
	}
	_ = w.w.WriteByte('"')
	for {
		before, after, found := strings.Cut(c, `"`)
		_, _ = w.w.WriteString(before)
		if !found {
			break
		}
		_, _ = w.w.WriteString(`""`)
		c = after
	}
	_ = w.w.WriteByte('"')
}

func (w *writer) flush() error { return w.w.Flush() }

// failedRows writes the rows that failed, to be put right and imported again.
type failedRows struct {
	w      *writer
	header []string
	begun  bool
}

func newFailedRows(w io.Writer, header []string) *failedRows {
	if w == nil {
		return &failedRows{}
	}
	return &failedRows{w: newWriter(w), header: header}
}

// add writes a row: its cells, line and reason, and last the cells that the
// header has no column for.
func (f *failedRows) add(rec Record, reason string) error {
	if f.w == nil {
		return nil
	}
	if !f.begun {
		f.begun = true
		f.w.write(f.row(f.header, rec.Literal, "line", "reason"))
	}
	f.w.write(f.row(rec.Cells, rec.Literal, strconv.Itoa(rec.Line), reason))
	return nil
}

func (f *failedRows) row(cells []string, literal bool, line, reason string) []string {
	out := make([]string, 0, len(cells)+2)
	n := min(len(f.header), len(cells))
	for _, c := range cells[:n] {
		if !literal {
			c = unguard(c) // write guards it again
		}
		out = append(out, c)
	}
	out = append(out, line, reason)
	return append(out, cells[n:]...)
}

func (f *failedRows) close() error {
	if f.w == nil {
		return nil
	}
	return f.w.flush()
}
