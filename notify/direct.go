package notify

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// To is who a direct message goes to: a contact (by its number, or the one of its
// numbers that is named), or a number with the name of whom it belongs to.
type To struct {
	Contact desk.ContactID
	// Number is as people write it; national ones in the workspace's region.
	Number string
	Name   string
}

// WhatsAppMessage is a template message by WhatsApp.
type WhatsAppMessage struct {
	To To
	// Template is the name that WhatsApp has approved, Language its language
	// ("en_US" or "en-US"), Params what is filled in: at most 20 of at most
	// 1,024 characters.
	Template, Language string
	Params             []string
	// Ticket puts it with a ticket; it may be empty.
	Ticket desk.TicketID
	// Expires is after how long it is not sent any more; 0: after three days.
	Expires time.Duration
}

// SMSMessage is a text message.
type SMSMessage struct {
	To To
	// Text is at most 1,600 characters.
	Text string
	// Ticket and Expires are as in [WhatsAppMessage].
	Ticket  desk.TicketID
	Expires time.Duration
}

// DirectResult says what became of a direct message: it waits in the outbox.
type DirectResult struct {
	ID desk.NoticeID
	// Contact is the recipient, if it is one; Created reports that it was made
	// for this message.
	Contact desk.ContactID
	Created bool
}

// directExpires is how long a direct message is good for.
const directExpires = 72 * time.Hour

// SendWhatsApp puts a template message into the outbox. It needs MaySend, and
// the contact's phones must not be hidden from the actor. A number that belongs to
// no contact makes one, if the actor may make contacts; else the message is
// sent all the same and no contact is made. Whether the contact may be texted
// is asked when the message leaves.
func (s *Service) SendWhatsApp(ctx context.Context, a desk.Actor, m WhatsAppMessage) (DirectResult, error) {
	const op = "notify.SendWhatsApp"
	err := need(a, "send messages", MaySend)
	if err == nil {
		err = checkWhatsApp(&m)
	}
	if err != nil {
		return DirectResult{}, desk.In(op, err)
	}
	r, err := s.direct(ctx, a, op, m, m.To, Entry{Type: TypeWhatsApp, Channel: WhatsApp, Ticket: m.Ticket},
		m.Expires, content{Template: m.Template, Language: m.Language, Params: m.Params})
	return r, desk.In(op, err)
}

// SendSMS puts a text message into the outbox. It needs what SendWhatsApp needs.
func (s *Service) SendSMS(ctx context.Context, a desk.Actor, m SMSMessage) (DirectResult, error) {
	const op = "notify.SendSMS"
	err := need(a, "send messages", MaySend)
	if err == nil {
		m.Text, err = desk.CleanText("text", m.Text, 1600)
	}
	if err == nil && m.Text == "" {
		err = invalid("text", "The message is empty.")
	}
	if err != nil {
		return DirectResult{}, desk.In(op, err)
	}
	r, err := s.direct(ctx, a, op, m, m.To, Entry{Type: TypeSMS, Channel: SMS, Ticket: m.Ticket}, m.Expires, content{Text: m.Text})
	return r, desk.In(op, err)
}

func checkWhatsApp(m *WhatsAppMessage) error {
	var err error
	if m.Template, err = desk.CleanLine("template", m.Template, 512); err != nil {
		return err
	}
	if m.Template == "" || strings.Trim(m.Template, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
		return invalid("template", "A template's name has letters a to z, digits and underscores.")
	}
	m.Language = strings.ReplaceAll(strings.TrimSpace(m.Language), "_", "-")
	if m.Language == "" {
		m.Language = "en"
	}
	if m.Language, err = cleanTag("language", m.Language); err != nil {
		return err
	}
	if len(m.Params) > 20 {
		return invalid("params", "A template takes at most 20 values.")
	}
	m.Params = slices.Clone(m.Params)
	for i, p := range m.Params {
		if m.Params[i], err = desk.CleanLine("params", p, 1024); err != nil {
			return err
		}
		if m.Params[i] == "" {
			return invalid("params", "Value %d of the template is empty.", i+1)
		}
	}
	return nil
}

