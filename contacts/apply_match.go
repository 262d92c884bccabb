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
	// born is the first row of the file that is about it, for a plan.
	born uint32
}

// applyRun is one transaction of Apply, or one batch of a plan.
type applyRun struct {
	s    *Service
	a    desk.Actor
	o    ApplyOptions
	r    *rules
	from Reader
	tx   Tx // nil for a plan
	now  time.Time
	book *book
	j    *journal
	// earlier finds rows of batches before this one, for a plan; else nil.
	earlier *fileKeys

	byKey map[Key][]holder
	byID  map[desk.ContactID]*working
	// rekeyed are the keys that contacts have got or lost.
	rekeyed   []Key
	fresh     []*working
	changed   []*working
	companies []CompanyRecord
	outs      []Outcome
	wrote     int
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
	return nil
}

// isRowError reports whether the row is to blame, not the database.
func isRowError(err error) bool {
	switch desk.KindOf(err) {
	case desk.Invalid, desk.Denied, desk.Conflict, desk.NotFound, desk.Limited:
		return true
	}
	return false
}

// weakHolders is how many contacts are looked at that share a phone or a name:
// the number of a switchboard may be that of thousands.
const weakHolders = 8

// lookUp reads at once what the rows may be about.
func (run *applyRun) lookUp(ctx context.Context, ready []readyRow, rows []Incoming) error {
	var names []string
	for i := range ready {
		if ready[i].err == nil {
			names = append(names, ready[i].company...)
		}
	}
	slices.Sort(names)
	if err := run.book.prefetch(ctx, run.from, slices.Compact(names)); err != nil {
		return err
	}
	keys, ids := run.wanted(ready, rows)
	if len(keys) > 0 {
		found, err := run.from.FindKeys(ctx, run.a.Workspace, keys)
		if err != nil {
			return err
		}
		for _, m := range found {
			if weak(m.Key) && len(run.byKey[m.Key]) == weakHolders {
				continue
			}
			run.byKey[m.Key] = append(run.byKey[m.Key], holder{m.ID, m.Main})
			ids = append(ids, m.ID)
		}
	}
	if err := run.load(ctx, ids); err != nil {
		return err
	}
	run.asPlanned()
	return nil
}

// asPlanned corrects what was read for contacts that earlier rows of a plan
// change: the database does not know of these changes.
func (run *applyRun) asPlanned() {
	if run.earlier == nil || len(run.earlier.recentIDs) == 0 {
		return
	}
	for k, holders := range run.byKey {
		kept := slices.DeleteFunc(holders, func(h holder) bool { return run.earlier.changed(h.id) != nil })
		for _, w := range run.earlier.known(k) {
			run.byID[w.after.ID] = w
			kept = append(kept, holder{w.after.ID, k.Kind == KeyEmail && address(w.after.Email).Key == k.Value})
		}
		run.byKey[k] = kept
	}
}

// wanted returns the keys to look up, each once, and the contacts that rows name.
func (run *applyRun) wanted(ready []readyRow, rows []Incoming) (keys []Key, ids []desk.ContactID) {
	want := func(ks []Key) {
		for _, k := range ks {
			if _, ok := run.byKey[k]; !ok {
				run.byKey[k] = nil
				keys = append(keys, k)
			}
		}
	}
	for i := range ready {
		if ready[i].err != nil {
			continue
		}
		want(ready[i].keys)
		want(run.namesOf(&ready[i]))
		for _, id := range []desk.ContactID{rows[i].ID, rows[i].Known} {
			if desk.IsID("contact", string(id)) {
				ids = append(ids, id)
			}
		}
	}
	return keys, ids
}

// namesOf returns the row's name keys, if its company is known by now.
func (run *applyRun) namesOf(rr *readyRow) []Key {
	if rr.p.CompanyID != nil {
		return nameKeys(rr.names, *rr.p.CompanyID)
	}
	for _, key := range rr.company {
		return nameKeys(rr.names, run.book.known[key].ID)
	}
	return nil
}

func (run *applyRun) load(ctx context.Context, ids []desk.ContactID) error {
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(ids) == 0 {
		return nil
	}
	cs, err := run.from.Contacts(ctx, run.a.Workspace, ids)
	if err != nil {
		return err
	}
	for _, c := range cs {
		if run.byID[c.ID] = run.earlier.changed(c.ID); run.byID[c.ID] == nil {
			run.byID[c.ID] = &working{before: c, after: c}
		}
	}
	return nil
}

// matched is what a row is about, and by what it was found.
type matched struct {
	w *working
	// line is that of an earlier row of the file, for a plan, which may not know
	// w any more; id is the contact that this row changes, empty if it makes one.
	line int
	id   desk.ContactID
	// only: the row has the key for itself, as its main address.
	only bool
	by   string
}

