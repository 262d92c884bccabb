package records_test

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"time"

	_ "modernc.org/sqlite" // the driver

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/sqlite"
	"github.com/deskfolk/desk/tickets/records"
)

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func ExampleService_RecordCall() {
	ctx := context.Background()
	db, err := sql.Open("sqlite", "file:/example-records?vfs=memdb&_txlock=immediate&_pragma=foreign_keys(1)&_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=busy_timeout(5000)")
	check(err)
	store, err := sqlite.New(db)
	check(err)
	check(store.Migrate(ctx))
	linked := records.New(store.Records(), nil)
	people := contacts.New(store, &contacts.Options{Parts: linked.Parts()})
	mei := desk.Actor{Workspace: "acme", Kind: desk.MemberActor, ID: "mei", Grants: append(records.Permissions, contacts.Permissions...)}

	// Nobody is known by this number yet.
	call, err := linked.RecordCall(ctx, mei, records.NewCall{Number: "+90 212 555 01 23", Direction: records.Inbound, Duration: 3 * time.Minute})
	check(err)
	fmt.Println(call.E164, "matched:", call.Contact != "")

	aylin, err := people.Create(ctx, mei, contacts.NewContact{FirstName: "Aylin", Phones: []contacts.Phone{{Value: "+90 (212) 555 01 23"}}})
	check(err)
	n, err := linked.MatchCalls(ctx, mei)
	check(err)
	fmt.Println("matched later:", n)

	p, err := people.Profile(ctx, mei, aylin.ID, contacts.ProfileQuery{Parts: []string{records.PartCalls}})
	check(err)
	fmt.Println(p.Parts[0].Label, p.Parts[0].Count)
	// Output:
	// +902125550123 matched: false
	// matched later: 1
	// Calls 1
}
