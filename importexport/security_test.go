package importexport_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
	"github.com/deskfolk/desk/storage/desktest"
)

// B16: an address that splits in two is refused in a cell as everywhere else.
func TestB16AddressesThatSplit(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	d, s := newDesk(t)
	var in strings.Builder
	in.WriteString("first_name\temail\n")
	bad := []string{`"attacker@evil.test"@corp.test`, "=?utf-8?q?a?=@corp.test", "a@b,c@d", "group:a@b;", "a(x)@corp.test", "x@[127.0.0.1]", strings.Repeat("a", 65) + "@corp.test", "a@" + strings.Repeat("b.", 130) + "test"}
	for _, b := range bad {
		fmt.Fprintf(&in, "A\t%s\n", `"`+strings.ReplaceAll(b, `"`, `""`)+`"`)
	}
	got := importAs(t, s, d.Manager, strings.NewReader(in.String()), importexport.ImportOptions{})
	for i, r := range got.rows {
		if r.Outcome != contacts.Failed {
			t.Errorf("%q was taken: %v", bad[i], r)
		}
	}
	for _, r := range got.rows {
		is.True(strings.HasPrefix(r.Reason, "email: "))
	}
}

// B101: no cell of an export begins as a formula does, and importing the
// export gives the same contact.
func TestB101Formulas(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	d, s := newDesk(t)
	seeds := []string{"=1+1", "+491234", "-x", "@SUM", "'=a", "''", `"`, ";=", "'", "''=1", "=\"a\",b", "\ufeffx"}
	for i, seed := range seeds {
		_, err := d.Contacts.Create(t.Context(), d.Manager, contacts.NewContact{
			FirstName: seed, Email: fmt.Sprintf("p%d@x.example", i), Division: seed, Notes: seed + "\n=2", CompanyName: "c" + seed,
			Emails: []contacts.Email{{Label: seed, Value: fmt.Sprintf("q%d@x.example", i)}},
		})
		is.NoErr(err)
	}
	out := export(t, s, d.Manager, importexport.ExportOptions{})
	_, rows := readAll(t, strings.NewReader(out), importexport.ReadOptions{})
	is.Equal(len(rows), len(seeds))
	for _, row := range rows {
		for _, cell := range row[1:] {
			if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) {
				t.Errorf("%q is a formula", cell)
			}
		}
	}
	got := importAs(t, s, d.Manager, strings.NewReader(out), importexport.ImportOptions{Choices: importexport.Choices{OnDuplicate: contacts.Update}})
	is.Equal(got.result.Skipped, len(seeds))
	is.Equal(export(t, s, d.Manager, importexport.ExportOptions{}), out)
}

// B102: what is not for import is reported and left; portal access needs its own grant.
func TestB102MassAssignment(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	d, s := newDesk(t)
	importer := d.Manager
	importer.Grants = []desk.Permission{contacts.MayView, contacts.MayCreate, contacts.MayModify, contacts.MayImport}
	in := "email,workspace_id,created_at,created_by,source,verified,merged_into,version,state,portal_access\n" +
		"a@x.example,other,2001-01-01,evil,api,yes,contact_1,99,2,no\nb@x.example,,,,,,,,,yes\n"
	got := importAs(t, s, importer, strings.NewReader(in), importexport.ImportOptions{})
	for _, c := range got.imp.Columns {
		is.Equal(c.Field != nil, c.Header == "email" || c.Header == "portal_access")
	}
	is.Equal(got.result.Created, 1)
	is.Equal(got.rows[1].Outcome, contacts.Failed)
	c, err := d.Contacts.GetByEmail(t.Context(), d.Manager, "a@x.example")
	is.NoErr(err)
	is.Equal(c.Version, int64(1))
	is.Equal(c.Source, contacts.ByImport)
	is.Equal(c.State, contacts.Live)
	is.Equal(c.CreatedAt, d.Clock.Now())

	// An id of nowhere, and one that is none, make no contact.
	got = importAs(t, s, importer, strings.NewReader("id,first_name\ncontact_01h455vb4pex5vsknk084sn02q,A\n../etc,B\n"), importexport.ImportOptions{})
	is.True(got.rows[0].ContactID != "contact_01h455vb4pex5vsknk084sn02q")
	is.Equal(got.rows[1].Outcome, contacts.Created) // another program's id is passed over
	is.Equal(len(got.warnings), 1)
	is.Equal(got.warnings[0].line, 3)
}

