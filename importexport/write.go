package importexport

import (
	"bufio"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The columns that a file of failed rows has besides its own. When it is
// imported again they are passed over.
const (
	LineColumn   = "_line"
	ReasonColumn = "_reason"
)

// isFailedColumn reports whether a header is one of LineColumn and ReasonColumn.
func isFailedColumn(header string) bool {
	h := strings.TrimSpace(header)
	return strings.EqualFold(h, LineColumn) || strings.EqualFold(h, ReasonColumn)
}

// rowWriter writes a table row by row: the header first, then the rows.
type rowWriter interface {
	// write writes a row. The cells are the caller's again when it returns.
	write(cells []string) error
	// end writes what the file ends with.
	end() error
}

// csvWriter writes CSV as RFC 4180 has it: UTF-8, commas, lines that end with
// CRLF. It is not encoding/csv's, which changes the line breaks within cells.
// Cells are guarded against spreadsheets.
type csvWriter struct {
	w    *bufio.Writer
	line []byte
}

func newCSVWriter(w io.Writer) *csvWriter {
	return &csvWriter{w: bufio.NewWriterSize(w, 64<<10)}
}

func (w *csvWriter) write(cells []string) error {
	w.line = w.line[:0]
	for i, c := range cells {
		if i > 0 {
			w.line = append(w.line, ',')
		}
		prefix := ""
		if isGuarded(c) {
			prefix = "'"
		}
		w.line = appendCell(w.line, prefix, c, ',')
	}
	w.line = append(w.line, "\r\n"...)
	_, err := w.w.Write(w.line)
	return err
}

func (w *csvWriter) end() error { return w.w.Flush() }

// appendCell writes a cell behind a prefix, in quotes where it needs them.
func appendCell(to []byte, prefix, c string, delim byte) []byte {
	if !needsQuotes(c, delim) {
		return append(append(to, prefix...), c...)
	}
	to = append(to, '"')
	to = append(to, prefix...)
	for i := range len(c) {
		if c[i] == '"' {
			to = append(to, '"')
		}
		to = append(to, c[i])
	}
	return append(to, '"')
}

// quoted are the bytes for which a cell is put in quotes, whatever the
// delimiter is: so that no other one is found when the file is read.
var quoted = [256]bool{',': true, ';': true, '\t': true, '|': true, '"': true, '\r': true, '\n': true}

func needsQuotes(c string, delim byte) bool {
	for i := range len(c) {
		if quoted[c[i]] || c[i] == delim {
			return true
		}
	}
	if c == "" {
		return false
	}
	first, _ := utf8.DecodeRuneInString(c)
	last, _ := utf8.DecodeLastRuneInString(c)
	return unicode.IsSpace(first) || unicode.IsSpace(last)
}
