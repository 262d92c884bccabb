package intake

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
)

// part is one part of a message: the message itself, a container, or a leaf.
// Its body is not held but named by where it stands in the raw message.
type part struct {
	header   header
	kind     string // the media type, lower case: "text/plain"
	params   map[string]string
	boundary string // of a container
	parent   *part
	children []*part
	depth    int
	from, to int64 // the body's place in the raw message
	good     bool  // a delivery report that says that all went well
}

// multi reports whether the part is a container.
func (p *part) multi() bool { return p.boundary != "" }

// sizes are what one run of a scanner has used of its limits.
type sizes struct {
	header, fields, headers, parts int
}

// scanner finds the parts of a message in one pass over its bytes. It keeps no
// body, and of containers only the open ones, so that what it needs does not
// grow with the message. A boundary that is never closed ends with the message.
type scanner struct {
	in     *bufio.Reader
	limits Limits
	used   sizes
	at     int64 // where the line begins that is looked at
	eol    int64 // how many bytes the end of the line before has
	open   *part // the part whose header or body is being read
	field  []byte
	begun  bool // the first line is behind
	top    *part
}

// lineBuffer is how long a line may be before it is looked at in pieces.
const lineBuffer = 32 << 10

// scan returns the message's parts.
func scan(r io.Reader, l Limits) (*part, error) {
	s := &scanner{in: bufio.NewReaderSize(r, lineBuffer), limits: l}
	s.top = &part{}
	s.used.parts = 1
	s.open = s.top
	if err := s.run(); err != nil {
		return nil, err
	}
	return s.top, nil
}

// run reads line by line. inHeader is true while a header is being read.
func (s *scanner) run() error {
	inHeader, lineStart := true, true
	for {
		line, err := s.in.ReadSlice('\n')
		last := errors.Is(err, io.EOF)
		if err != nil && !last && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		if len(line) > 0 {
			var failed error
			if inHeader, failed = s.line(line, inHeader, lineStart, err == nil || last); failed != nil {
				return failed
			}
			s.at += int64(len(line))
			s.eol = lineEnd(line)
		}
		if last {
			return s.end(inHeader)
		}
		lineStart = err == nil
	}
}

// line takes one line, or a piece of a long one, and returns whether a header
// is being read behind it.
func (s *scanner) line(line []byte, inHeader, start, end bool) (bool, error) {
	if start {
		if p, last := s.delimits(line); p != nil {
			return s.cross(p, last, inHeader)
		}
	}
	if !inHeader {
		return false, nil
	}
	return s.headerLine(line, start, end)
}

// lineEnd is how many bytes the end of a line has.
func lineEnd(line []byte) int64 {
	switch {
	case bytes.HasSuffix(line, []byte("\r\n")):
		return 2
	case bytes.HasSuffix(line, []byte("\n")):
		return 1
	}
	return 0
}

// delimits returns the open container whose boundary the line is, the
// innermost if two have the same, and whether it is the container's last.
func (s *scanner) delimits(line []byte) (p *part, last bool) {
	if len(line) < 3 || line[0] != '-' || line[1] != '-' {
		return nil, false
	}
	text := bytes.TrimRight(line[2:], " \t\r\n")
	for p := s.open; p != nil; p = p.parent {
		if !p.multi() || p.to > 0 {
			continue
		}
		if rest, ok := bytes.CutPrefix(text, []byte(p.boundary)); ok && (len(rest) == 0 || string(rest) == "--") {
			return p, len(rest) > 0
		}
	}
	return nil, false
}

// cross ends the parts within p, and p itself at its last boundary; otherwise
// a new part begins.
func (s *scanner) cross(p *part, last, inHeader bool) (bool, error) {
	if inHeader {
		if err := s.endField(); err != nil {
			return false, err
		}
		s.body(0)
	}
	for q := s.open; q != p; q = q.parent {
		q.end(s.at - s.eol)
	}
	s.open = p
	if !last {
		return true, s.add()
	}
	p.to = s.at
	if p.parent != nil {
		s.open = p.parent
	}
	return false, nil
}

// end ends a part's body, which may be empty.
func (p *part) end(at int64) {
	if p.to == 0 {
		p.to = max(at, p.from)
	}
}

