package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
)

type signInView struct {
	Email, Error, Return string
	Token                string
	// Form is a form that was sent without a session, to FormTo.
	Form, FormTo string
}

// carriedView offers to send again what was sent when the session had ended.
type carriedView struct {
	Action, CSRF string
	Fields       []option
}

func (s *server) signInPage(w http.ResponseWriter, r *request) error {
	if r.agent.ID != "" {
		return redirect(w, r, localPath(r.FormValue("return")))
	}
	s.show(w, r, http.StatusOK, "signin", view{Title: "Sign in", Data: signInView{Return: r.FormValue("return")}})
	return nil
}

func (s *server) signIn(w http.ResponseWriter, r *request) error {
	email := r.PostForm.Get("email")
	session, err := s.Accounts.SignIn(r.Context(), s.Workspace, email, r.PostForm.Get("password"), client(r.Request))
	if err != nil {
		return s.signInFailed(w, r, "signin", err, signInView{Email: email, Return: r.PostForm.Get("return"), Form: r.PostForm.Get("form"), FormTo: r.PostForm.Get("form_to")})
	}
	if to := r.PostForm.Get("form_to"); to != "" {
		return s.carry(w, r, session, to)
	}
	return s.begin(w, r, session, r.PostForm.Get("return"))
}

// linkPage shows a button and changes nothing: mail scanners open links too.
func (s *server) linkPage(w http.ResponseWriter, r *request) error {
	s.show(w, r, http.StatusOK, "link", view{Title: "Sign in", Data: signInView{Token: r.FormValue("token")}})
	return nil
}

func (s *server) redeemLink(w http.ResponseWriter, r *request) error {
	session, err := s.Accounts.Redeem(r.Context(), r.PostForm.Get("token"))
	if err != nil {
		return s.signInFailed(w, r, "link", err, signInView{})
	}
	return s.begin(w, r, session, "")
}

// signInFailed shows the sentence of a refusal where the agent can try again.
func (s *server) signInFailed(w http.ResponseWriter, r *request, page string, err error, v signInView) error {
	status := http.StatusUnauthorized
	switch desk.KindOf(err) {
	case desk.Denied:
	case desk.Expired:
		status = http.StatusGone
	case desk.Limited:
		status = http.StatusTooManyRequests
	default:
		return err
	}
	s.Log.WarnContext(r.Context(), "sign-in refused", "kind", desk.KindOf(err), "client", client(r.Request))
	v.Error = desk.MessageOf(err)
	s.show(w, r, status, page, view{Title: "Sign in", Data: v})
	return nil
}

// begin ends the session the browser had, if any, and starts the new one.
func (s *server) begin(w http.ResponseWriter, r *request, session accounts.Session, to string) error {
	s.renew(w, r, session)
	return redirect(w, r, localPath(to))
}

func (s *server) renew(w http.ResponseWriter, r *request, session accounts.Session) {
	if r.agent.ID != "" {
		_ = s.Accounts.End(r.Context(), r.secret)
	}
	s.dropCookie(w, "visit")
	s.setCookie(w, "session", session.Token, session.Expires.Sub(s.Now()))
}

// carry shows a button that sends the form again. It is not sent by itself:
// whoever has signed in now may be another than who filled it in.
func (s *server) carry(w http.ResponseWriter, r *request, session accounts.Session, to string) error {
	values, err := url.ParseQuery(r.PostForm.Get("form"))
	if err != nil {
		return s.begin(w, r, session, "")
	}
	s.renew(w, r, session)
	v := carriedView{Action: localPath(to), CSRF: formToken(session.Token)}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		for _, value := range values[name] {
			v.Fields = append(v.Fields, option{Label: name, Value: value})
		}
	}
	s.show(w, r, http.StatusOK, "carried", view{Title: "Signed in again", Data: v})
	return nil
}

func (s *server) signOut(w http.ResponseWriter, r *request) error {
	if err := s.Accounts.End(r.Context(), r.secret); err != nil {
		return err
	}
	s.dropCookie(w, "session")
	return redirect(w, r, "/signin")
}

// setTheme keeps the choice of light, dark or the system's in a cookie.
func (s *server) setTheme(w http.ResponseWriter, r *request) error {
	theme := r.PostForm.Get("theme")
	if theme != "light" && theme != "dark" {
		theme = "system"
	}
	s.setCookie(w, "theme", theme, 365*24*time.Hour)
	return redirect(w, r, localPath(r.PostForm.Get("return")))
}

type keyView struct{ Keys, What string }

// keys is the list of what the keyboard does.
func (s *server) keys(w http.ResponseWriter, r *request) error {
	s.show(w, r, http.StatusOK, "keys", view{Title: "Keyboard", Data: []keyView{
		{"/", "Go to the search"}, {"j", "Next row"}, {"k", "Row before"}, {"x", "Select the row"},
		{"Enter", "Open the row"}, {"e", "Edit the row or what is open"}, {"n", "New contact, or new ticket in the list of tickets"},
		{"j, k", "On a ticket: the next message, the one before"}, {"r", "On a ticket: reply"}, {"n", "On a ticket: write an internal note"}, {"Ctrl+Enter", "Send what you write"},
		{"Esc", "Clear the search, close a menu, take back an edit"}, {"?", "This list"},
	}})
	return nil
}
