package importexport

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"strings"
	"sync/atomic"

	"github.com/deskfolk/desk"
)

// oleMagic begins the files of old Office programs, and encrypted new ones.
const oleMagic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// Limits of workbooks.
const (
	// MaxWorkbook is the greatest size of a workbook's file, in bytes.
	MaxWorkbook = 256 << 20
	// maxEntries is how many parts it may have; Excel makes some twenty.
	maxEntries = 10_000
	// maxDirectory is what the directory of so many takes at most.
	maxDirectory = 4 << 20
	// maxSheetBytes and maxPartBytes are what a sheet or the shared strings,
	// and any other part, may hold when they are unpacked.
	maxSheetBytes = 4 << 30
	maxPartBytes  = 32 << 20
	// maxRatio is how many times its packed size a part may have, beyond its
	// first graceBytes: sheets pack to a tenth or so, a bomb to a thousandth.
	maxRatio   = 200
	graceBytes = 1 << 20
)

// errDamaged is for a workbook in which something does not fit.
func errDamaged(what string) error {
	return desk.Errorf(desk.Invalid, "", "The workbook is damaged: %s. Open it in a spreadsheet program, save it as .xlsx again, and choose that file.", what)
}

var errBomb = desk.Errorf(desk.Limited, "", "The workbook holds far more than its size says, as files do that are made to fill a computer. It was not read.")

// place is a file that can be read at any offset.
type place struct {
	at   io.ReaderAt
	size int64
}

// placeOf returns where the rest of the file stands, if it can be read at any
// offset; size is -1 if not.
func placeOf(file io.Reader) place {
	none := place{size: -1}
	f, ok := file.(interface {
		io.ReaderAt
		io.Seeker
	})
	if !ok {
		return none
	}
	from, err := f.Seek(0, io.SeekCurrent)
	if err != nil {
		return none
	}
	end, err := f.Seek(0, io.SeekEnd)
	if err != nil || end < from {
		return none
	}
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return none
	}
	return place{at: io.NewSectionReader(f, from, end-from), size: end - from}
}

// container is the zip archive that a workbook is.
type container struct {
	parts map[string]*zip.File // by their names in lower case
	size  int64
	temp  *tempFile
	// packed counts the packed bytes that were read of parts.
	packed atomic.Int64
}

// openContainer reads the directory of the archive, which is copied into a
// temporary file if it cannot be read at any offset.
func openContainer(in io.Reader, at place) (*container, error) {
	c := &container{parts: map[string]*zip.File{}}
	if at.size < 0 {
		temp, n, err := spool(in, MaxWorkbook+1)
		if err != nil {
			return nil, err
		}
		c.temp, at = temp, place{temp, n}
	}
	c.size = at.size
	err := c.readDirectory(at)
	if err != nil {
		_ = c.close()
		return nil, err
	}
	return c, nil
}

func (c *container) close() error { return c.temp.close() }

func (c *container) readDirectory(at place) error {
	if at.size > MaxWorkbook {
		return desk.Errorf(desk.Limited, "", "The workbook has more than %d MB. Save it as CSV, or in parts.", MaxWorkbook>>20)
	}
	head := make([]byte, 8)
	if n, err := at.at.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return readError(err)
	} else if head = head[:n]; string(head) == oleMagic {
		return desk.Errorf(desk.Invalid, "", "This is an old or password-protected Excel file. Save it as .xlsx without a password, and choose that file.")
	}
	if !bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return desk.Errorf(desk.Invalid, "", "This is not an Excel workbook (.xlsx). Nothing was imported.")
	}
	if err := checkCount(at); err != nil {
		return err
	}
	bounded := &boundedAt{at.at, maxDirectory}
	r, err := zip.NewReader(bounded, at.size)
	bounded.left = math.MaxInt64 // parts have limits of their own
	if e := (*desk.Error)(nil); errors.As(err, &e) {
		return err
	} else if err != nil {
		return errDamaged("it is no whole zip archive")
	}
	return c.list(r)
}

// list takes in the names of the parts.
func (c *container) list(r *zip.Reader) error {
	r.RegisterDecompressor(zip.Deflate, func(in io.Reader) io.ReadCloser { return flate.NewReader(&packedReader{in, &c.packed}) })
	r.RegisterDecompressor(zip.Store, func(in io.Reader) io.ReadCloser { return io.NopCloser(&packedReader{in, &c.packed}) })
	if len(r.File) > maxEntries {
		return errBomb
	}
	for _, f := range r.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		if f.Flags&1 != 0 {
			return desk.Errorf(desk.Invalid, "", "The workbook is protected with a password. Save it without one, and choose that file.")
		}
		name := partName(f.Name)
		if c.parts[name] != nil {
			return errDamaged("it has two parts of the name " + quote(f.Name))
		}
		c.parts[name] = f
	}
	return nil
}

