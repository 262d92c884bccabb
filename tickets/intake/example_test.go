package intake_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	_ "modernc.org/sqlite" // the driver

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/sqlite"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/intake"
)

func ExampleParse() {
	m, err := intake.Parse(strings.NewReader("From: Jane Doe <jane@acme.example>\r\nSubject: Re: Help\r\n\r\n"+
		"It works.\r\n\r\nOn Mon, May 6, 2024 at 5:30 PM Support wrote:\r\n> Try again.\r\n"), nil)
	fmt.Println(m.From.Name, m.From.Email, err)
	fmt.Println(m.Text)
	// Output:
	// Jane Doe jane@acme.example <nil>
	// It works.
}

func ExampleService_Take() {
	db, err := sql.Open("sqlite", "file:/example-intake?vfs=memdb&_txlock=immediate&_pragma=foreign_keys(1)&_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=busy_timeout(5000)")
	if err != nil {
		panic(err)
	}
	defer func() { _ = db.Close() }()
	store, err := sqlite.New(db)
	if err == nil {
		err = store.Migrate(context.Background())
	}
	if err != nil {
		panic(err)
	}
	threads := tickets.Threads{Keys: [][]byte{[]byte("a key that the host keeps")}}
	mail := intake.New(store.Intake(), contacts.New(store, nil), tickets.New(store.Tickets(), nil), &intake.Options{Threads: threads})
	smtp := desk.Actor{Workspace: "test", Kind: desk.SystemActor, ID: "smtp", Grants: []desk.Permission{intake.MayTake}}
	take := func(to, text string) intake.Result {
		raw := strings.NewReader("From: jane@acme.example\r\nTo: " + to + "\r\nSubject: Help\r\n\r\n" + text)
		res, err := mail.Take(context.Background(), smtp, intake.Delivery{Raw: raw})
		if err != nil {
			fmt.Println(desk.MessageOf(err))
		}
		return res
	}
	first := take("support@desk.example", "It does not work.")
	fmt.Println(first.Outcome, first.NewContact)
	answer := take(threads.Address("support@desk.example", "test", first.Ticket, first.Contact), "Now it does.")
	fmt.Println(answer.Outcome, answer.Ticket == first.Ticket)
	// Output:
	// created true
	// threaded true
}
