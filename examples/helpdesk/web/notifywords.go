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
}

// typeNamed is a type of message whose words can be changed.
func (s *server) typeNamed(name string) (notify.Type, bool) {
	return typeOf(s.Notify.Types(), func(t notify.Type) bool { return t.Name == name && t.Class != notify.Direct })
}

func (s *server) words(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(notify.MaySettings); err != nil {
		return err
	}
	t, err := s.Notify.Template(r.Context(), r.actor, r.PathValue("type"), "")
	if desk.KindOf(err) == desk.Invalid {
		return &desk.Error{Kind: desk.NotFound, Message: "There is no such type of message."}
	}
	if err != nil {
		return err
	}
	return s.showWords(w, r, http.StatusOK, t, nil)
}

func (s *server) showWords(w http.ResponseWriter, r *request, status int, t notify.Template, problem error) error {
	kind, ok := s.typeNamed(t.Type)
	if !ok {
		return &desk.Error{Kind: desk.NotFound, Message: "There is no such type of message."}
	}
	v := wordsView{Label: kind.Label, Help: kind.Help, Action: "/settings/notifications/" + kind.Name, Subject: t.Subject, Text: t.Text, HTML: t.HTML, Version: t.Version, Own: t.Version > 0,
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
		name := desk.FieldOf(problem)
		if name != "text" && name != "html" {
			name = "subject"
		}
		v.Wrong[name], v.Preview = desk.MessageOf(problem), nil
		v.Errors = []errorView{{Text: desk.MessageOf(problem), Anchor: "f-" + name}}
	}
	s.show(w, r, status, "words", view{Title: kind.Label, Section: "Settings", Data: v})
	return nil
}

// saveWords keeps a template, previews it, or goes back to the library's.
func (s *server) saveWords(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(notify.MaySettings); err != nil {
		return err
	}
	kind, ok := s.typeNamed(r.PathValue("type"))
	if !ok {
		return &desk.Error{Kind: desk.NotFound, Message: "There is no such type of message."}
	}
	p := r.PostForm
	t := notify.Template{Type: kind.Name, Subject: p.Get("subject"), Text: strings.ReplaceAll(p.Get("text"), "\r\n", "\n"), HTML: strings.ReplaceAll(p.Get("html"), "\r\n", "\n")}
	t.Version, _ = strconv.ParseInt(p.Get("version"), 10, 64)
	path := "/settings/notifications/" + kind.Name
	switch p.Get("do") {
	case "preview":
		return s.showWords(w, r, http.StatusOK, t, nil)
	case "reset":
		if err := s.Notify.ResetTemplate(r.Context(), r.actor, kind.Name, ""); err != nil && desk.KindOf(err) != desk.NotFound {
			return err
		}
		return s.leaveFor(w, r, path, "The words that come with Deskfolk are used again.")
	}
	_, err := s.Notify.SaveTemplate(r.Context(), r.actor, t)
	if refused(err) {
		return s.showWords(w, r, http.StatusUnprocessableEntity, t, err)
	}
	if err != nil {
		return err
	}
	return s.leaveFor(w, r, path, "Saved. The next message has these words.")
}
