package storage

import (
	"context"
	"fmt"

	"github.com/deskfolk/desk"
)

// behind runs a statement in a goroutine, so that its caller puts the next one
// together meanwhile: an import would else wait for the database half of its
// time, and the database for it. The next statement of the transaction waits
// for it, as its end does, and returns its error. The arguments were looked at.
func (c *conn) behind(ctx context.Context, query string, args []any) error {
	if err := c.settle(); err != nil {
		return err
	}
	ctx, err := c.context(ctx)
	if err != nil {
		return err
	}
	running := make(chan error, 1)
	c.running = running
	go func() {
		defer func() {
			// A goroutine that panics ends the process: a driver's defect must not.
			if v := recover(); v != nil {
				running <- &desk.Error{Kind: desk.Internal, Message: "The database could not be written to.", Err: fmt.Errorf("panic: %v", v)}
			}
		}()
		_, err := c.on.ExecContext(ctx, query, args...)
		running <- err
	}()
	return nil
}

// settle waits for the statement that is behind, if there is one.
func (c *conn) settle() error {
	if c.running == nil {
		return nil
	}
	err := <-c.running
	c.running = nil
	return c.fail(err)
}
