package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/matryer/is"
	"golang.org/x/net/html"

	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
)

// TestHeaders finds the same protection on every answer, errors included.
func TestHeaders(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	b := s.signedIn(accounts.Manager)
	for _, path := range []string{"/contacts", "/nothing", "/signin", "/contacts/contact_01h455vb4pex5vsknk084sn02q"} {
		h := b.get(path).header
		csp := h.Get("Content-Security-Policy")
		is.True(strings.Contains(csp, "default-src 'self'") && strings.Contains(csp, "frame-ancestors 'none'") && !strings.Contains(csp, "unsafe"))
		is.Equal(h.Get("X-Content-Type-Options"), "nosniff")
		is.Equal(h.Get("Referrer-Policy"), "no-referrer")
		is.Equal(h.Get("Cache-Control"), "no-store")
	}
	css := regexp.MustCompile(`/assets/[a-z0-9.-]+\.css`).FindString(b.get("/contacts").body)
	is.Equal(b.get(css).header.Get("Cache-Control"), "public, max-age=31536000, immutable")
	b.get("/assets/other.css").is(http.StatusNotFound)
}

// TestNoInline finds nothing that the policy forbids, and nothing of another host.
func TestNoInline(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.add(contacts.NewContact{FirstName: "Ann", Email: "ann@corp.example", CompanyName: "Corp"})
	b := s.signedIn(accounts.Manager)
	for _, path := range []string{"/contacts", "/contacts/" + string(c.ID), "/contacts/" + string(c.ID) + "/edit", "/companies", "/imports", "/settings", "/activity", "/bin", "/export"} {
		b.get(path).plain()
	}
}

// TestForgedForms refuses forms of other sites, of other sessions, and without a token.
func TestForgedForms(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	b := s.signedIn(accounts.Manager)
	form, _ := b.get("/contacts/new").form("/contacts/new")
	form.Set("first_name", "Forged")

	without := url.Values{"first_name": {"Forged"}}
	b.post("/contacts/new", without).is(http.StatusForbidden)
	other, _ := s.signedIn(accounts.Manager).get("/contacts/new").form("/contacts/new")
	stolen := url.Values{"first_name": {"Forged"}, "csrf": other["csrf"]}
	b.post("/contacts/new", stolen).is(http.StatusForbidden)
	for header, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/contacts/new", strings.NewReader(form.Encode()))
		is.NoErr(err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set(header, value)
		b.do(req).is(http.StatusForbidden)
	}
	b.get("/contacts").says("No contacts yet")
	b.post("/contacts/new", form).is(http.StatusOK).says("Forged was added.")
}

// TestSessions end with the sign-out, when they are idle, and when they are old.
func TestSessions(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	s.withPassword(accounts.Manager)
	b := s.signedIn(accounts.Manager)
	home, err := url.Parse(s.url)
	is.NoErr(err)
	kept := b.client.Jar.Cookies(home)
	for _, c := range kept {
		is.True(len(c.Value) > 0)
	}
	b.get("/contacts").send("/signout", "")
	b.client.Jar.SetCookies(home, kept) // the old cookie is worth nothing
	is.Equal(b.get("/contacts").path, "/signin")

	b = s.signedIn(accounts.Manager)
	s.Clock.Turn(11 * time.Hour)
	is.Equal(b.get("/contacts").path, "/contacts")
	s.Clock.Turn(11 * time.Hour)
	is.Equal(b.get("/contacts").path, "/contacts")
	s.Clock.Turn(12 * time.Hour)
	is.Equal(b.get("/contacts").path, "/signin") // idle

	p := s.visitor().get("/signin").send("/signin", "", "email", "manager@desk.example", "password", password)
	is.Equal(p.path, "/contacts")
	for range 20 {
		s.Clock.Turn(10 * time.Hour)
		p = p.b.get("/contacts")
	}
	is.Equal(p.path, "/signin") // older than a week, however much it was used
}

