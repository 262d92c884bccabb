package web_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"
	"golang.org/x/net/html"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
	"github.com/deskfolk/desk/tickets"
)

// ask makes a ticket.
func (s *site) ask(n tickets.NewTicket) tickets.Ticket {
	s.t.Helper()
	t, err := s.Tickets.Create(s.t.Context(), s.Manager, n)
	if err != nil {
		s.t.Fatal(err)
	}
	return t
}

// post writes a message.
func (s *site) post(id desk.TicketID, m tickets.NewMessage) tickets.Message {
	s.t.Helper()
	made, err := s.Tickets.Post(s.t.Context(), s.Manager, id, m)
	if err != nil {
		s.t.Fatal(err)
	}
	return made
}

func (s *site) ticket(id desk.TicketID) tickets.Ticket {
	s.t.Helper()
	t, err := s.Tickets.Get(s.t.Context(), s.Manager, id)
	if err != nil {
		s.t.Fatal(err)
	}
	return t
}

// role is a contact's part in a ticket, "" for none.
func (s *site) role(id desk.TicketID, c desk.ContactID) tickets.Role {
	s.t.Helper()
	ps, err := s.Tickets.Participants(s.t.Context(), s.Manager, id)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, p := range ps {
		if p.Contact == c {
			return p.Role
		}
	}
	return ""
}

// agentID is the id of the agent with the role.
func (s *site) agentID(role accounts.Role) string {
	s.t.Helper()
	all, err := s.accounts.Agents(s.t.Context(), s.Workspace)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, a := range all {
		if a.Role == role {
			return a.ID
		}
	}
	s.t.Fatalf("no agent is a %s", role)
	return ""
}

func bytesFile(name, content string) tickets.NewAttachment {
	return tickets.NewAttachment{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}
}

func at(t tickets.Ticket) string { return fmt.Sprintf("/tickets/%d", t.Number) }

// TestTicketList searches, filters, sorts and pages by addresses alone.
func TestTicketList(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	b := s.signedIn(accounts.Manager)
	b.get("/tickets").says("No open tickets", "New ticket")
	ann := s.add(contacts.NewContact{FirstName: "Ann", LastName: "Lee", CompanyName: "Corp"})
	bob := s.add(contacts.NewContact{FirstName: "Bob"})
	me := s.agentID(accounts.Manager)
	for i := range 60 {
		n := tickets.NewTicket{Subject: fmt.Sprintf("Matter %02d", i), Requester: []desk.ContactID{ann.ID, bob.ID}[i%2], Priority: []string{"low", "urgent", "normal"}[i%3]}
		if i%4 == 0 {
			n.Assignee = me
		}
		if i%10 == 0 {
			n.Status = "closed"
		}
		s.Clock.Turn(time.Minute)
		s.ask(n)
	}
	p := b.get("/tickets")
	p.says("54", "25 of 54", "Ann Lee", "Corp", "Urgent")
	is.Equal(p.rows()[0], "Matter 59") // the one that changed last
	second := p.link("Next")
	is.Equal(len(second.link("Next").rows()), 4)
	is.Equal(cmp.Diff(p.rows(), second.link("First").rows()), "")

	is.Equal(p.send("/tickets", "", "text", "matter 07").rows(), []string{"Matter 07"})
	is.Equal(len(p.send("/tickets", "", "text", "lee").rows()), 24) // by who asks
	is.Equal(b.get("/tickets?view=all&text=8").rows()[0], "Matter 58")
	b.get("/tickets?text=nothing+at+all").says("No ticket found", "Search all tickets")
	is.Equal(len(b.get("/tickets?view=mine").rows()), 12)
	is.Equal(len(b.get("/tickets?view=all&assignee=me&open=0").rows()), 3)
	b.get("/tickets?view=unassigned").says("42")
	b.get("/tickets?view=all").says("60", "25 of 60")

	filtered := b.get("/tickets?view=all").send("/tickets", "", "status", "closed", "priority", "urgent", "company_name", "corp")
	filtered.says("Status: Closed", "Priority: Urgent", "Company: Corp")
	is.Equal(filtered.rows(), []string{"Matter 40", "Matter 10"})
	is.Equal(len(filtered.link("Priority: Urgent").rows()), 6)
	b.get("/tickets?view=all").send("/tickets", "", "company_name", "no such").is(http.StatusUnprocessableEntity).says("There is no company")
	sorted := b.get("/tickets?view=all").link("Subject")
	is.Equal(sorted.rows()[0], "Matter 00")
	is.Equal(sorted.link("Subject").rows()[0], "Matter 59")
	heads := sorted.find(func(n *html.Node) bool { return attr(n, "aria-sort") != "" })
	is.Equal(len(heads), 1)
	is.True(strings.Contains(b.get("/tickets?sort=priority&desc=1").rows()[0], "Matter"))
	b.get("/tickets?sort=nonsense").is(http.StatusUnprocessableEntity)
	b.get("/tickets?cursor=forged").is(http.StatusOK) // the first page
	b.get("/tickets?view=nonsense").says("54")
}

