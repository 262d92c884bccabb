package importexport

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// failedCSV writes rows as they stood in a CSV file: in its encoding, with its
// byte order mark, delimiter and line ends.
type failedCSV struct {
	w *bufio.Writer
	// src is the file; nil for a format of which CSV is made.
	src   *csvFile
	delim byte
	// newline ends a record.
	newline string
	header  []string
	begun   bool
	// settled says that the encoding is known: a file may begin with much plain
	// ASCII, and is read in another goroutine. Until a row has another
	// character, plain ASCII is written, which is the same in all that can come.
	settled bool
	charset charset
}

func newFailedCSV(w io.Writer, r *Reader, header []string) *failedCSV {
	f := &failedCSV{w: bufio.NewWriter(w), header: header, delim: ',', newline: "\r\n", settled: true, charset: charset{name: utf8Name}}
	src, ok := r.src.(*csvFile)
	if !ok {
		return f
	}
	f.src, f.delim, f.newline = src, src.delim, src.newline
	f.charset, f.settled = src.charset, src.late == nil
	return f
}

// settle looks whether a row of the file shows its encoding.
func (f *failedCSV) settle(cells []string) {
	if f.settled {
		return
	}
	for _, c := range cells {
		if !isASCII([]byte(c)) {
			f.charset, f.settled = f.src.cs(), true
			return
		}
	}
}

func (f *failedCSV) write(cells []string) error {
	if !f.begun {
		f.begun = true
		if err := f.writeHead(); err != nil {
			return err
		}
	}
	return f.record(cells)
}

func (f *failedCSV) writeHead() error {
	if f.src != nil {
		if _, err := f.w.WriteString(f.src.mark); err != nil {
			return err
		}
		if f.src.sep {
			if err := f.encode("sep=" + string(f.delim) + f.newline); err != nil {
				return err
			}
		}
	}
	return f.record(f.header)
}

func (f *failedCSV) record(cells []string) error {
	var line []byte
	for i, c := range cells {
		if i > 0 {
			line = append(line, f.delim)
		}
		line = appendCell(line, "", f.holdable(c), f.delim)
	}
	return f.encode(string(append(line, f.newline...)))
}

func (f *failedCSV) end() error { return f.w.Flush() }

func (f *failedCSV) encode(s string) error {
	var err error
	if f.settled && f.charset.enc != nil {
		if s, err = f.charset.enc.NewEncoder().String(s); err != nil {
			return err
		}
	}
	_, err = f.w.WriteString(s)
	return err
}

// holdable returns the text in a form that the encoding can hold. Values came
// from the file and stay as they are; it is reasons that have typographic
// quotes, and damaged rows that have U+FFFD.
func (f *failedCSV) holdable(s string) string {
	if isASCII([]byte(s)) {
		return s
	}
	if f.charset.enc == nil && f.settled {
		return s
	}
	if f.settled {
		if _, err := f.charset.enc.NewEncoder().String(s); err == nil {
			return s
		}
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r < utf8.RuneSelf || f.settled && f.holds(r):
			b.WriteRune(r)
		case plainForms[r] != "":
			b.WriteString(plainForms[r])
		default:
			fmt.Fprintf(&b, "U+%04X", r)
		}
	}
	return b.String()
}

func (f *failedCSV) holds(r rune) bool {
	_, err := f.charset.enc.NewEncoder().String(string(r))
	return err == nil
}

// plainForms are how the signs of our sentences are written in ASCII.
var plainForms = map[rune]string{'“': `"`, '”': `"`, '‘': "'", '’': "'", '…': "...", '–': "-", '—': "-", '\u00a0': " "}
