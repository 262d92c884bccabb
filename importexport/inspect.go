package importexport

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Get returns an import. It needs contacts.MayImport.
func (s *Service) Get(ctx context.Context, a desk.Actor, id desk.ImportID) (Import, error) {
	const op = "importexport.Get"
	if err := needImport(a); err != nil {
		return Import{}, desk.In(op, err)
	}
	i, err := s.store.Import(ctx, a.Workspace, id)
	return i, desk.In(op, missing(err))
}

// needImport asks for the grant alone: what was imported can be looked at when
// the team switch is off.
func needImport(a desk.Actor) error {
	if err := contacts.CheckActor(a); err != nil {
		return err
	}
	if !a.May(contacts.MayImport) {
		return desk.Errorf(desk.Denied, "", "You may not import contacts.")
	}
	return nil
}

// ImportList is a page of imports.
type ImportList struct {
	Imports []Import
	// Next and Prev are the cursors of the pages beside it, empty at the ends.
	Next, Prev desk.Cursor
}

// List returns the workspace's imports, newest first. It needs contacts.MayImport.
func (s *Service) List(ctx context.Context, a desk.Actor, p desk.Page) (ImportList, error) {
	l, err := s.list(ctx, a, p)
	return l, desk.In("importexport.List", err)
}

func (s *Service) list(ctx context.Context, a desk.Actor, p desk.Page) (ImportList, error) {
	var l ImportList
	if err := needImport(a); err != nil {
		return l, err
	}
	n, err := p.Size()
	if err != nil {
		return l, err
	}
	scope := "imports " + string(a.Workspace) + " " + string(a.Kind)
	after, before, err := s.cursors.Place(scope, p.Cursor)
	if err != nil {
		return l, err
	}
	f := ImportFind{Limit: n + 1}
	switch {
	case after != nil:
		f.Before = desk.ImportID(after.ID)
	case before != nil:
		f.After = desk.ImportID(before.ID)
	}
	if l.Imports, err = s.store.FindImports(ctx, a.Workspace, f); err != nil {
		return l, err
	}
	more := len(l.Imports) > n
	if more && before != nil {
		l.Imports = l.Imports[1:]
	} else if more {
		l.Imports = l.Imports[:n]
	}
	places := make([]desk.Position, len(l.Imports))
	for k := range l.Imports {
		places[k].ID = string(l.Imports[k].ID)
	}
	l.Next, l.Prev, err = s.cursors.Neighbours(scope, after, before, places, more)
	return l, err
}

// RowFilter limits the rows of an import. The zero value is all of them.
type RowFilter struct {
	// Outcomes are those that rows have.
	Outcomes []contacts.OutcomeKind
	// Warned adds rows with warnings, and Moved those that did something else
	// than was planned.
	Warned, Moved bool
}

func (f *RowFilter) kinds() int {
	k := 0
	for _, o := range f.Outcomes {
		k |= kindBits[o]
	}
	if f.Warned {
		k |= kindWarned
	}
	if f.Moved {
		k |= kindMoved
	}
	return k
}

// RowList is a page of an import's rows.
type RowList struct {
	Rows []Row
	Next desk.Cursor
}

// Rows returns rows of an import in the order of the file: what they will do,
// or, of the chunks that were applied, what became of them. It needs
// contacts.MayImport.
func (s *Service) Rows(ctx context.Context, a desk.Actor, id desk.ImportID, f RowFilter, p desk.Page) (RowList, error) {
	l, err := s.rowList(ctx, a, id, f, p)
	return l, desk.In("importexport.Rows", err)
}

func (s *Service) rowList(ctx context.Context, a desk.Actor, id desk.ImportID, f RowFilter, p desk.Page) (RowList, error) {
	var l RowList
	if err := needImport(a); err != nil {
		return l, err
	}
	n, err := p.Size()
	if err != nil {
		return l, err
	}
	if _, err := s.store.Import(ctx, a.Workspace, id); err != nil {
		return l, missing(err)
	}
	scope := "rows " + string(a.Workspace) + " " + string(a.Kind) + " " + string(id) + " " + strconv.Itoa(f.kinds())
	after, _, err := s.cursors.Place(scope, p.Cursor)
	if err != nil {
		return l, err
	}
	line := 0
	if after != nil && len(after.Key) == 8 {
		line = int(binary.BigEndian.Uint64(after.Key)) //nolint:gosec // signed by us
	}
	err = s.eachRow(ctx, a, id, f, line, func(r Row) error {
		if len(l.Rows) == n {
			return errEnough
		}
		l.Rows = append(l.Rows, r)
		return nil
	})
	if errors.Is(err, errEnough) {
		key := binary.BigEndian.AppendUint64(nil, uint64(l.Rows[n-1].Line)) //nolint:gosec // a line is not negative
		l.Next, err = s.cursors.After(scope, desk.Position{Key: key})
	}
	return l, err
}

