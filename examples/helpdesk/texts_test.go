package main

import (
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk/notify"
)

// TestTextSenders sends one message by each provider to a server that looks at
// what came, with the tokens read from a file.
func TestTextSenders(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	got := map[string]map[string]any{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var v map[string]any
		_ = json.Unmarshal(body, &v)
		got[r.URL.Path+" "+r.Header.Get("Authorization")] = v
		_, _ = io.WriteString(w, `{"id": "1", "messages": [{"id": "2"}]}`)
	}))
	defer server.Close()
	file := filepath.Join(t.TempDir(), "token")
	is.NoErr(os.WriteFile(file, []byte(" the-token\n"), 0o600))
	flags, text := flag.NewFlagSet("serve", flag.ContinueOnError), textFlags{}
	text.register(flags)
	is.NoErr(flags.Parse([]string{"--whatsapp", "1234", "--whatsapp-url", server.URL, "--whatsapp-token-file", file, "--sms", server.URL + "/sms", "--sms-from", "Desk", "--sms-token-file", file}))
	is.Equal(text.caught(), false)
	all := map[notify.Channel]notify.Sender{}
	is.NoErr(text.senders(all, nil))
	_, err := all[notify.SMS].Send(t.Context(), notify.Message{ID: "notice_1", Number: "+493012345", Text: "Hello"})
	is.NoErr(err)
	_, err = all[notify.WhatsApp].Send(t.Context(), notify.Message{ID: "notice_2", Number: "+493012345", Template: notify.WhatsAppTemplate{Name: "hello", Language: "en-US"}})
	is.NoErr(err)
	is.Equal(len(got), 2)
	is.Equal(cmp.Diff(map[string]any{"id": "notice_1", "to": "+493012345", "from": "Desk", "text": "Hello"}, got["/sms Bearer the-token"]), "")
	is.Equal(got["/v23.0/1234/messages Bearer the-token"]["to"], "493012345")
}

// TestTextFlags: what is wrong with the flags is said when the server starts,
// and no token is repeated.
func TestTextFlags(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	file := filepath.Join(t.TempDir(), "templates.json")
	is.NoErr(os.WriteFile(file, []byte(`[{"name": "order_ready", "language": "en_US", "text": "Hello {{2}}"}]`), 0o600))
	for _, tt := range []struct {
		args []string
		says string
	}{
		{[]string{"--whatsapp", "letters", "--whatsapp-token-file", file}, "which is digits"},
		{[]string{"--whatsapp", "1234", "--whatsapp-token-file", file + ".none"}, "--whatsapp-token-file cannot be read"},
		{[]string{"--whatsapp-templates", file}, "without a gap"},
		{[]string{"--whatsapp-templates", file + ".none"}, "--whatsapp-templates cannot be read"},
		{[]string{"--sms", "http://sms.example/"}, "must begin with https://"},
		{[]string{"--sms", "twilio:AC1", "--sms-token-file", file}, "to send from"},
		{[]string{"--sms", "https://sms.example/", "--sms-token-file", file + ".none"}, "--sms-token-file cannot be read"},
	} {
		got := program{t, "sqlite::memory:"}.run(append([]string{"serve", "--addr", "127.0.0.1:0"}, tt.args...)...)
		if got.code != 2 || !strings.Contains(got.errors, tt.says) || strings.Contains(got.errors, "order_ready\", \"language") {
			t.Errorf("%v: exit %d: %s", tt.args, got.code, got.errors)
		}
	}
}
