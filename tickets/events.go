package tickets

import (
	"slices"
	"time"

	"github.com/deskfolk/desk"
)

// The verbs of this package's events. Their subject is the ticket; what changes
// a contact's part in one stands in the contact's own log too.
const (
	VerbCreated            = "ticket.created"
	VerbUpdated            = "ticket.updated"
	VerbStatus             = "ticket.status_changed"
	VerbPosted             = "ticket.message_posted"
	VerbNoteEdited         = "ticket.note_edited"
	VerbNoteDeleted        = "ticket.note_deleted"
	VerbParticipantAdded   = "ticket.participant_added"
	VerbParticipantChanged = "ticket.participant_changed"
	VerbParticipantRemoved = "ticket.participant_removed"
	VerbDeleted            = "ticket.deleted"
	VerbRestored           = "ticket.restored"
	VerbPurged             = "ticket.purged"
	VerbExported           = "ticket.exported"
	VerbSettings           = "ticket.settings_updated"
)

// Verbs lists the verbs of this package's events.
var Verbs = []string{
	VerbCreated, VerbUpdated, VerbStatus, VerbPosted, VerbNoteEdited, VerbNoteDeleted, VerbParticipantAdded,
	VerbParticipantChanged, VerbParticipantRemoved, VerbDeleted, VerbRestored, VerbPurged, VerbExported, VerbSettings,
}

// The types of notices.
const (
	// NoticeCreated is for the requester of a new ticket.
	NoticeCreated = "ticket.created"
	// NoticeUpdated is of a new status, for requester and participants.
	NoticeUpdated = "ticket.updated"
	// NoticeClosed is NoticeUpdated for a status that closes the ticket.
	NoticeClosed = "ticket.closed"
	// NoticeCommented is of a public message, for requester and participants
	// but its author. Internal messages make none.
	NoticeCommented = "ticket.commented"
	// NoticeParticipant is for a contact that was made a participant.
	NoticeParticipant = "ticket.participant_added"
)

// Notices lists the types of notices.
var Notices = []string{NoticeCreated, NoticeUpdated, NoticeClosed, NoticeCommented, NoticeParticipant}

func (s *Service) entries(a desk.Actor, now time.Time, cause string) *desk.Entries {
	return &desk.Entries{IDs: s.ids, Actor: a, Now: now, Cause: cause}
}

// told are the contacts that might be told of what happens on a ticket, but
// for one. Whether each is live and active is looked at when the message leaves.
func told(ps []Participation, but desk.ContactID) []desk.ContactID {
	var to []desk.ContactID
	for _, p := range ps {
		if p.Contact != but && SeesAs(p.Role, true, Live) {
			to = append(to, p.Contact)
		}
	}
	slices.Sort(to)
	return to
}
