package intake_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk/tickets/intake"
)

// expected is what a careful person reads in a message.
type expected struct {
	SenderEmail string              `json:"sender_email"`
	SenderName  string              `json:"sender_name"`
	Subject     string              `json:"subject"`
	AutoReply   bool                `json:"auto_reply"`
	Bounce      bool                `json:"bounce"`
	List        bool                `json:"list"`
	Text        string              `json:"text"`
	Attachments []intake.Attachment `json:"attachments"`
}

// The samples named chatwoot_ are test data of chatwoot/chatwoot, those named
// enmime_ of jhillyerd/enmime, both under the MIT licence; the others were
// written for this project.
func TestSamples(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.eml")
	if err != nil || len(files) < 40 {
		t.Fatal("the samples are missing", err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".eml"), func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			m, err := intake.Parse(bytes.NewReader(raw), nil)
			if err != nil {
				t.Fatal(err)
			}
			got := expected{m.From.Email, m.From.Name, m.Subject, m.AutoReply, m.Bounce, m.List, m.Text, m.Attachments}
			for i := range got.Attachments {
				a := got.Attachments[i]
				if n, err := io.Copy(io.Discard, a.Open()); err != nil || n != a.Size {
					t.Errorf("%s has %d bytes (%v), not %d", a.Name, n, err, a.Size)
				}
				got.Attachments[i] = intake.Attachment{Name: a.Name, Type: a.Type, Size: a.Size}
			}
			if got.Attachments == nil {
				got.Attachments = []intake.Attachment{}
			}
			text, err := os.ReadFile(strings.TrimSuffix(f, ".eml") + ".json")
			if err != nil {
				t.Fatal(err)
			}
			var want expected
			if err := json.Unmarshal(text, &want); err != nil {
				t.Fatal(err)
			}
			diff := cmp.Diff(want, got, cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".open" }, cmp.Ignore()))
			if diff != "" {
				t.Error(diff)
			}
		})
	}
}

// message makes a raw message of header lines and a body.
func message(header, body string) string {
	return strings.ReplaceAll(strings.TrimSpace(header)+"\n\n"+body, "\n", "\r\n")
}

func parse(t *testing.T, raw string) *intake.Mail {
	t.Helper()
	m, err := intake.Parse(strings.NewReader(raw), nil)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestB16_FromThatSplits(t *testing.T) {
	t.Parallel()
	for _, from := range []string{
		`"attacker@evil.test"@corp.test`, `<"attacker@evil.test"@corp.test>`, `=?utf-8?q?attacker=40evil.test?=@corp.test`, `a@b.test,c@d`,
		`group:a@b.test;`, `attacker(comment)@corp.test`, `attacker@(comment)corp.test`, `x@[127.0.0.1]`, strings.Repeat("a", 65) + `@corp.test`,
		`a@` + strings.Repeat("b.", 130) + `test`, `a@b.test@c.test`, `<a@b.test`, ` `, `Jane`, "a\x00@b.test", `Jane <>`,
	} {
		m := parse(t, message("From: "+from+"\nTo: s@desk.test\nSubject: x", "Hello"))
		if from == `<a@b.test` {
			continue // brackets that are not closed: either answer is good
		}
		if m.From.Email != "" || m.Unknown == "" {
			t.Errorf("%q is from %q", from, m.From.Email)
		}
		if m.Text != "Hello" {
			t.Errorf("%q: the text is lost", from)
		}
	}
}

func TestB83_AmbiguousHeaders(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ header, email, name string }{
		{"From: a@x.test\nFrom: b@x.test", "", ""},
		{"From: Team: a@x.test, b@x.test;", "", ""},
		{"From: =?utf-8?q?victim=40corp.test=3E?= <a@x.test>", "a@x.test", ""},
		{"From: =?utf-8?q?=3Cvictim=40corp.test=3E?= <a@x.test>", "a@x.test", ""},
		{"From: \"victim@corp.test\" <a@x.test>", "a@x.test", ""},
		{"From: \"<victim@corp.test>\" <a@x.test>", "a@x.test", ""},
		{"From: \"Boss <victim@corp.test>\" <a@x.test>", "a@x.test", "Boss <victim@corp.test>"},
		{"From: victim@corp.test <a@x.test>", "a@x.test", ""},
		{"From: =?utf-8?q?a=00b?= <a@x.test>", "a@x.test", "a\ufffdb"},
		{"From: Jane <jane@x.test>\nReply-To: victim@corp.test\nSender: victim@corp.test", "jane@x.test", "Jane"},
		{"From: jane@x.test (Jane Doe)", "jane@x.test", "Jane Doe"},
		{"From: Jane Doe <jane@x.test>, Victim <victim@corp.test>", "jane@x.test", "Jane Doe"},
		{"From: \"Doe, Jane\" <jane@x.test>", "jane@x.test", "Doe, Jane"},
		{"From:Jane\n <jane@x.test>", "jane@x.test", "Jane"},
		{"from : Jane <jane@x.test>", "jane@x.test", "Jane"},
	} {
		m := parse(t, message(c.header+"\nTo: s@desk.test", "x"))
		if m.From.Email != c.email || m.From.Name != c.name {
			t.Errorf("%s\nis from %q <%s>", c.header, m.From.Name, m.From.Email)
		}
	}
	// A boundary that is named twice is the first; one that two containers
	// have is the inner one's.
	m := parse(t, message("From: a@x.test\nContent-Type: multipart/mixed; boundary=one; boundary=two", "--one\n\nfirst\n--one--\n--two\n\nsecond\n--two--\n"))
	if m.Text != "first" {
		t.Errorf("the text is %q", m.Text)
	}
	m = parse(t, message("From: a@x.test\nContent-Type: multipart/mixed; boundary=b", "--b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ninner\n--b--\n--b--\n"))
	if m.Text != "inner" {
		t.Errorf("the text is %q", m.Text)
	}
}

