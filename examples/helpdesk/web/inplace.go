package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// placeView is one field of the profile: shown, or as its control. After it
// was saved the summary and the timeline come with it, as they changed too.
type placeView struct {
	Fact    factView
	Edit    *placeForm
	Summary *summaryView
	Time    *timelineView
	Back    string
	Name    string
}

type placeForm struct {
	Field         fieldView
	Action, Back  string
	Version       int64
	Was           string
	Stale         *staleView
	Multiline     bool
	Label, FactID string
	DataURL       string
}

// fieldPage is one field by itself. The page's script puts it where the value
// was; without the script it is a page of its own.
func (s *server) fieldPage(w http.ResponseWriter, r *request) error {
	c, f, people, err := s.place(r)
	if err != nil {
		return err
	}
	if r.FormValue("show") != "" {
		return s.showPlace(w, r, http.StatusOK, &c, placeView{Fact: s.fact(r, f, &c, people)})
	}
	return s.showPlace(w, r, http.StatusOK, &c, placeView{Edit: s.placeForm(f, &c, f.Get(&c), people)})
}

// place finds the contact and the field that the address names.
func (s *server) place(r *request) (contacts.Contact, spec, *people, error) {
	c, err := s.Contacts.Get(r.Context(), r.actor, desk.ContactID(r.PathValue("id")))
	if err != nil {
		return c, spec{}, nil, err
	}
	defs, err := s.Contacts.Fields(r.Context(), r.actor)
	if err != nil {
		return c, spec{}, nil, err
	}
	people, err := s.people(r.Context(), r)
	if err != nil {
		return c, spec{}, nil, err
	}
	fields := specsFor(r, defs)
	i := slices.IndexFunc(fields, func(f spec) bool { return f.Name == r.PathValue("field") })
	if i < 0 || !fields[i].mayEdit(r, &c) {
		return c, spec{}, nil, &desk.Error{Kind: desk.Denied, Message: "You may not change this field."}
	}
	return c, fields[i], people, nil
}

func (s *server) placeForm(f spec, c *contacts.Contact, value string, p *people) *placeForm {
	base := "/contacts/" + string(c.ID)
	if f.Control == boolControl {
		f.Control, f.Choices = selectControl, "onoff"
	}
	v := &placeForm{Field: fieldOf(f, value, p), Action: base + "/field/" + f.Name, Back: base, Version: c.Version, Was: digest(f.Get(c)),
		Label: f.Label, FactID: "v-" + f.Name, DataURL: base + "/field/" + f.Name}
	v.Field.ID = "p-" + f.Name
	v.Multiline = f.Control == areaControl
	if v.Field.List != "" {
		v.Field.List = "p" + v.Field.List
	}
	return v
}

func (s *server) showPlace(w http.ResponseWriter, r *request, status int, c *contacts.Contact, v placeView) error {
	v.Back, v.Name = "/contacts/"+string(c.ID), titleOf(c)
	title := v.Fact.Label
	if v.Edit != nil {
		title = v.Edit.Label
	}
	s.show(w, r, status, "field", view{Title: title + " of " + v.Name, Section: "Contacts", Data: v})
	return nil
}

// saveField saves one field. If the record was changed meanwhile but this
// field was not, the change is made all the same; if it was, both values are
// shown and the agent is asked.
func (s *server) saveField(w http.ResponseWriter, r *request) error {
	c, f, people, err := s.place(r)
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(r.PostForm.Get("version"), 10, 64)
	if err != nil {
		return &desk.Error{Kind: desk.Invalid, Message: "The form is incomplete. Nothing was changed; load the page again."}
	}
	value := f.formValue(r.PostForm)
	var patch contacts.Patch
	err = f.Set(&patch, value)
	var saved contacts.Contact
	if err == nil {
		saved, err = s.Contacts.Update(r.Context(), r.actor, c.ID, version, patch)
	}
	if errors.Is(err, contacts.ErrStale) {
		if now := f.Get(&c); digest(now) != r.PostForm.Get("was") && now != value {
			v := s.placeForm(f, &c, value, people)
			v.Stale = &staleView{Label: f.Label, Theirs: s.compared(f, now, people), Yours: s.compared(f, value, people)}
			return s.showPlace(w, r, http.StatusConflict, &c, placeView{Edit: v})
		}
		saved, err = s.Contacts.Update(r.Context(), r.actor, c.ID, c.Version, patch)
	}
	switch desk.KindOf(err) {
	case "":
	case desk.Invalid, desk.Conflict, desk.Limited:
		v := s.placeForm(f, &c, value, people)
		v.Version, v.Was, v.Field.Error = version, r.PostForm.Get("was"), desk.MessageOf(err)
		return s.showPlace(w, r, http.StatusUnprocessableEntity, &c, placeView{Edit: v})
	default:
		return err
	}
	if !r.fragment() {
		s.leaveToast(w, toast{Text: f.Label + " saved."})
		return redirect(w, r, "/contacts/"+string(c.ID))
	}
	return s.saved(w, r, f, &saved, people)
}

// saved answers the page's script with what changed on the page.
func (s *server) saved(w http.ResponseWriter, r *request, f spec, c *contacts.Contact, p *people) error {
	log, err := s.Contacts.Activity(r.Context(), r.actor, c.ID, recent(), desk.Page{Limit: 10})
	if err != nil {
		return err
	}
	summary, line := s.summary(r, c, p), s.timeline(log, p, false)
	if log.Next != "" {
		line.More = "/contacts/" + string(c.ID) + "/activity"
	}
	return s.showPlace(w, r, http.StatusOK, c, placeView{Fact: s.fact(r, f, c, p), Summary: &summary, Time: &line})
}

// compared shows a value beside another one.
func (s *server) compared(f spec, value string, p *people) string {
	if value == "" || strings.Contains(value, "\t") {
		return readable(value)
	}
	return readable(s.said(f, value, p))
}
