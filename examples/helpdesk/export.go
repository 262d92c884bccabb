package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
)

func exportFile(ctx context.Context, c *call) (err error) {
	var format, fields, query, output string
	c.flags.StringVar(&format, "format", "", "the file's format: csv or xlsx (default: by the ending of --output, else csv)")
	c.flags.StringVar(&fields, "fields", "", "the columns, separated by commas (default: all)")
	c.flags.StringVar(&query, "query", "", "export only the contacts that a search for this finds")
	c.flags.StringVar(&output, "output", "", "write to this `FILE` (default: the standard output)")
	filter := pairs{first: true}
	c.flags.Var(&filter, "filter", "`name=value`: export only these contacts (can be given several times)")
	if err := c.parse(0, 0); err != nil {
		return err
	}
	if format, err = exportFormat(format, output); err != nil {
		return err
	}
	o := importexport.ExportOptions{Format: format, Query: contacts.Query{Text: query}}
	if fields != "" {
		for f := range strings.SplitSeq(fields, ",") {
			o.Fields = append(o.Fields, strings.TrimSpace(f))
		}
	}
	if o.Query.Filter, err = filter.filter(); err != nil {
		return err
	}
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.close()
	return writeExport(ctx, c, db, o, output)
}

// exportFormat is the format of a file that is written: the one asked for, or
// the one that its name has.
func exportFormat(asked, output string) (string, error) {
	switch strings.ToLower(asked) {
	case importexport.FormatCSV, importexport.FormatXLSX:
		return strings.ToLower(asked), nil
	case "":
		if strings.EqualFold(filepath.Ext(output), ".xlsx") {
			return importexport.FormatXLSX, nil
		}
		return importexport.FormatCSV, nil
	}
	return "", wrongUse("--format is csv or xlsx, not %q.", asked)
}

func writeExport(ctx context.Context, c *call, db *database, o importexport.ExportOptions, output string) (err error) {
	to := c.stdout
	if output != "" && output != "-" {
		file := &lateFile{name: output}
		defer func() { err = errors.Join(err, file.end(err == nil)) }()
		to = file
	}
	bar := newBar(c.stderr, -1, "exporting")
	o.Progress = func(rows int) {
		bar.say("exporting: %d rows", rows)
		bar.set(int64(rows))
	}
	n, err := db.importer.Export(ctx, c.system(), to, o)
	bar.end()
	if err != nil || output == "" || output == "-" {
		return err
	}
	if c.json {
		return printJSON(c.stdout, map[string]any{"output": output, "rows": n})
	}
	_, err = fmt.Fprintf(c.stderr, "Wrote %d contacts to %s.\n", n, output)
	return err
}