// partName brings a part's name to the form in which names are compared
// (ECMA-376 part 2, 6.2.2.3: without regard to case).
func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "/"))
}

// checkCount refuses an archive whose directory says that it has too many
// entries, before memory is made ready for them.
func checkCount(at place) error {
	tail := make([]byte, min(at.size, 64<<10+22))
	if _, err := at.at.ReadAt(tail, at.size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return readError(err)
	}
	i := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if i < 0 || i+12 > len(tail) {
		return errDamaged("its end is missing")
	}
	if n := binary.LittleEndian.Uint16(tail[i+10:]); n > maxEntries {
		return errBomb
	}
	return nil
}

// boundedAt fails when more than left bytes are read.
type boundedAt struct {
	at   io.ReaderAt
	left int64
}

func (b *boundedAt) ReadAt(p []byte, off int64) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, errBomb
	}
	return b.at.ReadAt(p, off)
}

// packedReader counts the packed bytes of parts.
type packedReader struct {
	r io.Reader
	n *atomic.Int64
}

func (p *packedReader) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	p.n.Add(int64(n))
	return n, err
}

// part opens a part. It fails when more than limit bytes are read of it, or
// many times its packed size.
func (c *container) part(name string, limit int64) (io.ReadCloser, error) {
	f := c.parts[partName(name)]
	if f == nil {
		return nil, errDamaged("its part " + quote(name) + " is missing")
	}
	r, err := f.Open()
	if err != nil {
		return nil, partError(name, err)
	}
	return &partReader{ReadCloser: r, c: c, name: name, limit: limit, before: c.packed.Load()}, nil
}

// partReader counts the unpacked bytes of a part. Parts are read one at a time.
type partReader struct {
	io.ReadCloser
	c      *container
	name   string
	n      int64
	limit  int64
	before int64 // packed bytes of other parts
}

func (p *partReader) Read(b []byte) (int, error) {
	n, err := p.ReadCloser.Read(b)
	p.n += int64(n)
	if p.n > p.limit || p.n > graceBytes && p.n > maxRatio*(p.c.packed.Load()-p.before) {
		return 0, errBomb
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = partError(p.name, err)
	}
	return n, err
}

// partError tells a damaged archive from a file that cannot be read.
func partError(name string, err error) error {
	var corrupt flate.CorruptInputError
	var e *desk.Error
	switch {
	case errors.As(err, &e):
		return err
	case errors.As(err, &corrupt), errors.Is(err, zip.ErrFormat), errors.Is(err, zip.ErrChecksum), errors.Is(err, zip.ErrAlgorithm), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errDamaged("its part " + quote(name) + " cannot be unpacked")
	}
	return readError(err)
}

// tempFile is a file that nobody else sees and that is gone at close.
type tempFile struct {
	*os.File
	// remove is its name, if the system does not let it be removed while it is open.
	remove string
}

func newTempFile() (*tempFile, error) {
	f, err := os.CreateTemp("", "import-*")
	if err != nil {
		return nil, &desk.Error{Kind: desk.Unavailable, Message: "There is no room to read the workbook: no temporary file could be made.", Err: err}
	}
	t := &tempFile{File: f}
	if os.Remove(f.Name()) != nil {
		t.remove = f.Name()
	}
	return t, nil
}

func (t *tempFile) close() error {
	if t == nil || t.File == nil {
		return nil
	}
	err := t.Close()
	if t.remove != "" {
		err = errors.Join(err, os.Remove(t.remove))
	}
	t.File = nil
	if err != nil {
		return &desk.Error{Kind: desk.Unavailable, Message: "A temporary file could not be removed.", Err: err}
	}
	return nil
}

// spool copies at most limit bytes into a temporary file.
func spool(in io.Reader, limit int64) (*tempFile, int64, error) {
	t, err := newTempFile()
	if err != nil {
		return nil, 0, err
	}
	n, err := io.Copy(t.File, io.LimitReader(in, limit))
	if err != nil {
		_ = t.close()
		return nil, 0, readError(err)
	}
	return t, n, nil
}
