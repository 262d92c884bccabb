package importexport

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"

	"github.com/deskfolk/desk"
)

// xlsxFile is the source that reads a workbook (ECMA-376, ISO/IEC 29500).
// Formulas are not evaluated: what they gave when the file was saved is read.
// Nothing outside of the file is opened, and macros are refused (R96).
type xlsxFile struct {
	book   *workbook
	table  *stringTable
	chosen bookSheet
	sheet  *sheetReader
	merges []merge
	filler *filler
	head   Record
	// below is the last row of the header.
	below int
	// waiting are rows that were read to find the header.
	waiting []sheetRow
	hidden  int
	notes   []string
	base    int64 // what counts as read besides the sheet's packed bytes
	ended   atomic.Bool
}

func openXLSX(in *bufio.Reader, at place, o ReadOptions) (source, error) {
	if o.Encoding != "" && !strings.EqualFold(o.Encoding, utf8Name) {
		return nil, desk.Errorf(desk.Invalid, "encoding", "A workbook has no encoding to choose.")
	}
	c, err := openContainer(in, at)
	if err != nil {
		return nil, err
	}
	d := &xlsxFile{book: &workbook{container: c}}
	if err := d.open(c, o.Sheet); err != nil {
		_ = d.close()
		return nil, err
	}
	return d, nil
}

func (d *xlsxFile) open(c *container, name string) (err error) {
	if d.book, err = openWorkbook(c); err != nil {
		d.book = &workbook{container: c}
		return err
	}
	formats, err := readStyles(d.book)
	if err != nil {
		return err
	}
	if d.table, err = readStrings(d.book); err != nil {
		return err
	}
	list, err := d.book.candidates(name)
	if err != nil {
		return err
	}
	for _, s := range list {
		d.sheet = &sheetReader{strings: d.table, formats: formats, from1904: d.book.from1904}
		rows, err := d.begin(s)
		if err != nil {
			return err
		}
		if len(rows) > 0 {
			return d.start(s, rows)
		}
		if err := d.sheet.x.close(); err != nil {
			return err
		}
	}
	if name != "" {
		return desk.Errorf(desk.Invalid, "sheet", "The sheet %s is empty. Nothing was imported.", quote(name))
	}
	return desk.Errorf(desk.Invalid, "", "The workbook has nothing in it that could be read. Nothing was imported.")
}

// begin opens a sheet and reads the rows among which the header is.
func (d *xlsxFile) begin(s bookSheet) ([]sheetRow, error) {
	packed := d.book.packed.Load()
	var err error
	if d.sheet.x, err = d.book.xml(s.part, maxSheetBytes); err != nil {
		return nil, err
	}
	d.base = d.book.size - packed - int64(d.book.parts[partName(s.part)].CompressedSize64)
	var rows []sheetRow
	for size := 0; len(rows) < headerWithin && size < MaxRecord; {
		row, err := d.sheet.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
		size += row.size
	}
	return rows, nil
}

// start settles the sheet, and its header.
func (d *xlsxFile) start(s bookSheet, rows []sheetRow) (err error) {
	d.chosen = s
	packed := d.book.packed.Load()
	if d.merges, err = readMerges(d.book.container, s.part); err != nil {
		return err
	}
	d.base -= d.book.packed.Load() - packed
	if n := d.book.sheetNote(s.Name); n != "" {
		d.note("%s", n)
	}
	if d.book.from1904 {
		d.note("The workbook counts its days from 1904, and was read so.")
	}
	if d.waiting, err = d.readHeader(rows); err != nil {
		return err
	}
	d.filler = newFiller(d.merges, d.below)
	return nil
}

func (d *xlsxFile) note(format string, args ...any) {
	d.notes = append(d.notes, fmt.Sprintf(format, args...))
}

func (d *xlsxFile) header() Record { return d.head }

func (d *xlsxFile) found() found {
	f := found{sheet: d.chosen.Name, notes: d.notes}
	for _, s := range d.book.sheets {
		f.sheets = append(f.sheets, s.Sheet)
	}
	return f
}

func (d *xlsxFile) bytes() int64 {
	if d.ended.Load() {
		return d.book.size
	}
	return min(d.book.size, max(0, d.base+d.book.packed.Load()))
}

func (d *xlsxFile) close() error {
	var err error
	if d.table != nil {
		err = d.table.close()
	}
	return errors.Join(err, d.book.close())
}

// next returns the next row that is not blank.
func (d *xlsxFile) next() (Record, error) {
	for {
		row, err := d.row()
		if err != nil {
			if errors.Is(err, io.EOF) {
				d.end()
			}
			return Record{}, err
		}
		d.filler.fill(&row)
		if row.hidden {
			d.hidden++
		}
		if rec, ok := d.record(&row); ok {
			return rec, nil
		}
	}
}

func (d *xlsxFile) row() (sheetRow, error) {
	if len(d.waiting) > 0 {
		row := d.waiting[0]
		d.waiting = d.waiting[1:]
		return row, nil
	}
	return d.sheet.next()
}

// end adds what is known only when all rows have been read.
func (d *xlsxFile) end() {
	if d.ended.Swap(true) {
		return
	}
	if d.hidden > 0 {
		d.note("Hidden rows (%d), by a filter or by hand, were read like the others.", d.hidden)
	}
	if d.filler.used {
		d.note("Some cells are merged over several rows; their text was given to each of these rows.")
	}
}

// record makes a record of a row; ok is false if there is nothing in it.
func (d *xlsxFile) record(row *sheetRow) (rec Record, ok bool) {
	width := len(d.head.Cells)
	rec = Record{Line: row.line, Cells: row.cells, Err: row.err, Warnings: row.warnings, unread: row.unread}
	var far []string
	for i := width; i < len(rec.Cells); i++ {
		if strings.TrimSpace(rec.Cells[i]) != "" && len(far) < 10 {
			far = append(far, refOf(i+1, row.line))
		}
	}
	far = append(far, row.far...)
	for len(rec.Cells) < width {
		rec.Cells = append(rec.Cells, "")
	}
	switch empty := blank(rec.Cells[:width]); {
	case rec.Err != nil:
	case len(far) > 0 && empty:
		rec.Err = desk.Errorf(desk.Invalid, "", "The row has something in %s alone, and that column has no header.", far[0])
	case d.isHeading(row):
		rec.Err = desk.Errorf(desk.Invalid, "", "The row is one merged cell, %s: a heading, and no contact.", quote(strings.Join(nonBlank(rec.Cells), " ")))
	case len(far) > 0:
		rec.Cells = rec.Cells[:width]
		rec.Warnings = append(rec.Warnings, fmt.Sprintf("The column of %s has no header; it was not read.", strings.Join(far, ", ")))
	case empty && len(rec.Warnings) == 0:
		return rec, false
	case empty:
		rec.Err = desk.Errorf(desk.Invalid, "", "The row has nothing that can be read. %s", rec.Warnings[0])
	default:
		rec.Cells = rec.Cells[:width]
	}
	return rec, true
}

// isHeading reports whether one cell is merged over the whole table.
func (d *xlsxFile) isHeading(row *sheetRow) bool {
	if len(d.merges) == 0 || row.filled() != 1 || len(d.head.Cells) < 2 {
		return false
	}
	m, ok := spans(d.merges, row.line, 1)
	return ok && m.right >= len(d.head.Cells) && row.cells[0] != ""
}
