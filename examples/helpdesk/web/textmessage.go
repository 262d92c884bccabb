package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/tickets"
)

// textView is the page on which an SMS or a template message by WhatsApp is
// written: to a contact, or to a number that may belong to nobody.
type textView struct {
	Action, Once, Back, BackText string
	Contact                      *personLink
	Ticket                       linkView
	Channels                     []tabView
	// Templates are WhatsApp's to choose from, ChooseURL what shows one.
	Templates []option
	ChooseURL string
	Carried   []hiddenForm
	Preview   string
	Fields    []fieldView
	// Blocked says why nothing can be sent, with the way to mend it; Warnings
	// why it would not be sent now.
	Blocked, EditURL string
	Warnings         []string
	LocalTime        string
	Errors           []errorView
	Dirty            bool
}

// textMatter is what a text message is about.
type textMatter struct {
	contact  *contacts.Contact
	ticket   *tickets.Ticket
	channel  notify.Channel
	template *ApprovedTemplate
}

// textRoutes names the pages of messages that an agent writes to one person.
func (s *server) textRoutes() {
	s.page("GET /messages/new", s.newText)
	s.page("POST /messages/new", s.sendText)
}

// textURL is the page for a contact and a ticket, either of which may be empty.
func textURL(contact desk.ContactID, ticket string) string {
	q := url.Values{}
	if contact != "" {
		q.Set("contact", string(contact))
	}
	if ticket != "" {
		q.Set("ticket", ticket)
	}
	if len(q) == 0 {
		return "/messages/new"
	}
	return "/messages/new?" + q.Encode()
}

// mayText reports whether the agent may send messages to phones.
func (r *request) mayText() bool { return r.may(notify.MaySend) && !hidesPhones(r) }

// textOf reads what the address says the message is about.
func (s *server) textOf(r *request) (textMatter, error) {
	m := textMatter{channel: notify.SMS}
	if !r.mayText() {
		return m, &desk.Error{Kind: desk.Denied, Message: "You may not send messages."}
	}
	q := r.URL.Query()
	if id := q.Get("contact"); id != "" {
		c, err := s.Contacts.Get(r.Context(), r.actor, desk.ContactID(id))
		if err != nil {
			return m, err
		}
		m.contact = &c
	}
	if ref := q.Get("ticket"); ref != "" {
		t, err := s.ticketRef(r, ref)
		if err != nil {
			return m, err
		}
		m.ticket = &t
	}
	if q.Get("channel") == string(notify.WhatsApp) {
		m.channel = notify.WhatsApp
		at := slices.IndexFunc(s.WhatsApp, func(t ApprovedTemplate) bool { return t.key() == q.Get("template") })
		if at < 0 && len(s.WhatsApp) > 0 {
			at = 0
		}
		if at >= 0 {
			m.template = &s.WhatsApp[at]
		}
	}
	return m, nil
}

// query is what the address says of the message, on a channel.
func (m *textMatter) query(channel notify.Channel) url.Values {
	q := url.Values{"channel": {string(channel)}}
	if m.contact != nil {
		q.Set("contact", string(m.contact.ID))
	}
	if m.ticket != nil {
		q.Set("ticket", strconv.FormatInt(m.ticket.Number, 10))
	}
	return q
}

func (s *server) newText(w http.ResponseWriter, r *request) error {
	m, err := s.textOf(r)
	if err != nil {
		return err
	}
	return s.showText(w, r, http.StatusOK, &m, nil)
}

// showText shows the form with what was typed and what is wrong with it.
func (s *server) showText(w http.ResponseWriter, r *request, status int, m *textMatter, problem error) error {
	q := m.query(m.channel)
	v := textView{Once: newOnce(r), Back: "/calls", BackText: "Calls", Dirty: problem != nil}
	for _, c := range []struct {
		channel notify.Channel
		label   string
	}{{notify.SMS, "SMS"}, {notify.WhatsApp, "WhatsApp"}} {
		v.Channels = append(v.Channels, tabView{Label: c.label, URL: "/messages/new?" + m.query(c.channel).Encode(), Current: c.channel == m.channel})
	}
	if m.ticket != nil {
		v.Ticket = linkView{Label: strconv.FormatInt(m.ticket.Number, 10) + " " + ticketTitle(m.ticket), URL: ticketPath(m.ticket)}
		v.Back, v.BackText = v.Ticket.URL, v.Ticket.Label
	}
	if m.contact != nil {
		if err := s.textTo(r, m, &v); err != nil {
			return err
		}
	}
	s.textTemplates(m, &v, q)
	v.Action = "/messages/new?" + q.Encode()
	v.Fields = textFields(r, m)
	for i := range v.Fields {
		v.Fields[i].ID = "f-" + strings.ReplaceAll(v.Fields[i].Name, ".", "-")
	}
	v.blame(problem)
	s.show(w, r, status, "textmessage", view{Title: "New message", Section: "Contacts", Data: v})
	return nil
}

