// Package unsubscribe is the page behind the links by which a contact stops
// messages.
package unsubscribe

import (
	"html/template"
	"net/http"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/notify"
)

const badLink = "This link is not valid. Open the one in the newest message, or ask to be taken off."

// Handler answers the links in messages, at [notify.Service.UnsubscribePath].
// GET shows a page with a button and changes nothing, whoever opens it: mail
// programs and scanners open links by themselves. POST, from that button or
// from a mail program (RFC 8058), turns off the type of message that the
// link's token names. It needs no sign-in, reads no cookie, and answers a
// token that is not valid without saying what is wrong with it.
func Handler(s *notify.Service) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Robots-Tag", "noindex")
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
		h.Set("Content-Type", "text/html; charset=utf-8")
		token := r.URL.Query().Get("token")
		p := page{Token: token}
		switch r.Method {
		case http.MethodGet, http.MethodHead:
			label, ok := s.UnsubscribeLabel(token)
			if p.Label = label; !ok {
				p.Problem = badLink
				w.WriteHeader(http.StatusBadRequest)
			}
		case http.MethodPost:
			post(s, w, r, &p)
		default:
			h.Set("Allow", "GET, HEAD, POST")
			w.WriteHeader(http.StatusMethodNotAllowed)
			p.Problem = "This is not possible."
		}
		if r.Method != http.MethodHead {
			_ = pageTemplate.Execute(w, p)
		}
	})
}

// post does what the link says. The body must be the one of RFC
// 8058, which our own button sends too.
func post(s *notify.Service, w http.ResponseWriter, r *http.Request, p *page) {
	r.Body = http.MaxBytesReader(w, r.Body, 10<<10)
	if err := r.ParseMultipartForm(10 << 10); err != nil && !strings.Contains(err.Error(), "isn't multipart/form-data") {
		p.Problem = "This request cannot be read."
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if r.PostForm.Get("List-Unsubscribe") != "One-Click" {
		p.Problem = "This request cannot be read."
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	label, _ := s.UnsubscribeLabel(p.Token)
	err := s.Unsubscribe(r.Context(), p.Token)
	switch desk.KindOf(err) {
	case "":
		p.Label, p.Done = label, true
	case desk.Expired:
		p.Problem = desk.MessageOf(err)
		w.WriteHeader(http.StatusBadRequest)
	default:
		p.Problem = "This could not be done now. Try again later."
		w.WriteHeader(http.StatusServiceUnavailable)
	}
}

type page struct {
	Token, Label, Problem string
	Done                  bool
}

var pageTemplate = template.Must(template.New("unsubscribe").Parse(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark">
<title>Messages you get</title>
<style>:root{color-scheme:light dark}body{margin:0 auto;max-width:34rem;padding:3rem 1rem;font:18px/1.5 system-ui,sans-serif}
button{font:inherit;padding:.6rem 1.2rem;min-height:44px;border:0;border-radius:6px;background:#1c56c4;color:#fff}button:focus-visible{outline:2px solid;outline-offset:2px}</style></head>
<body><main>
{{- if .Problem}}<h1>That did not work</h1><p role="alert">{{.Problem}}</p>
{{- else if .Done}}<h1>Done</h1><p role="status">You will not get messages of the kind “{{.Label}}” any more.</p>
{{- else}}<h1>Stop these messages?</h1><p>You get messages of the kind “{{.Label}}”. Others are not affected.</p>
<form method="post" action="?token={{.Token}}"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button>Stop them</button></form>
{{- end}}</main></body></html>
`))
