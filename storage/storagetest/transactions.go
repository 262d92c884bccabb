package storagetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

var transactionTests = []test{
	{"an error takes all back", errorUndoes},
	{"a panic takes all back", panicUndoes},
	{"an ended context takes all back", cancelUndoes},
	{"a swallowed failure is not committed", swallowed},
	{"a transaction sees what it wrote", ownWrites},
	{"B55 the database refuses foreign references", foreignReferences},
	{"B71 one of many gets the address", oneGetsIt},
	{"no update is lost", noLostUpdate},
	{"a locked contact waits", lockWaits},
	{"C24 a context that ends at any moment", randomCancels},
}

var errNo = errors.New("no")

// writeAll writes into every table.
func (e *env) writeAll(tx contacts.Tx) error {
	c := fullContact(51)
	c.CompanyID, c.Email, c.External, c.Emails = companyID(51), "51@example.com", map[string]string{"erp": "51"}, nil
	for _, write := range []func() error{
		func() error {
			return tx.InsertCompanies(e.ctx, home, []contacts.CompanyRecord{companyRecord(51, "Fifty-One", "51.example")})
		},
		func() error {
			return tx.InsertContacts(e.ctx, home, []contacts.Record{indexed(c), record(52, "B", "")})
		},
		func() error { return tx.Record(e.ctx, home, event(51, contactID(51), "x")) },
		func() error { return tx.PutOnce(e.ctx, home, contacts.Once{Actor: "a", Key: "51", At: noon}) },
		func() error { return tx.PutSettings(e.ctx, home, contacts.Settings{Version: 1, Region: "CH"}) },
		func() error { return tx.PutField(e.ctx, home, contacts.FieldDef{Key: "k51"}) },
	} {
		if err := write(); err != nil {
			return err
		}
	}
	return nil
}

func errorUndoes(e *env) {
	e.put(record(1, "A", ""))
	e.Equal(e.Store.Update(e.ctx, func(contacts.Tx) error { return errNo }), errNo)
	err := e.fails(desk.Internal, "", func(tx contacts.Tx) error {
		if err := e.writeAll(tx); err != nil {
			return err
		}
		return errNo
	})
	e.Equal(err, errNo) // as it was returned
}

func panicUndoes(e *env) {
	e.put(record(1, "A", ""))
	before := dump(e.t, e.f.Name, e.DB, home)
	func() {
		defer func() { e.Equal(recover(), "boom") }()
		_ = e.Store.Update(e.ctx, func(tx contacts.Tx) error {
			e.NoErr(e.writeAll(tx))
			panic("boom")
		})
	}()
	same(e, before, dump(e.t, e.f.Name, e.DB, home))
	e.putHome(record(2, "still works", ""))
}

func cancelUndoes(e *env) {
	e.put(record(1, "A", ""))
	before := dump(e.t, e.f.Name, e.DB, home)
	ctx, cancel := context.WithCancel(e.ctx)
	err := e.Store.Update(ctx, func(tx contacts.Tx) error {
		e.NoErr(e.writeAll(tx))
		cancel()
		return nil
	})
	e.True(errors.Is(err, context.Canceled))
	err = e.Store.Update(ctx, func(contacts.Tx) error { return errNo })
	e.True(errors.Is(err, context.Canceled))
	_, err = e.Store.Contact(ctx, home, contactID(1))
	e.True(errors.Is(err, context.Canceled))
	ctx, cancel = context.WithTimeout(e.ctx, time.Nanosecond)
	defer cancel()
	e.Equal(desk.KindOf(e.Store.Update(ctx, e.writeAll)), desk.Unavailable)
	same(e, before, dump(e.t, e.f.Name, e.DB, home))
}

func swallowed(e *env) {
	e.put(record(1, "A", "a@example.com"))
	e.fails(desk.Conflict, "email", func(tx contacts.Tx) error {
		if err := tx.InsertContacts(e.ctx, home, []contacts.Record{record(2, "B", "")}); err != nil {
			return err
		}
		_ = tx.InsertContacts(e.ctx, home, []contacts.Record{record(3, "C", "a@example.com")})
		return nil
	})
}

func ownWrites(e *env) {
	e.update(func(tx contacts.Tx) error {
		e.NoErr(tx.InsertContacts(e.ctx, home, []contacts.Record{record(1, "Wilma", "w@example.com")}))
		c, err := tx.ContactByEmail(e.ctx, home, "w@example.com")
		e.NoErr(err)
		e.NoErr(tx.UpdateContacts(e.ctx, home, []contacts.Record{changedFrom(c, func(c *contacts.Contact) { c.FirstName = "Fred" })}))
		c, err = tx.LockContact(e.ctx, home, contactID(1))
		e.NoErr(err)
		e.Equal(c.FirstName, "Fred")
		f, err := tx.Find(e.ctx, home, contacts.Find{Terms: [][]contacts.Needle{{{Text: "fred", In: []contacts.Class{contacts.ClassName}}}}, Limit: 5})
		e.NoErr(err)
		e.Equal(len(f.Contacts), 1)
		// The rest of the world does not see it.
		if e.f.Name != "sqlite" { // whose readers may have to wait for the writer
			_, err = e.Store.Contact(e.ctx, home, contactID(1))
			e.Equal(desk.KindOf(err), desk.NotFound)
		}
		return nil
	})
}

