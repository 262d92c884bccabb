package storage

import (
	"context"
	"database/sql"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/deskfolk/desk"
)

// rows has the statements of every package. It runs them on one connection:
// the pool, a transaction of ours, or the host's.
type rows struct {
	db   *bun.DB
	conn *conn
	d    *Dialect
	// references are the host's, see AddReference.
	references []Reference
}

// querier is what sql.DB, sql.Conn and sql.Tx have in common.
type querier interface {
	bun.IConn
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// conn passes statements on. It is the one place where arguments are looked
// at, contexts are cut off and errors get their kinds, for bun's queries too.
type conn struct {
	on querier
	d  *Dialect
	tx bool
	// host says that the transaction is the host's.
	host bool
	// failed is the first error of a statement. A transaction that has one is
	// not committed on any database, as PostgreSQL does not.
	failed error
	// queued says that messages were put into the outbox.
	queued bool
	// running gets the end of a statement that is behind; nil if there is none.
	running chan error
}

// fail keeps an error and gives it its kind.
func (c *conn) fail(err error) error {
	if err == nil {
		return nil
	}
	err = fault(err)
	if c.tx && c.failed == nil {
		c.failed = err
	}
	return err
}

// statementTime limits statements that a cancelled call must still finish.
const statementTime = 30 * time.Second

// context refuses an ended ctx, and returns the one to run a statement under.
func (c *conn) context(ctx context.Context) (context.Context, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if c.tx && c.d.Uncancelled {
		return context.WithoutCancel(ctx), nil
	}
	return ctx, nil
}

// ready is context for a statement that has the connection for itself.
func (c *conn) ready(ctx context.Context) (context.Context, error) {
	if err := c.settle(); err != nil {
		return nil, err
	}
	return c.context(ctx)
}

// QueryContext is for bun.
func (c *conn) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	ctx, err := c.ready(ctx)
	if err != nil {
		return nil, err
	}
	if err := checkArgs(args); err != nil {
		return nil, c.fail(err)
	}
	for n := 1; ; n++ {
		rs, err := c.on.QueryContext(ctx, query, args...)
		err = c.fail(err)
		// A read that stands alone is tried again; a transaction is as a whole.
		if err == nil || c.tx || n == attempts || !transient(err) {
			return rs, err
		}
		if err := pause(ctx, n); err != nil {
			return nil, err
		}
	}
}

// ExecContext is for bun.
func (c *conn) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	ctx, err := c.ready(ctx)
	if err != nil {
		return nil, err
	}
	if err := checkArgs(args); err != nil {
		return nil, c.fail(err)
	}
	res, err := c.on.ExecContext(ctx, query, args...)
	return res, c.fail(err)
}

// QueryRowContext is for bun. Errors come out of the row's Scan as they are.
func (c *conn) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if under, err := c.ready(ctx); err == nil {
		ctx = under
	}
	return c.on.QueryRowContext(ctx, query, args...)
}

// query runs a statement with the placeholders $1, $2, …
func (r *rows) query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return r.conn.QueryContext(ctx, query, args...)
}

// exec runs a statement that returns no rows.
func (r *rows) exec(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return r.conn.ExecContext(ctx, query, args...)
}

// mapError gives an error of reading rows its kind.
func (r *rows) mapError(err error) error { return r.conn.fail(err) }

// row is the one row that a statement returns.
type row struct {
	rs  *sql.Rows
	err error
}

// queryRow runs a statement that returns at most one row.
func (r *rows) queryRow(ctx context.Context, query string, args ...any) row {
	rs, err := r.conn.QueryContext(ctx, query, args...) //nolint:rowserrcheck // Scan closes it and looks at its error
	return row{rs: rs, err: err}
}

// Scan reads the row; a row that is not there is a desk.NotFound error.
func (w row) Scan(dest ...any) error {
	if w.err != nil {
		return w.err
	}
	defer func() { _ = w.rs.Close() }()
	if !w.rs.Next() {
		if err := w.rs.Err(); err != nil {
			return fault(err)
		}
		return errNotFound
	}
	if err := w.rs.Scan(dest...); err != nil {
		return fault(err)
	}
	return fault(w.rs.Close())
}

// errNotFound is all that is said of a record that is not there.
var errNotFound = &desk.Error{Kind: desk.NotFound, Message: "There is no such record.", Err: sql.ErrNoRows}

// changed returns the number of rows that a statement changed.
func changed(res sql.Result, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), fault(err)
}

// checkArgs refuses text that no database keeps as it is: NUL and invalid
// UTF-8. The packages refuse it before, with the field's name.
func checkArgs(args []any) error {
	for _, a := range args {
		if s, ok := a.(string); ok && !cleanText(s) {
			return errText
		}
	}
	return nil
}

var errText = &desk.Error{Kind: desk.Invalid, Message: "The text has a NUL character or is not valid UTF-8; nothing was changed."}

// cleanText reports whether s can be kept.
func cleanText(s string) bool {
	ascii := true
	for i := range len(s) {
		switch c := s[i]; {
		case c == 0:
			return false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return ascii || utf8.ValidString(s)
}
