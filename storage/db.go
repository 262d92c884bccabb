package storage

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"time"

	"github.com/uptrace/bun"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// DB keeps everything in one database. It implements the stores of all
// packages, such as contacts.Store. The packages storage/sqlite and
// storage/postgres make it; it is safe for concurrent use.
type DB struct {
	rows
	pool *sql.DB
	// host is set for a DB inside a host's transaction.
	host *sql.Tx
	// writing is held by the one writer, where the database has one.
	writing chan struct{}
	// queued is signalled after a commit that has queued messages.
	queued chan struct{}
}

var (
	_ contacts.Store = (*DB)(nil)
	_ contacts.Tx    = writer{}
)

// New returns a DB on a bun database whose dialect is d's. Hosts call the New
// or From of storage/sqlite or storage/postgres, which check the database too.
func New(db *bun.DB, d *Dialect) *DB {
	s := &DB{pool: db.DB, writing: make(chan struct{}, 1), queued: make(chan struct{}, 1)}
	s.rows = rows{db: db, d: d, conn: &conn{on: db.DB, d: d}}
	return s
}

// In returns the same store inside the host's transaction: nothing is kept
// unless the host commits. Each Update runs under a savepoint, so that one
// that fails leaves the host's transaction as it was and usable. It ends with
// the transaction and, like it, is for one goroutine at a time.
//
// A transaction of SQLite must have been begun IMMEDIATE (_txlock=immediate).
func (db *DB) In(tx *sql.Tx) *DB {
	in := *db
	in.host = tx
	in.rows = *db.on(&conn{on: tx, d: db.d, tx: true, host: true}).rows
	return &in
}

// Parallel reports whether transactions can go on beside one another: not
// where the database has one writer, and not inside a host's transaction.
func (db *DB) Parallel() bool { return db.host == nil && !db.d.OneWriter }

// Concurrent reports whether several goroutines can use it at once: not inside
// a host's transaction.
func (db *DB) Concurrent() bool { return db.host == nil }

// on returns the statements on a connection within a transaction.
func (db *DB) on(c *conn) writer {
	return writer{&rows{db: db.db, d: db.d, conn: c, references: db.references}}
}

// attempts is how often a transaction is tried when the database says that
// another one was in its way, or the connection was lost before the commit.
const attempts = 4

// Update runs fn in a transaction: all of it is kept, or nothing when fn
// returns an error, panics, or ctx ends. It may run fn again, up to four
// times, after a failure that passes (a lock, a serialization failure, a
// connection lost before the commit); inside a host's transaction it never
// does. When the connection is lost while committing, the error's kind is
// desk.Unknown. fn must not call Update of the same DB.
func (db *DB) Update(ctx context.Context, fn func(contacts.Tx) error) error {
	return db.update(ctx, func(t writer) error { return fn(t) })
}

func (db *DB) update(ctx context.Context, fn func(writer) error) error {
	return db.updateBy(ctx, false, fn)
}

// updateAsync is Update for what can be repeated from where it began: its commit
// need not wait for the disk, if the database can do without. What is
// done in a host's transaction is as durable as that.
func (db *DB) updateAsync(ctx context.Context, fn func(writer) error) error {
	return db.updateBy(ctx, true, fn)
}

func (db *DB) updateBy(ctx context.Context, async bool, fn func(writer) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if db.host != nil {
		return db.savepoint(ctx, fn)
	}
	for n := 1; ; n++ {
		err := db.transact(ctx, async, fn)
		if err == nil || n == attempts || !transient(err) {
			return err
		}
		if err := pause(ctx, n); err != nil {
			return err
		}
	}
}

// pause waits for some milliseconds, longer each time, at random so that two
// that were in each other's way are not so again.
func pause(ctx context.Context, n int) error {
	t := time.NewTimer(time.Duration(1+rand.IntN(20<<n)) * time.Millisecond)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// transact is one attempt.
func (db *DB) transact(ctx context.Context, async bool, fn func(writer) error) (err error) {
	if db.d.OneWriter {
		if err := db.queue(ctx); err != nil {
			return err
		}
		defer func() { <-db.writing }()
	}
	t, err := db.begin(ctx, async)
	if err != nil {
		return err
	}
	ended := false
	defer func() { // also when fn panics or ends the goroutine
		if !ended {
			_ = t.conn.settle()
			t.rollback()
		}
		t.close()
	}()
	if err := fn(db.on(t.conn)); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	_ = t.conn.settle()
	if t.conn.failed != nil {
		return t.conn.failed
	}
	ended = true
	if err := t.commit(); err != nil {
		return err
	}
	if t.conn.queued {
		db.tell()
	}
	return nil
}

// Turn waits, where the database has one writer, until the other writers of
// this process that came before are done, and returns what lets the next one
// write. A host calls it around transactions of its own on the same
// database: SQLite alone lets in whoever looks at the right moment, which between
// the chunks of an import is hardly ever. Nothing of the DB's may be called
// before done. It is of no effect elsewhere.
func (db *DB) Turn(ctx context.Context) (done func(), err error) {
	if !db.d.OneWriter || db.host != nil {
		return func() {}, nil
	}
	if err := db.queue(ctx); err != nil {
		return nil, err
	}
	return func() { <-db.writing }, nil
}

// queueTime limits the wait for other writers of this process.
const queueTime = 20 * time.Second

// queue waits until no other writer of this process is at work.
func (db *DB) queue(ctx context.Context) error {
	select {
	case db.writing <- struct{}{}:
		return nil
	default:
	}
	t := time.NewTimer(queueTime)
	defer t.Stop()
	select {
	case db.writing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return &desk.Error{Kind: desk.Unavailable, Message: sayBusy}
	}
}

// savepoint runs fn inside the host's transaction.
func (db *DB) savepoint(ctx context.Context, fn func(writer) error) (err error) {
	if _, err := db.host.ExecContext(ctx, "SAVEPOINT desk_update"); err != nil {
		return fault(err)
	}
	kept := false
	defer func() {
		if !kept && !db.undo(ctx) && err != nil {
			err = hostEnded(err)
		}
	}()
	c := &conn{on: db.host, d: db.d, tx: true, host: true}
	if err := fn(db.on(c)); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if c.failed != nil {
		return c.failed
	}
	under, cancel := context.WithTimeout(context.WithoutCancel(ctx), statementTime)
	defer cancel()
	if _, err := db.host.ExecContext(under, "RELEASE SAVEPOINT desk_update"); err != nil {
		return fault(err)
	}
	kept = true
	return nil
}

// undo takes back what was done since the savepoint. It returns false when
// that fails: the connection is gone, or the database has taken back the
// host's whole transaction, as SQLite does when the disk is full.
func (db *DB) undo(ctx context.Context) bool {
	under, cancel := context.WithTimeout(context.WithoutCancel(ctx), statementTime)
	defer cancel()
	if _, err := db.host.ExecContext(under, "ROLLBACK TO SAVEPOINT desk_update"); err != nil {
		return false
	}
	_, err := db.host.ExecContext(under, "RELEASE SAVEPOINT desk_update")
	return err == nil
}

// hostEnded tells the host that its transaction is no more. On SQLite a
// statement after that would stand alone, and be kept at once.
func hostEnded(err error) error {
	return &desk.Error{Kind: desk.KindOf(err), Field: desk.FieldOf(err), Err: err,
		Message: desk.MessageOf(err) + " The database has ended the whole transaction: roll it back and do not use it again."}
}
