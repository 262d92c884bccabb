package requests_test

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets/requests"
)

// FuzzParseDefinition: what is taken is taken again as the same, answers
// nothing wrong, and everything else is refused with an error for people.
func FuzzParseDefinition(f *testing.F) {
	text, err := json.Marshal(repair())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text, []byte(`{"machine":"Other","symptoms":["Noise"],"hours":1}`))
	f.Add([]byte(`{"fields":[{"key":"a","label":"A","type":"number","min":"-1"},{"key":"b","label":"B","type":"text","show":{"any":true,"when":[{"field":"a","test":"equals","value":"1.0"}]}}]}`), []byte(`{"a":"+1.00"}`))
	f.Add([]byte(`{"fields":[{"key":"a","label":"A","type":"consent","wording":"W"}]}`), []byte(`{"a":true}`))
	f.Fuzz(func(t *testing.T, definition, given []byte) {
		d, err := requests.ParseDefinition(definition)
		answers, err2 := requests.ParseAnswers(given)
		for _, e := range []error{err, err2} {
			if k := desk.KindOf(e); e != nil && (k != desk.Invalid && k != desk.Limited || !utf8.ValidString(e.Error())) {
				t.Fatalf("%v (%s)", e, k)
			}
		}
		if err != nil {
			return
		}
		text, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		again, err := requests.ParseDefinition(text)
		if err != nil {
			t.Fatalf("%s is not taken again: %v", text, err)
		}
		if diff := cmp.Diff(d, again); diff != "" {
			t.Fatal(diff)
		}
		d.Visible(answers, nil)
		_, _ = d.Validate(answers, nil)
	})
}
