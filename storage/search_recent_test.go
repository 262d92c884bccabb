package storage_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/matryer/is"
	"golang.org/x/sync/errgroup"

	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/postgres"
	"github.com/deskfolk/desk/storage/storagetest"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
)

// onEach runs a test on both databases.
func onEach(t *testing.T, test func(t *testing.T, store *storage.DB, db *sql.DB)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		d := desktest.New(t)
		test(t, d.Store, d.DB)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		db := pgtest.DB(t)
		store, err := postgres.New(db)
		if err == nil {
			err = store.Migrate(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		test(t, store, db)
	})
}

// orderDocs returns how many docs the pages of the orders have, and how many
// are beside them; no order has one twice, and all have the same.
func orderDocs(t *testing.T, store *storage.DB) (pages, recent int) {
	t.Helper()
	own, beside, err := storage.OrderDocs(t.Context(), store, "search")
	if err != nil {
		t.Fatal(err)
	}
	for key := range own {
		all := slices.Concat(own[key], beside[key])
		slices.Sort(all)
		if n := len(all); len(slices.Compact(all)) < n {
			t.Fatalf("order %d has docs twice", key)
		}
		pages, recent = pages+len(own[key]), recent+len(beside[key])
	}
	return pages, recent
}

// What comes in stands beside the pages, and is written into them when there
// is enough of it; it is found in either place, and goes from both.
func TestSearchRecent(t *testing.T) {
	onEach(t, func(t *testing.T, store *storage.DB, _ *sql.DB) {
		is := is.New(t)
		storage.SmallBlocks(store, 6) // up to 7 docs may be beside a page
		m := storagetest.NewSearchModel(t, store)
		m.Grow(800)
		beside, into := 0, 0
		pages, recent := orderDocs(t, store)
		for round := range 30 {
			m.Change(round)
			m.Index(1 + round%25)
			m.Check(1)
			now, still := orderDocs(t, store)
			if still > recent {
				beside++
			}
			if now > pages {
				into++
			}
			pages, recent = now, still
		}
		is.True(beside > 5)
		is.True(into > 3)
		m.Check(10)
	})
}

// A step of the index that is not committed leaves nothing behind.
func TestSearchRecent_Undone(t *testing.T) {
	onEach(t, func(t *testing.T, store *storage.DB, db *sql.DB) {
		is := is.New(t)
		m := storagetest.NewSearchModel(t, store)
		m.Grow(1000)
		m.Index(1000)
		for round := range 12 {
			m.Change(round)
			pages, recent := orderDocs(t, store)
			tx, err := db.BeginTx(t.Context(), nil)
			is.NoErr(err)
			_, err = store.In(tx).IndexContacts(t.Context(), "search", 100)
			is.NoErr(err)
			is.NoErr(tx.Rollback())
			now, still := orderDocs(t, store)
			is.Equal([]int{now, still}, []int{pages, recent})
			m.Check(3)
		}
		m.Index(100)
		m.Check(10)
	})
}

// An index that was made before there were recent docs is used as it is.
func TestSearchRecent_Migrated(t *testing.T) {
	onEach(t, func(t *testing.T, store *storage.DB, db *sql.DB) {
		is := is.New(t)
		m := storagetest.NewSearchModel(t, store)
		m.Grow(1200)
		_, err := db.ExecContext(t.Context(), `DROP TABLE desk_search_recent`)
		is.NoErr(err)
		is.NoErr(storage.MigrateAgain(t.Context(), store, "search_recent"))
		m.Check(10)
		for round := range 20 {
			m.Change(round)
			m.Index(20)
		}
		_, recent := orderDocs(t, store)
		is.True(recent > 0)
		m.Check(20)
	})
}

// TestWalkWhileIndexing lists contacts by walking an order, again and again,
// while others come in between them and pages are written and split: each list
// has all of them, once.
func TestWalkWhileIndexing(t *testing.T) {
	onEach(t, func(t *testing.T, store *storage.DB, _ *sql.DB) {
		storage.SmallBlocks(store, 9)
		const all = 2700 // every third is there from the start
		var steady, others []int
		for _, at := range rand.New(rand.NewPCG(5, 6)).Perm(all) { //nolint:gosec // a test
			if at%3 == 0 {
				steady = append(steady, at)
			} else {
				others = append(others, at)
			}
		}
		if err := bringIn(t.Context(), store, steady, "steady"); err != nil {
			t.Fatal(err)
		}
		var done atomic.Bool
		g, ctx := errgroup.WithContext(t.Context())
		g.Go(func() error {
			defer done.Store(true)
			for some := range slices.Chunk(others, 40) {
				if err := bringIn(ctx, store, some, "other"); err != nil {
					return err
				}
			}
			return nil
		})
		for reader := range 2 {
			g.Go(func() error {
				for !done.Load() {
					if err := listAll(ctx, store, len(steady), reader == 1); err != nil {
						return err
					}
				}
				return nil
			})
		}
		if err := g.Wait(); err != nil {
			t.Fatal(err)
		}
	})
}

// bringIn adds walkers with a facet, and brings them into the index.
func bringIn(ctx context.Context, store contacts.Store, places []int, facet string) error {
	err := store.Update(ctx, func(tx contacts.Tx) error {
		rs := make([]contacts.Record, len(places))
		for i, at := range places {
			rs[i] = walker(at)
			rs[i].Index.Facets = []string{facet}
		}
		return tx.InsertContacts(ctx, "walk", rs)
	})
	if err == nil {
		_, err = store.IndexContacts(ctx, "walk", 2000)
	}
	return err
}

// listAll lists the steady walkers page by page.
func listAll(ctx context.Context, store contacts.Store, want int, desc bool) error {
	q := contacts.Find{Limit: 70, Sort: contacts.SortName, Desc: desc, Facets: [][]string{{"steady"}}}
	seen := map[string]bool{}
	for more := true; more; {
		f, err := store.Find(ctx, "walk", q)
		if err != nil {
			return err
		}
		for _, id := range idsOf(f) {
			if seen[id] {
				return fmt.Errorf("%s was listed twice", id)
			}
			seen[id] = true
		}
		if more = f.More; more {
			q.After = &f.Positions[len(f.Positions)-1]
		}
	}
	if len(seen) != want {
		return fmt.Errorf("%d of %d were listed (desc: %t)", len(seen), want, desc)
	}
	return nil
}
