package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets/requests"
)

// formsView is the list of forms in the settings.
type formsView struct {
	Rows   []formRow
	NewURL string
	Empty  emptyView
}

type formRow struct {
	Name, URL, Text string
	Chips           []stateChip
	Updated         *when
}

// formView is the page on which a form is written.
type formView struct {
	Name, Description, Intro string
	Active                   bool
	Action                   string
	Version                  int64
	Chips                    []stateChip
	CanEdit, CanPublish      bool
	PublishSay               string
	PreviewURL               string
	Questions                []questionRow
	Versions                 []versionRow
	Errors                   []errorView
	Wrong                    map[string]string
	Dirty                    bool
}

type questionRow struct {
	N                     int
	Label, Type, Only     string
	Required, First, Last bool
	URL                   string
}

type versionRow struct {
	Number    int
	Name, URL string
	By        string
	When      *when
	Newest    bool
}

// typeNames says what the types of fields are called.
var typeNames = map[requests.FieldType]string{
	requests.TextField: "Text", requests.LongTextField: "Long text", requests.NumberField: "Number", requests.DateField: "Date", requests.ChoiceField: "One of a list",
	requests.ChoicesField: "Several of a list", requests.EmailField: "Email", requests.PhoneField: "Phone", requests.FileField: "File", requests.ConsentField: "Consent",
}

func formPath(id desk.FormID) string { return "/settings/forms/" + string(id) }

// forms lists the forms.
func (s *server) forms(w http.ResponseWriter, r *request) error {
	all, err := s.Requests.Forms(r.Context(), r.actor)
	if err != nil {
		return err
	}
	v := formsView{Empty: emptyView{Art: "file", Title: "No forms yet", Text: "A form asks a person for what you need to know. It can be assigned to a contact, stand in a request template, or be what a task is done by."}}
	if r.may(requests.MaySettings) {
		v.NewURL = "/settings/forms/new"
		v.Empty.Links = []linkView{{"New form", v.NewURL, "plus", true}}
	}
	for i := range all {
		f := &all[i]
		v.Rows = append(v.Rows, formRow{Name: f.Name, URL: formPath(f.ID), Text: f.Description, Chips: formChips(f), Updated: shown(f.UpdatedAt, s.Now())})
	}
	s.show(w, r, http.StatusOK, "forms", view{Title: "Forms", Section: "Settings", Data: v})
	return nil
}

// formChips say where a form is.
func formChips(f *requests.Form) []stateChip {
	var chips []stateChip
	if f.Published == 0 {
		chips = append(chips, stateChip{"Draft", "pencil", "warning"})
	} else {
		chips = append(chips, stateChip{"Version " + strconv.Itoa(f.Published), "check", "success"})
		if f.Changed {
			chips = append(chips, stateChip{"Changes not published", "pencil", "warning"})
		}
	}
	if !f.Active {
		chips = append(chips, stateChip{"Inactive", "pause", ""})
	}
	return chips
}

// newForm asks for a form's name and its first question.
func (s *server) newForm(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(requests.MaySettings); err != nil {
		return err
	}
	return s.showNewForm(w, r, http.StatusOK, requests.NewForm{Draft: requests.Definition{Fields: []requests.Field{{Type: requests.TextField}}}}, nil)
}

func (s *server) showNewForm(w http.ResponseWriter, r *request, status int, n requests.NewForm, problem error) error {
	v := newFormView{Name: n.Name, Description: n.Description, Dirty: r.Method == http.MethodPost, Wrong: map[string]string{}, Question: editorOf(&n.Draft, 0)}
	v.Once = newOnce(r)
	if problem != nil {
		for _, e := range faults(problem) {
			anchor := "f-" + e.Field
			if what, ok := strings.CutPrefix(e.Field, "fields.0."); ok {
				v.Question.blame(what, e.Message)
				anchor = "f-" + what
			}
			v.Wrong[e.Field] = e.Message
			v.Errors = append(v.Errors, errorView{Text: e.Message, Anchor: anchor})
		}
	}
	s.show(w, r, status, "formnew", view{Title: "New form", Section: "Settings", Data: v})
	return nil
}

// newFormView is the page of a new form.
type newFormView struct {
	Name, Description, Once string
	Question                questionEditor
	Errors                  []errorView
	Wrong                   map[string]string
	Dirty                   bool
}

