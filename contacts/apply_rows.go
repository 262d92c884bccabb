package contacts

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/deskfolk/desk"
)

// create makes a contact of the row.
func (run *applyRun) create(ctx context.Context, row *Incoming, rr *readyRow) (Outcome, error) {
	out := Outcome{Line: row.Line, Kind: Created}
	c, keys := rr.c, rr.keys
	if out.Warnings = run.withoutTaken(&c, rr); len(out.Warnings) > 0 {
		main, labelled := addressesOf(&c)
		keys = lookupKeys(&c, main, labelled)
	}
	d := newDraft(run.a, run.r, &c, "")
	if err := d.required(ctx); err != nil {
		return out, err
	}
	if err := d.link(ctx, run.from, run.book, &rr.p); err != nil {
		return out, err
	}
	keys = append(keys[:len(keys):len(keys)], nameKeys(rr.names, c.CompanyID)...)
	main := ""
	if c.Email != "" {
		main = rr.main
	}
	if run.earlier != nil { // a plan: later rows find this one by its line
		w := &working{after: c, fresh: true}
		run.earlier.add(row.Line, fileEntry{keys: keys, main: main, names: rr.names, w: w})
		return out, nil
	}
	if err := run.born(row, rr, &c); err != nil {
		return out, err
	}
	w := &working{after: c, fresh: true, changed: true}
	run.fresh = append(run.fresh, w)
	run.byID[c.ID] = w
	run.hold(c.ID, keys, main)
	out.ID = c.ID
	return out, nil
}

// born gives a contact its id, its author and its event.
func (run *applyRun) born(row *Incoming, rr *readyRow, c *Contact) error {
	blank, err := run.s.blank(run.a, cmp.Or(row.Contact.Source, ByImport), run.now)
	if err != nil {
		return err
	}
	c.ID, c.Source, c.CreatedAt, c.CreatedBy, c.UpdatedAt = blank.ID, blank.Source, blank.CreatedAt, blank.CreatedBy, blank.UpdatedAt
	if rr.p.Owner == nil {
		c.Owner = blank.Owner
	}
	return run.j.created(c)
}

// keysOf returns all that a contact is looked up by, and which of it is its
// main address.
func keysOf(c *Contact) (keys []Key, main string) {
	m, labelled := addressesOf(c)
	return append(lookupKeys(c, m, labelled), nameKeys(foldNames(c), c.CompanyID)...), m.Key
}

// hold notes which keys a contact has now.
func (run *applyRun) hold(id desk.ContactID, keys []Key, main string) {
	run.rekeyed = append(run.rekeyed, keys...)
	for _, k := range keys {
		h := holder{id, k.Kind == KeyEmail && k.Value == main}
		if !slices.Contains(run.byKey[k], h) && !(weak(k) && len(run.byKey[k]) >= weakHolders) {
			run.byKey[k] = append(run.byKey[k], h)
		}
	}
}

// release forgets keys that a contact does not have any more.
func (run *applyRun) release(w *working, keys []Key) {
	run.rekeyed = append(run.rekeyed, keys...)
	for _, k := range keys {
		run.byKey[k] = slices.DeleteFunc(run.byKey[k], func(h holder) bool { return h.id == w.after.ID })
		run.earlier.release(k, w)
	}
}

// takenBy reports whether another contact than w, which is nil for a new one,
// has the unique value.
func (run *applyRun) takenBy(k Key, w *working) bool {
	id := desk.ContactID("")
	if w != nil {
		id = w.after.ID
	}
	return run.earlier.taken(k, w) || slices.ContainsFunc(run.byKey[k], func(h holder) bool {
		return h.id != id && (h.main || k.Kind == KeyExternal)
	})
}

// withoutTaken lets a contact that is made although it is there already do
// without the values that only one can have.
func (run *applyRun) withoutTaken(c *Contact, rr *readyRow) (warnings []string) {
	if c.Email != "" && run.takenBy(Key{KeyEmail, rr.main}, nil) {
		c.Emails = append([]Email{{Value: c.Email}}, c.Emails...)
		c.Email = ""
		warnings = append(warnings, "Another contact has the main address; it was kept as a further one.")
		if c.PortalAccess {
			c.PortalAccess = false
			warnings = append(warnings, "Portal access was left out, since it needs a main address.")
		}
	}
	for _, k := range rr.keys {
		if k.Kind == KeyExternal && run.takenBy(k, nil) {
			source, _, _ := strings.Cut(k.Value, ":")
			c.External = cloneMap(c.External)
			delete(c.External, source)
			warnings = append(warnings, "Another contact has the external id; it was left out.")
		}
	}
	return warnings
}

