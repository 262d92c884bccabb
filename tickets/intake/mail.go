package intake

import (
	"io"
	"time"
)

// Mail is a message that was read.
type Mail struct {
	// From is whom the message says that it is from: the first mailbox of its
	// one From header. It is empty when there is none, when there are two From
	// headers, when the header names a group, or when what stands there is no
	// address; Unknown then says why. Sender and Reply-To are never asked.
	// Nothing here is proven: see Service.Take.
	From Address
	// Unknown is a sentence about why there is no sender's address.
	Unknown string
	// Authors are the further mailboxes of the From header.
	Authors []Address
	To, Cc  []Address
	ReplyTo []Address
	// Delivered are the addresses that servers on the way noted as the
	// message's recipients (Delivered-To, X-Original-To, Envelope-To).
	Delivered []string
	Subject   string
	Date      time.Time

	// MessageID, InReplyTo and References are without their angle brackets.
	MessageID  string
	InReplyTo  []string
	References []string

	// Text is what the writer has written: plain text, or what was made of the
	// HTML, without the history of earlier messages. Whole is all of the text.
	Text, Whole string
	// HTML is the HTML of the new text, or empty where there is none that can
	// be told from the history. It is foreign and not sanitised.
	HTML string
	// Cut says that the text was longer than Limits.Text.
	Cut         bool
	Attachments []Attachment

	Kind

	// results are the Authentication-Results, the uppermost first.
	results []string
	// content is a digest of what the writer sent: what servers add does not count.
	content string
}

// Kind says what sort of message it is. More than one may hold.
type Kind struct {
	// Reply: an answer to another message, by its headers or its subject.
	Reply bool
	// AutoReply: sent by a program, such as a notice of absence.
	AutoReply bool
	// Bounce: a report that a message could not be delivered, or not yet.
	Bounce bool
	// List: it came through a mailing list, or is one of a mass mailing.
	List bool
	// Bulk: any sign that no automatic answer is wanted (RFC 3834), those
	// above included.
	Bulk bool
	// NullPath: the envelope's sender is empty, so that an answer would go nowhere.
	NullPath bool
	// Hops is how many servers the message came through.
	Hops int
}

// Attachment is a file of a message.
type Attachment struct {
	// Name is a file name that can be shown: no path, no control characters, at most 200 bytes.
	Name string `json:"name"`
	// Type is the media type that the message gives it, in lower case.
	Type string `json:"type"`
	// Size is that of the decoded file in bytes.
	Size int64 `json:"size"`
	// ContentID is what the HTML calls the file; Inline says that it does, or
	// that the file is meant to be shown in the text.
	ContentID string `json:"-"`
	Inline    bool   `json:"-"`

	open func() io.Reader
}

// Open returns the decoded file. It reads from the raw message, which must
// still be there.
func (a Attachment) Open() io.Reader { return a.open() }
