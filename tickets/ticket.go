package tickets

import (
	"time"

	"github.com/deskfolk/desk"
)

// Ticket is one matter that somebody asks the workspace about.
type Ticket struct {
	ID desk.TicketID
	// Version counts the changes of the ticket's own fields; an update names
	// the version it was made on. Messages and participants do not count.
	Version int64
	// Number is the ticket's number in the workspace, from 1.
	Number  int64
	Subject string
	// Status, Priority and Category are keys of the workspace's [Settings];
	// the category may be empty.
	Status, Priority, Category string
	// Assignee is the id of the member who works on it, or empty.
	Assignee string
	// Requester is the contact who asks; empty if there is none, or no more.
	Requester desk.ContactID
	// CompanyID and Company are the company it is for, and its name.
	CompanyID desk.CompanyID
	Company   string
	Channel   Channel
	// Template is the request template it was made from, or empty.
	Template desk.TemplateID
	// Locked names the fields that can no longer be changed.
	Locked []string
	State  State
	// Messages is the number of messages that the actor may see; PublicMessages
	// that of the public ones.
	Messages, PublicMessages int
	// Paused is the reason why the ticket waits for a decision, or empty.
	Paused string

	CreatedAt time.Time
	// UpdatedAt is the time of the last change or public message.
	UpdatedAt time.Time
	// ClosedAt is when the ticket got a status of the class Closed; zero while
	// it is open.
	ClosedAt time.Time
	// LastMessageAt is the time of the last message that the actor may see;
	// LastPublicAt that of the last public one.
	LastMessageAt, LastPublicAt time.Time
	DeletedAt                   time.Time
	// CreatedKind and CreatedBy are who made it.
	CreatedKind desk.ActorKind
	CreatedBy   string
}

// Open reports whether the ticket is not closed.
func (t Ticket) Open() bool { return t.ClosedAt.IsZero() }

// State says where a ticket is in its life.
type State int

// The states of a ticket.
const (
	// Live tickets are listed and found.
	Live State = iota
	// Binned tickets wait in the recycle bin for [BinDays].
	Binned
)

// Channel is the way by which a ticket or a message came.
type Channel string

// The channels.
const (
	ByEmail    Channel = "email"
	ByPortal   Channel = "portal"
	ByAgent    Channel = "agent"
	ByAPI      Channel = "api"
	ByPhone    Channel = "phone"
	ByWhatsApp Channel = "whatsapp"
	ByForm     Channel = "form"
)

// Channels lists the channels.
var Channels = []Channel{ByEmail, ByPortal, ByAgent, ByAPI, ByPhone, ByWhatsApp, ByForm}

// Role is as what a contact takes part in a ticket.
type Role string

// The roles.
const (
	// Requester asks: sees the ticket, is told, writes, closes and opens again.
	// A ticket has one at most.
	Requester Role = "requester"
	// Participating contacts see the ticket, are told and write.
	Participating Role = "participant"
	// Pending contacts were named by someone else, such as in a mail's Cc. They
	// see nothing and are told nothing until a member makes them participants.
	Pending Role = "pending"
)

// Roles lists the roles.
var Roles = []Role{Requester, Participating, Pending}

// Participant is a contact on a ticket.
type Participant struct {
	Contact desk.ContactID
	Role    Role
	// Name and Email are the contact's, as far as the actor may see them.
	Name, Email string
	// Active reports that the contact is live and active: only then it sees
	// the ticket and is told.
	Active  bool
	AddedAt time.Time
	AddedBy string
}

// The limits of a ticket.
const (
	// MaxParticipants is how many contacts a ticket can have, in all roles.
	MaxParticipants = 100
	maxSubject      = 500
	maxLocked       = 20
)

// NewTicket is what a ticket is made of. Only the subject, or a message, is
// needed.
type NewTicket struct {
	// Subject is at most 500 characters; empty: the beginning of the message.
	Subject string
	// Status, Priority and Category are keys of the settings; empty: the defaults.
	Status, Priority, Category string
	Assignee                   string
	Requester                  desk.ContactID
	// CompanyID is the company it is for; nil: the requester's, pointing to "": none.
	CompanyID *desk.CompanyID
	Channel   Channel // empty: by the kind of actor
	Template  desk.TemplateID
	// Locked names fields of [Patch] that cannot be changed later: subject,
	// status, priority, category, assignee, company.
	Locked []string
	// Participants take part from the start; Pending contacts do not yet.
	Participants, Pending []desk.ContactID
	// Message is the first message.
	Message *NewMessage
	// Quiet tells nobody.
	Quiet bool
	// Cause is kept with the events, such as an intake's id.
	Cause string
}

// Patch changes the fields that are not nil.
type Patch struct {
	// Version is that of the ticket the change was made on.
	Version                                       int64
	Subject, Status, Priority, Category, Assignee *string
	// CompanyID pointing to "" takes the company away.
	CompanyID *desk.CompanyID
	// Quiet tells nobody.
	Quiet bool
	Cause string
}
