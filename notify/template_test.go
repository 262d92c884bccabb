package notify_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/tickets"
)

// B100, R90: what people write is data. In names, subjects and messages the
// signs of a template stay what they are, and are escaped in HTML.
func TestB100_TemplateInjection(t *testing.T) {
	t.Parallel()
	onBoth(t, func(e *env) {
		_, err := e.notify.SaveSettings(e.ctx, e.manager, notify.Settings{Preset: notify.HighTouch, Name: "{{.Secret}} Ltd"})
		e.NoErr(err)
		for i, hostile := range []string{`{{.Secret}}`, `{{call .Run}}`, `${7*7}`, `<%= 7*7 %>`, `{{printf "%s" .}}`, `<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`} {
			c, err := e.contacts.Create(e.ctx, e.manager, contacts.NewContact{FirstName: hostile, Email: fmt.Sprintf("a%d@contact.example", i)})
			e.NoErr(err)
			tk, err := e.tickets.Create(e.ctx, e.manager, tickets.NewTicket{Subject: "S " + hostile, Requester: c.ID, Message: &tickets.NewMessage{Text: "M " + hostile}})
			e.NoErr(err)
			e.post(tk.ID, "Reply "+hostile)
			e.once()
			e.once()
			all := e.sink.take()
			e.Equal(len(all), 2)
			for _, m := range all {
				contains(e, m.Subject, hostile)
				contains(e, m.Text, hostile)
				contains(e, m.Text, "{{.Secret}} Ltd")
				if strings.Contains(m.HTML, "<script>") || strings.Contains(m.HTML, "<img") {
					t.Errorf("%q is not escaped in\n%s", hostile, m.HTML)
				}
			}
		}
	})
}

// A workspace's own words: by language, with a fallback, and reset.
func TestTemplates(t *testing.T) {
	t.Parallel()
	onBoth(t, func(e *env) {
		c, err := e.contacts.Create(e.ctx, e.manager, contacts.NewContact{FirstName: "Urs", Email: "urs@contact.example", Language: "de-CH"})
		e.NoErr(err)
		plain := e.contact("Maria")
		send := func(to desk.ContactID) notify.Message {
			e.tell(desk.Notice{Type: notify.TypeForm, To: []desk.ContactID{to}})
			e.Equal(e.once().Sent, 1)
			return e.sink.take()[0]
		}
		e.Equal(send(c.ID).Subject, "Please fill in: a form")
		base, err := e.notify.SaveTemplate(e.ctx, e.manager, notify.Template{Type: notify.TypeForm, Subject: "Own", Text: "Hi {{.Contact.FirstName}}"})
		e.NoErr(err)
		e.Equal(base.Version, int64(1))
		_, err = e.notify.SaveTemplate(e.ctx, e.manager, notify.Template{Type: notify.TypeForm, Language: "de", Subject: "Eigene", Text: "Hallo {{.Contact.FirstName}}", HTML: "<p>Hallo <b>{{.Contact.FirstName}}</b></p>"})
		e.NoErr(err)
		m := send(c.ID)
		e.Equal(m.Subject, "Eigene")
		contains(e, m.HTML, "<p>Hallo <b>Urs</b></p>", `lang="de"`)
		m = send(plain.ID)
		e.Equal(m.Subject, "Own")
		e.Equal(m.HTML, "")
		_, err = e.notify.SaveTemplate(e.ctx, e.manager, notify.Template{Type: notify.TypeForm, Subject: "Late", Text: "T"})
		e.Equal(desk.KindOf(err), desk.Conflict)
		e.NoErr(e.notify.ResetTemplate(e.ctx, e.manager, notify.TypeForm, ""))
		e.Equal(desk.KindOf(e.notify.ResetTemplate(e.ctx, e.manager, notify.TypeForm, "")), desk.NotFound)
		e.Equal(send(plain.ID).Subject, "Please fill in: a form")
		p, err := e.notify.PreviewTemplate(e.ctx, e.manager, notify.Template{Type: notify.TypeCommented, Subject: "Re: {{.Ticket.Subject}}", Text: "{{.Message.Text}}", HTML: "{{.Message.HTML}}"})
		e.NoErr(err)
		e.Equal(p.Subject, "Re: The printer on the second floor")
		contains(e, p.HTML, "it comes on <b>Thursday</b>")
	})
}

