package storage

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets"
)

var (
	messageTable = newTable("desk_ticket_messages", "=workspace_id", "ticket_id", "id", "kind", "author_kind", "author_id", "contact_id",
		"at:bigint", "edited_at:bigint", "channel", "text", "html", "email")
	attachmentTable = newTable("desk_ticket_attachments", "=workspace_id", "ticket_id", "message_id", "id", "name", "type",
		"size:bigint", "sha256", "content_id", "inline:boolean")
	editTable = newTable("desk_ticket_edits", "=workspace_id", "ticket_id", "message_id", "id", "at:bigint", "author_kind", "author_id", "text", "html")
)

const messageColumns = `ticket_id, id, kind, author_kind, author_id, COALESCE(contact_id, ''), at, edited_at, channel, text, html, email`

// dollar writes the place of an argument.
func dollar(n int) string { return "$" + strconv.Itoa(n) }

// scanMessage reads messageColumns.
func scanMessage(row scanner) (tickets.Message, error) {
	var m tickets.Message
	var at, edited int64
	var email string
	err := row.Scan((*string)(&m.Ticket), (*string)(&m.ID), (*string)(&m.Kind), (*string)(&m.AuthorKind), &m.AuthorID, (*string)(&m.Contact),
		&at, &edited, (*string)(&m.Channel), &m.Text, &m.HTML, &email)
	if err != nil {
		return tickets.Message{}, err
	}
	m.At, m.EditedAt = instant(at), instant(edited)
	return m, readList(email, &m.Email)
}

// TicketMessages returns messages with their attachments.
func (r *rows) TicketMessages(ctx context.Context, w desk.WorkspaceID, f tickets.MessageFind) ([]tickets.Message, error) {
	where, args := []string{`workspace_id = $1 AND ticket_id = $2`}, []any{string(w), string(f.Ticket)}
	add := func(condition, arg string) {
		if arg != "" {
			args = append(args, arg)
			where = append(where, condition+dollar(len(args)))
		}
	}
	add("kind = ", string(f.Kind))
	add("id > ", string(f.After))
	add("id < ", string(f.Before))
	order := " ORDER BY id"
	if f.Desc {
		order += " DESC"
	}
	args = append(args, f.Limit)
	return r.listMessages(ctx, w, `SELECT `+messageColumns+` FROM desk_ticket_messages WHERE `+strings.Join(where, " AND ")+order+` LIMIT `+dollar(len(args)), args...)
}

// ContactMessages returns the messages of a contact, with the number of all.
func (r *rows) ContactMessages(ctx context.Context, w desk.WorkspaceID, c desk.ContactID, after desk.MessageID, limit int) ([]tickets.Message, int, error) {
	var n int
	if err := r.queryRow(ctx, `SELECT COUNT(*) FROM desk_ticket_messages WHERE workspace_id = $1 AND contact_id = $2`, string(w), string(c)).Scan(&n); err != nil {
		return nil, 0, err
	}
	all, err := r.listMessages(ctx, w, `SELECT `+messageColumns+` FROM desk_ticket_messages WHERE workspace_id = $1 AND contact_id = $2 AND id > $3 ORDER BY id LIMIT $4`,
		string(w), string(c), string(after), limit)
	return all, n, err
}

// listMessages reads messageColumns and, in a second statement, attachments.
func (r *rows) listMessages(ctx context.Context, w desk.WorkspaceID, query string, args ...any) ([]tickets.Message, error) {
	rs, err := r.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	var all []tickets.Message
	for rs.Next() {
		m, err := scanMessage(rs)
		if err != nil {
			return nil, r.mapError(err)
		}
		all = append(all, m)
	}
	if err := rs.Err(); err != nil {
		return nil, r.mapError(err)
	}
	_ = rs.Close()
	return all, r.addAttachments(ctx, w, all)
}

// TicketMessage returns one message of the ticket.
func (r *rows) TicketMessage(ctx context.Context, w desk.WorkspaceID, t desk.TicketID, id desk.MessageID) (tickets.Message, error) {
	m, err := scanMessage(r.queryRow(ctx, `SELECT `+messageColumns+` FROM desk_ticket_messages WHERE workspace_id = $1 AND ticket_id = $2 AND id = $3`, string(w), string(t), string(id)))
	if err != nil {
		return m, err
	}
	one := []tickets.Message{m}
	err = r.addAttachments(ctx, w, one)
	return one[0], err
}

