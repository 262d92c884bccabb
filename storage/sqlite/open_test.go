package sqlite_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/sqlite"
)

// open opens a name with modernc.org/sqlite as it is.
func open(t *testing.T, name string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// R115: a database that was opened in another way is refused, and it is said how.
func TestNewLooksHowItWasOpened(t *testing.T) {
	t.Parallel()
	good := desktest.DSN(filepath.Join(t.TempDir(), "desk.db"))
	for _, c := range []struct{ name, dsn, says string }{
		{"as it should be", good, ""},
		{"no foreign keys", strings.Replace(good, "foreign_keys%281", "foreign_keys%280", 1), "foreign_keys(1)"},
		{"no waiting", strings.Replace(good, "busy_timeout%285000", "busy_timeout%280", 1), "busy_timeout(5000)"},
		{"no synchronisation", strings.Replace(good, "synchronous%28full", "synchronous%28normal", 1), "synchronous(full)"},
		{"another journal", strings.Replace(strings.Replace(good, "desk.db", "other.db", 1), "journal_mode%28wal", "journal_mode%28delete", 1), "journal_mode(wal)"},
		{"a journal in memory", strings.Replace(strings.Replace(good, "desk.db", "third.db", 1), "journal_mode%28wal", "journal_mode%28memory", 1), "journal_mode(wal)"},
		{"a folder", desktest.DSN(t.TempDir()), "cannot be opened"},
		{"no such folder", desktest.DSN(filepath.Join(t.TempDir(), "none", "desk.db")), "cannot be opened"},
		{"memory of each connection's own", strings.Replace(desktest.DSN(":memory:"), "journal_mode%28wal", "journal_mode%28memory", 1), "SetMaxOpenConns(1)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := sqlite.New(open(t, c.dsn))
			if c.says == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if desk.KindOf(err) != desk.Unavailable || !strings.Contains(desk.MessageOf(err), c.says) {
				t.Errorf("got %v, want a sentence with %q", err, c.says)
			}
		})
	}
}

// A pragma that was set by a statement is there on one connection only.
func TestNewLooksAtASecondConnection(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	db := open(t, strings.Replace(desktest.DSN(filepath.Join(t.TempDir(), "desk.db")), "foreign_keys%281", "foreign_keys%280", 1))
	_, err := db.Exec("PRAGMA foreign_keys = 1")
	is.NoErr(err)
	_, err = sqlite.New(db)
	is.True(strings.Contains(desk.MessageOf(err), "foreign_keys(1)"))
}

func TestMemoryOnOneConnection(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	db := open(t, strings.Replace(desktest.DSN(":memory:"), "journal_mode%28wal", "journal_mode%28memory", 1))
	db.SetMaxOpenConns(1)
	s := store(t, db)
	rep, err := s.Check(t.Context())
	is.NoErr(err)
	is.True(rep.Sound())
}

func TestNotADatabase(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	path := filepath.Join(t.TempDir(), "desk.db")
	is.NoErr(os.WriteFile(path, []byte(strings.Repeat("This is a letter, not a database. ", 200)), 0o600))
	_, err := sqlite.New(open(t, desktest.DSN(path)))
	is.Equal(desk.KindOf(err), desk.Unavailable)
}

func TestReadOnlyFile(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	path := filepath.Join(t.TempDir(), "desk.db")
	s := store(t, desktest.OpenSQLite(t, path))
	is.NoErr(s.Update(t.Context(), insert(t, 1)))
	ro, err := sqlite.New(open(t, strings.Replace(desktest.DSN(path), "?", "?mode=ro&", 1)))
	is.NoErr(err)
	is.NoErr(ro.Migrate(t.Context())) // nothing to do
	_, err = ro.Contact(t.Context(), "w", "contact_1")
	is.NoErr(err)
	err = ro.Update(t.Context(), insert(t, 2))
	is.Equal(desk.KindOf(err), desk.Unavailable)
	is.True(strings.Contains(desk.MessageOf(err), "can only be read"))
}

func TestTablesAreMissing(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s, err := sqlite.New(desktest.SQLite(t))
	is.NoErr(err)
	_, err = s.Contact(t.Context(), "w", "contact_1")
	is.Equal(desk.KindOf(err), desk.Unavailable)
	is.True(strings.Contains(desk.MessageOf(err), "run the migrations"))
}

