package requests

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
)

// CreateTemplate makes a request template. It needs MaySettings. What is wrong
// comes as [FieldErrors].
func (s *Service) CreateTemplate(ctx context.Context, a desk.Actor, f TemplateFields) (Template, error) {
	const op = "requests.CreateTemplate"
	if err := need(a, "change templates", MaySettings); err != nil {
		return Template{}, desk.In(op, err)
	}
	fields, err := f.clean()
	if err != nil {
		return Template{}, desk.In(op, err)
	}
	t := Template{Version: 1, TemplateFields: fields}
	replay, err := s.write(ctx, a, op, templateInput(f), func(tx Tx) ([]string, error) {
		all, err := tx.RequestTemplates(ctx, a.Workspace)
		if err != nil {
			return nil, err
		}
		if len(all) >= maxForms {
			return nil, desk.Errorf(desk.Limited, "", "A workspace has at most %d templates.", maxForms)
		}
		if t.ID, err = newID[desk.TemplateID](s, "template"); err != nil {
			return nil, err
		}
		j := s.entries(a)
		t.CreatedAt, t.CreatedBy, t.UpdatedAt = j.Now, a.ID, j.Now
		if err := t.fits(ctx, tx, a, &TemplateFields{}); err != nil {
			return nil, err
		}
		if err := tx.InsertRequestTemplate(ctx, a.Workspace, t); err != nil {
			return nil, err
		}
		if err := j.Add(VerbTemplateCreated, string(t.ID), "Template made: "+t.Name+".", false, nil); err != nil {
			return nil, err
		}
		return []string{string(t.ID)}, record(ctx, tx, a, j)
	})
	return s.templateDone(ctx, a, op, t, replay, err)
}

// templateInput is what tells one call with a key from another.
func templateInput(f TemplateFields) any {
	return struct {
		Fields            TemplateFields
		Contacts, Addable []desk.ContactID
	}{f, f.Contacts, f.Addable}
}

func (s *Service) templateDone(ctx context.Context, a desk.Actor, op string, t Template, replay []string, err error) (Template, error) {
	if err == nil && len(replay) > 0 {
		t, err = template(ctx, s.store, a.Workspace, desk.TemplateID(replay[0]))
	}
	if err != nil {
		return Template{}, desk.In(op, err)
	}
	return t, nil
}

// template returns a template by its id.
func template(ctx context.Context, r Reader, w desk.WorkspaceID, id desk.TemplateID) (Template, error) {
	if !desk.IsID("template", string(id)) {
		return Template{}, notFound("template")
	}
	t, err := r.RequestTemplate(ctx, w, id)
	if desk.KindOf(err) == desk.NotFound {
		return Template{}, notFound("template")
	}
	return t, err
}

// UpdateTemplate replaces what a template says; the version is the one the
// change was made on. Tickets that were made by it stay as they are. It needs
// MaySettings.
func (s *Service) UpdateTemplate(ctx context.Context, a desk.Actor, id desk.TemplateID, version int64, f TemplateFields) (Template, error) {
	const op = "requests.UpdateTemplate"
	if err := need(a, "change templates", MaySettings); err != nil {
		return Template{}, desk.In(op, err)
	}
	fields, err := f.clean()
	if err != nil {
		return Template{}, desk.In(op, err)
	}
	input := struct {
		ID      desk.TemplateID
		Version int64
		Fields  any
	}{id, version, templateInput(f)}
	var t Template
	replay, err := s.write(ctx, a, op, input, func(tx Tx) ([]string, error) {
		var err error
		t, err = s.updateTemplate(ctx, tx, a, id, version, fields)
		return []string{string(id)}, err
	})
	return s.templateDone(ctx, a, op, t, replay, err)
}

