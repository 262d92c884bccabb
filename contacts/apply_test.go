package contacts_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage"
	"github.com/deskfolk/desk/storage/desktest"
)

// rows makes rows of contacts, with lines from 2.
func rows(ns ...contacts.NewContact) []contacts.Incoming {
	rs := make([]contacts.Incoming, len(ns))
	for i, n := range ns {
		rs[i] = contacts.Incoming{Line: i + 2, Contact: n}
	}
	return rs
}

// apply applies rows as the manager and returns the outcomes as words.
func apply(t *testing.T, d *desktest.Desk, rs []contacts.Incoming, o contacts.ApplyOptions) ([]contacts.Outcome, string) {
	t.Helper()
	outs, err := d.Contacts.Apply(ctx, d.Manager, rs, o)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for i, out := range outs {
		if out.Line != rs[i].Line {
			t.Errorf("outcome %d is of line %d", i, out.Line)
		}
		if (out.Kind == contacts.Failed) != (out.Err != nil) || (out.Kind == contacts.Failed) != (out.ID == "") {
			t.Errorf("%+v", out)
		}
		fmt.Fprintf(&b, "%s ", out.Kind)
	}
	return outs, strings.TrimSpace(b.String())
}

func get(t *testing.T, d *desktest.Desk, id desk.ContactID) contacts.Contact {
	t.Helper()
	c, err := d.Contacts.Get(ctx, d.Manager, id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestApplyCreatesAndSkips(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		_, err := d.Contacts.Apply(ctx, d.Manager, nil, contacts.ApplyOptions{})
		wants(t, err, desk.Denied, "") // the team switch
		allowImport(t, d)
		_, err = d.Contacts.Apply(ctx, d.Viewer, nil, contacts.ApplyOptions{})
		wants(t, err, desk.Denied, "") // the grant
		_, err = d.Contacts.Apply(ctx, d.Manager, make([]contacts.Incoming, 2001), contacts.ApplyOptions{})
		wants(t, err, desk.Limited, "rows")

		old := make1(t, d, contacts.NewContact{LastName: "Old", Email: "old@x.co", Emails: []contacts.Email{{Value: "older@x.co"}}, External: map[string]string{"crm": "1"}})
		rs := append(rows(
			contacts.NewContact{FirstName: "New", Email: "new@x.co", CompanyName: "Acme"},
			contacts.NewContact{FirstName: "Same", Email: "NEW@x.co"},
			contacts.NewContact{FirstName: "Third", Emails: []contacts.Email{{Value: "new@X.co"}}},
			contacts.NewContact{FirstName: "Bad", Email: "nobody"},
			contacts.NewContact{},
			contacts.NewContact{FirstName: "O", Email: "older@x.co"},
			contacts.NewContact{FirstName: "E", External: map[string]string{"crm": "1"}},
			contacts.NewContact{FirstName: "Alone", CompanyName: "ACME"},
			contacts.NewContact{FirstName: "Alone", CompanyName: "Beta\x00"},
		), contacts.Incoming{Line: 11, Err: errors.New("too many cells")}, contacts.Incoming{Line: 12, ID: old.ID, Contact: contacts.NewContact{FirstName: "By id"}})
		outs, words := apply(t, d, rs, contacts.ApplyOptions{Cause: "import_7"})
		is.Equal(words, "created skipped skipped failed failed skipped skipped created failed failed skipped")
		is.Equal(outs[1].ID, outs[0].ID)
		is.Equal(outs[1].Reason, "A contact with this main address is there already.")
		is.Equal(outs[5].Reason, "A contact with this labelled address is there already.")
		is.Equal(outs[6].Reason, "A contact with this external id is there already.")
		is.Equal(outs[10].ID, old.ID)
		is.Equal(total(t, d), 3)
		c := get(t, d, outs[0].ID)
		is.True(c.Source == contacts.ByImport && c.Owner == "manager" && c.Company == "Acme")
		is.Equal(get(t, d, outs[7].ID).CompanyID, c.CompanyID)
		es := events(t, d, c.ID)
		is.Equal(len(es), 1)
		is.Equal(es[0].Cause, "import_7")
	})
}

