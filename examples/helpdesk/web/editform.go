package web

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// digest stands for a value in a form, however long it is.
func digest(v string) string {
	h := sha256.Sum256([]byte(v))
	return base64.RawURLEncoding.EncodeToString(h[:9])
}

// digests describes a contact's values as they are now.
func digests(fields []spec, c *contacts.Contact) string {
	was := map[string]string{}
	for _, f := range fields {
		was[f.Name] = digest(f.Get(c))
	}
	b, err := json.Marshal(was)
	if err != nil {
		return "{}"
	}
	return string(b)
}

// form is a contact's form as it was sent.
type form struct {
	values map[string]string // what each shown field holds
	// changed are the fields that differ from what the form was opened with.
	changed map[string]bool
	was     map[string]string
	patch   contacts.Patch
	errs    []errorView
	wrong   map[string]string
}

// readForm reads the fields that the form has and the agent may change.
func readForm(r *request, fields []spec, c *contacts.Contact) *form {
	f := &form{values: map[string]string{}, changed: map[string]bool{}, wrong: map[string]string{}}
	if json.Unmarshal([]byte(r.PostForm.Get("was")), &f.was) != nil {
		f.was = map[string]string{}
	}
	for _, field := range fields {
		if !field.posted(r.PostForm) || !field.mayEdit(r, c) {
			continue
		}
		value := field.formValue(r.PostForm)
		f.values[field.Name] = value
		if digest(value) == f.was[field.Name] {
			continue
		}
		f.changed[field.Name] = true
		if err := field.Set(&f.patch, value); err != nil {
			f.fault(field.Name, field.Label, desk.MessageOf(err))
		}
	}
	return f
}

func (f *form) fault(name, label, text string) {
	f.wrong[name] = text
	f.errs = append(f.errs, errorView{Text: label + ": " + text, Anchor: "f-" + name})
}

// blame puts an error of the library beside the field it names. It reports
// whether the error is one that a person can mend in the form.
func (f *form) blame(err error, fields []spec) bool {
	switch desk.KindOf(err) {
	case desk.Invalid, desk.Conflict, desk.Denied, desk.Limited:
	default:
		return false
	}
	name := strings.TrimPrefix(desk.FieldOf(err), "contact.")
	if name == "phone" {
		name = "phones"
	}
	for _, field := range fields {
		if field.Name == name || strings.HasPrefix(name, field.Name+".") || strings.HasPrefix(name, field.Name+"[") {
			f.fault(field.Name, field.Label, desk.MessageOf(err))
			return true
		}
	}
	if desk.KindOf(err) == desk.Denied {
		return false
	}
	f.errs = append(f.errs, errorView{Text: desk.MessageOf(err), Anchor: "f-first_name"})
	return true
}

// newFrom makes a new contact of what a form set.
func newFrom(p contacts.Patch) contacts.NewContact {
	n := contacts.NewContact{
		FirstName: val(p.FirstName), LastName: val(p.LastName), DisplayName: val(p.DisplayName), Email: val(p.Email), Emails: val(p.Emails), Phones: val(p.Phones),
		CompanyName: val(p.CompanyName), JobTitle: val(p.JobTitle), Division: val(p.Division),
		Address: contacts.Address{Street: val(p.Street), City: val(p.City), Region: val(p.Region), PostalCode: val(p.PostalCode), Country: val(p.Country)},
		Notes:   val(p.Notes), Inactive: p.Active == nil || !*p.Active, Kind: val(p.Kind), Status: val(p.Status), MarketingOptOut: val(p.MarketingOptOut), Owner: val(p.Owner),
		TimeZone: val(p.TimeZone), Language: val(p.Language), DoNotCall: val(p.DoNotCall), CallHours: val(p.CallHours), PortalAccess: val(p.PortalAccess), Custom: map[string]string{},
	}
	for key, value := range p.Custom {
		if value != "" {
			n.Custom[key] = value
		}
	}
	return n
}

// val is what p points to, or the zero value.
func val[T any](p *T) T {
	var zero T
	if p == nil {
		return zero
	}
	return *p
}

// isUpload reports whether the form carries a file.
func isUpload(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data")
}
