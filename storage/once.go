package storage

import (
	"context"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// keepOnce is how long the use of an idempotency key is kept.
const keepOnce = 48 * time.Hour

// Once returns the use of an idempotency key that is kept, or nil.
func (t writer) Once(ctx context.Context, w desk.WorkspaceID, actor, key string) (*contacts.Once, error) {
	o := &contacts.Once{Actor: actor, Key: key}
	var at int64
	err := t.queryRow(ctx, `SELECT op, input, result, at FROM desk_once WHERE workspace_id = $1 AND actor = $2 AND key = $3`, string(w), actor, key).
		Scan(&o.Op, &o.Input, &o.Result, &at)
	if desk.KindOf(err) == desk.NotFound {
		return nil, nil //nolint:nilnil // as the interface says
	}
	if err != nil {
		return nil, err
	}
	o.At = instant(at)
	return o, nil
}

// PutOnce keeps a use of an idempotency key, and drops those that are older
// than two days.
func (t writer) PutOnce(ctx context.Context, w desk.WorkspaceID, o contacts.Once) error {
	_, err := t.exec(ctx, `DELETE FROM desk_once WHERE workspace_id = $1 AND at < $2`, string(w), micros(o.At.Add(-keepOnce)))
	if err != nil {
		return err
	}
	input := o.Input
	if input == nil {
		input = []byte{}
	}
	_, err = t.exec(ctx, `INSERT INTO desk_once (workspace_id, actor, key, op, input, result, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		string(w), o.Actor, o.Key, o.Op, input, o.Result, micros(o.At))
	return err
}
