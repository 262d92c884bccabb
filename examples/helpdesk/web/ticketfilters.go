package web

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// ticketFilters are the controls of the filter panel with their present values.
func (s *server) ticketFilters(r *request, q ticketQuery, w *ticketWords) ([]filterView, error) {
	values := tickets.Query{Filter: q.asked.Filter}.Values()
	pick := func(name, label, none string, options []option) filterView {
		return filterView{Name: name, Label: label, Kind: "select", Options: chosen(append([]option{{Label: none}}, options...), values.Get(name))}
	}
	all := []filterView{pick("status", "Status", "Any", w.choices("status", ""))}
	if q.view == "all" {
		all = append(all, pick("open", "Open or closed", "Any", []option{{Value: "1", Label: "Open"}, {Value: "0", Label: "Closed"}}))
	}
	all = append(all, pick("priority", "Priority", "Any", w.choices("priority", "")), pick("category", "Category", "Any", w.choices("category", "")[1:]))
	if q.view != "mine" && q.view != "unassigned" {
		f := filterView{Name: "assignee", Label: "Assignee", Kind: "select"}
		at := values.Get("assignee")
		if values.Get("unassigned") != "" {
			at = "nobody"
		}
		f.Options = chosen(append([]option{{Label: "Anyone"}, {Value: "nobody", Label: "Nobody"}}, w.members()...), at)
		all = append(all, f)
	}
	company, err := s.companyName(r, desk.CompanyID(values.Get("company")))
	if err != nil {
		return nil, err
	}
	all = append(all, filterView{Name: "company_name", Label: "Company", Kind: "company", Value: company}, pick("channel", "Came by", "Any way", channels))
	for _, d := range ticketDates {
		all = append(all, filterView{Name: d.name, Label: d.label, Kind: "date", Value: dateOf(values.Get(d.name))})
	}
	return append(all, ticketOrders(q)...), nil
}

// ticketOrders are the controls for the order of the list.
func ticketOrders(q ticketQuery) []filterView {
	var orders []option
	for _, by := range tickets.Sorts {
		orders = append(orders, option{Value: string(by), Label: ticketSortNames[by]})
	}
	by := q.asked.Sort
	if by == "" {
		by = tickets.SortUpdated
	}
	desc := []option{{Label: "First to last"}, {Value: "1", Label: "Last to first"}}
	if q.asked.Sort == "" || q.asked.Desc {
		desc[1].Selected = true
	}
	return []filterView{{Name: "sort", Label: "Sort by", Kind: "select", Options: chosen(orders, string(by))}, {Name: "desc", Label: "Order", Kind: "select", Options: desc}}
}

var ticketSortNames = map[tickets.Sort]string{
	tickets.SortUpdated: "Updated", tickets.SortCreated: "Created", tickets.SortNumber: "Number",
	tickets.SortPriority: "Priority", tickets.SortSubject: "Subject", tickets.SortStatus: "Status",
}

// keptTickets are the conditions that the form has no control for, and the view.
func keptTickets(q ticketQuery, controls []filterView) []linkView {
	values := tickets.Query{Filter: q.asked.Filter}.Values()
	out := kept(values, controls, "text", "unassigned", "company")
	if q.view != "" {
		out = append([]linkView{{Label: "view", URL: q.view}}, out...)
	}
	return out
}

// ticketChips are the filters that are on. Each can be taken off by itself.
func (s *server) ticketChips(r *request, q ticketQuery, w *ticketWords) ([]chipView, error) {
	values := tickets.Query{Filter: q.asked.Filter}.Values()
	var chips []chipView
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if name == "text" {
			continue
		}
		text, err := s.ticketChipText(r, name, values[name], w)
		if err != nil {
			return nil, err
		}
		rest := q.asked.Values()
		rest.Del(name)
		if q.view != "" {
			rest.Set("view", q.view)
		}
		chips = append(chips, chipView{Label: text, URL: "/tickets?" + rest.Encode()})
	}
	return chips, nil
}

// ticketChipText says a filter as a person would.
func (s *server) ticketChipText(r *request, name string, vs []string, w *ticketWords) (string, error) {
	switch name {
	case "unassigned":
		return "Assignee: nobody", nil
	case "no_category", "no_company":
		return capital(strings.TrimPrefix(name, "no_")) + ": none", nil
	case "open":
		if vs[0] == "1" || vs[0] == "true" {
			return "Open", nil
		}
		return "Closed", nil
	case "company":
		n, err := s.companyName(r, desk.CompanyID(vs[0]))
		return "Company: " + readable(n), err
	case "contact", "requester":
		id := desk.ContactID(vs[0])
		if err := s.nameContacts(r.Context(), r, w, []desk.ContactID{id}); err != nil {
			return "", err
		}
		if n := w.names[id]; n != "" {
			return capital(name) + ": " + n, nil
		}
		return capital(name) + ": not found", nil
	}
	return chipLabel(name) + ": " + strings.Join(saidValues(name, vs, w), ", "), nil
}

