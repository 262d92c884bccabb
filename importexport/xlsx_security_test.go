package importexport_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/importexport"
)

// drain reads a file to its end and returns the first error of the file or of
// a row, how long it took, and how much it allocated.
func drain(raw []byte) (err error, took time.Duration, allocated uint64) { //nolint:staticcheck // the error is the first thing looked at
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	begun := time.Now()
	r, err := importexport.Open(bytes.NewReader(raw), importexport.ReadOptions{})
	for err == nil {
		var rec importexport.Record
		if rec, err = r.Next(); err == nil {
			err = rec.Err
		}
	}
	if r != nil {
		err = errors.Join(err, r.Close())
	}
	runtime.ReadMemStats(&after)
	return err, time.Since(begun), after.TotalAlloc - before.TotalAlloc
}

// hang is far more than any of these files takes (a second at most), on any
// machine: without limits some take hours.
const hang = time.Minute

// refused checks that a file is refused with a sentence, before it hangs and in
// less than 64 MB. Not for parallel tests.
func refused(t *testing.T, raw []byte, want string) {
	t.Helper()
	err, took, allocated := drain(raw)
	if k := desk.KindOf(err); k != desk.Invalid && k != desk.Limited || !strings.Contains(desk.MessageOf(err), want) {
		t.Errorf("got %v, want %q", err, want)
	}
	if took > hang || allocated > 64<<20 {
		t.Errorf("took %v and %d MB", took, allocated>>20)
	}
}

// B105: sheets that lie about their size, and what points to nowhere.
func TestB105_XLSXRowBomb(t *testing.T) {
	head := inline(1, []string{"email"})
	with := func(rows string, more ...part) []byte { return zipped(t, book(head+rows, more...)...) }
	for name, tt := range map[string]struct {
		raw  []byte
		want string
	}{
		"row number":       {with(`<row r="231999999999940"><c><v>1</v></c></row>`), "sheets end at row 1048576"},
		"row beyond":       {with(`<row r="1048577"><c><v>1</v></c></row>`), "sheets end at row 1048576"},
		"row without end":  {with(`<row r="99999999999999999999999"/>`), "sheets end at row 1048576"},
		"row behind":       {with(`<row r="5"><c><v>1</v></c></row><row r="2"/>`), "row 2 stands behind row 5"},
		"column XFE":       {with(`<row r="2"><c r="XFE2"><v>1</v></c></row>`), "sheets end at XFD1048576"},
		"column long":      {with(`<row r="2"><c r="AAAAAAAAAAAAA2"><v>1</v></c></row>`), "sheets end at XFD1048576"},
		"column none":      {with(`<row r="2"><c r="2"><v>1</v></c></row>`), "sheets end at XFD1048576"},
		"cells too many":   {with(`<row r="2">` + strings.Repeat(`<c/>`, 16385) + `</row>`), "more than 16384 cells"},
		"string negative":  {with(`<row r="2"><c r="A2" t="s"><v>-1</v></c></row>`), "names a text that is not in the file"},
		"string huge":      {with(`<row r="2"><c r="A2" t="s"><v>9223372036854775807</v></c></row>`), "names a text that is not in the file"},
		"header too wide":  {zipped(t, book(`<row r="1"><c r="A1" t="str"><v>email</v></c><c r="SZZ1" t="str"><v>x</v></c></row>`)...), "more than 500 columns"},
		"cut off":          {with("</sheetData><!--"), "not well formed"},
		"cut between":      {with(`<row r="2"><c r="A2"><v>1</v>`, part{"xl/worksheets/sheet1.xml", `<worksheet><sheetData>` + head}), "ends too early"},
		"no sheet part":    {without(t, "xl/worksheets/sheet1.xml"), "“xl/worksheets/sheet1.xml” is missing"},
		"no workbook part": {without(t, "xl/workbook.xml"), "“xl/workbook.xml” is missing"},
		"no relationships": {without(t, "xl/_rels/workbook.xml.rels"), "the sheet “People” is missing"},
		"no strings part":  {without(t, "xl/sharedStrings.xml"), "“xl/sharedStrings.xml” is missing"},
		"no zip":           {[]byte("PK\x03\x04" + strings.Repeat("x", 100)), "its end is missing"},
		"two sheets":       {with("", part{"XL/worksheets/SHEET1.xml", "<worksheet/>"}), "two parts of the name"},
	} {
		t.Run(name, func(t *testing.T) { refused(t, tt.raw, tt.want) })
	}
	t.Run("dimension", func(t *testing.T) {
		err, took, allocated := drain(zipped(t, book(`<dimension ref="A1:XFD1048576"/><sheetData>`+head+inline(1048576, []string{"last"})+`</sheetData>`)...))
		if !errors.Is(err, io.EOF) || took > hang || allocated > 64<<20 {
			t.Error(err, took, allocated)
		}
	})
}

