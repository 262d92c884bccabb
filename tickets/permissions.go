package tickets

import (
	"context"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// The permissions of this package, for members and systems. Contacts need none
// but MayCreate: what they may do with a ticket depends on their [Role] in it.
const (
	// MayView: see all tickets of the workspace.
	MayView desk.Permission = "tickets.view"
	// MayViewAssigned: see the tickets that are assigned to the actor (a member).
	MayViewAssigned desk.Permission = "tickets.view_assigned"
	// MayCreate: make tickets; for a contact, its own.
	MayCreate desk.Permission = "tickets.create"
	// MayModify: change the fields of tickets.
	MayModify desk.Permission = "tickets.modify"
	// MayReply: write public messages.
	MayReply desk.Permission = "tickets.reply"
	// MayNote: write internal messages, change and remove one's own.
	MayNote desk.Permission = "tickets.note"
	// MayParticipants: say who takes part.
	MayParticipants desk.Permission = "tickets.participants"
	// MayDelete: put tickets into the bin, see the bin and restore from it.
	MayDelete desk.Permission = "tickets.delete"
	// MayPurge: remove binned tickets for good.
	MayPurge desk.Permission = "tickets.purge"
	// MayExport: take out all tickets that the actor sees.
	MayExport desk.Permission = "tickets.export"
	// MaySettings: change the settings.
	MaySettings desk.Permission = "tickets.settings"
)

// Permissions lists the permissions of this package.
var Permissions = []desk.Permission{
	MayView, MayViewAssigned, MayCreate, MayModify, MayReply, MayNote, MayParticipants,
	MayDelete, MayPurge, MayExport, MaySettings,
}

// SeesAs is the rule about which tickets a contact sees: those that are live
// and in which it takes part, as requester or participant, while it is itself
// live and active. Who is told of a ticket is decided by it too. It does not
// allocate.
func SeesAs(role Role, active bool, state State) bool {
	return active && state == Live && (role == Requester || role == Participating)
}

// viewer is an actor at the time of the act.
type viewer struct {
	desk.Actor
	// active: a contact is live and active. It is read for each call.
	active bool
}

// contact is the id of a contact that acts for itself, or empty.
func (v viewer) contact() desk.ContactID {
	if v.Kind == desk.ContactActor {
		return desk.ContactID(v.ID)
	}
	return ""
}

// sees is the one rule about which tickets an actor sees: get, list, search,
// count, export, messages and files all ask it, here or as the conditions that
// limit puts into a query. The role is a contact's own, "" for none. It does
// not allocate.
func (v viewer) sees(t *Ticket, role Role) bool {
	if v.Kind == desk.ContactActor {
		return SeesAs(role, v.active, t.State)
	}
	if t.State == Binned && !v.seesBin() {
		return false
	}
	return v.May(MayView) || v.seesAssigned() && t.Assignee == v.ID
}

// seesAssigned reports whether the actor sees what is assigned to it. Only
// members are assigned anything: no other id is compared with theirs.
func (v viewer) seesAssigned() bool { return v.Kind == desk.MemberActor && v.May(MayViewAssigned) }

func (v viewer) seesBin() bool { return v.May(MayDelete) || v.May(MayPurge) }

// seesInternal reports whether internal messages are there for the actor.
func (v viewer) seesInternal() bool { return v.Kind != desk.ContactActor }

// checkActor checks that the actor is complete. Fields of tickets cannot be
// restricted: a restriction that would do nothing is refused.
func checkActor(a desk.Actor) error {
	if err := contacts.CheckActor(a); err != nil {
		return err
	}
	for name := range a.Fields {
		if strings.HasPrefix(name, "ticket.") {
			return denied("The caller is restricted by a name that no field has (%.60q). Fields of tickets cannot be restricted.", name)
		}
	}
	return nil
}

// viewer checks the actor, and that there can be a ticket that it sees.
func (s *Service) viewer(ctx context.Context, r contacts.Reader, a desk.Actor) (viewer, error) {
	v := viewer{Actor: a}
	if err := checkActor(a); err != nil {
		return v, err
	}
	if a.Kind == desk.ContactActor {
		c, err := activeContact(ctx, r, a.Workspace, desk.ContactID(a.ID))
		if err != nil {
			return v, err
		}
		v.active = c.ID != ""
	}
	if !v.seesAny() {
		return v, denied("You may not see tickets.")
	}
	return v, nil
}

// seesAny reports whether there can be a ticket that the actor sees.
func (v viewer) seesAny() bool {
	if v.Kind == desk.ContactActor {
		return v.active
	}
	return v.May(MayView) || v.seesAssigned()
}

// activeContact returns a contact if it is live and active, else the zero value.
func activeContact(ctx context.Context, r contacts.Reader, w desk.WorkspaceID, id desk.ContactID) (contacts.Contact, error) {
	if !desk.IsID("contact", string(id)) {
		return contacts.Contact{}, nil
	}
	c, err := r.Contact(ctx, w, id)
	switch {
	case desk.KindOf(err) == desk.NotFound:
		return contacts.Contact{}, nil
	case err != nil:
		return contacts.Contact{}, err
	case c.State != contacts.Live || !c.Active:
		return contacts.Contact{}, nil
	}
	return c, nil
}

// need checks that the actor holds the permission. A contact holds none but
// MayCreate, whatever it was given: the others are for the workspace's side.
func need(a desk.Actor, what string, p desk.Permission) error {
	if err := checkActor(a); err != nil {
		return err
	}
	if !a.May(p) || a.Kind == desk.ContactActor && p != MayCreate {
		return denied("You may not %s.", what)
	}
	return nil
}

// shown makes of a ticket what the actor may know of it.
func (v viewer) shown(t *Ticket) {
	if v.seesInternal() {
		return
	}
	t.Messages, t.LastMessageAt, t.Locked = t.PublicMessages, t.LastPublicAt, nil
	if t.CreatedKind != desk.ContactActor || t.CreatedBy != v.ID {
		t.CreatedBy = ""
	}
}
