package contacts

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"strings"

	"github.com/deskfolk/desk"
)

// race marks an error that came of another call that was quicker; a second
// try sees what that one did.
type race struct{ error }

func (r race) Unwrap() error { return r.error }

// asRace marks a conflict about the field as a race.
func asRace(err error, field string) error {
	if desk.KindOf(err) == desk.Conflict && (field == "" || desk.FieldOf(err) == field) {
		return race{err}
	}
	return err
}

// tries is how often a call is made anew after races.
const tries = 4

// write runs fn in a transaction, again when another call was quicker, and
// keeps the actor's idempotency key with it. fn returns what the call made or
// changed, without spaces in each; a later call with the same key gets that
// as replay, and fn is not run.
func (s *Service) write(ctx context.Context, a desk.Actor, op string, input any, fn func(Tx) ([]string, error)) (replay []string, err error) {
	var sum []byte
	if a.Key != "" {
		if sum, err = digestInput(input); err != nil {
			return nil, err
		}
	}
	for range tries {
		err = s.store.Update(ctx, func(tx Tx) error {
			replay = nil
			if a.Key != "" {
				o, err := tx.Once(ctx, a.Workspace, onceActor(a), a.Key)
				if err != nil {
					return err
				}
				if o != nil {
					replay, err = replayed(o, op, sum)
					return err
				}
			}
			result, err := fn(tx)
			if err != nil || a.Key == "" {
				return err
			}
			return asRace(tx.PutOnce(ctx, a.Workspace, Once{
				Actor: onceActor(a), Key: a.Key, Op: op, Input: sum,
				Result: strings.Join(result, " "), At: moment(s.now()),
			}), "")
		})
		var r race
		if !errors.As(err, &r) {
			break
		}
		err = r.error
	}
	return replay, err
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

// wrote counts changed records and now and then brings them into the index.
// It is called after the commit; that it fails harms nothing, since what is
// not in the index is found all the same.
func (s *Service) wrote(ctx context.Context, w desk.WorkspaceID, n int) {
	s.wroteSome(ctx, w, n, s.every)
}

// importEvery is how many times later an import brings its contacts into the
// index: the more at once, the less is written for each.
const importEvery = 16

// wroteSome is wrote with its own bound on how many stay outside the index.
func (s *Service) wroteSome(ctx context.Context, w desk.WorkspaceID, n, every int) {
	if s.every < 0 || n == 0 {
		return
	}
	s.mu.Lock()
	s.pending[w] += n
	due := s.pending[w]
	if due < every {
		s.mu.Unlock()
		return
	}
	delete(s.pending, w)
	s.mu.Unlock()
	_, _ = s.indexSome(ctx, w, min(2*due, importEvery*s.every))
}
