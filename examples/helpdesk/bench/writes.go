package bench

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// table is a table of ours and the order in which its rows were written.
type table struct {
	name, order string
	columns     []string
}

// tables returns our tables, those first that others refer to.
func tables(ctx context.Context, db *sql.DB, dialect string) ([]table, error) {
	query := `SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'desk\_%' ESCAPE '\'`
	if dialect == "postgres" {
		query = `SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename LIKE 'desk\_%'`
	}
	names, err := readNames(ctx, db, query)
	if err != nil {
		return nil, err
	}
	first := []string{"desk_companies", "desk_contacts", "desk_activity_seals", "desk_imports"}
	rank := func(n string) int {
		if i := slices.Index(first, n); i >= 0 {
			return i
		}
		return len(first)
	}
	slices.SortFunc(names, func(a, b string) int {
		return 1000*(rank(a)-rank(b)) + strings.Compare(a, b)
	})
	var all []table
	for _, n := range names {
		t := table{name: n}
		if t.columns, err = columnsOf(ctx, db, n); err != nil {
			return nil, err
		}
		// Ids grow with time, so that these are the order of writing.
		for _, by := range []string{"contact_id", "id"} {
			if t.order == "" && slices.Contains(t.columns, by) {
				t.order = " ORDER BY " + by
			}
		}
		all = append(all, t)
	}
	return all, nil
}

// readNames returns the names a query finds, but for the migrations' own table.
func readNames(ctx context.Context, db *sql.DB, query string) ([]string, error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var names []string
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		if n != "desk_migrations" {
			names = append(names, n)
		}
	}
	return names, rows.Err()
}

func columnsOf(ctx context.Context, db *sql.DB, table string) ([]string, error) {
	rows, err := db.QueryContext(ctx, `SELECT * FROM `+table+` LIMIT 0`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	return rows.Columns()
}

// insert is the statement that writes one row.
func (t table) insert() string {
	marks := make([]string, len(t.columns))
	for i := range marks {
		marks[i] = fmt.Sprintf("$%d", i+1)
	}
	return `INSERT INTO ` + t.name + ` (` + strings.Join(t.columns, ", ") + `) VALUES (` + strings.Join(marks, ", ") + `)`
}

// measureBareWrites writes all rows of the imported workspace once more, into
// the second database, which has the same tables and indexes: by prepared
// inserts on SQLite, by COPY on PostgreSQL, in as many transactions as the
// import had batches. Reading them is not counted.
func measureBareWrites(ctx context.Context, e *env) ([]Figure, error) {
	all, err := tables(ctx, e.DB, e.Dialect)
	if err != nil {
		return nil, err
	}
	counts, total := map[string]int{}, 0
	for _, t := range all {
		var n int
		if err := e.DB.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+t.name+` WHERE workspace_id = $1`, string(e.Actor.Workspace)).Scan(&n); err != nil {
			return nil, err
		}
		if t.name == "desk_blobs" {
			continue // the file itself was received before
		}
		counts[t.name] = n
		total += n
	}
	batch := max(total*500/e.Contacts, 500)
	var took time.Duration
	for _, t := range all {
		if counts[t.name] == 0 {
			continue
		}
		e.Say("bare writes: " + t.name)
		d, err := e.copyTable(ctx, t, batch)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.name, err)
		}
		took += d
	}
	fs := []Figure{
		{Name: "rows that an import writes, for each contact", Value: float64(total) / float64(e.Contacts), Unit: "rows"},
		{Name: "bare writes of the same rows", Value: float64(e.Contacts) / took.Seconds(), Unit: "contacts/s"},
	}
	if imported := e.took["import"]; imported > 0 { // it was measured
		fs = append(fs, Figure{Name: "import with its upkeep, to bare writes", Value: took.Seconds() / imported.Seconds(), Unit: "times", Limit: 0.6, Least: true})
	}
	return fs, nil
}

// copyTable copies a table's rows and returns how long the writing took.
func (e *env) copyTable(ctx context.Context, t table, batch int) (time.Duration, error) {
	rows, err := e.DB.QueryContext(ctx, `SELECT * FROM `+t.name+` WHERE workspace_id = $1`+t.order, string(e.Actor.Workspace))
	if err != nil {
		return 0, err
	}
	defer func() { _ = rows.Close() }()
	var took time.Duration
	for {
		part, err := readRows(rows, len(t.columns), batch)
		if err != nil || len(part) == 0 {
			return took, err
		}
		began := time.Now()
		if e.Dialect == "postgres" {
			err = copyIn(ctx, e.second, t, part)
		} else {
			err = insertAll(ctx, e.second, []tableRows{{t, part}})
		}
		took += time.Since(began)
		if err != nil {
			return took, err
		}
	}
}

