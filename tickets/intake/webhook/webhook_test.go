package webhook_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/tickets/intake"
	"github.com/deskfolk/desk/tickets/intake/webhook"
)

const (
	secret = "a secret of some length"
	key    = "key-of-mailgun"
	mail   = "From: Jane <jane@acme.test>\r\nTo: support@desk.test\r\nSubject: Help\r\nMessage-ID: <1@acme.test>\r\n\r\nHello\r\n"
)

type server struct {
	*is.I
	*desktest.Desk
	t *testing.T
	h http.Handler
}

func start(t *testing.T, o webhook.Options) *server {
	t.Parallel()
	d := desktest.New(t)
	s := intake.New(d.Store.Intake(), d.Contacts, d.Tickets, &intake.Options{Now: d.Clock.Now, Limits: &intake.Limits{Message: 100_000}})
	o.Now = d.Clock.Now
	a := desk.Actor{Workspace: d.Workspace, Kind: desk.SystemActor, ID: "webhook", Grants: intake.Permissions}
	return &server{is.New(t), d, t, webhook.Handler(s, a, o)}
}

// post posts a body and returns the status and what was answered.
func (s *server) post(path, kind string, body io.Reader, auth func(*http.Request)) (int, map[string]any) {
	s.t.Helper()
	r := httptest.NewRequestWithContext(s.t.Context(), http.MethodPost, path, body)
	r.Header.Set("Content-Type", kind)
	if auth != nil {
		auth(r)
	}
	w := httptest.NewRecorder()
	s.h.ServeHTTP(w, r)
	var v map[string]any
	s.NoErr(json.Unmarshal(w.Body.Bytes(), &v))
	return w.Code, v
}

func basic(r *http.Request)  { r.SetBasicAuth("any", secret) }
func bearer(r *http.Request) { r.Header.Set("Authorization", "Bearer "+secret) }

func TestRawMessage(t *testing.T) {
	s := start(t, webhook.Options{Secret: secret})
	code, got := s.post("/raw", "message/rfc822", strings.NewReader(mail), basic)
	s.Equal(code, 200)
	s.Equal(got["outcome"], "created")
	code, got = s.post("/raw", "message/rfc822", strings.NewReader(mail), bearer)
	s.Equal(code, 200)
	s.Equal(got["again"], true)
	code, _ = s.post("/raw", "message/rfc822", strings.NewReader(mail+strings.Repeat("x", 200_000)), basic)
	s.Equal(code, 413)
	code, _ = s.post("/raw", "message/rfc822", strings.NewReader(mail+strings.Repeat("x", 3<<20)), basic)
	s.Equal(code, 413)
	code, _ = s.post("/raw", "application/json", strings.NewReader("{}"), basic)
	s.Equal(code, 415)
	code, got = s.post("/raw", "message/rfc822", strings.NewReader(""), basic)
	s.Equal(code, 200) // it is kept, and would be rejected again
	s.Equal(got["outcome"], "rejected")
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/raw", nil)
	basic(r)
	w := httptest.NewRecorder()
	s.h.ServeHTTP(w, r)
	s.Equal(w.Code, 405)
}

func TestR4_WebhooksFailClosed(t *testing.T) {
	s := start(t, webhook.Options{})
	weak := webhook.Handler(nil, desk.Actor{}, webhook.Options{Secret: "short"})
	for _, path := range []string{"/raw", "/sendgrid", "/postmark", "/mailgun"} {
		for _, auth := range []func(*http.Request){nil, basic, func(r *http.Request) { r.SetBasicAuth("", "") }, func(r *http.Request) { r.Header.Set("Authorization", "Bearer ") }} {
			code, _ := s.post(path, "application/x-www-form-urlencoded", strings.NewReader("timestamp=1&token=a&signature="), auth)
			s.Equal(code, 401)
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/raw", nil)
	r.SetBasicAuth("", "short")
	w := httptest.NewRecorder()
	weak.ServeHTTP(w, r)
	s.Equal(w.Code, 401)
}

// form makes a multipart form.
func form(fields ...string) (string, io.Reader) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		_ = w.WriteField(fields[i], fields[i+1])
	}
	_ = w.Close()
	return w.FormDataContentType(), &b
}

func TestSendGrid(t *testing.T) {
	s := start(t, webhook.Options{Secret: secret})
	kind, body := form("headers", "x", "envelope", `{"to":["support@desk.test"],"from":"jane@acme.test"}`, "email", mail)
	code, got := s.post("/sendgrid", kind, body, basic)
	s.Equal(code, 200)
	s.Equal(got["outcome"], "created")
	kind, body = form("text", "no raw message")
	code, _ = s.post("/sendgrid", kind, body, basic)
	s.Equal(code, 400)
	code, _ = s.post("/sendgrid", "multipart/form-data; boundary=x", strings.NewReader("garbage"), basic)
	s.Equal(code, 400)
}

func TestPostmark(t *testing.T) {
	s := start(t, webhook.Options{Secret: secret})
	in, err := json.Marshal(map[string]any{"MessageID": "pm-1", "OriginalRecipient": "support@desk.test", "RawEmail": mail, "Subject": "ignored"})
	s.NoErr(err)
	code, got := s.post("/postmark", "application/json", bytes.NewReader(in), basic)
	s.Equal(code, 200)
	s.Equal(got["outcome"], "created")
	code, got = s.post("/postmark", "application/json", bytes.NewReader(in), basic)
	s.Equal(code, 200)
	s.Equal(got["again"], true)
	for _, bad := range []string{"{}", "[", `{"RawEmail":7}`} {
		code, _ = s.post("/postmark", "application/json", strings.NewReader(bad), basic)
		s.Equal(code, 400)
	}
}

func TestMailgun(t *testing.T) {
	s := start(t, webhook.Options{MailgunKey: key})
	now := strconv.FormatInt(s.Clock.Now().Unix(), 10)
	sign := func(timestamp, token string) string {
		m := hmac.New(sha256.New, []byte(key))
		m.Write([]byte(timestamp + token))
		return hex.EncodeToString(m.Sum(nil))
	}
	kind, body := form("recipient", "support@desk.test", "sender", "jane@acme.test", "body-mime", mail, "timestamp", now, "token", "t1", "signature", sign(now, "t1"))
	code, got := s.post("/mailgun", kind, body, nil)
	s.Equal(code, 200)
	s.Equal(got["outcome"], "created")
	// The same request again, as a plain form.
	values := url.Values{"body-mime": {mail}, "timestamp": {now}, "token": {"t1"}, "signature": {sign(now, "t1")}}
	code, got = s.post("/mailgun", "application/x-www-form-urlencoded", strings.NewReader(values.Encode()), nil)
	s.Equal(code, 200)
	s.Equal(got["again"], true)
	old := strconv.FormatInt(s.Clock.Now().Unix()-3600, 10)
	for _, c := range [][3]string{{now, "t2", sign(now, "t1")}, {now, "t2", ""}, {old, "t2", sign(old, "t2")}, {now, "", sign(now, "")}, {"x", "t2", sign("x", "t2")}, {now, "t2", "zz"}} {
		kind, body := form("body-mime", mail, "timestamp", c[0], "token", c[1], "signature", c[2])
		code, _ := s.post("/mailgun", kind, body, nil)
		s.Equal(code, 401)
	}
}