func (s *server) createForm(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(requests.MaySettings); err != nil {
		return err
	}
	n := requests.NewForm{Name: strings.TrimSpace(r.PostForm.Get("name")), Description: lines(r.PostForm.Get("description"))}
	first, err := readQuestion(r, nil)
	n.Draft.Fields = []requests.Field{first}
	var made requests.Form
	if err == nil {
		made, err = s.Requests.CreateForm(r.Context(), r.once("web.form."), n)
	}
	if refused(err) {
		return s.showNewForm(w, r, http.StatusUnprocessableEntity, n, err)
	}
	if err != nil {
		return err
	}
	return s.leaveFor(w, r, formPath(made.ID), "The form was made. Add what else it asks, then publish it.")
}

// form is the page on which a form is written.
func (s *server) form(w http.ResponseWriter, r *request) error {
	f, err := s.Requests.Form(r.Context(), r.actor, desk.FormID(r.PathValue("id")))
	if err != nil {
		return err
	}
	return s.showForm(w, r, http.StatusOK, &f, nil)
}

func (s *server) showForm(w http.ResponseWriter, r *request, status int, f *requests.Form, problem error) error {
	v := formView{Name: f.Name, Description: f.Description, Intro: f.Draft.Intro, Active: f.Active, Action: formPath(f.ID), Version: f.Version, Chips: formChips(f),
		CanEdit: r.may(requests.MaySettings), PreviewURL: formPath(f.ID) + "/preview", Wrong: map[string]string{}, Dirty: problem != nil}
	if v.CanEdit && (f.Changed || f.Published == 0) {
		v.CanPublish, v.PublishSay = true, "Publish version "+strconv.Itoa(f.Published+1)
	}
	for i := range f.Draft.Fields {
		x := &f.Draft.Fields[i]
		row := questionRow{N: i, Label: x.Label, Type: typeNames[x.Type], Required: x.Required, First: i == 0, Last: i == len(f.Draft.Fields)-1, URL: v.Action + "/questions/" + strconv.Itoa(i)}
		if x.Show != nil {
			row.Only = "Only if " + showText(&f.Draft, x.Show)
		}
		v.Questions = append(v.Questions, row)
	}
	versions, err := s.Requests.FormVersions(r.Context(), r.actor, f.ID)
	if err != nil {
		return err
	}
	people, err := s.people(r.Context(), r)
	if err != nil {
		return err
	}
	for i, x := range versions {
		v.Versions = append(v.Versions, versionRow{Number: x.Number, Name: x.Name, URL: v.PreviewURL + "?version=" + strconv.Itoa(x.Number), By: people.name(x.PublishedBy), When: shown(x.PublishedAt, s.Now()), Newest: i == 0})
	}
	if problem != nil {
		for _, e := range faults(problem) {
			anchor := "questions"
			if e.Field == "name" || e.Field == "description" || e.Field == "intro" {
				anchor = "f-" + e.Field
			}
			v.Wrong[e.Field] = e.Message
			v.Errors = append(v.Errors, errorView{Text: e.Message, Anchor: anchor})
		}
	}
	s.show(w, r, status, "form", view{Title: clip(f.Name, 60), Section: "Settings", Data: v})
	return nil
}

// formOf reads the form of the address and the version that the page had.
func (s *server) formOf(r *request) (requests.Form, int64, error) {
	if err := r.mustMay(requests.MaySettings); err != nil {
		return requests.Form{}, 0, err
	}
	f, err := s.Requests.Form(r.Context(), r.actor, desk.FormID(r.PathValue("id")))
	version, _ := strconv.ParseInt(r.PostForm.Get("version"), 10, 64)
	return f, version, err
}

// saveForm keeps a form's name and words.
func (s *server) saveForm(w http.ResponseWriter, r *request) error {
	f, version, err := s.formOf(r)
	if err != nil {
		return err
	}
	name, text, active, draft := strings.TrimSpace(r.PostForm.Get("name")), lines(r.PostForm.Get("description")), r.PostForm.Get("active") == "true", f.Draft
	draft.Intro = lines(r.PostForm.Get("intro"))
	_, err = s.Requests.UpdateForm(r.Context(), r.actor, f.ID, version, requests.FormPatch{Name: &name, Description: &text, Active: &active, Draft: &draft})
	if refused(err) {
		f.Name, f.Description, f.Active, f.Draft.Intro = name, text, active, draft.Intro
		return s.showForm(w, r, http.StatusUnprocessableEntity, &f, err)
	}
	if err != nil {
		return err
	}
	return s.leaveFor(w, r, formPath(f.ID), "Saved. People see it once it is published.")
}

