package smtp

import (
	"bytes"
	"io"
	"strings"
	"time"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/mail"
	"golang.org/x/net/idna"

	"github.com/deskfolk/desk/notify"
)

// compose writes a message as RFC 5322 and MIME have it. Every address comes
// from a [notify.Mailbox], every other text goes through [field].
func compose(m *notify.Message, now time.Time) ([]byte, error) {
	h, err := header(m, now)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.Grow(len(m.Text) + len(m.HTML)*5/4 + 2048)
	if m.HTML == "" {
		part(&h, "text/plain")
		w, err := message.CreateWriter(&b, h.Header)
		if err != nil {
			return nil, err
		}
		if err := finish(w, m.Text); err != nil {
			return nil, err
		}
		return b.Bytes(), nil
	}
	h.SetContentType("multipart/alternative", map[string]string{"boundary": boundary(m)})
	w, err := message.CreateWriter(&b, h.Header)
	if err != nil {
		return nil, err
	}
	for _, p := range []struct{ kind, body string }{{"text/plain", m.Text}, {"text/html", m.HTML}} {
		var ph mail.Header
		part(&ph, p.kind)
		pw, err := w.CreatePart(ph.Header)
		if err != nil {
			return nil, err
		}
		if err := finish(pw, p.body); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func part(h *mail.Header, kind string) {
	h.SetContentType(kind, map[string]string{"charset": "utf-8"})
	h.Set("Content-Transfer-Encoding", "quoted-printable")
}

func finish(w io.WriteCloser, body string) error {
	if _, err := io.WriteString(w, body); err != nil {
		return err
	}
	return w.Close()
}

// boundary is made of the message's id, so that the message is the same each
// time it is sent. Quoted-printable text cannot hold it: "=_" is no escape.
func boundary(m *notify.Message) string { return "=_" + strings.ReplaceAll(string(m.ID), "_", "-") }

// header writes the fields, in the order in which they are read.
func header(m *notify.Message, now time.Time) (mail.Header, error) {
	var h mail.Header
	f := &fields{h: &h}
	// The library puts what is set later above what was set before.
	f.text("X-Auto-Response-Suppress", "All")
	if m.Reply {
		f.text("Auto-Submitted", "auto-replied")
	} else {
		f.text("Auto-Submitted", "auto-generated")
	}
	f.text("X-Idempotency-Key", string(m.ID))
	if m.Unsubscribe != "" {
		f.url("List-Unsubscribe", m.Unsubscribe)
		if strings.HasPrefix(m.Unsubscribe, "https://") {
			f.text("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
		}
	}
	f.ids("References", m.References)
	if m.InReplyTo != "" {
		f.ids("In-Reply-To", []string{m.InReplyTo})
	}
	f.ids("Message-Id", []string{m.MessageID})
	h.SetDate(now)
	if err := f.subject(m.Subject); err != nil {
		return h, err
	}
	if !m.ReplyTo.IsZero() {
		f.address("Reply-To", m.ReplyTo)
	}
	f.address("To", m.To)
	f.address("From", m.From)
	h.Set("Mime-Version", "1.0")
	return h, f.err
}

// fields sets fields of a header and keeps the first error.
type fields struct {
	h   *mail.Header
	err error
}

func (f *fields) fail(name string) {
	if f.err == nil {
		f.err = &notify.Permanent{Message: "The message's " + name + " cannot be written into a header."}
	}
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
	f.h.Set(name, value)
}

// subject sets the subject, encoded where it is not ASCII.
func (f *fields) subject(s string) error {
	if !clean(s) {
		f.fail("Subject")
		return f.err
	}
	f.h.SetSubject(s)
	return f.err
}

func (f *fields) url(name, value string) {
	if !ascii(value) || strings.ContainsAny(value, "<> \"") || len(value) > 900 {
		f.fail(name)
		return
	}
	f.h.Set(name, "<"+value+">")
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
		kept = append(kept, id)
	}
	if len(kept) > 0 {
		f.h.SetMsgIDList(name, kept)
	}
}

// address sets an address, whose domain is written in ASCII.
func (f *fields) address(name string, m notify.Mailbox) {
	address, err := wire(m)
	if err != nil || !clean(m.Name()) {
		f.fail(name)
		return
	}
	f.h.SetAddressList(name, []*mail.Address{{Name: m.Name(), Address: address}})
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
