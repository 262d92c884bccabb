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
// change them and the index takes them in: each must be found at every moment,
// once, though no reader has a transaction.
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

func searchWhileIndexing(t *testing.T, store contacts.Store) {
	const people, changes = 40, 300
	ids := make([]desk.ContactID, people)
	rs := make([]contacts.Record, people)
	for i := range ids {
		ids[i] = desk.ContactID(fmt.Sprintf("contact_%026d", i))
		rs[i] = person(ids[i], i, 1)
	}
	update := func(ctx context.Context, fn func(contacts.Tx) error) error { return store.Update(ctx, fn) }
	if err := update(t.Context(), func(tx contacts.Tx) error { return tx.InsertContacts(t.Context(), "race", rs) }); err != nil {
		t.Fatal(err)
	}
	var done atomic.Int32
	g, ctx := errgroup.WithContext(t.Context())
	for writer := range 2 {
		g.Go(func() error {
			defer done.Add(1)
			for n := range changes {
				i := (n*7)%(people/2)*2 + writer // each has its own half
				version := int64(n/(people/2)) + 2
				err := update(ctx, func(tx contacts.Tx) error {
					return tx.UpdateContacts(ctx, "race", []contacts.Record{person(ids[i], i, version)})
				})
				if err != nil {
					return fmt.Errorf("change %d of %d: %w", n, i, err)
				}
			}
			return nil
		})
	}
	g.Go(func() error {
		for done.Load() < 2 {
			err := update(ctx, func(tx contacts.Tx) error {
				_, err := tx.IndexContacts(ctx, "race", 10)
				return err
			})
			if err != nil {
				return fmt.Errorf("index: %w", err)
			}
		}
		return nil
	})
	for reader := range 2 {
		g.Go(func() error {
			for n := reader; done.Load() < 2; n++ {
				if err := findPerson(ctx, store, n%people); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
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
