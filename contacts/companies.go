package contacts

import (
	"context"
	"slices"
	"strings"

	"github.com/deskfolk/desk"
)

// CreateCompany makes a company. Its name is unique in the workspace, without
// case and accents; an email domain belongs to one company, and free-mail
// domains to none. It needs MayModify.
func (s *Service) CreateCompany(ctx context.Context, a desk.Actor, name string, domains []string) (Company, error) {
	const op = "contacts.CreateCompany"
	c, err := s.createCompany(ctx, a, name, domains)
	if err != nil {
		return Company{}, desk.In(op, companyTaken(err))
	}
	return c, nil
}

func (s *Service) createCompany(ctx context.Context, a desk.Actor, name string, domains []string) (Company, error) {
	if err := needCompanies(a); err != nil {
		return Company{}, err
	}
	input := struct {
		Name    string
		Domains []string
	}{name, domains}
	c := Company{Version: 1}
	if err := setCompany(&c, CompanyPatch{Name: &name, Domains: &domains}); err != nil {
		return c, err
	}
	replay, err := s.write(ctx, a, "contacts.CreateCompany", input, func(tx Tx) ([]string, error) {
		id, err := s.ids.New("company")
		if err != nil {
			return nil, err
		}
		c.ID = desk.CompanyID(id)
		c.CreatedAt = desk.Moment(s.now())
		c.UpdatedAt = c.CreatedAt
		if err := freeDomains(ctx, tx, a.Workspace, &c); err != nil {
			return nil, err
		}
		if err := tx.InsertCompanies(ctx, a.Workspace, []CompanyRecord{companyRecord(c)}); err != nil {
			return nil, err
		}
		j := s.journal(a, c.CreatedAt, "")
		if err := j.Add(VerbCompanyMade, id, "Company made.", false, companyDiff(&Company{}, &c)); err != nil {
			return nil, err
		}
		return []string{id}, tx.Record(ctx, a.Workspace, j.All...)
	})
	if err == nil && len(replay) > 0 {
		return s.store.Company(ctx, a.Workspace, desk.CompanyID(replay[0]))
	}
	return c, err
}

// needCompanies checks the grant, and that the company is not hidden from the actor.
func needCompanies(a desk.Actor) error {
	if err := need(a, "change companies", MayModify); err != nil {
		return err
	}
	return mayTouch(a, fCompany)
}

func needSeeCompanies(a desk.Actor) error {
	if err := needView(a); err != nil {
		return err
	}
	if accessTo(a, fCompany) == desk.Hidden {
		return restricted("company", desk.Hidden)
	}
	return nil
}

// companyTaken words a conflict about a company's name or domain.
func companyTaken(err error) error {
	if desk.KindOf(err) != desk.Conflict {
		return err
	}
	switch desk.FieldOf(err) {
	case "name":
		return conflict("name", "There is a company of this name already.")
	case "domains":
		return conflict("domains", "One of the domains belongs to another company already.")
	}
	return err
}

// setCompany puts a patch onto a company.
func setCompany(c *Company, p CompanyPatch) error {
	if p.Name != nil {
		name, err := desk.CleanLine("name", *p.Name, maxName)
		if err != nil {
			return err
		}
		if Fold(name) == "" {
			return invalid("name", "The company needs a name.")
		}
		c.Name = name
	}
	if p.Domains != nil {
		domains, err := cleanDomains(*p.Domains)
		if err != nil {
			return err
		}
		c.Domains = domains
	}
	return nil
}

func cleanDomains(list []string) ([]string, error) {
	if len(list) > maxList {
		return nil, invalid("domains", "A company has at most %d domains.", maxList)
	}
	var kept []string
	for _, d := range list {
		d = strings.TrimPrefix(strings.TrimSpace(d), "@")
		if d == "" {
			continue
		}
		ascii, ok := canonicalDomain(strings.ToValidUTF8(d, "?"))
		if !ok {
			return nil, invalid("domains", "This is not an email domain. Write it like example.com.")
		}
		if isFreeMail(ascii) {
			return nil, invalid("domains", "%s gives addresses to everyone, so it cannot stand for a company.", ascii)
		}
		if !slices.Contains(kept, ascii) {
			kept = append(kept, ascii)
		}
	}
	return kept, nil
}

// freeDomains checks that no other company has one of the domains.
func freeDomains(ctx context.Context, tx Tx, w desk.WorkspaceID, c *Company) error {
	for _, d := range c.Domains {
		other, err := tx.CompanyByDomain(ctx, w, d)
		switch {
		case err == nil && other.ID != c.ID:
			return conflict("domains", "%s belongs to another company already.", d)
		case err != nil && desk.KindOf(err) != desk.NotFound:
			return err
		}
	}
	return nil
}

func companyDiff(before, after *Company) []desk.Change {
	var cs desk.Changes
	cs.Add("name", before.Name, after.Name)
	cs.Add("domains", strings.Join(before.Domains, "; "), strings.Join(after.Domains, "; "))
	return cs
}

// GetCompany returns a company with the number of its live contacts that the
// actor sees. It needs MayView or MayViewOwn.
func (s *Service) GetCompany(ctx context.Context, a desk.Actor, id desk.CompanyID) (Company, error) {
	const op = "contacts.GetCompany"
	if err := needSeeCompanies(a); err != nil {
		return Company{}, desk.In(op, err)
	}
	c, err := s.company(ctx, s.store, a, id)
	if err == nil {
		err = s.countOwn(ctx, a, &c)
	}
	if err != nil {
		return Company{}, desk.In(op, err)
	}
	return c, nil
}

