package sms_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/notify/sms"
)

var message = notify.Message{ID: "notice_1", Channel: notify.SMS, Number: "+49301234567", Text: "Your part is here & ready"}

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// The request to Twilio is the documented one.
func TestTwilioRequest(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	for _, service := range []bool{false, true} {
		url := serve(t, func(w http.ResponseWriter, r *http.Request) {
			is.Equal(r.Method, "POST")
			is.Equal(r.URL.Path, "/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Messages.json")
			is.Equal(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
			user, password, ok := r.BasicAuth()
			is.True(ok && user == "AC0123456789abcdef0123456789abcdef" && password == "secret")
			is.NoErr(r.ParseForm())
			want := map[string][]string{"To": {"+49301234567"}, "Body": {"Your part is here & ready"}}
			if service {
				want["MessagingServiceSid"] = []string{"MG1"}
			} else {
				want["From"] = []string{"+4420"}
			}
			if d := cmp.Diff(want, map[string][]string(r.PostForm)); d != "" {
				t.Error(d)
			}
			w.WriteHeader(http.StatusCreated)
			_, _ = io.WriteString(w, `{"sid":"SM1","status":"queued","error_code":null}`)
		})
		c := sms.Twilio{AccountSID: "AC0123456789abcdef0123456789abcdef", AuthToken: "secret", From: "+4420", Endpoint: url}
		if service {
			c.From, c.ServiceSID = "", "MG1"
		}
		s, err := sms.NewTwilio(c)
		is.NoErr(err)
		r, err := s.Send(t.Context(), message)
		is.NoErr(err)
		is.Equal(r.ID, "SM1")
	}
}

// R110: refusals hold no number and no token.
func TestR110_TwilioRefusals(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	for _, c := range []struct {
		status    int
		body      string
		permanent bool
	}{
		{400, `{"code":21211,"message":"The 'To' number +49301234567 is not a valid phone number.","status":400}`, true},
		{400, `{"code":21610,"message":"unsubscribed recipient","status":400}`, true},
		{401, `{"code":20003,"message":"Authenticate with secret-0123456789-0123456789","status":401}`, false},
		{429, `{"code":20429,"message":"Too Many Requests","status":429}`, false},
		{500, ``, false},
	} {
		url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		})
		s, err := sms.NewTwilio(sms.Twilio{AccountSID: "AC1", AuthToken: "secret", From: "+4420", Endpoint: url})
		is.NoErr(err)
		_, err = s.Send(t.Context(), message)
		var p *notify.Permanent
		is.Equal(errors.As(err, &p), c.permanent)
		is.True(!strings.Contains(err.Error(), "1234567") && !strings.Contains(err.Error(), "0123456789"))
	}
}

// Any service: JSON, with an id that does not change.
func TestService(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	status := 200
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var got map[string]string
		is.NoErr(json.NewDecoder(r.Body).Decode(&got))
		is.Equal(got, map[string]string{"id": "notice_1", "to": "+49301234567", "from": "Acme", "text": "Your part is here & ready"})
		is.Equal(r.Header.Get("Idempotency-Key"), "notice_1")
		is.Equal(r.Header.Get("Authorization"), "Bearer secret")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"id":"x1"}`)
	})
	s, err := sms.NewService(sms.Service{URL: url, From: "Acme", Token: "secret"})
	is.NoErr(err)
	r, err := s.Send(t.Context(), message)
	is.NoErr(err)
	is.Equal(r.ID, "x1")
	for code, permanent := range map[int]bool{422: true, 403: false, 503: false} {
		status = code
		_, err := s.Send(t.Context(), message)
		var p *notify.Permanent
		is.Equal(errors.As(err, &p), permanent)
	}
}
