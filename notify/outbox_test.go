package notify_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/postgres"
	"github.com/deskfolk/desk/storage/storagetest/faultdb"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
	"github.com/deskfolk/desk/tickets"
)

// C15: a host's transaction with a call in it. Nothing is queued by a change
// that is rolled back or panics, and nothing is seen before the commit.
func TestC15_OutboxVsTransaction(t *testing.T) {
	t.Parallel()
	onBoth(t, func(e *env) {
		c := e.contact("Maria")
		n := desk.Notice{Type: notify.TypeForm, To: []desk.ContactID{c.ID}}
		record := func(tx *sql.Tx) error {
			return e.store.In(tx).Update(e.ctx, func(tx contacts.Tx) error { return tx.Record(e.ctx, home, e.events(e.manager, n)...) })
		}
		for _, end := range []string{"rollback", "our error", "panic", "commit"} {
			tx, err := e.sql.BeginTx(e.ctx, nil)
			e.NoErr(err)
			switch end {
			case "rollback":
				e.NoErr(record(tx))
				e.NoErr(tx.Rollback())
			case "our error":
				no := errors.New("no")
				err := e.store.In(tx).Update(e.ctx, func(tx contacts.Tx) error {
					e.NoErr(tx.Record(e.ctx, home, e.events(e.manager, n)...))
					return no
				})
				e.Equal(err, no)
				e.NoErr(tx.Commit())
			case "panic":
				func() {
					defer func() { e.Equal(recover(), "boom") }()
					_ = e.store.In(tx).Update(e.ctx, func(tx contacts.Tx) error {
						e.NoErr(tx.Record(e.ctx, home, e.events(e.manager, n)...))
						panic("boom")
					})
				}()
				e.NoErr(tx.Commit())
			case "commit":
				e.NoErr(record(tx))
				e.Equal(len(e.entries()), 0) // on another connection
				all, err := e.store.DueWorkspaces(e.ctx, e.clock.Now())
				e.NoErr(err)
				e.Equal(len(all), 0)
				e.NoErr(tx.Commit())
				e.Equal(len(e.entries()), 1)
				continue
			}
			e.Equal(len(e.entries()), 0)
		}
		e.Equal(e.once().Sent, 1)
	})
}

// R120: queueing adds one statement at most to the change that causes it,
// however many are to be told; one who is named twice is told once.
func TestR120_OneMoreStatement(t *testing.T) {
	t.Parallel()
	plan := &faultdb.Plan{}
	open := map[string]func(t testing.TB) *sql.DB{
		"sqlite": func(t testing.TB) *sql.DB {
			path := filepath.Join(t.TempDir(), "desk.db")
			return sql.OpenDB(faultdb.Connector(desktest.OpenSQLite(t, path).Driver(), desktest.DSN(path), plan))
		},
		"postgres": func(t testing.TB) *sql.DB {
			address := pgtest.URL(t)
			return sql.OpenDB(faultdb.Connector(pgtest.Open(t, address).Driver(), address, plan))
		},
	}
	for _, name := range []string{"sqlite", "postgres"} {
		t.Run(name, func(t *testing.T) { // not parallel: they share the counter
			db := open[name](t)
			defer func() { _ = db.Close() }()
			e := newEnv(t, name, db)
			var to []desk.ContactID
			for n := range 60 {
				to = append(to, e.contact(fmt.Sprint("C", n)).ID)
			}
			count := func(ns ...desk.Notice) int {
				events := e.events(e.manager, append([]desk.Notice{{Type: notify.TypeForm}}, ns...)...)
				e.NoErr(e.store.Update(e.ctx, func(tx contacts.Tx) error {
					plan.Arm(0, faultdb.Mode{})
					return tx.Record(e.ctx, home, events...)
				}))
				return plan.Calls() // with the commit
			}
			none := count(desk.Notice{Type: notify.TypeForm})
			some := count(desk.Notice{Type: notify.TypeForm, To: append(to, to...)})
			t.Logf("%d statements without notices, %d with 60", none, some)
			e.True(some-none <= 1)
			e.Equal(len(e.entries()), 60)
		})
	}
}

// R120: on PostgreSQL the statement that queues also tells, at the commit and not before.
func TestR120_PostgresTells(t *testing.T) {
	t.Parallel()
	e := newEnv(t, "postgres", pgtest.DB(t))
	c := e.contact("Maria")
	listener, err := e.sql.Conn(e.ctx)
	e.NoErr(err)
	defer func() { _ = listener.Close() }()
	_, err = listener.ExecContext(e.ctx, "LISTEN "+postgres.Queued)
	e.NoErr(err)
	heard := func(wait time.Duration) (string, error) {
		var payload string
		err := listener.Raw(func(c any) error {
			ctx, cancel := context.WithTimeout(e.ctx, wait)
			defer cancel()
			n, err := c.(*stdlib.Conn).Conn().WaitForNotification(ctx)
			if err == nil {
				payload = n.Payload
			}
			return err
		})
		return payload, err
	}
	for _, commit := range []bool{false, true} {
		tx, err := e.sql.BeginTx(e.ctx, nil)
		e.NoErr(err)
		e.NoErr(e.store.In(tx).Update(e.ctx, func(tx contacts.Tx) error {
			return tx.Record(e.ctx, home, e.events(e.manager, desk.Notice{Type: notify.TypeForm, To: []desk.ContactID{c.ID}})...)
		}))
		if !commit {
			e.NoErr(tx.Rollback())
			continue
		}
		e.NoErr(tx.Commit())
		payload, err := heard(10 * time.Second)
		e.NoErr(err)
		e.Equal(payload, string(home))
	}
}