// without is a workbook that lacks a part.
func without(tb testing.TB, name string) []byte {
	var kept []part
	for _, p := range book(inline(1, []string{"email"}, []string{"x"})) {
		if p.name != name {
			kept = append(kept, p)
		}
	}
	return zipped(tb, kept...)
}

// zeros is a reader of n bytes, empty elements or spaces.
type zeros struct {
	n    int64
	text string
}

func (z *zeros) Read(p []byte) (int, error) {
	if z.n == 0 {
		return 0, io.EOF
	}
	n := int(min(z.n, int64(len(p))))
	for i := range p[:n] {
		p[i] = ' '
		if z.text != "" {
			p[i] = z.text[(z.n-int64(i))%int64(len(z.text))]
		}
	}
	z.n -= int64(n)
	return n, nil
}

// bomb packs n bytes behind the beginning of a part of the workbook.
func bomb(t *testing.T, name, text string, n int64) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, p := range book(inline(1, []string{"email"})) {
		f, err := w.Create(p.name)
		if err == nil && p.name == name {
			_, err = io.Copy(f, io.MultiReader(strings.NewReader(p.text[:strings.LastIndex(p.text, "<")]), &zeros{n, text}))
		} else if err == nil {
			_, err = io.WriteString(f, p.text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// lying packs a part whose directory entry says that it is small.
func lying(t *testing.T) []byte {
	t.Helper()
	var packed, b bytes.Buffer
	fw, err := flate.NewWriter(&packed, 9)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(fw, &zeros{64 << 20, ""}); err != nil || fw.Close() != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(&b)
	f, err := w.CreateRaw(&zip.FileHeader{Name: "xl/workbook.xml", Method: zip.Deflate, CompressedSize64: uint64(packed.Len()), UncompressedSize64: 10, CRC32: crc32.ChecksumIEEE(nil)})
	if err == nil {
		_, err = f.Write(packed.Bytes())
	}
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// B106: archives and XML that grow, other containers, and what is outside of the file.
func TestB106_XLSXBombs(t *testing.T) {
	head := inline(1, []string{"email"})
	doctype := func(dtd string) []byte {
		return zipped(t, book(head, part{"xl/worksheets/sheet1.xml", `<!DOCTYPE x [` + dtd + `]><worksheet><sheetData><row><c t="str"><v>&a;</v></c></row></sheetData></worksheet>`})...)
	}
	laughs := `<!ENTITY a0 "ha">`
	for i := range 10 {
		laughs += fmt.Sprintf(`<!ENTITY a%d "%s">`, i+1, strings.Repeat(fmt.Sprintf("&a%d;", i), 10))
	}
	ole := append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 4096)...)
	typed := func(kind string) []byte {
		return zipped(t, book(head, part{"[Content_Types].xml", `<Types><Override PartName="/xl/workbook.xml" ContentType="` + kind + `"/></Types>`})...)
	}
	many := make([]part, 20_000)
	for i := range many {
		many[i].name = fmt.Sprint("x/", i)
	}
	for name, tt := range map[string]struct {
		raw  []byte
		want string
	}{
		"elements":         {bomb(t, "xl/worksheets/sheet1.xml", ">/a<", 8<<20), "made to fill a computer"},
		"strings":          {bomb(t, "xl/sharedStrings.xml", "", 8<<20), "more than 400000 bytes"},
		"workbook":         {bomb(t, "xl/workbook.xml", "", 8<<20), "more than 400000 bytes"},
		"lying size":       {lying(t), "damaged"},
		"entries":          {zipped(t, many...), "made to fill a computer"},
		"entries hidden":   {hideCount(zipped(t, many...)), "damaged"},
		"laughs":           {doctype(laughs), "declares a document type"},
		"external entity":  {doctype(`<!ENTITY a SYSTEM "file:///etc/passwd">`), "declares a document type"},
		"undeclared":       {zipped(t, book(head+`<row><c t="str"><v>&a;</v></c></row>`)...), "not well formed"},
		"deep":             {zipped(t, book(head+strings.Repeat("<row>", 100_000))...), "too deep"},
		"attributes":       {zipped(t, book(head+`<row `+strings.Repeat(`a="" `, 100_000)+`/>`)...), "more than 400000 bytes"},
		"nested":           {zipped(t, part{"a.zip", string(zipped(t, book(head)...))}), "zip archive, not an Excel workbook"},
		"ole":              {ole, "old or password-protected Excel file"},
		"ods":              {zipped(t, part{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"}, part{"content.xml", "<x/>"}), "OpenDocument file (.ods)"},
		"docx":             {zipped(t, part{"[Content_Types].xml", "<Types/>"}, part{"word/document.xml", "<x/>"}), "a Word document"},
		"xlsm":             {typed("application/vnd.ms-excel.sheet.macroEnabled.main+xml"), "macros (.xlsm)"},
		"xlsm renamed":     {zipped(t, book(head, part{"xl/vbaProject.bin", "x"})...), "holds macros"},
		"other type":       {typed("application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"), "not an Excel workbook"},
		"xlsb":             {zipped(t, part{"[Content_Types].xml", "<Types/>"}, part{"_rels/.rels", `<Relationships><Relationship Type="x/officeDocument" Target="xl/workbook.bin"/></Relationships>`}, part{"xl/workbook.bin", "x"}), "binary Excel workbook"},
		"password of zip":  {locked(zipped(t, book(head)...)), "protected with a password"},
		"damaged contents": {spoiled(zipped(t, book(head)...)), "damaged"},
	} {
		t.Run(name, func(t *testing.T) { refused(t, tt.raw, tt.want) })
	}
}

// hideCount makes the directory say that there is one entry.
func hideCount(raw []byte) []byte {
	i := bytes.LastIndex(raw, []byte("PK\x05\x06"))
	binary.LittleEndian.PutUint16(raw[i+8:], 1)
	binary.LittleEndian.PutUint16(raw[i+10:], 1)
	return raw
}

// locked marks all parts as encrypted.
func locked(raw []byte) []byte {
	for i := 0; ; i += 4 {
		j := bytes.Index(raw[i:], []byte("PK\x01\x02"))
		if j < 0 {
			return raw
		}
		i += j
		raw[i+8] |= 1
	}
}

// spoiled changes a byte in the packed sheet.
func spoiled(raw []byte) []byte {
	i := bytes.Index(raw, []byte("xl/worksheets/sheet1.xml"))
	raw[i+40] ^= 0xff
	return raw
}

// B106: a stream that has no end is not kept.
func TestB106_XLSXTooLarge(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 256 MB")
	}
	is := is.New(t)
	t.Setenv("TMPDIR", t.TempDir())
	_, err := importexport.Open(io.MultiReader(strings.NewReader("PK\x03\x04"), &zeros{1 << 40, ""}), importexport.ReadOptions{})
	is.Equal(desk.KindOf(err), desk.Limited)
	is.Equal(desk.MessageOf(err), "The workbook has more than 256 MB. Save it as CSV, or in parts.")
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	is.NoErr(err)
	is.Equal(len(left), 0)
}

func FuzzXLSX(f *testing.F) {
	rows := inline(1, []string{"email", "x"}, []string{"a", "b"}) + `<row><c t="s"><v>0</v></c><c s="1"><v>45418</v></c><c t="e"><v>#N/A</v></c><c><f>1</f></c></row>`
	sst := `<sst><si><t>one</t></si><si><r><t>two_x000D_</t></r></si></sst>`
	f.Add(rows, sst, fmt.Sprintf(styles, `<xf numFmtId="0"/><xf numFmtId="14"/>`))
	f.Add(`<sheetData>`+rows+`</sheetData><mergeCells><mergeCell ref="A1:B1"/><mergeCell ref="A2:A3"/></mergeCells>`, sst, fmt.Sprintf(styles, `<xf/><xf numFmtId="168"/>`))
	f.Fuzz(func(t *testing.T, rows, sst, style string) {
		raw := zipped(t, book(rows, part{"xl/sharedStrings.xml", sst}, part{"xl/styles.xml", style})...)
		checkReader(t, raw, importexport.ReadOptions{})
	})
}

func FuzzXLSXFile(f *testing.F) {
	f.Add(zipped(f, book(inline(1, []string{"email"}, []string{"a"}))...))
	f.Fuzz(func(t *testing.T, raw []byte) { checkReader(t, raw, importexport.ReadOptions{Format: "xlsx"}) })
}
