package importexport

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/deskfolk/desk"
)

// csvFile is the source that reads CSV.
type csvFile struct {
	charset charset
	delim   byte
	late    *lateReader
	split   *splitter
	count   *countingReader
	head    Record
	// guess says that the encoding was not given.
	guess bool
	// mark is the byte order mark; it names the encoding.
	mark string
	// newline is what the first line ends with, and sep says that it names the
	// delimiter.
	newline string
	sep     bool
}

// openCSV reads the header. A first line such as "sep=;" names the delimiter.
func openCSV(in *bufio.Reader, count *countingReader, sample []byte, whole bool, o ReadOptions) (source, error) {
	d := &csvFile{count: count}
	if err := d.open(in, sample, whole, o); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *csvFile) header() Record { return d.head }
func (d *csvFile) bytes() int64   { return d.count.n.Load() }
func (d *csvFile) close() error   { return nil }

func (d *csvFile) found() found {
	f := found{encoding: d.cs().name, delimiter: string(d.delim), lineEnd: "\n"}
	if d.split.cr {
		f.lineEnd = "\r"
	}
	if d.guess && d.mark == "" && f.encoding != utf8Name {
		f.notes = append(f.notes, guessNote(f.encoding))
	}
	return f
}

// guessNote says that the encoding is what the text looks like.
func guessNote(name string) string {
	return fmt.Sprintf("The file does not say which encoding it is in. It was read as %s, which its text looks like; if letters come out wrong, name the encoding.", name)
}

func (d *csvFile) open(in *bufio.Reader, sample []byte, whole bool, o ReadOptions) error {
	d.guess = o.Encoding == ""
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
	d.mark, d.newline, d.sep = string(sample[:mark]), newlineOf(text), given > 0
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
func (d *csvFile) chooseCharset(sample []byte, whole bool, label string) (mark int, err error) {
	if err := refuseBinary(sample); err != nil {
		return 0, err
	}
	if label == "" {
		d.charset, mark, err = detectCharset(sample, whole)
		return mark, err
	}
	d.charset, mark, err = namedCharset(sample, label)
	return mark, err
}

func (d *csvFile) readHeader() error {
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
		d.head = rec
		d.split.width = len(rec.Cells)
		return nil
	}
}

// next returns the next record that is not blank.
func (d *csvFile) next() (Record, error) {
	for {
		rec, err := d.record()
		if err != nil {
			return rec, err
		}
		if rec.Err == nil && blank(rec.Cells) {
			continue
		}
		return d.fit(rec), nil
	}
}

// fit pads a record with too few cells and fails one with too many.
func (d *csvFile) fit(rec Record) Record {
	want := len(d.head.Cells)
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
func (d *csvFile) record() (Record, error) {
	line, err := d.split.next()
	rec := Record{Line: line}
	switch {
	case errors.Is(err, errUnclosed):
		rec.Err = desk.Errorf(desk.Invalid, "", "A quote in column %d of this line is never closed, or stands where none may stand.", d.split.open)
	case errors.Is(err, errTooLong):
		rec.Err = desk.Errorf(desk.Limited, "", "The row is longer than %d bytes.", MaxRecord)
	case errors.Is(err, io.EOF):
		return rec, io.EOF
	case err != nil:
		return rec, breaksOff(err, line)
	}
	text, from := string(d.split.text), 0
	sound := d.checkText(d.split.text, 0) == nil
	rec.Cells = make([]string, len(d.split.ends), max(len(d.split.ends), len(d.head.Cells)))
	for i, end := range d.split.ends {
		rec.Cells[i] = text[from:end]
		if !sound && rec.Err == nil {
			rec.Err = d.checkText(d.split.text[from:end], i+1)
		}
		if rec.Err == nil && end-from > MaxCell {
			rec.Err = desk.Errorf(desk.Limited, "", "The cell in column %d is longer than %d bytes.", i+1, MaxCell)
		}
		from = end
	}
	if rec.Err != nil || !sound {
		for i := range rec.Cells {
			rec.Cells[i] = strings.ToValidUTF8(rec.Cells[i], "\uFFFD")
		}
	}
	return rec, nil
}

// breaksOff says where a file could not be read on.
func breaksOff(err error, line int) error {
	var e *desk.Error
	if err = readError(err); line < 2 || !errors.As(err, &e) || e.Kind != desk.Unavailable {
		return err
	}
	return &desk.Error{Kind: e.Kind, Message: fmt.Sprintf("The file could not be read on from line %d.", line), Err: e.Err}
}

// checkText returns why the text of a column cannot be used, or nil.
func (d *csvFile) checkText(text []byte, column int) error {
	if cs := d.cs(); cs.damaged(text) {
		return desk.Errorf(desk.Invalid, "", "The cell in column %d holds bytes that are not valid in %s. If the file is in another encoding, name it.", column, cs.name)
	}
	if bytes.IndexByte(text, 0) >= 0 {
		return desk.Errorf(desk.Invalid, "", "The cell in column %d holds a NUL character, which no text has.", column)
	}
	return nil
}

func (d *csvFile) cs() charset {
	if d.late != nil {
		return d.late.charset()
	}
	return d.charset
}
