package tickets

import (
	"context"
	"slices"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Act is something that is done with a ticket.
type Act string

// The acts that Explain knows.
const (
	ToSee     Act = "see"
	ToComment Act = "comment"
	ToClose   Act = "close"
)

// Acts lists the acts.
var Acts = []Act{ToSee, ToComment, ToClose}

// Explain says, gate by gate, why a contact may or may not do something with a
// ticket: whether the ticket is live, the contact live and active, as what it
// takes part. With an empty contact it says why the actor itself may or may
// not. The actor needs to see the ticket; of one that it does not see, nothing
// is said but that.
func (s *Service) Explain(ctx context.Context, a desk.Actor, id desk.TicketID, contact desk.ContactID, act Act) ([]desk.Decision, error) {
	const op = "tickets.Explain"
	if !slices.Contains(Acts, act) {
		return nil, desk.In(op, invalid("act", "There is no such act."))
	}
	v, err := s.viewer(ctx, s.store, a)
	switch {
	case desk.KindOf(err) == desk.Denied && contact == "":
		return []desk.Decision{{Gate: "grant", Reason: desk.MessageOf(err)}}, nil
	case err != nil:
		return nil, desk.In(op, err)
	case v.Kind == desk.ContactActor && contact != "" && contact != v.contact():
		return nil, desk.In(op, notFound())
	}
	t, err := s.see(ctx, s.store, v, id)
	if desk.KindOf(err) == desk.NotFound && contact == "" {
		return []desk.Decision{{Gate: "ticket", Reason: "There is no such ticket that you see."}}, nil
	}
	if err != nil {
		return nil, desk.In(op, err)
	}
	if contact == "" && v.Kind != desk.ContactActor {
		return explainMember(v, &t, act), nil
	}
	if contact == "" {
		contact = v.contact()
	}
	ds, err := s.explainContact(ctx, v, &t, contact, act)
	return ds, desk.In(op, err)
}

// decision words one gate.
func decision(gate string, allowed bool, yes, no string) desk.Decision {
	if allowed {
		return desk.Decision{Allowed: true, Gate: gate, Reason: yes}
	}
	return desk.Decision{Gate: gate, Reason: no}
}

func ticketGate(t *Ticket) desk.Decision {
	return decision("ticket", t.State == Live, "The ticket is live.", "The ticket is in the recycle bin.")
}

func explainMember(v viewer, t *Ticket, act Act) []desk.Decision {
	ds := []desk.Decision{ticketGate(t), decision("grant", true, "The role sees the ticket.", "")}
	switch act {
	case ToComment:
		ds = append(ds, decision("grant", v.May(MayReply), "The role may write messages.", "The role does not have the permission "+string(MayReply)+"."))
	case ToClose:
		ds = append(ds, decision("grant", v.May(MayModify), "The role may change tickets.", "The role does not have the permission "+string(MayModify)+"."))
	}
	return append(ds, lockGate(t, act)...)
}

// lockGate is the gate that a template shuts.
func lockGate(t *Ticket, act Act) []desk.Decision {
	if act != ToClose || !slices.Contains(t.Locked, "status") {
		return nil
	}
	return []desk.Decision{{Gate: "field", Reason: "The status was set by the ticket's template and cannot be changed."}}
}

func (s *Service) explainContact(ctx context.Context, v viewer, t *Ticket, contact desk.ContactID, act Act) ([]desk.Decision, error) {
	ps, err := s.store.Participations(ctx, v.Workspace, []desk.TicketID{t.ID})
	if err != nil {
		return nil, err
	}
	role := roleOf(ps, contact)
	ds := []desk.Decision{ticketGate(t)}
	// Of a contact that is not on the ticket, and not the actor's to see, no
	// more is said than that.
	var c contacts.Contact
	if desk.IsID("contact", string(contact)) {
		if c, err = s.store.Contact(ctx, v.Workspace, contact); err != nil && desk.KindOf(err) != desk.NotFound {
			return nil, err
		}
	}
	known := c.ID != "" && (role != "" || contact == v.contact() || contacts.Sees(v.Actor, &c))
	switch {
	case !known:
		return append(ds, desk.Decision{Gate: "contact", Reason: "There is no such contact."}), nil
	case c.State != contacts.Live:
		ds = append(ds, desk.Decision{Gate: "contact", Reason: "The contact is not live."})
	default:
		ds = append(ds, decision("contact", c.Active, "The contact is active.", "The contact is not active."))
	}
	return append(append(ds, roleGate(role, act)), lockGate(t, act)...), nil
}

// roleGate is the gate of a contact's part in the ticket.
func roleGate(role Role, act Act) desk.Decision {
	const gate = "participation"
	switch {
	case role == "":
		return desk.Decision{Gate: gate, Reason: "The contact does not take part in the ticket."}
	case role == Pending:
		return desk.Decision{Gate: gate, Reason: "The contact was named by someone else, and waits until a member makes it a participant."}
	case role != Requester && act == ToClose:
		return desk.Decision{Gate: gate, Reason: "Only the requester closes the ticket."}
	}
	return desk.Decision{Allowed: true, Gate: gate, Reason: "The contact takes part as " + string(role) + "."}
}
