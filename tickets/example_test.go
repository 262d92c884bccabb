package tickets_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/sqlite"
	"github.com/deskfolk/desk/tickets"
)

func Example() {
	ctx := context.Background()
	db := openDatabase() // a *sql.DB of the host's
	defer db.Close()
	store, err := sqlite.New(db)
	if err == nil {
		err = store.Migrate(ctx)
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	people, s := contacts.New(store, nil), tickets.New(store.Tickets(), nil)
	agent := desk.Actor{Workspace: "acme", Kind: desk.MemberActor, ID: "mei", Grants: slices.Concat(contacts.Permissions, tickets.Permissions)}

	ana, _ := people.Create(ctx, agent, contacts.NewContact{FirstName: "Ana", Email: "ana@example.com"})
	t, _ := s.Create(ctx, agent, tickets.NewTicket{
		Subject: "The printer is on fire", Requester: ana.ID,
		Message: &tickets.NewMessage{Text: "We are on our way."},
	})
	_, _ = s.Post(ctx, agent, t.ID, tickets.NewMessage{Kind: tickets.Internal, Text: "Again!"})

	// What Ana sees of it.
	self := desk.Actor{Workspace: "acme", Kind: desk.ContactActor, ID: string(ana.ID)}
	l, _ := s.Messages(ctx, self, t.ID, tickets.MessageQuery{}, desk.Page{})
	for _, m := range l.Messages {
		fmt.Println(m.Text)
	}
	ds, _ := s.Explain(ctx, agent, t.ID, ana.ID, tickets.ToClose)
	for _, d := range ds {
		fmt.Println(d.Gate, d.Allowed, d.Reason)
	}
	// Output:
	// We are on our way.
	// ticket true The ticket is live.
	// contact true The contact is active.
	// participation true The contact takes part as requester.
}

func ExampleSanitizeHTML() {
	fmt.Println(tickets.SanitizeHTML(`<p onclick="x()">Hello <b>world<script>x()</script></p>`, tickets.HTMLOptions{}))
	// Output: <p>Hello <b>world</b></p>
}

// openDatabase opens a database in memory, as package sqlite wants it.
func openDatabase() *sql.DB {
	db, err := sql.Open("sqlite", "file:/example-tickets?vfs=memdb&_txlock=immediate&_pragma=foreign_keys(1)&_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=busy_timeout(5000)")
	if err != nil {
		panic(err)
	}
	return db
}