func TestApplyUpdates(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		allowImport(t, d)
		c := make1(t, d, contacts.NewContact{FirstName: "Ana", LastName: "Díaz", Email: "ana@x.co", JobTitle: "Head", MarketingOptOut: true,
			Phones: []contacts.Phone{{Label: "work", Value: "+49 30 901820", Primary: true}, {Value: "+44 20 7946 0958"}}, Emails: []contacts.Email{{Value: "home@x.co"}}})
		update := contacts.ApplyOptions{OnDuplicate: contacts.Update}
		present := func(names ...string) map[string]bool {
			m := map[string]bool{}
			for _, n := range names {
				m[n] = true
			}
			return m
		}
		one := func(n contacts.NewContact, o contacts.ApplyOptions, names ...string) contacts.Outcome {
			outs, _ := apply(t, d, []contacts.Incoming{{Line: 2, Contact: n, Present: present(names...)}}, o)
			return outs[0]
		}
		// Only what the row gives is touched, and an empty cell wipes nothing.
		out := one(contacts.NewContact{Email: "ana@x.co", JobTitle: "", Division: "North", LastName: "Ignored"}, update, "email", "job_title", "division")
		is.Equal(out.Kind, contacts.Updated)
		got := get(t, d, c.ID)
		is.True(got.JobTitle == "Head" && got.Division == "North" && got.LastName == "Díaz" && got.MarketingOptOut && len(got.Phones) == 2 && got.Version == 2)
		out = one(contacts.NewContact{Email: "ana@x.co"}, contacts.ApplyOptions{OnDuplicate: contacts.Update, EmptyWipes: true}, "email", "job_title")
		is.Equal(out.Kind, contacts.Updated)
		is.Equal(get(t, d, c.ID).JobTitle, "")
		// The primary phone alone.
		one(contacts.NewContact{Email: "ana@x.co", Phones: []contacts.Phone{{Value: "+49 30 901821"}}}, update, "email", "phone")
		is.Equal(get(t, d, c.ID).Phones, []contacts.Phone{{Label: "work", Value: "+49 30 901821", E164: "+4930901821", Primary: true}, {Value: "+44 20 7946 0958", E164: "+442079460958"}})
		// Known by a labelled address: the main one stays.
		out = one(contacts.NewContact{Email: "home@x.co", Status: "VIP"}, update, "email", "status")
		is.Equal(out.Kind, contacts.Updated)
		got = get(t, d, c.ID)
		is.True(got.Email == "ana@x.co" && got.Status == "VIP" && len(got.Emails) == 1)
		// The same again changes nothing.
		out = one(contacts.NewContact{Email: "home@x.co", Status: "VIP"}, update, "email", "status")
		is.Equal(out.Kind, contacts.Skipped)
		is.Equal(out.Reason, "There was nothing to change.")
		is.Equal(get(t, d, c.ID).Version, got.Version)
		// By its id, the main address can be changed, but not to another's.
		other := make1(t, d, contacts.NewContact{LastName: "B", Email: "b@x.co"})
		outs, words := apply(t, d, []contacts.Incoming{
			{Line: 2, ID: c.ID, Contact: contacts.NewContact{Email: "b@x.co"}},
			{Line: 3, ID: c.ID, Contact: contacts.NewContact{Email: "ana2@x.co"}},
			{Line: 4, ID: other.ID, Contact: contacts.NewContact{Email: "ana2@x.co"}},
			{Line: 5, Contact: contacts.NewContact{Email: "ana2@x.co", Division: "South"}},
		}, update)
		is.Equal(words, "failed updated failed updated")
		is.Equal(desk.FieldOf(outs[0].Err), "email")
		got = get(t, d, c.ID)
		is.True(got.Email == "ana2@x.co" && got.Division == "South")
	})
}

