package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk/examples/helpdesk/accounts"
	"github.com/deskfolk/desk/notify"
)

// words are the workspace's own templates of a type: the subjects by language.
func (s *site) words(typeName string) map[string]string {
	s.t.Helper()
	all, err := s.notify.Templates(s.t.Context(), s.teller())
	if err != nil {
		s.t.Fatal(err)
	}
	own := map[string]string{}
	for _, t := range all {
		if t.Type == typeName {
			own[t.Language] = t.Subject
		}
	}
	return own
}

// TestWordsInLanguages writes the words of a message in several languages
// without a script; each has its preview, its version and its way back.
func TestWordsInLanguages(t *testing.T) {
	t.Parallel()
	onBoth(t, wordsInLanguages)
}

func wordsInLanguages(t *testing.T, s *site) {
	t.Helper()
	is := is.New(t)
	path := "/settings/notifications/" + notify.TypeCommented
	b := s.signedIn(accounts.Manager)
	p := b.get(path).says("Everybody else").send(path, "do=save", "subject", "An answer").says("Saved.")
	p.send(path, "", "language", "no language!").is(http.StatusUnprocessableEntity).says("A language is a tag such as de")
	p = p.send(path, "", "language", "DE").is(http.StatusOK).says("There are no words in German (de) yet.", "An answer")
	p.send(path, "do=save", "subject", "").is(http.StatusUnprocessableEntity).says("The template is empty.", "German (de)")
	p.send(path, "do=preview", "subject", "Antwort zu {{.Ticket.Subject}}").is(http.StatusOK).says("Antwort zu ").silent("Antwort zu </b>")
	is.Equal(cmp.Diff(map[string]string{"": "An answer"}, s.words(notify.TypeCommented)), "") // a preview keeps nothing
	late := b.get(path + "?language=de")
	p.send(path, "do=save", "subject", "Antwort").says("Saved.", "German (de)", "Remove this language").silent("There are no words")
	late.send(path, "do=save", "subject", "Zu spät").is(http.StatusUnprocessableEntity).says("Not saved yet.")
	b.get(path).link("German (de)").says("Your own words")
	is.Equal(cmp.Diff(map[string]string{"": "An answer", "de": "Antwort"}, s.words(notify.TypeCommented)), "")
	b.get(path+"?language=de").send(path, "do=reset").says("The words in German (de) were removed.", "Everybody else")
	is.Equal(cmp.Diff(map[string]string{"": "An answer"}, s.words(notify.TypeCommented)), "")
	a := s.signedIn(accounts.AgentRole)
	a.get(path + "?language=de").is(http.StatusNotFound)
	token, _ := a.get("/contacts").form("/theme")
	token.Set("subject", "Taken")
	a.b404(path+"?language=de", token)
}

// TestBrowserWordsInLanguages looks at the page, and saves with the Enter key:
// what it presses is the button that saves, not the one that removes.
func TestBrowserWordsInLanguages(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	path := "/settings/notifications/" + notify.TypeCommented
	b := s.browse(accounts.Manager)
	for _, tag := range []string{"de", "ar", "pt-BR"} {
		_, err := s.notify.SaveTemplate(t.Context(), s.teller(), notify.Template{Type: notify.TypeCommented, Language: tag, Subject: "Antwort", Text: "Hallo"})
		is.NoErr(err)
	}
	b.tour("words-language", path+"?language=de")
	b.glance("words-new-language", path+"?language=fr")
	b.open(path + "?language=de").until("document.documentElement.classList.contains('js')")
	b.click("#f-subject").keys(" neu").press("Enter").until("document.querySelector('.toast')?.innerText.includes('Saved.')")
	is.True(strings.Contains(s.words(notify.TypeCommented)["de"], "neu"))
	b.open(path + "?language=!").until("document.querySelector('[data-error-summary]')").still("words-no-language")
	b.clean()
}