// A host that begins its transactions deferred gets a clear sentence, not 517.
func TestDeferredHostTransaction(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	path := filepath.Join(t.TempDir(), "desk.db")
	s := store(t, desktest.OpenSQLite(t, path))
	host := open(t, strings.Replace(desktest.DSN(path), "_txlock=immediate", "_txlock=deferred", 1))
	tx, err := host.Begin()
	is.NoErr(err)
	defer func() { _ = tx.Rollback() }()
	_, err = s.In(tx).Workspaces(t.Context()) // a read
	is.NoErr(err)
	is.NoErr(s.Update(t.Context(), insert(t, 1)))
	err = s.In(tx).Update(t.Context(), insert(t, 2))
	is.Equal(desk.KindOf(err), desk.Unavailable)
	is.True(strings.Contains(desk.MessageOf(err), "IMMEDIATE"))
}

// C5: a full disk is said to be one, leaves nothing behind, and passes.
func TestC5Full(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	ctx := t.Context()
	db := desktest.SQLite(t)
	db.SetMaxOpenConns(1) // max_page_count belongs to the connection
	s := store(t, db)
	is.NoErr(s.Update(ctx, insert(t, 0)))
	var pages int
	is.NoErr(db.QueryRow("PRAGMA page_count").Scan(&pages))
	_, err := db.Exec("PRAGMA max_page_count = " + itoa(pages+3))
	is.NoErr(err)
	n := 1
	for ; n < 1000; n++ {
		if err = s.Update(ctx, insert(t, n)); err != nil {
			break
		}
	}
	is.Equal(desk.KindOf(err), desk.Unavailable)
	is.True(strings.Contains(desk.MessageOf(err), "full"))
	_, err = s.Contact(ctx, "w", contactID(n))
	is.Equal(desk.KindOf(err), desk.NotFound)
	_, err = s.Contact(ctx, "w", contactID(n-1)) // reads work
	is.NoErr(err)
	_, err = db.Exec("PRAGMA max_page_count = 100000")
	is.NoErr(err)
	is.NoErr(s.Update(ctx, insert(t, n)))
	rep, err := s.Check(ctx)
	is.NoErr(err)
	is.True(rep.Sound())
	is.Equal(rep.Contacts, n+1)
}

// C5 in a host's transaction: SQLite takes all of it back, and the host is told.
func TestFullInHostTransaction(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	ctx := context.Background()
	db := desktest.SQLite(t)
	db.SetMaxOpenConns(1)
	s := store(t, db)
	var pages int
	is.NoErr(db.QueryRow("PRAGMA page_count").Scan(&pages))
	_, err := db.Exec("PRAGMA max_page_count = " + itoa(pages+3))
	is.NoErr(err)
	tx, err := db.Begin()
	is.NoErr(err)
	n := 0
	for err = nil; err == nil && n < 1000; n++ {
		err = s.In(tx).Update(ctx, insert(t, n))
	}
	is.True(strings.Contains(desk.MessageOf(err), "full"))
	is.True(strings.Contains(desk.MessageOf(err), "roll it back"))
	_ = tx.Rollback() // there is nothing left to roll back
	rep, err := s.Check(ctx)
	is.NoErr(err)
	is.Equal(rep.Contacts, 0)
}

func contactID(n int) desk.ContactID { return desk.ContactID("contact_" + itoa(n)) }

// insert adds a contact with its event.
func insert(t testing.TB, n int) func(contacts.Tx) error {
	ctx := t.Context()
	return func(tx contacts.Tx) error {
		email := itoa(n) + "@example.com"
		r := contacts.Record{Contact: contacts.Contact{ID: contactID(n), Version: 1, Email: email, Notes: strings.Repeat("n", 300)}, EmailKey: email,
			Index: contacts.Index{Keys: []contacts.Key{{Kind: contacts.KeyEmail, Value: email}}}}
		if err := tx.InsertContacts(ctx, "w", []contacts.Record{r}); err != nil {
			return err
		}
		return tx.Record(ctx, "w", desk.Event{ID: desk.EventID("event_" + itoa(n)), Subject: string(contactID(n))})
	}
}
