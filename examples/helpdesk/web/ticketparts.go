package web

import (
	"net/http"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// contactTickets are the tickets of a contact, in any part it has in them.
func (s *server) contactTickets(r *request, c *contacts.Contact) (*ticketList, error) {
	path := "/contacts/" + string(c.ID) + "/part/" + tickets.TicketsPart
	list := &ticketList{Columns: plainColumns(), Empty: emptyView{Art: "ticket", Title: "No tickets yet", Text: "What " + clip(titleOf(c), 60) + " asks or takes part in is listed here."}}
	if r.may(tickets.MayCreate) && c.State == contacts.Live {
		list.Empty.Links = []linkView{{"New ticket", "/tickets/new?contact=" + string(c.ID), "plus", true}}
	}
	found, err := s.listTickets(r, tickets.Query{Filter: tickets.Filter{Contact: c.ID}})
	if err != nil {
		return nil, err
	}
	words, err := s.ticketWords(r)
	if err != nil {
		return nil, err
	}
	list.Rows, err = s.ticketRows(r, words, found.Tickets)
	list.pager = ticketPager(len(list.Rows), found, path, "")
	return list, err
}

// partMessage is a message that a contact wrote, with the way to its ticket.
type partMessage struct {
	Text, URL, Channel string
	When               *when
	Files              int
}

func (s *server) contactMessages(items []any) []partMessage {
	var all []partMessage
	for _, item := range items {
		if m, ok := item.(tickets.ProfileMessage); ok {
			all = append(all, partMessage{Text: clip(m.Text, 400), URL: "/tickets/" + string(m.Ticket), Channel: came(m.Channel), When: shown(m.At, s.Now()), Files: len(m.Files)})
		}
	}
	return all
}

// companyTickets are the tickets of a company, as the second tab of its page.
func (s *server) companyTickets(w http.ResponseWriter, r *request) error {
	c, err := s.Contacts.GetCompany(r.Context(), r.actor, desk.CompanyID(r.PathValue("id")))
	if err != nil {
		return err
	}
	words, err := s.ticketWords(r)
	if err != nil {
		return err
	}
	path := "/companies/" + string(c.ID) + "/tickets"
	text := r.URL.Query().Get("text")
	q := tickets.Query{Filter: tickets.Filter{Text: text, Companies: []desk.CompanyID{c.ID}}}
	list, err := s.listTickets(r, q)
	switch desk.KindOf(err) {
	case "":
	case desk.Expired:
		return redirect(w, r, path)
	case desk.Invalid:
		list = tickets.List{}
	default:
		return err
	}
	v := companyView{Name: c.Name, Initials: initials(c.Name), Hue: hue(string(c.ID)), Domains: c.Domains, Created: shown(c.CreatedAt, s.Now()), Action: path, Text: text}
	s.companyLinks(r, &v, c.ID)
	v.Tabs = []tabView{{Label: "Contacts", URL: "/companies/" + string(c.ID), Count: number(c.Contacts)}, {Label: "Tickets", URL: path, Count: about(list.Count, list.CountAbout), Current: true, Spoke: foundTickets(list)}}
	t := ticketList{Columns: plainColumns(), Empty: emptyView{Art: "ticket", Title: "No tickets yet", Text: "What people of " + c.Name + " ask is listed here."}}
	if text != "" {
		t.Empty = emptyView{Art: "search", Title: "No ticket found", Text: "No ticket of " + c.Name + " has “" + text + "” in its number, subject or the names on it."}
	}
	if v.TicketURL != "" && text == "" {
		t.Empty.Links = []linkView{{"New ticket", v.TicketURL, "plus", true}}
	}
	if t.Rows, err = s.ticketRows(r, words, list.Tickets); err != nil {
		return err
	}
	t.pager = ticketPager(len(t.Rows), list, path, text)
	v.Tickets = &t
	s.show(w, r, http.StatusOK, "company", view{Title: "Tickets of " + c.Name, Section: "Companies", Data: v})
	return nil
}

// ticketPager is the foot of a table whose order is not chosen.
func ticketPager(rows int, list tickets.List, path, text string) pager {
	return pagerOf(rows, totalOf(rows, list.Count, list.CountAbout), list.Prev, list.Next, func(c desk.Cursor) string { return pageAt(path, c, "text", text) })
}

// plainColumns are the heads of a table whose order is not chosen.
func plainColumns() []columnView {
	cols := ticketColumns(ticketQuery{})
	for i := range cols {
		cols[i] = columnView{Label: cols[i].Label, Class: cols[i].Class}
	}
	return cols
}
