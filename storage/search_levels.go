package storage

import (
	"context"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"github.com/deskfolk/desk"
)

// A posting is written for each small block by itself, which is cheap, and
// would leave a search many rows to read. So the rows of blocks that no new
// doc will be in are joined, as in a log-structured merge tree: those of eight
// blocks, and when there are eight such, the short ones of these. A row stands
// under the first block it has docs of. Searches do not mind which rows are
// joined: they take the docs of all.
const (
	// levelBits is how many blocks are joined, as a power of two.
	levelBits = 3
	levels    = 2
	// joinJobs is how many jobs there are for a stretch of the second level.
	joinJobs = 1<<levelBits + 1
	// joinMost is the length up to which a row is joined a second time: of
	// longer ones, the bytes cost more than the rows.
	joinMost = 1000
	// joinRows is how many rows are read at once. It is more than a token has.
	joinRows = 1024
)

// stretch is a range of blocks that are, or are to be, joined.
type stretch struct {
	level       int
	from, until uint32
}

// joinJob returns the n-th job: eight stretches of the first level are joined,
// then the one of the second level that they make.
func joinJob(n int64) stretch {
	if n%joinJobs == joinJobs-1 {
		return levelStretch(levels, uint32(n/joinJobs)) //nolint:gosec // docs are less than 1<<32
	}
	return levelStretch(1, uint32(n/joinJobs<<levelBits+n%joinJobs)) //nolint:gosec // as above
}

// levelStretch returns the i-th stretch of a level.
func levelStretch(level int, i uint32) stretch {
	bits := levelBits * level
	return stretch{level, i << bits, (i + 1) << bits}
}

// complete reports whether no new doc will be in the stretch.
func (s stretch) complete(d *Dialect, next int64) bool {
	return int64(s.until)<<d.blockBits() <= next
}

// rowOf returns the block under which a doc that comes late has its row: the
// first of the greatest stretch that is complete, or its own.
func (d *Dialect) rowOf(doc uint32, next int64) uint32 {
	for level := levels; level > 0; level-- {
		if s := levelStretch(level, doc>>(d.blockBits()+levelBits*uint(level))); s.complete(d, next) {
			return s.from
		}
	}
	return doc >> d.blockBits()
}

// joining is how far the joining has come: jobs that are done, and the last
// token of the job at hand.
type joining struct {
	done  int64
	token string
}

func (r *rows) joining(ctx context.Context, w desk.WorkspaceID, realm string) (joining, error) {
	var j joining
	err := r.queryRow(ctx, `SELECT joined, joined_token FROM desk_search_state WHERE `+inRealm, string(w), realm).Scan(&j.done, &j.token)
	if desk.KindOf(err) == desk.NotFound { // nothing was indexed yet
		return j, nil
	}
	return j, err
}

// join joins some rows: more than n docs bring in, so that it keeps up, and
// the more the further it is behind. It returns how many rows it has read.
func (db *DB) join(ctx context.Context, w desk.WorkspaceID, realm string, next int64, n int) (int, error) {
	j, err := db.joining(ctx, w, realm)
	if err != nil {
		return 0, err
	}
	behind := 0
	for joinJob(j.done+int64(behind)).complete(db.d, next) {
		behind++
	}
	total := 0
	for budget := max(4*n*behind, 128); behind > 0 && total < budget; {
		part := min(budget-total, db.d.parts().joined)
		read := 0
		err := db.indexing(ctx, func(t writer) (err error) {
			read, err = t.joinPart(ctx, w, realm, next, part)
			return err
		})
		if total += read; err != nil || read < part {
			return total, err
		}
	}
	return total, nil
}

