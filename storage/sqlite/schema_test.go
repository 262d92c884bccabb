package sqlite_test

import (
	"database/sql"
	"testing"

	"github.com/deskfolk/desk/storage/desktest"
)

// migrated is a database with the tables.
func migrated(t *testing.T) *sql.DB {
	t.Helper()
	db := desktest.SQLite(t)
	store(t, db)
	return db
}

// schema returns the statements that make the tables, "" for none.
func schema(t *testing.T, db *sql.DB) string {
	t.Helper()
	var s sql.NullString
	err := db.QueryRow(`SELECT group_concat(sql, char(10)) FROM (SELECT sql FROM sqlite_master WHERE name LIKE 'desk\_%' ESCAPE '\' ORDER BY name)`).Scan(&s)
	if err != nil {
		t.Fatal(err)
	}
	return s.String
}
