package storage

import (
	"context"
	"slices"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// putEntries writes the entries of records that are new or have changed. Many
// new ones get docs at once, the others have none until the index takes them in.
func (r *rows) putEntries(ctx context.Context, w desk.WorkspaceID, realm string, es []entry) error {
	var changed []string
	for _, e := range es {
		if !e.fresh {
			changed = append(changed, e.id)
		}
	}
	if err := r.voidEntries(ctx, w, realm, changed); err != nil {
		return err
	}
	var doc int64
	table := entryTable
	if len(changed) == 0 {
		table = newEntryTable
		var err error
		if doc, err = r.reserveDocs(ctx, w, realm, len(es)); err != nil {
			return err
		}
	}
	err := r.insertBehind(ctx, table, len(es), func(i int, v []any) {
		e := &es[i]
		v[0], v[1], v[2], v[3], v[4], v[5] = string(w), realm, e.id, int64(0), lines(e.text), facetLines(e.facets)
		if doc > 0 {
			v[3] = doc + int64(i)
		}
		for k := range maxKeys {
			v[6+k] = lowest
			if k < len(e.keys) {
				v[6+k] = e.keys[k]
			}
		}
	})
	if err != nil || doc > 0 {
		return err
	}
	return r.insert(ctx, pendingTable, len(es), func(i int, v []any) { v[0], v[1], v[2] = string(w), realm, es[i].id })
}

// voidEntries marks the docs of entries that are about to change or go. It
// takes the entries' locks, so that the index cannot take in an old text.
func (r *rows) voidEntries(ctx context.Context, w desk.WorkspaceID, realm string, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	var gone []staleDoc
	slices.Sort(ids) // the order of locks
	query := lookUp{columns: "doc, id", table: "desk_search_entries", where: inRealm, column: "id", n: 3, lock: r.d.ForUpdate}
	rs, err := r.query(ctx, query.sql(r.d), string(w), realm, r.d.texts(ids))
	if err != nil {
		return err
	}
	defer rs.Close()
	for rs.Next() {
		var d staleDoc
		if err := rs.Scan(&d.doc, &d.id); err != nil {
			return r.mapError(err)
		}
		if d.doc > 0 {
			gone = append(gone, d)
		}
	}
	if err := rs.Err(); err != nil {
		return r.mapError(err)
	}
	rs.Close()
	return r.insert(ctx, staleTable, len(gone), func(i int, v []any) { v[0], v[1], v[2], v[3] = string(w), realm, gone[i].doc, gone[i].id })
}

// staleDoc is a doc that a change has made void, and the record that had it.
type staleDoc struct {
	doc int64
	id  string
}

// dropEntries removes the entries of records that go.
func (r *rows) dropEntries(ctx context.Context, w desk.WorkspaceID, realm string, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	if err := r.voidEntries(ctx, w, realm, ids); err != nil {
		return err
	}
	for _, table := range []string{"desk_search_entries", "desk_search_pending"} {
		if _, err := r.exec(ctx, `DELETE FROM `+table+` WHERE workspace_id = $1 AND realm = $2 AND id `+r.d.inTexts(3), string(w), realm, r.d.texts(ids)); err != nil {
			return err
		}
	}
	return nil
}

// renameCompanyEntries gives the contacts of a company its new name, which
// stands in their text and in the key of the order by company.
func (r *rows) renameCompanyEntries(ctx context.Context, w desk.WorkspaceID, company desk.CompanyID, oldText, newText string, newKey []byte) error {
	const those = ` FROM desk_search_entries WHERE workspace_id = $1 AND realm = $2 AND id IN (SELECT id FROM desk_contacts WHERE workspace_id = $1 AND company_id = $3)`
	if r.d.ForUpdate != "" {
		if _, err := r.exec(ctx, `SELECT 1`+those+` ORDER BY id`+r.d.ForUpdate, string(w), contactRealm, string(company)); err != nil {
			return err
		}
	}
	if _, err := r.exec(ctx, `INSERT INTO desk_search_stale (workspace_id, realm, doc, id) SELECT workspace_id, realm, doc, id`+those+` AND doc > 0`,
		string(w), contactRealm, string(company)); err != nil {
		return err
	}
	if _, err := r.exec(ctx, `INSERT INTO desk_search_pending (workspace_id, realm, id) SELECT workspace_id, realm, id`+those+` ON CONFLICT DO NOTHING`,
		string(w), contactRealm, string(company)); err != nil {
		return err
	}
	line := func(text string) string {
		return lines([]contacts.Line{{Class: contacts.ClassCompany, Text: text}})
	}
	_, err := r.exec(ctx, `UPDATE desk_search_entries SET doc = 0, text = replace(text, $4, $5), k2 = $6 WHERE workspace_id = $1 AND realm = $2 AND id IN (SELECT id FROM desk_contacts WHERE workspace_id = $1 AND company_id = $3)`,
		string(w), contactRealm, string(company), line(oldText), line(newText), newKey)
	return err
}

var searchEntryColumns = []string{"=workspace_id", "=realm", "id", "doc:bigint", "text", "facets", "k0:bytea", "k1:bytea", "k2:bytea", "k3:bytea", "k4:bytea", "k5:bytea"}

// The tables of the index. The new ones are for rows that cannot be there yet:
// looking for them costs some tenth of the writing.
var (
	newEntryTable   = newTable("desk_search_entries", searchEntryColumns...)
	newPostingTable = newTable("desk_search_postings", "=workspace_id", "=realm", "token", "=block:bigint", "docs:bytea") // a block's
	entryTable      = newTable("desk_search_entries", searchEntryColumns...).
			or(` ON CONFLICT (workspace_id, realm, id) DO UPDATE SET doc = excluded.doc, text = excluded.text, facets = excluded.facets, k0 = excluded.k0, k1 = excluded.k1, k2 = excluded.k2, k3 = excluded.k3, k4 = excluded.k4, k5 = excluded.k5`)
	pendingTable = newTable("desk_search_pending", "=workspace_id", "=realm", "id").or(` ON CONFLICT DO NOTHING`)
	staleTable   = newTable("desk_search_stale", "=workspace_id", "=realm", "doc:bigint", "id").or(` ON CONFLICT DO NOTHING`)
	postingTable = newTable("desk_search_postings", "=workspace_id", "=realm", "token", "block:bigint", "docs:bytea").
			or(` ON CONFLICT (workspace_id, realm, token, block) DO UPDATE SET docs = excluded.docs`)
	pageTable = newTable("desk_search_runs", "=workspace_id", "=realm", "=sort:bigint", "low:bytea", "docs:bytea").
			or(` ON CONFLICT (workspace_id, realm, sort, low) DO UPDATE SET docs = excluded.docs`)
	recentTable = newTable("desk_search_recent", "=workspace_id", "=realm", "=sort:bigint", "low:bytea", "docs:bytea").
			or(` ON CONFLICT (workspace_id, realm, sort, low) DO UPDATE SET docs = excluded.docs`)
)
