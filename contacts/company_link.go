package contacts

import (
	"context"
	"strings"
	"time"

	"github.com/deskfolk/desk"
)

// book finds companies by name for one transaction, and keeps those that are
// to be made.
type book struct {
	s     *Service
	a     desk.Actor
	now   time.Time
	known map[string]Company // by name key
	fresh []CompanyRecord
	mayMk bool // the actor may make companies
}

func (s *Service) book(a desk.Actor, now time.Time) *book {
	return &book{s: s, a: a, now: now, known: map[string]Company{}, mayMk: a.May(MayModify)}
}

// prefetch reads the companies of many names at once.
func (b *book) prefetch(ctx context.Context, tx Reader, keys []string) error {
	if len(keys) == 0 {
		return nil
	}
	found, err := tx.CompaniesByName(ctx, b.a.Workspace, keys)
	if err != nil {
		return err
	}
	for k, c := range found {
		b.known[k] = c
	}
	return nil
}

// named returns the company with the name, which is made if there is none.
func (b *book) named(name string) (Company, error) {
	name, err := desk.CleanLine("company", name, maxName)
	if err != nil || name == "" {
		return Company{}, err
	}
	key := Fold(name)
	if key == "" {
		return Company{}, invalid("company", "The name of the company has no letter or digit in it.")
	}
	if c, ok := b.known[key]; ok {
		return c, nil
	}
	if !b.mayMk {
		return Company{}, desk.Errorf(desk.Denied, "company", "There is no company of this name, and you may not make one.")
	}
	id, err := b.s.ids.New("company")
	if err != nil {
		return Company{}, err
	}
	c := Company{ID: desk.CompanyID(id), Version: 1, Name: name, CreatedAt: b.now, UpdatedAt: b.now}
	b.known[key] = c
	b.fresh = append(b.fresh, companyRecord(c))
	return c, nil
}

// flush makes the new companies and adds their events.
func (b *book) flush(ctx context.Context, tx Tx, j *journal) error {
	if len(b.fresh) == 0 {
		return nil
	}
	if err := AsRace(tx.InsertCompanies(ctx, b.a.Workspace, b.fresh), "name"); err != nil {
		return err
	}
	for _, r := range b.fresh {
		err := j.Add(VerbCompanyMade, string(r.Company.ID), "Company made.", false, []desk.Change{{Field: "name", New: r.Company.Name}})
		if err != nil {
			return err
		}
	}
	b.fresh = nil
	return nil
}

func companyRecord(c Company) CompanyRecord {
	key := Fold(c.Name)
	return CompanyRecord{Company: c, NameKey: key, Text: []Line{{ClassName, key}}, SortKey: TextKey(key)}
}

// link puts the company of the patch onto the contact. Names are looked for
// in the book, where they were fetched before.
func (d *draft) link(ctx context.Context, tx Reader, b *book, p *Patch) error {
	if p.CompanyID != nil && p.CompanyName != nil {
		return invalid("company", "Give the company's id or its name, not both.")
	}
	if p.CompanyID != nil || p.CompanyName != nil {
		if !d.takes(fCompany) {
			return d.err
		}
		target, err := d.target(ctx, tx, b, p)
		if err != nil {
			return err
		}
		if target.ID != d.c.CompanyID && d.locked && !d.mayReassign() {
			return desk.Errorf(desk.Denied, "company", "This contact is bound to its company. You may not move it to another.")
		}
		d.c.CompanyID, d.c.Company = target.ID, target.Name
	}
	if p.LockedToCompany != nil && *p.LockedToCompany != d.c.LockedToCompany && d.takes(fLocked) {
		if d.locked && !d.mayReassign() {
			return desk.Errorf(desk.Denied, "locked_to_company", "This contact is bound to its company. You may not free it.")
		}
		d.c.LockedToCompany = *p.LockedToCompany
	}
	if d.c.CompanyID == "" {
		d.c.LockedToCompany = false
	}
	return d.err
}

func (d *draft) mayReassign() bool { return d.a.May(MayReassign) || d.a.May(MaySettings) }

func (d *draft) target(ctx context.Context, tx Reader, b *book, p *Patch) (Company, error) {
	if p.CompanyName != nil {
		return b.named(*p.CompanyName)
	}
	if *p.CompanyID == "" {
		return Company{}, nil
	}
	return companyForLink(ctx, tx, d.a.Workspace, *p.CompanyID)
}

func companyForLink(ctx context.Context, tx Reader, w desk.WorkspaceID, id desk.CompanyID) (Company, error) {
	missing := invalid("company", "There is no such company.")
	if !desk.IsID("company", string(id)) {
		return Company{}, missing
	}
	c, err := tx.Company(ctx, w, id)
	if desk.KindOf(err) == desk.NotFound {
		return Company{}, missing
	}
	return c, err
}

// companyKeys returns the name keys that the patch asks for.
func companyKeys(p *Patch) []string {
	if p.CompanyName == nil {
		return nil
	}
	// What is no name is refused later, with its reason.
	if key := Fold(strings.ToValidUTF8(*p.CompanyName, "")); key != "" {
		return []string{key}
	}
	return nil
}
