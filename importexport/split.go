package importexport

import (
	"bytes"
	"errors"
	"io"
)

// splitter cuts decoded text into records. It is not encoding/csv because a
// file from elsewhere may have a quote that is never closed: that must cost
// one row and not the rest of the file, and each row must know its line.
//
// A quoted cell may span lines. It is taken as never closed when, on a later
// line or behind a delimiter, a quote stands in it that neither ends it nor is
// doubled; when the text ends within it; or when the record grows beyond
// [MaxRecord]. The first line is then a broken record, and the reading goes
// on with the second.
type splitter struct {
	r     io.Reader
	buf   []byte
	start int // of the next record in buf
	end   int
	eof   bool
	delim byte
	// cr says that a lone carriage return ends a line.
	cr bool
	// line is the number of the physical line at start.
	line int
	// width is the number of header cells, 0 before they are known.
	width  int
	broken int

	text []byte // the cells of the record, one behind the other
	ends []int  // where each ends in text
	// open is the column, from 1, of the cell whose quote is never closed.
	open int
}

// What can be wrong with the shape of a record.
var (
	errUnclosed = errors.New("unclosed quote")
	errTooLong  = errors.New("record too long")
)

const (
	// maxBroken is after how many unclosed quotes no cell may span lines any
	// more: each costs a search of up to MaxRecord bytes.
	maxBroken = 1000
	// farLines is over how many lines a record of the wrong width is taken for
	// one with an unclosed quote.
	farLines = 20
)

func newSplitter(r io.Reader, delim byte, cr bool) *splitter {
	return &splitter{r: r, delim: delim, cr: cr, line: 1, buf: make([]byte, 64<<10)}
}

// next reads a record into text and ends and returns its first line. Its
// errors are those of the reader, io.EOF, errUnclosed and errTooLong; after
// the last two it can be called again.
func (s *splitter) next() (line int, err error) {
	for {
		n, lines, st := s.scan(s.buf[s.start:s.end])
		line = s.line
		switch {
		case st == more && s.end-s.start >= MaxRecord:
			return line, s.giveUp(n)
		case st == more:
			if err := s.fill(); err != nil {
				return line, err
			}
		case st == ended:
			return line, io.EOF
		case st == unclosed, lines > farLines && s.width > 0 && len(s.ends) != s.width:
			return line, s.breakOff()
		default:
			s.start += n
			s.line += lines
			return line, nil
		}
	}
}

