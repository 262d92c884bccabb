package requests

import (
	"slices"
	"time"

	"github.com/deskfolk/desk"
)

// FieldType is the type of a form's field.
type FieldType string

// The types of fields.
const (
	// TextField is one line.
	TextField FieldType = "text"
	// LongTextField may have several lines.
	LongTextField FieldType = "long_text"
	// NumberField is a decimal number, kept exactly.
	NumberField FieldType = "number"
	// DateField is a day, as 2006-01-02.
	DateField FieldType = "date"
	// ChoiceField is one of the choices, ChoicesField any of them.
	ChoiceField  FieldType = "choice"
	ChoicesField FieldType = "choices"
	// EmailField is one address as contacts.ParseEmail takes it.
	EmailField FieldType = "email"
	// PhoneField is one number.
	PhoneField FieldType = "phone"
	// FileField is one file or several.
	FileField FieldType = "file"
	// ConsentField is a box to tick; the wording and the time are kept with it.
	ConsentField FieldType = "consent"
)

// FieldTypes lists the types in the order in which they are offered.
var FieldTypes = []FieldType{TextField, LongTextField, NumberField, DateField, ChoiceField, ChoicesField, EmailField, PhoneField, FileField, ConsentField}

// Field is one question of a form.
type Field struct {
	// Key names the field in answers and conditions: 1 to 40 of a-z, 0-9 and
	// _, beginning with a letter; unique in the form.
	Key string `json:"key"`
	// Label is the question, at most 200 characters; Help stands below it, at most 1,000.
	Label string    `json:"label"`
	Help  string    `json:"help,omitempty"`
	Type  FieldType `json:"type"`
	// Required asks for an answer whenever the field is shown.
	Required bool `json:"required,omitempty"`
	// Choices are those of a ChoiceField or ChoicesField: 1 to 100, of at most 200 characters.
	Choices []string `json:"choices,omitempty"`
	// Min and Max bound a NumberField or a DateField, both included; empty: not.
	Min string `json:"min,omitempty"`
	Max string `json:"max,omitempty"`
	// MinLength and MaxLength bound a text, in characters. A MaxLength of 0 is
	// 500 for one line and 20,000 for several, which may be raised to 100,000.
	MinLength int `json:"min_length,omitempty"`
	MaxLength int `json:"max_length,omitempty"`
	// MinCount and MaxCount bound the number of choices or files that are
	// given, if any is. A MaxCount of 0 is all choices, or one file; at most
	// 10 files.
	MinCount int `json:"min_count,omitempty"`
	MaxCount int `json:"max_count,omitempty"`
	// Wording is what a ConsentField asks to agree to, at most 5,000 characters.
	Wording string `json:"wording,omitempty"`
	// Show says when the field is shown; nil: always.
	Show *Show `json:"show,omitempty"`
}

// Show says when a field is shown: when all of its conditions hold, or with
// Any, at least one. At most 10 conditions.
type Show struct {
	Any  bool        `json:"any,omitempty"`
	When []Condition `json:"when"`
}

// Test is what a condition asks of another field.
type Test string

// The tests. Text is compared without case and accents. A field that is
// hidden, empty, or answered with what cannot be read has no answer.
const (
	// Answered: there is an answer. For every type.
	Answered Test = "answered"
	// Equals: the answer is the value. Not for several choices, phones and files.
	Equals Test = "equals"
	// Contains: the value occurs in the text, or is among the choices.
	Contains Test = "contains"
)

// Tests lists the tests in the order in which they are offered.
var Tests = []Test{Answered, Equals, Contains}

// Condition is about the answer of a field that stands before.
type Condition struct {
	Field string `json:"field"`
	Test  Test   `json:"test"`
	// Value is what the answer is compared with; empty for Answered. For a
	// ConsentField it is "true".
	Value string `json:"value,omitempty"`
	// Not turns the condition round.
	Not bool `json:"not,omitempty"`
}

// Definition is what a form asks. [Definition.Clean] says whether it can be
// kept; [ParseDefinition] reads one from JSON.
type Definition struct {
	// Intro stands above the questions, at most 5,000 characters.
	Intro string `json:"intro,omitempty"`
	// Fields are the questions in order, 1 to 100.
	Fields []Field `json:"fields"`
	// Region is the country that national phone numbers are read in. The
	// service sets it to the workspace's; it is not part of what is kept.
	Region string `json:"-"`
}

// Field returns the field with the key, or nil.
func (d *Definition) Field(key string) *Field {
	if i := slices.IndexFunc(d.Fields, func(f Field) bool { return f.Key == key }); i >= 0 {
		return &d.Fields[i]
	}
	return nil
}

// Form is a form that members write. What it asks is in its draft until it is
// published; each publication is a version that never changes.
type Form struct {
	ID desk.FormID
	// Version counts the changes; an update names the version it was made on.
	Version     int64
	Name        string
	Description string
	// Active forms can be assigned and stand in templates. A form that is not
	// active can still be answered where it was assigned before.
	Active bool
	// Draft is what the next version will ask.
	Draft Definition
	// Published is the number of the newest version, 0 for none.
	Published int
	// Changed says that the draft differs from the newest version.
	Changed   bool
	CreatedAt time.Time
	CreatedBy string
	UpdatedAt time.Time
}

// FormVersion is a form as it was published. It never changes.
type FormVersion struct {
	Form desk.FormID
	// Number counts from 1.
	Number      int
	Name        string
	Definition  Definition
	PublishedAt time.Time
	PublishedBy string
}

// Answer is one answered field of a submission. It can be read without the form.
type Answer struct {
	Field string    `json:"field"`
	Label string    `json:"label"`
	Type  FieldType `json:"type"`
	// Values are in their canonical form: numbers without needless zeros, dates
	// as 2006-01-02, phones in E.164 where the number is valid, "true" for consent.
	Values []string `json:"values,omitempty"`
	// Files are those of a FileField.
	Files []File `json:"files,omitempty"`
	// Consent is what was agreed to, and when.
	Consent *Consent `json:"consent,omitempty"`
}

// Consent is the wording that a person agreed to, and when.
type Consent struct {
	Wording string    `json:"wording"`
	At      time.Time `json:"at"`
}

// File is a file of a submission. It is opened through the submission.
type File struct {
	ID     desk.AttachmentID `json:"id"`
	Name   string            `json:"name"`
	Type   string            `json:"type"`
	Size   int64             `json:"size"`
	SHA256 string            `json:"sha256"`
}
