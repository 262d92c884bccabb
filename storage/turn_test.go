package storage_test

import (
	"context"
	"database/sql"
	"testing"

	"github.com/matryer/is"

	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage"
)

// A host that has its turn writes while the store's own writers wait.
func TestTurn(t *testing.T) {
	onEach(t, func(t *testing.T, store *storage.DB, db *sql.DB) {
		is := is.New(t)
		done, err := store.Turn(t.Context())
		is.NoErr(err)
		wrote := make(chan error, 1)
		go func() {
			wrote <- store.Update(context.Background(), func(contacts.Tx) error { return nil })
		}()
		_, err = db.Exec(`CREATE TABLE host (n INTEGER)`)
		is.NoErr(err)
		done()
		is.NoErr(<-wrote)
	})
}