// moveQuestion moves a question up or down, or removes it.
func (s *server) moveQuestion(w http.ResponseWriter, r *request) error {
	f, version, err := s.formOf(r)
	if err != nil {
		return err
	}
	do, at, _ := strings.Cut(r.PostForm.Get("do"), ":")
	n, err := strconv.Atoi(at)
	if err != nil || n < 0 || n >= len(f.Draft.Fields) {
		return s.leaveFor(w, r, formPath(f.ID), "That question is not there any more. Nothing was changed.")
	}
	draft := f.Draft
	draft.Fields = slices.Clone(draft.Fields)
	text := ""
	switch {
	case do == "up" && n > 0:
		draft.Fields[n-1], draft.Fields[n] = draft.Fields[n], draft.Fields[n-1]
	case do == "down" && n < len(draft.Fields)-1:
		draft.Fields[n+1], draft.Fields[n] = draft.Fields[n], draft.Fields[n+1]
	case do == "remove":
		text = "“" + clip(draft.Fields[n].Label, 60) + "” was removed. Answers that were given to it stay where they are."
		draft.Fields = slices.Delete(draft.Fields, n, n+1)
	default:
		return redirect(w, r, formPath(f.ID)+"#questions")
	}
	_, err = s.Requests.UpdateForm(r.Context(), r.actor, f.ID, version, requests.FormPatch{Draft: &draft})
	if refused(err) {
		return s.showForm(w, r, http.StatusUnprocessableEntity, &f, err)
	}
	if err != nil {
		return err
	}
	if text != "" {
		s.leaveToast(w, toast{Text: text})
	}
	return redirect(w, r, formPath(f.ID)+"#questions")
}

// publishForm makes the draft the newest version.
func (s *server) publishForm(w http.ResponseWriter, r *request) error {
	f, version, err := s.formOf(r)
	if err != nil {
		return err
	}
	made, err := s.Requests.PublishForm(r.Context(), r.actor, f.ID, version)
	if refused(err) {
		return s.showForm(w, r, http.StatusUnprocessableEntity, &f, err)
	}
	if err != nil {
		return err
	}
	return s.leaveFor(w, r, formPath(f.ID), "Version "+strconv.Itoa(made.Published)+" is published. What was assigned before keeps its version.")
}

// previewForm shows a form as who fills it in sees it: the draft, or a version.
func (s *server) previewForm(w http.ResponseWriter, r *request) error {
	return s.showPreview(w, r, http.StatusOK, nil)
}

func (s *server) showPreview(w http.ResponseWriter, r *request, status int, try func(*requests.Definition, *fillView)) error {
	f, err := s.Requests.Form(r.Context(), r.actor, desk.FormID(r.PathValue("id")))
	if err != nil {
		return err
	}
	name, d, number := f.Name, f.Draft, 0
	if at := r.URL.Query().Get("version"); at != "" {
		if number, err = strconv.Atoi(at); err != nil || number < 1 {
			return &desk.Error{Kind: desk.NotFound, Message: "There is no such version."}
		}
		version, err := s.Requests.FormVersion(r.Context(), r.actor, f.ID, number)
		if err != nil {
			return err
		}
		name, d = version.Name, version.Definition
	}
	v := previewView{Name: name, Back: formPath(f.ID), What: "The draft, as the next version will ask it.",
		Fill: fillView{Action: formPath(f.ID) + "/preview", Name: name, Intro: d.Intro, Version: number, Button: "Try these answers", Questions: questionsOf(&d, nil, nil)}}
	if number > 0 {
		v.What = "Version " + strconv.Itoa(number) + ", as it was published."
		v.Fill.Hidden = []hiddenForm{{"version", strconv.Itoa(number)}}
	}
	if try != nil {
		try(&d, &v.Fill)
		v.Good = len(v.Fill.Errors) == 0
	}
	s.show(w, r, status, "formpreview", view{Title: "Preview of " + clip(name, 60), Section: "Settings", Data: v})
	return nil
}

// previewView is a form as the one who fills it in sees it.
type previewView struct {
	Name, Back, What string
	Good             bool
	Fill             fillView
}

// tryForm says whether the answers would be taken; nothing is kept.
func (s *server) tryForm(w http.ResponseWriter, r *request) error {
	if err := readUpload(w, r); err != nil {
		return err
	}
	if number := r.PostForm.Get("version"); number != "" {
		q := r.URL.Query()
		q.Set("version", number)
		r.URL.RawQuery = q.Encode()
	}
	set, err := s.Contacts.Settings(r.Context(), r.actor)
	if err != nil {
		return err
	}
	return s.showPreview(w, r, http.StatusOK, func(d *requests.Definition, v *fillView) {
		d.Region = set.Region
		g := readFilling(r, d)
		if _, err := d.Validate(g.Answers, g.Files); err != nil {
			v.refuse(d, g, err)
			v.Dirty = false
			return
		}
		v.Questions = questionsOf(d, g.Answers, nil)
	})
}
