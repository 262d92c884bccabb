package importexport_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"
	"golang.org/x/text/encoding/htmlindex"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/importexport"
)

// readAll reads a whole file; failed records are given as "!" and the reason.
func readAll(t *testing.T, in io.Reader, o importexport.ReadOptions) (*importexport.Reader, [][]string) {
	t.Helper()
	r, err := importexport.Open(in, o)
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for {
		rec, err := r.Next()
		if err == io.EOF {
			return r, rows
		}
		if err != nil {
			t.Fatal(err)
		}
		row := []string{fmt.Sprint(rec.Line)}
		if rec.Err != nil {
			row = append(row, "! "+desk.MessageOf(rec.Err))
		} else {
			row = append(row, rec.Cells...)
		}
		rows = append(rows, row)
	}
}

func TestSamplesAreDetected(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		file, encoding, delimiter string
		rows                      int
		last                      string
	}{
		{"people.csv", "utf-8", ",", 12, "No main email"},
		{"international_utf16_tab.csv", "utf-16le", "\t", 20, "GE"},
		{"deutsch_windows1252_semicolon.csv", "windows-1252", ";", 3, "Leipzig"},
		{"problems.csv", "utf-8", ",", 9, "1"},
	} {
		t.Run(tt.file, func(t *testing.T) {
			t.Parallel()
			is := is.New(t)
			file, err := os.Open("testdata/" + tt.file)
			is.NoErr(err)
			defer file.Close()
			r, rows := readAll(t, file, importexport.ReadOptions{})
			is.Equal(r.Encoding(), tt.encoding)
			is.Equal(r.Delimiter(), tt.delimiter)
			is.Equal(len(rows), tt.rows)
			last := rows[len(rows)-1]
			is.Equal(last[len(last)-1], tt.last)
		})
	}
}

func TestRecords(t *testing.T) {
	t.Parallel()
	const unclosed = "! A quote in column 2 of this line is never closed, or stands where none may stand."
	for _, tt := range []struct {
		name, in string
		want     [][]string
	}{
		{"plain", "first_name,last_name\nA,B\r\nC,D", [][]string{{"2", "A", "B"}, {"3", "C", "D"}}},
		{"quoted", "first_name,notes\n\"a \"\"b\"\"\",\"x,\r\ny\"\nC,D\n", [][]string{{"2", `a "b"`, "x,\r\ny"}, {"4", "C", "D"}}},
		{"old Mac", "first_name,last_name\rA,B\rC,\"D\rE\"\rF,G", [][]string{{"2", "A", "B"}, {"3", "C", "D\rE"}, {"5", "F", "G"}}},
		{"lone CR is text", "first_name,notes\nA,b\rc\n", [][]string{{"2", "A", "b\rc"}}},
		{"sep line", "sep=;\nfirst_name;last_name\nA;B\n", [][]string{{"3", "A", "B"}}},
		{"blank lines", "\n\nfirst_name,last_name\n\n,\n \t,\nA,B\n\n", [][]string{{"7", "A", "B"}}},
		{"padded and trailing", "first_name,last_name\nA\nB,C,,\n", [][]string{{"2", "A", ""}, {"3", "B", "C"}}},
		{"too many", "first_name,last_name\nA,B,C\n", [][]string{{"2", "! The row has 3 cells, but the header has only 2."}}},
		{"space behind quotes", "first_name,last_name\n\"A\" ,B\n", [][]string{{"2", "A", "B"}}},
		{"stray quotes", "first_name,last_name\nA \"B\" C,\"D \"E\" F\"\n", [][]string{{"2", `A "B" C`, `D "E" F`}}},
		{"unclosed at the end", "first_name,last_name\nA,\"B\nC,D\n", [][]string{{"2", unclosed}, {"3", "C", "D"}}},
		{"unclosed before quotes", "first_name,last_name\nA,\"B\nC,\"D, E\"\nF,G\n", [][]string{{"2", unclosed}, {"3", "C", "D, E"}, {"4", "F", "G"}}},
		{"not UTF-8", "first_name,last_name\nÅsa,Ödön\nA\xe9,B\nC,D\n", [][]string{{"2", "Åsa", "Ödön"}, {"3", "! The cell in column 1 holds bytes that are not valid in utf-8. If the file is in another encoding, name it."}, {"4", "C", "D"}}},
		{"NUL", "first_name,last_name\n" + strings.Repeat("some,name\n", 20) + "A\x00,B\n", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, rows := readAll(t, strings.NewReader(tt.in), importexport.ReadOptions{})
			if tt.want == nil {
				last := rows[len(rows)-1]
				is.New(t).Equal(last, []string{"22", "! The cell in column 1 holds a NUL character, which no text has."})
				return
			}
			if d := cmp.Diff(tt.want, rows); d != "" {
				t.Error(d)
			}
		})
	}
}

