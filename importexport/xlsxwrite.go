package importexport

import (
	"archive/zip"
	"compress/flate"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

// The limits of a workbook's sheet, as Excel has them.
const (
	// MaxSheetRows is how many rows a sheet of a written workbook has at most,
	// its header counted. Further ones go into a further sheet.
	MaxSheetRows = 1 << 20
	// MaxSheetCell is how long the text of a cell can be, in UTF-16 units.
	MaxSheetCell = 32_767
)

// longCell says that a text is too long for a cell.
type longCell struct {
	column string
	size   int
}

func (e *longCell) Error() string { return fmt.Sprintf("%s has %d characters", e.column, e.size) }

// xlsxWriter writes a workbook (ECMA-376 part 1, SpreadsheetML) as a stream:
// each sheet is compressed while its rows come, and only then is it said how
// many sheets there are. Every cell is text, an inline string with the format
// "@", so that nothing is made into a number, and what is typed into an empty
// cell is not either.
type xlsxWriter struct {
	zip    *zip.Writer
	sheet  io.Writer // nil before the first row
	header []string
	// raw writes cells as they are, however long and not guarded.
	raw          bool
	sheets, rows int
	limit        int // of rows of a sheet
	columns      []string
	buf          []byte
}

func newXLSXWriter(w io.Writer, header []string) *xlsxWriter {
	x := &xlsxWriter{zip: zip.NewWriter(w), header: append([]string(nil), header...), limit: MaxSheetRows}
	// Most of the text repeats itself, so that the quickest compression does.
	x.zip.RegisterCompressor(zip.Deflate, func(to io.Writer) (io.WriteCloser, error) { return flate.NewWriter(to, flate.BestSpeed) })
	for i := range header {
		x.columns = append(x.columns, columnName(i))
	}
	return x
}

func (x *xlsxWriter) write(cells []string) error {
	if !x.raw {
		for i, c := range cells {
			if len(c) >= MaxSheetCell && utf16Length(guard(c)) > MaxSheetCell {
				return &longCell{x.header[i], utf8.RuneCountInString(c)}
			}
		}
	}
	if x.sheet == nil {
		if err := x.begin(); err != nil {
			return err
		}
	}
	if x.rows == x.limit {
		if err := x.endSheet(); err != nil {
			return err
		}
		if err := x.beginSheet(); err != nil {
			return err
		}
	}
	return x.row(cells, styleText)
}

// end writes what is left, and the list of the sheets.
func (x *xlsxWriter) end() error {
	if x.sheet == nil {
		if err := x.begin(); err != nil {
			return err
		}
	}
	if err := x.endSheet(); err != nil {
		return err
	}
	if err := x.part("xl/workbook.xml", workbookXML(x.sheets)); err != nil {
		return err
	}
	if err := x.part("xl/_rels/workbook.xml.rels", workbookRelsXML(x.sheets)); err != nil {
		return err
	}
	return x.zip.Close()
}

// begin writes the parts that are the same in each workbook. The list of
// types comes first, since programs tell a workbook by it.
func (x *xlsxWriter) begin() error {
	for _, p := range [][2]string{{"[Content_Types].xml", contentTypesXML}, {"_rels/.rels", relsXML}, {"xl/styles.xml", stylesXML}} {
		if err := x.part(p[0], p[1]); err != nil {
			return err
		}
	}
	return x.beginSheet()
}

func (x *xlsxWriter) part(name, text string) error {
	w, err := x.zip.Create(name)
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	return err
}

func (x *xlsxWriter) beginSheet() error {
	x.sheets++
	x.rows = 0
	var err error
	if x.sheet, err = x.zip.Create("xl/worksheets/sheet" + strconv.Itoa(x.sheets) + ".xml"); err != nil {
		return err
	}
	x.buf = append(x.buf, sheetHeadXML(x.header, x.sheets == 1)...)
	return x.row(x.header, styleHeader)
}

func (x *xlsxWriter) endSheet() error {
	x.buf = append(x.buf, sheetTailXML...)
	return x.flush()
}

func (x *xlsxWriter) flush() error {
	_, err := x.sheet.Write(x.buf)
	x.buf = x.buf[:0]
	return err
}

// row writes a row. Empty cells are left out.
func (x *xlsxWriter) row(cells []string, style string) error {
	x.rows++
	at := strconv.Itoa(x.rows)
	b := append(append(append(x.buf, `<row r="`...), at...), `">`...)
	for i, c := range cells {
		if c == "" {
			continue
		}
		for i >= len(x.columns) {
			x.columns = append(x.columns, columnName(len(x.columns)))
		}
		b = append(append(append(b, `<c r="`...), x.columns[i]...), at...)
		b = append(append(b, style...), ` t="inlineStr"><is>`...)
		if !x.raw {
			c = guard(c)
		}
		b = append(appendSheetText(b, c), `</is></c>`...)
	}
	x.buf = append(b, "</row>"...)
	if len(x.buf) < 32<<10 {
		return nil
	}
	return x.flush()
}

// columnName returns the letters of a column: A for 0, AA for 26.
func columnName(i int) string {
	name := ""
	for i++; i > 0; i = (i - 1) / 26 {
		name = string(rune('A'+(i-1)%26)) + name
	}
	return name
}

// utf16Length counts UTF-16 units.
func utf16Length(s string) int {
	n := utf8.RuneCountInString(s)
	for _, r := range s {
		if r > 0xffff {
			n++
		}
	}
	return n
}
