package contacts_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/desktest"
)

// people makes a small directory.
func people(t *testing.T, d *desktest.Desk) {
	t.Helper()
	for i, n := range []contacts.NewContact{
		{FirstName: "Jürgen", LastName: "Weiß", Email: "jw@acme.example", CompanyName: "Acme", Status: "Open", Phones: []contacts.Phone{{Value: "+49 30 901820"}}},
		{FirstName: "Ana", LastName: "Díaz", Email: "ana@home.example", Kind: contacts.Vendor, Owner: "m7", PortalAccess: true},
		{FirstName: "小明", LastName: "王", CompanyName: "Beta", Inactive: true, Source: contacts.ByAPI},
		{FirstName: "Øyvind", LastName: "Åsen", CompanyName: "ACME", Status: "open"},
		{Email: "nobody@x.example", Emails: []contacts.Email{{Label: "old", Value: "weiss@old.example"}}},
	} {
		if i == 3 {
			d.Clock.Turn(time.Hour)
		}
		make1(t, d, n)
	}
}

func TestListFiltersAndSorts(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		people(t, d)
		acme, err := d.Contacts.ListCompanies(ctx, d.Viewer, "acm", desk.Page{})
		is.New(t).NoErr(err)
		start := d.Clock.Now().Add(-time.Hour)
		for _, c := range []struct {
			name string
			q    contacts.Query
			want []string
		}{
			{"all by name", contacts.Query{}, []string{"Ana Díaz", "Jürgen Weiß", "nobody@x.example", "Øyvind Åsen", "小明 王"}},
			{"descending", contacts.Query{Desc: true}, []string{"小明 王", "Øyvind Åsen", "nobody@x.example", "Jürgen Weiß", "Ana Díaz"}},
			{"by last name", contacts.Query{Sort: contacts.SortLastName}, []string{"Øyvind Åsen", "Ana Díaz", "Jürgen Weiß", "小明 王", "nobody@x.example"}},
			{"by email", contacts.Query{Sort: contacts.SortEmail, Filter: contacts.Filter{Active: ptr(true)}}, []string{"Ana Díaz", "Jürgen Weiß", "nobody@x.example", "Øyvind Åsen"}},
			{"any address", contacts.Query{Text: "weiss"}, []string{"Jürgen Weiß", "nobody@x.example"}},
			{"company and phone", contacts.Query{Text: "acme 030901820"}, []string{"Jürgen Weiß"}},
			{"company and digits", contacts.Query{Text: "acme 901820"}, []string{"Jürgen Weiß"}},
			{"han", contacts.Query{Text: "明"}, []string{"小明 王"}},
			{"status", contacts.Query{Filter: contacts.Filter{Statuses: []string{"OPEN"}}}, []string{"Jürgen Weiß", "Øyvind Åsen"}},
			{"no status", contacts.Query{Filter: contacts.Filter{Statuses: []string{""}, Kinds: []contacts.Kind{contacts.Customer}}}, []string{"nobody@x.example", "小明 王"}},
			{"kind", contacts.Query{Filter: contacts.Filter{Kinds: []contacts.Kind{contacts.Vendor, contacts.Partner}}}, []string{"Ana Díaz"}},
			{"inactive", contacts.Query{Filter: contacts.Filter{Active: ptr(false)}}, []string{"小明 王"}},
			{"company", contacts.Query{Filter: contacts.Filter{Companies: []desk.CompanyID{acme.Companies[0].ID}}}, []string{"Jürgen Weiß", "Øyvind Åsen"}},
			{"company or none", contacts.Query{Filter: contacts.Filter{Companies: []desk.CompanyID{acme.Companies[0].ID}, NoCompany: true}}, []string{"Ana Díaz", "Jürgen Weiß", "nobody@x.example", "Øyvind Åsen"}},
			{"no company", contacts.Query{Filter: contacts.Filter{NoCompany: true}}, []string{"Ana Díaz", "nobody@x.example"}},
			{"owner", contacts.Query{Filter: contacts.Filter{Owners: []string{"m7"}}}, []string{"Ana Díaz"}},
			{"portal", contacts.Query{Filter: contacts.Filter{PortalAccess: ptr(true)}}, []string{"Ana Díaz"}},
			{"source", contacts.Query{Filter: contacts.Filter{Sources: []contacts.Source{contacts.ByAPI}}}, []string{"小明 王"}},
			{"login", contacts.Query{Filter: contacts.Filter{LoginSources: []contacts.LoginSource{contacts.Web}}}, []string{}},
			{"created before", contacts.Query{Filter: contacts.Filter{CreatedUntil: start.Add(time.Minute), Kinds: []contacts.Kind{contacts.Customer}}}, []string{"Jürgen Weiß", "小明 王"}},
			{"created after", contacts.Query{Filter: contacts.Filter{CreatedFrom: start.Add(time.Minute)}}, []string{"nobody@x.example", "Øyvind Åsen"}},
			{"all together", contacts.Query{Text: "w", Filter: contacts.Filter{Statuses: []string{"open"}, Active: ptr(true), Owners: []string{"manager"}}}, []string{"Jürgen Weiß"}},
		} {
			l, err := d.Contacts.List(ctx, d.Viewer, c.q, desk.Page{})
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
				continue
			}
			if diff := cmp.Diff(c.want, append([]string{}, namesOf(l.Contacts)...)); diff != "" {
				t.Errorf("%s: %s", c.name, diff)
			}
			c.q.Count = true
			n, err := d.Contacts.List(ctx, d.Viewer, c.q, desk.Page{Limit: 1})
			if err != nil || n.Count != len(c.want) {
				t.Errorf("%s: count %d, %v", c.name, n.Count, err)
			}
		}
	})
}

