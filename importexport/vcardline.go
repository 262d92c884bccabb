package importexport

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
)

const (
	// maxCardHead is in how many bytes a property's name and parameters must
	// stand, and how much is kept of a line that is not read.
	maxCardHead = 8 << 10
	// maxProperties is how many properties a card may have.
	maxProperties = 2000
)

// cardLine is one physical line, without its end.
type cardLine struct {
	text   []byte
	number int
	// long says that only the beginning was kept.
	long bool
}

// cardLines reads physical lines. It holds one line at a time, and of a line
// that is not to be read, such as a picture's, only the beginning.
type cardLines struct {
	in     *bufio.Reader
	end    byte
	number int
	buf    []byte
	// back is a line that was read too far.
	back    cardLine
	hasBack bool
}

func newCardLines(in *bufio.Reader, cr bool) *cardLines {
	l := &cardLines{in: in, end: '\n'}
	if cr {
		l.end = '\r'
	}
	return l
}

// peek returns what has been read of the file and is not yet used.
func (l *cardLines) peek() []byte {
	b, _ := l.in.Peek(min(64<<10, l.in.Size())) // what there is
	return b
}

// next returns the next line, valid until it is called again, or io.EOF.
func (l *cardLines) next() (cardLine, error) {
	if l.hasBack {
		l.hasBack = false
		return l.back, nil
	}
	l.buf = l.buf[:0]
	line := cardLine{number: l.number + 1}
	for {
		piece, err := l.in.ReadSlice(l.end)
		if room := MaxCell + maxCardHead - len(l.buf); len(piece) > room {
			piece, line.long = piece[:room], true
		}
		l.buf = append(l.buf, piece...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && len(l.buf) == 0:
			return cardLine{}, io.EOF
		case err != nil && !errors.Is(err, io.EOF):
			return cardLine{}, readError(err)
		}
		l.number++
		line.text = bytes.TrimRight(l.buf, "\r\n")
		return line, nil
	}
}

// unread gives the line back that next has returned.
func (l *cardLines) unread(line cardLine) { l.back, l.hasBack = line, true }

// goesOn returns the next line if it is folded: it begins with a space or a tab.
func (l *cardLines) goesOn() (cardLine, bool, error) {
	line, err := l.next()
	if errors.Is(err, io.EOF) {
		return line, false, nil
	}
	if err != nil {
		return line, false, err
	}
	if len(line.text) > 0 && (line.text[0] == ' ' || line.text[0] == '\t') {
		return line, true, nil
	}
	l.unread(line)
	return line, false, nil
}

// unfold joins the lines that go on (RFC 6350, 3.2). In vCard 2.1 the space
// that a line begins with belongs to the text.
func (l *cardLines) unfold(value []byte, keepSpace bool) ([]byte, error) {
	value = bytes.Clone(value)
	for {
		line, ok, err := l.goesOn()
		if err != nil || !ok {
			return checkLength(value, err)
		}
		if !keepSpace {
			line.text = line.text[1:]
		}
		if len(value) <= MaxCell {
			value = append(value, line.text...)
		}
	}
}

func checkLength(value []byte, err error) ([]byte, error) {
	if err == nil && len(value) > MaxCell {
		return nil, errTooLong
	}
	return value, err
}

// softBreaks joins the lines of a quoted-printable value: one that ends with
// an equals sign goes on with the next (RFC 2045, 6.7). Some programs fold
// besides.
func (l *cardLines) softBreaks(value []byte) ([]byte, error) {
	value = bytes.Clone(value)
	for {
		cut := bytes.TrimRight(value, " \t")
		soft := bytes.HasSuffix(cut, []byte("="))
		if !soft {
			line, ok, err := l.goesOn()
			if err != nil || !ok {
				return checkLength(value, err)
			}
			if len(value) <= MaxCell {
				value = append(value, line.text[1:]...)
			}
			continue
		}
		value = cut[:len(cut)-1]
		line, err := l.next()
		if errors.Is(err, io.EOF) {
			return checkLength(value, nil)
		}
		if err != nil {
			return value, err
		}
		if isLine(line.text, "END:VCARD") || isLine(line.text, "BEGIN:VCARD") {
			l.unread(line)
			return checkLength(value, nil)
		}
		if len(value) <= MaxCell {
			value = append(value, line.text...)
		}
	}
}

// base64 joins the lines of a value in base64. In vCard 2.1 they need not
// begin with a space; an empty line ends them.
func (l *cardLines) base64(value []byte) ([]byte, error) {
	value = bytes.Clone(value)
	for {
		line, err := l.next()
		if errors.Is(err, io.EOF) {
			return checkLength(value, nil)
		}
		if err != nil {
			return value, err
		}
		if !isBase64Line(line.text) {
			l.unread(line)
			return checkLength(value, nil)
		}
		if len(value) <= MaxCell {
			value = append(value, bytes.TrimSpace(line.text)...)
		}
	}
}

