package notify

import (
	"context"
	"time"

	"github.com/deskfolk/desk"
)

// Channel is a way by which messages leave.
type Channel string

// The channels.
const (
	Email    Channel = "email"
	SMS      Channel = "sms"
	WhatsApp Channel = "whatsapp"
)

// Channels lists the channels.
var Channels = []Channel{Email, SMS, WhatsApp}

// Class says what sort of message a type is.
type Class string

// The classes of messages.
const (
	// Transactional messages belong to what the contact has with the workspace.
	Transactional Class = "service"
	// Marketing messages are not sent to who has opted out of them.
	Marketing Class = "marketing"
	// Direct messages were written by an agent to one recipient. No rule and
	// no preference is asked about them.
	Direct Class = "direct"
)

// The types of messages that the library itself sends.
const (
	TypeCreated     = "ticket.created"
	TypeUpdated     = "ticket.updated"
	TypeClosed      = "ticket.closed"
	TypeCommented   = "ticket.commented"
	TypeParticipant = "ticket.participant_added"
	TypeForm        = "form.assigned"
	TypeTask        = "task.assigned"
	TypeReceived    = "intake.received"
	TypeMarketing   = "marketing.message"
	TypeWhatsApp    = "direct.whatsapp"
	TypeSMS         = "direct.sms"
)

// Type is a type of message.
type Type struct {
	// Name is what [desk.Notice] calls it: "ticket.commented".
	Name string
	// Label and Help say to a person what it is; Group puts types together.
	Label, Help, Group string
	Class              Class
	// Participants: it goes only to those who take part in the notice's ticket
	// and see it.
	Participants bool
	// Always: no rule and no preference keeps it back. It is for what a
	// recipient has just asked for.
	Always bool
	// Least is the smallest preset that has it on; empty: none has.
	Least Preset
	// Expires is after how long the message is not sent any more; 0: never.
	Expires time.Duration
	// Details reads what the message is of, such as a form's title, as the
	// contact that it goes to may see it. It is called when the message leaves; a
	// desk.NotFound or desk.Denied error means that there is nothing to tell any more. It may be nil.
	Details func(ctx context.Context, w desk.WorkspaceID, to desk.ContactID, about string) (Details, error)
	// Default is the template where the workspace has none of its own.
	Default Template
	// AnyoneNew: it answers someone whose address nobody has checked, so that it
	// holds nothing of what came in.
	AnyoneNew bool
}

// Details say what a message is of. All of it is text, never a template.
type Details struct {
	// Title is a form's or task's; Text a sentence or a few.
	Title, Text string
	// Path is where it is found, below the workspace's base URL: "/portal/tasks".
	Path string
	Due  time.Time
}

// Preset is a named set of rules.
type Preset string

// The presets: which types of messages a workspace sends.
const (
	// Minimal: only what a contact waits for, or has to do.
	Minimal Preset = "minimal"
	// Balanced: also where things stand now. It is what a workspace begins with.
	Balanced Preset = "balanced"
	// HighTouch: everything.
	HighTouch Preset = "high_touch"
)

// Presets lists the presets, the quietest first.
var Presets = []Preset{Minimal, Balanced, HighTouch}

// rank orders the presets; 0 is none of them.
func (p Preset) rank() int {
	for i, q := range Presets {
		if p == q {
			return i + 1
		}
	}
	return 0
}

// has reports whether the preset has a type on.
func (p Preset) has(t *Type) bool { return t.Least.rank() > 0 && t.Least.rank() <= p.rank() }

// Builtin returns the library's own types, in the order in which they are
// offered. A host that changes some, such as their Details, gives these as [Options].Types.
func Builtin() []Type {
	return []Type{
		{Name: TypeCreated, Label: "Request received", Help: "The requester is told that a ticket was made.", Group: "Tickets", Class: Transactional, Participants: true, Least: Minimal, Default: defaultCreated},
		{Name: TypeCommented, Label: "New reply", Help: "Those on a ticket get each public message of others.", Group: "Tickets", Class: Transactional, Participants: true, Least: Minimal, Default: defaultCommented},
		{Name: TypeUpdated, Label: "Status changed", Help: "Those on a ticket are told when its status changes.", Group: "Tickets", Class: Transactional, Participants: true, Least: HighTouch, Default: defaultUpdated},
		{Name: TypeClosed, Label: "Ticket closed", Help: "Those on a ticket are told when it is closed.", Group: "Tickets", Class: Transactional, Participants: true, Least: Balanced, Default: defaultClosed},
		{Name: TypeParticipant, Label: "Added to a ticket", Help: "A contact is told that it takes part in a ticket now.", Group: "Tickets", Class: Transactional, Participants: true, Least: Balanced, Default: defaultParticipant},
		{Name: TypeReceived, Label: "Email received", Help: "Who has written by email gets an acknowledgement.", Group: "Tickets", Class: Transactional, Least: Balanced, Default: defaultReceived, AnyoneNew: true},
		{Name: TypeForm, Label: "Form to fill in", Help: "A contact is told of a form that it is asked to fill in.", Group: "Forms and tasks", Class: Transactional, Least: Minimal, Default: defaultForm},
		{Name: TypeTask, Label: "Task assigned", Help: "A contact is told of a task that is its to do.", Group: "Forms and tasks", Class: Transactional, Least: Minimal, Default: defaultTask},
		{Name: TypeMarketing, Label: "News and offers", Help: "Only for contacts who have not opted out of marketing.", Group: "Marketing", Class: Marketing, Least: Balanced, Default: defaultMarketing},
		{Name: TypeWhatsApp, Label: "WhatsApp message by an agent", Help: "A template message that an agent has chosen.", Group: "By agents", Class: Direct},
		{Name: TypeSMS, Label: "SMS by an agent", Help: "A text message that an agent has written.", Group: "By agents", Class: Direct},
	}
}
