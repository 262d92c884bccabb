package tickets

import (
	"context"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Draft returns a new ticket for a contact as a form begins with it: the
// contact's company is chosen already, and status, priority and category are
// the workspace's defaults. It makes nothing. It needs MayCreate and a live
// contact that the actor sees.
func (s *Service) Draft(ctx context.Context, a desk.Actor, contact desk.ContactID) (NewTicket, error) {
	const op = "tickets.Draft"
	if err := need(a, "make tickets", MayCreate); err != nil {
		return NewTicket{}, desk.In(op, err)
	}
	people, err := linkable(ctx, s.store, a, []desk.ContactID{contact})
	if err != nil {
		return NewTicket{}, desk.In(op, err)
	}
	c, ok := people[contact]
	if !ok {
		return NewTicket{}, desk.In(op, desk.Errorf(desk.NotFound, "", "There is no such contact."))
	}
	set, err := settingsOf(ctx, s.store, a.Workspace)
	if err != nil {
		return NewTicket{}, desk.In(op, err)
	}
	n := NewTicket{Requester: c.ID, Category: set.DefaultCategory}
	if a.Kind != desk.ContactActor {
		n.Status, n.Priority = set.DefaultStatus, set.DefaultPriority
	}
	if contacts.AccessTo(a, "company") != desk.Hidden {
		n.CompanyID = &c.CompanyID
	}
	n.Channel, err = channelFor(a, "")
	return n, desk.In(op, err)
}
