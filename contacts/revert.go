package contacts

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/deskfolk/desk"
)

// Undo is what a batch of an import has done to one contact, and how it was
// before. It is kept as JSON, and given to [Service.Revert].
type Undo struct {
	ID desk.ContactID `json:"id"`
	// Made: the contact was made. The other fields are for one that was changed.
	Made bool `json:"made,omitempty"`
	// Before has the values that were changed, as they were, by the names of
	// their fields.
	Before map[string]json.RawMessage `json:"before,omitempty"`
	// From says where these values came from, for those of which it was noted.
	From map[string]Provenance `json:"from,omitempty"`
}

// undo returns what takes the run's changes back.
func (run *applyRun) undo() []Undo {
	all := make([]Undo, 0, len(run.fresh)+len(run.changed))
	for _, w := range run.fresh {
		all = append(all, Undo{ID: w.after.ID, Made: true})
	}
	for _, w := range run.changed {
		if w.fresh {
			continue
		}
		u := Undo{ID: w.after.ID, Before: map[string]json.RawMessage{}}
		for _, name := range fieldsOf(diff(&w.before, &w.after)) {
			u.Before[name] = valueOf(&w.before, name)
			if p, ok := w.before.Provenance[name]; ok {
				if u.From == nil {
					u.From = map[string]Provenance{}
				}
				u.From[name] = p
			}
		}
		all = append(all, u)
	}
	return all
}

// slot returns where a field is kept in a contact; nil for custom fields.
func slot(c *Contact, f field) any {
	switch f {
	case fFirstName:
		return &c.FirstName
	case fLastName:
		return &c.LastName
	case fDisplayName:
		return &c.DisplayName
	case fEmail:
		return &c.Email
	case fEmails:
		return &c.Emails
	case fPhones:
		return &c.Phones
	case fCompany:
		return &c.CompanyID
	case fLocked:
		return &c.LockedToCompany
	case fJobTitle:
		return &c.JobTitle
	case fDivision:
		return &c.Division
	case fStreet:
		return &c.Address.Street
	case fCity:
		return &c.Address.City
	case fRegion:
		return &c.Address.Region
	case fPostalCode:
		return &c.Address.PostalCode
	case fCountry:
		return &c.Address.Country
	case fNotes:
		return &c.Notes
	}
	return slotOfChoice(c, f)
}

// slotOfChoice is slot for what is chosen and not typed.
func slotOfChoice(c *Contact, f field) any {
	switch f {
	case fActive:
		return &c.Active
	case fKind:
		return &c.Kind
	case fStatus:
		return &c.Status
	case fMarketing:
		return &c.MarketingOptOut
	case fOwner:
		return &c.Owner
	case fTimeZone:
		return &c.TimeZone
	case fLanguage:
		return &c.Language
	case fDoNotCall:
		return &c.DoNotCall
	case fCallHours:
		return &c.CallHours
	case fPortal:
		return &c.PortalAccess
	}
	return nil
}

// valueOf returns a field's value as JSON.
func valueOf(c *Contact, name string) json.RawMessage {
	var v any
	if key, ok := strings.CutPrefix(name, "custom."); ok {
		v = c.Custom[key]
	} else if name == external {
		v = c.External
	} else if f, ok := fieldNamed(name); ok {
		v = slot(c, f)
	}
	raw, err := json.Marshal(v)
	if err != nil { // texts, flags and lists of texts: there is nothing to fail
		return json.RawMessage("null")
	}
	return raw
}

// setValue puts a value of valueOf back.
func setValue(c *Contact, name string, raw json.RawMessage) error {
	if key, ok := strings.CutPrefix(name, "custom."); ok {
		var v string
		if err := json.Unmarshal(raw, &v); err != nil {
			return err
		}
		c.Custom = cloneMap(c.Custom)
		setOrDelete(c.Custom, key, v)
		return nil
	}
	if name == external {
		c.External = nil
		return json.Unmarshal(raw, &c.External)
	}
	f, ok := fieldNamed(name)
	to := slot(c, f)
	if !ok || to == nil {
		return invalid(name, "There is no such field.")
	}
	fieldTable[f].clear(c)
	return json.Unmarshal(raw, to)
}

