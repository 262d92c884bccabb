package web_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
	"github.com/deskfolk/desk/tickets"
)

// TestBrowserTicketSearch types into the search of the list.
func TestBrowserTicketSearch(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann", LastName: "Ångström"})
	for i := range 40 {
		s.ask(tickets.NewTicket{Subject: fmt.Sprintf("Matter %02d", i), Requester: ann.ID})
	}
	b := s.browse(accounts.Manager).open("/tickets")
	b.until("document.documentElement.classList.contains('js')")
	b.press("/").until("document.activeElement.type === 'search'")
	b.keys("angstrom 07").until("document.querySelectorAll('#results .row').length === 1")
	is.Equal(b.text("#results .row a"), "Matter 07")
	b.until("location.search.includes('angstrom+07')").until("document.querySelector('#tally').innerText === '1'")
	b.press("Escape").until("document.querySelectorAll('#results .row').length === 25")
	b.eval("document.activeElement.blur()")
	b.keys("jj").until("document.querySelector('tr.row.at')?.querySelector('.col-subject a').innerText === 'Matter 38'")
	b.keys("x").until("document.querySelector('.tally').innerText === '1 selected'")
	b.click(".selection [value=set_status]").until("document.querySelector('h1').innerText === 'Set the status of 1 ticket'")
	b.eval("document.querySelector('#value').value = 'waiting'")
	b.click(".savebar .primary").until("document.querySelector('.toast')?.innerText.includes('given the new status')")
	b.open("/tickets").keys("n").until("location.pathname === '/tickets/new'")
	b.clean()
}

// TestBrowserTicket answers, notes and sets fields without leaving the page.
func TestBrowserTicket(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann", CompanyName: "Corp"})
	bob := s.add(contacts.NewContact{FirstName: "Bob"})
	made := s.ask(tickets.NewTicket{Subject: "Broken printer", Requester: ann.ID, Pending: []desk.ContactID{bob.ID}, Message: &tickets.NewMessage{Text: "It smokes."}})
	s.Clock.Turn(time.Minute)
	s.post(made.ID, tickets.NewMessage{Text: "Still does."})
	b := s.browse(accounts.Manager).open(at(made))
	b.until("document.documentElement.classList.contains('js')")
	leaving := "window.dispatchEvent(new Event('beforeunload', { cancelable: true }))"
	is.Equal(b.eval(leaving), true)

	b.press("j").until("document.activeElement.matches('.message') && document.activeElement.innerText.includes('Still does.')")
	b.press("j").until("document.activeElement.innerText.includes('It smokes.')")
	b.press("k").until("document.activeElement.innerText.includes('Still does.')")
	b.press("r").until("document.activeElement.id === 'composer-text'")
	is.Equal(b.eval("document.querySelector('#composer [value=public]').checked"), true)
	b.keys("We are coming.")
	is.Equal(b.eval(leaving), false) // what is written is not lost by a slip
	b.click("#composer .send .primary").until("document.querySelector('.toast')?.innerText.startsWith('Sent.')")
	b.until("document.querySelector('.message').innerText.includes('We are coming.')")

	b.press("n").until("document.activeElement.id === 'composer-text'")
	is.Equal(b.eval("getComputedStyle(document.querySelector('#composer-note')).display"), "block") // it says who reads it
	is.True(strings.Contains(b.text("#composer .send"), "Add note"))
	b.keys("Take the ladder.").click("#composer .send .primary").until("document.querySelector('.message.internal')?.innerText.includes('Take the ladder.')")
	is.True(strings.Contains(b.text(".message.internal header"), "Internal note"))

	b.click(".pending .ask .button").until("document.querySelector('.toast')?.innerText.includes('takes part now')")
	is.Equal(s.role(made.ID, bob.ID), tickets.Participating)
	quickly(t, s, b, made.ID)
	b.clean()
}

// quickly sets fields where they stand, also when someone else did meanwhile.
func quickly(t *testing.T, s *site, b *tab, id desk.TicketID) {
	t.Helper()
	is := is.New(t)
	choose := func(field, value string) {
		b.eval(fmt.Sprintf(`(() => { const s = document.querySelector("#q-%s"); s.focus(); s.value = %q; s.dispatchEvent(new Event("change", { bubbles: true })); })()`, field, value))
	}
	b.eval("window.same = true")
	choose("status", "waiting")
	b.until("document.querySelector('#ticket-line').innerText.includes('Waiting')").until("document.activeElement.id === 'q-status'")
	is.Equal(s.ticket(id).Status, "waiting")
	is.Equal(b.eval("window.same"), true) // without a reload

	high := "high"
	_, err := s.Tickets.Update(t.Context(), s.Manager, id, tickets.Patch{Version: s.ticket(id).Version, Priority: &high})
	is.NoErr(err)
	choose("priority", "low")
	b.until("document.querySelector('.prop.asked')?.innerText.includes('Stored now: High')")
	is.Equal(s.ticket(id).Priority, "high") // nothing was overwritten unseen
	b.click(".prop.asked .primary").until("!document.querySelector('.prop.asked') && document.querySelector('#q-priority').value === 'low'")
	is.Equal(s.ticket(id).Priority, "low")

	b.click("#v-subject h1").until("document.activeElement.id === 'p-subject'")
	b.keys("Printer on fire").press("Enter").until("document.querySelector('#v-subject h1')?.innerText === 'Printer on fire'")
	is.Equal(s.ticket(id).Subject, "Printer on fire")
	b.click("#v-subject .edit").until("document.activeElement.id === 'p-subject'")
	b.keys("Nothing").press("Escape").until("document.querySelector('#v-subject h1')?.innerText === 'Printer on fire'")
}

