package importexport

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
)

// The size of a sheet (ECMA-376 part 1, 18.3.1.73 and what Excel allows).
const (
	lastRow    = 1 << 20
	lastColumn = 1 << 14
)

// sheetRow is one row of a sheet as it stands.
type sheetRow struct {
	line  int
	cells []string
	// far are the references of cells with something in them behind MaxColumns.
	far      []string
	err      error
	warnings []string
	// unread are the columns, from 0, of cells that have no value one can read.
	unread []int
	hidden bool
	size   int
}

func (r *sheetRow) fail(format string, args ...any) {
	if r.err == nil {
		r.err = desk.Errorf(desk.Invalid, "", format, args...)
	}
}

// filled is how many cells have something in them.
func (r *sheetRow) filled() int {
	n := 0
	for _, c := range r.cells {
		if strings.TrimSpace(c) != "" {
			n++
		}
	}
	return n
}

// sheetReader reads the rows of a sheet one by one.
type sheetReader struct {
	x        *xmlPart
	strings  *stringTable
	formats  []*numFormat
	from1904 bool
	line     int // of the last row
	state    int // of the sheet's data: before it, in it, behind it
	value    []byte
}

const (
	beforeData = iota
	inData
	behindData
)

// next returns the next row that is not blank, or io.EOF.
func (s *sheetReader) next() (sheetRow, error) {
	for {
		token, err := s.x.next()
		if errors.Is(err, io.EOF) {
			return sheetRow{}, io.EOF
		}
		if err != nil {
			return sheetRow{}, s.at(err)
		}
		switch t := token.(type) {
		case xml.EndElement:
			if t.Name.Local == "sheetData" {
				s.state = behindData
			}
		case xml.StartElement:
			switch {
			case t.Name.Local == "sheetData" && s.state == beforeData:
				s.state = inData
			case t.Name.Local == "row" && s.state == inData:
				row, err := s.row(t)
				if err != nil || row.err != nil || len(row.far) > 0 || len(row.warnings) > 0 || !blank(row.cells) {
					return row, s.at(err)
				}
			case t.Name.Local != "worksheet":
				if err := s.x.skip(); err != nil {
					return sheetRow{}, s.at(err)
				}
			}
		}
	}
}

// at says behind which row the sheet cannot be read on.
func (s *sheetReader) at(err error) error {
	var e *desk.Error
	if s.line == 0 || !errors.As(err, &e) || e.Kind == desk.Unavailable {
		return err
	}
	c := *e
	c.Message = fmt.Sprintf("The sheet cannot be read on behind row %d. %s", s.line, e.Message)
	return &c
}

func (s *sheetReader) row(start xml.StartElement) (sheetRow, error) {
	line := s.line + 1
	if r := attr(start, "r"); r != "" {
		n, err := strconv.Atoi(r)
		if err != nil || n > lastRow {
			return sheetRow{}, errDamaged("it has a row " + quote(r) + ", and sheets end at row 1048576")
		}
		if n < line {
			return sheetRow{}, errDamaged(fmt.Sprintf("row %d stands behind row %d", n, s.line))
		}
		line = n
	} else if line > lastRow {
		return sheetRow{}, errDamaged("it has more than 1048576 rows")
	}
	s.line = line
	row := sheetRow{line: line, hidden: isSet(attr(start, "hidden"))}
	column := 0
	for depth := s.x.depth; s.x.depth >= depth; {
		token, err := s.x.next()
		if err != nil {
			return row, unended(err, s.x.name)
		}
		c, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if c.Name.Local != "c" {
			if err := s.x.skip(); err != nil {
				return row, err
			}
			continue
		}
		if column, err = s.column(&row, attr(c, "r"), column); err != nil {
			return row, err
		}
		if err := s.cell(&row, c, column); err != nil {
			return row, err
		}
	}
	return row, nil
}

// column returns the column of a cell, from 1; last is that of the one before.
func (s *sheetReader) column(row *sheetRow, ref string, last int) (int, error) {
	if ref == "" {
		if last == lastColumn {
			return 0, errDamaged("a row has more than 16384 cells")
		}
		return last + 1, nil
	}
	column, line, ok := parseRef(ref)
	if !ok {
		return 0, errDamaged("it has a cell " + quote(ref) + ", and sheets end at XFD1048576")
	}
	if line != row.line {
		row.fail("The row has a cell that says it is %s: the workbook is damaged.", quote(ref))
	}
	return column, nil
}

// parseRef reads a reference such as B12.
func parseRef(ref string) (column, line int, ok bool) {
	i := 0
	for ; i < len(ref) && i < 4; i++ {
		c := ref[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			break
		}
		column = column*26 + int(c-'A') + 1
	}
	line, err := strconv.Atoi(ref[i:])
	return column, line, err == nil && column > 0 && column <= lastColumn && line > 0 && line <= lastRow && ref[i] != '+'
}

// refOf writes a reference.
func refOf(column, line int) string {
	var letters []byte
	for ; column > 0; column = (column - 1) / 26 {
		letters = append(letters, byte('A'+(column-1)%26))
	}
	slices.Reverse(letters)
	return string(letters) + strconv.Itoa(line)
}

