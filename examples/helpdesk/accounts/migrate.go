package accounts

import (
	"context"
	"errors"

	"github.com/deskfolk/desk"
)

// migrations are the statements that make the tables, in order. Each is run
// once per database; a new one is added at the end and none is ever changed.
// The statements are the same on SQLite and PostgreSQL: text, and times as
// milliseconds since 1970.
var migrations = []string{
	`CREATE TABLE helpdesk_agents (
		workspace_id TEXT NOT NULL,
		id TEXT NOT NULL,
		email TEXT NOT NULL,
		email_key TEXT NOT NULL,
		name TEXT NOT NULL,
		role TEXT NOT NULL,
		password TEXT NOT NULL,
		created_at BIGINT NOT NULL,
		signed_in_at BIGINT NOT NULL,
		PRIMARY KEY (workspace_id, id),
		UNIQUE (workspace_id, email_key))`,
	`CREATE TABLE helpdesk_sessions (
		token_hash TEXT NOT NULL PRIMARY KEY,
		workspace_id TEXT NOT NULL,
		agent_id TEXT NOT NULL,
		created_at BIGINT NOT NULL,
		seen_at BIGINT NOT NULL,
		FOREIGN KEY (workspace_id, agent_id) REFERENCES helpdesk_agents (workspace_id, id) ON DELETE CASCADE)`,
	`CREATE TABLE helpdesk_links (
		token_hash TEXT NOT NULL PRIMARY KEY,
		workspace_id TEXT NOT NULL,
		agent_id TEXT NOT NULL,
		expires_at BIGINT NOT NULL,
		used_at BIGINT NOT NULL,
		FOREIGN KEY (workspace_id, agent_id) REFERENCES helpdesk_agents (workspace_id, id) ON DELETE CASCADE)`,
	`CREATE TABLE helpdesk_attempts (
		attempt_key TEXT NOT NULL PRIMARY KEY,
		since BIGINT NOT NULL,
		failures BIGINT NOT NULL)`,
	`CREATE INDEX helpdesk_sessions_agent ON helpdesk_sessions (workspace_id, agent_id)`,
}

// Migrate makes the tables that are missing. Several processes may call it at
// once. A database that a newer version has written is refused.
func (s *Store) Migrate(ctx context.Context) error {
	const table = `CREATE TABLE IF NOT EXISTS helpdesk_migrations (version BIGINT NOT NULL PRIMARY KEY, applied_at BIGINT NOT NULL)`
	// PostgreSQL may fail one of two processes that make the table at the same
	// moment; what counts is whether it is there afterwards.
	_, made := s.db.ExecContext(ctx, table)
	var have int
	if err := s.db.QueryRowContext(ctx, `SELECT count(*) FROM helpdesk_migrations`).Scan(&have); err != nil {
		return failed("accounts.Migrate", errors.Join(made, err))
	}
	if have > len(migrations) {
		return &desk.Error{Kind: desk.Conflict, Op: "accounts.Migrate",
			Message: "The database was written by a newer version of the helpdesk. Nothing was changed; start that version."}
	}
	for v := have; v < len(migrations); v++ {
		if err := s.apply(ctx, v); err != nil {
			return failed("accounts.Migrate", err)
		}
	}
	return nil
}

// apply runs one migration together with its record. The record is written
// first: of two processes one waits for the other and then finds it there.
func (s *Store) apply(ctx context.Context, v int) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	res, err := tx.ExecContext(ctx, `INSERT INTO helpdesk_migrations (version, applied_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, v+1, s.now())
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err
	}
	if _, err := tx.ExecContext(ctx, migrations[v]); err != nil {
		return err
	}
	return tx.Commit()
}

// failed returns err as an error of the library: what is one already stays,
// anything else is the database's.
func failed(op string, err error) error {
	var e *desk.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return desk.In(op, err)
	}
	return &desk.Error{Kind: desk.Unavailable, Op: op, Err: err,
		Message: "The database cannot be used at the moment. Nothing was changed; try again in a moment."}
}