// TestBrowserTicketFiles attaches files, takes one back and sends the rest.
func TestBrowserTicketFiles(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann"})
	made := s.ask(tickets.NewTicket{Subject: "Files", Requester: ann.ID})
	dir := t.TempDir()
	var paths []string
	for _, name := range []string{"one.txt", "two.txt"} {
		path := filepath.Join(dir, name)
		is.NoErr(os.WriteFile(path, []byte(name), 0o600))
		paths = append(paths, path)
	}
	b := s.browse(accounts.AgentRole).open(at(made))
	b.must(chromedp.Do(b.ctx, chromedp.SetUploadFiles(chromedp.CSS("#composer-files"), paths)))
	b.until("document.querySelectorAll('.chosen li').length === 2")
	b.click(".chosen li:first-child button").until("document.querySelectorAll('.chosen li').length === 1")
	b.eval(`(() => { const data = new DataTransfer(); data.items.add(new File(["dropped"], "three.txt"));
		document.querySelector("#composer").dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: data })); })()`)
	b.until("document.querySelectorAll('.chosen li').length === 2")
	b.click("#composer-text").keys("Two of three.").click("#composer .send .primary")
	b.until("document.querySelector('.message .attachments')?.innerText.includes('three.txt')")
	is.True(strings.Contains(b.text(".message .attachments"), "two.txt"))
	is.True(!strings.Contains(b.text(".message .attachments"), "one.txt"))
	b.clean()
}

// TestBrowserNewTicket adds a participant whose name is typed.
func TestBrowserNewTicket(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann", CompanyName: "Corp"})
	bob := s.add(contacts.NewContact{FirstName: "Bob", Email: "bob@corp.example"})
	b := s.browse(accounts.AgentRole).open("/tickets/new?contact=" + string(ann.ID))
	is.Equal(b.eval("document.querySelector('#f-company').value"), "Corp")
	b.click("#f-subject").keys("Broken printer")
	b.click("#f-find").keys("bob").until("document.querySelector('#f-find-list [role=option]')?.innerText.includes('bob@corp.example')")
	b.press("ArrowDown").press("Enter").until("document.querySelector('#further input:checked')")
	b.click(".savebar .primary").until("document.querySelector('.toast')?.innerText.includes('was made')")
	list, err := s.Tickets.List(t.Context(), s.Manager, tickets.Query{}, desk.Page{})
	is.NoErr(err)
	is.Equal(len(list.Tickets), 1)
	is.Equal(s.role(list.Tickets[0].ID, bob.ID), tickets.Participating)
	b.clean()
}

// TestBrowserTicketPages opens every page of tickets in all sizes, in light and
// dark; see TestBrowserPages.
func TestBrowserTicketPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browse(accounts.Manager)
	for _, path := range []string{"/tickets", "/tickets?view=mine", "/tickets?view=bin", "/tickets/new"} {
		b.glance("tickets-nothing"+strings.NewReplacer("/", "-", "?", "-", "=", "-").Replace(path), path)
	}
	for i, p := range s.matters() {
		if i < 6 {
			b.tour(p.name, p.path)
		} else {
			b.glance(p.name, p.path)
		}
	}
	b.open("/tickets").click("tr.row:nth-child(2) .pick input").still("tickets-selected")
	b.open("/tickets").click(".filter-panel summary").still("tickets-filters")
	b.open("/tickets/1").press("n").still("ticket-note")
	b.open("/tickets/1").click("#composer .send .primary").until("document.querySelector('#composer-error')").still("ticket-error")
	b.clean()
	v := s.browse(accounts.Viewer)
	v.glance("ticket-viewer", "/tickets/1")
	v.clean()
}

// glance looks at a page on a phone and on a laptop.
func (b *tab) glance(name, path string) {
	b.t.Helper()
	b.size(390, 900)
	b.open(path)
	for _, width := range []int64{390, 1440} {
		b.size(width, 900)
		b.fits(fmt.Sprintf("%s-%d", name, width))
	}
	b.axe(name)
}

