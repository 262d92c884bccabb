package requests_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets/requests"
)

var someChoices = []string{"Red", "Green", "Blue"}

// sample draws an answer that a field takes, in some spelling, and the form in
// which it is kept.
func sample(t *rapid.T, f *requests.Field, name string) (typed, kept []string) {
	one := func(a, b string) ([]string, []string) { return []string{a}, []string{b} }
	switch f.Type {
	case requests.NumberField:
		n := rapid.IntRange(-3, 3).Draw(t, name)
		return one(fmt.Sprintf(" %d.50 ", n), fmt.Sprintf("%d.5", n))
	case requests.DateField:
		s := fmt.Sprintf("2024-02-%02d", rapid.IntRange(1, 29).Draw(t, name))
		return one(s, s)
	case requests.ChoiceField:
		s := rapid.SampledFrom(someChoices).Draw(t, name)
		return one(s, s)
	case requests.ChoicesField:
		kept = slices.DeleteFunc(slices.Clone(someChoices), func(string) bool { return rapid.Bool().Draw(t, name) })
		if len(kept) == 0 {
			kept = someChoices[:1]
		}
		typed = slices.Clone(kept)
		slices.Reverse(typed)
		return typed, kept
	case requests.EmailField:
		s := rapid.SampledFrom([]string{"ana@example.com", "Bo@example.com"}).Draw(t, name)
		return one(" "+s, s)
	case requests.PhoneField:
		return one("+49 (0)30 901820", "+4930901820")
	case requests.ConsentField:
		return one("on", "true")
	}
	s := rapid.SampledFrom([]string{"Zoë", "zoe and bo", "BO", "Straße"}).Draw(t, name)
	return one("\t"+s+" ", s)
}

// definition draws a form that is taken, without files.
func definition(t *rapid.T) requests.Definition {
	var d requests.Definition
	types := []requests.FieldType{requests.TextField, requests.LongTextField, requests.NumberField, requests.DateField, requests.ChoiceField, requests.ChoicesField, requests.EmailField, requests.PhoneField, requests.ConsentField}
	for i := range rapid.IntRange(1, 8).Draw(t, "fields") {
		f := requests.Field{Key: fmt.Sprint("f", i), Label: fmt.Sprint("Field ", i), Type: rapid.SampledFrom(types).Draw(t, "type"), Required: rapid.Bool().Draw(t, "required")}
		switch f.Type {
		case requests.ChoiceField, requests.ChoicesField:
			f.Choices = someChoices
		case requests.ConsentField:
			f.Wording = "Yes."
		}
		if i > 0 && rapid.Bool().Draw(t, "shown sometimes") {
			f.Show = &requests.Show{Any: rapid.Bool().Draw(t, "any")}
			for range rapid.IntRange(1, 3).Draw(t, "conditions") {
				f.Show.When = append(f.Show.When, condition(t, &d.Fields[rapid.IntRange(0, i-1).Draw(t, "on")]))
			}
		}
		d.Fields = append(d.Fields, f)
	}
	d, err := d.Clean()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func condition(t *rapid.T, on *requests.Field) requests.Condition {
	c := requests.Condition{Field: on.Key, Test: requests.Answered, Not: rapid.Bool().Draw(t, "not")}
	switch on.Type {
	case requests.PhoneField:
		return c
	case requests.ChoicesField:
		c.Test = rapid.SampledFrom([]requests.Test{requests.Answered, requests.Contains}).Draw(t, "test")
	case requests.TextField, requests.LongTextField, requests.EmailField:
		c.Test = rapid.SampledFrom(requests.Tests).Draw(t, "test")
	default:
		c.Test = rapid.SampledFrom([]requests.Test{requests.Answered, requests.Equals}).Draw(t, "test")
	}
	if c.Test != requests.Answered {
		_, kept := sample(t, on, "compared with")
		c.Value = kept[0]
	}
	return c
}

// answered draws answers: some right, some wrong, some for nothing.
func answered(t *rapid.T, d *requests.Definition) requests.Answers {
	all := requests.Answers{}
	for i := range d.Fields {
		switch rapid.IntRange(0, 4).Draw(t, "how") {
		case 0:
		case 1:
			all[d.Fields[i].Key] = rapid.SliceOfN(rapid.StringN(0, 12, 40), 0, 2).Draw(t, "anything")
		default:
			all[d.Fields[i].Key], _ = sample(t, &d.Fields[i], "answer")
		}
	}
	return all
}

// model says which fields are shown by the plainest reading of the rules:
// kept answers, looked up by key, one field after another.
func model(d *requests.Definition, answers requests.Answers) (shown []string) {
	known := map[string][]string{}
	for _, f := range d.Fields {
		show := f.Show == nil
		if f.Show != nil {
			yes := 0
			for _, c := range f.Show.When {
				v := known[c.Field]
				holds := len(v) > 0
				switch {
				case holds && c.Test == requests.Equals:
					holds = v[0] == c.Value || textual(d.Field(c.Field).Type) && contacts.Fold(v[0]) == contacts.Fold(c.Value)
				case holds && c.Test == requests.Contains && textual(d.Field(c.Field).Type):
					holds = strings.Contains(contacts.Fold(v[0]), contacts.Fold(c.Value))
				case holds && c.Test == requests.Contains:
					holds = slices.Contains(v, c.Value)
				}
				if holds != c.Not {
					yes++
				}
			}
			show = yes == len(f.Show.When) || f.Show.Any && yes > 0
		}
		if !show {
			continue
		}
		shown = append(shown, f.Key)
		alone := f
		alone.Show, alone.Required = nil, false
		one := requests.Definition{Fields: []requests.Field{alone}}
		if as, err := one.Validate(requests.Answers{f.Key: answers[f.Key]}, nil); err == nil && len(as) > 0 {
			known[f.Key] = as[0].Values
		}
	}
	return shown
}

func textual(t requests.FieldType) bool {
	return t == requests.TextField || t == requests.LongTextField || t == requests.EmailField
}

func TestVisibleIsWhatTheModelSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := definition(t)
		answers := answered(t, &d)
		if diff := cmp.Diff(model(&d, answers), keys(d.Visible(answers, nil))); diff != "" {
			t.Fatalf("(-model +visible)\n%s", diff)
		}
	})
}

