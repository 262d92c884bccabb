package importexport

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"
	"pgregory.net/rapid"
)

// hostile are texts that spreadsheets, CSV or XML make something else of (B101).
var hostile = []string{
	"=1+1", "+491234", "-x", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠x", "'=a", "''", "'", `"`, `""`, ";=", ",=1", "\ufeff=1", "\ufeff",
	"007", "+44 20 7946 0958", "1e5", "1/2", "2026-03-31", "TRUE", "#REF!", "  two  spaces  ", "a\nb", "a\r\nb", "a\tb", "a;b", "a,b", "sep=;", `a"b`,
	"<b>&amp;</b>", "]]>", "_x0041_", "_x000D_", "_x005F_x0041_", "_x", "_xZZZZ_", "\x01\x02\x1f", "\x7f", "\u0085\u2028", "\ufffe\uffff", "\ufffd",
	"Zoë Ångström", "王小明", "العربية", "👩‍👩‍👧", "e\u0301", "\u202eevil", "=HYPERLINK(\"http://x.example\",\"y\")", "=cmd|' /C calc'!A0",
}

// readBook is what a minimal reader finds in a file: the sheets' rows, with
// empty cells where there are none, each cell as a string.
type readBook struct {
	names  []string
	sheets [][][]string
	styles map[string]bool // of cells
}

type xmlRow struct {
	Cells []struct {
		Ref   string `xml:"r,attr"`
		Type  string `xml:"t,attr"`
		Style string `xml:"s,attr"`
		Text  string `xml:"is>t"`
	} `xml:"c"`
}

// readWorkbook checks that each part is well-formed, and that each cell is an
// inline string and in its place.
func readWorkbook(raw []byte) (readBook, error) {
	b := readBook{styles: map[string]bool{}}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return b, err
	}
	if z.File[0].Name != "[Content_Types].xml" {
		return b, errors.New("the first part is " + z.File[0].Name)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return b, err
		}
		text, err := io.ReadAll(r)
		if err != nil {
			return b, err
		}
		if err := wellFormed(text); err != nil {
			return b, errors.New(f.Name + ": " + err.Error())
		}
		switch {
		case f.Name == "xl/workbook.xml":
			for _, m := range regexp.MustCompile(`<sheet name="([^"]*)"`).FindAllSubmatch(text, -1) {
				b.names = append(b.names, string(m[1]))
			}
		case path.Dir(f.Name) == "xl/worksheets":
			rows, err := b.readRows(text)
			if err != nil {
				return b, err
			}
			b.sheets = append(b.sheets, rows)
		}
	}
	return b, nil
}

func wellFormed(text []byte) error {
	d := xml.NewDecoder(bytes.NewReader(text))
	for {
		if _, err := d.Token(); err != nil {
			if err == io.EOF {
				return nil
			}
			return err
		}
	}
}

func (b *readBook) readRows(text []byte) ([][]string, error) {
	var sheet struct {
		Rows []xmlRow `xml:"sheetData>row"`
	}
	if err := xml.Unmarshal(text, &sheet); err != nil {
		return nil, err
	}
	var rows [][]string
	for n, r := range sheet.Rows {
		var row []string
		for _, c := range r.Cells {
			for columnName(len(row))+strconv.Itoa(n+1) != c.Ref {
				if row = append(row, ""); len(row) > 1000 {
					return nil, errors.New("a cell stands at " + c.Ref)
				}
			}
			if c.Type != "inlineStr" {
				return nil, errors.New("a cell is of the type " + c.Type)
			}
			b.styles[c.Style] = true
			row = append(row, unescapeSheet(c.Text))
		}
		rows = append(rows, row)
	}
	return rows, nil
}

var sheetEscapes = regexp.MustCompile(`_x[0-9a-fA-F]{4}_`)

func unescapeSheet(s string) string {
	return sheetEscapes.ReplaceAllStringFunc(s, func(e string) string {
		n, _ := strconv.ParseUint(e[2:6], 16, 16)
		return string(rune(n))
	})
}

// trimmed leaves out empty cells at the ends of rows, which a sheet does not have.
func trimmed(rows [][]string) [][]string {
	out := make([][]string, len(rows))
	for i, r := range rows {
		for len(r) > 0 && r[len(r)-1] == "" {
			r = r[:len(r)-1]
		}
		out[i] = append([]string(nil), r...)
	}
	return out
}

