package web

import (
	"bytes"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"net/textproto"
	"net/url"
	"strconv"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/examples/helpdesk/mailcatch"
	"github.com/deskfolk/desk/notify"
)

// mailRoutes names the pages of the mails that were caught instead of sent.
func (s *server) mailRoutes() {
	s.page("GET /_mail", s.caughtMails)
	s.page("GET /_mail/{id}", s.caughtMail)
	s.page("GET /_mail/{id}/raw", s.caughtRaw)
}

// caughtPage is how many mails are listed at a time.
const caughtPage = 50

// caughtMailsView lists caught mails.
type caughtMailsView struct {
	Rows  []caughtRow
	Empty emptyView
	Next  string
}

type caughtRow struct {
	URL, To, Subject, Type string
	When                   *when
}

// caughtMailView is one caught mail.
type caughtMailView struct {
	Subject, Text, HTML, RawURL string
	Heads                       []mailHead
}

type mailHead struct{ Name, Value string }

// mayCaught refuses who may not see caught mails. While mails are sent there
// are none to see.
func (s *server) mayCaught(r *request) error {
	if s.Mail == nil {
		return &desk.Error{Kind: desk.NotFound, Message: "There is no such page."}
	}
	return r.mustMay(notify.MaySettings)
}

func (s *server) caughtMails(w http.ResponseWriter, r *request) error {
	if err := s.mayCaught(r); err != nil {
		return err
	}
	before := desk.NoticeID(r.URL.Query().Get("before"))
	if before != "" && !desk.IsID("notice", string(before)) {
		return redirect(w, r, "/_mail")
	}
	all, err := s.Mail.List(r.Context(), r.actor.Workspace, before, caughtPage+1)
	if err != nil {
		return err
	}
	v := caughtMailsView{Empty: emptyView{Art: "mail", Title: "No mail was caught", Text: "While no mail server, or no provider of text messages, is set up, messages are kept here instead of being sent, so that you can look at them."}}
	if len(all) > caughtPage {
		all = all[:caughtPage]
		v.Next = "/_mail?before=" + url.QueryEscape(string(all[caughtPage-1].ID))
	}
	for i := range all {
		m := &all[i]
		row := caughtRow{URL: "/_mail/" + string(m.ID), To: m.To, Subject: subjectOf(m), Type: m.Type, When: shown(m.At, s.Now())}
		if t, ok := s.kindOf(m.Type); ok {
			row.Type = t.Label
		}
		v.Rows = append(v.Rows, row)
	}
	s.show(w, r, http.StatusOK, "caughtmails", view{Title: "Caught mail", Section: "Caught mail", Data: v})
	return nil
}

func subjectOf(m *mailcatch.Mail) string {
	switch {
	case m.Subject != "":
		return m.Subject
	case m.From == "" && m.Text != "":
		return clip(oneLine(m.Text), 80) // an SMS
	}
	return "(no subject)"
}

// caughtOf reads the mail of the address.
func (s *server) caughtOf(r *request) (mailcatch.Mail, error) {
	if err := s.mayCaught(r); err != nil {
		return mailcatch.Mail{}, err
	}
	id := r.PathValue("id")
	if !desk.IsID("notice", id) {
		return mailcatch.Mail{}, &desk.Error{Kind: desk.NotFound, Message: "There is no such mail."}
	}
	return s.Mail.Get(r.Context(), r.actor.Workspace, desk.NoticeID(id))
}

// caughtMail shows a mail. Its HTML stands in a frame without scripts, forms
// and an origin, and the page's policy holds in it: nothing of it runs, and
// nothing is fetched from another host.
func (s *server) caughtMail(w http.ResponseWriter, r *request) error {
	m, err := s.caughtOf(r)
	if err != nil {
		return err
	}
	v := caughtMailView{Subject: subjectOf(&m), Text: m.Text, HTML: m.HTML}
	if m.From != "" {
		v.RawURL = "/_mail/" + string(m.ID) + "/raw"
	}
	for _, h := range mailHeads(&m) {
		if h.Value != "" {
			v.Heads = append(v.Heads, h)
		}
	}
	s.show(w, r, http.StatusOK, "caughtmail", view{Title: clip(v.Subject, 60), Section: "Caught mail", Data: v})
	return nil
}

// mailHeads is the header of a mail as people read it.
func mailHeads(m *mailcatch.Mail) []mailHead {
	heads := []mailHead{{"Date", m.At.Format(time.RFC1123Z)}, {"From", m.From}, {"To", m.To}, {"Reply-To", m.ReplyTo}, {"Subject", m.Subject},
		{"Message-ID", bracketed(m.MessageID)}, {"In-Reply-To", bracketed(m.InReplyTo)}}
	if m.Unsubscribe != "" {
		heads = append(heads, mailHead{"List-Unsubscribe", bracketed(m.Unsubscribe)}, mailHead{"List-Unsubscribe-Post", "List-Unsubscribe=One-Click"})
	}
	return heads
}

func bracketed(s string) string {
	if s == "" {
		return ""
	}
	return "<" + s + ">"
}

// caughtRaw hands a mail out as a file for a mail program.
func (s *server) caughtRaw(w http.ResponseWriter, r *request) error {
	m, err := s.caughtOf(r)
	if err != nil {
		return err
	}
	raw, err := rawMail(&m)
	if err != nil {
		return err
	}
	mailHeaders(w.Header(), m.Subject, int64(len(raw)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(raw)
	}
	return nil
}

// mailHeaders are those of a whole mail as a file to keep: whatever it holds,
// it is not run here (R101).
func mailHeaders(h http.Header, name string, size int64) {
	if name == "" {
		name = "mail"
	}
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", disposition(clip(name, 80)+".eml"))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Content-Length", strconv.FormatInt(size, 10))
}

// rawMail writes a caught mail as RFC 5322 has it. It is close to what a
// sender would have sent, not the same to the byte.
func rawMail(m *mailcatch.Mail) ([]byte, error) {
	var out bytes.Buffer
	for _, h := range mailHeads(m) {
		if h.Value != "" {
			out.WriteString(h.Name + ": " + headValue(h) + "\r\n")
		}
	}
	out.WriteString("MIME-Version: 1.0\r\n")
	parts := multipart.NewWriter(&out)
	out.WriteString("Content-Type: multipart/alternative; boundary=" + parts.Boundary() + "\r\n\r\n")
	for _, p := range []struct{ kind, body string }{{"text/plain", m.Text}, {"text/html", m.HTML}} {
		if p.body == "" {
			continue
		}
		part, err := parts.CreatePart(textproto.MIMEHeader{"Content-Type": {p.kind + "; charset=utf-8"}, "Content-Transfer-Encoding": {"quoted-printable"}})
		if err != nil {
			return nil, err
		}
		body := quotedprintable.NewWriter(part)
		if _, err := body.Write([]byte(p.body)); err != nil {
			return nil, err
		}
		if err := body.Close(); err != nil {
			return nil, err
		}
	}
	err := parts.Close()
	return out.Bytes(), err
}

// headValue is a value that stays in its line and in ASCII.
func headValue(h mailHead) string {
	switch h.Name {
	case "From", "To", "Reply-To":
		if a, err := mail.ParseAddress(h.Value); err == nil {
			return a.String()
		}
	}
	return mime.QEncoding.Encode("utf-8", oneLine(h.Value))
}

// oneLine is text without anything that could begin another line.
func oneLine(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c < ' ' || c == 0x7f {
			b[i] = ' '
		}
	}
	return string(b)
}
