package importexport_test

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"strings"

	_ "modernc.org/sqlite" // the driver

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
	"github.com/deskfolk/desk/storage/sqlite"
)

func ExampleService_Import() {
	ctx := context.Background()
	db, err := sql.Open("sqlite", "file:/example-import?vfs=memdb&_txlock=immediate&_pragma=foreign_keys(1)&_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=busy_timeout(5000)")
	check(err)
	store, err := sqlite.New(db)
	check(err)
	check(store.Migrate(ctx))
	people := contacts.New(store, nil)
	mei := desk.Actor{Workspace: "acme", Kind: desk.MemberActor, ID: "mei", Grants: contacts.Permissions}
	_, err = people.SaveSettings(ctx, mei, contacts.Settings{AllowImport: true})
	check(err)

	file := strings.NewReader("Vorname;last_name;email\nZoë;Ångström;zoe@angstrom.example\nMax;Muster;not an address\n")
	service := importexport.New(store.Imports(), people, nil)
	result, err := service.Import(ctx, mei, file, importexport.ImportOptions{
		Choices: importexport.Choices{Map: map[string]string{"Vorname": "first_name"}},
		Each: func(row importexport.Row) error {
			fmt.Printf("line %d: %s, %q\n", row.Line, row.Outcome, row.Reason)
			return nil
		},
	})
	check(err)
	fmt.Println(result.Result.Rows, "rows,", result.Result.Created, "created,", result.Result.Failed, "failed, in", result.Found.Encoding)

	var out strings.Builder
	_, err = service.Export(ctx, mei, &out, importexport.ExportOptions{Fields: []string{"first_name", "email"}})
	check(err)
	fmt.Printf("%q\n", out.String())
	// Output:
	// line 2: created, ""
	// line 3: failed, "email: This is not an email address. Write it as name@example.com."
	// 2 rows, 1 created, 1 failed, in utf-8
	// "first_name,email\r\nZoë,zoe@angstrom.example\r\n"
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
