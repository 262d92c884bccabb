package importexport

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Plan reads the whole file of an import and keeps, for each row, what it would
// do now with these choices, and why. Nothing of it is applied. It can be made
// anew, with other choices or because it was broken off, until the import is
// applied. A file that cannot be read to its end is Broken, and the error says
// where it breaks. It needs what Receive needs.
func (s *Service) Plan(ctx context.Context, a desk.Actor, id desk.ImportID, o Choices, progress func(Progress)) (Import, error) {
	i, err := s.plan(ctx, a, id, o, progress)
	return i, desk.In("importexport.Plan", err)
}

func (s *Service) plan(ctx context.Context, a desk.Actor, id desk.ImportID, o Choices, progress func(Progress)) (Import, error) {
	i, err := s.begin(ctx, a, id, o)
	if err != nil {
		return i, err
	}
	run, err := s.newPlanning(ctx, a, i, progress)
	if err != nil {
		return i, err
	}
	defer func() { _ = run.reader.Close() }()
	if err := run.all(ctx); err != nil {
		return s.broken(ctx, a, i, err)
	}
	return s.change(ctx, a, id, func(tx Tx, now *Import) error {
		if err := run.ours(now); err != nil {
			return err
		}
		run.i.MovedAt, run.i.PlannedAt = now.MovedAt, run.planned
		run.i.State = Planned
		*now = run.i
		c := &now.Plan
		return s.record(ctx, tx, a, VerbPlanned, now, fmt.Sprintf("Import planned: %d rows, %d to be made, %d to be changed, %d to be left out, %d that fail.",
			c.Rows, c.Created, c.Updated+c.Merged, c.Skipped, c.Failed))
	})
}

// begin checks the choices, and starts a new plan.
func (s *Service) begin(ctx context.Context, a desk.Actor, id desk.ImportID, o Choices) (Import, error) {
	return s.choose(ctx, a, id, o, Planning)
}

func mayPlan(i *Import) error {
	switch i.State {
	case Received, Planning, Planned, Broken:
	case Receiving:
		return desk.Errorf(desk.Conflict, "state", "The file did not come to its end. Send it again.")
	default:
		return desk.Errorf(desk.Conflict, "state", "This import has begun already; it can be resumed or taken back, but not planned anew.")
	}
	if !i.Kept {
		return fileGone()
	}
	return nil
}

func fileGone() error {
	return desk.Errorf(desk.Expired, "", "The file of this import is not kept any more. Send it again.")
}

// broken notes that a file cannot be read to its end, and returns the error.
func (s *Service) broken(ctx context.Context, a desk.Actor, i Import, err error) (Import, error) {
	if k := desk.KindOf(err); k != desk.Invalid && k != desk.Limited {
		return i, err // the plan can be made again
	}
	now, e := s.change(ctx, a, i.ID, func(tx Tx, now *Import) error {
		if now.State != Planning || now.Turn != i.Turn {
			return nil
		}
		now.State, now.Error = Broken, desk.MessageOf(err)
		return tx.DeleteChunks(ctx, a.Workspace, i.ID)
	})
	if e != nil {
		return i, errors.Join(err, e)
	}
	return now, err
}

// planning is a plan while it is made.
type planning struct {
	*Service
	*rowSource
	planner  *contacts.Planner
	i        Import
	planned  time.Time
	waiting  []Chunk
	progress func(Progress)
}

func (s *Service) newPlanning(ctx context.Context, a desk.Actor, i Import, progress func(Progress)) (*planning, error) {
	source, err := s.rows(ctx, a, &i)
	if err != nil {
		return nil, err
	}
	planner, err := s.contacts.NewPlanner(ctx, a, source.applyOptions())
	if err != nil {
		_ = source.reader.Close()
		return nil, err
	}
	run := &planning{Service: s, rowSource: source, planner: planner, i: i, planned: desk.Moment(s.opts.Now()), progress: progress}
	twins, err := s.twinsOf(ctx, s.store, a, &i)
	if err == nil && len(twins) > 0 {
		run.i.Earlier = twins[len(twins)-1].ID
		run.twins = twins
	}
	return run, err
}

// ours refuses to go on with a plan that somebody has begun anew.
func (run *planning) ours(now *Import) error {
	if now.State != Planning || now.Turn != run.i.Turn {
		return desk.Errorf(desk.Conflict, "state", "This import was planned anew or begun in the meantime; this plan was given up.")
	}
	return nil
}

// all plans the file: one goroutine reads and checks rows while this one looks
// up what is there.
func (run *planning) all(ctx context.Context) error {
	err := run.each(ctx, func(ctx context.Context, b *batch) error {
		outs, err := run.planner.Plan(ctx, b.ready)
		if err != nil {
			return err
		}
		rows := run.outcomes(b, outs)
		for k := range rows {
			run.i.Plan.add(&rows[k])
		}
		c, err := newChunk(run.i.Chunks, rows)
		if err != nil {
			return err
		}
		run.waiting = append(run.waiting, c)
		run.i.Chunks++
		run.i.Companies = run.planner.Companies()
		if len(run.waiting) >= planChunks {
			return run.flush(ctx)
		}
		run.tell()
		return nil
	})
	if err != nil {
		return err
	}
	return run.flush(ctx)
}

// planChunks is how many chunks of a plan one transaction writes.
const planChunks = 8

// flush writes the chunks that wait.
func (run *planning) flush(ctx context.Context) error {
	if len(run.waiting) == 0 {
		return nil
	}
	_, err := run.change(ctx, run.actor, run.i.ID, func(tx Tx, now *Import) error {
		if err := run.ours(now); err != nil {
			return err
		}
		now.Chunks, now.Plan, now.Companies = run.i.Chunks, run.i.Plan, run.i.Companies
		return tx.PutChunks(ctx, run.actor.Workspace, run.i.ID, run.waiting)
	})
	run.waiting = run.waiting[:0]
	run.i.Found.Encoding = run.reader.Encoding()
	run.tell()
	return err
}

func (run *planning) tell() {
	if run.progress != nil {
		run.progress(run.far(run.i.Plan.Rows, 0))
	}
}