// RevertedKind is what became of a contact when an import was taken back.
type RevertedKind string

// What becomes of a contact.
const (
	// Removed: the import had made it; it is in the recycle bin now.
	Removed RevertedKind = "removed"
	// PutBack: its fields have the values from before the import.
	PutBack RevertedKind = "put_back"
	// Kept: it was edited since, and was left as it is, or some of its fields were.
	Kept RevertedKind = "kept"
	// Gone: somebody has deleted it already.
	Gone RevertedKind = "gone"
)

// Reverted is what became of one contact.
type Reverted struct {
	ID   desk.ContactID `json:"id"`
	Kind RevertedKind   `json:"kind"`
	// Fields are those that were left as they are, since they were edited after
	// the import, or their former values belong to another contact by now.
	Fields []string `json:"fields,omitempty"`
	// Reason is a sentence for those that were kept.
	Reason string `json:"reason,omitempty"`
}

// Revert takes back, in the caller's transaction, what an import has done: what
// a batch returned as [Applied.Undo], the last batch first. Contacts that it
// made go to the recycle bin; fields that it changed get their values back.
// Whatever was edited since is kept, and so is a contact that something else
// needs by now, such as a ticket. cause is that of the import. It needs
// MayImport, and the team switch. It returns how many contacts it wrote, which
// the caller hands on to [Service.Imported] after the commit.
func (s *Service) Revert(ctx context.Context, tx Tx, a desk.Actor, cause string, undo []Undo) (rs []Reverted, wrote int, err error) {
	const op = "contacts.Revert"
	if _, err := s.prepareBatch(ctx, a, nil, ApplyOptions{Cause: cause}); err != nil {
		return nil, 0, desk.In(op, err)
	}
	now := desk.Moment(s.now())
	r := &reverting{s: s, a: a, cause: cause, tx: tx, b: &bulkRun{s: s, a: a, now: now, j: s.journal(a, now, cause)}}
	if err := r.all(ctx, undo); err != nil {
		return nil, 0, desk.In(op, err)
	}
	return r.out, r.wrote, nil
}

type reverting struct {
	s     *Service
	a     desk.Actor
	cause string
	tx    Tx
	b     *bulkRun
	inUse []desk.ContactID
	out   []Reverted
	wrote int
}

// all takes away what was made first: that may have taken values that others
// get back.
func (r *reverting) all(ctx context.Context, undo []Undo) error {
	cs, err := r.read(ctx, undo)
	if err != nil {
		return err
	}
	r.out = make([]Reverted, len(undo))
	for i, u := range undo {
		r.out[i] = Reverted{ID: u.ID, Kind: Gone}
		if c := cs[u.ID]; c != nil && c.State == Live && u.Made {
			if r.out[i], err = r.remove(c); err != nil {
				return err
			}
		}
	}
	if err := r.keep(ctx); err != nil {
		return err
	}
	before, err := r.before(ctx, undo, cs)
	if err != nil {
		return err
	}
	for i, was := range before {
		if was == nil {
			continue
		}
		if r.out[i], err = r.putBack(cs[undo[i].ID], was); err != nil {
			return err
		}
	}
	return r.keep(ctx)
}

// keep writes what has been noted so far.
func (r *reverting) keep(ctx context.Context) error {
	if err := r.b.keep(ctx, r.tx); err != nil {
		return err
	}
	r.wrote += len(r.b.records)
	r.b.records, r.b.j.All = nil, nil
	return nil
}

// read reads the contacts, and which of those that were made are in use.
func (r *reverting) read(ctx context.Context, undo []Undo) (map[desk.ContactID]*Contact, error) {
	ids := make([]desk.ContactID, len(undo))
	var made []desk.ContactID
	for i, u := range undo {
		ids[i] = u.ID
		if u.Made {
			made = append(made, u.ID)
		}
	}
	var err error
	if r.inUse, err = r.tx.InUse(ctx, r.a.Workspace, made); err != nil {
		return nil, err
	}
	slices.Sort(r.inUse)
	return r.b.load(ctx, r.tx, ids)
}

