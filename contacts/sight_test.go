package contacts_test

import (
	"testing"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/desktest"
)

// TestSight compares the rule for other packages with what Get answers.
func TestSight(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		mine := make1(t, d, contacts.NewContact{LastName: "Mine", Owner: "me"})
		other := make1(t, d, contacts.NewContact{LastName: "Other", Owner: "boss"})
		binned := make1(t, d, contacts.NewContact{LastName: "Binned", Owner: "me"})
		is.NoErr(d.Contacts.Delete(ctx, d.Manager, binned.ID))
		for _, a := range []desk.Actor{
			d.Manager, d.Viewer, member(d, "me", contacts.MayViewOwn), member(d, "me", contacts.MayViewOwn, contacts.MayDelete), member(d, "me", contacts.MayModify),
			{Workspace: d.Workspace, Kind: desk.ContactActor, ID: "me", Grants: []desk.Permission{contacts.MayViewOwn}},
			{Workspace: d.Workspace, Kind: desk.SystemActor, ID: "me", Grants: contacts.Permissions},
		} {
			sight := contacts.SightOf(a)
			for _, id := range []desk.ContactID{mine.ID, other.ID, binned.ID, "contact_01h455vb4pex5vsknk084sn02q"} {
				_, want := d.Contacts.Get(ctx, a, id)
				_, got := contacts.Seen(ctx, d.Store, a, id)
				is.Equal(desk.KindOf(got), desk.KindOf(want))
				c, err := d.Store.Contact(ctx, d.Workspace, id)
				if err != nil {
					continue
				}
				is.Equal(contacts.Sees(a, &c), want == nil)
				byStore := !sight.None && (sight.Owner == "" || sight.Owner == c.Owner) && (sight.Binned || c.State != contacts.Binned)
				is.Equal(byStore, want == nil) // the conditions say the same
			}
		}
		a := member(d, "me", contacts.MayView)
		a.Fields = map[string]desk.Access{"contact.phone": desk.Hidden}
		is.Equal(contacts.AccessTo(a, "phones"), desk.Hidden)
		is.Equal(contacts.AccessTo(a, "email"), desk.FullAccess)
		is.Equal(desk.KindOf(contacts.CheckActor(desk.Actor{})), desk.Denied)
	})
}