func TestPagesBothWays(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		var all []string
		for i := range 23 {
			make1(t, d, contacts.NewContact{LastName: fmt.Sprintf("N%02d", i/2)}) // pairs with equal keys
			all = append(all, fmt.Sprintf("N%02d", i/2))
		}
		var pages []contacts.List
		page := desk.Page{Limit: 5}
		for {
			l, err := d.Contacts.List(ctx, d.Viewer, contacts.Query{}, page)
			is.NoErr(err)
			pages = append(pages, l)
			if page.Cursor = l.Next; page.Cursor == "" {
				break
			}
		}
		is.Equal(len(pages), 5)
		is.Equal(pages[0].Prev, desk.Cursor(""))
		var seen []string
		for i, l := range pages {
			seen = append(seen, namesOf(l.Contacts)...)
			if i == 0 {
				continue
			}
			back, err := d.Contacts.List(ctx, d.Viewer, contacts.Query{}, desk.Page{Limit: 5, Cursor: l.Prev})
			is.NoErr(err)
			if diff := cmp.Diff(pages[i-1].Contacts, back.Contacts); diff != "" {
				t.Error(diff)
			}
			is.Equal(back.Next != "", true)
			is.Equal(back.Prev == "", i == 1)
		}
		is.Equal(seen, all)

		// A page stays where it was when rows before it go or come.
		is.NoErr(d.Contacts.Delete(ctx, d.Manager, pages[0].Contacts[0].ID, pages[1].Contacts[4].ID))
		make1(t, d, contacts.NewContact{LastName: "A first"})
		l, err := d.Contacts.List(ctx, d.Viewer, contacts.Query{}, desk.Page{Limit: 5, Cursor: pages[1].Next})
		is.NoErr(err)
		is.Equal(namesOf(l.Contacts), namesOf(pages[2].Contacts))
		_, err = d.Contacts.List(ctx, d.Viewer, contacts.Query{}, desk.Page{Limit: 1001})
		wants(t, err, desk.Invalid, "limit")
	})
}

func TestAllStreamsAndIsNoted(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		for i := range 12 {
			make1(t, d, contacts.NewContact{LastName: fmt.Sprintf("N%02d", i)})
		}
		n := 0
		for c, err := range d.Contacts.All(ctx, d.Manager, contacts.Query{Text: "n0"}) {
			is.NoErr(err)
			is.True(c.LastName < "N10")
			n++
		}
		is.Equal(n, 10)
		for range d.Contacts.All(ctx, d.Manager, contacts.Query{}) {
			break // ends without a fuss
		}
		log, err := d.Contacts.Log(ctx, d.Manager, contacts.ActivityFilter{Verbs: []string{contacts.VerbExported}}, desk.Page{})
		is.NoErr(err)
		is.Equal(log.Count, 2)
		is.Equal(log.Events[1].Summary, "Contacts exported: 10 (text=n0). Fields: all.")
		is.Equal(log.Events[1].Type(), "Compliance: Exported")
		for _, err := range d.Contacts.All(ctx, d.Viewer, contacts.Query{}) {
			wants(t, err, desk.Denied, "")
		}
	})
}

func TestMatchAndSenders(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		people(t, d)
		who := func(id contacts.Identity) []string {
			cs, err := d.Contacts.Match(ctx, d.Viewer, id)
			is.NoErr(err)
			return namesOf(cs)
		}
		is.Equal(who(contacts.Identity{Email: "JW@acme.example"}), []string{"Jürgen Weiß"})
		is.Equal(who(contacts.Identity{Email: "weiss@old.example", Phone: "+49 (0)30 90 18 20"}), []string{"Jürgen Weiß", "nobody@x.example"})
		is.Equal(len(who(contacts.Identity{Email: "no address", Phone: "12"})), 0)

		_, err := d.Contacts.CreateCompany(ctx, d.Manager, "Gamma", []string{"@Gamma.example"})
		is.NoErr(err)
		c, created, err := d.Contacts.FromSender(ctx, d.Manager, contacts.Sender{Email: "New@gamma.example", Name: "New\r\n One"})
		is.NoErr(err)
		is.True(created && c.Active && !c.PortalAccess && !c.LockedToCompany)
		is.Equal(c.Company, "Gamma")
		is.Equal(c.DisplayName, "New One")
		is.Equal(c.Source, contacts.ByEmail)
		same, created, err := d.Contacts.FromSender(ctx, d.Manager, contacts.Sender{Email: "new@GAMMA.example", Name: "Other name"})
		is.NoErr(err)
		is.True(!created && same.ID == c.ID && same.DisplayName == "New One")
		old, created, err := d.Contacts.FromSender(ctx, d.Viewer, contacts.Sender{Email: "weiss@old.example"})
		is.NoErr(err)
		is.True(!created && old.Name() == "nobody@x.example")
		_, _, err = d.Contacts.FromSender(ctx, d.Viewer, contacts.Sender{Email: "unknown@old.example"})
		wants(t, err, desk.Denied, "")
		_, _, err = d.Contacts.FromSender(ctx, d.Manager, contacts.Sender{Email: `"a@b"@c.de`})
		wants(t, err, desk.Invalid, "email")
		free, _, err := d.Contacts.FromSender(ctx, d.Manager, contacts.Sender{Email: "x@gmail.com", Name: "x@gmail.com"})
		is.NoErr(err)
		is.Equal(free.CompanyID, desk.CompanyID(""))
		is.Equal(free.DisplayName, "")
	})
}

