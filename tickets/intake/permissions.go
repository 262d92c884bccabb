package intake

import (
	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// The permissions of this package.
const (
	// MayTake: take messages in. What is made of a message (contacts, tickets,
	// messages) is made by the service, whatever else the actor may do.
	MayTake desk.Permission = "intake.take"
	// MayInspect: see what was taken in, rejected or ignored, with the raw
	// messages, and try a message again.
	MayInspect desk.Permission = "intake.inspect"
	// MaySettings: change the mailboxes and whom to trust.
	MaySettings desk.Permission = "intake.settings"
)

// Permissions lists the permissions of this package.
var Permissions = []desk.Permission{MayTake, MayInspect, MaySettings}

// The verbs of this package's events. Their subject is the ticket, or for a
// message that made none the intake's id.
const (
	VerbRejected     = "intake.rejected"
	VerbIgnored      = "intake.ignored"
	VerbAcknowledged = "intake.acknowledged"
	VerbSettings     = "intake.settings_updated"
)

// Verbs lists the verbs of this package's events.
var Verbs = []string{VerbRejected, VerbIgnored, VerbAcknowledged, VerbSettings}

// NoticeReceived asks that the sender of a first message be told that it has
// arrived, in words that hold nothing of the message: neither its subject nor
// its text nor the sender's name. Who is known already gets
// tickets.NoticeCreated instead.
const NoticeReceived = "intake.received"

// Notices lists the types of this package's notices.
var Notices = []string{NoticeReceived}

// worker is the actor that makes what a message brings.
func worker(w desk.WorkspaceID) desk.Actor {
	return desk.Actor{Workspace: w, Kind: desk.SystemActor, ID: "intake", Grants: workGrants}
}

var workGrants = []desk.Permission{
	contacts.MayView, contacts.MayCreate, tickets.MayView, tickets.MayCreate, tickets.MayReply, tickets.MayNote, tickets.MayParticipants,
}

func need(a desk.Actor, what string, p desk.Permission) error {
	if err := contacts.CheckActor(a); err != nil {
		return err
	}
	if !a.May(p) || a.Kind == desk.ContactActor {
		return desk.Errorf(desk.Denied, "", "You may not %s.", what)
	}
	return nil
}
