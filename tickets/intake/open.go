package intake

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// open makes a ticket of the message.
func (t *taking) open(ctx context.Context, tx Tx, sender contacts.Contact) error {
	msg, err := t.message(ctx, tx)
	if err != nil {
		return err
	}
	msg.Contact = sender.ID
	if sender.ID == "" {
		msg.Kind = tickets.Internal // of nobody: for members to look at
	}
	wait := t.others(ctx, tx, sender.ID)
	if wait.err != nil {
		return wait.err
	}
	if t.rec.Acknowledged, err = t.acknowledges(ctx, tx, sender); err != nil {
		return err
	}
	known := !t.firstTime(sender)
	n := tickets.NewTicket{
		Subject: t.subject(), Requester: sender.ID, Channel: tickets.ByEmail, Pending: wait.ids, Message: &msg,
		Quiet: !t.rec.Acknowledged || !known, Cause: string(t.rec.ID),
	}
	if err := t.defaults(ctx, tx, &n); err != nil {
		return err
	}
	ticket, err := t.s.tickets.CreateIn(ctx, tx, t.w, n)
	if err != nil {
		return err
	}
	t.rec.Outcome, t.rec.Ticket = Created, ticket.ID
	if t.rec.Acknowledged && !known {
		return t.received(ctx, tx, ticket.ID, sender.ID)
	}
	return nil
}

// subject is the ticket's subject; one that says nothing is left to be made of
// the text.
func (t *taking) subject() string {
	s := t.m.Subject
	if r := []rune(s); len(r) > 500 {
		s = string(r[:499]) + "…"
	}
	if strings.TrimSpace(s) == "" && strings.TrimSpace(t.m.Text) == "" {
		return "(no subject)"
	}
	return s
}

// defaults sets what the mailbox says of new tickets, as far as the workspace
// still has it.
func (t *taking) defaults(ctx context.Context, tx Tx, n *tickets.NewTicket) error {
	if t.box == nil || t.box.Priority+t.box.Category+t.box.Assignee == "" {
		return nil
	}
	set, err := tickets.SettingsOf(ctx, tx, t.a.Workspace)
	if err != nil {
		return err
	}
	if _, ok := set.Priority(t.box.Priority); ok {
		n.Priority = t.box.Priority
	}
	if _, ok := set.Category(t.box.Category); ok {
		n.Category = t.box.Category
	}
	if len(set.Assignees) == 0 || slices.ContainsFunc(set.Assignees, func(a tickets.Assignee) bool { return a.ID == t.box.Assignee }) {
		n.Assignee = t.box.Assignee
	}
	return nil
}

// everyAcknowledgement is how often one sender is told that a message has
// arrived, at most.
const everyAcknowledgement = time.Hour

// acknowledges decides whether the sender is told that the message has arrived
// (R75, RFC 3834): nobody who is a program, a list, a mass mailing or nobody;
// none of our own; and each at most once an hour.
func (t *taking) acknowledges(ctx context.Context, tx Tx, sender contacts.Contact) (bool, error) {
	m := t.m
	if t.set.NoAcknowledgement || sender.ID == "" || t.who != nil || m.Bulk || t.d.NullPath || t.ours(m.From.Email) || robot(m.From.Email) {
		return false, nil
	}
	now := desk.Moment(t.s.now())
	return tx.TakeAcknowledgement(ctx, t.a.Workspace, m.From.Key(), now, now.Add(-everyAcknowledgement))
}

// robot reports whether an address is that of a program that reads no answers.
func robot(address string) bool {
	local, _, _ := strings.Cut(strings.ToLower(address), "@")
	local = strings.NewReplacer("-", "", "_", "", ".", "").Replace(local)
	for _, name := range []string{"noreply", "donotreply", "mailerdaemon", "postmaster", "bounce", "bounces", "listserv", "majordomo"} {
		if local == name || strings.HasPrefix(local, name+"+") {
			return true
		}
	}
	return false
}

// firstTime reports whether nobody but a message says who the sender is: then
// the answer must hold nothing of the message, since it may go to somebody who
// never wrote it.
func (t *taking) firstTime(sender contacts.Contact) bool {
	return !t.rec.Verified && (t.made || sender.Source == contacts.ByEmail)
}

// received asks that the sender be told in words that hold nothing of the message.
func (t *taking) received(ctx context.Context, tx Tx, ticket desk.TicketID, to desk.ContactID) error {
	j := t.s.entries(t.w, string(t.rec.ID))
	if err := j.Add(VerbAcknowledged, string(ticket), "The sender is told that the message has arrived.", false, nil); err != nil {
		return err
	}
	j.Tell(desk.Notice{Type: NoticeReceived, Ticket: ticket, About: string(t.rec.ID), To: []desk.ContactID{to}})
	return tx.Record(ctx, t.a.Workspace, j.All...)
}

// The limits of what package tickets takes.
const (
	mostText   = 1 << 20
	mostFile   = 25 << 20
	mailField  = 998
	mailList   = 200
	headerList = 100
)

// message makes the ticket's message of the mail.
func (t *taking) message(ctx context.Context, tx Tx) (tickets.NewMessage, error) {
	m := t.m
	n := tickets.NewMessage{Text: m.Text, HTML: m.HTML, Channel: tickets.ByEmail, Cause: string(t.rec.ID), Email: t.mail()}
	set, err := tx.TicketSettings(ctx, t.a.Workspace)
	if err != nil {
		return n, err
	}
	text, file := int64(mostText), int64(mostFile)
	if set.MaxMessage > 0 {
		text = min(text, set.MaxMessage)
	}
	if set.MaxAttachment > 0 {
		file = set.MaxAttachment
	}
	if int64(len(n.HTML)) > text {
		n.HTML = "" // the text says the same
	}
	notes := ""
	if m.Cut {
		notes = "\n\n[The message is longer. The whole of it is kept as it came.]"
	}
	for _, a := range m.Attachments {
		if a.Size > file {
			notes += fmt.Sprintf("\n\n[The file %s was left out: it has %d MB, more than allowed here. It is kept with the message as it came.]", a.Name, a.Size>>20)
			continue
		}
		n.Attachments = append(n.Attachments, tickets.NewAttachment{
			Name: a.Name, Type: a.Type, ContentID: a.ContentID, Inline: a.Inline,
			Open: func() (io.ReadCloser, error) { return io.NopCloser(a.Open()), nil },
		})
	}
	n.Text = cutBytes(n.Text, int(text)-len(notes)) + notes
	if notes != "" {
		n.HTML = ""
	}
	if strings.TrimSpace(n.Text) == "" && len(n.Attachments) == 0 {
		n.Text, n.HTML = "(The message has no text.)", ""
	}
	return n, nil
}

// mail is what is kept of the header beside the message.
func (t *taking) mail() *tickets.Mail {
	m := t.m
	e := &tickets.Mail{
		MessageID: m.MessageID, From: m.From.Email, FromName: cutBytes(m.From.Name, mailField), Subject: cutBytes(m.Subject, mailField),
		AutoReply: m.AutoReply, Bounce: m.Bounce, List: m.List, Verified: t.rec.Verified, Repeated: t.rec.Repeated,
		To: emails(m.To), Cc: emails(m.Cc), References: m.References[max(0, len(m.References)-headerList):],
	}
	if len(m.InReplyTo) > 0 {
		e.InReplyTo = m.InReplyTo[0]
	}
	return e
}

func emails(list []Address) []string {
	var all []string
	for _, a := range list[:min(len(list), mailList)] {
		all = append(all, a.Email)
	}
	return all
}
