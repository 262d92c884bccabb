package storagetest

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/storagetest/faultdb"
)

// faultModes are the ways in which a call fails.
var faultModes = []struct {
	name string
	mode faultdb.Mode
}{
	{"before", faultdb.Mode{}},
	{"after", faultdb.Mode{After: true}},
	{"lost before", faultdb.Mode{Lost: true}},
	{"lost after", faultdb.Mode{After: true, Lost: true}},
}

// faultWrites are writes of the store, each on what seedFaults has made.
var faultWrites = []struct {
	name string
	run  func(e *env, tx contacts.Tx) error
}{
	{"everything", func(e *env, tx contacts.Tx) error { return e.writeAll(tx) }},
	{"many contacts", func(e *env, tx contacts.Tx) error {
		var rs []contacts.Record
		for n := 60; n < 70; n++ {
			rs = append(rs, record(n, "A", fmt.Sprintf("a%d@example.com", n)))
		}
		return tx.InsertContacts(e.ctx, home, rs)
	}},
	{"update", func(e *env, tx contacts.Tx) error {
		c, err := tx.LockContact(e.ctx, home, contactID(1))
		if err != nil {
			return err
		}
		return tx.UpdateContacts(e.ctx, home, []contacts.Record{changedFrom(c, func(c *contacts.Contact) { c.Email, c.Emails = "new@example.com", nil })})
	}},
	{"purge", func(e *env, tx contacts.Tx) error {
		return tx.PurgeContacts(e.ctx, home, []desk.ContactID{contactID(1), contactID(2)})
	}},
	{"rename a company", func(e *env, tx contacts.Tx) error {
		r := companyRecord(1, "Renamed", "b.example")
		r.Company.Version = 2
		return tx.UpdateCompany(e.ctx, home, r)
	}},
	{"seal", func(e *env, tx contacts.Tx) error {
		if err := tx.LockLog(e.ctx, home); err != nil {
			return err
		}
		return tx.AddSeal(e.ctx, home, contacts.Seal{Number: 1, At: noon, Events: 2, Hash: []byte{1}}, []desk.EventID{"event_0001", "event_0002"})
	}},
}

func (e *env) seedFaults() {
	c := fullContact(1)
	e.seed(func(tx contacts.Tx, w desk.WorkspaceID) error {
		return errors.Join(
			tx.InsertCompanies(e.ctx, w, []contacts.CompanyRecord{companyRecord(1, "Acme GmbH", "a.example")}),
			tx.InsertContacts(e.ctx, w, []contacts.Record{indexed(c), record(2, "B", "")}),
			tx.Record(e.ctx, w, event(1, contactID(1), "x"), event(2, contactID(2), "x")),
		)
	})
}

// runFaults makes the n-th call to the database fail, for every n of every
// write (C3, on the store): all of it must have been done, or nothing.
func runFaults(t *testing.T, f Factory) {
	for _, w := range faultWrites {
		for i, m := range faultModes {
			t.Run(w.name+" "+m.name, func(t *testing.T) {
				t.Parallel()
				// A lost connection is made good inside, and the tables must be
				// filled again each time: one call in three is enough.
				n, step := 1, 1
				if m.mode.Lost {
					n, step = 1+i%3, 3
				}
				plan := &faultdb.Plan{}
				e := &env{I: is.New(t), Opened: f.Faulty(t, plan), t: t, f: f, ctx: t.Context()}
				for more := true; more; {
					e.seedFaults()
					n, more = faultsUntilDone(e, plan, n, step, m.mode, w.run)
					e.wipe()
				}
			})
		}
	}
}

// runIndexFaults makes the n-th call to the database fail, for every n, while the
// search index is brought up to date. What is found is the same before, after,
// and when it has been done to its end.
func runIndexFaults(t *testing.T, f Factory) {
	for _, m := range faultModes {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			plan := &faultdb.Plan{}
			e := &env{I: is.New(t), Opened: f.Faulty(t, plan), t: t, f: f, ctx: t.Context()}
			look := func() []desk.ContactID {
				return append(e.found("wi", contacts.ClassName), e.found("b", contacts.ClassName)...)
			}
			for n, more := 1, true; more; n++ {
				e.seedFaults()
				before := look()
				e.True(len(before) > 0)
				plan.Arm(n, m.mode)
				_, err := e.Store.IndexContacts(e.ctx, home, 100)
				more = plan.Hit()
				plan.Arm(0, faultdb.Mode{})
				if kind := desk.KindOf(err); err != nil && kind != desk.Internal && kind != desk.Unavailable && kind != desk.Unknown {
					e.t.Fatalf("call %d: the kind is %s: %v", n, kind, err)
				}
				e.Equal(look(), before)
				e.index(100)
				e.Equal(look(), before)
				e.wipe()
			}
		})
	}
}

// index brings all that has changed into the search index.
func (e *env) index(n int) {
	e.t.Helper()
	for {
		done, err := e.Store.IndexContacts(e.ctx, home, n)
		e.NoErr(err)
		if done == 0 {
			return
		}
	}
}

// faultsUntilDone makes the n-th call fail, then the one after it, until the
// write is done in spite of it; then the store must be seeded again. It
// returns the next n, and whether there are more calls.
func faultsUntilDone(e *env, plan *faultdb.Plan, n, step int, m faultdb.Mode, write func(*env, contacts.Tx) error) (int, bool) {
	e.t.Helper()
	before := dump(e.t, e.f.Name, e.DB, home)
	for ; n < 200; n += step {
		plan.Arm(n, m)
		err := e.Store.Update(e.ctx, func(tx contacts.Tx) error { return write(e, tx) })
		hit := plan.Hit()
		after := dump(e.t, e.f.Name, e.DB, home)
		if err == nil || desk.KindOf(err) == desk.Unknown && after != before {
			e.twinUnchanged()
			return n + step, hit
		}
		if d := cmp.Diff(before, after); d != "" {
			e.t.Fatalf("call %d: %v, but something was done:\n%s", n, err, d)
		}
		if kind := desk.KindOf(err); kind != desk.Internal && kind != desk.Unavailable && kind != desk.Unknown {
			e.t.Fatalf("call %d: the kind is %s: %v", n, kind, err)
		}
	}
	e.t.Fatal("there is no end of calls")
	return 0, false
}

// wipe empties all tables, those that others refer to after those.
func (e *env) wipe() {
	e.t.Helper()
	left := tables(e.t, e.f.Name, e.DB)
	for range 4 {
		left = slices.DeleteFunc(left, func(table string) bool {
			if table == "desk_migrations" {
				return true
			}
			_, err := e.DB.ExecContext(e.ctx, `DELETE FROM `+table)
			return err == nil
		})
	}
	if len(left) > 0 {
		e.t.Fatalf("these tables cannot be emptied: %v", left)
	}
}
