package notify

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Sender delivers messages of one channel to the server or service that takes
// them further. It is called by several goroutines at once. An error is
// temporary, and the message is sent again later, unless it is a [Permanent]
// one. Errors should hold no addresses and no tokens; they are redacted all the same.
type Sender interface {
	Send(ctx context.Context, m Message) (Receipt, error)
}

// SenderFunc is a function as a [Sender].
type SenderFunc func(ctx context.Context, m Message) (Receipt, error)

// Send calls f.
func (f SenderFunc) Send(ctx context.Context, m Message) (Receipt, error) { return f(ctx, m) }

// Receipt is what the server or service said when it took a message.
type Receipt struct {
	// ID is its own name for the message; at most 200 bytes are kept.
	ID string
}

// Message is a message to exactly one recipient, ready to be sent.
type Message struct {
	// ID is the same each time the message is sent. Who can tell that a message
	// was there before, does it by this.
	ID        desk.NoticeID
	Workspace desk.WorkspaceID
	Type      string
	Channel   Channel
	// At is when the message was made.
	At time.Time

	// To is the recipient of an email, Number that of an SMS or of WhatsApp, in E.164.
	To     Mailbox
	Number string

	// The rest of an email.
	From, ReplyTo Mailbox
	Subject, Text string
	// HTML is a whole page, or empty.
	HTML string
	// MessageID, InReplyTo and References are message ids without brackets.
	MessageID, InReplyTo string
	References           []string
	// Unsubscribe is the URL for RFC 8058, or empty.
	Unsubscribe string
	// Reply: it answers what the recipient has just sent (RFC 3834).
	Reply bool

	// Template is what is sent by WhatsApp. For an SMS it is Text.
	Template WhatsAppTemplate
}

// WhatsAppTemplate names a template that WhatsApp has approved, and fills it in.
type WhatsAppTemplate struct {
	Name, Language string
	Params         []string
}

// Mailbox is an address of an email with the name that stands beside it. It can
// only be made by [NewMailbox], so that it holds nothing that could end a
// header or an SMTP command.
type Mailbox struct{ name, address string }

// maxMailboxName is how many characters of a name stand beside an address.
const maxMailboxName = 100

// NewMailbox makes a mailbox. The address is one that [contacts.ParseEmail]
// takes. Of the name, control characters and the like are left out, and it is
// cut; a name that looks like an address is left out.
func NewMailbox(name, address string) (Mailbox, error) {
	a, err := contacts.ParseEmail(address)
	if err != nil {
		return Mailbox{}, err
	}
	return Mailbox{name: mailboxName(name), address: a.Entered}, nil
}

func mailboxName(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "")
	}
	s = cutRunes(oneLine(s), maxMailboxName)
	if strings.ContainsAny(s, "@<>") {
		s = strings.Map(func(r rune) rune {
			if strings.ContainsRune("@<>", r) {
				return ' '
			}
			return r
		}, s)
		s = oneLine(s)
	}
	return s
}

// Name returns the name, of one line.
func (m Mailbox) Name() string { return m.name }

// Address returns the bare address.
func (m Mailbox) Address() string { return m.address }

// IsZero reports whether there is no address.
func (m Mailbox) IsZero() bool { return m.address == "" }

// Domain returns the domain of the address as it was entered.
func (m Mailbox) Domain() string { return m.address[strings.LastIndexByte(m.address, '@')+1:] }

// String returns the address with its middle left out: it is fit for logs.
func (m Mailbox) String() string { return maskAddress(m.address) }

// Permanent is an error of a [Sender] that no further attempt would mend, such
// as an address that does not exist.
type Permanent struct {
	// Message is fit for a person and holds no address.
	Message string
	Err     error
}

// Error returns the message.
func (p *Permanent) Error() string { return p.Message }

// Unwrap returns the cause.
func (p *Permanent) Unwrap() error { return p.Err }

// Later is a temporary error that says when to try again at the earliest.
type Later struct {
	Message string
	After   time.Duration
	Err     error
}

// Error returns the message.
func (l *Later) Error() string { return l.Message }

// Unwrap returns the cause.
func (l *Later) Unwrap() error { return l.Err }

func isPermanent(err error) bool {
	var p *Permanent
	return errors.As(err, &p)
}
