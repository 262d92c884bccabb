package storage

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/tickets"
)

// DueWorkspaces returns the workspaces that have messages due. It is one of
// the statements that are of no one workspace.
func (r *rows) DueWorkspaces(ctx context.Context, at time.Time) ([]desk.WorkspaceID, error) {
	names, err := r.texts(ctx, `SELECT DISTINCT workspace_id FROM desk_outbox WHERE state <= 1 AND due_at <= $1 AND lease <= $1 ORDER BY workspace_id`, micros(at))
	all := make([]desk.WorkspaceID, len(names))
	for i, n := range names {
		all[i] = desk.WorkspaceID(n)
	}
	return all, err
}

// NextDue returns when the next message of any workspace is due.
func (r *rows) NextDue(ctx context.Context) (time.Time, error) {
	var at int64
	err := r.queryRow(ctx, `SELECT COALESCE(MIN(`+dueColumn+`), 0) FROM desk_outbox WHERE state <= 1`).Scan(&at)
	return instant(at), err
}

// Entry returns one message of the outbox.
func (r *rows) Entry(ctx context.Context, w desk.WorkspaceID, id desk.NoticeID) (notify.Entry, error) {
	all, err := r.entries(ctx, `SELECT `+entryColumns+` FROM desk_outbox WHERE workspace_id = $1 AND id = $2`, string(w), string(id))
	if err == nil && len(all) == 0 {
		err = errNotFound
	}
	if err != nil {
		return notify.Entry{}, err
	}
	return all[0], nil
}

// Entries returns messages of the outbox in the filter, newest first.
func (r *rows) Entries(ctx context.Context, w desk.WorkspaceID, f notify.EntryFind) ([]notify.Entry, error) {
	where, args := []string{"workspace_id = $1"}, []any{string(w)}
	add := func(condition string, arg any) {
		args = append(args, arg)
		where = append(where, strings.Replace(condition, "$", "$"+strconv.Itoa(len(args)), 1))
	}
	if f.Contact != "" {
		add("contact_id = $", string(f.Contact))
	}
	if f.Ticket != "" {
		add("ticket = $ AND ticket <> ''", string(f.Ticket))
	}
	if f.Channel != "" {
		add("channel = $", string(f.Channel))
	}
	if !f.From.IsZero() {
		add("created_at >= $", micros(f.From))
	}
	if !f.Until.IsZero() {
		add("created_at < $", micros(f.Until))
	}
	if f.Before != "" {
		add("id < $", string(f.Before))
	}
	if len(f.Types) > 0 {
		args = append(args, r.d.texts(f.Types))
		where = append(where, "type "+r.d.inTexts(len(args)))
	}
	if len(f.States) > 0 {
		states := make([]string, len(f.States))
		for i, s := range f.States {
			switch s {
			case notify.Queued:
				states[i] = "state <= 1 AND lease = 0"
			case notify.Sending:
				states[i] = "state <= 1 AND lease > 0"
			default:
				states[i] = "state = " + strconv.Itoa(int(s))
			}
		}
		where = append(where, "("+strings.Join(states, " OR ")+")")
	}
	args = append(args, f.Limit)
	return r.entries(ctx, `SELECT `+entryColumns+` FROM desk_outbox WHERE `+strings.Join(where, " AND ")+` ORDER BY id DESC LIMIT $`+strconv.Itoa(len(args)), args...)
}

// CountEntries counts the messages of the outbox by state.
func (r *rows) CountEntries(ctx context.Context, w desk.WorkspaceID) (map[notify.State]int, error) {
	rs, err := r.query(ctx, `SELECT `+stateColumn+`, COUNT(*) FROM desk_outbox WHERE workspace_id = $1 GROUP BY 1`, string(w))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	all := map[notify.State]int{}
	for rs.Next() {
		var state, n int
		if err := rs.Scan(&state, &n); err != nil {
			return nil, r.mapError(err)
		}
		all[notify.State(state)] = n
	}
	return all, r.mapError(rs.Err())
}

