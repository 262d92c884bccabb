package storage

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/notify"
)

// notices returns the outbox entries of the events' notices: one for each
// contact. Their ids depend on the event and the contact alone, so that one
// who is named twice is told once.
func notices(events []desk.Event) []notify.Entry {
	var es []notify.Entry
	for i := range events {
		e := &events[i]
		for _, n := range e.Notices {
			for _, to := range n.To {
				if to == "" {
					continue
				}
				id := desk.DeriveID("notice", e.At, string(e.ID), n.Type, string(n.Ticket), n.About, string(to))
				es = append(es, notify.Entry{
					ID: desk.NoticeID(id), Event: e.ID, Type: n.Type, Channel: notify.Email, Ticket: n.Ticket, About: n.About,
					Contact: to, CreatedAt: e.At, DueAt: e.At,
				})
			}
		}
	}
	return es
}

// queueInto are the columns that a new entry has values for, as cells of JSON;
// numbers begin with a ":".
var queueInto = []string{"id", "event_id", "type", "channel", "ticket", "about", "contact_id", "address", "content", ":created_at", ":due_at", ":expires_at"}

// queueSQL writes the statement that queues entries.
func (d *Dialect) queueSQL() string {
	var columns, cells strings.Builder
	for i, c := range queueInto {
		name, number := strings.CutPrefix(c, ":")
		columns.WriteString(", " + name)
		cell := "j.value->>" + strconv.Itoa(i)
		switch {
		case number:
			cell = "CAST(" + cell + " AS BIGINT)"
		case name == "contact_id":
			cell = "NULLIF(" + cell + ", '')"
		}
		cells.WriteString(", " + cell)
	}
	insert := "INSERT INTO desk_outbox (workspace_id" + columns.String() + ", state, attempts, claim, gate, reason, error, receipt, done_at)" +
		" SELECT CAST($1 AS TEXT)" + cells.String() + ", 0, 0, 0, '', '', '', '', 0 FROM " + d.jsonRows(2) + " WHERE TRUE ON CONFLICT (workspace_id, id) DO NOTHING"
	if d.Announce == "" {
		return insert
	}
	return strings.Replace(d.Announce, "INSERT", insert, 1)
}

// Queue adds messages to the outbox, in one statement, which also tells other
// processes where the database can.
func (t writer) Queue(ctx context.Context, w desk.WorkspaceID, es []notify.Entry) error {
	if len(es) == 0 {
		return nil
	}
	rows := make([][]any, len(es))
	for i := range es {
		e := &es[i]
		if !cleanText(e.Type + e.About + e.Address + e.Content + string(e.Ticket)) {
			return t.conn.fail(errText)
		}
		rows[i] = []any{e.ID, e.Event, e.Type, e.Channel, e.Ticket, e.About, e.Contact, e.Address, e.Content, micros(e.CreatedAt), micros(e.DueAt), micros(e.ExpiresAt)}
	}
	list, err := json.Marshal(rows)
	if err != nil {
		return &desk.Error{Kind: desk.Internal, Message: "A message cannot be written.", Err: err}
	}
	if _, err := t.exec(ctx, t.d.queueSQL(), string(w), string(list)); err != nil {
		return err
	}
	t.conn.queued = true
	return nil
}

// stateColumn and dueColumn are what a worker's claim makes of state and
// due_at: while lease is not 0, the message is being sent, and due again when it ends.
const (
	stateColumn  = `CASE WHEN lease > 0 THEN 1 ELSE state END`
	dueColumn    = `CASE WHEN lease > 0 THEN lease ELSE due_at END`
	entryColumns = `id, event_id, type, channel, ticket, about, COALESCE(contact_id, ''), address, content,
	created_at, ` + dueColumn + `, expires_at, ` + stateColumn + `, attempts, claim, gate, reason, error, receipt, done_at`
)

func scanEntry(row scanner) (notify.Entry, error) {
	var e notify.Entry
	var created, due, expires, done int64
	err := row.Scan((*string)(&e.ID), (*string)(&e.Event), &e.Type, (*string)(&e.Channel), (*string)(&e.Ticket), &e.About, (*string)(&e.Contact), &e.Address, &e.Content,
		&created, &due, &expires, (*int)(&e.State), &e.Attempts, &e.Claim, &e.Gate, &e.Reason, &e.Error, &e.Receipt, &done)
	e.CreatedAt, e.DueAt, e.ExpiresAt, e.DoneAt = instant(created), instant(due), instant(expires), instant(done)
	return e, err
}

