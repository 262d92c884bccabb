package web_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/matryer/is"

	"github.com/deskfolk/desk/examples/helpdesk/accounts"
)

// TestSignIn goes in by password and by link, and out again.
func TestSignIn(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	s.withPassword(accounts.Manager)

	b := s.visitor()
	b.get("/contacts?text=ann").says("Sign in")
	p := b.get("/contacts?text=ann").send("/signin", "", "email", "manager@desk.example", "password", "not the password")
	p.is(http.StatusUnauthorized).says("The address or the password is not right.")
	p = p.send("/signin", "", "password", password)
	p.is(http.StatusOK)
	is.Equal(p.path, "/contacts") // the page that was asked for
	is.Equal(p.query.Get("text"), "ann")
	p.says("Manager Agent")
	p.send("/signout", "").says("For agents of this helpdesk")
	is.Equal(b.get("/contacts").path, "/signin")

	token, err := s.accounts.OneTimeLink(t.Context(), s.Workspace, "viewer@desk.example")
	is.NoErr(err)
	link := "/signin/link?token=" + token
	for range 3 {
		s.visitor().get(link).is(http.StatusOK).says("signs you in once") // looking uses nothing up
	}
	p = s.visitor().get(link).send("/signin/link", "")
	p.is(http.StatusOK).says("Viewer Agent")
	s.visitor().get(link).send("/signin/link", "").is(http.StatusGone).says("no longer active")
}

// TestReturnPath refuses to send anyone to another site after the sign-in.
func TestReturnPath(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.withPassword(accounts.Viewer)
	for _, to := range []string{"//evil.example", "https://evil.example", `/\evil.example`, "/\t/evil.example", "javascript:alert(1)", "evil.example", "/%5cevil"} {
		p := s.visitor().get("/signin?"+url.Values{"return": {to}}.Encode()).send("/signin", "", "email", "viewer@desk.example", "password", password)
		if p.path != "/contacts" {
			t.Errorf("return=%q led to %s", to, p.path)
		}
	}
}
