package requests

import (
	"context"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// The permissions of this package, for members and systems. Contacts need
// none: they use the templates that are for them, fill in what is assigned to
// them and do their own tasks, and that is all.
const (
	// MayView: see templates and forms, and the assignments and submissions of
	// the tickets and contacts that the actor sees.
	MayView desk.Permission = "requests.view"
	// MaySettings: make, change and publish templates and forms.
	MaySettings desk.Permission = "requests.settings"
	// MayAssign: assign forms to contacts, change and cancel assignments, and
	// fill them in for the contact.
	MayAssign desk.Permission = "requests.assign"
	// MayViewTasks: see the tasks of the tickets and contacts that the actor sees.
	MayViewTasks desk.Permission = "tasks.view"
	// MayWriteTasks: make, change and remove those tasks.
	MayWriteTasks desk.Permission = "tasks.write"
)

// Permissions lists the permissions of this package.
var Permissions = []desk.Permission{MayView, MaySettings, MayAssign, MayViewTasks, MayWriteTasks}

// checkActor checks that the actor is complete. Fields of this package cannot
// be restricted: a restriction that would do nothing is refused.
func checkActor(a desk.Actor) error {
	if err := contacts.CheckActor(a); err != nil {
		return err
	}
	for name := range a.Fields {
		for _, kind := range []string{"template.", "form.", "assignment.", "submission.", "task."} {
			if strings.HasPrefix(name, kind) {
				return denied("The caller is restricted by a name that no field has (%.60q). Fields of forms and tasks cannot be restricted.", name)
			}
		}
	}
	return nil
}

// need checks the actor, that it is no contact, and that it holds one of the
// permissions.
func need(a desk.Actor, what string, ps ...desk.Permission) error {
	if err := checkActor(a); err != nil {
		return err
	}
	for _, p := range ps {
		if a.Kind != desk.ContactActor && a.May(p) {
			return nil
		}
	}
	return denied("You may not %s.", what)
}

// isContact reports whether a contact acts for itself.
func isContact(a desk.Actor) bool { return a.Kind == desk.ContactActor }

// self returns the contact that acts for itself. It must be live and active
// at this moment. Within a transaction, locked keeps it so until the end.
func self(ctx context.Context, r contacts.Reader, a desk.Actor) (contacts.Contact, error) {
	return selfBy(ctx, a, r.Contact)
}

func lockSelf(ctx context.Context, tx contacts.Tx, a desk.Actor) (contacts.Contact, error) {
	return selfBy(ctx, a, tx.LockContact)
}

func selfBy(ctx context.Context, a desk.Actor, read func(context.Context, desk.WorkspaceID, desk.ContactID) (contacts.Contact, error)) (contacts.Contact, error) {
	no := denied("You may not use requests and tasks.")
	if !desk.IsID("contact", a.ID) {
		return contacts.Contact{}, no
	}
	c, err := read(ctx, a.Workspace, desk.ContactID(a.ID))
	if desk.KindOf(err) == desk.NotFound || err == nil && (c.State != contacts.Live || !c.Active) {
		return contacts.Contact{}, no
	}
	return c, err
}

// sight is what the actor sees, as conditions for lists and counts.
func sight(a desk.Actor) Sight {
	if isContact(a) {
		return Sight{Tickets: tickets.Sight{Contact: desk.ContactID(a.ID)}, Self: desk.ContactID(a.ID)}
	}
	return Sight{Tickets: tickets.SightOf(a), Contacts: contacts.SightOf(a)}
}

// sees is the one rule about what an actor sees of what belongs to a ticket
// and a contact; lists have it as the conditions of [Sight]. A contact must
// have been checked by self, and owner is whose the record is.
func sees(ctx context.Context, r tickets.Reader, a desk.Actor, t desk.TicketID, owner, c desk.ContactID) (bool, error) {
	if isContact(a) && owner != desk.ContactID(a.ID) {
		return false, nil
	}
	var err error
	switch {
	case t != "":
		_, err = tickets.Seen(ctx, r, a, t)
	case isContact(a):
		return true, nil
	default:
		_, err = contacts.Seen(ctx, r, a, c)
	}
	switch desk.KindOf(err) {
	case desk.NotFound, desk.Denied:
		return false, nil
	}
	return err == nil, err
}
