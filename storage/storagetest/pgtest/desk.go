package pgtest

import (
	"testing"

	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/postgres"
)

// Desk returns an empty desk on a database of its own.
func Desk(t testing.TB) *desktest.Desk {
	t.Helper()
	db := DB(t)
	store, err := postgres.New(db)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return desktest.On(store, db)
}

// Each runs a test on a desk of its own on SQLite and on one on PostgreSQL, at
// the same time and beside other tests.
func Each(t *testing.T, fn func(t *testing.T, d *desktest.Desk)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		fn(t, desktest.New(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		fn(t, Desk(t))
	})
}
