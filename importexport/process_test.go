//go:build unix

package importexport_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
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
	i, err := s.Get(ctx, manager, id)
	if err != nil {
		return err
	}
	switch os.Getenv("DESK_TEST_DO") {
	case "plan":
		_, err = s.Plan(ctx, manager, i.ID, importexport.Choices{}, count)
	case "apply":
		_, err = s.Apply(ctx, manager, i.ID, importexport.ApplyOptions{Progress: count})
	case "undo":
		_, err = s.Undo(ctx, manager, i.ID, count)
	}
	return err
}

// C1: an import is killed again and again, while it is planned, applied and
// taken back; each time it goes on where it was, and in the end everything is
// as if nothing had happened.
func TestC1_Killed(t *testing.T) {
	t.Parallel()
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
		killed(t, desktest.On(store, db), "sqlite", desktest.DSN(path))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		address := pgtest.URL(t)
		db := pgtest.Open(t, address)
		store, err := postgres.New(db)
		if err == nil {
			err = store.Migrate(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		killed(t, desktest.On(store, db), "postgres", address)
	})
}

func killed(t *testing.T, d *desktest.Desk, name, address string) {
	is := is.New(t)
	allowImport(t, d)
	s := importexport.New(d.Store.Imports(), d.Contacts, &importexport.Options{Now: d.Clock.Now})
	const rows = 600
	i := received(t, d, s, rowsFile(rows, 0))
	process := func(do string, kill int) bool {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		var said strings.Builder
		cmd.Stderr = &said
		cmd.Env = append(os.Environ(), role+"=importer", "DESK_TEST_DB="+name, "DESK_TEST_ADDRESS="+address,
			"DESK_TEST_IMPORT="+string(i.ID), "DESK_TEST_DO="+do, "DESK_TEST_KILL="+strconv.Itoa(kill))
		err := cmd.Run()
		if err != nil && !strings.Contains(err.Error(), "killed") {
			t.Fatalf("%v: %s", err, said.String())
		}
		return err == nil
	}
	until := func(do string) (kills int) {
		for n := 1; !process(do, n); n += 2 {
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
