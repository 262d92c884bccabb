package storage

import (
	"encoding/binary"

	"github.com/RoaringBitmap/roaring/v2"
)

// blockBits is the size of a posting's smallest block: 8,192 docs, as many as an
// import brings in at once, so that it writes each posting once. Blocks are
// joined later; see search_levels.go. Tests have smaller ones.
func (d *Dialect) blockBits() uint {
	if d.smallBlocks > 0 {
		return d.smallBlocks
	}
	return 13
}

// decodeBitmap reads a stored bitmap; it keeps a hold of b.
func decodeBitmap(b []byte) (*roaring.Bitmap, error) {
	m := roaring.New()
	if _, err := m.FromBuffer(b); err != nil {
		return nil, errDamaged
	}
	return m, nil
}

// window is a set of docs with the same higher half, as plain bits. A search
// combines thousands of stored bitmaps: it reads them into windows, which it
// uses again, rather than making objects of them.
type window [1 << 10]uint64

// container is one container of roaring's format: up to 65,536 docs.
// https://github.com/RoaringBitmap/RoaringFormatSpec
type container struct {
	kind containerKind
	body []byte
}

type containerKind int

const (
	arrayKind containerKind = iota
	bitsKind
	runsKind
)

const (
	runsCookie = 12347 // containers may be of runs; the higher half is their count - 1
	bitsSize   = 8192
	// A bitmap with runs has the offsets of its containers if it has so many.
	offsetsFrom = 4
)

// eachContainer calls fn with the containers of a stored bitmap and the higher
// halves of their docs.
func eachContainer(b []byte, fn func(high uint16, c container)) error {
	heads, runs, b, ok := cutHeads(b)
	if !ok {
		return errDamaged
	}
	for i := 0; 4*i < len(heads); i++ {
		high, n := binary.LittleEndian.Uint16(heads[4*i:]), int(binary.LittleEndian.Uint16(heads[4*i+2:]))+1
		isRuns := runs != nil && runs[i/8]>>(i%8)&1 != 0
		c, rest, ok := cutContainer(b, n, isRuns)
		if !ok {
			return errDamaged
		}
		fn(high, c)
		b = rest
	}
	if len(b) > 0 {
		return errDamaged
	}
	return nil
}

// cutHeads takes what stands before the containers from the front of a stored
// bitmap: a head of four bytes for each, and the bits of those that are runs.
func cutHeads(b []byte) (heads, runs, rest []byte, ok bool) {
	if len(b) < 8 {
		return nil, nil, nil, false
	}
	var n int
	cookie := binary.LittleEndian.Uint32(b)
	switch {
	case cookie == arrayCookie:
		n, b = int(min(binary.LittleEndian.Uint32(b[4:]), 1<<16)), b[8:]
	case cookie&(1<<16-1) == runsCookie:
		n = int(cookie>>16) + 1
		size := (n + 7) / 8
		if len(b) < 4+size {
			return nil, nil, nil, false
		}
		runs, b = b[4:4+size], b[4+size:]
	default:
		return nil, nil, nil, false
	}
	skip := 4 * n
	if runs == nil || n >= offsetsFrom {
		skip *= 2
	}
	if len(b) < skip {
		return nil, nil, nil, false
	}
	return b[:4*n], runs, b[skip:], true
}

// cutContainer takes a container of n docs from the front of b.
func cutContainer(b []byte, n int, isRuns bool) (c container, rest []byte, ok bool) {
	size := 2 * n
	switch {
	case isRuns && len(b) < 2:
		return c, nil, false
	case isRuns:
		c.kind, size, b = runsKind, 4*int(binary.LittleEndian.Uint16(b)), b[2:]
	case n > arrayMost:
		c.kind, size = bitsKind, bitsSize
	}
	if len(b) < size {
		return c, nil, false
	}
	c.body = b[:size]
	return c, b[size:], true
}

// add adds the docs of a container.
func (v *window) add(c container) error {
	switch c.kind {
	case arrayKind:
		for b := c.body; len(b) >= 2; b = b[2:] {
			doc := binary.LittleEndian.Uint16(b)
			v[doc>>6] |= 1 << (doc & 63)
		}
	case bitsKind:
		for i := range v {
			v[i] |= binary.LittleEndian.Uint64(c.body[8*i:])
		}
	case runsKind:
		for b := c.body; len(b) >= 4; b = b[4:] {
			from, more := int(binary.LittleEndian.Uint16(b)), int(binary.LittleEndian.Uint16(b[2:]))
			if from+more >= 1<<16 {
				return errDamaged
			}
			v.addRun(from, from+more)
		}
	}
	return nil
}

// addRun adds all docs from one to another.
func (v *window) addRun(from, to int) {
	first, last := ^uint64(0)<<(from&63), ^uint64(0)>>(63-to&63)
	if from>>6 == to>>6 {
		v[from>>6] |= first & last
		return
	}
	v[from>>6] |= first
	for i := from>>6 + 1; i < to>>6; i++ {
		v[i] = ^uint64(0)
	}
	v[to>>6] |= last
}

// or adds the docs of another window.
func (v *window) or(o *window) {
	for i, b := range o {
		v[i] |= b
	}
}

// and keeps the docs that another window has too, and reports whether there
// are any.
func (v *window) and(o *window) bool {
	var some uint64
	for i, b := range o {
		v[i] &= b
		some |= v[i]
	}
	return some != 0
}

// andNot takes away the docs of another window.
func (v *window) andNot(o *window) {
	for i, b := range o {
		v[i] &^= b
	}
}
