package web

import (
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/requests"
)

// questionView is a field of a form as the one who fills it in sees it.
type questionView struct {
	Key, ID, Name, Label, Help, Error string
	Type, Input, Mode, Value, Wording string
	Options                           []option
	Required, Checked, Many           bool
	// Only says when the question counts, for browsers without scripts; Show is
	// the same for the script, which hides it meanwhile.
	Only, Show string
}

// fillView is a form to fill in.
type fillView struct {
	Action, Name, Intro, Button, Back string
	Heading, Note                     string
	Version                           int
	Hidden                            []hiddenForm
	Questions                         []questionView
	Errors                            []errorView
	Dirty                             bool
	// Preview forms are looked at and not sent.
	Preview bool
}

// inputs are the kinds of input by the types of fields.
var inputs = map[requests.FieldType][2]string{
	requests.NumberField: {"text", "decimal"}, requests.DateField: {"date", ""}, requests.EmailField: {"email", ""}, requests.PhoneField: {"tel", ""},
}

// questionsOf are the questions of a form with what was answered and what is wrong.
func questionsOf(d *requests.Definition, given requests.Answers, wrong requests.FieldErrors) []questionView {
	all := make([]questionView, len(d.Fields))
	for i := range d.Fields {
		f := &d.Fields[i]
		q := questionView{Key: f.Key, ID: "q-" + f.Key, Name: "a." + f.Key, Label: f.Label, Help: helpOf(f), Type: string(f.Type), Input: "text", Wording: f.Wording,
			Required: f.Required, Error: wrong.Of("answers." + f.Key), Many: f.MaxCount > 1}
		if in, ok := inputs[f.Type]; ok {
			q.Input, q.Mode = in[0], in[1]
		}
		if f.Type == requests.FileField {
			q.Name = "f." + f.Key
		}
		values := given[f.Key]
		if len(values) > 0 {
			q.Value = values[0]
		}
		q.Checked = q.Value != "" && q.Value != "false"
		for _, c := range f.Choices {
			q.Options = append(q.Options, option{Value: c, Label: c, Selected: slices.Contains(values, c)})
		}
		if f.Show != nil && len(f.Show.When) > 0 {
			q.Only = "Only if " + showText(d, f.Show) + "."
			if b, err := json.Marshal(f.Show); err == nil {
				q.Show = string(b)
			}
		}
		all[i] = q
	}
	return all
}

// helpOf is the field's own help and what its limits say.
func helpOf(f *requests.Field) string {
	var limits []string
	switch f.Type {
	case requests.NumberField, requests.DateField:
		switch {
		case f.Min != "" && f.Max != "":
			limits = append(limits, "From "+f.Min+" to "+f.Max+".")
		case f.Min != "":
			limits = append(limits, "From "+f.Min+".")
		case f.Max != "":
			limits = append(limits, "Up to "+f.Max+".")
		}
	case requests.TextField, requests.LongTextField:
		switch {
		case f.MinLength > 0 && f.MaxLength > 0:
			limits = append(limits, number(f.MinLength)+" to "+number(f.MaxLength)+" characters.")
		case f.MinLength > 0:
			limits = append(limits, "At least "+plural(f.MinLength, "character", "characters")+".")
		case f.MaxLength > 0:
			limits = append(limits, "At most "+plural(f.MaxLength, "character", "characters")+".")
		}
	case requests.ChoicesField, requests.FileField:
		what := "choose"
		if f.Type == requests.FileField {
			what = "attach"
		}
		switch {
		case f.MinCount > 0 && f.MaxCount > 0:
			limits = append(limits, capital(what)+" "+strconv.Itoa(f.MinCount)+" to "+strconv.Itoa(f.MaxCount)+".")
		case f.MinCount > 0:
			limits = append(limits, capital(what)+" at least "+strconv.Itoa(f.MinCount)+".")
		case f.MaxCount > 1:
			limits = append(limits, capital(what)+" up to "+strconv.Itoa(f.MaxCount)+".")
		}
	}
	return strings.TrimSpace(f.Help + " " + strings.Join(limits, " "))
}

