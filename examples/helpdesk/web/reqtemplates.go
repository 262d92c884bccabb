package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets/requests"
)

// templateRoutes names the pages of request templates.
func (s *server) templateRoutes() {
	s.page("GET /settings/templates", s.requestTemplates)
	s.page("GET /settings/templates/new", s.newTemplate)
	s.page("POST /settings/templates/new", s.saveTemplate)
	s.page("GET /settings/templates/{id}", s.requestTemplate)
	s.page("POST /settings/templates/{id}", s.saveTemplate)
}

// templatesView is the list of request templates in the settings.
type templatesView struct {
	Rows   []formRow
	NewURL string
	Empty  emptyView
}

// templateView is the page on which a request template is written.
type templateView struct {
	Heading, Action, Once, Button string
	Version                       int64
	About, Defaults               []fieldView
	Locks                         []lockView
	LockError                     string
	Active, Limited               bool
	Domains                       fieldView
	Contacts, Addable             pickerView
	Members                       []memberView
	MemberError                   string
	AddRules                      []presetView
	AddError                      string
	Form                          fieldView
	Errors                        []errorView
	Dirty                         bool
}

// lockView is a field that can be locked.
type lockView struct {
	Name, Label string
	On          bool
}

// pickerView chooses contacts within a form, with and without a script.
type pickerView struct {
	Name, Label, Help string
	People            []foundContact
	Chosen            map[string]bool
	Find, None, Error string
}

func templatePath(id desk.TemplateID) string { return "/settings/templates/" + string(id) }

func (s *server) requestTemplates(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(requests.MaySettings); err != nil {
		return err
	}
	all, err := s.Requests.Templates(r.Context(), r.actor)
	if err != nil {
		return err
	}
	v := templatesView{NewURL: "/settings/templates/new", Empty: emptyView{Art: "ticket", Title: "No request templates yet",
		Text: "A template is one thing that people ask for. It fills in the ticket, asks its form, and is there for everyone or only for some.", Links: []linkView{{"New template", "/settings/templates/new", "plus", true}}}}
	for i := range all {
		t := &all[i]
		chips := []stateChip{{"Active", "check", "success"}}
		if !t.Active {
			chips[0] = stateChip{"Inactive", "pause", ""}
		}
		if t.Limited {
			chips = append(chips, stateChip{"For some", "lock", ""})
		}
		if t.Form != "" {
			chips = append(chips, stateChip{"Form", "file", ""})
		}
		v.Rows = append(v.Rows, formRow{Name: t.Name, URL: templatePath(t.ID), Text: t.Description, Chips: chips, Updated: shown(t.UpdatedAt, s.Now())})
	}
	s.show(w, r, http.StatusOK, "reqtemplates", view{Title: "Request templates", Section: "Settings", Data: v})
	return nil
}

func (s *server) newTemplate(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(requests.MaySettings); err != nil {
		return err
	}
	return s.showTemplate(w, r, http.StatusOK, &requests.Template{TemplateFields: requests.TemplateFields{Active: true}}, nil)
}

// templateOf reads the template of the address; on the page of a new one it is empty.
func (s *server) templateOf(r *request) (requests.Template, error) {
	id := r.PathValue("id")
	if err := r.mustMay(requests.MaySettings); err != nil || id == "" {
		return requests.Template{}, err
	}
	return s.Requests.Template(r.Context(), r.actor, desk.TemplateID(id))
}

func (s *server) requestTemplate(w http.ResponseWriter, r *request) error {
	t, err := s.templateOf(r)
	if err != nil {
		return err
	}
	return s.showTemplate(w, r, http.StatusOK, &t, nil)
}

// showTemplate shows the form with what the template says, or was typed, and
// what is wrong with it.
func (s *server) showTemplate(w http.ResponseWriter, r *request, status int, t *requests.Template, problem error) error {
	words, err := s.ticketWords(r)
	if err != nil {
		return err
	}
	v := templateView{Heading: t.Name, Action: templatePath(t.ID), Version: t.Version, Button: "Save", Active: t.Active, Limited: t.Limited, Dirty: r.Method == http.MethodPost}
	if t.ID == "" {
		v.Heading, v.Action, v.Button, v.Once = "New template", "/settings/templates/new", "Make template", newOnce(r)
	}
	company, err := s.templateCompany(r, t)
	if err != nil {
		return err
	}
	v.fields(t, words, company)
	forms, err := s.formChoices(r, t.Form)
	if err != nil {
		return err
	}
	v.Form = fieldView{ID: "f-form", Name: "form", Label: "Form", Control: selectControl, Options: forms, Help: "Is filled in with the request. Only published forms are offered."}
	for _, m := range words.members() {
		v.Members = append(v.Members, memberView{ID: m.Value, Name: m.Label, Initials: initials(words.people.name(m.Value)), Hue: hue(m.Value), On: slices.Contains(t.Assignees, m.Value)})
	}
	v.Contacts = pickerView{Name: "contacts", Label: "Contacts", Help: "Besides those whose email is in one of the domains."}
	v.Addable = pickerView{Name: "addable", Label: "Whom it may add", Help: "Counts for “Those on a list”."}
	if err := s.picker(r, &v.Contacts, t.Contacts); err != nil {
		return err
	}
	if err := s.picker(r, &v.Addable, t.Addable); err != nil {
		return err
	}
	if problem != nil {
		v.blame(problem)
	}
	s.show(w, r, status, "reqtemplate", view{Title: clip(v.Heading, 60), Section: "Settings", Data: v})
	return nil
}