func readRows(rows *sql.Rows, columns, most int) ([][]any, error) {
	var part [][]any
	for len(part) < most && rows.Next() {
		row, at := make([]any, columns), make([]any, columns)
		for i := range row {
			at[i] = &row[i]
		}
		if err := rows.Scan(at...); err != nil {
			return nil, err
		}
		part = append(part, row)
	}
	return part, rows.Err()
}

// tableRows are rows of one table.
type tableRows struct {
	table
	rows [][]any
}

// insertAll writes rows by prepared inserts in one transaction.
func insertAll(ctx context.Context, db *sql.DB, parts []tableRows) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	for _, p := range parts {
		stmt, err := tx.PrepareContext(ctx, p.insert())
		if err != nil {
			return err
		}
		for _, row := range p.rows {
			if _, err := stmt.ExecContext(ctx, row...); err != nil {
				_ = stmt.Close()
				return err
			}
		}
		_ = stmt.Close()
	}
	return tx.Commit()
}

// copyIn writes rows by COPY.
func copyIn(ctx context.Context, db *sql.DB, t table, part [][]any) error {
	c, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	return c.Raw(func(driver any) error {
		_, err := driver.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{t.name}, t.columns, pgx.CopyFromRows(part))
		return err
	})
}

// measureCreate compares creating contacts one by one with bare inserts of the
// rows that they wrote, each contact's in one transaction.
func measureCreate(ctx context.Context, e *env) ([]Figure, error) {
	const n = 300
	p := newPeople(seed+1, n)
	var own, bare []time.Duration
	all, err := tables(ctx, e.DB, e.Dialect)
	if err != nil {
		return nil, err
	}
	for range n {
		row := p.next()
		if row.email != "" {
			row.email = "new." + row.email
		}
		var c contacts.Contact
		err := timed(&own, func() error {
			c, err = e.contacts.Create(ctx, e.Actor, contacts.NewContact{
				FirstName: row.first, LastName: row.last, Email: row.email, Phones: []contacts.Phone{{Label: "work", Value: row.phone}},
				JobTitle: row.job, Address: contacts.Address{City: row.city, Country: row.country}, Status: row.status, Notes: row.notes,
			})
			return err
		})()
		if err != nil {
			return nil, err
		}
		parts, err := e.rowsOf(ctx, all, c.ID)
		if err != nil {
			return nil, err
		}
		if err := timed(&bare, func() error { return insertAll(ctx, e.second, parts) })(); err != nil {
			return nil, err
		}
	}
	return []Figure{
		{Name: "create", Value: micros(own), Unit: "µs"},
		{Name: "create to bare inserts of the same rows", Value: micros(own) / micros(bare), Unit: "times", Limit: 2},
	}, e.clearSecond(ctx, all)
}

// rowsOf reads the rows of all tables that are a contact's.
func (e *env) rowsOf(ctx context.Context, all []table, id desk.ContactID) ([]tableRows, error) {
	by := map[string]string{"desk_contacts": "id", "desk_contact_keys": "contact_id", "desk_activity": "subject", "desk_search_entries": "id", "desk_search_pending": "id"}
	var parts []tableRows
	for _, t := range all {
		column, ok := by[t.name]
		if !ok {
			continue
		}
		rows, err := e.DB.QueryContext(ctx, `SELECT * FROM `+t.name+` WHERE workspace_id = $1 AND `+column+` = $2`, string(e.Actor.Workspace), string(id))
		if err != nil {
			return nil, err
		}
		part, err := readRows(rows, len(t.columns), 1000)
		_ = rows.Close()
		if err != nil {
			return nil, err
		}
		if len(part) > 0 {
			parts = append(parts, tableRows{t, part})
		}
	}
	return parts, nil
}

// clearSecond empties the second database for the next figure.
func (e *env) clearSecond(ctx context.Context, all []table) error {
	for _, t := range slices.Backward(all) {
		if _, err := e.second.ExecContext(ctx, `DELETE FROM `+t.name); err != nil {
			return err
		}
	}
	return nil
}