// TestNewTicket finds the requester, has the company chosen, and makes one
// ticket of a form that is sent twice.
func TestNewTicket(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann", LastName: "Lee", CompanyName: "Corp", Email: "ann@corp.example"})
	bob := s.add(contacts.NewContact{FirstName: "Bob", Email: "bob@corp.example", CompanyName: "Corp"})
	s.add(contacts.NewContact{FirstName: "Cleo"})
	b := s.signedIn(accounts.AgentRole)
	b.get("/tickets").link("New ticket").says("Who is asking?", "Cleo").send("/tickets/new", "", "text", "ann").silent("Cleo")
	p := b.get("/tickets/new?contact=" + string(ann.ID))
	p.says("Ann Lee works for Corp, so the ticket goes there")
	values, _ := p.form("/tickets/new")
	is.Equal(values.Get("company"), "Corp")

	p = p.send("/tickets/new", "search=1", "subject", "Broken printer", "text", "It smokes.", "find", "bob") // by the button, without a script
	values, _ = p.form("/tickets/new")
	is.Equal(values.Get("text"), "It smokes.")
	is.Equal(values.Has("participant"), false) // found, and not yet chosen
	p = p.send("/tickets/new", "search=1", "participant", string(bob.ID), "find", "cleo")
	values, _ = p.form("/tickets/new")
	is.Equal(values["participant"], []string{string(bob.ID)}) // kept while another is looked for
	p.send("/tickets/new", "", "subject", "").is(http.StatusUnprocessableEntity).says("Say in a few words")
	p.send("/tickets/new", "", "company", "Unheard Ltd").is(http.StatusUnprocessableEntity).says("There is no company")

	first := p.send("/tickets/new", "", "find", "", "priority", "high")
	first.is(http.StatusOK).says("Ticket #1 was made.", "Broken printer", "It smokes.", "High", "Bob", "Corp")
	is.Equal(p.send("/tickets/new", "", "find", "", "priority", "high").path, first.path) // the same form again
	list, err := s.Tickets.List(t.Context(), s.Manager, tickets.Query{}, desk.Page{})
	is.NoErr(err)
	is.Equal(len(list.Tickets), 1)
	made := list.Tickets[0]
	is.Equal(made.Company+" "+made.Priority, "Corp high")
	is.Equal(s.role(made.ID, bob.ID), tickets.Participating)

	p = b.get("/contacts/"+string(ann.ID)).link("New ticket").send("/tickets/new", "", "subject", "For no company", "company", "")
	p.says("Ticket #2 was made.")
	is.Equal(s.ticket(desk.TicketID(ticketIDs(t, s)[2])).Company, "")
	b.get("/companies/"+string(ann.CompanyID)).link("New ticket").says("New ticket for Corp", "Bob").silent("Cleo")
	b.get("/contacts/"+string(ann.ID)+"/part/tickets").says("Broken printer", "For no company")
	b.get("/companies/" + string(ann.CompanyID) + "/tickets").says("Broken printer").silent("For no company")
}

// ticketIDs are the ids by number.
func ticketIDs(t *testing.T, s *site) map[int64]string {
	t.Helper()
	list, err := s.Tickets.List(t.Context(), s.Manager, tickets.Query{}, desk.Page{})
	if err != nil {
		t.Fatal(err)
	}
	ids := map[int64]string{}
	for _, x := range list.Tickets {
		ids[x.Number] = string(x.ID)
	}
	return ids
}

