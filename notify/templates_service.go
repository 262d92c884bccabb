package notify

import (
	"context"
	"strings"

	"github.com/deskfolk/desk"
)

// Templates returns the workspace's own templates. It needs MaySettings.
func (s *Service) Templates(ctx context.Context, a desk.Actor) ([]Template, error) {
	const op = "notify.Templates"
	if err := need(a, "see the templates", MaySettings); err != nil {
		return nil, desk.In(op, err)
	}
	all, err := s.store.Templates(ctx, a.Workspace)
	return all, desk.In(op, err)
}

// Template returns the words of a type in a language: the workspace's own, or
// with Version 0 those that it would use without. It needs MaySettings.
func (s *Service) Template(ctx context.Context, a desk.Actor, typeName, language string) (Template, error) {
	const op = "notify.Template"
	t, err := s.typeFor(a, typeName)
	if err != nil {
		return Template{}, desk.In(op, err)
	}
	own, err := s.store.Templates(ctx, a.Workspace)
	if err != nil {
		return Template{}, desk.In(op, err)
	}
	found := *pick(t, own, language)
	if found.Type != t.Name || !strings.EqualFold(found.Language, language) {
		found.Type, found.Language, found.Version = t.Name, language, 0
	}
	return found, nil
}

// typeFor returns a type that has words.
func (s *Service) typeFor(a desk.Actor, name string) (*Type, error) {
	if err := need(a, "change the templates", MaySettings); err != nil {
		return nil, err
	}
	t := s.byName[name]
	if t == nil || t.Class == Direct {
		return nil, invalid("type", "There is no template for messages of this type.")
	}
	return t, nil
}

// SaveTemplate keeps the workspace's own words for a type in a language (empty:
// for everybody without a variant of their own); the version is that of the
// template it was made from, else the error is contacts.ErrStale. The template
// is parsed and tried with sample data and with none; an error names the part
// (subject, text, html) as its field and the line. It needs MaySettings.
func (s *Service) SaveTemplate(ctx context.Context, a desk.Actor, t Template) (Template, error) {
	const op = "notify.SaveTemplate"
	if err := s.checkTemplate(a, &t); err != nil {
		return Template{}, desk.In(op, err)
	}
	kept := t
	replay, err := s.write(ctx, a, op, t, func(tx Tx) ([]string, error) {
		kept = t
		kept.Version, kept.UpdatedAt, kept.UpdatedBy = t.Version+1, s.now(), a.ID
		if err := tx.PutTemplate(ctx, a.Workspace, kept); err != nil {
			return nil, err
		}
		return nil, s.noteTemplate(ctx, tx, a, "Template changed: "+label(s.byName[t.Type], t.Language)+".")
	})
	if err == nil && replay != nil {
		kept, err = s.Template(ctx, a, t.Type, t.Language)
	}
	if err != nil {
		return Template{}, desk.In(op, err)
	}
	return kept, nil
}

func (s *Service) noteTemplate(ctx context.Context, tx Tx, a desk.Actor, say string) error {
	j := s.journal(a)
	if err := j.Add(VerbTemplate, "", say, false, nil); err != nil {
		return err
	}
	return tx.Record(ctx, a.Workspace, j.All...)
}

func label(t *Type, language string) string {
	if language == "" {
		return t.Label
	}
	return t.Label + " (" + language + ")"
}

func (s *Service) checkTemplate(a desk.Actor, t *Template) error {
	if _, err := s.typeFor(a, t.Type); err != nil {
		return err
	}
	var err error
	if t.Language, err = cleanTag("language", t.Language); err != nil {
		return err
	}
	t.Subject = strings.TrimSpace(t.Subject)
	t.Text = strings.ReplaceAll(t.Text, "\r\n", "\n")
	t.HTML = strings.ReplaceAll(t.HTML, "\r\n", "\n")
	c, err := compile(t)
	if err != nil {
		return err
	}
	full, none := SampleData(), Data{}
	for _, d := range []*Data{&full, &none} {
		if _, err := c.run(d); err != nil {
			return err
		}
	}
	return nil
}

// ResetTemplate removes the workspace's own words, so that the library's are
// used again; desk.NotFound if there are none. It needs MaySettings.
func (s *Service) ResetTemplate(ctx context.Context, a desk.Actor, typeName, language string) error {
	const op = "notify.ResetTemplate"
	t, err := s.typeFor(a, typeName)
	if err != nil {
		return desk.In(op, err)
	}
	_, err = s.write(ctx, a, op, []string{typeName, language}, func(tx Tx) ([]string, error) {
		if err := tx.DeleteTemplate(ctx, a.Workspace, typeName, language); err != nil {
			return nil, err
		}
		return nil, s.noteTemplate(ctx, tx, a, "Template reset: "+label(t, language)+".")
	})
	return desk.In(op, err)
}

// Preview is what a template makes of sample data: the email as it would be sent.
type Preview struct{ Subject, Text, HTML string }

// PreviewTemplate fills a template in with sample data, without keeping it. It
// needs MaySettings.
func (s *Service) PreviewTemplate(ctx context.Context, a desk.Actor, t Template) (Preview, error) {
	const op = "notify.PreviewTemplate"
	if err := s.checkTemplate(a, &t); err != nil {
		return Preview{}, desk.In(op, err)
	}
	set, err := s.store.NotifySettings(ctx, a.Workspace)
	if err != nil {
		return Preview{}, desk.In(op, err)
	}
	c, err := compile(&t)
	if err != nil {
		return Preview{}, desk.In(op, err)
	}
	d := SampleData()
	if set.Name != "" {
		d.Workspace.Name = set.Name
	}
	w, err := c.run(&d)
	if err != nil {
		return Preview{}, desk.In(op, err)
	}
	f := frame{language: t.Language, footer: set.Footer, name: d.Workspace.Name, why: why(s.byName[t.Type]), stop: "https://help.example.com/unsubscribe"}
	return Preview{Subject: w.subject, Text: f.text(w.text), HTML: f.html(w.subject, w.html)}, nil
}
