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

// mei is an agent who may do everything.
var mei = desk.Actor{Workspace: "acme", Kind: desk.MemberActor, ID: "mei", Grants: contacts.Permissions}

// services returns the services on an empty database, in a workspace that
// allows imports.
func services(database string) (*contacts.Service, *importexport.Service) {
	ctx := context.Background()
	db, err := sql.Open("sqlite", "file:/example-"+database+"?vfs=memdb&_txlock=immediate&_pragma=foreign_keys(1)&_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=busy_timeout(5000)")
	check(err)
	store, err := sqlite.New(db)
	check(err)
	check(store.Migrate(ctx))
	people := contacts.New(store, nil)
	_, err = people.SaveSettings(ctx, mei, contacts.Settings{AllowImport: true})
	check(err)
	return people, importexport.New(people, nil)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func ExampleService_Import() {
	_, files := services("import")
	file := strings.NewReader(`first_name;last_name;email;company
Zoë;Ångström;zoe@example.com;Nordlicht AG
Jörg;Müller;no address;
Zoe;Angstrom;ZOE@example.com;
`)
	r, err := files.Import(context.Background(), mei, file, importexport.ImportOptions{
		Each: func(o importexport.RowOutcome) error {
			fmt.Println("line", o.Line, o.Outcome)
			return nil
		},
	})
	check(err)
	fmt.Printf("%s, %q: %d rows, %d created, %d skipped, %d failed\n", r.Encoding, r.Delimiter, r.Rows, r.Created, r.Skipped, r.Failed)
	// Output:
	// line 2 created
	// line 3 failed
	// line 4 skipped
	// utf-8, ";": 3 rows, 1 created, 1 skipped, 1 failed
}

// A cell that a spreadsheet would take for a formula gets an apostrophe in
// front, which an import takes away again.
func ExampleService_Export() {
	people, files := services("export")
	ctx := context.Background()
	_, err := people.Create(ctx, mei, contacts.NewContact{
		DisplayName: "=cmd()", Phones: []contacts.Phone{{Label: "office", Value: "+44 20 7946 0958"}},
	})
	check(err)
	var file strings.Builder
	n, err := files.Export(ctx, mei, &file, importexport.ExportOptions{Fields: []string{"display_name", "phone", "kind"}})
	check(err)
	fmt.Print(strings.ReplaceAll(file.String(), "\r\n", "\n"))
	fmt.Println(n, "written")
	// Output:
	// display_name,phone,kind
	// '=cmd(),'+44 20 7946 0958,customer
	// 1 written
}

// Open shows how a file was read, before anything is imported.
func ExampleOpen() {
	r, err := importexport.Open(strings.NewReader("\xff\xfeN\x00a\x00m\x00e\x00\t\x00E\x00-\x00M\x00a\x00i\x00l\x00\n\x00"), importexport.ReadOptions{})
	check(err)
	fmt.Printf("%s %q %q\n", r.Encoding(), r.Delimiter(), r.Header().Cells)
	// Output: utf-16le "\t" ["Name" "E-Mail"]
}
