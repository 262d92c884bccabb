package notify

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// batch is what is read for messages that leave together: all that is decided
// and written by, as it is at that time.
type batch struct {
	s        *Service
	w        desk.WorkspaceID
	now      time.Time
	settings Settings
	base     string
	own      []Template
	contacts map[desk.ContactID]*contacts.Contact
	choices  map[desk.ContactID]Preferences
	about    about
	// ready are templates that were found in the shelf for this batch.
	ready map[*Template]*compiled
}

// read reads what the entries need.
func (s *Service) read(ctx context.Context, w desk.WorkspaceID, es []Entry) (*batch, error) {
	b := &batch{s: s, w: w, now: s.now(), contacts: map[desk.ContactID]*contacts.Contact{}, ready: map[*Template]*compiled{}}
	var ids []desk.ContactID
	for i := range es {
		if es[i].Contact != "" {
			ids = append(ids, es[i].Contact)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	var err error
	if b.settings, err = s.store.NotifySettings(ctx, w); err != nil {
		return nil, err
	}
	if b.own, err = s.store.Templates(ctx, w); err != nil {
		return nil, err
	}
	if len(ids) > 0 {
		all, err := s.store.Contacts(ctx, w, ids)
		if err != nil {
			return nil, err
		}
		for i := range all {
			b.contacts[all[i].ID] = &all[i]
		}
		if b.choices, err = s.store.Preferences(ctx, w, ids); err != nil {
			return nil, err
		}
	}
	if b.base = b.settings.BaseURL; b.base == "" {
		b.base = strings.TrimRight(s.o.BaseURL, "/")
	}
	return b, b.about.read(ctx, s.store, w, es)
}

// facts collects what an entry is decided by. The check before SMS and
// WhatsApp is not among them: it leaves a trace.
func (b *batch) facts(e *Entry, t *Type) Facts {
	f := Facts{
		Rule: b.settings.On(t), Wanted: true, Class: t.Class, Channel: e.Channel,
		Anonymous: e.Contact == "", Part: NoTicket, CallAllowed: true, Expires: e.ExpiresAt, Now: b.now,
	}
	if t.Expires > 0 {
		if until := e.CreatedAt.Add(t.Expires); f.Expires.IsZero() || until.Before(f.Expires) {
			f.Expires = until
		}
	}
	c := b.contacts[e.Contact]
	if c != nil {
		p := b.choices[c.ID]
		f.Wanted = p.On(t)
		f.There, f.Active, f.OptOut = c.State == contacts.Live, c.Active, c.MarketingOptOut
	}
	if t.Participants {
		f.Part = b.about.part(e.Ticket, e.Contact, f.There && f.Active)
	}
	f.Gone = t.Participants && b.about.gone(e)
	f.Reachable = addressOf(e, c) != ""
	return f
}

// addressOf is where an entry goes.
func addressOf(e *Entry, c *contacts.Contact) string {
	switch {
	case e.Address != "":
		return e.Address
	case c == nil:
		return ""
	case e.Channel == Email:
		return mailAddress(c)
	}
	return numberOf(c)
}

// mailAddress is where a contact gets its emails: the main address, else the
// first labelled one.
func mailAddress(c *contacts.Contact) string {
	if c.Email == "" && len(c.Emails) > 0 {
		return c.Emails[0].Value
	}
	return c.Email
}

// numberOf is where a contact gets SMS and WhatsApp: the primary phone if it is
// a number, else the first that is.
func numberOf(c *contacts.Contact) string {
	if p := c.Phone(); p.E164 != "" {
		return p.E164
	}
	for _, p := range c.Phones {
		if p.E164 != "" {
			return p.E164
		}
	}
	return ""
}

// worker is the actor of what is done when messages leave.
func worker(w desk.WorkspaceID) desk.Actor {
	return desk.Actor{Workspace: w, Kind: desk.SystemActor, ID: "notify", Grants: []desk.Permission{contacts.MayView}}
}

// decide asks all gates about an entry. A channel that rings asks last whether
// it may now, which is noted; opens is when it may, if that is later.
func (b *batch) decide(ctx context.Context, e *Entry, t *Type) (d desk.Decision, opens time.Time, err error) {
	f := b.facts(e, t)
	d = Decide(f)
	if !d.Allowed || e.Channel == Email || e.Contact == "" {
		return d, opens, nil
	}
	check, err := b.s.contacts.MayCallNow(ctx, worker(b.w), e.Contact)
	if err != nil {
		return d, opens, err
	}
	f.CallAllowed, f.CallReason = check.Allowed, check.Reason
	return Decide(f), check.Opens, nil
}

// job is a claimed entry, and either what became of it or the message to send.
type job struct {
	entry Entry
	// lease is when the claim ends.
	lease time.Time
	done  *Mark
	msg   Message
	gate  desk.Decision
}

// prepare decides about an entry and writes its message. Only errors that are
// of the database, and so of the whole batch, are returned.
func (b *batch) prepare(ctx context.Context, e *Entry) (*job, error) {
	j := &job{entry: *e, lease: e.DueAt}
	t := b.s.byName[e.Type]
	if t == nil {
		j.done = b.dead(e, "There is no such type of message.")
		return j, nil
	}
	d, opens, err := b.decide(ctx, e, t)
	if err != nil {
		return nil, err
	}
	if j.gate = d; !d.Allowed {
		if j.done = b.suppressed(e, d); !opens.IsZero() && d.Gate == "call_preference" {
			m := b.again(e, opens)
			m.Gate, m.Reason = d.Gate, d.Reason+" It is sent then."
			j.done = m
		}
		return j, nil
	}
	err = b.write(ctx, j, t)
	switch {
	case err == nil:
	case errors.Is(err, errGone):
		j.done = b.suppressed(e, desk.Decision{Gate: "content", Reason: "What the message is of is not there any more."})
	case desk.KindOf(err) == desk.Unavailable:
		return nil, err
	default:
		j.done = b.dead(e, "The message cannot be written: "+Redact(desk.MessageOf(err)))
		if isPermanent(err) {
			j.done.Error = Redact(err.Error())
		}
	}
	return j, nil
}

// errGone says that there is nothing to tell any more.
var errGone = errors.New("what the message is of is not there any more")

// mark starts what became of an entry.
func (b *batch) mark(e *Entry, state State) *Mark {
	m := &Mark{ID: e.ID, Claim: e.Claim, State: state, DueAt: b.now, Attempts: e.Attempts, Address: e.Address}
	if state >= Sent {
		m.DoneAt, m.Address = b.now, maskAddress(e.Address)
	}
	if state == Dead {
		m.Address = e.Address // it may be sent by hand
	}
	return m
}

func (b *batch) suppressed(e *Entry, d desk.Decision) *Mark {
	m := b.mark(e, Suppressed)
	m.Gate, m.Reason = d.Gate, d.Reason
	return m
}

func (b *batch) dead(e *Entry, why string) *Mark {
	m := b.mark(e, Dead)
	m.Gate, m.Reason, m.Error = "sending", why, why
	return m
}

// again gives an entry back, to be taken at a time; it does not count as an attempt.
func (b *batch) again(e *Entry, at time.Time) *Mark {
	m := b.mark(e, Queued)
	m.DueAt, m.Attempts = desk.Moment(at), max(e.Attempts-1, 0)
	return m
}

// write makes the message of a job.
func (b *batch) write(ctx context.Context, j *job, t *Type) error {
	e, c := &j.entry, b.contacts[j.entry.Contact]
	j.msg = Message{ID: e.ID, Workspace: b.w, Type: e.Type, Channel: e.Channel, At: e.CreatedAt}
	given, err := decodeContent(e.Content)
	if err != nil {
		return err
	}
	if e.Channel != Email {
		j.msg.Number, j.msg.Text = addressOf(e, c), given.Text
		j.msg.Template = WhatsAppTemplate{Name: given.Template, Language: given.Language, Params: given.Params}
		return nil
	}
	if j.msg.To, err = NewMailbox(nameOf(c), addressOf(e, c)); err != nil {
		return &Permanent{Message: "The address of the contact is not one that mail can be sent to.", Err: err}
	}
	d, err := b.data(ctx, e, t, c, given)
	if err != nil {
		return err
	}
	w, language, err := b.words(t, c, d)
	if err != nil {
		return err
	}
	return b.envelope(j, t, c, w, language)
}

func nameOf(c *contacts.Contact) string {
	if c == nil || strings.Contains(c.Name(), "@") {
		return ""
	}
	return c.Name()
}

// words fills the template in. When a template of the workspace fails, the
// library's own is used: a message in other words is better than none.
func (b *batch) words(t *Type, c *contacts.Contact, d *Data) (words, string, error) {
	languages := make([]string, 0, 2)
	if c != nil && c.Language != "" {
		languages = append(languages, c.Language)
	}
	if b.settings.Language != "" {
		languages = append(languages, b.settings.Language)
	}
	tpl := pick(t, b.own, languages...)
	if tpl != &t.Default {
		if compiled, err := b.compiled(tpl); err == nil {
			if w, err := compiled.run(d); err == nil && w.subject != "" {
				return w, tpl.Language, nil
			}
		}
	}
	compiled, err := b.compiled(&t.Default)
	if err != nil {
		return words{}, "", err
	}
	w, err := compiled.run(d)
	return w, "en", err
}

// compiled returns a template that can be run.
func (b *batch) compiled(t *Template) (*compiled, error) {
	if c := b.ready[t]; c != nil {
		return c, nil
	}
	c, err := b.s.shelf.get(t)
	if err == nil {
		b.ready[t] = c
	}
	return c, err
}

// data collects what the template may say.
func (b *batch) data(ctx context.Context, e *Entry, t *Type, c *contacts.Contact, given content) (*Data, error) {
	d := &Data{}
	d.Workspace.Name, d.Workspace.URL = b.settings.Name, b.base
	if c != nil {
		d.Contact.Name, d.Contact.FirstName = cutRunes(oneLine(nameOf(c)), 200), cutRunes(oneLine(c.FirstName), 100)
	}
	d.Item.Title, d.Item.Text, d.Item.URL = given.Title, given.Text, b.link(given.Path)
	b.about.fill(d, b, e)
	if t.AnyoneNew {
		number := d.Ticket.Number
		*d = Data{Workspace: d.Workspace}
		d.Ticket.Number = number
	}
	if t.Details == nil {
		return d, nil
	}
	det, err := t.Details(ctx, b.w, e.Contact, e.About)
	if kind := desk.KindOf(err); kind == desk.NotFound || kind == desk.Denied {
		return nil, errGone
	}
	if err != nil {
		return nil, err
	}
	d.Item.Title, d.Item.Text, d.Item.Due = cutRunes(oneLine(det.Title), 500), cutRunes(det.Text, 20_000), det.Due
	d.Item.URL = b.link(det.Path)
	return d, nil
}

// link makes an absolute URL below the workspace's base; nothing else is ever
// linked to.
func (b *batch) link(path string) string {
	if b.base == "" || path == "" || path[0] != '/' || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\ \"'<>\r\n\x00") {
		return ""
	}
	return b.base + path
}

// ticketLink is the ticket's page for its contacts.
func (b *batch) ticketLink(id desk.TicketID, number int64) string {
	if b.s.o.TicketPath == "" {
		return ""
	}
	return b.link(strings.NewReplacer("{id}", string(id), "{number}", strconv.FormatInt(number, 10)).Replace(b.s.o.TicketPath))
}

// envelope sets what is around the words of an email.
func (b *batch) envelope(j *job, t *Type, c *contacts.Contact, w words, language string) error {
	e, m := &j.entry, &j.msg
	from, replyTo := cmp.Or(b.settings.From, b.s.o.From), cmp.Or(b.settings.ReplyTo, b.s.o.ReplyTo)
	var err error
	if m.From, err = NewMailbox(b.settings.Name, from); err != nil {
		return &Permanent{Message: "No address is set up that emails come from.", Err: err}
	}
	domain := b.s.o.Domain
	if domain == "" {
		domain = m.From.Domain()
	}
	if err := b.about.thread(m, b, e, replyTo, domain); err != nil {
		return err
	}
	var contact desk.ContactID
	if c != nil {
		contact = c.ID
	}
	m.Unsubscribe = b.s.unsubscribeURL(b.base, b.w, contact, t)
	m.Reply = t.AnyoneNew
	f := frame{language: language, footer: b.settings.Footer, name: b.settings.Name, why: why(t), stop: m.Unsubscribe}
	m.Subject, m.Text, m.HTML = w.subject, f.text(w.text), f.html(w.subject, w.html)
	return nil
}