var errEnough = errors.New("enough")

// eachRow calls fn for the rows in the filter that stand after a line.
func (s *Service) eachRow(ctx context.Context, a desk.Actor, id desk.ImportID, f RowFilter, after int, fn func(Row) error) error {
	kinds := f.kinds()
	find := ChunkFind{FirstLine: after + 1, Kinds: kinds, Rows: true, Limit: 8}
	for {
		cs, err := s.store.ImportChunks(ctx, a.Workspace, id, find)
		if err != nil {
			return err
		}
		for k := range cs {
			rows, err := rowsOf(&cs[k])
			if err != nil {
				return err
			}
			for i := range rows {
				if rows[i].Line <= after || kinds != 0 && rows[i].kinds()&kinds == 0 {
					continue
				}
				if err := fn(rows[i]); err != nil {
					return err
				}
			}
			find.From, find.FirstLine = cs[k].Number+1, 0
		}
		if len(cs) < find.Limit {
			return nil
		}
	}
}

// UndoRows returns the contacts that were kept, at least in part, when an
// import was taken back, at most 1,000. It needs contacts.MayImport.
func (s *Service) UndoRows(ctx context.Context, a desk.Actor, id desk.ImportID) ([]contacts.Reverted, error) {
	rs, err := s.undoRows(ctx, a, id)
	return rs, desk.In("importexport.UndoRows", err)
}

func (s *Service) undoRows(ctx context.Context, a desk.Actor, id desk.ImportID) ([]contacts.Reverted, error) {
	if err := needImport(a); err != nil {
		return nil, err
	}
	if _, err := s.store.Import(ctx, a.Workspace, id); err != nil {
		return nil, missing(err)
	}
	var all []contacts.Reverted
	for find := (ChunkFind{Undo: true, Limit: 16}); ; {
		cs, err := s.store.ImportChunks(ctx, a.Workspace, id, find)
		if err != nil {
			return nil, err
		}
		for k := range cs {
			var rs []contacts.Reverted
			if err := unpack(cs[k].Reverted, &rs); err != nil {
				return nil, err
			}
			all = append(all, rs...)
			find.From = cs[k].Number + 1
		}
		if len(cs) < find.Limit || len(all) >= desk.MaxPage {
			return all[:min(len(all), desk.MaxPage)], nil
		}
	}
}

// Failed writes the rows of an import that failed, or will fail, to be put
// right and imported again: as they stood, in the format, the encoding and the
// columns of the file, and behind these [LineColumn] and [ReasonColumn]. For
// vCards it is CSV with our own columns. It returns how many there are; nothing
// is written when there are none. It needs contacts.MayImport, and the file.
func (s *Service) Failed(ctx context.Context, a desk.Actor, id desk.ImportID, to io.Writer) (int, error) {
	n, err := s.writeFailed(ctx, a, id, to)
	return n, desk.In("importexport.Failed", err)
}

func (s *Service) writeFailed(ctx context.Context, a desk.Actor, id desk.ImportID, to io.Writer) (int, error) {
	if err := needImport(a); err != nil {
		return 0, err
	}
	i, err := s.store.Import(ctx, a.Workspace, id)
	if err != nil {
		return 0, missing(err)
	}
	if !i.Kept {
		return 0, fileGone()
	}
	reader, err := s.open(ctx, a, &i, i.Choices.Read)
	if err != nil {
		return 0, err
	}
	defer func() { _ = reader.Close() }()
	out, n := newFailedRows(to, reader), 0
	rec := Record{}
	err = s.eachRow(ctx, a, id, RowFilter{Outcomes: []contacts.OutcomeKind{contacts.Failed}}, 0, func(r Row) error {
		for rec.Line < r.Line {
			if rec, err = reader.Next(); err != nil {
				return err
			}
		}
		n++
		return out.add(rec, r.Reason)
	})
	if err == nil && n > 0 {
		err = out.close()
	}
	return n, err
}