// TestFormOutlivesSession keeps what was typed when the session ended meanwhile.
func TestFormOutlivesSession(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	s.withPassword(accounts.Manager)
	b := s.signedIn(accounts.Manager)
	form := b.get("/contacts/new")
	s.Clock.Turn(13 * time.Hour)
	p := form.send("/contacts/new", "", "first_name", "Ann", "notes", "A long\nstory")
	p.is(http.StatusUnauthorized).says("What you typed is kept")
	p = p.send("/signin", "", "email", "manager@desk.example", "password", "a wrong one").is(http.StatusUnauthorized)
	p = p.send("/signin", "", "password", password).is(http.StatusOK).says("has not been saved yet")
	b.get("/contacts").says("No contacts yet") // nothing is sent by itself
	p.send("/contacts/new", "").is(http.StatusOK).says("Ann was added.", "A long story")

	b = s.visitor()
	evil := b.get("/signin")
	p = evil.send("/signin", "", "email", "manager@desk.example", "password", password, "form", "a=b", "form_to", "//evil.example/x")
	action, _ := p.form("/contacts")
	is.Equal(action.Get("a"), "b") // it goes to this server or nowhere
}

// TestCookies are for this server and not for scripts.
func TestCookies(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	s.withPassword(accounts.Manager)
	b := s.visitor()
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	p := b.get("/signin").send("/signin", "", "email", "manager@desk.example", "password", password)
	is.Equal(p.status, http.StatusSeeOther)
	cookies := strings.Join(p.header["Set-Cookie"], "\n")
	is.True(strings.Contains(cookies, "helpdesk_session="))
	for _, c := range p.header["Set-Cookie"] {
		is.True(strings.Contains(c, "HttpOnly") && strings.Contains(c, "SameSite=Lax") && strings.Contains(c, "Path=/"))
	}
}

// TestHostileText shows names, notes and searches as text, whatever they hold.
func TestHostileText(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(2)>{{.CSRF}}`
	c := s.add(contacts.NewContact{FirstName: evil, Notes: evil, JobTitle: "javascript:alert(1)", CompanyName: evil, Status: evil,
		Phones: []contacts.Phone{{Label: evil[:30], Value: "javascript:alert(1)"}}})
	b := s.signedIn(accounts.Manager)
	for _, path := range []string{"/contacts", "/contacts/" + string(c.ID), "/contacts/" + string(c.ID) + "/edit", "/contacts/" + string(c.ID) + "/activity", "/companies", "/companies/" + string(c.CompanyID), "/activity", "/contacts?text=" + url.QueryEscape(evil)} {
		p := b.get(path).silent("<script>alert", "<img src=x", `href="javascript:`)
		if n := len(p.find(func(n *html.Node) bool { return n.Data == "script" })); n != 1 {
			t.Errorf("%s has %d scripts", path, n)
		}
	}
}

// TestLongAndOdd shows a name of 200 letters and text from right to left.
func TestLongAndOdd(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	long := strings.Repeat("Wolfeschlegelsteinhausen", 9)[:200]
	a := s.add(contacts.NewContact{FirstName: long, CompanyName: long})
	b2 := s.add(contacts.NewContact{FirstName: "محمد", LastName: "العبدالله", Notes: "ملاحظة"})
	b := s.signedIn(accounts.Manager)
	b.get("/contacts").says(long, "محمد العبدالله")
	b.get("/contacts/" + string(a.ID)).says(long)
	p := b.get("/contacts/" + string(b2.ID))
	p.says("ملاحظة")
	for _, n := range p.find(func(n *html.Node) bool { return n.Data == "h1" }) {
		if attr(n, "dir") != "auto" {
			t.Error("the name has no dir=auto")
		}
	}
}

// TestSignInLimit stops guessing without locking anybody out for long.
func TestSignInLimit(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.withPassword(accounts.Viewer)
	inside := s.signedIn(accounts.Viewer)
	b := s.visitor()
	for i := range 10 {
		b.get("/signin").send("/signin", "", "email", "viewer@desk.example", "password", fmt.Sprint("guess ", i)).is(http.StatusUnauthorized)
	}
	b.get("/signin").send("/signin", "", "email", "viewer@desk.example", "password", password).is(http.StatusTooManyRequests).says("Too many tries")
	inside.get("/contacts").is(http.StatusOK).says("Viewer Agent") // who is in stays in
	s.Clock.Turn(16 * time.Minute)
	b.get("/signin").send("/signin", "", "email", "viewer@desk.example", "password", password).is(http.StatusOK).says("Viewer Agent")
	if strings.Contains(s.log.String(), password) || strings.Contains(s.log.String(), "viewer@desk.example") {
		t.Error("the log has an address or a password")
	}
}
