package intake

import (
	"context"
	"slices"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// find finds the ticket that the message answers, by a token that only we can
// have made (R72): in an address that it was sent to, in In-Reply-To, in
// References. A number in the subject says nothing.
func (t *taking) find(ctx context.Context, tx Tx) error {
	if err := t.findMember(ctx, tx); err != nil || t.thread != nil {
		return err
	}
	places := append(t.recipients(), t.m.InReplyTo...)
	for _, r := range slices.Backward(t.m.References) {
		places = append(places, r)
	}
	for _, s := range places {
		if th, ok := t.s.threads.Parse(t.a.Workspace, s); ok {
			return t.enter(ctx, tx, th)
		}
	}
	return nil
}

// enter goes to the ticket of a token. One that is in the bin, or gone, is none.
func (t *taking) enter(ctx context.Context, tx Tx, th tickets.Thread) error {
	ticket, err := tx.Ticket(ctx, t.a.Workspace, th.Ticket)
	switch {
	case desk.KindOf(err) == desk.NotFound:
		return nil
	case err != nil:
		return err
	case ticket.State == tickets.Live:
		t.thread = &ticket
	}
	return nil
}

// ask asks the host whether the sender's address is a member's.
func (t *taking) ask(ctx context.Context) error {
	if t.s.member == nil || t.m.From.Email == "" {
		return nil
	}
	who, ok, err := t.s.member(ctx, t.a.Workspace, t.m.From.Email)
	if err != nil || !ok || who.Kind != desk.MemberActor || who.Workspace != t.a.Workspace {
		return err
	}
	who.Key = ""
	t.who = &who
	return nil
}

// findMember finds out whether a member of the workspace wrote: with a token
// that was made for this member, who is one still. An address alone is nobody (R74).
func (t *taking) findMember(ctx context.Context, tx Tx) error {
	if t.who == nil || t.m.AutoReply || t.m.Bounce {
		return nil
	}
	var tokens []string
	for _, s := range t.recipients() {
		if local, _, _ := strings.Cut(s, "@"); strings.Contains(local, "+") {
			tokens = append(tokens, s)
		}
	}
	for _, s := range tokens {
		if th, ok := t.s.threads.ParseMember(t.a.Workspace, t.who.ID, s); ok {
			if err := t.enter(ctx, tx, th); err != nil || t.thread == nil {
				return err
			}
			t.member = t.who
			return nil
		}
	}
	return nil
}

// postAsMember writes the message as the member's own, with what the member
// may do now.
func (t *taking) postAsMember(ctx context.Context, tx Tx) error {
	n, err := t.message(ctx, tx)
	if err != nil {
		return err
	}
	n.Email = nil // the mail's data is that of contacts
	msg, err := t.s.tickets.PostIn(ctx, tx, *t.member, t.thread.ID, n)
	if k := desk.KindOf(err); k == desk.Denied || k == desk.NotFound {
		return desk.Errorf(desk.Conflict, "", "The member who wrote this may not write on the ticket.")
	}
	t.threaded(msg)
	return err
}

func (t *taking) threaded(msg tickets.Message) {
	t.rec.Outcome, t.rec.Ticket, t.rec.Message = Threaded, t.thread.ID, msg.ID
}

// note adds an automatic answer or a report to its ticket, for members only:
// nobody is told, and nothing is opened again.
func (t *taking) note(ctx context.Context, tx Tx) error {
	n, err := t.message(ctx, tx)
	if err != nil {
		return err
	}
	n.Kind, n.Quiet = tickets.Internal, true
	msg, err := t.s.tickets.PostIn(ctx, tx, t.w, t.thread.ID, n)
	t.threaded(msg)
	return err
}

// answer adds a message to its ticket. A sender who takes no part in it, or
// waits, is put there to wait: the message is kept, and nobody is mailed of it
// until a member has let the sender in (R73).
func (t *taking) answer(ctx context.Context, tx Tx, sender contacts.Contact) error {
	parts, err := tx.Participations(ctx, t.a.Workspace, []desk.TicketID{t.thread.ID})
	if err != nil {
		return err
	}
	n, err := t.message(ctx, tx)
	if err != nil {
		return err
	}
	n.Contact = sender.ID
	n.Quiet = !takesPart(parts, sender.ID)
	if sender.ID == "" {
		n.Kind = tickets.Internal // of nobody: for members to look at
	}
	msg, err := t.s.tickets.PostIn(ctx, tx, t.w, t.thread.ID, n)
	if err != nil {
		return err
	}
	t.threaded(msg)
	wait := t.others(ctx, tx, sender.ID)
	if wait.err != nil {
		return wait.err
	}
	if n.Quiet && sender.ID != "" {
		wait.ids = append([]desk.ContactID{sender.ID}, wait.ids...)
	}
	return t.wait(ctx, tx, parts, wait.ids)
}

func takesPart(parts []tickets.Participation, c desk.ContactID) bool {
	return c != "" && slices.ContainsFunc(parts, func(p tickets.Participation) bool {
		return p.Contact == c && p.Role != tickets.Pending
	})
}

// wait puts contacts on the ticket who are not on it yet, as far as there is room.
func (t *taking) wait(ctx context.Context, tx Tx, parts []tickets.Participation, ids []desk.ContactID) error {
	n := len(parts)
	for _, id := range ids {
		if slices.ContainsFunc(parts, func(p tickets.Participation) bool { return p.Contact == id }) {
			continue
		}
		if n++; n > tickets.MaxParticipants {
			return nil
		}
		if err := t.s.tickets.AddIn(ctx, tx, t.w, t.thread.ID, id, tickets.Pending); err != nil {
			return err
		}
	}
	return nil
}

// people are contacts, or why they could not be had.
type people struct {
	ids []desk.ContactID
	err error
}

// others finds or makes the contacts of To, Cc and the further authors, but
// for the sender, our own addresses and the members'.
func (t *taking) others(ctx context.Context, tx Tx, sender desk.ContactID) people {
	var p people
	if t.m.List {
		return p
	}
	seen := map[string]bool{"": true, t.m.From.Key(): true}
	for _, a := range slices.Concat(t.m.Authors, t.m.To, t.m.Cc) {
		key := a.Key()
		if len(p.ids) >= t.set.pending() || seen[key] || t.ours(a.Email) {
			continue
		}
		seen[key] = true
		c, _, err := t.s.people.FromSenderIn(ctx, tx, t.w, contacts.Sender{Email: a.Email, Name: a.Name})
		if err != nil {
			p.err = err
			return p
		}
		if c.ID != sender && !slices.Contains(p.ids, c.ID) {
			p.ids = append(p.ids, c.ID)
		}
	}
	return p
}

// ours reports whether the address is one of the workspace's own, with or
// without a token.
func (t *taking) ours(address string) bool {
	if t.set.mailbox(address) != nil || t.d.Mailbox != "" && withoutPlus(address) == withoutPlus(t.d.Mailbox) {
		return true
	}
	key := withoutPlus(address)
	for _, to := range t.d.To {
		if withoutPlus(to) == key {
			return true
		}
	}
	if len(t.set.Mailboxes) == 0 && len(t.d.To) == 0 && t.d.Mailbox == "" && len(t.m.To) > 0 && t.m.To[0].Email == address {
		return true // nothing is known of our addresses: the first one that it was sent to is
	}
	_, token := t.s.threads.Parse(t.a.Workspace, address)
	return token
}
