package requests

import (
	"slices"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// Answers are what a person gives, by the keys of the fields. A field of
// several choices has a value for each; the others have one.
type Answers map[string][]string

// Files are what a person attaches, by the keys of the fields.
type Files map[string][]tickets.NewAttachment

// reading is a definition together with what was given for it.
type reading struct {
	shown    []bool
	values   [][]string
	problems []string
}

// Visible returns the fields that are shown with these answers, in order.
// Files may be nil. It works on answers that are not complete or not right,
// so that a page can ask it at any time.
func (d *Definition) Visible(answers Answers, files Files) []Field {
	r := d.read(answers, files)
	var all []Field
	for i, f := range d.Fields {
		if r.shown[i] {
			all = append(all, f)
		}
	}
	return all
}

// Validate returns the answers as they are kept: of the fields that are shown,
// in order, those that were answered. Answers of hidden fields are dropped and
// never asked for. What is wrong comes as a desk.Invalid error that wraps
// [FieldErrors] with names such as "answers.serial_number". Of files it looks
// at the names and the number; what is in them is read when they are kept.
func (d *Definition) Validate(answers Answers, files Files) ([]Answer, error) {
	var wrong FieldErrors
	for _, key := range d.strangers(answers, files) {
		wrong.add("answers", "The form has no field %q.", desk.Cut(desk.OneLine(key), 60))
	}
	r := d.read(answers, files)
	var all []Answer
	for i := range d.Fields {
		f := &d.Fields[i]
		if !r.shown[i] {
			continue
		}
		switch name := "answers." + f.Key; {
		case r.problems[i] != "":
			wrong.add(name, "%s", r.problems[i])
		case len(r.values[i]) > 0:
			all = append(all, f.answer(r.values[i], files[f.Key]))
		case f.Required:
			wrong.add(name, "%s", missing(f))
		}
	}
	if err := wrong.err(); err != nil {
		return nil, err
	}
	return all, nil
}

// strangers returns the keys that no field has.
func (d *Definition) strangers(answers Answers, files Files) []string {
	var all []string
	for key := range answers {
		if f := d.Field(key); f == nil || f.Type == FileField {
			all = append(all, key)
		}
	}
	for key := range files {
		if f := d.Field(key); f == nil || f.Type != FileField {
			all = append(all, key)
		}
	}
	slices.Sort(all)
	return all
}

func missing(f *Field) string {
	switch f.Type {
	case ChoiceField, ChoicesField:
		return "Choose an answer."
	case FileField:
		return "Attach a file."
	case ConsentField:
		return "Tick the box to go on."
	}
	return "This needs an answer."
}

// answer is a field's answer as it is kept, but for the time of a consent.
func (f *Field) answer(values []string, files []tickets.NewAttachment) Answer {
	a := Answer{Field: f.Key, Label: f.Label, Type: f.Type}
	switch f.Type {
	case FileField:
		for i, name := range values {
			a.Files = append(a.Files, File{Name: name, Type: files[i].Type})
		}
	case ConsentField:
		a.Values, a.Consent = values, &Consent{Wording: f.Wording}
	default:
		a.Values = values
	}
	return a
}

// read goes through the fields once. A condition is about a field before, so
// that its answer is known by then.
func (d *Definition) read(answers Answers, files Files) reading {
	n := len(d.Fields)
	r := reading{make([]bool, n), make([][]string, n), make([]string, n)}
	for i := range d.Fields {
		f := &d.Fields[i]
		if r.shown[i] = d.shows(f, i, &r); !r.shown[i] {
			continue
		}
		if f.Type == FileField {
			r.values[i], r.problems[i] = f.attached(files[f.Key])
		} else {
			r.values[i], r.problems[i] = f.value(answers[f.Key], d.Region)
		}
		if r.problems[i] != "" {
			r.values[i] = nil
		}
	}
	return r
}

// attached returns the names of the files of a field.
func (f *Field) attached(files []tickets.NewAttachment) (names []string, problem string) {
	for i, a := range files {
		name, err := desk.CleanLine("", a.Name, maxName)
		if err != nil || a.Open == nil {
			return nil, desk.Errorf(desk.Invalid, "", "File %d cannot be taken.", i+1).Message
		}
		if name == "" {
			name = "file"
		}
		names = append(names, name)
	}
	return names, f.counted(len(names))
}

// shows reports whether the i-th field is shown, with what is known of the
// fields before it. It does not allocate unless text is compared.
func (d *Definition) shows(f *Field, i int, r *reading) bool {
	if f.Show == nil || len(f.Show.When) == 0 {
		return true
	}
	for w := range f.Show.When {
		c := &f.Show.When[w]
		if holds := d.holds(c, i, r) != c.Not; holds == f.Show.Any {
			return holds
		}
	}
	return !f.Show.Any
}

// holds reports whether a condition holds, before it is turned round.
func (d *Definition) holds(c *Condition, before int, r *reading) bool {
	at := -1
	for i := range before {
		if d.Fields[i].Key == c.Field {
			at = i
			break
		}
	}
	if at < 0 || len(r.values[at]) == 0 {
		return false
	}
	values := r.values[at]
	switch c.Test {
	case Answered:
		return true
	case Equals:
		return same(d.Fields[at].Type, values[0], c.Value)
	case Contains:
		if d.Fields[at].Type == ChoicesField {
			return slices.Contains(values, c.Value)
		}
		return strings.Contains(contacts.Fold(values[0]), contacts.Fold(c.Value))
	}
	return false
}

// same compares an answer with a condition's value.
func same(t FieldType, answer, value string) bool {
	switch t {
	case TextField, LongTextField, EmailField:
		return contacts.Fold(answer) == contacts.Fold(value)
	}
	return answer == value
}
