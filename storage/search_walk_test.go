package storage_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/postgres"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
)

// TestWalk walks an order of many pages, in both directions, from its ends and
// from cursors within pages, for matches that lie everywhere, at one end, or
// thinly; then some records move, and it walks again.
func TestWalk(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		d := desktest.New(t)
		walks(t, d.Store, d.DB)
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
		walks(t, store, db)
	})
}

const walkers = 6000

// walker is the contact at a place of the order.
func walker(at int) contacts.Record {
	id := desk.ContactID(fmt.Sprintf("contact_%026d", at))
	r := contacts.Record{Contact: contacts.Contact{ID: id, Version: 1, Kind: contacts.Customer, Active: true, Source: contacts.ByAPI, LoginSource: contacts.NotInstalled}}
	r.Index.Text = []contacts.Line{{Class: contacts.ClassName, Text: "walker"}}
	for k := range r.Index.Sort {
		r.Index.Sort[k] = fmt.Appendf([]byte{1}, "%05d", at/3) // three of each
	}
	r.Index.Facets = []string{"any"}
	for facet, has := range facetsOfWalkers {
		if has(at) {
			r.Index.Facets = append(r.Index.Facets, facet)
		}
	}
	return r
}

var facetsOfWalkers = map[string]func(at int) bool{
	"first":  func(at int) bool { return at < 700 },
	"last":   func(at int) bool { return at >= walkers-700 },
	"thin":   func(at int) bool { return at%13 == 5 },
	"middle": func(at int) bool { return at >= 2900 && at < 3500 },
}

func walks(t *testing.T, store *storage.DB, db *sql.DB) {
	is := is.New(t)
	r := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // a test
	places := r.Perm(walkers)
	for from := 0; from < walkers; from += 1000 {
		is.NoErr(store.Update(t.Context(), func(tx contacts.Tx) error {
			rs := make([]contacts.Record, 1000)
			for i := range rs {
				rs[i] = walker(places[from+i])
			}
			return tx.InsertContacts(t.Context(), "walk", rs)
		}))
		_, err := store.IndexContacts(t.Context(), "walk", 1000)
		is.NoErr(err)
	}
	var pages int
	is.NoErr(db.QueryRow(`SELECT COUNT(*) FROM desk_search_runs WHERE sort = 0`).Scan(&pages))
	is.True(pages >= 4)
	checkWalks(t, store)
	is.NoErr(store.Update(t.Context(), func(tx contacts.Tx) error {
		var rs []contacts.Record
		for range 200 {
			one := walker(places[len(rs)*7])
			one.Contact.Version = 2
			rs = append(rs, one)
		}
		return tx.UpdateContacts(t.Context(), "walk", rs[:150])
	}))
	_, err := store.IndexContacts(t.Context(), "walk", 100)
	is.NoErr(err)
	checkWalks(t, store)
}

func checkWalks(t *testing.T, store contacts.Store) {
	t.Helper()
	all := []string{"any", "first", "last", "thin", "middle"}
	for i, facet := range all {
		var want []string
		for at := range walkers {
			if has := facetsOfWalkers[facet]; has == nil || has(at) {
				want = append(want, fmt.Sprintf("contact_%026d", at))
			}
		}
		for _, desc := range []bool{false, true} {
			q := contacts.Find{Limit: 300 - 40*i, Sort: contacts.SortName, Desc: desc, Facets: [][]string{{facet}}}
			compareWalk(t, store, q, want)
		}
	}
	// Words that nobody has in a row, though all have their letters.
	q := contacts.Find{Limit: 50, Sort: contacts.SortName, Terms: [][]contacts.Needle{{{Text: "walkerwalk", In: []contacts.Class{contacts.ClassName}}}}}
	if f, err := store.Find(context.Background(), "walk", q); err != nil || len(f.Contacts) > 0 || f.More {
		t.Fatalf("%d contacts, %v", len(f.Contacts), err)
	}
}

// compareWalk walks to the end and back.
func compareWalk(t *testing.T, store contacts.Store, q contacts.Find, want []string) {
	t.Helper()
	if q.Desc {
		want = reversed(want)
	}
	var got, back []string
	for more := true; more; {
		f := find(t, store, q)
		got = append(got, idsOf(f)...)
		q.After, more = &f.Positions[len(f.Positions)-1], f.More
	}
	q.Before, q.After = q.After, nil
	back = got[len(got)-1:]
	for more := true; more; {
		f := find(t, store, q)
		back = append(idsOf(f), back...)
		q.Before, more = &f.Positions[0], f.More
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%+v forwards (-want +got):\n%s", q, diff)
	}
	if diff := cmp.Diff(want, back); diff != "" {
		t.Fatalf("%+v backwards (-want +got):\n%s", q, diff)
	}
	compareCursors(t, store, q, want)
}

// compareCursors looks from cursors that nothing stands at.
func compareCursors(t *testing.T, store contacts.Store, q contacts.Find, want []string) {
	t.Helper()
	for at := 1; at < len(want); at += len(want)/4 + 1 {
		var n int
		if _, err := fmt.Sscanf(want[at], "contact_%d", &n); err != nil {
			t.Fatal(err)
		}
		p := &contacts.Position{Key: walker(n).Index.Sort[0], ID: want[at] + "-"}
		q.After, q.Before = p, nil
		first := at + 1 // what lies behind the cursor
		if q.Desc {
			first = at
		}
		f := find(t, store, q)
		if diff := cmp.Diff(want[first:min(first+q.Limit, len(want))], idsOf(f)); diff != "" {
			t.Fatalf("%+v after %s (-want +got):\n%s", q, p.ID, diff)
		}
		q.After, q.Before = nil, p
		f = find(t, store, q)
		if diff := cmp.Diff(want[max(first-q.Limit, 0):first], idsOf(f)); diff != "" {
			t.Fatalf("%+v before %s (-want +got):\n%s", q, p.ID, diff)
		}
	}
}

func reversed(s []string) []string {
	out := make([]string, 0, len(s))
	for i := range s {
		out = append(out, s[len(s)-1-i])
	}
	return out
}

func find(t *testing.T, store contacts.Store, q contacts.Find) contacts.Found {
	t.Helper()
	f, err := store.Find(context.Background(), "walk", q)
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	return f
}

func idsOf(f contacts.Found) []string {
	ids := make([]string, len(f.Contacts))
	for i, c := range f.Contacts {
		ids[i] = string(c.ID)
	}
	return ids
}
