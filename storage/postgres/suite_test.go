package postgres_test

import (
	"database/sql"
	"testing"

	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage"
	"github.com/deskfolk/desk/storage/postgres"
	"github.com/deskfolk/desk/storage/storagetest"
	"github.com/deskfolk/desk/storage/storagetest/faultdb"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
)

func TestStore(t *testing.T) {
	t.Parallel()
	storagetest.Run(t, storagetest.Factory{
		Name: "postgres",
		Open: func(t testing.TB) storagetest.Opened { return opened(t, pgtest.DB(t)) },
		Faulty: func(t testing.TB, p *faultdb.Plan) storagetest.Opened {
			address := pgtest.URL(t)
			db := sql.OpenDB(faultdb.Connector(pgtest.Open(t, address).Driver(), address, p))
			t.Cleanup(func() { _ = db.Close() })
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
	s, err := postgres.New(db)
	if err == nil {
		err = s.Migrate(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}
