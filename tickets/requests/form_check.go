package requests

import (
	"fmt"
	"slices"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// The limits of a form. Lengths are in characters.
const (
	maxFields     = 100
	maxChoices    = 100
	maxConditions = 10
	maxFiles      = 10
	maxName       = 200
	maxHelp       = 1_000
	maxIntro      = 5_000
	maxLine       = 500
	maxLines      = 20_000
	maxLongest    = 100_000
)

// Clean returns the definition as it is kept, or what is wrong with it: a
// desk.Invalid error that wraps [FieldErrors] with names such as "intro",
// "fields" and "fields.2.choices", where fields are counted from 0.
func (d Definition) Clean() (Definition, error) {
	var wrong FieldErrors
	var err error
	d.Intro, err = desk.CleanText("intro", d.Intro, maxIntro)
	_ = wrong.take("intro", err)
	switch {
	case len(d.Fields) == 0:
		wrong.add("fields", "A form has at least one field.")
	case len(d.Fields) > maxFields:
		wrong.add("fields", "A form has at most %d fields.", maxFields)
		return d, wrong.err()
	}
	d.Fields = slices.Clone(d.Fields)
	for i := range d.Fields {
		c := fieldCheck{f: &d.Fields[i], at: i, d: &d, wrong: &wrong}
		c.run()
	}
	if err := wrong.err(); err != nil {
		return Definition{}, err
	}
	return d, nil
}

// fieldCheck checks one field of a definition.
type fieldCheck struct {
	f     *Field
	at    int
	d     *Definition
	wrong *FieldErrors
}

func (c *fieldCheck) bad(what, format string, args ...any) {
	c.wrong.add(fmt.Sprintf("fields.%d.%s", c.at, what), format, args...)
}

// text checks a text and puts what is kept in its place.
func (c *fieldCheck) text(what string, s *string, limit int, lines bool) {
	clean := desk.CleanLine
	if lines {
		clean = desk.CleanText
	}
	var err error
	if *s, err = clean(what, *s, limit); err != nil {
		c.bad(what, "%s", desk.MessageOf(err))
	}
}

func (c *fieldCheck) run() {
	f := c.f
	switch {
	case !desk.IsKey(f.Key):
		c.bad("key", "The key has 1 to 40 of a-z, 0-9 and _, and begins with a letter.")
	case slices.ContainsFunc(c.d.Fields[:c.at], func(o Field) bool { return o.Key == f.Key }):
		c.bad("key", "Another field has this key.")
	}
	if !slices.Contains(FieldTypes, f.Type) {
		c.bad("type", "There is no such type of field.")
		return
	}
	c.text("label", &f.Label, maxName, false)
	if f.Label == "" {
		c.bad("label", "The field needs a label.")
	}
	c.text("help", &f.Help, maxHelp, true)
	c.wording()
	c.choices()
	c.bounds()
	c.lengths()
	c.counts()
	c.show()
}

func (c *fieldCheck) wording() {
	c.text("wording", &c.f.Wording, maxIntro, true)
	switch is := c.f.Type == ConsentField; {
	case is && c.f.Wording == "":
		c.bad("wording", "Say what is agreed to.")
	case !is && c.f.Wording != "":
		c.bad("wording", "Only a consent has a wording.")
	}
}

func (c *fieldCheck) choices() {
	f := c.f
	if f.Type != ChoiceField && f.Type != ChoicesField {
		if len(f.Choices) > 0 {
			c.bad("choices", "Only a field of choices has choices.")
		}
		f.Choices = nil
		return
	}
	if len(f.Choices) == 0 || len(f.Choices) > maxChoices {
		c.bad("choices", "Give 1 to %d choices.", maxChoices)
		return
	}
	seen := map[string]bool{}
	f.Choices = slices.Clone(f.Choices)
	for i := range f.Choices {
		c.text("choices", &f.Choices[i], maxName, false)
		if key := contacts.Fold(strings.ToValidUTF8(f.Choices[i], "?")); f.Choices[i] == "" || seen[key] {
			c.bad("choices", "Choice %d is empty, or stands there twice.", i+1)
		} else {
			seen[key] = true
		}
	}
}

// bounds checks the bounds of numbers and dates.
func (c *fieldCheck) bounds() {
	f := c.f
	var read func(string) (string, bool)
	var compare func(a, b string) int
	switch f.Type {
	case NumberField:
		read, compare = desk.CleanNumber, compareNumbers
	case DateField:
		read, compare = desk.CleanDate, strings.Compare
	default:
		if f.Min != "" || f.Max != "" {
			c.bad("min", "Only a number or a date has a least and a greatest value.")
		}
		return
	}
	for _, b := range []struct {
		what string
		to   *string
	}{{"min", &f.Min}, {"max", &f.Max}} {
		s := strings.TrimSpace(*b.to)
		ok := true
		if s != "" {
			s, ok = read(s)
		}
		if !ok {
			c.bad(b.what, "%s", unreadable[f.Type])
			return
		}
		*b.to = s
	}
	if f.Min != "" && f.Max != "" && compare(f.Min, f.Max) > 0 {
		c.bad("max", "The greatest value is less than the least.")
	}
}

func (c *fieldCheck) lengths() {
	f, limit := c.f, 0
	switch f.Type {
	case TextField:
		limit = maxLine
	case LongTextField:
		limit = maxLongest
	}
	switch {
	case limit == 0 && (f.MinLength != 0 || f.MaxLength != 0):
		c.bad("max_length", "Only a text has a length.")
	case f.MinLength < 0 || f.MinLength > limit:
		c.bad("min_length", "The length is 0 to %d characters.", limit)
	case f.MaxLength < 0 || f.MaxLength > limit:
		c.bad("max_length", "The length is 0 to %d characters.", limit)
	case f.MinLength > f.longest():
		c.bad("max_length", "The greatest length is less than the least.")
	}
}

func (c *fieldCheck) counts() {
	f, limit := c.f, 0
	switch f.Type {
	case ChoicesField:
		limit = max(len(f.Choices), 1)
	case FileField:
		limit = maxFiles
	}
	switch {
	case limit == 0 && (f.MinCount != 0 || f.MaxCount != 0):
		c.bad("max_count", "Only several choices and files are counted.")
	case f.MinCount < 0 || f.MinCount > limit:
		c.bad("min_count", "The number is 0 to %d.", limit)
	case f.MaxCount < 0 || f.MaxCount > limit:
		c.bad("max_count", "The number is 0 to %d.", limit)
	case f.MinCount > f.most():
		c.bad("max_count", "The greatest number is less than the least.")
	}
}

// longest is how many characters a text may have.
func (f *Field) longest() int {
	switch {
	case f.MaxLength > 0:
		return f.MaxLength
	case f.Type == TextField:
		return maxLine
	case f.Type == LongTextField:
		return maxLines
	}
	return 0
}

// most is how many choices or files may be given.
func (f *Field) most() int {
	switch {
	case f.MaxCount > 0:
		return f.MaxCount
	case f.Type == FileField:
		return 1
	}
	return len(f.Choices)
}

// show checks the conditions. A condition is about a field that stands
// before, so that there can be no circle.
func (c *fieldCheck) show() {
	s := c.f.Show
	if s == nil {
		return
	}
	if len(s.When) == 0 || len(s.When) > maxConditions {
		c.bad("show", "A field that is not always shown has 1 to %d conditions.", maxConditions)
		return
	}
	kept := Show{Any: s.Any, When: slices.Clone(s.When)}
	for i := range kept.When {
		if why := c.condition(&kept.When[i]); why != "" {
			c.bad("show", "Condition %d: %s", i+1, why)
		}
	}
	c.f.Show = &kept
}

// condition says what is wrong with a condition, or "".
func (c *fieldCheck) condition(w *Condition) string {
	at := slices.IndexFunc(c.d.Fields, func(o Field) bool { return o.Key == w.Field })
	switch {
	case at < 0 || w.Field == "":
		return "there is no such field."
	case at == c.at:
		return "a field cannot depend on itself."
	case at > c.at:
		return "a field can depend only on fields that stand before it."
	}
	on := &c.d.Fields[at]
	if !slices.Contains(testsOf[on.Type], w.Test) {
		return "this cannot be asked of a field of that type."
	}
	if w.Test == Answered {
		if w.Value != "" {
			return "there is nothing to compare an answer with when only its being there counts."
		}
		return ""
	}
	return on.comparable(w)
}

// testsOf are the tests that make sense of a type.
var testsOf = map[FieldType][]Test{
	TextField: {Answered, Equals, Contains}, LongTextField: {Answered, Equals, Contains}, EmailField: {Answered, Equals, Contains},
	NumberField: {Answered, Equals}, DateField: {Answered, Equals}, ChoiceField: {Answered, Equals},
	ChoicesField: {Answered, Contains}, PhoneField: {Answered}, FileField: {Answered}, ConsentField: {Answered, Equals},
}

// comparable brings a condition's value into the form of the field's answers,
// and says what is wrong with it.
func (f *Field) comparable(w *Condition) string {
	v, err := desk.CleanLine("value", w.Value, maxLine)
	if err != nil {
		return "the value cannot be kept."
	}
	ok := v != ""
	switch f.Type {
	case TextField, LongTextField, EmailField:
		ok = ok && contacts.Fold(v) != ""
	case NumberField:
		v, ok = desk.CleanNumber(v)
	case DateField:
		v, ok = desk.CleanDate(v)
	case ChoiceField, ChoicesField:
		ok = slices.Contains(f.Choices, v)
	case ConsentField:
		ok = v == given
	}
	if !ok {
		return "the field can have no such answer."
	}
	w.Value = v
	return ""
}
