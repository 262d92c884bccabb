package storage_test

import (
	"context"
	"database/sql"
	"fmt"
	"log"

	_ "modernc.org/sqlite" // the driver

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/sqlite"
)

// A host writes its own row and a contact in one transaction, and takes both
// back.
func ExampleDB_In() {
	ctx := context.Background()
	check := func(err error) {
		if err != nil {
			log.Fatal(err)
		}
	}
	db, err := sql.Open("sqlite", "file:/example-in?vfs=memdb&_txlock=immediate&_pragma=foreign_keys(1)&_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=busy_timeout(5000)")
	check(err)
	store, err := sqlite.New(db)
	check(err)
	check(store.Migrate(ctx))
	_, err = db.ExecContext(ctx, `CREATE TABLE orders (contact_id TEXT NOT NULL, what TEXT NOT NULL)`)
	check(err)
	shop := desk.Actor{Workspace: "acme", Kind: desk.SystemActor, ID: "shop", Grants: []desk.Permission{contacts.MayCreate, contacts.MayView}}

	tx, err := db.BeginTx(ctx, nil)
	check(err)
	c, err := contacts.New(store.In(tx), nil).Create(ctx, shop, contacts.NewContact{FirstName: "Ada"})
	check(err)
	_, err = tx.ExecContext(ctx, `INSERT INTO orders VALUES ($1, 'lamp')`, string(c.ID))
	check(err)
	check(tx.Rollback())

	_, err = contacts.New(store, nil).Get(ctx, shop, c.ID)
	fmt.Println(desk.KindOf(err))
	// Output: not_found
}
