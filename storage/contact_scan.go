package storage

import (
	"context"
	"slices"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// scanText is how much text one page of a scan holds, in bytes: contacts with
// long notes come in smaller pages.
const scanText = 2 << 20

// Scan returns contacts in the order of their ids. Where the planner could
// take it into its head to sort all that is left for each page, as PostgreSQL
// does until it has statistics, the statement has a transaction of its own in
// which it may not; a host's transaction is left as it is.
func (db *DB) Scan(ctx context.Context, w desk.WorkspaceID, f contacts.Scan) (out contacts.Scanned, err error) {
	if db.host != nil || db.d.ByIndex == "" {
		return db.rows.Scan(ctx, w, f)
	}
	err = db.update(ctx, func(t writer) error {
		if err := t.byIndex(ctx); err != nil {
			return err
		}
		out, err = t.Scan(ctx, w, f)
		return err
	})
	return out, err
}

// Scan returns contacts in the order of their ids: a page of the primary key.
func (r *rows) Scan(ctx context.Context, w desk.WorkspaceID, f contacts.Scan) (contacts.Scanned, error) {
	p := newScanned(f.Fields)
	query := `SELECT ` + p.columns + ` FROM desk_contacts WHERE workspace_id = $1 AND id > $2 AND state = $3`
	args := []any{string(w), string(f.After), int64(f.State), f.Limit}
	if f.Owner != "" {
		query += ` AND owner = $5`
		args = append(args, f.Owner)
	}
	rs, err := r.query(ctx, query+` ORDER BY id LIMIT $4`, args...)
	if err != nil {
		return contacts.Scanned{}, err
	}
	defer func() { _ = rs.Close() }()
	out := contacts.Scanned{Contacts: make([]contacts.Contact, 0, f.Limit)}
	for size := 0; rs.Next(); {
		if size > scanText {
			out.More = true
			return out, nil
		}
		if err := rs.Scan(p.to...); err != nil {
			return contacts.Scanned{}, r.mapError(err)
		}
		if err := p.finish(f.State); err != nil {
			return contacts.Scanned{}, err
		}
		out.Contacts = append(out.Contacts, p.c)
		size += p.size()
	}
	out.More = len(out.Contacts) == f.Limit
	return out, r.mapError(rs.Err())
}

// scanned is the row of a scan. It is filled anew for each contact, by way of
// places that are made once: of what is not asked for there are none.
type scanned struct {
	c       contacts.Contact
	columns string
	to      []any
	// These are kept as text.
	emails, phones, custom, external, provenance string
	created, updated, deleted                    int64
}

// scanColumn is a column of a scan, the field that it is read for, and its place.
type scanColumn struct {
	name, field string
	place       func(*scanned) any
}

// scanColumns are the columns that a scan can read. Those without a field are
// always read, those of the field "*" when all fields are.
var scanColumns = []scanColumn{
	{"id", "", func(s *scanned) any { return (*string)(&s.c.ID) }},
	{"owner", "", func(s *scanned) any { return &s.c.Owner }},
	{"version", "*", func(s *scanned) any { return &s.c.Version }},
	{"first_name", "first_name", func(s *scanned) any { return &s.c.FirstName }},
	{"last_name", "last_name", func(s *scanned) any { return &s.c.LastName }},
	{"display_name", "display_name", func(s *scanned) any { return &s.c.DisplayName }},
	{"email", "email", func(s *scanned) any { return &s.c.Email }},
	{"emails", "emails", func(s *scanned) any { return &s.emails }},
	{"phones", "phones", func(s *scanned) any { return &s.phones }},
	{"COALESCE(company_id, '')", "*", func(s *scanned) any { return (*string)(&s.c.CompanyID) }},
	{"company_name", "company", func(s *scanned) any { return &s.c.Company }},
	{"locked_to_company", "locked_to_company", func(s *scanned) any { return &s.c.LockedToCompany }},
	{"job_title", "job_title", func(s *scanned) any { return &s.c.JobTitle }},
	{"division", "division", func(s *scanned) any { return &s.c.Division }},
	{"street", "street", func(s *scanned) any { return &s.c.Address.Street }},
	{"city", "city", func(s *scanned) any { return &s.c.Address.City }},
	{"region", "region", func(s *scanned) any { return &s.c.Address.Region }},
	{"postal_code", "postal_code", func(s *scanned) any { return &s.c.Address.PostalCode }},
	{"country", "country", func(s *scanned) any { return &s.c.Address.Country }},
	{"notes", "notes", func(s *scanned) any { return &s.c.Notes }},
	{"active", "active", func(s *scanned) any { return &s.c.Active }},
	{"kind", "kind", func(s *scanned) any { return (*string)(&s.c.Kind) }},
	{"status", "status", func(s *scanned) any { return &s.c.Status }},
	{"marketing_opt_out", "marketing_opt_out", func(s *scanned) any { return &s.c.MarketingOptOut }},
	{"time_zone", "time_zone", func(s *scanned) any { return &s.c.TimeZone }},
	{"language", "language", func(s *scanned) any { return &s.c.Language }},
	{"do_not_call", "do_not_call", func(s *scanned) any { return &s.c.DoNotCall }},
	{"call_from", "call_hours", func(s *scanned) any { return &s.c.CallHours.From }},
	{"call_until", "call_hours", func(s *scanned) any { return &s.c.CallHours.Until }},
	{"portal_access", "portal_access", func(s *scanned) any { return &s.c.PortalAccess }},
	{"login_source", "login_source", func(s *scanned) any { return (*string)(&s.c.LoginSource) }},
	{"custom", "custom", func(s *scanned) any { return &s.custom }},
	{"external", "external_id", func(s *scanned) any { return &s.external }},
	{"provenance", "*", func(s *scanned) any { return &s.provenance }},
	{"source", "source", func(s *scanned) any { return (*string)(&s.c.Source) }},
	{"created_at", "created_at", func(s *scanned) any { return &s.created }},
	{"created_by", "created_at", func(s *scanned) any { return &s.c.CreatedBy }},
	{"updated_at", "updated_at", func(s *scanned) any { return &s.updated }},
	{"deleted_at", "*", func(s *scanned) any { return &s.deleted }},
	{"COALESCE(merged_into, '')", "*", func(s *scanned) any { return (*string)(&s.c.MergedInto) }},
}

// newScanned prepares a scan of some fields, or of all.
func newScanned(fields []string) *scanned {
	wanted := map[string]bool{"": true, "phones": slices.Contains(fields, "phone")}
	for _, f := range fields {
		if strings.HasPrefix(f, "custom.") {
			f = "custom"
		}
		wanted[f] = true
	}
	s := &scanned{}
	var names []string
	for _, c := range scanColumns {
		if len(fields) == 0 || wanted[c.field] {
			names = append(names, c.name)
			s.to = append(s.to, c.place(s))
		}
	}
	s.columns = strings.Join(names, ", ")
	return s
}

// finish makes the contact of what was read.
func (s *scanned) finish(state contacts.State) error {
	s.c.State = state
	s.c.CreatedAt, s.c.UpdatedAt, s.c.DeletedAt = instant(s.created), instant(s.updated), instant(s.deleted)
	// The last contact has what these held.
	s.c.Emails, s.c.Phones, s.c.Custom, s.c.External = nil, nil, nil, nil
	if err := quickLists(&s.c, s.emails, s.phones, s.custom, s.external); err != nil {
		return err
	}
	var err error
	s.c.Provenance, err = readProvenance(s.provenance)
	return err
}

// size is about how much memory the contact takes, but for what is always short.
func (s *scanned) size() int {
	return len(s.c.Notes) + len(s.c.Address.Street) + len(s.emails) + len(s.phones) + len(s.custom) + len(s.external) + len(s.provenance)
}
