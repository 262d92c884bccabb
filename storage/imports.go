package storage

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/importexport"
)

// Imports is the store of package importexport: the same database, whose Update
// gives what that package writes with.
type Imports struct{ *DB }

var (
	_ importexport.Store = (*Imports)(nil)
	_ importexport.Tx    = writer{}
)

// Imports returns the store of package importexport.
func (db *DB) Imports() *Imports { return &Imports{db} }

// UpdateAsync is Update without a wait for the disk; see importexport.Store.
func (s *Imports) UpdateAsync(ctx context.Context, fn func(importexport.Tx) error) error {
	return s.updateAsync(ctx, func(t writer) error { return fn(t) })
}

// Update is DB.Update for package importexport.
func (s *Imports) Update(ctx context.Context, fn func(importexport.Tx) error) error {
	return s.update(ctx, func(t writer) error { return fn(t) })
}

const importFrom = `SELECT id, state, digest, created_at, data FROM desk_imports WHERE workspace_id = $1`

var importTable = newTable("desk_imports", "workspace_id", "id", "state", "digest", "created_at:bigint", "kept:boolean", "data")

func scanImport(row scanner) (importexport.Import, error) {
	var id, state, digest, data string
	var at int64
	if err := row.Scan(&id, &state, &digest, &at, &data); err != nil {
		return importexport.Import{}, err
	}
	var i importexport.Import
	err := readList(data, &i)
	i.ID, i.State, i.Digest, i.CreatedAt = desk.ImportID(id), importexport.State(state), digest, instant(at)
	return i, err
}

// Import returns an import.
func (r *rows) Import(ctx context.Context, w desk.WorkspaceID, id desk.ImportID) (importexport.Import, error) {
	return scanImport(r.queryRow(ctx, importFrom+` AND id = $2`, string(w), string(id)))
}

// LockImport reads an import and keeps others from changing it until the end.
func (t writer) LockImport(ctx context.Context, w desk.WorkspaceID, id desk.ImportID) (importexport.Import, error) {
	return scanImport(t.queryRow(ctx, importFrom+` AND id = $2`+t.d.ForUpdate, string(w), string(id)))
}

// LockTwins reads the imports of a file that are being applied or were applied.
func (t writer) LockTwins(ctx context.Context, w desk.WorkspaceID, digest string) ([]importexport.Import, error) {
	return t.imports(ctx, importFrom+` AND digest = $2 AND state IN ('applying', 'done') ORDER BY id`+t.d.ForUpdate, string(w), digest)
}

// FindImports returns imports, newest first.
func (r *rows) FindImports(ctx context.Context, w desk.WorkspaceID, f importexport.ImportFind) ([]importexport.Import, error) {
	where, args := []string{importFrom}, []any{string(w)}
	add := func(condition string, v any) {
		args = append(args, v)
		where = append(where, strings.ReplaceAll(condition, "?", "$"+strconv.Itoa(len(args))))
	}
	if f.Before != "" {
		add(`id < ?`, string(f.Before))
	}
	order := ` ORDER BY id DESC LIMIT $`
	if f.After != "" {
		add(`id > ?`, string(f.After))
		order = ` ORDER BY id LIMIT $`
	}
	if f.Digest != "" {
		add(`digest = ?`, f.Digest)
	}
	if !f.Until.IsZero() {
		add(`created_at < ?`, micros(f.Until))
	}
	if f.Kept {
		where = append(where, `kept`)
	}
	if len(f.States) > 0 {
		args = append(args, r.d.texts(plain(f.States)))
		where = append(where, `state `+r.d.inTexts(len(args)))
	}
	args = append(args, f.Limit)
	all, err := r.imports(ctx, strings.Join(where, ` AND `)+order+strconv.Itoa(len(args)), args...)
	if f.After != "" {
		slices.Reverse(all)
	}
	return all, err
}

