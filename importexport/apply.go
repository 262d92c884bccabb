package importexport

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// ErrMoved says that contacts were changed after the plan was made. The error is a
// desk.Conflict with the field "plan".
var ErrMoved = errors.New("the directory has changed since the plan was made")

// ApplyOptions are the choices of [Service.Apply].
type ApplyOptions struct {
	// Recompute applies the plan although contacts were changed after it was
	// made: each row does what its choices ask for as things are now, and one
	// that does something else than was planned says so ([Row.Planned]).
	Recompute bool
	// Each, if not nil, is called for each row in the order of the file. Rows
	// are final when it is called, unless the database's machine fails before
	// Apply returns: then the last chunks may be applied again. An error ends
	// the import.
	Each func(Row) error
	// Progress, if not nil, is called after each batch.
	Progress func(Progress)
}

// Apply does what the plan of an import says, chunk by chunk, each all or
// nothing, and returns the import with what became of its rows. It goes on
// where it was broken off, by whatever it was: to resume is to call it again.
// Called for an import that is done it only returns that. If contacts were
// changed since the plan was made, nothing is done and the error is [ErrMoved],
// unless it is asked to recompute. It needs what Receive needs. Nothing is sent
// to contacts.
func (s *Service) Apply(ctx context.Context, a desk.Actor, id desk.ImportID, o ApplyOptions) (Import, error) {
	i, err := s.apply(ctx, a, id, o)
	return i, desk.In("importexport.Apply", err)
}

func (s *Service) apply(ctx context.Context, a desk.Actor, id desk.ImportID, o ApplyOptions) (Import, error) {
	if err := s.mayImport(ctx, a); err != nil {
		return Import{}, err
	}
	i, err := s.store.Import(ctx, a.Workspace, id)
	if err != nil {
		return i, missing(err)
	}
	if i.State == Done {
		return i, nil
	}
	if i, err = s.start(ctx, a, &i, o.Recompute); err != nil {
		return i, err
	}
	if i.Applied < i.Chunks {
		if i, err = s.applyRest(ctx, a, i, o); err != nil {
			return i, err
		}
	}
	if i.Result.Created+i.Result.Updated+i.Result.Merged > 0 {
		s.contacts.Imported(ctx, a, 0, contacts.ApplyOptions{Last: true})
	}
	return s.change(ctx, a, id, func(tx Tx, now *Import) error {
		if now.State != Applying || now.Applied < now.Chunks {
			return nil // another process has ended it, or takes it back
		}
		now.State, now.EndedAt = Done, now.MovedAt
		c := &now.Result
		return s.record(ctx, tx, a, VerbFinished, now, fmt.Sprintf("Import done: %d rows, %d made, %d changed, %d left out, %d failed.",
			c.Rows, c.Created, c.Updated+c.Merged, c.Skipped, c.Failed))
	})
}

// start begins to apply an import, or goes on with it.
func (s *Service) start(ctx context.Context, a desk.Actor, i *Import, recompute bool) (Import, error) {
	if !i.Kept && i.State != Done {
		return *i, fileGone()
	}
	if i.State == Planned && !recompute {
		if err := s.moved(ctx, a, i); err != nil {
			return *i, err
		}
	}
	return s.change(ctx, a, i.ID, func(tx Tx, now *Import) error {
		switch now.State {
		case Planned:
			now.State, now.StartedAt = Applying, now.MovedAt
			return s.record(ctx, tx, a, VerbStarted, now, "Import begun: "+now.Name+".")
		case Applying, Done:
			return nil
		case Undoing, Undone:
			return desk.Errorf(desk.Conflict, "state", "This import is taken back; it cannot be applied any more.")
		}
		return desk.Errorf(desk.Conflict, "state", "This import has no plan yet. Make one first.")
	})
}

// moved returns ErrMoved if contacts were changed after the plan was made.
func (s *Service) moved(ctx context.Context, a desk.Actor, i *Import) error {
	find := contacts.EventFind{Verbs: contactVerbs, From: i.PlannedAt.Add(time.Microsecond), Limit: 1}
	events, err := s.store.Events(ctx, a.Workspace, find)
	if err != nil || len(events) == 0 {
		return err
	}
	return &desk.Error{Kind: desk.Conflict, Field: "plan", Err: ErrMoved,
		Message: "Contacts were changed after this plan was made, so it may not be true any more. Nothing was imported: make the plan anew, or have each row decided again as it is applied."}
}

// contactVerbs are those of changes that a plan depends on.
var contactVerbs = []string{
	contacts.VerbCreated, contacts.VerbUpdated, contacts.VerbMerged, contacts.VerbDeleted, contacts.VerbRestored, contacts.VerbPurged,
	contacts.VerbCallPrefs, contacts.VerbCompanyMade, contacts.VerbCompanyEdited, contacts.VerbSettings, contacts.VerbFieldDefined, contacts.VerbFieldRemoved,
}

// applying is an import while it is applied.
type applying struct {
	*rowSource
	i Import
	o ApplyOptions
	// before is how many rows were applied by an earlier call.
	before int
	// applied counts the batches for the goroutine that keeps the index; nil if
	// there is none.
	applied chan struct{}
}

