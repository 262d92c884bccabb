package importexport

import (
	"bufio"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"syscall"

	"github.com/deskfolk/desk"
)

// ReadOptions say how a file is to be read. The zero value detects everything.
type ReadOptions struct {
	// Format is FormatCSV, FormatXLSX or FormatVCard; empty: told from the
	// content, never from a name.
	Format string
	// Encoding is a label of WHATWG's list of encodings, or ibm850, utf-32le
	// or utf-32be; empty: detected. Workbooks have none to choose.
	Encoding string
	// Delimiter is one ASCII character, or "tab"; empty: detected among comma,
	// semicolon, tab and bar. Only CSV files have one.
	Delimiter string
	// Sheet is the name of a workbook's sheet, in any case; empty: the first
	// one that is not hidden and has something in it.
	Sheet string
}

// Record is one record of a file.
type Record struct {
	// Line is the number of its first physical line, from 1: the line of a
	// text, the row of a sheet, the line of BEGIN:VCARD.
	Line int
	// Cells are at least as many as the header's. With an error they are what
	// could be read, to be shown.
	Cells []string
	// Err says why the record cannot be used.
	Err error
	// Warnings are sentences about what of the record was not read, or not as
	// it stands.
	Warnings []string
	// Literal says that an apostrophe in front of a cell belongs to the text,
	// since no spreadsheet was in between (see [Service.Export]).
	Literal bool
	// unread are the columns, from 0, whose cells are empty because they could not
	// be read. They do not say that a field is empty.
	unread []int
}

// Reader reads the records of a file one by one, in constant memory. It is
// for one goroutine; [Reader.Bytes] alone may be called from others.
type Reader struct {
	src    source
	format string
}

// Open looks at the beginning of the file and reads its header. What is not
// given in o is detected. Errors are [desk.Invalid] or [desk.Limited] ones
// with a sentence for a person if the file is none that can be read.
//
// A workbook is read in place if file is an io.ReaderAt and io.Seeker, such as
// an os.File, which must then stay open and unused until Close; else it is
// copied into a temporary file first.
func Open(file io.Reader, o ReadOptions) (*Reader, error) {
	d, err := open(file, o)
	if err != nil {
		return nil, desk.In("importexport.Open", err)
	}
	return d, nil
}

func open(file io.Reader, o ReadOptions) (*Reader, error) {
	place := placeOf(file)
	count := &countingReader{r: file}
	in := bufio.NewReaderSize(count, sampleSize)
	sample, err := in.Peek(sampleSize)
	whole := errors.Is(err, io.EOF)
	if err != nil && !whole {
		return nil, readError(err)
	}
	format, err := formatOf(sample, o.Format)
	if err != nil {
		return nil, err
	}
	d := &Reader{format: format}
	switch format {
	case FormatXLSX:
		d.src, err = openXLSX(in, place, o)
	case FormatVCard:
		d.src, err = openVCard(in, count, sample, whole, o)
	default:
		d.src, err = openCSV(in, count, sample, whole, o)
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

// Header returns the header's record. That of a vCard file is the list of the
// fields that cards can fill, in our own names.
func (d *Reader) Header() Record { return d.src.header() }

// Format returns FormatCSV, FormatXLSX or FormatVCard.
func (d *Reader) Format() string { return d.format }

// Encoding returns the name of the encoding in WHATWG's spelling, in lower
// case; "" for a workbook. It is final when [Reader.Next] has returned io.EOF:
// a file may begin with much plain ASCII.
func (d *Reader) Encoding() string { return d.src.found().encoding }

// Delimiter returns the delimiter, "" for what is no CSV file.
func (d *Reader) Delimiter() string { return d.src.found().delimiter }

// LineEnd returns "\r" for files of that old kind, else "\n", which stands for
// "\r\n" too; "" for a workbook.
func (d *Reader) LineEnd() string { return d.src.found().lineEnd }

// Sheet returns the name of the sheet that is read, "" for what is no workbook.
func (d *Reader) Sheet() string { return d.src.found().sheet }

// Sheets returns all sheets of the workbook, in their order.
func (d *Reader) Sheets() []Sheet { return slices.Clone(d.src.found().sheets) }

// Notes returns a sentence for each choice that was made in reading the file:
// an encoding that was guessed, a sheet chosen out of several. They are
// complete when [Reader.Next] has returned io.EOF.
func (d *Reader) Notes() []string { return slices.Clone(d.src.found().notes) }

// Bytes returns how much of the file has been read.
func (d *Reader) Bytes() int64 { return d.src.bytes() }

// Close removes what was kept in temporary files; only Next cannot be called
// after it. It does not close the file that was given to Open.
func (d *Reader) Close() error { return d.src.close() }

// Next returns the next record that is not wholly blank, or io.EOF. Any other
// error means that the file could not be read on; what is wrong with one
// record is in its Err.
func (d *Reader) Next() (Record, error) {
	rec, err := d.src.next()
	if err != nil && !errors.Is(err, io.EOF) {
		err = desk.In("importexport.Next", err)
	}
	return rec, err
}

func blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// readError gives a sentence to the errors of reading a file.
func readError(err error) error {
	var e *desk.Error
	switch {
	case errors.As(err, &e):
		return err
	case errors.Is(err, syscall.EISDIR):
		return desk.Errorf(desk.Invalid, "", "This is a directory, not a file. Nothing was imported.")
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return &desk.Error{Kind: desk.Unavailable, Message: "The file could not be read to its end.", Err: err}
}
