package storage_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/matryer/is"

	"github.com/deskfolk/desk/importexport"
	"github.com/deskfolk/desk/storage"
	"github.com/deskfolk/desk/storage/storagetest"
)

// A step of indexing that is broken off in its middle, as by a crash, changes
// nothing of what is found, and the next one goes on with it.
func TestSearchStep_BrokenOff(t *testing.T) {
	onEach(t, func(t *testing.T, store *storage.DB, _ *sql.DB) {
		is := is.New(t)
		storage.SmallBlocks(store, 6)
		m := storagetest.NewSearchModel(t, store)
		m.Grow(300)
		broken := 0
		for round := range 60 {
			m.Change(round % 20)
			if m.IndexBrokenOff(1+round%70, 1+round*7%120) {
				broken++
			}
			m.Check(2)
		}
		is.True(broken > 20)
		m.Index(1000)
		m.Check(10)
	})
}

// A transaction that does not wait for the disk leaves its connection as it was.
func TestUpdateAsync_RestoresTheConnection(t *testing.T) {
	onEach(t, func(t *testing.T, store *storage.DB, db *sql.DB) {
		is := is.New(t)
		db.SetMaxOpenConns(1)
		level := func() (level string) {
			if err := db.QueryRow("PRAGMA synchronous").Scan(&level); err != nil {
				is.NoErr(db.QueryRow("SHOW synchronous_commit").Scan(&level))
			}
			return level
		}
		before, failed := level(), errors.New("failed")
		is.NoErr(store.Imports().UpdateAsync(t.Context(), func(importexport.Tx) error { return nil }))
		is.Equal(level(), before)
		err := store.Imports().UpdateAsync(t.Context(), func(importexport.Tx) error { return failed })
		is.True(errors.Is(err, failed))
		is.Equal(level(), before)
		ctx, stop := context.WithCancel(t.Context())
		err = store.Imports().UpdateAsync(ctx, func(importexport.Tx) error { stop(); return nil })
		is.True(errors.Is(err, context.Canceled))
		is.Equal(level(), before)
	})
}