func TestCompanies(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		people(t, d)
		l, err := d.Contacts.ListCompanies(ctx, d.Viewer, "", desk.Page{})
		is.NoErr(err)
		is.Equal(len(l.Companies), 2) // ACME and Acme are one
		acme := l.Companies[0]
		is.Equal(acme.Name, "Acme")
		is.Equal(acme.Contacts, 2)
		for _, bad := range []string{"gmail.com", "yahoo.co.uk", "localhost", "a b.de", "1.2.3.4"} {
			_, err := d.Contacts.UpdateCompany(ctx, d.Manager, acme.ID, 1, contacts.CompanyPatch{Domains: &[]string{bad}})
			wants(t, err, desk.Invalid, "domains")
		}
		_, err = d.Contacts.UpdateCompany(ctx, d.Manager, acme.ID, 1, contacts.CompanyPatch{Name: ptr("béta")})
		wants(t, err, desk.Conflict, "name")
		next, err := d.Contacts.UpdateCompany(ctx, d.Manager, acme.ID, 1, contacts.CompanyPatch{Name: ptr("Zenith"), Domains: &[]string{"zenith.example"}})
		is.NoErr(err)
		is.Equal(next.Version, int64(2))
		_, err = d.Contacts.UpdateCompany(ctx, d.Manager, acme.ID, 1, contacts.CompanyPatch{Name: ptr("x")})
		wants(t, err, desk.Conflict, "version")
		is.Equal(listed(t, d, d.Viewer, contacts.Query{Text: "zenith"}), []string{"Jürgen Weiß", "Øyvind Åsen"})
		is.Equal(len(listed(t, d, d.Viewer, contacts.Query{Text: "acme", Filter: contacts.Filter{Companies: []desk.CompanyID{acme.ID}}})), 1) // his address
		_, err = d.Contacts.CreateCompany(ctx, d.Manager, "Other", []string{"ZENITH.example"})
		wants(t, err, desk.Conflict, "domains")
		_, err = d.Contacts.CreateCompany(ctx, d.Manager, " ", nil)
		wants(t, err, desk.Invalid, "name")
		_, err = d.Contacts.CreateCompany(ctx, d.Viewer, "Other", nil)
		wants(t, err, desk.Denied, "")
		one, err := d.Contacts.GetCompany(ctx, d.Viewer, acme.ID)
		is.NoErr(err)
		is.Equal(one.Contacts, 2)
		is.Equal(one.Domains, []string{"zenith.example"})
		// Who sees its own contacts only counts only those.
		own, err := d.Contacts.GetCompany(ctx, member(d, "m7", contacts.MayViewOwn), acme.ID)
		is.NoErr(err)
		is.Equal(own.Contacts, 0)
	})
}

func TestLockedToCompany(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		agent := member(d, "agent", contacts.MayView, contacts.MayModify, contacts.MayCreate)
		c := make1(t, d, contacts.NewContact{LastName: "A", CompanyName: "Acme", LockedToCompany: true})
		for _, p := range []contacts.Patch{{CompanyName: ptr("Beta")}, {CompanyName: ptr("")}, {CompanyID: ptr(desk.CompanyID(""))}} {
			_, err := d.Contacts.Update(ctx, agent, c.ID, 1, p)
			wants(t, err, desk.Denied, "company")
		}
		_, err := d.Contacts.Update(ctx, agent, c.ID, 1, contacts.Patch{LockedToCompany: ptr(false)})
		wants(t, err, desk.Denied, "locked_to_company")
		l, err := d.Contacts.ListCompanies(ctx, d.Viewer, "", desk.Page{})
		is.NoErr(err)
		is.Equal(len(l.Companies), 1) // nothing half done
		_, err = d.Contacts.Update(ctx, agent, c.ID, 1, contacts.Patch{CompanyName: ptr("acme"), JobTitle: ptr("x")})
		is.NoErr(err) // the same company is no move
		agent.Grants = append(slices.Clone(agent.Grants), contacts.MayReassign)
		moved, err := d.Contacts.Update(ctx, agent, c.ID, 2, contacts.Patch{CompanyName: ptr("Beta")})
		is.NoErr(err)
		is.Equal(moved.Company, "Beta")
	})
}