// saidValues are the values of a filter in words.
func saidValues(name string, vs []string, w *ticketWords) []string {
	var said []string
	for _, v := range vs {
		switch name {
		case "channel":
			v = channelName(tickets.Channel(v))
		case "created_from", "created_until", "updated_from", "updated_until":
			v = dateOf(v)
		default:
			v = w.said(name, v)
		}
		said = append(said, v)
	}
	return said
}

// ticketDates are the filters by time, as the panel and the chips call them.
var ticketDates = []struct{ name, label string }{{"created_from", "Created from"}, {"created_until", "Created before"}, {"updated_from", "Updated from"}, {"updated_until", "Updated before"}}

func chipLabel(name string) string {
	if label := ticketFieldNames[name]; label != "" {
		return label
	}
	if name == "channel" {
		return "Came by"
	}
	for _, d := range ticketDates {
		if d.name == name {
			return d.label
		}
	}
	return capital(name)
}

// companyName is the name of a company; none for one that cannot be seen.
func (s *server) companyName(r *request, id desk.CompanyID) (string, error) {
	if id == "" {
		return "", nil
	}
	c, err := s.Contacts.GetCompany(r.Context(), r.actor, id)
	switch desk.KindOf(err) {
	case "":
		return c.Name, nil
	case desk.NotFound, desk.Denied:
		return "", nil
	}
	return "", err
}

// companyNamed finds a company by its whole name.
func (s *server) companyNamed(r *request, name string) (contacts.Company, error) {
	list, err := s.Contacts.ListCompanies(r.Context(), r.actor, name, desk.Page{Limit: 50})
	if err != nil {
		return contacts.Company{}, err
	}
	for _, c := range list.Companies {
		if contacts.Fold(c.Name) == contacts.Fold(name) {
			return c, nil
		}
	}
	return contacts.Company{}, desk.Errorf(desk.Invalid, "company", "There is no company “%s”. Choose one of those that are suggested, or make it first.", clip(name, 60))
}

// emptyTickets says what belongs into an empty list and how to get it there.
func emptyTickets(r *request, q ticketQuery, filtered bool) emptyView {
	e := emptyView{Art: "ticket", Title: "No tickets yet", Text: "What people ask is kept here, with every answer. A ticket is made by a message to your support address, or by you."}
	switch {
	case q.asked.Filter.Text != "":
		e = emptyView{Art: "search", Title: "No ticket found", Text: "No ticket here has “" + q.asked.Filter.Text + "” in its number, subject or the names on it."}
		if q.view != "all" && q.view != "bin" {
			e.Links = append(e.Links, linkView{"Search all tickets", "/tickets?" + url.Values{"view": {"all"}, "text": {q.asked.Filter.Text}}.Encode(), "search", true})
		}
	case filtered:
		e = emptyView{Art: "search", Title: "No ticket found", Text: "No ticket matches the filters that are on."}
	case q.view == "mine":
		e = emptyView{Art: "check", Title: "Nothing is waiting for you", Text: "Open tickets that are assigned to you are listed here."}
		e.Links = append(e.Links, linkView{"See what nobody has", "/tickets?view=unassigned", "ticket", false})
	case q.view == "unassigned":
		e = emptyView{Art: "check", Title: "Every open ticket has someone", Text: "Open tickets that nobody works on yet are listed here."}
	case q.view == "bin":
		return emptyView{Art: "trash", Title: "The bin is empty", Text: "Tickets that are deleted wait here for " + number(tickets.BinDays) + " days. Until then they can be brought back."}
	case q.view == "":
		e.Title = "No open tickets"
	}
	if filtered {
		e.Links = append(e.Links, linkView{"Clear the filters", ticketQuery{view: q.view, asked: tickets.Query{Filter: tickets.Filter{Text: q.asked.Filter.Text}}}.url(nil), "close", false})
	}
	if r.may(tickets.MayCreate) && len(e.Links) == 0 {
		e.Links = append(e.Links, linkView{"New ticket", "/tickets/new", "plus", true})
	}
	return e
}
