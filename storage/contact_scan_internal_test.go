package storage

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/deskfolk/desk/contacts"
)

// The quick reading of lists gives what encoding/json gives, also of what it
// cannot read itself.
func TestQuickLists(t *testing.T) {
	t.Parallel()
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", `"`, `\`, `\"`, "a\nb", "<b>&", `","value":"`, "]", "}", "née", "\u2028"}))
	rapid.Check(t, func(t *rapid.T) {
		var want contacts.Contact
		for range rapid.IntRange(0, 3).Draw(t, "phones") {
			want.Phones = append(want.Phones, contacts.Phone{Label: text.Draw(t, "label"), Value: text.Draw(t, "value"), E164: text.Draw(t, "e164"), Primary: rapid.Bool().Draw(t, "primary")})
		}
		for range rapid.IntRange(0, 3).Draw(t, "emails") {
			want.Emails = append(want.Emails, contacts.Email{Label: text.Draw(t, "label"), Value: text.Draw(t, "value")})
		}
		want.Custom = rapid.MapOfN(text, text, 0, 3).Draw(t, "custom")
		want.External = rapid.MapOfN(text, text, 0, 3).Draw(t, "external")
		emails, _ := listText(len(want.Emails), want.Emails)
		phones, _ := listText(len(want.Phones), want.Phones)
		custom, _ := listText(len(want.Custom), want.Custom)
		external, _ := listText(len(want.External), want.External)
		var read, quick contacts.Contact
		if err := readLists(&read, emails, phones, custom, external); err != nil {
			t.Fatal(err)
		}
		if err := quickLists(&quick, emails, phones, custom, external); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(read, quick); d != "" {
			t.Fatal(d)
		}
	})
}

// Any text gives what encoding/json gives.
func FuzzQuickLists(f *testing.F) {
	for _, s := range []string{"", "[]", "{}", `[{"label":"a","value":"b"}]`, `[{"label":"a","value":"b","e164":"","primary":true}]`, `{"a":"b","c":"d"}`, `[{"label":"","value":""},]`, `{"a":"b"`, `null`, `[`, `{"a":1}`} {
		f.Add(s, s, s)
	}
	f.Fuzz(func(t *testing.T, emails, phones, custom string) {
		if !cleanText(emails) || !cleanText(phones) || !cleanText(custom) {
			t.Skip() // the database has none such
		}
		var read, quick contacts.Contact
		errRead, errQuick := readLists(&read, emails, phones, custom, custom), quickLists(&quick, emails, phones, custom, custom)
		if (errRead == nil) != (errQuick == nil) && errRead != nil && hasControls(emails+phones+custom) {
			t.Skip() // JSON refuses bare control characters, which listText never writes
		}
		if (errRead == nil) != (errQuick == nil) {
			t.Fatal(errRead, errQuick)
		}
		if errRead == nil && !cmp.Equal(read, quick) {
			t.Fatal(cmp.Diff(read, quick))
		}
	})
}

func hasControls(s string) bool {
	for _, r := range s {
		if r < ' ' {
			return true
		}
	}
	return false
}
