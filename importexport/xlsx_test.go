package importexport_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
)

const (
	mainNS = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	relNS  = `xmlns="http://schemas.openxmlformats.org/package/2006/relationships"`
	relURL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
)

// part is a file of a zip archive.
type part struct{ name, text string }

func zipped(tb testing.TB, parts ...part) []byte {
	tb.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, p := range parts {
		method := zip.Deflate
		if p.text == "" { // beginning to pack takes longer than all else
			method = zip.Store
		}
		f, err := w.CreateHeader(&zip.FileHeader{Name: p.name, Method: method})
		if err == nil {
			_, err = io.WriteString(f, p.text)
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// book is the parts of a workbook with one sheet; parts with a known name
// stand in the place of its own.
func book(rows string, more ...part) []part {
	sheet := rows
	if !strings.Contains(rows, "<sheetData") {
		sheet = "<sheetData>" + rows + "</sheetData>"
	}
	parts := []part{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`},
		{"_rels/.rels", `<Relationships ` + relNS + `><Relationship Id="rId1" Type="` + relURL + `officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook ` + mainNS + `><sheets><sheet name="People" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships ` + relNS + `><Relationship Id="rId1" Type="` + relURL + `worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="rId2" Type="` + relURL + `sharedStrings" Target="/xl/sharedStrings.xml"/><Relationship Id="rId3" Type="` + relURL + `styles" Target="styles.xml"/></Relationships>`},
		{"xl/worksheets/sheet1.xml", `<?xml version="1.0"?><worksheet ` + mainNS + `>` + sheet + `</worksheet>`},
		{"xl/sharedStrings.xml", `<sst ` + mainNS + `/>`},
	}
	for _, m := range more {
		found := false
		for i := range parts {
			if parts[i].name == m.name {
				parts[i], found = m, true
			}
		}
		if !found {
			parts = append(parts, m)
		}
	}
	return parts
}

// inline makes rows of text; an empty text makes no cell.
func inline(from int, rows ...[]string) string {
	var b strings.Builder
	for i, row := range rows {
		fmt.Fprintf(&b, `<row r="%d">`, from+i)
		for j, c := range row {
			if c != "" {
				fmt.Fprintf(&b, `<c r="%c%d" t="inlineStr"><is><t>%s</t></is></c>`, 'A'+j, from+i, c)
			}
		}
		b.WriteString(`</row>`)
	}
	return b.String()
}

// readBook reads a workbook from memory; warnings follow their row as "~" lines.
func readBook(tb testing.TB, raw []byte, o importexport.ReadOptions) (*importexport.Reader, [][]string) {
	tb.Helper()
	r, err := importexport.Open(bytes.NewReader(raw), o)
	if err != nil {
		tb.Fatal(err)
	}
	defer r.Close()
	rows := [][]string{r.Header().Cells}
	for {
		rec, err := r.Next()
		if err == io.EOF {
			return r, rows
		}
		if err != nil {
			tb.Fatal(err)
		}
		row := append([]string{fmt.Sprint(rec.Line)}, rec.Cells...)
		if rec.Err != nil {
			row = []string{fmt.Sprint(rec.Line), "! " + desk.MessageOf(rec.Err)}
		}
		rows = append(rows, row)
		for _, w := range rec.Warnings {
			rows = append(rows, []string{"~ " + w})
		}
	}
}

// What someone would type in who has the samples open in front of them.
func TestXLSX_Samples(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][][]string{
		"formulas": {
			{"First", "Last", "Name", "Email", "Phone"},
			{"2", "Ada", "Lovelace", "Ada Lovelace", "ada@x.example", "+447911123456"},
			{"3", "Bob", "Stone", "", "bob@x.example", ""},
			{"~ The cell C3 has a formula whose result is not in the file; it was read as empty. Open the file in a spreadsheet program and save it to have it there."},
			{"~ The cell E3 shows the error “#N/A”; it was read as empty."},
			{"4", "Carl", "Roe", "", "carl@x.example", "true"},
			{"~ The cell C4 shows the error “#DIV/0!”; it was read as empty."},
		},
		"no_cell_refs": {{"Name", "Email"}, {"2", "Ada", "ada@x.example"}},
		"sparse_cells": {
			{"Name", "Email"}, {"2", "", "only@x.example"},
			{"1048576", "! The row has something in XFD1048576 alone, and that column has no header."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			is := is.New(t)
			raw, err := os.ReadFile("testdata/xlsx/" + name + ".xlsx")
			is.NoErr(err)
			r, rows := readBook(t, raw, importexport.ReadOptions{})
			if d := cmp.Diff(want, rows); d != "" {
				t.Error(d)
			}
			is.Equal(r.Format(), "xlsx")
			is.Equal(r.Sheet(), "Contacts")
			is.Equal(r.Sheets(), []importexport.Sheet{{Name: "Contacts"}})
			is.Equal(r.Encoding()+r.Delimiter()+r.LineEnd(), "")
			is.Equal(len(r.Notes()), 0)
			is.Equal(r.Bytes(), int64(len(raw)))
		})
	}
}

const styles = `<styleSheet ` + mainNS + `><numFmts count="9"><numFmt numFmtId="164" formatCode="00000"/><numFmt numFmtId="165" formatCode="yyyy\-mm\-dd"/>` +
	`<numFmt numFmtId="166" formatCode="0.00E+00"/><numFmt numFmtId="167" formatCode="&quot;+&quot;0"/><numFmt numFmtId="168" formatCode="[&lt;=9999999]###\-####;\(###\)\ ###\-####"/>` +
	`<numFmt numFmtId="169" formatCode="[$-407]d/\ mmmm\ yyyy;@"/><numFmt numFmtId="170" formatCode="#,##0.00\ &quot;€&quot;"/><numFmt numFmtId="171" formatCode="0&quot; Stück&quot;"/>` +
	`<numFmt numFmtId="172" formatCode="&quot;KD-&quot;00000"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>%s</cellXfs></styleSheet>`

// Numbers, as a person sees them who needs all of them.
func TestXLSX_Numbers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		format int
		value  string
		want   string
	}{
		{0, "491711234567", "491711234567"},
		{0, "4.9171123456700001E+11", "491711234567"},
		{0, "4.91711234567E+11", "491711234567"},
		{166, "491711234567", "491711234567"},
		{0, "12345678901234567", "12345678901234567"},
		{0, "1.2345678901234599E+16", "12345678901234600"},
		{0, "0.30000000000000004", "0.3"},
		{0, "-0", "0"},
		{0, "5.0", "5"},
		{2, "5.25", "5.25"},
		{1, "5.6", "5.6"},
		{3, "1234567", "1234567"},
		{170, "1234.5", "1234.5"},
		{171, "12", "12"},
		{49, "42", "42"},
		{164, "1099", "01099"},
		{164, "123456", "123456"},
		{167, "447911123456", "+447911123456"},
		{168, "5551234", "555-1234"},
		{168, "4155551234", "(415) 555-1234"},
		{172, "42", "KD-00042"},
		{9, "0.15", "15%"},
		{10, "0.125", "12.5%"},
		{14, "45418", "2024-05-06"},
		{165, "45418.75", "2024-05-06"},
		{169, "45418", "2024-05-06"},
		{22, "45418.416666666664", "2024-05-06T10:00:00"},
		{22, "45418", "2024-05-06T00:00:00"},
		{20, "0.41666666666666669", "10:00"},
		{21, "0.99999999", "00:00:00"},
		{46, "1.5", "36:00:00"},
		{14, "1", "1900-01-01"},
		{14, "59", "1900-02-28"},
		{14, "60", "1900-02-29"},
		{14, "61", "1900-03-01"},
		{14, "2958465", "9999-12-31"},
		{14, "2958466", "2958466"},
		{14, "-1", "-1"},
		{57, "45418", "2024-05-06"},
	} {
		rows := inline(1, []string{"email"}) + fmt.Sprintf(`<row r="2"><c r="A2" s="1"><v>%s</v></c></row>`, tt.value)
		xfs := fmt.Sprintf(`<xf numFmtId="0"/><xf numFmtId="%d"/>`, tt.format)
		_, got := readBook(t, zipped(t, book(rows, part{"xl/styles.xml", fmt.Sprintf(styles, xfs)})...), importexport.ReadOptions{})
		if d := cmp.Diff([]string{"2", tt.want}, got[1]); d != "" {
			t.Errorf("%s in format %d: %s", tt.value, tt.format, d)
		}
	}
}

// Kinds of cells, in the spellings that programs write.
func TestXLSX_Cells(t *testing.T) {
	t.Parallel()
	shared := `<sst ` + mainNS + `><si><t>plain</t></si><si><r><rPr><b/></rPr><t xml:space="preserve">rich </t></r><r><t>text</t></r><rPh sb="0" eb="1"><t>READ</t></rPh><phoneticPr fontId="1"/></si>` +
		`<si><t>two_x000D_
lines _x005F_x000D_ _xZZZZ_</t></si><si/></sst>`
	cells := []struct{ xml, want string }{
		{`t="s"><v>0</v>`, "plain"},
		{`t="s"><v>1</v>`, "rich text"},
		{`t="s"><v>2</v>`, "two\r\nlines _x000D_ _xZZZZ_"},
		{`t="s"><v>3</v>`, ""},
		{`t="s"><v></v>`, ""},
		{`t="b"><v>0</v>`, "false"},
		{`t="str"><f>A1</f><v>a &amp; b</v>`, "a & b"},
		{`t="str"><f>A1</f><v></v>`, ""},
		{`t="n"><f>1+1</f><v>2</v>`, "2"},
		{`t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r></is>`, "inline"},
		{`t="d"><v>2024-05-06T00:00:00.000Z</v>`, "2024-05-06"},
		{`t="d"><v>2024-05-06T10:30:00</v>`, "2024-05-06T10:30:00"},
		{`><v> 7 </v>`, "7"},
		{`><extLst><v>8</v></extLst>`, ""},
		{`>`, ""},
	}
	rows := inline(1, []string{"email", "x"})
	for i, c := range cells {
		rows += fmt.Sprintf(`<row r="%d"><c r="A%d" t="inlineStr"><is><t>x</t></is></c><c r="B%d" %s</c></row>`, i+2, i+2, i+2, c.xml)
	}
	_, got := readBook(t, zipped(t, book(rows, part{"xl/sharedStrings.xml", shared})...), importexport.ReadOptions{})
	for i, c := range cells {
		if d := cmp.Diff([]string{fmt.Sprint(i + 2), "x", c.want}, got[i+1]); d != "" {
			t.Errorf("%s: %s", c.xml, d)
		}
	}
}

func TestXLSX_BadRowsFailAlone(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("y", importexport.MaxCell+1)
	for name, tt := range map[string]struct{ row, want string }{
		"negative string": {`<row r="2"><c r="A2" t="s"><v>-1</v></c></row>`, "! The cell A2 names a text that is not in the file: the workbook is damaged."},
		"huge string":     {`<row r="2"><c r="A2" t="s"><v>99999999999999999999</v></c></row>`, "! The cell A2 names a text that is not in the file: the workbook is damaged."},
		"no number":       {`<row r="2"><c r="A2"><v>NaN</v></c></row>`, "! The cell A2 holds “NaN”, which is not what its kind says."},
		"cell twice":      {`<row r="2"><c r="A2"><v>1</v></c><c r="A2"><v>2</v></c></row>`, "! The row has two cells A2: the workbook is damaged."},
		"other row":       {`<row r="2"><c r="A9"><v>1</v></c></row>`, "! The row has a cell that says it is “A9”: the workbook is damaged."},
		"long cell":       {`<row r="2"><c r="A2" t="str"><v>` + long + `</v></c></row>`, "! The cell A2 is longer than 200000 bytes."},
		"NUL":             {`<row r="2"><c r="A2" t="str"><v>a_x0000_</v></c></row>`, "! The row holds a NUL character, which no text has."},
		"only an error":   {`<row r="2"><c r="A2" t="e"><v>#REF!</v></c></row>`, "! The row has nothing that can be read. The cell A2 shows the error “#REF!”; it was read as empty."},
	} {
		_, rows := readBook(t, zipped(t, book(inline(1, []string{"email"})+tt.row+inline(3, []string{"good"}))...), importexport.ReadOptions{})
		if rows[1][1] != tt.want || rows[len(rows)-1][1] != "good" {
			t.Errorf("%s: %v", name, rows[1:])
		}
	}
}

// Columns without a header are told of; what has a header is read.
func TestXLSX_ColumnsWithoutHeader(t *testing.T) {
	t.Parallel()
	_, rows := readBook(t, zipped(t, book(inline(1, []string{"email", "", "city"}, []string{"a@x.example", "b", "c", "d", "e"}, []string{"", "", "", "f"}))...), importexport.ReadOptions{})
	want := [][]string{
		{"email", "", "city"}, {"2", "a@x.example", "b", "c"}, {"~ The column of D2, E2 has no header; it was not read."},
		{"3", "! The row has something in D3 alone, and that column has no header."},
	}
	if d := cmp.Diff(want, rows); d != "" {
		t.Error(d)
	}
}

func TestXLSX_Headers(t *testing.T) {
	t.Parallel()
	merged := func(refs ...string) string {
		s := `</sheetData><mergeCells>`
		for _, r := range refs {
			s += `<mergeCell ref="` + r + `"/>`
		}
		return s + `</mergeCells>`
	}
	for name, tt := range map[string]struct {
		sheet string
		want  [][]string
		note  string
	}{
		"title": {
			"<sheetData>" + inline(1, []string{"Our people"}) + inline(3, []string{"first_name", "email"}, []string{"A", "a@x.example"}) + "</sheetData>",
			[][]string{{"first_name", "email"}, {"4", "A", "a@x.example"}},
			"The header was found in row 3; what stands above it was not read: “Our people”.",
		},
		"one column": {
			"<sheetData>" + inline(1, []string{"email"}, []string{"a@x.example", "email", "city"}) + "</sheetData>",
			[][]string{{"email"}, {"2", "a@x.example"}, {"~ The column of B2, C2 has no header; it was not read."}}, "",
		},
		"wrapped": {
			"<sheetData>" + inline(1, []string{"E-mail\n Address", "city"}, []string{"a@x.example", "B"}) + "</sheetData>",
			[][]string{{"E-mail Address", "city"}, {"2", "a@x.example", "B"}}, "",
		},
		"no title": {
			"<sheetData>" + inline(1, []string{"Wer", "Was"}, []string{"A", "email"}) + "</sheetData>",
			[][]string{{"Wer", "Was"}, {"2", "A", "email"}}, "",
		},
		"merged": {
			"<sheetData>" + inline(1, []string{"email", "Phone", "", "city"}, []string{"a@x.example", "1", "2", "3"}) + merged("B1:C1"),
			[][]string{{"email", "Phone", "Phone 2", "city"}, {"2", "a@x.example", "1", "2", "3"}},
			"The header cell “Phone” goes over 2 columns; they were called “Phone” to “Phone 2”.",
		},
		"two rows": {
			"<sheetData>" + inline(1, []string{"email", "Phone", "", "city"}, []string{"", "Work", "Home", ""}, []string{"a@x.example", "1", "2", "3"}) + merged("A1:A2", "B1:C1", "D1:D2"),
			[][]string{{"email", "Phone Work", "Phone Home", "city"}, {"3", "a@x.example", "1", "2", "3"}},
			"The header stands in two rows, 1 and 2; their texts were joined.",
		},
		"merged rows": {
			"<sheetData>" + inline(1, []string{"email", "company"}, []string{"a@x.example", "Acme"}, []string{"b@x.example"}, []string{}, []string{"c@x.example"}) + merged("B2:B4"),
			[][]string{{"email", "company"}, {"2", "a@x.example", "Acme"}, {"3", "b@x.example", "Acme"}, {"5", "c@x.example", ""}},
			"Some cells are merged over several rows; their text was given to each of these rows.",
		},
		"heading": {
			"<sheetData>" + inline(1, []string{"email", "company"}, []string{"Sales"}, []string{"b@x.example", "B"}) + merged("A2:B2"),
			[][]string{{"email", "company"}, {"2", "! The row is one merged cell, “Sales”: a heading, and no contact."}, {"3", "b@x.example", "B"}}, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sheet := strings.Replace(tt.sheet, "</sheetData></sheetData>", "</sheetData>", 1)
			r, rows := readBook(t, zipped(t, book(sheet)...), importexport.ReadOptions{})
			if d := cmp.Diff(tt.want, rows); d != "" {
				t.Error(d)
			}
			if got := strings.Join(r.Notes(), "\n"); got != tt.note {
				t.Errorf("notes: %s", got)
			}
		})
	}
}

func TestXLSX_Sheets(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	parts := book(``, part{"xl/workbook.xml", `<x:workbook xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main" xmlns:r="http://purl.oclc.org/ooxml/officeDocument/relationships"><x:workbookPr date1904="1"/><x:sheets>` +
		`<x:sheet name="Secret" sheetId="1" state="veryHidden" r:id="s3"/><x:sheet name="Chart" sheetId="9" r:id="s9"/><x:sheet name="Blank" sheetId="2" r:id="s1"/><x:sheet name="Kontakte" sheetId="3" r:id="s2"/><x:sheet name="Rest" sheetId="4" r:id="s3"/></x:sheets></x:workbook>`},
		part{"xl/_rels/workbook.xml.rels", `<Relationships ` + relNS + `><Relationship Id="s1" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="s2" Type="http://purl.oclc.org/ooxml/officeDocument/relationships/worksheet" Target="/xl/worksheets/Sheet2.xml"/><Relationship Id="s3" Type="` + relURL + `worksheet" Target="worksheets/sheet3.xml"/>` +
			`<Relationship Id="s9" Type="` + relURL + `chartsheet" Target="chartsheets/sheet9.xml"/>` +
			`<Relationship Id="e" Type="` + relURL + `externalLink" TargetMode="External" Target="http://127.0.0.1:1/x"/><Relationship Id="st" Type="` + relURL + `styles" Target="styles.xml"/></Relationships>`},
		part{"xl/worksheets/sheet2.xml", `<x:worksheet xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>email</x:t></x:is></x:c></x:row><x:row hidden="1"><x:c s="1"><x:v>43956</x:v></x:c></x:row></x:sheetData></x:worksheet>`},
		part{"xl/worksheets/sheet3.xml", `<worksheet ` + mainNS + `><sheetData>` + inline(1, []string{"email"}, []string{"secret"}) + `</sheetData></worksheet>`},
		part{"xl/styles.xml", fmt.Sprintf(styles, `<xf numFmtId="0"/><xf numFmtId="14"/>`)},
	)
	raw := zipped(t, parts...)
	r, rows := readBook(t, raw, importexport.ReadOptions{})
	is.Equal(rows, [][]string{{"email"}, {"2", "2024-05-06"}})
	is.Equal(r.Sheets(), []importexport.Sheet{{Name: "Secret", Hidden: true}, {Name: "Blank"}, {Name: "Kontakte"}, {Name: "Rest"}})
	is.Equal(r.Notes(), []string{
		"The sheet “Kontakte” was read; not read: “Secret” (hidden), “Blank”, “Rest”.", "The workbook counts its days from 1904, and was read so.",
		"Hidden rows (1), by a filter or by hand, were read like the others.",
	})
	r, rows = readBook(t, raw, importexport.ReadOptions{Sheet: "secret"})
	is.Equal(rows[1], []string{"2", "secret"})
	is.Equal(r.Sheet(), "Secret")
	for name, want := range map[string]string{"Nobody": "The workbook has no sheet “Nobody”. It has “Secret”, “Blank”, “Kontakte”, “Rest”.", "blank": "The sheet “blank” is empty. Nothing was imported."} {
		_, err := importexport.Open(bytes.NewReader(raw), importexport.ReadOptions{Sheet: name})
		is.Equal(desk.MessageOf(err), want)
	}
}

// A cell that shows an error, or whose result is not in the file, is not an
// empty one: it removes nothing even where empty cells do.
func TestXLSX_UnreadIsNotEmpty(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	d, s := newDesk(t)
	made, err := d.Contacts.Create(t.Context(), d.Manager, contacts.NewContact{Email: "a@x.example", JobTitle: "Head", Notes: "kept", Status: "VIP"})
	is.NoErr(err)
	file := zipped(t, book(inline(1, []string{"email", "job_title", "notes", "status"})+
		`<row r="2"><c r="A2" t="inlineStr"><is><t>a@x.example</t></is></c><c r="B2" t="e"><v>#REF!</v></c><c r="C2"><f>D2</f></c></row>`)...)
	got := importAs(t, s, d.Manager, bytes.NewReader(file), importexport.ImportOptions{Choices: importexport.Choices{OnDuplicate: contacts.Update, EmptyWipes: true}})
	is.Equal(got.result.Updated, 1)
	now, err := d.Contacts.Get(t.Context(), d.Manager, made.ID)
	is.NoErr(err)
	is.Equal([]string{now.JobTitle, now.Notes, now.Status}, []string{"Head", "kept", ""})
}
