package importexport

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/deskfolk/desk"
)

// ImportOptions are the choices of [Service.Import]. The zero value detects
// the file's shape, and skips contacts that are there already.
type ImportOptions struct {
	Choices
	// Name is what the file is called, to be shown to people.
	Name string
	// PlanOnly makes the plan and applies nothing; Each gets the planned rows.
	PlanOnly bool
	// Failed, if not nil, gets the rows that failed; see [Service.Failed].
	Failed io.Writer
	// Each, if not nil, is called for each row in the order of the file. Rows
	// are final when it is called. An error ends the import.
	Each func(Row) error
	// Progress, if not nil, is called after each batch, while the plan is made
	// and while it is applied.
	Progress func(Progress)
}

// Import receives a file, plans it and applies it, in one call: for programs
// that need nobody to look at the plan. What has begun when it ends early, by
// an error of the database or of ctx, is kept, and can be resumed by Apply or
// taken back by Undo with the id of the import it returns. A file that cannot
// be read to its end changes nothing. With an idempotency key that an earlier
// call has used it returns the import of then, which it brings to its end; while
// that call still makes its plan the error is a desk.Conflict of the field "key".
func (s *Service) Import(ctx context.Context, a desk.Actor, file io.Reader, o ImportOptions) (Import, error) {
	i, err := s.importAll(ctx, a, file, o)
	return i, desk.In("importexport.Import", err)
}

func (s *Service) importAll(ctx context.Context, a desk.Actor, file io.Reader, o ImportOptions) (Import, error) {
	i, replay, err := s.receive(ctx, a, o.Name, file, o.Read)
	if err != nil {
		return i, err
	}
	if i.State == Received || i.State == Planning {
		if i, err = s.planOnce(ctx, a, i, replay, o); err != nil {
			return i, err
		}
	}
	if o.PlanOnly {
		if o.Each != nil {
			err = s.eachRow(ctx, a, i.ID, RowFilter{}, 0, o.Each)
		}
		return i, err
	}
	if i, err = s.apply(ctx, a, i.ID, ApplyOptions{Recompute: true, Each: o.Each, Progress: o.Progress}); err != nil {
		return i, err
	}
	if o.Failed != nil && i.Result.Failed > 0 {
		_, err = s.writeFailed(ctx, a, i.ID, o.Failed)
	}
	return i, err
}

// planOnce makes the plan, unless another call with the same idempotency key is
// at it.
func (s *Service) planOnce(ctx context.Context, a desk.Actor, i Import, replay bool, o ImportOptions) (Import, error) {
	if replay && !i.still(s.opts.Now()) {
		return i, desk.Errorf(desk.Conflict, "key", "Another call with the same idempotency key is importing this file just now. Try again when it has ended.")
	}
	planned, err := s.plan(ctx, a, i.ID, o.Choices, o.Progress)
	if err != nil && !replay {
		err = errors.Join(err, s.giveUp(ctx, a, i.ID))
	}
	return planned, err
}

// giveUp removes an import whose file turned out not to be readable.
func (s *Service) giveUp(ctx context.Context, a desk.Actor, id desk.ImportID) error {
	under := context.WithoutCancel(ctx)
	return s.step(under, a, func(tx Tx) error { return tx.DeleteImport(under, a.Workspace, id) })
}

// Progress says how far an import is.
type Progress struct {
	// Rows of TotalRows (0: not known yet) are done with.
	Rows, TotalRows int
	// Bytes of TotalBytes (0: not known) have been read.
	Bytes, TotalBytes int64
	RowsPerSecond     float64
	// Left is about how long it will go on; 0 if that cannot be told.
	Left time.Duration
}

// reasonOf is the sentence for a row, with the field that is to blame.
func reasonOf(err error) string {
	message, field := desk.MessageOf(err), desk.FieldOf(err)
	if field == "" {
		return message
	}
	return field + ": " + message
}
