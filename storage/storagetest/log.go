package storagetest

import (
	"fmt"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

var logTests = []test{
	{"events come back newest first", logOrder},
	{"filters", logFilters},
	{"seals", logSeals},
	{"events recorded with their seal", logSealedAtOnce},
	{"a person's text stays data", logText},
}

// eventIDs returns the numbers of events, newest first.
func (e *env) eventIDs(f contacts.EventFind) string {
	e.t.Helper()
	if f.Limit == 0 {
		f.Limit = 100
	}
	es, err := e.Store.Events(e.ctx, home, f)
	if err != nil {
		e.t.Fatalf("Events: %v", err)
	}
	n, err := e.Store.CountEvents(e.ctx, home, f)
	if err != nil {
		e.t.Fatalf("CountEvents: %v", err)
	}
	if f.Before == "" && f.Limit == 100 && n != len(es) {
		e.t.Errorf("CountEvents: %d, but there are %d", n, len(es))
	}
	s := ""
	for _, ev := range es {
		s += " " + string(ev.ID[6:])
	}
	return s
}

func logOrder(e *env) {
	one := event(1, contactID(1), "contact.updated")
	one.Compliance, one.Cause = true, "import_1"
	one.Changes = []desk.Change{{Field: "email", Old: "a@b.c", New: ""}, {Field: "custom.x", New: "\u2028\t'\\"}}
	e.seed(func(tx contacts.Tx, w desk.WorkspaceID) error {
		return tx.Record(e.ctx, w, event(3, contactID(1), "x"), one, event(2, contactID(2), "x"))
	})
	es, err := e.Store.Events(e.ctx, home, contacts.EventFind{Limit: 3})
	e.NoErr(err)
	same(e, []desk.Event{event(3, contactID(1), "x"), event(2, contactID(2), "x"), one}, es)
	e.Equal(e.eventIDs(contacts.EventFind{Limit: 2}), " 0003 0002")
	e.Equal(e.eventIDs(contacts.EventFind{Before: "event_0002"}), " 0001")
	e.fails(desk.Conflict, "", func(tx contacts.Tx) error { return tx.Record(e.ctx, home, one) }) // nothing is overwritten
}

func logFilters(e *env) {
	e.seed(func(tx contacts.Tx, w desk.WorkspaceID) error {
		for n := range 6 {
			ev := event(n, contactID(n%2), []string{"contact.created", "contact.updated", "contact.viewed"}[n%3])
			ev.Compliance = n == 4
			if n == 5 {
				ev.ActorID = "other"
			}
			if err := tx.Record(e.ctx, w, ev); err != nil {
				return err
			}
		}
		return nil
	})
	at := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }
	for _, c := range []struct {
		f    contacts.EventFind
		want string
	}{
		{contacts.EventFind{}, " 0005 0004 0003 0002 0001 0000"},
		{contacts.EventFind{Subject: string(contactID(1))}, " 0005 0003 0001"},
		{contacts.EventFind{Subject: string(contactID(1)), Before: "event_0005", Limit: 1}, " 0003"},
		{contacts.EventFind{Verbs: []string{"contact.viewed", "contact.created"}}, " 0005 0003 0002 0000"},
		{contacts.EventFind{Verbs: []string{"%"}}, ""},
		{contacts.EventFind{ComplianceOnly: true}, " 0004"},
		{contacts.EventFind{ActorID: "other"}, " 0005"},
		{contacts.EventFind{From: at(2), Until: at(4)}, " 0003 0002"},
		{contacts.EventFind{From: at(2).Add(time.Microsecond), Until: at(4).Add(time.Microsecond)}, " 0004 0003"},
		{contacts.EventFind{Subject: "' OR 1=1 --"}, ""},
	} {
		same(e, c.want, e.eventIDs(c.f))
	}
}

