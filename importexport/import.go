package importexport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Options of a service; nil works.
type Options struct {
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// IDs makes the ids of imports; nil makes them of Now and crypto/rand.
	IDs *desk.IDs
	// Batch is how many rows one transaction takes, at most
	// contacts.MaxApply; 0 is 1,000, which keeps each under 200 ms.
	Batch int
}

// Service imports and exports contacts by the rules of package contacts. It is
// safe for concurrent use.
type Service struct {
	contacts *contacts.Service
	opts     Options
}

// New returns a service that works through c.
func New(c *contacts.Service, opts *Options) *Service {
	s := &Service{contacts: c}
	if opts != nil {
		s.opts = *opts
	}
	if s.opts.Now == nil {
		s.opts.Now = time.Now
	}
	if s.opts.IDs == nil {
		s.opts.IDs = desk.NewIDs(s.opts.Now, nil)
	}
	if s.opts.Batch <= 0 || s.opts.Batch > contacts.MaxApply {
		s.opts.Batch = 1000
	}
	return s
}

// ImportOptions are the choices of one import. The zero value detects the
// file's shape, and skips contacts that are there already.
type ImportOptions struct {
	ReadOptions
	// Map sends columns, by their headers, to fields; it overrides only the
	// columns it names. Headers are compared trimmed and case folded. An empty
	// field leaves the column out.
	Map map[string]string
	// OnDuplicate is empty for contacts.Skip.
	OnDuplicate contacts.OnDuplicate
	// EmptyWipes lets an empty cell remove a value when a contact is updated.
	EmptyWipes bool
	// Region is the country that national phone numbers are read in; empty:
	// the workspace's.
	Region string
	// Size is the length of the file in bytes, if it is known, for Progress.
	Size int64
	// Failed, if not nil, gets the rows that failed as CSV: the original
	// columns and behind them line and reason. Nothing is written to it when
	// no row fails.
	Failed io.Writer
	// Each, if not nil, is called for each row in the order of the file. Rows
	// are final when it is called. An error ends the import.
	Each func(RowOutcome) error
	// Warn, if not nil, is called for each warning.
	Warn func(Warning) error
	// Progress, if not nil, is called after each batch.
	Progress func(Progress)
}

// Import reads a file into the workspace's contacts. The actor needs
// contacts.MayImport, and the workspace's settings must allow imports. Rows
// are applied in batches, each all or nothing; a row that breaks a rule fails
// alone. When the import as a whole ends early, by an error of the file, the
// database or ctx, the result counts what was kept, which is all batches
// before: the same file can be imported again, what is there is skipped.
func (s *Service) Import(ctx context.Context, a desk.Actor, file io.Reader, o ImportOptions) (Result, error) {
	run, err := s.begin(ctx, a, file, o)
	if err != nil {
		return Result{}, desk.In("importexport.Import", err)
	}
	defer func() { _ = run.reader.Close() }()
	if err = run.all(ctx); err == nil && run.result.Created+run.result.Updated+run.result.Merged > 0 {
		_, err = run.contacts.Apply(ctx, a, nil, contacts.ApplyOptions{Last: true})
	}
	run.result.Encoding = run.reader.Encoding()
	if err == nil {
		err = run.failed.close()
	}
	return run.result, desk.In("importexport.Import", err)
}

// importing is one import while it runs.
type importing struct {
	*Service
	actor   desk.Actor
	o       ImportOptions
	reader  *Reader
	columns *mapping
	build   *builder
	failed  *failedRows
	result  Result
	started time.Time
	// applied counts the batches for the goroutine that keeps the index; nil if
	// there is none.
	applied chan struct{}
}

func (s *Service) begin(ctx context.Context, a desk.Actor, file io.Reader, o ImportOptions) (*importing, error) {
	if err := s.mayImport(ctx, a); err != nil {
		return nil, err
	}
	if err := checkChoice(o.OnDuplicate); err != nil {
		return nil, err
	}
	defs, err := s.contacts.Fields(ctx, a)
	if err != nil {
		return nil, err
	}
	reader, err := Open(file, o.ReadOptions)
	if err != nil {
		return nil, err
	}
	ready := false
	defer func() {
		if !ready {
			_ = reader.Close()
		}
	}()
	columns, err := matchColumns(reader.Header().Cells, o.Map, defs)
	if err != nil {
		return nil, err
	}
	id, err := s.opts.IDs.New("import")
	if err != nil {
		return nil, err
	}
	run := &importing{
		Service: s, actor: a, o: o, reader: reader, columns: columns, started: s.opts.Now(),
		build: newBuilder(columns, id), failed: newFailedRows(o.Failed, reader.Header().Cells),
	}
	run.result = Result{ImportID: desk.ImportID(id), Format: reader.Format(), Delimiter: reader.Delimiter(), Columns: columns.columns}
	for _, w := range columns.warnings {
		if err := run.warn(reader.Header().Line, w); err != nil {
			return nil, err
		}
	}
	ready = true
	return run, nil
}

