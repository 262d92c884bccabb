package importexport_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"context"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
)

// csvFilter are the options of LibreOffice's CSV filter: commas, quotes around
// each text, UTF-8 (76), cells as they are shown.
const csvFilter = `csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,true,false`

// convert has LibreOffice open a workbook and save its first sheet as CSV.
func convert(t *testing.T, book []byte) [][]string {
	t.Helper()
	program, err := exec.LookPath("soffice")
	if err != nil {
		// Also under DESK_REQUIRE_ALL: LibreOffice is half a gigabyte, too much for
		// CI to install for one test. The sheets are read by our own reader there.
		t.Skip("soffice (LibreOffice) is not installed")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "export.xlsx")
	if err := os.WriteFile(file, book, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--headless", "--convert-to", csvFilter, "--outdir", dir, file)
	cmd.Env = append(os.Environ(), "HOME="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v: %s", err, out)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "export.csv"))
	if err != nil {
		t.Fatal(err)
	}
	return records(t, string(raw))
}

func records(t *testing.T, text string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// E4: an Excel export that LibreOffice opens and saves as CSV is the CSV
// export, cell for cell.
func TestLibreOfficeReadsExport(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	d, s := newDesk(t)
	is.NoErr(d.Contacts.DefineField(t.Context(), d.Manager, contacts.FieldDef{Key: "serial", Label: "Serial", Type: contacts.TextField}))
	importAs(t, s, d.Manager, sample(t, "people.csv"), importexport.ImportOptions{})
	for i, text := range hostileTexts {
		_, err := d.Contacts.Create(t.Context(), d.Manager, contacts.NewContact{
			FirstName: fmt.Sprint("H", i), LastName: strings.NewReplacer("\n", " ", "\t", " ").Replace(text), JobTitle: oneLine(text), Notes: text + "\n" + text, Custom: map[string]string{"serial": text},
			Phones: []contacts.Phone{{Label: "work", Value: "+44 20 7946 0958"}, {Label: "a:b;c", Value: "0" + fmt.Sprint(i)}}, External: map[string]string{importexport.ExternalSource: fmt.Sprintf("%05d", i)},
		})
		is.NoErr(err)
	}
	var book bytes.Buffer
	n, err := s.Export(t.Context(), d.Manager, &book, importexport.ExportOptions{Format: importexport.FormatXLSX})
	is.NoErr(err)
	is.Equal(n, 12+len(hostileTexts))
	want := records(t, export(t, s, d.Manager, importexport.ExportOptions{}))
	if diff := cmp.Diff(want, convert(t, book.Bytes())); diff != "" {
		t.Error(diff)
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// hostileTexts are texts that a contact can hold and that spreadsheets, CSV or
// XML make something else of (B101).
var hostileTexts = []string{
	"=1+1", "+491234", "-x", "@SUM(A1)", "＝1+1", "＋1", "－1", "＠x", "'=a", "''", "'", `"`, `""`, ";=", ",=1", "\ufeff=1",
	"007", "+44 20 7946 0958", "1e5", "1/2", "2026-03-31", "TRUE", "#REF!", "1,5", "100%", "€ 5", "two  spaces", "a\nb", "a\tb", "a;b", "a,b", "sep=;", `a"b`,
	"<b>&amp;</b>", "]]>", "_x0041_", "_x000D_", "_x005F_x0041_", "_x", "_xZZZZ_", "\ufffd",
	"Zoë Ångström", "王小明", "العربية", "👩‍👩‍👧", "e\u0301", `=HYPERLINK("http://x.example","y")`, "=cmd|' /C calc'!A0", `=1+1;"x"`, `a:b; c:d\`,
}