// B104: who may import.
func TestB104WhoMayImport(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	d, s := newDesk(t)
	try := func(a desk.Actor) desk.Kind {
		_, err := s.Import(t.Context(), a, strings.NewReader("email\na@x.example\n"), importexport.ImportOptions{})
		return desk.KindOf(err)
	}
	without := d.Manager
	without.Grants = nil
	for _, p := range d.Manager.Grants {
		if p != contacts.MayImport {
			without.Grants = append(without.Grants, p)
		}
	}
	is.Equal(try(d.Viewer), desk.Denied)
	is.Equal(try(without), desk.Denied)
	is.Equal(try(d.Manager), desk.Kind(""))
	set, err := d.Contacts.Settings(t.Context(), d.Manager)
	is.NoErr(err)
	set.AllowImport = false
	_, err = d.Contacts.SaveSettings(t.Context(), d.Manager, set)
	is.NoErr(err)
	is.Equal(try(d.Manager), desk.Denied)
}

// long is a reader of n bytes without a line end.
type long struct{ n int }

func (l *long) Read(p []byte) (int, error) {
	if l.n == 0 {
		return 0, io.EOF
	}
	n := min(l.n, len(p))
	for i := range n {
		p[i] = 'x'
	}
	l.n -= n
	return n, nil
}

// B107: a row without an end is not kept in memory. Not parallel: it measures
// what the whole process allocates.
func TestB107_EndlessRow(t *testing.T) {
	is := is.New(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, got := readAll(t, io.MultiReader(strings.NewReader("first_name,last_name\nA,B\n"), &long{100 << 20}, strings.NewReader("\nC,D\n")), importexport.ReadOptions{})
	runtime.ReadMemStats(&after)
	is.Equal(len(got), 3)
	is.Equal(got[1], []string{"3", "! The row is longer than 1048576 bytes."})
	is.True(after.TotalAlloc-before.TotalAlloc < 64<<20)
}

// B107: a file made to trouble parsers fails by rows, and is never merged.
func TestB107ParserTricks(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	d, s := newDesk(t)

	var rows strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&rows, "A%d,\"B, %d\"\r\n", i, i)
	}
	_, got := readAll(t, strings.NewReader("first_name,last_name\nX,\"Y\n"+rows.String()), importexport.ReadOptions{})
	is.Equal(len(got), 10_001)
	is.Equal(got[0][0], "2")
	is.True(strings.HasPrefix(got[0][1], "! "))
	is.Equal(got[10_000], []string{"10002", "A9999", "B, 9999"})

	_, err := importexport.Open(strings.NewReader(strings.Repeat("a,", 10_000)+"\n"), importexport.ReadOptions{})
	is.Equal(desk.KindOf(err), desk.Invalid)

	twice := importAs(t, s, d.Manager, strings.NewReader("email,email,first_name\na@x.example,b@x.example,A\n"), importexport.ImportOptions{})
	is.True(twice.imp.Columns[1].Field == nil)
	is.Equal(len(twice.imp.Notes), 1)
	is.Equal(twice.result.Created, 1)
}

// B108: nothing outside of a file is opened, whatever it points to.
func TestB108_NothingIsFetched(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	is.NoErr(err)
	called := make(chan struct{})
	go func() {
		if c, err := l.Accept(); err == nil {
			_ = c.Close()
			close(called)
		}
	}()
	url := "http://" + l.Addr().String() + "/x"
	rel := func(kind string) string {
		return `<Relationship Id="` + kind + `" Type="` + relURL + kind + `" TargetMode="External" Target="` + url + `"/>`
	}
	parts := book(inline(1, []string{"email", "photo_url"}, []string{"a@x.example", url})+`<row r="3"><c r="A3" t="str"><f>WEBSERVICE("`+url+`")</f><v>b@x.example</v></c></row>`,
		part{"xl/_rels/workbook.xml.rels", `<Relationships ` + relNS + `><Relationship Id="rId1" Type="` + relURL + `worksheet" Target="worksheets/sheet1.xml"/>` + rel("sharedStrings") + rel("styles") + rel("externalLink") + `</Relationships>`},
		part{"xl/worksheets/_rels/sheet1.xml.rels", `<Relationships ` + relNS + `>` + rel("hyperlink") + rel("image") + `</Relationships>`})
	_, rows := readBook(t, zipped(t, parts...), importexport.ReadOptions{})
	is.Equal(rows[1:], [][]string{{"2", "a@x.example", url}, {"3", "b@x.example", ""}})

	cards := "BEGIN:VCARD\nVERSION:4.0\nFN:A\nPHOTO:" + url + "\nSOURCE:" + url + "\nURL:" + url + "\nKEY;VALUE=uri:" + url + "\nNOTE:<img src='" + url + "'>\nEND:VCARD\n"
	_, got := readCards(t, strings.NewReader(cards), importexport.ReadOptions{})
	is.Equal(got[0]["notes"], "<img src='"+url+"'>")

	d, s := newDesk(t)
	importAs(t, s, d.Manager, strings.NewReader("email,photo_url,website\na@x.example,"+url+","+url+"\n"), importexport.ImportOptions{})
	is.NoErr(l.Close())
	select {
	case <-called:
		t.Error("the file made a connection")
	default:
	}
}

