package tickets

import (
	"context"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// What is here is for packages that keep what belongs to tickets, or make
// them by rules of their own.

// Seen is [Service.Get] within the caller's transaction, with all that the
// ticket says: the rule about who sees it is asked, not repeated.
func Seen(ctx context.Context, r Reader, a desk.Actor, id desk.TicketID) (Ticket, error) {
	s := &Service{}
	_, t, err := s.look(ctx, r, a, id)
	return t, err
}

// Sight says which tickets an actor sees as conditions that a store can put
// into a query. It is the rule of [Seen]. The zero value is all live tickets.
type Sight struct {
	// None: there is no ticket that the actor sees.
	None bool
	// Contact: those in which this contact is requester or participant. It
	// must have been found to be live and active.
	Contact desk.ContactID
	// Assignee: those assigned to this member only.
	Assignee string
	// Binned: those in the bin too.
	Binned bool
}

// SightOf returns which tickets the actor sees.
func SightOf(a desk.Actor) Sight {
	v := viewer{Actor: a}
	switch {
	case a.Kind == desk.ContactActor:
		return Sight{Contact: v.contact()}
	case a.May(MayView):
		return Sight{Binned: v.seesBin()}
	case v.seesAssigned():
		return Sight{Assignee: a.ID, Binned: v.seesBin()}
	}
	return Sight{None: true}
}

// SettingsOf returns the workspace's settings with the defaults in place of
// what is empty, within the caller's transaction.
func SettingsOf(ctx context.Context, r Reader, w desk.WorkspaceID) (Settings, error) {
	return settingsOf(ctx, r, w)
}

// CreateDecided is [Service.CreateIn] for a ticket that another package has
// decided on, such as requests by their templates. For a contact it needs no
// permission, and takes all fields and any live contacts to take part: that the
// contact may say so is for the caller to have checked.
func (s *Service) CreateDecided(ctx context.Context, tx Tx, a desk.Actor, n NewTicket) (Ticket, error) {
	const op = "tickets.CreateDecided"
	if a.Kind != desk.ContactActor {
		return s.CreateIn(ctx, tx, a, n)
	}
	if err := checkActor(a); err != nil {
		return Ticket{}, desk.In(op, err)
	}
	t, err := s.make(ctx, tx, a, n, true)
	return t, desk.In(op, err)
}

// linkable returns those of the contacts that may take part in the ticket.
func (c *creation) linkable(ctx context.Context, ids []desk.ContactID) (map[desk.ContactID]contacts.Contact, error) {
	if !c.decided {
		return linkable(ctx, c.tx, c.a, ids)
	}
	cs, err := c.tx.Contacts(ctx, c.a.Workspace, ids)
	m := make(map[desk.ContactID]contacts.Contact, len(cs))
	for _, x := range cs {
		if x.State == contacts.Live {
			m[x.ID] = x
		}
	}
	return m, err
}

// KeepFile keeps a file under an id that has none yet, by the rules of the
// files of messages, and returns what is to be said of it. One of more than
// limit bytes is desk.Limited, one that cannot be read desk.Invalid; both blame
// "attachments".
func KeepFile(ctx context.Context, tx Tx, w desk.WorkspaceID, id desk.AttachmentID, f NewAttachment, limit int64) (Attachment, error) {
	x := Attachment{ID: id, Name: fileName(f.Name), Type: fileType(f.Type)}
	if f.Open == nil {
		return Attachment{}, invalid("attachments", "The file %s has no contents to read.", x.Name)
	}
	err := keepFile(ctx, tx, w, &x, f, limit)
	return x, err
}