// cell reads a cell and puts its text into the row.
func (s *sheetReader) cell(row *sheetRow, start xml.StartElement, column int) error {
	kind, style := "", 0
	for i := range start.Attr {
		switch a := &start.Attr[i]; a.Name.Local {
		case "t":
			kind = a.Value
		case "s":
			style, _ = strconv.Atoi(a.Value) // what is no number has no format
		}
	}
	formula, has, err := s.content()
	if err != nil {
		return err
	}
	if formula && (!has || len(s.value) == 0 && kind != "str") {
		row.unread = append(row.unread, column-1)
		row.warnings = append(row.warnings, "The cell "+refOf(column, row.line)+" has a formula whose result is not in the file; it was read as empty. Open the file in a spreadsheet program and save it to have it there.")
		return nil
	}
	var format *numFormat
	if style >= 0 && style < len(s.formats) {
		format = s.formats[style]
	}
	text, err := s.text(row, kind, format, column, formula)
	if err != nil || text == "" {
		return err
	}
	row.put(column, text)
	return nil
}

// content reads what is in a cell: its value goes to s.value.
func (s *sheetReader) content() (formula, has bool, err error) {
	s.value = s.value[:0]
	for depth := s.x.depth; s.x.depth >= depth; {
		token, err := s.x.next()
		if err != nil {
			return formula, has, unended(err, s.x.name)
		}
		child, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch child.Name.Local {
		case "v":
			has = true
			s.value, err = s.x.text(s.value[:0])
		case "is":
			has = true
			s.value, err = s.x.richText(s.value[:0])
		case "f":
			formula = true
			err = s.x.skip()
		default:
			err = s.x.skip()
		}
		if err != nil {
			return formula, has, err
		}
	}
	return formula, has, nil
}

// put keeps a cell's text.
func (r *sheetRow) put(column int, text string) {
	switch r.size += len(text); {
	case len(text) > MaxCell:
		r.err = desk.Errorf(desk.Limited, "", "The cell %s is longer than %d bytes.", refOf(column, r.line), MaxCell)
		return
	case r.size > MaxRecord:
		r.err = desk.Errorf(desk.Limited, "", "The row is longer than %d bytes.", MaxRecord)
		return
	case strings.IndexByte(text, 0) >= 0:
		r.fail("The row holds a NUL character, which no text has.")
	}
	if column > MaxColumns {
		if len(r.far) < 10 && strings.TrimSpace(text) != "" {
			r.far = append(r.far, refOf(column, r.line))
		}
		return
	}
	for len(r.cells) < column {
		r.cells = append(r.cells, "")
	}
	if r.cells[column-1] != "" {
		r.fail("The row has two cells %s: the workbook is damaged.", refOf(column, r.line))
	}
	r.cells[column-1] = text
}

// text is what a cell shows.
func (s *sheetReader) text(row *sheetRow, kind string, format *numFormat, column int, formula bool) (string, error) {
	value := string(s.value)
	switch kind {
	case "s":
		return s.sharedText(row, strings.TrimSpace(value), column)
	case "str":
		if formula && isErrorValue(value) {
			return s.errorValue(row, value, column), nil
		}
		return string(unescapeX(s.value)), nil
	case "inlineStr":
		return string(unescapeX(s.value)), nil
	case "e":
		return s.errorValue(row, value, column), nil
	}
	value = strings.TrimSpace(value)
	text, ok := value, true
	switch {
	case value == "":
	case kind == "b":
		text = strconv.FormatBool(isSet(value))
		ok = isSet(value) || value == "0" || value == "false"
	case kind == "d":
		text, ok = isoMoment(value, format)
	default:
		text, ok = formatNumber(value, format, s.from1904)
	}
	if !ok {
		row.fail("The cell %s holds %s, which is not what its kind says.", refOf(column, row.line), quote(value))
		return value, nil
	}
	return text, nil
}

// sharedText is the shared string with the number.
func (s *sheetReader) sharedText(row *sheetRow, number string, column int) (string, error) {
	if number == "" {
		return "", nil
	}
	i, err := strconv.Atoi(number)
	if err != nil {
		i = -1
	}
	text, ok, err := s.strings.get(i)
	if !ok && err == nil {
		row.fail("The cell %s names a text that is not in the file: the workbook is damaged.", refOf(column, row.line))
	}
	return text, err
}

// errorValue reads an error such as #N/A as an empty cell, as someone does who
// types the sheet in: it says that there is no value.
func (s *sheetReader) errorValue(row *sheetRow, value string, column int) string {
	row.unread = append(row.unread, column-1)
	row.warnings = append(row.warnings, "The cell "+refOf(column, row.line)+" shows the error "+quote(value)+"; it was read as empty.")
	return ""
}

// isErrorValue reports whether a formula's text is an error's name.
func isErrorValue(s string) bool {
	switch s {
	case "#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!":
		return true
	}
	return false
}
