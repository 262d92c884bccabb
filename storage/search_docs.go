package storage

import "math/bits"

// docSet is a set of docs as plain bits, by the higher half of the doc: a walk
// may ask it a million times.
type docSet []*window

// part returns the docs with the same higher half as the given one, to be added to.
func (s *docSet) part(doc uint32) *window {
	i := int(doc >> 16)
	if i >= len(*s) {
		*s = append(*s, make(docSet, i+1-len(*s))...)
	}
	if (*s)[i] == nil {
		(*s)[i] = new(window)
	}
	return (*s)[i]
}

// put adds a doc.
func (s *docSet) put(doc uint32) { s.part(doc)[doc>>6&(1<<10-1)] |= 1 << (doc & 63) }

// drop takes a doc away.
func (s docSet) drop(doc uint32) {
	if i := int(doc >> 16); i < len(s) && s[i] != nil {
		s[i][doc>>6&(1<<10-1)] &^= 1 << (doc & 63)
	}
}

// cut drops the docs from the given one on.
func (s *docSet) cut(from int64) {
	high := int(from >> 16)
	if high >= len(*s) {
		return
	}
	*s = (*s)[:high+1]
	part := (*s)[high]
	if part == nil {
		return
	}
	at := int(from >> 6 & (1<<10 - 1))
	part[at] &= 1<<(from&63) - 1
	clear(part[at+1:])
}

// and keeps the docs that another set has too.
func (s docSet) and(o docSet) {
	for i, part := range s {
		switch {
		case part == nil:
		case i >= len(o) || o[i] == nil:
			s[i] = nil
		default:
			for j := range part {
				part[j] &= o[i][j]
			}
		}
	}
}

// count counts the docs.
func (s docSet) count() int {
	n := 0
	for _, part := range s {
		if part == nil {
			continue
		}
		for _, b := range part {
			n += bits.OnesCount64(b)
		}
	}
	return n
}

// docs lists the docs, the smallest first.
func (s docSet) docs() []uint32 {
	var out []uint32
	for i, part := range s {
		if part == nil {
			continue
		}
		for j, b := range part {
			for ; b != 0; b &= b - 1 {
				out = append(out, uint32(i)<<16|uint32(j)<<6|uint32(bits.TrailingZeros64(b))) //nolint:gosec // they are small
			}
		}
	}
	return out
}

// find appends those docs of a page that are in the set, with their runs.
func (s docSet) find(p *packed, out []runDoc) ([]runDoc, error) {
	for {
		high, at, lower, err := p.next()
		if err != nil || lower == nil {
			return out, err
		}
		if int(high>>16) >= len(s) || s[high>>16] == nil {
			continue
		}
		set := s[high>>16]
		for i := 0; i+1 < len(lower); i += 2 {
			d := uint32(lower[i]) | uint32(lower[i+1])<<8
			if set[d>>6]>>(d&63)&1 != 0 {
				out = append(out, runDoc{p.tag(at + i/2), high | d})
			}
		}
	}
}
