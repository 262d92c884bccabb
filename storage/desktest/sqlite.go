package desktest

import (
	"database/sql"
	"net/url"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite" // the driver
)

// SQLite returns a new, empty SQLite database in a temporary file, opened as
// the package storage/sqlite wants it. It is closed and removed with the test.
func SQLite(t testing.TB) *sql.DB {
	t.Helper()
	return OpenSQLite(t, filepath.Join(t.TempDir(), "desk.db"))
}

// OpenSQLite opens a SQLite file as the package storage/sqlite wants it.
func OpenSQLite(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", DSN(path))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// DSN returns the name under which modernc.org/sqlite opens a file as the
// package storage/sqlite wants it.
func DSN(path string) string {
	q := url.Values{"_txlock": {"immediate"}}
	for _, p := range []string{"busy_timeout(5000)", "foreign_keys(1)", "journal_mode(wal)", "synchronous(full)"} {
		q.Add("_pragma", p)
	}
	return "file:" + path + "?" + q.Encode()
}