// fields fills in the controls that hold one value each.
func (v *templateView) fields(t *requests.Template, words *ticketWords, company string) {
	d := &t.Defaults
	ours := func(field, value string) []option {
		all := words.choices(field, value)
		if field == "category" {
			all = all[1:]
		}
		return chosen(append([]option{{Label: "The workspace’s default"}}, all...), value)
	}
	v.About = []fieldView{
		{Name: "name", Label: "Name", Control: textControl, Value: t.Name, Help: "Contacts choose it by this.", Wide: true},
		{Name: "description", Label: "Description", Control: areaControl, Lines: 2, Value: t.Description, Help: "Contacts read it below the name.", Wide: true},
		{Name: "position", Label: "Position", Control: numberControl, Value: strconv.Itoa(t.Position), Help: "Lower ones come first; equal ones by name."},
	}
	v.Defaults = []fieldView{
		{Name: "subject", Label: "Subject", Control: textControl, Value: d.Subject, Help: "Empty: the template’s name.", Wide: true},
		{Name: "text", Label: "Message", Control: areaControl, Lines: 5, Value: d.Text, Wide: true},
		{Name: "status", Label: "Status", Control: selectControl, Options: ours("status", d.Status)},
		{Name: "priority", Label: "Priority", Control: selectControl, Options: ours("priority", d.Priority)},
		{Name: "category", Label: "Category", Control: selectControl, Options: ours("category", d.Category)},
		{Name: "assignee", Label: "Assignee", Control: selectControl, Options: words.choices("assignee", d.Assignee)},
		{Name: "company", Label: "Company", Control: textControl, Value: company, Help: "Empty: the contact’s own.", Wide: true},
	}
	v.Domains = fieldView{ID: "f-domains", Name: "domains", Label: "Email domains", Control: areaControl, Lines: 3, Value: strings.Join(t.Domains, "\n"), Help: "One a line, such as example.com. Of the main email; a subdomain is another domain."}
	for _, all := range [][]fieldView{v.About, v.Defaults} {
		for i := range all {
			all[i].ID = "f-" + all[i].Name
		}
	}
	for _, f := range v.Defaults {
		v.Locks = append(v.Locks, lockView{f.Name, f.Label, slices.Contains(t.Locked, f.Name)})
	}
	v.AddRules = []presetView{{Value: string(requests.AddNobody), Label: "Nobody"}, {Value: string(requests.AddColleagues), Label: "People of its company"}, {Value: string(requests.AddListed), Label: "Those on a list"}}
	for i := range v.AddRules {
		v.AddRules[i].Checked = v.AddRules[i].Value == string(t.Add)
	}
}

// blame puts what is wrong beside each field, and all of it at the top.
func (v *templateView) blame(problem error) {
	beside := map[string]*string{"locked": &v.LockError, "assignees": &v.MemberError, "add": &v.AddError, "contacts": &v.Contacts.Error, "addable": &v.Addable.Error, "domains": &v.Domains.Error, "form": &v.Form.Error}
	for _, all := range [][]fieldView{v.About, v.Defaults} {
		for i := range all {
			beside[all[i].Name] = &all[i].Error
		}
	}
	for _, e := range faults(problem) {
		anchor := "f-name"
		if to := beside[e.Field]; to != nil {
			*to, anchor = e.Message, "f-"+e.Field
		}
		v.Errors = append(v.Errors, errorView{Text: e.Message, Anchor: anchor})
	}
}

// templateCompany is the name of the default company, as it was typed where it was.
func (s *server) templateCompany(r *request, t *requests.Template) (string, error) {
	if r.Method == http.MethodPost {
		return strings.TrimSpace(r.PostForm.Get("company")), nil
	}
	if t.Defaults.Company == "" {
		return "", nil
	}
	c, err := s.Contacts.GetCompany(r.Context(), r.actor, t.Defaults.Company)
	if desk.KindOf(err) == desk.NotFound {
		return "", nil
	}
	return c.Name, err
}