// Preview is what a person looks at before a plan is made: the first rows of
// the file as they stand, the columns and where they go.
type Preview struct {
	Found   Found
	Columns []Column
	Notes   []string
	Rows    []Record
}

// previewRows is how many rows a preview shows.
const previewRows = 5

// Preview looks into the file of an import with other choices, and keeps
// nothing. It needs what Receive needs.
func (s *Service) Preview(ctx context.Context, a desk.Actor, id desk.ImportID, o Choices) (Preview, error) {
	p, err := s.preview(ctx, a, id, o)
	return p, desk.In("importexport.Preview", err)
}

func (s *Service) preview(ctx context.Context, a desk.Actor, id desk.ImportID, o Choices) (Preview, error) {
	if err := s.mayImport(ctx, a); err != nil {
		return Preview{}, err
	}
	i, err := s.store.Import(ctx, a.Workspace, id)
	if err != nil {
		return Preview{}, missing(err)
	}
	if !i.Kept {
		return Preview{}, fileGone()
	}
	i.Choices = o
	reader, err := s.open(ctx, a, &i, o.Read)
	if err != nil {
		return Preview{}, err
	}
	defer func() { _ = reader.Close() }()
	samples := readAhead(reader.Next).samples()
	i.State = Receiving // a header of which nothing is known yet is shown too
	if err := s.found(ctx, a, &i, reader, samples); err != nil {
		return Preview{}, err
	}
	return Preview{Found: i.Found, Columns: i.Columns, Notes: i.Notes, Rows: samples[:min(len(samples), previewRows)]}, nil
}

// Drop removes an import that has changed nothing, with its file and plan. It
// needs contacts.MayImport.
func (s *Service) Drop(ctx context.Context, a desk.Actor, id desk.ImportID) error {
	const op = "importexport.Drop"
	if err := needImport(a); err != nil {
		return desk.In(op, err)
	}
	return desk.In(op, s.step(ctx, a, func(tx Tx) error {
		i, err := tx.LockImport(ctx, a.Workspace, id)
		if err != nil {
			return missing(err)
		}
		switch i.State {
		case Applying, Done, Undoing, Undone:
			return desk.Errorf(desk.Conflict, "state", "This import has changed contacts; what it did is kept on record.")
		}
		if err := tx.DeleteImport(ctx, a.Workspace, id); err != nil {
			return err
		}
		return s.record(ctx, tx, a, VerbDropped, &i, "Import given up: "+i.Name+".")
	}))
}

// Prune removes the files of imports that were received before a time, and what
// would take them back, since both hold what people have asked to be forgotten;
// of imports that were never applied nothing stays. It returns how many it
// touched. A host calls it for each workspace now and then, with a system
// actor; others need contacts.MaySettings.
func (s *Service) Prune(ctx context.Context, a desk.Actor, before time.Time) (int, error) {
	n, err := s.prune(ctx, a, before)
	return n, desk.In("importexport.Prune", err)
}

func (s *Service) prune(ctx context.Context, a desk.Actor, before time.Time) (int, error) {
	if err := contacts.CheckActor(a); err != nil {
		return 0, err
	}
	if a.Kind != desk.SystemActor && !a.May(contacts.MaySettings) {
		return 0, desk.Errorf(desk.Denied, "", "You may not remove old imports.")
	}
	find, total := ImportFind{Until: before, Kept: true, Limit: 50}, 0
	for {
		old, err := s.store.FindImports(ctx, a.Workspace, find)
		if err != nil || len(old) == 0 {
			return total, err
		}
		for _, i := range old {
			if err := s.step(ctx, a, func(tx Tx) error { return s.pruneOne(ctx, tx, a, i.ID) }); err != nil {
				return total, err
			}
			total++
			find.Before = i.ID
		}
	}
}

func (s *Service) pruneOne(ctx context.Context, tx Tx, a desk.Actor, id desk.ImportID) error {
	i, err := tx.LockImport(ctx, a.Workspace, id)
	if err != nil {
		return err
	}
	if !slices.Contains([]State{Applying, Done, Undoing, Undone}, i.State) {
		return tx.DeleteImport(ctx, a.Workspace, id)
	}
	i.Kept = false
	if err := tx.DropUndo(ctx, a.Workspace, id); err != nil {
		return err
	}
	if err := tx.DeleteBlobs(ctx, a.Workspace, []string{string(id)}); err != nil {
		return err
	}
	return tx.UpdateImport(ctx, a.Workspace, i)
}