// isBase64Line reports whether a line is part of a value in base64 and no
// property: those have a colon.
func isBase64Line(line []byte) bool {
	if len(line) > 0 && (line[0] == ' ' || line[0] == '\t') {
		return true
	}
	line = bytes.TrimSpace(line)
	return len(line) > 0 && bytes.IndexByte(line, ':') < 0 && bytes.IndexByte(line, ';') < 0
}

// pass reads over the lines of a property that is not read, and notes whether
// it has a value.
func (l *cardLines) pass(p *property) error {
	var err error
	p.some = len(bytes.TrimSpace(p.raw)) > 0
	switch p.encoding() {
	case "BASE64", "B":
		p.some = true
		_, err = l.base64(nil)
	case "QUOTED-PRINTABLE":
		_, err = l.softBreaks(p.raw)
	default:
		for ok := true; ok && err == nil; {
			if _, ok, err = l.goesOn(); ok {
				p.some = true
			}
		}
	}
	if errors.Is(err, errTooLong) {
		return nil
	}
	return err
}

// property is one property of a card.
type property struct {
	group, name string
	params      []param
	raw         []byte // the value as it stands, unfolded
	value       string // decoded, with its escapes
	line        int
	label       string // what the card's own label says
	some        bool   // there is a value, which was not kept
}

type param struct{ name, value string }

// parseProperty reads what stands before the colon. The raw value is valid
// until the next line is read.
func parseProperty(line []byte) (property, bool) {
	head := line[:min(len(line), maxCardHead)]
	quoted, colon := false, -1
	for i, c := range head {
		if c == '"' {
			quoted = !quoted
		}
		if c == ':' && !quoted {
			colon = i
			break
		}
	}
	if colon < 0 {
		colon = bytes.IndexByte(head, ':') // a lone quote
	}
	if colon <= 0 {
		return property{}, false
	}
	parts := splitOutside(string(head[:colon]), ';')
	p := property{name: strings.ToUpper(strings.TrimSpace(parts[0])), raw: line[colon+1:]}
	if group, name, ok := strings.Cut(p.name, "."); ok {
		p.group, p.name = group, name
	}
	if p.name == "" || strings.Trim(p.name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
		return property{}, false
	}
	for _, s := range parts[1:] {
		p.addParam(strings.TrimSpace(s))
	}
	return p, true
}

// addParam takes a parameter in. One without a name, as vCard 2.1 has them, is
// an encoding or a type.
func (p *property) addParam(s string) {
	name, value, ok := strings.Cut(s, "=")
	name = strings.ToUpper(strings.TrimSpace(name))
	if !ok {
		switch name {
		case "":
			return
		case "QUOTED-PRINTABLE", "BASE64", "B", "8BIT", "7BIT":
			name, value = "ENCODING", name
		default:
			name, value = "TYPE", name
		}
	}
	if name != "TYPE" {
		p.params = append(p.params, param{name, unquoteParam(value)})
		return
	}
	for _, v := range splitOutside(value, ',') {
		for t := range strings.SplitSeq(unquoteParam(v), ",") {
			p.params = append(p.params, param{"TYPE", strings.ToUpper(strings.TrimSpace(t))})
		}
	}
}

// unquoteParam takes quotes away, and the escapes of RFC 6868.
func unquoteParam(v string) string {
	v = strings.TrimSpace(v)
	if len(v) > 1 && v[0] == '"' && v[len(v)-1] == '"' {
		v = v[1 : len(v)-1]
	}
	return paramEscapes.Replace(v)
}

var paramEscapes = strings.NewReplacer("^n", "\n", "^'", `"`, "^^", "^")

// splitOutside splits at a character outside of quotes.
func splitOutside(s string, at byte) []string {
	var parts []string
	from, quoted := 0, false
	for i := range len(s) {
		if s[i] == '"' {
			quoted = !quoted
		}
		if s[i] == at && !quoted {
			parts = append(parts, s[from:i])
			from = i + 1
		}
	}
	return append(parts, s[from:])
}

func (p *property) param(name string) string {
	for _, q := range p.params {
		if q.name == name {
			return q.value
		}
	}
	return ""
}

func (p *property) encoding() string { return strings.ToUpper(p.param("ENCODING")) }

func (p *property) hasType(name string) bool {
	for _, q := range p.params {
		if q.name == "TYPE" && q.value == name {
			return true
		}
	}
	return false
}
