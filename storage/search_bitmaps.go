package storage

import (
	"context"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// blockBits is the size of a posting's block: 32,768 docs. The larger, the
// fewer rows a search reads; the smaller, the less often an import, which
// brings in a quarter of a block at once, writes a posting anew. Tests have
// smaller ones.
func (d *Dialect) blockBits() uint {
	if d.smallBlocks > 0 {
		return d.smallBlocks
	}
	return 15
}

// bitmaps are the docs of tokens.
type bitmaps map[string]*roaring.Bitmap

// loadBitmaps reads the docs of the tokens.
func (r *rows) loadBitmaps(ctx context.Context, w desk.WorkspaceID, realm string, tokens []string) (bitmaps, error) {
	query := lookUp{columns: "token, docs", table: "desk_search_postings", where: inRealm, column: "token", n: 3}
	rs, err := r.query(ctx, query.sql(r.d), string(w), realm, r.d.texts(tokens))
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	blocks := make(map[string][]*roaring.Bitmap, len(tokens))
	for rs.Next() {
		var token string
		var docs []byte
		if err := rs.Scan(&token, &docs); err != nil {
			return nil, r.mapError(err)
		}
		block, err := decodeBitmap(docs)
		if err != nil {
			return nil, err
		}
		blocks[token] = append(blocks[token], block)
	}
	out := make(bitmaps, len(blocks))
	for token, bs := range blocks {
		out[token] = roaring.FastOr(bs...)
	}
	return out, r.mapError(rs.Err())
}

// decodeBitmap reads a stored bitmap; it keeps a hold of b.
func decodeBitmap(b []byte) (*roaring.Bitmap, error) {
	m := roaring.New()
	if _, err := m.FromBuffer(b); err != nil {
		return nil, &desk.Error{Kind: desk.Internal, Message: "The search index is damaged; rebuild it.", Err: err}
	}
	return m, nil
}

// result combines the bitmaps as the query says, without the void docs.
func (b bitmaps) result(q *search, void *roaring.Bitmap) *roaring.Bitmap {
	var all *roaring.Bitmap
	and := func(m *roaring.Bitmap) {
		if all == nil {
			all = m.Clone()
		} else {
			all.And(m)
		}
	}
	for _, anyOf := range q.facets {
		and(b.anyFacet(anyOf))
	}
	for _, term := range q.terms {
		and(b.anyNeedle(term))
	}
	if all == nil {
		return roaring.New()
	}
	for _, f := range q.none {
		if m := b[facetToken(f)]; m != nil {
			all.AndNot(m)
		}
	}
	if dead := b[deadToken]; dead != nil {
		all.AndNot(dead)
	}
	all.AndNot(void)
	return all
}

func (b bitmaps) anyFacet(facets []string) *roaring.Bitmap {
	out := roaring.New()
	for _, f := range facets {
		if m := b[facetToken(f)]; m != nil {
			out.Or(m)
		}
	}
	return out
}

func (b bitmaps) anyNeedle(term []contacts.Needle) *roaring.Bitmap {
	out := roaring.New()
	for _, n := range term {
		grams, _ := needleGrams(n.Text)
		for _, c := range n.In {
			if m := b.all(needleTokens(c, grams)); m != nil {
				out.Or(m)
			}
		}
	}
	return out
}

// all returns the docs that have every token, or nil for none.
func (b bitmaps) all(tokens []string) *roaring.Bitmap {
	ms := make([]*roaring.Bitmap, len(tokens))
	for i, t := range tokens {
		if ms[i] = b[t]; ms[i] == nil {
			return nil
		}
	}
	return roaring.FastAnd(ms...)
}