// formChoices are the forms that a template can ask, the present one among them.
func (s *server) formChoices(r *request, id desk.FormID) ([]option, error) {
	forms, err := s.Requests.Forms(r.Context(), r.actor)
	if err != nil {
		return nil, err
	}
	all := []option{{Label: "None"}}
	for i := range forms {
		if f := &forms[i]; f.ID == id || f.Active && f.Published > 0 {
			all = append(all, option{Value: string(f.ID), Label: f.Name})
		}
	}
	return chosen(all, string(id)), nil
}

// picker fills in who is chosen, and who was found by the search in the form.
// Who is not there any more stays chosen until it is unticked.
func (s *server) picker(r *request, v *pickerView, ids []desk.ContactID) error {
	v.Chosen = map[string]bool{}
	for some := range slices.Chunk(ids, 50) {
		list, err := s.Contacts.List(r.Context(), r.actor, contacts.Query{Filter: contacts.Filter{IDs: some}}, desk.Page{Limit: len(some)})
		if err != nil {
			return err
		}
		v.People = append(v.People, foundOf(list)...)
	}
	for _, p := range v.People {
		v.Chosen[p.ID] = true
	}
	for _, id := range ids {
		if !v.Chosen[string(id)] {
			v.Chosen[string(id)] = true
			v.People = append(v.People, foundContact{ID: string(id), Name: "Someone who is not there any more", Initials: "–"})
		}
	}
	if v.Find = strings.TrimSpace(r.PostForm.Get("find_" + v.Name)); v.Find == "" {
		return nil
	}
	list, err := s.Contacts.List(r.Context(), r.actor, contacts.Query{Text: v.Find}, desk.Page{Limit: 8})
	if desk.KindOf(err) == desk.Invalid {
		v.None = desk.MessageOf(err)
		return nil
	}
	if err != nil {
		return err
	}
	before := len(v.People)
	for _, p := range foundOf(list) {
		if !v.Chosen[p.ID] {
			v.People = append(v.People, p)
		}
	}
	if len(v.People) == before {
		v.None = "Nobody else has “" + clip(v.Find, 60) + "” in a name, company, address or phone number."
	}
	return nil
}

// saveTemplate makes or changes a template, or searches for contacts in its form.
func (s *server) saveTemplate(w http.ResponseWriter, r *request) error {
	t, err := s.templateOf(r)
	if err != nil {
		return err
	}
	if t.ID != "" {
		t.Version, _ = strconv.ParseInt(r.PostForm.Get("version"), 10, 64)
	}
	err = s.readTemplate(r, &t)
	if r.PostForm.Has("search") {
		return s.showTemplate(w, r, http.StatusOK, &t, nil)
	}
	saved := t
	switch {
	case err != nil:
	case t.ID == "":
		saved, err = s.Requests.CreateTemplate(r.Context(), r.once("web.template."), t.TemplateFields)
	default:
		saved, err = s.Requests.UpdateTemplate(r.Context(), r.actor, t.ID, t.Version, t.TemplateFields)
	}
	if refused(err) {
		return s.showTemplate(w, r, http.StatusUnprocessableEntity, &t, err)
	}
	if err != nil {
		return err
	}
	return s.leaveFor(w, r, "/settings/templates", "“"+clip(saved.Name, 60)+"” was saved.")
}

// readTemplate reads the form.
func (s *server) readTemplate(r *request, t *requests.Template) error {
	f := r.PostForm
	line := func(name string) string { return strings.TrimSpace(f.Get(name)) }
	t.TemplateFields = requests.TemplateFields{
		Name: line("name"), Description: lines(f.Get("description")), Active: f.Get("active") == "true", Position: t.Position,
		Defaults: requests.Defaults{Subject: line("subject"), Text: lines(f.Get("text")), Status: f.Get("status"), Priority: f.Get("priority"), Category: f.Get("category"), Assignee: f.Get("assignee")},
		Locked:   f["locked"], Limited: f.Get("limited") == "true", Domains: strings.FieldsFunc(f.Get("domains"), func(c rune) bool { return c <= ' ' || c == ',' || c == ';' }),
		Contacts: contactIDs(f["contacts"]), Assignees: f["assignees"], Add: requests.AddRule(f.Get("add")), Addable: contactIDs(f["addable"]), Form: desk.FormID(f.Get("form")),
	}
	if name := line("company"); name != "" {
		c, err := s.companyNamed(r, name)
		if err != nil {
			return err
		}
		t.Defaults.Company = c.ID
	}
	n, err := strconv.Atoi(line("position"))
	if line("position") == "" {
		n, err = 0, nil
	}
	if err != nil {
		return desk.Errorf(desk.Invalid, "position", "The position is a whole number.")
	}
	t.Position = n
	return nil
}
