package web

import (
	"bytes"
	"embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/records"
	"github.com/deskfolk/desk/tickets/requests"
)

//go:embed templates/*.html
var pages embed.FS

// view is what every page is made of: the frame's part and the page's own.
type view struct {
	Title string
	// Section is the entry of the rail that the page belongs to.
	Section string
	Data    any

	CSRF, Theme, Path string
	CSS, JS           string
	Nav               []navItem
	Agent             *agentView
	Toast             *toast
}

type navItem struct {
	Name, Path, Icon string
	Current, Gap     bool
}

type agentView struct {
	Name, Role, Initials, Hue string
}

// toast is a sentence that is shown once, on the next page. Undo are the
// contacts, or the tickets, that a click brings back from the bin by the Action.
type toast struct {
	Text   string   `json:"t"`
	Undo   []string `json:"u,omitempty"`
	Action string   `json:"a,omitempty"`
}

// messageView is a page with one sentence and a way back.
type messageView struct {
	Text, Back, BackText string
}

// builtTemplates are the pages. They are parsed once, however many handlers
// there are: they never change.
var builtTemplates = sync.OnceValues(loadTemplates)

// loadTemplates parses each page together with the shared parts, whose files
// begin with an underscore.
func loadTemplates() (map[string]*template.Template, error) {
	funcs := template.FuncMap{"icon": icon, "pair": pair, "plain": plain, "search": search, "limit": limit}
	shared, err := template.New("").Funcs(funcs).ParseFS(pages, "templates/_*.html")
	if err != nil {
		return nil, err
	}
	files, err := fs.Glob(pages, "templates/*.html")
	if err != nil {
		return nil, err
	}
	set := map[string]*template.Template{}
	for _, file := range files {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if strings.HasPrefix(name, "_") {
			continue
		}
		t, err := shared.Clone()
		if err == nil {
			t, err = t.ParseFS(pages, file)
		}
		if err != nil {
			return nil, err
		}
		set[name] = t
	}
	return set, nil
}

// icon returns one of the drawings that stand at the top of each page.
func icon(name string) template.HTML {
	return template.HTML(`<svg class="icon" aria-hidden="true"><use href="#i-` + template.HTMLEscapeString(name) + `"/></svg>`) //nolint:gosec // the name is escaped
}

// plain is a tab as it stands in the menu of those that have no room: what is
// said when the count changes is said once.
func plain(t tabView) tabView {
	t.Spoke = ""
	return t
}

// pair is a part's own data together with the page's form token.
func pair(csrf string, data any) map[string]any {
	return map[string]any{"CSRF": csrf, "Data": data}
}

// search is a search box: what it is for, and what stands in it.
func search(label, text string) map[string]string {
	return map[string]string{"Label": label, "Text": text}
}

