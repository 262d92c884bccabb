package contacts

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/deskfolk/desk"
)

// Apply brings rows of an import in, in one transaction, and returns what
// became of each, in their order. A row that breaks a rule fails alone. It
// needs MayImport, and the team switch [Settings.AllowImport]; at most
// MaxApply rows. A row is about the contact with its ID, else the one with an
// external id of it, else with its main or a labelled address; rows before it
// in the same call count.
func (s *Service) Apply(ctx context.Context, a desk.Actor, rows []Incoming, o ApplyOptions) ([]Outcome, error) {
	outs, err := s.apply(ctx, a, rows, o)
	if err != nil {
		return nil, desk.In("contacts.Apply", err)
	}
	return outs, nil
}

func (s *Service) apply(ctx context.Context, a desk.Actor, rows []Incoming, o ApplyOptions) ([]Outcome, error) {
	if err := s.mayApply(ctx, a, rows, &o); err != nil {
		return nil, err
	}
	r, err := s.rulesFor(ctx, a, rows)
	if err != nil {
		return nil, err
	}
	ready := s.prepare(ctx, a, r, rows)
	outs, err := s.applyOnce(ctx, a, r, ready, rows, o)
	if desk.KindOf(err) != desk.Conflict || desk.FieldOf(err) == "key" {
		return outs, err
	}
	// Others keep taking addresses that the rows are about: one row at a time
	// then, so that only those rows fail.
	outs = make([]Outcome, 0, len(rows))
	for i := range rows {
		one, err := s.applyOnce(ctx, rowActor(a, i), r, ready[i:i+1], rows[i:i+1], o)
		switch {
		case desk.KindOf(err) == desk.Conflict:
			outs = append(outs, failed(&rows[i], err))
		case err != nil:
			return nil, err
		default:
			outs = append(outs, one...)
		}
	}
	return outs, nil
}

