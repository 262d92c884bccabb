package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets/intake"
)

// The limits of forms.
const (
	mostFields = 100
	mostField  = 64 << 10
	mostForm   = 10 << 20 // of a form that is not multipart, which must be held in memory
)

// form is a provider's form: its small fields, and the message put aside.
type form struct {
	fields map[string]string
	raw    *intake.Raw
}

func (f *form) close() {
	if f.raw != nil {
		_ = f.raw.Close()
	}
}

var errForm = desk.Errorf(desk.Invalid, "", "The form cannot be read, or has too many fields.")

// form reads a form whose field named raw is the message.
func (h *handler) form(w http.ResponseWriter, r *http.Request, raw string) (*form, error) {
	f := &form{fields: map[string]string{}}
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err == nil && kind == "application/x-www-form-urlencoded" {
		return f, h.urlencoded(w, r, raw, f)
	}
	r.Body = http.MaxBytesReader(w, r.Body, h.s.Limits().Message+room)
	parts, err := r.MultipartReader()
	if err != nil {
		return f, errForm
	}
	for n := 0; ; n++ {
		p, err := parts.NextPart()
		switch {
		case errors.Is(err, io.EOF):
			return f, nil
		case err != nil:
			return f, err
		case n > mostFields:
			return f, errForm
		}
		if p.FormName() == raw && f.raw == nil {
			if f.raw, err = intake.Spool(p, "", h.s.Limits().Message); err != nil {
				return f, err
			}
			continue
		}
		text, err := io.ReadAll(io.LimitReader(p, mostField))
		if err != nil {
			return f, err
		}
		f.fields[p.FormName()] = string(text)
	}
}

func (h *handler) urlencoded(w http.ResponseWriter, r *http.Request, raw string, f *form) error {
	r.Body = http.MaxBytesReader(w, r.Body, mostForm)
	if err := r.ParseForm(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return err
		}
		return errForm
	}
	for k := range r.PostForm {
		if k != raw {
			f.fields[k] = r.PostForm.Get(k)[:min(len(r.PostForm.Get(k)), mostField)]
		}
	}
	if !r.PostForm.Has(raw) {
		return nil
	}
	var err error
	f.raw, err = intake.Spool(strings.NewReader(r.PostForm.Get(raw)), "", h.s.Limits().Message)
	return err
}

// unreadable answers for a form that cannot be read.
func (h *handler) unreadable(w http.ResponseWriter, err error) {
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		h.refuse(w, http.StatusRequestEntityTooLarge, "The message is too large.")
	case desk.KindOf(err) == desk.Unavailable:
		h.fail(w, err)
	default:
		h.refuse(w, http.StatusBadRequest, errForm.Message)
	}
}

// sendgrid takes what SendGrid's Inbound Parse posts.
func (h *handler) sendgrid(w http.ResponseWriter, r *http.Request) {
	f, err := h.form(w, r, "email")
	defer f.close()
	if err != nil {
		h.unreadable(w, err)
		return
	}
	if f.raw == nil {
		h.refuse(w, http.StatusBadRequest, "The field email is missing: have the raw message posted.")
		return
	}
	var envelope struct {
		From string   `json:"from"`
		To   []string `json:"to"`
	}
	_ = json.Unmarshal([]byte(f.fields["envelope"]), &envelope)
	h.take(w, r, intake.Delivery{Raw: f.raw.Open(), From: envelope.From, NullPath: f.fields["envelope"] != "" && envelope.From == "", To: envelope.To})
}

// signedFor is how old a signature of Mailgun may be, and how far ahead.
const signedFor = 15 * time.Minute

// mailgun takes what a route of Mailgun posts. Its token is the delivery's id,
// so that a request that is sent again makes nothing.
func (h *handler) mailgun(w http.ResponseWriter, r *http.Request) {
	f, err := h.form(w, r, "body-mime")
	defer f.close()
	if err != nil {
		h.unreadable(w, err)
		return
	}
	if !h.signed(f.fields) && !h.knows(r) {
		h.refuse(w, http.StatusUnauthorized, "The signature is missing or wrong.")
		return
	}
	if f.raw == nil {
		h.refuse(w, http.StatusBadRequest, "The field body-mime is missing: the route's URL must end in mime.")
		return
	}
	d := intake.Delivery{Raw: f.raw.Open(), From: f.fields["sender"], ID: f.fields["token"]}
	for to := range strings.SplitSeq(f.fields["recipient"], ",") {
		if to = strings.TrimSpace(to); to != "" {
			d.To = append(d.To, to)
		}
	}
	h.take(w, r, d)
}

// signed checks the signature of Mailgun.
func (h *handler) signed(fields map[string]string) bool {
	at, err := strconv.ParseInt(fields["timestamp"], 10, 64)
	if err != nil || h.o.MailgunKey == "" || fields["token"] == "" {
		return false
	}
	if age := h.o.Now().Sub(time.Unix(at, 0)); age > signedFor || age < -signedFor {
		return false
	}
	mac := hmac.New(sha256.New, []byte(h.o.MailgunKey))
	mac.Write([]byte(fields["timestamp"] + fields["token"]))
	given, err := hex.DecodeString(fields["signature"])
	return err == nil && hmac.Equal(given, mac.Sum(nil))
}

// postmark takes what Postmark's inbound webhook posts.
func (h *handler) postmark(w http.ResponseWriter, r *http.Request) {
	var in struct {
		MessageID         string
		OriginalRecipient string
		RawEmail          *string
	}
	body := http.MaxBytesReader(w, r.Body, h.s.Limits().Message+h.s.Limits().Message/4+room)
	if err := json.NewDecoder(body).Decode(&in); err != nil {
		h.unreadable(w, err)
		return
	}
	if in.RawEmail == nil {
		h.refuse(w, http.StatusBadRequest, "The field RawEmail is missing: have the raw email included.")
		return
	}
	d := intake.Delivery{Raw: strings.NewReader(*in.RawEmail), ID: in.MessageID}
	if in.OriginalRecipient != "" {
		d.To = []string{in.OriginalRecipient}
	}
	h.take(w, r, d)
}
