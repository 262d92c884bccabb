package importexport_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/postgres"
	"github.com/deskfolk/desk/storage/sqlite"
	"github.com/deskfolk/desk/storage/storagetest/faultdb"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
)

// faulty returns a desk whose database fails as the plan says.
func faulty(t *testing.T, name string, plan *faultdb.Plan) *desktest.Desk {
	t.Helper()
	open, db := sqlite.New, (*sql.DB)(nil)
	if name == "sqlite" {
		path := filepath.Join(t.TempDir(), "desk.db")
		db = sql.OpenDB(faultdb.Connector(desktest.OpenSQLite(t, path).Driver(), desktest.DSN(path), plan))
	} else {
		address := pgtest.URL(t)
		open, db = postgres.New, sql.OpenDB(faultdb.Connector(pgtest.Open(t, address).Driver(), address, plan))
	}
	t.Cleanup(func() { _ = db.Close() })
	store, err := open(db)
	if err == nil {
		err = store.Migrate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return desktest.On(store, db)
}

// C3: the n-th call to the database fails, for every n, while an import is
// received, planned, applied and taken back. Called again until it succeeds,
// each ends as if nothing had been in the way.
func TestC3_Faults(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"sqlite", "postgres"} {
		for mode, m := range map[string]faultdb.Mode{"before": {}, "after": {After: true}} {
			t.Run(name+" "+mode, func(t *testing.T) {
				t.Parallel()
				plan := &faultdb.Plan{}
				d := faulty(t, name, plan)
				allowImport(t, d)
				faults(t, d, plan, m)
			})
		}
	}
}

func faults(t *testing.T, d *desktest.Desk, plan *faultdb.Plan, m faultdb.Mode) {
	is := is.New(t)
	s := importexport.New(d.Store.Imports(), d.Contacts, &importexport.Options{Now: d.Clock.Now, Batch: 3})
	before := all(t, d, s)
	// Every call up to the end would take minutes: the steps grow.
	for n, step, more := 1, 1, true; more; n, step = n+step, step+1 {
		more = false
		try := func(do func() error) {
			plan.Arm(n, m)
			for tries := 0; ; tries++ {
				err := do()
				if tries == 0 {
					more = plan.Hit() || more
				}
				if err == nil {
					return
				}
				if k := desk.KindOf(err); tries > 5 || k != desk.Unavailable && k != desk.Internal && k != desk.Unknown && k != desk.Conflict {
					t.Fatalf("call %d: %v", n, err)
				}
				plan.Arm(0, faultdb.Mode{})
			}
		}
		var i importexport.Import
		try(func() (err error) {
			i, err = s.Receive(t.Context(), d.Manager.WithKey(string(rune(n))+"key"), "f.csv", strings.NewReader(rowsFile(7, 0)), importexport.ReadOptions{})
			return err
		})
		id := i.ID
		try(func() (err error) {
			i, err = s.Plan(t.Context(), d.Manager, id, importexport.Choices{OnDuplicate: contacts.Update}, nil)
			return err
		})
		is.Equal(i.Plan, importexport.Counts{Rows: 7, Created: 7})
		d.Clock.Turn(time.Second)
		try(func() (err error) {
			i, err = s.Apply(t.Context(), d.Manager, id, importexport.ApplyOptions{Recompute: true})
			return err
		})
		is.Equal(i.State, importexport.Done)
		is.Equal(i.Result, importexport.Counts{Rows: 7, Created: 7})
		try(func() (err error) {
			i, err = s.Undo(t.Context(), d.Manager, id, nil)
			return err
		})
		plan.Arm(0, faultdb.Mode{})
		is.Equal(i.Undone, importexport.UndoCounts{Removed: 7})
		is.Equal(all(t, d, s), before)
		report, err := d.Store.Check(t.Context())
		is.NoErr(err)
		same(t, report.Problems, nil)
	}
}
