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

// batch is a part of the file: read, checked, and not yet applied.
type batch struct {
	records []Record
	rows    []contacts.Incoming
	// warnings are those of each row.
	warnings [][]string
	ready    *contacts.Batch
	bytes    int64
	// foreign is the first row of the file whose id is no contact's, if it is here.
	foreign int
}

// rowSource reads the rows of an import's file, in batches.
type rowSource struct {
	s       *Service
	actor   desk.Actor
	id      desk.ImportID
	size    int64
	choices Choices
	reader  *Reader
	ahead   *ahead
	build   *builder
	// sizes are those of the batches, when they are settled; else nil.
	sizes []int
	// look reads ahead what rows may be about; nil for a plan.
	look *contacts.LookAhead
	// twins are earlier imports of the same file.
	twins   []Import
	seen    int64
	started time.Time
}

// rows opens an import's file for its rows.
func (s *Service) rows(ctx context.Context, a desk.Actor, i *Import) (*rowSource, error) {
	reader, err := s.open(ctx, a, i, i.Choices.Read)
	if err != nil {
		return nil, err
	}
	first := readAhead(reader.Next)
	columns, err := s.match(ctx, a, reader, first.samples(), i.Choices)
	if err != nil {
		_ = reader.Close()
		return nil, err
	}
	return &rowSource{
		s: s, actor: a, id: i.ID, size: i.Size, choices: i.Choices, reader: reader, ahead: first,
		build: newBuilder(columns, string(i.ID)), started: s.opts.Now(),
	}, nil
}

func (r *rowSource) applyOptions() contacts.ApplyOptions {
	return contacts.ApplyOptions{
		OnDuplicate: r.choices.OnDuplicate, Cause: string(r.id), EmptyWipes: r.choices.EmptyWipes, Region: r.choices.Region,
		Later: r.s.contacts.Parallel(),
	}
}

// each reads the file and calls fn for each batch, while the next ones are read
// and checked in another goroutine.
func (r *rowSource) each(ctx context.Context, fn func(context.Context, *batch) error) error {
	return r.beside(ctx, func(ctx context.Context, b *batch) error {
		r.seen = b.bytes
		if err := r.recall(ctx, r.s.store, r.twins, b); err != nil {
			return err
		}
		return fn(ctx, b)
	})
}

// beside runs do for each batch. Inside a host's transaction, which is for one
// goroutine, nothing is read ahead.
func (r *rowSource) beside(ctx context.Context, do func(context.Context, *batch) error) error {
	if !r.s.store.Concurrent() {
		return r.read(ctx, func(b *batch) error { return do(ctx, b) })
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	group, inner := errgroup.WithContext(ctx)
	batches := make(chan *batch, 2)
	group.Go(func() (err error) {
		defer close(batches)
		defer caught(&err, "The file could not be read on.")
		return r.read(inner, func(b *batch) error {
			select {
			case batches <- b:
				return nil
			case <-inner.Done():
				return inner.Err()
			}
		})
	})
	var err error
	for b := range batches {
		if err = do(inner, b); err != nil {
			stop()
			break
		}
	}
	if first := group.Wait(); err == nil || first != nil && !errors.Is(first, context.Canceled) {
		return first
	}
	return err
}

// read reads batches, checks their rows, and hands them on.
func (r *rowSource) read(ctx context.Context, to func(*batch) error) error {
	for n := 0; ; n++ {
		b, err := r.next(n)
		end := errors.Is(err, io.EOF)
		if err != nil && !end {
			return err
		}
		if len(b.rows) > 0 {
			if b.ready, err = r.s.contacts.Prepare(ctx, r.actor, b.rows, r.applyOptions()); err != nil {
				return err
			}
			if err := r.lookAhead(ctx, b); err != nil {
				return err
			}
			if err := to(b); err != nil {
				return err
			}
		}
		if end {
			return nil
		}
	}
}

func (r *rowSource) lookAhead(ctx context.Context, b *batch) error {
	if r.look == nil {
		return nil
	}
	return r.look.Read(ctx, b.ready)
}

// next reads the n-th batch.
func (r *rowSource) next(n int) (*batch, error) {
	b, limit, most := &batch{}, r.s.opts.Batch, 4*MaxRecord
	if r.sizes != nil {
		if limit, most = 0, 1<<62; n < len(r.sizes) {
			limit = r.sizes[n]
		}
		if limit == 0 {
			return b, io.EOF
		}
	}
	for size := 0; len(b.rows) < limit && size < most; {
		rec, err := r.ahead.Next()
		if err != nil {
			b.bytes = r.reader.Bytes()
			return b, err
		}
		before := r.build.foreign
		b.records = append(b.records, rec)
		row, warnings := r.build.build(rec)
		b.rows, b.warnings = append(b.rows, row), append(b.warnings, warnings)
		if r.build.foreign && !before {
			b.foreign = rec.Line
		}
		for _, c := range rec.Cells {
			size += len(c)
		}
	}
	b.bytes = r.reader.Bytes()
	return b, nil
}

// skip passes by the first n batches.
func (r *rowSource) skip(n int) error {
	for k := range n {
		for range r.sizes[k] {
			if _, err := r.ahead.Next(); err != nil {
				return err
			}
		}
	}
	r.sizes = r.sizes[n:]
	return nil
}

// outcomes makes rows of what became, or would become, of a batch.
func (r *rowSource) outcomes(b *batch, outs []contacts.Outcome) []Row {
	rows := make([]Row, len(outs))
	for k := range outs {
		warnings := b.records[k].Warnings
		if b.foreign == b.rows[k].Line && b.foreign > 0 {
			warnings = append(warnings, "The column id holds ids that are not those of an export from here; they were not read. Map the column to external_id to keep them.")
		}
		if outs[k].Err == nil && outs[k].Kind != contacts.Skipped {
			warnings = append(append(warnings, b.warnings[k]...), phoneWarnings(&b.rows[k])...)
		}
		rows[k] = newRow(&outs[k], warnings)
		if rows[k].ContactID == "" {
			rows[k].Name = nameIn(&b.rows[k].Contact)
		}
	}
	return rows
}

// far says how far the work is; total is the number of rows, 0 if it is not known.
func (r *rowSource) far(rows, total int) Progress {
	p := Progress{Rows: rows, TotalRows: total, Bytes: r.seen, TotalBytes: r.size}
	took := r.s.opts.Now().Sub(r.started)
	if took <= 0 {
		return p
	}
	p.RowsPerSecond = float64(rows) / took.Seconds()
	switch {
	case total > 0 && rows > 0:
		p.Left = time.Duration(float64(took) * float64(total-rows) / float64(rows))
	case total == 0 && p.Bytes > 0 && p.TotalBytes > p.Bytes:
		p.Left = time.Duration(float64(took) * float64(p.TotalBytes-p.Bytes) / float64(p.Bytes))
	}
	return p
}

// caught makes an error of a panic: a goroutine that panics ends the process,
// which a defect in reading a file must not.
func caught(err *error, message string) {
	if v := recover(); v != nil {
		*err = &desk.Error{Kind: desk.Internal, Message: message, Err: fmt.Errorf("panic: %v", v)}
	}
}
