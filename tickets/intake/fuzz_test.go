package intake_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets/intake"
)

// FuzzParse is C26 for mail: no bytes make Parse panic or hang, and what it
// returns can be kept.
func FuzzParse(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.eml")
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw[:min(len(raw), 8<<10)])
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) > 64<<10 {
			return
		}
		began := time.Now()
		m, err := intake.Parse(bytes.NewReader(raw), nil)
		if took := time.Since(began); took > 2*raced*time.Second {
			t.Fatalf("it took %v", took)
		}
		if err != nil {
			if k := desk.KindOf(err); k != desk.Limited && k != desk.Invalid {
				t.Fatal(err)
			}
			return
		}
		if _, err := contacts.ParseEmail(m.From.Email); err != nil && m.From.Email != "" {
			t.Fatalf("the sender is %q", m.From.Email)
		}
		if (m.From.Email == "") != (m.Unknown != "") {
			t.Fatal("it is not said why there is no sender")
		}
		kept := []string{m.From.Name, m.Subject, m.Text, m.Whole, m.HTML, m.MessageID}
		kept = append(append(kept, m.References...), m.InReplyTo...)
		for _, a := range m.Attachments {
			kept = append(kept, a.Name, a.Type, a.ContentID)
			if n, err := io.Copy(io.Discard, a.Open()); err != nil || n != a.Size {
				t.Fatalf("%q has %d bytes, %v", a.Name, n, err)
			}
			if a.Name == "" || strings.ContainsAny(a.Name, "/\\\n") {
				t.Fatalf("a file is called %q", a.Name)
			}
		}
		for _, s := range kept {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
				t.Fatalf("%q cannot be kept", s)
			}
		}
	})
}
