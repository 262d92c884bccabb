package importexport_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
	"github.com/deskfolk/desk/tickets"
)

// desks runs a test on a desk that allows imports, on both databases.
func desks(t *testing.T, fn func(t *testing.T, d *desktest.Desk, s *importexport.Service)) {
	t.Helper()
	pgtest.Each(t, func(t *testing.T, d *desktest.Desk) {
		allowImport(t, d)
		fn(t, d, importexport.New(d.Store.Imports(), d.Contacts, &importexport.Options{Now: d.Clock.Now, Batch: 3}))
	})
}

// received keeps a file.
func received(t testing.TB, d *desktest.Desk, s *importexport.Service, file string) importexport.Import {
	t.Helper()
	i, err := s.Receive(t.Context(), d.Manager, "people.csv", strings.NewReader(file), importexport.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// planned makes a plan for a file.
func planned(t testing.TB, d *desktest.Desk, s *importexport.Service, file string, o importexport.Choices) importexport.Import {
	t.Helper()
	i, err := s.Plan(t.Context(), d.Manager, received(t, d, s, file).ID, o, nil)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// applied applies a plan.
func applied(t testing.TB, d *desktest.Desk, s *importexport.Service, id desk.ImportID) importexport.Import {
	t.Helper()
	i, err := s.Apply(t.Context(), d.Manager, id, importexport.ApplyOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// rowsOf returns the rows of an import as short texts.
func rowsOf(t testing.TB, d *desktest.Desk, s *importexport.Service, id desk.ImportID) []string {
	t.Helper()
	l, err := s.Rows(t.Context(), d.Manager, id, importexport.RowFilter{}, desk.Page{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	out := make([]string, len(l.Rows))
	for k, r := range l.Rows {
		out[k] = fmt.Sprintf("%d %s", r.Line, r.Outcome)
		if r.By != "" {
			out[k] += " by " + r.By
		}
		if r.InFile > 0 {
			out[k] += fmt.Sprintf(" of line %d", r.InFile)
		}
		if len(r.Fields) > 0 {
			out[k] += " " + strings.Join(r.Fields, ",")
		}
		if r.Planned != "" {
			out[k] += " not " + string(r.Planned)
		}
	}
	return out
}

// same fails the test if two values differ.
func same[T any](t testing.TB, got, want T) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func make1(t testing.TB, d *desktest.Desk, n contacts.NewContact) contacts.Contact {
	t.Helper()
	c, err := d.Contacts.Create(t.Context(), d.Manager, n)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// by whom and what contacts of the directory are found, in the tests below.
const doubles = `first_name,last_name,email,emails,phone,company,job_title
Ana,Diaz,ANA@acme.example,,,,Boss
Ana,Diaz,second@acme.example,,,,Boss
Ana,Diaz,,,+49 30 901820,,Boss
Bo,Other,,,+49 30 901820,,Boss
Ana,Diaz,,,,Acme,Boss
Ana,Diaz,another@acme.example,,,Acme,Boss
Cy,New,cy@new.example,,,Newco,
Cy,New,,,,Newco,Chief
,,,,+49 30 901821,,
,,,,030/901821,,Clerk
`

// I5: duplicates are found in the directory and in the file, by main and
// labelled address, phone, and name with company; who shares a phone or a name,
// but is someone else, is not one.
func TestDuplicatesByEachKey(t *testing.T) {
	desks(t, func(t *testing.T, d *desktest.Desk, s *importexport.Service) {
		is := is.New(t)
		make1(t, d, contacts.NewContact{
			FirstName: "Ana", LastName: "Diaz", Email: "ana@acme.example", CompanyName: "Acme",
			Emails: []contacts.Email{{Value: "second@acme.example"}}, Phones: []contacts.Phone{{Value: "+49 30 901820"}},
		})
		want := []string{
			"2 skipped by main address", "3 skipped by labelled address", "4 skipped by phone", "5 created",
			"6 skipped by name and company", "7 created", "8 created", "9 skipped by name and company of line 8",
			"10 created", "11 skipped by phone of line 10",
		}
		i := planned(t, d, s, doubles, importexport.Choices{Region: "DE"})
		same(t, rowsOf(t, d, s, i.ID), want)
		is.Equal(i.Companies, 1)
		i = applied(t, d, s, i.ID)
		want[7], want[9] = "9 skipped by name and company", "11 skipped by phone"
		same(t, rowsOf(t, d, s, i.ID), want)
		is.Equal(i.Result, i.Plan)
		is.Equal(i.State, importexport.Done)

		changed := strings.Replace(doubles, "Chief", "Officer", 1)
		i = applied(t, d, s, planned(t, d, s, changed, importexport.Choices{Region: "DE", OnDuplicate: contacts.Update}).ID)
		same(t, rowsOf(t, d, s, i.ID), []string{
			"2 updated by main address email,job_title", "3 skipped by labelled address", "4 skipped by phone", "5 skipped by phone",
			"6 skipped by name and company", "7 skipped by main address", "8 skipped by main address", "9 updated by name and company job_title",
			"10 skipped by phone", "11 updated by phone job_title",
		})
	})
}

// A plan changes nothing; when contacts are changed after it, it is refused, or
// each row is decided again and says what it did instead.
func TestPlanOfADirectoryThatMoved(t *testing.T) {
	desks(t, func(t *testing.T, d *desktest.Desk, s *importexport.Service) {
		is := is.New(t)
		i := planned(t, d, s, "last_name,email\nA,a@x.example\nB,b@x.example\nC,c@x.example\nD,d@x.example\n", importexport.Choices{})
		is.Equal(i.Plan, importexport.Counts{Rows: 4, Created: 4})
		l, err := d.Contacts.List(t.Context(), d.Manager, contacts.Query{}, desk.Page{})
		is.NoErr(err)
		is.Equal(len(l.Contacts), 0)

		d.Clock.Turn(time.Second)
		make1(t, d, contacts.NewContact{Email: "b@x.example"})
		_, err = s.Apply(t.Context(), d.Manager, i.ID, importexport.ApplyOptions{})
		is.True(errors.Is(err, importexport.ErrMoved))
		is.Equal(desk.KindOf(err), desk.Conflict)
		got, err := s.Get(t.Context(), d.Manager, i.ID)
		is.NoErr(err)
		is.Equal(got.State, importexport.Planned)
		is.Equal(got.Applied, 0)

		got, err = s.Apply(t.Context(), d.Manager, i.ID, importexport.ApplyOptions{Recompute: true})
		is.NoErr(err)
		is.Equal(got.Result, importexport.Counts{Rows: 4, Created: 3, Skipped: 1, Moved: 1})
		same(t, rowsOf(t, d, s, i.ID), []string{"2 created", "3 skipped by main address not created", "4 created", "5 created"})

		// Planned anew, the plan is true again.
		next := planned(t, d, s, "last_name,email\nE,e@x.example\n", importexport.Choices{})
		d.Clock.Turn(time.Second)
		make1(t, d, contacts.NewContact{Email: "e@x.example"})
		d.Clock.Turn(time.Second)
		next, err = s.Plan(t.Context(), d.Manager, next.ID, importexport.Choices{}, nil)
		is.NoErr(err)
		is.Equal(next.Plan, importexport.Counts{Rows: 1, Skipped: 1})
		is.Equal(applied(t, d, s, next.ID).State, importexport.Done)
		_, err = s.Plan(t.Context(), d.Manager, next.ID, importexport.Choices{}, nil)
		is.Equal(desk.FieldOf(err), "state")
	})
}

// I8: the same file again makes no doubles, even of rows by which nobody can be
// found, and even when doubles are asked for; after it was taken back it does.
func TestSameFileAgain(t *testing.T) {
	desks(t, func(t *testing.T, d *desktest.Desk, s *importexport.Service) {
		is := is.New(t)
		const file = "last_name,notes\nSolo,one\nSolo,two\nNobody,\nA,\nB,\n"
		first := applied(t, d, s, planned(t, d, s, file, importexport.Choices{}).ID)
		is.Equal(first.Result.Created, 5)
		for _, how := range []contacts.OnDuplicate{contacts.Skip, contacts.Update, contacts.MergeInto, contacts.CreateAnyway} {
			again := planned(t, d, s, file, importexport.Choices{OnDuplicate: how})
			is.Equal(again.Earlier, first.ID)
			is.Equal(again.Plan, importexport.Counts{Rows: 5, Skipped: 5})
			is.Equal(applied(t, d, s, again.ID).Result, again.Plan)
			if _, err := s.Undo(t.Context(), d.Manager, again.ID, nil); err != nil {
				t.Fatal(err)
			}
		}
		undone, err := s.Undo(t.Context(), d.Manager, first.ID, nil)
		is.NoErr(err)
		is.Equal(undone.Undone, importexport.UndoCounts{Removed: 5})
		is.Equal(planned(t, d, s, file, importexport.Choices{}).Plan.Created, 5)
	})
}

// all is the whole directory as CSV, without what tells when it was changed.
func all(t testing.TB, d *desktest.Desk, s *importexport.Service) string {
	t.Helper()
	fields := []string{}
	for _, f := range importexport.Fields() {
		if f != "updated_at" {
			fields = append(fields, f)
		}
	}
	return export(t, s, d.Manager, importexport.ExportOptions{Fields: fields})
}

// I8: an import that is taken back leaves the directory as it was, whatever it
// did, but for what was edited since and what others need by now.
func TestUndo(t *testing.T) {
	desks(t, func(t *testing.T, d *desktest.Desk, s *importexport.Service) {
		is := is.New(t)
		is.NoErr(d.Contacts.DefineField(t.Context(), d.Manager, contacts.FieldDef{Key: "tier", Label: "Tier", Type: contacts.TextField}))
		for n := range 4 {
			make1(t, d, contacts.NewContact{
				FirstName: "Old", LastName: fmt.Sprint("Name", n), Email: fmt.Sprintf("old%d@x.example", n), CompanyName: "Before",
				Emails: []contacts.Email{{Label: "home", Value: fmt.Sprintf("home%d@x.example", n)}}, Phones: []contacts.Phone{{Label: "work", Value: "+49 30 90182" + fmt.Sprint(n), Primary: true}},
				Custom: map[string]string{"tier": "gold"}, External: map[string]string{"crm": fmt.Sprint(n)}, Notes: "as it was", CallHours: contacts.CallHours{From: 540, Until: 600},
			})
		}
		before := all(t, d, s)
		var file strings.Builder
		file.WriteString("email,emails,first_name,phones,company,notes,custom.tier,external_ids,marketing_opt_out,active,call_hours,country,kind\n")
		for n := range 4 {
			fmt.Fprintf(&file, "old%d@x.example,n%d@x.example,New,mobile:+49 170 123456%d,After,changed,silver,crm:c%d,yes,no,10:00-11:00,DE,vendor\n", n, n, n, n)
		}
		for n := range 5 {
			fmt.Fprintf(&file, "fresh%d@x.example,,Fresh,,After,,,,,,,,\n", n)
		}
		file.WriteString("old0@x.example,,Twice,,,,,,,,,,\n")
		update := importexport.Choices{OnDuplicate: contacts.Update}
		i := applied(t, d, s, planned(t, d, s, file.String(), update).ID)
		is.Equal(i.Result, importexport.Counts{Rows: 10, Created: 5, Updated: 5})
		is.True(all(t, d, s) != before)
		i, err := s.Undo(t.Context(), d.Manager, i.ID, nil)
		is.NoErr(err)
		is.Equal(i.State, importexport.Undone)
		is.Equal(i.Undone, importexport.UndoCounts{Removed: 5, PutBack: 5})
		same(t, all(t, d, s), before)
		_, err = s.Undo(t.Context(), d.Manager, i.ID, nil) // once more does nothing
		is.NoErr(err)

		// Again, and now people work on what it made and changed.
		d.Clock.Turn(time.Second)
		i = applied(t, d, s, planned(t, d, s, file.String(), update).ID)
		byEmail := func(email string) contacts.Contact {
			c, err := d.Contacts.GetByEmail(t.Context(), d.Manager, email)
			is.NoErr(err)
			return c
		}
		edit := func(email string, p contacts.Patch) {
			c := byEmail(email)
			_, err := d.Contacts.Update(t.Context(), d.Manager, c.ID, c.Version, p)
			is.NoErr(err)
		}
		mine := "mine"
		edit("old1@x.example", contacts.Patch{Notes: &mine})
		edit("fresh1@x.example", contacts.Patch{LastName: &mine})
		_, err = d.Tickets.Create(t.Context(), d.Manager, tickets.NewTicket{Subject: "Help", Requester: byEmail("fresh2@x.example").ID})
		is.NoErr(err)
		is.NoErr(d.Contacts.Delete(t.Context(), d.Manager, byEmail("fresh3@x.example").ID))
		other := byEmail("old3@x.example")
		i, err = s.Undo(t.Context(), d.Manager, i.ID, nil)
		is.NoErr(err)
		is.Equal(i.Undone, importexport.UndoCounts{Removed: 2, PutBack: 4, Kept: 3, Gone: 1})
		kept, err := s.UndoRows(t.Context(), d.Manager, i.ID)
		is.NoErr(err)
		is.Equal(len(kept), 3)
		is.Equal(byEmail("old1@x.example").Notes, "mine")
		is.Equal(byEmail("old1@x.example").FirstName, "Old")
		is.Equal(byEmail("fresh1@x.example").LastName, "mine")
		byEmail("fresh2@x.example")
		is.True(byEmail("old3@x.example").Version > other.Version)
		is.Equal(byEmail("old3@x.example").External, map[string]string{"crm": "3"})

		// The log hangs together, and names the import as the cause.
		report, err := d.Contacts.VerifyLog(t.Context(), d.Manager)
		is.NoErr(err)
		is.Equal(len(report.Broken), 0)
		events, err := d.Contacts.Activity(t.Context(), d.Manager, other.ID, contacts.ActivityFilter{}, desk.Page{})
		is.NoErr(err)
		is.Equal(events.Events[0].Cause, string(i.ID))
	})
}

// I8: what was broken off goes on where it was, by Apply, and can be taken back.
func TestResume(t *testing.T) {
	desks(t, func(t *testing.T, d *desktest.Desk, s *importexport.Service) {
		is := is.New(t)
		i := planned(t, d, s, rowsFile(20, 0), importexport.Choices{})
		broken := func(after int, do func(ctx context.Context, stop func()) error) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			n := 0
			err := do(ctx, func() {
				if n++; n == after {
					cancel()
				}
			})
			is.True(err != nil)
		}
		for round := range 3 {
			broken(2, func(ctx context.Context, stop func()) error {
				_, err := s.Apply(ctx, d.Manager, i.ID, importexport.ApplyOptions{Progress: func(importexport.Progress) { stop() }})
				return err
			})
			got, err := s.Get(t.Context(), d.Manager, i.ID)
			is.NoErr(err)
			is.Equal(got.State, importexport.Applying)
			is.True(got.Applied > round && got.Applied < got.Chunks)
			is.True(!got.Stopped(d.Clock.Now()))
			is.True(got.Stopped(d.Clock.Now().Add(time.Hour)))
		}
		var seen []int
		got, err := s.Apply(t.Context(), d.Manager, i.ID, importexport.ApplyOptions{Each: func(r importexport.Row) error { seen = append(seen, r.Line); return nil }})
		is.NoErr(err)
		is.Equal(got.Result, importexport.Counts{Rows: 20, Created: 20})
		is.True(len(seen) < 20 && seen[len(seen)-1] == 21)

		broken(3, func(ctx context.Context, stop func()) error {
			_, err := s.Undo(ctx, d.Manager, i.ID, func(importexport.Progress) { stop() })
			return err
		})
		got, err = s.Get(t.Context(), d.Manager, i.ID)
		is.NoErr(err)
		is.Equal(got.State, importexport.Undoing)
		_, err = s.Apply(t.Context(), d.Manager, i.ID, importexport.ApplyOptions{})
		is.Equal(desk.FieldOf(err), "state")
		got, err = s.Undo(t.Context(), d.Manager, i.ID, nil)
		is.NoErr(err)
		is.Equal(got.Undone, importexport.UndoCounts{Removed: 20})
		l, err := d.Contacts.List(t.Context(), d.Manager, contacts.Query{}, desk.Page{})
		is.NoErr(err)
		is.Equal(len(l.Contacts), 0)
	})
}

// R94: a file that breaks in the middle changes nothing, and says where; one
// that cannot be read at all is not kept.
func TestBrokenFile(t *testing.T) {
	desks(t, func(t *testing.T, d *desktest.Desk, s *importexport.Service) {
		is := is.New(t)
		_, err := s.Receive(t.Context(), d.Manager, "x.csv", strings.NewReader("\x89PNG\r\n\x1a\n\x00\x00"), importexport.ReadOptions{})
		is.Equal(desk.KindOf(err), desk.Invalid)
		_, err = s.Receive(t.Context(), d.Manager, "x.csv", errorReader{}, importexport.ReadOptions{})
		is.True(err != nil)
		l, err := s.List(t.Context(), d.Manager, desk.Page{})
		is.NoErr(err)
		is.Equal(len(l.Imports), 0)
		report, err := d.Store.Check(t.Context())
		is.NoErr(err)
		same(t, report.Problems, nil)
	})
}

type errorReader struct{}

func (errorReader) Read([]byte) (int, error) { return 0, errors.New("the cable was pulled") }

// What is old goes: the file, and what would take the import back.
func TestPruneAndDrop(t *testing.T) {
	desks(t, func(t *testing.T, d *desktest.Desk, s *importexport.Service) {
		is := is.New(t)
		i := applied(t, d, s, planned(t, d, s, "last_name,email\nA,a@x.example\nB,no address\n", importexport.Choices{}).ID)
		waiting := planned(t, d, s, "last_name\nC\n", importexport.Choices{})
		dropped := received(t, d, s, "last_name\nD\n")
		is.NoErr(s.Drop(t.Context(), d.Manager, dropped.ID))
		is.Equal(desk.FieldOf(s.Drop(t.Context(), d.Manager, i.ID)), "state")
		var failed bytes.Buffer
		n, err := s.Failed(t.Context(), d.Manager, i.ID, &failed)
		is.NoErr(err)
		is.Equal(n, 1)
		is.True(strings.Contains(failed.String(), "no address"))

		_, err = s.Prune(t.Context(), d.Viewer, d.Clock.Now().Add(time.Hour))
		is.Equal(desk.KindOf(err), desk.Denied)
		n, err = s.Prune(t.Context(), d.Manager, d.Clock.Now().Add(time.Hour))
		is.NoErr(err)
		is.Equal(n, 2)
		_, err = s.Get(t.Context(), d.Manager, waiting.ID)
		is.Equal(desk.KindOf(err), desk.NotFound)
		got, err := s.Get(t.Context(), d.Manager, i.ID)
		is.NoErr(err)
		is.Equal(got.Result, i.Result)
		_, err = s.Undo(t.Context(), d.Manager, i.ID, nil)
		is.Equal(desk.KindOf(err), desk.Expired)
		_, err = s.Failed(t.Context(), d.Manager, i.ID, &failed)
		is.Equal(desk.KindOf(err), desk.Expired)
		report, err := d.Store.Check(t.Context())
		is.NoErr(err)
		same(t, report.Problems, nil)
	})
}

// A choice of columns is kept under a name, and fits files that have fewer.
func TestSavedMappings(t *testing.T) {
	desks(t, func(t *testing.T, d *desktest.Desk, s *importexport.Service) {
		is := is.New(t)
		is.NoErr(s.SaveMapping(t.Context(), d.Manager, "The shop", map[string]string{"Kunde": "last_name", "Post": "email", "Rest": ""}))
		is.Equal(desk.KindOf(s.SaveMapping(t.Context(), d.Manager, "Bad", map[string]string{"Kunde": "shoe_size"})), desk.Invalid)
		is.Equal(desk.KindOf(s.SaveMapping(t.Context(), d.Viewer, "No", map[string]string{"Kunde": "email"})), desk.Denied)
		m, err := s.Using(t.Context(), d.Manager, "The shop", []string{" kunde ", "Post"})
		is.NoErr(err)
		same(t, m, map[string]string{" kunde ": "last_name", "Post": "email"})
		i := planned(t, d, s, "kunde,post\nA,a@x.example\n", importexport.Choices{Map: m})
		is.Equal(i.Plan.Created, 1)
		is.NoErr(s.DeleteMapping(t.Context(), d.Manager, "The shop"))
		is.Equal(desk.KindOf(s.DeleteMapping(t.Context(), d.Manager, "The shop")), desk.NotFound)
		saved, err := s.Mappings(t.Context(), d.Manager)
		is.NoErr(err)
		is.Equal(len(saved), 0)
	})
}

// I9: an import sends nothing, and queues nothing to be sent.
func TestImportSendsNothing(t *testing.T) {
	desks(t, func(t *testing.T, d *desktest.Desk, s *importexport.Service) {
		is := is.New(t)
		i := applied(t, d, s, planned(t, d, s, rowsFile(10, 0), importexport.Choices{}).ID)
		_, err := s.Undo(t.Context(), d.Manager, i.ID, nil)
		is.NoErr(err)
		n := -1
		is.NoErr(d.DB.QueryRowContext(t.Context(), `SELECT COUNT(*) FROM desk_outbox`).Scan(&n))
		is.Equal(n, 0)
	})
}

// The list of imports is gone through from page to page, and back.
func TestListPages(t *testing.T) {
	desks(t, func(t *testing.T, d *desktest.Desk, s *importexport.Service) {
		is := is.New(t)
		var want []desk.ImportID
		for range 5 {
			want = append([]desk.ImportID{received(t, d, s, "email\na@x.example\n").ID}, want...)
		}
		page := func(c desk.Cursor) (ids []desk.ImportID, next, prev desk.Cursor) {
			l, err := s.List(t.Context(), d.Manager, desk.Page{Limit: 2, Cursor: c})
			is.NoErr(err)
			for _, i := range l.Imports {
				ids = append(ids, i.ID)
			}
			return ids, l.Next, l.Prev
		}
		first, next, prev := page("")
		is.Equal(first, want[:2])
		is.Equal(prev, desk.Cursor(""))
		second, next, prev := page(next)
		is.Equal(second, want[2:4])
		back, _, none := page(prev)
		is.Equal(back, want[:2])
		is.Equal(none, desk.Cursor(""))
		last, next, prev := page(next)
		is.Equal(last, want[4:])
		is.Equal(next, desk.Cursor(""))
		middle, next, prev := page(prev)
		is.Equal(middle, want[2:4])
		is.True(next != "" && prev != "")
	})
}
