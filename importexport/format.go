package importexport

import (
	"bytes"
	"strings"

	"github.com/deskfolk/desk"
)

// The formats of files, as [ReadOptions.Format] and [Result.Format] name them.
const (
	FormatCSV   = "csv"
	FormatXLSX  = "xlsx"
	FormatVCard = "vcard"
)

// Sheet is one sheet of a workbook.
type Sheet struct {
	Name string
	// Hidden sheets are read only when they are chosen by name.
	Hidden bool
}

// source reads the records of one format.
type source interface {
	// header is known when the source has been opened.
	header() Record
	// next returns the next record that is not wholly blank, or io.EOF.
	next() (Record, error)
	// found is what is known of the file so far.
	found() found
	// bytes is how much of the file has been read; it may be asked at any time
	// and from any goroutine.
	bytes() int64
	// close removes temporary files. It can be called twice.
	close() error
}

// found is what a source found out about its file.
type found struct {
	encoding, delimiter, lineEnd string
	sheet                        string
	sheets                       []Sheet
	notes                        []string
}

// formatOf tells the format from the beginning of a file, never from a name.
func formatOf(sample []byte, asked string) (string, error) {
	switch asked {
	case FormatCSV, FormatXLSX, FormatVCard:
		return asked, nil
	case "":
	default:
		return "", desk.Errorf(desk.Invalid, "format", "The format %s is not known. Give csv, xlsx or vcard.", quote(asked))
	}
	switch {
	case bytes.HasPrefix(sample, []byte("PK\x03\x04")), bytes.HasPrefix(sample, []byte(oleMagic)):
		return FormatXLSX, nil
	case isVCard(sample):
		return FormatVCard, nil
	}
	return FormatCSV, nil
}

// isVCard reports whether the text begins with BEGIN:VCARD, in any case and
// behind a byte order mark and blank lines.
func isVCard(sample []byte) bool {
	head := sample[:min(len(sample), 4096)]
	for _, b := range boms {
		rest, ok := bytes.CutPrefix(head, []byte(b.mark))
		if !ok {
			continue
		}
		c, err := charsetOf(b.name)
		if err != nil {
			return false
		}
		head = c.decodeSample(rest)
		break
	}
	if bytes.IndexByte(head, 0) >= 0 { // UTF-16 or UTF-32 without a mark
		head = bytes.ReplaceAll(head, []byte{0}, nil)
	}
	head = bytes.TrimLeft(head, " \t\r\n\f\v")
	const begin = "BEGIN:VCARD"
	return len(head) >= len(begin) && strings.EqualFold(string(head[:len(begin)]), begin)
}
