package contacts_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/desktest"
)

// importing applies rows in a transaction, and returns what takes them back.
func importing(t *testing.T, d *desktest.Desk, a desk.Actor, o contacts.ApplyOptions, rows ...contacts.Incoming) contacts.Applied {
	t.Helper()
	o.Cause = "import_1"
	b, err := d.Contacts.Prepare(ctx, a, rows, o)
	if err != nil {
		t.Fatal(err)
	}
	var done contacts.Applied
	if err := d.Store.Update(ctx, func(tx contacts.Tx) error {
		var err error
		done, err = b.In(ctx, tx)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return done
}

// revert takes changes back, by way of the JSON that they are kept as.
func revert(t *testing.T, d *desktest.Desk, a desk.Actor, cause string, undo []contacts.Undo) ([]contacts.Reverted, error) {
	t.Helper()
	raw, err := json.Marshal(undo)
	if err != nil {
		t.Fatal(err)
	}
	var kept []contacts.Undo
	if err := json.Unmarshal(raw, &kept); err != nil {
		t.Fatal(err)
	}
	var rs []contacts.Reverted
	err = d.Store.Update(ctx, func(tx contacts.Tx) error {
		var err error
		rs, _, err = d.Contacts.Revert(ctx, tx, a, cause, kept)
		return err
	})
	return rs, err
}

func allowImports(t *testing.T, d *desktest.Desk, w desk.WorkspaceID) {
	t.Helper()
	a := d.Manager
	a.Workspace = w
	if _, err := d.Contacts.SaveSettings(ctx, a, contacts.Settings{AllowImport: true}); err != nil {
		t.Fatal(err)
	}
}

// B54: what takes an import back cannot name another workspace's contacts: they
// are as if they were not there.
func TestB54_RevertOfForeignContacts(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		other := d.Manager
		other.Workspace = "other"
		allowImports(t, d, d.Workspace)
		allowImports(t, d, other.Workspace)
		made := importing(t, d, other, contacts.ApplyOptions{}, contacts.Incoming{Contact: contacts.NewContact{LastName: "Foreign", Notes: "theirs"}})
		id := made.Undo[0].ID
		undo := []contacts.Undo{{ID: id, Made: true}, {ID: id, Before: map[string]json.RawMessage{"notes": []byte(`"taken over"`)}}}
		rs, err := revert(t, d, d.Manager, "import_1", undo)
		is.NoErr(err)
		is.Equal(rs, []contacts.Reverted{{ID: id, Kind: contacts.Gone}, {ID: id, Kind: contacts.Gone}})
		c, err := d.Contacts.Get(ctx, other, id)
		is.NoErr(err)
		is.Equal(c.Version, int64(1))
		_, err = revert(t, d, d.Viewer, "import_1", nil)
		is.Equal(desk.KindOf(err), desk.Denied)
	})
}

