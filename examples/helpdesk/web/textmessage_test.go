package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
	"github.com/deskfolk/desk/examples/helpdesk/web"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/tickets"
)

const textAt = "/messages/new"

// catchTexts sends what is due to where messages are caught.
func (s *site) catchTexts() {
	s.t.Helper()
	w := notify.NewWorker(s.notify, map[notify.Channel]notify.Sender{notify.SMS: s.mail, notify.WhatsApp: s.mail}, nil)
	if _, err := w.Once(s.t.Context(), s.Workspace); err != nil {
		s.t.Fatal(err)
	}
}

// queued are the messages by agents, newest first.
func (s *site) queued() []notify.Entry {
	s.t.Helper()
	l, err := s.notify.Decisions(s.t.Context(), s.teller(), notify.DecisionFilter{}, desk.Page{Limit: 50})
	if err != nil {
		s.t.Fatal(err)
	}
	return slices.DeleteFunc(l.Entries, func(e notify.Entry) bool { return e.Type != notify.TypeSMS && e.Type != notify.TypeWhatsApp })
}

// callable is a contact with a mobile phone, in whose place it is noon.
func callable(name string) contacts.NewContact {
	return contacts.NewContact{FirstName: name, Phones: []contacts.Phone{{Label: "work", Value: "+44 20 7946 0958"}, {Label: "mobile", Value: "+44 7400 123456", Primary: true}},
		CallHours: contacts.CallHours{From: 0, Until: 24 * 60}}
}

// TestTextMessage sends an SMS from the contact's and from the ticket's page
// without a script, and the page says what became of it.
func TestTextMessage(t *testing.T) {
	t.Parallel()
	onBoth(t, textMessage)
}

func textMessage(t *testing.T, s *site) {
	t.Helper()
	is := is.New(t)
	ann := s.add(callable("Ann"))
	no := callable("Nora")
	no.Phones, no.DoNotCall = no.Phones[:1], true
	nora := s.add(no)
	ask := s.ask(tickets.NewTicket{Subject: "Broken saw", Requester: ann.ID, Quiet: true})
	b := s.signedIn(accounts.AgentRole)
	p := b.get("/contacts/"+string(ann.ID)).link("SMS or WhatsApp").says("SMS", "Ann", "+447400123456 (mobile)", "+442079460958 (work)")
	values, _ := p.form(textAt)
	is.Equal(values.Get("number"), "+447400123456") // the primary one first
	p.send(textAt, "do=send").is(http.StatusUnprocessableEntity).says("The message is empty.")
	long := p.send(textAt, "do=send", "text", strings.Repeat("x", 1601), "number", "+442079460958").is(http.StatusUnprocessableEntity).says("Not sent yet.")
	values, _ = long.form(textAt)
	is.True(len(values.Get("text")) == 1601 && values.Get("number") == "+442079460958")
	p.send(textAt, "do=send", "text", "Hello", "number", "+4915112345678").is(http.StatusUnprocessableEntity).says("This is not a number of the contact.")
	p.send(textAt, "do=send", "text", "We come at noon.", "number", "+442079460958").is(http.StatusOK).says("The message is in the queue.", "SMS by an agent", "Waiting")
	p.send(textAt, "do=send", "text", "We come at noon.", "number", "+442079460958") // the button was pressed twice
	is.Equal(len(s.queued()), 1)

	b.get(at(ask)).link("SMS or WhatsApp").says("1 Broken saw", "Ann").send(textAt, "do=send", "text", "The saw is ready.").is(http.StatusOK).says("Who was told", "Waiting")
	is.Equal(s.queued()[0].Ticket, ask.ID)
	b.get(textAt+"?contact="+string(nora.ID)).says("does not want to be called or texted").send(textAt, "do=send", "text", "Hello")
	s.catchTexts()
	b.get("/contacts/"+string(nora.ID)+"/notifications").says("Not sent", "The contact does not want to be called.")
	b.get(at(ask) + "/told").says("Sent")
	m := s.signedIn(accounts.Manager)
	m.get("/_mail").says("We come at noon.", "+442079460958", "SMS by an agent").silent("Hello").link("We come at noon.").says("+442079460958").silent("/raw")
	mute := s.add(contacts.NewContact{FirstName: "Mute"})
	b.get(textAt+"?contact="+string(mute.ID)).says("no phone number that can be sent to", "Add a number to the contact").silent("Send message")
}

