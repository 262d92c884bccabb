package storage

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"time"

	"github.com/deskfolk/desk"
)

// transaction is one of our own, on a connection of its own.
type transaction struct {
	conn     *conn
	commit   func() error
	rollback func()
	close    func()
}

// begin starts a transaction; the commit of an async one need not wait for the
// disk. The context is not the transaction's: an ended one stops the next
// statement, and never races with the commit.
func (db *DB) begin(ctx context.Context, async bool) (*transaction, error) {
	c, err := db.pool.Conn(ctx)
	if err != nil {
		return nil, fault(err)
	}
	restore := func() {}
	if async && db.d.AsyncConn != "" {
		if restore, err = db.asyncConn(ctx, c); err != nil {
			_ = c.Close()
			return nil, fault(err)
		}
	}
	start := db.beginOn
	if db.d.Begin == "" {
		start = db.beginTx
	}
	t, err := start(ctx, c)
	if err != nil {
		restore()
		_ = c.Close()
		return nil, fault(err)
	}
	end := t.close
	t.close = func() {
		end()
		restore()
		_ = c.Close()
	}
	if async && db.d.AsyncCommit != "" {
		if _, err := t.conn.ExecContext(ctx, db.d.AsyncCommit); err != nil {
			t.rollback()
			t.close()
			return nil, err
		}
	}
	return t, nil
}

// beginOn starts a transaction by hand.
func (db *DB) beginOn(ctx context.Context, c *sql.Conn) (*transaction, error) {
	if _, err := c.ExecContext(ctx, db.d.Begin); err != nil {
		rollbackOn(ctx, c) // it may have begun, if ctx ended just then
		return nil, err
	}
	return &transaction{
		conn:     &conn{on: c, d: db.d, tx: true},
		commit:   func() error { return commitOn(ctx, c) },
		rollback: func() { rollbackOn(ctx, c) },
		close:    func() {},
	}, nil
}

// beginTx starts a transaction by database/sql, whose Commit tells a commit
// that the database turned into a rollback.
func (db *DB) beginTx(ctx context.Context, c *sql.Conn) (*transaction, error) {
	under, cancel := context.WithCancel(context.WithoutCancel(ctx))
	tx, err := c.BeginTx(under, nil)
	if err != nil {
		cancel()
		return nil, err
	}
	return &transaction{
		conn: &conn{on: tx, d: db.d, tx: true},
		commit: func() error {
			defer time.AfterFunc(statementTime, cancel).Stop()
			return commitFault(tx.Commit())
		},
		rollback: func() {
			defer time.AfterFunc(statementTime, cancel).Stop()
			_ = tx.Rollback()
		},
		close: cancel,
	}, nil
}

// asyncConn has a connection's commits not wait for the disk, until restore. A
// connection that cannot be brought back to what it was is thrown away.
func (db *DB) asyncConn(ctx context.Context, c *sql.Conn) (restore func(), err error) {
	var level string
	if err := c.QueryRowContext(ctx, db.d.SyncLevel).Scan(&level); err != nil {
		return nil, err
	}
	set := func(ctx context.Context, level string) error {
		_, err := c.ExecContext(ctx, strings.Replace(db.d.AsyncConn, "LEVEL", level, 1))
		return err
	}
	restore = func() {
		under, cancel := context.WithTimeout(context.WithoutCancel(ctx), statementTime)
		defer cancel()
		if set(under, level) != nil {
			_ = c.Raw(func(any) error { return driver.ErrBadConn })
		}
	}
	if err := set(ctx, "NORMAL"); err != nil {
		restore()
		return nil, err
	}
	return restore, nil
}

// commitOn ends a transaction that was begun by hand.
func commitOn(ctx context.Context, c *sql.Conn) error {
	under, cancel := context.WithTimeout(context.WithoutCancel(ctx), statementTime)
	defer cancel()
	_, err := c.ExecContext(under, "COMMIT")
	if err != nil {
		rollbackOn(ctx, c)
	}
	return commitFault(err)
}

// rollbackOn takes a transaction back. A connection on which that fails is
// thrown away, unless the database has ended the transaction itself.
func rollbackOn(ctx context.Context, c *sql.Conn) {
	under, cancel := context.WithTimeout(context.WithoutCancel(ctx), statementTime)
	defer cancel()
	if _, err := c.ExecContext(under, "ROLLBACK"); err == nil {
		return
	}
	if _, err := c.ExecContext(under, "BEGIN; ROLLBACK"); err == nil {
		return
	}
	_ = c.Raw(func(any) error { return driver.ErrBadConn })
}

// commitFault gives the error of a commit its kind: what the database says
// has failed has failed; a connection that was lost leaves it unknown.
func commitFault(err error) error {
	if err == nil {
		return nil
	}
	mapped := fault(err)
	var state interface{ SQLState() string }
	if errors.As(err, &state) && len(state.SQLState()) == 5 {
		if class := state.SQLState()[:2]; class != "08" && class != "57" {
			return mapped
		}
	} else if code := new(interface{ Code() int }); errors.As(err, code) {
		return mapped
	}
	return newFault(desk.Unknown, "The connection to the database was lost while the change was being kept, so that it is not known whether it was. Try again with the same idempotency key.", err, false)
}