func checkChoice(d contacts.OnDuplicate) error {
	switch d {
	case "", contacts.Skip, contacts.Update, contacts.CreateAnyway, contacts.MergeInto:
		return nil
	}
	return desk.Errorf(desk.Invalid, "on_duplicate", "Duplicates can be skipped, updated, created or merged: give skip, update, create or merge.")
}

// mayImport refuses before the file is read; Apply asks the same again for
// each batch.
func (s *Service) mayImport(ctx context.Context, a desk.Actor) error {
	decisions, err := s.contacts.Explain(ctx, a, "", contacts.MayImport)
	if err != nil {
		return err
	}
	for _, d := range decisions {
		if !d.Allowed {
			return desk.Errorf(desk.Denied, "", "%s", d.Reason)
		}
	}
	return nil
}

// batch is a part of the file, read and not yet applied.
type batch struct {
	records []Record
	rows    []contacts.Incoming
	bytes   int64
	// foreign is the first row of the file whose id is no contact's, if it is here.
	foreign int
}

// all reads and applies the file: one goroutine reads ahead by two batches
// while this one applies, and a third keeps the search index up to date.
func (run *importing) all(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	group, ctx := errgroup.WithContext(ctx)
	batches := make(chan batch, 2)
	group.Go(func() (err error) {
		defer close(batches)
		defer caught(&err, "The file could not be read on.")
		return run.read(ctx, batches)
	})
	if run.contacts.Parallel() {
		run.applied = make(chan struct{}, indexBehind)
		group.Go(func() (err error) {
			defer caught(&err, "The search index could not be brought up to date.")
			return run.index(ctx)
		})
	}
	err := run.applyAll(ctx, batches)
	if run.applied != nil {
		close(run.applied)
	}
	if err != nil {
		stop()
		if first := group.Wait(); first != nil && !errors.Is(first, context.Canceled) {
			return first
		}
		return err
	}
	return group.Wait()
}

// caught makes an error of a panic: a goroutine that panics ends the process,
// which a defect in reading a file must not.
func caught(err *error, message string) {
	if v := recover(); v != nil {
		*err = &desk.Error{Kind: desk.Internal, Message: message, Err: fmt.Errorf("panic: %v", v)}
	}
}

// indexBehind is how many batches may be applied while the index takes in
// those before them: searches read what it does not have one by one.
const indexBehind = 8

// index keeps the search index up to date while batches are applied.
func (run *importing) index(ctx context.Context) error {
	for {
		select {
		case _, more := <-run.applied:
			if !more {
				return nil
			}
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := run.contacts.IndexImported(ctx, run.actor); err != nil {
			return err
		}
	}
}

func (run *importing) applyAll(ctx context.Context, batches <-chan batch) error {
	for b := range batches {
		if err := run.apply(ctx, b); err != nil {
			return err
		}
		if run.applied == nil {
			continue
		}
		select {
		case run.applied <- struct{}{}:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (run *importing) read(ctx context.Context, to chan<- batch) error {
	for {
		b := batch{}
		var err error
		for size := 0; err == nil && len(b.rows) < run.opts.Batch && size < 4*MaxRecord; {
			var rec Record
			if rec, err = run.reader.Next(); err == nil {
				b.records = append(b.records, rec)
				before := run.build.foreign
				b.rows = append(b.rows, run.build.build(rec))
				if run.build.foreign && !before {
					b.foreign = rec.Line
				}
				for _, c := range rec.Cells {
					size += len(c)
				}
			}
		}
		b.bytes = run.reader.Bytes()
		if len(b.rows) > 0 {
			select {
			case to <- b:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (run *importing) apply(ctx context.Context, b batch) error {
	outcomes, err := run.contacts.Apply(ctx, run.actor, b.rows, contacts.ApplyOptions{
		OnDuplicate: run.o.OnDuplicate, Cause: string(run.result.ImportID), EmptyWipes: run.o.EmptyWipes, Region: run.o.Region,
		Later: run.applied != nil,
	})
	if err != nil {
		return err
	}
	if b.foreign > 0 {
		if err := run.warn(b.foreign, "The column id holds ids that are not those of an export from here; they were not read. Map the column to external_id to keep them."); err != nil {
			return err
		}
	}
	for i, out := range outcomes {
		if out.Kind != contacts.Skipped && out.Err == nil {
			out.Warnings = append(out.Warnings, phoneWarnings(&b.rows[i])...)
		}
		if err := run.report(b.records[i], out); err != nil {
			return err
		}
	}
	run.progress(b.bytes)
	return nil
}
