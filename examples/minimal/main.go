// Command minimal makes a contact in the file minimal.db and finds it again.
package main

import (
	"context"
	"database/sql"
	"fmt"
	"log"

	_ "modernc.org/sqlite"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/sqlite"
)

func main() {
	ctx := context.Background()
	db, err := sql.Open("sqlite", "file:minimal.db?_txlock=immediate&_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=journal_mode(wal)&_pragma=synchronous(full)")
	check(err)
	store, err := sqlite.New(db)
	check(err)
	check(store.Migrate(ctx))
	people := contacts.New(store, nil)

	me := desk.Actor{Workspace: "acme", Kind: desk.MemberActor, ID: "agent-7", Grants: contacts.Permissions}
	_, err = people.Create(ctx, me, contacts.NewContact{FirstName: "Zoë", LastName: "Ångström", CompanyName: "Nordlicht AG"})
	check(err)
	found, err := people.List(ctx, me, contacts.Query{Text: "angstr nord"}, desk.Page{})
	check(err)
	fmt.Println(found.Contacts[0].Name(), "of", found.Contacts[0].Company)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