// fill reads more text behind what there is.
func (s *splitter) fill() error {
	if s.start > 0 {
		copy(s.buf, s.buf[s.start:s.end])
		s.end -= s.start
		s.start = 0
	}
	if s.end == len(s.buf) {
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	for range 100 {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		if err == io.EOF {
			s.eof = true
			return nil
		}
		if err != nil || n > 0 {
			return err
		}
	}
	return io.ErrNoProgress
}

type scanState int

const (
	done scanState = iota
	more
	unclosed
	ended
)

// scan cuts the record at the beginning of b. It returns its length with the
// line end, and how many physical lines it has.
func (s *splitter) scan(b []byte) (n, lines int, st scanState) {
	s.text, s.ends = s.text[:0], s.ends[:0]
	if len(b) == 0 && s.eof {
		return 0, 0, ended
	}
	for i := 0; ; i++ {
		if i < len(b) && b[i] == '"' {
			i, lines, st = s.quoted(b, i+1, lines)
		} else {
			i, st = s.plain(b, i)
		}
		if st != done {
			return i, lines, st
		}
		if len(s.ends) <= MaxColumns {
			s.ends = append(s.ends, len(s.text))
		}
		if i < len(b) && b[i] == s.delim {
			continue
		}
		size, _ := s.lineEnd(b, i)
		return i + size, lines + 1, done
	}
}

// lineEnd returns the length of the line end at b[i], 0 when there is none;
// more when that cannot be told yet.
func (s *splitter) lineEnd(b []byte, i int) (int, scanState) {
	switch {
	case i >= len(b):
		if !s.eof {
			return 0, more
		}
	case b[i] == '\n':
		return 1, done
	case b[i] == '\r' && i+1 < len(b):
		if b[i+1] == '\n' {
			return 2, done
		}
		if s.cr {
			return 1, done
		}
	case b[i] == '\r':
		if !s.eof {
			return 0, more
		}
		return 1, done
	}
	return 0, done
}

// plain reads a cell without quotes; it stops at a delimiter, a line end, or
// the end of the text.
func (s *splitter) plain(b []byte, i int) (int, scanState) {
	from := i
	for ; i < len(b); i++ {
		c := b[i]
		if c == s.delim || c == '\n' {
			break
		}
		if c == '\r' {
			size, st := s.lineEnd(b, i)
			if st == more {
				return i, more
			}
			if size > 0 {
				break
			}
		}
	}
	if i == len(b) && !s.eof {
		return i, more
	}
	s.text = append(s.text, b[from:i]...)
	return i, done
}

// quoted reads a cell behind its opening quote; it stops where plain does.
func (s *splitter) quoted(b []byte, i, lines int) (int, int, scanState) {
	first := lines
	for {
		j := bytes.IndexByte(b[i:], '"')
		if j < 0 {
			if s.eof || s.broken > maxBroken && bytes.IndexByte(b[i:], '\n') >= 0 {
				return i, lines, unclosed
			}
			return i, lines, more
		}
		lines += s.breaks(b[i : i+j])
		if s.broken > maxBroken && lines > first {
			return i, lines, unclosed
		}
		s.text = append(s.text, b[i:i+j]...)
		i += j + 1
		if i < len(b) && b[i] == '"' {
			s.text = append(s.text, '"')
			i++
			continue
		}
		k := i
		for k < len(b) && (b[k] == ' ' || b[k] == '\t') && b[k] != s.delim {
			k++
		}
		size, st := s.lineEnd(b, k)
		switch {
		case st == more:
			return i, lines, more
		case k == len(b), b[k] == s.delim, size > 0:
			return k, lines, done
		case lines > first, j > 0 && b[i-2] == s.delim:
			return i, lines, unclosed
		}
		s.text = append(s.text, '"')
	}
}

// breaks counts the physical line ends within a cell.
func (s *splitter) breaks(b []byte) int {
	if s.cr {
		return bytes.Count(b, []byte{'\r'})
	}
	return bytes.Count(b, []byte{'\n'})
}

// firstLine returns the length of the first physical line with its end, 0 if
// the end is not in the buffer.
func (s *splitter) firstLine() int {
	b := s.buf[s.start:s.end]
	i := bytes.IndexByte(b, '\n')
	if s.cr {
		i = bytes.IndexByte(b, '\r')
	}
	if i < 0 && s.eof {
		return len(b)
	}
	return i + 1
}

// breakOff leaves the first line as a broken record, its cells cut at
// delimiters alone, and goes on behind it.
func (s *splitter) breakOff() error {
	s.broken++
	s.open = len(s.ends) + 1
	n := s.firstLine()
	s.text, s.ends = s.text[:0], s.ends[:0]
	line := bytes.TrimRight(s.buf[s.start:s.start+n], "\r\n")
	for cell := range bytes.SplitSeq(line, []byte{s.delim}) {
		if len(s.ends) <= MaxColumns {
			s.text = append(s.text, cell...)
			s.ends = append(s.ends, len(s.text))
		}
	}
	s.start += n
	s.line++
	return errUnclosed
}

// giveUp leaves a record that is too long: behind its first line if that is
// known, else behind the next line end.
func (s *splitter) giveUp(int) error {
	if s.firstLine() > 0 {
		return s.breakOff()
	}
	s.text, s.ends = s.text[:0], s.ends[:0]
	for s.firstLine() == 0 {
		s.start = s.end
		if err := s.fill(); err != nil {
			return err
		}
	}
	s.start += s.firstLine()
	s.line++
	return errTooLong
}
