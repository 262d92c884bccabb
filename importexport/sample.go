package importexport

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/deskfolk/desk"
)

// countingReader counts what is read through it.
type countingReader struct {
	r io.Reader
	n atomic.Int64
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// lateReader reads a file whose beginning is plain ASCII. It settles the
// encoding where the first other byte stands, from the part that begins there.
type lateReader struct {
	in    *bufio.Reader
	found charset
	then  io.Reader
}

func (l *lateReader) charset() charset {
	if l.then == nil {
		return charset{name: utf8Name}
	}
	return l.found
}

func (l *lateReader) Read(p []byte) (int, error) {
	if l.then != nil {
		return l.then.Read(p)
	}
	if _, err := l.in.Peek(1); err != nil {
		return 0, err
	}
	head, _ := l.in.Peek(min(l.in.Buffered(), len(p)))
	plain := 0
	for plain < len(head) && head[plain] < utf8.RuneSelf && head[plain] != 0 {
		plain++
	}
	if plain > 0 {
		return l.in.Read(p[:plain])
	}
	if head[0] == 0 {
		l.found = charset{name: utf8Name}
	} else {
		sample, err := l.in.Peek(sampleSize)
		if l.found, _, err = detectCharset(sample, errors.Is(err, io.EOF)); err != nil {
			return 0, err
		}
	}
	l.then = l.found.reader(l.in)
	return l.then.Read(p)
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf || c == 0 {
			return false
		}
	}
	return true
}

// delimiterOf reads a delimiter as people name it.
func delimiterOf(s string) (byte, error) {
	switch strings.ToLower(s) {
	case "tab", `\t`:
		return '\t', nil
	}
	if len(s) == 1 && s[0] < utf8.RuneSelf && s[0] != '"' && s[0] != '\n' && s[0] != '\r' && s[0] != 0 {
		return s[0], nil
	}
	return 0, desk.Errorf(desk.Invalid, "delimiter", "The delimiter must be one ASCII character, such as a comma, or the word tab.")
}

// sepLine reads the first line by which spreadsheets name the delimiter, and
// returns the line's length without its end; 0 when there is no such line.
func sepLine(text []byte) (byte, int) {
	line, _, _ := bytes.Cut(text, []byte{'\n'})
	line = bytes.TrimRight(line, "\r")
	in := bytes.Trim(line, `"`)
	if len(in) == 5 && strings.EqualFold(string(in[:4]), "sep=") && in[4] < utf8.RuneSelf {
		return in[4], len(line)
	}
	return 0, 0
}

// onlyCR reports whether lines end with a carriage return alone.
func onlyCR(text []byte) bool {
	return bytes.IndexByte(text, '\n') < 0 && bytes.IndexByte(bytes.TrimRight(text, "\r"), '\r') >= 0
}

// newlineOf returns what the first line ends with; CRLF where there is none.
func newlineOf(text []byte) string {
	i := bytes.IndexByte(text, '\n')
	switch {
	case onlyCR(text):
		return "\r"
	case i == 0, i > 0 && text[i-1] != '\r':
		return "\n"
	}
	return "\r\n"
}

// detectDelimiter tells the delimiter from the first records: the one that
// makes most known headers, then the one that most records agree on, then the
// one that makes most columns.
func detectDelimiter(text []byte) byte {
	best, score := byte(','), -1
	for _, d := range []byte{',', ';', '\t', '|'} {
		if n := rateDelimiter(text, d); n > score {
			best, score = d, n
		}
	}
	return best
}

func rateDelimiter(text []byte, delim byte) int {
	s := newSplitter(bytes.NewReader(text), delim, onlyCR(text))
	width, same, records, known := 0, 0, 0, 0
	for records < 50 {
		_, err := s.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if len(s.text) == 0 {
			continue
		}
		records++
		if width == 0 {
			width = len(s.ends)
			known = knownHeaders(s)
		}
		if err == nil && len(s.ends) == width {
			same++
		}
	}
	if width < 2 {
		return known
	}
	return known*100_000 + same*1000/max(records, 1)*100 + min(width, 99)
}

func knownHeaders(s *splitter) int {
	n, from := 0, 0
	for _, end := range s.ends {
		if isHeader(string(s.text[from:end])) {
			n++
		}
		from = end
	}
	return n
}
