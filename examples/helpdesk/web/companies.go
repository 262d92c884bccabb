package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// companiesView is the list of companies.
type companiesView struct {
	Text             string
	Rows             []companyRow
	CountText, Spoke string
	CanCreate        bool
	Empty            emptyView
	pager
}

type companyRow struct {
	Name, URL, Initials, Hue string
	Domains, Contacts        string
	Updated                  *when
}

// companyView is one company with its contacts.
type companyView struct {
	Name, Initials, Hue string
	Domains             []string
	Created             *when
	EditURL, NewURL     string
	TicketURL           string
	Tabs                []tabView
	Text                string
	Action              string
	CountText           string
	List                listView
	Tickets             *ticketList
}

// companyForm makes or changes a company.
type companyForm struct {
	Heading, Action, Cancel, Button string
	Version                         int64
	Name, NameError                 string
	Domains, DomainsError           string
	Errors                          []errorView
	Stale                           []staleView
}

func (s *server) companies(w http.ResponseWriter, r *request) error {
	text := strings.TrimSpace(r.FormValue("text"))
	list, err := s.Contacts.ListCompanies(r.Context(), r.actor, text, desk.Page{Limit: pageRows, Cursor: desk.Cursor(r.FormValue("cursor"))})
	if desk.KindOf(err) == desk.Expired {
		return redirect(w, r, "/companies")
	}
	if err != nil {
		return err
	}
	v := companiesView{Text: text, CountText: about(list.Count, list.CountAbout), Spoke: plural(list.Count, "company", "companies"), CanCreate: r.may(contacts.MayModify)}
	for _, c := range list.Companies {
		v.Rows = append(v.Rows, companyRow{Name: c.Name, URL: "/companies/" + string(c.ID), Initials: initials(c.Name), Hue: hue(string(c.ID)),
			Domains: strings.Join(c.Domains, ", "), Contacts: number(c.Contacts), Updated: shown(c.UpdatedAt, s.Now())})
	}
	v.pager = pagerOf(len(v.Rows), totalOf(len(v.Rows), list.Count, list.CountAbout), list.Prev, list.Next, func(c desk.Cursor) string { return pageAt("/companies", c, "text", text) })
	v.Empty = emptyCompanies(text, v.CanCreate)
	s.show(w, r, http.StatusOK, "companies", view{Title: "Companies", Section: "Companies", Data: v})
	return nil
}

func emptyCompanies(text string, canCreate bool) emptyView {
	v := emptyView{Art: "building", Title: "No companies yet", Text: "Companies appear here when a contact is given one, or when you add one yourself. Each shows the people who belong to it."}
	if text != "" {
		v = emptyView{Art: "search", Title: "No company found", Text: "No company has “" + text + "” in its name."}
	}
	if canCreate {
		label := "New company"
		if text != "" {
			label = "Create “" + clip(text, 40) + "”"
		}
		v.Links = []linkView{{label, "/companies/new?" + url.Values{"name": {text}}.Encode(), "plus", true}}
	}
	return v
}

