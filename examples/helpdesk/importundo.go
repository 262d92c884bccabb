package main

import (
	"context"
	"fmt"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
)

// undone is an import that was taken back, as JSON.
type undone struct {
	ID desk.ImportID `json:"import_id"`
	importexport.UndoCounts
	// Contacts are those that were kept, at least in part, and why.
	Contacts []contacts.Reverted `json:"contacts"`
}

// undoImport takes an import back.
func undoImport(ctx context.Context, c *call, db *database) error {
	id := desk.ImportID(c.args[1])
	bar := newBar(c.stderr, 100, "taking back")
	got, err := db.importer.Undo(ctx, c.system(), id, func(p importexport.Progress) {
		bar.say("taking back: %d of %d rows", p.Rows, p.TotalRows)
		bar.set(int64(100 * p.Rows / max(p.TotalRows, 1)))
	})
	bar.end()
	if err != nil {
		return err
	}
	kept, err := db.importer.UndoRows(ctx, c.system(), id)
	if err != nil {
		return err
	}
	if c.json {
		return printJSON(c.stdout, undone{ID: id, UndoCounts: got.Undone, Contacts: append([]contacts.Reverted{}, kept...)})
	}
	u := got.Undone
	_, err = fmt.Fprintf(c.stdout, "Taken back: %d contacts removed (they are in the recycle bin), %d put back, %d kept, %d deleted before.\n", u.Removed, u.PutBack, u.Kept, u.Gone)
	for _, k := range kept {
		if err == nil {
			_, err = fmt.Fprintf(c.stdout, "%s: %s\n", k.ID, k.Reason)
		}
	}
	return err
}

// importLine is an import in a list, as JSON.
type importLine struct {
	ID     desk.ImportID       `json:"import_id"`
	Name   string              `json:"name"`
	State  importexport.State  `json:"state"`
	Begun  string              `json:"created_at"`
	Result importexport.Counts `json:"result"`
}

// listImports lists the imports of the workspace, newest first.
func listImports(ctx context.Context, c *call, db *database) error {
	l, err := db.importer.List(ctx, c.system(), desk.Page{Limit: 200})
	if err != nil {
		return err
	}
	lines := make([]importLine, len(l.Imports))
	for n, i := range l.Imports {
		lines[n] = importLine{i.ID, i.Name, i.State, i.CreatedAt.Format("2006-01-02T15:04:05Z07:00"), i.Result}
	}
	if c.json {
		return printJSON(c.stdout, map[string]any{"imports": lines})
	}
	for _, i := range lines {
		r := i.Result
		if _, err := fmt.Fprintf(c.stdout, "%s  %s  %-9s %s: %d rows, %d created, %d updated, %d merged, %d skipped, %d failed\n",
			i.ID, i.Begun, i.State, i.Name, r.Rows, r.Created, r.Updated, r.Merged, r.Skipped, r.Failed); err != nil {
			return err
		}
	}
	return nil
}
