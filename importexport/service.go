package importexport

import (
	"context"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Options of a service; nil works.
type Options struct {
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// IDs makes the ids of imports; nil makes them of Now and crypto/rand.
	IDs *desk.IDs
	// CursorKeys sign the cursors of lists; as in contacts.Options.
	CursorKeys desk.CursorKeys
	// Batch is how many rows one transaction takes, at most
	// contacts.MaxApply; 0 is 1,000, or 500 where the database has one writer,
	// which keeps each under 200 ms.
	Batch int
}

// Service imports and exports contacts by the rules of package contacts. It is
// safe for concurrent use.
type Service struct {
	store    Store
	contacts *contacts.Service
	cursors  desk.CursorKeys
	opts     Options
}

// New returns a service on the store, such as storage.DB's Imports, that works
// through c, which must be on the same database.
func New(store Store, c *contacts.Service, opts *Options) *Service {
	s := &Service{store: store, contacts: c}
	if opts != nil {
		s.opts = *opts
	}
	s.opts.Now, s.opts.IDs, s.cursors = desk.Defaults(s.opts.Now, s.opts.IDs, s.opts.CursorKeys)
	if s.opts.Batch <= 0 || s.opts.Batch > contacts.MaxApply {
		s.opts.Batch = 1000
		if !c.Parallel() {
			s.opts.Batch = 500
		}
	}
	return s
}

// The verbs of this package's events.
const (
	VerbReceived = "import.received"
	VerbPlanned  = "import.planned"
	VerbStarted  = "import.started"
	VerbFinished = "import.finished"
	VerbUndoing  = "import.undoing"
	VerbUndone   = "import.undone"
	VerbDropped  = "import.dropped"
)

// Verbs lists the verbs of this package's events.
var Verbs = []string{VerbReceived, VerbPlanned, VerbStarted, VerbFinished, VerbUndoing, VerbUndone, VerbDropped}

// write runs fn in a transaction, again when another call was quicker, and
// keeps the actor's idempotency key with it; see contacts.Call.
func (s *Service) write(ctx context.Context, a desk.Actor, op string, input any, fn func(Tx) ([]string, error)) (replay []string, err error) {
	return s.call(ctx, contacts.Call{Actor: a, Op: op, Input: input, Now: s.opts.Now}, s.store.Update, fn)
}

func (s *Service) call(ctx context.Context, c contacts.Call, update func(context.Context, func(Tx) error) error, fn func(Tx) ([]string, error)) (replay []string, err error) {
	return c.Run(ctx, func(body func(contacts.Tx, func() ([]string, error)) error) error {
		return update(ctx, func(tx Tx) error {
			return body(tx, func() ([]string, error) { return fn(tx) })
		})
	})
}

// step is write for one of the many transactions of a call: the key of the
// call is no key for each of them.
func (s *Service) step(ctx context.Context, a desk.Actor, fn func(Tx) error) error {
	a.Key = ""
	_, err := s.write(ctx, a, "", nil, func(tx Tx) ([]string, error) { return nil, fn(tx) })
	return err
}

// stepAsync is step for a chunk. Its commit does not wait for the disk, which takes
// a fifth of an import's time: a crash loses whole chunks, the last ones, and the import
// knows which it has. Its end waits, and makes all of them durable.
func (s *Service) stepAsync(ctx context.Context, a desk.Actor, fn func(Tx) error) error {
	a.Key = ""
	_, err := s.call(ctx, contacts.Call{Actor: a, Now: s.opts.Now}, s.store.UpdateAsync, func(tx Tx) ([]string, error) { return nil, fn(tx) })
	return err
}

// record writes an event about an import.
func (s *Service) record(ctx context.Context, tx Tx, a desk.Actor, verb string, i *Import, summary string) error {
	e := desk.Entries{IDs: s.opts.IDs, Actor: a, Now: desk.Moment(s.opts.Now()), Cause: string(i.ID)}
	if err := e.Add(verb, string(i.ID), summary, false, nil); err != nil {
		return err
	}
	return tx.Record(ctx, a.Workspace, e.All...)
}

// change locks an import, lets fn change it, and keeps it.
func (s *Service) change(ctx context.Context, a desk.Actor, id desk.ImportID, fn func(tx Tx, i *Import) error) (Import, error) {
	var out Import
	err := s.step(ctx, a, func(tx Tx) (err error) {
		out, err = s.changeIn(ctx, tx, a, id, fn)
		return err
	})
	return out, err
}

// changeIn is change within a transaction.
func (s *Service) changeIn(ctx context.Context, tx Tx, a desk.Actor, id desk.ImportID, fn func(tx Tx, i *Import) error) (Import, error) {
	i, err := tx.LockImport(ctx, a.Workspace, id)
	if err != nil {
		return i, missing(err)
	}
	i.MovedAt = desk.Moment(s.opts.Now())
	if err := fn(tx, &i); err != nil {
		return i, err
	}
	return i, tx.UpdateImport(ctx, a.Workspace, i)
}

// missing says that there is no such import.
func missing(err error) error {
	if desk.KindOf(err) == desk.NotFound {
		return desk.Errorf(desk.NotFound, "", "There is no such import.")
	}
	return err
}
