package importexport

import (
	"bufio"

	"github.com/deskfolk/desk"
)

func openVCard(*bufio.Reader, *countingReader, []byte, bool, ReadOptions) (source, error) {
	return nil, desk.Errorf(desk.Invalid, "", "This is a vCard file, not a CSV file. Nothing was imported.")
}
