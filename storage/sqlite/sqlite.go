// Package sqlite keeps a desk in a SQLite database that the host has opened,
// with any driver for database/sql. It imports no driver.
//
// The database must be opened with foreign keys, a write-ahead log, full
// synchronisation and a busy timeout. With modernc.org/sqlite:
//
//	file:desk.db?_txlock=immediate&_pragma=foreign_keys(1)&_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=busy_timeout(5000)
package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/sqlitedialect"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/storage"
)

//go:embed migrations/*.sql
var files embed.FS

var dialect = &storage.Dialect{
	Name:        "sqlite",
	AsyncConn:   "PRAGMA synchronous=LEVEL",
	SyncLevel:   "PRAGMA synchronous",
	Begin:       "BEGIN IMMEDIATE",
	OneWriter:   true,
	Uncancelled: true,
	Batch:       storage.BatchPrepared,
	InTexts:     "IN (SELECT value FROM json_each($N))",
	InInts:      "IN (SELECT value FROM json_each($N))",
	LookUp:      "SELECT COLUMNS FROM TABLE WHERE LIMITS AND COLUMN IN (SELECT value FROM json_each($N))",
	LookUpPairs: "SELECT COLUMNS FROM TABLE WHERE LIMITS AND (COLUMN, SECOND) IN (SELECT j.value->>0, j.value->>1 FROM json_each($N) AS j)",
	IndexOf:     "instr",
	Rows:        "json_each($N) AS j",
	ListOpen:    '[',
	ListClose:   ']',
	TableExists: `SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = $1`,
	Migrations:  files,
}

// New returns a store on db, after a look at how it was opened. The tables are
// made by the store's Migrate.
func New(db *sql.DB) (*storage.DB, error) { return From(bun.NewDB(db, sqlitedialect.New())) }

// From is New for a host that has a bun database, with bun's sqlitedialect.
func From(db *bun.DB) (*storage.DB, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := check(ctx, db.DB); err != nil {
		return nil, desk.In("sqlite.New", err)
	}
	return storage.New(db, dialect), nil
}