// Commits of this process wake a worker at once; a rollback does not.
func TestCommitsWake(t *testing.T) {
	t.Parallel()
	onBoth(t, func(e *env) {
		c := e.contact("Maria")
		queued := e.store.Notify().Queued()
		_ = e.store.Update(e.ctx, func(tx contacts.Tx) error {
			e.NoErr(tx.Record(e.ctx, home, e.events(e.manager, desk.Notice{Type: notify.TypeForm, To: []desk.ContactID{c.ID}})...))
			return errors.New("no")
		})
		select {
		case <-queued:
			t.Error("a rollback woke")
		default:
		}
		e.tell(desk.Notice{Type: notify.TypeForm, To: []desk.ContactID{c.ID}})
		<-queued
		// A worker that rests is woken by the next one.
		ctx, cancel := context.WithCancel(e.ctx)
		sent, ended := make(chan notify.Message, 10), make(chan error)
		w := notify.NewWorker(e.notify, map[notify.Channel]notify.Sender{notify.Email: notify.SenderFunc(func(_ context.Context, m notify.Message) (notify.Receipt, error) {
			sent <- m
			return notify.Receipt{}, nil
		})}, &notify.WorkerOptions{Poll: time.Hour})
		go func() { ended <- w.Run(ctx) }()
		<-sent
		e.tell(desk.Notice{Type: notify.TypeTask, To: []desk.ContactID{c.ID}})
		<-sent
		cancel()
		e.NoErr(<-ended)
	})
}

// R16: whoever asks waits for no mail, and learns nothing of it: a mail server
// that hangs, and then fails, holds no call up and changes no answer.
func TestR16_SendingIsOutOfTheRequest(t *testing.T) {
	t.Parallel()
	onBoth(t, func(e *env) {
		mara := e.contact("Mara")
		nobody, err := e.contacts.Create(e.ctx, e.manager, contacts.NewContact{FirstName: "Without address"})
		e.fatal(err)
		asked, hang := make(chan struct{}, 100), make(chan struct{})
		w := notify.NewWorker(e.notify, map[notify.Channel]notify.Sender{notify.Email: notify.SenderFunc(func(context.Context, notify.Message) (notify.Receipt, error) {
			asked <- struct{}{}
			<-hang
			return notify.Receipt{}, errors.New("the mail server is gone")
		})}, nil)
		ctx, stop := context.WithCancel(e.ctx)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = w.Run(ctx)
		}()
		create := func(id desk.ContactID) tickets.Ticket {
			tk, err := e.tickets.Create(e.ctx, e.manager, tickets.NewTicket{Subject: "The printer", Requester: id, Message: &tickets.NewMessage{Text: "Hello"}})
			e.fatal(err)
			return tk
		}
		create(mara.ID)
		<-asked // the mail server has it, and hangs: from now on no call may wait for it
		known, unknown := create(mara.ID), create(nobody.ID)
		known.ID, known.Number, known.Requester = unknown.ID, unknown.Number, unknown.Requester
		e.Equal(cmp.Diff(unknown, known, cmpopts.EquateApproxTime(time.Hour)), "") // the answers tell nothing apart
		stop()
		close(hang)
		<-ended
		create(mara.ID)
		for _, x := range e.entries() {
			e.True(x.State == notify.Queued || x.State == notify.Suppressed) // it failed behind the scenes, and is tried again
		}
	})
}

// C34: links of mails that are out there are taken while their key is listed,
// and by no other service after.
func TestC34_UnsubscribeKeysRotate(t *testing.T) {
	t.Parallel()
	onBoth(t, func(e *env) {
		mara := e.contact("Mara")
		e.tell(desk.Notice{Type: notify.TypeForm, To: []desk.ContactID{mara.ID}})
		e.Equal(e.once().Sent, 1)
		link, err := url.Parse(e.sink.take()[0].Unsubscribe)
		e.fatal(err)
		token := link.Query().Get("token")
		with := func(keys ...[]byte) *notify.Service {
			o := e.options
			o.UnsubscribeKeys = keys
			return notify.New(e.store.Notify(), &o)
		}
		fresh := []byte("another key for links, 32 bytes.")
		_, ok := with(fresh).UnsubscribeLabel(token)
		e.True(!ok)
		e.True(with(fresh).Unsubscribe(e.ctx, token) != nil)
		label, ok := with(fresh, unsubscribeKey).UnsubscribeLabel(token)
		e.Equal([]any{label, ok}, []any{"Form to fill in", true})
		e.NoErr(with(fresh, unsubscribeKey).Unsubscribe(e.ctx, token))
	})
}
