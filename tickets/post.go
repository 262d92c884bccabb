package tickets

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/deskfolk/desk"
)

// Post adds a message to a ticket that the actor sees. A public one needs
// MayReply, an internal one MayNote; a contact that is requester or participant
// needs neither, and writes public ones. A contact's message opens a ticket
// that waits or is closed again, as the settings say.
func (s *Service) Post(ctx context.Context, a desk.Actor, id desk.TicketID, n NewMessage) (Message, error) {
	const op = "tickets.Post"
	input := struct {
		ID      desk.TicketID
		Message NewMessage
	}{id, n}
	var m Message
	replay, err := s.write(ctx, a, op, input, func(tx Tx) ([]string, error) {
		var err error
		m, err = s.post(ctx, tx, a, id, n)
		return []string{string(m.ID)}, err
	})
	if err == nil && len(replay) > 0 {
		return s.Message(ctx, a, id, desk.MessageID(replay[0]))
	}
	if err != nil {
		return Message{}, desk.In(op, err)
	}
	s.wrote(ctx, a.Workspace, 1)
	return m, nil
}

// PostIn is Post within the caller's transaction. The actor's idempotency key
// is the caller's to keep.
func (s *Service) PostIn(ctx context.Context, tx Tx, a desk.Actor, id desk.TicketID, n NewMessage) (Message, error) {
	m, err := s.post(ctx, tx, a, id, n)
	return m, desk.In("tickets.PostIn", err)
}

func (s *Service) post(ctx context.Context, tx Tx, a desk.Actor, id desk.TicketID, n NewMessage) (Message, error) {
	v, l, err := s.lockLive(ctx, tx, a, id)
	if err != nil {
		return Message{}, err
	}
	set, err := settingsOf(ctx, tx, a.Workspace)
	if err != nil {
		return Message{}, err
	}
	now := desk.Moment(s.now())
	o, err := s.compose(ctx, tx, a, set, id, n, now)
	if err != nil {
		return Message{}, err
	}
	// The message comes before the ticket's own rows: the order in which a
	// change of the contact takes its locks too.
	if err := o.keep(ctx, tx, a.Workspace); err != nil {
		return Message{}, err
	}
	return o.m, s.keepPost(ctx, tx, v, l, o, set)
}

// keepPost writes the ticket of a new message, and the events.
func (s *Service) keepPost(ctx context.Context, tx Tx, v viewer, l *locked, o *outgoing, set Settings) error {
	before := l.Ticket
	o.countIn(&l.Ticket)
	j := s.entries(v.Actor, o.m.At, o.cause)
	if err := o.log(j); err != nil {
		return err
	}
	if o.m.Kind == Public && !o.quiet {
		j.Tell(desk.Notice{Type: NoticeCommented, Ticket: l.ID, About: string(o.m.ID), To: told(l.parts, o.m.Contact)})
	}
	if o.reopens(l, set) {
		if err := setStatus(&l.Ticket, set, set.ReopenStatus, o.m.At); err != nil {
			return err
		}
		l.Version++
		if err := logChanges(j, &before, l, diff(&before, &l.Ticket), nil, true); err != nil {
			return err
		}
	}
	r := Record{Ticket: l.Ticket}
	if o.m.Kind == Public { // nothing that a ticket is found by changes else
		r = record(l.Ticket, l.parts, set)
	}
	if err := tx.UpdateTicket(ctx, v.Workspace, r, before.Version); err != nil {
		return err
	}
	return tx.Record(ctx, v.Workspace, j.All...)
}

// reopens reports whether the message opens the ticket again. Mail that no
// person wrote does not.
func (o *outgoing) reopens(l *locked, set Settings) bool {
	st, _ := set.Status(l.Status)
	by := o.m.Contact != "" && o.m.Kind == Public
	if e := o.m.Email; e != nil && (e.AutoReply || e.Bounce || e.List) {
		by = false
	}
	return by && !set.KeepClosed && st.Class != Open && l.Status != set.ReopenStatus && !slices.Contains(l.Locked, "status")
}

// outgoing is a message on its way into the store.
type outgoing struct {
	m     Message
	files []NewAttachment
	limit int64
	quiet bool
	cause string
}

