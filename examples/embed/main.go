// Command embed shows a shop that keeps its orders in its own table and its
// customers as contacts, in one database that the shop has opened. An order
// and the contact who placed it are written in one transaction: both are kept,
// or neither.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	_ "modernc.org/sqlite"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage"
	"github.com/deskfolk/desk/storage/sqlite"
)

func main() {
	if err := run(context.Background(), "shop.db", os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// shop is the host: its own database, its own table, and ours beside it.
type shop struct {
	db    *sql.DB
	store *storage.DB
}

// system is the shop acting by itself; an agent would be a desk.MemberActor
// with the grants of the role.
var system = desk.Actor{
	Workspace: "shop", Kind: desk.SystemActor, ID: "checkout",
	Grants: []desk.Permission{contacts.MayView, contacts.MayCreate, contacts.MayModify},
}

func open(ctx context.Context, file string) (*shop, error) {
	db, err := sql.Open("sqlite", "file:"+file+
		"?_txlock=immediate&_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=journal_mode(wal)&_pragma=synchronous(full)")
	if err != nil {
		return nil, err
	}
	store, err := sqlite.New(db)
	if err != nil {
		return nil, err
	}
	if err := store.Migrate(ctx); err != nil {
		return nil, err
	}
	_, err = db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, contact_id TEXT NOT NULL, what TEXT NOT NULL, pieces INTEGER NOT NULL CHECK (pieces > 0))`)
	return &shop{db, store}, err
}

// people binds the library to a store: the database, or one transaction of it.
func people(store *storage.DB) *contacts.Service { return contacts.New(store, nil) }

// order takes an order. Whoever sent it is found by the address, or becomes a
// contact, in the same transaction in which the order is written.
func (s *shop) order(ctx context.Context, name, email, what string, pieces int) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	c, _, err := people(s.store.In(tx)).FromSender(ctx, system, contacts.Sender{Email: email, Name: name})
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO orders (contact_id, what, pieces) VALUES ($1, $2, $3)`, string(c.ID), what, pieces); err != nil {
		return err
	}
	return tx.Commit()
}

func run(ctx context.Context, file string, out io.Writer) error {
	s, err := open(ctx, file)
	if err != nil {
		return err
	}
	defer func() { _ = s.db.Close() }()
	if err := s.order(ctx, "Zoë Ångström", "zoe@angstrom.example", "lamp", 2); err != nil {
		return err
	}
	if err := s.order(ctx, "Zoe", "ZOE@angstrom.example", "bulb", 6); err != nil {
		return err
	}
	// The table refuses an order of nothing; then there is no new contact either.
	if err := s.order(ctx, "Ghost", "ghost@nowhere.example", "lamp", 0); err == nil {
		return errors.New("an order of nothing was taken")
	}
	list, err := people(s.store).List(ctx, system, contacts.Query{Count: true}, desk.Page{})
	if err != nil {
		return err
	}
	for _, c := range list.Contacts {
		var orders int
		if err := s.db.QueryRowContext(ctx, `SELECT COUNT(*) FROM orders WHERE contact_id = $1`, string(c.ID)).Scan(&orders); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "%s <%s>: %d orders\n", c.Name(), c.Email, orders); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(out, "%d contact\n", list.Count)
	return err
}
