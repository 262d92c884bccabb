package notify_test

import (
	"testing"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/tickets"
)

// What happens on a ticket reaches those who take part in it, in whole.
func TestTicketMessagesArrive(t *testing.T) {
	t.Parallel()
	onBoth(t, func(e *env) {
		maria, tom := e.contact("Maria"), e.contact("Tom")
		_, err := e.notify.SaveSettings(e.ctx, e.manager, notify.Settings{Name: "Acme", Preset: notify.HighTouch})
		e.NoErr(err)
		tk, err := e.tickets.Create(e.ctx, e.manager, tickets.NewTicket{Subject: "The printer", Requester: maria.ID, Message: &tickets.NewMessage{Text: "It is broken."}})
		e.NoErr(err)
		did := e.once()
		e.Equal(did.Sent, len(e.sink.take()))
		err = e.tickets.SetParticipant(e.ctx, e.manager, tk.ID, tom.ID, tickets.Participating)
		e.NoErr(err)
		e.post(tk.ID, "We have ordered the part.")
		e.once()
		got := map[string]notify.Message{}
		for _, m := range e.sink.take() {
			got[m.Type+" "+m.To.Address()] = m
		}
		e.Equal(len(got), 3)
		m := got["ticket.commented maria@contact.example"]
		e.Equal(m.Subject, "Re: The printer")
		contains(e, m.Text, "We have ordered the part.", "https://help.desk.example/portal/tickets/1", "To stop such messages: https://help.desk.example/unsubscribe?token=")
		contains(e, m.HTML, "We have ordered the part.", "<!doctype html>")
		e.Equal(m.To.Name(), "Maria")
		e.Equal(m.From.Address(), "help@desk.example")
		e.Equal(m.From.Name(), "Acme")
		_, ok := got["ticket.participant_added tom@contact.example"]
		e.True(ok)
		for _, en := range e.entries() {
			e.Equal(en.State, notify.Sent)
			e.Equal(en.Gate, "all")
			e.Equal(en.Receipt, "sink-"+string(en.ID))
		}
	})
}

// An answer stands below the email that it answers, in the mailbox of who
// wrote that; nobody else learns the email's id.
func TestAnswersThread(t *testing.T) {
	t.Parallel()
	onBoth(t, func(e *env) {
		maria, tom := e.contact("Maria"), e.contact("Tom")
		intake := e.manager
		intake.Kind, intake.ID = desk.SystemActor, "intake"
		tk, err := e.tickets.Create(e.ctx, intake, tickets.NewTicket{
			Subject: "The printer", Requester: maria.ID, Participants: []desk.ContactID{tom.ID}, Channel: tickets.ByEmail, Quiet: true,
			Message: &tickets.NewMessage{Text: "It is broken.", Contact: maria.ID, Channel: tickets.ByEmail, Email: &tickets.Mail{MessageID: "m1@maria.example"}},
		})
		e.NoErr(err)
		e.post(tk.ID, "We have ordered the part.")
		e.once()
		all := e.sink.take()
		e.Equal(len(all), 2)
		shared := ""
		for _, m := range all {
			if m.To.Address() == "maria@contact.example" {
				e.Equal(m.InReplyTo, "m1@maria.example")
				e.Equal(m.References[0], "m1@maria.example")
				shared = m.References[1]
			}
		}
		for _, m := range all {
			if m.To.Address() == "tom@contact.example" {
				e.Equal(m.References, []string{shared})
				e.Equal(m.InReplyTo, shared)
			}
		}
	}, func(o *notify.Options) { o.Threads = tickets.Threads{Keys: [][]byte{unsubscribeKey}} })
}
