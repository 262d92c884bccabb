package requests_test

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/requests"
)

// repair is a form with every type of field.
func repair() requests.Definition {
	when := func(field string, test requests.Test, value string) *requests.Show {
		return &requests.Show{When: []requests.Condition{{Field: field, Test: test, Value: value}}}
	}
	return requests.Definition{Intro: "About the machine.", Fields: []requests.Field{
		{Key: "machine", Label: "Which machine?", Type: requests.ChoiceField, Required: true, Choices: []string{"Press", "Lathe", "Other"}},
		{Key: "other", Label: "Which other?", Type: requests.TextField, Required: true, MinLength: 3, MaxLength: 20, Show: when("machine", requests.Equals, "Other")},
		{Key: "symptoms", Label: "What does it do?", Type: requests.ChoicesField, Choices: []string{"Smoke", "Noise", "Nothing"}, MaxCount: 2},
		{Key: "noise", Label: "Like what?", Type: requests.LongTextField, Show: when("symptoms", requests.Contains, "Noise")},
		{Key: "hours", Label: "Hours run", Type: requests.NumberField, Min: "0", Max: "99999.5"},
		{Key: "since", Label: "Since when?", Type: requests.DateField, Min: "2020-01-01"},
		{Key: "email", Label: "Whom to write to", Type: requests.EmailField},
		{Key: "phone", Label: "Whom to call", Type: requests.PhoneField},
		{Key: "photo", Label: "A picture", Type: requests.FileField, MaxCount: 2},
		{Key: "visit", Label: "May we come?", Type: requests.ConsentField, Wording: "A technician may enter the works.", Show: when("phone", requests.Answered, "")},
		{Key: "badge", Label: "Badge number", Type: requests.TextField, Required: true, Show: when("visit", requests.Equals, "true")},
	}}
}