// before makes of each contact that was changed how it was, and finds out which
// unique values of that others have by now. It is nil for all others.
func (r *reverting) before(ctx context.Context, undo []Undo, cs map[desk.ContactID]*Contact) ([]*wasBefore, error) {
	before := make([]*wasBefore, len(undo))
	was := map[desk.ContactID]*Contact{}
	for i := range undo {
		c := cs[undo[i].ID]
		if c == nil || c.State != Live || undo[i].Made {
			continue
		}
		var err error
		if before[i], err = r.restore(ctx, c, &undo[i]); err != nil {
			return nil, err
		}
		was[c.ID] = &before[i].c
	}
	return before, r.b.findTaken(ctx, r.tx, was)
}

// wasBefore is a contact with the values from before the import, as far as
// they can be put back.
type wasBefore struct {
	c    Contact
	kept []string
}

// restore puts back the values that are still the import's own.
func (r *reverting) restore(ctx context.Context, c *Contact, u *Undo) (*wasBefore, error) {
	b := &wasBefore{c: *c}
	for _, name := range slices.Sorted(maps.Keys(u.Before)) {
		p := c.Provenance[name]
		if !r.ours(p) {
			if string(valueOf(c, name)) != string(u.Before[name]) {
				b.kept = append(b.kept, name)
			}
			continue
		}
		if err := setValue(&b.c, name, u.Before[name]); err != nil {
			return nil, err
		}
		if name == "company" {
			if err := r.company(ctx, b, c); err != nil {
				return nil, err
			}
		}
		b.c.Provenance = maps.Clone(b.c.Provenance)
		if from, ok := u.From[name]; ok {
			b.c.Provenance[name] = from
		} else {
			delete(b.c.Provenance, name)
		}
	}
	return b, nil
}

// company sets the name of the company that a contact was in; one that is gone
// leaves the contact where it is.
func (r *reverting) company(ctx context.Context, b *wasBefore, c *Contact) error {
	if b.c.CompanyID == "" {
		b.c.Company = ""
		return nil
	}
	company, err := r.tx.Company(ctx, r.a.Workspace, b.c.CompanyID)
	if desk.KindOf(err) == desk.NotFound {
		b.c.CompanyID, b.c.Company = c.CompanyID, c.Company
		b.kept = append(b.kept, "company")
		return nil
	}
	b.c.Company = company.Name
	return err
}

// ours reports whether a value is the one that the import has set.
func (r *reverting) ours(p Provenance) bool {
	return p.Source == ByImport && p.By == r.cause && !p.Pinned
}

// putBack writes how the contact was before.
func (r *reverting) putBack(c *Contact, was *wasBefore) (Reverted, error) {
	out := Reverted{ID: c.ID, Kind: PutBack}
	r.b.withoutTaken(&was.c)
	for _, name := range r.b.replaced[c.ID] {
		was.kept = append(was.kept, name)
		switch name {
		case "email":
			was.c.Email = c.Email
		case external:
			was.c.External = c.External
		}
	}
	if len(was.kept) > 0 {
		out.Kind, out.Fields = Kept, was.kept
		out.Reason = "Some fields were edited after the import, or their former values belong to another contact by now; they were left as they are."
	}
	return out, r.b.putAs(c, &was.c, VerbUpdated)
}

// remove puts a contact that the import has made into the bin, unless somebody
// has worked on it.
func (r *reverting) remove(c *Contact) (Reverted, error) {
	out := Reverted{ID: c.ID, Kind: Kept}
	for _, name := range slices.Sorted(maps.Keys(c.Provenance)) {
		if !r.ours(c.Provenance[name]) {
			out.Fields = append(out.Fields, name)
		}
	}
	_, used := slices.BinarySearch(r.inUse, c.ID)
	switch {
	case len(out.Fields) > 0:
		out.Reason = "The contact was edited after the import."
	case c.PortalAccess:
		out.Reason = "The contact can use the portal."
	case used:
		out.Reason = "The contact has tickets or other records by now."
	default:
		after := *c
		after.State, after.DeletedAt = Binned, r.b.now
		out.Kind = Removed
		return out, r.b.putAs(c, &after, VerbDeleted)
	}
	return out, nil
}