// matters makes a dozen tickets, odd ones among them, and names the pages to see.
func (s *site) matters() []shown {
	s.t.Helper()
	ctx, is := s.t.Context(), is.New(s.t)
	set, err := s.Tickets.Settings(ctx, s.Manager)
	is.NoErr(err)
	set.Categories = []tickets.Category{{Key: "hardware", Label: "Hardware"}, {Key: "billing", Label: "Billing"}}
	_, err = s.Tickets.SaveSettings(ctx, s.Manager, set)
	is.NoErr(err)
	long := strings.Repeat("Wolfeschlegelsteinhausen", 9)[:200]
	ann := s.add(contacts.NewContact{FirstName: "Ann", LastName: "Lee", Email: "ann@corp.example", CompanyName: "Corp"})
	bob := s.add(contacts.NewContact{FirstName: "Bob", LastName: "Okafor", Email: "bob@corp.example", CompanyName: "Corp"})
	cleo := s.add(contacts.NewContact{FirstName: "Cleo", Email: "cleo@elsewhere.example"})
	wide := s.add(contacts.NewContact{FirstName: long, CompanyName: long, Email: long[:60] + "@corp.example"})
	layla := s.add(contacts.NewContact{FirstName: "ليلى", LastName: "حداد", CompanyName: "شركة النور"})
	picture := bytesFile("broken-label.png", "\x89PNG\r\n\x1a\n")
	first := s.ask(tickets.NewTicket{Subject: "Printer feeds two labels at once", Requester: ann.ID, Participants: []desk.ContactID{bob.ID}, Pending: []desk.ContactID{cleo.ID}, Priority: "urgent",
		Category: "hardware", Assignee: s.agentID(accounts.AgentRole), Message: &tickets.NewMessage{Text: "Since this morning the printer feeds two labels for every one.\n\nSee https://kestrel.example/k200 for the model.\n\nOn Monday Bob wrote:\n> Have you tried the sensor?", Attachments: []tickets.NewAttachment{picture, bytesFile(long+".txt", "text")}}})
	s.Clock.Turn(40 * time.Minute)
	s.post(first.ID, tickets.NewMessage{Kind: tickets.Internal, Text: "Known with firmware 4.2. Ask for the version."})
	s.Clock.Turn(5 * time.Hour)
	system := desk.Actor{Workspace: s.Workspace, Kind: desk.SystemActor, ID: "intake", Grants: s.Manager.Grants}
	_, err = s.Tickets.Post(ctx, system, first.ID, tickets.NewMessage{Contact: bob.ID, Channel: tickets.ByEmail, HTML: `<h2>Still there</h2><p>It is <b>4.2.0</b>.</p><ul><li>cleaned</li><li>new roll</li></ul><table><tr><th>Roll</th><th>Labels</th></tr><tr><td>A</td><td>214</td></tr></table><img src="https://elsewhere.example/p.gif"><blockquote><p>What is the version?</p></blockquote>`,
		Email: &tickets.Mail{From: "bob@corp.example", FromName: "Bob Okafor", To: []string{"help@desk.example"}, Cc: []string{"cleo@elsewhere.example"}, Subject: "Re: Printer", Verified: true}})
	is.NoErr(err)
	s.ask(tickets.NewTicket{Subject: long, Requester: wide.ID, Message: &tickets.NewMessage{Text: long + " " + long}})
	arabic := s.ask(tickets.NewTicket{Subject: "طابعة لا تتصل بالشبكة", Requester: layla.ID, Message: &tickets.NewMessage{Text: "السلام عليكم،\n\nيظهر على الشاشة الرمز E-31.", Attachments: []tickets.NewAttachment{bytesFile("صورة.png", "\x89PNG\r\n\x1a\n")}}})
	for i := range 8 {
		s.Clock.Turn(30 * time.Minute)
		s.ask(tickets.NewTicket{Subject: fmt.Sprintf("Invoice %d has the wrong address", 2026100+i), Requester: ann.ID, Status: []string{"open", "waiting", "closed"}[i%3], Priority: []string{"low", "high"}[i%2]})
	}
	gone := s.ask(tickets.NewTicket{Subject: "You have won", Requester: cleo.ID})
	is.NoErr(s.Tickets.Delete(ctx, s.Manager, gone.ID))
	return []shown{
		{"tickets", "/tickets"}, {"ticket", "/tickets/1"}, {"ticket-long", "/tickets/2"}, {"ticket-right-to-left", at(arabic)}, {"ticket-new", "/tickets/new?contact=" + string(ann.ID)}, {"ticket-settings", "/settings/tickets"},
		{"tickets-all", "/tickets?view=all&status=closed"}, {"ticket-binned", at(gone)}, {"tickets-bin", "/tickets?view=bin"}, {"tickets-none", "/tickets?text=zzzz"}, {"ticket-pick", "/tickets/new?text=corp"}, {"ticket-people", "/tickets/1/people"},
		{"ticket-why", "/tickets/1/people/" + string(cleo.ID)}, {"ticket-subject", "/tickets/1/field/subject"},
		{"contact-tickets", "/contacts/" + string(ann.ID) + "/part/tickets"}, {"company-tickets", "/companies/" + string(ann.CompanyID) + "/tickets"},
	}
}
