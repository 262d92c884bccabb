package storage_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/matryer/is"

	"github.com/deskfolk/desk/storage"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/postgres"
	"github.com/deskfolk/desk/storage/storagetest"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
)

// TestSearch holds what the index finds against a model, few records and many.
func TestSearch(t *testing.T) {
	for name, n := range map[string]int{"few": 30, "many": 1500} {
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

// TestSearchReclaims changes records until whole blocks of the index are dead,
// and sees that what they took is given back and that all is still found.
func TestSearchReclaims(t *testing.T) {
	for _, bits := range []uint{6, 7} { // those of the second level, and of the first
		t.Run(fmt.Sprint(bits), func(t *testing.T) { t.Parallel(); searchReclaims(t, bits) })
	}
}

func searchReclaims(t *testing.T, bits uint) {
	is := is.New(t)
	d := desktest.New(t)
	storage.SmallBlocks(d.Store, bits)
	m := storagetest.NewSearchModel(t, d.Store)
	m.Grow(700)
	for round := range 150 {
		m.Change(round)
		m.Index(30)
		if round%10 == 0 {
			m.Check(1)
		}
	}
	for range 300 {
		m.Index(1000)
	}
	m.Check(50)
	var rows int
	is.NoErr(d.DB.QueryRow(storage.Postings).Scan(&rows))
	is.Equal(rows, 0) // the first blocks are gone
}

// SQLite reads entries from a doc on by going to that doc (SeekGE), and not to the first of
// all (SeekGT), which would read the whole index for nothing.
func TestNumberedReadsSeek(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	db := desktest.New(t).DB
	for _, query := range storage.NumberedReads {
		rows, err := db.Query("EXPLAIN "+query, "test", "contact", 7, 9)
		is.NoErr(err)
		var seeks []string
		for rows.Next() {
			var cells [8]any
			var into [8]any
			for i := range cells {
				into[i] = &cells[i]
			}
			is.NoErr(rows.Scan(into[:]...))
			if op := fmt.Sprint(cells[1]); strings.HasPrefix(op, "Seek") && op != "SeekScan" {
				seeks = append(seeks, op)
			}
		}
		is.NoErr(rows.Err())
		is.NoErr(rows.Close())
		is.True(slices.Contains(seeks, "SeekGE"))
		is.True(!slices.Contains(seeks, "SeekGT"))
	}
}