func logSeals(e *env) {
	e.seed(func(tx contacts.Tx, w desk.WorkspaceID) error {
		return tx.Record(e.ctx, w, event(1, contactID(1), "x"), event(2, contactID(1), "x"), event(3, contactID(1), "x"))
	})
	last, err := e.Store.LastSeal(e.ctx, home)
	e.NoErr(err)
	same(e, contacts.Seal{}, last)
	first := contacts.Seal{Number: 1, At: noon, Events: 2, Hash: []byte{0, 255, '\\', '"'}}
	seal := func(s contacts.Seal, ids ...desk.EventID) func(contacts.Tx) error {
		return func(tx contacts.Tx) error {
			if err := tx.LockLog(e.ctx, home); err != nil {
				return err
			}
			return tx.AddSeal(e.ctx, home, s, ids)
		}
	}
	e.update(seal(first, "event_0001", "event_0002"))
	e.fails(desk.Conflict, "", seal(first, "event_0003"))
	second := contacts.Seal{Number: 2, At: noon, Events: 1, Hash: []byte{1}}
	e.fails(desk.Conflict, "", seal(second, "event_0002")) // has a seal
	e.fails(desk.Conflict, "", seal(second, "event_none"))
	e.update(seal(second, "event_0003"))
	all, err := e.Store.Seals(e.ctx, home, 0, 10)
	e.NoErr(err)
	same(e, []contacts.Seal{first, second}, all)
	all, err = e.Store.Seals(e.ctx, home, 1, 1)
	e.NoErr(err)
	same(e, []contacts.Seal{second}, all)
	last, err = e.Store.LastSeal(e.ctx, home)
	e.NoErr(err)
	same(e, second, last)
	got, err := e.Store.SealedEvents(e.ctx, home, 1, 0)
	e.NoErr(err)
	same(e, []contacts.SealedEvent{{Event: event(1, contactID(1), "x")}, {Event: event(2, contactID(1), "x")}}, got)
	got, err = e.Store.SealedEvents(e.ctx, home, 0, 10)
	e.NoErr(err)
	e.Equal(len(got), 0)
}

func logSealedAtOnce(e *env) {
	seal := contacts.Seal{Number: 1, At: noon, Events: 2, Hash: []byte{7}}
	events := []desk.Event{event(1, contactID(1), "x"), event(2, contactID(1), "x")}
	write := func(tx contacts.Tx) error { return tx.RecordSealed(e.ctx, home, seal, events) }
	e.update(func(tx contacts.Tx) error {
		free, err := tx.TryLockLog(e.ctx, home)
		e.True(free)
		e.NoErr(err)
		return write(tx)
	})
	got, err := e.Store.SealedEvents(e.ctx, home, 1, 0)
	e.NoErr(err)
	same(e, []contacts.SealedEvent{{Event: events[0]}, {Event: events[1]}}, got)
	last, err := e.Store.LastSeal(e.ctx, home)
	e.NoErr(err)
	same(e, seal, last)
	e.fails(desk.Conflict, "", write)
	// A host's transaction may be long: nobody is made to wait for it.
	tx, in := e.begin()
	defer func() { _ = tx.Rollback() }()
	e.True(!in.Parallel())
	e.NoErr(in.Update(e.ctx, func(t contacts.Tx) error {
		free, err := t.TryLockLog(e.ctx, home)
		e.True(!free)
		return err
	}))
}

func logText(e *env) {
	for n, s := range []string{"\x1b[31mred", "a\r\nINFO forged", `{"a":1}`, "'; --", "\u202eevil", "𝕏"} {
		ev := event(n, contactID(1), "x")
		ev.Summary, ev.ActorID, ev.Cause = s, s, s
		ev.Changes = []desk.Change{{Field: fmt.Sprint("custom.", n), Old: s, New: s}}
		e.update(func(tx contacts.Tx) error { return tx.Record(e.ctx, home, ev) })
		es, err := e.Store.Events(e.ctx, home, contacts.EventFind{Limit: 1})
		e.NoErr(err)
		same(e, []desk.Event{ev}, es)
	}
}