// match returns the contact that the row is about.
func (run *applyRun) match(row *Incoming, rr *readyRow) matched {
	for _, id := range []desk.ContactID{row.ID, row.Known} {
		w := run.byID[id]
		if w == nil || w.after.State != Live || !sees(run.a, &w.after) {
			continue
		}
		if id == row.ID {
			return matched{w: w, by: "id"}
		}
		return matched{w: w, by: "line in an earlier import of this file"}
	}
	keys := append(slices.Clone(rr.keys), run.namesOf(rr)...)
	slices.SortStableFunc(keys, func(x, y Key) int { return cmp.Compare(keyRank(x, rr), keyRank(y, rr)) })
	for _, k := range keys {
		w, main := run.holderOf(k, rr)
		f := run.earlier.find(k, rr)
		switch {
		case f.line > 0 && (w == nil || f.only && !main):
			f.by = keyWords(k, f.only)
			return f
		case w != nil:
			return matched{w: w, by: keyWords(k, main)}
		}
	}
	return matched{}
}

// holderOf returns the contact that has the key: the one with the main address,
// else the oldest. Of those that only share a phone or a name it is one that
// nothing else speaks against.
func (run *applyRun) holderOf(k Key, rr *readyRow) (w *working, main bool) {
	holders := run.byKey[k]
	if len(holders) > 1 {
		holders = slices.SortedFunc(slices.Values(holders), func(x, y holder) int {
			if x.main != y.main {
				if x.main {
					return -1
				}
				return 1
			}
			return cmp.Compare(x.id, y.id)
		})
	}
	for _, h := range holders {
		w := run.byID[h.id]
		if w == nil || weak(k) && (w.after.State != Live || !sees(run.a, &w.after) || contradicts(k, &w.after, rr)) {
			continue
		}
		return w, h.main
	}
	return nil, false
}

// weak reports whether different people may share the key.
func weak(k Key) bool { return k.Kind == KeyPhone || k.Kind == KeyName }

// contradicts reports whether the row is about another person than the contact,
// with which it shares a phone, or its name within a company. Two that both
// have addresses, but none in common, are two; so are those who share a phone
// and have different names, as at a switchboard.
func contradicts(k Key, c *Contact, rr *readyRow) bool {
	if k.Kind == KeyPhone {
		if theirs := foldNames(c); named(theirs) && named(rr.names) {
			return !sameName(theirs, rr.names)
		}
	}
	main, labelled := addressesOf(c)
	if main.Key == "" && len(labelled) == 0 || !hasEmail(rr.keys) {
		return false
	}
	return !slices.ContainsFunc(rr.keys, func(k Key) bool {
		return k.Kind == KeyEmail && (k.Value == main.Key || slices.ContainsFunc(labelled, func(e EmailAddress) bool { return e.Key == k.Value }))
	})
}

func hasEmail(ks []Key) bool {
	return slices.ContainsFunc(ks, func(k Key) bool { return k.Kind == KeyEmail })
}

func named(n foldedNames) bool { return n.first != "" || n.last != "" || n.display != "" }

// sameName compares names as a person would: the display name stands for the
// others where they are missing.
func sameName(a, b foldedNames) bool {
	x, y := joined(a.first, a.last), joined(b.first, b.last)
	if x != "" && y != "" {
		return x == y
	}
	return cmp.Or(x, a.display) == cmp.Or(y, b.display)
}

func keyRank(k Key, rr *readyRow) int {
	switch {
	case k.Kind == KeyExternal:
		return 0
	case k.Kind == KeyPhone:
		return 3
	case k.Kind == KeyName:
		return 4
	case k.Value == rr.main:
		return 1
	}
	return 2
}

func keyWords(k Key, main bool) string {
	switch {
	case k.Kind == KeyExternal:
		return "external id"
	case k.Kind == KeyPhone:
		return "phone"
	case k.Kind == KeyName:
		return "name and company"
	case main:
		return "main address"
	}
	return "labelled address"
}

func (run *applyRun) row(ctx context.Context, row *Incoming, rr *readyRow) (Outcome, error) {
	f := run.match(row, rr)
	switch {
	case f.line > 0 && f.w == nil && run.o.OnDuplicate != CreateAnyway:
		return run.again(row, f), nil
	case f.w == nil || f.line > 0 && run.o.OnDuplicate == CreateAnyway || run.o.OnDuplicate == CreateAnyway && f.w.after.ID != row.Known:
		return run.create(ctx, row, rr)
	}
	out := Outcome{Line: row.Line, By: f.by, InFile: f.line}
	if !f.w.fresh && !sees(run.a, &f.w.after) {
		return out, conflict("email", "Another contact has this address or external id.")
	}
	out.ID = f.w.after.ID
	switch run.o.OnDuplicate {
	case Skip:
		out.Kind, out.Reason = Skipped, "A contact with this "+f.by+" is there already."
		return out, nil
	case CreateAnyway:
		out.Kind, out.Reason = Skipped, "An earlier import of this file has made this contact."
		return out, nil
	}
	return run.update(ctx, row, rr, f)
}
