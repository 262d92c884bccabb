// Package faultdb puts a driver for database/sql behind a switch that makes
// its n-th call fail, before it does anything or after it has done everything,
// with the connection kept or lost.
package faultdb

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"sync"
)

// ErrInjected is what a call fails with when the connection is kept.
var ErrInjected = errors.New("faultdb: this call was made to fail")

// Mode says how the call fails.
type Mode struct {
	// After: the call is done first. Otherwise it is not done at all.
	After bool
	// Lost: the connection breaks, as io.ErrUnexpectedEOF.
	Lost bool
}

// Plan counts the calls and decides which one fails. It is safe for
// concurrent use.
type Plan struct {
	mu    sync.Mutex
	calls int
	at    int
	mode  Mode
	hit   bool
}

// Arm starts counting from nothing; the n-th call from now will fail. With n
// of 0 none does.
func (p *Plan) Arm(n int, m Mode) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls, p.at, p.mode, p.hit = 0, n, m, false
}

// Hit reports whether the call has failed, and disarms the plan.
func (p *Plan) Hit() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at = 0
	return p.hit
}

// Calls returns how many calls there were since the plan was armed.
func (p *Plan) Calls() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls
}

// fails counts a call.
func (p *Plan) fails() (bool, Mode) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls++
	if p.at == 0 || p.calls != p.at {
		return false, Mode{}
	}
	p.hit = true
	return true, p.mode
}

// Connector is a driver's connector under the plan.
func Connector(d driver.Driver, name string, p *Plan) driver.Connector {
	return &connector{d: d, name: name, plan: p}
}

type connector struct {
	d    driver.Driver
	name string
	plan *Plan
}

func (c *connector) Driver() driver.Driver { return c.d }

func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	var raw driver.Conn
	var err error
	if dc, ok := c.d.(driver.DriverContext); ok {
		var under driver.Connector
		if under, err = dc.OpenConnector(c.name); err == nil {
			raw, err = under.Connect(ctx)
		}
	} else {
		raw, err = c.d.Open(c.name)
	}
	if err != nil {
		return nil, err
	}
	return &conn{Conn: raw, plan: c.plan}, nil
}

type conn struct {
	driver.Conn
	plan *Plan
	lost bool
}

// call runs one call under the plan. Undo takes back what a call that is done
// but reported as failed has left open.
func call[T any](c *conn, do func() (T, error), undo func(T)) (T, error) {
	var none T
	if c.lost {
		return none, driver.ErrBadConn
	}
	fail, mode := c.plan.fails()
	if !fail {
		return do()
	}
	if mode.After {
		v, err := do()
		if err != nil {
			return none, err
		}
		if undo != nil {
			undo(v)
		}
	}
	if mode.Lost {
		c.lose()
		return none, io.ErrUnexpectedEOF
	}
	return none, ErrInjected
}

// lose breaks the connection: the database takes back what is open on it, and
// database/sql closes it when it is given back.
func (c *conn) lose() {
	c.lost = true
	if e, ok := c.Conn.(driver.ExecerContext); ok {
		_, _ = e.ExecContext(context.Background(), "ROLLBACK", nil)
	}
}

// IsValid keeps a lost connection out of the pool.
func (c *conn) IsValid() bool { return !c.lost }

// ResetSession is the driver's own, if it has one.
func (c *conn) ResetSession(ctx context.Context) error {
	if c.lost {
		return driver.ErrBadConn
	}
	if r, ok := c.Conn.(driver.SessionResetter); ok {
		return r.ResetSession(ctx)
	}
	return nil
}

// CheckNamedValue is the driver's own, if it has one.
func (c *conn) CheckNamedValue(v *driver.NamedValue) error {
	if k, ok := c.Conn.(driver.NamedValueChecker); ok {
		return k.CheckNamedValue(v)
	}
	var err error
	v.Value, err = driver.DefaultParameterConverter.ConvertValue(v.Value)
	return err
}

// BeginTx is counted, as its commit and rollback are.
func (c *conn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	return call(c, func() (driver.Tx, error) {
		t, err := c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
		if err != nil {
			return nil, err
		}
		return &tx{Tx: t, c: c}, nil
	}, func(t driver.Tx) { _ = t.(*tx).Tx.Rollback() })
}

// ExecContext is counted.
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	return call(c, func() (driver.Result, error) {
		return c.Conn.(driver.ExecerContext).ExecContext(ctx, query, args)
	}, nil)
}

// QueryContext is counted.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return call(c, func() (driver.Rows, error) {
		return c.Conn.(driver.QueryerContext).QueryContext(ctx, query, args)
	}, func(r driver.Rows) { _ = r.Close() })
}

// PrepareContext is not counted; the statement's calls are.
func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if c.lost {
		return nil, driver.ErrBadConn
	}
	s, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return &stmt{Stmt: s, c: c}, nil
}

type stmt struct {
	driver.Stmt
	c *conn
}

func (s *stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return call(s.c, func() (driver.Result, error) { return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args) }, nil)
}

func (s *stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return call(s.c, func() (driver.Rows, error) { return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args) },
		func(r driver.Rows) { _ = r.Close() })
}

type tx struct {
	driver.Tx
	c *conn
}

func (t *tx) Commit() error {
	_, err := call(t.c, func() (struct{}, error) { return struct{}{}, t.Tx.Commit() }, nil)
	return err
}

// Rollback of a lost connection has happened; others are not counted, since
// their failing changes nothing that can be seen.
func (t *tx) Rollback() error {
	if t.c.lost {
		return driver.ErrBadConn
	}
	return t.Tx.Rollback()
}
