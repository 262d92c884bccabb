package whatsapp_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/notify/whatsapp"
)

const token = "EAAG-very-secret-token"

// The request is the documented one, to the letter.
func TestRequest(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	var got map[string]any
	s := sender(t, func(w http.ResponseWriter, r *http.Request) {
		is.Equal(r.Method, "POST")
		is.Equal(r.URL.Path, "/v23.0/106540352242922/messages")
		is.Equal(r.URL.RawQuery, "")
		is.Equal(r.Header.Get("Authorization"), "Bearer "+token)
		is.Equal(r.Header.Get("Content-Type"), "application/json")
		is.NoErr(json.NewDecoder(r.Body).Decode(&got))
		_, _ = io.WriteString(w, `{"messaging_product":"whatsapp","contacts":[{"input":"49301234567","wa_id":"49301234567"}],"messages":[{"id":"wamid.HBgL","message_status":"accepted"}]}`)
	})
	r, err := s.Send(t.Context(), message())
	is.NoErr(err)
	is.Equal(r.ID, "wamid.HBgL")
	want := map[string]any{
		"messaging_product": "whatsapp", "recipient_type": "individual", "to": "49301234567", "type": "template", "biz_opaque_callback_data": "notice_1",
		"template": map[string]any{"name": "order_update", "language": map[string]any{"code": "en_US"}, "components": []any{
			map[string]any{"type": "body", "parameters": []any{map[string]any{"type": "text", "text": "Maria"}, map[string]any{"type": "text", "text": "A\"12"}}},
		}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// Refusals are for good or not by the API's codes, and hold neither the token
// nor the number (R110).
func TestR110_Refusals(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	for _, c := range []struct {
		status    int
		body      string
		permanent bool
		after     time.Duration
	}{
		{400, `{"error":{"message":"(#131026) Message undeliverable to 49301234567 with EAAG-very-secret-token","code":131026}}`, true, 0},
		{400, `{"error":{"message":"template does not exist","code":132001}}`, true, 0},
		{401, `{"error":{"message":"Error validating access token EAAG-very-secret-token","code":190}}`, false, 0},
		{400, `{"error":{"message":"rate","code":130429}}`, false, 0},
		{429, `{"error":{"message":"slow","code":4}}`, false, 30 * time.Second},
		{503, `no JSON`, false, 0},
		{302, ``, false, 0},
	} {
		s := sender(t, func(w http.ResponseWriter, _ *http.Request) {
			if c.after > 0 {
				w.Header().Set("Retry-After", "30")
			}
			w.WriteHeader(c.status)
			_, _ = io.WriteString(w, c.body)
		})
		_, err := s.Send(t.Context(), message())
		var p *notify.Permanent
		is.Equal(errors.As(err, &p), c.permanent)
		var l *notify.Later
		if errors.As(err, &l) {
			is.Equal(l.After, c.after)
		}
		if s := err.Error(); strings.Contains(s, "secret") || strings.Contains(s, "1234567") {
			t.Errorf("the error says too much: %q", s)
		}
	}
	_, err := whatsapp.New(whatsapp.Config{PhoneNumberID: "1", Token: token, Endpoint: "http://graph.example.com"})
	is.True(err != nil)
	is.True(!strings.Contains(err.Error(), token))
}

func message() notify.Message {
	return notify.Message{ID: "notice_1", Channel: notify.WhatsApp, Number: "+49301234567", Template: notify.WhatsAppTemplate{Name: "order_update", Language: "en-US", Params: []string{"Maria", "A\"12"}}}
}

func sender(t *testing.T, h http.HandlerFunc) *whatsapp.Sender {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	s, err := whatsapp.New(whatsapp.Config{PhoneNumberID: "106540352242922", Token: token, Endpoint: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