// attach sends a form with files.
func (p *page) attach(action string, files map[string]string, pairs ...string) *page {
	p.b.t.Helper()
	values, form := p.form(action)
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	var sent []sentFile
	for name, content := range files {
		sent = append(sent, sentFile{"file", name, content})
	}
	return p.b.postFiles(attr(form, "action"), values, sent...)
}

// TestTalk replies and notes, with files, and sets the status on the way.
func TestTalk(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann", LastName: "Lee"})
	made := s.ask(tickets.NewTicket{Subject: "Broken printer", Requester: ann.ID, Message: &tickets.NewMessage{Text: "It smokes. See https://corp.example/a?b=c&d, please.\n\nOn Monday Bob wrote:\n> Old words\n> of his"}})
	path := at(made)
	b := s.signedIn(accounts.AgentRole)
	p := b.get(path)
	p.says("Broken printer", "It smokes.", "Quoted message", "Read by Ann Lee.")
	is.Equal(len(p.find(func(n *html.Node) bool { return attr(n, "href") == "https://corp.example/a?b=c&d" })), 1)
	is.Equal(b.get("/tickets/"+string(made.ID)).path, path) // an id leads to the number

	p = p.send(path+"/messages", "", "text", "We are coming.", "status", "waiting").is(http.StatusOK)
	p.says("Sent. The status was changed.", "We are coming.", "Waiting")
	is.Equal(s.ticket(made.ID).Status, "waiting")
	p = p.send(path+"/messages", "", "kind", "internal", "text", "Take the long ladder.")
	p.says("Noted. Only the team sees it.", "Internal note", "Take the long ladder.")
	p.send(path+"/messages", "", "text", "  ").is(http.StatusUnprocessableEntity).says("Write something first")

	form := b.get(path)
	form.send(path+"/messages", "", "text", "Once only.").is(http.StatusOK)
	form.send(path+"/messages", "", "text", "Once only.").is(http.StatusOK)
	is.Equal(strings.Count(b.get(path).body, "Once only."), 1) // sent twice, kept once

	p = form.attach(path+"/messages", map[string]string{"../../plan.txt": "the plan", "b.png": "\x89PNG\r\n\x1a\n"}, "text", "Two files.", "once", "").is(http.StatusOK)
	p.says("Two files.", "plan.txt", "b.png")
	list, err := s.Tickets.Messages(t.Context(), s.Manager, made.ID, tickets.MessageQuery{Newest: true}, desk.Page{})
	is.NoErr(err)
	is.Equal(len(list.Messages), 5)
	is.Equal(len(list.Messages[0].Attachments), 2)
	is.Equal(list.Messages[1].AuthorID, s.agentID(accounts.AgentRole))

	if links := p.find(func(n *html.Node) bool { return strings.Contains(attr(n, "href"), "/files/") }); len(links) == 2 {
		for _, l := range links {
			b.get(attr(l, "href")).is(http.StatusOK)
		}
	} else {
		t.Errorf("%d links to files", len(links))
	}
}

// TestLongThread opens a page of a long conversation, and all of it page by page.
func TestLongThread(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann"})
	made := s.ask(tickets.NewTicket{Subject: "Long", Requester: ann.ID})
	for i := range 50 {
		s.post(made.ID, tickets.NewMessage{Text: fmt.Sprintf("Message <%02d>", i)})
	}
	b := s.signedIn(accounts.Viewer)
	p := b.get(at(made)).says("Message <49>", "Message <30>", "50 messages").silent("Message &lt;29&gt;")
	p = p.link("Older messages").says("Message <29>", "Message <10>")
	p = p.link("Older messages").says("Message <09>", "Message <00>")
	p.link("Newest").says("Message <49>")
	oldest := b.get(at(made)+"?order=oldest").says("Message <00>", "Message <19>").silent("Message &lt;20&gt;")
	oldest.link("Newer messages").says("Message <20>")
	b.get(at(made) + "?cursor=forged").is(http.StatusOK).says("Message <49>")
	is.True(len(p.body) < 100_000)
}

