package contacts_test

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/desktest"
)

// named is what a call of one workspace can name of another.
type named struct {
	contact  desk.ContactID
	company  desk.CompanyID
	email    string
	external string
	phone    string
}

// idorCalls calls each exported method of the service with something of
// another workspace, and returns all that the caller learns. A method without
// an entry fails the test; an empty entry is for one that names nothing.
var idorCalls = map[string]func(s *contacts.Service, a desk.Actor, n named) string{
	"Create": func(s *contacts.Service, a desk.Actor, n named) string {
		_, err := s.Create(ctx, a, contacts.NewContact{LastName: "X", CompanyID: n.company})
		return fmt.Sprint(err)
	},
	"Get": func(s *contacts.Service, a desk.Actor, n named) string {
		c, err := s.Get(ctx, a, n.contact)
		return fmt.Sprint(c, err)
	},
	"GetByEmail": func(s *contacts.Service, a desk.Actor, n named) string {
		c, err := s.GetByEmail(ctx, a, n.email)
		return fmt.Sprint(c, err)
	},
	"GetByExternal": func(s *contacts.Service, a desk.Actor, n named) string {
		c, err := s.GetByExternal(ctx, a, "crm", n.external)
		return fmt.Sprint(c, err)
	},
	"Update": func(s *contacts.Service, a desk.Actor, n named) string {
		c, err := s.Update(ctx, a, n.contact, 1, contacts.Patch{JobTitle: ptr("taken over")})
		own, err2 := s.Create(ctx, a, contacts.NewContact{LastName: "Own"})
		_, err3 := s.Update(ctx, a, own.ID, 1, contacts.Patch{CompanyID: &n.company})
		return fmt.Sprint(c, err, err2, err3)
	},
	"List": func(s *contacts.Service, a desk.Actor, n named) string {
		var b strings.Builder
		for _, q := range []contacts.Query{
			{Filter: contacts.Filter{IDs: []desk.ContactID{n.contact}}, Count: true}, {Filter: contacts.Filter{Companies: []desk.CompanyID{n.company}}, Count: true},
			{Text: n.email, Count: true}, {Text: n.phone, Count: true},
		} {
			l, err := s.List(ctx, a, q, desk.Page{})
			fmt.Fprint(&b, l, err)
		}
		return b.String()
	},
	"All": func(s *contacts.Service, a desk.Actor, n named) string {
		var b strings.Builder
		for c, err := range s.All(ctx, a, contacts.Query{Filter: contacts.Filter{IDs: []desk.ContactID{n.contact}}}) {
			fmt.Fprint(&b, c, err)
		}
		return b.String()
	},
	"Match": func(s *contacts.Service, a desk.Actor, n named) string {
		cs, err := s.Match(ctx, a, contacts.Identity{Email: n.email, Phone: n.phone, External: map[string]string{"crm": n.external}})
		return fmt.Sprint(cs, err)
	},
	"FromSender": func(s *contacts.Service, a desk.Actor, n named) string {
		_, created, err := s.FromSender(ctx, a, contacts.Sender{Email: n.email})
		return fmt.Sprint(created, err)
	},
	"Bulk": func(s *contacts.Service, a desk.Actor, n named) string {
		var b strings.Builder
		for _, verb := range []contacts.Verb{contacts.BulkDelete, contacts.BulkActivate, contacts.BulkSetOwner, contacts.BulkRestore, contacts.BulkPurge} {
			rs, err := s.Bulk(ctx, a, contacts.Selection{IDs: []desk.ContactID{n.contact}}, contacts.Action{Verb: verb, Value: "x"})
			fmt.Fprint(&b, rs, err)
		}
		return b.String()
	},
	"PreviewRemoval": func(s *contacts.Service, a desk.Actor, n named) string {
		r, err := s.PreviewRemoval(ctx, a, []desk.ContactID{n.contact})
		return fmt.Sprint(r, err)
	},
	"Delete": func(s *contacts.Service, a desk.Actor, n named) string {
		return fmt.Sprint(s.Delete(ctx, a, n.contact))
	},
	"Restore": func(s *contacts.Service, a desk.Actor, n named) string {
		r, err := s.Restore(ctx, a, n.contact)
		return fmt.Sprint(r, err)
	},
	"Purge": func(s *contacts.Service, a desk.Actor, n named) string { return fmt.Sprint(s.Purge(ctx, a, n.contact)) },
	"Apply": func(s *contacts.Service, a desk.Actor, n named) string {
		var b strings.Builder
		for i, mode := range []contacts.OnDuplicate{contacts.Update, contacts.MergeInto} {
			outs, err := s.Apply(ctx, a, []contacts.Incoming{
				{ID: n.contact, Contact: contacts.NewContact{LastName: "X", JobTitle: "taken over"}},
				{Contact: contacts.NewContact{LastName: "X", CompanyID: n.company}},
				{Contact: contacts.NewContact{LastName: "X", Email: fmt.Sprint(i, n.email), JobTitle: "taken over"}},
			}, contacts.ApplyOptions{OnDuplicate: mode})
			for _, o := range outs {
				fmt.Fprint(&b, o.Kind, o.Reason, o.ID == n.contact)
			}
			fmt.Fprint(&b, err)
		}
		return b.String()
	},
	"Profile": func(s *contacts.Service, a desk.Actor, n named) string {
		p, err := s.Profile(ctx, a, n.contact, contacts.ProfileQuery{})
		return fmt.Sprint(p, err)
	},
	"Activity": func(s *contacts.Service, a desk.Actor, n named) string {
		l, err := s.Activity(ctx, a, n.contact, contacts.ActivityFilter{}, desk.Page{})
		return fmt.Sprint(l, err)
	},
	"SubjectAccess": func(s *contacts.Service, a desk.Actor, n named) string {
		var b bytes.Buffer
		err := s.SubjectAccess(ctx, a, n.contact, &b)
		return fmt.Sprint(b.String(), err)
	},
	"MayCallNow": func(s *contacts.Service, a desk.Actor, n named) string {
		c, err := s.MayCallNow(ctx, a, n.contact)
		return fmt.Sprint(c, err)
	},
	"Explain": func(s *contacts.Service, a desk.Actor, n named) string {
		var b strings.Builder
		for _, p := range contacts.Permissions {
			ds, err := s.Explain(ctx, a, n.contact, p)
			fmt.Fprint(&b, ds, err)
		}
		return b.String()
	},
	"GetCompany": func(s *contacts.Service, a desk.Actor, n named) string {
		c, err := s.GetCompany(ctx, a, n.company)
		return fmt.Sprint(c, err)
	},
	"UpdateCompany": func(s *contacts.Service, a desk.Actor, n named) string {
		c, err := s.UpdateCompany(ctx, a, n.company, 1, contacts.CompanyPatch{Name: ptr("taken over")})
		return fmt.Sprint(c, err)
	},
	"EmptyBin": nil, "Log": nil, "VerifyLog": nil, "Seal": nil, "CreateCompany": nil, "ListCompanies": nil, "Settings": nil,
	"SaveSettings": nil, "Fields": nil, "DefineField": nil, "RemoveField": nil, "Work": nil,
	"IndexImported": nil, "Parallel": nil, "Imported": nil, "NewPlanner": nil, "LookAhead": nil,
	"Prepare":      nil, // the first half of Apply, which looks nothing up
	"Revert":       nil, // in the caller's transaction: TestB54_RevertOfForeignContacts
	"FromSenderIn": nil, // FromSender in the caller's transaction
}

