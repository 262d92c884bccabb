package importexport

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"
	"pgregory.net/rapid"
)

func TestLists(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		cell string
		want []pair
	}{
		{"", nil},
		{"home:a@b.example; work:c@d.example", []pair{{"home", "a@b.example"}, {"work", "c@d.example"}}},
		{"a@b.example;c@d.example", []pair{{"", "a@b.example"}, {"", "c@d.example"}}},
		{`sip\:x; odd\;label:a\\b`, []pair{{"", "sip:x"}, {"odd;label", `a\b`}}},
		{"tel:+1:2", []pair{{"tel", "+1:2"}}},
		{"home: ; ;:x", []pair{{"", "x"}}},
		{`C\dir`, []pair{{"", `C\dir`}}},
	} {
		if d := cmp.Diff(tt.want, parseList(tt.cell), cmp.AllowUnexported(pair{})); d != "" {
			t.Errorf("%q: %s", tt.cell, d)
		}
	}
}

func TestListsRoundTrip(t *testing.T) {
	t.Parallel()
	word := rapid.StringMatching(`[a-z:;\\ "',+=]{0,12}`)
	rapid.Check(t, func(t *rapid.T) {
		var want []pair
		for range rapid.IntRange(0, 4).Draw(t, "n") {
			p := pair{strings.TrimSpace(word.Draw(t, "label")), strings.TrimSpace(word.Draw(t, "value"))}
			if p.value != "" {
				want = append(want, p)
			}
		}
		if d := cmp.Diff(want, parseList(formatList(want)), cmp.AllowUnexported(pair{})); d != "" {
			t.Fatal(formatList(want), d)
		}
	})
}

func TestGuard(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	for cell, want := range map[string]string{
		"": "", "a": "a", "'": "'", "'a": "'a", "=1": "'=1", "'=1": "''=1", "''@x": "'''@x", "+44": "'+44", "-": "'-", "\tx": "'\tx", "\r": "'\r", "\nx": "'\nx", "1+1": "1+1",
		"＝1": "'＝1", "'＋1": "''＋1", "－": "'－", "＠x": "'＠x", "ａ＝": "ａ＝", "！": "！", "\xef": "\xef",
	} {
		is.Equal(guard(cell), want)
		is.Equal(unguard(guard(cell)), cell)
	}
	is.Equal(unguard("+44"), "+44") // a number that nobody has guarded
	is.Equal(unguard("'=x"), "=x")
}

// Whatever is written is read again as it was.
func TestWriterRoundTrip(t *testing.T) {
	t.Parallel()
	cell := rapid.OneOf(rapid.StringMatching("[a-c\"',;\t\r\n=+@ -]{0,10}"), rapid.SampledFrom([]string{"007", "+44 20", "Łódź", "王", "sep=;", "=1+1"}))
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(2, 4).Draw(t, "width")
		rows := [][]string{[]string{"first_name", "last_name", "email", "notes"}[:width]}
		for range rapid.IntRange(0, 5).Draw(t, "rows") {
			row := make([]string, width)
			for i := range row {
				row[i] = cell.Draw(t, "cell")
			}
			if !blank(row) {
				rows = append(rows, row)
			}
		}
		var b bytes.Buffer
		w := newCSVWriter(&b)
		for _, row := range rows {
			if err := w.write(row); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.end(); err != nil {
			t.Fatal(err)
		}
		got := readBack(t, &b)
		if d := cmp.Diff(rows, got); d != "" {
			t.Fatal(d)
		}
	})
}

func readBack(t *rapid.T, from io.Reader) [][]string {
	r, err := Open(from, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	rows := [][]string{r.Header().Cells}
	for {
		rec, err := r.Next()
		if err == io.EOF {
			return rows
		}
		if err != nil || rec.Err != nil {
			t.Fatal(err, rec.Err)
		}
		for i := range rec.Cells {
			rec.Cells[i] = unguard(rec.Cells[i])
		}
		rows = append(rows, rec.Cells)
	}
}
