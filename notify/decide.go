package notify

import (
	"time"

	"github.com/deskfolk/desk"
)

// Part is what a contact has to do with a message's ticket.
type Part uint8

// The parts. The zero value is the one that gets nothing.
const (
	// NoPart: it does not take part in the ticket, or there is no such ticket.
	NoPart Part = iota
	// PendingPart: it wrote to a ticket and nobody has let it in yet.
	PendingPart
	// FullPart: it sees the ticket, as requester or participant.
	FullPart
	// NoTicket: the message needs no part in a ticket.
	NoTicket
)

// Facts are what a decision is made of, as they are when the message leaves.
type Facts struct {
	// Rule: the workspace sends such messages. Wanted: the contact wants them.
	Rule, Wanted bool
	Class        Class
	Channel      Channel
	// There: the contact is neither in the bin nor merged. Active: it is not
	// deactivated. OptOut: it gets no marketing. None of these is asked of a
	// number that belongs to nobody (Anonymous).
	Anonymous, There, Active, OptOut bool
	Part                             Part
	// Gone: what the message is of is not there any more.
	Gone bool
	// Reachable: there is an address for the channel.
	Reachable bool
	// CallAllowed is the answer of the check before SMS and WhatsApp;
	// CallReason its reason.
	CallAllowed bool
	CallReason  string
	// Expires is when the message is too late, Now the time.
	Expires, Now time.Time
}

// gate is one question; ok is the answer.
type gate struct {
	name    string
	ok      func(f Facts) bool
	yes, no string
}

// gates are asked in this order. A gate that a message does not have to pass
// allows it without a word.
var gates = [...]gate{
	{"time", func(f Facts) bool { return f.Expires.IsZero() || f.Now.Before(f.Expires) },
		"It is not too late.", "It is too late: the message was good until a time that has passed."},
	{"workspace", func(f Facts) bool { return f.Rule },
		"The workspace sends such messages.", "The workspace does not send such messages."},
	{"contact", func(f Facts) bool { return f.Anonymous || f.There && f.Active },
		"The contact is active.", "The contact is deactivated, in the recycle bin or merged into another."},
	{"participation", func(f Facts) bool { return f.Part >= FullPart },
		"The contact takes part in the ticket.", "The contact does not take part in the ticket, or the ticket is in the bin."},
	{"content", func(f Facts) bool { return !f.Gone },
		"There is something to tell.", "What the message is of is not there any more."},
	{"preference", func(f Facts) bool { return f.Wanted },
		"The contact wants such messages.", "The contact has turned off such messages."},
	{"marketing", func(f Facts) bool { return f.Class != Marketing || !f.OptOut },
		"The contact has not opted out of marketing.", "The contact has opted out of marketing."},
	{"address", func(f Facts) bool { return f.Reachable },
		"The contact can be reached.", "The contact has no address for this channel."},
	{"call_preference", func(f Facts) bool { return f.Channel == Email || f.CallAllowed },
		"The contact may be called or texted now.", "The contact may not be called or texted now."},
}

// allowed is the decision when every gate is open.
var allowed = desk.Decision{Allowed: true, Gate: "all", Reason: "The workspace sends such messages and the contact wants them."}

// Decide says whether the message goes out: all gates have to be open, and the
// first that is not is the reason. It depends on nothing but its argument and
// does not allocate.
func Decide(f Facts) desk.Decision {
	for i := range gates {
		g := &gates[i]
		if !g.ok(f) {
			return g.closed(f)
		}
	}
	return allowed
}

// Gates returns the answers of all gates, in the order in which they are asked.
func Gates(f Facts) []desk.Decision {
	ds := make([]desk.Decision, len(gates))
	for i := range gates {
		g := &gates[i]
		if ds[i] = (desk.Decision{Allowed: true, Gate: g.name, Reason: g.yes}); !g.ok(f) {
			ds[i] = g.closed(f)
		}
	}
	return ds
}

func (g *gate) closed(f Facts) desk.Decision {
	d := desk.Decision{Gate: g.name, Reason: g.no}
	switch {
	case g.name == "participation" && f.Part == PendingPart:
		d.Reason = "The contact is pending: nobody has let it into the ticket yet."
	case g.name == "call_preference" && f.CallReason != "":
		d.Reason = f.CallReason
	}
	return d
}
