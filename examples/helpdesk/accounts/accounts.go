// Package accounts keeps the agents of the helpdesk: who they are, which role
// they hold, how they sign in and what they are signed in with.
//
// The library leaves members and roles to its host; this is how this host does
// it. The tables are its own (helpdesk_…), in the same database as the desk's,
// and every statement runs on SQLite and on PostgreSQL alike.
package accounts

import (
	"context"
	"crypto/rand"
	"database/sql"
	"io"
	"time"

	"github.com/deskfolk/desk"
)

// Options are the choices a host can make. The zero value is safe.
type Options struct {
	// Now is the clock; nil is [time.Now].
	Now func() time.Time
	// Idle ends a session that was not used for so long; 0 is 12 hours, at most 24.
	Idle time.Duration
	// Lifetime ends a session however much it is used; 0 is 7 days, at most 30.
	Lifetime time.Duration
	// LinkLifetime is how long a one-time link works; 0 is one hour, at most 24.
	LinkLifetime time.Duration
	// Rand is the source of tokens and salts; nil is crypto/rand.
	Rand io.Reader
	// Turn, if not nil, waits for the turn to write and returns what ends it, such
	// as storage.DB.Turn: without it a sign-in gets between the chunks of an import
	// on SQLite by luck.
	Turn func(context.Context) (done func(), err error)
}

// Store keeps agents, sessions and one-time links. It is safe for concurrent use.
type Store struct {
	db     *sql.DB
	opts   Options
	ids    *desk.IDs
	hashes chan struct{} // limits how many passwords are hashed at once
}

// New returns a store in the database. The dialect is "sqlite" or "postgres".
// Call [Store.Migrate] before anything else.
func New(db *sql.DB, dialect string, opts *Options) (*Store, error) {
	if dialect != "sqlite" && dialect != "postgres" {
		return nil, desk.Errorf(desk.Invalid, "dialect", "The database must be sqlite or postgres, not %q.", dialect)
	}
	var o Options
	if opts != nil {
		o = *opts
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Rand == nil {
		o.Rand = rand.Reader
	}
	o.Idle = bounded(o.Idle, 12*time.Hour, 24*time.Hour)
	o.Lifetime = bounded(o.Lifetime, 7*24*time.Hour, 30*24*time.Hour)
	o.LinkLifetime = bounded(o.LinkLifetime, time.Hour, 24*time.Hour)
	return &Store{db: db, opts: o, ids: desk.NewIDs(o.Now, o.Rand), hashes: make(chan struct{}, 2)}, nil
}

// bounded returns d, or the default when it is not set, and never more than
// the ceiling: a slip in a configuration must not make sessions eternal.
func bounded(d, otherwise, ceiling time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return min(d, ceiling)
}

// write runs fn in a transaction.
func (s *Store) write(ctx context.Context, fn func(*sql.Tx) error) error {
	if s.opts.Turn != nil {
		done, err := s.opts.Turn(ctx)
		if err != nil {
			return err
		}
		defer done()
	}
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if err := fn(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// now is the time as the tables keep it.
func (s *Store) now() int64 { return s.opts.Now().UnixMilli() }