// rowActor gives each row an idempotency key of its own, if the call has one.
func rowActor(a desk.Actor, i int) desk.Actor {
	if a.Key == "" {
		return a
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s", i, a.Key))
	return a.WithKey("row " + hex.EncodeToString(sum[:]))
}

func (s *Service) mayApply(ctx context.Context, a desk.Actor, rows []Incoming, o *ApplyOptions) error {
	if err := need(a, "import contacts", MayImport); err != nil {
		return err
	}
	switch o.OnDuplicate {
	case "":
		o.OnDuplicate = Skip
	case Skip, Update, CreateAnyway, MergeInto:
	default:
		return invalid("on_duplicate", "Duplicates are skipped, updated, created or merged.")
	}
	if len(rows) > MaxApply {
		return desk.Errorf(desk.Limited, "rows", "At most %d rows are taken at once.", MaxApply)
	}
	return nil
}

// rulesFor reads the rules that the rows need, so that they can be read from
// several goroutines, and checks the team switch.
func (s *Service) rulesFor(ctx context.Context, a desk.Actor, rows []Incoming) (*rules, error) {
	r := s.rules(s.store, a)
	set, err := r.set(ctx)
	if err != nil {
		return nil, err
	}
	if !set.AllowImport {
		return nil, denied("This workspace does not allow bulk import. Someone who may change its settings can allow it.")
	}
	r.haveDefs = true
	if slices.ContainsFunc(rows, func(row Incoming) bool { return len(row.Contact.Custom) > 0 }) {
		if r.defs, err = s.store.Fields(ctx, a.Workspace); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// readyRow is a row that was checked as if it made a new contact.
type readyRow struct {
	c    Contact
	p    Patch
	main string // key of the main address
	keys []Key  // all addresses and external ids
	err  error
}

// prepare checks the rows, outside of the transaction so that other writers do
// not wait for it, on all processors.
func (s *Service) prepare(ctx context.Context, a desk.Actor, r *rules, rows []Incoming) []readyRow {
	ready := make([]readyRow, len(rows))
	workers := min(runtime.GOMAXPROCS(0), 1+len(rows)/64)
	size := (len(rows) + workers - 1) / max(workers, 1)
	var wg sync.WaitGroup
	for from := 0; from < len(rows); from += size {
		wg.Go(func() {
			for i := from; i < min(from+size, len(rows)); i++ {
				prepareRow(ctx, a, r, &rows[i], &ready[i])
			}
		})
	}
	wg.Wait()
	return ready
}

func prepareRow(ctx context.Context, a desk.Actor, r *rules, row *Incoming, to *readyRow) {
	defer func() {
		// A goroutine that panics ends the process: a defect in reading one row must not.
		if v := recover(); v != nil {
			to.err = &desk.Error{Kind: desk.Internal, Message: "This row could not be read.", Err: fmt.Errorf("panic: %v", v)}
		}
	}()
	if to.err = row.Err; to.err != nil {
		return
	}
	to.p = row.Contact.patch()
	to.c = Contact{Version: 1, Active: true, Kind: Customer, LoginSource: NotInstalled}
	if to.err = newDraft(a, r, &to.c, "").apply(ctx, &to.p); to.err != nil {
		return
	}
	main, labelled := addressesOf(&to.c)
	to.main = main.Key
	to.keys = slices.DeleteFunc(lookupKeys(&to.c, main, labelled), func(k Key) bool { return k.Kind == KeyPhone })
}

func failed(row *Incoming, err error) Outcome {
	return Outcome{Line: row.Line, Kind: Failed, Reason: desk.MessageOf(err), Err: err}
}

// applyOnce applies the rows in one transaction.
func (s *Service) applyOnce(ctx context.Context, a desk.Actor, r *rules, ready []readyRow, rows []Incoming, o ApplyOptions) ([]Outcome, error) {
	var run *applyRun
	input := struct {
		Rows    []Incoming
		Options ApplyOptions
	}{rows, o}
	replay, err := s.write(ctx, a, "contacts.Apply", input, func(tx Tx) ([]string, error) {
		now := moment(s.now())
		run = &applyRun{
			s: s, a: a, o: o, r: r, tx: tx, now: now, book: s.book(a, now), j: s.journal(a, now, o.Cause),
			byKey: map[Key][]holder{}, byID: map[desk.ContactID]*working{}, outs: make([]Outcome, len(rows)),
		}
		run.book.mayMk = true // who may import may bring companies in
		if err := run.all(ctx, ready, rows); err != nil {
			return nil, err
		}
		return outcomeTokens(run.outs), nil
	})
	if err != nil {
		return nil, err
	}
	if replay != nil {
		return replayOutcomes(rows, replay), nil
	}
	s.wrote(ctx, a.Workspace, run.wrote)
	return run.outs, nil
}

func outcomeTokens(outs []Outcome) []string {
	ts := make([]string, len(outs))
	for i, o := range outs {
		ts[i] = string(o.Kind) + ":" + string(o.ID)
	}
	return ts
}

func replayOutcomes(rows []Incoming, tokens []string) []Outcome {
	outs := make([]Outcome, len(rows))
	for i := range outs {
		outs[i] = Outcome{Line: rows[i].Line, Kind: Failed, Reason: "This row failed when it was first given."}
		if i >= len(tokens) {
			continue
		}
		kind, id, _ := strings.Cut(tokens[i], ":")
		outs[i].Kind, outs[i].ID = OutcomeKind(kind), desk.ContactID(id)
		switch outs[i].Kind {
		case Failed:
			outs[i].Err = invalid("", "%s", outs[i].Reason)
		case Skipped:
			outs[i].Reason = "This row was skipped when it was first given."
		default:
			outs[i].Reason = ""
		}
	}
	return outs
}

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
	if rr.err != nil {
		return out, rr.err
	}
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

// create makes a contact of the row.
func (run *applyRun) create(ctx context.Context, row *Incoming, rr *readyRow) (Outcome, error) {
	out := Outcome{Line: row.Line, Kind: Created}
	source := row.Contact.Source
	if source == "" {
		source = ByImport
	}
	c := rr.c
	blank, err := run.s.blank(run.a, source, run.now)
	if err != nil {
		return out, err
	}
	c.ID, c.Source, c.CreatedAt, c.CreatedBy, c.UpdatedAt = blank.ID, blank.Source, blank.CreatedAt, blank.CreatedBy, blank.UpdatedAt
	if rr.p.Owner == nil {
		c.Owner = blank.Owner
	}
	out.Warnings = run.withoutTaken(&c, rr)
	d := newDraft(run.a, run.r, &c, "")
	if err := d.required(ctx); err != nil {
		return out, err
	}
	if err := d.link(ctx, run.tx, run.book, &rr.p); err != nil {
		return out, err
	}
	if err := run.j.created(&c); err != nil {
		return out, err
	}
	w := &working{after: c, fresh: true, changed: true}
	run.fresh = append(run.fresh, w)
	run.byID[c.ID] = w
	run.hold(&c)
	out.ID = c.ID
	return out, nil
}

// hold notes which keys a contact has now.
func (run *applyRun) hold(c *Contact) {
	main, labelled := addressesOf(c)
	for _, k := range lookupKeys(c, main, labelled) {
		h := holder{c.ID, k.Kind == KeyEmail && k.Value == main.Key}
		if k.Kind != KeyPhone && !slices.Contains(run.byKey[k], h) {
			run.byKey[k] = append(run.byKey[k], h)
		}
	}
}

// takenBy reports whether another contact than c has the unique value.
func (run *applyRun) takenBy(k Key, c *Contact) bool {
	return slices.ContainsFunc(run.byKey[k], func(h holder) bool {
		return h.id != c.ID && (h.main || k.Kind == KeyExternal)
	})
}

// withoutTaken lets a contact that is made although it is there already do
// without the values that only one can have.
func (run *applyRun) withoutTaken(c *Contact, rr *readyRow) (warnings []string) {
	if c.Email != "" && run.takenBy(Key{KeyEmail, rr.main}, c) {
		c.Emails = append([]Email{{Value: c.Email}}, c.Emails...)
		c.Email = ""
		warnings = append(warnings, "Another contact has the main address; it was kept as a further one.")
		if c.PortalAccess {
			c.PortalAccess = false
			warnings = append(warnings, "Portal access was left out, since it needs a main address.")
		}
	}
	for _, k := range rr.keys {
		if k.Kind == KeyExternal && run.takenBy(k, c) {
			source, _, _ := strings.Cut(k.Value, ":")
			c.External = cloneMap(c.External)
			delete(c.External, source)
			warnings = append(warnings, "Another contact has the external id; it was left out.")
		}
	}
	return warnings
}

// update puts the row onto a contact that is there.
func (run *applyRun) update(ctx context.Context, row *Incoming, rr *readyRow, w *working) (Outcome, error) {
	out := Outcome{Line: row.Line, Kind: Updated, ID: w.after.ID}
	verb := VerbUpdated
	p := rowPatch(row, run.o)
	if run.o.OnDuplicate == MergeInto {
		out.Kind, verb = Merged, VerbMerged
	}
	if err := run.fit(ctx, row, rr, w, &p, &out); err != nil {
		return out, err
	}
	next := w.after
	source := cmp.Or(row.Contact.Source, ByImport)
	d := newDraft(run.a, run.r, &next, source)
	if err := d.apply(ctx, &p); err != nil {
		return out, err
	}
	if err := d.link(ctx, run.tx, run.book, &p); err != nil {
		return out, err
	}
	out.Warnings = append(out.Warnings, d.warnings...)
	changes := diff(&w.after, &next)
	if len(changes) == 0 {
		out.Kind, out.Reason = Skipped, "There was nothing to change."
		return out, nil
	}
	if namesChanged(changes) {
		if err := d.required(ctx); err != nil {
			return out, err
		}
	}
	trace(&next, changes, Provenance{Source: source, By: run.a.ID, At: run.now})
	if !w.changed {
		w.changed = true
		next.Version++
		next.UpdatedAt = run.now
		run.changed = append(run.changed, w)
	}
	w.after = next
	run.hold(&next)
	return out, run.j.changed(verb, string(next.ID), changes)
}

// fit brings a patch into the form that the contact and the choices ask for.
func (run *applyRun) fit(ctx context.Context, row *Incoming, rr *readyRow, w *working, p *Patch, out *Outcome) error {
	c := &w.after
	if p.Phones != nil && row.Present != nil && !row.Present["phones"] && run.o.OnDuplicate == Update {
		set, err := run.r.set(ctx)
		if err != nil {
			return err
		}
		primaryOnly(p, c, set.Region)
	}
	if p.Email != nil && rr.main != "" && c.Email != "" && hasLabelled(c, rr.main) {
		p.Email = nil // it is known as a labelled one, and the main one stays
	}
	merge := run.o.OnDuplicate == MergeInto
	if merge {
		blanksOnly(p, c)
	}
	if p.Email != nil && rr.main != "" && run.takenBy(Key{KeyEmail, rr.main}, c) {
		if !merge {
			return conflict("email", "Another contact has this address as its main one.")
		}
		p.Email = nil
		out.Warnings = append(out.Warnings, "Another contact has the main address; it was left out.")
	}
	for source, key := range p.External {
		if key == "" || !run.takenBy(ExternalKey(source, strings.TrimSpace(key)), c) {
			continue
		}
		if !merge {
			return conflict(external, "Another contact has this external id.")
		}
		p.External = cloneMap(p.External)
		delete(p.External, source)
		out.Warnings = append(out.Warnings, "Another contact has the external id; it was left out.")
	}
	if c.LockedToCompany && (p.CompanyName != nil || p.CompanyID != nil) && !(run.a.May(MayReassign) || run.a.May(MaySettings)) {
		if p.CompanyName == nil || Fold(*p.CompanyName) != Fold(c.Company) {
			out.Warnings = append(out.Warnings, "The contact is bound to its company, which was left as it is.")
		}
		p.CompanyName, p.CompanyID = nil, nil
	}
	return nil
}

func hasLabelled(c *Contact, key string) bool {
	return slices.ContainsFunc(c.Emails, func(e Email) bool { return address(e.Value).Key == key })
}

// keep writes what the rows made and changed.
func (run *applyRun) keep(ctx context.Context) error {
	w := run.a.Workspace
	if err := run.book.flush(ctx, run.tx, run.j); err != nil {
		return err
	}
	if len(run.changed) > 0 {
		if err := asRace(run.tx.UpdateContacts(ctx, w, records(run.changed)), ""); err != nil {
			return err
		}
	}
	if len(run.fresh) > 0 {
		if err := asRace(run.tx.InsertContacts(ctx, w, records(run.fresh)), ""); err != nil {
			return err
		}
	}
	run.wrote = len(run.changed) + len(run.fresh)
	if len(run.j.all) == 0 {
		return nil
	}
	return run.tx.Record(ctx, w, run.j.all...)
}

func records(ws []*working) []Record {
	rs := make([]Record, len(ws))
	for i, w := range ws {
		rs[i] = record(w.after)
	}
	return rs
}
