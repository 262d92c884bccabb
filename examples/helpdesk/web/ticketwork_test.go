package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/records"
	"github.com/deskfolk/desk/tickets/requests"
)

// TestTicketWork makes a task and a time entry from the ticket without a
// script, and the ticket shows them, the forms that are waited for and what was given.
func TestTicketWork(t *testing.T) {
	t.Parallel()
	onBoth(t, ticketWork)
}

func ticketWork(t *testing.T, s *site) {
	t.Helper()
	is := is.New(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann", Email: "ann@corp.example", PortalAccess: true})
	x := s.ask(tickets.NewTicket{Subject: "Broken saw", Requester: ann.ID})
	other := s.ask(tickets.NewTicket{Subject: "Other", Requester: ann.ID})
	s.task(requests.NewTask{Title: "Of another ticket", Ticket: other.ID})
	b := s.signedIn(accounts.AgentRole)
	p := b.get(at(x)).says("Nothing is to be done.", "No time was entered.").silent("Of another ticket")
	p.link("Add to Tasks").says("New task", "Broken saw").send("/tasks/new", "", "title", "Order a blade").is(http.StatusOK).says("The task was added.", "Broken saw")
	p = b.get(at(x)).says("Order a blade", "To do", "All 1 task").silent("Of another ticket")
	list := p.link("All 1 task").says("Order a blade", "#1 Broken saw").silent("Of another ticket")
	all, err := s.Requests.Tasks(t.Context(), s.Manager, requests.TaskQuery{TaskFilter: requests.TaskFilter{Ticket: x.ID}}, desk.Page{})
	is.NoErr(err)
	list.send("/tasks/"+string(all.Tasks[0].ID), "state=completed").is(http.StatusOK).says("Completed")
	b.get(at(x)).says("Nothing is to be done.", "All 1 task")

	to := at(x) + "/part/" + records.PartTime
	p = b.get(to).says("No time entries yet.")
	p.send(to, "", "title", "Repair", "duration", "long").is(http.StatusUnprocessableEntity).says("Write it like 1:30")
	p.send(to, "", "title", "Repair", "duration", "1:30").is(http.StatusOK).says("Time entry added.", "Repair", "1 h 30 min in all")
	b.get(at(x)).says("Time: 1 h 30 min in all.", "Repair", "All 1 record")
	b.get("/contacts/" + string(ann.ID) + "/part/" + records.PartTime).says("Repair") // and on the requester's record
	calls := at(x) + "/part/" + records.PartCalls
	b.get(calls).says("No calls yet.").send(calls, "", "number", "+44 20 7946 0958", "duration", "5").is(http.StatusOK).says("Call added.", "5 min")
	b.get(to).says("1 h 30 min in all").silent("+44 20 7946 0958")

	f := s.publish("About the machine", repair())
	_, err = s.Requests.Assign(t.Context(), s.Manager, requests.NewAssignment{Form: f.ID, Contacts: []desk.ContactID{ann.ID}, Ticket: x.ID})
	is.NoErr(err)
	p = b.get(at(x)).says("About the machine", "Waiting for answers")
	p = p.link("About the machine")
	p.submit(p.path+"/fill", []string{"a.machine", "Saw", "a.terms", "true"}).says("The answers were kept.")
	b.get(at(x)).says("About the machine").silent("Waiting for answers").link("About the machine").says("Saw")
}

// TestR53_WorkOfTickets: the work on a ticket that the agent does not see is
// not there, and who may not write gets no form and no record.
func TestR53_WorkOfTickets(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann"})
	x := s.ask(tickets.NewTicket{Subject: "Broken saw", Requester: ann.ID})
	s.task(requests.NewTask{Title: "Order a blade", Ticket: x.ID})
	to := at(x) + "/part/" + records.PartTime
	good, _ := s.signedIn(accounts.AgentRole).get(to).form(to)
	good.Set("title", "Taken")
	good.Set("duration", "1:00")
	other := s.Manager
	other.Workspace = "other"
	stranger, err := s.Contacts.Create(t.Context(), other, contacts.NewContact{FirstName: "Stranger"})
	is.NoErr(err)
	theirs, err := s.Tickets.Create(t.Context(), other, tickets.NewTicket{Subject: "Theirs", Requester: stranger.ID})
	is.NoErr(err)
	b := s.signedIn(accounts.AgentRole)
	token, _ := b.get("/contacts").form("/theme")
	good.Set("csrf", token.Get("csrf"))
	far := "/tickets/" + string(theirs.ID)
	for _, path := range []string{far + "/tasks", far + "/part/" + records.PartTime, at(x) + "/part/nonsense", "/tickets/77/tasks"} {
		b.get(path).is(http.StatusNotFound)
	}
	b.b404(far+"/part/"+records.PartTime, good)
	v := s.signedIn(accounts.Viewer)
	v.get(at(x)).says("Order a blade").silent("/tasks/new", "/part/")
	v.get(at(x) + "/tasks").says("Order a blade").silent("/tasks/new")
	v.get(to).says("No time entries yet.").silent("<textarea")
	i := s.signedIn(accounts.Importer)
	i.get(to).is(http.StatusNotFound)
	i.get(at(x) + "/tasks").is(http.StatusNotFound)
	token, _ = v.get("/contacts").form("/theme")
	good.Set("csrf", token.Get("csrf"))
	v.b404(to, good)
	list, err := s.Records.List(t.Context(), s.Manager, records.Query{Filter: records.Filter{Ticket: x.ID}}, desk.Page{})
	is.NoErr(err)
	is.Equal(list.Count, 0)
}

// TestBrowserTicketWork looks at a ticket with work on it, and enters time.
func TestBrowserTicketWork(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	long := strings.Repeat("Wolfeschlegelsteinhausen", 9)[:200]
	ann := s.add(contacts.NewContact{FirstName: "Ann", PortalAccess: true, Email: "ann@corp.example"})
	x := s.ask(tickets.NewTicket{Subject: "Broken saw", Requester: ann.ID, Message: &tickets.NewMessage{Text: "It smokes."}})
	s.task(requests.NewTask{Title: "Call the supplier", Ticket: x.ID, Due: requests.Due{At: s.Clock.Now().Add(time.Hour)}})
	s.task(requests.NewTask{Title: long, Ticket: x.ID, AssigneeContact: ann.ID})
	s.task(requests.NewTask{Title: "اطلب قطعة", Ticket: x.ID, Due: requests.Due{At: s.Clock.Now().Add(80 * time.Hour)}})
	_, err := s.Requests.Assign(t.Context(), s.Manager, requests.NewAssignment{Form: s.publish("About the machine", repair()).ID, Contacts: []desk.ContactID{ann.ID}, Ticket: x.ID})
	is.NoErr(err)
	_, err = s.Records.Create(t.Context(), s.Manager, records.NewRecord{Kind: records.Time, Title: long, Ticket: x.ID, Duration: 90 * time.Minute})
	is.NoErr(err)
	s.Clock.Turn(3 * time.Hour)
	b := s.browse(accounts.Manager)
	b.tour("ticket-work", at(x))
	b.glance("ticket-tasks", at(x)+"/tasks")
	to := at(x) + "/part/" + records.PartTime
	b.tour("ticket-records", to)
	b.until("document.documentElement.classList.contains('js')")
	b.click("#f-title").keys("Repair").click("#f-duration").keys("0:45").click("#add .primary").until("document.querySelector('.toast')?.innerText.includes('added')")
	is.True(strings.Contains(b.text(".sums"), "2 h 15 min"))
	b.open(at(x))
	b.eval("document.querySelector('#h-tasks').scrollIntoView()")
	b.still("ticket-work-cards")
	b.clean()
}
