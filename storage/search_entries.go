package storage

import (
	"context"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// putEntries writes the entries of records that are new or have changed. They
// have no doc until the index takes them in.
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
	return eachChunk(len(es), func(from, to int) error {
		args := make([]any, 0, 11*(to-from))
		for _, e := range es[from:to] {
			args = append(args, string(w), realm, e.id, lines(e.text), facetLines(e.facets))
			for i := range maxKeys {
				if i < len(e.keys) {
					args = append(args, e.keys[i])
				} else {
					args = append(args, lowest)
				}
			}
		}
		if _, err := r.exec(ctx, entryStatements.of(r.d, to-from), args...); err != nil {
			return err
		}
		return r.insertPending(ctx, w, realm, es[from:to])
	})
}

// insertPending lists a chunk of entries as pending.
func (r *rows) insertPending(ctx context.Context, w desk.WorkspaceID, realm string, es []entry) error {
	args := make([]any, 0, 3*len(es))
	for _, e := range es {
		args = append(args, string(w), realm, e.id)
	}
	_, err := r.exec(ctx, pendingStatements.of(r.d, len(es)), args...)
	return err
}

// voidEntries marks the docs of entries that are about to change or go. It
// takes the entries' locks, so that the index cannot take in an old text.
func (r *rows) voidEntries(ctx context.Context, w desk.WorkspaceID, realm string, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	var docs []int64
	rs, err := r.query(ctx, `SELECT doc FROM desk_search_entries WHERE workspace_id = $1 AND realm = $2 AND id `+r.d.inTexts(3)+` ORDER BY id`+r.d.ForUpdate,
		string(w), realm, r.d.texts(ids))
	if err != nil {
		return err
	}
	defer rs.Close()
	for rs.Next() {
		var doc int64
		if err := rs.Scan(&doc); err != nil {
			return r.mapError(err)
		}
		if doc > 0 {
			docs = append(docs, doc)
		}
	}
	if err := rs.Err(); err != nil {
		return r.mapError(err)
	}
	rs.Close()
	return r.insertStale(ctx, w, realm, docs)
}

func (r *rows) insertStale(ctx context.Context, w desk.WorkspaceID, realm string, docs []int64) error {
	return eachChunk(len(docs), func(from, to int) error {
		args := make([]any, 0, 3*(to-from))
		for _, d := range docs[from:to] {
			args = append(args, string(w), realm, d)
		}
		_, err := r.exec(ctx, staleStatements.of(r.d, to-from), args...)
		return err
	})
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
	if _, err := r.exec(ctx, `INSERT INTO desk_search_stale (workspace_id, realm, doc) SELECT workspace_id, realm, doc`+those+` AND doc > 0`,
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

// Statements for many rows come in few lengths, so that a driver that keeps
// prepared statements has them at hand.
var chunkSizes = [...]int{256, 64, 16, 4, 1}

// eachChunk cuts n rows into chunks of those lengths.
func eachChunk(n int, fn func(from, to int) error) error {
	at := 0
	for _, size := range chunkSizes {
		for n-at >= size {
			if err := fn(at, at+size); err != nil {
				return err
			}
			at += size
		}
	}
	return nil
}

// chunked holds a statement for each length of a chunk, with numbered
// placeholders and with plain ones.
type chunked [2]map[int]string

// of returns the statement for a number of rows.
func (s chunked) of(d *Dialect, rows int) string {
	if d.PlainPlaceholders {
		return s[1][rows]
	}
	return s[0][rows]
}

// chunkStatements writes statements: the head, the rows of columns
// placeholders, the tail.
func chunkStatements(head string, columns int, tail string) chunked {
	s := chunked{{}, {}}
	for _, size := range chunkSizes {
		s[0][size] = head + valueRows(size, columns, func(n int) string { return "$" + strconv.Itoa(n) }) + tail
		s[1][size] = head + valueRows(size, columns, func(int) string { return "?" }) + tail
	}
	return s
}

func valueRows(rows, columns int, placeholder func(n int) string) string {
	var b strings.Builder
	for n := range rows * columns {
		switch {
		case n%columns > 0:
			b.WriteByte(',')
		case n > 0:
			b.WriteString("),(")
		default:
			b.WriteByte('(')
		}
		b.WriteString(placeholder(n + 1))
	}
	return b.String() + ")"
}

var (
	entryStatements = chunkStatements(`INSERT INTO desk_search_entries (workspace_id, realm, id, text, facets, k0, k1, k2, k3, k4, k5) VALUES `, 11,
		` ON CONFLICT (workspace_id, realm, id) DO UPDATE SET doc = 0, text = excluded.text, facets = excluded.facets, k0 = excluded.k0, k1 = excluded.k1, k2 = excluded.k2, k3 = excluded.k3, k4 = excluded.k4, k5 = excluded.k5`)
	pendingStatements = chunkStatements(`INSERT INTO desk_search_pending (workspace_id, realm, id) VALUES `, 3, ` ON CONFLICT DO NOTHING`)
	staleStatements   = chunkStatements(`INSERT INTO desk_search_stale (workspace_id, realm, doc) VALUES `, 3, ` ON CONFLICT DO NOTHING`)
)
