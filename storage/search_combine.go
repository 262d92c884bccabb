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

// postings are the containers of docs that have a higher half in common, by
// the numbers of their tokens. A token has several where blocks are smaller
// than that, or not joined yet.
type postings [][]container

// result reads what is kept of the query's tokens and combines it.
func (r *rows) result(ctx context.Context, w desk.WorkspaceID, q *search) (docSet, error) {
	p := q.program()
	parts, err := r.loadPostings(ctx, w, q.realm, p)
	if err != nil {
		return nil, err
	}
	return p.run(parts)
}

// run runs the program on postings, by the higher half of their docs.
func (p *program) run(parts map[uint16]postings) (docSet, error) {
	c := combiner{p: p}
	var out docSet
	for high, have := range parts {
		some, err := c.combine(have)
		if err != nil {
			return nil, err
		}
		if some {
			*out.part(uint32(high) << 16) = c.all
		}
	}
	return out, nil
}

// loadPostings reads the stored bitmaps of the program's tokens, by the higher
// half of their docs.
func (r *rows) loadPostings(ctx context.Context, w desk.WorkspaceID, realm string, p *program) (map[uint16]postings, error) {
	query := lookUp{columns: "token, docs", table: "desk_search_postings", where: inRealm, column: "token", n: 3}
	rs, err := r.query(ctx, query.sql(r.d), string(w), realm, r.d.texts(p.tokens))
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	parts := map[uint16]postings{}
	for rs.Next() {
		var token sql.RawBytes
		var docs []byte
		if err := rs.Scan(&token, &docs); err != nil {
			return nil, r.mapError(err)
		}
		n, ok := p.numbers[string(token)]
		if !ok {
			continue
		}
		err := eachContainer(docs, func(high uint16, c container) {
			if parts[high] == nil {
				parts[high] = make(postings, len(p.tokens))
			}
			parts[high][n] = append(parts[high][n], c)
		})
		if err != nil {
			return nil, err
		}
	}
	return parts, r.mapError(rs.Err())
}

// combiner runs a program on the docs of one higher half after the other.
type combiner struct {
	p *program
	// all is the result; clause, group and token are those at hand.
	all, clause, group, token window
}

// combine combines postings; the result is in c.all. It reports whether there
// is any.
func (c *combiner) combine(have postings) (bool, error) {
	for i, groups := range c.p.clauses {
		c.clause = window{}
		for _, group := range groups {
			if err := c.addGroup(have, group); err != nil {
				return false, err
			}
		}
		if i == 0 {
			c.all = c.clause
		} else if !c.all.and(&c.clause) {
			return false, nil
		}
	}
	for _, n := range c.p.none {
		if have[n] == nil {
			continue
		}
		if err := c.read(have[n]); err != nil {
			return false, err
		}
		c.all.andNot(&c.token)
	}
	return c.all != window{}, nil
}

// read reads the docs of a token.
func (c *combiner) read(of []container) error {
	c.token = window{}
	for _, one := range of {
		if err := c.token.add(one); err != nil {
			return err
		}
	}
	return nil
}

// size is how much there is to read of a token.
func (p postings) size(token int) int {
	n := 0
	for _, c := range p[token] {
		n += len(c.body)
	}
	return n
}

// addGroup adds the docs that have all tokens of a group to the clause.
func (c *combiner) addGroup(have postings, group []int) error {
	for _, n := range group {
		if have[n] == nil {
			return nil
		}
	}
	if len(group) > 1 {
		// The shortest ones first: most groups are empty after two of them.
		slices.SortFunc(group, func(a, b int) int { return have.size(a) - have.size(b) })
	}
	for i, n := range group {
		if err := c.read(have[n]); err != nil {
			return err
		}
		if i == 0 {
			c.group = c.token
		} else if !c.group.and(&c.token) {
			return nil
		}
	}
	c.clause.or(&c.group)
	return nil
}
