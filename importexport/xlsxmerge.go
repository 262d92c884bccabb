package importexport

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
)

// maxMerges is how many merged ranges of a sheet are known.
const maxMerges = 50_000

// merge is a range of cells that are one; its text is in the first of them.
type merge struct{ left, top, right, bottom int }

// readMerges finds the merged ranges of a sheet. They stand behind its rows, so
// the part is gone through once before it is read; only looked through, since
// that costs a tenth of reading its elements.
func readMerges(c *container, part string) ([]merge, error) {
	in, err := c.part(part, maxSheetBytes)
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }()
	var all []merge
	buf, kept := make([]byte, 64<<10), 0
	for {
		n, err := io.ReadFull(in, buf[kept:])
		b := buf[:kept+n]
		all, kept = appendMerges(all, b)
		if len(all) > maxMerges {
			return all[:maxMerges], nil
		}
		copy(buf, b[len(b)-kept:])
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(all, func(a, b merge) int { return a.top - b.top })
	return all, nil
}

// appendMerges takes the ranges in b, and returns how many bytes at its end
// may belong to one that goes on.
func appendMerges(all []merge, b []byte) ([]merge, int) {
	const longest = 256 // of an element with a range
	for {
		i := bytes.Index(b, []byte("mergeCell "))
		if i < 0 {
			return all, min(len(b), len("mergeCell "))
		}
		b = b[i:]
		end := bytes.IndexByte(b, '>')
		if end < 0 {
			if len(b) > longest {
				return all, 0
			}
			return all, len(b)
		}
		tag := strings.ReplaceAll(string(b[:end]), "'", `"`)
		_, ref, _ := strings.Cut(tag, `ref="`)
		ref, _, _ = strings.Cut(ref, `"`)
		first, last, _ := strings.Cut(ref, ":")
		m := merge{}
		var ok1, ok2 bool
		m.left, m.top, ok1 = parseRef(first)
		m.right, m.bottom, ok2 = parseRef(last)
		if ok1 && ok2 && m.left <= m.right && m.top <= m.bottom {
			all = append(all, m)
		}
		b = b[end:]
	}
}

// filler gives the text of cells that are merged over several rows to each of
// these rows, as someone does who types the table in.
type filler struct {
	merges []merge // of more than one row, in the order of their first ones
	active []filling
	used   bool
}

type filling struct {
	merge
	text string
}

func newFiller(all []merge, below int) *filler {
	f := &filler{}
	for _, m := range all {
		if m.top > below && m.bottom > m.top && m.left <= MaxColumns {
			f.merges = append(f.merges, m)
		}
	}
	return f
}

// fill fills a row; rows come in their order.
func (f *filler) fill(row *sheetRow) {
	f.active = slices.DeleteFunc(f.active, func(a filling) bool { return a.bottom < row.line })
	for len(f.merges) > 0 && f.merges[0].top <= row.line {
		m := f.merges[0]
		f.merges = f.merges[1:]
		if m.top == row.line && m.left <= len(row.cells) && row.cells[m.left-1] != "" && !f.fills(m.left) {
			f.active = append(f.active, filling{m, row.cells[m.left-1]})
		}
	}
	if len(f.active) == 0 || row.filled() == 0 {
		return
	}
	for _, a := range f.active {
		if a.left > len(row.cells) || row.cells[a.left-1] == "" {
			f.used = true
			row.put(a.left, a.text)
		}
	}
}

// fills reports whether the column is being filled: ranges do not overlap.
func (f *filler) fills(column int) bool {
	return slices.ContainsFunc(f.active, func(a filling) bool { return a.left == column })
}

// spans returns the merged range that begins in the cell and goes over more
// than one column, or false.
func spans(all []merge, line, column int) (merge, bool) {
	i, _ := slices.BinarySearchFunc(all, line, func(m merge, line int) int { return m.top - line })
	for ; i < len(all) && all[i].top == line; i++ {
		if all[i].left == column && all[i].right > all[i].left {
			return all[i], true
		}
	}
	return merge{}, false
}
