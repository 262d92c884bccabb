package contacts_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/desktest"
)

func TestRestrictedFields(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		allowImport(t, d)
		define(t, d, contacts.FieldDef{Key: "tier", Type: contacts.TextField, Searchable: true}, contacts.FieldDef{Key: "open", Type: contacts.TextField})
		c := make1(t, d, contacts.NewContact{
			FirstName: "Ana", LastName: "Díaz", Email: "ana@x.co", Emails: []contacts.Email{{Value: "b@x.co"}}, Phones: []contacts.Phone{{Value: "+49 30 901820"}},
			CompanyName: "Acme", Status: "VIP", Notes: "secret", Custom: map[string]string{"tier": "gold", "open": "1"},
		})
		c, err := d.Contacts.Update(ctx, d.Manager, c.ID, 1, contacts.Patch{Email: ptr("ana2@x.co"), Custom: map[string]string{"tier": "silver"}, JobTitle: ptr("Head")})
		is.NoErr(err)
		a := d.Manager
		a.Fields = map[string]desk.Access{
			"contact.email": desk.Hidden, "contact.emails": desk.Hidden, "contact.phones": desk.Hidden, "contact.company": desk.Hidden, "contact.status": desk.Hidden,
			"contact.notes": desk.Hidden, "contact.custom.tier": desk.Hidden, "contact.created_at": desk.Hidden, "contact.job_title": desk.ReadOnly,
		}
		got, err := d.Contacts.Get(ctx, a, c.ID)
		is.NoErr(err)
		want := c
		want.Email, want.Emails, want.Phones, want.Company, want.CompanyID, want.Status, want.Notes = "", nil, nil, "", "", "", ""
		want.Custom, want.CreatedAt = map[string]string{"open": "1"}, time.Time{}
		want.Provenance = map[string]contacts.Provenance{"job_title": c.Provenance["job_title"]}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		for _, text := range []string{"x.co", "901820", "acme", "silver", "vip"} {
			is.Equal(len(listed(t, d, a, contacts.Query{Text: text})), 0)
		}
		is.Equal(listed(t, d, a, contacts.Query{Text: "ana"}), []string{"Ana Díaz"})
		refused := func(err error, field string) {
			t.Helper()
			wants(t, err, desk.Denied, field)
			if !errors.Is(err, contacts.ErrRestricted) {
				t.Errorf("%v is not ErrRestricted", err)
			}
		}
		for field, q := range map[string]contacts.Query{
			"email": {Sort: contacts.SortEmail}, "company": {Filter: contacts.Filter{NoCompany: true}}, "status": {Filter: contacts.Filter{Statuses: []string{"VIP"}}},
			"custom.tier": {Filter: contacts.Filter{Custom: map[string]string{"tier": "gold"}}}, "created_at": {Filter: contacts.Filter{CreatedFrom: time.Now()}},
		} {
			_, err := d.Contacts.List(ctx, a, q, desk.Page{})
			refused(err, field)
		}
		for field, p := range map[string]contacts.Patch{
			"email": {Email: ptr("")}, "emails": {Emails: &[]contacts.Email{}}, "phones": {Phones: &[]contacts.Phone{}}, "company": {CompanyName: ptr("Beta")},
			"job_title": {JobTitle: ptr("x")}, "custom.tier": {Custom: map[string]string{"tier": "x"}}, "notes": {Notes: ptr("x")}, "status": {Pin: []string{"status"}},
		} {
			_, err := d.Contacts.Update(ctx, a, c.ID, c.Version, p)
			refused(err, field)
		}
		_, err = d.Contacts.Create(ctx, a, contacts.NewContact{LastName: "B", Notes: "x"})
		refused(err, "notes")
		_, err = d.Contacts.GetByEmail(ctx, a, "ana2@x.co")
		refused(err, "email")
		_, err = d.Contacts.Match(ctx, a, contacts.Identity{Phone: "+49 30 901820"})
		refused(err, "phones")
		_, err = d.Contacts.ListCompanies(ctx, a, "", desk.Page{})
		refused(err, "company")
		p, err := d.Contacts.Profile(ctx, a, c.ID, contacts.ProfileQuery{})
		is.NoErr(err)
		is.True(p.Company == nil && len(p.Fields) == 1)
		for _, e := range p.Activity.Events {
			for _, ch := range e.Changes {
				if ch.Field != "job_title" {
					t.Errorf("the log shows %s", ch.Field)
				}
			}
			if strings.Contains(e.Summary, "email") || strings.Contains(e.Summary, "tier") {
				t.Errorf("the log says %q", e.Summary)
			}
		}
		for got, err := range d.Contacts.All(ctx, a, contacts.Query{}) {
			is.NoErr(err)
			is.True(got.Email == "" && got.Notes == "" && got.Custom["tier"] == "")
		}
		outs, err := d.Contacts.Apply(ctx, a, []contacts.Incoming{{ID: c.ID, Contact: contacts.NewContact{JobTitle: "x"}}}, contacts.ApplyOptions{OnDuplicate: contacts.Update})
		is.NoErr(err)
		refused(outs[0].Err, "job_title")
	})
}

// A restriction that is misspelt must not be one that restricts nothing.
func TestRestrictionsNameFields(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	c := make1(t, d, contacts.NewContact{LastName: "A", Email: "a@x.co"})
	for name, kind := range map[string]desk.Kind{
		"contact.email": "", "contact.phone": "", "contact.custom.gone": "", "ticket.subject": "",
		"email": desk.Denied, "contact.emial": desk.Denied, "contact.": desk.Denied, "": desk.Denied,
	} {
		a := d.Manager
		a.Fields = map[string]desk.Access{name: desk.Hidden}
		_, err := d.Contacts.Get(ctx, a, c.ID)
		_, err2 := d.Contacts.List(ctx, a, contacts.Query{}, desk.Page{})
		_, err3 := d.Contacts.Create(ctx, a, contacts.NewContact{LastName: "B"})
		for _, err := range []error{err, err2, err3} {
			if desk.KindOf(err) != kind {
				t.Errorf("%q: %v", name, err)
			}
		}
	}
}
