package storage

import (
	"context"
	"database/sql"
	"slices"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// program is a query in terms of tokens, which it names by their numbers.
type program struct {
	tokens  []string
	numbers map[string]int
	// A doc must be in every clause: in all tokens of one of its groups.
	clauses [][][]int
	// none are tokens that a doc must not have.
	none []int
}

// program writes the query in terms of tokens.
func (q *search) program() *program {
	p := &program{numbers: map[string]int{}}
	for _, anyOf := range q.facets {
		groups := make([][]int, len(anyOf))
		for i, f := range anyOf {
			groups[i] = []int{p.number(facetToken(f))}
		}
		p.clauses = append(p.clauses, groups)
	}
	for _, term := range q.terms {
		p.clauses = append(p.clauses, p.groups(term))
	}
	for _, f := range q.none {
		p.none = append(p.none, p.number(facetToken(f)))
	}
	p.none = append(p.none, p.number(deadToken))
	return p
}

// groups returns the groups of a term: one for each class of each needle.
func (p *program) groups(term []contacts.Needle) [][]int {
	var groups [][]int
	for _, n := range term {
		grams, _ := needleGrams(n.Text)
		for _, c := range n.In {
			group := make([]int, len(grams))
			for i, g := range grams {
				group[i] = p.number(gramToken(string(c), g))
			}
			groups = append(groups, group)
		}
	}
	return groups
}

// number returns the number of a token.
func (p *program) number(token string) int {
	n, ok := p.numbers[token]
	if !ok {
		n = len(p.tokens)
		p.numbers[token] = n
		p.tokens = append(p.tokens, token)
	}
	return n
}

// postings are the stored bitmaps of a block, by the numbers of their tokens.
type postings [][]byte

// result reads what is kept of the query's tokens and combines it.
func (r *rows) result(ctx context.Context, w desk.WorkspaceID, q *search) (docSet, error) {
	p := q.program()
	blocks, err := r.loadPostings(ctx, w, q.realm, p)
	if err != nil {
		return nil, err
	}
	c := newCombiner(p, r.d.blockBits())
	var out docSet
	for block, have := range blocks {
		if err := c.block(have, block); err != nil {
			return nil, err
		}
		out.add(&c.all, block)
	}
	return out, nil
}

// loadPostings reads the stored bitmaps of the program's tokens, by block.
func (r *rows) loadPostings(ctx context.Context, w desk.WorkspaceID, realm string, p *program) (map[uint32]postings, error) {
	query := lookUp{columns: "token, block, docs", table: "desk_search_postings", where: inRealm, column: "token", n: 3}
	rs, err := r.query(ctx, query.sql(r.d), string(w), realm, r.d.texts(p.tokens))
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	blocks := map[uint32]postings{}
	for rs.Next() {
		var token sql.RawBytes
		var block uint32
		var docs []byte
		if err := rs.Scan(&token, &block, &docs); err != nil {
			return nil, r.mapError(err)
		}
		have := blocks[block]
		if have == nil {
			have = make(postings, len(p.tokens))
			blocks[block] = have
		}
		if n, ok := p.numbers[string(token)]; ok {
			have[n] = docs
		}
	}
	return blocks, r.mapError(rs.Err())
}

// combiner runs a program on one block after the other.
type combiner struct {
	p *program
	// all is the result; clause, group and token are those at hand.
	all, clause, group, token window
}

func newCombiner(p *program, bits uint) *combiner {
	return &combiner{p, newWindow(bits), newWindow(bits), newWindow(bits), newWindow(bits)}
}

// block combines the bitmaps of a block. The result is in c.all.
func (c *combiner) block(have postings, block uint32) error {
	c.all.at(block)
	for i, groups := range c.p.clauses {
		c.clause.at(block)
		for _, group := range groups {
			if err := c.addGroup(have, group, block); err != nil {
				return err
			}
		}
		if i == 0 {
			c.all, c.clause = c.clause, c.all
		} else if !c.all.and(&c.clause) {
			return nil
		}
	}
	for _, n := range c.p.none {
		if have[n] == nil {
			continue
		}
		c.token.at(block)
		if err := c.token.add(have[n]); err != nil {
			return err
		}
		c.all.andNot(&c.token)
	}
	return nil
}

// addGroup adds the docs that have all tokens of a group to the clause.
func (c *combiner) addGroup(have postings, group []int, block uint32) error {
	for _, n := range group {
		if have[n] == nil {
			return nil
		}
	}
	if len(group) == 1 {
		return c.clause.add(have[group[0]])
	}
	// The shortest ones first: most groups are empty after two of them.
	slices.SortFunc(group, func(a, b int) int { return len(have[a]) - len(have[b]) })
	c.group.at(block)
	if err := c.group.add(have[group[0]]); err != nil {
		return err
	}
	for _, n := range group[1:] {
		c.token.at(block)
		if err := c.token.add(have[n]); err != nil {
			return err
		}
		if !c.group.and(&c.token) {
			return nil
		}
	}
	c.clause.or(&c.group)
	return nil
}
