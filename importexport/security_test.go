package importexport_test

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
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

// C12: the same file imported four times at once makes one set of contacts.
func TestC12SameFileAtOnce(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	d, s := newDesk(t)
	in := rowsFile(300, 0)
	var wg sync.WaitGroup
	results, errs := make([]importexport.Import, 4), make([]error, 4)
	for i := range results {
		wg.Go(func() {
			results[i], errs[i] = s.Import(t.Context(), d.Manager, strings.NewReader(in), importexport.ImportOptions{})
		})
	}
	wg.Wait()
	created := 0
	for i, r := range results {
		is.NoErr(errs[i])
		is.Equal(r.Result.Rows, 300)
		is.Equal(r.Result.Failed, 0)
		created += r.Result.Created
	}
	is.Equal(created, 300)
	list, err := d.Contacts.List(t.Context(), d.Manager, contacts.Query{Count: true}, desk.Page{})
	is.NoErr(err)
	is.Equal(list.Count, 300)
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
