package sqlite_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/matryer/is"
	"go.uber.org/goleak"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/sqlite"
)

// role is the variable that makes the test program play another process.
const role = "DESK_TEST_ROLE"

func TestMain(m *testing.M) {
	if r := os.Getenv(role); r != "" {
		if err := play(r, os.Getenv("DESK_TEST_FILE")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// play does what another process is there for.
func play(role, path string) error {
	var t quiet
	defer t.end()
	s, err := sqlite.New(desktest.OpenSQLite(&t, path))
	if err != nil {
		return err
	}
	switch role {
	case "migrate":
		return s.Migrate(context.Background())
	case "load":
		return load(s)
	}
	return fmt.Errorf("no such role: %s", role)
}

// quiet is a testing.TB of a process that is no test.
type quiet struct {
	testing.TB
	cleanups []func()
}

func (*quiet) Helper()            {}
func (q *quiet) Cleanup(f func()) { q.cleanups = append(q.cleanups, f) }
func (*quiet) Fatal(args ...any)  { panic(fmt.Sprint(args...)) }
func (q *quiet) end() {
	for _, f := range slices.Backward(q.cleanups) {
		f()
	}
}

// process starts the test program in a role on a file.
func process(t *testing.T, as, path string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), role+"="+as, "DESK_TEST_FILE="+path)
	cmd.Stderr = &strings.Builder{}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd
}

func finish(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v: %s", err, cmd.Stderr)
	}
}

const loadFor = 1500 * time.Millisecond

// load changes one contact, after reading it, as often as it can.
func load(s *storage.DB) error {
	ctx := context.Background()
	var times []time.Duration
	for until := time.Now().Add(loadFor); time.Now().Before(until); {
		began := time.Now()
		err := s.Update(ctx, func(tx contacts.Tx) error {
			c, err := tx.LockContact(ctx, "w", contactID(0))
			if err != nil {
				return err
			}
			c.Version++
			c.FirstName = itoa(int(c.Version) - 1)
			return tx.UpdateContacts(ctx, "w", []contacts.Record{{Contact: c}})
		})
		if err != nil {
			return err
		}
		times = append(times, time.Since(began))
		if _, err := s.Contact(ctx, "w", contactID(0)); err != nil {
			return err
		}
	}
	fmt.Fprintln(os.Stderr, len(times), "writes")
	return nil
}

// C8: several processes read and write one file. Nobody is told that the
// database is locked, and no change is lost.
func TestC8Contention(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	path := filepath.Join(t.TempDir(), "desk.db")
	s := store(t, desktest.OpenSQLite(t, path))
	is.NoErr(s.Update(t.Context(), insert(t, 0)))
	var all []*exec.Cmd
	for range 4 {
		all = append(all, process(t, "load", path))
	}
	writes := 0
	for _, cmd := range all {
		finish(t, cmd)
		var n int
		_, _ = fmt.Sscan(cmd.Stderr.(*strings.Builder).String(), &n)
		writes += n
	}
	c, err := s.Contact(t.Context(), "w", contactID(0))
	is.NoErr(err)
	is.Equal(c.FirstName, itoa(writes))
	is.Equal(c.Version, int64(writes)+1)
}

// C21: four processes that start together make the tables once.
func TestC21MigrateTogether(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	path := filepath.Join(t.TempDir(), "desk.db")
	var all []*exec.Cmd
	for range 4 {
		all = append(all, process(t, "migrate", path))
	}
	for _, cmd := range all {
		finish(t, cmd)
	}
	db := desktest.OpenSQLite(t, path)
	is.Equal(schema(t, db), schema(t, migrated(t)))
}

// C21: a migration that is killed at any moment is done or not done, and
// running it again gives the same tables.
func TestC21MigrateKilled(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	want := schema(t, migrated(t))
	for n := range 12 {
		path := filepath.Join(t.TempDir(), "desk.db")
		cmd := process(t, "migrate", path)
		timer := time.AfterFunc(time.Duration(5+n*3+rand.IntN(5))*time.Millisecond, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		timer.Stop()
		db := desktest.OpenSQLite(t, path)
		if got := schema(t, db); got != "" {
			is.Equal(got, want) // all of it
		}
		s, err := sqlite.New(db)
		is.NoErr(err)
		is.NoErr(s.Migrate(t.Context()))
		is.NoErr(s.Migrate(t.Context()))
		is.Equal(schema(t, db), want)
	}
}

func TestNewerVersionIsRefused(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	db := migrated(t)
	_, err := db.Exec(`INSERT INTO desk_migrations VALUES (999, 'future', 'then')`)
	is.NoErr(err)
	s, err := sqlite.New(db)
	is.NoErr(err)
	err = s.Migrate(t.Context())
	is.Equal(desk.KindOf(err), desk.Unavailable)
	is.True(strings.Contains(desk.MessageOf(err), "newer"))
}

func itoa(n int) string { return strconv.Itoa(n) }
