package notify_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/notify"
)

// W1: a template message by WhatsApp to a contact's number, or to one of its
// numbers that is named.
func TestW1_WhatsAppToAContact(t *testing.T) {
	t.Parallel()
	onBoth(t, func(e *env) {
		c, err := e.contacts.Create(e.ctx, e.manager, contacts.NewContact{FirstName: "Maria", Phones: []contacts.Phone{{Value: "+49 30 1234567"}, {Value: "+44 20 7946 0958"}}})
		e.NoErr(err)
		m := notify.WhatsAppMessage{To: notify.To{Contact: c.ID}, Template: "order_update", Language: "en_US", Params: []string{"Maria", "A12"}}
		a := e.manager.WithKey("k1")
		r, err := e.notify.SendWhatsApp(e.ctx, a, m)
		e.NoErr(err)
		again, err := e.notify.SendWhatsApp(e.ctx, a, m)
		e.NoErr(err)
		e.Equal(again.ID, r.ID)
		m.To.Number = "+44 20 7946 0958"
		_, err = e.notify.SendWhatsApp(e.ctx, e.manager, m)
		e.NoErr(err)
		m.To.Number = "+44 20 7946 0999"
		_, err = e.notify.SendWhatsApp(e.ctx, e.manager, m)
		e.Equal(desk.FieldOf(err), "number")
		e.Equal(e.once().Sent, 2)
		all := e.sink.take()
		slices.SortFunc(all, func(a, b notify.Message) int { return len(a.Number) - len(b.Number) })
		e.Equal(all[0].Number, "+49301234567")
		e.Equal(all[1].Number, "+442079460958")
		e.Equal(all[0].Template, notify.WhatsAppTemplate{Name: "order_update", Language: "en-US", Params: []string{"Maria", "A12"}})
		for _, en := range e.entries() { // R110: done with, and no whole number is kept
			e.True(len(en.Address) < len("+49301234567"))
		}
		for _, bad := range []notify.WhatsAppMessage{
			{To: m.To, Template: "Bad Name"}, {To: notify.To{Contact: c.ID}}, {To: notify.To{Contact: c.ID}, Template: "x", Params: []string{""}},
			{To: notify.To{Contact: c.ID}, Template: "x", Params: []string{"a\nb"}}, {Template: "x"}, {To: notify.To{Number: "12"}, Template: "x"},
		} {
			_, err := e.notify.SendWhatsApp(e.ctx, e.manager, bad)
			e.Equal(desk.KindOf(err), desk.Invalid)
		}
	})
}

// P4: a message to a number that nobody has makes a contact only if the actor
// may make contacts; it is sent in any case. A phone that the role may not
// touch gives the error that names it.
func TestP4_UnknownNumber(t *testing.T) {
	t.Parallel()
	onBoth(t, func(e *env) {
		count := func() int {
			l, err := e.contacts.List(e.ctx, e.manager, contacts.Query{Count: true}, desk.Page{})
			e.NoErr(err)
			return l.Count
		}
		m := notify.WhatsAppMessage{To: notify.To{Number: "+49 30 1234567", Name: "Maria"}, Template: "hello"}
		sender := e.manager
		sender.Grants = []desk.Permission{contacts.MayView, notify.MaySend}
		r, err := e.notify.SendWhatsApp(e.ctx, sender, m)
		e.NoErr(err)
		e.Equal(r.Contact, desk.ContactID(""))
		e.Equal(count(), 0)
		hidden, readonly := e.manager, e.manager
		hidden.Fields = map[string]desk.Access{"contact.phones": desk.Hidden}
		readonly.Fields = map[string]desk.Access{"contact.phones": desk.ReadOnly}
		for _, a := range []desk.Actor{hidden, readonly} {
			_, err := e.notify.SendWhatsApp(e.ctx, a, m)
			e.True(errors.Is(err, contacts.ErrRestricted))
			e.Equal(desk.FieldOf(err), "phones")
			e.Equal(count(), 0)
		}
		r, err = e.notify.SendWhatsApp(e.ctx, e.manager, m)
		e.NoErr(err)
		e.True(r.Created)
		e.Equal(count(), 1)
		c, err := e.contacts.Get(e.ctx, e.manager, r.Contact)
		e.NoErr(err)
		e.Equal(c.Name(), "Maria")
		second, err := e.notify.SendWhatsApp(e.ctx, e.manager, m)
		e.NoErr(err)
		e.Equal(second.Contact, r.Contact)
		e.True(!second.Created)
		e.Equal(e.once().Sent, 3)
		nobody := e.manager
		nobody.Grants = contacts.Permissions
		_, err = e.notify.SendWhatsApp(e.ctx, nobody, m)
		e.Equal(desk.KindOf(err), desk.Denied)
	})
}

// G3: before an SMS or WhatsApp message leaves, the contact's wish and hours are
// asked, which is a compliance event. At night it waits until the morning; who
// does not want to be called gets nothing, and hidden contacts are asked too.
func TestG3_HoursAndDoNotCall(t *testing.T) {
	t.Parallel()
	onBoth(t, func(e *env) {
		c, err := e.contacts.Create(e.ctx, e.manager, contacts.NewContact{FirstName: "Maria", TimeZone: "UTC", Phones: []contacts.Phone{{Value: "+49 30 1234567"}}})
		e.NoErr(err)
		e.clock.Turn(10 * time.Hour) // 22:00
		sms := notify.SMSMessage{To: notify.To{Contact: c.ID}, Text: "Hello"}
		_, err = e.notify.SendSMS(e.ctx, e.manager, sms)
		e.NoErr(err)
		e.Equal(e.once().Sent, 0)
		en := e.entries()[0]
		e.Equal(en.State, notify.Queued)
		e.Equal(en.Gate, "call_preference")
		e.Equal(en.DueAt, time.Date(2026, 3, 3, 8, 0, 0, 0, time.UTC))
		e.clock.Turn(10 * time.Hour)
		e.Equal(e.once().Sent, 1)
		e.Equal(e.sink.take()[0].Text, "Hello")
		l, err := e.contacts.Activity(e.ctx, e.manager, c.ID, contacts.ActivityFilter{ComplianceOnly: true}, desk.Page{})
		e.NoErr(err)
		e.True(len(l.Events) >= 2)
		no := true
		_, err = e.contacts.Update(e.ctx, e.manager, c.ID, c.Version, contacts.Patch{DoNotCall: &no})
		e.NoErr(err)
		// Of someone who does not see the contact it is asked all the same.
		own := e.manager
		own.ID, own.Grants = "other", []desk.Permission{contacts.MayViewOwn, notify.MaySend}
		r, err := e.notify.SendSMS(e.ctx, own, notify.SMSMessage{To: notify.To{Number: "+49 30 1234567"}, Text: "Hello"})
		e.NoErr(err)
		e.Equal(r.Contact, desk.ContactID(""))
		e.Equal(e.once(), notify.Worked{Suppressed: 1})
	})
}
