package storage

import (
	"context"

	"github.com/deskfolk/desk"
)

// What comes in at once has places all over an order. If it were written into
// the pages at once, each step would write the whole order anew, and so cost
// more the larger the workspace is. So a page's new docs are kept in a row
// beside it, in desk_search_recent, until there are enough of them to be worth
// writing the page: a level of its own for what is recent, with the page's own
// runs, so that a search looks through both alike. Which docs are where is of
// no matter to it: page and recent docs are read by one statement.

// recentMost is how many docs a page has beside it before they are written into
// it: some eighth of what a page has. With more, rows of recent docs cost more to
// write; with fewer, pages are written more often.
func (d *Dialect) recentMost() int {
	if d.smallBlocks > 0 {
		return 1 << d.smallBlocks / 8
	}
	return 256
}

// decodeRecent reads a page that has the recent docs only.
func decodeRecent(s storedPage) (*page, error) {
	in, err := unpack(s)
	if err != nil {
		return nil, err
	}
	in.n = 0
	p := in.blank()
	return p, p.readRecent(&in, s.recent)
}

// readRecent appends the recent docs of a page, which may be nil.
func (p *page) readRecent(in *packed, recent []byte) error {
	if recent == nil {
		return nil
	}
	if err := in.cutDocs(recent); err != nil {
		return err
	}
	return p.read(in)
}

// writeRecent adds or replaces the recent docs of pages of an order.
func (r *rows) writeRecent(ctx context.Context, w desk.WorkspaceID, realm string, key int, pages []*page) error {
	return r.insert(ctx, recentTable, len(pages), func(i int, v []any) {
		v[0], v[1], v[2], v[3], v[4] = string(w), realm, int64(key), pages[i].lows[0], pages[i].appendDocs(nil)
	})
}

// sweepPages takes a range of docs out of up to n pages of an order. Pages that
// become empty go, but for the lowest.
func (r *rows) sweepPages(ctx context.Context, w desk.WorkspaceID, realm string, key int, first, end uint64, n int) (int, error) {
	stored, err := r.pagesInRange(ctx, w, realm, keyRange{key: key})
	if err != nil {
		return 0, err
	}
	var changed, recent []*page
	done := 0
	for i, s := range stored {
		p, err := decodePage(s)
		if err != nil {
			return 0, err
		}
		before := len(p.docs)
		p.drop(func(i int) bool { return uint64(p.docs[i]) >= first && uint64(p.docs[i]) < end })
		switch {
		case len(p.docs) == before:
			continue
		case len(p.docs) == 0 && i > 0:
			if err := r.dropPage(ctx, w, realm, key, s.low); err != nil {
				return 0, err
			}
		default:
			p.join()
			changed = append(changed, p)
			if s.recent != nil {
				recent = append(recent, &page{lows: p.lows})
			}
		}
		if done++; done == n {
			break
		}
	}
	if err := r.writePages(ctx, w, realm, key, changed); err != nil {
		return 0, err
	}
	return done, r.writeRecent(ctx, w, realm, key, recent)
}

// dropPage removes a page with what is beside it.
func (r *rows) dropPage(ctx context.Context, w desk.WorkspaceID, realm string, key int, low []byte) error {
	for _, table := range []string{"desk_search_recent", "desk_search_runs"} {
		if _, err := r.exec(ctx, `DELETE FROM `+table+` WHERE workspace_id = $1 AND realm = $2 AND sort = $3 AND low = $4`, string(w), realm, key, low); err != nil {
			return err
		}
	}
	return nil
}