// Every field that an import can change is put back as it was, with where it
// came from; a unique value that somebody else has by now stays away.
func TestRevertPutsEveryFieldBack(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		allowImports(t, d, d.Workspace)
		is.NoErr(d.Contacts.DefineField(ctx, d.Manager, contacts.FieldDef{Key: "tier", Label: "Tier", Type: contacts.TextField}))
		before := make1(t, d, contacts.NewContact{
			FirstName: "F", LastName: "L", DisplayName: "D", Email: "a@x.example", Emails: []contacts.Email{{Label: "home", Value: "h@x.example"}},
			Phones: []contacts.Phone{{Label: "w", Value: "+49 30 901820", Primary: true}}, CompanyName: "Acme", LockedToCompany: true, JobTitle: "J", Division: "V",
			Address: contacts.Address{Street: "S", City: "C", Region: "R", PostalCode: "P", Country: "DE"}, Notes: "N", Kind: contacts.Vendor, Status: "St", Owner: "O",
			TimeZone: "Europe/Berlin", Language: "de", DoNotCall: true, CallHours: contacts.CallHours{From: 60, Until: 120}, MarketingOptOut: true,
			PortalAccess: true, Custom: map[string]string{"tier": "gold"}, External: map[string]string{"crm": "1"},
		})
		other := contacts.NewContact{
			FirstName: "F2", LastName: "L2", DisplayName: "D2", Email: "a2@x.example", Emails: []contacts.Email{{Label: "x", Value: "h2@x.example"}},
			Phones: []contacts.Phone{{Value: "+49 30 901821"}}, CompanyName: "Other", JobTitle: "J2", Division: "V2",
			Address: contacts.Address{Street: "S2", City: "C2", Region: "R2", PostalCode: "P2", Country: "FR"}, Notes: "N2", Inactive: true, Kind: contacts.Partner, Status: "St2", Owner: "O2",
			TimeZone: "Europe/Paris", Language: "fr", CallHours: contacts.CallHours{From: 180, Until: 240},
			Custom: map[string]string{"tier": "silver"}, External: map[string]string{"crm": "2"},
		}
		present := map[string]bool{"custom.tier": true}
		for _, f := range contacts.FieldNames {
			present[f] = true
		}
		done := importing(t, d, d.Manager, contacts.ApplyOptions{OnDuplicate: contacts.Update}, contacts.Incoming{ID: before.ID, Contact: other, Present: present})
		is.Equal(done.Outcomes[0].Kind, contacts.Updated)
		is.True(len(done.Undo[0].Before) >= 26)
		rs, err := revert(t, d, d.Manager, "import_1", done.Undo)
		is.NoErr(err)
		is.Equal(rs, []contacts.Reverted{{ID: before.ID, Kind: contacts.PutBack}})
		after, err := d.Contacts.Get(ctx, d.Manager, before.ID)
		is.NoErr(err)
		after.Version, after.UpdatedAt = before.Version, before.UpdatedAt
		if diff := cmp.Diff(before, after); diff != "" {
			t.Error(diff)
		}

		c, err := d.Contacts.Get(ctx, d.Manager, before.ID)
		is.NoErr(err)
		done = importing(t, d, d.Manager, contacts.ApplyOptions{OnDuplicate: contacts.Update}, contacts.Incoming{
			ID: c.ID, Contact: contacts.NewContact{Email: "new@x.example", JobTitle: "J3"}, Present: map[string]bool{"email": true, "job_title": true},
		})
		make1(t, d, contacts.NewContact{Email: "a@x.example"})
		rs, err = revert(t, d, d.Manager, "import_1", done.Undo)
		is.NoErr(err)
		is.Equal(rs[0].Kind, contacts.Kept)
		is.Equal(rs[0].Fields, []string{"email"})
		c, err = d.Contacts.Get(ctx, d.Manager, before.ID)
		is.NoErr(err)
		is.Equal(c.Email, "new@x.example")
		is.Equal(c.JobTitle, "J")
	})
}

// R91: what decides about access needs more than the right to import.
func TestR91_FieldsWithSecurityMeaning(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		allowImports(t, d, d.Workspace)
		importer := d.Manager
		importer.Grants = []desk.Permission{contacts.MayView, contacts.MayImport}
		portal := make1(t, d, contacts.NewContact{LastName: "Portal", Email: "p@x.example", PortalAccess: true, Status: "vip"})
		row := contacts.Incoming{ID: portal.ID, Contact: contacts.NewContact{Email: "evil@x.example"}, Present: map[string]bool{"email": true}}
		update := contacts.ApplyOptions{OnDuplicate: contacts.Update}
		outs, err := d.Contacts.Apply(ctx, importer, []contacts.Incoming{row}, update)
		is.NoErr(err)
		is.Equal(outs[0].Kind, contacts.Failed)
		is.Equal(desk.KindOf(outs[0].Err), desk.Denied)
		is.Equal(desk.FieldOf(outs[0].Err), "email")

		row = contacts.Incoming{ID: portal.ID, Contact: contacts.NewContact{Inactive: true, Status: "none", JobTitle: "J"}, Present: map[string]bool{"active": true, "status": true, "job_title": true}}
		outs, err = d.Contacts.Apply(ctx, importer, []contacts.Incoming{row}, update)
		is.NoErr(err)
		is.Equal(outs[0].Kind, contacts.Updated)
		is.Equal(outs[0].Fields, []string{"job_title"})
		is.Equal(len(outs[0].Warnings), 2)
		c, err := d.Contacts.Get(ctx, d.Manager, portal.ID)
		is.NoErr(err)
		is.True(c.Active)
		is.Equal(c.Status, "vip")
		is.Equal(c.Email, "p@x.example")

		row = contacts.Incoming{Contact: contacts.NewContact{Email: "new@x.example", PortalAccess: true}, Present: map[string]bool{"email": true, "portal_access": true}}
		outs, err = d.Contacts.Apply(ctx, importer, []contacts.Incoming{row}, update)
		is.NoErr(err)
		is.Equal(outs[0].Kind, contacts.Failed)
		is.Equal(desk.FieldOf(outs[0].Err), "portal_access")
	})
}
