package smtp

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/idna"

	"github.com/deskfolk/desk/notify"
)

// compose writes a message as RFC 5322 and MIME have it, with CRLF at the end
// of each line. Every address comes from a [notify.Mailbox], every other text
// goes through [fields].
func compose(m *notify.Message, now time.Time) ([]byte, error) {
	var b bytes.Buffer
	b.Grow(len(m.Text)*5/4 + len(m.HTML)*5/4 + 2048)
	if err := header(&b, m, now); err != nil {
		return nil, err
	}
	if m.HTML == "" {
		err := part(&b, "text/plain", m.Text)
		return b.Bytes(), err
	}
	limit := boundary(m)
	b.WriteString("Content-Type: multipart/alternative; boundary=\"" + limit + "\"\r\n\r\n")
	for _, p := range []struct{ kind, body string }{{"text/plain", m.Text}, {"text/html", m.HTML}} {
		b.WriteString("--" + limit + "\r\n")
		if err := part(&b, p.kind, p.body); err != nil {
			return nil, err
		}
	}
	b.WriteString("--" + limit + "--\r\n")
	return b.Bytes(), nil
}

// part writes a body with the fields that say what it is. It ends with a line
// break of its own.
func part(b *bytes.Buffer, kind, body string) error {
	b.WriteString("Content-Type: " + kind + "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n")
	w := quotedprintable.NewWriter(b)
	if _, err := io.WriteString(w, body); err != nil {
		return err
	}
	err := w.Close()
	b.WriteString("\r\n")
	return err
}

// boundary is made of the message's id, so that the message is the same each
// time it is sent. Quoted-printable text cannot hold it: "=_" is no escape.
func boundary(m *notify.Message) string { return "=_" + strings.ReplaceAll(string(m.ID), "_", "-") }

// header writes the fields, in the order in which they are read.
func header(b *bytes.Buffer, m *notify.Message, now time.Time) error {
	f := &fields{b: b}
	f.text("Mime-Version", "1.0")
	f.address("From", m.From)
	f.address("To", m.To)
	if !m.ReplyTo.IsZero() {
		f.address("Reply-To", m.ReplyTo)
	}
	f.subject(m.Subject)
	f.text("Date", now.Format("Mon, 02 Jan 2006 15:04:05 -0700"))
	f.ids("Message-Id", []string{m.MessageID})
	if m.InReplyTo != "" {
		f.ids("In-Reply-To", []string{m.InReplyTo})
	}
	f.ids("References", m.References)
	if m.Unsubscribe != "" {
		f.url("List-Unsubscribe", m.Unsubscribe)
		if strings.HasPrefix(m.Unsubscribe, "https://") {
			f.text("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
		}
	}
	f.text("X-Idempotency-Key", string(m.ID))
	if m.Reply {
		f.text("Auto-Submitted", "auto-replied")
	} else {
		f.text("Auto-Submitted", "auto-generated")
	}
	f.text("X-Auto-Response-Suppress", "All")
	return f.err
}

// fields writes fields of a header and keeps the first error.
type fields struct {
	b   *bytes.Buffer
	err error
}

func (f *fields) fail(name string) {
	if f.err == nil {
		f.err = &notify.Permanent{Message: "The message's " + name + " cannot be written into a header."}
	}
}

// How long a line of a header should be, and how long one word may be.
const (
	lineLength = 76
	wordLength = 900
)

// add writes a field. It goes on in a new line at spaces, of which several
// become one.
func (f *fields) add(name, value string) {
	f.b.WriteString(name)
	f.b.WriteByte(':')
	at := len(name) + 1
	for word := range strings.FieldsSeq(value) {
		if at+1+len(word) > lineLength && at > len(name)+1 {
			f.b.WriteString("\r\n")
			at = 0
		}
		f.b.WriteByte(' ')
		f.b.WriteString(word)
		at += 1 + len(word)
	}
	f.b.WriteString("\r\n")
}

// clean reports whether a text can stand in a header: nothing in it ends the
// line.
func clean(s string) bool {
	return !strings.ContainsAny(s, "\r\n\x00\v\f\u0085\u2028\u2029")
}

// ascii reports whether a text is printable ASCII.
func ascii(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// text sets a field that has a fixed or generated value.
func (f *fields) text(name, value string) {
	if !ascii(value) || len(value) > 500 {
		f.fail(name)
		return
	}
	f.add(name, value)
}

// subject sets the subject, encoded where it is not ASCII.
func (f *fields) subject(s string) {
	if !clean(s) {
		f.fail("Subject")
		return
	}
	f.add("Subject", encoded(s))
}

// encoded is a text as RFC 2047 has it: as it is, unless it has other letters
// than ASCII, or what would be read as encoded, or a word too long for a line.
func encoded(s string) string {
	if e := mime.QEncoding.Encode("utf-8", s); e != s {
		return e
	}
	if !strings.Contains(s, "=?") && (len(s) <= wordLength || !slices.ContainsFunc(strings.Fields(s), func(w string) bool { return len(w) > wordLength })) {
		return s
	}
	var b strings.Builder
	for piece := range slices.Chunk([]byte(s), 42) {
		b.WriteString(" =?utf-8?b?" + base64.StdEncoding.EncodeToString(piece) + "?=")
	}
	return b.String()[1:]
}

func (f *fields) url(name, value string) {
	if !ascii(value) || strings.ContainsAny(value, "<> \"") || len(value) > 900 {
		f.fail(name)
		return
	}
	f.add(name, "<"+value+">")
}

// ids sets message ids.
func (f *fields) ids(name string, ids []string) {
	if len(ids) == 0 {
		return
	}
	kept := make([]string, 0, len(ids))
	for _, id := range ids {
		if !ascii(id) || id == "" || len(id) > 250 || strings.ContainsAny(id, "<> \"") || strings.Count(id, "@") != 1 {
			if name == "Message-Id" {
				f.fail(name)
				return
			}
			continue // those of other people may be anything
		}
		kept = append(kept, "<"+id+">")
	}
	if len(kept) > 0 {
		f.add(name, strings.Join(kept, " "))
	}
}

// address sets an address, whose domain is written in ASCII.
func (f *fields) address(name string, m notify.Mailbox) {
	address, err := wire(m)
	if err != nil || !clean(m.Name()) {
		f.fail(name)
		return
	}
	shown := m.Name()
	switch {
	case shown == "":
		f.add(name, "<"+address+">")
	case ascii(shown) && strings.Contains(shown, "=?"):
		f.add(name, encoded(shown)+" <"+address+">")
	default:
		f.add(name, (&mail.Address{Name: shown, Address: address}).String())
	}
}

// wire is the address as it goes over the wire: the domain in its ASCII form.
func wire(m notify.Mailbox) (string, error) {
	a := m.Address()
	i := strings.LastIndexByte(a, '@')
	if i <= 0 || !clean(a) || strings.ContainsAny(a, " <>\"(),:;\\[]\t") {
		return "", &notify.Permanent{Message: "The address is not one that mail can be sent to."}
	}
	domain, err := idna.Lookup.ToASCII(a[i+1:])
	if err != nil {
		return "", &notify.Permanent{Message: "The address is not one that mail can be sent to.", Err: err}
	}
	return a[:i+1] + domain, nil
}