// direct finds the recipient and queues the message.
func (s *Service) direct(ctx context.Context, a desk.Actor, op string, input any, to To, e Entry, expires time.Duration, what content) (DirectResult, error) {
	var r DirectResult
	if contacts.AccessTo(a, "phones") == desk.Hidden {
		return r, phonesRestricted("You may not use this field.")
	}
	if expires <= 0 {
		expires = directExpires
	}
	var err error
	if e.Content, err = what.encode(); err != nil {
		return r, err
	}
	if err := s.addressee(ctx, a, &to, &e, &r); err != nil {
		return r, err
	}
	e.CreatedAt = s.now()
	e.DueAt, e.ExpiresAt = e.CreatedAt, e.CreatedAt.Add(expires)
	replay, err := s.write(ctx, a, op, input, func(tx Tx) ([]string, error) {
		id, err := s.o.IDs.New("notice")
		if err != nil {
			return nil, err
		}
		e.ID, r.ID = desk.NoticeID(id), desk.NoticeID(id)
		j := s.journal(a)
		if err := j.Add(VerbSent, string(e.Contact), s.byName[e.Type].Label+" queued for "+maskAddress(e.Address)+".", false, nil); err != nil {
			return nil, err
		}
		e.Event = j.All[0].ID
		if err := tx.Record(ctx, a.Workspace, j.All...); err != nil {
			return nil, err
		}
		return []string{id}, tx.Queue(ctx, a.Workspace, []Entry{e})
	})
	if err == nil && len(replay) > 0 {
		r.ID = desk.NoticeID(replay[0])
	}
	return r, err
}

func phonesRestricted(say string) error {
	return &desk.Error{Kind: desk.Denied, Field: "phones", Message: say, Err: contacts.ErrRestricted}
}

// addressee fills in the entry's contact and address.
func (s *Service) addressee(ctx context.Context, a desk.Actor, to *To, e *Entry, r *DirectResult) error {
	number, err := s.number(ctx, a, to.Number)
	if err != nil {
		return err
	}
	if to.Contact != "" {
		c, err := s.seen(ctx, s.store, a, to.Contact, "")
		if err != nil {
			return err
		}
		return addressContact(&c, number, e, r)
	}
	if number == "" {
		return invalid("number", "Choose a contact or write a number.")
	}
	e.Address = number
	c, sees, err := s.byNumber(ctx, a, number)
	switch {
	case err != nil:
		return err
	case c != nil && !sees:
		// What the contact wants holds all the same; that it is there is not told.
		e.Contact = c.ID
		return nil
	case c == nil && a.May(contacts.MayCreate):
		if c, err = s.newRecipient(ctx, a, to, number); err != nil {
			return err
		}
		r.Created = true
	}
	if c != nil {
		e.Contact, r.Contact = c.ID, c.ID
	}
	return nil
}

// addressContact chooses the number of a contact.
func addressContact(c *contacts.Contact, number string, e *Entry, r *DirectResult) error {
	if number == "" {
		number = numberOf(c)
	} else if !slices.ContainsFunc(c.Phones, func(p contacts.Phone) bool { return p.E164 == number }) {
		return invalid("number", "This is not a number of the contact. Add it to the contact first.")
	}
	if number == "" {
		return invalid("number", "The contact has no phone with a number that can be sent to.")
	}
	e.Contact, r.Contact, e.Address = c.ID, c.ID, number
	return nil
}

// number reads a number in the workspace's region.
func (s *Service) number(ctx context.Context, a desk.Actor, text string) (string, error) {
	if strings.TrimSpace(text) == "" {
		return "", nil
	}
	set, err := s.store.Settings(ctx, a.Workspace)
	if err != nil {
		return "", err
	}
	e164, ok := contacts.ParsePhone(text, set.Region)
	if !ok || !utf8.ValidString(text) {
		return "", invalid("number", "This is not a phone number. Write it with its country code, such as +49 30 1234567.")
	}
	return e164, nil
}

// byNumber returns the live contact that has the number: of several the oldest
// that the actor sees, else the oldest. It is nil if there is none.
func (s *Service) byNumber(ctx context.Context, a desk.Actor, number string) (c *contacts.Contact, sees bool, err error) {
	found, err := s.store.FindKeys(ctx, a.Workspace, []contacts.Key{{Kind: contacts.KeyPhone, Value: number}})
	if err != nil {
		return nil, false, err
	}
	ids := make([]desk.ContactID, len(found))
	for i, f := range found {
		ids[i] = f.ID
	}
	slices.Sort(ids)
	for _, id := range ids {
		one, err := s.store.Contact(ctx, a.Workspace, id)
		if err != nil {
			return nil, false, err
		}
		if contacts.Sees(a, &one) {
			return &one, true, nil
		}
		if c == nil {
			c = &one
		}
	}
	return c, false, nil
}

// newRecipient makes a contact of a number that belongs to nobody.
func (s *Service) newRecipient(ctx context.Context, a desk.Actor, to *To, number string) (*contacts.Contact, error) {
	name, err := desk.CleanLine("name", to.Name, 200)
	if err != nil {
		return nil, err
	}
	if a.Key != "" {
		a = a.WithKey(desk.Cut(a.Key, 180) + "/recipient")
	}
	c, err := s.contacts.Create(ctx, a, contacts.NewContact{DisplayName: name, Phones: []contacts.Phone{{Value: number, Primary: true}}})
	return &c, err
}
