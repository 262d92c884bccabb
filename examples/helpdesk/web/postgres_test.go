package web_test

import (
	"net/http"
	"testing"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
)

// onBoth runs a test on each database.
func onBoth(t *testing.T, test func(*testing.T, *site)) {
	t.Helper()
	for name, start := range map[string]func(*testing.T) *site{"sqlite": newSite, "postgres": newPostgresSite} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, start(t))
		})
	}
}

// TestOnPostgres goes through the day's work on the other database: a file
// comes in, someone is found, changed, removed and brought back.
func TestOnPostgres(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newPostgresSite(t)
	b := s.signedIn(accounts.Manager)
	p := b.get("/imports").upload("/imports", "people.csv", "first_name,last_name,email,phone,company\nJürgen,Weiß,j.weiss@corp.example,020 7946 0958,Corp\nAnn,Lee,ann@corp.example,,Corp\n")
	p.planned().imported().says("Created 2")
	for _, text := range []string{"weiss", "JÜRGEN", "corp j.w", "0958", "+44 20 7946"} {
		found := b.get("/contacts").send("/contacts", "", "text", text)
		is.Equal(found.rows(), []string{"Jürgen Weiß"}) // text
	}
	p = b.get("/contacts?text=weiss").link("Jürgen Weiß")
	path := p.path
	p.link("Edit").send(path+"/edit", "", "job_title", "Einkäufer").is(http.StatusOK).says("Saved.", "Einkäufer")
	b.get(path+"/field/status").send(path+"/field/status", "", "status", "VIP").is(http.StatusOK)
	is.Equal(b.get("/contacts?status=vip").rows(), []string{"Jürgen Weiß"})
	p = b.get(path).send("/contacts/bulk", "one=delete:"+path[len("/contacts/"):])
	values, _ := p.form("/contacts/bulk")
	values.Set("do", "delete")
	values.Set("confirm", "1")
	b.post("/contacts/bulk", values).says("moved to the recycle bin")
	b.get("/bin").send("/contacts/bulk", "one=restore:"+path[len("/contacts/"):]).says("is back")
	b.get("/activity").send("/activity/verify", "").says("The log is whole")
}

// TestPostgresTickets works on tickets with the other database behind the pages.
func TestPostgresTickets(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newPostgresSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann", LastName: "Lee", CompanyName: "Corp"})
	bob := s.add(contacts.NewContact{FirstName: "Bob"})
	b := s.signedIn(accounts.Manager)
	p := b.get("/tickets/new?contact="+string(ann.ID)).send("/tickets/new", "", "subject", "Broken printer", "text", "It smokes.", "participant", string(bob.ID))
	p.says("Ticket #1 was made.", "Broken printer", "It smokes.", "Corp", "Bob")
	p = p.attach("/tickets/1/messages", map[string]string{"plan.txt": "the plan"}, "text", "We are coming.", "status", "waiting").is(http.StatusOK)
	p.says("Sent. The status was changed.", "We are coming.", "plan.txt")
	is.Equal(b.get("/tickets?text=lee").rows(), []string{"Broken printer"})
	is.Equal(b.get("/tickets?status=waiting&sort=priority&desc=1").rows(), []string{"Broken printer"})
	p = b.get("/tickets").send("/tickets/bulk", "do=delete", "id", string(s.ticket(desk.TicketID(ticketIDs(t, s)[1])).ID)).send("/tickets/bulk", "do=delete")
	p.says("1 ticket moved to the bin.")
	b.get("/tickets?view=bin").says("Broken printer")
}
