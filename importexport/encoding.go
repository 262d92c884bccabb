package importexport

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/transform"

	"github.com/deskfolk/desk"
)

// utf8Name is the name of the encoding that needs no decoder.
const utf8Name = "utf-8"

// boms are the byte order marks, the longer ones first: that of UTF-32LE
// begins with that of UTF-16LE.
var boms = []struct{ mark, name string }{
	{"\x00\x00\xfe\xff", "utf-32be"},
	{"\xff\xfe\x00\x00", "utf-32le"},
	{"\xef\xbb\xbf", utf8Name},
	{"\xff\xfe", "utf-16le"},
	{"\xfe\xff", "utf-16be"},
}

// extra are the encodings that WHATWG's list has no name for.
var extra = map[string]encoding.Encoding{
	"ibm850":   charmap.CodePage850,
	"utf-16le": unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM),
	"utf-16be": unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM),
	"utf-32le": utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM),
	"utf-32be": utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM),
}

// charset is an encoding with its name in WHATWG's spelling, lower case.
type charset struct {
	name string
	enc  encoding.Encoding // nil: UTF-8
}

// charsetOf finds an encoding by any of the labels that WHATWG lists, and by
// the few names that it does not have.
func charsetOf(label string) (charset, error) {
	name := strings.ToLower(strings.TrimSpace(label))
	switch name {
	case "cp850":
		name = "ibm850"
	case "utf8", utf8Name:
		return charset{name: utf8Name}, nil
	}
	if e, ok := extra[name]; ok {
		return charset{name, e}, nil
	}
	e, err := htmlindex.Get(name)
	if err == nil {
		name, err = htmlindex.Name(e)
	}
	if err != nil || name == "replacement" || name == "x-user-defined" {
		return charset{}, desk.Errorf(desk.Invalid, "encoding",
			"The encoding %q is not known. Give a name such as utf-8, utf-16le, windows-1252 or shift_jis.", label)
	}
	if u, ok := extra[name]; ok {
		e = u
	}
	if name == utf8Name {
		e = nil
	}
	return charset{name, e}, nil
}

// namedCharset finds the charset that a caller named, and returns the length of
// the byte order mark, if the file begins with its own. "utf-16" is either one
// of the two, by the mark.
func namedCharset(sample []byte, label string) (c charset, mark int, err error) {
	if c, err = charsetOf(label); err != nil {
		return c, 0, err
	}
	for _, b := range boms {
		if !bytes.HasPrefix(sample, []byte(b.mark)) {
			continue
		}
		if b.name == c.name {
			return c, len(b.mark), nil
		}
		if strings.EqualFold(strings.TrimSpace(label), "utf-16") && strings.HasPrefix(b.name, "utf-16") {
			c, err = charsetOf(b.name)
			return c, len(b.mark), err
		}
	}
	return c, 0, nil
}

// reader returns what r holds as UTF-8. Bytes that are not valid in the
// charset arrive in a form that damaged recognises, never silently.
func (c charset) reader(r io.Reader) io.Reader {
	if c.enc == nil {
		return r
	}
	return transform.NewReader(r, c.enc.NewDecoder())
}

// damaged reports whether decoded text has a place that was not valid in the charset.
func (c charset) damaged(text []byte) bool {
	if c.enc == nil {
		return !utf8.Valid(text)
	}
	if bytes.Contains(text, []byte("\uFFFD")) {
		return true
	}
	// Decoders turn the unassigned bytes of a Windows code page into C1
	// controls, which no assigned byte stands for.
	return strings.HasPrefix(c.name, "windows-") && hasC1(text)
}

// hasC1 reports whether UTF-8 text has a control character of U+0080 to U+009F.
func hasC1(text []byte) bool {
	for i := 0; ; {
		j := bytes.IndexByte(text[i:], 0xC2)
		if j < 0 || i+j+1 >= len(text) {
			return false
		}
		if i += j + 1; text[i] < 0xA0 {
			return true
		}
	}
}

// decodeSample decodes the beginning of a file; a character cut off at its end is left out.
func (c charset) decodeSample(sample []byte) []byte {
	if c.enc == nil {
		return sample
	}
	out := make([]byte, 3*len(sample)+16)
	n, _, _ := c.enc.NewDecoder().Transform(out, sample, false)
	return out[:n]
}
