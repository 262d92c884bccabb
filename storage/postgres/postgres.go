// Package postgres keeps a desk in a PostgreSQL database that the host has
// opened, with a driver for database/sql such as pgx (its package stdlib). It
// imports no driver.
package postgres

import (
	"context"
	"database/sql"
	"embed"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/storage"
)

//go:embed migrations/*.sql
var files embed.FS

// Queued is the channel on which PostgreSQL tells, after a commit that has
// queued messages, the name of their workspace. A worker wakes at once when the
// host listens: LISTEN desk_queued on a connection of its own, and for each
// notification a signal on notify.WorkerOptions.Wake.
const Queued = "desk_queued"

var dialect = &storage.Dialect{
	Name:       "postgres",
	Batch:      storage.BatchArrays,
	Analyze:    "ANALYZE desk_search_entries, desk_search_pending, desk_search_postings, desk_search_recent, desk_search_runs",
	Numbered:   "(SELECT value, n - 1 AS key FROM unnest($N::text[]) WITH ORDINALITY AS u (value, n)) AS j",
	ForUpdate:  " FOR UPDATE",
	IndexOf:    "strpos",
	SkipLocked: " FOR UPDATE SKIP LOCKED",
	InTexts:    "IN (SELECT unnest($N::text[]))",
	InInts:     "IN (SELECT unnest($N::bigint[]))",
	// The offset keeps the planner from joining in another way.
	LookUp: "SELECT x.* FROM unnest($N::TYPE[]) AS l (v) CROSS JOIN LATERAL (SELECT COLUMNS FROM TABLE WHERE LIMITS AND COLUMN = l.v OFFSET 0LOCK) AS x",
	LookUpPairs: "SELECT x.* FROM jsonb_array_elements($N::jsonb) AS j (value) CROSS JOIN LATERAL (SELECT COLUMNS FROM TABLE " +
		"WHERE LIMITS AND COLUMN = j.value->>0 AND SECOND = j.value->>1 OFFSET 0) AS x",
	Rows:        "jsonb_array_elements($N::jsonb) AS j (value)",
	Announce:    "WITH queued AS (INSERT RETURNING 1) SELECT pg_notify('" + Queued + "', CAST($1 AS TEXT))",
	ByIndex:     "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true), set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true)",
	AsyncCommit: "SET LOCAL synchronous_commit TO OFF",
	ListOpen:    '{',
	ListClose:   '}',
	// The number is of this library's own choosing.
	MigrationLock: "SELECT pg_advisory_xact_lock(7310206814337811)",
	TableExists:   `SELECT COUNT(*) FROM pg_tables WHERE schemaname = ANY(current_schemas(false)) AND tablename = $1`,
	Checks: []string{
		`SELECT 'the rule ' || conname || ' of ' || conrelid::regclass || ' is not enforced' FROM pg_constraint WHERE NOT convalidated AND conname LIKE 'desk\_%'`,
		`SELECT 'the index ' || indexrelid::regclass || ' is not valid' FROM pg_index WHERE NOT indisvalid AND indexrelid::regclass::text LIKE 'desk\_%'`,
	},
	Migrations: files,
}

// New returns a store on db, after a look whether it can be reached and keeps
// text as UTF-8. The tables are made by the store's Migrate.
func New(db *sql.DB) (*storage.DB, error) { return From(bun.NewDB(db, pgdialect.New())) }

// From is New for a host that has a bun database, with bun's pgdialect.
func From(db *bun.DB) (*storage.DB, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := check(ctx, db.DB); err != nil {
		return nil, desk.In("postgres.New", err)
	}
	return storage.New(db, dialect), nil
}

func check(ctx context.Context, db *sql.DB) error {
	var encoding string
	var version int
	err := db.QueryRowContext(ctx, "SELECT current_setting('server_encoding'), current_setting('server_version_num')::int").Scan(&encoding, &version)
	switch {
	case err != nil:
		return storage.Fault(err)
	case encoding != "UTF8":
		return desk.Errorf(desk.Unavailable, "", "The PostgreSQL database keeps text as %s; it must be UTF8.", encoding)
	case version < 140000:
		return desk.Errorf(desk.Unavailable, "", "PostgreSQL 14 or newer is needed; this is %d.", version/10000)
	}
	return nil
}