// A quote that is never closed costs its own row, not the thousands behind it.
func TestUnclosedQuoteCostsOneRow(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	in := "first_name,last_name,notes\nA,\"B,C\n" + strings.Repeat("Some,\"Name, Jr\",\"a note\nof two lines\"\n", 10_000)
	_, rows := readAll(t, strings.NewReader(in), importexport.ReadOptions{})
	is.Equal(len(rows), 10_001)
	is.Equal(rows[1], []string{"3", "Some", "Name, Jr", "a note\nof two lines"})

	in = "first_name,last_name,notes\nA,\"B,C\n" + strings.Repeat("Some,Name,x\n", 200_000) // more than MaxRecord
	_, rows = readAll(t, strings.NewReader(in), importexport.ReadOptions{})
	is.Equal(len(rows), 200_001)

	in = "first_name,last_name\n" + strings.Repeat("\"A,B\n", 50_000) // nothing but broken quotes
	_, rows = readAll(t, strings.NewReader(in), importexport.ReadOptions{})
	is.Equal(len(rows), 50_000)
}

func TestLimits(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	in := "first_name,notes\nA," + strings.Repeat("x", importexport.MaxCell+1) + "\nB," + strings.Repeat("y", 3*importexport.MaxRecord) + "\nC,D\n"
	_, rows := readAll(t, strings.NewReader(in), importexport.ReadOptions{})
	is.Equal(rows, [][]string{{"2", "! The cell in column 2 is longer than 200000 bytes."}, {"3", "! The row is longer than 1048576 bytes."}, {"4", "C", "D"}})

	in = "first_name" + strings.Repeat(",a", importexport.MaxColumns)
	_, err := importexport.Open(strings.NewReader(in), importexport.ReadOptions{})
	is.Equal(desk.MessageOf(err), "The file has more than 500 columns. Nothing was imported.")
}

func TestDelimiters(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{"first_name,last_name\nA,B\n", ","},
		{"first_name;notes\nA;b, c, d, e\nB;c, d, e, f\n", ";"},
		{"first_name\tnotes\nA\tb, c\n", "\t"},
		{"first_name|notes\nA|b;c\n", "|"},
		{"first_name\nA\n", ","},
		{"Vorname;Name, Vorname;Ort\nA;B, C;D\nE;F, G;H\n", ";"},
		{"a,\"x;y;z\",c\n1,\"2;3;4\",5\n", ","},
	} {
		r, err := importexport.Open(strings.NewReader(tt.in), importexport.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if r.Delimiter() != tt.want {
			t.Errorf("%q: delimiter %q, want %q", tt.in, r.Delimiter(), tt.want)
		}
	}
}

var inEncodings = map[string]string{
	"windows-1252": "René Müller;Genève\nFrançoise Lefèvre;Orléans\nBjörn Åström;Malmö\nJosé Núñez;Málaga\n",
	"windows-1250": "Łukasz Żółć;Łódź\nJiří Dvořák;Plzeň\nZoltán Kovács;Győr\nŠtěpán Čížek;Brno\n",
	"windows-1251": "Ольга Иванова;Москва\nДмитрий Щербаков;Санкт-Петербург\n",
	"koi8-r":       "Ольга Иванова;Москва\nДмитрий Щербаков;Санкт-Петербург\n",
	"windows-1253": "Γιώργος Παπαδόπουλος;Αθήνα\nΕλένη Δημητρίου;Θεσσαλονίκη\n",
	"windows-1254": "Özgür Yıldız;İstanbul\nAyşe Çağlar;Diyarbakır\nŞükrü Güneş;Eskişehir\n",
	"windows-1255": "דוד כהן;תל אביב\nרות לוי;ירושלים\n",
	"shift_jis":    "田中さくら;東京都\nスズキ一郎;大阪市北区\n佐藤ゆうこ;札幌市\n",
	"euc-jp":       "田中さくら;東京都\nスズキ一郎;大阪市北区\n佐藤ゆうこ;札幌市\n",
	"euc-kr":       "김민수;서울특별시\n이영희;부산광역시\n박지훈;대구광역시\n",
	"gb18030":      "王秀英;北京市朝阳区\n李伟;上海市浦东新区\n张敏;广州市天河区\n",
	"big5":         "王秀英;臺北市信義區\n陳志明;高雄市前鎮區\n林淑芬;臺中市西屯區\n",
	"iso-2022-jp":  "田中さくら;東京都\n佐藤ゆうこ;札幌市\n",
}

