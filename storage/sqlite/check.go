package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/storage"
)

// wanted is how each connection must have been opened.
var wanted = []struct {
	pragma string
	good   []string
	say    string
}{
	{"foreign_keys", []string{"1"}, "Open the SQLite database with foreign keys on: add _pragma=foreign_keys(1)."},
	{"journal_mode", []string{"wal", "memory"}, "Open the SQLite database with a write-ahead log: add _pragma=journal_mode(wal). A file on a read-only or network disk cannot have one."},
	{"synchronous", []string{"2", "3"}, "Open the SQLite database with full synchronisation, so that what was confirmed survives a power cut: add _pragma=synchronous(full)."},
}

// check looks at how the database was opened. Pragmas belong to connections:
// where there can be several, two are looked at, since a pragma that was set
// by a statement, and not in the name, is there on one only.
func check(ctx context.Context, db *sql.DB) error {
	first, err := db.Conn(ctx)
	if err != nil {
		return storage.Fault(err)
	}
	defer func() { _ = first.Close() }()
	if err := checkVersion(ctx, first); err != nil {
		return err
	}
	if err := checkPragmas(ctx, first); err != nil {
		return err
	}
	if db.Stats().MaxOpenConnections == 1 {
		return nil
	}
	second, err := db.Conn(ctx)
	if err != nil {
		return storage.Fault(err)
	}
	defer func() { _ = second.Close() }()
	if err := checkPragmas(ctx, second); err != nil {
		return err
	}
	return checkShared(ctx, first, second)
}

func checkVersion(ctx context.Context, c *sql.Conn) error {
	var version string
	if err := c.QueryRowContext(ctx, "SELECT sqlite_version()").Scan(&version); err != nil {
		return storage.Fault(err)
	}
	var a, b, p int
	if _, err := fmt.Sscanf(version, "%d.%d.%d", &a, &b, &p); err != nil || a*1000000+b*1000+p < 3051003 {
		return desk.Errorf(desk.Unavailable, "", "SQLite 3.51.3 or newer is needed; this is %s, which can damage a database with a write-ahead log.", version)
	}
	return nil
}

func checkPragmas(ctx context.Context, c *sql.Conn) error {
	for _, w := range wanted {
		var got string
		if err := c.QueryRowContext(ctx, "PRAGMA "+w.pragma).Scan(&got); err != nil {
			return storage.Fault(err)
		}
		good := false
		for _, g := range w.good {
			good = good || strings.EqualFold(got, g)
		}
		if !good {
			return desk.Errorf(desk.Unavailable, "", "%s (%s is %q.)", w.say, w.pragma, got)
		}
	}
	if err := checkJournal(ctx, c); err != nil {
		return err
	}
	var wait int
	if err := c.QueryRowContext(ctx, "PRAGMA busy_timeout").Scan(&wait); err != nil {
		return storage.Fault(err)
	}
	if wait < 1000 {
		return desk.Errorf(desk.Unavailable, "", "Open the SQLite database so that it waits for its turn: add _pragma=busy_timeout(5000). (It is %d milliseconds.)", wait)
	}
	return nil
}

// checkJournal refuses a file whose journal is kept in memory: a crash in the
// middle of a commit would leave it damaged. Only a database that is in memory
// itself has no other journal.
func checkJournal(ctx context.Context, c *sql.Conn) error {
	var mode, file string
	err := c.QueryRowContext(ctx, "SELECT journal_mode, (SELECT COALESCE(file, '') FROM pragma_database_list WHERE name = 'main') FROM pragma_journal_mode").Scan(&mode, &file)
	if err != nil {
		return storage.Fault(err)
	}
	if strings.EqualFold(mode, "memory") && file != "" {
		return desk.Errorf(desk.Unavailable, "", "Open the SQLite database with a write-ahead log: add _pragma=journal_mode(wal). (journal_mode is %q.)", mode)
	}
	return nil
}

// checkShared refuses a database in memory that each connection has for itself.
func checkShared(ctx context.Context, first, second *sql.Conn) error {
	var mode string
	if err := first.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil || mode != "memory" {
		return storage.Fault(err)
	}
	if _, err := first.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS desk_probe (x INTEGER)"); err != nil {
		return storage.Fault(err)
	}
	var n int
	err := second.QueryRowContext(ctx, "SELECT COUNT(*) FROM sqlite_master WHERE name = 'desk_probe'").Scan(&n)
	if err == nil {
		_, err = first.ExecContext(ctx, "DROP TABLE desk_probe")
	}
	if err == nil && n == 0 {
		return desk.Errorf(desk.Unavailable, "", "Each connection would have a database in memory of its own: call SetMaxOpenConns(1) on it.")
	}
	return storage.Fault(err)
}
