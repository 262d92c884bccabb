package storage

import (
	"bufio"
	"context"
	"io/fs"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
)

// migration is one file of statements.
type migration struct {
	version int
	name    string
	text    string
}

// Migrate creates or updates the tables. It is one transaction together with
// its own record in desk_migrations: it is done or it is not, and of several
// processes that start together one does it and the others wait. A database
// of a newer version of the library is refused and left as it is.
func (db *DB) Migrate(ctx context.Context) error {
	all, err := migrations(db.d.Migrations)
	if err != nil {
		return desk.In("storage.Migrate", err)
	}
	if at, err := db.version(ctx); err == nil && at == len(all) {
		return nil // without taking a lock
	}
	return desk.In("storage.Migrate", db.update(ctx, func(t writer) error { return t.migrate(ctx, all) }))
}

func (r *rows) migrate(ctx context.Context, all []migration) error {
	if r.d.MigrationLock != "" {
		if _, err := r.exec(ctx, r.d.MigrationLock); err != nil {
			return err
		}
	}
	_, err := r.exec(ctx, `CREATE TABLE IF NOT EXISTS desk_migrations (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)`)
	if err != nil {
		return err
	}
	at, err := r.version(ctx)
	if err != nil {
		return err
	}
	if at > len(all) {
		return desk.Errorf(desk.Unavailable, "", "The database was made by a newer version of this program (its tables are of version %d, this program knows %d). Nothing was changed; use the newer program.", at, len(all))
	}
	for _, m := range all[at:] {
		if err := r.apply(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

func (r *rows) apply(ctx context.Context, m migration) error {
	for _, s := range statements(m.text) {
		if _, err := r.exec(ctx, s); err != nil {
			return err
		}
	}
	_, err := r.exec(ctx, `INSERT INTO desk_migrations (version, name, applied_at) VALUES ($1, $2, CURRENT_TIMESTAMP)`, m.version, m.name)
	return err
}

// version returns the version of the tables, 0 for none.
func (r *rows) version(ctx context.Context) (int, error) {
	var n int
	if err := r.queryRow(ctx, r.d.TableExists, "desk_migrations").Scan(&n); err != nil || n == 0 {
		return 0, err
	}
	err := r.queryRow(ctx, `SELECT COALESCE(MAX(version), 0) FROM desk_migrations`).Scan(&n)
	return n, err
}

// migrations reads the files, which are numbered from 1 without a gap.
func migrations(files fs.FS) ([]migration, error) {
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	all := make([]migration, 0, len(names))
	for _, path := range names { // Glob sorts them
		name := strings.TrimSuffix(strings.TrimPrefix(path, "migrations/"), ".sql")
		number, name, _ := strings.Cut(name, "_")
		if v, err := strconv.Atoi(number); err != nil || v != len(all)+1 {
			return nil, desk.Errorf(desk.Internal, "", "The migration %s is not number %d.", path, len(all)+1)
		}
		text, err := fs.ReadFile(files, path)
		if err != nil {
			return nil, err
		}
		all = append(all, migration{version: len(all) + 1, name: name, text: string(text)})
	}
	return all, nil
}

// statements cuts a file after each line that ends with a semicolon.
func statements(text string) []string {
	var all []string
	var b strings.Builder
	for in := bufio.NewScanner(strings.NewReader(text)); in.Scan(); {
		line := strings.TrimRight(in.Text(), " \t\r")
		if line == "" || strings.HasPrefix(strings.TrimSpace(line), "--") {
			continue
		}
		b.WriteString(line)
		b.WriteByte('\n')
		if strings.HasSuffix(line, ";") {
			all = append(all, b.String())
			b.Reset()
		}
	}
	return all
}
