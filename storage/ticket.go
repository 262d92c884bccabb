package storage

import (
	"context"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets"
)

// Tickets is the store of package tickets: the same database, whose Update
// gives what that package writes with.
type Tickets struct{ *DB }

var (
	_ tickets.Store = (*Tickets)(nil)
	_ tickets.Tx    = writer{}
)

// Tickets returns the store of package tickets.
func (db *DB) Tickets() *Tickets { return &Tickets{db} }

// Update is DB.Update for package tickets.
func (s *Tickets) Update(ctx context.Context, fn func(tickets.Tx) error) error {
	return s.update(ctx, func(t writer) error { return fn(t) })
}

// ticketRealm is the tickets' part of the search index.
const ticketRealm = "ticket"

const (
	ticketColumns = `t.id, t.version, t.number, t.state, t.subject, t.status, t.priority, t.category, t.assignee,
		COALESCE(t.requester_id, ''), COALESCE(t.company_id, ''),
		COALESCE((SELECT o.name FROM desk_companies AS o WHERE o.workspace_id = t.workspace_id AND o.id = t.company_id), ''),
		t.channel, t.template_id, t.locked, t.paused, t.messages, t.public_messages, t.last_message_at, t.last_public_at,
		t.created_at, t.created_kind, t.created_by, t.updated_at, t.closed_at, t.deleted_at`
	ticketFrom = `SELECT ` + ticketColumns + ` FROM desk_tickets AS t WHERE t.workspace_id = $1 AND `
)

var ticketTable = newTable("desk_tickets", "=workspace_id", "id", "version:bigint", "number:bigint", "state:bigint",
	"subject", "status", "priority", "category", "assignee", "requester_id", "company_id", "channel", "template_id", "locked", "paused",
	"messages:bigint", "public_messages:bigint", "last_message_at:bigint", "last_public_at:bigint",
	"created_at:bigint", "created_kind", "created_by", "updated_at:bigint", "closed_at:bigint", "deleted_at:bigint")

// ticketValues are the values of ticketTable.
func ticketValues(w desk.WorkspaceID, t *tickets.Ticket, v []any) error {
	locked, err := listText(len(t.Locked), t.Locked)
	if err != nil {
		return err
	}
	copy(v, []any{
		string(w), string(t.ID), t.Version, t.Number, int64(t.State),
		t.Subject, t.Status, t.Priority, t.Category, t.Assignee, orNull(t.Requester), orNull(t.CompanyID), string(t.Channel), string(t.Template), locked, t.Paused,
		int64(t.Messages), int64(t.PublicMessages), micros(t.LastMessageAt), micros(t.LastPublicAt),
		micros(t.CreatedAt), string(t.CreatedKind), t.CreatedBy, micros(t.UpdatedAt), micros(t.ClosedAt), micros(t.DeletedAt),
	})
	return nil
}

// scanTicket reads ticketColumns.
func scanTicket(row scanner) (tickets.Ticket, error) {
	var t tickets.Ticket
	var locked string
	var message, public, created, updated, closed, deleted int64
	err := row.Scan((*string)(&t.ID), &t.Version, &t.Number, &t.State, &t.Subject, &t.Status, &t.Priority, &t.Category, &t.Assignee,
		(*string)(&t.Requester), (*string)(&t.CompanyID), &t.Company, (*string)(&t.Channel), (*string)(&t.Template), &locked, &t.Paused,
		&t.Messages, &t.PublicMessages, &message, &public,
		&created, (*string)(&t.CreatedKind), &t.CreatedBy, &updated, &closed, &deleted)
	if err != nil {
		return tickets.Ticket{}, err
	}
	t.LastMessageAt, t.LastPublicAt, t.CreatedAt = instant(message), instant(public), instant(created)
	t.UpdatedAt, t.ClosedAt, t.DeletedAt = instant(updated), instant(closed), instant(deleted)
	return t, readList(locked, &t.Locked)
}

// Ticket returns a ticket in any state.
func (r *rows) Ticket(ctx context.Context, w desk.WorkspaceID, id desk.TicketID) (tickets.Ticket, error) {
	return scanTicket(r.queryRow(ctx, ticketFrom+`t.id = $2`, string(w), string(id)))
}