func file(name, text string) tickets.NewAttachment {
	return tickets.NewAttachment{Name: name, Type: "text/plain", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}

func clean(t testing.TB, d requests.Definition) requests.Definition {
	t.Helper()
	d, err := d.Clean()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func keys(fields []requests.Field) []string {
	var all []string
	for _, f := range fields {
		all = append(all, f.Key)
	}
	return all
}

// said are the fields that an error blames.
func said(t testing.TB, err error) []string {
	t.Helper()
	var wrong requests.FieldErrors
	if !errors.As(err, &wrong) {
		t.Fatalf("no errors of fields: %v", err)
	}
	var all []string
	for _, e := range wrong {
		all = append(all, e.Field)
	}
	if desk.KindOf(err) != desk.Invalid || desk.FieldOf(err) != all[0] || desk.MessageOf(err) != wrong.Of(all[0]) {
		t.Errorf("%v is not about the first of %v", err, all)
	}
	return all
}

func TestValidate(t *testing.T) {
	t.Parallel()
	d := clean(t, repair())
	d.Region = "DE"
	got, err := d.Validate(requests.Answers{
		"machine": {"Press"}, "other": {"dropped, it is hidden"}, "symptoms": {"Noise", "Smoke"}, "noise": {"  Krrr\r\nkrrr "},
		"hours": {"007.50"}, "since": {"2024-02-29"}, "email": {" Ana@Example.com "}, "phone": {"030 901820"}, "visit": {"on"}, "badge": {"B-7"},
	}, requests.Files{"photo": {file("a.txt", "x")}})
	if err != nil {
		t.Fatal(err)
	}
	want := []requests.Answer{
		{Field: "machine", Label: "Which machine?", Type: "choice", Values: []string{"Press"}},
		{Field: "symptoms", Label: "What does it do?", Type: "choices", Values: []string{"Smoke", "Noise"}},
		{Field: "noise", Label: "Like what?", Type: "long_text", Values: []string{"Krrr\nkrrr"}},
		{Field: "hours", Label: "Hours run", Type: "number", Values: []string{"7.5"}},
		{Field: "since", Label: "Since when?", Type: "date", Values: []string{"2024-02-29"}},
		{Field: "email", Label: "Whom to write to", Type: "email", Values: []string{"Ana@Example.com"}},
		{Field: "phone", Label: "Whom to call", Type: "phone", Values: []string{"+4930901820"}},
		{Field: "photo", Label: "A picture", Type: "file", Files: []requests.File{{Name: "a.txt", Type: "text/plain"}}},
		{Field: "visit", Label: "May we come?", Type: "consent", Values: []string{"true"}, Consent: &requests.Consent{Wording: "A technician may enter the works."}},
		{Field: "badge", Label: "Badge number", Type: "text", Values: []string{"B-7"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestValidateSaysWhatIsWrongWithEachField(t *testing.T) {
	t.Parallel()
	d := clean(t, repair())
	three := []tickets.NewAttachment{file("a", ""), file("b", ""), file("c", "")}
	for _, c := range []struct {
		answers requests.Answers
		files   requests.Files
		want    []string
	}{
		{requests.Answers{}, nil, []string{"answers.machine"}},
		{requests.Answers{"machine": {"press"}}, nil, []string{"answers.machine"}},
		{requests.Answers{"machine": {"Press", "Lathe"}}, nil, []string{"answers.machine"}},
		{requests.Answers{"machine": {"Other"}, "other": {"ab"}, "hours": {"1e3"}, "since": {"2019-12-31"}}, nil, []string{"answers.other", "answers.hours", "answers.since"}},
		{requests.Answers{"machine": {"Other"}, "other": {strings.Repeat("ü", 21)}, "hours": {"-0.1"}, "since": {"2021-02-29"}}, nil, []string{"answers.other", "answers.hours", "answers.since"}},
		{requests.Answers{"machine": {"Press"}, "hours": {"99999.51"}, "symptoms": {"Smoke", "Noise", "Nothing"}}, nil, []string{"answers.symptoms", "answers.hours"}},
		{requests.Answers{"machine": {"Press"}, "symptoms": {"Fire"}, "email": {`"a@evil.test"@corp.test`}, "phone": {"call me"}}, nil, []string{"answers.symptoms", "answers.email", "answers.phone"}},
		{requests.Answers{"machine": {"Press"}, "phone": {"+49 30 901820"}, "visit": {"perhaps"}}, nil, []string{"answers.visit"}},
		{requests.Answers{"machine": {"Press"}, "phone": {"+49 30 901820"}, "visit": {"on"}}, nil, []string{"answers.badge"}},
		{requests.Answers{"machine": {"Press"}}, requests.Files{"photo": three}, []string{"answers.photo"}},
		{requests.Answers{"machine": {"Press"}}, requests.Files{"photo": {{Name: "a\x00b"}}}, []string{"answers.photo"}},
		{requests.Answers{"machine": {"Press\x00"}, "noise\n": {"x"}}, nil, []string{"answers", "answers.machine"}},
		{requests.Answers{"machine": {"Press"}, "photo": {"not a file"}}, nil, []string{"answers"}},
		{requests.Answers{"machine": {"Press"}}, requests.Files{"machine": three}, []string{"answers"}},
	} {
		_, err := d.Validate(c.answers, c.files)
		if diff := cmp.Diff(c.want, said(t, err)); diff != "" {
			t.Errorf("%v: %s", c.answers, diff)
		}
		if strings.ContainsAny(err.Error(), "\x00\n") {
			t.Errorf("the error shows what was sent as it came: %q", err)
		}
	}
}

func TestVisibleFollowsTheAnswers(t *testing.T) {
	t.Parallel()
	d := clean(t, repair())
	always := []string{"machine", "symptoms", "hours", "since", "email", "phone", "photo"}
	for _, c := range []struct {
		answers requests.Answers
		more    []string
	}{
		{nil, nil},
		{requests.Answers{"machine": {"Other"}}, []string{"other"}},
		{requests.Answers{"machine": {"nonsense"}}, nil},
		{requests.Answers{"symptoms": {"Smoke"}}, nil},
		{requests.Answers{"symptoms": {"Smoke", "Noise"}}, []string{"noise"}},
		{requests.Answers{"phone": {"x"}}, nil}, // what cannot be read is no answer
		{requests.Answers{"phone": {"+49 30 901820"}}, []string{"visit"}},
		{requests.Answers{"phone": {"+49 30 901820"}, "visit": {"true"}}, []string{"visit", "badge"}},
		{requests.Answers{"visit": {"true"}}, nil}, // a hidden field's answer does not count
		{requests.Answers{"phone": {"+49 30 901820"}, "visit": {"no"}}, []string{"visit"}},
	} {
		want := keys(slices.DeleteFunc(slices.Clone(d.Fields), func(f requests.Field) bool {
			return !slices.Contains(always, f.Key) && !slices.Contains(c.more, f.Key)
		}))
		if diff := cmp.Diff(want, keys(d.Visible(c.answers, nil))); diff != "" {
			t.Errorf("%v: %s", c.answers, diff)
		}
	}
}

func TestSeveralConditions(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	for _, c := range []struct {
		any  bool
		a, b string
		want bool
	}{
		{false, "Zoë", "2", true}, {false, "zoe", "3", false}, {false, "", "2", false},
		{true, "zoe", "3", true}, {true, "", "02.0", true}, {true, "x", "3", false},
	} {
		d := clean(t, requests.Definition{Fields: []requests.Field{
			{Key: "a", Label: "A", Type: requests.TextField}, {Key: "b", Label: "B", Type: requests.NumberField},
			{Key: "c", Label: "C", Type: requests.TextField, Show: &requests.Show{Any: c.any, When: []requests.Condition{
				{Field: "a", Test: requests.Contains, Value: "ZO"}, {Field: "b", Test: requests.Equals, Value: "2.0"},
			}}},
			{Key: "d", Label: "D", Type: requests.TextField, Show: &requests.Show{When: []requests.Condition{{Field: "c", Test: requests.Answered, Not: true}}}},
		}})
		shown := keys(d.Visible(requests.Answers{"a": {c.a}, "b": {c.b}}, nil))
		is.Equal(slices.Contains(shown, "c"), c.want)
		is.True(slices.Contains(shown, "d"))
		shown = keys(d.Visible(requests.Answers{"a": {c.a}, "b": {c.b}, "c": {"x"}}, nil))
		is.Equal(slices.Contains(shown, "d"), !c.want)
	}
}

func TestDefinitionsThatAreRefused(t *testing.T) {
	t.Parallel()
	text := func(key string, when ...requests.Condition) requests.Field {
		f := requests.Field{Key: key, Label: key, Type: requests.TextField}
		if when != nil {
			f.Show = &requests.Show{When: when}
		}
		return f
	}
	on := func(key string) requests.Condition { return requests.Condition{Field: key, Test: requests.Answered} }
	many := make([]requests.Field, 101)
	for _, c := range []struct {
		name   string
		fields []requests.Field
		want   []string
	}{
		{"none", nil, []string{"fields"}},
		{"too many", many, []string{"fields"}},
		{"no key, no label, no type", []requests.Field{{}}, []string{"fields.0.key", "fields.0.type"}},
		{"a key twice", []requests.Field{text("a"), text("a")}, []string{"fields.1.key"}},
		{"keys", []requests.Field{text("A"), text("1a"), text("a b"), text(strings.Repeat("a", 41)), {Key: "b", Type: "text"}}, []string{"fields.0.key", "fields.1.key", "fields.2.key", "fields.3.key", "fields.4.label"}},
		{"itself", []requests.Field{text("a", on("a"))}, []string{"fields.0.show"}},
		{"a circle", []requests.Field{text("a", on("b")), text("b", on("a"))}, []string{"fields.0.show"}},
		{"forward", []requests.Field{text("a", on("c")), text("b"), text("c")}, []string{"fields.0.show"}},
		{"nowhere", []requests.Field{text("a"), text("b", on("x"))}, []string{"fields.1.show"}},
		{"no condition", []requests.Field{{Key: "a", Label: "A", Type: "text", Show: &requests.Show{}}}, []string{"fields.0.show"}},
		{"a test of another type", []requests.Field{{Key: "f", Label: "F", Type: requests.FileField}, text("a", requests.Condition{Field: "f", Test: requests.Equals, Value: "x"})}, []string{"fields.1.show"}},
		{"a choice that is none", []requests.Field{{Key: "f", Label: "F", Type: "choice", Choices: []string{"x"}}, text("a", requests.Condition{Field: "f", Test: requests.Equals, Value: "y"})}, []string{"fields.1.show"}},
		{"a value for nothing", []requests.Field{text("a"), text("b", requests.Condition{Field: "a", Test: requests.Answered, Value: "x"})}, []string{"fields.1.show"}},
		{"choices", []requests.Field{{Key: "a", Label: "A", Type: "choice"}, {Key: "b", Label: "B", Type: "choice", Choices: []string{"Ä", "a"}}, {Key: "c", Label: "C", Type: "text", Choices: []string{"x"}}}, []string{"fields.0.choices", "fields.1.choices", "fields.2.choices"}},
		{"bounds", []requests.Field{{Key: "a", Label: "A", Type: "number", Min: "2", Max: "1"}, {Key: "b", Label: "B", Type: "date", Min: "yesterday"}, {Key: "c", Label: "C", Type: "text", Min: "1"}}, []string{"fields.0.max", "fields.1.min", "fields.2.min"}},
		{"lengths", []requests.Field{{Key: "a", Label: "A", Type: "text", MinLength: 9, MaxLength: 8}, {Key: "b", Label: "B", Type: "text", MaxLength: 501}, {Key: "c", Label: "C", Type: "date", MaxLength: 8}, {Key: "d", Label: "D", Type: "text", MinLength: -1}}, []string{"fields.0.max_length", "fields.1.max_length", "fields.2.max_length", "fields.3.min_length"}},
		{"counts", []requests.Field{{Key: "a", Label: "A", Type: "file", MaxCount: 11}, {Key: "b", Label: "B", Type: "choices", Choices: []string{"x"}, MinCount: 2}, {Key: "c", Label: "C", Type: "text", MaxCount: 1}, {Key: "d", Label: "D", Type: "file", MinCount: 2}}, []string{"fields.0.max_count", "fields.1.min_count", "fields.2.max_count", "fields.3.max_count"}},
		{"wording", []requests.Field{{Key: "a", Label: "A", Type: "consent"}, {Key: "b", Label: "B", Type: "text", Wording: "x"}}, []string{"fields.0.wording", "fields.1.wording"}},
		{"texts", []requests.Field{{Key: "a", Label: "A\x00", Type: "text", Help: "\xff"}, {Key: "b", Label: strings.Repeat("x", 201), Type: "text"}}, []string{"fields.0.label", "fields.0.help", "fields.1.label"}},
	} {
		_, err := requests.Definition{Fields: c.fields}.Clean()
		if diff := cmp.Diff(c.want, said(t, err)); diff != "" {
			t.Errorf("%s: %s\n%v", c.name, diff, err)
		}
	}
}

func TestB119_DefinitionsAndAnswersFromJSON(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	text, err := json.Marshal(repair())
	is.NoErr(err)
	d, err := requests.ParseDefinition(text)
	is.NoErr(err)
	is.Equal(cmp.Diff(clean(t, repair()), d), "")
	for _, bad := range []string{
		"", "null", "[]", "{", `{"fields":null}`, `{"fields":{}}`, `{"fields":[1]}`, `{"fields":[{"key":1}]}`, `{"fields":[]}x`, `{"fields":[],"workspace":"other"}`,
		`{"fields":[{"key":"a","label":"A","type":"text","pattern":"(a+)+"}]}`, `{"fields":[{"key":"a","label":"A","type":"regex"}]}`,
		`{"fields":[{"key":"a","label":"A","type":"text","show":{"when":[{"field":"a","test":"answered"}]}}]}`, `{"fields":[{"key":"a","label":"\u0000","type":"text"}]}`,
		`{"fields":[{"key":"a","label":"A","type":"text","max_length":1e99}]}`, "\xff\xfe", strings.Repeat("[", 100_000), `{"fields":` + strings.Repeat("[", 20_000),
		`{"intro":"` + strings.Repeat("x", 1<<20) + `"}`,
	} {
		_, err := requests.ParseDefinition([]byte(bad))
		if k := desk.KindOf(err); k != desk.Invalid && k != desk.Limited {
			t.Errorf("%.60q: %v", bad, err)
		}
	}
	answers, err := requests.ParseAnswers([]byte(`{"a":"x","b":12.50,"c":true,"d":["x","y",3,null,""],"e":null,"f":"","g":[]}`))
	is.NoErr(err)
	is.Equal(cmp.Diff(requests.Answers{"a": {"x"}, "b": {"12.50"}, "c": {"true"}, "d": {"x", "y", "3"}}, answers), "")
	for _, bad := range []string{"", "[]", `{"a":{}}`, `{"a":[[]]}`, `{"a":[{}]}`, `{"A":"x"}`, `{"a":"x"}{}`, "\xff", `{"a":` + strings.Repeat("[", 20_000), strings.Repeat("x", 5<<20)} {
		_, err := requests.ParseAnswers([]byte(bad))
		if k := desk.KindOf(err); k != desk.Invalid && k != desk.Limited {
			t.Errorf("%.60q: %v", bad, err)
		}
	}
}
