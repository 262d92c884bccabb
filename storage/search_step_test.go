package storage_test

import (
	"database/sql"
	"testing"

	"github.com/matryer/is"

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
