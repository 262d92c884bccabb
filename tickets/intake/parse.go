package intake

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/mail"
	"strings"

	"github.com/deskfolk/desk"
)

// Parse reads a message. It is held in memory while the Mail is used; for
// large ones see [ParseAt]. Limits may be nil. Whatever the bytes are, the
// result is a Mail or an error: desk.Limited for a message beyond a limit,
// desk.Invalid for one that is none, or the reader's own.
func Parse(r io.Reader, l *Limits) (*Mail, error) {
	f := l.full()
	raw, err := io.ReadAll(io.LimitReader(r, f.Message+1))
	if err != nil {
		return nil, err
	}
	return ParseAt(bytes.NewReader(raw), int64(len(raw)), l)
}

// ParseAt reads a message of which any part can be read again. Only its header
// and its text are held in memory; attachments are read when they are opened.
func ParseAt(raw io.ReaderAt, size int64, l *Limits) (*Mail, error) {
	f := l.full()
	if size > f.Message {
		return nil, over("message", "The message has more than %d bytes.", f.Message)
	}
	top, err := scan(io.NewSectionReader(raw, 0, size), f)
	if err != nil {
		return nil, err
	}
	if len(top.header.fields) == 0 {
		return nil, desk.Errorf(desk.Invalid, "message", "This is not an email message: it has no header.")
	}
	m := &Mail{}
	if err := m.addressed(&top.header, f); err != nil {
		return nil, err
	}
	m.threaded(&top.header)
	b := &body{raw: raw, limits: f}
	if err := b.read(top); err != nil {
		return nil, err
	}
	m.Attachments, m.Cut = b.files, b.cut
	m.Kind = classify(m, top)
	if m.content, err = digest(&top.header, b.section(top)); err != nil {
		return nil, err
	}
	m.compose(b)
	return m, nil
}

// digest is the same for two copies of a message that came by other ways: it is
// made of the body and of the fields that the writer's program writes.
func digest(h *header, body io.Reader) (string, error) {
	sum := sha256.New()
	for _, name := range []string{"Message-ID", "From", "To", "Cc", "Subject", "Date"} {
		_, _ = io.WriteString(sum, name+"\x00"+strings.Join(h.all(name), "\x00")+"\x00\x00")
	}
	if _, err := io.Copy(sum, body); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// addressed reads who the message is from and to.
func (m *Mail) addressed(h *header, l Limits) error {
	to := parseAddresses(h.all("To"), l.Recipients)
	cc := parseAddresses(h.all("Cc"), l.Recipients)
	if to.count+cc.count > l.Recipients {
		return over("recipients", "The message has more than %d recipients.", l.Recipients)
	}
	m.To, m.Cc = to.list, cc.list
	m.ReplyTo = parseAddresses(h.all("Reply-To"), 20).list
	from := h.all("From")
	all := parseAddresses(from, 100)
	switch {
	case len(from) == 0:
		m.Unknown = "The message does not say whom it is from."
	case len(from) > 1:
		m.Unknown = "The message has more than one From header."
	case all.group:
		m.Unknown = "The message's From header names a group."
	case len(all.list) == 0 || all.bad:
		m.Unknown = "The message's From header has no address that can be used."
	default:
		m.From, m.Authors = all.list[0], all.list[1:]
	}
	if m.Unknown != "" && len(from) == 1 {
		m.From.Name = all.name
	}
	for _, name := range []string{"Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Forwarded-To"} {
		for _, a := range parseAddresses(h.all(name), 20).list {
			m.Delivered = append(m.Delivered, a.Email)
		}
	}
	m.results = h.all("Authentication-Results")
	m.Subject = cutBytes(h.text("Subject"), 2000)
	if t, err := mail.ParseDate(h.get("Date")); err == nil {
		m.Date = t
	}
	return nil
}

// threaded reads which messages it says to belong to.
func (m *Mail) threaded(h *header) {
	if ids := messageIDs(h.get("Message-ID")); len(ids) > 0 {
		m.MessageID = ids[0]
	} else {
		m.MessageID = messageID(h.get("Message-ID"))
	}
	m.InReplyTo = messageIDs(h.get("In-Reply-To"))
	m.References = messageIDs(h.get("References"))
}

// compose makes the text of what the parts had.
func (m *Mail) compose(b *body) {
	forwarded := forwardSubject.MatchString(m.Subject)
	source := strings.Join(b.html, "\n")
	var rich []line
	if source != "" {
		rich = htmlLines(source)
	}
	lines := rich
	if plain := strings.Join(b.plain, "\n\n"); strings.TrimSpace(plain) != "" {
		lines = plainLines(plain)
	}
	kept, _, whole := newText(lines, forwarded)
	if source != "" {
		keptRich, cut, all := newText(rich, forwarded)
		switch {
		case all && whole:
			m.HTML = source
		case !all && cut < len(rich) && cut > 0 && rich[cut].at > 0 && len(keptRich) == cut:
			m.HTML = source[:rich[cut].at]
		}
		if !all && whole {
			kept = keptRich // the HTML knows what the plain text does not tell
		}
	}
	m.Text, m.Whole = cleanLines(joined(kept)), cleanLines(joined(lines))
	m.HTML = cleanLines(m.HTML)
}
