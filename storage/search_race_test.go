package storage_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/postgres"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
)

// TestSearchWhileIndexing looks for contacts again and again while others
// change them, imports bring in more, and the index takes them in: each must
// be found at every moment, once, though no reader has a transaction.
func TestSearchWhileIndexing(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		searchWhileIndexing(t, desktest.New(t).Store)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		store, err := postgres.New(pgtest.DB(t))
		if err == nil {
			err = store.Migrate(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		searchWhileIndexing(t, store)
	})
}

// race is a workspace that everyone works on at once. Its first contacts are
// changed again and again; importers add batches of others, and change a few
// of each before or after the index has taken them in.
type race struct {
	store contacts.Store
	// imported counts the batches of each importer that are committed.
	imported [importers]atomic.Int32
	// working counts those that are not done.
	working atomic.Int32
}

const (
	people    = 40
	changes   = 200
	importers = 2
	batches   = 8
	batchSize = 70
)

func searchWhileIndexing(t *testing.T, store contacts.Store) {
	r := &race{store: store}
	err := r.update(t.Context(), func(tx contacts.Tx) error { return tx.InsertContacts(t.Context(), "race", persons(0, people, 1)) })
	if err != nil {
		t.Fatal(err)
	}
	g, ctx := errgroup.WithContext(t.Context())
	r.working.Store(2 + importers)
	for writer := range 2 {
		g.Go(func() error { return r.change(ctx, writer) })
	}
	for importer := range importers {
		g.Go(func() error { return r.bringIn(ctx, importer) })
	}
	for range 2 {
		g.Go(func() error {
			for r.working.Load() > 0 {
				if _, err := r.store.IndexContacts(ctx, "race", 20); err != nil {
					return fmt.Errorf("index: %w", err)
				}
			}
			return nil
		})
	}
	for reader := range 2 {
		g.Go(func() error { return r.find(ctx, reader) })
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
}

func (r *race) update(ctx context.Context, fn func(contacts.Tx) error) error {
	return r.store.Update(ctx, fn)
}

// change changes the first people, of whom each writer has its own half.
func (r *race) change(ctx context.Context, writer int) error {
	defer r.working.Add(-1)
	for n := range changes {
		i := (n*7)%(people/2)*2 + writer
		err := r.update(ctx, func(tx contacts.Tx) error {
			return tx.UpdateContacts(ctx, "race", persons(i, 1, int64(n/(people/2))+2))
		})
		if err != nil {
			return fmt.Errorf("change %d of %d: %w", n, i, err)
		}
	}
	return nil
}

// bringIn adds batches that are large enough to get docs at once.
func (r *race) bringIn(ctx context.Context, importer int) error {
	defer r.working.Add(-1)
	for batch := range batches {
		first := firstOf(importer, batch)
		err := r.update(ctx, func(tx contacts.Tx) error {
			return tx.InsertContacts(ctx, "race", persons(first, batchSize, 1))
		})
		if err != nil {
			return fmt.Errorf("import batch %d: %w", batch, err)
		}
		r.imported[importer].Add(1)
		old := firstOf(importer, batch/2)
		for _, i := range []int{first + 5, old + 6 + batch%2} {
			err := r.update(ctx, func(tx contacts.Tx) error {
				c, err := tx.LockContact(ctx, "race", personID(i))
				if err != nil {
					return err
				}
				return tx.UpdateContacts(ctx, "race", persons(i, 1, c.Version+1))
			})
			if err != nil {
				return fmt.Errorf("change of %d: %w", i, err)
			}
		}
	}
	return nil
}

// firstOf is the first person of an importer's batch.
func firstOf(importer, batch int) int { return 1000 + (batch*importers+importer)*batchSize }

// find looks for the first people, and for those of the newest batches.
func (r *race) find(ctx context.Context, reader int) error {
	for n := reader; r.working.Load() > 0; n++ {
		i := n % people
		if done := int(r.imported[n%importers].Load()); n%3 > 0 && done > 0 {
			i = firstOf(n%importers, max(0, done-1-n%4)) + n%batchSize
		}
		if err := findPerson(ctx, r.store, i); err != nil {
			return err
		}
	}
	return nil
}

func personID(i int) desk.ContactID { return desk.ContactID(fmt.Sprintf("contact_%026d", i)) }

// persons are n contacts from a number on.
func persons(from, n int, version int64) []contacts.Record {
	rs := make([]contacts.Record, n)
	for i := range rs {
		rs[i] = person(personID(from+i), from+i, version)
	}
	return rs
}

// person is a contact that is found by its number, whatever its version.
func person(id desk.ContactID, i int, version int64) contacts.Record {
	r := contacts.Record{Contact: contacts.Contact{ID: id, Version: version, Kind: contacts.Customer, Active: true, Source: contacts.ByAPI, LoginSource: contacts.NotInstalled}}
	r.Index.Text = []contacts.Line{{Class: contacts.ClassName, Text: fmt.Sprintf("person-%04d v%d", i, version)}}
	for k := range r.Index.Sort {
		r.Index.Sort[k] = fmt.Appendf([]byte{1}, "%d-%d", version%3, i)
	}
	r.Index.Facets = []string{"kind=customer"}
	return r
}

func findPerson(ctx context.Context, store contacts.Store, i int) error {
	f, err := store.Find(ctx, "race", contacts.Find{Limit: 5, Sort: contacts.SortName, Facets: [][]string{{"kind=customer"}},
		Terms: [][]contacts.Needle{{{Text: fmt.Sprintf("person-%04d", i), In: []contacts.Class{contacts.ClassName}}}}})
	if err != nil {
		return fmt.Errorf("find %d: %w", i, err)
	}
	if len(f.Contacts) != 1 {
		return fmt.Errorf("person %d was found %d times", i, len(f.Contacts))
	}
	return nil
}
