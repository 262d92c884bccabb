package importexport_test

import (
	"context"
	"database/sql"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/importexport"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
)

// benchRows is how many contacts an export is measured at; DESK_BENCH_ROWS
// names another number.
func benchRows(b *testing.B) int {
	n, err := strconv.Atoi(os.Getenv("DESK_BENCH_ROWS"))
	if err != nil {
		n = 20_000
	}
	return n
}

// BenchmarkExport is an export of the whole directory, beside its yardstick: a
// bare query of the same columns into encoding/csv.
func BenchmarkExport(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchExport(b, desktest.New(b)) })
	b.Run("postgres", func(b *testing.B) { benchExport(b, pgtest.Desk(b)) })
}

func benchExport(b *testing.B, d *desktest.Desk) {
	allowImport(b, d)
	n := benchRows(b)
	s := importexport.New(d.Store.Imports(), d.Contacts, nil)
	if r, err := s.Import(b.Context(), d.Manager, strings.NewReader(rowsFile(n, 0)), importexport.ImportOptions{}); err != nil || r.Result.Created != n {
		b.Fatal(r, err)
	}
	b.Run("bare", func(b *testing.B) {
		rows := 0
		for b.Loop() {
			got, err := bareExport(b.Context(), d.DB, d.Manager.Workspace, io.Discard)
			if err != nil || got != n {
				b.Fatal(got, err)
			}
			rows += got
		}
		b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
	})
	for _, f := range []string{importexport.FormatCSV, importexport.FormatXLSX} {
		b.Run(f, func(b *testing.B) {
			b.ReportAllocs()
			rows := 0
			for b.Loop() {
				got, err := s.Export(b.Context(), d.Manager, io.Discard, importexport.ExportOptions{Format: f})
				if err != nil || got != n {
					b.Fatal(got, err)
				}
				rows += got
			}
			b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// bareExport writes the columns that an export has as a program without the
// library would.
func bareExport(ctx context.Context, db *sql.DB, w desk.WorkspaceID, to io.Writer) (int, error) {
	rs, err := db.QueryContext(ctx, `SELECT id, external, first_name, last_name, display_name, email, emails, phones,
		company_name, job_title, division, street, city, region, postal_code, country, kind, status, active, marketing_opt_out,
		owner, time_zone, language, notes, do_not_call, call_from, call_until, portal_access, login_source, locked_to_company,
		source, created_at, created_by, updated_at FROM desk_contacts WHERE workspace_id = $1 AND state = 0`, string(w))
	if err != nil {
		return 0, err
	}
	defer func() { _ = rs.Close() }()
	names, err := rs.Columns()
	if err != nil {
		return 0, err
	}
	out, n := csv.NewWriter(to), 0
	cells, at := make([]string, len(names)), make([]any, len(names))
	for i := range cells {
		at[i] = &cells[i]
	}
	for err = out.Write(names); rs.Next() && err == nil; n++ {
		if err = rs.Scan(at...); err == nil {
			err = out.Write(cells)
		}
	}
	if err == nil {
		out.Flush()
		err = out.Error()
	}
	if err == nil {
		err = rs.Err()
	}
	if err != nil {
		return n, fmt.Errorf("after %d rows: %w", n, err)
	}
	return n, nil
}