// textTo fills in the contact, and what keeps messages from it: that it may not
// be texted at this hour is decided, and noted, when the message leaves.
func (s *server) textTo(r *request, m *textMatter, v *textView) error {
	c := m.contact
	to := requesterLink(c)
	v.Contact = &to
	if m.ticket == nil {
		v.Back, v.BackText = to.URL, to.Name
	}
	call := s.call(c)
	if call.DoNotCall {
		v.Warnings = append(v.Warnings, "The contact does not want to be called or texted. The message would not be sent.")
	}
	if call.LocalTime != "" {
		v.LocalTime = "It is " + call.LocalTime + " there (" + call.TimeZone + ")."
	}
	if len(numbersOf(c)) == 0 {
		v.Blocked = "The contact has no phone number that can be sent to."
		if r.may(contacts.MayModify) && c.State == contacts.Live {
			v.EditURL = to.URL + "/edit#methods"
		}
	}
	if !r.may(notify.MayView) {
		return nil
	}
	gates, err := s.Notify.Explain(r.Context(), r.actor, c.ID, directType(m.channel), "")
	for _, g := range gates {
		if !g.Allowed && g.Gate != "address" {
			v.Warnings = append(v.Warnings, g.Reason+" The message would not be sent.")
		}
	}
	return err
}

func directType(c notify.Channel) string {
	if c == notify.WhatsApp {
		return notify.TypeWhatsApp
	}
	return notify.TypeSMS
}

// textTemplates adds the choice of WhatsApp's templates, and that one to the
// address of the form.
func (s *server) textTemplates(m *textMatter, v *textView, q url.Values) {
	if m.template == nil {
		return
	}
	for name := range q {
		v.Carried = append(v.Carried, hiddenForm{name, q.Get(name)})
	}
	slices.SortFunc(v.Carried, func(a, b hiddenForm) int { return strings.Compare(a.Name, b.Name) })
	for i := range s.WhatsApp {
		t := &s.WhatsApp[i]
		v.Templates = append(v.Templates, option{Value: t.key(), Label: t.Name + " (" + t.Language + ")", Selected: t == m.template})
	}
	q.Set("template", m.template.key())
	v.Preview = m.template.Text
}

// numbersOf are the numbers of a contact that can be sent to, the primary one first.
func numbersOf(c *contacts.Contact) []option {
	var all []option
	for _, p := range c.Phones {
		if p.E164 == "" || slices.ContainsFunc(all, func(o option) bool { return o.Value == p.E164 }) {
			continue
		}
		o := option{Value: p.E164, Label: p.E164}
		if p.Label != "" {
			o.Label += " (" + clip(p.Label, 40) + ")"
		}
		if p.Primary {
			all = slices.Insert(all, 0, o)
			continue
		}
		all = append(all, o)
	}
	return all
}

