package web_test

import (
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/mail"
	"strings"
	"testing"

	"github.com/matryer/is"
	"golang.org/x/net/html"

	"github.com/deskfolk/desk/examples/helpdesk/accounts"
	"github.com/deskfolk/desk/notify"
)

const (
	caughtID = "notice_01h455vb4pex5vsknk084sn02q"
	evilID   = "notice_01h455vb4pex5vsknk084sn02r"
	otherID  = "notice_01h455vb4pex5vsknk084sn02s"
)

// hostileHTML tries what a mail can try on the page that shows it.
const hostileHTML = `</iframe><script>window.hit = 1</script>"><img src=x onerror="window.hit = 2"><img src="https://evil.example/pixel"><form action="/signout" method="post"><button>Go</button></form><meta http-equiv="refresh" content="0;url=https://evil.example/"><svg onload="parent.hit = 3"></svg><script>parent.hit = 4</script>`

// caught catches two mails of the workspace and one of another.
func (s *site) caught() {
	s.t.Helper()
	box := func(name, address string) notify.Mailbox {
		m, err := notify.NewMailbox(name, address)
		if err != nil {
			s.t.Fatal(err)
		}
		return m
	}
	for _, m := range []notify.Message{
		{ID: caughtID, Workspace: s.Workspace, Type: notify.TypeCommented, To: box("Jürgen Groß", "j@corp.example"), From: box("Help", "help@desk.example"), Subject: "Größe der Säge", Text: "Grüße\n.\nEnd", HTML: "<p>Grüße</p>",
			MessageID: "a@desk.example", Unsubscribe: "https://desk.example/unsubscribe?t=1"},
		{ID: evilID, Workspace: s.Workspace, Type: "odd", To: box("Eve", "eve@corp.example"), From: box("Help", "help@desk.example"), Subject: "<script>window.hit = 5</script>/../\u202egpj.exe", Text: hostileHTML, HTML: hostileHTML},
		{ID: otherID, Workspace: "other", Type: "odd", To: box("Zed", "zed@corp.example"), Subject: "Secret of others"},
	} {
		if _, err := s.mail.Send(s.t.Context(), m); err != nil {
			s.t.Fatal(err)
		}
	}
}

// TestCaughtMail: agents with the grant see what would have been sent, of their
// workspace, and can keep it as a file.
func TestCaughtMail(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	b := s.signedIn(accounts.Manager)
	b.get("/contacts").link("Caught mail").says("No mail was caught")
	s.caught()
	list := b.get("/_mail").says("Größe der Säge", "Jürgen Groß <j@corp.example>").silent("Secret of others", "zed@")
	list.link("Größe").says("Help <help@desk.example>", "Message-ID", "List-Unsubscribe", "Grüße")
	b.get("/_mail?before=" + caughtID).says("No mail was caught")
	b.get("/_mail?before=%00x").is(http.StatusOK).says("Größe")
	for _, path := range []string{"/_mail/" + otherID, "/_mail/" + otherID + "/raw", "/_mail/notice_01h455vb4pex5vsknk084sn02z", "/_mail/nonsense"} {
		b.get(path).is(http.StatusNotFound).says("There is nothing here")
	}
	raw := b.get("/_mail/" + caughtID + "/raw")
	is.Equal(raw.header.Get("Content-Disposition"), "attachment; filename*=utf-8''Gr%C3%B6%C3%9Fe%20der%20S%C3%A4ge.eml")
	m, err := mail.ReadMessage(strings.NewReader(raw.body))
	is.NoErr(err)
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	is.NoErr(err)
	to, err := mail.ParseAddress(m.Header.Get("To"))
	is.NoErr(err)
	is.Equal([]string{subject, to.Name, to.Address}, []string{"Größe der Säge", "Jürgen Groß", "j@corp.example"})
	_, kind, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	is.NoErr(err)
	part, err := multipart.NewReader(m.Body, kind["boundary"]).NextPart()
	is.NoErr(err)
	text, err := io.ReadAll(part)
	is.NoErr(err)
	is.Equal(strings.ReplaceAll(string(text), "\r\n", "\n"), "Grüße\n.\nEnd")

	v := s.signedIn(accounts.Viewer)
	v.get("/contacts").silent("/_mail")
	for _, path := range []string{"/_mail", "/_mail/" + caughtID, "/_mail/" + caughtID + "/raw"} {
		v.get(path).is(http.StatusNotFound)
		if p := s.visitor().get(path); p.path != "/signin" {
			t.Errorf("%s without a session leads to %s", path, p.path)
		}
	}
}

// TestCaughtMailIsInert: whatever a mail holds, nothing of it becomes a part of
// the page, and the file of it is never a page.
func TestCaughtMailIsInert(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.caught()
	b := s.signedIn(accounts.Manager)
	p := b.get("/_mail/" + evilID)
	frames := p.find(func(n *html.Node) bool { return n.Data == "iframe" })
	if len(frames) != 1 || !has(frames[0], "sandbox") || attr(frames[0], "sandbox") != "" || attr(frames[0], "srcdoc") != hostileHTML {
		t.Errorf("the mail is not in one closed frame: %v", frames)
	}
	for _, n := range p.find(func(n *html.Node) bool {
		return n.Data == "script" && attr(n, "src") == "" || has(n, "onerror") || has(n, "onload") || attr(n, "http-equiv") == "refresh" || attr(n, "action") == "/signout" && attr(n, "class") == ""
	}) {
		if n.Data != "form" {
			t.Errorf("the page has a %s of the mail", n.Data)
		}
	}
	raw := b.get("/_mail/" + evilID + "/raw")
	for name, want := range map[string]string{"Content-Type": "application/octet-stream", "X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'"} {
		if got := raw.header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if d := raw.header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment; filename=") || strings.ContainsAny(d, "<>/\r\n") || strings.Contains(d, "%E2%80%AE") {
		t.Errorf("the file is named by %q", d)
	}
}

// TestBrowserCaughtMail looks at the pages, and lets a hostile mail try.
func TestBrowserCaughtMail(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browse(accounts.Manager)
	b.tour("nothing-caught", "/_mail")
	s.caught()
	b.tour("caught", "/_mail")
	b.tour("caught-mail", "/_mail/"+caughtID)
	b.open("/_mail/" + evilID).still("caught-hostile")
	if hit := b.eval("String(window.hit)"); hit != "undefined" {
		t.Errorf("the mail ran in the page: %v", hit)
	}
	for _, r := range b.seen() {
		if strings.Contains(r, "evil.example") {
			t.Errorf("the mail fetched %s", r)
		}
	}
}