// What is kept belongs to fields that are shown; what is wrong too; and what
// is hidden can be left out without a difference.
func TestHiddenFieldsCountForNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := definition(t)
		answers := answered(t, &d)
		shown := keys(d.Visible(answers, nil))
		got, err := d.Validate(answers, nil)
		for _, a := range got {
			if !slices.Contains(shown, a.Field) {
				t.Fatalf("%s is hidden, and kept", a.Field)
			}
		}
		var wrong requests.FieldErrors
		if errors.As(err, &wrong) {
			for _, e := range wrong {
				if !slices.Contains(shown, strings.TrimPrefix(e.Field, "answers.")) {
					t.Fatalf("%s is hidden, and asked for: %v", e.Field, e)
				}
			}
		}
		some := requests.Answers{}
		for k, v := range answers {
			if slices.Contains(shown, k) {
				some[k] = v
			}
		}
		again, err2 := d.Validate(some, nil)
		if diff := cmp.Diff(got, again); diff != "" || fmt.Sprint(err) != fmt.Sprint(err2) {
			t.Fatalf("%v, %v: %s", err, err2, diff)
		}
	})
}

// Right answers to what is shown are taken, and what is kept is kept again as
// it is.
func TestRightAnswersAreKept(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := definition(t)
		answers, want := requests.Answers{}, map[string][]string{}
		for i := range d.Fields {
			answers[d.Fields[i].Key], want[d.Fields[i].Key] = sample(t, &d.Fields[i], "answer")
		}
		got, err := d.Validate(answers, nil)
		if err != nil {
			t.Fatal(err)
		}
		kept := requests.Answers{}
		for _, a := range got {
			if diff := cmp.Diff(want[a.Field], a.Values); diff != "" {
				t.Fatal(diff)
			}
			kept[a.Field] = a.Values
		}
		if diff := cmp.Diff(keys(d.Visible(answers, nil)), keys(d.Visible(kept, nil))); diff != "" {
			t.Fatal(diff)
		}
		again, err := d.Validate(kept, nil)
		if diff := cmp.Diff(got, again); diff != "" || err != nil {
			t.Fatal(err, diff)
		}
	})
}

func BenchmarkVisible(b *testing.B) {
	d := clean(b, repair())
	answers := requests.Answers{"machine": {"Other"}, "symptoms": {"Noise"}, "phone": {"+49 30 901820"}, "visit": {"on"}}
	b.ReportAllocs()
	for b.Loop() {
		d.Visible(answers, nil)
	}
}
