package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"os"

	"github.com/deskfolk/desk"
)

// inMemory is how large a message may be before it is put into a file.
const inMemory = 256 << 10

// Raw is a message as it came, where any part of it can be read again: small
// ones in memory, large ones in a temporary file, which Close removes. It is
// for one goroutine at a time.
type Raw struct {
	small  []byte
	file   *os.File
	size   int64
	sum    hash.Hash
	digest string
	over   bool
}

// Spool reads a message to its end. dir is for temporary files; empty is the
// system's. Of a message of more than most bytes (0: what [DefaultLimits] say)
// no more is read; it is Truncated, and Parse refuses it.
func Spool(r io.Reader, dir string, most int64) (*Raw, error) {
	if most <= 0 {
		most = DefaultLimits.Message
	}
	s := &Raw{sum: sha256.New()}
	if err := s.fill(io.LimitReader(r, most+1), dir); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.over = s.size > most
	s.digest = hex.EncodeToString(s.sum.Sum(nil))
	return s, nil
}

func (s *Raw) fill(r io.Reader, dir string) error {
	head := make([]byte, inMemory+1)
	n, err := io.ReadFull(r, head)
	s.sum.Write(head[:n])
	s.size = int64(n)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		s.small = append([]byte(nil), head[:n]...)
		return nil
	case err != nil:
		return err
	}
	if s.file, err = os.CreateTemp(dir, "message-*.eml"); err != nil {
		return noRoom(err)
	}
	if _, err := s.file.Write(head); err != nil {
		return noRoom(err)
	}
	more, err := io.CopyBuffer(onlyWriter{s.file, s.sum}, r, head[:64<<10])
	s.size += more
	return err
}

// onlyWriter writes to a file and a hash.
type onlyWriter struct {
	f *os.File
	h hash.Hash
}

func (w onlyWriter) Write(p []byte) (int, error) {
	w.h.Write(p)
	n, err := w.f.Write(p)
	if err != nil {
		return n, noRoom(err)
	}
	return n, nil
}

func noRoom(err error) error {
	return &desk.Error{Kind: desk.Unavailable, Message: "There is no room for the message now. Send it again later.", Err: err}
}

// ReadAt reads from any place of the message.
func (s *Raw) ReadAt(p []byte, off int64) (int, error) {
	if s.file != nil {
		return s.file.ReadAt(p, off)
	}
	if off < 0 || off >= int64(len(s.small)) {
		return 0, io.EOF
	}
	n := copy(p, s.small[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Size returns how many bytes the message has.
func (s *Raw) Size() int64 { return s.size }

// Digest returns the message's SHA-256 in hexadecimal.
func (s *Raw) Digest() string { return s.digest }

// Open returns the message from its beginning.
func (s *Raw) Open() io.Reader { return io.NewSectionReader(s, 0, s.size) }

// Truncated reports that the message was too large, and not read to its end.
func (s *Raw) Truncated() bool { return s.over }

// Parse reads the message; see [ParseAt].
func (s *Raw) Parse(l *Limits) (*Mail, error) {
	if s.over {
		return nil, over("message", "The message has more than %d bytes.", s.size-1)
	}
	return ParseAt(s, s.size, l)
}

// Close removes what was put aside for the message.
func (s *Raw) Close() error {
	if s.file == nil {
		return nil
	}
	return errors.Join(s.file.Close(), os.Remove(s.file.Name()))
}
