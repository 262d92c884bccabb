package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
)

// importFlags are what can be said about an import.
type importFlags struct {
	format, encoding, delimiter, region, onDuplicate, failed string
	columns                                                  pairs
	dryRun                                                   bool
}

func importFile(ctx context.Context, c *call) error {
	var f importFlags
	c.flags.StringVar(&f.format, "format", "csv", "the file's format: csv")
	c.flags.StringVar(&f.encoding, "encoding", "", "the file's encoding, such as windows-1252 (default: found out)")
	c.flags.StringVar(&f.delimiter, "delimiter", "", "the character between cells (default: found out)")
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
		if len(c.args) > 1 {
			return wrongUse("%q is one argument too many.", c.args[1])
		}
		return importexport.Template(c.stdout, f.format)
	case "undo", "resume":
		if len(c.args) > 1 {
			return wrongUse("this version cannot %s an import. Importing the same file again makes no doubles.", c.args[0])
		}
	}
	if len(c.args) > 1 {
		return wrongUse("%q is one argument too many.", c.args[1])
	}
	if f.format != "csv" {
		return wrongUse("this version reads csv, not %q.", f.format)
	}
	switch contacts.OnDuplicate(f.onDuplicate) {
	case contacts.Skip, contacts.Update, contacts.CreateAnyway, contacts.MergeInto:
	default:
		return wrongUse("--on-duplicate is skip, update, create or merge, not %q.", f.onDuplicate)
	}
	return f.run(ctx, c, c.args[0])
}

// run imports the file and prints the result.
func (f *importFlags) run(ctx context.Context, c *call, name string) (err error) {
	in, size, err := openInput(c, name)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.close()
	if err := db.settle(ctx, c.system()); err != nil {
		return err
	}
	failed := &lateFile{name: f.failed}
	defer func() { err = errors.Join(err, failed.end(err == nil && !f.dryRun)) }()
	report, err := newReport()
	if err != nil {
		return err
	}
	defer report.remove()
	bar := newBar(c.stderr, size, "importing")
	o := f.options(size)
	o.Each, o.Warn = report.row, report.warning
	o.Progress = func(p importexport.Progress) {
		bar.say("importing: %d rows, %.0f a second", p.Rows, p.RowsPerSecond)
		bar.set(p.Bytes)
	}
	if f.failed != "" {
		o.Failed = failed
	}
	result, err := f.importInto(ctx, db, c.system(), in, o)
	bar.end()
	if err != nil {
		return keptSoFar(err, result, f.dryRun)
	}
	if c.json {
		return report.print(c.stdout, result)
	}
	return f.summary(c, result)
}

func (f *importFlags) options(size int64) importexport.ImportOptions {
	o := importexport.ImportOptions{
		ReadOptions: importexport.ReadOptions{Encoding: f.encoding, Delimiter: f.delimiter},
		OnDuplicate: contacts.OnDuplicate(f.onDuplicate), Region: f.region, Size: max(size, 0), Map: map[string]string{},
	}
	for i, header := range f.columns.names {
		o.Map[header] = f.columns.values[i]
	}
	return o
}

// importInto imports, or for a dry run does the same inside a transaction that
// is then taken back.
func (f *importFlags) importInto(ctx context.Context, db *database, a desk.Actor, in io.Reader, o importexport.ImportOptions) (importexport.Result, error) {
	if !f.dryRun {
		return db.importer.Import(ctx, a, in, o)
	}
	tx, err := db.sql.BeginTx(ctx, nil)
	if err != nil {
		return importexport.Result{}, err
	}
	defer func() { _ = tx.Rollback() }()
	o.Failed = nil
	inside := contacts.New(db.store.In(tx), &contacts.Options{IndexEvery: -1})
	return importexport.New(inside, nil).Import(ctx, a, in, o)
}

// keptSoFar adds to the error of an import that ended early what it has kept.
func keptSoFar(err error, r importexport.Result, dryRun bool) error {
	if r.Rows == 0 || dryRun {
		return err
	}
	return &desk.Error{Kind: desk.KindOf(err), Field: desk.FieldOf(err), Err: err, Message: fmt.Sprintf(
		"%s The first %d rows were imported and are kept; importing the same file again makes no doubles.", desk.MessageOf(err), r.Rows)}
}

func (f *importFlags) summary(c *call, r importexport.Result) error {
	verb := "Imported"
	if f.dryRun {
		verb = "Nothing was kept. This is what would be imported:"
	}
	_, err := fmt.Fprintf(c.stdout, "%s %d rows (%s, %s): %d created, %d updated, %d merged, %d skipped, %d failed.\n",
		verb, r.Rows, r.Encoding, delimiterName(r.Delimiter), r.Created, r.Updated, r.Merged, r.Skipped, r.Failed)
	for _, col := range r.Columns {
		if col.Field == nil && err == nil {
			_, err = fmt.Fprintf(c.stdout, "The column %q is no field and was not read.\n", col.Header)
		}
	}
	if r.Failed > 0 && f.failed == "" && err == nil {
		fmt.Fprintln(c.stderr, "With --failed FILE the rows that failed are written to a file, each with its reason; --json lists every row.")
	}
	return err
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

// openInput opens the file to be imported; the size is -1 where it is not known.
func openInput(c *call, name string) (io.ReadCloser, int64, error) {
	if name == "-" {
		return io.NopCloser(c.stdin), -1, nil
	}
	info, err := os.Stat(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, 0, desk.Errorf(desk.NotFound, "", "There is no file %s.", name)
	}
	if err == nil && info.IsDir() {
		return nil, 0, desk.Errorf(desk.Invalid, "", "%s is a directory, not a file. Nothing was imported.", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, 0, desk.Errorf(desk.Unavailable, "", "The file %s cannot be opened. Nothing was imported.", name)
	}
	if !info.Mode().IsRegular() {
		return f, -1, nil
	}
	return f, info.Size(), nil
}
