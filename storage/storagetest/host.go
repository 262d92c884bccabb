package storagetest

import (
	"context"
	"database/sql"
	"errors"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// hostTests are about calls inside a transaction of the host's (C15).
var hostTests = []test{
	{"C15 kept with the host's commit", hostCommit},
	{"C15 gone with the host's rollback", hostRollback},
	{"our failure leaves the host's transaction usable", hostOurFailure},
	{"a panic leaves the host's transaction usable", hostPanic},
	{"a cancelled call leaves nothing in the host's commit", hostCancel},
	{"the host's uncommitted rows are read", hostReads},
	{"updates within one another", hostNested},
}

// begin starts a host's transaction with a row of its own, and the store in it.
func (e *env) begin() (*sql.Tx, contacts.Store) {
	e.t.Helper()
	_, err := e.DB.ExecContext(e.ctx, `CREATE TABLE IF NOT EXISTS host_rows (name TEXT)`)
	e.NoErr(err)
	tx, err := e.DB.BeginTx(e.ctx, nil)
	e.NoErr(err)
	_, err = tx.ExecContext(e.ctx, `INSERT INTO host_rows VALUES ('before')`)
	e.NoErr(err)
	return tx, e.In(tx)
}

// hostRows are the rows of the host that were kept.
func (e *env) hostRows() []string {
	return column(e.t, e.DB, `SELECT name FROM host_rows ORDER BY name`)
}

func hostCommit(e *env) {
	e.put(record(1, "A", ""))
	tx, in := e.begin()
	e.NoErr(in.Update(e.ctx, e.writeAll))
	e.NoErr(tx.Commit())
	same(e, "Fifty-One", e.company(51).Name)
	e.Equal(e.hostRows(), []string{"before"})
}

func (e *env) company(n int) contacts.Company {
	e.t.Helper()
	c, err := e.Store.Company(e.ctx, home, companyID(n))
	if err != nil {
		e.t.Fatal(err)
	}
	return c
}

func hostRollback(e *env) {
	e.put(record(1, "A", ""))
	before := dump(e.t, e.f.Name, e.DB, home)
	tx, in := e.begin()
	e.NoErr(in.Update(e.ctx, e.writeAll))
	e.NoErr(tx.Rollback())
	same(e, before, dump(e.t, e.f.Name, e.DB, home))
	e.Equal(len(e.hostRows()), 0)
}

func hostOurFailure(e *env) {
	e.put(record(1, "A", "a@example.com"))
	before := dump(e.t, e.f.Name, e.DB, home)
	tx, in := e.begin()
	for range 3 {
		err := in.Update(e.ctx, func(tx contacts.Tx) error {
			if err := e.writeAll(tx); err != nil {
				return err
			}
			return tx.InsertContacts(e.ctx, home, []contacts.Record{record(3, "C", "a@example.com")})
		})
		e.Equal(desk.KindOf(err), desk.Conflict)
		e.Equal(desk.FieldOf(err), "email")
	}
	e.Equal(in.Update(e.ctx, func(tx contacts.Tx) error {
		e.NoErr(e.writeAll(tx))
		return errNo
	}), errNo)
	_, err := tx.ExecContext(e.ctx, `INSERT INTO host_rows VALUES ('after')`)
	e.NoErr(err)
	e.NoErr(tx.Commit())
	same(e, before, dump(e.t, e.f.Name, e.DB, home))
	e.Equal(e.hostRows(), []string{"after", "before"})
}

func hostPanic(e *env) {
	tx, in := e.begin()
	func() {
		defer func() { e.Equal(recover(), "boom") }()
		_ = in.Update(e.ctx, func(tx contacts.Tx) error {
			e.NoErr(e.writeAll(tx))
			panic("boom")
		})
	}()
	e.NoErr(in.Update(e.ctx, func(tx contacts.Tx) error {
		return tx.InsertContacts(e.ctx, home, []contacts.Record{record(1, "A", "")})
	}))
	e.NoErr(tx.Commit())
	e.get(contactID(1))
	_, err := e.Store.Contact(e.ctx, home, contactID(51))
	e.Equal(desk.KindOf(err), desk.NotFound)
	e.Equal(e.hostRows(), []string{"before"})
}

func hostCancel(e *env) {
	e.put(record(1, "A", ""))
	before := dump(e.t, e.f.Name, e.DB, home)
	for _, stop := range []string{"between", "at the end", "before"} {
		tx, in := e.begin()
		ctx, cancel := context.WithCancel(e.ctx)
		if stop == "before" {
			cancel()
		}
		err := in.Update(ctx, func(tx contacts.Tx) error {
			e.NoErr(e.writeAll(tx))
			cancel()
			if stop == "at the end" {
				return nil
			}
			return tx.InsertContacts(ctx, home, []contacts.Record{record(3, "C", "")})
		})
		e.True(errors.Is(err, context.Canceled))
		e.NoErr(tx.Commit())
		cancel()
		same(e, before, dump(e.t, e.f.Name, e.DB, home))
	}
	e.Equal(len(e.hostRows()), 3)
}

func hostReads(e *env) {
	tx, in := e.begin()
	e.NoErr(in.Update(e.ctx, func(tx contacts.Tx) error {
		return tx.InsertContacts(e.ctx, home, []contacts.Record{record(1, "Wilma", "w@example.com")})
	}))
	_, err := tx.ExecContext(e.ctx, `UPDATE desk_contacts SET job_title = 'by hand' WHERE workspace_id = 'home'`)
	e.NoErr(err)
	c, err := in.ContactByEmail(e.ctx, home, "w@example.com")
	e.NoErr(err)
	e.Equal(c.JobTitle, "by hand")
	f, err := in.Find(e.ctx, home, contacts.Find{Limit: 10})
	e.NoErr(err)
	e.Equal(len(f.Contacts), 1)
	e.NoErr(tx.Rollback())
	_, err = e.Store.Contact(e.ctx, home, contactID(1))
	e.Equal(desk.KindOf(err), desk.NotFound)
	_, err = in.Contact(e.ctx, home, contactID(1)) // it ended with the transaction
	e.True(err != nil)
}

func hostNested(e *env) {
	tx, in := e.begin()
	e.NoErr(in.Update(e.ctx, func(outer contacts.Tx) error {
		e.NoErr(outer.InsertContacts(e.ctx, home, []contacts.Record{record(1, "outer", "")}))
		err := in.Update(e.ctx, func(inner contacts.Tx) error {
			e.NoErr(inner.InsertContacts(e.ctx, home, []contacts.Record{record(2, "inner", "")}))
			return errNo
		})
		e.Equal(err, errNo)
		return nil
	}))
	e.NoErr(tx.Commit())
	e.get(contactID(1))
	_, err := e.Store.Contact(e.ctx, home, contactID(2))
	e.Equal(desk.KindOf(err), desk.NotFound)
}
