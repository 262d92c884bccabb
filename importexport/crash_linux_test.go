package importexport_test

import (
	"testing"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/postgres"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
)

// crashes is how often the server is killed during one import, and as it is
// taken back.
const crashes = 50

// C2: the database server is killed with all its processes, in the middle of
// chunks, again and again. The call says so, and called again it goes on; what
// is there is whole chunks, those that the import says, and the end is that of
// an import that nothing was in the way of.
func TestC2_ServerKilled(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	server := pgtest.Own(t)
	db := pgtest.Open(t, server.URL())
	store, err := postgres.New(db)
	is.NoErr(err)
	is.NoErr(store.Migrate(t.Context()))
	d := desktest.On(store, db)
	allowImport(t, d)
	s := importexport.New(store.Imports(), d.Contacts, &importexport.Options{Now: d.Clock.Now, Batch: 10})
	const rows = 4000
	id := planned(t, d, s, rowsFile(rows, 0), importexport.Choices{}).ID

	kills := 0
	until := func(do func(func(importexport.Progress)) error) {
		for done := false; !done; {
			batches, killed := 0, make(chan struct{}, 1)
			err := do(func(importexport.Progress) {
				// In the next chunk, within its transaction or at the end of it.
				if batches++; batches == 6+kills%5 && kills < crashes {
					go func() { server.Kill(t); killed <- struct{}{} }()
				}
			})
			done = err == nil
			if batches < 6+kills%5 || kills == crashes {
				is.NoErr(err)
				return
			}
			<-killed
			if k := desk.KindOf(err); err != nil && k != desk.Unavailable && k != desk.Unknown {
				t.Fatalf("kill %d: %v", kills, err)
			}
			kills++
			server.Start(t)
			i, err := s.Get(t.Context(), d.Manager, id)
			is.NoErr(err)
			is.Equal(size(t, d), i.Result.Created-i.Undone.Removed) // whole chunks, those that it says
		}
	}
	until(func(p func(importexport.Progress)) error {
		_, err := s.Apply(t.Context(), d.Manager, id, importexport.ApplyOptions{Progress: p})
		return err
	})
	is.True(kills >= crashes/2)
	i, err := s.Get(t.Context(), d.Manager, id)
	is.NoErr(err)
	is.Equal(i.State, importexport.Done)
	is.Equal(i.Result, importexport.Counts{Rows: rows, Created: rows})
	server.Kill(t) // what was said to be done stays done
	server.Start(t)
	is.Equal(size(t, d), rows)

	until(func(p func(importexport.Progress)) error {
		_, err := s.Undo(t.Context(), d.Manager, id, p)
		return err
	})
	is.True(kills >= crashes)
	i, err = s.Get(t.Context(), d.Manager, id)
	is.NoErr(err)
	is.Equal(i.Undone, importexport.UndoCounts{Removed: rows})
	report, err := store.Check(t.Context())
	is.NoErr(err)
	same(t, report.Problems, nil)
	log, err := d.Contacts.VerifyLog(t.Context(), d.Manager)
	is.NoErr(err)
	is.Equal(len(log.Broken), 0)
}

// size is the number of contacts.
func size(t *testing.T, d *desktest.Desk) int {
	t.Helper()
	l, err := d.Contacts.List(t.Context(), d.Manager, contacts.Query{Count: true}, desk.Page{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	return l.Count
}