func (r *rows) imports(ctx context.Context, query string, args ...any) ([]importexport.Import, error) {
	rs, err := r.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	var all []importexport.Import
	for rs.Next() {
		i, err := scanImport(rs)
		if err != nil {
			return nil, r.mapError(err)
		}
		all = append(all, i)
	}
	return all, r.mapError(rs.Err())
}

// InsertImport adds an import.
func (t writer) InsertImport(ctx context.Context, w desk.WorkspaceID, i importexport.Import) error {
	data, err := json.Marshal(&i)
	if err != nil {
		return err
	}
	return t.insert(ctx, importTable, 1, func(_ int, v []any) {
		v[0], v[1], v[2], v[3], v[4], v[5], v[6] = string(w), string(i.ID), string(i.State), i.Digest, micros(i.CreatedAt), i.Kept, string(data)
	})
}

// UpdateImport replaces an import; desk.NotFound if it is gone.
func (t writer) UpdateImport(ctx context.Context, w desk.WorkspaceID, i importexport.Import) error {
	data, err := json.Marshal(&i)
	if err != nil {
		return err
	}
	n, err := changed(t.exec(ctx, `UPDATE desk_imports SET state = $1, digest = $2, kept = $3, data = $4 WHERE workspace_id = $5 AND id = $6`,
		string(i.State), i.Digest, i.Kept, string(data), string(w), string(i.ID)))
	if err == nil && n == 0 {
		err = errNotFound
	}
	return err
}

// DeleteImport removes an import with its file and chunks.
func (t writer) DeleteImport(ctx context.Context, w desk.WorkspaceID, id desk.ImportID) error {
	if err := t.DeleteBlobs(ctx, w, []string{string(id)}); err != nil {
		return err
	}
	if err := t.DeleteChunks(ctx, w, id); err != nil {
		return err
	}
	_, err := t.exec(ctx, `DELETE FROM desk_imports WHERE workspace_id = $1 AND id = $2`, string(w), string(id))
	return err
}

var chunkTable = newTable("desk_import_chunks", "workspace_id", "import_id", "number:bigint", "first_line:bigint", "last_line:bigint", "size:bigint", "kinds:bigint",
	"rows:bytea", "undo:bytea", "reverted:bytea").or(` ON CONFLICT (workspace_id, import_id, number) DO UPDATE SET first_line = EXCLUDED.first_line, last_line = EXCLUDED.last_line,
	size = EXCLUDED.size, kinds = EXCLUDED.kinds, rows = EXCLUDED.rows, undo = EXCLUDED.undo, reverted = EXCLUDED.reverted`)

// PutChunks adds chunks, or replaces those with the same numbers.
func (t writer) PutChunks(ctx context.Context, w desk.WorkspaceID, id desk.ImportID, cs []importexport.Chunk) error {
	return t.insert(ctx, chunkTable, len(cs), func(i int, v []any) {
		c := &cs[i]
		v[0], v[1], v[2], v[3], v[4], v[5], v[6] = string(w), string(id), int64(c.Number), int64(c.FirstLine), int64(c.LastLine), int64(c.Size), int64(c.Kinds)
		v[7], v[8], v[9] = c.Rows, bytesOrNull(c.Undo), bytesOrNull(c.Reverted)
	})
}

