package contacts

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/deskfolk/desk"
)

// holder is a contact that has a key.
type holder struct {
	id   desk.ContactID
	main bool
}

// working is a contact that rows of the call change or make.
type working struct {
	before, after Contact
	fresh         bool
	changed       bool
}

// applyRun is one transaction of Apply.
type applyRun struct {
	s    *Service
	a    desk.Actor
	o    ApplyOptions
	r    *rules
	tx   Tx
	now  time.Time
	book *book
	j    *journal

	byKey   map[Key][]holder
	byID    map[desk.ContactID]*working
	fresh   []*working
	changed []*working
	outs    []Outcome
	wrote   int
}

func (run *applyRun) all(ctx context.Context, ready []readyRow, rows []Incoming) error {
	if err := run.lookUp(ctx, ready, rows); err != nil {
		return err
	}
	for i := range rows {
		if ready[i].err != nil {
			run.outs[i] = failed(&rows[i], ready[i].err)
			continue
		}
		out, err := run.row(ctx, &rows[i], &ready[i])
		switch {
		case err == nil:
			run.outs[i] = out
		case isRowError(err):
			run.outs[i] = failed(&rows[i], err)
		default:
			return err
		}
	}
	return run.keep(ctx)
}

// isRowError reports whether the row is to blame, not the database.
func isRowError(err error) bool {
	switch desk.KindOf(err) {
	case desk.Invalid, desk.Denied, desk.Conflict, desk.NotFound, desk.Limited:
		return true
	}
	return false
}

// lookUp reads at once what the rows may be about.
func (run *applyRun) lookUp(ctx context.Context, ready []readyRow, rows []Incoming) error {
	var keys []Key
	var names []string
	var ids []desk.ContactID
	for i := range ready {
		if ready[i].err != nil {
			continue
		}
		for _, k := range ready[i].keys {
			if _, ok := run.byKey[k]; !ok {
				run.byKey[k] = nil
				keys = append(keys, k)
			}
		}
		names = append(names, companyKeys(&ready[i].p)...)
		if desk.IsID("contact", string(rows[i].ID)) {
			ids = append(ids, rows[i].ID)
		}
	}
	slices.Sort(names)
	if err := run.book.prefetch(ctx, run.tx, slices.Compact(names)); err != nil {
		return err
	}
	if len(keys) > 0 {
		found, err := run.tx.FindKeys(ctx, run.a.Workspace, keys)
		if err != nil {
			return err
		}
		for _, m := range found {
			run.byKey[m.Key] = append(run.byKey[m.Key], holder{m.ID, m.Main})
			ids = append(ids, m.ID)
		}
	}
	return run.load(ctx, ids)
}

func (run *applyRun) load(ctx context.Context, ids []desk.ContactID) error {
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(ids) == 0 {
		return nil
	}
	cs, err := run.tx.Contacts(ctx, run.a.Workspace, ids)
	if err != nil {
		return err
	}
	for _, c := range cs {
		run.byID[c.ID] = &working{before: c, after: c}
	}
	return nil
}

// match returns the contact that the row is about, and by what.
func (run *applyRun) match(row *Incoming, rr *readyRow) (*working, string) {
	if w := run.byID[row.ID]; w != nil && w.after.State == Live && sees(run.a, &w.after) {
		return w, "id"
	}
	ranked := slices.Clone(rr.keys)
	slices.SortStableFunc(ranked, func(x, y Key) int { return cmp.Compare(keyRank(x, rr), keyRank(y, rr)) })
	for _, k := range ranked {
		holders := run.byKey[k]
		if len(holders) == 0 {
			continue
		}
		best := slices.MinFunc(holders, func(x, y holder) int {
			if x.main != y.main {
				if x.main {
					return -1
				}
				return 1
			}
			return cmp.Compare(x.id, y.id)
		})
		if w := run.byID[best.id]; w != nil {
			return w, keyWords(k, best.main)
		}
	}
	return nil, ""
}

func keyRank(k Key, rr *readyRow) int {
	switch {
	case k.Kind == KeyExternal:
		return 0
	case k.Value == rr.main:
		return 1
	}
	return 2
}

func keyWords(k Key, main bool) string {
	switch {
	case k.Kind == KeyExternal:
		return "external id"
	case main:
		return "main address"
	}
	return "labelled address"
}

func (run *applyRun) row(ctx context.Context, row *Incoming, rr *readyRow) (Outcome, error) {
	out := Outcome{Line: row.Line}
	w, by := run.match(row, rr)
	if w == nil || run.o.OnDuplicate == CreateAnyway {
		return run.create(ctx, row, rr)
	}
	if !w.fresh && !sees(run.a, &w.after) {
		return out, conflict("email", "Another contact has this address or external id.")
	}
	out.ID = w.after.ID
	if run.o.OnDuplicate == Skip {
		out.Kind, out.Reason = Skipped, "A contact with this "+by+" is there already."
		return out, nil
	}
	return run.update(ctx, row, rr, w)
}
