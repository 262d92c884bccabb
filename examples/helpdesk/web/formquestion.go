package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets/requests"
)

// questionEditor is the controls for one field of a form.
type questionEditor struct {
	Label, Key, Help, Choices, Wording string
	Min, Max                           string
	MinLength, MaxLength               string
	MinCount, MaxCount                 string
	Required, Any, NewKey, CanShow     bool
	Types                              []option
	Conditions                         []conditionEditor
	Wrong                              map[string]string
}

type conditionEditor struct {
	N             int
	Fields, Tests []option
	Value         string
}

// questionView page.
type questionPage struct {
	Heading, FormName, Back, Action, Button string
	Version                                 int64
	Question                                questionEditor
	Errors                                  []errorView
	Dirty                                   bool
}

// testNames are the tests with and without "not".
var testNames = []option{
	{Value: "answered", Label: "is answered"}, {Value: "!answered", Label: "is not answered"}, {Value: "equals", Label: "is"}, {Value: "!equals", Label: "is not"},
	{Value: "contains", Label: "contains"}, {Value: "!contains", Label: "does not contain"},
}

// editorOf are the controls with what a field has; fields that stand before it
// can be what it depends on.
func editorOf(d *requests.Definition, at int) questionEditor {
	f := &d.Fields[at]
	v := questionEditor{Label: f.Label, Key: f.Key, Help: f.Help, Choices: strings.Join(f.Choices, "\n"), Wording: f.Wording, Min: f.Min, Max: f.Max,
		MinLength: countText(f.MinLength), MaxLength: countText(f.MaxLength), MinCount: countText(f.MinCount), MaxCount: countText(f.MaxCount),
		Required: f.Required, Wrong: map[string]string{}, CanShow: at > 0}
	for _, t := range requests.FieldTypes {
		v.Types = append(v.Types, option{Value: string(t), Label: typeNames[t]})
	}
	v.Types = chosen(v.Types, string(f.Type))
	if at == 0 {
		return v
	}
	var when []requests.Condition
	if f.Show != nil {
		when, v.Any = slices.Clone(f.Show.When), f.Show.Any
	}
	before := []option{{Label: "Always shown"}}
	for i := range d.Fields[:at] {
		before = append(before, option{Value: d.Fields[i].Key, Label: clip(d.Fields[i].Label, 60)})
	}
	for i, c := range append(when, requests.Condition{}) {
		if i == 10 {
			break
		}
		test := string(c.Test)
		if c.Not {
			test = "!" + test
		}
		fields := slices.Clone(before)
		if i > 0 {
			fields[0].Label = "No further condition"
		}
		v.Conditions = append(v.Conditions, conditionEditor{N: i, Fields: chosen(fields, c.Field), Tests: chosen(slices.Clone(testNames), test), Value: c.Value})
	}
	return v
}

