package importexport

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"syscall"

	"github.com/deskfolk/desk"
)

// ReadOptions say how a file is to be read. The zero value detects everything.
type ReadOptions struct {
	// Encoding is a label of WHATWG's list of encodings, or ibm850, utf-32le
	// or utf-32be; empty: detected.
	Encoding string
	// Delimiter is one ASCII character, or "tab"; empty: detected among comma,
	// semicolon, tab and bar.
	Delimiter string
}

// Record is one record of a file.
type Record struct {
	// Line is the number of its first physical line, from 1.
	Line int
	// Cells are at least as many as the header's. With an error they are what
	// could be read, to be shown.
	Cells []string
	// Literal says that cells are values as they are, in which no apostrophe
	// guards a spreadsheet.
	Literal bool
	// Err says why the record cannot be used.
	Err error
}

// Reader reads the records of a CSV file one by one, in constant memory.
type Reader struct {
	charset charset
	delim   byte
	late    *lateReader
	split   *splitter
	count   *countingReader
	header  Record
}

// Open looks at the beginning of the file and reads its header. Where an
// encoding or delimiter is not given it is detected; a first line such as
// "sep=;" names the delimiter too. The error is a [desk.Invalid] one with a
// sentence for a person if this is no CSV file.
func Open(r io.Reader, o ReadOptions) (*Reader, error) {
	d := &Reader{count: &countingReader{r: r}}
	in := bufio.NewReaderSize(d.count, sampleSize)
	sample, err := in.Peek(sampleSize)
	if err != nil && err != io.EOF {
		return nil, desk.In("importexport.Open", readError(err))
	}
	if err := d.open(in, sample, err == io.EOF, o); err != nil {
		return nil, desk.In("importexport.Open", err)
	}
	return d, nil
}

func (d *Reader) open(in *bufio.Reader, sample []byte, whole bool, o ReadOptions) error {
	if len(bytes.TrimSpace(sample)) == 0 && whole {
		return desk.Errorf(desk.Invalid, "", "The file is empty. Nothing was imported.")
	}
	mark, err := d.chooseCharset(sample, whole, o.Encoding)
	if err != nil {
		return err
	}
	text := d.charset.decodeSample(sample[mark:])
	sep, given := sepLine(text)
	switch {
	case o.Delimiter != "":
		if d.delim, err = delimiterOf(o.Delimiter); err != nil {
			return err
		}
	case given > 0:
		d.delim = sep
	default:
		d.delim = detectDelimiter(text)
	}
	if _, err := in.Discard(mark); err != nil {
		return readError(err)
	}
	var utf8Text io.Reader
	if o.Encoding == "" && !whole && isASCII(sample) {
		d.late = &lateReader{in: in}
		utf8Text = d.late
	} else {
		utf8Text = d.charset.reader(in)
	}
	d.split = newSplitter(utf8Text, d.delim, onlyCR(text))
	if given > 0 {
		if _, err := d.split.next(); err != nil {
			return readError(err)
		}
	}
	return d.readHeader()
}

// chooseCharset sets the charset and returns the length of the byte order mark.
func (d *Reader) chooseCharset(sample []byte, whole bool, label string) (mark int, err error) {
	if label == "" {
		d.charset, mark, err = detectCharset(sample, whole)
		return mark, err
	}
	if err := refuseBinary(sample); err != nil {
		return 0, err
	}
	if d.charset, err = charsetOf(label); err != nil {
		return 0, err
	}
	for _, b := range boms {
		if !bytes.HasPrefix(sample, []byte(b.mark)) {
			continue
		}
		if b.name == d.charset.name {
			return len(b.mark), nil
		}
		if strings.EqualFold(strings.TrimSpace(label), "utf-16") && strings.HasPrefix(b.name, "utf-16") {
			d.charset, err = charsetOf(b.name)
			return len(b.mark), err
		}
	}
	return 0, nil
}

