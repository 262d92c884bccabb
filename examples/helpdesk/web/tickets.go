package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets"
)

// ticketsView is the list of tickets.
type ticketsView struct {
	Tabs       []tabView
	View, Text string
	Filters    []filterView
	// Kept are conditions that no control of the form stands for.
	Kept             []linkView
	Chips            []chipView
	ClearURL         string
	Error            string
	NewURL           string
	Binned           bool
	CountText, Spoke string
	List             ticketList
}

// ticketList is a table of tickets with its pager. It is the list, the bin, a
// contact's tickets and a company's.
type ticketList struct {
	Rows         []ticketRow
	Columns      []columnView
	Actions      []actionView
	Empty        emptyView
	View, Return string
	// AllCount is how many match, when they are more than are shown.
	AllCount string
	pager
	Binned, CanDelete bool
}

type ticketRow struct {
	ID, URL, Number, Subject string
	Requester, RequesterURL  string
	Company, CompanyURL      string
	Status, Priority         stateChip
	Assignee, Initials, Hue  string
	Time                     *when
	SelectLabel, MoreName    string
	CanTake                  bool
}

// ticketTab is one of the views that most work is done in: a filter that has a
// name.
type ticketTab struct{ key, label string }

var ticketTabs = []ticketTab{{"", "Open"}, {"mine", "Mine"}, {"unassigned", "Unassigned"}, {"all", "All"}, {"bin", "Bin"}}

// ticketQuery is what the address of the list asks: one of the views, and
// what was set besides.
type ticketQuery struct {
	view  string
	asked tickets.Query
}

// full is the query with the view's own conditions.
func (q ticketQuery) full(r *request) tickets.Query {
	full, open := q.asked, true
	switch q.view {
	case "":
		full.Filter.Open = &open
	case "mine":
		full.Filter.Open, full.Filter.Assignees = &open, []string{r.agent.ID}
	case "unassigned":
		full.Filter.Open, full.Filter.Unassigned = &open, true
	case "bin":
		full.Filter.Binned = true
	}
	return full
}

// url is the address of the list, with what is set beside the query.
func (q ticketQuery) url(more url.Values) string {
	values := q.asked.Values()
	if q.view != "" {
		values.Set("view", q.view)
	}
	for name, vs := range more {
		values[name] = vs
	}
	if len(values) == 0 {
		return "/tickets"
	}
	return "/tickets?" + values.Encode()
}

// parseTickets reads a query from an address or a form. Forms send every
// control, also those that were left alone; an empty value means no condition.
// "me" stands for whoever reads, so that a link to one's own list can be shared.
func (s *server) parseTickets(r *request, values url.Values) (ticketQuery, error) {
	kept := url.Values{}
	for name, vs := range values {
		for _, v := range vs {
			if v = strings.TrimSpace(v); v != "" && name != "cursor" && name != "view" && name != "company_name" {
				kept.Add(name, v)
			}
		}
	}
	q := ticketQuery{view: values.Get("view")}
	if !slices.ContainsFunc(ticketTabs, func(t ticketTab) bool { return t.key == q.view }) {
		q.view = ""
	}
	readAssignee(r, kept)
	if values.Has("company_name") {
		kept.Del("company")
	}
	if name := strings.TrimSpace(values.Get("company_name")); name != "" {
		c, err := s.companyNamed(r, name)
		if err != nil {
			return q, err
		}
		kept.Set("company", string(c.ID))
	}
	asked, err := tickets.ParseQuery(kept)
	asked.Filter.Binned = false
	if asked.Sort == tickets.SortUpdated && asked.Desc {
		asked.Sort, asked.Desc = "", false // as it is without a word
	}
	if q.asked = asked; err != nil {
		q.asked = tickets.Query{Filter: tickets.Filter{Text: kept.Get("text")}}
	}
	return q, err
}

// readAssignee puts whoever reads in the place of "me", and nobody as a
// condition of its own.
func readAssignee(r *request, kept url.Values) {
	for i, v := range kept["assignee"] {
		if v == "me" {
			kept["assignee"][i] = r.agent.ID
		}
	}
	if slices.Contains(kept["assignee"], "nobody") {
		kept.Del("assignee")
		kept.Set("unassigned", "1")
	}
}