// What a template must not do is refused, with its part and line.
func TestTemplatesThatAreRefused(t *testing.T) {
	t.Parallel()
	onBoth(t, func(e *env) {
		for _, c := range []struct{ field, subject, text, html, say string }{
			{"subject", "", "T", "", "empty"},
			{"text", "S", "a\nb {{.Nothing}}", "", "Line 2"},
			{"text", "S", "a\n\n{{range 1000000000}}x{{end}}", "", "Line 3: a template cannot loop"},
			{"text", "S", "{{printf \"%1000000000d\" 1}}", "", "Line 1"},
			{"text", "S", "{{call .Contact.Name}}", "", "Line 1"},
			{"text", "S", "{{define \"x\"}}{{end}}a", "", "define"},
			{"text", "S", "{{template \"text\"}}", "", "include"},
			{"text", "S", "a{{if}}", "", "Line 1"},
			{"html", "S", "T", "<p>\n{{js .Contact.Name}}", "Line 2"},
			{"html", "S", "T", "<a href=\"{{.Contact.Name}}", "ends within"},
			{"subject", "a\nb", "T", "", "one line"},
			{"text", "S", strings.Repeat("x", notify.MaxText+1), "", "longer"},
		} {
			_, err := e.notify.SaveTemplate(e.ctx, e.manager, notify.Template{Type: notify.TypeCommented, Subject: c.subject, Text: c.text, HTML: c.html})
			if desk.KindOf(err) != desk.Invalid || desk.FieldOf(err) != c.field || !strings.Contains(desk.MessageOf(err), c.say) {
				t.Errorf("%.40q %.40q: %v", c.text, c.html, err)
			}
		}
		viewer := e.manager
		viewer.Grants = []desk.Permission{notify.MayView}
		_, err := e.notify.SaveTemplate(e.ctx, viewer, notify.Template{Type: notify.TypeCommented, Subject: "S", Text: "T"})
		e.Equal(desk.KindOf(err), desk.Denied)
	})
}

// R27: links are built from the configured address alone. R29: a link that one
// may use alone (unsubscribe) is in a message to the one it is for.
func TestR27_R29_Links(t *testing.T) {
	t.Parallel()
	onBoth(t, func(e *env) {
		maria, tom := e.contact("Maria"), e.contact("Tom")
		tk := e.ticket(maria.ID, tom.ID)
		e.post(tk.ID, "Hello")
		e.once()
		all := e.sink.take()
		e.Equal(len(all), 2)
		e.True(all[0].Unsubscribe != all[1].Unsubscribe)
		for i, m := range all {
			e.True(!m.To.IsZero())
			e.True(strings.HasPrefix(m.Unsubscribe, "https://help.desk.example/unsubscribe?token="))
			e.Equal(strings.Count(m.Text, m.Unsubscribe), 1)
			e.True(!strings.Contains(m.Text+m.HTML, all[1-i].Unsubscribe))
		}
		_, err := e.notify.SaveSettings(e.ctx, e.manager, notify.Settings{BaseURL: "https://own.example/desk/"})
		e.NoErr(err)
		e.post(tk.ID, "Again")
		e.once()
		for _, m := range e.sink.take() {
			contains(e, m.Text, "https://own.example/desk/portal/tickets/1\n")
			e.True(!strings.Contains(m.Text, "help.desk.example"))
		}
		for _, bad := range []string{"javascript:alert(1)", "//evil.test", "https://a@evil.test", "ftp://x.example", "https://x.example/?a=b", "https://x.example/\r\nX: y", "x"} {
			_, err := e.notify.SaveSettings(e.ctx, e.manager, notify.Settings{Version: 1, BaseURL: bad})
			e.Equal(desk.FieldOf(err), "base_url")
		}
	})
}

// R75: who has written from an address that nobody has checked gets a fixed
// text: nothing of the message, and no name.
func TestAcknowledgementIsFixed(t *testing.T) {
	t.Parallel()
	onBoth(t, func(e *env) {
		c, err := e.contacts.Create(e.ctx, e.manager, contacts.NewContact{FirstName: "Buy pills at evil.test", Email: "victim@contact.example"})
		e.NoErr(err)
		tk, err := e.tickets.Create(e.ctx, e.manager, tickets.NewTicket{Subject: "evil.test", Requester: c.ID, Message: &tickets.NewMessage{Text: "evil.test"}, Quiet: true})
		e.NoErr(err)
		e.tell(desk.Notice{Type: notify.TypeReceived, Ticket: tk.ID, To: []desk.ContactID{c.ID}})
		e.Equal(e.once().Sent, 1)
		m := e.sink.take()[0]
		e.True(m.Reply)
		if strings.Contains(m.Subject+m.Text+m.HTML, "evil") {
			t.Errorf("it repeats what came in: %s", m.Text)
		}
	})
}
