package importexport_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
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

func ExampleOpen() {
	file := strings.NewReader("BEGIN:VCARD\nVERSION:3.0\nN:van der Berg;Jan;;;\nTEL;TYPE=CELL:+31 6 12345678\nTEL;TYPE=WORK,PREF:+31 20 1234567\nBDAY:1990-01-01\nEND:VCARD\n")
	reader, err := importexport.Open(file, importexport.ReadOptions{})
	check(err)
	defer reader.Close()
	fmt.Println(reader.Format(), reader.Encoding())
	for {
		card, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		check(err)
		for i, name := range reader.Header().Cells {
			if card.Cells[i] != "" {
				fmt.Println(name+":", card.Cells[i])
			}
		}
		fmt.Println(strings.Join(card.Warnings, "\n"))
	}
	// Output:
	// vcard utf-8
	// first_name: Jan
	// last_name: van der Berg
	// phone: +31 20 1234567
	// phones: work:+31 20 1234567; mobile:+31 6 12345678
	// Not read, since there is no field for it: BDAY.
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
