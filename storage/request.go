package storage

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/requests"
)

// Requests is the store of package requests: the same database, whose Update
// gives what that package writes with.
type Requests struct{ *DB }

var (
	_ requests.Store = (*Requests)(nil)
	_ requests.Tx    = writer{}
)

// Requests returns the store of package requests.
func (db *DB) Requests() *Requests { return &Requests{db} }

// Update is DB.Update for package requests.
func (s *Requests) Update(ctx context.Context, fn func(requests.Tx) error) error {
	return s.update(ctx, func(t writer) error { return fn(t) })
}

// conditions are what a query asks for, and its arguments.
type conditions struct {
	where []string
	args  []any
}

// arg adds an argument and returns its placeholder.
func (c *conditions) arg(v any) string {
	c.args = append(c.args, v)
	return "$" + strconv.Itoa(len(c.args))
}

// add adds a condition in which "?" stands for the argument.
func (c *conditions) add(condition string, v any) {
	c.where = append(c.where, strings.ReplaceAll(condition, "?", c.arg(v)))
}

// equal adds a condition on a column, unless there is nothing to compare with.
func (c *conditions) equal(column, v string) {
	if v != "" {
		c.add(column+" = ?", v)
	}
}

func (c *conditions) sql() string { return strings.Join(c.where, " AND ") }

// see limits rows x to what an actor sees: those of a ticket by the ticket, the
// rest by the contact. owner is the column of whose the row is.
func (c *conditions) see(s requests.Sight, owner string) {
	if s.Self != "" {
		c.add("x."+owner+" = ?", string(s.Self))
		c.where = append(c.where, "(x.ticket_id IS NULL OR "+c.seeTicket(s.Tickets)+")")
		return
	}
	c.where = append(c.where, "(x.ticket_id IS NOT NULL AND "+c.seeTicket(s.Tickets)+" OR x.ticket_id IS NULL AND "+c.seeContact(s.Contacts)+")")
}

// seeTicket is the condition that the ticket of a row x is seen.
func (c *conditions) seeTicket(s tickets.Sight) string {
	if s.None {
		return "FALSE"
	}
	q := "EXISTS (SELECT 1 FROM desk_tickets AS k WHERE k.workspace_id = x.workspace_id AND k.id = x.ticket_id"
	if !s.Binned {
		q += " AND k.state = 0"
	}
	if s.Assignee != "" {
		q += " AND k.assignee = " + c.arg(s.Assignee)
	}
	if s.Contact != "" {
		q += ` AND EXISTS (SELECT 1 FROM desk_ticket_participants AS p WHERE p.workspace_id = k.workspace_id AND p.ticket_id = k.id AND p.contact_id = ` +
			c.arg(string(s.Contact)) + ` AND p.role IN ('requester', 'participant'))`
	}
	return q + ")"
}

// seeContact is the condition that the contact of a row x is seen.
func (c *conditions) seeContact(s contacts.Sight) string {
	if s.None {
		return "FALSE"
	}
	q := "EXISTS (SELECT 1 FROM desk_contacts AS o WHERE o.workspace_id = x.workspace_id AND o.id = x.contact_id"
	if !s.Binned {
		q += " AND o.state <> 1"
	}
	if s.Owner != "" {
		q += " AND o.owner = " + c.arg(s.Owner)
	}
	return q + ")"
}

// page limits rows x to a page by their ids, newest first, and says how they
// are read: rows ahead of a place come in the opposite order.
func (c *conditions) page(after, before string, limit int) string {
	order := " DESC"
	switch {
	case before != "":
		c.add("x.id > ?", before)
		order = " ASC"
	case after != "":
		c.add("x.id < ?", after)
	}
	return c.sql() + " ORDER BY x.id" + order + " LIMIT " + c.arg(int64(limit))
}

// keptJSON writes a value as JSON, and refuses texts that would not come back
// as they are.
func keptJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", &desk.Error{Kind: desk.Internal, Message: "A value cannot be written.", Err: err}
	}
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' {
			continue
		}
		// NUL is escaped; so is the sign that stands for invalid UTF-8, which is
		// written out where it was in the text.
		if s := string(b[i:min(i+6, len(b))]); s == `\u0000` || s == `\ufffd` {
			return "", errText
		}
		i++
	}
	return string(b), nil
}

// whole makes NULL of no number.
func whole[T int | int64](n T) any {
	if n == 0 {
		return nil
	}
	return int64(n)
}
