package sqlite_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/sqlite"
	"github.com/deskfolk/desk/storage/storagetest"
	"github.com/deskfolk/desk/storage/storagetest/faultdb"
)

func TestStore(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, storagetest.Factory{
		Name: "sqlite",
		Open: func(t testing.TB) storagetest.Opened { return opened(t, desktest.SQLite(t)) },
		Faulty: func(t testing.TB, p *faultdb.Plan) storagetest.Opened {
			path := filepath.Join(t.TempDir(), "desk.db")
			db := sql.OpenDB(faultdb.Connector(desktest.OpenSQLite(t, path).Driver(), desktest.DSN(path), p))
			t.Cleanup(func() { _ = db.Close() })
			return opened(t, db)
		},
	})
}

// With one connection, a statement that forgot its transaction would wait for
// ever, and so be seen.
func TestStoreOnOneConnection(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, storagetest.Factory{
		Name: "sqlite",
		Open: func(t testing.TB) storagetest.Opened {
			db := desktest.SQLite(t)
			db.SetMaxOpenConns(1)
			return opened(t, db)
		},
	})
}

func opened(t testing.TB, db *sql.DB) storagetest.Opened {
	t.Helper()
	s := store(t, db)
	return storagetest.Opened{Store: s, Tickets: s.Tickets(), Requests: s.Requests(), Intake: s.Intake(), Records: s.Records(), DB: db, AddReference: s.AddReference, In: func(tx *sql.Tx) contacts.Store { return s.In(tx) }}
}

// store opens a store and makes its tables.
func store(t testing.TB, db *sql.DB) *storage.DB {
	t.Helper()
	s, err := sqlite.New(db)
	if err == nil {
		err = s.Migrate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}
