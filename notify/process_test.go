//go:build unix

package notify_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/emersion/go-message/mail"
	server "github.com/emersion/go-smtp"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/notify/smtp"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/postgres"
	"github.com/deskfolk/desk/storage/sqlite"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
)

// role is the variable that makes the test program a worker in another process.
const role = "DESK_TEST_ROLE"

func TestMain(m *testing.M) {
	if os.Getenv(role) == "worker" {
		if err := workerProcess(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// workerProcess sends until nothing waits any more. With DESK_TEST_KILL it
// kills itself right after the server has taken that many mails.
func workerProcess() error {
	name, address := os.Getenv("DESK_TEST_DB"), os.Getenv("DESK_TEST_ADDRESS")
	open, driver := sqlite.New, "sqlite"
	if name == "postgres" {
		open, driver = postgres.New, "pgx"
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	store, err := open(db)
	if err != nil {
		return err
	}
	s := notify.New(store.Notify(), &notify.Options{From: "help@desk.example"})
	mails, err := smtp.New(smtp.Config{Addr: os.Getenv("DESK_TEST_SMTP"), Security: smtp.Plain})
	if err != nil {
		return err
	}
	kill, _ := strconv.Atoi(os.Getenv("DESK_TEST_KILL"))
	slow := os.Getenv("DESK_TEST_SLOW") != ""
	var mu sync.Mutex
	sent := 0
	sender := notify.SenderFunc(func(ctx context.Context, m notify.Message) (notify.Receipt, error) {
		if slow {
			<-time.After(20 * time.Millisecond)
		}
		r, err := mails.Send(ctx, m)
		mu.Lock()
		defer mu.Unlock()
		if sent++; sent == kill {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
		return r, err
	})
	w := notify.NewWorker(s, map[notify.Channel]notify.Sender{notify.Email: sender},
		&notify.WorkerOptions{Lease: 3 * time.Second, SendTime: time.Second, Poll: 100 * time.Millisecond, Batch: 50})
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	go func() {
		for ctx.Err() == nil {
			if at, err := store.NextDue(ctx); err == nil && at.IsZero() {
				cancel()
			}
			<-time.After(50 * time.Millisecond)
		}
	}()
	_ = w.Run(ctx)
	if errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return errors.New("not done in time")
	}
	return nil
}

// mailSink is a mail server that counts mails by their ids.
type mailSink struct {
	mu   sync.Mutex
	seen map[string]map[string]int // Message-ID: idempotency key: how often
	n    int
	got  chan struct{}
	addr string
}

func newMailSink(t testing.TB) *mailSink {
	t.Helper()
	s := &mailSink{seen: map[string]map[string]int{}, got: make(chan struct{}, 1)}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = l.Addr().String()
	srv := server.NewServer(server.BackendFunc(func(*server.Conn) (server.Session, error) { return sinkSession{s}, nil }))
	srv.Domain = "sink.test"
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
	return s
}

type sinkSession struct{ s *mailSink }

func (sinkSession) Mail(string, *server.MailOptions) error { return nil }
func (sinkSession) Rcpt(string, *server.RcptOptions) error { return nil }
func (sinkSession) Reset()                                 {}
func (sinkSession) Logout() error                          { return nil }
func (x sinkSession) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m, err := mail.CreateReader(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	id, err := m.Header.MessageID()
	if err != nil {
		return err
	}
	x.s.mu.Lock()
	defer x.s.mu.Unlock()
	if x.s.seen[id] == nil {
		x.s.seen[id] = map[string]int{}
	}
	x.s.seen[id][m.Header.Get("X-Idempotency-Key")]++
	x.s.n++
	select {
	case x.s.got <- struct{}{}:
	default:
	}
	return nil
}

// check asks for n different mails, each under one id; it returns how many came twice or more.
func (s *mailSink) check(t *testing.T, n int) (again int) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.seen) != n {
		t.Errorf("%d of %d mails arrived", len(s.seen), n)
	}
	for id, keys := range s.seen {
		if len(keys) != 1 {
			t.Errorf("%s has %d idempotency keys", id, len(keys))
		}
	}
	return s.n - len(s.seen)
}

// onBothAddresses is onBoth for tests with other processes.
func onBothAddresses(t *testing.T, fn func(t *testing.T, e *env, address string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "desk.db")
		e := newEnv(t, "sqlite", desktest.OpenSQLite(t, path))
		fn(t, e, desktest.DSN(path))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		address := pgtest.URL(t)
		fn(t, newEnv(t, "postgres", pgtest.Open(t, address)), address)
	})
}