// tickets is the list, for whatever its address asks.
func (s *server) tickets(w http.ResponseWriter, r *request) error {
	q, problem := s.parseTickets(r, r.URL.Query())
	if q.view == "bin" && !r.may(tickets.MayDelete) {
		return &desk.Error{Kind: desk.Denied, Message: "You may not see the recycle bin."}
	}
	words, err := s.ticketWords(r)
	if err != nil {
		return err
	}
	v := ticketsView{View: q.view, Text: q.asked.Filter.Text, Binned: q.view == "bin"}
	var list tickets.List
	if problem == nil {
		list, problem = s.listTickets(r, q.full(r))
	}
	status := http.StatusOK
	switch desk.KindOf(problem) {
	case "":
	case desk.Expired:
		return redirect(w, r, q.url(nil))
	case desk.Invalid, desk.NotFound:
		v.Error, status = desk.MessageOf(problem), http.StatusUnprocessableEntity
	default:
		return problem
	}
	if v.Chips, err = s.ticketChips(r, q, words); err != nil {
		return err
	}
	if v.List, err = s.ticketList(r, words, list, q); err != nil {
		return err
	}
	if err := v.fill(s, r, q, words); err != nil {
		return err
	}
	v.CountText, v.Spoke = about(list.Count, list.CountAbout), foundTickets(list)
	s.show(w, r, status, "tickets", view{Title: tabLabel(q.view), Section: "Tickets", Data: v})
	return nil
}

func tabLabel(view string) string {
	for _, t := range ticketTabs {
		if t.key == view {
			return t.label + " tickets"
		}
	}
	return "Tickets"
}

func foundTickets(list tickets.List) string {
	switch {
	case len(list.Tickets) == 0:
		return "No ticket found"
	case list.CountAbout:
		return "Up to " + plural(list.Count, "ticket", "tickets")
	}
	return plural(list.Count, "ticket", "tickets")
}

// listTickets asks for the page that the address names.
func (s *server) listTickets(r *request, q tickets.Query) (tickets.List, error) {
	return s.Tickets.List(r.Context(), r.actor, q, desk.Page{Limit: pageRows, Cursor: desk.Cursor(r.URL.Query().Get("cursor"))})
}

// fill adds the tabs, the form and the links of the page.
func (v *ticketsView) fill(s *server, r *request, q ticketQuery, words *ticketWords) error {
	var err error
	if v.Tabs, err = s.ticketTabs(r, q); err != nil {
		return err
	}
	if v.Filters, err = s.ticketFilters(r, q, words); err != nil {
		return err
	}
	v.Kept = keptTickets(q, v.Filters)
	if len(v.Chips) > 0 {
		v.ClearURL = ticketQuery{view: q.view, asked: tickets.Query{Filter: tickets.Filter{Text: v.Text}, Sort: q.asked.Sort, Desc: q.asked.Desc}}.url(nil)
	}
	if r.may(tickets.MayCreate) {
		v.NewURL = "/tickets/new"
	}
	v.List.Empty = emptyTickets(r, q, len(v.Chips) > 0)
	return nil
}

// ticketTabs are the views with how much waits in each. The counts are those
// of the views alone: a search within one does not change the others.
func (s *server) ticketTabs(r *request, q ticketQuery) ([]tabView, error) {
	var tabs []tabView
	for _, t := range ticketTabs {
		if t.key == "bin" && !r.may(tickets.MayDelete) {
			continue
		}
		tab := tabView{Label: t.label, URL: ticketQuery{view: t.key}.url(nil), Current: t.key == q.view}
		if !r.fragment() && t.key != "all" && t.key != "bin" {
			n, err := s.Tickets.Count(r.Context(), r.actor, ticketQuery{view: t.key}.full(r).Filter)
			if err != nil {
				return nil, err
			}
			tab.Count = number(n)
		}
		tabs = append(tabs, tab)
	}
	return tabs, nil
}

// ticketList turns a page of tickets into a table.
func (s *server) ticketList(r *request, words *ticketWords, list tickets.List, q ticketQuery) (ticketList, error) {
	v := ticketList{Columns: ticketColumns(q), View: strings.TrimPrefix(q.url(nil), "/tickets"), Return: r.URL.RequestURI(), Binned: q.view == "bin",
		CanDelete: r.may(tickets.MayDelete), Actions: ticketActions(r, q.view == "bin")}
	if r.fragment() {
		v.Return = q.url(nil)
	}
	var err error
	if v.Rows, err = s.ticketRows(r, words, list.Tickets); err != nil {
		return v, err
	}
	v.AllCount = totalOf(len(v.Rows), list.Count, list.CountAbout)
	v.pager = pagerOf(len(v.Rows), v.AllCount, list.Prev, list.Next, func(c desk.Cursor) string { return q.url(cursorOf(c)) })
	return v, nil
}

