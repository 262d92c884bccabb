package storagetest

import (
	"fmt"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC)

// record makes a contact of a name and, if it is not empty, a main address.
func record(n int, first, email string) contacts.Record {
	c := contacts.Contact{ID: contactID(n), Version: 1, FirstName: first, Email: email, Active: true, Kind: contacts.Customer,
		Source: contacts.ByPerson, CreatedAt: noon, CreatedBy: "member", UpdatedAt: noon, LoginSource: contacts.NotInstalled}
	return indexed(c)
}

// indexed makes the record of a contact, simply: the service does it better.
func indexed(c contacts.Contact) contacts.Record {
	r := contacts.Record{Contact: c, EmailKey: contacts.Fold(c.Email)}
	name := contacts.Fold(c.FirstName + " " + c.LastName)
	r.Index.Text = []contacts.Line{{Class: contacts.ClassName, Text: name}, {Class: contacts.ClassEmail, Text: r.EmailKey}}
	if c.Company != "" {
		r.Index.Text = append(r.Index.Text, contacts.Line{Class: contacts.ClassCompany, Text: contacts.Fold(c.Company)})
	}
	for i, s := range []string{name, contacts.Fold(c.LastName), contacts.Fold(c.Company), r.EmailKey, stamp(c.CreatedAt), stamp(c.UpdatedAt)} {
		r.Index.Sort[i] = []byte(s)
	}
	r.Index.Facets = []string{"kind=" + string(c.Kind)}
	if r.EmailKey != "" {
		r.Index.Keys = append(r.Index.Keys, contacts.Key{Kind: contacts.KeyEmail, Value: r.EmailKey})
	}
	for _, e := range c.Emails {
		r.Index.Keys = append(r.Index.Keys, contacts.Key{Kind: contacts.KeyEmail, Value: contacts.Fold(e.Value)})
	}
	for _, p := range c.Phones {
		if p.E164 != "" {
			r.Index.Keys = append(r.Index.Keys, contacts.Key{Kind: contacts.KeyPhone, Value: p.E164})
		}
	}
	for source, key := range c.External {
		r.Index.Keys = append(r.Index.Keys, contacts.Key{Kind: contacts.KeyExternal, Value: source + "\x1f" + key})
	}
	return r
}

func stamp(t time.Time) string { return fmt.Sprintf("%020d", t.UnixMicro()) }

func contactID(n int) desk.ContactID { return desk.ContactID(fmt.Sprintf("contact_%04d", n)) }

func companyID(n int) desk.CompanyID { return desk.CompanyID(fmt.Sprintf("company_%04d", n)) }

// fullContact has a value in every field.
func fullContact(n int) contacts.Contact {
	from := contacts.Provenance{Source: contacts.ByImport, By: "import_1", At: noon}
	return contacts.Contact{
		ID: contactID(n), Version: 1, State: contacts.Live,
		FirstName: "Zoë", LastName: "O'Brien-Łukasz", DisplayName: `"Z" \ 王小明 👩‍👩‍👧`,
		Email:     "Zoe.Obrien@example.com",
		Emails:    []contacts.Email{{Label: "home", Value: "zoe@home.example"}, {Label: "", Value: "z@old.example"}},
		Phones:    []contacts.Phone{{Label: "work", Value: "(030) 123 45-67", E164: "+49301234567", Primary: true}, {Label: "fax", Value: "ask"}},
		CompanyID: companyID(1), Company: "Acme GmbH", LockedToCompany: true, JobTitle: "Head of \"things\"", Division: "R&D <north>",
		Address: contacts.Address{Street: "Line 1\nLine 2", City: "Köln", Region: "NRW", PostalCode: "0123", Country: "DE"},
		Notes:   "tab\there\r\n'; DROP TABLE desk_contacts; --\n? $1 %_\\", Active: true, Kind: contacts.Vendor, Status: "Ünknown",
		MarketingOptOut: true, Owner: "member-9", TimeZone: "Europe/Berlin", Language: "de-CH",
		DoNotCall: true, CallHours: contacts.CallHours{From: 540, Until: 1020}, PortalAccess: true, LoginSource: contacts.WebAndMobile,
		Custom:   map[string]string{"tier": "gold", "since": "2020-02-29", "note": `{"a":"\'"}`},
		External: map[string]string{"erp": "0042", "crm": "A-1"},
		Provenance: map[string]contacts.Provenance{"first_name": from, "last_name": from,
			"email": {Source: contacts.ByPerson, By: "member", At: noon.Add(time.Hour), Pinned: true}},
		Source: contacts.ByImport, CreatedAt: noon, CreatedBy: "member", UpdatedAt: noon.Add(time.Microsecond),
	}
}

func companyRecord(n int, name string, domains ...string) contacts.CompanyRecord {
	key := contacts.Fold(name)
	return contacts.CompanyRecord{
		Company: contacts.Company{ID: companyID(n), Version: 1, Name: name, Domains: domains, CreatedAt: noon, UpdatedAt: noon},
		NameKey: key, Text: []contacts.Line{{Class: contacts.ClassName, Text: key}}, SortKey: []byte(key),
	}
}

func event(n int, subject desk.ContactID, verb string) desk.Event {
	return desk.Event{ID: desk.EventID(fmt.Sprintf("event_%04d", n)), At: noon.Add(time.Duration(n) * time.Minute), ActorKind: desk.MemberActor,
		ActorID: "member", Verb: verb, Subject: string(subject), Summary: "What happened “here”"}
}

// changedFrom is the next version of a contact.
func changedFrom(c contacts.Contact, change func(*contacts.Contact)) contacts.Record {
	c.Version++
	c.UpdatedAt = c.UpdatedAt.Add(time.Minute)
	change(&c)
	return indexed(c)
}
