package storage

import (
	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// contactTable is desk_contacts. The order of its columns is that of
// contactRow.values and of scanContact.
var contactTable = newTable("desk_contacts", "=workspace_id", "id", "version:bigint", "state:bigint",
	"first_name", "last_name", "display_name", "email", "email_key", "emails", "phones",
	"company_id", "company_name", "locked_to_company:boolean", "job_title", "division",
	"street", "city", "region", "postal_code", "country", "notes",
	"active:boolean", "kind", "status", "marketing_opt_out:boolean", "owner", "time_zone", "language",
	"do_not_call:boolean", "call_from:bigint", "call_until:bigint", "portal_access:boolean", "login_source",
	"custom", "external", "provenance", "source",
	"created_at:bigint", "created_by", "updated_at:bigint", "deleted_at:bigint", "merged_into")

// contactColumns are the columns that scanContact reads.
const contactColumns = `id, version, state, first_name, last_name, display_name, email, emails, phones,
	COALESCE(company_id, ''), company_name, locked_to_company, job_title, division,
	street, city, region, postal_code, country, notes,
	active, kind, status, marketing_opt_out, owner, time_zone, language,
	do_not_call, call_from, call_until, portal_access, login_source,
	custom, external, provenance, source,
	created_at, created_by, updated_at, deleted_at, COALESCE(merged_into, '')`

// contactRow is a contact as its table has it.
type contactRow struct {
	c                                            *contacts.Contact
	emailKey                                     string
	emails, phones, custom, external, provenance string
}

func newContactRow(rec *contacts.Record) (contactRow, error) {
	c := &rec.Contact
	w := contactRow{c: c, emailKey: rec.EmailKey}
	if !cleanContact(c) {
		return w, errText
	}
	var errs [5]error
	w.emails, errs[0] = listText(len(c.Emails), c.Emails)
	w.phones, errs[1] = listText(len(c.Phones), c.Phones)
	w.custom, errs[2] = listText(len(c.Custom), c.Custom)
	w.external, errs[3] = listText(len(c.External), c.External)
	w.provenance, errs[4] = provenanceText(c.Provenance)
	for _, err := range errs {
		if err != nil {
			return w, err
		}
	}
	return w, nil
}

// newContactRows prepares records for their table.
func newContactRows(rs []contacts.Record) ([]contactRow, error) {
	all := make([]contactRow, len(rs))
	for i := range rs {
		var err error
		if all[i], err = newContactRow(&rs[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// values writes the columns of contactTable.
func (w *contactRow) values(ws desk.WorkspaceID, to []any) {
	c := w.c
	at := 0
	put := func(vs ...any) { at += copy(to[at:], vs) }
	put(string(ws), string(c.ID), c.Version, int64(c.State))
	put(c.FirstName, c.LastName, c.DisplayName, c.Email, orNull(w.emailKey), w.emails, w.phones)
	put(orNull(c.CompanyID), c.Company, c.LockedToCompany, c.JobTitle, c.Division)
	put(c.Address.Street, c.Address.City, c.Address.Region, c.Address.PostalCode, c.Address.Country, c.Notes)
	put(c.Active, string(c.Kind), c.Status, c.MarketingOptOut, c.Owner, c.TimeZone, c.Language)
	put(c.DoNotCall, int64(c.CallHours.From), int64(c.CallHours.Until), c.PortalAccess, string(c.LoginSource))
	put(w.custom, w.external, w.provenance, string(c.Source))
	put(micros(c.CreatedAt), c.CreatedBy, micros(c.UpdatedAt), micros(c.DeletedAt), orNull(c.MergedInto))
}

// scanner is a row that can be read: of ours or of database/sql.
type scanner interface{ Scan(dest ...any) error }

// scanContact reads contactColumns.
func scanContact(row scanner) (contacts.Contact, error) {
	var c contacts.Contact
	var emails, phones, custom, external, provenance string
	var created, updated, deleted int64
	err := row.Scan((*string)(&c.ID), &c.Version, &c.State, &c.FirstName, &c.LastName, &c.DisplayName, &c.Email, &emails, &phones,
		(*string)(&c.CompanyID), &c.Company, &c.LockedToCompany, &c.JobTitle, &c.Division,
		&c.Address.Street, &c.Address.City, &c.Address.Region, &c.Address.PostalCode, &c.Address.Country, &c.Notes,
		&c.Active, (*string)(&c.Kind), &c.Status, &c.MarketingOptOut, &c.Owner, &c.TimeZone, &c.Language,
		&c.DoNotCall, &c.CallHours.From, &c.CallHours.Until, &c.PortalAccess, (*string)(&c.LoginSource),
		&custom, &external, &provenance, (*string)(&c.Source),
		&created, &c.CreatedBy, &updated, &deleted, (*string)(&c.MergedInto))
	if err != nil {
		return contacts.Contact{}, err
	}
	c.CreatedAt, c.UpdatedAt, c.DeletedAt = instant(created), instant(updated), instant(deleted)
	if err := readLists(&c, emails, phones, custom, external); err != nil {
		return contacts.Contact{}, err
	}
	if c.Provenance, err = readProvenance(provenance); err != nil {
		return contacts.Contact{}, err
	}
	return c, nil
}

func readLists(c *contacts.Contact, emails, phones, custom, external string) error {
	if err := readList(emails, &c.Emails); err != nil {
		return err
	}
	if err := readList(phones, &c.Phones); err != nil {
		return err
	}
	if err := readList(custom, &c.Custom); err != nil {
		return err
	}
	return readList(external, &c.External)
}