func (s *server) ticketRows(r *request, words *ticketWords, all []tickets.Ticket) ([]ticketRow, error) {
	ids := make([]desk.ContactID, len(all))
	for i := range all {
		ids[i] = all[i].Requester
	}
	if err := s.nameContacts(r.Context(), r, words, ids); err != nil {
		return nil, err
	}
	rows := make([]ticketRow, len(all))
	for i := range all {
		rows[i] = s.ticketRow(r, words, &all[i])
	}
	return rows, nil
}

func (s *server) ticketRow(r *request, words *ticketWords, t *tickets.Ticket) ticketRow {
	row := ticketRow{ID: string(t.ID), URL: ticketPath(t), Number: "#" + ticketPath(t)[len("/tickets/"):], Subject: ticketTitle(t), Company: t.Company,
		Requester: words.names[t.Requester], Status: words.status(t.Status), Priority: words.priority(t.Priority), Time: shown(t.UpdatedAt, s.Now())}
	if row.Requester != "" {
		row.RequesterURL = "/contacts/" + string(t.Requester)
	}
	if t.CompanyID != "" {
		row.CompanyURL = "/companies/" + string(t.CompanyID)
	}
	if t.Assignee != "" {
		row.Assignee, row.Hue = words.people.name(t.Assignee), hue(t.Assignee)
		row.Initials = initials(row.Assignee)
	}
	if t.State == tickets.Binned {
		row.Time = shown(t.DeletedAt, s.Now())
	}
	row.CanTake = r.may(tickets.MayModify) && t.State == tickets.Live && t.Assignee != r.agent.ID
	row.SelectLabel, row.MoreName = "Select "+row.Number, "More for "+row.Number
	return row
}

// ticketColumns are the table's heads. A second click turns the order round.
func ticketColumns(q ticketQuery) []columnView {
	cols := []struct {
		columnView
		sort tickets.Sort
		desc bool
	}{
		{columnView{Label: "No.", Class: "w-no"}, tickets.SortNumber, true}, {columnView{Label: "Subject", Class: "w-subject"}, tickets.SortSubject, false},
		{columnView{Label: "Requester", Class: "w-who"}, "", false}, {columnView{Label: "Company", Class: "w-company"}, "", false},
		{columnView{Label: "Status", Class: "w-state"}, tickets.SortStatus, false}, {columnView{Label: "Priority", Class: "w-prio"}, tickets.SortPriority, true},
		{columnView{Label: "Assignee", Class: "w-agent"}, "", false}, {columnView{Label: "Updated", Class: "w-time"}, tickets.SortUpdated, true},
	}
	by, down := q.asked.Sort, q.asked.Desc
	if by == "" {
		by, down = tickets.SortUpdated, true
	}
	shown := make([]columnView, len(cols))
	for i, c := range cols {
		shown[i] = c.columnView
		if c.sort == "" {
			continue
		}
		next := q
		next.asked.Sort, next.asked.Desc = c.sort, c.desc
		if c.sort == by {
			next.asked.Desc, shown[i].Sort = !down, "ascending"
			if down {
				shown[i].Sort = "descending"
			}
		}
		shown[i].URL = next.url(nil)
	}
	if q.view == "bin" {
		shown[len(shown)-1] = columnView{Label: "Deleted", Class: "w-time"}
	}
	return shown
}

// ticketActions are what can be done with a selection, by this agent.
func ticketActions(r *request, binned bool) []actionView {
	if binned {
		return permitted(r, []ruledAction{
			{tickets.MayDelete, actionView{"restore", "Restore", "undo", false}},
			{tickets.MayPurge, actionView{"purge", "Delete for good", "trash", true}},
		})
	}
	return permitted(r, []ruledAction{
		{tickets.MayModify, actionView{"set_status", "Set status", "ring", false}},
		{tickets.MayModify, actionView{"set_assignee", "Assign", "person", false}},
		{tickets.MayModify, actionView{"set_priority", "Set priority", "up", false}},
		{tickets.MayDelete, actionView{"delete", "Delete", "trash", true}},
	})
}
