package storage

import (
	"context"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

var (
	companyTable = newTable("desk_companies", "=workspace_id", "id", "version:bigint", "name", "name_key", "created_at:bigint", "updated_at:bigint")
	domainTable  = newTable("desk_company_domains", "=workspace_id", "domain", "company_id", "position:bigint")
)

const (
	companyColumns = `c.id, c.version, c.name, c.name_key, c.created_at, c.updated_at, `
	companyCount   = `(SELECT COUNT(*) FROM desk_contacts AS p WHERE p.workspace_id = c.workspace_id AND p.company_id = c.id AND p.state = 0)`
	companyFrom    = ` FROM desk_companies AS c WHERE c.workspace_id = $1 AND `
)

// namedCompany is a company with its name key.
type namedCompany struct {
	contacts.Company
	nameKey string
}

// Company returns a company with the number of its live contacts.
func (r *rows) Company(ctx context.Context, w desk.WorkspaceID, id desk.CompanyID) (contacts.Company, error) {
	return r.oneCompany(ctx, w, `SELECT `+companyColumns+companyCount+companyFrom+`c.id = $2`, string(w), string(id))
}

// CompanyByDomain returns the company that has the email domain.
func (r *rows) CompanyByDomain(ctx context.Context, w desk.WorkspaceID, domain string) (contacts.Company, error) {
	return r.oneCompany(ctx, w, `SELECT `+companyColumns+`0`+companyFrom+
		`c.id = (SELECT d.company_id FROM desk_company_domains AS d WHERE d.workspace_id = $1 AND d.domain = $2)`, string(w), domain)
}

// CompaniesByName returns the companies that have any of the name keys.
func (r *rows) CompaniesByName(ctx context.Context, w desk.WorkspaceID, nameKeys []string) (map[string]contacts.Company, error) {
	all, err := r.listCompanies(ctx, w, len(nameKeys), `SELECT `+companyColumns+`0`+companyFrom+`c.name_key `+r.d.inTexts(2), string(w), r.d.texts(nameKeys))
	byName := make(map[string]contacts.Company, len(all))
	for _, c := range all {
		byName[c.nameKey] = c.Company
	}
	return byName, err
}

// companies returns those of the companies that there are, with the numbers
// of their live contacts.
func (r *rows) companies(ctx context.Context, w desk.WorkspaceID, ids []desk.CompanyID) (map[desk.CompanyID]contacts.Company, error) {
	all, err := r.listCompanies(ctx, w, len(ids), `SELECT `+companyColumns+companyCount+companyFrom+`c.id `+r.d.inTexts(2), string(w), r.d.texts(plain(ids)))
	byID := make(map[desk.CompanyID]contacts.Company, len(all))
	for _, c := range all {
		byID[c.ID] = c.Company
	}
	return byID, err
}

func (r *rows) oneCompany(ctx context.Context, w desk.WorkspaceID, query string, args ...any) (contacts.Company, error) {
	all, err := r.listCompanies(ctx, w, 1, query, args...)
	switch {
	case err != nil:
		return contacts.Company{}, err
	case len(all) == 0:
		return contacts.Company{}, errNotFound
	}
	return all[0].Company, nil
}

// listCompanies reads companies and, in a second statement, their domains.
func (r *rows) listCompanies(ctx context.Context, w desk.WorkspaceID, asked int, query string, args ...any) ([]namedCompany, error) {
	if asked == 0 {
		return nil, nil
	}
	rs, err := r.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	var all []namedCompany
	for rs.Next() {
		var c namedCompany
		var created, updated int64
		if err := rs.Scan((*string)(&c.ID), &c.Version, &c.Name, &c.nameKey, &created, &updated, &c.Contacts); err != nil {
			return nil, r.mapError(err)
		}
		c.CreatedAt, c.UpdatedAt = instant(created), instant(updated)
		all = append(all, c)
	}
	if err := rs.Err(); err != nil {
		return nil, r.mapError(err)
	}
	_ = rs.Close()
	return all, r.addDomains(ctx, w, all)
}

func (r *rows) addDomains(ctx context.Context, w desk.WorkspaceID, all []namedCompany) error {
	if len(all) == 0 {
		return nil
	}
	ids, at := make([]string, len(all)), make(map[string]int, len(all))
	for i, c := range all {
		ids[i], at[string(c.ID)] = string(c.ID), i
	}
	rs, err := r.query(ctx, `SELECT company_id, domain FROM desk_company_domains WHERE workspace_id = $1 AND company_id `+r.d.inTexts(2)+` ORDER BY position, domain`,
		string(w), r.d.texts(ids))
	if err != nil {
		return err
	}
	defer func() { _ = rs.Close() }()
	for rs.Next() {
		var id, domain string
		if err := rs.Scan(&id, &domain); err != nil {
			return r.mapError(err)
		}
		c := &all[at[id]]
		c.Domains = append(c.Domains, domain)
	}
	return r.mapError(rs.Err())
}

// InsertCompanies adds companies. A name or domain that another company has
// is a desk.Conflict.
func (t writer) InsertCompanies(ctx context.Context, w desk.WorkspaceID, rs []contacts.CompanyRecord) error {
	err := t.insert(ctx, companyTable, len(rs), func(i int, v []any) {
		c := &rs[i].Company
		v[0], v[1], v[2], v[3], v[4] = string(w), string(c.ID), c.Version, c.Name, rs[i].NameKey
		v[5], v[6] = micros(c.CreatedAt), micros(c.UpdatedAt)
	})
	if err != nil {
		return err
	}
	if err := t.insertDomains(ctx, w, rs); err != nil {
		return err
	}
	return t.putEntries(ctx, w, companyRealm, companyEntries(rs, true))
}

func (t writer) insertDomains(ctx context.Context, w desk.WorkspaceID, rs []contacts.CompanyRecord) error {
	var domains [][3]any
	for i := range rs {
		for n, d := range rs[i].Company.Domains {
			domains = append(domains, [3]any{d, string(rs[i].Company.ID), int64(n)})
		}
	}
	return t.insert(ctx, domainTable, len(domains), func(i int, v []any) {
		v[0] = string(w)
		copy(v[1:], domains[i][:])
	})
}

func companyEntries(rs []contacts.CompanyRecord, fresh bool) []entry {
	es := make([]entry, len(rs))
	for i := range rs {
		r := &rs[i]
		es[i] = entry{id: string(r.Company.ID), text: r.Text, facets: []string{companyFacet}, keys: keys(r.SortKey), fresh: fresh}
	}
	return es
}

// UpdateCompany replaces a company. Its contacts get its new name.
func (t writer) UpdateCompany(ctx context.Context, w desk.WorkspaceID, rec contacts.CompanyRecord) error {
	c := &rec.Company
	var oldName, oldKey string
	var version int64
	err := t.queryRow(ctx, `SELECT name, name_key, version FROM desk_companies WHERE workspace_id = $1 AND id = $2`+t.d.ForUpdate, string(w), string(c.ID)).Scan(&oldName, &oldKey, &version)
	if err != nil {
		return err
	}
	if version != c.Version-1 {
		return stale()
	}
	_, err = t.exec(ctx, `UPDATE desk_companies SET version = $1, name = $2, name_key = $3, updated_at = $4 WHERE workspace_id = $5 AND id = $6`,
		c.Version, c.Name, rec.NameKey, micros(c.UpdatedAt), string(w), string(c.ID))
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `DELETE FROM desk_company_domains WHERE workspace_id = $1 AND company_id = $2`, string(w), string(c.ID))
	if err != nil {
		return err
	}
	one := []contacts.CompanyRecord{rec}
	if err := t.insertDomains(ctx, w, one); err != nil {
		return err
	}
	if oldName != c.Name {
		if err := t.renameCompany(ctx, w, rec, oldKey); err != nil {
			return err
		}
	}
	return t.putEntries(ctx, w, companyRealm, companyEntries(one, false))
}

func (t writer) renameCompany(ctx context.Context, w desk.WorkspaceID, rec contacts.CompanyRecord, oldKey string) error {
	_, err := t.exec(ctx, `UPDATE desk_contacts SET company_name = $1 WHERE workspace_id = $2 AND company_id = $3`, rec.Company.Name, string(w), string(rec.Company.ID))
	if err != nil || oldKey == rec.NameKey {
		return err
	}
	return t.renameCompanyEntries(ctx, w, rec.Company.ID, oldKey, rec.NameKey, keys(rec.SortKey)[0])
}
