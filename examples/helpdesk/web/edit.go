package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
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

// newContact is the empty form. It is opened from the directory, from a search
// that found nobody, or from a company's page, whose contact stays with it.
func (s *server) newContact(w http.ResponseWriter, r *request) error {
	if !r.may(contacts.MayCreate) {
		return &desk.Error{Kind: desk.Denied, Message: "You may not make contacts."}
	}
	c := contacts.Contact{Active: true, Kind: contacts.Customer, Owner: r.agent.ID}
	guess(&c, r.FormValue("from"))
	if id := desk.CompanyID(r.FormValue("company")); id != "" {
		company, err := s.Contacts.GetCompany(r.Context(), r.actor, id)
		if err != nil {
			return err
		}
		c.CompanyID, c.Company, c.LockedToCompany = company.ID, company.Name, true
	}
	return s.showNew(w, r, http.StatusOK, &c, nil)
}

// guess puts what was searched for where it belongs: an address, a phone or a name.
func guess(c *contacts.Contact, text string) {
	text = strings.TrimSpace(text)
	if text == "" {
		return
	}
	if a, err := contacts.ParseEmail(text); err == nil {
		c.Email = a.Entered
		return
	}
	if strings.Trim(text, "+0123456789 ()-./") == "" {
		c.Phones = []contacts.Phone{{Value: text, Primary: true}}
		return
	}
	words := strings.Fields(text)
	c.FirstName = strings.Join(words[:max(len(words)-1, 1)], " ")
	if len(words) > 1 {
		c.LastName = words[len(words)-1]
	}
}

func (s *server) showNew(w http.ResponseWriter, r *request, status int, c *contacts.Contact, f *form) error {
	v := editorView{Heading: "New contact", Action: "/contacts/new", Cancel: "/contacts", Button: "Create contact", Dirty: f != nil}
	if v.Once = r.PostForm.Get("once"); len(v.Once) != len(rand.Text()) {
		v.Once = rand.Text()
	}
	if c.LockedToCompany {
		v.CompanyID, v.Cancel = string(c.CompanyID), "/companies/"+string(c.CompanyID)
		v.Heading, v.Parent = "New contact at "+c.Company, c.Company
	}
	if err := s.fillEditor(r, &v, c, f, true); err != nil {
		return err
	}
	s.show(w, r, status, "editor", view{Title: v.Heading, Section: "Contacts", Data: v})
	return nil
}

func (s *server) createContact(w http.ResponseWriter, r *request) error {
	defs, err := s.Contacts.Fields(r.Context(), r.actor)
	if err != nil {
		return err
	}
	c := contacts.Contact{Kind: contacts.Customer}
	var company contacts.Company
	if id := desk.CompanyID(r.PostForm.Get("company_id")); id != "" {
		if company, err = s.Contacts.GetCompany(r.Context(), r.actor, id); err != nil {
			return err
		}
	}
	// A person who may create fills in all fields, also without the grant to change others' contacts.
	maker := *r
	maker.actor.Grants = append(append([]desk.Permission{}, r.actor.Grants...), contacts.MayModify)
	f := readForm(&maker, specsFor(r, defs), &c)
	shown := contacts.Contact{CompanyID: company.ID, Company: company.Name, LockedToCompany: company.ID != ""}
	if r.PostForm.Has("add") {
		return s.showNew(w, r, http.StatusOK, &shown, f)
	}
	if len(f.errs) == 0 {
		n := newFrom(f.patch)
		if company.ID != "" {
			n.CompanyID, n.CompanyName, n.LockedToCompany = company.ID, "", true
		}
		made, err := s.createOnce(r, n)
		if err == nil {
			s.leaveToast(w, toast{Text: clip(titleOf(&made), 80) + " was added."})
			return redirect(w, r, "/contacts/"+string(made.ID))
		}
		if !f.blame(err, specsFor(r, defs)) {
			return err
		}
	}
	return s.showNew(w, r, http.StatusUnprocessableEntity, &shown, f)
}

