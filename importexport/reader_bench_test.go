package importexport_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/matryer/is"

	"github.com/deskfolk/desk/importexport"
)

// peopleHeader are the columns of the files that are measured.
var peopleHeader = []string{"first_name", "last_name", "email", "phone", "company", "city", "status", "notes"}

// benchPerson is row i of the files that are measured.
func benchPerson(i int) []string {
	return []string{
		fmt.Sprint("Zoë", i%97), "Ångström", fmt.Sprintf("p%d@c%d.example", i, i%300), fmt.Sprintf("+49 30 %08d", 10_000_000+i),
		fmt.Sprint("Company ", i%300), "Köln", "Active", fmt.Sprintf("Called on day %d, %s", i, strings.Repeat("said hello, and much more besides; ", 9)),
	}
}

// largeBook writes a workbook of n people, its texts shared as Excel shares
// them: each text once, in the order of its first use.
func largeBook(tb testing.TB, n int) []byte {
	tb.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, p := range book("") {
		if p.name == "xl/worksheets/sheet1.xml" || p.name == "xl/sharedStrings.xml" {
			continue
		}
		w, err := z.Create(p.name)
		if err == nil {
			_, err = io.WriteString(w, p.text)
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	w, err := z.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		tb.Fatal(err)
	}
	var b, texts bytes.Buffer
	index := map[string]int{}
	b.WriteString(`<worksheet ` + mainNS + `><sheetData>`)
	texts.WriteString(`<sst ` + mainNS + `>`)
	for i := range n + 1 {
		row := peopleHeader
		if i > 0 {
			row = benchPerson(i)
		}
		fmt.Fprintf(&b, `<row r="%d">`, i+1)
		for j, text := range row {
			at, ok := index[text]
			if !ok {
				at = len(index)
				index[text] = at
				fmt.Fprintf(&texts, `<si><t>%s</t></si>`, text)
			}
			fmt.Fprintf(&b, `<c r="%c%d" s="0" t="s"><v>%d</v></c>`, 'A'+j, i+1, at)
		}
		b.WriteString(`</row>`)
		if b.Len() > 1<<20 || i == n {
			if _, err := b.WriteTo(w); err != nil {
				tb.Fatal(err)
			}
		}
	}
	if _, err := io.WriteString(w, `</sheetData></worksheet>`); err != nil {
		tb.Fatal(err)
	}
	texts.WriteString(`</sst>`)
	if w, err = z.Create("xl/sharedStrings.xml"); err == nil {
		_, err = texts.WriteTo(w)
	}
	if err != nil || z.Close() != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

// manyCards is a vCard file of n people.
func manyCards(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		p := benchPerson(i)
		fmt.Fprintf(&b, "BEGIN:VCARD\r\nVERSION:3.0\r\nN:%s;%s;;;\r\nFN:%s %s\r\nEMAIL;TYPE=INTERNET:%s\r\nTEL;TYPE=CELL:%s\r\nORG:%s\r\nADR;TYPE=WORK:;;;%s;;;\r\nNOTE:%s\r\nEND:VCARD\r\n",
			p[1], p[0], p[0], p[1], p[2], p[3], p[4], p[5], strings.NewReplacer(",", `\,`, ";", `\;`).Replace(p[7]))
	}
	return b.Bytes()
}

// count reads a file to its end and returns the number of its rows.
func count(tb testing.TB, in io.Reader) int {
	tb.Helper()
	r, err := importexport.Open(in, importexport.ReadOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	defer r.Close()
	for n := 0; ; n++ {
		rec, err := r.Next()
		if err == io.EOF {
			return n
		}
		if err != nil || rec.Err != nil {
			tb.Fatal(err, rec.Err)
		}
	}
}

// BenchmarkReader is the readers alone. MB are those of the file as it is
// read: a workbook's are packed.
func BenchmarkReader(b *testing.B) {
	const rows = 20_000
	for name, raw := range map[string][]byte{"csv": []byte(rowsFile(rows, 0)), "xlsx": largeBook(b, rows), "vcard": manyCards(rows)} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				n += count(b, bytes.NewReader(raw))
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// C33: the memory that reading takes does not grow with the file; the texts of
// this workbook are more than are kept in memory. Not parallel: it looks at the
// heap of the whole process.
func TestC33_ReadersInConstantMemory(t *testing.T) {
	is := is.New(t)
	defer debug.SetGCPercent(debug.SetGCPercent(20))
	rows := 30_000
	if testing.Short() {
		rows = 10_000
	}
	for name, raw := range map[string][]byte{"xlsx": largeBook(t, rows), "csv": []byte(rowsFile(rows, 0)), "vcard": manyCards(rows)} {
		before, most := heap(), uint64(0)
		r, err := importexport.Open(bytes.NewReader(raw), importexport.ReadOptions{})
		is.NoErr(err)
		n := 0
		for ; ; n++ {
			if _, err := r.Next(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(name, err)
			}
			if n%(rows/8) == 0 {
				most = max(most, heap())
			}
		}
		is.NoErr(r.Close())
		is.Equal(n, rows)
		if most > before+16<<20 {
			t.Errorf("%s: the heap grew from %d kB to %d kB", name, before>>10, most>>10)
		}
	}
}

// heap is how much of the heap is in use after a collection.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
