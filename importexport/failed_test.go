package importexport

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"
)

// reasonText is a reason that not every encoding can hold.
const reasonText = "email: The column holds “naïve – 王 😀…”, which is no address."

// failAll has every row of a file fail, and returns the file of failed rows.
func failAll(t *testing.T, raw []byte, o ReadOptions) (*Reader, []Record, []byte) {
	t.Helper()
	r, err := Open(bytes.NewReader(raw), o)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	f := newFailedRows(&b, r)
	var all []Record
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		rec.Cells = slices.Clone(rec.Cells)
		all = append(all, rec)
		if err := f.add(rec, reasonText); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.close(); err != nil {
		t.Fatal(err)
	}
	return r, all, b.Bytes()
}

// sameAgain checks that a file of failed rows has the columns of the file in
// their order, each value as it stood, and two columns more.
func sameAgain(t *testing.T, r *Reader, all []Record, failed []byte, o ReadOptions) *Reader {
	t.Helper()
	back, err := Open(bytes.NewReader(failed), o)
	if err != nil {
		t.Fatalf("%v\n%q", err, failed)
	}
	if d := cmp.Diff(append(slices.Clone(r.Header().Cells), LineColumn, ReasonColumn), back.Header().Cells); d != "" {
		t.Fatal(d)
	}
	n := len(r.Header().Cells)
	for _, want := range all {
		got, err := back.Next()
		if err != nil {
			t.Fatal(err)
		}
		if want.Err != nil {
			continue // what could be read of it
		}
		if d := cmp.Diff(want.Cells[:n], got.Cells[:n]); d != "" || len(got.Cells) != n+2 {
			t.Fatalf("line %d: %s", want.Line, d)
		}
	}
	return back
}

// I6: failed rows come back in the columns, the encoding and the shape of the file.
func TestFailedRowsOfSamples(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob("testdata/*.csv")
	layouts, _ := filepath.Glob("testdata/layouts/*.csv")
	for _, file := range append(files, layouts...) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			r, all, failed := failAll(t, raw, ReadOptions{})
			back := sameAgain(t, r, all, failed, ReadOptions{})
			if back.Encoding() != r.Encoding() || back.Delimiter() != r.Delimiter() || back.LineEnd() != r.LineEnd() {
				t.Errorf("%s %q %q became %s %q %q", r.Encoding(), r.Delimiter(), r.LineEnd(), back.Encoding(), back.Delimiter(), back.LineEnd())
			}
			if mark := r.src.(*csvFile).mark; !bytes.HasPrefix(failed, []byte(mark)) || mark == "" && bytes.HasPrefix(failed, []byte("\xef\xbb\xbf")) {
				t.Errorf("the mark %q is not as it was", mark)
			}
			if crlf := bytes.Contains(raw, []byte("\r\n")); r.Encoding() != "utf-16le" && crlf != bytes.Contains(failed, []byte("\r\n")) {
				t.Error("the line ends are not as they were")
			}
		})
	}
}

