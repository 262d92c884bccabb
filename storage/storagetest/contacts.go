package storagetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

var contactTests = []test{
	{"every field comes back", everyField},
	{"what is not there is not found", notThere},
	{"by email", byEmail},
	{"several at once", several},
	{"keys", findKeys},
	{"an address is taken once", emailTaken},
	{"an external id is taken once", externalTaken},
	{"update", updateContact},
	{"update of a stale version", updateStale},
	{"update of many", updateMany},
	{"the bin frees what is unique", binFrees},
	{"purge", purge},
	{"purge of duplicates and references", purgeReferences},
	{"batches", batches},
}

func everyField(e *env) {
	e.seed(func(tx contacts.Tx, w desk.WorkspaceID) error {
		if err := tx.InsertCompanies(e.ctx, w, []contacts.CompanyRecord{companyRecord(1, "Acme GmbH")}); err != nil {
			return err
		}
		return tx.InsertContacts(e.ctx, w, []contacts.Record{indexed(fullContact(1)), record(2, "", "")})
	})
	same(e, fullContact(1), e.get(contactID(1)))
	same(e, record(2, "", "").Contact, e.get(contactID(2)))
}

func notThere(e *env) {
	e.put(record(1, "A", "a@example.com"))
	_, err := e.Store.Contact(e.ctx, home, "contact_none")
	e.Equal(desk.KindOf(err), desk.NotFound)
	_, err = e.Store.Contact(e.ctx, "nowhere", contactID(1))
	e.Equal(desk.KindOf(err), desk.NotFound)
	_, err = e.Store.ContactByEmail(e.ctx, "nowhere", "a@example.com")
	e.Equal(desk.KindOf(err), desk.NotFound)
	_, err = e.Store.Company(e.ctx, home, "company_none")
	e.Equal(desk.KindOf(err), desk.NotFound)
	_, err = e.Store.CompanyByDomain(e.ctx, home, "")
	e.Equal(desk.KindOf(err), desk.NotFound)
	err = e.fails(desk.NotFound, "", func(tx contacts.Tx) error {
		_, err := tx.LockContact(e.ctx, home, "contact_none")
		return err
	})
	e.True(!strings.Contains(err.Error(), "contact_none"))
}

func byEmail(e *env) {
	binned := record(2, "B", "a@example.com")
	binned.Contact.State = contacts.Binned
	e.put(record(1, "A", "A@Example.com"), binned, record(3, "C", ""))
	c, err := e.Store.ContactByEmail(e.ctx, home, "a@example.com")
	e.NoErr(err)
	e.Equal(c.ID, contactID(1))
	_, err = e.Store.ContactByEmail(e.ctx, home, "")
	e.Equal(desk.KindOf(err), desk.NotFound) // no address is not an address
}