func TestB84_PoisonBytes(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	m := parse(t, message("From: J\x00n <j@x.test>\nX-\x00\xff: y\nMessage-ID: <a\x00\xffb@x.test>\nSubject: a\x00b\xc3(c\nContent-Type: multipart/mixed; boundary=b",
		"--b\n\nte\x00xt \xc3( \x1b[31m\n--b\nContent-Disposition: attachment; filename=\"a\x00\xc3(.pdf\"\nContent-Type: application/pdf\n\nx\n--b--\n"))
	is.Equal(m.From.Email, "j@x.test")
	for _, s := range []string{m.From.Name, m.MessageID, m.Subject, m.Text, m.Attachments[0].Name} {
		is.True(!strings.ContainsAny(s, "\x00\x1b"))             // no control characters
		is.Equal(strings.ToValidUTF8(s, ""), s)                  // valid UTF-8
		is.True(strings.ContainsRune(s, '\ufffd') || len(s) > 0) // something is there
	}
	is.True(strings.Contains(m.Subject, "a\ufffdb"))
	is.True(strings.Contains(m.Text, "te\ufffdxt"))
}

func TestForeignCharsets(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ charset, body, want string }{
		{"windows-1251", "\xcf\xf0\xe8\xe2\xe5\xf2", "Привет"},
		{"iso-2022-jp", "\x1b$B$3$s$K$A$O\x1b(B", "こんにちは"},
		{"us-ascii", "\x1b$B$3$s$K$A$O\x1b(B", "こんにちは"},
		{"gb2312", "\xc4\xe3\xba\xc3", "你好"},
		{"big5", "\xa7A\xa6n", "你好"},
		{"shift_jis", "\x82\xb1\x82\xf1", "こん"},
		{"euc-kr", "\xbe\xc8\xb3\xe7", "안녕"},
		{"ks_c_5601-1987", "\xbe\xc8\xb3\xe7", "안녕"},
		{"koi8-r", "\xf0\xd2\xc9\xd7\xc5\xd4", "Привет"},
		{"iso-8859-2", "\xb3\xf3d\xbc", "łódź"},
		{"windows-1256", "\xe3\xd1\xcd\xc8\xc7", "مرحبا"},
		{"iso-8859-1", "5 \x80", "5 €"},
		{"iso-8859-1", "caf\xc3\xa9", "café"}, // UTF-8 under a wrong name
		{"utf-8", "caf\xe9", "café"},          // not UTF-8 at all
		{"x-unknown", "caf\xe9", "café"},
		{"no-such-charset", "café", "café"},
		{"", "\xef\xbb\xbfcafé", "café"},
	} {
		header := "From: a@x.test\nContent-Type: text/plain"
		if c.charset != "" {
			header += "; charset=" + c.charset
		}
		if got := parse(t, message(header, c.body)).Text; got != c.want {
			t.Errorf("%s: %q, not %q", c.charset, got, c.want)
		}
	}
}