func TestB54_IDORMatrix(t *testing.T) {
	methods := reflect.TypeFor[*contacts.Service]()
	for i := range methods.NumMethod() {
		if _, ok := idorCalls[methods.Method(i).Name]; !ok {
			t.Errorf("%s is not in the matrix", methods.Method(i).Name)
		}
	}
	each(t, func(t *testing.T, d *desktest.Desk) {
		other := d.Manager
		other.Workspace = "other"
		foreign := stranger(t, d, other)
		before := dump(t, d, other, foreign)
		fresh := 0
		call := func(name string, a desk.Actor, n named) string {
			fresh++ // a workspace for each call, since some calls make contacts
			a.Workspace = desk.WorkspaceID(fmt.Sprint("fresh-", fresh))
			boss := d.Manager
			boss.Workspace = a.Workspace
			if _, err := d.Contacts.SaveSettings(ctx, boss, contacts.Settings{AllowImport: true}); err != nil {
				t.Fatal(err)
			}
			return strings.ReplaceAll(idorCalls[name](d.Contacts, a, n), string(n.contact), "X")
		}
		nobody := named{"contact_01h455vb4pex5vsknk084sn02q", "company_01h455vb4pex5vsknk084sn02q", "nobody@nowhere.example", "none", "+442079460001"}
		for _, a := range []desk.Actor{
			d.Manager, d.Viewer, member(d, "own", contacts.MayViewOwn, contacts.MayModify),
			{Kind: desk.ContactActor, ID: string(foreign.contact), Grants: []desk.Permission{contacts.MayViewOwn}},
			{Kind: desk.SystemActor, ID: "job", Grants: contacts.Permissions},
		} {
			for name, f := range idorCalls {
				if f == nil {
					continue
				}
				// What is another workspace's is told in the same words as what is nowhere.
				if got, want := call(name, a, foreign), call(name, a, nobody); got != want {
					t.Errorf("%s as %s tells\n%s from\n%s", name, a.ID, got, want)
				}
			}
		}
		if diff := cmp.Diff(before, dump(t, d, other, foreign)); diff != "" {
			t.Errorf("the other workspace changed: %s", diff)
		}
	})
}

