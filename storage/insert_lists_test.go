package storage_test

import (
	"database/sql"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage"
)

// Rows that are inserted at once are read back as they were, whatever is in
// their texts, and however many there are.
func TestInsertMany(t *testing.T) {
	onEach(t, func(t *testing.T, store *storage.DB, _ *sql.DB) {
		is := is.New(t)
		odd := []string{"", "\x1f", "\x1e", "a\x1fb", "a\x1eb", "NULL", `\x00`, `"quoted"`, `{a,b}`, `back\slash`, "tab\tline\n", "Łukasz 王"}
		made := 0
		for _, n := range []int{1, 2, 3, 999, 1001, 2002} {
			for _, texts := range [][]string{odd, {""}, {"plain", ""}} {
				rs := make([]contacts.Record, n)
				ids := make([]desk.ContactID, n)
				want := make([]string, n)
				for i := range rs {
					made++
					rs[i] = walker(made)
					rs[i].Contact.LastName = texts[i%len(texts)]
					ids[i], want[i] = rs[i].Contact.ID, rs[i].Contact.LastName
				}
				is.NoErr(store.Update(t.Context(), func(tx contacts.Tx) error { return tx.InsertContacts(t.Context(), "many", rs) }))
				cs, err := store.Contacts(t.Context(), "many", ids)
				is.NoErr(err)
				got := map[desk.ContactID]string{}
				for _, c := range cs {
					got[c.ID] = c.LastName
				}
				for i, id := range ids {
					if name, ok := got[id]; !ok || name != want[i] {
						t.Fatal(n, id, cmp.Diff(want[i], name), fmt.Sprint(ok))
					}
				}
			}
		}
	})
}
