package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
)

// importFlags are what can be said about an import.
type importFlags struct {
	format, encoding, delimiter, sheet, region, onDuplicate, failed string
	columns                                                         pairs
	dryRun                                                          bool
}

func importFile(ctx context.Context, c *call) error {
	var f importFlags
	c.flags.StringVar(&f.format, "format", "", "the file's format: csv, xlsx or vcard (default: found out)")
	c.flags.StringVar(&f.encoding, "encoding", "", "the file's encoding, such as windows-1252 (default: found out)")
	c.flags.StringVar(&f.delimiter, "delimiter", "", "the character between cells (default: found out)")
	c.flags.StringVar(&f.sheet, "sheet", "", "the `NAME` of the workbook's sheet (default: the first with something in it)")
	c.flags.StringVar(&f.region, "region", "", "the country of national phone numbers, such as DE (default: the workspace's)")
	c.flags.Var(&f.columns, "map", "`HEADER=field`: read this column into that field (can be given several times)")
	c.flags.StringVar(&f.onDuplicate, "on-duplicate", "skip", "what to do with contacts that are there: skip, update, create or merge")
	c.flags.BoolVar(&f.dryRun, "dry-run", false, "show what would happen, and keep nothing")
	c.flags.StringVar(&f.failed, "failed", "", "write the rows that fail to this `FILE`")
	if err := c.parse(1, 2); err != nil {
		return err
	}
	switch c.args[0] {
	case "template":
		return c.alone(func() error { return importexport.Template(c.stdout, f.format) })
	case "list":
		return c.alone(func() error { return c.withDatabase(ctx, listImports) })
	case "undo", "resume":
		if len(c.args) < 2 {
			return wrongUse("name the import: helpdesk import list shows the ids.")
		}
		return c.withDatabase(ctx, map[string]func(context.Context, *call, *database) error{"undo": undoImport, "resume": f.resume}[c.args[0]])
	}
	if err := f.check(); err != nil {
		return err
	}
	return c.alone(func() error { return f.run(ctx, c, c.args[0]) })
}

// alone runs do if there is no argument after the first.
func (c *call) alone(do func() error) error {
	if len(c.args) > 1 {
		return wrongUse("%q is one argument too many.", c.args[1])
	}
	return do()
}

// withDatabase opens the database for do.
func (c *call) withDatabase(ctx context.Context, do func(context.Context, *call, *database) error) error {
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.close()
	return do(ctx, c, db)
}

func (f *importFlags) check() error {
	switch f.format {
	case "", importexport.FormatCSV, importexport.FormatXLSX, importexport.FormatVCard:
	default:
		return wrongUse("--format is csv, xlsx or vcard, not %q.", f.format)
	}
	switch contacts.OnDuplicate(f.onDuplicate) {
	case contacts.Skip, contacts.Update, contacts.CreateAnyway, contacts.MergeInto:
	default:
		return wrongUse("--on-duplicate is skip, update, create or merge, not %q.", f.onDuplicate)
	}
	return nil
}

// run imports the file and prints the result.
func (f *importFlags) run(ctx context.Context, c *call, name string) error {
	in, err := openInput(c, name)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	return c.withDatabase(ctx, func(ctx context.Context, c *call, db *database) error {
		if err := db.settle(ctx, c.system()); err != nil {
			return err
		}
		return f.report(c, func(o importexport.ImportOptions) (importexport.Import, error) {
			o.Name, o.Choices, o.PlanOnly = filepath.Base(name), f.choices(), f.dryRun
			got, err := db.importer.Import(ctx, c.system(), in, o)
			if f.dryRun && got.State == importexport.Planned {
				got.Result = got.Plan
				err = errors.Join(err, db.importer.Drop(context.WithoutCancel(ctx), c.system(), got.ID))
			}
			return got, err
		})
	})
}

// resume goes on with an import that was broken off.
func (f *importFlags) resume(ctx context.Context, c *call, db *database) error {
	return f.report(c, func(o importexport.ImportOptions) (importexport.Import, error) {
		id := desk.ImportID(c.args[1])
		got, err := db.importer.Apply(ctx, c.system(), id, importexport.ApplyOptions{Recompute: true, Progress: o.Progress})
		if err != nil {
			return got, err
		}
		if o.Failed != nil {
			_, err = db.importer.Failed(ctx, c.system(), id, o.Failed)
		}
		return got, errors.Join(err, allRows(ctx, db, c.system(), id, o.Each))
	})
}

// allRows calls each for all rows of an import.
func allRows(ctx context.Context, db *database, a desk.Actor, id desk.ImportID, each func(importexport.Row) error) error {
	page := desk.Page{Limit: desk.MaxPage}
	for {
		l, err := db.importer.Rows(ctx, a, id, importexport.RowFilter{}, page)
		if err != nil {
			return err
		}
		for _, row := range l.Rows {
			if err := each(row); err != nil {
				return err
			}
		}
		if page.Cursor = l.Next; l.Next == "" {
			return nil
		}
	}
}

