package contacts_test

import (
	"testing"
	"time"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/desktest"
)

func TestBulkIsAllOrNothing(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		a := make1(t, d, contacts.NewContact{LastName: "A"})
		b := make1(t, d, contacts.NewContact{LastName: "B", Email: "b@x.co", PortalAccess: true})
		c := make1(t, d, contacts.NewContact{LastName: "C"})
		ids := []desk.ContactID{a.ID, b.ID, c.ID}
		rs, err := d.Contacts.Bulk(ctx, d.Manager, contacts.Selection{IDs: ids}, contacts.Action{Verb: contacts.BulkDelete})
		wants(t, err, desk.Conflict, "portal_access")
		is.Equal(len(rs), 3)
		for _, r := range rs {
			is.Equal(r.Err != nil, r.ID == b.ID)
		}
		is.Equal(total(t, d), 3)
		rs, err = d.Contacts.Bulk(ctx, d.Manager, contacts.Selection{IDs: append(ids, "contact_00000000000000000000000000")}, contacts.Action{Verb: contacts.BulkDeactivate})
		wants(t, err, desk.NotFound, "")
		is.Equal(len(rs), 4)
		rs, err = d.Contacts.Bulk(ctx, d.Manager, contacts.Selection{Query: &contacts.Query{}}, contacts.Action{Verb: contacts.BulkSetOwner, Value: "m9"})
		is.NoErr(err)
		is.Equal(len(rs), 3)
		is.Equal(listed(t, d, d.Viewer, contacts.Query{Filter: contacts.Filter{Owners: []string{"m9"}}}), []string{"A", "B", "C"})
		_, err = d.Contacts.Bulk(ctx, d.Manager, contacts.Selection{IDs: ids[:1]}, contacts.Action{Verb: contacts.BulkSetStatus, Value: "VIP"})
		is.NoErr(err)
		_, err = d.Contacts.Bulk(ctx, d.Manager, contacts.Selection{IDs: ids[:1]}, contacts.Action{Verb: contacts.BulkDeactivate})
		is.NoErr(err)
		got, err := d.Contacts.Get(ctx, d.Viewer, a.ID)
		is.NoErr(err)
		is.True(got.Version == 4 && !got.Active && got.Status == "VIP" && got.Owner == "m9")
		_, err = d.Contacts.Bulk(ctx, d.Manager, contacts.Selection{IDs: make([]desk.ContactID, 10_001)}, contacts.Action{Verb: contacts.BulkDelete})
		wants(t, err, desk.Limited, "selection")
		_, err = d.Contacts.Bulk(ctx, d.Manager, contacts.Selection{IDs: ids}, contacts.Action{Verb: "explode"})
		wants(t, err, desk.Invalid, "verb")
		_, err = d.Contacts.Bulk(ctx, d.Viewer, contacts.Selection{IDs: ids}, contacts.Action{Verb: contacts.BulkActivate})
		wants(t, err, desk.Denied, "")
		hidden := d.Manager
		hidden.Fields = map[string]desk.Access{"contact.status": desk.ReadOnly}
		_, err = d.Contacts.Bulk(ctx, hidden, contacts.Selection{IDs: ids}, contacts.Action{Verb: contacts.BulkSetStatus, Value: "x"})
		wants(t, err, desk.Denied, "status")
	})
}

