package storagetest

import (
	"errors"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

var companyTests = []test{
	{"read", readCompanies},
	{"names and domains are taken once", companyTaken},
	{"rename", renameCompany},
	{"stale", companyStale},
}

func (e *env) putCompanies(rs ...contacts.CompanyRecord) {
	e.t.Helper()
	e.seed(func(tx contacts.Tx, w desk.WorkspaceID) error { return tx.InsertCompanies(e.ctx, w, rs) })
}

func readCompanies(e *env) {
	acme := companyRecord(1, "Acme GmbH", "acme.example", "acme.test")
	e.putCompanies(acme, companyRecord(2, "王小明 & Söhne"))
	c := record(1, "A", "").Contact
	c.CompanyID, c.Company = companyID(1), "Acme GmbH"
	binned := c
	binned.ID, binned.State = contactID(2), contacts.Binned
	e.putHome(indexed(c), indexed(binned))

	want := acme.Company
	byName, err := e.Store.CompaniesByName(e.ctx, home, []string{contacts.Fold("acme gmbh"), "no such"})
	e.NoErr(err)
	same(e, map[string]contacts.Company{contacts.Fold("acme gmbh"): want}, byName)
	got, err := e.Store.CompanyByDomain(e.ctx, home, "acme.test")
	e.NoErr(err)
	same(e, want, got)
	want.Contacts = 1
	got, err = e.Store.Company(e.ctx, home, companyID(1))
	e.NoErr(err)
	same(e, want, got)
	byName, err = e.Store.CompaniesByName(e.ctx, home, nil)
	e.NoErr(err)
	e.Equal(len(byName), 0)
}

func companyTaken(e *env) {
	e.putCompanies(companyRecord(1, "Acme", "acme.example"), companyRecord(2, "Other"))
	insert := func(r contacts.CompanyRecord) func(contacts.Tx) error {
		return func(tx contacts.Tx) error { return tx.InsertCompanies(e.ctx, home, []contacts.CompanyRecord{r}) }
	}
	e.fails(desk.Conflict, "name", insert(companyRecord(3, "ACME")))
	e.fails(desk.Conflict, "domains", insert(companyRecord(3, "New", "acme.example")))
	e.fails(desk.Conflict, "domains", insert(companyRecord(3, "New", "a.example", "a.example")))
	e.fails(desk.Conflict, "name", func(tx contacts.Tx) error {
		r := companyRecord(2, "acme")
		r.Company.Version = 2
		return tx.UpdateCompany(e.ctx, home, r)
	})
}

func renameCompany(e *env) {
	e.putCompanies(companyRecord(1, "Old Name", "old.example"))
	c := record(1, "A", "").Contact
	c.CompanyID, c.Company = companyID(1), "Old Name"
	e.put(indexed(c), record(2, "B", ""))
	r := companyRecord(1, "New Name", "new.example", "old.example")
	r.Company.Version = 2
	e.update(func(tx contacts.Tx) error { return tx.UpdateCompany(e.ctx, home, r) })
	got, err := e.Store.Company(e.ctx, home, companyID(1))
	e.NoErr(err)
	r.Company.Contacts = 1
	same(e, r.Company, got)
	e.Equal(e.get(contactID(1)).Company, "New Name")
	e.Equal(e.get(contactID(2)).Company, "")
	e.Equal(e.found("new", contacts.ClassCompany), []desk.ContactID{contactID(1)})
	e.Equal(len(e.found("old", contacts.ClassCompany)), 0)
}

func companyStale(e *env) {
	e.putCompanies(companyRecord(1, "Acme"))
	err := e.fails(desk.Conflict, "version", func(tx contacts.Tx) error { return tx.UpdateCompany(e.ctx, home, companyRecord(1, "Late")) })
	e.True(errors.Is(err, contacts.ErrStale))
	e.fails(desk.NotFound, "", func(tx contacts.Tx) error { return tx.UpdateCompany(e.ctx, home, companyRecord(9, "None")) })
}