// applyRest applies the chunks that are left.
func (s *Service) applyRest(ctx context.Context, a desk.Actor, i Import, o ApplyOptions) (Import, error) {
	source, err := s.rows(ctx, a, &i)
	if err != nil {
		return i, err
	}
	defer func() { _ = source.reader.Close() }()
	cs, err := s.store.ImportChunks(ctx, a.Workspace, i.ID, ChunkFind{Limit: 1 << 30})
	if err != nil {
		return i, err
	}
	source.sizes = make([]int, len(cs))
	for k, c := range cs {
		source.sizes[k] = c.Size
	}
	if s.store.Concurrent() {
		source.look = s.contacts.LookAhead()
	}
	run := &applying{rowSource: source, i: i, o: o, before: i.Result.Rows}
	if err := source.skip(i.Applied); err != nil {
		return i, fmt.Errorf("the file is not the one that was planned: %w", err)
	}
	err = run.all(ctx)
	return run.i, err
}

// indexBehind is how many batches may be applied while the index takes in
// those before them: searches read what it does not have one by one.
const indexBehind = 8

// all applies the batches; where the database lets two write at once, another
// goroutine keeps the search index up to date meanwhile.
func (run *applying) all(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	if run.s.contacts.Parallel() {
		run.applied = make(chan struct{}, indexBehind)
		group.Go(func() (err error) {
			defer caught(&err, "The search index could not be brought up to date.")
			return run.index(ctx)
		})
	}
	group.Go(func() error {
		if run.applied != nil {
			defer close(run.applied)
		}
		return run.each(ctx, run.batch)
	})
	return group.Wait()
}

// index keeps the search index up to date while batches are applied.
func (run *applying) index(ctx context.Context) error {
	for {
		select {
		case _, more := <-run.applied:
			if !more {
				return nil
			}
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := run.s.contacts.IndexImported(ctx, run.actor); err != nil {
			return err
		}
	}
}

// batch applies one batch, tells of it, and counts it for the index.
func (run *applying) batch(ctx context.Context, b *batch) error {
	rows, err := run.chunk(ctx, b)
	if err != nil {
		return err
	}
	if run.o.Each != nil {
		for _, row := range rows {
			if err := run.o.Each(row); err != nil {
				return err
			}
		}
	}
	if run.o.Progress != nil {
		p := run.far(run.i.Result.Rows-run.before, run.i.Plan.Rows-run.before)
		p.Rows, p.TotalRows = run.i.Result.Rows, run.i.Plan.Rows
		run.o.Progress(p)
	}
	if run.applied == nil {
		return nil
	}
	select {
	case run.applied <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// chunk applies one chunk in a transaction with its outcome, unless another
// process has done so.
func (run *applying) chunk(ctx context.Context, b *batch) ([]Row, error) {
	n := run.i.Applied
	var rows []Row
	var i Import
	wrote := false
	err := run.s.stepAsync(ctx, run.actor, func(tx Tx) error {
		// All imports of the file at once, in one order: two that lock their own first
		// would wait for each other.
		twins, err := tx.LockTwins(ctx, run.actor.Workspace, run.i.Digest)
		if err != nil {
			return err
		}
		i, err = run.s.changeIn(ctx, tx, run.actor, run.i.ID, func(tx Tx, now *Import) error {
			rows, wrote, err = run.chunkIn(ctx, tx, b, now, n, twins)
			return err
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	run.i = i
	run.i.Applied = n + 1
	if wrote {
		b.ready.Kept(ctx)
	}
	return rows, nil
}

// chunkIn applies the chunk n in a transaction, and reports whether it did.
func (run *applying) chunkIn(ctx context.Context, tx Tx, b *batch, now *Import, n int, twins []Import) ([]Row, bool, error) {
	plan, err := tx.ImportChunks(ctx, run.actor.Workspace, run.i.ID, ChunkFind{From: n, Rows: true, Limit: 1})
	if err != nil {
		return nil, false, err
	}
	if now.State != Applying && now.State != Done || len(plan) == 0 || now.Applied < n {
		return nil, false, desk.Errorf(desk.Conflict, "state", "This import was taken back or done in the meantime.")
	}
	rows, err := rowsOf(&plan[0])
	if err != nil || now.Applied > n { // then the rows are as they were applied
		return rows, false, err
	}
	if err := run.recall(ctx, tx, sameRows(twins, now), b); err != nil {
		return nil, false, err
	}
	rows, err = run.write(ctx, tx, b, now, n, rows)
	return rows, true, err
}

// write applies the batch and keeps its rows' outcomes.
func (run *applying) write(ctx context.Context, tx Tx, b *batch, now *Import, n int, planned []Row) ([]Row, error) {
	done, err := b.ready.In(ctx, tx)
	if err != nil {
		return nil, err
	}
	rows := run.outcomes(b, done.Outcomes)
	for k := range rows {
		if k < len(planned) && rows[k].Outcome != planned[k].Outcome {
			rows[k].Planned = planned[k].Outcome
		}
		now.Result.add(&rows[k])
	}
	c, err := newChunk(n, rows)
	if err != nil {
		return nil, err
	}
	if c.Undo, err = pack(chunkUndo{done.Undo, done.Companies}); err != nil {
		return nil, err
	}
	now.Applied = n + 1
	return rows, tx.PutChunks(ctx, run.actor.Workspace, run.i.ID, []Chunk{c})
}

// chunkUndo is what takes a chunk back.
type chunkUndo struct {
	Contacts  []contacts.Undo  `json:"contacts"`
	Companies []desk.CompanyID `json:"companies,omitempty"`
}
