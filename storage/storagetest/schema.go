package storagetest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/deskfolk/desk/storage"
)

// schemaTests read the database's own catalogue. They are for the databases
// that the suite knows.
var schemaTests = []test{
	{"R52 every key begins with the workspace", keysBeginWithWorkspace},
	{"every reference to a contact is listed", referencesListed},
	{"PostgreSQL text has collation C", collationC},
}

// key is an index or a foreign key, as the catalogue has it.
type key struct {
	table, name, to string
	columns, target []string
}

func (e *env) keys() []key {
	if e.f.Name == "postgres" {
		return e.postgresKeys()
	}
	return e.sqliteKeys()
}

func (e *env) sqliteKeys() []key {
	var all []key
	for _, table := range tables(e.t, e.f.Name, e.DB) {
		for _, index := range column(e.t, e.DB, `SELECT name FROM pragma_index_list($1)`, table) {
			all = append(all, key{table: table, name: index, columns: column(e.t, e.DB, `SELECT COALESCE(name, '') FROM pragma_index_info($1) ORDER BY seqno`, index)})
		}
		for _, id := range column(e.t, e.DB, `SELECT DISTINCT id FROM pragma_foreign_key_list($1)`, table) {
			k := key{table: table, name: "foreign key " + id}
			k.to = column(e.t, e.DB, `SELECT DISTINCT "table" FROM pragma_foreign_key_list($1) WHERE CAST(id AS TEXT) = $2`, table, id)[0]
			k.columns = column(e.t, e.DB, `SELECT "from" FROM pragma_foreign_key_list($1) WHERE CAST(id AS TEXT) = $2 ORDER BY seq`, table, id)
			k.target = column(e.t, e.DB, `SELECT "to" FROM pragma_foreign_key_list($1) WHERE CAST(id AS TEXT) = $2 ORDER BY seq`, table, id)
			all = append(all, k)
		}
	}
	return all
}

func (e *env) postgresKeys() []key {
	var all []key
	const names = `(SELECT string_agg(a.attname, ',' ORDER BY o.n) FROM unnest(%s) WITH ORDINALITY AS o(attnum, n) JOIN pg_attribute AS a ON a.attrelid = %s AND a.attnum = o.attnum)`
	for _, line := range column(e.t, e.DB, `SELECT concat_ws('|', indrelid::regclass, indexrelid::regclass, '', `+fmt.Sprintf(names, "indkey::int2[]", "indrelid")+`)
		FROM pg_index WHERE indrelid::regclass::text LIKE 'desk\_%'`) {
		f := strings.Split(line, "|")
		all = append(all, key{table: f[0], name: f[1], columns: strings.Split(f[3], ",")})
	}
	for _, line := range column(e.t, e.DB, `SELECT concat_ws('|', conrelid::regclass, conname, confrelid::regclass, `+fmt.Sprintf(names, "conkey", "conrelid")+`, `+fmt.Sprintf(names, "confkey", "confrelid")+`)
		FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text LIKE 'desk\_%'`) {
		f := strings.Split(line, "|")
		all = append(all, key{table: f[0], name: f[1], to: f[2], columns: strings.Split(f[3], ","), target: strings.Split(f[4], ",")})
	}
	return all
}

func keysBeginWithWorkspace(e *env) {
	keyed := map[string]bool{}
	for _, k := range e.keys() {
		if k.table == "desk_migrations" {
			continue
		}
		keyed[k.table] = true
		if k.columns[0] != "workspace_id" {
			e.t.Errorf("%s: %s begins with %s", k.table, k.name, k.columns[0])
		}
		if k.to != "" && k.target[0] != "workspace_id" {
			e.t.Errorf("%s: %s leads to %s", k.table, k.name, k.target[0])
		}
	}
	all := tables(e.t, e.f.Name, e.DB)
	e.True(len(all) >= 12)
	for _, table := range all {
		if table != "desk_migrations" && !keyed[table] {
			e.t.Errorf("%s has no key", table)
		}
	}
}

func referencesListed(e *env) {
	var got []storage.Reference
	for _, k := range e.keys() {
		if k.to == "desk_contacts" {
			got = append(got, storage.Reference{Table: k.table, Column: k.columns[1]})
		}
	}
	slices.SortFunc(got, func(a, b storage.Reference) int { return strings.Compare(a.Table+a.Column, b.Table+b.Column) })
	same(e, storage.References, got)
}

func collationC(e *env) {
	if e.f.Name != "postgres" {
		return
	}
	same(e, []string(nil), column(e.t, e.DB, `SELECT table_name || '.' || column_name FROM information_schema.columns
		WHERE table_schema = 'public' AND table_name LIKE 'desk\_%' AND table_name <> 'desk_migrations' AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'`))
}
