package storage

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// PostgreSQL takes a third of the time to cut a text at a separator that it
// takes to read an array's own form, and an import sends it some ninety values
// for each contact. So many rows are inserted as a text for each column, and as
// arrays only where that cannot be: where a text has the separator, or there is
// one row, whose empty text would be no value at all.
const (
	separator = '\x1f'
	noValue   = '\x1e'
)

// listColumn reads a column from the argument n.
func listColumn(n, kind string, same bool) string {
	if same {
		return n + "::" + kind
	}
	list := "unnest(string_to_array(" + n + `::text, E'\x1f', E'\x1e'))`
	if kind == "text" {
		return list
	}
	return list + "::" + kind
}

// columnLists are the texts of the columns of some rows.
type columnLists struct {
	t      *table
	values []any
	cells  [][]byte
	first  []any
	rows   int
	size   int
	// clash says that a value has the separator.
	clash bool
}

// insertLists adds n rows, in chunks.
func (r *rows) insertLists(ctx context.Context, t *table, n int, row func(i int, values []any)) error {
	l := &columnLists{t: t, values: make([]any, len(t.columns)), cells: make([][]byte, len(t.columns)), first: make([]any, len(t.columns))}
	for from := 0; from < n; from += l.rows {
		l.clear()
		for from+l.rows < n && l.rows < arrayRows && l.size < arrayBytes {
			row(from+l.rows, l.values)
			if err := checkArgs(l.values); err != nil {
				return r.conn.fail(err)
			}
			l.add()
			if l.rows == 1 {
				growCells(l.cells, min(n-from, arrayRows))
			}
		}
		var err error
		if l.clash || l.rows == 1 {
			_, err = r.arrays(ctx, t.arrays, len(t.columns), l.rows, func(i int, values []any) { row(from+i, values) })
		} else {
			err = r.list(ctx, t.lists, l.args())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// list runs a statement behind, but in a host's transaction, which the host may
// use between any two calls.
func (r *rows) list(ctx context.Context, query string, args []any) error {
	if r.conn.tx && !r.conn.host {
		return r.conn.behind(ctx, query, args)
	}
	_, err := r.exec(ctx, query, args...)
	return err
}

func (l *columnLists) clear() {
	for c := range l.cells {
		l.cells[c] = l.cells[c][:0]
	}
	l.rows, l.size, l.clash = 0, 0, false
}

// add adds the row that the values are.
func (l *columnLists) add() {
	if l.rows == 0 {
		copy(l.first, l.values)
	}
	for c, v := range l.values {
		if l.t.same[c] {
			continue
		}
		before := len(l.cells[c])
		l.cells[c] = append(l.value(l.cells[c], v), separator)
		l.size += len(l.cells[c]) - before
	}
	l.rows++
}

// value writes a value as PostgreSQL reads it from a text.
func (l *columnLists) value(b []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		l.clash = l.clash || strings.IndexByte(v, separator) >= 0 || strings.IndexByte(v, noValue) >= 0
		return append(b, v...)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case bool:
		return strconv.AppendBool(b, v)
	case []byte:
		if v == nil {
			return append(b, noValue)
		}
		return hex.AppendEncode(append(b, `\x`...), v)
	case nil:
		return append(b, noValue)
	}
	return l.value(b, fmt.Sprint(v))
}

// args are the arguments of the statement.
func (l *columnLists) args() []any {
	args := make([]any, len(l.cells))
	for c, cell := range l.cells {
		if args[c] = l.first[c]; !l.t.same[c] {
			args[c] = string(cell[:len(cell)-1])
		}
	}
	return args
}