func (s *Service) updateTemplate(ctx context.Context, tx Tx, a desk.Actor, id desk.TemplateID, version int64, fields TemplateFields) (Template, error) {
	before, err := template(ctx, tx, a.Workspace, id)
	if err != nil {
		return before, err
	}
	if before.Version != version {
		return before, stale("template")
	}
	t := before
	t.TemplateFields = fields
	changes := templateDiff(&before.TemplateFields, &fields)
	if len(changes) == 0 {
		return before, nil
	}
	if err := t.fits(ctx, tx, a, &before.TemplateFields); err != nil {
		return before, err
	}
	j := s.entries(a)
	t.Version, t.UpdatedAt = version+1, j.Now
	if err := tx.UpdateRequestTemplate(ctx, a.Workspace, t); err != nil {
		return before, err
	}
	if err := j.Add(VerbTemplateUpdated, string(id), "Template changed: "+changes.names()+".", false, changes); err != nil {
		return before, err
	}
	return t, record(ctx, tx, a, j)
}

func templateDiff(was, is *TemplateFields) differences {
	var d differences
	d.add("name", was.Name, is.Name)
	d.add("description", was.Description, is.Description)
	d.add("active", strconv.FormatBool(was.Active), strconv.FormatBool(is.Active))
	d.add("position", strconv.Itoa(was.Position), strconv.Itoa(is.Position))
	d.add("subject", was.Defaults.Subject, is.Defaults.Subject)
	d.add("text", was.Defaults.Text, is.Defaults.Text)
	d.add("status", was.Defaults.Status, is.Defaults.Status)
	d.add("priority", was.Defaults.Priority, is.Defaults.Priority)
	d.add("category", was.Defaults.Category, is.Defaults.Category)
	d.add("assignee", was.Defaults.Assignee, is.Defaults.Assignee)
	d.add("company", string(was.Defaults.Company), string(is.Defaults.Company))
	d.add("locked", strings.Join(was.Locked, ", "), strings.Join(is.Locked, ", "))
	d.add("limited", strconv.FormatBool(was.Limited), strconv.FormatBool(is.Limited))
	d.add("domains", strings.Join(was.Domains, ", "), strings.Join(is.Domains, ", "))
	d.add("assignees", strings.Join(was.Assignees, ", "), strings.Join(is.Assignees, ", "))
	d.add("add", string(was.Add), string(is.Add))
	d.add("form", string(was.Form), string(is.Form))
	// Lists of contacts are counted: who was named is not for the log to keep.
	d.lists("contacts", was.Contacts, is.Contacts)
	d.lists("addable", was.Addable, is.Addable)
	return d
}

func (d *differences) lists(name string, was, is []desk.ContactID) {
	if !slices.Equal(was, is) {
		*d = append(*d, desk.Change{Field: name, Old: strconv.Itoa(len(was)), New: strconv.Itoa(len(is))})
	}
}

// Template returns a template. It needs MayView or MaySettings. Contacts get
// an [Offer] instead.
func (s *Service) Template(ctx context.Context, a desk.Actor, id desk.TemplateID) (Template, error) {
	const op = "requests.Template"
	if err := needView(a); err != nil {
		return Template{}, desk.In(op, err)
	}
	t, err := template(ctx, s.store, a.Workspace, id)
	return t, desk.In(op, err)
}

// Templates returns all templates by position and name, at most 500. It needs
// MayView or MaySettings.
func (s *Service) Templates(ctx context.Context, a desk.Actor) ([]Template, error) {
	const op = "requests.Templates"
	if err := needView(a); err != nil {
		return nil, desk.In(op, err)
	}
	all, err := s.store.RequestTemplates(ctx, a.Workspace)
	return all, desk.In(op, err)
}

// TemplateVersion returns a template as it was at a version, without the
// contacts that it named. It needs MayView or MaySettings.
func (s *Service) TemplateVersion(ctx context.Context, a desk.Actor, id desk.TemplateID, version int64) (Template, error) {
	const op = "requests.TemplateVersion"
	if err := needView(a); err != nil {
		return Template{}, desk.In(op, err)
	}
	if _, err := template(ctx, s.store, a.Workspace, id); err != nil {
		return Template{}, desk.In(op, err)
	}
	t, err := s.store.RequestTemplateVersion(ctx, a.Workspace, id, version)
	if desk.KindOf(err) == desk.NotFound {
		err = notFound("version of the template")
	}
	return t, desk.In(op, err)
}