func TestEncodingsAreDetected(t *testing.T) {
	t.Parallel()
	for name, body := range inEncodings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			is := is.New(t)
			text := "display_name;city\n" + body
			enc, err := htmlindex.Get(name)
			is.NoErr(err)
			raw, err := enc.NewEncoder().String(text)
			is.NoErr(err)
			want := strings.Split(strings.SplitN(body, "\n", 2)[0], ";")
			for _, label := range []string{name, ""} {
				r, rows := readAll(t, strings.NewReader(raw), importexport.ReadOptions{Encoding: label})
				is.Equal(r.Encoding(), name)
				is.Equal(rows[0][1:], want)
			}
		})
	}
}

func TestUnicodeWithoutMark(t *testing.T) {
	t.Parallel()
	text := "first_name,city\nJürgen,Köln\n王,北京\n"
	wide := func(size int, little bool) string {
		var b bytes.Buffer
		for _, r := range text {
			for i := range size {
				shift := 8 * (size - 1 - i)
				if little {
					shift = 8 * i
				}
				b.WriteByte(byte(r >> shift))
			}
		}
		return b.String()
	}
	for name, raw := range map[string]string{
		"utf-16le": wide(2, true), "utf-16be": wide(2, false), "utf-32le": wide(4, true), "utf-32be": wide(4, false),
	} {
		is := is.New(t)
		r, rows := readAll(t, strings.NewReader(raw), importexport.ReadOptions{})
		is.Equal(r.Encoding(), name)
		is.Equal(rows, [][]string{{"2", "Jürgen", "Köln"}, {"3", "王", "北京"}})
	}
	is := is.New(t)
	r, rows := readAll(t, strings.NewReader("\xef\xbb\xbf"+text), importexport.ReadOptions{})
	is.Equal(r.Encoding(), "utf-8")
	is.Equal(r.Header().Cells[0], "first_name")
	is.Equal(len(rows), 2)
	r, _ = readAll(t, strings.NewReader("\xfe\xff"+wide(2, false)), importexport.ReadOptions{Encoding: "UTF-16"})
	is.Equal(r.Encoding(), "utf-16be")
}

// What stands behind a long part of plain ASCII still settles the encoding.
func TestLateEncoding(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	head := "first_name,last_name\n" + strings.Repeat("Some,Name\n", 50_000)
	for name, last := range map[string]string{"utf-8": "Jürgen,Weiß\n", "windows-1252": "J\xfcrgen,Wei\xdf\n"} {
		r, rows := readAll(t, strings.NewReader(head+last+"Plain,End\n"), importexport.ReadOptions{})
		is.Equal(r.Encoding(), name)
		is.Equal(rows[50_000][1:], []string{"Jürgen", "Weiß"})
	}
	// A file that was UTF-8 so far stays so: the row fails, and is not garbled.
	_, rows := readAll(t, strings.NewReader("first_name,last_name\nÅsa,Ö\n"+head+"J\xfcrgen,Wei\xdf\nPlain,End\n"), importexport.ReadOptions{})
	is.Equal(rows[50_002][1], "! The cell in column 1 holds bytes that are not valid in utf-8. If the file is in another encoding, name it.")
	is.Equal(rows[50_003][1:], []string{"Plain", "End"})
}