// textFields are the controls of the form.
func textFields(r *request, m *textMatter) []fieldView {
	var fields []fieldView
	if m.contact != nil {
		fields = append(fields, fieldView{Name: "number", Label: "Number", Control: selectControl, Options: chosen(numbersOf(m.contact), r.PostForm.Get("number"))})
	} else {
		fields = append(fields, fieldView{Name: "number", Label: "Number", Control: textControl, Help: "With its country code, such as +49 30 1234567."})
		name := fieldView{Name: "name", Label: "Whose number it is", Control: textControl, Help: "Nobody is made a contact: you may not make contacts."}
		if r.may(contacts.MayCreate) {
			name.Help = "A number that belongs to no contact makes one, with this name."
		}
		fields = append(fields, name)
	}
	switch {
	case m.channel == notify.SMS:
		fields = append(fields, fieldView{Name: "text", Label: "Message", Control: areaControl, Lines: 5, Wide: true, Help: "Up to 1,600 characters. Long ones are sent, and paid for, in parts."})
	case m.template == nil:
		fields = append(fields, fieldView{Name: "template", Label: "Template", Control: textControl, Help: "Its name at WhatsApp, such as order_ready."},
			fieldView{Name: "language", Label: "Language", Control: textControl, Help: "As WhatsApp has it, such as en_US."},
			fieldView{Name: "params", Label: "Values", Control: areaControl, Lines: 4, Wide: true, Help: "What is filled in, one a line, in the order of the template."})
	default:
		n, _ := m.template.variables()
		for i := range n {
			fields = append(fields, fieldView{Name: "p." + strconv.Itoa(i+1), Label: "Value for {{" + strconv.Itoa(i+1) + "}}", Control: textControl})
		}
	}
	for i := range fields {
		fields[i].Value = r.PostForm.Get(fields[i].Name)
	}
	return fields
}

// blame puts what is wrong beside the field it names, else at the first.
func (v *textView) blame(problem error) {
	if problem == nil {
		return
	}
	name := desk.FieldOf(problem)
	at := slices.IndexFunc(v.Fields, func(f fieldView) bool { return f.Name == name })
	if at < 0 {
		at = 0
	}
	v.Fields[at].Error = desk.MessageOf(problem)
	v.Errors = []errorView{{Text: desk.MessageOf(problem), Anchor: v.Fields[at].ID}}
}

// sendText puts the message into the outbox.
func (s *server) sendText(w http.ResponseWriter, r *request) error {
	m, err := s.textOf(r)
	if err != nil {
		return err
	}
	to := notify.To{Number: r.PostForm.Get("number"), Name: strings.TrimSpace(r.PostForm.Get("name"))}
	if m.contact != nil {
		to = notify.To{Contact: m.contact.ID, Number: to.Number}
	}
	res, err := s.queueText(r, &m, to)
	if refused(err) {
		return s.showText(w, r, http.StatusUnprocessableEntity, &m, err)
	}
	if err != nil {
		return err
	}
	text := "The message is in the queue. Whether it may be sent is decided when it leaves; it is listed here with the reason."
	if res.Created {
		text = "A contact was made of the number. " + text
	}
	back := "/messages"
	switch {
	case m.ticket != nil:
		back = ticketPath(m.ticket) + "/told"
	case res.Contact != "":
		back = "/contacts/" + string(res.Contact) + "/notifications"
	}
	if !r.may(notify.MayView) {
		back, text = "/contacts", "The message is in the queue. Whether it may be sent is decided when it leaves."
	}
	return s.leaveFor(w, r, back, text)
}

// queueText is the message of the form. One that is sent twice is queued once.
func (s *server) queueText(r *request, m *textMatter, to notify.To) (notify.DirectResult, error) {
	actor := r.once("web.text.")
	var ticket desk.TicketID
	if m.ticket != nil {
		ticket = m.ticket.ID
	}
	if m.channel == notify.SMS {
		return s.Notify.SendSMS(r.Context(), actor, notify.SMSMessage{To: to, Text: lines(r.PostForm.Get("text")), Ticket: ticket})
	}
	x := notify.WhatsAppMessage{To: to, Template: strings.TrimSpace(r.PostForm.Get("template")), Language: r.PostForm.Get("language"), Ticket: ticket}
	if t := m.template; t != nil {
		x.Template, x.Language = t.Name, t.Language
		n, _ := t.variables()
		for i := range n {
			name := "p." + strconv.Itoa(i+1)
			value := strings.TrimSpace(r.PostForm.Get(name))
			if value == "" {
				return notify.DirectResult{}, desk.Errorf(desk.Invalid, name, "The template needs a value for {{%d}}.", i+1)
			}
			x.Params = append(x.Params, value)
		}
	} else if values := lines(r.PostForm.Get("params")); values != "" {
		x.Params = strings.Split(values, "\n")
	}
	return s.Notify.SendWhatsApp(r.Context(), actor, x)
}