// joinPart joins up to about budget rows.
func (r *rows) joinPart(ctx context.Context, w desk.WorkspaceID, realm string, next int64, budget int) (int, error) {
	if _, err := r.lockIndex(ctx, w, realm); err != nil {
		return 0, err
	}
	j, err := r.joining(ctx, w, realm)
	if err != nil {
		return 0, err
	}
	total := 0
	for total < budget && joinJob(j.done).complete(r.d, next) {
		s := joinJob(j.done)
		read, last, err := r.joinSome(ctx, w, realm, s, j.token, min(budget-total, joinRows))
		if err != nil {
			return 0, err
		}
		if j.token = last; last == "" {
			j.done++
		}
		total += read
	}
	_, err = r.exec(ctx, `UPDATE desk_search_state SET joined = $1, joined_token = $2 WHERE workspace_id = $3 AND realm = $4`, j.done, j.token, string(w), realm)
	return total, err
}

// tokenRow is a row of a token.
type tokenRow struct {
	token string
	block uint32
	docs  []byte
}

// joinSome joins the rows of a stretch for the tokens after the given one, up
// to most rows. It returns how many it has read, and the last token it is
// through with, or "" when there are no more.
func (r *rows) joinSome(ctx context.Context, w desk.WorkspaceID, realm string, s stretch, after string, most int) (int, string, error) {
	most = max(most, 128) // more than a token has
	longest := 1 << 30    // no row is so long
	if s.level == levels {
		longest = joinMost
	}
	have, err := r.stretchRows(ctx, w, realm, s, after, longest, most)
	if err != nil || len(have) == 0 {
		return 0, "", err
	}
	last, read := "", len(have)
	if read == most { // the last token may have more
		cut := have[read-1].token
		have = slices.DeleteFunc(have, func(t tokenRow) bool { return t.token == cut })
		last = have[len(have)-1].token
	}
	out, err := joinTokens(have)
	if err != nil {
		return 0, "", err
	}
	_, err = r.exec(ctx, `DELETE FROM desk_search_postings WHERE workspace_id = $1 AND realm = $2 AND token > $3 AND token <= $4 AND block > $5 AND block < $6 AND length(docs) <= $7`,
		string(w), realm, after, have[len(have)-1].token, s.from, s.until, longest)
	if err != nil {
		return 0, "", err
	}
	err = r.insert(ctx, postingTable, len(out), func(i int, v []any) {
		v[0], v[1], v[2], v[3], v[4] = string(w), realm, out[i].token, int64(out[i].block), out[i].docs
	})
	return read, last, err
}

// stretchRows reads the rows of a stretch that are not too long, token by token.
func (r *rows) stretchRows(ctx context.Context, w desk.WorkspaceID, realm string, s stretch, after string, longest, most int) ([]tokenRow, error) {
	rs, err := r.query(ctx, `SELECT token, block, docs FROM desk_search_postings WHERE workspace_id = $1 AND realm = $2 AND token > $3 AND block >= $4 AND block < $5 AND length(docs) <= $6
		ORDER BY token, block LIMIT (SELECT CAST($7 AS BIGINT))`, string(w), realm, after, s.from, s.until, longest, most)
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	var out []tokenRow
	for rs.Next() {
		var t tokenRow
		if err := rs.Scan(&t.token, &t.block, &t.docs); err != nil {
			return nil, r.mapError(err)
		}
		out = append(out, t)
	}
	return out, r.mapError(rs.Err())
}

// joinTokens joins the rows of each token into one, under the first block.
func joinTokens(have []tokenRow) ([]tokenRow, error) {
	var out []tokenRow
	for len(have) > 0 {
		n := 1
		for n < len(have) && have[n].token == have[0].token {
			n++
		}
		one := have[0]
		var err error
		if one.docs, err = joinDocs(have[:n]); err != nil {
			return nil, err
		}
		out, have = append(out, one), have[n:]
	}
	return out, nil
}

// joinDocs joins the docs of rows.
func joinDocs(rows []tokenRow) ([]byte, error) {
	if len(rows) == 1 {
		return rows[0].docs, nil
	}
	all := roaring.New()
	for _, row := range rows {
		m, err := decodeBitmap(row.docs)
		if err != nil {
			return nil, err
		}
		all.Or(m)
	}
	all.RunOptimize()
	return all.ToBytes()
}
