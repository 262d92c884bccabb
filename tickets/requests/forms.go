package requests

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// NewForm is what a form is made of.
type NewForm struct {
	// Name is at most 200 characters, Description 1,000.
	Name, Description string
	Draft             Definition
}

// FormPatch changes the fields that are not nil.
type FormPatch struct {
	Name, Description *string
	Active            *bool
	Draft             *Definition
}

// maxForms is how many forms and how many templates a workspace can have.
const maxForms = 500

// CreateForm makes a form, with a draft that is not published yet. It needs
// MaySettings. What is wrong with the draft comes as [FieldErrors].
func (s *Service) CreateForm(ctx context.Context, a desk.Actor, n NewForm) (Form, error) {
	const op = "requests.CreateForm"
	if err := need(a, "change forms", MaySettings); err != nil {
		return Form{}, desk.In(op, err)
	}
	f := Form{Version: 1, Active: true}
	if err := f.apply(FormPatch{Name: &n.Name, Description: &n.Description, Draft: &n.Draft}); err != nil {
		return Form{}, desk.In(op, err)
	}
	replay, err := s.write(ctx, a, op, n, func(tx Tx) ([]string, error) {
		all, err := tx.Forms(ctx, a.Workspace)
		if err != nil {
			return nil, err
		}
		if len(all) >= maxForms {
			return nil, desk.Errorf(desk.Limited, "", "A workspace has at most %d forms.", maxForms)
		}
		if f.ID, err = newID[desk.FormID](s, "form"); err != nil {
			return nil, err
		}
		j := s.entries(a)
		f.CreatedAt, f.CreatedBy, f.UpdatedAt, f.Changed = j.Now, a.ID, j.Now, true
		if err := tx.InsertForm(ctx, a.Workspace, f); err != nil {
			return nil, err
		}
		if err := j.Add(VerbFormCreated, string(f.ID), "Form made: "+f.Name+".", false, nil); err != nil {
			return nil, err
		}
		return []string{string(f.ID)}, record(ctx, tx, a, j)
	})
	return s.formDone(ctx, a, op, f, replay, err)
}

// formDone returns the form that a call made or changed; for a repeated call,
// as it is now.
func (s *Service) formDone(ctx context.Context, a desk.Actor, op string, f Form, replay []string, err error) (Form, error) {
	if err == nil && len(replay) > 0 {
		f, err = form(ctx, s.store, a.Workspace, desk.FormID(replay[0]))
	}
	if err == nil {
		err = s.setRegion(ctx, a, &f.Draft)
	}
	if err != nil {
		return Form{}, desk.In(op, err)
	}
	return f, nil
}

// form returns a form by its id.
func form(ctx context.Context, r Reader, w desk.WorkspaceID, id desk.FormID) (Form, error) {
	if !desk.IsID("form", string(id)) {
		return Form{}, notFound("form")
	}
	f, err := r.Form(ctx, w, id)
	if desk.KindOf(err) == desk.NotFound {
		return Form{}, notFound("form")
	}
	return f, err
}

// setRegion says where national phone numbers are from.
func (s *Service) setRegion(ctx context.Context, a desk.Actor, d *Definition) error {
	return regionOf(ctx, s.store, a.Workspace, d)
}

func regionOf(ctx context.Context, r contacts.Reader, w desk.WorkspaceID, d *Definition) error {
	for i := range d.Fields {
		if d.Fields[i].Type == PhoneField {
			set, err := r.Settings(ctx, w)
			d.Region = set.Region
			return err
		}
	}
	return nil
}

// apply puts a patch onto the form.
func (f *Form) apply(p FormPatch) error {
	var wrong FieldErrors
	var err error
	if p.Name != nil {
		if f.Name, err = desk.CleanLine("name", *p.Name, maxName); err == nil && f.Name == "" {
			err = invalid("name", "The form needs a name.")
		}
		_ = wrong.take("name", err)
	}
	if p.Description != nil {
		f.Description, err = desk.CleanText("description", *p.Description, maxHelp)
		_ = wrong.take("description", err)
	}
	if p.Active != nil {
		f.Active = *p.Active
	}
	if p.Draft != nil {
		d, err := p.Draft.Clean()
		if err != nil {
			wrong = append(wrong, fieldErrors(err)...)
		}
		d.Region = ""
		f.Draft = d
	}
	return wrong.err()
}

// UpdateForm changes a form's name, or its draft; the version is the one the
// change was made on. What was published, and who was asked to answer it, stays
// as it is. It needs MaySettings.
func (s *Service) UpdateForm(ctx context.Context, a desk.Actor, id desk.FormID, version int64, p FormPatch) (Form, error) {
	const op = "requests.UpdateForm"
	if err := need(a, "change forms", MaySettings); err != nil {
		return Form{}, desk.In(op, err)
	}
	input := struct {
		ID      desk.FormID
		Version int64
		Patch   FormPatch
	}{id, version, p}
	var f Form
	replay, err := s.write(ctx, a, op, input, func(tx Tx) ([]string, error) {
		before, err := form(ctx, tx, a.Workspace, id)
		if err != nil {
			return nil, err
		}
		if before.Version != version {
			return nil, stale("form")
		}
		f = before
		err = f.apply(p)
		changes := formDiff(&before, &f)
		if err != nil || len(changes) == 0 {
			return []string{string(id)}, err
		}
		j := s.entries(a)
		f.Version, f.UpdatedAt = version+1, j.Now
		f.Changed = f.Changed || before.Name != f.Name || !sameDefinition(&before.Draft, &f.Draft)
		if err := tx.UpdateForm(ctx, a.Workspace, f); err != nil {
			return nil, err
		}
		if err := j.Add(VerbFormUpdated, string(id), "Form changed: "+changes.names()+".", false, changes); err != nil {
			return nil, err
		}
		return []string{string(id)}, record(ctx, tx, a, j)
	})
	return s.formDone(ctx, a, op, f, replay, err)
}

