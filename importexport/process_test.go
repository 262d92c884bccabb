//go:build unix

package importexport_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/postgres"
	"github.com/deskfolk/desk/storage/sqlite"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
)

// role is the variable that makes the test program an importer in another process.
const role = "DESK_TEST_ROLE"

func TestMain(m *testing.M) {
	if os.Getenv(role) == "importer" {
		if err := importerProcess(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// importerProcess does what is left of an import, or takes it back. It kills
// itself after DESK_TEST_KILL batches.
func importerProcess() error {
	name, address, id := os.Getenv("DESK_TEST_DB"), os.Getenv("DESK_TEST_ADDRESS"), desk.ImportID(os.Getenv("DESK_TEST_IMPORT"))
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
	kill, _ := strconv.Atoi(os.Getenv("DESK_TEST_KILL"))
	steps := 0
	count := func(importexport.Progress) {
		if steps++; steps == kill {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
	}
	ctx := context.Background()
	manager := desk.Actor{Workspace: "test", Kind: desk.MemberActor, ID: "manager", Grants: contacts.Permissions}
	s := importexport.New(store.Imports(), contacts.New(store, nil), &importexport.Options{Batch: 20})
	switch os.Getenv("DESK_TEST_DO") {
	case "import":
		return importHere(ctx, s, manager)
	case "plan":
		_, err = s.Plan(ctx, manager, id, importexport.Choices{}, count)
	case "apply":
		_, err = s.Apply(ctx, manager, id, importexport.ApplyOptions{Progress: count})
	case "undo":
		_, err = s.Undo(ctx, manager, id, count)
	}
	return err
}

// did is what a process says that it has done.
type did struct {
	ID     desk.ImportID
	State  importexport.State
	Result importexport.Counts
}

// importHere imports the file that stands on the standard input, with the
// idempotency key of DESK_TEST_KEY, and writes what became of it.
func importHere(ctx context.Context, s *importexport.Service, a desk.Actor) error {
	a = a.WithKey(os.Getenv("DESK_TEST_KEY"))
	file, err := io.ReadAll(os.Stdin)
	for err == nil {
		var i importexport.Import
		i, err = s.Import(ctx, a, bytes.NewReader(file), importexport.ImportOptions{})
		switch {
		case err == nil:
			return json.NewEncoder(os.Stdout).Encode(did{i.ID, i.State, i.Result})
		case desk.FieldOf(err) == "key": // another process is at it
			err = nil
		}
	}
	return err
}

// onDisk runs a test on a database that other processes can open too, of
// either kind.
func onDisk(t *testing.T, fn func(t *testing.T, d *desktest.Desk, name, address string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "desk.db")
		db := desktest.OpenSQLite(t, path)
		store, err := sqlite.New(db)
		if err == nil {
			err = store.Migrate(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		fn(t, desktest.On(store, db), "sqlite", desktest.DSN(path))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		address := pgtest.URL(t)
		db := pgtest.Open(t, address)
		store, err := postgres.New(db)
		if err != nil {
			t.Fatal(err)
		}
		fn(t, desktest.On(store, db), "postgres", address)
	})
}

// process starts the test program as an importer.
func process(t *testing.T, name, address string, more ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), role+"=importer", "DESK_TEST_DB="+name, "DESK_TEST_ADDRESS="+address)
	cmd.Env = append(cmd.Env, more...)
	return cmd
}

// C12: four processes import the same file at once, two of them with the same
// idempotency key. There is one set of contacts, each row of each import has an
// outcome, and no import ends in an error.
func TestC12_SameFileAtOnce(t *testing.T) {
	t.Parallel()
	onDisk(t, func(t *testing.T, d *desktest.Desk, name, address string) {
		is := is.New(t)
		allowImport(t, d)
		const rows = 300
		var wg sync.WaitGroup
		got, errs := make([]did, 4), make([]error, 4)
		for k, key := range []string{"same", "same", "other", ""} {
			wg.Go(func() {
				cmd := process(t, name, address, "DESK_TEST_DO=import", "DESK_TEST_KEY="+key)
				var said strings.Builder
				cmd.Stdin, cmd.Stderr = strings.NewReader(rowsFile(rows, 0)), &said
				out, err := cmd.Output()
				if err == nil {
					err = json.Unmarshal(out, &got[k])
				}
				if err != nil {
					errs[k] = fmt.Errorf("%w: %s", err, said.String())
				}
			})
		}
		wg.Wait()
		created := map[desk.ImportID]int{}
		for k, i := range got {
			is.NoErr(errs[k])
			is.Equal(i.State, importexport.Done)
			is.Equal(i.Result.Rows, rows)
			is.Equal(i.Result.Failed, 0)
			created[i.ID] = i.Result.Created
		}
		is.Equal(got[0].ID, got[1].ID) // one import, of which both say the same
		is.Equal(len(created), 3)
		total := 0
		for _, n := range created {
			total += n
		}
		is.Equal(total, rows)
		l, err := d.Contacts.List(t.Context(), d.Manager, contacts.Query{Count: true}, desk.Page{Limit: 1})
		is.NoErr(err)
		is.Equal(l.Count, rows)
	})
}

// C1: an import is killed again and again, while it is planned, applied and
// taken back; each time it goes on where it was, and in the end everything is
// as if nothing had happened.
func TestC1_Killed(t *testing.T) {
	t.Parallel()
	onDisk(t, killed)
}

func killed(t *testing.T, d *desktest.Desk, name, address string) {
	is := is.New(t)
	allowImport(t, d)
	s := importexport.New(d.Store.Imports(), d.Contacts, &importexport.Options{Now: d.Clock.Now})
	const rows = 600
	i := received(t, d, s, rowsFile(rows, 0))
	once := func(do string, kill int) bool {
		cmd := process(t, name, address, "DESK_TEST_IMPORT="+string(i.ID), "DESK_TEST_DO="+do, "DESK_TEST_KILL="+strconv.Itoa(kill))
		var said strings.Builder
		cmd.Stderr = &said
		err := cmd.Run()
		if err != nil && !strings.Contains(err.Error(), "killed") {
			t.Fatalf("%v: %s", err, said.String())
		}
		return err == nil
	}
	until := func(do string) (kills int) {
		for n := 1; !once(do, n); n += 2 {
			kills++
			i2, err := s.Get(t.Context(), d.Manager, i.ID)
			is.NoErr(err)
			l, err := d.Contacts.List(t.Context(), d.Manager, contacts.Query{Count: true}, desk.Page{Limit: 1})
			is.NoErr(err)
			is.Equal(l.Count, i2.Result.Created-i2.Undone.Removed) // each chunk all or nothing
		}
		return kills
	}
	is.True(until("plan") > 2)
	is.True(until("apply") > 2)
	got, err := s.Get(t.Context(), d.Manager, i.ID)
	is.NoErr(err)
	is.Equal(got.State, importexport.Done)
	is.Equal(got.Result, importexport.Counts{Rows: rows, Created: rows})
	made := 0
	l, err := s.Rows(t.Context(), d.Manager, i.ID, importexport.RowFilter{}, desk.Page{Limit: 1000})
	is.NoErr(err)
	for k, r := range l.Rows {
		is.Equal(r.Line, k+2)
		_, err := d.Contacts.Get(t.Context(), d.Manager, r.ContactID)
		is.NoErr(err)
		made++
	}
	is.Equal(made, rows)
	is.True(until("undo") > 2)
	got, err = s.Get(t.Context(), d.Manager, i.ID)
	is.NoErr(err)
	is.Equal(got.Undone, importexport.UndoCounts{Removed: rows})
	report, err := d.Store.Check(t.Context())
	is.NoErr(err)
	is.Equal(len(report.Problems), 0)
	log, err := d.Contacts.VerifyLog(t.Context(), d.Manager)
	is.NoErr(err)
	is.Equal(len(log.Broken), 0)
}
