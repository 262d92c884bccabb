package storage

import (
	"encoding/binary"

	"github.com/RoaringBitmap/roaring/v2"
)

// Most postings of a block are short and only grow at their end. Roaring's
// format keeps such ones as one array of their lower halves behind a head of
// 16 bytes; growing it as bytes costs a tenth of what reading, changing and
// writing a bitmap does. https://github.com/RoaringBitmap/RoaringFormatSpec
const (
	arrayCookie = 12346 // no container is of runs
	arrayHead   = 16    // cookie, count of containers, key, length - 1, offset
	arrayMost   = 4096  // a longer one would be a bitmap
)

// addDocs adds ascending docs to a stored bitmap, which may be nil.
func addDocs(have []byte, docs []uint32) ([]byte, error) {
	if b := growArray(have, docs); b != nil {
		return b, nil
	}
	m := roaring.New()
	if have != nil {
		var err error
		if m, err = decodeBitmap(have); err != nil {
			return nil, err
		}
	}
	m.AddMany(docs)
	m.RunOptimize()
	return m.ToBytes()
}

// growArray is addDocs for an array that stays one and does not get smaller
// by being kept as runs; nil for anything else.
func growArray(have []byte, docs []uint32) []byte {
	key, last := docs[0]>>16, docs[len(docs)-1]
	if last>>16 != key || have != nil && !isArray(have, docs[0]) {
		return nil
	}
	n := len(docs)
	if have != nil {
		n += (len(have) - arrayHead) / 2
	}
	if n > arrayMost {
		return nil
	}
	b := make([]byte, arrayHead, arrayHead+2*n)
	binary.LittleEndian.PutUint32(b, arrayCookie)
	binary.LittleEndian.PutUint32(b[4:], 1)
	binary.LittleEndian.PutUint16(b[8:], uint16(key))
	binary.LittleEndian.PutUint16(b[10:], uint16(n-1))
	binary.LittleEndian.PutUint32(b[12:], arrayHead)
	if have != nil {
		b = append(b, have[arrayHead:]...)
	}
	for _, d := range docs {
		b = binary.LittleEndian.AppendUint16(b, uint16(d))
	}
	if runsOf(b[arrayHead:])*4+2 < 2*n {
		return nil
	}
	return b
}

// isArray reports whether the stored bitmap is one array whose docs are all
// below next and share its upper half.
func isArray(b []byte, next uint32) bool {
	if len(b) < arrayHead+2 || binary.LittleEndian.Uint32(b) != arrayCookie || binary.LittleEndian.Uint32(b[4:]) != 1 {
		return false
	}
	n := int(binary.LittleEndian.Uint16(b[10:])) + 1
	return n <= arrayMost && len(b) == arrayHead+2*n &&
		uint32(binary.LittleEndian.Uint16(b[8:])) == next>>16 && binary.LittleEndian.Uint16(b[len(b)-2:]) < uint16(next)
}

// runsOf counts the runs of neighbours in an array.
func runsOf(b []byte) int {
	runs, next := 0, -1
	for ; len(b) >= 2; b = b[2:] {
		d := int(binary.LittleEndian.Uint16(b))
		if d != next {
			runs++
		}
		next = d + 1
	}
	return runs
}