func writeBook(t interface{ Fatal(...any) }, x *xlsxWriter, b *bytes.Buffer, rows [][]string) readBook {
	for _, r := range rows {
		if err := x.write(r); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.end(); err != nil {
		t.Fatal(err)
	}
	book, err := readWorkbook(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// B101: what is written to a sheet is read as it was, but for the guard, and
// no cell begins with what a spreadsheet takes for a formula.
func TestB101_SheetRoundTrip(t *testing.T) {
	t.Parallel()
	cell := rapid.OneOf(rapid.String(), rapid.SampledFrom(hostile), rapid.StringMatching(`[_x0-9A-F]{0,12}`), rapid.StringMatching("['=+@\\-\t\r\n ]{0,4}a?"))
	rapid.Check(t, func(t *rapid.T) {
		header := []string{"id", "notes", "custom.a"}
		rows := [][]string{header}
		for range rapid.IntRange(0, 4).Draw(t, "rows") {
			rows = append(rows, []string{cell.Draw(t, "a"), cell.Draw(t, "b"), cell.Draw(t, "c")})
		}
		var b bytes.Buffer
		book := writeBook(t, newXLSXWriter(&b, header), &b, rows[1:])
		for _, r := range book.sheets[0] {
			for i, c := range r {
				if c != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(c)[0]) {
					t.Fatalf("a cell begins as a formula: %q", c)
				}
				r[i] = unguard(c)
			}
		}
		if d := cmp.Diff(trimmed(rows), trimmed(book.sheets[0])); d != "" {
			t.Fatal(d)
		}
	})
}

// A workbook without any rows, and one that is longer than a sheet.
func TestSheets(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	var b bytes.Buffer
	book := writeBook(t, newXLSXWriter(&b, []string{"id", "notes"}), &b, nil)
	is.Equal(book.names, []string{"Contacts"})
	is.Equal(book.sheets, [][][]string{{{"id", "notes"}}})

	b.Reset()
	x := newXLSXWriter(&b, []string{"id"})
	x.limit = 3
	book = writeBook(t, x, &b, [][]string{{"1"}, {"2"}, {"3"}, {"4"}, {"5"}})
	is.Equal(book.names, []string{"Contacts", "Contacts 2", "Contacts 3"})
	is.Equal(book.sheets, [][][]string{{{"id"}, {"1"}, {"2"}}, {{"id"}, {"3"}, {"4"}}, {{"id"}, {"5"}}})
	is.Equal(book.styles, map[string]bool{"1": true, "2": true})
}

// A text that is too long for a cell is refused, never cut.
func TestSheetCellLimit(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	for text, good := range map[string]bool{
		strings.Repeat("a", MaxSheetCell):            true,
		strings.Repeat("a", MaxSheetCell+1):          false,
		strings.Repeat("é", MaxSheetCell):            true,
		strings.Repeat("😀", MaxSheetCell/2):          true, // two units each
		strings.Repeat("😀", MaxSheetCell/2+1):        false,
		"=" + strings.Repeat("a", MaxSheetCell-2):    true,
		"=" + strings.Repeat("a", MaxSheetCell-1):    false, // the apostrophe counts too
		strings.Repeat("a\x01", (MaxSheetCell-1)/2):  true,
		strings.Repeat("\r\n", (MaxSheetCell-1)/2-1): true,
	} {
		var b bytes.Buffer
		x := newXLSXWriter(&b, []string{"notes"})
		err := x.write([]string{text})
		var long *longCell
		is.Equal(errors.As(err, &long), !good)
		if good {
			is.NoErr(x.end())
			book, err := readWorkbook(b.Bytes())
			is.NoErr(err)
			is.Equal(unguard(book.sheets[0][1][0]), text)
		}
	}
}

func TestColumnNames(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	for i, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 51: "AZ", 52: "BA", 701: "ZZ", 702: "AAA", 16_383: "XFD"} {
		is.Equal(columnName(i), want)
	}
}

// The writer's errors come out, wherever the file breaks off.
func TestSheetWriterFails(t *testing.T) {
	t.Parallel()
	row := []string{strings.Repeat("x", 9000)}
	for limit := 0; limit < 4000; limit += 97 {
		x := newXLSXWriter(&short{left: limit}, []string{"notes"})
		var err error
		for i := 0; i < 40 && err == nil; i++ {
			row[0] = strconv.Itoa(i) + row[0]
			err = x.write(row)
		}
		if err == nil {
			err = x.end()
		}
		if !errors.Is(err, io.ErrShortWrite) {
			t.Fatalf("after %d bytes: %v", limit, err)
		}
	}
}

// short is a writer that breaks off.
type short struct{ left int }

func (s *short) Write(p []byte) (int, error) {
	if s.left -= len(p); s.left < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}