// createOnce makes the contact of a form. A form that is sent twice, by an
// impatient finger or a lost answer, makes one; a form that was opened again
// with the way back and filled in anew makes another.
func (s *server) createOnce(r *request, n contacts.NewContact) (contacts.Contact, error) {
	once := r.PostForm.Get("once")
	if len(once) != len(rand.Text()) {
		return s.Contacts.Create(r.Context(), r.actor, n)
	}
	c, err := s.Contacts.Create(r.Context(), r.actor.WithKey("web.new."+once), n)
	if desk.KindOf(err) == desk.Conflict && desk.FieldOf(err) == "key" {
		return s.Contacts.Create(r.Context(), r.actor, n)
	}
	return c, err
}

func (s *server) editContact(w http.ResponseWriter, r *request) error {
	if !r.may(contacts.MayModify) {
		return &desk.Error{Kind: desk.Denied, Message: "You may not change contacts."}
	}
	c, err := s.Contacts.Get(r.Context(), r.actor, desk.ContactID(r.PathValue("id")))
	if err != nil {
		return err
	}
	if c.State != contacts.Live {
		return redirect(w, r, "/contacts/"+string(c.ID))
	}
	return s.showEdit(w, r, http.StatusOK, &c, nil, nil)
}

func (s *server) showEdit(w http.ResponseWriter, r *request, status int, c *contacts.Contact, f *form, stale []staleView) error {
	back := "/contacts/" + string(c.ID)
	v := editorView{Heading: "Edit " + titleOf(c), Action: back + "/edit", Cancel: back, Button: "Save changes", Parent: titleOf(c), Version: c.Version, Stale: stale, Dirty: f != nil}
	if err := s.fillEditor(r, &v, c, f, false); err != nil {
		return err
	}
	s.show(w, r, status, "editor", view{Title: v.Heading, Section: "Contacts", Data: v})
	return nil
}

// saveContact changes what differs from what the form was opened with. When
// someone else saved meanwhile, changes to different fields are both kept; a
// field that both changed is shown with both values.
func (s *server) saveContact(w http.ResponseWriter, r *request) error {
	id := desk.ContactID(r.PathValue("id"))
	c, err := s.Contacts.Get(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	defs, err := s.Contacts.Fields(r.Context(), r.actor)
	if err != nil {
		return err
	}
	fields := specsFor(r, defs)
	f := readForm(r, fields, &c)
	version, err := strconv.ParseInt(r.PostForm.Get("version"), 10, 64)
	if err != nil {
		return &desk.Error{Kind: desk.Invalid, Message: "The form is incomplete. Nothing was changed; open it again."}
	}
	if r.PostForm.Has("add") || len(f.errs) > 0 {
		status := http.StatusOK
		if len(f.errs) > 0 {
			status = http.StatusUnprocessableEntity
		}
		return s.showEdit(w, r, status, &c, f, nil)
	}
	_, err = s.Contacts.Update(r.Context(), r.actor, id, version, f.patch)
	if errors.Is(err, contacts.ErrStale) {
		if stale := s.collisions(fields, f, &c); len(stale) > 0 {
			return s.showEdit(w, r, http.StatusConflict, &c, f, stale)
		}
		_, err = s.Contacts.Update(r.Context(), r.actor, id, c.Version, f.patch)
	}
	if err != nil {
		if !f.blame(err, fields) {
			return err
		}
		return s.showEdit(w, r, http.StatusUnprocessableEntity, &c, f, nil)
	}
	s.leaveToast(w, toast{Text: "Saved."})
	return redirect(w, r, "/contacts/"+string(id))
}

// collisions are the fields that both changed, and to different values.
func (s *server) collisions(fields []spec, f *form, c *contacts.Contact) []staleView {
	var out []staleView
	for _, field := range fields {
		theirs := field.Get(c)
		if !f.changed[field.Name] || digest(theirs) == f.was[field.Name] || theirs == f.values[field.Name] {
			continue
		}
		out = append(out, staleView{Label: field.Label, Theirs: readable(theirs), Yours: readable(f.values[field.Name]), Anchor: "f-" + field.Name})
	}
	return out
}

// readable shows a value in a comparison.
func readable(v string) string {
	if v == "" {
		return "(empty)"
	}
	return clip(strings.NewReplacer("\tprimary", " (primary)", "\t", " ").Replace(v), 600)
}

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