// bytesOrNull makes NULL of no bytes.
func bytesOrNull(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

// ImportChunks returns chunks of an import in their order.
func (r *rows) ImportChunks(ctx context.Context, w desk.WorkspaceID, id desk.ImportID, f importexport.ChunkFind) ([]importexport.Chunk, error) {
	columns := `number, first_line, last_line, size, kinds, ` + part(f.Rows, "rows") + `, ` + part(f.Undo, "undo") + `, ` + part(f.Undo, "reverted")
	where, args := ``, []any{string(w), string(id), f.From}
	add := func(condition string, v int) {
		args = append(args, v)
		where += ` AND ` + strings.ReplaceAll(condition, "?", "$"+strconv.Itoa(len(args)))
	}
	if f.FirstLine > 0 {
		add(`last_line >= ?`, f.FirstLine)
	}
	if f.LastLine > 0 {
		add(`first_line <= ?`, f.LastLine)
	}
	if f.Kinds != 0 {
		add(`(kinds & ?) <> 0`, f.Kinds)
	}
	args = append(args, f.Limit)
	rs, err := r.query(ctx, `SELECT `+columns+` FROM desk_import_chunks WHERE workspace_id = $1 AND import_id = $2 AND number >= $3`+where+
		` ORDER BY number LIMIT $`+strconv.Itoa(len(args)), args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	var all []importexport.Chunk
	for rs.Next() {
		var c importexport.Chunk
		if err := rs.Scan(&c.Number, &c.FirstLine, &c.LastLine, &c.Size, &c.Kinds, &c.Rows, &c.Undo, &c.Reverted); err != nil {
			return nil, r.mapError(err)
		}
		all = append(all, c)
	}
	return all, r.mapError(rs.Err())
}

// part names a column that is wanted, or NULL in its place.
func part(wanted bool, column string) string {
	if wanted {
		return column
	}
	return "NULL"
}

// DeleteChunks removes all chunks of an import.
func (t writer) DeleteChunks(ctx context.Context, w desk.WorkspaceID, id desk.ImportID) error {
	_, err := t.exec(ctx, `DELETE FROM desk_import_chunks WHERE workspace_id = $1 AND import_id = $2`, string(w), string(id))
	return err
}

// DropUndo removes what would take an import back.
func (t writer) DropUndo(ctx context.Context, w desk.WorkspaceID, id desk.ImportID) error {
	_, err := t.exec(ctx, `UPDATE desk_import_chunks SET undo = NULL WHERE workspace_id = $1 AND import_id = $2`, string(w), string(id))
	return err
}

// AppendBlob adds pieces to a file.
func (t writer) AppendBlob(ctx context.Context, w desk.WorkspaceID, id string, offset int64, data []byte) error {
	for n := offset / blobPart; ; n++ {
		piece := data[:min(len(data), blobPart)]
		if _, err := t.exec(ctx, `INSERT INTO desk_blobs (workspace_id, id, part, data) VALUES ($1, $2, $3, $4)`, string(w), id, n, piece); err != nil {
			return err
		}
		if data = data[len(piece):]; len(data) == 0 {
			return nil
		}
	}
}

// Mappings returns the mappings that were saved, by name.
func (r *rows) Mappings(ctx context.Context, w desk.WorkspaceID) ([]importexport.SavedMapping, error) {
	rs, err := r.query(ctx, `SELECT name, saved_at, saved_by, fields FROM desk_import_mappings WHERE workspace_id = $1 ORDER BY name`, string(w))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	var all []importexport.SavedMapping
	for rs.Next() {
		var m importexport.SavedMapping
		var at int64
		var fields string
		if err := rs.Scan(&m.Name, &at, &m.By, &fields); err != nil {
			return nil, r.mapError(err)
		}
		m.At = instant(at)
		if err := readList(fields, &m.Columns); err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, r.mapError(rs.Err())
}

// PutMapping keeps a mapping under its name.
func (t writer) PutMapping(ctx context.Context, w desk.WorkspaceID, m importexport.SavedMapping) error {
	fields, err := json.Marshal(m.Columns)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `INSERT INTO desk_import_mappings (workspace_id, name, saved_at, saved_by, fields) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (workspace_id, name) DO UPDATE SET saved_at = EXCLUDED.saved_at, saved_by = EXCLUDED.saved_by, fields = EXCLUDED.fields`,
		string(w), m.Name, micros(m.At), m.By, string(fields))
	return err
}

// DeleteMapping removes a mapping; desk.NotFound if there is none of the name.
func (t writer) DeleteMapping(ctx context.Context, w desk.WorkspaceID, name string) error {
	n, err := changed(t.exec(ctx, `DELETE FROM desk_import_mappings WHERE workspace_id = $1 AND name = $2`, string(w), name))
	if err == nil && n == 0 {
		err = errNotFound
	}
	return err
}