// stranger makes a contact with everything in another workspace.
func stranger(t *testing.T, d *desktest.Desk, a desk.Actor) named {
	t.Helper()
	c, err := d.Contacts.Create(ctx, a, contacts.NewContact{
		FirstName: "Very", LastName: "Secret", Email: "secret@other.example", CompanyName: "Secret Inc",
		Phones: []contacts.Phone{{Value: "+49 30 901820"}}, External: map[string]string{"crm": "s1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return named{c.ID, c.CompanyID, "secret@other.example", "s1", "+4930901820"}
}

// dump reads all of a workspace that a manager can read.
func dump(t *testing.T, d *desktest.Desk, a desk.Actor, n named) string {
	t.Helper()
	c, err := d.Contacts.Get(ctx, a, n.contact)
	if err != nil {
		t.Fatal(err)
	}
	company, err := d.Contacts.GetCompany(ctx, a, n.company)
	if err != nil {
		t.Fatal(err)
	}
	log, err := d.Contacts.Log(ctx, a, contacts.ActivityFilter{}, desk.Page{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%+v\n%+v\n%+v", c, company, log)
}

func TestB55_ForeignReferences(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		other := d.Manager
		other.Workspace = "other"
		foreign := stranger(t, d, other)
		_, err := d.Contacts.Create(ctx, d.Manager, contacts.NewContact{LastName: "A", CompanyID: foreign.company})
		wants(t, err, desk.Invalid, "company")
		c := make1(t, d, contacts.NewContact{LastName: "A"})
		_, err = d.Contacts.Update(ctx, d.Manager, c.ID, 1, contacts.Patch{CompanyID: &foreign.company})
		wants(t, err, desk.Invalid, "company")
		// The database refuses it too, whatever the service says.
		_, err = d.DB.ExecContext(ctx, `UPDATE desk_contacts SET company_id = '`+string(foreign.company)+`' WHERE id = '`+string(c.ID)+`'`)
		if err == nil {
			t.Error("the database takes another workspace's company")
		}
		company, err := d.Contacts.CreateCompany(ctx, d.Manager, "Secret Inc", []string{"other.example"})
		if err != nil || company.ID == foreign.company {
			t.Errorf("a name that another workspace has: %v", err)
		}
	})
}

func TestB58_SideDoorsToHiddenRows(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		hidden := make1(t, d, contacts.NewContact{
			FirstName: "Hidden", LastName: "Row", Email: "hidden@x.co", Owner: "boss", CompanyName: "Acme", Status: "secret",
			Phones: []contacts.Phone{{Value: "+49 30 901820"}}, External: map[string]string{"crm": "h"},
		})
		mine := make1(t, d, contacts.NewContact{FirstName: "My", LastName: "Own", Owner: "me", CompanyName: "Acme"})
		me := member(d, "me", contacts.Permissions...)
		me.Grants = me.Grants[1:] // all but MayView
		n := named{hidden.ID, "company_01h455vb4pex5vsknk084sn02q", "hidden@x.co", "h", "+4930901820"}
		none := named{"contact_01h455vb4pex5vsknk084sn02q", n.company, "none@x.co", "none", "+442079460001"}
		allowImport(t, d)
		for name, call := range idorCalls {
			if call == nil || name == "FromSender" || name == "Apply" {
				continue // B64 has those: they must not make a second contact
			}
			got, want := call(d.Contacts, me, n), call(d.Contacts, me, none)
			if strings.ReplaceAll(got, string(n.contact), "X") != strings.ReplaceAll(want, string(none.contact), "X") {
				t.Errorf("%s tells\n%s from\n%s", name, got, want)
			}
		}
		for _, q := range []contacts.Query{{}, {Text: "acme"}, {Sort: contacts.SortCompany, Desc: true}, {Filter: contacts.Filter{Owners: []string{"boss", "me"}}}} {
			q.Count = true
			l, err := d.Contacts.List(ctx, me, q, desk.Page{})
			if err != nil || l.Count < 1 || len(l.Contacts) != l.Count {
				t.Errorf("%+v: %+v, %v", q, l, err)
			}
			for _, c := range l.Contacts {
				if c.Owner != "me" {
					t.Errorf("%+v finds %s", q, c.Name())
				}
			}
		}
		for c, err := range d.Contacts.All(ctx, me, contacts.Query{}) {
			if err != nil || c.Owner != "me" {
				t.Errorf("exported %s, %v", c.Name(), err)
			}
		}
		company, err := d.Contacts.GetCompany(ctx, me, mine.CompanyID)
		if err != nil || company.Contacts != 1 {
			t.Errorf("%d contacts counted, %v", company.Contacts, err)
		}
		companies, err := d.Contacts.ListCompanies(ctx, me, "", desk.Page{})
		if err != nil || companies.Companies[0].Contacts != 1 {
			t.Errorf("%+v, %v", companies, err)
		}
		if _, err := d.Contacts.Log(ctx, me, contacts.ActivityFilter{}, desk.Page{}); desk.KindOf(err) != desk.Denied {
			t.Errorf("the whole log: %v", err)
		}
	})
}