// approved are templates as WhatsApp approves them.
var approved = []web.ApprovedTemplate{{Name: "hello_world", Language: "en_US", Text: "Hello from us."}, {Name: "order_ready", Language: "en_US", Text: "Hello {{1}}, your order {{2}} is ready. Yours, {{1}}."}}

// TestWhatsAppTemplates chooses an approved template and fills in its values;
// a server without a list of them takes their names.
func TestWhatsAppTemplates(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSiteOn(t, desktest.New(t), "sqlite", func(c *web.Config) { c.WhatsApp = approved })
	ann := s.add(callable("Ann"))
	b := s.signedIn(accounts.AgentRole)
	p := b.get("/contacts/"+string(ann.ID)).link("SMS or WhatsApp").link("WhatsApp").says("hello_world (en_US)", "Hello from us.")
	p = p.send(textAt, "", "template", "order_ready/en_US").says("Hello {{1}}, your order {{2}} is ready.", "Value for {{1}}", "Value for {{2}}")
	p = p.send(textAt, "do=send", "p.1", "Ann").is(http.StatusUnprocessableEntity).says("The template needs a value for {{2}}.")
	values, _ := p.formWith(textAt, "do=send")
	is.Equal(values.Get("p.1"), "Ann")
	p.send(textAt, "do=send", "p.2", "17").is(http.StatusOK).says("WhatsApp message by an agent", "Waiting")
	s.catchTexts()
	m := s.signedIn(accounts.Manager)
	m.get("/_mail").link("order_ready (en-US)").says("+447400123456", "{{1}}: Ann", "{{2}}: 17")
	b.get(textAt + "?channel=whatsapp&template=nothing&contact=" + string(ann.ID)).says("Hello from us.")

	plain := newSite(t)
	bob := plain.add(callable("Bob"))
	p = plain.signedIn(accounts.AgentRole).get(textAt + "?channel=whatsapp&contact=" + string(bob.ID)).says("Its name at WhatsApp")
	p = p.send(textAt, "do=send", "template", "Order Ready", "language", "en_US", "params", "Bob\n17").is(http.StatusUnprocessableEntity).says("A template's name has letters", "Not sent yet.")
	p.send(textAt, "do=send", "template", "order_ready").is(http.StatusOK)
	plain.catchTexts()
	plain.signedIn(accounts.Manager).get("/_mail").link("order_ready (en-US)").says("{{1}}: Bob", "{{2}}: 17")
}

// TestTextToNumber sends to a number: one that belongs to nobody makes a contact.
func TestTextToNumber(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	b := s.signedIn(accounts.AgentRole)
	p := b.get("/calls").link("SMS or WhatsApp").says("Whose number it is", "makes one, with this name")
	p = p.send(textAt, "do=send", "number", "12", "name", "Zoe", "text", "Hello").is(http.StatusUnprocessableEntity).says("This is not a phone number.")
	p.send(textAt, "do=send", "number", "+44 7400 123456").is(http.StatusOK).says("A contact was made of the number.", "Zoe", "SMS by an agent")
	list, err := s.Contacts.List(t.Context(), s.Manager, contacts.Query{Text: "Zoe"}, desk.Page{})
	is.NoErr(err)
	is.Equal(len(list.Contacts), 1)
	is.Equal(cmp.Diff([]contacts.Phone{{Value: "+447400123456", E164: "+447400123456", Primary: true}}, list.Contacts[0].Phones), "")
}