// Whatever the encoding is, values come back, and reasons say the same.
func TestFailedRowsInAnyEncoding(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"utf-8": "Zoë 王", "windows-1252": "Zoë €", "iso-8859-2": "Łódź", "koi8-r": "Привет", "ibm850": "Käthe", "shift_jis": "田中さん", "iso-2022-jp": "田中さん",
		"euc-jp": "田中さん", "gb18030": "王小明", "big5": "陳", "euc-kr": "김민수", "utf-16le": "Zoë", "utf-16be": "王", "utf-32le": "Zoë", "windows-1256": "محمد",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			is := is.New(t)
			c, err := charsetOf(name)
			is.NoErr(err)
			in := "sep=;\nfirst_name;notes;custom.x\n" + text + ";\"a\nb;\"\"c\"\"\";'=1\n  x;=1+1;007\n"
			if c.enc != nil {
				in, err = c.enc.NewEncoder().String(in)
				is.NoErr(err)
			}
			o := ReadOptions{Encoding: name}
			r, all, failed := failAll(t, []byte(in), o)
			is.Equal(len(all), 2)
			back := sameAgain(t, r, all, failed, o)
			is.Equal(back.Delimiter(), ";")
			again, err := Open(bytes.NewReader(failed), o)
			is.NoErr(err)
			rec, err := again.Next()
			is.NoErr(err)
			is.NoErr(rec.Err)
			is.Equal(rec.Cells[3], "3")
			reason := rec.Cells[4]
			is.True(strings.HasPrefix(reason, "email: The column holds ") && strings.HasSuffix(reason, "which is no address."))
			is.True(strings.Contains(reason, "王") || strings.Contains(reason, "U+738B")) // nothing is lost
			is.True(strings.Contains(reason, "😀") || strings.Contains(reason, "U+1F600"))
		})
	}
}

// A file whose first letter beyond ASCII comes late, and rows that fail before
// that is known.
func TestFailedRowsOfLateEncoding(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	in := "first_name,notes\r\n" + strings.Repeat("Ann,plain text\r\n", 20_000) + "Zo\xeb,na\xefve caf\xe9\r\n"
	r, all, failed := failAll(t, []byte(in), ReadOptions{})
	is.Equal(r.Encoding(), "windows-1252")
	sameAgain(t, r, all, failed, ReadOptions{})
	is.True(bytes.Contains(failed, []byte("Zo\xeb,na\xefve caf\xe9,20002,")))
	is.True(bytes.Contains(failed, []byte(`,2,"email: The column holds ""naU+00EFve - U+738B U+1F600..."", which is no address."`)))
}

// Workbooks fail into workbooks, cards into CSV with our own columns.
func TestFailedRowsOfOtherFormats(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob("testdata/xlsx/*.xlsx")
	cards, _ := filepath.Glob("testdata/vcard/*.vcf")
	for _, file := range append(files, cards...) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			is := is.New(t)
			raw, err := os.ReadFile(file)
			is.NoErr(err)
			r, all, failed := failAll(t, raw, ReadOptions{})
			back, err := Open(bytes.NewReader(failed), ReadOptions{})
			is.NoErr(err)
			want := FormatXLSX
			if r.Format() == FormatVCard {
				want = FormatCSV
			}
			is.Equal(back.Format(), want)
			is.Equal(back.Header().Cells, append(slices.Clone(r.Header().Cells), LineColumn, ReasonColumn))
			for _, rec := range all {
				got, err := back.Next()
				is.NoErr(err)
				for i := range r.Header().Cells {
					cell := got.Cells[i]
					if rec.Literal {
						cell = unguard(cell)
					}
					is.Equal(cell, rec.Cells[i])
				}
			}
		})
	}
}

// Cells that the header has no column for stand last, and a file that has been
// put right before gets its two columns anew.
func TestFailedRowsOfFailedRows(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	_, _, failed := failAll(t, []byte("first_name,_line,_Reason,notes\nA,7,was bad,n,extra,more\n=B,8,x,'=n\n"), ReadOptions{})
	text := strings.ReplaceAll(string(failed), reasonText, "R")
	is.Equal(strings.ReplaceAll(text, `"R"`, "R"), "first_name,notes,_line,_reason\nA,n,2,R,extra,more\n=B,'=n,3,R\n")
	is.NoErr((&failedRows{}).add(Record{}, "no file is asked for"))
	is.NoErr((&failedRows{}).close())
	f := newFailedRows(&short{left: 10}, mustOpen(t, "first_name\nA\n"))
	is.NoErr(f.add(Record{Cells: []string{"A"}}, "x"))
	is.True(f.close() != nil)
}

func mustOpen(t *testing.T, text string) *Reader {
	t.Helper()
	r, err := Open(strings.NewReader(text), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}
