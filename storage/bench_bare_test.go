package storage_test

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/deskfolk/desk/storage"
)

// bareTables are the tables that an import of contacts writes.
var bareTables = []string{"desk_contacts", "desk_contact_keys", "desk_activity", "desk_search_entries", "desk_search_pending"}

// bareRows are rows of one table, as the store wrote them.
type bareRows struct {
	table   string
	columns []string
	rows    [][]any
}

// readBare reads what the store has written.
func readBare(b *testing.B, db *sql.DB) []bareRows {
	b.Helper()
	var all []bareRows
	for _, table := range bareTables {
		one := bareRows{table: table}
		rs, err := db.Query(`SELECT * FROM ` + table)
		if err != nil {
			b.Fatal(err)
		}
		if one.columns, err = rs.Columns(); err != nil {
			b.Fatal(err)
		}
		for rs.Next() {
			values, to := make([]any, len(one.columns)), make([]any, len(one.columns))
			for i := range values {
				to[i] = &values[i]
			}
			if err := rs.Scan(to...); err != nil {
				b.Fatal(err)
			}
			one.rows = append(one.rows, values)
		}
		if err := rs.Close(); err != nil {
			b.Fatal(err)
		}
		all = append(all, one)
	}
	return all
}

// writeBare writes the rows of a number of contacts by bare statements: one
// prepared insert for each row, or COPY.
func writeBare(b *testing.B, db *sql.DB, copyIn bool, all []bareRows, workspace string) {
	b.Helper()
	ctx := context.Background()
	c, err := db.Conn(ctx)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	for i := range all {
		for _, r := range all[i].rows {
			r[slices.Index(all[i].columns, "workspace_id")] = workspace
		}
	}
	if copyIn {
		err = c.Raw(func(raw any) error { return copyBare(ctx, raw.(*stdlib.Conn).Conn(), all) })
	} else {
		err = insertBare(ctx, c, all)
	}
	if err != nil {
		b.Fatal(err)
	}
}

func copyBare(ctx context.Context, c *pgx.Conn, all []bareRows) error {
	tx, err := c.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(ctx) }()
	for _, t := range all {
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{t.table}, t.columns, pgx.CopyFromRows(t.rows)); err != nil {
			return err
		}
	}
	return tx.Commit(ctx)
}

func insertBare(ctx context.Context, c *sql.Conn, all []bareRows) error {
	tx, err := c.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	for _, t := range all {
		marks := strings.TrimSuffix(strings.Repeat("?, ", len(t.columns)), ", ")
		st, err := tx.Prepare(fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s)", t.table, strings.Join(t.columns, ", "), marks))
		if err != nil {
			return err
		}
		for _, r := range t.rows {
			if _, err := st.Exec(r...); err != nil {
				return err
			}
		}
		if err := st.Close(); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// BenchmarkBare is the yardstick of BenchmarkInsert: the same rows, all tables
// and indexes, by bare statements in transactions of 500 contacts or of one.
func BenchmarkBare(b *testing.B) {
	onBoth(b, func(b *testing.B, s *storage.DB, db *sql.DB) {
		copyIn := strings.Contains(b.Name(), "postgres")
		workspace := 0
		run := func(contacts int) func(b *testing.B) {
			return func(b *testing.B) {
				if _, err := db.Exec(`DELETE FROM desk_contact_keys`); err != nil {
					b.Fatal(err)
				}
				for _, table := range []string{"desk_contacts", "desk_activity", "desk_search_entries", "desk_search_pending"} {
					if _, err := db.Exec(`DELETE FROM ` + table); err != nil {
						b.Fatal(err)
					}
				}
				fill(b, s, 0, contacts)
				all := readBare(b, db)
				rows := 0
				b.ResetTimer()
				for b.Loop() {
					workspace++
					writeBare(b, db, copyIn, all, fmt.Sprintf("bare%06d", workspace))
					rows += contacts
				}
				b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
			}
		}
		b.Run("batch", run(500))
		b.Run("single", run(1))
	})
}