func TestBinRestorePurge(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		c := make1(t, d, contacts.NewContact{LastName: "Gone", Email: "gone@x.co", Phones: []contacts.Phone{{Value: "1"}}})
		make1(t, d, contacts.NewContact{LastName: "Stays"})
		p, err := d.Contacts.PreviewRemoval(ctx, d.Manager, []desk.ContactID{c.ID})
		is.NoErr(err)
		is.Equal(p, contacts.Removal{Contacts: 1, Names: []string{"Gone"}, Emails: 1, Phones: 1, Events: 1})
		is.NoErr(d.Contacts.Delete(ctx, d.Manager, c.ID))
		is.NoErr(d.Contacts.Delete(ctx, d.Manager, c.ID)) // again is no harm
		is.Equal(listed(t, d, d.Viewer, contacts.Query{}), []string{"Stays"})
		is.Equal(listed(t, d, d.Manager, contacts.Query{Filter: contacts.Filter{Binned: true}}), []string{"Gone"})
		_, err = d.Contacts.List(ctx, d.Viewer, contacts.Query{Filter: contacts.Filter{Binned: true}}, desk.Page{})
		wants(t, err, desk.Denied, "")
		_, err = d.Contacts.Get(ctx, d.Viewer, c.ID)
		wants(t, err, desk.NotFound, "")
		binned, err := d.Contacts.Get(ctx, d.Manager, c.ID)
		is.NoErr(err)
		is.Equal(binned.State, contacts.Binned)
		is.Equal(binned.DeletedAt, d.Clock.Now())
		_, err = d.Contacts.Update(ctx, d.Manager, c.ID, binned.Version, contacts.Patch{JobTitle: ptr("x")})
		wants(t, err, desk.Conflict, "")
		back, err := d.Contacts.Restore(ctx, d.Manager, c.ID)
		is.NoErr(err)
		is.Equal(back.Contact.State, contacts.Live)
		is.Equal(len(back.Replaced), 0)
		is.Equal(back.Contact.Email, "gone@x.co")
		wants(t, d.Contacts.Purge(ctx, d.Manager, c.ID), desk.Conflict, "")
		is.NoErr(d.Contacts.Delete(ctx, d.Manager, c.ID))
		is.NoErr(d.Contacts.Purge(ctx, d.Manager, c.ID))
		_, err = d.Contacts.Get(ctx, d.Manager, c.ID)
		wants(t, err, desk.NotFound, "")
		_, err = d.Contacts.Restore(ctx, d.Manager, c.ID)
		wants(t, err, desk.NotFound, "")

		// R69: the address, used again, inherits nothing.
		again := make1(t, d, contacts.NewContact{LastName: "New", Email: "gone@x.co"})
		is.True(again.ID != c.ID)
		is.Equal(len(events(t, d, again.ID)), 1)
		// What the log said of the removed one is gone, and the chain holds.
		log, err := d.Contacts.Log(ctx, d.Manager, contacts.ActivityFilter{Verbs: []string{contacts.VerbPurged}}, desk.Page{})
		is.NoErr(err)
		is.Equal(log.Count, 1)
		report, err := d.Contacts.VerifyLog(ctx, d.Manager)
		is.NoErr(err)
		is.Equal(len(report.Broken), 0)
		is.True(report.Redacted > 0)
	})
}

func TestBinIsEmptiedAfterSixtyDays(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		old := make1(t, d, contacts.NewContact{LastName: "Old"})
		young := make1(t, d, contacts.NewContact{LastName: "Young"})
		is.NoErr(d.Contacts.Delete(ctx, d.Manager, old.ID))
		d.Clock.Turn(time.Second)
		is.NoErr(d.Contacts.Delete(ctx, d.Manager, young.ID))
		d.Clock.Turn(60*24*time.Hour - time.Second - time.Microsecond)
		n, err := d.Contacts.EmptyBin(ctx, d.Manager)
		is.NoErr(err)
		is.Equal(n, 0) // to the second
		d.Clock.Turn(time.Microsecond)
		n, err = d.Contacts.EmptyBin(ctx, d.Manager)
		is.NoErr(err)
		is.Equal(n, 1)
		is.Equal(listed(t, d, d.Manager, contacts.Query{Filter: contacts.Filter{Binned: true}}), []string{"Young"})
		d.Clock.Turn(time.Hour)
		system := desk.Actor{Workspace: d.Workspace, Kind: desk.SystemActor, ID: "worker", Grants: contacts.Permissions}
		w, err := d.Contacts.Work(ctx, system)
		is.NoErr(err)
		is.Equal(w.Purged, 1)
		is.True(w.Sealed > 0)
		w, err = d.Contacts.Work(ctx, system)
		is.NoErr(err)
		is.Equal(w, contacts.Worked{})
		_, err = d.Contacts.Work(ctx, d.Viewer)
		wants(t, err, desk.Denied, "")
	})
}