func (d *Reader) readHeader() error {
	for {
		rec, err := d.record()
		if errors.Is(err, io.EOF) {
			return desk.Errorf(desk.Invalid, "", "The file is empty. Nothing was imported.")
		}
		if err != nil {
			return err
		}
		if rec.Err == nil && blank(rec.Cells) {
			continue
		}
		if rec.Err != nil {
			return desk.Errorf(desk.Invalid, "", "The header row (line %d) cannot be read: %s", rec.Line, desk.MessageOf(rec.Err))
		}
		if len(rec.Cells) > MaxColumns {
			return desk.Errorf(desk.Invalid, "", "The file has more than %d columns. Nothing was imported.", MaxColumns)
		}
		d.header = rec
		d.split.width = len(rec.Cells)
		return nil
	}
}

// Header returns the header's record.
func (d *Reader) Header() Record { return d.header }

// Encoding returns the name of the encoding in WHATWG's spelling, in lower
// case. It is final when [Reader.Next] has returned io.EOF: a file may begin
// with much plain ASCII.
func (d *Reader) Encoding() string { return d.cs().name }

// Delimiter returns the delimiter.
func (d *Reader) Delimiter() string { return string(d.delim) }

// LineEnd returns "\r" for files of that old kind, else "\n", which stands for "\r\n" too.
func (d *Reader) LineEnd() string {
	if d.split.cr {
		return "\r"
	}
	return "\n"
}

// Bytes returns how much of the file has been read.
func (d *Reader) Bytes() int64 { return d.count.n.Load() }

// Next returns the next record that is not wholly blank, or io.EOF. Any other
// error means that the file could not be read on; what is wrong with one
// record is in its Err.
func (d *Reader) Next() (Record, error) {
	for {
		rec, err := d.record()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				err = desk.In("importexport.Next", err)
			}
			return rec, err
		}
		if rec.Err == nil && blank(rec.Cells) {
			continue
		}
		return d.fit(rec), nil
	}
}

// fit pads a record with too few cells and fails one with too many.
func (d *Reader) fit(rec Record) Record {
	want := len(d.header.Cells)
	for len(rec.Cells) < want {
		rec.Cells = append(rec.Cells, "")
	}
	if rec.Err == nil && !blank(rec.Cells[want:]) {
		got := fmt.Sprint(len(rec.Cells))
		if len(rec.Cells) > MaxColumns {
			got = fmt.Sprintf("more than %d", MaxColumns)
		}
		rec.Err = desk.Errorf(desk.Invalid, "", "The row has %s cells, but the header has only %d.", got, want)
	} else if rec.Err == nil {
		rec.Cells = rec.Cells[:want]
	}
	return rec
}

// record reads a record and checks what does not depend on the header.
func (d *Reader) record() (Record, error) {
	line, err := d.split.next()
	rec := Record{Line: line}
	switch {
	case errors.Is(err, errUnclosed):
		rec.Err = desk.Errorf(desk.Invalid, "", "A quote in this line is never closed, or stands where none may stand.")
	case errors.Is(err, errTooLong):
		rec.Err = desk.Errorf(desk.Limited, "", "The row is longer than %d bytes.", MaxRecord)
	case errors.Is(err, io.EOF):
		return rec, io.EOF
	case err != nil:
		return rec, readError(err)
	}
	all := d.split.text
	if e := d.checkText(all); e != nil {
		rec.Err = e
	}
	text, from := string(all), 0
	rec.Cells = make([]string, len(d.split.ends), max(len(d.split.ends), len(d.header.Cells)))
	for i, end := range d.split.ends {
		rec.Cells[i] = text[from:end]
		if rec.Err != nil {
			rec.Cells[i] = strings.ToValidUTF8(rec.Cells[i], "\uFFFD")
		} else if end-from > MaxCell {
			rec.Err = desk.Errorf(desk.Limited, "", "A cell is longer than %d bytes.", MaxCell)
		}
		from = end
	}
	return rec, nil
}

// checkText returns why a record's text cannot be used, or nil.
func (d *Reader) checkText(text []byte) error {
	if cs := d.cs(); cs.damaged(text) {
		return desk.Errorf(desk.Invalid, "", "The row holds bytes that are not valid in %s. If the file is in another encoding, name it.", cs.name)
	}
	if bytes.IndexByte(text, 0) >= 0 {
		return desk.Errorf(desk.Invalid, "", "The row holds a NUL character, which no text has.")
	}
	return nil
}

func (d *Reader) cs() charset {
	if d.late != nil {
		return d.late.charset()
	}
	return d.charset
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
