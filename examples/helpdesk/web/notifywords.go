package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/notify"
)

// wordsView is the page on which the words of a type of message are written.
type wordsView struct {
	Label, Help, Action string
	Subject, Text, HTML string
	Version             int64
	Own                 bool
	Functions           string
	Preview             *notify.Preview
	Errors              []errorView
	Wrong               map[string]string
	Dirty               bool
	Variants            variantsView
}

// typeNamed is a type of message whose words can be changed.
func (s *server) typeNamed(name string) (notify.Type, bool) {
	return typeOf(s.Notify.Types(), func(t notify.Type) bool { return t.Name == name && t.Class != notify.Direct })
}

// noWords is the error for a type of message that has no words to change.
func noWords() error {
	return &desk.Error{Kind: desk.NotFound, Message: "There is no such type of message."}
}

// noLanguage is the error for what is no language.
func noLanguage() error {
	return desk.Errorf(desk.Invalid, "language", "A language is a tag such as de, en-GB or pt-BR.")
}

func (s *server) showWords(w http.ResponseWriter, r *request, status int, t notify.Template, problem error) error {
	kind, ok := s.typeNamed(t.Type)
	if !ok {
		return noWords()
	}
	variants, err := s.variants(r, &t)
	if err != nil {
		return err
	}
	v := wordsView{Label: kind.Label, Help: kind.Help, Action: wordsPath(kind.Name, t.Language), Variants: variants, Subject: t.Subject, Text: t.Text, HTML: t.HTML, Version: t.Version, Own: t.Version > 0,
		Functions: strings.Join(notify.Functions, ", "), Wrong: map[string]string{}, Dirty: r.Method == http.MethodPost}
	if problem == nil {
		p, err := s.Notify.PreviewTemplate(r.Context(), r.actor, t)
		if refused(err) {
			problem = err
		} else if err != nil {
			return err
		}
		v.Preview = &p
	}
	if problem != nil {
		v.blame(r, problem)
	}
	s.show(w, r, status, "words", view{Title: kind.Label, Section: "Settings", Data: v})
	return nil
}

// blame puts what is wrong beside the part that it names.
func (v *wordsView) blame(r *request, problem error) {
	name := desk.FieldOf(problem)
	switch name {
	case "language":
		v.Variants.Error, v.Variants.Typed = desk.MessageOf(problem), r.URL.Query().Get("language")
	case "text", "html":
	default:
		name = "subject"
	}
	v.Wrong[name], v.Preview = desk.MessageOf(problem), nil
	v.Errors = []errorView{{Text: desk.MessageOf(problem), Anchor: "f-" + name}}
}

// saveWords keeps a template, previews it, or goes back to the library's.
func (s *server) saveWords(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(notify.MaySettings); err != nil {
		return err
	}
	kind, ok := s.typeNamed(r.PathValue("type"))
	if !ok {
		return noWords()
	}
	tag, ok := canonical(r.URL.Query().Get("language"))
	if !ok {
		return noLanguage()
	}
	p := r.PostForm
	t := notify.Template{Type: kind.Name, Subject: p.Get("subject"), Text: strings.ReplaceAll(p.Get("text"), "\r\n", "\n"), HTML: strings.ReplaceAll(p.Get("html"), "\r\n", "\n")}
	t.Version, _ = strconv.ParseInt(p.Get("version"), 10, 64)
	kept, err := s.Notify.Template(r.Context(), r.actor, kind.Name, tag)
	if err != nil {
		return err
	}
	t.Language = kept.Language // as it was written when it was made
	path := wordsPath(kind.Name, t.Language)
	switch p.Get("do") {
	case "preview":
		return s.showWords(w, r, http.StatusOK, t, nil)
	case "reset":
		return s.resetWords(w, r, &t)
	}
	_, err = s.Notify.SaveTemplate(r.Context(), r.actor, t)
	if refused(err) {
		return s.showWords(w, r, http.StatusUnprocessableEntity, t, err)
	}
	if err != nil {
		return err
	}
	return s.leaveFor(w, r, path, "Saved. The next message has these words.")
}

// resetWords removes the workspace's own words of a type in a language.
func (s *server) resetWords(w http.ResponseWriter, r *request, t *notify.Template) error {
	if err := s.Notify.ResetTemplate(r.Context(), r.actor, t.Type, t.Language); err != nil && desk.KindOf(err) != desk.NotFound {
		return err
	}
	text := "The words that come with Deskfolk are used again."
	if t.Language != "" {
		text = "The words in " + languageName(t.Language) + " were removed."
	}
	return s.leaveFor(w, r, wordsPath(t.Type, ""), text)
}
