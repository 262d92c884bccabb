package storage

import (
	"context"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets"
)

var (
	participantTable = newTable("desk_ticket_participants", "=workspace_id", "ticket_id", "contact_id", "role", "added_at:bigint", "added_by").
				or(` ON CONFLICT (workspace_id, ticket_id, contact_id) DO UPDATE SET role = excluded.role`)
	updateTicket = ticketUpdate()
)

// ticketUpdate writes the update of a whole ticket: its arguments are the
// columns of ticketTable, and the version that is stored.
func ticketUpdate() string {
	var set []string
	for i, c := range ticketTable.columns[2:] {
		set = append(set, c+" = "+dollar(i+3))
	}
	return "UPDATE desk_tickets SET " + strings.Join(set, ", ") + " WHERE workspace_id = $1 AND id = $2 AND version = " + dollar(len(ticketTable.columns)+1)
}

// LockTicket reads a ticket and keeps others from changing it until the end.
func (t writer) LockTicket(ctx context.Context, w desk.WorkspaceID, id desk.TicketID) (tickets.Ticket, error) {
	return scanTicket(t.queryRow(ctx, ticketFrom+`t.id = $2`+t.d.ForUpdate, string(w), string(id)))
}

// NextTicketNumber returns the workspace's next number. Others that want one
// wait until the transaction ends.
func (t writer) NextTicketNumber(ctx context.Context, w desk.WorkspaceID) (int64, error) {
	var n int64
	err := t.queryRow(ctx, `INSERT INTO desk_ticket_state (workspace_id, last_number) VALUES ($1, 1)
		ON CONFLICT (workspace_id) DO UPDATE SET last_number = desk_ticket_state.last_number + 1 RETURNING last_number`, string(w)).Scan(&n)
	return n, err
}

// InsertTicket adds a ticket with those who take part.
func (t writer) InsertTicket(ctx context.Context, w desk.WorkspaceID, r tickets.Record, ps []tickets.Participation) error {
	values := make([]any, len(ticketTable.columns))
	if err := ticketValues(w, &r.Ticket, values); err != nil {
		return err
	}
	if _, err := t.exec(ctx, ticketTable.one, values...); err != nil {
		return err
	}
	if err := t.PutParticipations(ctx, w, ps); err != nil {
		return err
	}
	return t.putTicketEntry(ctx, w, r, true)
}

// UpdateTicket replaces a ticket whose stored version is was.
func (t writer) UpdateTicket(ctx context.Context, w desk.WorkspaceID, r tickets.Record, was int64) error {
	values := make([]any, len(ticketTable.columns)+1)
	if err := ticketValues(w, &r.Ticket, values); err != nil {
		return err
	}
	values[len(values)-1] = was
	n, err := changed(t.exec(ctx, updateTicket, values...))
	if err == nil && n == 0 {
		err = stale()
	}
	if err != nil {
		return err
	}
	if r.Index.Facets == nil {
		return nil
	}
	return t.putTicketEntry(ctx, w, r, false)
}

// PutParticipations adds or replaces who takes part, one after the other: a
// ticket has one requester at most at any moment.
func (t writer) PutParticipations(ctx context.Context, w desk.WorkspaceID, ps []tickets.Participation) error {
	for _, p := range ps {
		_, err := t.exec(ctx, participantTable.one, string(w), string(p.Ticket), string(p.Contact), string(p.Role), micros(p.AddedAt), p.AddedBy)
		if err != nil {
			return err
		}
	}
	return nil
}

// DeleteParticipation takes a contact off a ticket.
func (t writer) DeleteParticipation(ctx context.Context, w desk.WorkspaceID, id desk.TicketID, c desk.ContactID) error {
	_, err := t.exec(ctx, `DELETE FROM desk_ticket_participants WHERE workspace_id = $1 AND ticket_id = $2 AND contact_id = $3`, string(w), string(id), string(c))
	return err
}
