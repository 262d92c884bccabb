package postgres_test

import (
	"bytes"
	"context"
	"database/sql"
	"net"
	"net/url"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage"
	"github.com/deskfolk/desk/storage/postgres"
	"github.com/deskfolk/desk/storage/storagetest/faultdb"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
)

// store2 opens a store whose tables are there.
func store2(t testing.TB, db *sql.DB) *storage.DB {
	t.Helper()
	s, err := postgres.New(db)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// cutMigration loses the connection at the n-th call. It returns whether there
// were fewer.
func cutMigration(t *testing.T, n int, want string) bool {
	t.Helper()
	is := is.New(t)
	plain := pgtest.Empty(t)
	var name string
	is.NoErr(plain.QueryRow(`SELECT current_database()`).Scan(&name))
	plan := &faultdb.Plan{}
	db := sql.OpenDB(faultdb.Connector(plain.Driver(), pgtest.Address(name), plan))
	defer func() { _ = db.Close() }()
	s := store2(t, db)
	plan.Arm(n, faultdb.Mode{After: n%2 == 0, Lost: true})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := s.Migrate(ctx)
	hit := plan.Hit()
	if err != nil && schema(t, plain) != "" && desk.KindOf(err) != desk.Unknown {
		t.Errorf("call %d: %v, but something was done", n, err)
	}
	is.NoErr(s.Migrate(t.Context()))
	is.Equal(schema(t, plain), want)
	return !hit
}

// proxy passes connections on to the server until it is armed: then the first
// COMMIT reaches the server, and its answer does not come back.
type proxy struct {
	listener    net.Listener
	network, to string
	armed       atomic.Bool
}

// newProxy returns a proxy before the database, and the address through it.
func newProxy(t *testing.T, address string) (*proxy, string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{network: "tcp", to: u.Host}
	q := u.Query()
	if socket := q.Get("host"); socket != "" {
		p.network, p.to = "unix", socket+"/.s.PGSQL.5432"
	}
	if p.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.listener.Close() })
	q.Del("host")
	user := q.Get("user")
	q.Del("user")
	if user != "" {
		u.User = url.User(user)
	}
	u.Host, u.RawQuery = p.listener.Addr().String(), q.Encode()
	go p.serve()
	return p, u.String()
}

func (p *proxy) serve() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial(p.network, p.to)
		if err != nil {
			_ = client.Close()
			continue
		}
		go p.pass(client, server)
	}
}

func (p *proxy) pass(client, server net.Conn) {
	defer func() {
		_ = client.Close()
		_ = server.Close()
	}()
	cut := make(chan bool, 1)
	go func() {
		buf := make([]byte, 1<<16)
		for {
			n, err := server.Read(buf)
			if err != nil {
				_ = client.Close()
				return
			}
			select {
			case <-cut: // the answer to the COMMIT
				_ = client.Close()
				return
			default:
			}
			if _, err := client.Write(buf[:n]); err != nil {
				return
			}
		}
	}()
	buf := make([]byte, 1<<16)
	for {
		n, err := client.Read(buf)
		if err != nil {
			return
		}
		if bytes.Contains(bytes.ToLower(buf[:n]), []byte("commit")) && p.armed.CompareAndSwap(true, false) {
			cut <- true
		}
		if _, err := server.Write(buf[:n]); err != nil {
			return
		}
	}
}

// C4: when the connection breaks after COMMIT, the outcome is said to be
// unknown, and the same key tells what it was.
func TestC4UnknownOutcome(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	ctx := t.Context()
	address := pgtest.URL(t)
	p, through := newProxy(t, address)
	direct, s := store2(t, pgtest.Open(t, address)), store2(t, pgtest.Open(t, through))
	is.NoErr(s.Update(ctx, insert(t, 1)))
	p.armed.Store(true)
	runs := 0
	err := s.Update(ctx, func(tx contacts.Tx) error {
		runs++
		if err := tx.PutOnce(ctx, "w", contacts.Once{Actor: "a", Key: "k", Op: "op", Result: "contact_2"}); err != nil {
			return err
		}
		return insert(t, 2)(tx)
	})
	is.Equal(desk.KindOf(err), desk.Unknown)
	is.Equal(runs, 1) // it was not tried again
	_, err = direct.Contact(ctx, "w", "contact_2")
	is.NoErr(err) // it was done
	is.NoErr(s.Update(ctx, func(tx contacts.Tx) error {
		o, err := tx.Once(ctx, "w", "a", "k")
		is.True(o != nil && o.Result == "contact_2")
		return err
	}))
}

// insert adds a contact with its event.
func insert(t testing.TB, n int) func(contacts.Tx) error {
	ctx := t.Context()
	return func(tx contacts.Tx) error {
		id := "contact_" + strconv.Itoa(n)
		if err := tx.InsertContacts(ctx, "w", []contacts.Record{{Contact: contacts.Contact{ID: desk.ContactID(id), Version: 1}}}); err != nil {
			return err
		}
		return tx.Record(ctx, "w", desk.Event{ID: desk.EventID("event_" + strconv.Itoa(n)), Subject: id})
	}
}
