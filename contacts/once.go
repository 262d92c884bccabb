package contacts

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/deskfolk/desk"
)

// race marks an error that came of another call that was quicker; a second
// try sees what that one did.
type race struct{ error }

func (r race) Unwrap() error { return r.error }

// AsRace marks a conflict about the field (any conflict, for "") as one that came
// of another call that was quicker: [Call.Run] then tries again.
func AsRace(err error, field string) error {
	if desk.KindOf(err) == desk.Conflict && (field == "" || desk.FieldOf(err) == field) {
		return race{err}
	}
	return err
}

// tries is how often a call is made anew after races.
const tries = 4

// Call is one public write of a service, of this package or another: it is run
// again when another call was quicker (see [AsRace]), and is kept with the
// actor's idempotency key, if there is one.
type Call struct {
	Actor desk.Actor
	// Op names the call, such as "contacts.Create"; Input is what it was given,
	// as JSON can write it.
	Op    string
	Input any
	Now   func() time.Time
}

// Run makes the call. The function update opens a transaction and passes it on
// to body, with what there is to do in it; that returns what the call made or
// changed, without spaces in each. A later call with the same key gets that as
// replay (never nil), and nothing is done; one with other input is refused.
func (c Call) Run(ctx context.Context, update func(body func(tx Tx, do func() ([]string, error)) error) error) (replay []string, err error) {
	var sum []byte
	if c.Actor.Key != "" {
		if sum, err = digestInput(c.Input); err != nil {
			return nil, err
		}
	}
	for range tries {
		err = update(func(tx Tx, do func() ([]string, error)) error {
			var err error
			replay, err = c.once(ctx, tx, sum, do)
			return err
		})
		var r race
		if !errors.As(err, &r) {
			break
		}
		err = r.error
	}
	return replay, err
}

// once is one attempt in its transaction.
func (c Call) once(ctx context.Context, tx Tx, sum []byte, do func() ([]string, error)) (replay []string, err error) {
	a := c.Actor
	if a.Key != "" {
		o, err := tx.Once(ctx, a.Workspace, onceActor(a), a.Key)
		if err != nil {
			return nil, err
		}
		if o != nil {
			return replayed(o, c.Op, sum)
		}
	}
	result, err := do()
	if err != nil || a.Key == "" {
		return nil, err
	}
	return nil, AsRace(tx.PutOnce(ctx, a.Workspace, Once{
		Actor: onceActor(a), Key: a.Key, Op: c.Op, Input: sum,
		Result: strings.Join(result, " "), At: desk.Moment(c.Now()),
	}), "")
}

// replayed returns the result of the first call, never nil.
func replayed(o *Once, op string, input []byte) ([]string, error) {
	if o.Op != op || !bytes.Equal(o.Input, input) {
		return nil, conflict("key", "This idempotency key was used for another call. Nothing was done; use a new key.")
	}
	if fields := strings.Fields(o.Result); fields != nil {
		return fields, nil
	}
	return []string{}, nil
}

// onceActor names the actor beside its keys. Kinds do not share theirs.
func onceActor(a desk.Actor) string { return string(a.Kind) + ":" + a.ID }

func digestInput(input any) ([]byte, error) {
	b, err := json.Marshal(input)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b)
	return sum[:], nil
}
