package records

import (
	"context"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// The permissions of this package. Actors that are contacts have none of them,
// whatever they are given.
const (
	// MayView: see the records of the contacts and tickets that the actor sees.
	MayView desk.Permission = "records.view"
	// MayWrite: make and change records.
	MayWrite desk.Permission = "records.write"
	// MayDelete: remove records for good.
	MayDelete desk.Permission = "records.delete"
)

// Permissions lists the permissions of this package.
var Permissions = []desk.Permission{MayView, MayWrite, MayDelete}

// need checks the actor and that it holds all of the permissions.
func need(a desk.Actor, what string, ps ...desk.Permission) error {
	if err := checkActor(a); err != nil {
		return err
	}
	for _, p := range ps {
		if a.Kind == desk.ContactActor || !a.May(p) {
			return desk.Errorf(desk.Denied, "", "You may not %s.", what)
		}
	}
	return nil
}

// checkActor checks that the actor is complete, and that its restrictions name
// no field of records: there are none to restrict, and one that is thought to
// be hidden would be shown.
func checkActor(a desk.Actor) error {
	if err := contacts.CheckActor(a); err != nil {
		return err
	}
	for name := range a.Fields {
		if strings.HasPrefix(name, "record.") {
			return desk.Errorf(desk.Denied, "", "The caller is restricted by the name of a record's field. Of records, numbers are hidden with \"contact.phones\" and companies with \"contact.company\".")
		}
	}
	return nil
}

// sightOf is what the actor sees, as conditions for lists, counts and totals.
func sightOf(a desk.Actor) Sight {
	return Sight{Contacts: contacts.SightOf(a), Tickets: tickets.SightOf(a)}
}

// sees is the one rule about which records an actor with MayView sees; lists
// have it as the conditions of [Sight]. A record is seen by who sees its
// contact and its ticket; without either by who sees all contacts, and by its
// owner.
func sees(ctx context.Context, r Reader, a desk.Actor, rec *Record) (bool, error) {
	sight := sightOf(a)
	switch {
	case rec.Contact != "":
		c, err := r.Contact(ctx, a.Workspace, rec.Contact)
		if desk.KindOf(err) == desk.NotFound {
			return false, nil
		}
		if err != nil || !contacts.Sees(a, &c) {
			return false, err
		}
	case rec.Ticket == "":
		if sight.Contacts.None || sight.Contacts.Owner != "" && sight.Contacts.Owner != rec.Owner {
			return false, nil
		}
	}
	if rec.Ticket == "" {
		return true, nil
	}
	_, err := tickets.Seen(ctx, r, a, rec.Ticket)
	if kind := desk.KindOf(err); kind == desk.NotFound || kind == desk.Denied {
		return false, nil
	}
	return err == nil, err
}

// get returns a record that the actor sees, with all its fields.
func get(ctx context.Context, r Reader, a desk.Actor, id desk.RecordID, read func(context.Context, desk.WorkspaceID, desk.RecordID) (Record, error)) (Record, error) {
	if !desk.IsID("record", string(id)) {
		return Record{}, notFound()
	}
	rec, err := read(ctx, a.Workspace, id)
	if desk.KindOf(err) == desk.NotFound {
		return Record{}, notFound()
	}
	if err != nil {
		return Record{}, err
	}
	seen, err := sees(ctx, r, a, &rec)
	if err == nil && !seen {
		err = notFound()
	}
	if err != nil {
		return Record{}, err
	}
	return rec, nil
}

// notFound is the one error for a record that is not there, is another
// tenant's, or is not for this actor to see.
func notFound() error { return desk.Errorf(desk.NotFound, "", "There is no such record.") }

func invalid(field, format string, args ...any) error {
	return desk.Errorf(desk.Invalid, field, format, args...)
}

// hides reports whether a field of contacts is hidden from the actor.
func hides(a desk.Actor, field string) bool {
	return contacts.AccessTo(a, field) == desk.Hidden
}

// mask empties what the actor may not see of a record that it sees.
func mask(a desk.Actor, rec *Record) {
	if len(a.Fields) == 0 {
		return
	}
	if hides(a, "phones") {
		rec.Number, rec.E164 = "", ""
	}
	if hides(a, "company") {
		rec.Company = ""
	}
}

// restricted is the error for using a field that is hidden from the actor.
func restricted(field string) error {
	return &desk.Error{Kind: desk.Denied, Field: field, Message: "You may not use this field.", Err: contacts.ErrRestricted}
}