// show writes a page. It is made in memory first, so that a fault in it never
// leaves half a page.
func (s *server) show(w http.ResponseWriter, r *request, status int, page string, v view) {
	s.frame(w, r, &v)
	name := "frame"
	switch {
	case r.agent.ID == "", page == "signin", page == "link", page == "carried":
		name = "bare"
	case r.fragment():
		name = "fragment"
	}
	var out bytes.Buffer
	if err := s.templates[page].ExecuteTemplate(&out, name, v); err != nil {
		s.Log.ErrorContext(r.Context(), "a page could not be made", "page", page, "error", err)
		http.Error(w, "This page could not be made. Nothing was lost; go back and try again.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(out.Bytes())
	}
}

// frame fills in what every page shows.
func (s *server) frame(w http.ResponseWriter, r *request, v *view) {
	v.CSRF, v.CSS, v.JS, v.Path = formToken(r.secret), s.assets.CSS, s.assets.JS, r.URL.RequestURI()
	if r.Method != http.MethodGet {
		v.Path = "/contacts"
	}
	if v.Theme = cookieValue(r.Request, s.cookieName("theme")); v.Theme != "light" && v.Theme != "dark" {
		v.Theme = "system"
	}
	if r.agent.ID == "" {
		return
	}
	v.Agent = &agentView{Name: r.agent.Name, Role: roleName(string(r.agent.Role)), Initials: initials(r.agent.Name), Hue: hue(r.agent.ID)}
	v.Nav = navigation(r, v.Section)
	if s.mayCaught(r) == nil {
		v.Nav = append(v.Nav, navItem{Name: "Caught mail", Path: "/_mail", Icon: "mail", Current: v.Section == "Caught mail"})
	}
	if !r.fragment() {
		v.Toast = s.takeToast(w, r)
	}
}

// navigation is the rail: what the agent may open, and nothing else.
func navigation(r *request, current string) []navItem {
	all := []struct {
		navItem
		allowed bool
	}{
		{navItem{Name: "Contacts", Path: "/contacts", Icon: "people"}, true},
		{navItem{Name: "Companies", Path: "/companies", Icon: "building"}, true},
		{navItem{Name: "Tickets", Path: "/tickets", Icon: "ticket"}, r.may(tickets.MayView) || r.may(tickets.MayViewAssigned)},
		{navItem{Name: "Calls", Path: "/calls", Icon: "phone"}, r.may(records.MayView)},
		{navItem{Name: "Tasks", Path: "/tasks", Icon: "check"}, r.may(requests.MayViewTasks) || r.may(requests.MayWriteTasks)},
		{navItem{Name: "Imports", Path: "/imports", Icon: "import"}, r.may(contacts.MayImport)},
		{navItem{Name: "Recycle bin", Path: "/bin", Icon: "trash", Gap: true}, r.may(contacts.MayDelete)},
		{navItem{Name: "Activity", Path: "/activity", Icon: "clock"}, r.may(contacts.MaySettings)},
		{navItem{Name: "Settings", Path: "/settings", Icon: "gear"}, r.may(contacts.MaySettings)},
	}
	var shown []navItem
	for _, n := range all {
		if n.allowed {
			n.Current = n.Name == current
			shown = append(shown, n.navItem)
		}
	}
	return shown
}

// leaveToast keeps a sentence for the next page. What does not fit into a
// cookie is left out: the bin can still bring it back.
func (s *server) leaveToast(w http.ResponseWriter, t toast) {
	if len(t.Undo) > 60 {
		t.Undo = nil
	}
	b, err := json.Marshal(t)
	if err != nil {
		return
	}
	s.setCookie(w, "toast", base64.RawURLEncoding.EncodeToString(b), time.Minute)
}

func (s *server) takeToast(w http.ResponseWriter, r *request) *toast {
	value := cookieValue(r.Request, s.cookieName("toast"))
	if value == "" {
		return nil
	}
	s.dropCookie(w, "toast")
	var t toast
	b, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil || json.Unmarshal(b, &t) != nil || t.Text == "" {
		return nil
	}
	if t.Action = localPath(t.Action); t.Action != "/tickets/bulk" {
		t.Action = "/contacts/bulk"
	}
	return &t
}

// fail shows an error as a page. What is not there and what the agent may not
// know of look the same; causes go to the log, never to the page.
func (s *server) fail(w http.ResponseWriter, r *request, err error) {
	kind := desk.KindOf(err)
	var limit *http.MaxBytesError
	if errors.As(err, &limit) {
		kind = desk.Limited
	}
	status, title, text := http.StatusBadRequest, "That did not work", desk.MessageOf(err)
	switch kind {
	case desk.NotFound, desk.Denied:
		s.nothing(w, r)
		return
	case desk.Conflict:
		status = http.StatusConflict
	case desk.Expired:
		status = http.StatusGone
	case desk.Limited:
		status = http.StatusTooManyRequests
	case desk.Unavailable, desk.Unknown:
		status, title = http.StatusServiceUnavailable, "The helpdesk cannot answer now"
	case desk.Internal:
		status, title = http.StatusInternalServerError, "Something went wrong"
		text = "Something went wrong that was not foreseen. What was saved before is kept; go back and try again."
	}
	if status >= 500 && r.Context().Err() == nil {
		s.Log.ErrorContext(r.Context(), "a page failed", "path", r.URL.Path, "error", err)
	}
	s.show(w, r, status, "message", view{Title: title, Data: messageView{Text: text, Back: "/contacts", BackText: "Go to the contacts"}})
}

// nothing is the one page for what is not there or not for this agent.
func (s *server) nothing(w http.ResponseWriter, r *request) {
	s.show(w, r, http.StatusNotFound, "message", view{Title: "There is nothing here", Data: messageView{
		Text: "The page does not exist, or it is not for you to see. The address may have a slip in it, or what was here is gone.", Back: "/contacts", BackText: "Go to the contacts"}})
}

func (s *server) nothingHere(w http.ResponseWriter, r *request) error {
	if r.agent.ID == "" {
		s.askSignIn(w, r)
		return nil
	}
	s.nothing(w, r)
	return nil
}

func roleName(role string) string {
	if role == "" {
		return ""
	}
	return strings.ToUpper(role[:1]) + role[1:]
}

// plural counts things: "1 contact", "1,204 contacts".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%s %s", number(n), many)
}
