package web

import (
	"crypto/rand"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

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
	v.Once = newOnce(r)
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
