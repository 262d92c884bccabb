package notify_test

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"time"

	_ "modernc.org/sqlite" // the driver

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/storage/sqlite"
)

// A host records who might be told with its own change; a worker decides and
// sends.
func ExampleWorker() {
	ctx, now := context.Background(), func() time.Time { return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) }
	check := func(err error) {
		if err != nil {
			log.Fatal(err)
		}
	}
	db, err := sql.Open("sqlite", "file:/example-notify?vfs=memdb&_txlock=immediate&_pragma=foreign_keys(1)&_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=busy_timeout(5000)")
	check(err)
	store, err := sqlite.New(db)
	check(err)
	check(store.Migrate(ctx))
	s := notify.New(store.Notify(), &notify.Options{Now: now, From: "help@acme.example"})
	mei := desk.Actor{Workspace: "acme", Kind: desk.MemberActor, ID: "mei", Grants: contacts.Permissions}
	maria, err := contacts.New(store, nil).Create(ctx, mei, contacts.NewContact{FirstName: "Maria", Email: "maria@contact.example"})
	check(err)
	check(store.Update(ctx, func(tx contacts.Tx) error {
		return tx.Record(ctx, mei.Workspace, desk.Event{
			ID: "event_1", At: now(), Verb: "form.assigned", Subject: string(maria.ID),
			Notices: []desk.Notice{{Type: notify.TypeForm, To: []desk.ContactID{maria.ID}}},
		})
	}))
	w := notify.NewWorker(s, map[notify.Channel]notify.Sender{
		notify.Email: notify.SenderFunc(func(_ context.Context, m notify.Message) (notify.Receipt, error) {
			fmt.Printf("to %s: %s\n", m.To.Name(), m.Subject)
			return notify.Receipt{}, nil
		}),
	}, nil)
	did, err := w.Once(ctx, mei.Workspace)
	fmt.Println(did.Sent, err)
	// Output:
	// to Maria: Please fill in: a form
	// 1 <nil>
}