func (s *Service) company(ctx context.Context, r Reader, a desk.Actor, id desk.CompanyID) (Company, error) {
	if !desk.IsID("company", string(id)) {
		return Company{}, companyNotFound()
	}
	c, err := r.Company(ctx, a.Workspace, id)
	if desk.KindOf(err) == desk.NotFound {
		return Company{}, companyNotFound()
	}
	return c, err
}

// countOwn counts a company's contacts anew for an actor that does not see all.
func (s *Service) countOwn(ctx context.Context, a desk.Actor, c *Company) error {
	if a.May(MayView) {
		return nil
	}
	f := Find{Sort: SortName, Count: true, Limit: 1, Facets: [][]string{{"company=" + string(c.ID)}}}
	limitFind(a, &f)
	found, err := s.store.Find(ctx, a.Workspace, f)
	c.Contacts = found.Count
	return err
}

// UpdateCompany changes a company's name or domains; see [Service.Update] for
// the version. Its contacts carry the new name at once. It needs MayModify.
func (s *Service) UpdateCompany(ctx context.Context, a desk.Actor, id desk.CompanyID, version int64, p CompanyPatch) (Company, error) {
	const op = "contacts.UpdateCompany"
	if err := needCompanies(a); err != nil {
		return Company{}, desk.In(op, err)
	}
	if err := needSeeCompanies(a); err != nil {
		return Company{}, desk.In(op, err)
	}
	input := struct {
		ID      desk.CompanyID
		Version int64
		Patch   CompanyPatch
	}{id, version, p}
	var c Company
	replay, err := s.write(ctx, a, op, input, func(tx Tx) ([]string, error) {
		var err error
		c, err = s.updateCompany(ctx, tx, a, id, version, p)
		return []string{string(id)}, err
	})
	if err == nil && len(replay) > 0 {
		c, err = s.company(ctx, s.store, a, id)
	}
	if err == nil {
		err = s.countOwn(ctx, a, &c)
	}
	if err != nil {
		return Company{}, desk.In(op, companyTaken(err))
	}
	return c, nil
}

func (s *Service) updateCompany(ctx context.Context, tx Tx, a desk.Actor, id desk.CompanyID, version int64, p CompanyPatch) (Company, error) {
	before, err := s.company(ctx, tx, a, id)
	if err != nil {
		return before, err
	}
	if before.Version != version {
		return before, staleCompany(&before)
	}
	after := before
	if err := setCompany(&after, p); err != nil {
		return before, err
	}
	changes := companyDiff(&before, &after)
	if len(changes) == 0 {
		return before, nil
	}
	if err := freeDomains(ctx, tx, a.Workspace, &after); err != nil {
		return before, err
	}
	after.Version++
	after.UpdatedAt = desk.Moment(s.now())
	if err := tx.UpdateCompany(ctx, a.Workspace, companyRecord(after)); err != nil {
		return before, err
	}
	j := s.journal(a, after.UpdatedAt, "")
	if err := j.Add(VerbCompanyEdited, string(id), changeSummary("Company changed", changes), false, changes); err != nil {
		return before, err
	}
	return after, tx.Record(ctx, a.Workspace, j.All...)
}

func staleCompany(c *Company) error {
	e := desk.Errorf(desk.Conflict, "version", "This company was changed at %s, after you opened it. Your change was not kept: open it again and repeat it.",
		c.UpdatedAt.Format("2006-01-02 15:04 MST"))
	e.Err = ErrStale
	return e
}

// ListCompanies returns a page of companies by name; text is any parts of the
// words of their names, empty for all. Whoever sees contacts sees companies.
func (s *Service) ListCompanies(ctx context.Context, a desk.Actor, text string, p desk.Page) (CompanyList, error) {
	l, err := s.listCompanies(ctx, a, text, p)
	if err != nil {
		return CompanyList{}, desk.In("contacts.ListCompanies", err)
	}
	return l, nil
}

func (s *Service) listCompanies(ctx context.Context, a desk.Actor, text string, p desk.Page) (CompanyList, error) {
	var l CompanyList
	if err := needSeeCompanies(a); err != nil {
		return l, err
	}
	words, err := Words(text)
	if err != nil {
		return l, err
	}
	n, err := p.Size()
	if err != nil {
		return l, err
	}
	f := CompanyFind{Terms: terms(words, []Class{ClassName}, false, ""), Limit: n, Count: true}
	scope := "contacts.ListCompanies\x00" + string(a.Workspace) + "\x00" + string(a.Kind) + "\x00" + strings.Join(words, " ")
	if f.After, f.Before, err = s.cursors.Place(scope, p.Cursor); err != nil {
		return l, err
	}
	found, err := s.store.FindCompanies(ctx, a.Workspace, f)
	if err != nil {
		return l, err
	}
	if f.Before != nil && len(found.Companies) == 0 {
		f.Before = nil
		if found, err = s.store.FindCompanies(ctx, a.Workspace, f); err != nil {
			return l, err
		}
	}
	for i := range found.Companies {
		if err := s.countOwn(ctx, a, &found.Companies[i]); err != nil {
			return l, err
		}
	}
	l = CompanyList{Companies: found.Companies, Count: found.Count, CountAbout: found.CountAbout}
	l.Next, l.Prev, err = s.cursors.Neighbours(scope, f.After, f.Before, found.Positions, found.More)
	return l, err
}
