package web

import (
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"github.com/deskfolk/desk/notify"
)

// variantsView are the languages in which the words of a type of message are
// written, with the way to another one.
type variantsView struct {
	Tabs      []tabView
	Action    string
	Languages []option
	// Typed is a language that was asked for and is none; Error says so.
	Typed, Error string
	// Language is the one that is shown, Name what it is called; both empty for everybody else.
	Language, Name string
	// New: there is no variant in this language yet.
	New bool
}

// wordsPath is the page of the words of a type in a language.
func wordsPath(typeName, tag string) string {
	if tag == "" {
		return "/settings/notifications/" + typeName
	}
	return "/settings/notifications/" + typeName + "?" + url.Values{"language": {tag}}.Encode()
}

// languageName is what a language is called in English, with its tag.
func languageName(tag string) string {
	t, err := language.Parse(tag)
	if err != nil {
		return tag
	}
	return display.English.Tags().Name(t) + " (" + t.String() + ")"
}

// canonical is a language with its letters as they are usually written; false
// if it is none.
func canonical(tag string) (string, bool) {
	if tag = strings.TrimSpace(tag); tag == "" {
		return "", true
	}
	t, err := language.Raw.Parse(tag)
	return t.String(), err == nil && t != language.Und
}

// variants are the languages of a type, for the page of one of them.
func (s *server) variants(r *request, t *notify.Template) (variantsView, error) {
	own, err := s.Notify.Templates(r.Context(), r.actor)
	if err != nil {
		return variantsView{}, err
	}
	v := variantsView{Action: wordsPath(t.Type, ""), Languages: languages(), Language: t.Language, New: t.Language != "" && t.Version == 0}
	v.Tabs = []tabView{{Label: "Everybody else", URL: v.Action, Current: t.Language == ""}}
	if t.Language != "" {
		v.Name = languageName(t.Language)
	}
	for i := range own {
		if own[i].Type == t.Type && own[i].Language != "" {
			v.Tabs = append(v.Tabs, tabView{Label: languageName(own[i].Language), URL: wordsPath(t.Type, own[i].Language), Current: strings.EqualFold(own[i].Language, t.Language)})
		}
	}
	if v.New {
		v.Tabs = append(v.Tabs, tabView{Label: v.Name, URL: wordsPath(t.Type, t.Language), Current: true})
	}
	return v, nil
}

// words is the page of the words of a type, in the language of the address.
func (s *server) words(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(notify.MaySettings); err != nil {
		return err
	}
	kind, ok := s.typeNamed(r.PathValue("type"))
	if !ok {
		return noWords()
	}
	tag, good := canonical(r.URL.Query().Get("language"))
	if !good {
		tag = ""
	}
	t, err := s.Notify.Template(r.Context(), r.actor, kind.Name, tag)
	if err != nil {
		return err
	}
	if !good {
		return s.showWords(w, r, http.StatusUnprocessableEntity, t, noLanguage())
	}
	return s.showWords(w, r, http.StatusOK, t, nil)
}