// C26: workbooks and cards go through the rules of an import as CSV does, and
// what was not read of a row is a warning with its line.
func TestC26_WorkbookAndCardsAreImported(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	d, s := newDesk(t)
	raw := zipped(t, book(inline(1, []string{"first_name", "email", "phone"}, []string{"A", "a@x.example", "'+49 30 901820"}, []string{"B", "no address"})+`<row r="4"><c r="B4" t="str"><v>c@x.example</v></c><c r="C4" t="e"><v>#N/A</v></c></row>`)...)
	got := importAs(t, s, d.Manager, bytes.NewReader(raw), importexport.ImportOptions{})
	is.Equal(got.imp.Found.Format, "xlsx")
	is.Equal([]int{got.result.Rows, got.result.Created, got.result.Failed}, []int{3, 2, 1})
	is.Equal(got.warnings, []warning{{4, "The cell C4 shows the error “#N/A”; it was read as empty."}})
	c, err := d.Contacts.GetByEmail(t.Context(), d.Manager, "a@x.example")
	is.NoErr(err)
	is.Equal(c.Phone().Value, "+49 30 901820")

	cards := "BEGIN:VCARD\nVERSION:3.0\nN:Roe;'=Jane\nEMAIL:jane@x.example\nTEL;TYPE=CELL:+49 171 1\nUID:u-1\nBDAY:2000-01-01\nEND:VCARD\nBEGIN:VCARD\nFN:'+B\nEMAIL:none\nEND:VCARD\n"
	var failed strings.Builder
	got = importAs(t, s, d.Manager, strings.NewReader(cards), importexport.ImportOptions{Failed: &failed})
	is.Equal(got.imp.Found.Format, "vcard")
	is.Equal([]int{got.result.Created, got.result.Failed}, []int{1, 1})
	is.Equal(got.rows[1].Line, 9)
	is.True(strings.Contains(failed.String(), "''+B")) // guarded once more, to be read again as CSV
	c, err = d.Contacts.GetByEmail(t.Context(), d.Manager, "jane@x.example")
	is.NoErr(err)
	is.Equal(c.FirstName, "'=Jane")
	is.Equal(c.External[importexport.VCardSource], "u-1")
	is.Equal(c.Phones[0].Label, "mobile")
	again := importAs(t, s, d.Manager, strings.NewReader(cards), importexport.ImportOptions{Choices: importexport.Choices{OnDuplicate: contacts.Update}})
	is.Equal([]int{again.result.Skipped, again.result.Failed}, []int{1, 1})
}

// B118: what would break a log or a terminal is refused, row by row.
func TestB118Controls(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	d, s := newDesk(t)
	got := importAs(t, s, d.Manager, strings.NewReader("first_name,notes\n\"\x1b[31mred\",x\n\"a\r\nb\",x\n{\"\"\": 1},x\n"+strings.Repeat("n", 150_000)+",x\n"), importexport.ImportOptions{})
	is.Equal(got.result.Rows, 4)
	is.Equal(got.result.Created, 1)
	is.Equal(got.rows[2].Outcome, contacts.Created)
}

// C32: others write while an import runs.
func TestC32ImportLeavesRoomForOthers(t *testing.T) {
	is := is.New(t)
	d := desktest.New(t)
	allowImport(t, d)
	s := importexport.New(d.Store.Imports(), d.Contacts, nil)
	done := make(chan error, 1)
	go func() {
		_, err := s.Import(t.Context(), d.Manager, strings.NewReader(rowsFile(4000, 0)), importexport.ImportOptions{})
		done <- err
	}()
	writes := 0
	for running := true; running; writes++ {
		_, err := d.Contacts.Create(t.Context(), d.Manager, contacts.NewContact{Email: fmt.Sprintf("other%d@x.example", writes)})
		is.NoErr(err)
		select {
		case err = <-done:
			is.NoErr(err)
			running = false
		case <-time.After(20 * time.Millisecond):
		}
	}
	// The first one may have come before the import, the last one waited for its end.
	is.True(writes >= 3)
}