// TicketByNumber returns the ticket with a number.
func (r *rows) TicketByNumber(ctx context.Context, w desk.WorkspaceID, number int64) (tickets.Ticket, error) {
	return scanTicket(r.queryRow(ctx, ticketFrom+`t.number = $2`, string(w), number))
}

// TicketList returns those of the tickets that there are, in no order.
func (r *rows) TicketList(ctx context.Context, w desk.WorkspaceID, ids []desk.TicketID) ([]tickets.Ticket, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	query := lookUp{columns: ticketColumns, table: "desk_tickets AS t", where: `t.workspace_id = $1`, column: "t.id", n: 2}
	rs, err := r.query(ctx, query.sql(r.d), string(w), r.d.texts(plain(ids)))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	all := make([]tickets.Ticket, 0, len(ids))
	for rs.Next() {
		t, err := scanTicket(rs)
		if err != nil {
			return nil, r.mapError(err)
		}
		all = append(all, t)
	}
	return all, r.mapError(rs.Err())
}

// FindTickets lists tickets.
func (r *rows) FindTickets(ctx context.Context, w desk.WorkspaceID, f tickets.Find) (tickets.Found, error) {
	q := &search{
		realm: ticketRealm, terms: f.Terms, facets: f.Facets, none: f.None, ids: f.IDs,
		key: ticketSortKey(f.Sort), desc: f.Desc, after: f.After, before: f.Before, limit: f.Limit, count: f.Count,
	}
	for _, rg := range f.Ranges {
		q.ranges = append(q.ranges, keyRange{ticketSortKey(rg.By), rg.From, rg.Until})
	}
	res, err := r.search(ctx, w, q)
	if err != nil {
		return tickets.Found{}, err
	}
	ids := make([]desk.TicketID, len(res.hits))
	for i, h := range res.hits {
		ids[i] = desk.TicketID(h.id)
	}
	ts, err := r.TicketList(ctx, w, ids)
	if err != nil {
		return tickets.Found{}, err
	}
	byID := make(map[string]tickets.Ticket, len(ts))
	for _, t := range ts {
		byID[string(t.ID)] = t
	}
	out := tickets.Found{More: res.more, Count: res.count, CountAbout: res.about}
	for _, h := range res.hits {
		if t, ok := byID[h.id]; ok {
			out.Tickets = append(out.Tickets, t)
			out.Positions = append(out.Positions, desk.Position{Key: h.key, ID: h.id})
		}
	}
	return out, nil
}

func ticketSortKey(s tickets.Sort) int {
	for i, x := range tickets.Sorts {
		if x == s {
			return i
		}
	}
	return 0
}

// Participations returns who takes part in the tickets, by ticket and contact.
func (r *rows) Participations(ctx context.Context, w desk.WorkspaceID, ids []desk.TicketID) ([]tickets.Participation, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	query := lookUp{columns: "ticket_id, contact_id, role, added_at, added_by", table: "desk_ticket_participants", where: `workspace_id = $1`, column: "ticket_id", n: 2}
	rs, err := r.query(ctx, query.sql(r.d)+` ORDER BY ticket_id, contact_id`, string(w), r.d.texts(plain(ids)))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	var all []tickets.Participation
	for rs.Next() {
		var p tickets.Participation
		var at int64
		if err := rs.Scan((*string)(&p.Ticket), (*string)(&p.Contact), (*string)(&p.Role), &at, &p.AddedBy); err != nil {
			return nil, r.mapError(err)
		}
		p.AddedAt = instant(at)
		all = append(all, p)
	}
	return all, r.mapError(rs.Err())
}

// ticketsPackage is the name of the package in desk_settings.
const ticketsPackage = "tickets"

// TicketSettings returns the settings, or their zero value.
func (r *rows) TicketSettings(ctx context.Context, w desk.WorkspaceID) (tickets.Settings, error) {
	var s tickets.Settings
	version, err := r.packageSettings(ctx, w, ticketsPackage, &s)
	s.Version = version
	return s, err
}

// PutTicketSettings keeps settings whose version follows the stored one.
func (t writer) PutTicketSettings(ctx context.Context, w desk.WorkspaceID, s tickets.Settings) error {
	return t.putPackageSettings(ctx, w, ticketsPackage, s.Version, s)
}