// suggestCompanies answers the company field while a name is typed.
func (s *server) suggestCompanies(w http.ResponseWriter, r *request) error {
	text := strings.TrimSpace(r.FormValue("text"))
	list, err := s.Contacts.ListCompanies(r.Context(), r.actor, text, desk.Page{Limit: 8})
	if err != nil {
		return err
	}
	type company struct {
		Name     string `json:"name"`
		Contacts int    `json:"contacts"`
	}
	answer := struct {
		Companies []company `json:"companies"`
		Exact     bool      `json:"exact"`
	}{Companies: []company{}}
	for _, c := range list.Companies {
		answer.Companies = append(answer.Companies, company{c.Name, c.Contacts})
		answer.Exact = answer.Exact || contacts.Fold(c.Name) == contacts.Fold(text)
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(answer)
}

// company is the company's page: who belongs to it, searched and paged as the
// directory is.
func (s *server) company(w http.ResponseWriter, r *request) error {
	id := desk.CompanyID(r.PathValue("id"))
	c, err := s.Contacts.GetCompany(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	path := "/companies/" + string(id)
	q, err := parseView(url.Values{"text": r.URL.Query()["text"], "sort": r.URL.Query()["sort"], "desc": r.URL.Query()["desc"]})
	if err != nil {
		return err
	}
	shownQuery := q
	q.Filter.Companies = []desk.CompanyID{id}
	list, _, err := s.list(r, q, false)
	if desk.KindOf(err) == desk.Expired {
		return redirect(w, r, path)
	}
	if err != nil {
		return err
	}
	return s.showCompany(w, r, c, q, shownQuery, list)
}

// showCompany makes the page. The links of the list stay on it, while a
// selection of all is one of everyone within the company.
func (s *server) showCompany(w http.ResponseWriter, r *request, c contacts.Company, q, shownQuery contacts.Query, list contacts.List) error {
	id, path := c.ID, "/companies/"+string(c.ID)
	v := companyView{Name: c.Name, Initials: initials(c.Name), Hue: hue(string(id)), Domains: c.Domains, Created: shown(c.CreatedAt, s.Now()), Text: q.Text, Action: path,
		CountText: about(list.Count, list.CountAbout)}
	v.List = s.listView(r, shownQuery, list, path)
	v.List.View = viewURL("", q, nil)
	v.List.titlesForCompanies()
	v.List.Empty = emptyView{Art: "people", Title: "Nobody here yet", Text: "People who belong to " + c.Name + " are listed here."}
	if q.Text != "" {
		v.List.Empty = emptyView{Art: "search", Title: "No one found", Text: "Nobody at " + c.Name + " has “" + q.Text + "” in a name, address or phone number."}
	}
	s.companyLinks(r, &v, id)
	v.Tabs = []tabView{{Label: "Contacts", URL: path, Count: v.CountText, Current: true, Spoke: foundText(list)}}
	if r.may(tickets.MayView) || r.may(tickets.MayViewAssigned) {
		tab, err := s.companyTicketsTab(r, id)
		if err != nil {
			return err
		}
		v.Tabs = append(v.Tabs, tab)
	}
	if v.NewURL != "" {
		v.List.Empty.Links = []linkView{{"New contact here", v.NewURL, "plus", true}}
	}
	s.show(w, r, http.StatusOK, "company", view{Title: c.Name, Section: "Companies", Data: v})
	return nil
}

// companyLinks are what can be done on a company's page.
func (s *server) companyLinks(r *request, v *companyView, id desk.CompanyID) {
	if r.may(contacts.MayModify) {
		v.EditURL = "/companies/" + string(id) + "/edit"
	}
	if r.may(contacts.MayCreate) {
		v.NewURL = "/contacts/new?company=" + string(id)
	}
	if r.may(tickets.MayCreate) {
		v.TicketURL = "/tickets/new?company=" + string(id)
	}
}

// companyTicketsTab is the way to a company's tickets, with their number.
func (s *server) companyTicketsTab(r *request, id desk.CompanyID) (tabView, error) {
	tab := tabView{Label: "Tickets", URL: "/companies/" + string(id) + "/tickets"}
	if r.fragment() {
		return tab, nil // a search within the page shows the tabs no more
	}
	n, err := s.Tickets.Count(r.Context(), r.actor, tickets.Filter{Companies: []desk.CompanyID{id}})
	tab.Count = number(n)
	return tab, err
}

// titlesForCompanies shows job titles in the place of the company: everyone on
// a company's page has the same, and what they do there says more.
func (v *listView) titlesForCompanies() {
	for i := range v.Rows {
		row := &v.Rows[i]
		row.Company, row.CompanyURL, row.Title = row.Title, "", ""
	}
	for i, col := range v.Columns {
		if col.Label == "Company" {
			v.Columns[i] = columnView{Label: "Job title", Class: col.Class}
		}
	}
}

func (s *server) newCompany(w http.ResponseWriter, r *request) error {
	if !r.may(contacts.MayModify) {
		return &desk.Error{Kind: desk.Denied, Message: "You may not make companies."}
	}
	s.showCompanyForm(w, r, http.StatusOK, companyForm{Heading: "New company", Action: "/companies/new", Cancel: "/companies", Button: "Create company", Name: r.FormValue("name")})
	return nil
}

func (s *server) showCompanyForm(w http.ResponseWriter, r *request, status int, v companyForm) {
	s.show(w, r, status, "companyform", view{Title: v.Heading, Section: "Companies", Data: v})
}

func (s *server) createCompany(w http.ResponseWriter, r *request) error {
	v := companyForm{Heading: "New company", Action: "/companies/new", Cancel: "/companies", Button: "Create company",
		Name: strings.TrimSpace(r.PostForm.Get("name")), Domains: r.PostForm.Get("domains")}
	c, err := s.Contacts.CreateCompany(r.Context(), r.actor, v.Name, domains(v.Domains))
	if err != nil {
		return s.companyFailed(w, r, v, err)
	}
	s.leaveToast(w, toast{Text: clip(c.Name, 80) + " was added."})
	return redirect(w, r, "/companies/"+string(c.ID))
}

func (s *server) editCompany(w http.ResponseWriter, r *request) error {
	if !r.may(contacts.MayModify) {
		return &desk.Error{Kind: desk.Denied, Message: "You may not change companies."}
	}
	c, err := s.Contacts.GetCompany(r.Context(), r.actor, desk.CompanyID(r.PathValue("id")))
	if err != nil {
		return err
	}
	s.showCompanyForm(w, r, http.StatusOK, companyFormOf(c))
	return nil
}

func companyFormOf(c contacts.Company) companyForm {
	path := "/companies/" + string(c.ID)
	return companyForm{Heading: "Edit " + c.Name, Action: path + "/edit", Cancel: path, Button: "Save changes", Version: c.Version,
		Name: c.Name, Domains: strings.Join(c.Domains, "\n")}
}

func (s *server) saveCompany(w http.ResponseWriter, r *request) error {
	id := desk.CompanyID(r.PathValue("id"))
	version, err := strconv.ParseInt(r.PostForm.Get("version"), 10, 64)
	if err != nil {
		return &desk.Error{Kind: desk.Invalid, Message: "The form is incomplete. Nothing was changed; open it again."}
	}
	name, list := strings.TrimSpace(r.PostForm.Get("name")), domains(r.PostForm.Get("domains"))
	_, err = s.Contacts.UpdateCompany(r.Context(), r.actor, id, version, contacts.CompanyPatch{Name: &name, Domains: &list})
	if err == nil {
		s.leaveToast(w, toast{Text: "Saved."})
		return redirect(w, r, "/companies/"+string(id))
	}
	c, gone := s.Contacts.GetCompany(r.Context(), r.actor, id)
	if gone != nil {
		return gone
	}
	v := companyFormOf(c)
	v.Version, v.Name, v.Domains = version, name, r.PostForm.Get("domains")
	if errors.Is(err, contacts.ErrStale) {
		v.Version = c.Version
		if c.Name != name {
			v.Stale = append(v.Stale, staleView{Label: "Name", Theirs: c.Name, Yours: name, Anchor: "f-name"})
		}
		if theirs, yours := strings.Join(c.Domains, "\n"), strings.Join(list, "\n"); theirs != yours {
			v.Stale = append(v.Stale, staleView{Label: "Email domains", Theirs: readable(theirs), Yours: readable(yours), Anchor: "f-domains"})
		}
		s.showCompanyForm(w, r, http.StatusConflict, v)
		return nil
	}
	return s.companyFailed(w, r, v, err)
}

// companyFailed shows the form again with what was typed and what is wrong.
func (s *server) companyFailed(w http.ResponseWriter, r *request, v companyForm, err error) error {
	switch desk.KindOf(err) {
	case desk.Invalid, desk.Conflict, desk.Limited:
	default:
		return err
	}
	text := desk.MessageOf(err)
	if strings.HasPrefix(desk.FieldOf(err), "domain") {
		v.DomainsError = text
		v.Errors = []errorView{{Text: "Email domains: " + text, Anchor: "f-domains"}}
	} else {
		v.NameError = text
		v.Errors = []errorView{{Text: "Name: " + text, Anchor: "f-name"}}
	}
	s.showCompanyForm(w, r, http.StatusUnprocessableEntity, v)
	return nil
}

// domains reads one domain a line, or with commas between.
func domains(text string) []string {
	return strings.FieldsFunc(text, func(c rune) bool { return c == '\n' || c == '\r' || c == ',' || c == ' ' || c == ';' || c == '\t' })
}
