package notify

import (
	"context"
	"html/template"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets"
)

// about is what a batch's messages are of: their tickets, who takes part in
// these, and the tickets' messages.
type about struct {
	tickets  map[desk.TicketID]*tickets.Ticket
	roles    map[roleKey]tickets.Role
	messages map[desk.MessageID]*tickets.Message
	authors  map[desk.ContactID]string
	// opened are the ids of the emails that tickets began with, for their senders.
	opened   map[roleKey]string
	settings tickets.Settings
}

type roleKey struct {
	ticket  desk.TicketID
	contact desk.ContactID
}

// read reads what the entries are of. Entries without a ticket need nothing.
func (x *about) read(ctx context.Context, r Reader, w desk.WorkspaceID, es []Entry) error {
	var ids []desk.TicketID
	var messages []MessageRef
	for i := range es {
		if es[i].Ticket == "" {
			continue
		}
		ids = append(ids, es[i].Ticket)
		if desk.IsID("message", es[i].About) {
			messages = append(messages, MessageRef{es[i].Ticket, desk.MessageID(es[i].About)})
		}
	}
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	if err := x.readTickets(ctx, r, w, slices.Compact(ids)); err != nil {
		return err
	}
	return x.readMessages(ctx, r, w, messages)
}

// readTickets reads the tickets, who takes part in them, and how they began.
func (x *about) readTickets(ctx context.Context, r Reader, w desk.WorkspaceID, ids []desk.TicketID) error {
	all, err := r.TicketList(ctx, w, ids)
	if err != nil {
		return err
	}
	x.tickets = make(map[desk.TicketID]*tickets.Ticket, len(all))
	for i := range all {
		x.tickets[all[i].ID] = &all[i]
	}
	parts, err := r.Participations(ctx, w, ids)
	if err != nil {
		return err
	}
	x.roles = make(map[roleKey]tickets.Role, len(parts))
	for _, p := range parts {
		x.roles[roleKey{p.Ticket, p.Contact}] = p.Role
	}
	openings, err := r.Openings(ctx, w, ids)
	if err != nil {
		return err
	}
	x.opened = make(map[roleKey]string, len(openings))
	for _, o := range openings {
		x.opened[roleKey{o.Ticket, o.Contact}] = o.MessageID
	}
	x.settings, err = r.TicketSettings(ctx, w)
	return err
}

// readMessages reads the messages that entries tell of, with the names of
// the contacts who wrote them.
func (x *about) readMessages(ctx context.Context, r Reader, w desk.WorkspaceID, refs []MessageRef) error {
	if len(refs) == 0 {
		return nil
	}
	slices.SortFunc(refs, func(a, b MessageRef) int { return strings.Compare(string(a.Message), string(b.Message)) })
	refs = slices.Compact(refs)
	all, err := r.NoticeMessages(ctx, w, refs)
	if err != nil {
		return err
	}
	x.messages = make(map[desk.MessageID]*tickets.Message, len(all))
	var by []desk.ContactID
	for i := range all {
		x.messages[all[i].ID] = &all[i]
		if all[i].Contact != "" {
			by = append(by, all[i].Contact)
		}
	}
	if len(by) == 0 {
		return nil
	}
	slices.Sort(by)
	people, err := r.Contacts(ctx, w, slices.Compact(by))
	if err != nil {
		return err
	}
	x.authors = make(map[desk.ContactID]string, len(people))
	for i := range people {
		x.authors[people[i].ID] = nameOf(&people[i])
	}
	return nil
}

// part says what a contact has to do with a ticket, by the rule of tickets.
func (x *about) part(t desk.TicketID, c desk.ContactID, active bool) Part {
	ticket := x.tickets[t]
	if ticket == nil || c == "" {
		return NoPart
	}
	role := x.roles[roleKey{t, c}]
	switch {
	case tickets.SeesAs(role, active, ticket.State):
		return FullPart
	case !active:
		return FullPart // that it is not active is another gate
	case role == tickets.Pending:
		return PendingPart
	}
	return NoPart
}