// TestTicketFields sets fields one by one, each with a look at who else did.
func TestTicketFields(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann", CompanyName: "Corp"})
	s.add(contacts.NewContact{FirstName: "Bob", CompanyName: "Other Ltd"})
	made := s.ask(tickets.NewTicket{Subject: "Broken printer", Requester: ann.ID})
	path := at(made)
	b := s.signedIn(accounts.Manager)
	b.get(path).send(path+"/field/status", "", "status", "closed").is(http.StatusOK).says("Status saved.")
	is.Equal(s.ticket(made.ID).Open(), false)
	b.get(path).send(path+"/field/assignee", "", "assignee", s.agentID(accounts.AgentRole)).says("Assignee saved.")
	b.get(path).send(path+"/field/company", "", "company", "other ltd").says("Company saved.")
	is.Equal(s.ticket(made.ID).Company, "Other Ltd")
	b.get(path).send(path+"/field/company", "", "company", "Unheard Ltd").is(http.StatusUnprocessableEntity).says("There is no company")
	b.get(path).send(path+"/field/status", "", "status", "nonsense").is(http.StatusUnprocessableEntity)

	mine := b.get(path)
	b.get(path).send(path+"/field/priority", "", "priority", "high")
	mine.send(path+"/field/status", "", "status", "open").is(http.StatusOK) // another field: both are kept
	is.Equal(s.ticket(made.ID).Status+" "+s.ticket(made.ID).Priority, "open high")
	p := mine.send(path+"/field/priority", "", "priority", "low")
	p.is(http.StatusConflict).says("Someone else changed this meanwhile", "Stored now: High", "Yours: Low")
	is.Equal(s.ticket(made.ID).Priority, "high")
	p.send(path+"/field/priority", "").is(http.StatusOK)
	is.Equal(s.ticket(made.ID).Priority, "low") // seen, and meant

	first, second := b.get(path+"/field/subject"), b.get(path+"/field/subject")
	first.send(path+"/field/subject", "", "subject", "Printer on fire").says("Subject saved.", "Printer on fire")
	second.send(path+"/field/subject", "", "subject", "Smoke").is(http.StatusConflict).says("Stored now Printer on fire", "Yours Smoke")
	b.get(path+"/field/subject").send(path+"/field/subject", "", "subject", "").is(http.StatusUnprocessableEntity)
	b.get(path + "/field/nonsense").is(http.StatusNotFound)

	kept := s.ask(tickets.NewTicket{Subject: "By a template", Requester: ann.ID, Locked: []string{"priority", "subject"}})
	b.get(at(kept)).says("kept by its template").silent(`/field/priority"`, `data-inplace`)
	b.get(at(kept) + "/field/subject").is(http.StatusNotFound)
}

// TestPeople adds, confirms, promotes and removes participants, once and twice.
func TestPeople(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann", Email: "ann@corp.example"})
	bob := s.add(contacts.NewContact{FirstName: "Bob", Email: "bob@corp.example"})
	cleo := s.add(contacts.NewContact{FirstName: "Cleo"})
	made := s.ask(tickets.NewTicket{Subject: "Broken printer", Requester: ann.ID, Pending: []desk.ContactID{bob.ID}})
	path := at(made)
	b := s.signedIn(accounts.AgentRole)
	p := b.get(path).says("Pending", "Sees nothing until you confirm.")
	p.send(path+"/people", "do=confirm:"+string(bob.ID)).says("Bob takes part now.")
	is.Equal(s.role(made.ID, bob.ID), tickets.Participating)
	p.send(path+"/people", "do=confirm:"+string(bob.ID)).is(http.StatusOK) // again is no change
	is.Equal(s.role(made.ID, bob.ID), tickets.Participating)

	p = b.get(path).link("Add").says("Add someone to #1", "Cleo").send(path+"/people", "", "text", "cleo")
	is.Equal(len(p.rows()), 0)
	p.send(path+"/people", "do=add").says("Cleo takes part now.")
	is.Equal(s.role(made.ID, cleo.ID), tickets.Participating)
	b.get(path + "/people?text=cleo").says("Participant")

	b.get(path).send(path+"/people", "do=requester:"+string(bob.ID)).says("Bob is the requester now.")
	is.Equal(s.ticket(made.ID).Requester, bob.ID)
	is.Equal(s.role(made.ID, ann.ID), tickets.Participating) // the one before stays on it
	b.get(path).send(path+"/people", "do=remove:"+string(ann.ID)).says("Ann no longer takes part.")
	is.Equal(s.role(made.ID, ann.ID), tickets.Role(""))
	b.get(path+"/people/"+string(bob.ID)).says("What Bob may do", "Yes")
	b.get(path + "/people/" + string(ann.ID)).says("No")
}
