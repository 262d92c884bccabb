package storagetest

import (
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

var scanTests = []test{
	{"all by their ids", scanAll},
	{"some fields", scanFields},
	{"state and owner", scanLimits},
	{"long texts in small pages", scanLong},
	{"inside a host's transaction", scanInHost},
}

// scanned reads all pages.
func (e *env) scanned(f contacts.Scan) (all []contacts.Contact, pages int) {
	e.t.Helper()
	return e.scannedFrom(e.Store, f)
}

func (e *env) scannedFrom(r contacts.Reader, f contacts.Scan) (all []contacts.Contact, pages int) {
	e.t.Helper()
	for {
		got, err := r.Scan(e.ctx, home, f)
		if err != nil {
			e.t.Fatalf("Scan: %v", err)
		}
		pages++
		all = append(all, got.Contacts...)
		if !got.More {
			return all, pages
		}
		if len(got.Contacts) == 0 || len(got.Contacts) > f.Limit {
			e.t.Fatalf("Scan returned %d of %d contacts, and says that there are more", len(got.Contacts), f.Limit)
		}
		f.After = got.Contacts[len(got.Contacts)-1].ID
	}
}

func (e *env) seedScan() {
	e.seed(func(tx contacts.Tx, w desk.WorkspaceID) error {
		if err := tx.InsertCompanies(e.ctx, w, []contacts.CompanyRecord{companyRecord(1, "Acme GmbH")}); err != nil {
			return err
		}
		return tx.InsertContacts(e.ctx, w, []contacts.Record{record(3, "C", ""), indexed(fullContact(1)), record(2, "", "")})
	})
}

func scanAll(e *env) {
	e.seedScan()
	want := []contacts.Contact{fullContact(1), record(2, "", "").Contact, record(3, "C", "").Contact}
	for limit := 1; limit <= 4; limit++ {
		got, _ := e.scanned(contacts.Scan{Limit: limit})
		same(e, want, got)
	}
	got, err := e.Store.Scan(e.ctx, "nowhere", contacts.Scan{Limit: 10})
	e.NoErr(err)
	e.True(len(got.Contacts) == 0 && !got.More)
}

// What was asked for is there, whatever else is.
func scanFields(e *env) {
	e.seedScan()
	full := fullContact(1)
	got, _ := e.scanned(contacts.Scan{Limit: 2, Fields: []string{"phone", "custom.tier", "call_hours", "external_id"}})
	e.Equal(len(got), 3)
	same(e, full.Phones, got[0].Phones)
	same(e, full.Custom, got[0].Custom)
	same(e, full.External, got[0].External)
	e.Equal(got[0].CallHours, full.CallHours)
	e.Equal(got[0].Owner, full.Owner)
	e.Equal([]desk.ContactID{got[0].ID, got[1].ID, got[2].ID}, []desk.ContactID{contactID(1), contactID(2), contactID(3)})
	// Nothing of the one before is left over.
	e.True(len(got[1].Phones) == 0 && len(got[1].Custom) == 0 && len(got[1].External) == 0)
	for _, name := range contacts.FieldNames {
		one, _ := e.scanned(contacts.Scan{Limit: 2, Fields: []string{name}})
		e.Equal(len(one), 3)
		e.True(scanValues(full)[name] != nil)
		same(e, scanValues(full)[name], scanValues(one[0])[name])
	}
}

// scanValues are a contact's values by the names of the fields.
func scanValues(c contacts.Contact) map[string]any {
	return map[string]any{
		"id": c.ID, "external_id": c.External, "first_name": c.FirstName, "last_name": c.LastName, "display_name": c.DisplayName,
		"email": c.Email, "emails": c.Emails, "phone": c.Phones, "phones": c.Phones, "company": c.Company, "job_title": c.JobTitle, "division": c.Division,
		"street": c.Address.Street, "city": c.Address.City, "region": c.Address.Region, "postal_code": c.Address.PostalCode, "country": c.Address.Country,
		"kind": c.Kind, "status": c.Status, "active": c.Active, "marketing_opt_out": c.MarketingOptOut, "owner": c.Owner, "time_zone": c.TimeZone,
		"language": c.Language, "notes": c.Notes, "do_not_call": c.DoNotCall, "call_hours": c.CallHours, "portal_access": c.PortalAccess,
		"login_source": c.LoginSource, "locked_to_company": c.LockedToCompany, "source": c.Source, "created_at": []any{c.CreatedAt, c.CreatedBy}, "updated_at": c.UpdatedAt,
	}
}

func scanLimits(e *env) {
	owned := func(n int, owner string, state contacts.State) contacts.Record {
		c := record(n, "A", "").Contact
		c.Owner, c.State = owner, state
		return indexed(c)
	}
	e.put(owned(1, "me", contacts.Live), owned(2, "you", contacts.Live), owned(3, "me", contacts.Binned), owned(4, "me", contacts.Live))
	for _, c := range []struct {
		scan contacts.Scan
		want []desk.ContactID
	}{
		{contacts.Scan{}, []desk.ContactID{contactID(1), contactID(2), contactID(4)}},
		{contacts.Scan{Owner: "me"}, []desk.ContactID{contactID(1), contactID(4)}},
		{contacts.Scan{Owner: "me", State: contacts.Binned}, []desk.ContactID{contactID(3)}},
		{contacts.Scan{Owner: "nobody"}, nil},
		{contacts.Scan{After: contactID(1)}, []desk.ContactID{contactID(2), contactID(4)}},
	} {
		var ids []desk.ContactID
		c.scan.Limit = 1
		got, _ := e.scanned(c.scan)
		for _, g := range got {
			e.Equal(g.State, c.scan.State)
			ids = append(ids, g.ID)
		}
		same(e, c.want, ids)
	}
}

// Memory does not depend on what the contacts hold.
func scanLong(e *env) {
	var rs []contacts.Record
	for n := 1; n <= 40; n++ {
		c := record(n, "A", "").Contact
		c.Notes = strings.Repeat("€", 100_000)
		rs = append(rs, indexed(c))
	}
	e.putHome(rs...)
	got, pages := e.scanned(contacts.Scan{Limit: 1000})
	e.Equal(len(got), 40)
	e.True(pages >= 4) // 12 MB in pages of some 2 MB
}

func scanInHost(e *env) {
	e.put(record(1, "A", ""))
	tx, err := e.DB.BeginTx(e.ctx, nil)
	e.NoErr(err)
	in := e.In(tx)
	e.True(!in.Concurrent())
	e.NoErr(in.Update(e.ctx, func(tx contacts.Tx) error {
		return tx.InsertContacts(e.ctx, home, []contacts.Record{record(2, "B", "")})
	}))
	got, _ := e.scannedFrom(in, contacts.Scan{Limit: 1})
	e.Equal(len(got), 2)
	e.NoErr(tx.Rollback())
	e.True(e.Store.Concurrent())
	got, _ = e.scanned(contacts.Scan{Limit: 1})
	e.Equal(len(got), 1)
}
