package web

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
)

// policy lets a page load from this server alone and be framed by nobody.
// Icons are in the page; data: is the one small picture of the tab.
const policy = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// maxForm bounds what a form may send: a note of 100,000 letters of any script.
const maxForm = 4 << 20

// request is a call of a page together with who makes it.
type request struct {
	*http.Request
	agent accounts.Agent
	actor desk.Actor
	// secret is what the form token is made of: the session's token, or that
	// of the visit before there is a session.
	secret string
}

// may reports whether the agent may do it; pages leave out what it may not.
func (r *request) may(p desk.Permission) bool { return r.actor.May(p) }

// fragment reports whether the page's own script asks, which needs no frame.
func (r *request) fragment() bool { return r.Header.Get("X-Fragment") != "" }

type handler func(http.ResponseWriter, *request) error

// protect sets the headers that every answer has and refuses forms of other
// sites, by what the browser says of where they come from.
func (s *server) protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		h.Set("Cache-Control", "no-store")
		if s.secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if err := s.cross.Check(r); err != nil {
			http.Error(w, "This form was sent from another site and was refused. Nothing was changed.", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// page registers a page for agents who are signed in.
func (s *server) page(pattern string, h handler) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, hr *http.Request) {
		r := &request{Request: hr, secret: cookieValue(hr, s.cookieName("session"))}
		agent, err := s.Accounts.Session(hr.Context(), r.secret)
		switch {
		case desk.KindOf(err) == desk.Expired:
			s.askSignIn(w, r)
			return
		case err != nil:
			s.fail(w, r, err)
			return
		case agent.Workspace != s.Workspace:
			s.askSignIn(w, r)
			return
		}
		r.agent, r.actor = agent, agent.Actor()
		s.run(w, r, h)
	})
}

// open registers a page that needs no session.
func (s *server) open(pattern string, h handler) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, hr *http.Request) {
		r := &request{Request: hr}
		if session := cookieValue(hr, s.cookieName("session")); session != "" {
			if agent, err := s.Accounts.Session(hr.Context(), session); err == nil && agent.Workspace == s.Workspace {
				r.agent, r.actor, r.secret = agent, agent.Actor(), session
			}
		}
		if r.agent.ID == "" {
			s.visit(w, r)
		}
		s.run(w, r, h)
	})
}

// visit gives a browser without a session the secret that its forms need.
func (s *server) visit(w http.ResponseWriter, r *request) {
	if r.secret = cookieValue(r.Request, s.cookieName("visit")); r.secret == "" {
		r.secret = rand.Text()
		s.setCookie(w, "visit", r.secret, 0)
	}
}

// run checks a form's token, calls the page and shows what went wrong.
func (s *server) run(w http.ResponseWriter, r *request, h handler) {
	if r.Method == http.MethodPost && r.Header.Get("Content-Type") != "" {
		if !s.tokenHolds(w, r) {
			s.show(w, r, http.StatusForbidden, "message", view{Title: "This form is too old", Data: messageView{
				Text: "You have signed in or out since this page was opened, so it was not saved. Nothing was changed: go back, load the page again and send it once more.", Back: "/contacts"}})
			return
		}
	} else if r.Method == http.MethodPost {
		s.fail(w, r, &desk.Error{Kind: desk.Invalid, Message: "The form was empty. Nothing was changed."})
		return
	}
	if err := h(w, r); err != nil {
		s.fail(w, r, err)
	}
}

// tokenHolds reports whether a posted form carries the token of its session.
// An upload carries it in its address, which is read before the file is.
func (s *server) tokenHolds(w http.ResponseWriter, r *request) bool {
	if isUpload(r.Request) {
		return sameToken(r.URL.Query().Get("csrf"), formToken(r.secret))
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return false
	}
	return sameToken(r.PostForm.Get("csrf"), formToken(r.secret))
}

// formToken is what a form must send back. It is derived from the session's
// secret, so that a new session makes the forms of the old one useless.
func formToken(secret string) string {
	h := sha256.Sum256([]byte("form\x00" + secret))
	return base64.RawURLEncoding.EncodeToString(h[:24])
}

func sameToken(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// askSignIn sends a visitor without a session to the sign-in page, and back
// to where they wanted to go if that was a page to look at.
//
// A form that was sent when the session had ended is carried through the
// sign-in, so that nobody loses what they typed over lunch.
func (s *server) askSignIn(w http.ResponseWriter, r *request) {
	if r.Method == http.MethodPost && !r.fragment() && !isUpload(r.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		if err := r.ParseForm(); err == nil {
			s.visit(w, r)
			r.PostForm.Del("csrf")
			s.show(w, r, http.StatusUnauthorized, "signin", view{Title: "Sign in", Data: signInView{Form: r.PostForm.Encode(), FormTo: localPath(r.URL.RequestURI())}})
			return
		}
	}
	to := "/signin"
	if r.Method == http.MethodGet && r.URL.Path != "/" {
		to += "?return=" + url.QueryEscape(localPath(r.URL.RequestURI()))
	}
	_ = redirect(w, r, to)
}

// cookieName names a cookie. With https the prefix makes the browser refuse
// one that was set by another host or without encryption.
func (s *server) cookieName(name string) string {
	if s.secure {
		return "__Host-helpdesk_" + name
	}
	return "helpdesk_" + name
}

func (s *server) setCookie(w http.ResponseWriter, name, value string, lifetime time.Duration) {
	http.SetCookie(w, &http.Cookie{Name: s.cookieName(name), Value: value, Path: "/", MaxAge: int(lifetime.Seconds()),
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode})
}

func (s *server) dropCookie(w http.ResponseWriter, name string) {
	http.SetCookie(w, &http.Cookie{Name: s.cookieName(name), Path: "/", MaxAge: -1, HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode})
}

func cookieValue(r *http.Request, name string) string {
	c, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// client is where a call comes from. Forwarded headers are not read: anyone
// can write them, and here they would get around the limit on sign-ins.
func client(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
