package storagetest

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// tables lists the desk's tables, from the catalogue.
func tables(t testing.TB, name string, db *sql.DB) []string {
	t.Helper()
	query := `SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'desk\_%' ESCAPE '\' ORDER BY name`
	if name == "postgres" {
		query = `SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'desk\_%' ORDER BY tablename COLLATE "C"`
	}
	return column(t, db, query)
}

// column reads one column of texts.
func column(t testing.TB, db *sql.DB, query string, args ...any) []string {
	t.Helper()
	rs, err := db.Query(query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer func() { _ = rs.Close() }()
	var all []string
	for rs.Next() {
		var s string
		if err := rs.Scan(&s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := rs.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// dump writes all rows of a workspace ("": of all), except the search index's
// own tables, whose contents may change without anyone's doing.
func dump[W ~string](t testing.TB, name string, db *sql.DB, w W) string {
	t.Helper()
	var b strings.Builder
	for _, table := range tables(t, name, db) {
		if table == "desk_migrations" || strings.HasPrefix(table, "desk_search_") && table != "desk_search_entries" {
			continue
		}
		for _, line := range tableRows(t, db, table, string(w)) {
			fmt.Fprintf(&b, "%s %s\n", table, line)
		}
	}
	return b.String()
}

func tableRows(t testing.TB, db *sql.DB, table, w string) []string {
	t.Helper()
	rs, err := db.Query(`SELECT * FROM `+table+` WHERE workspace_id = $1`, w)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rs.Close() }()
	names, err := rs.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	values := make([]any, len(names))
	for rs.Next() {
		to := make([]any, len(names))
		for i := range to {
			to[i] = &values[i]
		}
		if err := rs.Scan(to...); err != nil {
			t.Fatal(err)
		}
		line := ""
		for i, v := range values {
			if names[i] == "doc" { // the index's own
				continue
			}
			line += fmt.Sprintf(" %s=%v", names[i], v)
		}
		all = append(all, line)
	}
	if err := rs.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}