func TestRefusedFiles(t *testing.T) {
	t.Parallel()
	dir, err := os.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	binary := make([]byte, 1000)
	for i := range binary {
		binary[i] = byte(i * 37)
	}
	for _, tt := range []struct {
		name string
		in   io.Reader
		o    importexport.ReadOptions
		want string
	}{
		{"empty", strings.NewReader(""), importexport.ReadOptions{}, "The file is empty. Nothing was imported."},
		{"blank", strings.NewReader(" \n\n,,\n"), importexport.ReadOptions{}, "The file is empty. Nothing was imported."},
		{"directory", dir, importexport.ReadOptions{}, "This is a directory, not a file. Nothing was imported."},
		{"picture", strings.NewReader("\x89PNG\r\n\x1a\n\x00\x00"), importexport.ReadOptions{}, "This is a PNG picture, not a CSV file. Nothing was imported."},
		{"workbook", strings.NewReader("PK\x03\x04\x14\x00"), importexport.ReadOptions{Format: "csv"}, "This is a zip archive or an Excel workbook, not a CSV file. Nothing was imported."},
		{"part of a workbook", strings.NewReader("PK\x03\x04\x14\x00"), importexport.ReadOptions{}, "The workbook is damaged: its end is missing. Open it in a spreadsheet program, save it as .xlsx again, and choose that file."},
		{"web page", strings.NewReader("\ufeff\n<HTML><table>"), importexport.ReadOptions{}, "This is a web page, not a CSV file. Save it as CSV or .xlsx in a spreadsheet program, and choose that file. Nothing was imported."},
		{"no card", strings.NewReader("a,b\n"), importexport.ReadOptions{Format: "vcard"}, "This is not a vCard file: it does not begin with BEGIN:VCARD. Nothing was imported."},
		{"cards as CSV", strings.NewReader("BEGIN:VCARD\n"), importexport.ReadOptions{Format: "csv"}, "This is a vCard file, not a CSV file. Nothing was imported."},
		{"old workbook", strings.NewReader("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00"), importexport.ReadOptions{}, "This is an old or password-protected Excel file. Save it as .xlsx without a password, and choose that file."},
		{"encoding of a workbook", strings.NewReader("PK\x03\x04"), importexport.ReadOptions{Encoding: "utf-16"}, "A workbook has no encoding to choose."},
		{"no workbook", strings.NewReader("a,b\n"), importexport.ReadOptions{Format: "xlsx"}, "This is not an Excel workbook (.xlsx). Nothing was imported."},
		{"format", strings.NewReader("a,b\n"), importexport.ReadOptions{Format: "doc"}, "The format “doc” is not known. Give csv, xlsx or vcard."},
		{"binary", bytes.NewReader(binary), importexport.ReadOptions{}, "This is not a CSV file: it holds bytes that are no text in any encoding we know. Nothing was imported."},
		{"encoding", strings.NewReader("a,b\n"), importexport.ReadOptions{Encoding: "klingon"}, "The encoding \"klingon\" is not known. Give a name such as utf-8, utf-16le, windows-1252 or shift_jis."},
		{"delimiter", strings.NewReader("a,b\n"), importexport.ReadOptions{Delimiter: "::"}, "The delimiter must be one ASCII character, such as a comma, or the word tab."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := importexport.Open(tt.in, tt.o)
			is := is.New(t)
			is.Equal(desk.MessageOf(err), tt.want)
			is.Equal(desk.KindOf(err), desk.Invalid)
		})
	}
}

// broken fails when it has given its text.
type broken struct{ text string }

func (b *broken) Read(p []byte) (int, error) {
	if b.text == "" {
		return 0, errors.New("disk on fire")
	}
	n := copy(p, b.text)
	b.text = b.text[n:]
	return n, nil
}

// R94: an error of the file says in which line it is.
func TestR94_FileBreaksOff(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	r, err := importexport.Open(&broken{"first_name,notes\n" + strings.Repeat("A,B\n", 100_000)}, importexport.ReadOptions{})
	is.NoErr(err)
	last := 0
	for ; err == nil; last++ {
		_, err = r.Next()
	}
	is.Equal(last, 100_001)
	is.Equal(desk.KindOf(err), desk.Unavailable)
	is.Equal(desk.MessageOf(err), "The file could not be read on from line 100002.")
	_, err = importexport.Open(&broken{"first_name\nA"}, importexport.ReadOptions{})
	is.Equal(desk.MessageOf(err), "The file could not be read to its end.")
}

func FuzzReader(f *testing.F) {
	for _, s := range []string{"first_name,last_name\nA,\"B\nC,D\n", "sep=;\na;b\r\n\"x\"\"\";y", "\xff\xfea\x00,\x00b\x00\n\x00", "a\tb\r1\t2\r", "\x00\x00\xfe\xff"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) { checkReader(t, raw, importexport.ReadOptions{}) })
}

// checkReader reads a file and checks what holds for all.
func checkReader(t *testing.T, raw []byte, o importexport.ReadOptions) {
	r, err := importexport.Open(bytes.NewReader(raw), o)
	if err != nil {
		if k := desk.KindOf(err); k != desk.Invalid && k != desk.Limited || desk.MessageOf(err) == "" {
			t.Fatalf("no sentence: %v", err)
		}
		return
	}
	defer r.Close()
	for last := 0; ; {
		rec, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			if k := desk.KindOf(err); k != desk.Invalid && k != desk.Limited {
				t.Fatalf("no sentence: %v", err)
			}
			break
		}
		if rec.Line <= last {
			t.Fatalf("line %d after %d", rec.Line, last)
		}
		last = rec.Line
		if len(rec.Cells) < len(r.Header().Cells) {
			t.Fatal("not padded")
		}
		for _, c := range rec.Cells {
			if rec.Err == nil && !utf8.ValidString(c) {
				t.Fatalf("not UTF-8: %q", c)
			}
		}
	}
	if r.Bytes() > int64(len(raw)) {
		t.Fatal("more was read than there is")
	}
}