func foreignReferences(e *env) {
	e.update(func(tx contacts.Tx) error {
		return errors.Join(tx.InsertCompanies(e.ctx, twin, []contacts.CompanyRecord{companyRecord(7, "Theirs")}),
			tx.InsertContacts(e.ctx, twin, []contacts.Record{record(7, "Theirs", "")}))
	})
	e.before = dump(e.t, e.f.Name, e.DB, twin)
	own := record(1, "Ours", "")
	own.Contact.CompanyID = companyID(7)
	e.fails(desk.Invalid, "", func(tx contacts.Tx) error { return tx.InsertContacts(e.ctx, home, []contacts.Record{own}) })
	own.Contact.CompanyID, own.Contact.MergedInto = "", contactID(7)
	e.fails(desk.Invalid, "", func(tx contacts.Tx) error { return tx.InsertContacts(e.ctx, home, []contacts.Record{own}) })
	e.putHome(record(1, "Ours", ""))
	// Round the library, by hand.
	for _, s := range []string{
		`UPDATE desk_contacts SET company_id = 'company_0007' WHERE workspace_id = 'home'`,
		`UPDATE desk_contacts SET merged_into = 'contact_0007' WHERE workspace_id = 'home'`,
		`INSERT INTO desk_contact_keys (workspace_id, kind, value, contact_id, main) VALUES ('home', 'email', 'x', 'contact_0007', FALSE)`,
		`INSERT INTO desk_company_domains (workspace_id, domain, company_id, position) VALUES ('home', 'x', 'company_0007', 0)`,
		`UPDATE desk_contacts SET workspace_id = 'home' WHERE workspace_id = 'twin' AND id IN (SELECT contact_id FROM desk_contact_keys WHERE workspace_id = 'twin')`,
	} {
		if res, err := e.DB.ExecContext(e.ctx, s); err == nil {
			if n, _ := res.RowsAffected(); n > 0 {
				e.t.Errorf("not refused: %s", s)
			}
		}
	}
}

func oneGetsIt(e *env) {
	var wg sync.WaitGroup
	var won, conflicts atomic.Int64
	for n := range 50 {
		wg.Go(func() {
			err := e.Store.Update(e.ctx, func(tx contacts.Tx) error {
				return tx.InsertContacts(e.ctx, home, []contacts.Record{record(n, "A", "a@example.com")})
			})
			switch {
			case err == nil:
				won.Add(1)
			case desk.KindOf(err) == desk.Conflict && desk.FieldOf(err) == "email":
				conflicts.Add(1)
			default:
				e.t.Error(err)
			}
		})
	}
	wg.Wait()
	e.Equal(won.Load(), int64(1))
	e.Equal(conflicts.Load(), int64(49))
}

func noLostUpdate(e *env) {
	e.put(record(1, "0", ""))
	const workers, each = 8, 10
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range each {
				err := e.Store.Update(e.ctx, func(tx contacts.Tx) error {
					c, err := tx.LockContact(e.ctx, home, contactID(1))
					if err != nil {
						return err
					}
					var n int
					_, _ = fmt.Sscan(c.FirstName, &n)
					return tx.UpdateContacts(e.ctx, home, []contacts.Record{changedFrom(c, func(c *contacts.Contact) { c.FirstName = fmt.Sprint(n + 1) })})
				})
				if err != nil {
					e.t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	c := e.get(contactID(1))
	e.Equal(c.FirstName, fmt.Sprint(workers*each))
	e.Equal(c.Version, int64(1+workers*each))
}

func lockWaits(e *env) {
	e.put(record(1, "A", ""))
	locked, done := make(chan struct{}), make(chan error, 1)
	go func() {
		<-locked
		done <- e.Store.Update(e.ctx, func(tx contacts.Tx) error {
			c, err := tx.LockContact(e.ctx, home, contactID(1))
			if err == nil && c.FirstName != "B" {
				err = errors.New("the lock did not wait")
			}
			return err
		})
	}()
	e.update(func(tx contacts.Tx) error {
		c, err := tx.LockContact(e.ctx, home, contactID(1))
		e.NoErr(err)
		close(locked)
		return tx.UpdateContacts(e.ctx, home, []contacts.Record{changedFrom(c, func(c *contacts.Contact) { c.FirstName = "B" })})
	})
	e.NoErr(<-done)
}

// randomCancels ends the context at a random moment of a transaction (C24).
func randomCancels(e *env) {
	const rounds = 150
	kept := 0
	for n := range rounds {
		ctx, cancel := context.WithTimeout(e.ctx, time.Duration(rand.IntN(4000))*time.Microsecond)
		r := record(n, "A", fmt.Sprintf("a%d@example.com", n))
		err := e.Store.Update(ctx, func(tx contacts.Tx) error {
			if err := tx.InsertContacts(ctx, home, []contacts.Record{r}); err != nil {
				return err
			}
			return tx.Record(ctx, home, event(n, r.Contact.ID, "x"))
		})
		cancel()
		_, getErr := e.Store.Contact(e.ctx, home, r.Contact.ID)
		switch {
		case err == nil:
			e.NoErr(getErr)
			kept++
		case !errors.Is(err, context.DeadlineExceeded):
			e.t.Fatalf("not the context's error: %v", err)
		default:
			e.Equal(desk.KindOf(getErr), desk.NotFound)
		}
	}
	n, err := e.Store.CountEvents(e.ctx, home, contacts.EventFind{})
	e.NoErr(err)
	e.Equal(n, kept)
}
