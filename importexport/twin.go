package importexport

import (
	"context"
	"slices"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// The same file again makes no doubles, even of rows by which nobody can be
// found: a row is about the contact that the same row was about before. Files
// are the same when their bytes are and they are read in the same way.

// twinsOf returns the imports of the same file that were applied before, or are
// being applied, oldest first.
func (s *Service) twinsOf(ctx context.Context, from StoreReader, a desk.Actor, i *Import) ([]Import, error) {
	all, err := from.FindImports(ctx, a.Workspace, ImportFind{Digest: i.Digest, States: []State{Applying, Done}, Limit: maxTwins})
	slices.Reverse(all)
	return sameRows(all, i), err
}

// maxTwins is how many imports of one file are looked at.
const maxTwins = 16

// sameRows leaves those whose rows stand in the same lines as i's.
func sameRows(all []Import, i *Import) []Import {
	return slices.DeleteFunc(all, func(t Import) bool {
		return t.ID == i.ID || t.Found.Sheet != i.Found.Sheet || t.Found.Format != i.Found.Format
	})
}

// recall tells the rows of a batch which contacts the same rows were about in
// the given imports.
func (r *rowSource) recall(ctx context.Context, from StoreReader, twins []Import, b *batch) error {
	if len(twins) == 0 {
		return nil
	}
	known := map[int]desk.ContactID{}
	for _, t := range twins {
		cs, err := from.ImportChunks(ctx, r.actor.Workspace, t.ID, ChunkFind{
			FirstLine: b.rows[0].Line, LastLine: b.rows[len(b.rows)-1].Line, Rows: true, Limit: 100,
		})
		if err != nil {
			return err
		}
		for k := range cs {
			if cs[k].Number >= t.Applied {
				continue // what it will do is not known yet
			}
			rows, err := rowsOf(&cs[k])
			if err != nil {
				return err
			}
			for _, row := range rows {
				if row.Outcome != contacts.Failed && row.ContactID != "" {
					known[row.Line] = row.ContactID
				}
			}
		}
	}
	for k := range b.rows {
		b.rows[k].Known = known[b.rows[k].Line]
	}
	return nil
}
