package storage

import (
	"encoding/binary"

	"github.com/RoaringBitmap/roaring/v2"
)

// blockBits is the size of a posting's block: 32,768 docs. The larger, the
// fewer rows a search reads; the smaller, the less often an import, which
// brings in a quarter of a block at once, writes a posting anew. Tests have
// smaller ones; a block never has less than a word's 64 docs, nor more than
// one container of roaring's.
func (d *Dialect) blockBits() uint {
	if d.smallBlocks > 0 {
		return d.smallBlocks
	}
	return 15
}

// decodeBitmap reads a stored bitmap; it keeps a hold of b.
func decodeBitmap(b []byte) (*roaring.Bitmap, error) {
	m := roaring.New()
	if _, err := m.FromBuffer(b); err != nil {
		return nil, errDamaged
	}
	return m, nil
}

// window is the docs of a block as plain bits. A search combines thousands of
// stored bitmaps: it reads them into windows, which it uses again, rather than
// making objects of them.
type window struct {
	bits []uint64
	// low is the number of the first word within its 65,536 docs.
	low int
}

func newWindow(bits uint) window { return window{bits: make([]uint64, 1<<bits>>6)} }

// at turns the window to a block, and empties it.
func (v *window) at(block uint32) {
	v.low = int(block) * len(v.bits) % (1 << 10)
	clear(v.bits)
}

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
	runsCookie = 12347 // containers may be of runs
	runsHead   = 9     // cookie with count - 1, a flag, key, length - 1
	bitsSize   = 8192
)

// readContainer finds the one container of a stored bitmap.
func readContainer(b []byte) (container, error) {
	if len(b) < runsHead {
		return container{}, errDamaged
	}
	switch cookie := binary.LittleEndian.Uint32(b); {
	case cookie == arrayCookie && binary.LittleEndian.Uint32(b[4:]) == 1 && len(b) >= arrayHead:
		return plainContainer(int(binary.LittleEndian.Uint16(b[10:]))+1, b[arrayHead:])
	case cookie == runsCookie && b[4] == 0:
		return plainContainer(int(binary.LittleEndian.Uint16(b[7:]))+1, b[runsHead:])
	case cookie == runsCookie && len(b) >= runsHead+2:
		n := int(binary.LittleEndian.Uint16(b[runsHead:]))
		if body := b[runsHead+2:]; len(body) == 4*n {
			return container{runsKind, body}, nil
		}
	}
	return container{}, errDamaged
}

// plainContainer is a container without runs, of n docs.
func plainContainer(n int, body []byte) (container, error) {
	switch {
	case n <= arrayMost && len(body) == 2*n:
		return container{arrayKind, body}, nil
	case n > arrayMost && len(body) == bitsSize:
		return container{bitsKind, body}, nil
	}
	return container{}, errDamaged
}

// add adds the docs of a stored bitmap to the window.
func (v *window) add(stored []byte) error {
	c, err := readContainer(stored)
	if err != nil {
		return err
	}
	switch c.kind {
	case arrayKind:
		for b := c.body; len(b) >= 2; b = b[2:] {
			doc := binary.LittleEndian.Uint16(b)
			word := int(doc>>6) - v.low
			if uint(word) >= uint(len(v.bits)) {
				return errDamaged
			}
			v.bits[word] |= 1 << (doc & 63)
		}
	case bitsKind:
		words := c.body[8*v.low:]
		for i := range v.bits {
			v.bits[i] |= binary.LittleEndian.Uint64(words[8*i:])
		}
	case runsKind:
		for b := c.body; len(b) >= 4; b = b[4:] {
			from, more := int(binary.LittleEndian.Uint16(b)), int(binary.LittleEndian.Uint16(b[2:]))
			if !v.addRun(from-v.low<<6, from+more-v.low<<6) {
				return errDamaged
			}
		}
	}
	return nil
}

// addRun adds all docs from one to another, counted from the window's first.
func (v *window) addRun(from, to int) bool {
	if from < 0 || to < from || to>>6 >= len(v.bits) {
		return false
	}
	first, last := ^uint64(0)<<(from&63), ^uint64(0)>>(63-to&63)
	if from>>6 == to>>6 {
		v.bits[from>>6] |= first & last
		return true
	}
	v.bits[from>>6] |= first
	for i := from>>6 + 1; i < to>>6; i++ {
		v.bits[i] = ^uint64(0)
	}
	v.bits[to>>6] |= last
	return true
}

// or adds the docs of another window.
func (v *window) or(o *window) {
	for i, b := range o.bits {
		v.bits[i] |= b
	}
}

// and keeps the docs that another window has too, and reports whether there
// are any.
func (v *window) and(o *window) bool {
	var some uint64
	for i, b := range o.bits {
		v.bits[i] &= b
		some |= v.bits[i]
	}
	return some != 0
}

// andNot takes away the docs of another window.
func (v *window) andNot(o *window) {
	for i, b := range o.bits {
		v.bits[i] &^= b
	}
}