func countText(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// blame puts what is wrong beside a control.
func (v *questionEditor) blame(what, text string) { v.Wrong[what] = text }

// readQuestion reads the controls. What another type of field has is left out,
// so that changing the type leaves nothing behind.
func readQuestion(r *request, before *requests.Field) (requests.Field, error) {
	p := r.PostForm
	f := requests.Field{Label: strings.TrimSpace(p.Get("label")), Help: lines(p.Get("help")), Type: requests.FieldType(p.Get("type")), Required: p.Get("required") == "true", Key: strings.TrimSpace(p.Get("key"))}
	if before != nil {
		f.Key = before.Key // answers and conditions know it by this
	}
	var wrong requests.FieldErrors
	count := func(name string) int {
		text := strings.TrimSpace(p.Get(name))
		n, err := strconv.Atoi(text)
		if text != "" && (err != nil || n < 0) {
			wrong = append(wrong, &desk.Error{Kind: desk.Invalid, Field: name, Message: "Give a whole number, or leave it empty."})
		}
		return n
	}
	switch f.Type {
	case requests.NumberField, requests.DateField:
		f.Min, f.Max = strings.TrimSpace(p.Get("min")), strings.TrimSpace(p.Get("max"))
	case requests.TextField, requests.LongTextField:
		f.MinLength, f.MaxLength = count("min_length"), count("max_length")
	case requests.ChoicesField, requests.FileField:
		f.MinCount, f.MaxCount = count("min_count"), count("max_count")
	case requests.ConsentField:
		f.Wording = lines(p.Get("wording"))
	}
	if f.Type == requests.ChoiceField || f.Type == requests.ChoicesField {
		f.Choices = choicesIn(p.Get("choices"))
	}
	f.Show = readShow(r)
	if f.Key == "" {
		if f.Key = keyOf(f.Label); f.Key == "" {
			f.Key = "question"
		}
	}
	if len(wrong) > 0 {
		return f, &desk.Error{Kind: desk.Invalid, Field: wrong[0].Field, Message: wrong[0].Message, Err: wrong}
	}
	return f, nil
}

// choicesIn are the choices of a text with one a line.
func choicesIn(text string) []string {
	var all []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// readShow reads the conditions; rows without a field are none.
func readShow(r *request) *requests.Show {
	p := r.PostForm
	show := &requests.Show{Any: p.Get("any") == "true"}
	for i, field := range p["show_field"] {
		if field == "" || i >= len(p["show_test"]) || i >= len(p["show_value"]) {
			continue
		}
		test, not := strings.CutPrefix(p["show_test"][i], "!")
		c := requests.Condition{Field: field, Test: requests.Test(test), Not: not, Value: strings.TrimSpace(p["show_value"][i])}
		if c.Test == requests.Answered {
			c.Value = ""
		}
		show.When = append(show.When, c)
	}
	if len(show.When) == 0 {
		return nil
	}
	return show
}

// questionAt finds which question the address means; "new" is one behind all.
func questionAt(r *request, f *requests.Form) (int, bool, error) {
	text := r.PathValue("n")
	if text == "new" {
		return len(f.Draft.Fields), true, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n >= len(f.Draft.Fields) {
		return 0, false, &desk.Error{Kind: desk.NotFound, Message: "There is no such question."}
	}
	return n, false, nil
}

// question is the page on which one question is written.
func (s *server) question(w http.ResponseWriter, r *request) error {
	f, _, err := s.formOf(r)
	if err != nil {
		return err
	}
	at, isNew, err := questionAt(r, &f)
	if err != nil {
		return err
	}
	d := f.Draft
	if isNew {
		d.Fields = append(slices.Clone(d.Fields), requests.Field{Type: requests.TextField})
	}
	return s.showQuestion(w, r, http.StatusOK, &f, &d, at, isNew, nil)
}

func (s *server) showQuestion(w http.ResponseWriter, r *request, status int, f *requests.Form, d *requests.Definition, at int, isNew bool, problem error) error {
	v := questionPage{Heading: "Edit question", FormName: f.Name, Back: formPath(f.ID) + "#questions", Action: formPath(f.ID) + "/questions/" + r.PathValue("n"), Button: "Save question",
		Version: f.Version, Question: editorOf(d, at), Dirty: r.Method == http.MethodPost}
	if isNew {
		v.Heading, v.Button, v.Question.NewKey = "New question", "Add question", true
		if r.Method == http.MethodGet {
			v.Question.Key = ""
		}
	}
	if problem != nil {
		own := "fields." + strconv.Itoa(at) + "."
		for _, e := range faults(problem) {
			what, ours := strings.CutPrefix(e.Field, own)
			text := e.Message
			if !ours && strings.HasPrefix(e.Field, "fields.") {
				what, text = "label", otherQuestion(d, e)
			}
			v.Question.blame(what, text)
			v.Errors = append(v.Errors, errorView{Text: text, Anchor: "f-" + what})
		}
	}
	s.show(w, r, status, "formquestion", view{Title: v.Heading, Section: "Settings", Data: v})
	return nil
}

// otherQuestion says of which other question something is wrong with.
func otherQuestion(d *requests.Definition, e *desk.Error) string {
	parts := strings.Split(e.Field, ".")
	if n, err := strconv.Atoi(parts[1]); err == nil && n >= 0 && n < len(d.Fields) {
		return "“" + clip(d.Fields[n].Label, 60) + "” no longer fits: " + e.Message
	}
	return e.Message
}

// saveQuestion keeps one question.
func (s *server) saveQuestion(w http.ResponseWriter, r *request) error {
	f, version, err := s.formOf(r)
	if err != nil {
		return err
	}
	at, isNew, err := questionAt(r, &f)
	if err != nil {
		return err
	}
	d := f.Draft
	d.Fields = slices.Clone(d.Fields)
	var before *requests.Field
	if isNew {
		d.Fields = append(d.Fields, requests.Field{})
	} else {
		before = &f.Draft.Fields[at]
	}
	q, err := readQuestion(r, before)
	if isNew && r.PostForm.Get("key") == "" {
		q.Key = freeQuestionKey(q.Key, f.Draft.Fields)
	}
	d.Fields[at] = q
	again := r.PostForm.Get("do") == "apply"
	if again {
		return s.showQuestion(w, r, http.StatusOK, &f, &d, at, isNew, nil)
	}
	if err == nil {
		_, err = s.Requests.UpdateForm(r.Context(), r.actor, f.ID, version, requests.FormPatch{Draft: &d})
	}
	if refused(err) {
		return s.showQuestion(w, r, http.StatusUnprocessableEntity, &f, &d, at, isNew, err)
	}
	if err != nil {
		return err
	}
	if r.PostForm.Get("do") == "more" {
		return s.leaveFor(w, r, formPath(f.ID)+"/questions/new", "“"+clip(q.Label, 60)+"” was added.")
	}
	return s.leaveFor(w, r, formPath(f.ID)+"#questions", "“"+clip(q.Label, 60)+"” was saved.")
}

// freeQuestionKey is the key, with a number behind it where another field has it.
func freeQuestionKey(key string, fields []requests.Field) string {
	for n := 1; ; n++ {
		try := key
		if n > 1 {
			try = clipBytes(key, 36) + "_" + strconv.Itoa(n)
		}
		if !slices.ContainsFunc(fields, func(f requests.Field) bool { return f.Key == try }) {
			return try
		}
	}
}
