package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"
	"golang.org/x/net/html"

	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
	"github.com/deskfolk/desk/tickets"
)

// TestTicketBulk changes several at once, and takes some away and back.
func TestTicketBulk(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann"})
	var made []tickets.Ticket
	for i := range 30 {
		made = append(made, s.ask(tickets.NewTicket{Subject: fmt.Sprintf("Matter %02d", i), Requester: ann.ID}))
	}
	b := s.signedIn(accounts.Manager)
	p := b.get("/tickets").send("/tickets/bulk", "do=set_status", "id", string(made[0].ID), "id", string(made[1].ID))
	p.says("Set the status of 2 tickets").send("/tickets/bulk", "do=set_status", "value", "waiting").says("2 tickets given the new status.")
	is.Equal(s.ticket(made[1].ID).Status, "waiting")
	p = b.get("/tickets").send("/tickets/bulk", "do=set_assignee", "all", "1", "id", string(made[0].ID))
	p.says("Assign 30 tickets").send("/tickets/bulk", "do=set_assignee", "value", s.agentID(accounts.AgentRole)).says("30 tickets assigned.")
	is.Equal(s.ticket(made[29].ID).Assignee, s.agentID(accounts.AgentRole))
	b.get("/tickets").send("/tickets/bulk", "one=take:"+string(made[29].ID)).is(http.StatusOK)
	is.Equal(s.ticket(made[29].ID).Assignee, s.agentID(accounts.Manager))

	kept := s.ask(tickets.NewTicket{Subject: "By a template", Requester: ann.ID, Locked: []string{"priority"}})
	p = b.get("/tickets").send("/tickets/bulk", "do=set_priority", "id", string(kept.ID), "id", string(made[0].ID))
	p.send("/tickets/bulk", "do=set_priority", "value", "urgent").is(http.StatusConflict).says("Nothing was changed", "By a template", "kept by the template")
	is.Equal(s.ticket(made[0].ID).Priority, "normal") // all or none

	p = b.get("/tickets").send("/tickets/bulk", "do=delete", "id", string(made[2].ID), "id", string(made[3].ID))
	p.says("Delete 2 tickets?", "Matter 02", "restored")
	is.Equal(s.ticket(made[2].ID).State, tickets.Live) // a preview does nothing
	p = p.send("/tickets/bulk", "do=delete").says("2 tickets moved to the bin.", "Undo")
	is.Equal(s.ticket(made[2].ID).State, tickets.Binned)
	b.get("/tickets?view=bin").says("Matter 02", "Matter 03")
	b.get(at(made[2])).says("In the bin").silent("data-quick", `name="text"`)
	undo := p.find(func(n *html.Node) bool { return n.Data == "div" && attr(n, "class") == "toast" })
	is.Equal(len(undo), 1)
	values, _ := p.form("/signout")
	b.post("/tickets/bulk", url.Values{"csrf": values["csrf"], "do": {"restore"}, "id": {string(made[2].ID), string(made[3].ID)}, "return": {"/tickets"}}).says("2 tickets restored.")
	is.Equal(s.ticket(made[3].ID).State, tickets.Live)

	p = b.get(at(made[4])).send("/tickets/bulk", "one=delete:"+string(made[4].ID)).send("/tickets/bulk", "do=delete")
	is.Equal(p.path, "/tickets") // not the page of what is gone
	p = b.get("/tickets?view=bin").send("/tickets/bulk", "one=purge:"+string(made[4].ID)).says("for good?", "Every message and file")
	p.send("/tickets/bulk", "do=purge").says("1 ticket deleted for good.")
	b.get(at(made[4])).is(http.StatusNotFound)
}

// TestTicketSettings renames, adds and takes away, and keeps what is in use.
func TestTicketSettings(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann"})
	s.ask(tickets.NewTicket{Subject: "Urgent", Requester: ann.ID, Priority: "urgent"})
	b := s.signedIn(accounts.Manager)
	b.get("/settings").says("Tickets")
	p := b.get("/settings/tickets").says("Statuses", "Waiting for an answer")
	values, _ := p.form("/settings/tickets")
	save := func(change func(url.Values)) *page {
		v, _ := b.get("/settings/tickets").form("/settings/tickets")
		change(v)
		return b.post("/settings/tickets", v)
	}
	is.Equal(values["statuses_label"], []string{"Open", "Waiting for an answer", "Closed", ""})
	save(func(v url.Values) {
		v["statuses_label"][1], v["statuses_label"][3], v["statuses_more"][3] = "On hold", "With the supplier", "waiting"
		v["categories_label"][0] = "Printers"
		v["assignee"] = []string{s.agentID(accounts.AgentRole)}
		v.Set("max_attachment", "5")
	}).is(http.StatusOK).says("Settings saved.", "On hold")
	set, err := s.Tickets.Settings(t.Context(), s.Manager)
	is.NoErr(err)
	is.Equal(cmp.Diff([]tickets.Status{{Key: "open", Label: "Open", Class: tickets.Open}, {Key: "waiting", Label: "On hold", Class: tickets.Waiting},
		{Key: "closed", Label: "Closed", Class: tickets.Closed}, {Key: "with_the_supplier", Label: "With the supplier", Class: tickets.Waiting}}, set.Statuses), "")
	is.Equal(set.Categories, []tickets.Category{{Key: "printers", Label: "Printers"}})
	is.Equal(len(set.Assignees), 1)
	is.Equal(set.MaxAttachment, int64(5<<20))

	save(func(v url.Values) { v["priorities_label"][3] = "" }).is(http.StatusConflict).says("Not saved yet") // a ticket has it
	save(func(v url.Values) { v["priorities_more"][0] = "high" }).is(http.StatusUnprocessableEntity).says("a rank")
	save(func(v url.Values) { v.Set("max_attachment", "0") }).is(http.StatusUnprocessableEntity)
	save(func(v url.Values) { v.Set("up", "statuses:2") }).is(http.StatusOK)
	up := b.get("/settings/tickets").send("/settings/tickets", "up=statuses:1")
	moved, _ := up.form("/settings/tickets")
	is.Equal(moved["statuses_label"][0], "On hold") // shown, and not yet saved
	b.get("/settings/tickets").says("On hold")
	stale := b.get("/settings/tickets")
	save(func(v url.Values) { v["categories_label"][0] = "Copiers" }).is(http.StatusOK)
	stale.send("/settings/tickets", "", "max_attachment", "7").is(http.StatusConflict).says("changed after you opened them")
	s.signedIn(accounts.AgentRole).get("/settings/tickets").is(http.StatusNotFound)
}
