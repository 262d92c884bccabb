package importexport

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/deskfolk/desk"
)

// vcardColumns are the fields that cards can fill, in our own names.
var vcardColumns = []string{
	"external_ids", "first_name", "last_name", "display_name", "email", "emails", "phone", "phones", "company", "job_title", "division",
	"street", "city", "region", "postal_code", "country", "time_zone", "language", "notes",
}

// vcardFile is the source that reads vCards: 2.1 (versit 1996), 3.0 (RFC 2426)
// and 4.0 (RFC 6350). Each card is a record of vcardColumns, so that it can be
// shown, mapped and written as CSV like any other.
type vcardFile struct {
	lines *cardLines
	count *countingReader
	text  cardText
	cr    bool
	notes []string
	// ahead is the BEGIN line of a card whose place was found while looking for
	// the end of the one before; 0 if there is none.
	ahead int
	// stray is the first line outside of any card, and strays their number.
	stray, strays int
	ended         bool
}

func openVCard(in *bufio.Reader, count *countingReader, sample []byte, whole bool, o ReadOptions) (source, error) {
	if !isVCard(sample) {
		return nil, desk.Errorf(desk.Invalid, "", "This is not a vCard file: it does not begin with BEGIN:VCARD. Nothing was imported.")
	}
	d := &vcardFile{count: count}
	mark, err := d.text.choose(sample, whole, o.Encoding)
	if err != nil {
		return nil, err
	}
	if _, err := in.Discard(mark); err != nil {
		return nil, readError(err)
	}
	head := sample[mark:]
	if d.text.wide {
		head = d.text.file.decodeSample(head)
		in = bufio.NewReaderSize(d.text.file.reader(in), sampleSize)
	}
	d.cr = onlyCR(head)
	d.lines = newCardLines(in, d.cr)
	d.text.ahead = d.lines.peek
	return d, nil
}

func (d *vcardFile) header() Record { return Record{Line: 1, Cells: slices.Clone(vcardColumns)} }
func (d *vcardFile) bytes() int64   { return d.count.n.Load() }
func (d *vcardFile) close() error   { return nil }

func (d *vcardFile) found() found {
	f := found{encoding: d.text.name(), lineEnd: "\n", notes: slices.Clone(d.notes)}
	if d.cr {
		f.lineEnd = "\r"
	}
	if d.text.guessed {
		f.notes = append(f.notes, guessNote(f.encoding))
	}
	return f
}

// next returns the next card. One that is broken fails by itself: the next
// BEGIN begins another.
func (d *vcardFile) next() (Record, error) {
	begin, err := d.findBegin()
	if err != nil {
		if errors.Is(err, io.EOF) {
			d.end()
		}
		return Record{}, err
	}
	c := &card{line: begin, text: &d.text}
	if err := d.readCard(c); err != nil {
		return Record{}, err
	}
	return c.record(), nil
}

// findBegin looks for the line that begins the next card.
func (d *vcardFile) findBegin() (int, error) {
	if line := d.ahead; line > 0 {
		d.ahead = 0
		return line, nil
	}
	for {
		line, err := d.lines.next()
		switch {
		case err != nil:
			return 0, err
		case isLine(line.text, "BEGIN:VCARD"):
			return line.number, nil
		case len(bytes.TrimSpace(line.text)) > 0:
			if d.strays == 0 {
				d.stray = line.number
			}
			d.strays++
		}
	}
}

func (d *vcardFile) end() {
	if d.ended {
		return
	}
	d.ended = true
	if d.strays > 0 {
		d.notes = append(d.notes, fmt.Sprintf("%d lines stand outside of any card, the first of them line %d; they were not read.", d.strays, d.stray))
	}
}

// readCard reads to the card's end. Only errors of reading are returned.
func (d *vcardFile) readCard(c *card) error {
	inner := 0 // cards within this one, such as that of an agent
	for {
		line, err := d.lines.next()
		if errors.Is(err, io.EOF) {
			c.fail("The card has no end.")
			return nil
		}
		if err != nil {
			return err
		}
		switch {
		case isLine(line.text, "BEGIN:VCARD") && (inner > 0 || c.agent):
			inner++
			c.agent = false
			continue
		case isLine(line.text, "BEGIN:VCARD"):
			c.fail("The card has no end: the next one begins in line %d.", line.number)
			d.ahead = line.number
			return nil
		case isLine(line.text, "END:VCARD") && inner == 0:
			return nil
		case isLine(line.text, "END:VCARD"):
			inner--
			continue
		case inner > 0 || len(bytes.TrimSpace(line.text)) == 0:
			continue
		}
		if err := d.property(c, line); err != nil {
			return err
		}
	}
}

