package importexport

import (
	"io"
	"slices"
	"strconv"

	"github.com/deskfolk/desk"
)

// failedRows writes the rows that failed, to be put right and imported again:
// as they stood, in the format and encoding in which they came.
type failedRows struct {
	to rowWriter
	// begin makes to, when there is something to write.
	begin func() rowWriter
	// header are the file's columns that are written, and from where in a record.
	header []string
	from   []int
	// width is how many columns the file has.
	width int
}

// newFailedRows writes to w, which may be nil, the rows of what r reads. For
// vCards it is CSV with our own columns.
func newFailedRows(w io.Writer, r *Reader) *failedRows {
	cells := r.Header().Cells
	f := &failedRows{width: len(cells)}
	if w == nil {
		return f
	}
	for i, h := range cells {
		if !isFailedColumn(h) { // of a file that has been put right: they come anew
			f.header, f.from = append(f.header, h), append(f.from, i)
		}
	}
	header := append(slices.Clone(f.header), LineColumn, ReasonColumn)
	f.begin = func() rowWriter {
		if r.Format() == FormatXLSX {
			x := newXLSXWriter(w, header)
			x.raw = true
			return x
		}
		return newFailedCSV(w, r, header)
	}
	return f
}

// add writes a row: its cells, line and reason, and last the cells that the
// header has no column for.
func (f *failedRows) add(rec Record, reason string) error {
	if f.begin == nil {
		return nil
	}
	if f.to == nil {
		f.to = f.begin()
	}
	if c, ok := f.to.(*failedCSV); ok {
		c.settle(rec.Cells)
	}
	row := make([]string, 0, len(rec.Cells)+2)
	for _, i := range f.from {
		cell := ""
		if i < len(rec.Cells) {
			cell = rec.Cells[i]
		}
		if rec.Literal {
			cell = guard(cell) // the file that is written is read as a spreadsheet's
		}
		row = append(row, cell)
	}
	row = append(row, strconv.Itoa(rec.Line), guard(reason))
	if len(rec.Cells) > f.width {
		row = append(row, rec.Cells[f.width:]...)
	}
	return failedFault(f.to.write(row))
}

// close writes what the file ends with, if a row has failed.
func (f *failedRows) close() error {
	if f.to == nil {
		return nil
	}
	return failedFault(f.to.end())
}

func failedFault(err error) error {
	if err == nil {
		return nil
	}
	return &desk.Error{Kind: desk.Unavailable, Message: "The rows that failed could not be written.", Err: err}
}