func TestApplyMergesAndCreatesAnyway(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		allowImport(t, d)
		c := make1(t, d, contacts.NewContact{FirstName: "Ana", Email: "ana@x.co", Phones: []contacts.Phone{{Value: "+49 30 901820"}}, External: map[string]string{"crm": "1"}})
		outs, words := apply(t, d, rows(contacts.NewContact{
			FirstName: "Anna", LastName: "Díaz", Email: "ana2@x.co", Emails: []contacts.Email{{Value: "ana@x.co"}}, DoNotCall: true, Inactive: true,
			Phones: []contacts.Phone{{Value: "+49 (0)30 901820"}, {Value: "+44 20 7946 0958", Primary: true}}, External: map[string]string{"crm": "2", "erp": "9"},
		}), contacts.ApplyOptions{OnDuplicate: contacts.MergeInto})
		is.Equal(words, "merged")
		is.Equal(outs[0].ID, c.ID)
		got := get(t, d, c.ID)
		want := c
		want.Version, want.LastName, want.DoNotCall = 2, "Díaz", true
		want.Emails = []contacts.Email{{Value: "ana2@x.co"}}
		want.Phones = []contacts.Phone{{Value: "+49 30 901820", E164: "+4930901820", Primary: true}, {Value: "+44 20 7946 0958", E164: "+442079460958"}}
		want.External = map[string]string{"crm": "1", "erp": "9"}
		want.Provenance = got.Provenance
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		outs, words = apply(t, d, rows(contacts.NewContact{FirstName: "Other", Email: "ana@x.co", PortalAccess: true, External: map[string]string{"crm": "1"}}),
			contacts.ApplyOptions{OnDuplicate: contacts.CreateAnyway})
		is.Equal(words, "created")
		is.Equal(len(outs[0].Warnings), 3)
		other := get(t, d, outs[0].ID)
		is.True(other.ID != c.ID && other.Email == "" && other.Emails[0].Value == "ana@x.co" && len(other.External) == 0 && !other.PortalAccess)
		_, words = apply(t, d, rows(contacts.NewContact{FirstName: "Free", Email: "free@x.co"}, contacts.NewContact{FirstName: "Free", Email: "free@x.co"}), contacts.ApplyOptions{OnDuplicate: contacts.CreateAnyway})
		is.Equal(words, "created created")
	})
}

func TestApplyRespectsRestrictions(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		allowImport(t, d)
		make1(t, d, contacts.NewContact{LastName: "Mine", Email: "mine@x.co", Owner: "m1"})
		make1(t, d, contacts.NewContact{LastName: "Other", Email: "other@x.co", CompanyName: "Acme", LockedToCompany: true})
		a := member(d, "m1", contacts.MayViewOwn, contacts.MayImport)
		a.Fields = map[string]desk.Access{"contact.status": desk.ReadOnly}
		outs, err := d.Contacts.Apply(ctx, a, rows(
			contacts.NewContact{Email: "mine@x.co", JobTitle: "x"}, contacts.NewContact{Email: "other@x.co", JobTitle: "x"},
			contacts.NewContact{Email: "mine@x.co", Status: "x"}, contacts.NewContact{LastName: "P", Email: "p@x.co", PortalAccess: true},
		), contacts.ApplyOptions{OnDuplicate: contacts.Update})
		is.NoErr(err)
		is.Equal(outs[0].Kind, contacts.Updated)
		wants(t, outs[1].Err, desk.Conflict, "email")
		is.Equal(outs[1].ID, desk.ContactID(""))
		wants(t, outs[2].Err, desk.Denied, "status")
		is.True(errors.Is(outs[2].Err, contacts.ErrRestricted))
		wants(t, outs[3].Err, desk.Denied, "portal_access")
		b := member(d, "m2", contacts.MayView, contacts.MayImport)
		outs, err = d.Contacts.Apply(ctx, b, rows(contacts.NewContact{Email: "other@x.co", CompanyName: "Beta", JobTitle: "y"}), contacts.ApplyOptions{OnDuplicate: contacts.Update})
		is.NoErr(err)
		is.Equal(outs[0].Warnings, []string{"The contact is bound to its company, which was left as it is."})
		is.Equal(get(t, d, outs[0].ID).Company, "Acme")
	})
}

