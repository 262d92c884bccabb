package storagetest

import (
	"slices"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// findTests look whether changes reach the search; the search itself has
// tests of its own.
var findTests = []test{
	{"changes are found at once", findChanges},
	{"companies", findCompanies},
}

// found returns the live contacts that have a text in a class, by id.
func (e *env) found(text string, in contacts.Class) []desk.ContactID {
	e.t.Helper()
	f, err := e.Store.Find(e.ctx, home, contacts.Find{Terms: [][]contacts.Needle{{{Text: text, In: []contacts.Class{in}}}}, Sort: contacts.SortName, Limit: 100})
	if err != nil {
		e.t.Fatalf("Find: %v", err)
	}
	var ids []desk.ContactID
	for _, c := range f.Contacts {
		ids = append(ids, c.ID)
	}
	slices.Sort(ids)
	return ids
}

func findChanges(e *env) {
	for _, index := range []bool{false, true} {
		work := func() {
			if index {
				e.index(100)
			}
		}
		n := 1
		if index {
			n = 11
		}
		e.put(record(n, "Wilhelmina", ""), record(n+1, "Wilfried", ""))
		work()
		e.Equal(e.found("wil", contacts.ClassName), []desk.ContactID{contactID(n), contactID(n + 1)})
		e.Equal(len(e.found("wil", contacts.ClassEmail)), 0)
		c := changedFrom(e.get(contactID(n)), func(c *contacts.Contact) { c.FirstName = "Marianne" })
		e.update(func(tx contacts.Tx) error { return tx.UpdateContacts(e.ctx, home, []contacts.Record{c}) })
		work()
		e.Equal(e.found("wil", contacts.ClassName), []desk.ContactID{contactID(n + 1)})
		e.Equal(e.found("arian", contacts.ClassName), []desk.ContactID{contactID(n)})
		e.update(func(tx contacts.Tx) error {
			return tx.PurgeContacts(e.ctx, home, []desk.ContactID{contactID(n), contactID(n + 1)})
		})
		work()
		e.Equal(len(e.found("wil", contacts.ClassName))+len(e.found("arian", contacts.ClassName)), 0)
	}
}

func findCompanies(e *env) {
	e.putCompanies(companyRecord(1, "Acme North"), companyRecord(2, "Acme South"), companyRecord(3, "Other"))
	f, err := e.Store.FindCompanies(e.ctx, home, contacts.CompanyFind{Terms: [][]contacts.Needle{{{Text: "acme", In: []contacts.Class{contacts.ClassName}}}}, Limit: 1, Count: true})
	e.NoErr(err)
	e.Equal(len(f.Companies), 1)
	e.Equal(f.Companies[0].ID, companyID(1))
	e.True(f.More)
	e.Equal(f.Count, 2)
}