// add begins a new part in the open container.
func (s *scanner) add() error {
	s.used.parts++
	if s.used.parts > s.limits.Parts {
		return over("parts", "The message has more than %d parts.", s.limits.Parts)
	}
	p := &part{parent: s.open, depth: s.open.depth + 1}
	if p.depth > s.limits.Nesting {
		return over("nesting", "The message's parts stand more than %d deep in each other.", s.limits.Nesting)
	}
	s.open.children = append(s.open.children, p)
	s.open = p
	s.used.header, s.used.fields = 0, 0
	s.begun = true // only the message itself can begin with a line of a mailbox
	return nil
}

// headerLine takes a line of a header, or a piece of a long one. It returns
// whether the header goes on.
func (s *scanner) headerLine(line []byte, start, end bool) (bool, error) {
	s.used.header += len(line)
	s.used.headers += len(line)
	if s.used.header > s.limits.HeaderBytes || s.used.headers > 2*s.limits.HeaderBytes {
		return false, over("header", "The message's header has more than %d bytes.", s.limits.HeaderBytes)
	}
	first := !s.begun
	s.begun = true
	switch {
	case !start || line[0] == ' ' || line[0] == '\t':
		if len(bytes.TrimSpace(line)) == 0 && start && end && len(s.field) == 0 {
			return s.body(int64(len(line))), nil
		}
		if len(s.field) == 0 {
			return true, nil // goes on with nothing
		}
		return true, s.more(line)
	case len(bytes.TrimRight(line, "\r\n")) == 0:
		err := s.endField()
		return s.body(int64(len(line))), err
	case first && (bytes.HasPrefix(line, []byte("From ")) || bytes.HasPrefix(line, []byte(">From "))):
		return true, nil // a mailbox file's line
	case !fieldStart(line):
		// The empty line is missing: what follows is the body.
		err := s.endField()
		return s.body(0), err
	}
	if err := s.endField(); err != nil {
		return false, err
	}
	return true, s.more(line)
}

// fieldStart reports whether the line begins with a field's name and a colon.
func fieldStart(line []byte) bool {
	i := bytes.IndexByte(line, ':')
	return i > 0 && i < 200 && !bytes.ContainsAny(bytes.TrimRight(line[:i], " \t"), " \t")
}

// more adds to the field that is being read.
func (s *scanner) more(b []byte) error {
	if len(s.field)+len(b) > s.limits.HeaderLine {
		return over("header", "A field of the message's header has more than %d bytes.", s.limits.HeaderLine)
	}
	s.field = append(s.field, b...)
	return nil
}

// endField keeps the field that was read.
func (s *scanner) endField() error {
	if len(s.field) == 0 {
		return nil
	}
	if s.used.fields++; s.used.fields > s.limits.HeaderFields {
		return over("header", "The message's header has more than %d fields.", s.limits.HeaderFields)
	}
	s.open.header.add(s.field)
	s.field = s.field[:0]
	return nil
}

// body ends the header; the body begins skip bytes behind the line's start. It
// returns false: the header does not go on.
func (s *scanner) body(skip int64) bool {
	p := s.open
	p.from = s.at + skip
	p.settle()
	return false
}

// settle reads what the header says of the part's type.
func (p *part) settle() {
	fallback := "text/plain"
	if p.parent != nil && p.parent.kind == "multipart/digest" {
		fallback = "message/rfc822"
	}
	p.kind, p.params = p.header.params("Content-Type")
	if !strings.Contains(p.kind, "/") {
		p.kind = fallback
	} else if !mediaType(p.kind) {
		p.kind = "application/octet-stream"
	}
	if b := p.params["boundary"]; strings.HasPrefix(p.kind, "multipart/") && b != "" && len(b) <= 200 {
		p.boundary = strings.TrimRight(b, " \t")
	}
}

// mediaType reports whether s is a media type that can be shown.
func mediaType(s string) bool {
	for _, r := range s {
		if !('a' <= r && r <= 'z' || '0' <= r && r <= '9' || strings.ContainsRune("/!#$&^_.+-", r)) {
			return false
		}
	}
	return len(s) <= 127 && strings.Count(s, "/") == 1
}

// end ends all that is open when the message does.
func (s *scanner) end(inHeader bool) error {
	if inHeader {
		if err := s.endField(); err != nil {
			return err
		}
		s.body(0)
	}
	for p := s.open; p != nil; p = p.parent {
		p.end(s.at)
	}
	s.top.end(s.at)
	return nil
}

// leaves calls fn for each part that holds no others, in order.
func (p *part) leaves(fn func(*part) error) error {
	if !p.multi() || len(p.children) == 0 {
		return fn(p)
	}
	for _, c := range p.children {
		if err := c.leaves(fn); err != nil {
			return err
		}
	}
	return nil
}
