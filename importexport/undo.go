package importexport

import (
	"context"
	"fmt"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Undo takes an import back: contacts that it made go to the recycle bin, and
// values that it changed are put back, but for what was edited since, which is
// kept and told of ([Service.UndoRows]). It goes on where it was broken off, and
// works for an import that was broken off itself. It needs what Receive needs.
func (s *Service) Undo(ctx context.Context, a desk.Actor, id desk.ImportID, progress func(Progress)) (Import, error) {
	i, err := s.undo(ctx, a, id, progress)
	return i, desk.In("importexport.Undo", err)
}

func (s *Service) undo(ctx context.Context, a desk.Actor, id desk.ImportID, progress func(Progress)) (Import, error) {
	if err := s.mayImport(ctx, a); err != nil {
		return Import{}, err
	}
	i, err := s.change(ctx, a, id, func(tx Tx, i *Import) error {
		switch i.State {
		case Undoing, Undone:
			return nil
		case Applying, Done:
		default:
			return desk.Errorf(desk.Conflict, "state", "This import has changed nothing, so there is nothing to take back.")
		}
		if !i.Kept {
			return desk.Errorf(desk.Expired, "", "What would take this import back is not kept any more.")
		}
		i.State = Undoing
		return s.record(ctx, tx, a, VerbUndoing, i, "Import being taken back: "+i.Name+".")
	})
	if err != nil {
		return i, err
	}
	began, first := s.opts.Now(), i.Reverted
	for i.State == Undoing && i.Reverted < i.Applied {
		if i, err = s.undoChunk(ctx, a, id); err != nil {
			return i, err
		}
		if progress != nil {
			p := (&rowSource{s: s, started: began}).far(i.Reverted-first, i.Applied-first)
			p.Rows, p.TotalRows = i.Plan.Rows*i.Reverted/max(i.Chunks, 1), i.Result.Rows
			progress(p)
		}
	}
	s.contacts.Imported(ctx, a, 0, contacts.ApplyOptions{Last: true})
	return s.change(ctx, a, id, func(tx Tx, i *Import) error {
		if i.State != Undoing {
			return nil
		}
		i.State, i.UndoneAt = Undone, i.MovedAt
		c := &i.Undone
		return s.record(ctx, tx, a, VerbUndone, i, fmt.Sprintf("Import taken back: %d contacts removed, %d put back, %d kept.", c.Removed, c.PutBack, c.Kept))
	})
}

// undoChunk takes back the last chunk that still stands.
func (s *Service) undoChunk(ctx context.Context, a desk.Actor, id desk.ImportID) (Import, error) {
	wrote := 0
	revert := func(tx Tx, i *Import) error {
		wrote = 0
		if i.State != Undoing || i.Reverted >= i.Applied {
			return nil
		}
		cs, err := tx.ImportChunks(ctx, a.Workspace, id, ChunkFind{From: i.Applied - 1 - i.Reverted, Rows: true, Undo: true, Limit: 1})
		if err != nil {
			return err
		}
		if len(cs) == 0 {
			return damaged(nil)
		}
		wrote, err = s.revert(ctx, tx, a, i, &cs[0])
		return err
	}
	var i Import
	err := s.stepAsync(ctx, a, func(tx Tx) (err error) {
		i, err = s.changeIn(ctx, tx, a, id, revert)
		return err
	})
	if err == nil {
		s.contacts.Imported(ctx, a, wrote, contacts.ApplyOptions{})
	}
	return i, err
}

// revert takes a chunk back and keeps what became of its contacts.
func (s *Service) revert(ctx context.Context, tx Tx, a desk.Actor, i *Import, c *Chunk) (int, error) {
	var undo chunkUndo
	if err := unpack(c.Undo, &undo); err != nil {
		return 0, err
	}
	done, wrote, err := s.contacts.Revert(ctx, tx, a, string(i.ID), undo.Contacts)
	if err != nil {
		return 0, err
	}
	var told []contacts.Reverted
	for _, r := range done {
		i.Undone.add(r.Kind)
		if r.Kind == contacts.Kept {
			told = append(told, r)
		}
	}
	if c.Reverted, err = pack(told); err != nil {
		return 0, err
	}
	i.Reverted++
	return wrote, tx.PutChunks(ctx, a.Workspace, i.ID, []Chunk{*c})
}
