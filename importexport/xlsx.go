package importexport

import (
	"bufio"
	"io"

	"github.com/deskfolk/desk"
)

// oleMagic begins the files of old Office programs, and encrypted new ones.
const oleMagic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// place is a file that can be read at any offset.
type place struct {
	at   io.ReaderAt
	size int64
}

// placeOf returns where the rest of the file stands, if it can be read at any
// offset; size is -1 if not.
func placeOf(file io.Reader) place {
	f, ok := file.(interface {
		io.ReaderAt
		io.Seeker
	})
	if !ok {
		return place{size: -1}
	}
	from, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return place{size: -1}
	}
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil || end < from {
		return place{size: -1}
	}
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return place{size: -1}
	}
	return place{at: io.NewSectionReader(f, from, end-from), size: end - from}
}

func openXLSX(*bufio.Reader, place, ReadOptions) (source, error) {
	return nil, desk.Errorf(desk.Invalid, "", "This is a zip archive or an Excel workbook, not a CSV file. Nothing was imported.")
}