func formDiff(was, is *Form) differences {
	var d differences
	d.add("name", was.Name, is.Name)
	d.add("description", was.Description, is.Description)
	d.add("active", strconv.FormatBool(was.Active), strconv.FormatBool(is.Active))
	if !sameDefinition(&was.Draft, &is.Draft) {
		d = append(d, desk.Change{Field: "draft", Old: fieldCount(&was.Draft), New: fieldCount(&is.Draft)})
	}
	return d
}

func fieldCount(d *Definition) string { return strconv.Itoa(len(d.Fields)) + " fields" }

// sameDefinition compares two definitions as they are kept.
func sameDefinition(a, b *Definition) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// PublishForm makes the draft the form's newest version, which never changes.
// New assignments and requests answer it; open assignments keep the version
// that they were made with (see [Service.RenewAssignment]). A draft that does
// not differ from the newest version is not published again. It needs MaySettings.
func (s *Service) PublishForm(ctx context.Context, a desk.Actor, id desk.FormID, version int64) (Form, error) {
	const op = "requests.PublishForm"
	if err := need(a, "change forms", MaySettings); err != nil {
		return Form{}, desk.In(op, err)
	}
	input := struct {
		ID      desk.FormID
		Version int64
	}{id, version}
	var f Form
	replay, err := s.write(ctx, a, op, input, func(tx Tx) ([]string, error) {
		var err error
		if f, err = form(ctx, tx, a.Workspace, id); err != nil {
			return nil, err
		}
		if f.Version != version {
			return nil, stale("form")
		}
		if !f.Changed {
			return []string{string(id)}, nil
		}
		return []string{string(id)}, s.publish(ctx, tx, a, &f)
	})
	return s.formDone(ctx, a, op, f, replay, err)
}

func (s *Service) publish(ctx context.Context, tx Tx, a desk.Actor, f *Form) error {
	j := s.entries(a)
	f.Version, f.UpdatedAt = f.Version+1, j.Now
	f.Published, f.Changed = f.Published+1, false
	if err := tx.UpdateForm(ctx, a.Workspace, *f); err != nil {
		return err
	}
	v := FormVersion{Form: f.ID, Number: f.Published, Name: f.Name, Definition: f.Draft, PublishedAt: j.Now, PublishedBy: a.ID}
	if err := tx.InsertFormVersion(ctx, a.Workspace, v); err != nil {
		return err
	}
	if err := j.Add(VerbFormPublished, string(f.ID), "Form published: version "+strconv.Itoa(f.Published)+".", false, nil); err != nil {
		return err
	}
	return record(ctx, tx, a, j)
}

// needView checks that the actor sees templates and forms.
func needView(a desk.Actor) error {
	return need(a, "see templates and forms", MayView, MaySettings)
}

// Form returns a form. It needs MayView or MaySettings.
func (s *Service) Form(ctx context.Context, a desk.Actor, id desk.FormID) (Form, error) {
	const op = "requests.Form"
	if err := needView(a); err != nil {
		return Form{}, desk.In(op, err)
	}
	f, err := form(ctx, s.store, a.Workspace, id)
	return s.formDone(ctx, a, op, f, nil, err)
}

// Forms returns all forms by name, at most 500, without their drafts. It needs
// MayView or MaySettings.
func (s *Service) Forms(ctx context.Context, a desk.Actor) ([]Form, error) {
	const op = "requests.Forms"
	if err := needView(a); err != nil {
		return nil, desk.In(op, err)
	}
	all, err := s.store.Forms(ctx, a.Workspace)
	return all, desk.In(op, err)
}

// FormVersion returns a form as it was published; number 0 is the newest. It
// needs MayView or MaySettings.
func (s *Service) FormVersion(ctx context.Context, a desk.Actor, id desk.FormID, number int) (FormVersion, error) {
	const op = "requests.FormVersion"
	if err := needView(a); err != nil {
		return FormVersion{}, desk.In(op, err)
	}
	f, err := form(ctx, s.store, a.Workspace, id)
	if err != nil {
		return FormVersion{}, desk.In(op, err)
	}
	if number == 0 {
		number = f.Published
	}
	v, err := formVersion(ctx, s.store, a.Workspace, id, number)
	return v, desk.In(op, err)
}

// formVersion returns a version with the region of its phone numbers.
func formVersion(ctx context.Context, r Reader, w desk.WorkspaceID, id desk.FormID, number int) (FormVersion, error) {
	v, err := r.FormVersion(ctx, w, id, number)
	if desk.KindOf(err) == desk.NotFound {
		return FormVersion{}, notFound("version of the form")
	}
	if err != nil {
		return FormVersion{}, err
	}
	return v, regionOf(ctx, r, w, &v.Definition)
}

// FormVersions returns the versions of a form, newest first, without what they
// ask. It needs MayView or MaySettings.
func (s *Service) FormVersions(ctx context.Context, a desk.Actor, id desk.FormID) ([]FormVersion, error) {
	const op = "requests.FormVersions"
	if err := needView(a); err != nil {
		return nil, desk.In(op, err)
	}
	if _, err := form(ctx, s.store, a.Workspace, id); err != nil {
		return nil, desk.In(op, err)
	}
	all, err := s.store.FormVersions(ctx, a.Workspace, id)
	return all, desk.In(op, err)
}