// Preferences returns those of the contacts that have any.
func (r *rows) Preferences(ctx context.Context, w desk.WorkspaceID, ids []desk.ContactID) (map[desk.ContactID]notify.Preferences, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rs, err := r.query(ctx, `SELECT contact_id, version, data FROM desk_notify_preferences WHERE workspace_id = $1 AND contact_id `+r.d.inTexts(2), string(w), r.d.texts(plain(ids)))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	all := map[desk.ContactID]notify.Preferences{}
	for rs.Next() {
		var p notify.Preferences
		var data string
		if err := rs.Scan((*string)(&p.Contact), &p.Version, &data); err != nil {
			return nil, r.mapError(err)
		}
		if err := readList(data, &p); err != nil {
			return nil, err
		}
		all[p.Contact] = p
	}
	return all, r.mapError(rs.Err())
}

// Templates returns the workspace's own templates.
func (r *rows) Templates(ctx context.Context, w desk.WorkspaceID) ([]notify.Template, error) {
	rs, err := r.query(ctx, `SELECT type, language, version, subject, body_text, body_html, updated_at, updated_by FROM desk_notify_templates
		WHERE workspace_id = $1 ORDER BY type, language`, string(w))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	var all []notify.Template
	for rs.Next() {
		var t notify.Template
		var at int64
		if err := rs.Scan(&t.Type, &t.Language, &t.Version, &t.Subject, &t.Text, &t.HTML, &at, &t.UpdatedBy); err != nil {
			return nil, r.mapError(err)
		}
		t.UpdatedAt = instant(at)
		all = append(all, t)
	}
	return all, r.mapError(rs.Err())
}

// NoticeMessages returns messages of tickets with their attachments.
func (r *rows) NoticeMessages(ctx context.Context, w desk.WorkspaceID, refs []notify.MessageRef) ([]tickets.Message, error) {
	if len(refs) == 0 {
		return nil, nil
	}
	cells := make([][2]string, len(refs))
	for i, ref := range refs {
		cells[i] = [2]string{string(ref.Ticket), string(ref.Message)}
	}
	list, err := listText(len(cells), cells)
	if err != nil {
		return nil, err
	}
	query := lookUp{columns: messageColumns, table: "desk_ticket_messages", where: `workspace_id = $1`, column: "ticket_id", second: "id", n: 2}
	return r.listMessages(ctx, w, query.sql(r.d), string(w), list)
}

// Openings returns the first messages of those of the tickets that began with
// an email.
func (r *rows) Openings(ctx context.Context, w desk.WorkspaceID, ids []desk.TicketID) ([]notify.Opening, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	// It reads one message of each ticket, however many there are.
	rs, err := r.query(ctx, `SELECT m.ticket_id, m.contact_id, m.email FROM desk_ticket_messages AS m
		WHERE m.workspace_id = $1 AND m.email <> '' AND m.contact_id IS NOT NULL AND (m.ticket_id, m.id) IN (SELECT t.id,
			(SELECT f.id FROM desk_ticket_messages AS f WHERE f.workspace_id = $1 AND f.ticket_id = t.id ORDER BY f.id LIMIT 1)
			FROM desk_tickets AS t WHERE t.workspace_id = $1 AND t.id `+r.d.inTexts(2)+`)`, string(w), r.d.texts(plain(ids)))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	var all []notify.Opening
	for rs.Next() {
		var o notify.Opening
		var email string
		var mail tickets.Mail
		if err := rs.Scan((*string)(&o.Ticket), (*string)(&o.Contact), &email); err != nil {
			return nil, r.mapError(err)
		}
		if err := readList(email, &mail); err != nil {
			return nil, err
		}
		if o.MessageID = mail.MessageID; o.MessageID != "" {
			all = append(all, o)
		}
	}
	return all, r.mapError(rs.Err())
}