// update puts the row onto a contact that is there.
func (run *applyRun) update(ctx context.Context, row *Incoming, rr *readyRow, f matched) (Outcome, error) {
	w := f.w
	out := Outcome{Line: row.Line, Kind: Updated, ID: w.after.ID, By: f.by, InFile: f.line}
	verb := VerbUpdated
	p := rowPatch(row, run.o)
	if run.o.OnDuplicate == MergeInto {
		out.Kind, verb = Merged, VerbMerged
	}
	if err := run.fit(ctx, row, rr, w, &p, &out); err != nil {
		return out, err
	}
	next, changes, err := run.edit(ctx, row, w, &p, &out)
	if err != nil {
		return out, err
	}
	if len(changes) == 0 {
		out.Kind, out.Reason = Skipped, "There was nothing to change."
		return out, nil
	}
	if !w.changed {
		w.changed = true
		next.Version++
		next.UpdatedAt = run.now
		run.changed = append(run.changed, w)
	}
	had, _ := keysOf(&w.after)
	w.after = next
	keys, main := keysOf(&next)
	run.release(w, slices.DeleteFunc(had, func(k Key) bool { return slices.Contains(keys, k) }))
	run.hold(next.ID, keys, main)
	out.Fields = fieldsOf(changes)
	if run.earlier != nil {
		run.earlier.add(row.Line, fileEntry{keys: keys, main: main, names: foldNames(&next), w: w})
		return out, nil
	}
	return out, run.j.changed(verb, string(next.ID), changes)
}

// edit puts a patch onto a copy of the contact.
func (run *applyRun) edit(ctx context.Context, row *Incoming, w *working, p *Patch, out *Outcome) (Contact, []desk.Change, error) {
	next := w.after
	source := cmp.Or(row.Contact.Source, ByImport)
	d := newDraft(run.a, run.r, &next, source)
	if err := d.apply(ctx, p); err != nil {
		return next, nil, err
	}
	// Before the company, which the row may make: a row that fails makes none.
	if namesChanged(diff(&w.after, &next)) {
		if err := d.required(ctx); err != nil {
			return next, nil, err
		}
	}
	if err := d.link(ctx, run.from, run.book, p); err != nil {
		return next, nil, err
	}
	out.Warnings = append(out.Warnings, d.warnings...)
	changes := diff(&w.after, &next)
	trace(&next, changes, Provenance{Source: source, By: cmp.Or(run.o.Cause, run.a.ID), At: run.now})
	return next, changes, nil
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
	if err := run.guarded(c, p, out); err != nil {
		return err
	}
	if p.Email != nil && rr.main != "" && run.takenBy(Key{KeyEmail, rr.main}, w) {
		if !merge {
			return conflict("email", "Another contact has this address as its main one.")
		}
		p.Email = nil
		out.Warnings = append(out.Warnings, "Another contact has the main address; it was left out.")
	}
	if err := run.fitExternal(w, p, merge, out); err != nil {
		return err
	}
	if c.LockedToCompany && (p.CompanyName != nil || p.CompanyID != nil) && !(run.a.May(MayReassign) || run.a.May(MaySettings)) {
		if p.CompanyName == nil || Fold(*p.CompanyName) != Fold(c.Company) {
			out.Warnings = append(out.Warnings, "The contact is bound to its company, which was left as it is.")
		}
		p.CompanyName, p.CompanyID = nil, nil
	}
	return nil
}

// guarded keeps what decides about access from those who may only import: the
// main address of a contact that can use the portal, and whether a contact is
// active and in what status (R91).
func (run *applyRun) guarded(c *Contact, p *Patch, out *Outcome) error {
	if p.Email != nil && c.PortalAccess && address(*p.Email).Key != address(c.Email).Key && !run.a.May(MayManagePortal) {
		return desk.Errorf(desk.Denied, "email", "This contact signs in to the portal with its main address, which only who manages the portal may change.")
	}
	if run.a.May(MayModify) {
		return nil
	}
	if p.Active != nil && *p.Active != c.Active {
		p.Active = nil
		out.Warnings = append(out.Warnings, "Whether the contact is active was left as it is: you may not change contacts.")
	}
	if p.Status != nil && *p.Status != c.Status {
		p.Status = nil
		out.Warnings = append(out.Warnings, "The status was left as it is: you may not change contacts.")
	}
	return nil
}

func (run *applyRun) fitExternal(w *working, p *Patch, merge bool, out *Outcome) error {
	for source, key := range p.External {
		if key == "" || !run.takenBy(ExternalKey(source, strings.TrimSpace(key)), w) {
			continue
		}
		if !merge {
			return conflict(external, "Another contact has this external id.")
		}
		p.External = cloneMap(p.External)
		delete(p.External, source)
		out.Warnings = append(out.Warnings, "Another contact has the external id; it was left out.")
	}
	return nil
}

func hasLabelled(c *Contact, key string) bool {
	return slices.ContainsFunc(c.Emails, func(e Email) bool { return address(e.Value).Key == key })
}

// keep writes what the rows made and changed.
func (run *applyRun) keep(ctx context.Context) error {
	w := run.a.Workspace
	run.companies = run.book.fresh
	if err := run.book.flush(ctx, run.tx, run.j); err != nil {
		return err
	}
	if len(run.changed) > 0 {
		if err := AsRace(run.tx.UpdateContacts(ctx, w, records(run.changed)), ""); err != nil {
			return err
		}
	}
	if len(run.fresh) > 0 {
		if err := AsRace(run.tx.InsertContacts(ctx, w, records(run.fresh)), ""); err != nil {
			return err
		}
	}
	run.wrote = len(run.changed) + len(run.fresh)
	if len(run.j.All) == 0 {
		return nil
	}
	// The keys may have been on their way until now.
	return AsRace(run.s.record(ctx, run.tx, w, run.j.All), "")
}

func records(ws []*working) []Record {
	rs := make([]Record, len(ws))
	eachOf(len(ws), func(i int) { rs[i] = record(ws[i].after) })
	return rs
}
