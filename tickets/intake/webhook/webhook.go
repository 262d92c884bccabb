// Package webhook takes in the mail that a provider delivers by HTTP: as the
// raw message, or as Mailgun, SendGrid and Postmark send theirs.
package webhook

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets/intake"
)

// Options say who may deliver. With neither a secret nor a key, nobody may.
type Options struct {
	// Secret is what a caller must know, of 16 bytes or more: as the password
	// of HTTP basic authentication (in the URL that the provider is given), or
	// as a bearer token.
	Secret string
	// MailgunKey is the account's webhook signing key; with it, deliveries of
	// Mailgun are known by their signature.
	MailgunKey string
	// Mailbox is the workspace's address that the mail is for; empty: found
	// from the message.
	Mailbox string
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Failed, if not nil, is told of errors that are ours, to be logged.
	Failed func(error)
}

// Handler returns a handler that takes mail in as the actor, who needs
// intake.MayTake. It has the paths, each for POST:
//
//	raw       the body is the message (message/rfc822). The headers X-Delivery-Id,
//	          X-Envelope-From and X-Envelope-To say how it came.
//	mailgun   a route's "forward" to a URL that ends in "mime": body-mime
//	sendgrid  Inbound Parse with "POST the raw, full MIME message": email
//	postmark  an inbound webhook with "Include raw email content": RawEmail
//
// The answer is 200 with the outcome as JSON once the message is kept, also
// when it was rejected: to deliver it again would change nothing. It is 401 for who may
// not, 400 and 415 for what is no delivery, 413 for what is too large, and 503 when it must be delivered again.
// A message that comes by raw, mailgun or sendgrid is put aside in a file; one of Postmark is held in memory.
func Handler(s *intake.Service, a desk.Actor, o Options) http.Handler {
	h := &handler{s: s, a: a, o: o}
	if h.o.Now == nil {
		h.o.Now = time.Now
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /raw", h.guard(h.raw))
	mux.HandleFunc("POST /sendgrid", h.guard(h.sendgrid))
	mux.HandleFunc("POST /postmark", h.guard(h.postmark))
	mux.HandleFunc("POST /mailgun", h.mailgun)
	return mux
}

type handler struct {
	s *intake.Service
	a desk.Actor
	o Options
}

// leastSecret is how many bytes a secret must have to be one.
const leastSecret = 16

// guard lets in who knows the secret.
func (h *handler) guard(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !h.knows(r) {
			w.Header().Set("WWW-Authenticate", `Basic realm="intake", charset="UTF-8"`)
			h.refuse(w, http.StatusUnauthorized, "The secret is missing or wrong.")
			return
		}
		next(w, r)
	}
}

// knows reports whether the request bears the secret.
func (h *handler) knows(r *http.Request) bool {
	if len(h.o.Secret) < leastSecret {
		return false
	}
	_, given, ok := r.BasicAuth()
	if !ok {
		given, ok = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	}
	x, y := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(h.o.Secret))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1 && ok
}

// room is how much more than the message a request may have.
const room = 1 << 20

// raw takes the body as the message.
func (h *handler) raw(w http.ResponseWriter, r *http.Request) {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	switch strings.ToLower(strings.TrimSpace(kind)) {
	case "message/rfc822", "application/octet-stream", "text/plain", "":
	default:
		h.refuse(w, http.StatusUnsupportedMediaType, "Send the message as message/rfc822.")
		return
	}
	h.take(w, r, intake.Delivery{
		Raw: http.MaxBytesReader(w, r.Body, h.s.Limits().Message+room), ID: r.Header.Get("X-Delivery-Id"),
		From: r.Header.Get("X-Envelope-From"), To: r.Header.Values("X-Envelope-To"),
	})
}

// answer is what the caller is told.
type answer struct {
	ID      desk.IntakeID  `json:"id"`
	Outcome intake.Outcome `json:"outcome"`
	Reason  string         `json:"reason"`
	Ticket  desk.TicketID  `json:"ticket_id"`
	Again   bool           `json:"again"`
}

// take takes a delivery in and answers.
func (h *handler) take(w http.ResponseWriter, r *http.Request, d intake.Delivery) {
	d.Mailbox = h.o.Mailbox
	res, err := h.s.Take(r.Context(), h.a, d)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		h.refuse(w, http.StatusRequestEntityTooLarge, "The message is too large.")
	case desk.KindOf(err) == desk.Invalid:
		h.refuse(w, http.StatusBadRequest, desk.MessageOf(err))
	case err != nil:
		h.fail(w, err)
	case res.Truncated:
		h.refuse(w, http.StatusRequestEntityTooLarge, res.Reason)
	default:
		write(w, http.StatusOK, answer{res.ID, res.Outcome, res.Reason, res.Ticket, res.Again})
	}
}

// fail answers that the message must be delivered again.
func (h *handler) fail(w http.ResponseWriter, err error) {
	if h.o.Failed != nil {
		h.o.Failed(err)
	}
	w.Header().Set("Retry-After", "60")
	h.refuse(w, http.StatusServiceUnavailable, "The message could not be kept. Deliver it again.")
}

func (h *handler) refuse(w http.ResponseWriter, status int, message string) {
	write(w, status, map[string]string{"error": message})
}

func write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
