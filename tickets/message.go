package tickets

import (
	"io"
	"time"

	"github.com/deskfolk/desk"
)

// MessageKind says who may read a message.
type MessageKind string

// The kinds of messages.
const (
	// Public messages are for all who see the ticket.
	Public MessageKind = "public"
	// Internal messages are for members only: no contact ever sees one, or
	// learns that there is one.
	Internal MessageKind = "internal"
)

// Message is one message of a ticket.
type Message struct {
	ID     desk.MessageID
	Ticket desk.TicketID
	Kind   MessageKind
	// AuthorKind and AuthorID are the actor that wrote it. AuthorName is the
	// name of the contact, or of the member among the settings' assignees;
	// empty if there is none that the actor may see.
	AuthorKind desk.ActorKind
	AuthorID   string
	AuthorName string
	// Contact is the contact whose message it is: the author's own, or the one
	// on whose behalf a system wrote it. Empty for messages of members.
	Contact desk.ContactID
	At      time.Time
	// EditedAt is when an internal message was last changed, or zero.
	EditedAt time.Time
	// Text is the plain text. HTML is sanitised (see [SanitizeHTML]), and
	// empty for a message of text alone.
	Text, HTML string
	Channel    Channel
	// Email is the mail's own data, for members only.
	Email       *Mail `json:",omitempty"`
	Attachments []Attachment
}

// Mail is what is kept of the header of a message that came by mail, as it came.
type Mail struct {
	MessageID  string   `json:"message_id,omitempty"`
	InReplyTo  string   `json:"in_reply_to,omitempty"`
	References []string `json:"references,omitempty"`
	From       string   `json:"from,omitempty"`
	FromName   string   `json:"from_name,omitempty"`
	To         []string `json:"to,omitempty"`
	Cc         []string `json:"cc,omitempty"`
	Subject    string   `json:"subject,omitempty"`
	AutoReply  bool     `json:"auto_reply,omitempty"`
	Bounce     bool     `json:"bounce,omitempty"`
	List       bool     `json:"list,omitempty"`
	// Verified reports that the sender's domain vouches for it.
	Verified bool `json:"verified,omitempty"`
	// Repeated reports that a mail with this Message-ID and another content came before.
	Repeated bool `json:"repeated,omitempty"`
}

// Attachment is a file of a message.
type Attachment struct {
	ID      desk.AttachmentID
	Message desk.MessageID
	// Name is what the sender called it, without a path. Type is the media type
	// that the sender said it has: it is not to be trusted.
	Name, Type string
	// Size is in bytes; SHA256 is in hexadecimal.
	Size   int64
	SHA256 string
	// ContentID is the id by which the message's HTML shows it (cid:).
	ContentID string
	Inline    bool
}

// NewMessage is what a message is made of. It needs a text, HTML or a file.
type NewMessage struct {
	Kind MessageKind // empty: Public
	// Text may have several lines. If it is empty and HTML is not, it is made
	// of the HTML. HTML is sanitised. Their limits are the settings' MaxMessage.
	Text, HTML string
	// Contact is the contact on whose behalf it is, for systems such as intake.
	Contact     desk.ContactID
	Channel     Channel // empty: by the kind of actor
	Email       *Mail   // for systems
	Attachments []NewAttachment
	// Quiet tells nobody.
	Quiet bool
	// Cause is kept with the event, such as an intake's id.
	Cause string
}

// NewAttachment is a file that a message brings.
type NewAttachment struct {
	// Name is at most 255 characters; a path in front is taken away. Type is a
	// media type, empty or malformed: application/octet-stream.
	Name, Type, ContentID string
	Inline                bool
	// Open opens the file from its start. It is read within the transaction,
	// and may be opened again when the transaction is run again: give it a
	// file or bytes, not what comes slowly.
	Open func() (io.ReadCloser, error) `json:"-"`
}

// The limits of messages.
const (
	// MaxAttachments is how many files a message can have.
	MaxAttachments = 100
	maxFileName    = 255
	maxType        = 255
	maxContentID   = 255
	maxMailField   = 998 // a line of RFC 5322
	maxMailList    = 200
)

// MessageQuery is which messages of a ticket are wanted, and in which order.
type MessageQuery struct {
	// Newest lists the newest first; else the oldest.
	Newest bool
	// Kind limits the list to one kind.
	Kind MessageKind
	// RemoteImages and OwnHosts are those of [HTMLOptions], for the messages' HTML.
	RemoteImages bool
	OwnHosts     []string
}

// MessageList is one page of messages.
type MessageList struct {
	Messages   []Message
	Next, Prev desk.Cursor
	// Count is the number of all messages of the ticket that the actor may see.
	Count int
}