// isLine reports whether a line says no more than that, in any case.
func isLine(line []byte, want string) bool {
	line = bytes.TrimSpace(line)
	return len(line) == len(want) && bytes.EqualFold(line, []byte(want))
}

// property reads a property with the lines on which it goes on.
func (d *vcardFile) property(c *card, first cardLine) error {
	p, ok := parseProperty(first.text)
	if !ok {
		c.fail("Line %d of the file is no property of a card: %s.", first.number, quote(strings.ToValidUTF8(string(first.text), "\uFFFD")))
		return d.lines.pass(&property{})
	}
	p.line = first.number
	c.agent = p.name == "AGENT"
	var err error
	switch {
	case !p.read():
		err = d.lines.pass(&p)
	case p.encoding() == "QUOTED-PRINTABLE":
		p.raw, err = d.lines.softBreaks(p.raw)
	case p.encoding() == "BASE64" || p.encoding() == "B":
		p.raw, err = d.lines.base64(p.raw)
	default:
		p.raw, err = d.lines.unfold(p.raw, c.version == "2.1")
	}
	switch {
	case errors.Is(err, errTooLong), first.long && p.read():
		c.limit("The property %s in line %d is longer than %d bytes.", p.name, p.line, MaxCell)
		return nil
	case err != nil:
		return err
	}
	c.add(p)
	return nil
}

// cardText decodes the values of a file.
type cardText struct {
	file    charset
	known   bool // file was settled
	guessed bool
	// wide says that the file was decoded as a whole: lines are UTF-8 already.
	wide bool
	// ahead returns what comes next, to tell the encoding by.
	ahead func() []byte
}

// choose settles the encoding of the file by what was asked, or by its
// beginning if that has anything but ASCII. It returns the length of the mark.
func (t *cardText) choose(sample []byte, whole bool, label string) (mark int, err error) {
	switch {
	case label != "":
		if t.file, mark, err = namedCharset(sample, label); err != nil {
			return 0, err
		}
		t.known = true
	case isASCII(sample):
		t.file = charset{name: utf8Name}
		return 0, nil
	default:
		if t.file, mark, err = detectCharset(sample, whole); err != nil {
			return 0, err
		}
		t.known, t.guessed = true, mark == 0 && t.file.name != utf8Name
	}
	t.wide = strings.HasPrefix(t.file.name, "utf-16") || strings.HasPrefix(t.file.name, "utf-32")
	return mark, nil
}

func (t *cardText) name() string { return t.file.name }

// decode returns a value as UTF-8. A value that names its charset (vCard 2.1)
// is in that one; ok is false if it holds bytes that are not.
func (t *cardText) decode(raw []byte, label string) (text, name string, ok bool) {
	if isASCII(raw) && label == "" {
		return string(raw), "", true
	}
	cs := t.file
	if label != "" {
		named, err := charsetOf(label)
		if err != nil {
			return string(raw), quote(label) + ", which is not known", false
		}
		cs = named
	} else if t.wide {
		cs = charset{name: utf8Name}
	} else if !t.known {
		t.settle(raw)
		cs = t.file
	}
	out := raw
	if cs.enc != nil {
		var err error
		if out, err = cs.enc.NewDecoder().Bytes(raw); err != nil {
			return string(raw), cs.name, false
		}
	}
	return string(out), cs.name, !cs.damaged(out)
}

// settle tells the encoding by the first value that is not ASCII and by what follows.
func (t *cardText) settle(raw []byte) {
	t.known = true
	sample := slices.Concat(raw, []byte("\n"), t.ahead())
	cs, _, err := detectCharset(sample, false)
	if err == nil && !strings.HasPrefix(cs.name, "utf-16") && !strings.HasPrefix(cs.name, "utf-32") {
		t.file, t.guessed = cs, cs.name != utf8Name
	}
}
