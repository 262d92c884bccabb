package web_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/tickets"
)

// refusing is a server that takes no mail.
type refusing struct{}

func (refusing) Send(context.Context, notify.Message) (notify.Receipt, error) {
	return notify.Receipt{}, &notify.Permanent{Message: "The mailbox does not exist."}
}

// teller is the manager with the grants about messages.
func (s *site) teller() desk.Actor {
	a := s.Manager
	a.Grants = slices.Concat(a.Grants, notify.Permissions)
	return a
}

// work sends what is due, by a server that takes nothing.
func (s *site) work() {
	s.t.Helper()
	w := notify.NewWorker(s.notify, map[notify.Channel]notify.Sender{notify.Email: refusing{}}, nil)
	if _, err := w.Once(s.t.Context(), s.Workspace); err != nil {
		s.t.Fatal(err)
	}
}

// TestNotificationSettings changes the rules and the words without a script.
func TestNotificationSettings(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	b := s.signedIn(accounts.Manager)
	p := b.get("/settings").link("Notifications").says("Minimal", "Balanced", "High touch")
	p.send("/settings/notifications", "", "from", "nonsense").is(http.StatusUnprocessableEntity).says("Not saved yet.")
	p.send("/settings/notifications", "", "preset", string(notify.Minimal), "rule.ticket.commented", "off", "name", "Corp Help").says("Saved.")
	set, err := s.notify.Settings(t.Context(), s.Manager)
	is.NoErr(err)
	on, told := set.Rules[notify.TypeCommented]
	is.Equal([]any{set.Preset, set.Name, on, told, len(set.Rules)}, []any{notify.Minimal, "Corp Help", false, true, 1})

	path := "/settings/notifications/" + notify.TypeCommented
	w := b.get(path).says("Preview").silent("Your own words")
	w.send(path, "do=save", "text", "Hello\n{{.Nothing}}").is(http.StatusUnprocessableEntity).says("Line 2: ")
	w.send(path, "do=preview", "subject", "News about {{.Ticket.Subject}}").says("News about")
	w = w.send(path, "do=save", "subject", "News about {{.Ticket.Subject}}").says("Saved.", "Your own words")
	if !strings.Contains(w.body, "sandbox srcdoc=") {
		t.Error("the preview is not in a sandbox")
	}
	w.send(path, "do=reset").says("are used again").silent("Your own words")
	b.get("/settings/notifications/nothing").is(http.StatusNotFound)
	v := s.signedIn(accounts.Viewer)
	values, _ := v.get("/contacts").form("/theme")
	for _, to := range []string{"/settings/notifications", path, "/messages"} {
		v.get(to).is(http.StatusNotFound)
	}
	for _, to := range []string{"/settings/notifications", path} {
		v.b404(to, values)
	}
	b.post(path, map[string][]string{"do": {"reset"}}).is(http.StatusForbidden)
}

// TestWhyToldOrNot: the contact's and the ticket's page say who was told of
// what, who was not and why; what failed can be tried again.
func TestWhyToldOrNot(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann", LastName: "Lee", Email: "ann@corp.example"})
	bob := s.add(contacts.NewContact{FirstName: "Bob", Email: "bob@corp.example"})
	b := s.signedIn(accounts.Manager)
	path := "/contacts/" + string(ann.ID) + "/notifications"
	p := b.get(path).says("No messages", "Wants to be told of")
	form, _ := p.form(path)
	var kept []string
	for _, name := range form["want"] {
		if name != notify.TypeCommented {
			kept = append(kept, "want", name)
		}
	}
	p.send(path, "", kept...).says("The preferences were saved.")
	got, err := s.notify.Preferences(t.Context(), s.teller(), ann.ID)
	is.NoErr(err)
	is.Equal(len(got.Types), 1)

	x := s.ask(tickets.NewTicket{Subject: "Broken saw", Requester: ann.ID, Participants: []desk.ContactID{bob.ID}, Quiet: true})
	s.post(x.ID, tickets.NewMessage{Kind: tickets.Public, Text: "We are on it."})
	s.work()
	b.get(path).says("Not sent", "Ticket 1")
	b.get(at(x)).link("Who was told, and why not").says("Ann Lee", "Not sent", "Bob", "Failed", "The mailbox does not exist.").silent("bob@corp.example")
	dead := b.get("/messages?state=dead").says("Bob", "Try again").silent("Ann Lee")
	list, err := s.notify.Decisions(t.Context(), s.teller(), notify.DecisionFilter{Contact: bob.ID}, desk.Page{})
	is.NoErr(err)
	retry := "/messages/" + string(list.Entries[0].ID) + "/retry"
	dead.send(retry, "").says("It is tried again.")
	list, err = s.notify.Decisions(t.Context(), s.teller(), notify.DecisionFilter{Contact: bob.ID}, desk.Page{})
	is.NoErr(err)
	is.Equal(list.Entries[0].State, notify.Queued)

	other := s.Manager
	other.Workspace = "other"
	eve, err := s.Contacts.Create(t.Context(), other, contacts.NewContact{FirstName: "Eve"})
	is.NoErr(err)
	b.get("/contacts/" + string(eve.ID) + "/notifications").is(http.StatusNotFound)
	values, _ := b.get(path).form(path)
	b.b404("/contacts/"+string(eve.ID)+"/notifications", values)
	b.b404("/messages/notice_01h455vb4pex5vsknk084sn02q/retry", values)
}
