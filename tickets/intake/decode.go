package intake

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// transfer returns the reader that undoes a part's transfer encoding. What is
// damaged is passed over or left as it stands: most of a message is better
// than none.
func transfer(p *part, raw io.Reader) io.Reader {
	encoding, _, _ := strings.Cut(p.header.get("Content-Transfer-Encoding"), ";")
	encoding = strings.ToLower(strings.Trim(encoding, " \t\""))
	if strings.HasPrefix(p.kind, "message/") && encoding != "base64" {
		return raw // a message in a message is never encoded otherwise
	}
	switch encoding {
	case "base64":
		return newBase64(raw)
	case "quoted-printable":
		return newQuoted(raw, false)
	}
	return raw
}

// base64Reader decodes base64 and passes over all that is none. Padding in the
// middle ends a group: some programs put encoded pieces one behind the other.
type base64Reader struct {
	in   *bufio.Reader
	bits uint32
	n    int // sextets in bits
	out  [3]byte
	left []byte
	err  error
}

func newBase64(r io.Reader) *base64Reader { return &base64Reader{in: bufio.NewReader(r)} }

// sextets maps letters to their values, 64 is padding, 255 is none.
var sextets = func() (t [256]byte) {
	for i := range t {
		t[i] = 255
	}
	for i, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") {
		t[c] = byte(i)
	}
	t['='] = 64
	return t
}()

// Read decodes into p.
func (d *base64Reader) Read(p []byte) (int, error) {
	n := copy(p, d.left)
	d.left = d.left[n:]
	for n < len(p) && d.err == nil {
		c, err := d.in.ReadByte()
		if err != nil {
			d.err = err
			if errors.Is(err, io.EOF) {
				d.group()
			}
		} else if v := sextets[c]; v < 64 {
			d.bits, d.n = d.bits<<6|uint32(v), d.n+1
			if d.n == 4 {
				d.group()
			}
		} else if v == 64 {
			d.group()
		}
		k := copy(p[n:], d.left)
		d.left = d.left[k:]
		n += k
	}
	if n == 0 && len(p) > 0 {
		return 0, d.err
	}
	return n, nil
}

// group turns the sextets at hand into bytes.
func (d *base64Reader) group() {
	if d.n < 2 {
		d.bits, d.n = 0, 0
		return
	}
	v := d.bits << (6 * (4 - d.n))
	d.out = [3]byte{byte(v >> 16), byte(v >> 8), byte(v)}
	d.left = d.out[:d.n-1]
	d.bits, d.n = 0, 0
}

// quotedReader decodes quoted-printable. An escape that is none stays as it
// stands.
type quotedReader struct {
	in     *bufio.Reader
	word   bool   // the text of an encoded word: spaces at the end count
	spaces []byte // those that count only if something follows them in the line
	left   []byte
	buf    []byte
	err    error
}

func newQuoted(r io.Reader, word bool) *quotedReader {
	return &quotedReader{in: bufio.NewReader(r), word: word}
}

// Read decodes into p.
func (d *quotedReader) Read(p []byte) (int, error) {
	for len(d.left) == 0 && d.err == nil {
		d.buf = d.buf[:0]
		for len(d.buf) < 2048 && d.err == nil {
			d.next()
		}
		d.left = d.buf
	}
	n := copy(p, d.left)
	d.left = d.left[n:]
	if n == 0 && len(p) > 0 {
		return 0, d.err
	}
	return n, nil
}

// mostSpaces is how many spaces are held back at once.
const mostSpaces = 1000

// next decodes one character.
func (d *quotedReader) next() {
	c, err := d.in.ReadByte()
	switch {
	case err != nil:
		d.err = err
		if d.word {
			d.buf = append(d.buf, d.spaces...)
		}
	case c == '=':
		d.escape()
	case (c == ' ' || c == '\t') && len(d.spaces) < mostSpaces:
		d.spaces = append(d.spaces, c)
	case c == '\n' || c == '\r':
		d.spaces = d.spaces[:0]
		d.buf = append(d.buf, c)
	default:
		d.emit(c)
	}
}

func (d *quotedReader) emit(c byte) {
	d.buf = append(append(d.buf, d.spaces...), c)
	d.spaces = d.spaces[:0]
}

// escape decodes what stands behind "=": two hexadecimal digits, or the end of
// a line that goes on.
func (d *quotedReader) escape() {
	ahead, _ := d.in.Peek(2)
	if len(ahead) == 2 && nibble(ahead[0]) < 16 && nibble(ahead[1]) < 16 {
		d.emit(nibble(ahead[0])<<4 | nibble(ahead[1]))
		_, _ = d.in.Discard(2)
		return
	}
	ahead, _ = d.in.Peek(80)
	n := 0
	for n < len(ahead) && (ahead[n] == ' ' || ahead[n] == '\t' || ahead[n] == '\r') {
		n++
	}
	if !d.word && (n == len(ahead) && n < 80 || n < len(ahead) && ahead[n] == '\n') {
		d.buf = append(d.buf, d.spaces...)
		d.spaces = d.spaces[:0]
		_, _ = d.in.Discard(min(n+1, len(ahead)))
		return
	}
	d.emit('=')
}

func nibble(c byte) byte {
	switch {
	case '0' <= c && c <= '9':
		return c - '0'
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	}
	return 255
}

// cleanLines makes text fit to be kept: lines end in LF, NUL, other control
// characters and what is no text become U+FFFD.
func cleanLines(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\f", "\n", "\v", "\n", "\u2028", "\n", "\u2029", "\n", "\u0085", "\n").Replace(s)
	return strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && unicode.IsControl(r) {
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}

// oneLine makes text fit to be kept as one line: control characters and line
// ends become spaces, NUL and what is no text become U+FFFD.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == 0:
			return utf8.RuneError
		case unicode.IsControl(r), r == 0x2028, r == 0x2029:
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
	return strings.Join(strings.Fields(s), " ")
}

// cutBytes returns at most n bytes of s, without half of a letter.
func cutBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
