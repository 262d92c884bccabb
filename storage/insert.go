package storage

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// table is a table that rows are inserted into. Its statements are made once,
// so that drivers can keep them prepared.
type table struct {
	name    string
	columns []string
	// one has the placeholders $1, …; each has "?", which SQLite's driver
	// binds faster; arrays takes an array for each column, and lists a text for
	// each, see lists.
	one, each, arrays, lists string
	// same says which columns have one value in all rows that are inserted at once.
	same []bool
	// from is the table u of such arrays, for updates.
	from string
}

// newTable describes a table. A column is its name, or name:type for one that
// is not text, with = in front if it has one value in all rows that are inserted at once.
func newTable(name string, columns ...string) *table {
	t := &table{name: name}
	var dollars, marks, arrays, unnests, lists []string
	for i, c := range columns {
		c, same := strings.CutPrefix(c, "=")
		column, kind, ok := strings.Cut(c, ":")
		if !ok {
			kind = "text"
		}
		t.columns = append(t.columns, column)
		n := "$" + strconv.Itoa(i+1)
		dollars = append(dollars, n)
		marks = append(marks, "?")
		arrays = append(arrays, n+"::"+kind+"[]")
		unnests = append(unnests, "unnest("+n+"::"+kind+"[])")
		t.same = append(t.same, same)
		lists = append(lists, listColumn(n, kind, same))
	}
	head := "INSERT INTO " + name + " (" + strings.Join(t.columns, ", ") + ") "
	t.one = head + "VALUES (" + strings.Join(dollars, ", ") + ")"
	t.each = head + "VALUES (" + strings.Join(marks, ", ") + ")"
	// Functions that return sets cost less in a SELECT than in its FROM, where
	// the rows are first written down: it makes this as fast as COPY.
	t.arrays = head + "SELECT " + strings.Join(unnests, ", ")
	t.lists = head + "SELECT " + strings.Join(lists, ", ")
	t.from = "unnest(" + strings.Join(arrays, ", ") + ") AS u (" + strings.Join(t.columns, ", ") + ")"
	return t
}

// or adds what is done about rows that are there already.
func (t *table) or(tail string) *table {
	t.one += tail
	t.each += tail
	t.arrays += tail
	t.lists += tail
	return t
}

// The limits of one statement with arrays.
const (
	arrayRows  = 1000
	arrayBytes = 4 << 20
)

// insert adds n rows; row writes the values of the i-th into a slice.
func (r *rows) insert(ctx context.Context, t *table, n int, row func(i int, values []any)) error {
	if err := r.insertBehind(ctx, t, n, row); err != nil {
		return err
	}
	return r.conn.settle()
}

// insertBehind is insert whose last rows may still be on their way when it
// returns; see conn.behind. It is for rows that nothing but a defect refuses,
// or where the caller waits.
func (r *rows) insertBehind(ctx context.Context, t *table, n int, row func(i int, values []any)) error {
	switch {
	case n == 0:
		return nil
	case n == 1:
		values := make([]any, len(t.columns))
		row(0, values)
		_, err := r.exec(ctx, t.one, values...)
		return err
	case r.d.Batch == BatchArrays:
		return r.insertLists(ctx, t, n, row)
	}
	return r.each(ctx, t.each, len(t.columns), n, func(i int, values []any) { row(i, values) }, nil)
}

// each runs one prepared statement for each of n rows. changed, if not nil, is
// called with the number of rows that each changed.
func (r *rows) each(ctx context.Context, query string, columns, n int, row func(i int, values []any), changed func(i, rows int) error) error {
	under, err := r.conn.ready(ctx)
	if err != nil {
		return err
	}
	st, err := r.conn.on.PrepareContext(under, query)
	if err != nil {
		return r.conn.fail(err)
	}
	defer func() { _ = st.Close() }()
	values := make([]any, columns)
	for i := range n {
		row(i, values)
		if err := checkArgs(values); err != nil {
			return r.conn.fail(err)
		}
		res, err := st.ExecContext(under, values...)
		if err != nil {
			return r.conn.fail(err)
		}
		if changed == nil {
			continue
		}
		k, err := res.RowsAffected()
		if err != nil {
			return r.conn.fail(err)
		}
		if err := changed(i, int(k)); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// arrays runs a statement that takes an array for each column, in chunks, and
// returns the number of rows changed.
func (r *rows) arrays(ctx context.Context, query string, columns, n int, row func(i int, values []any)) (int, error) {
	total := 0
	values, cells := make([]any, columns), make([][]byte, columns)
	for i := 0; i < n; {
		size := 0
		for c := range cells {
			cells[c] = append(cells[c][:0], '{')
		}
		for from := i; i < n && i-from < arrayRows && size < arrayBytes; i++ {
			row(i, values)
			if err := checkArgs(values); err != nil {
				return 0, r.conn.fail(err)
			}
			size = appendCells(cells, values)
			if i == from {
				growCells(cells, min(n-from, arrayRows))
			}
		}
		k, err := changed(r.exec(ctx, query, cellTexts(cells)...))
		if err != nil {
			return 0, err
		}
		total += k
	}
	return total, nil
}

// appendCells adds a row to the texts of the columns' arrays, and returns
// their size.
func appendCells(cells [][]byte, values []any) int {
	size := 0
	for c, v := range values {
		cells[c] = append(appendElement(cells[c], v), ',')
		size += len(cells[c])
	}
	return size
}

// growCells makes room for n rows that are somewhat longer than the first.
func growCells(cells [][]byte, n int) {
	for c := range cells {
		cells[c] = slices.Grow(cells[c], min(n*(len(cells[c])+4), 1<<20))
	}
}

// cellTexts ends the arrays.
func cellTexts(cells [][]byte) []any {
	args := make([]any, len(cells))
	for c, cell := range cells {
		cell[len(cell)-1] = '}'
		args[c] = string(cell)
	}
	return args
}

// appendElement writes a value into the text of a PostgreSQL array.
func appendElement(b []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return appendArrayText(b, v)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case bool:
		return strconv.AppendBool(b, v)
	case []byte:
		if v == nil {
			return append(b, "NULL"...)
		}
		return append(hex.AppendEncode(append(b, `"\\x`...), v), '"')
	case nil:
		return append(b, "NULL"...)
	}
	return appendArrayText(b, fmt.Sprint(v))
}

// orNull makes NULL of an empty text.
func orNull[T ~string](s T) any {
	if s == "" {
		return nil
	}
	return string(s)
}
