package bench

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/csv"
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"

	"github.com/deskfolk/desk/importexport"
)

// bareColumns are the columns that an export is made of.
const bareColumns = `id, external, first_name, last_name, display_name, email, emails, phones, company_name, job_title, division,
	street, city, region, postal_code, country, kind, status, active, marketing_opt_out, owner, time_zone, language, notes,
	do_not_call, call_from, call_until, portal_access, login_source, locked_to_company, source, created_at, created_by, updated_at`

// measureExports compares an export of the whole directory with a bare query
// of the same columns into encoding/csv, in turns, and watches its memory.
func measureExports(ctx context.Context, e *env) ([]Figure, error) {
	var bare, own, book []time.Duration
	var peak int64
	for round := range 3 {
		e.Say(fmt.Sprintf("exports: round %d", round+1))
		if err := timed(&bare, func() error { return bareExport(ctx, e) })(); err != nil {
			return nil, err
		}
		runtime.GC()
		stop := watch()
		err := timed(&own, func() error { return e.export(ctx, importexport.FormatCSV) })()
		peak = max(peak, stop())
		if err != nil {
			return nil, err
		}
	}
	if err := timed(&book, func() error { return e.export(ctx, importexport.FormatXLSX) })(); err != nil {
		return nil, err
	}
	slices.Sort(bare)
	slices.Sort(own)
	middle := own[len(own)/2].Seconds()
	return []Figure{
		{Name: "CSV export of all", Value: float64(e.Contacts) / middle, Unit: "contacts/s"},
		{Name: "CSV export of all, to a bare query into encoding/csv", Value: bare[len(bare)/2].Seconds() / middle, Unit: "times", Limit: 0.5, Least: true},
		{Name: "CSV export of all: peak memory", Value: float64(peak) / mb, Unit: "MB", Limit: 256},
		{Name: "Excel export of all", Value: float64(e.Contacts) / book[0].Seconds(), Unit: "contacts/s"},
	}, nil
}

func (e *env) export(ctx context.Context, format string) error {
	n, err := e.importer.Export(ctx, e.Actor, io.Discard, importexport.ExportOptions{Format: format})
	if err == nil && n < e.Contacts {
		err = fmt.Errorf("%d of %d contacts were exported", n, e.Contacts)
	}
	return err
}

// bareExport is the yardstick: what a program without the library would write.
func bareExport(ctx context.Context, e *env) error {
	rows, err := e.DB.QueryContext(ctx, `SELECT `+bareColumns+` FROM desk_contacts WHERE workspace_id = $1 AND state = 0`, string(e.Actor.Workspace))
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	out := csv.NewWriter(bufio.NewWriterSize(io.Discard, 64<<10))
	if err := writeRows(out, rows); err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

func writeRows(out *csv.Writer, rows *sql.Rows) error {
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	if err := out.Write(names); err != nil {
		return err
	}
	cells, at := make([]string, len(names)), make([]any, len(names))
	for i := range cells {
		at[i] = &cells[i]
	}
	for rows.Next() {
		if err := rows.Scan(at...); err != nil {
			return err
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	return rows.Err()
}
