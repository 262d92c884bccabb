package storage_test

import (
	"context"
	"testing"

	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/postgres"
	"github.com/deskfolk/desk/storage/storagetest"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
)

// TestSearch holds what the index finds against a model, few records and many.
func TestSearch(t *testing.T) {
	for name, n := range map[string]int{"few": 30, "many": 3000} {
		t.Run("sqlite/"+name, func(t *testing.T) {
			t.Parallel()
			storagetest.Search(t, desktest.New(t).Store, n)
		})
		t.Run("postgres/"+name, func(t *testing.T) {
			t.Parallel()
			store, err := postgres.New(pgtest.DB(t))
			if err == nil {
				err = store.Migrate(context.Background())
			}
			if err != nil {
				t.Fatal(err)
			}
			storagetest.Search(t, store, n)
		})
	}
}