// entries reads entryColumns.
func (r *rows) entries(ctx context.Context, query string, args ...any) ([]notify.Entry, error) {
	rs, err := r.query(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	var all []notify.Entry
	for rs.Next() {
		e, err := scanEntry(rs)
		if err != nil {
			return nil, r.mapError(err)
		}
		all = append(all, e)
	}
	return all, r.mapError(rs.Err())
}

// Claim takes messages that are due, and those whose claim has ended. One behind
// an unfinished message of its ticket and contact waits for that. Rows that another
// worker is just claiming are passed by. It changes no column that stands in an
// index: so there are no entries of indexes to write.
func (t writer) Claim(ctx context.Context, w desk.WorkspaceID, at, lease time.Time, n int) ([]notify.Entry, error) {
	if err := t.byIndex(ctx); err != nil {
		return nil, err
	}
	return t.entries(ctx, `WITH due AS (SELECT o.id FROM desk_outbox AS o WHERE o.workspace_id = $1 AND o.state <= 1 AND o.due_at <= $2 AND o.lease <= $2
			AND (o.ticket = '' OR NOT EXISTS (SELECT 1 FROM desk_outbox AS p WHERE p.workspace_id = o.workspace_id AND p.contact_id = o.contact_id
				AND p.ticket = o.ticket AND p.ticket <> '' AND p.state <= 1 AND (p.event_id, p.id) < (o.event_id, o.id)))
			ORDER BY o.due_at, o.id LIMIT $3`+t.d.SkipLocked+`)
		UPDATE desk_outbox SET lease = $4, attempts = attempts + 1, claim = claim + 1
		WHERE workspace_id = $1 AND id IN (SELECT id FROM due) RETURNING `+entryColumns, string(w), micros(at), n, micros(lease))
}

// byIndex has the planner use indexes; see Dialect.ByIndex.
func (t writer) byIndex(ctx context.Context) error {
	if t.d.ByIndex == "" {
		return nil
	}
	_, err := t.exec(ctx, t.d.ByIndex)
	return err
}

const markQuery = `UPDATE desk_outbox SET lease = 0, state = ?, due_at = ?, attempts = ?, address = ?, gate = ?, reason = ?, error = ?, receipt = ?, done_at = ?
	WHERE workspace_id = ? AND id = ? AND claim = ? AND lease > 0`

var markTable = newTable("desk_outbox", "id", "claim:bigint", "state:bigint", "due_at:bigint", "attempts:bigint", "address", "gate", "reason", "error", "receipt", "done_at:bigint")

// MarkEntries writes what became of messages whose claim still holds.
func (t writer) MarkEntries(ctx context.Context, w desk.WorkspaceID, marks []notify.Mark) ([]desk.NoticeID, error) {
	kept := make([]desk.NoticeID, 0, len(marks))
	if t.d.Batch == BatchArrays {
		return t.markArrays(ctx, w, marks, kept)
	}
	err := t.each(ctx, markQuery, 12, len(marks), func(i int, v []any) {
		m := &marks[i]
		v[0], v[1], v[2], v[3], v[4] = int64(m.State), micros(m.DueAt), m.Attempts, m.Address, m.Gate
		v[5], v[6], v[7], v[8] = m.Reason, m.Error, m.Receipt, micros(m.DoneAt)
		v[9], v[10], v[11] = string(w), string(m.ID), m.Claim
	}, func(i, rows int) error {
		if rows > 0 {
			kept = append(kept, marks[i].ID)
		}
		return nil
	})
	return kept, err
}

// markArrays is MarkEntries by one statement with an array for each column.
func (t writer) markArrays(ctx context.Context, w desk.WorkspaceID, marks []notify.Mark, kept []desk.NoticeID) ([]desk.NoticeID, error) {
	if len(marks) == 0 {
		return nil, nil
	}
	if err := t.byIndex(ctx); err != nil {
		return nil, err
	}
	cells, values := make([][]byte, len(markTable.columns)), make([]any, len(markTable.columns))
	for c := range cells {
		cells[c] = append(cells[c], '{')
	}
	for i := range marks {
		m := &marks[i]
		values[0], values[1], values[2], values[3], values[4] = string(m.ID), m.Claim, int64(m.State), micros(m.DueAt), m.Attempts
		values[5], values[6], values[7], values[8], values[9], values[10] = m.Address, m.Gate, m.Reason, m.Error, m.Receipt, micros(m.DoneAt)
		if err := checkArgs(values); err != nil {
			return nil, t.conn.fail(err)
		}
		appendCells(cells, values)
	}
	ids, err := t.texts(ctx, `UPDATE desk_outbox AS o SET lease = 0, state = u.state, due_at = u.due_at, attempts = u.attempts, address = u.address, gate = u.gate,
			reason = u.reason, error = u.error, receipt = u.receipt, done_at = u.done_at
		FROM `+markTable.from+` WHERE o.workspace_id = $12 AND o.id = u.id AND o.claim = u.claim AND o.lease > 0 RETURNING o.id`, append(cellTexts(cells), string(w))...)
	for _, id := range ids {
		kept = append(kept, desk.NoticeID(id))
	}
	return kept, err
}

// Requeue puts a dead message back into the queue.
func (t writer) Requeue(ctx context.Context, w desk.WorkspaceID, id desk.NoticeID, at time.Time) error {
	n, err := changed(t.exec(ctx, `UPDATE desk_outbox SET state = 0, due_at = $3, attempts = 0, gate = '', reason = '', error = '', done_at = 0
		WHERE workspace_id = $1 AND id = $2 AND state = 4`, string(w), string(id), micros(at)))
	if err == nil && n == 0 {
		return errNotFound
	}
	t.conn.queued = true
	return err
}

// DropEntries removes messages that were done with before a time.
func (t writer) DropEntries(ctx context.Context, w desk.WorkspaceID, before time.Time, n int) (int, error) {
	return changed(t.exec(ctx, `DELETE FROM desk_outbox WHERE workspace_id = $1 AND id IN
		(SELECT id FROM desk_outbox WHERE workspace_id = $1 AND state >= 2 AND done_at < $2 ORDER BY id LIMIT $3)`, string(w), micros(before), n))
}
