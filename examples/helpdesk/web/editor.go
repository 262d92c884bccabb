package web

import (
	"strconv"
	"strings"

	"github.com/deskfolk/desk/contacts"
)

// editorView is the form of a contact, for a new one or one that exists.
type editorView struct {
	Heading, Action, Cancel, Button string
	// Parent names the page that Cancel goes back to.
	Parent  string
	Version int64
	// Was holds a digest of each value as it was when the form was opened.
	Was       string
	CompanyID string
	// Once makes a form that is sent twice make one contact.
	Once      string
	Sections  []sectionView
	Errors    []errorView
	Stale     []staleView
	StaleText string
	Dirty     bool
}

type sectionView struct {
	ID, Label string
	Fields    []fieldView
	Wrong     bool
}

// fieldView is one control of a form.
type fieldView struct {
	ID, Name, Label, Help, Error string
	Control                      control
	Auto, Value                  string
	Options                      []option
	// List is the id of a list of suggestions.
	List     string
	Rows     []entryView
	Checked  bool
	ReadOnly bool
	Wide     bool
	Lines    int
	Why      string
}

type entryView struct {
	N              int
	Label, Value   string
	Primary        bool
	Phone          bool
	LabelID, ID    string
	LabelAria, Say string
	Name           string
}

type errorView struct{ Text, Anchor string }

// staleView is a field that someone else changed meanwhile.
type staleView struct{ Label, Theirs, Yours, Anchor string }

// fillEditor makes the form's controls: what was typed, or what is stored.
func (s *server) fillEditor(r *request, v *editorView, c *contacts.Contact, f *form, isNew bool) error {
	defs, err := s.Contacts.Fields(r.Context(), r.actor)
	if err != nil {
		return err
	}
	people, err := s.people(r.Context(), r)
	if err != nil {
		return err
	}
	fields := specsFor(r, defs)
	if isNew {
		v.Was = "{}"
	} else {
		v.Was = digests(fields, c)
	}
	if f != nil {
		v.Errors = f.errs
	}
	for _, sec := range sections {
		part := sectionView{ID: sec.ID, Label: sec.Label}
		for _, field := range fields {
			if field.Section != sec.ID {
				continue
			}
			fv := s.editorField(r, field, c, f, people, isNew)
			part.Wrong = part.Wrong || fv.Error != ""
			part.Fields = append(part.Fields, fv)
		}
		if len(part.Fields) > 0 {
			v.Sections = append(v.Sections, part)
		}
	}
	return nil
}

func (s *server) editorField(r *request, field spec, c *contacts.Contact, f *form, p *people, isNew bool) fieldView {
	value, problem := field.Get(c), ""
	if f != nil {
		if typed, ok := f.values[field.Name]; ok && (isNew || f.changed[field.Name]) {
			value = typed
		}
		problem = f.wrong[field.Name]
	}
	fv := fieldOf(field, value, p)
	fv.Error = problem
	locked := field.Name == "company" && c.LockedToCompany
	switch {
	case isNew && field.Name == "portal_access":
		fv.ReadOnly = !r.may(contacts.MayManagePortal)
	case isNew:
		fv.ReadOnly = locked
	default:
		fv.ReadOnly = !field.mayEdit(r, c)
	}
	if fv.ReadOnly && locked {
		fv.Why = "The person was added on the company's page and stays with it."
	} else if fv.ReadOnly {
		fv.Why = "You may see this, but not change it."
	}
	if r.PostForm.Get("add") == field.Name {
		fv.Rows = append(fv.Rows, row(field, len(fv.Rows), entry{}))
	}
	return fv
}

// fieldOf is a field's control with a value in it.
func fieldOf(field spec, value string, p *people) fieldView {
	fv := fieldView{ID: "f-" + field.Name, Name: field.Name, Label: field.Label, Help: field.Help, Control: field.Control, Auto: "off", Value: value, Lines: 3}
	switch field.Control {
	case selectControl:
		fv.Options = p.choices(field.Choices, value)
	case boolControl:
		fv.Checked = value == "true"
	case areaControl, emailControl, companyControl:
		fv.Wide = true
		if field.Name == "notes" {
			fv.Lines = 8
		}
	case emailsControl, phonesControl:
		fv.Wide = true
		es := entries(value)
		for i, e := range es {
			fv.Rows = append(fv.Rows, row(field, i, e))
		}
		fv.Rows = append(fv.Rows, row(field, len(es), entry{}))
	case textControl:
		if field.Choices != "" {
			fv.List, fv.Options = "list-"+field.Name, p.choices(field.Choices, "")
		}
	}
	return fv
}

func row(field spec, n int, e entry) entryView {
	i := strconv.Itoa(n)
	return entryView{N: n, Label: e.Label, Value: e.Value, Primary: e.Primary, Phone: field.Control == phonesControl, Name: field.Name,
		ID: "f-" + field.Name + "-" + i, LabelID: "f-" + field.Name + "-" + i + "-label", LabelAria: "Label " + strconv.Itoa(n+1), Say: strings.TrimSuffix(field.Label, "s") + " " + strconv.Itoa(n+1)}
}