func startWorker(t *testing.T, e *env, address string, sink *mailSink, more ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(append(os.Environ(), role+"=worker", "DESK_TEST_DB="+e.name, "DESK_TEST_ADDRESS="+address, "DESK_TEST_SMTP="+sink.addr), more...)
	cmd.Stderr = &strings.Builder{}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

// queue queues n messages to ten contacts.
func (e *env) queue(n int) {
	e.t.Helper()
	var to []desk.ContactID
	for i := range 10 {
		to = append(to, e.contact(fmt.Sprint("C", i)).ID)
	}
	var all []desk.Notice
	for i := range n / 10 {
		all = append(all, desk.Notice{Type: notify.TypeForm, About: fmt.Sprint(i), To: to})
	}
	e.tellIn(e.manager, all...)
}

// C13: a worker is killed again and again after the server has taken a mail
// and before that is written down. No message is lost; what comes twice has
// the same ids.
func TestC13_CrashBetweenSendAndMark(t *testing.T) {
	t.Parallel()
	onBothAddresses(t, func(t *testing.T, e *env, address string) {
		const n = 400
		sink := newMailSink(t)
		e.queue(n)
		for _, kill := range []int{7, 60, 33} {
			if err := startWorker(t, e, address, sink, fmt.Sprint("DESK_TEST_KILL=", kill)).Wait(); err == nil {
				t.Fatal("the worker was not killed")
			}
		}
		last := startWorker(t, e, address, sink)
		if err := last.Wait(); err != nil {
			t.Fatalf("%v: %s", err, last.Stderr)
		}
		t.Logf("%d mails came again", sink.check(t, n))
		for _, en := range e.entries() {
			e.Equal(en.State, notify.Sent)
		}
	})
}

// C14: of two workers in two processes one is stopped until its lease is over.
// The other takes over what it had; when it goes on it changes nothing.
func TestC14_TwoProcesses(t *testing.T) {
	t.Parallel()
	onBothAddresses(t, func(t *testing.T, e *env, address string) {
		const n = 200
		sink := newMailSink(t)
		e.queue(n)
		stalled := startWorker(t, e, address, sink, "DESK_TEST_SLOW=1")
		<-sink.got
		// Stopped within a transaction it would hold up all others on SQLite.
		for free := false; !free; {
			e.NoErr(stalled.Process.Signal(syscall.SIGSTOP))
			if free = e.store.Update(e.ctx, func(contacts.Tx) error { return nil }) == nil; !free {
				e.NoErr(stalled.Process.Signal(syscall.SIGCONT))
			}
		}
		other := startWorker(t, e, address, sink)
		if err := other.Wait(); err != nil {
			t.Fatalf("%v: %s", err, other.Stderr)
		}
		before := fmt.Sprint(e.entries())
		e.NoErr(stalled.Process.Signal(syscall.SIGCONT))
		if err := stalled.Wait(); err != nil {
			t.Fatalf("%v: %s", err, stalled.Stderr)
		}
		e.Equal(fmt.Sprint(e.entries()), before)
		t.Logf("%d mails came again", sink.check(t, n))
	})
}

// C23: connections are cut all the time while messages are queued and sent. What
// was acknowledged is sent; nothing is left open.
func TestC23_ConnectionDropStorm(t *testing.T) {
	t.Parallel()
	address := pgtest.URL(t)
	e := newEnv(t, "postgres", pgtest.Open(t, address))
	c := e.contact("Maria")
	killer := pgtest.Open(t, address)
	ctx, cancel := context.WithTimeout(e.ctx, 3*time.Second)
	defer cancel()
	var working sync.WaitGroup
	acknowledged, unknown := map[string]bool{}, 0
	working.Go(func() {
		for n := 0; ctx.Err() == nil; n++ {
			about := fmt.Sprint(n)
			events := e.events(e.manager, desk.Notice{Type: notify.TypeForm, About: about, To: []desk.ContactID{c.ID}})
			err := e.store.Update(e.ctx, func(tx contacts.Tx) error { return tx.Record(e.ctx, home, events...) })
			switch desk.KindOf(err) {
			case "":
				acknowledged[about] = true
			case desk.Unknown:
				unknown++
			}
		}
	})
	working.Go(func() {
		w := e.worker(nil)
		for ctx.Err() == nil {
			_, _ = w.Sweep(ctx)
		}
	})
	working.Go(func() {
		for ctx.Err() == nil {
			_, _ = killer.ExecContext(e.ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND random() < 0.5`)
			<-time.After(50 * time.Millisecond)
		}
	})
	working.Wait()
	e.clock.Turn(10 * time.Minute) // claims that were left open end
	for range 3 {
		_, err := e.worker(nil).Sweep(e.ctx)
		e.NoErr(err)
		e.clock.Turn(10 * time.Minute)
	}
	sent := map[string]bool{}
	for _, en := range e.entries() {
		e.Equal(en.State, notify.Sent)
		sent[en.About] = true
	}
	for about := range acknowledged {
		if !sent[about] {
			t.Errorf("message %s was acknowledged and not sent", about)
		}
	}
	t.Logf("%d acknowledged, %d of unknown outcome, %d sent", len(acknowledged), unknown, len(sent))
	e.True(len(acknowledged) > 0)
	var open int
	e.NoErr(killer.QueryRowContext(e.ctx, `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'`).Scan(&open))
	e.Equal(open, 0)
}