func several(e *env) {
	e.put(record(1, "A", ""), record(2, "B", ""), record(3, "C", ""))
	cs, err := e.Store.Contacts(e.ctx, home, []desk.ContactID{contactID(3), "contact_none", contactID(1), `'"{}[],\`, "NULL"})
	e.NoErr(err)
	var ids []desk.ContactID
	for _, c := range cs {
		ids = append(ids, c.ID)
	}
	slices.Sort(ids)
	same(e, []desk.ContactID{contactID(1), contactID(3)}, ids)
	cs, err = e.Store.Contacts(e.ctx, home, nil)
	e.NoErr(err)
	e.Equal(len(cs), 0)
}

func findKeys(e *env) {
	c := record(1, "A", "a@example.com").Contact
	c.Emails = []contacts.Email{{Value: "b@example.com"}, {Value: "A@example.com"}} // the main one again
	c.Phones = []contacts.Phone{{Value: "x", E164: "+4930123"}, {Value: "y", E164: "+4930123"}}
	c.External = map[string]string{"erp": "a,{}\"\\'1"}
	d := record(2, "B", "b@example.com").Contact // labelled on the first
	binned := record(3, "C", "c@example.com").Contact
	binned.State = contacts.Binned
	e.put(indexed(c), indexed(d), indexed(binned))
	external := contacts.Key{Kind: contacts.KeyExternal, Value: "erp\x1fa,{}\"\\'1"}
	got, err := e.Store.FindKeys(e.ctx, home, []contacts.Key{
		{Kind: contacts.KeyEmail, Value: "a@example.com"}, {Kind: contacts.KeyEmail, Value: "b@example.com"}, {Kind: contacts.KeyEmail, Value: "c@example.com"},
		{Kind: contacts.KeyPhone, Value: "+4930123"}, {Kind: contacts.KeyPhone, Value: "a@example.com"}, external,
	})
	e.NoErr(err)
	same(e, []contacts.KeyMatch{
		{Key: contacts.Key{Kind: contacts.KeyEmail, Value: "a@example.com"}, ID: contactID(1), Main: true},
		{Key: contacts.Key{Kind: contacts.KeyEmail, Value: "b@example.com"}, ID: contactID(1)},
		{Key: contacts.Key{Kind: contacts.KeyEmail, Value: "b@example.com"}, ID: contactID(2), Main: true},
		{Key: contacts.Key{Kind: contacts.KeyPhone, Value: "+4930123"}, ID: contactID(1)},
		{Key: external, ID: contactID(1)},
	}, got)
	got, err = e.Store.FindKeys(e.ctx, home, nil)
	e.NoErr(err)
	e.Equal(len(got), 0)
}

func emailTaken(e *env) {
	e.put(record(1, "A", "a@example.com"), record(2, "B", "b@example.com"))
	err := e.fails(desk.Conflict, "email", func(tx contacts.Tx) error {
		return tx.InsertContacts(e.ctx, home, []contacts.Record{record(3, "New", ""), record(4, "New", "A@example.com")})
	})
	e.True(!strings.Contains(desk.MessageOf(err), "a@") && !strings.Contains(desk.MessageOf(err), "contact_")) // B64, R65
	e.fails(desk.Conflict, "email", func(tx contacts.Tx) error {
		return tx.InsertContacts(e.ctx, home, []contacts.Record{record(5, "x", "x@example.com"), record(6, "y", "x@example.com")})
	})
	second := e.get(contactID(2))
	e.fails(desk.Conflict, "email", func(tx contacts.Tx) error {
		return tx.UpdateContacts(e.ctx, home, []contacts.Record{changedFrom(second, func(c *contacts.Contact) { c.Email = "a@example.com" })})
	})
	e.fails(desk.Conflict, "", func(tx contacts.Tx) error { // the same id
		return tx.InsertContacts(e.ctx, home, []contacts.Record{record(1, "A", "")})
	})
}

func externalTaken(e *env) {
	with := func(n int, key string) contacts.Record {
		c := record(n, "A", "").Contact
		c.External = map[string]string{"erp": key}
		return indexed(c)
	}
	e.put(with(1, "1"), with(2, "2"))
	e.fails(desk.Conflict, "external", func(tx contacts.Tx) error { return tx.InsertContacts(e.ctx, home, []contacts.Record{with(3, "1")}) })
	second := e.get(contactID(2))
	e.fails(desk.Conflict, "external", func(tx contacts.Tx) error {
		return tx.UpdateContacts(e.ctx, home, []contacts.Record{changedFrom(second, func(c *contacts.Contact) { c.External = map[string]string{"erp": "1"} })})
	})
}

func updateContact(e *env) {
	e.put(record(1, "A", "a@example.com"))
	next := changedFrom(e.get(contactID(1)), func(c *contacts.Contact) {
		full := fullContact(1)
		full.Version, full.CompanyID, full.Company = c.Version, "", ""
		*c = full
	})
	e.update(func(tx contacts.Tx) error { return tx.UpdateContacts(e.ctx, home, []contacts.Record{next}) })
	same(e, next.Contact, e.get(contactID(1)))
	keys := []contacts.Key{{Kind: contacts.KeyEmail, Value: "a@example.com"}, {Kind: contacts.KeyEmail, Value: "zoe.obrien@example.com"}, {Kind: contacts.KeyPhone, Value: "+49301234567"}}
	got, err := e.Store.FindKeys(e.ctx, home, keys)
	e.NoErr(err)
	same(e, []contacts.KeyMatch{{Key: keys[1], ID: contactID(1), Main: true}, {Key: keys[2], ID: contactID(1)}}, got)
	back := changedFrom(next.Contact, func(c *contacts.Contact) {
		*c = contacts.Contact{ID: c.ID, Version: c.Version, FirstName: "Bare"}
	})
	e.update(func(tx contacts.Tx) error { return tx.UpdateContacts(e.ctx, home, []contacts.Record{back}) })
	same(e, back.Contact, e.get(contactID(1)))
}

func updateStale(e *env) {
	e.put(record(1, "A", ""), record(2, "B", ""))
	first, second := e.get(contactID(1)), e.get(contactID(2))
	e.update(func(tx contacts.Tx) error {
		return tx.UpdateContacts(e.ctx, home, []contacts.Record{changedFrom(first, func(c *contacts.Contact) { c.FirstName = "AA" })})
	})
	err := e.fails(desk.Conflict, "version", func(tx contacts.Tx) error {
		return tx.UpdateContacts(e.ctx, home, []contacts.Record{
			changedFrom(second, func(c *contacts.Contact) { c.FirstName = "BB" }),
			changedFrom(first, func(c *contacts.Contact) { c.FirstName = "late" }),
		})
	})
	e.True(errors.Is(err, contacts.ErrStale))
	err = e.fails(desk.Conflict, "version", func(tx contacts.Tx) error {
		return tx.UpdateContacts(e.ctx, home, []contacts.Record{record(9, "not there", "")})
	})
	e.True(errors.Is(err, contacts.ErrStale))
}

func updateMany(e *env) {
	const n = 120
	var rs, next []contacts.Record
	for i := range n {
		rs = append(rs, record(i, "A", fmt.Sprintf("a%d@example.com", i)))
		next = append(next, changedFrom(rs[i].Contact, func(c *contacts.Contact) {
			c.FirstName, c.Email = "B", fmt.Sprintf("b%d@example.com", i)
		}))
	}
	e.put(rs...)
	e.update(func(tx contacts.Tx) error { return tx.UpdateContacts(e.ctx, home, next) })
	for i := range n {
		same(e, next[i].Contact, e.get(contactID(i)))
	}
}

func binFrees(e *env) {
	c := record(1, "A", "a@example.com").Contact
	c.External = map[string]string{"erp": "1"}
	e.put(indexed(c))
	bin := changedFrom(c, func(c *contacts.Contact) { c.State, c.DeletedAt = contacts.Binned, noon })
	other := c
	other.ID = contactID(2)
	e.update(func(tx contacts.Tx) error { return tx.UpdateContacts(e.ctx, home, []contacts.Record{bin}) })
	same(e, bin.Contact, e.get(contactID(1)))
	e.update(func(tx contacts.Tx) error { return tx.InsertContacts(e.ctx, home, []contacts.Record{indexed(other)}) })
	e.fails(desk.Conflict, "email", func(tx contacts.Tx) error {
		return tx.UpdateContacts(e.ctx, home, []contacts.Record{changedFrom(bin.Contact, func(c *contacts.Contact) { c.State = contacts.Live })})
	})
}

func purge(e *env) {
	e.seed(func(tx contacts.Tx, w desk.WorkspaceID) error {
		if err := tx.InsertContacts(e.ctx, w, []contacts.Record{record(1, "Gone", "gone@example.com"), record(2, "Stays", "")}); err != nil {
			return err
		}
		made := event(1, contactID(1), "contact.created")
		made.Changes = []desk.Change{{Field: "first_name", New: "Gone"}}
		return tx.Record(e.ctx, w, made, event(2, contactID(2), "contact.created"))
	})
	before, err := e.Store.SealedEvents(e.ctx, home, 0, 10)
	e.NoErr(err)
	e.update(func(tx contacts.Tx) error {
		return tx.PurgeContacts(e.ctx, home, []desk.ContactID{contactID(1), "contact_none"})
	})
	_, err = e.Store.Contact(e.ctx, home, contactID(1))
	e.Equal(desk.KindOf(err), desk.NotFound)
	got, err := e.Store.FindKeys(e.ctx, home, []contacts.Key{{Kind: contacts.KeyEmail, Value: "gone@example.com"}})
	e.NoErr(err)
	e.Equal(len(got), 0)
	after, err := e.Store.SealedEvents(e.ctx, home, 0, 10)
	e.NoErr(err)
	e.Equal(len(after), 2)
	e.True(after[0].Redacted && after[0].Event.Summary == "" && len(after[0].Event.Changes) == 0)
	same(e, contacts.EventDigest(home, before[0].Event), after[0].Digest)
	same(e, before[1], after[1])
	left := dump(e.t, e.f.Name, e.DB, home)
	e.True(!strings.Contains(strings.ToLower(left), "gone")) // nothing of the person anywhere
	e.get(contactID(2))
}

func purgeReferences(e *env) {
	survivor, duplicate := record(1, "A", ""), record(2, "B", "")
	duplicate.Contact.State, duplicate.Contact.MergedInto = contacts.Archived, contactID(1)
	e.put(survivor, duplicate)
	e.update(func(tx contacts.Tx) error { return tx.PurgeContacts(e.ctx, home, []desk.ContactID{contactID(1)}) })
	_, err := e.Store.Contact(e.ctx, home, contactID(2))
	e.Equal(desk.KindOf(err), desk.NotFound)

	e.putHome(record(3, "C", ""))
	_, err = e.DB.ExecContext(e.ctx, `CREATE TABLE host_orders (workspace_id TEXT, contact TEXT)`)
	e.NoErr(err)
	_, err = e.DB.ExecContext(e.ctx, `INSERT INTO host_orders VALUES ('home', 'contact_0003')`)
	e.NoErr(err)
	e.NoErr(e.AddReference("host_orders", "contact"))
	e.True(e.AddReference(`x"; DROP TABLE y`, "contact") != nil)
	e.fails(desk.Conflict, "", func(tx contacts.Tx) error { return tx.PurgeContacts(e.ctx, home, []desk.ContactID{contactID(3)}) })
	e.get(contactID(3))
}

// putHome adds contacts in the test's workspace only.
func (e *env) putHome(rs ...contacts.Record) {
	e.t.Helper()
	e.update(func(tx contacts.Tx) error { return tx.InsertContacts(e.ctx, home, rs) })
}

func batches(e *env) {
	e.update(func(tx contacts.Tx) error { return tx.InsertContacts(e.ctx, home, nil) })
	e.update(func(tx contacts.Tx) error { return tx.UpdateContacts(e.ctx, home, nil) })
	e.update(func(tx contacts.Tx) error { return tx.PurgeContacts(e.ctx, home, nil) })
	e.update(func(tx contacts.Tx) error { return tx.Record(e.ctx, home) })
	const n = 2300
	var rs []contacts.Record
	var ids []desk.ContactID
	var keys []contacts.Key
	for i := range n {
		rs = append(rs, record(i, fmt.Sprint("Name ", i), fmt.Sprintf("a%d@example.com", i)))
		ids, keys = append(ids, contactID(i)), append(keys, contacts.Key{Kind: contacts.KeyEmail, Value: rs[i].EmailKey})
	}
	e.putHome(rs...)
	cs, err := e.Store.Contacts(e.ctx, home, ids)
	e.NoErr(err)
	e.Equal(len(cs), n)
	found, err := e.Store.FindKeys(e.ctx, home, keys)
	e.NoErr(err)
	e.Equal(len(found), n)
	e.update(func(tx contacts.Tx) error { return tx.PurgeContacts(e.ctx, home, ids) })
	e.Equal(dump(e.t, e.f.Name, e.DB, home), "")
}