// TestR53_TextsAreForFew: who may not send messages, and contacts and tickets
// of another workspace, get the page that says nothing, and nothing is queued.
func TestR53_TextsAreForFew(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	other := s.Manager
	other.Workspace = "other"
	stranger, err := s.Contacts.Create(t.Context(), other, callable("Stranger"))
	is.NoErr(err)
	theirs, err := s.Tickets.Create(t.Context(), other, tickets.NewTicket{Subject: "Theirs", Requester: stranger.ID})
	is.NoErr(err)
	ann := s.add(callable("Ann"))
	b := s.signedIn(accounts.AgentRole)
	good, _ := b.get(textAt+"?contact="+string(ann.ID)).formWith(textAt, "do=send")
	good.Set("text", "Hello")
	for _, q := range []string{"?contact=" + string(stranger.ID), "?contact=" + string(ann.ID) + "&ticket=" + string(theirs.ID), "?contact=nonsense", "?contact=" + string(ann.ID) + "&ticket=77"} {
		b.get(textAt + q).is(http.StatusNotFound)
		b.b404(textAt+q, good)
	}
	v := s.signedIn(accounts.Viewer)
	for _, path := range []string{"/contacts/" + string(ann.ID), "/calls"} {
		v.get(path).silent(textAt)
	}
	token, _ := v.get("/contacts").form("/theme")
	good.Set("csrf", token.Get("csrf"))
	for _, path := range []string{textAt, textAt + "?contact=" + string(ann.ID)} {
		v.get(path).is(http.StatusNotFound)
		v.b404(path, good)
	}
	is.Equal(len(s.queued()), 0)
}

// TestParseApproved: what WhatsApp would not have is refused.
func TestParseApproved(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	all, err := web.ParseApproved([]byte(`[{"name": "hello_world", "language": "en_US", "text": "Hello from us."}, {"name": "order_ready", "language": "en_US", "text": "Hello {{1}}, your order {{2}} is ready. Yours, {{1}}."}]`))
	is.NoErr(err)
	is.Equal(cmp.Diff(approved, all), "")
	for _, bad := range []string{`{}`, `[] []`, `[{"name": "Order", "language": "en", "text": ""}]`, `[{"name": "order", "text": ""}]`, `[{"name": "order", "language": "en", "text": "{{2}}"}]`,
		`[{"name": "order", "language": "en", "text": "{{99999999999999999999}}"}]`, `[{"name": "order", "language": "en"}, {"name": "order", "language": "en"}]`, `[{"name": "order", "language": "en", "body": ""}]`} {
		if _, err := web.ParseApproved([]byte(bad)); desk.KindOf(err) != desk.Invalid {
			t.Errorf("%s is taken: %v", bad, err)
		}
	}
}

// TestBrowserTextMessage looks at the pages, and sends a template.
func TestBrowserTextMessage(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("Wolfeschlegelsteinhausen", 9)[:200]
	s := newSiteOn(t, desktest.New(t), "sqlite", func(c *web.Config) {
		c.WhatsApp = append(slices.Clone(approved), web.ApprovedTemplate{Name: strings.ToLower(long), Language: "en", Text: long})
	})
	ann, wide := s.add(callable("Ann")), callable(long)
	wide.DoNotCall, wide.TimeZone = true, "Europe/London"
	w := s.add(wide)
	b := s.browse(accounts.Manager)
	to := textAt + "?contact=" + string(ann.ID)
	b.glance("text-sms", to)
	b.glance("text-number", textAt)
	b.glance("text-warning", textAt+"?channel=whatsapp&template="+strings.ToLower(long)+"/en&contact="+string(w.ID))
	b.tour("text-whatsapp", to+"&channel=whatsapp&template=order_ready/en_US")
	b.until("document.documentElement.classList.contains('js')")
	b.click("#f-p-1").keys("Ann").click(".savebar .primary").until("document.querySelector('[data-error-summary]')").still("text-error")
	b.click("#f-p-2").keys("17").click(".savebar .primary").until("document.querySelector('.toast')?.innerText.includes('in the queue')").still("text-queued")
	b.open("/contacts/" + string(ann.ID)).click(".summary .menu summary").still("contact-menu")
	b.clean()
}