// gone reports whether the message that an entry tells of is not there, or is
// not one for contacts.
func (x *about) gone(e *Entry) bool {
	if !desk.IsID("message", e.About) {
		return false
	}
	m := x.messages[desk.MessageID(e.About)]
	return m == nil || m.Ticket != e.Ticket || m.Kind != tickets.Public
}

// maxQuoted is how much of a message's text, and of its HTML, an email shows.
const (
	maxQuoted     = 50_000
	maxQuotedHTML = 200_000
)

// fill adds what an entry is of to the data of its template.
func (x *about) fill(d *Data, b *batch, e *Entry) {
	t := x.tickets[e.Ticket]
	if t == nil {
		return
	}
	d.Ticket.Number, d.Ticket.Subject = t.Number, cutRunes(oneLine(t.Subject), 500)
	d.Ticket.Status = x.status(t.Status)
	d.Ticket.URL = b.ticketLink(t.ID, t.Number)
	m := x.messages[desk.MessageID(e.About)]
	if m == nil || m.Kind != tickets.Public {
		return
	}
	d.Message.Author = x.author(m, b.settings.Name)
	d.Message.Text = m.Text
	if len(m.Text) > maxQuoted {
		d.Message.Text = desk.Cut(m.Text, maxQuoted)
	} else if m.HTML != "" && len(m.HTML) <= maxQuotedHTML {
		d.Message.HTML = template.HTML(tickets.SanitizeHTML(m.HTML, tickets.HTMLOptions{}))
	}
	names := make([]string, 0, len(m.Attachments))
	for _, a := range m.Attachments {
		if !a.Inline && len(names) < 20 {
			names = append(names, cutRunes(oneLine(a.Name), 100))
		}
	}
	d.Message.Files = strings.Join(names, ", ")
}

// status is what a status is called.
func (x *about) status(key string) string {
	if s, ok := x.settings.Status(key); ok {
		return s.Label
	}
	r, n := utf8.DecodeRuneInString(key)
	if n == 0 {
		return ""
	}
	return string(unicode.ToUpper(r)) + strings.ReplaceAll(key[n:], "_", " ")
}

// author is who wrote a message, as contacts may know it.
func (x *about) author(m *tickets.Message, workspace string) string {
	if m.Contact != "" {
		return cutRunes(oneLine(x.authors[m.Contact]), 200)
	}
	if name := x.settings.AssigneeName(m.AuthorID); name != "" && m.AuthorKind == desk.MemberActor {
		return cutRunes(oneLine(name), 200)
	}
	return workspace
}

// thread sets the ids by which mail programs put messages together, and where
// replies go.
func (x *about) thread(m *Message, b *batch, e *Entry, replyTo, domain string) error {
	m.MessageID = string(e.ID) + "@" + domain
	t := x.tickets[e.Ticket]
	if t != nil {
		if id := b.s.o.Threads.MessageID(b.w, t.ID, e.ID, domain); id != "" {
			m.MessageID = id
		}
		// All mails of a ticket point at one that was never sent.
		first := desk.NoticeID(desk.DeriveID("notice", t.CreatedAt, string(t.ID)))
		if id := b.s.o.Threads.MessageID(b.w, t.ID, first, domain); id != "" {
			m.InReplyTo, m.References = id, []string{id}
		}
		// Whose email began the ticket has that one in the mailbox; others must
		// not learn its id.
		if id := x.opened[roleKey{e.Ticket, e.Contact}]; id != "" {
			m.InReplyTo, m.References = id, append([]string{id}, m.References...)
		}
	}
	if replyTo == "" {
		return nil
	}
	if t != nil && e.Contact != "" {
		replyTo = b.s.o.Threads.Address(replyTo, b.w, t.ID, e.Contact)
	}
	var err error
	if m.ReplyTo, err = NewMailbox(b.settings.Name, replyTo); err != nil {
		return &Permanent{Message: "The address for replies is not valid.", Err: err}
	}
	return nil
}
