package requests

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// given is the answer of a box that was ticked.
const given = "true"

// unreadable says how answers of a type are written.
var unreadable = map[FieldType]string{
	NumberField:  "Write a number with digits and at most one point, such as 12.5.",
	DateField:    "Write a date as year-month-day, such as 2026-03-31.",
	ChoiceField:  "Choose one of the choices.",
	ChoicesField: "Choose among the choices.",
	EmailField:   "This is not an email address. Write it as name@example.com.",
	PhoneField:   "This is not a phone number. Write it with its country code, such as +49 30 901820.",
	ConsentField: "Tick the box or leave it empty.",
}

// value returns an answer as it is kept, or what is wrong with it. No answer
// is nil; whether one is required is asked elsewhere.
func (f *Field) value(raw []string, region string) (values []string, problem string) {
	if f.Type == ChoicesField {
		return f.chosen(raw)
	}
	raw = slices.DeleteFunc(slices.Clone(raw), func(s string) bool { return strings.TrimSpace(s) == "" })
	switch {
	case len(raw) == 0:
		return nil, ""
	case len(raw) > 1:
		return nil, "Give one answer."
	}
	v, problem := f.single(raw[0], region)
	if problem != "" || v == "" {
		return nil, problem
	}
	return []string{v}, ""
}

func (f *Field) single(s, region string) (v, problem string) {
	if f.Type == TextField || f.Type == LongTextField {
		return f.text(s)
	}
	s, err := desk.CleanLine("", s, maxLine)
	if err != nil {
		return "", desk.MessageOf(err)
	}
	ok := false
	switch f.Type {
	case NumberField:
		if v, ok = desk.CleanNumber(s); ok {
			problem = outside(f, v, compareNumbers)
		}
	case DateField:
		if v, ok = desk.CleanDate(s); ok {
			problem = outside(f, v, strings.Compare)
		}
	case ChoiceField:
		v, ok = s, slices.Contains(f.Choices, s)
	case EmailField:
		e, err := contacts.ParseEmail(s)
		v, ok = e.Entered, err == nil
	case PhoneField:
		v, ok = cleanPhone(s, region)
	case ConsentField:
		v, ok = cleanConsent(s)
	}
	if !ok {
		problem = unreadable[f.Type]
	}
	if problem != "" {
		return "", problem
	}
	return v, ""
}

func (f *Field) text(s string) (v, problem string) {
	clean := desk.CleanLine
	if f.Type == LongTextField {
		clean = desk.CleanText
	}
	v, err := clean("", s, f.longest())
	if err != nil {
		return "", desk.MessageOf(err)
	}
	if n := utf8.RuneCountInString(v); n < f.MinLength && n > 0 {
		return "", desk.Errorf(desk.Invalid, "", "Write at least %d characters.", f.MinLength).Message
	}
	return v, ""
}

// outside says that a value lies outside the field's bounds.
func outside(f *Field, v string, compare func(a, b string) int) string {
	switch {
	case f.Min != "" && compare(v, f.Min) < 0:
		return "The least that can be given is " + f.Min + "."
	case f.Max != "" && compare(v, f.Max) > 0:
		return "The most that can be given is " + f.Max + "."
	}
	return ""
}

// chosen returns choices in the order of the field.
func (f *Field) chosen(raw []string) (values []string, problem string) {
	if len(raw) > 2*maxChoices {
		return nil, unreadable[ChoicesField]
	}
	for _, s := range raw {
		s = strings.TrimSpace(s)
		if s != "" && !slices.Contains(f.Choices, s) {
			return nil, unreadable[ChoicesField]
		}
	}
	for _, c := range f.Choices {
		if slices.ContainsFunc(raw, func(s string) bool { return strings.TrimSpace(s) == c }) {
			values = append(values, c)
		}
	}
	return values, f.counted(len(values))
}

// counted says what is wrong with the number of choices or files.
func (f *Field) counted(n int) string {
	switch {
	case n == 0:
		return ""
	case n < f.MinCount:
		return desk.Errorf(desk.Invalid, "", "Give at least %d.", f.MinCount).Message
	case n > f.most():
		return desk.Errorf(desk.Invalid, "", "Give at most %d.", f.most()).Message
	}
	return ""
}

// compareNumbers compares what desk.CleanNumber returned.
func compareNumbers(a, b string) int {
	na, nb := strings.HasPrefix(a, "-"), strings.HasPrefix(b, "-")
	switch {
	case na && !nb:
		return -1
	case nb && !na:
		return 1
	case na:
		a, b = b[1:], a[1:]
	}
	wa, fa, _ := strings.Cut(a, ".")
	wb, fb, _ := strings.Cut(b, ".")
	if len(wa) != len(wb) {
		return len(wa) - len(wb)
	}
	if c := strings.Compare(wa, wb); c != 0 {
		return c
	}
	return strings.Compare(fa, fb)
}

// cleanPhone returns a valid number in E.164. Without a country to read it in,
// a national number is kept as typed.
func cleanPhone(s, region string) (string, bool) {
	if e164, ok := contacts.ParsePhone(s, region); ok {
		return e164, true
	}
	if region != "" || strings.HasPrefix(s, "+") || strings.Trim(s, "0123456789 ()-./") != "" {
		return "", false
	}
	n := 0
	for i := range len(s) {
		if '0' <= s[i] && s[i] <= '9' {
			n++
		}
	}
	return s, n >= 3 && len(s) <= 40
}

// cleanConsent returns given for a box that was ticked, else "".
func cleanConsent(s string) (string, bool) {
	switch strings.ToLower(s) {
	case "true", "on", "yes", "1":
		return given, true
	case "false", "off", "no", "0":
		return "", true
	}
	return "", false
}