// compose checks a message and makes it.
func (s *Service) compose(ctx context.Context, tx Tx, a desk.Actor, set Settings, t desk.TicketID, n NewMessage, now time.Time) (*outgoing, error) {
	if n.Kind == "" {
		n.Kind = Public
	}
	if err := mayPost(a, n.Kind); err != nil {
		return nil, err
	}
	o := &outgoing{files: n.Attachments, limit: set.MaxAttachment, quiet: n.Quiet, cause: n.Cause}
	o.m = Message{Ticket: t, Kind: n.Kind, AuthorKind: a.Kind, AuthorID: a.ID, Contact: n.Contact, At: now, Email: n.Email}
	id, err := s.ids.New("message")
	if err != nil {
		return nil, err
	}
	o.m.ID = desk.MessageID(id)
	if o.m.Channel, err = channelFor(a, n.Channel); err != nil {
		return nil, err
	}
	if err := s.author(ctx, tx, a, set, o); err != nil {
		return nil, err
	}
	if err := o.attach(s.ids); err != nil {
		return nil, err
	}
	if err := o.write(n.Text, n.HTML, set.MaxMessage); err != nil {
		return nil, err
	}
	return o, nil
}

func mayPost(a desk.Actor, k MessageKind) error {
	switch {
	case k != Public && k != Internal:
		return invalid("kind", "There is no such kind of message.")
	case k == Internal:
		return need(a, "write internal messages", MayNote)
	case a.Kind == desk.ContactActor:
		return nil // whether it takes part was asked before
	}
	return need(a, "write messages", MayReply)
}

// author says whose message it is.
func (s *Service) author(ctx context.Context, tx Tx, a desk.Actor, set Settings, o *outgoing) error {
	m := &o.m
	switch {
	case a.Kind == desk.ContactActor && (m.Contact != "" && string(m.Contact) != a.ID || m.Email != nil || o.quiet):
		return denied("You may write messages of your own only.")
	case a.Kind == desk.ContactActor:
		m.Contact = desk.ContactID(a.ID)
	case a.Kind != desk.SystemActor && (m.Contact != "" || m.Email != nil):
		return denied("You may not write in the name of a contact.")
	case m.Contact != "" && m.Kind == Internal:
		return invalid("kind", "A contact's message is not internal.")
	}
	if err := checkMail(m.Email); err != nil {
		return err
	}
	if m.Contact == "" {
		m.AuthorName = set.AssigneeName(a.ID)
		return nil
	}
	people, err := linkable(ctx, tx, a, []desk.ContactID{m.Contact})
	if err != nil {
		return err
	}
	c, ok := people[m.Contact]
	if !ok {
		return noContact("contact")
	}
	m.AuthorName = c.Name()
	return nil
}

// write sets the text and the HTML.
func (o *outgoing) write(text, html string, limit int64) error {
	for _, s := range []string{text, html} {
		if int64(len(s)) > limit {
			return desk.Errorf(desk.Limited, "text", "A message has at most %d kB.", limit>>10)
		}
	}
	if !utf8.ValidString(html) || strings.IndexByte(html, 0) >= 0 {
		return invalid("html", "The text has a NUL character or is not valid UTF-8.")
	}
	m := &o.m
	// Remote images are kept, so that they can be asked for when it is read.
	m.HTML = SanitizeHTML(html, HTMLOptions{ContentIDs: contentIDs(m.Attachments), RemoteImages: true})
	if strings.TrimSpace(text) == "" && m.HTML != "" {
		text = TextOf(m.HTML)
	}
	var err error
	if m.Text, err = desk.CleanText("text", text, maxMessage); err != nil {
		return err
	}
	if m.Text == "" && m.HTML == "" && len(m.Attachments) == 0 {
		return invalid("text", "The message is empty.")
	}
	return nil
}

// countIn counts the message in its ticket.
func (o *outgoing) countIn(t *Ticket) {
	t.Messages++
	t.LastMessageAt = o.m.At
	if o.m.Kind == Public {
		t.PublicMessages++
		t.LastPublicAt, t.UpdatedAt = o.m.At, o.m.At
	}
}

// log adds the message's event. What it says is not repeated there.
func (o *outgoing) log(j *desk.Entries) error {
	said := "Message written."
	if o.m.Kind == Internal {
		said = "Internal message written."
	}
	return j.Add(VerbPosted, string(o.m.Ticket), said, false, []desk.Change{{Field: "message", New: string(o.m.ID)}})
}

// checkMail checks what is kept of a mail's header.
func checkMail(e *Mail) error {
	if e == nil {
		return nil
	}
	if len(e.References) > maxMailList || len(e.To) > maxMailList || len(e.Cc) > maxMailList {
		return invalid("email", "A mail has at most %d recipients and references.", maxMailList)
	}
	for _, s := range slices.Concat([]string{e.MessageID, e.InReplyTo, e.From, e.FromName, e.Subject}, e.References, e.To, e.Cc) {
		if err := desk.CheckText("email", s, maxMailField, false); err != nil {
			return err
		}
	}
	return nil
}