// showText says in words when a field is shown.
func showText(d *requests.Definition, show *requests.Show) string {
	parts := make([]string, len(show.When))
	for i, c := range show.When {
		label := c.Field
		f := d.Field(c.Field)
		if f != nil {
			label = f.Label
		}
		label = "“" + strings.TrimRight(clip(label, 60), ":?. ") + "”"
		not := map[bool]string{true: "not "}[c.Not]
		switch {
		case c.Test == requests.Equals && f != nil && f.Type == requests.ConsentField:
			parts[i] = label + " is " + not + "agreed to"
		case c.Test == requests.Equals:
			parts[i] = label + " is " + not + "“" + clip(c.Value, 60) + "”"
		case c.Test == requests.Contains && c.Not:
			parts[i] = label + " does not contain “" + clip(c.Value, 60) + "”"
		case c.Test == requests.Contains:
			parts[i] = label + " contains “" + clip(c.Value, 60) + "”"
		default:
			parts[i] = label + " is " + not + "answered"
		}
	}
	if show.Any {
		return strings.Join(parts, " or ")
	}
	return strings.Join(parts, " and ")
}

// readFilling reads the answers of a form that was sent, and its files.
func readFilling(r *request, d *requests.Definition) requests.Filling {
	g := requests.Filling{Answers: requests.Answers{}, Files: requests.Files{}}
	for i := range d.Fields {
		f := &d.Fields[i]
		if f.Type == requests.FileField {
			if files := filesNamed(r, "f."+f.Key); len(files) > 0 {
				g.Files[f.Key] = files
			}
			continue
		}
		for _, v := range r.PostForm["a."+f.Key] {
			if v = strings.ReplaceAll(v, "\r\n", "\n"); strings.TrimSpace(v) != "" {
				g.Answers[f.Key] = append(g.Answers[f.Key], v)
			}
		}
	}
	return g
}

// filesNamed are the files of one control of an upload.
func filesNamed(r *request, name string) []tickets.NewAttachment {
	if r.MultipartForm == nil {
		return nil
	}
	var all []tickets.NewAttachment
	for _, f := range r.MultipartForm.File[name] {
		if f.Filename != "" || f.Size > 0 {
			all = append(all, tickets.NewAttachment{Name: savedName(f.Filename), Type: sniffed(f), Open: func() (io.ReadCloser, error) { return f.Open() }})
		}
	}
	return all
}

// refuse puts what is wrong beside each question, and all of it at the top.
func (v *fillView) refuse(d *requests.Definition, g requests.Filling, err error) {
	wrong := faults(err)
	v.Dirty, v.Questions = true, questionsOf(d, g.Answers, wrong)
	for _, e := range wrong {
		at, ok := blameAnswer(d, e)
		if !ok {
			at = errorView{Text: e.Message, Anchor: "fill"}
		}
		v.Errors = append(v.Errors, at)
	}
	if len(g.Files) > 0 {
		v.Note = "The files have to be chosen again."
	}
}

// blameAnswer is what is wrong with an answer, with the way to its question;
// false when the error is about none.
func blameAnswer(d *requests.Definition, e *desk.Error) (errorView, bool) {
	key, ours := strings.CutPrefix(e.Field, "answers.")
	f := d.Field(key)
	if !ours || f == nil {
		return errorView{}, false
	}
	return errorView{Text: clip(f.Label, 60) + ": " + e.Message, Anchor: "q-" + key}, true
}

// answerView is an answer as it is read.
type answerView struct {
	Label   string
	Items   []string
	Files   []fileView
	Consent string
	When    *when
}

// answersOf are the answers of a submission by the form that was answered:
// questions without an answer are there too, so that one sees what was left out.
func (s *server) answersOf(sub *requests.Submission, d *requests.Definition) []answerView {
	var all []answerView
	add := func(a *requests.Answer) {
		v := answerView{Label: a.Label}
		switch {
		case a.Consent != nil:
			v.Consent, v.When = a.Consent.Wording, shown(a.Consent.At, s.Now())
		case len(a.Files) > 0:
			for _, f := range a.Files {
				v.Files = append(v.Files, fileView{Name: savedName(f.Name), Size: byteSize(f.Size), Kind: ending(f.Name), URL: "/submissions/" + string(sub.ID) + "/files/" + string(f.ID)})
			}
		default:
			v.Items = a.Values
		}
		all = append(all, v)
	}
	if d == nil {
		for i := range sub.Answers {
			add(&sub.Answers[i])
		}
		return all
	}
	for i := range d.Fields {
		if a := sub.Answer(d.Fields[i].Key); a != nil {
			add(a)
		} else if d.Fields[i].Show == nil {
			all = append(all, answerView{Label: d.Fields[i].Label})
		}
	}
	return all
}
