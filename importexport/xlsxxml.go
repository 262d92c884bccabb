package importexport

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/deskfolk/desk"
)

const (
	// maxToken is the greatest length of one tag or piece of text.
	maxToken = 2 * MaxCell
	// maxDepth is how deep elements may stand in each other.
	maxDepth = 64
)

// xmlPart reads the elements of a part one by one. Names are compared without
// their namespaces, of which ISO/IEC 29500 has two sets, strict and
// transitional. A document type, which could declare entities, is refused.
type xmlPart struct {
	name  string
	in    *tokenReader
	close func() error
	dec   *xml.Decoder
	depth int
}

// tokenReader ends a token that is too long.
type tokenReader struct {
	*bufio.Reader
	left int
}

func (t *tokenReader) ReadByte() (byte, error) {
	if t.left--; t.left < 0 {
		return 0, desk.Errorf(desk.Limited, "", "The workbook holds a text of more than %d bytes.", maxToken)
	}
	return t.Reader.ReadByte()
}

func (c *container) xml(name string, limit int64) (*xmlPart, error) {
	r, err := c.part(name, limit)
	if err != nil {
		return nil, err
	}
	in := bufio.NewReaderSize(r, 32<<10)
	head, _ := in.Peek(2)
	wide := bytes.Equal(head, []byte("\xff\xfe")) || bytes.Equal(head, []byte("\xfe\xff"))
	if wide {
		in = bufio.NewReader(transform.NewReader(in, unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder()))
	}
	x := &xmlPart{name: name, in: &tokenReader{in, maxToken}, close: r.Close}
	x.dec = xml.NewDecoder(x.in)
	x.dec.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		c, err := charsetOf(label)
		if err != nil || wide {
			return in, err
		}
		return c.reader(in), nil
	}
	return x, nil
}

// next returns the next start, end or text, or io.EOF. The tokens are valid
// until it is called again.
func (x *xmlPart) next() (xml.Token, error) {
	for {
		x.in.left = maxToken
		token, err := x.dec.RawToken()
		if errors.Is(err, io.EOF) {
			if x.depth > 0 {
				return nil, errDamaged("its part " + quote(x.name) + " ends too early")
			}
			return nil, io.EOF
		}
		if err != nil {
			return nil, x.broken(err)
		}
		switch token.(type) {
		case xml.StartElement:
			x.depth++
			if x.depth > maxDepth {
				return nil, errDamaged("elements of its part " + quote(x.name) + " stand too deep in each other")
			}
			return token, nil
		case xml.EndElement:
			x.depth--
			return token, nil
		case xml.CharData:
			return token, nil
		case xml.Directive:
			return nil, desk.Errorf(desk.Invalid, "", "The workbook declares a document type, which no spreadsheet program does. It was not read.")
		}
	}
}

// broken gives a sentence to an error of the decoder.
func (x *xmlPart) broken(err error) error {
	var e *desk.Error
	var syntax *xml.SyntaxError
	if errors.As(err, &e) {
		return err
	}
	if errors.As(err, &syntax) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errDamaged("its part " + quote(x.name) + " is not well formed")
	}
	return readError(err)
}

// each calls fn for the start of every element of the part, in order.
func (x *xmlPart) each(fn func(xml.StartElement) error) error {
	for {
		token, err := x.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if start, ok := token.(xml.StartElement); ok {
			if err := fn(start); err != nil {
				return err
			}
		}
	}
}

// skip passes over the rest of the element that has just begun.
func (x *xmlPart) skip() error {
	for depth := x.depth; x.depth >= depth; {
		if _, err := x.next(); err != nil {
			return unended(err, x.name)
		}
	}
	return nil
}

// text reads the text of the element that has just begun, without that of
// elements in it. It keeps at most MaxCell+1 bytes, so that what is too long
// is seen to be.
func (x *xmlPart) text(to []byte) ([]byte, error) {
	for depth := x.depth; x.depth >= depth; {
		token, err := x.next()
		if err != nil {
			return to, unended(err, x.name)
		}
		if data, ok := token.(xml.CharData); ok && x.depth == depth {
			to = append(to, data[:min(len(data), max(0, MaxCell+1-len(to)))]...)
		}
	}
	return to, nil
}

// richText reads the runs of a string (CT_Rst): its t elements and those of
// its runs, without how it is pronounced.
func (x *xmlPart) richText(to []byte) ([]byte, error) {
	for depth := x.depth; x.depth >= depth; {
		token, err := x.next()
		if err != nil {
			return to, unended(err, x.name)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch start.Name.Local {
		case "t":
			to, err = x.text(to)
		case "r":
		default: // rPh, phoneticPr, rPr
			err = x.skip()
		}
		if err != nil {
			return to, err
		}
	}
	return to, nil
}

func unended(err error, name string) error {
	if errors.Is(err, io.EOF) {
		return errDamaged("its part " + quote(name) + " ends too early")
	}
	return err
}

// attr returns an attribute that has no namespace.
func attr(start xml.StartElement, name string) string {
	for i := range start.Attr {
		if a := &start.Attr[i]; a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// isSet reads an attribute of the type xsd:boolean.
func isSet(value string) bool { return value == "1" || value == "true" || value == "on" }

// unescapeX takes away the escapes of ST_Xstring, which stand for characters
// that XML does not have, such as _x000D_.
func unescapeX(s []byte) []byte {
	if !bytes.Contains(s, []byte("_x")) {
		return s
	}
	out := s[:0:0]
	for i := 0; i < len(s); {
		if r, ok := escapeAt(s[i:]); ok {
			out = append(out, string(r)...)
			i += 7
			continue
		}
		out = append(out, s[i])
		i++
	}
	return out
}

func escapeAt(s []byte) (rune, bool) {
	if len(s) < 7 || s[0] != '_' || s[1] != 'x' || s[6] != '_' {
		return 0, false
	}
	r := rune(0)
	for _, c := range s[2:6] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c >= 'A' && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		case c >= 'a' && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		default:
			return 0, false
		}
	}
	return r, r < 0xD800 || r > 0xDFFF
}