func (r *rows) addAttachments(ctx context.Context, w desk.WorkspaceID, ms []tickets.Message) error {
	if len(ms) == 0 {
		return nil
	}
	cells, at := make([][2]string, len(ms)), make(map[desk.MessageID]int, len(ms))
	for i, m := range ms {
		cells[i], at[m.ID] = [2]string{string(m.Ticket), string(m.ID)}, i
	}
	list, err := listText(len(cells), cells)
	if err != nil {
		return err
	}
	query := lookUp{columns: "message_id, id, name, type, size, sha256, content_id, inline", table: "desk_ticket_attachments",
		where: `workspace_id = $1`, column: "ticket_id", second: "message_id", n: 2}
	rs, err := r.query(ctx, query.sql(r.d)+` ORDER BY message_id, id`, string(w), list)
	if err != nil {
		return err
	}
	defer func() { _ = rs.Close() }()
	for rs.Next() {
		var a tickets.Attachment
		if err := rs.Scan((*string)(&a.Message), (*string)(&a.ID), &a.Name, &a.Type, &a.Size, &a.SHA256, &a.ContentID, &a.Inline); err != nil {
			return r.mapError(err)
		}
		m := &ms[at[a.Message]]
		m.Attachments = append(m.Attachments, a)
	}
	return r.mapError(rs.Err())
}

// InsertMessage adds a message, without its attachments.
func (t writer) InsertMessage(ctx context.Context, w desk.WorkspaceID, m tickets.Message) error {
	email, err := t.mailText(m.Email)
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, messageTable.one, string(w), string(m.Ticket), string(m.ID), string(m.Kind), string(m.AuthorKind), m.AuthorID, orNull(m.Contact),
		micros(m.At), micros(m.EditedAt), string(m.Channel), m.Text, m.HTML, email)
	return err
}

// mailText writes a mail's data.
func (t writer) mailText(e *tickets.Mail) (string, error) {
	if e == nil {
		return "", nil
	}
	for _, s := range slices.Concat([]string{e.MessageID, e.InReplyTo, e.From, e.FromName, e.Subject}, e.References, e.To, e.Cc) {
		if !cleanText(s) {
			return "", t.conn.fail(errText)
		}
	}
	return listText(1, e)
}

// InsertAttachments adds attachments to a message.
func (t writer) InsertAttachments(ctx context.Context, w desk.WorkspaceID, id desk.TicketID, as []tickets.Attachment) error {
	return t.insert(ctx, attachmentTable, len(as), func(i int, v []any) {
		a := &as[i]
		v[0], v[1], v[2], v[3], v[4], v[5] = string(w), string(id), string(a.Message), string(a.ID), a.Name, a.Type
		v[6], v[7], v[8], v[9] = a.Size, a.SHA256, a.ContentID, a.Inline
	})
}

func (t writer) insertEdit(ctx context.Context, w desk.WorkspaceID, m tickets.Message, e tickets.Edit) error {
	_, err := t.exec(ctx, editTable.one, string(w), string(m.Ticket), string(m.ID), e.ID, micros(e.At), string(e.AuthorKind), e.AuthorID, e.Text, e.HTML)
	return err
}

// EditMessage replaces what a message says, and keeps what it said before.
func (t writer) EditMessage(ctx context.Context, w desk.WorkspaceID, m tickets.Message, e tickets.Edit) error {
	n, err := changed(t.exec(ctx, `UPDATE desk_ticket_messages SET text = $1, html = $2, edited_at = $3 WHERE workspace_id = $4 AND ticket_id = $5 AND id = $6`,
		m.Text, m.HTML, micros(m.EditedAt), string(w), string(m.Ticket), string(m.ID)))
	if err == nil && n == 0 {
		err = errNotFound
	}
	if err != nil {
		return err
	}
	return t.insertEdit(ctx, w, m, e)
}

// DeleteMessage removes a message and its files, and keeps what it said.
func (t writer) DeleteMessage(ctx context.Context, w desk.WorkspaceID, m tickets.Message, e tickets.Edit) error {
	var files []string
	for _, a := range m.Attachments {
		files = append(files, string(a.ID))
	}
	if err := t.DeleteBlobs(ctx, w, files); err != nil {
		return err
	}
	args := []any{string(w), string(m.Ticket), string(m.ID)}
	if _, err := t.exec(ctx, `DELETE FROM desk_ticket_attachments WHERE workspace_id = $1 AND ticket_id = $2 AND message_id = $3`, args...); err != nil {
		return err
	}
	n, err := changed(t.exec(ctx, `DELETE FROM desk_ticket_messages WHERE workspace_id = $1 AND ticket_id = $2 AND id = $3`, args...))
	if err == nil && n == 0 {
		err = errNotFound
	}
	if err != nil {
		return err
	}
	return t.insertEdit(ctx, w, m, e)
}

// TicketEdits returns what a message said before, the oldest first.
func (r *rows) TicketEdits(ctx context.Context, w desk.WorkspaceID, t desk.TicketID, m desk.MessageID) ([]tickets.Edit, error) {
	rs, err := r.query(ctx, `SELECT id, at, author_kind, author_id, text, html FROM desk_ticket_edits WHERE workspace_id = $1 AND ticket_id = $2 AND message_id = $3 ORDER BY id`,
		string(w), string(t), string(m))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	var all []tickets.Edit
	for rs.Next() {
		var e tickets.Edit
		var at int64
		if err := rs.Scan(&e.ID, &at, (*string)(&e.AuthorKind), &e.AuthorID, &e.Text, &e.HTML); err != nil {
			return nil, r.mapError(err)
		}
		e.At = instant(at)
		all = append(all, e)
	}
	return all, r.mapError(rs.Err())
}
