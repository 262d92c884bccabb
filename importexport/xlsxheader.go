package importexport

import (
	"fmt"
	"strings"

	"github.com/deskfolk/desk"
)

// headerWithin is in how many rows the header is looked for.
const headerWithin = 15

// headerRow returns which of the first rows is the header: the first one, but
// for titles above it. A title is a row that names no field and has one or two
// cells, above a row with more cells, two of which name fields (or one of two).
func headerRow(rows []sheetRow) int {
	for i := range rows {
		known, cells := knownCells(&rows[i]), rows[i].filled()
		if i == 0 && (known > 0 || cells > 2) {
			return 0
		}
		if i > 0 && cells > 1 && plainHeader(known, cells, mostFilled(rows[:i])) {
			return i
		}
		if known > 0 || cells > 2 {
			return 0
		}
	}
	return 0
}

// plainHeader reports whether a row is plainly the header of a table and those
// above it titles, which have at most so many cells.
func plainHeader(known, cells, titles int) bool {
	return cells > titles && (known > 1 || known*2 >= cells || known == 1 && titles == 1 && cells > 2)
}

func mostFilled(rows []sheetRow) int {
	most := 0
	for i := range rows {
		most = max(most, rows[i].filled())
	}
	return most
}

func knownCells(row *sheetRow) int {
	n := 0
	for _, c := range row.cells {
		if isHeader(c) {
			n++
		}
	}
	return n
}

// readHeader finds the header among the first rows and returns those behind it.
func (d *xlsxFile) readHeader(rows []sheetRow) ([]sheetRow, error) {
	at := headerRow(rows)
	row := &rows[at]
	switch {
	case row.err != nil:
		return nil, desk.Errorf(desk.Invalid, "", "The header row (row %d) cannot be read: %s", row.line, desk.MessageOf(row.err))
	case len(row.far) > 0:
		return nil, desk.Errorf(desk.Invalid, "", "The file has more than %d columns. Nothing was imported.", MaxColumns)
	}
	if at > 0 {
		var titles []string
		for _, r := range rows[:at] {
			titles = append(titles, quote(strings.Join(nonBlank(r.cells), " ")))
		}
		d.note("The header was found in row %d; what stands above it was not read: %s.", row.line, strings.Join(titles, ", "))
	}
	for _, w := range row.warnings {
		d.note("%s", w)
	}
	var cells []string
	rest := rows[at+1:]
	if len(rest) > 0 && d.joinsNext(row, &rest[0]) {
		cells = d.joined(row, &rest[0])
		d.note("The header stands in two rows, %d and %d; their texts were joined.", row.line, rest[0].line)
		d.below = rest[0].line
		rest = rest[1:]
	} else {
		cells = d.numbered(row)
		d.below = row.line
	}
	for len(cells) > 0 && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	for i, c := range cells {
		if strings.ContainsAny(c, "\r\n") { // a wrapped header is one name
			cells[i] = strings.Join(strings.Fields(c), " ")
		}
	}
	d.head = Record{Line: row.line, Cells: cells}
	return rest, nil
}

func nonBlank(cells []string) []string {
	var out []string
	for _, c := range cells {
		if c = strings.TrimSpace(c); c != "" {
			out = append(out, c)
		}
	}
	return out
}

// joinsNext reports whether the row below belongs to the header: it is the next
// one, has a text under each column of a merged cell, and nothing under the
// others but where the header has nothing; and none of its texts is a value.
func (d *xlsxFile) joinsNext(row, next *sheetRow) bool {
	if next.line != row.line+1 || next.err != nil || len(next.far) > 0 {
		return false
	}
	under := make([]bool, max(len(row.cells), len(next.cells), 1))
	merged := false
	for c := range row.cells {
		m, ok := spans(d.merges, row.line, c+1)
		if !ok || m.bottom > row.line {
			continue
		}
		merged = true
		for i := m.left; i <= m.right; i++ {
			if cellAt(next.cells, i) == "" {
				return false
			}
			if i <= len(under) {
				under[i-1] = true
			}
		}
	}
	for i, c := range next.cells {
		if strings.TrimSpace(c) == "" {
			continue
		}
		if !under[i] && cellAt(row.cells, i+1) != "" || looksLikeData(c, true) {
			return false
		}
	}
	return merged
}

// cellAt returns the text of a column, from 1.
func cellAt(cells []string, column int) string {
	if column > len(cells) {
		return ""
	}
	return strings.TrimSpace(cells[column-1])
}

// joined puts the text of a merged cell before each of those below it.
func (d *xlsxFile) joined(row, next *sheetRow) []string {
	cells := make([]string, max(len(row.cells), len(next.cells)))
	copy(cells, row.cells)
	for c := range row.cells {
		if m, ok := spans(d.merges, row.line, c+1); ok {
			for i := m.left; i <= min(m.right, len(cells)); i++ {
				cells[i-1] = row.cells[c]
			}
		}
	}
	for i := range cells {
		cells[i] = strings.TrimSpace(strings.TrimSpace(cells[i]) + " " + cellAt(next.cells, i+1))
	}
	return cells
}

// numbered gives the columns of a merged header cell its text: the first one
// as it is, the others with a number.
func (d *xlsxFile) numbered(row *sheetRow) []string {
	cells := append([]string{}, row.cells...)
	for c, text := range row.cells {
		m, ok := spans(d.merges, row.line, c+1)
		if !ok || strings.TrimSpace(text) == "" || m.right > MaxColumns {
			continue
		}
		for len(cells) < m.right {
			cells = append(cells, "")
		}
		for i := m.left + 1; i <= m.right; i++ {
			if strings.TrimSpace(cells[i-1]) == "" {
				cells[i-1] = fmt.Sprintf("%s %d", strings.TrimSpace(text), i-m.left+1)
			}
		}
		d.note("The header cell %s goes over %d columns; they were called %s to %s.", quote(text), m.right-m.left+1, quote(text), quote(cells[m.right-1]))
	}
	return cells
}
