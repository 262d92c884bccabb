package storage

import (
	"context"
	"slices"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// ticketParts are the tables with what belongs to tickets, those that refer to
// others first.
var ticketParts = []string{"desk_ticket_attachments", "desk_ticket_edits", "desk_ticket_messages", "desk_ticket_participants"}

// PurgeTickets removes tickets for good with all that belongs to them, and
// redacts their events.
func (t writer) PurgeTickets(ctx context.Context, w desk.WorkspaceID, ids []desk.TicketID) error {
	if len(ids) == 0 {
		return nil
	}
	all := plain(ids)
	if err := t.redact(ctx, w, all); err != nil {
		return err
	}
	if err := t.dropEntries(ctx, w, ticketRealm, all); err != nil {
		return err
	}
	if err := t.purgeRequestsOf(ctx, w, all); err != nil {
		return err
	}
	if err := t.leaveRecords(ctx, w, all); err != nil {
		return err
	}
	if err := t.forgetMail(ctx, w, all); err != nil {
		return err
	}
	list := t.d.texts(all)
	_, err := t.exec(ctx, `DELETE FROM desk_blobs WHERE workspace_id = $1 AND id IN
		(SELECT a.id FROM desk_ticket_attachments AS a WHERE a.workspace_id = $1 AND a.ticket_id `+t.d.inTexts(2)+`)`, string(w), list)
	if err != nil {
		return err
	}
	for _, table := range ticketParts {
		if _, err := t.exec(ctx, `DELETE FROM `+table+` WHERE workspace_id = $1 AND ticket_id `+t.d.inTexts(2), string(w), list); err != nil {
			return err
		}
	}
	_, err = t.exec(ctx, `DELETE FROM desk_tickets WHERE workspace_id = $1 AND id `+t.d.inTexts(2), string(w), list)
	return err
}

// leaveTickets takes contacts that are removed for good out of their tickets:
// they take part no more, what they wrote stays without its author, and mails
// lose their addresses. ids are the contacts.
func (t writer) leaveTickets(ctx context.Context, w desk.WorkspaceID, ids []string) error {
	list := t.d.texts(ids)
	in, err := t.ticketsOf(ctx, w, ids)
	if err != nil {
		return err
	}
	wrote, err := t.texts(ctx, `SELECT DISTINCT ticket_id FROM desk_ticket_messages WHERE workspace_id = $1 AND contact_id `+t.d.inTexts(2), string(w), list)
	if err != nil {
		return err
	}
	all := slices.Concat(in, wrote)
	slices.Sort(all)
	if all = slices.Compact(all); len(all) == 0 {
		return nil
	}
	if err := t.blankMails(ctx, w, ids, all); err != nil {
		return err
	}
	for _, s := range []string{
		`UPDATE desk_tickets SET requester_id = NULL WHERE workspace_id = $1 AND requester_id `,
		`UPDATE desk_ticket_messages SET contact_id = NULL, author_id = CASE WHEN author_kind = 'contact' THEN '' ELSE author_id END WHERE workspace_id = $1 AND contact_id `,
		`DELETE FROM desk_ticket_participants WHERE workspace_id = $1 AND contact_id `,
	} {
		if _, err := t.exec(ctx, s+t.d.inTexts(2), string(w), list); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(all, listPart) {
		_, err := t.exec(ctx, `UPDATE desk_tickets SET created_by = '' WHERE workspace_id = $1 AND created_kind = 'contact' AND created_by `+t.d.inTexts(2)+` AND id `+t.d.inTexts(3),
			string(w), list, t.d.texts(some))
		if err != nil {
			return err
		}
	}
	return t.forgetPeople(ctx, w, ids, in)
}

// forgetPeople takes contacts out of the entries of their tickets.
func (t writer) forgetPeople(ctx context.Context, w desk.WorkspaceID, ids, in []string) error {
	return t.rewriteTickets(ctx, w, in, func(facets []string) []string {
		return slices.DeleteFunc(facets, func(f string) bool {
			name, value, _ := strings.Cut(f, "=")
			return (name == "contact" || name == "sees" || name == "requester") && slices.Contains(ids, value)
		})
	})
}

// blankMails takes the contacts' addresses out of the mails of tickets.
func (t writer) blankMails(ctx context.Context, w desk.WorkspaceID, ids, in []string) error {
	addresses, err := t.texts(ctx, `SELECT value FROM desk_contact_keys WHERE workspace_id = $1 AND kind = 'email' AND contact_id `+t.d.inTexts(2), string(w), t.d.texts(ids))
	if err != nil {
		return err
	}
	more, err := t.binnedAddresses(ctx, w, ids)
	if err != nil {
		return err
	}
	gone := func(address string) bool {
		e, err := contacts.ParseEmail(address)
		return err == nil && (slices.Contains(addresses, e.Key) || slices.Contains(more, e.Key))
	}
	for some := range slices.Chunk(in, listPart) {
		ms, err := t.mailsOf(ctx, w, some)
		if err != nil {
			return err
		}
		for _, m := range ms {
			mine := slices.Contains(ids, string(m.Contact))
			if !blankMail(m.Email, mine, gone) {
				continue
			}
			email, err := t.mailText(m.Email)
			if err != nil {
				return err
			}
			if _, err := t.exec(ctx, `UPDATE desk_ticket_messages SET email = $1 WHERE workspace_id = $2 AND ticket_id = $3 AND id = $4`,
				email, string(w), string(m.Ticket), string(m.ID)); err != nil {
				return err
			}
		}
	}
	return nil
}

// binnedAddresses reads the addresses of contacts that are not live, which are
// not among the keys.
func (t writer) binnedAddresses(ctx context.Context, w desk.WorkspaceID, ids []string) ([]string, error) {
	cs, err := t.Contacts(ctx, w, contactIDs(ids))
	if err != nil {
		return nil, err
	}
	var all []string
	for i := range cs {
		for _, a := range append([]contacts.Email{{Value: cs[i].Email}}, cs[i].Emails...) {
			if e, err := contacts.ParseEmail(a.Value); err == nil {
				all = append(all, e.Key)
			}
		}
	}
	return all, nil
}

func contactIDs(ids []string) []desk.ContactID {
	all := make([]desk.ContactID, len(ids))
	for i, id := range ids {
		all[i] = desk.ContactID(id)
	}
	return all
}

// blankMail takes addresses that are gone out of a mail, and of a mail of the
// contact's own the sender too. It reports whether there was any.
func blankMail(e *tickets.Mail, mine bool, gone func(string) bool) bool {
	if e == nil {
		return false
	}
	n := len(e.To) + len(e.Cc)
	e.To, e.Cc = slices.DeleteFunc(e.To, gone), slices.DeleteFunc(e.Cc, gone)
	blank := n != len(e.To)+len(e.Cc)
	if (mine || gone(e.From)) && e.From+e.FromName != "" {
		e.From, e.FromName, blank = "", "", true
	}
	return blank
}

// mailsOf reads the messages of tickets that came by mail, without their texts.
func (t writer) mailsOf(ctx context.Context, w desk.WorkspaceID, in []string) ([]tickets.Message, error) {
	rs, err := t.query(ctx, `SELECT ticket_id, id, COALESCE(contact_id, ''), email FROM desk_ticket_messages WHERE workspace_id = $1 AND email <> '' AND ticket_id `+t.d.inTexts(2),
		string(w), t.d.texts(in))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	var all []tickets.Message
	for rs.Next() {
		var m tickets.Message
		var email string
		if err := rs.Scan((*string)(&m.Ticket), (*string)(&m.ID), (*string)(&m.Contact), &email); err != nil {
			return nil, t.mapError(err)
		}
		if err := readList(email, &m.Email); err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, t.mapError(rs.Err())
}
