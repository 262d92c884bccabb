package desk

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"strings"
	"sync"
	"time"
)

// ContactID names a contact, such as "contact_01h455vb4pex5vsknk084sn02q".
type ContactID string

// CompanyID names a company; prefix "company".
type CompanyID string

// TicketID names a ticket; prefix "ticket".
type TicketID string

// MessageID names a message of a ticket; prefix "message".
type MessageID string

// AttachmentID names a file of a message or of a submission; prefix "file".
type AttachmentID string

// RecordID names a record that is linked to a contact or a ticket, such as a
// deal or a call; prefix "record".
type RecordID string

// TemplateID names a request template; prefix "template".
type TemplateID string

// FormID names a form; prefix "form".
type FormID string

// AssignmentID names a form that was assigned to a contact; prefix "assignment".
type AssignmentID string

// SubmissionID names a filled form; prefix "submission".
type SubmissionID string

// TaskID names a task; prefix "task".
type TaskID string

// NoticeID names a message in the outbox, and stays the same however often it
// is sent; prefix "notice".
type NoticeID string

// IntakeID names a message that was taken in, or rejected; prefix "intake".
type IntakeID string

// EventID names one entry of the activity log; prefix "event".
type EventID string

// ImportID names a run of an import; prefix "import".
type ImportID string

// The alphabet is Crockford's base32 in lower case, so that ids sort by time
// as text does and have no letters that are read for digits.
const idAlphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// idLength is the number of letters that 128 bits take, five each.
const idLength = 26

// IDs makes identifiers: a prefix, an underscore and a time-ordered UUIDv7
// (RFC 9562, section 5.7) in base32. Ids made by one IDs in one millisecond
// keep their order. It is safe for concurrent use.
type IDs struct {
	now  func() time.Time
	rand io.Reader

	mu   sync.Mutex
	last [16]byte
}

// NewIDs returns a source of ids. A nil now is [time.Now]; a nil random is
// crypto/rand.
func NewIDs(now func() time.Time, random io.Reader) *IDs {
	if now == nil {
		now = time.Now
	}
	if random == nil {
		random = rand.Reader
	}
	return &IDs{now: now, rand: random}
}

// New returns a new id with the prefix. It fails only when the source of
// randomness does.
func (s *IDs) New(prefix string) (string, error) {
	var u [16]byte
	if _, err := io.ReadFull(s.rand, u[6:]); err != nil {
		return "", &Error{Kind: Unavailable, Message: "No randomness can be had.", Err: err}
	}
	s.mu.Lock()
	ms := max(s.now().UnixMilli(), 0)
	binary.BigEndian.PutUint64(u[:8], uint64(ms)<<16|uint64(binary.BigEndian.Uint16(u[6:8])))
	u[6] = u[6]&0x0f | 0x70
	u[8] = u[8]&0x3f | 0x80
	if string(u[:6]) <= string(s.last[:6]) {
		u = next(s.last)
	}
	s.last = u
	s.mu.Unlock()
	return prefix + "_" + encode(u), nil
}

// next returns the UUID after u: it counts in the bits that are random, so
// that ids of one millisecond (or of a clock that was set back) keep order.
func next(u [16]byte) [16]byte {
	lo := binary.BigEndian.Uint64(u[8:])&(1<<62-1) + 1
	if lo >= 1<<62 {
		lo = 0
		hi := binary.BigEndian.Uint64(u[:8])
		seq := hi&0xfff + 1
		hi = hi&^uint64(0xfff) | seq&0xfff
		if seq > 0xfff {
			hi += 1 << 16
		}
		binary.BigEndian.PutUint64(u[:8], hi)
	}
	binary.BigEndian.PutUint64(u[8:], lo|1<<63)
	return u
}

func encode(u [16]byte) string {
	var b [idLength]byte
	hi, lo := binary.BigEndian.Uint64(u[:8]), binary.BigEndian.Uint64(u[8:])
	for i := idLength - 1; i >= 0; i-- {
		b[i] = idAlphabet[lo&31]
		lo = lo>>5 | hi<<59
		hi >>= 5
	}
	return string(b[:])
}

// IsID reports whether s is an id with the prefix in canonical spelling.
func IsID(prefix, s string) bool {
	body, ok := strings.CutPrefix(s, prefix+"_")
	if !ok || len(body) != idLength || body[0] > '7' {
		return false
	}
	for i := range len(body) {
		if strings.IndexByte(idAlphabet, body[i]) < 0 {
			return false
		}
	}
	return true
}

// DeriveID returns an id with the prefix that depends on nothing but its
// arguments: the time, by which it sorts, and the parts, by which it is unique.
// It names what is made of something that has an id, so that making it twice
// makes one.
func DeriveID(prefix string, at time.Time, parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	var u [16]byte
	sum := h.Sum(nil)
	copy(u[6:], sum)
	u[6] = u[6]&0x0f | 0x70
	u[8] = u[8]&0x3f | 0x80
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(max(at.UnixMilli(), 0)))
	copy(u[:6], ms[2:])
	return prefix + "_" + encode(u)
}