func TestIdempotencyKeys(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		allowImport(t, d)
		once := d.Manager.WithKey("k1")
		c, err := d.Contacts.Create(ctx, once, contacts.NewContact{LastName: "A"})
		is.NoErr(err)
		same, err := d.Contacts.Create(ctx, once, contacts.NewContact{LastName: "A"})
		is.NoErr(err)
		is.Equal(cmp.Diff(c, same), "")
		_, err = d.Contacts.Create(ctx, once, contacts.NewContact{LastName: "B"})
		wants(t, err, desk.Conflict, "key")
		wants(t, d.Contacts.Delete(ctx, once, c.ID), desk.Conflict, "key")
		is.Equal(total(t, d), 1)
		// Another actor's key is another key.
		_, err = d.Contacts.Create(ctx, member(d, "m2", contacts.MayCreate, contacts.MayView).WithKey("k1"), contacts.NewContact{LastName: "B"})
		is.NoErr(err)
		k2 := d.Manager.WithKey("k2")
		c, err = d.Contacts.Update(ctx, k2, c.ID, 1, contacts.Patch{JobTitle: ptr("x")})
		is.NoErr(err)
		same, err = d.Contacts.Update(ctx, k2, c.ID, 1, contacts.Patch{JobTitle: ptr("x")})
		is.NoErr(err)
		is.Equal(cmp.Diff(c, same), "")
		k3 := d.Manager.WithKey("k3")
		for range 2 {
			outs, err := d.Contacts.Apply(ctx, k3, rows(contacts.NewContact{LastName: "X"}, contacts.NewContact{}), contacts.ApplyOptions{})
			is.NoErr(err)
			is.True(outs[0].Kind == contacts.Created && outs[0].ID != "" && outs[1].Kind == contacts.Failed)
		}
		is.Equal(total(t, d), 3)
		k4 := d.Manager.WithKey("k4")
		for range 2 {
			rs, err := d.Contacts.Bulk(ctx, k4, contacts.Selection{IDs: []desk.ContactID{c.ID}}, contacts.Action{Verb: contacts.BulkDelete})
			is.NoErr(err)
			is.Equal(len(rs), 1)
		}
		k8 := d.Manager.WithKey("k8")
		for range 2 { // the second time the query finds nobody
			rs, err := d.Contacts.Bulk(ctx, k8, contacts.Selection{Query: &contacts.Query{Text: "x"}}, contacts.Action{Verb: contacts.BulkDelete})
			is.NoErr(err)
			is.Equal(len(rs), 1)
		}
		k5 := d.Manager.WithKey("k5")
		for range 2 {
			company, err := d.Contacts.CreateCompany(ctx, k5, "Acme", nil)
			is.NoErr(err)
			is.Equal(company.Name, "Acme")
		}
		k6 := d.Manager.WithKey("k6")
		for range 2 {
			set, err := d.Contacts.SaveSettings(ctx, k6, contacts.Settings{Version: 1, Region: "DE"})
			is.NoErr(err)
			is.Equal(set.Region, "DE")
		}
		k7 := d.Manager.WithKey("k7")
		for range 2 {
			_, _, err := d.Contacts.FromSender(ctx, k7, contacts.Sender{Email: "s@x.co"})
			is.NoErr(err)
		}
	})
}

// TestApplyLeavesLittleUnindexed imports many batches: what searches have to
// read one by one must not grow with the file.
func TestApplyLeavesLittleUnindexed(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	d := desktest.New(t)
	_, err := d.Contacts.SaveSettings(ctx, d.Manager, contacts.Settings{Region: "DE", AllowImport: true})
	is.NoErr(err)
	const every, batch = 8, 100 // a transaction of the index takes 16 times as many
	s := contacts.New(d.Store, &contacts.Options{IndexEvery: every})
	for n := range 30 {
		rs := make([]contacts.NewContact, batch)
		for i := range rs {
			rs[i].LastName = fmt.Sprintf("Person %d", n*batch+i)
		}
		_, err := s.Apply(ctx, d.Manager, rows(rs...), contacts.ApplyOptions{})
		is.NoErr(err)
	}
	var left int
	is.NoErr(d.DB.QueryRow(`SELECT d.next_doc - s.indexed FROM desk_search_docs AS d JOIN desk_search_state AS s ON s.workspace_id = d.workspace_id AND s.realm = d.realm WHERE d.realm = 'contact'`).Scan(&left))
	is.True(left < 16*every+2*batch)
}

// counted counts the transactions of a store.
type counted struct {
	*storage.DB
	updates int
}

func (c *counted) Update(ctx context.Context, fn func(contacts.Tx) error) error {
	c.updates++
	return c.DB.Update(ctx, fn)
}

// What Work has brought into the index is not looked for again with each change.
func TestIndexedByOthers(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	d := desktest.New(t)
	store := &counted{DB: d.Store}
	s := contacts.New(store, &contacts.Options{IndexEvery: 8})
	for n := range 7 {
		_, err := s.Create(ctx, d.Manager, contacts.NewContact{LastName: fmt.Sprint("Person ", n)})
		is.NoErr(err)
	}
	_, err := d.Contacts.Work(ctx, d.Manager)
	is.NoErr(err)
	for n := range 5 {
		before := store.updates
		_, err := s.Create(ctx, d.Manager, contacts.NewContact{LastName: fmt.Sprint("Other ", n)})
		is.NoErr(err)
		if n > 0 {
			is.Equal(store.updates-before, 1) // the change itself
		}
	}
}