// report runs an import and prints what became of it.
func (f *importFlags) report(c *call, do func(importexport.ImportOptions) (importexport.Import, error)) (err error) {
	failed := &lateFile{name: f.failed}
	defer func() { err = errors.Join(err, failed.end(err == nil && !f.dryRun)) }()
	report, err := newReport()
	if err != nil {
		return err
	}
	defer report.remove()
	bar := newBar(c.stderr, 100, "importing")
	o := importexport.ImportOptions{Each: report.row, Progress: func(p importexport.Progress) { bar.rows(p) }}
	if f.failed != "" && !f.dryRun {
		o.Failed = failed
	}
	got, err := do(o)
	bar.end()
	if err != nil {
		return keptSoFar(err, got)
	}
	if c.json {
		return report.print(c.stdout, got)
	}
	return f.summary(c, got)
}

// rows shows how far an import is.
func (b *bar) rows(p importexport.Progress) {
	switch {
	case p.TotalRows > 0:
		b.say("importing: %d of %d rows, %.0f a second%s", p.Rows, p.TotalRows, p.RowsPerSecond, left(p.Left))
		b.set(int64(100 * p.Rows / p.TotalRows))
	case p.TotalBytes > 0:
		b.say("planning: %d rows, %.0f a second%s", p.Rows, p.RowsPerSecond, left(p.Left))
		b.set(100 * p.Bytes / p.TotalBytes)
	}
}

func left(d time.Duration) string {
	if d < time.Second {
		return ""
	}
	return ", " + d.Round(time.Second).String() + " left"
}

func (f *importFlags) choices() importexport.Choices {
	o := importexport.Choices{
		Read:        importexport.ReadOptions{Format: f.format, Encoding: f.encoding, Delimiter: f.delimiter, Sheet: f.sheet},
		OnDuplicate: contacts.OnDuplicate(f.onDuplicate), Region: f.region, Map: map[string]string{},
	}
	for i, header := range f.columns.names {
		o.Map[header] = f.columns.values[i]
	}
	return o
}

// keptSoFar adds to the error of an import that ended early what it has kept.
func keptSoFar(err error, i importexport.Import) error {
	if i.State != importexport.Applying {
		return err
	}
	return &desk.Error{Kind: desk.KindOf(err), Field: desk.FieldOf(err), Err: err, Message: fmt.Sprintf(
		"%s The first %d of %d rows were imported. Go on with: helpdesk import resume %s. Or take them back with: helpdesk import undo %s.",
		desk.MessageOf(err), i.Result.Rows, i.Plan.Rows, i.ID, i.ID)}
}

func (f *importFlags) summary(c *call, i importexport.Import) error {
	verb := "Imported"
	if f.dryRun {
		verb = "Nothing was kept. This is what would be imported:"
	}
	r := i.Result
	_, err := fmt.Fprintf(c.stdout, "%s %d rows (%s): %d created, %d updated, %d merged, %d skipped, %d failed.\n",
		verb, r.Rows, shape(&i.Found), r.Created, r.Updated, r.Merged, r.Skipped, r.Failed)
	for _, n := range i.Notes {
		if err == nil {
			_, err = fmt.Fprintln(c.stdout, n)
		}
	}
	for _, col := range i.Columns {
		if col.Field == nil && err == nil && col.Header != importexport.LineColumn && col.Header != importexport.ReasonColumn {
			_, err = fmt.Fprintf(c.stdout, "The column %q is no field and was not read.\n", col.Header)
		}
	}
	if !f.dryRun && err == nil && r.Created+r.Updated+r.Merged > 0 {
		_, err = fmt.Fprintf(c.stdout, "To take it back: helpdesk import undo %s\n", i.ID)
	}
	if r.Failed > 0 && f.failed == "" && err == nil {
		fmt.Fprintln(c.stderr, "With --failed FILE the rows that failed are written to a file, each with its reason; --json lists every row.")
	}
	return err
}

// shape says how a file was read.
func shape(f *importexport.Found) string {
	switch f.Format {
	case importexport.FormatXLSX:
		return "Excel, sheet " + f.Sheet
	case importexport.FormatVCard:
		return "vCard, " + f.Encoding
	}
	return f.Encoding + ", " + delimiterName(f.Delimiter)
}

func delimiterName(d string) string {
	switch d {
	case ",":
		return "commas"
	case ";":
		return "semicolons"
	case "\t":
		return "tabs"
	}
	return "delimiter " + d
}

// openInput opens the file to be imported.
func openInput(c *call, name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(c.stdin), nil
	}
	info, err := os.Stat(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, desk.Errorf(desk.NotFound, "", "There is no file %s.", name)
	}
	if err == nil && info.IsDir() {
		return nil, desk.Errorf(desk.Invalid, "", "%s is a directory, not a file. Nothing was imported.", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, desk.Errorf(desk.Unavailable, "", "The file %s cannot be opened. Nothing was imported.", name)
	}
	return f, nil
}
