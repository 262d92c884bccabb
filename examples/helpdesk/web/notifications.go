package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/notify"
)

// notifyRoutes names the pages about messages to contacts.
func (s *server) notifyRoutes() {
	s.page("GET /settings/notifications", s.notifications)
	s.page("POST /settings/notifications", s.saveNotifications)
	s.page("GET /settings/notifications/{type}", s.words)
	s.page("POST /settings/notifications/{type}", s.saveWords)
	s.page("GET /contacts/{id}/notifications", s.contactTold)
	s.page("POST /contacts/{id}/notifications", s.savePreferences)
	s.page("GET /tickets/{ref}/told", s.ticketMessages)
	s.page("GET /messages", s.messages)
	s.page("POST /messages/{id}/retry", s.retryMessage)
}

// notificationsView is the page of the workspace's rules about messages.
type notificationsView struct {
	Version int64
	Presets []presetView
	Groups  []ruleGroup
	Fields  []fieldView
	Errors  []errorView
	Dirty   bool
}

type presetView struct {
	Value, Label, Help string
	Checked            bool
}

type ruleGroup struct {
	Label string
	Rules []ruleView
}

// ruleView is one type of message. Choice is "" where the preset decides.
type ruleView struct {
	ID, Name, Label, Help string
	Options               []option
	Always                bool
	URL                   string
	On, Off               bool
}

var presetNames = map[notify.Preset]presetView{
	notify.Minimal:   {Label: "Minimal", Help: "Only what nobody should miss."},
	notify.Balanced:  {Label: "Balanced", Help: "What most people expect to be told."},
	notify.HighTouch: {Label: "High touch", Help: "Each step, for those who want to follow closely."},
}

// preset is one of the presets by its name.
func presetOf(p notify.Preset) notify.Preset {
	if p == "" {
		return notify.Balanced
	}
	return p
}

func (s *server) notifications(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(notify.MaySettings); err != nil {
		return err
	}
	set, err := s.Notify.Settings(r.Context(), r.actor)
	if err != nil {
		return err
	}
	return s.showNotifications(w, r, http.StatusOK, set, nil)
}

func (s *server) showNotifications(w http.ResponseWriter, r *request, status int, set notify.Settings, problem error) error {
	v := notificationsView{Version: set.Version, Dirty: problem != nil, Presets: presetViews(set.Preset), Groups: s.ruleGroups(set), Fields: notifyFields(set)}
	if problem != nil {
		anchor := "f-name"
		for i := range v.Fields {
			if v.Fields[i].Name == desk.FieldOf(problem) {
				v.Fields[i].Error, anchor = desk.MessageOf(problem), v.Fields[i].ID
			}
		}
		v.Errors = []errorView{{Text: desk.MessageOf(problem), Anchor: anchor}}
	}
	s.show(w, r, status, "notifications", view{Title: "Notifications", Section: "Settings", Data: v})
	return nil
}

// presetViews are the presets, with the one that is chosen.
func presetViews(chosen notify.Preset) []presetView {
	var all []presetView
	for _, p := range notify.Presets {
		x := presetNames[p]
		if x.Label == "" {
			x.Label = capital(string(p))
		}
		x.Value, x.Checked = string(p), presetOf(chosen) == p
		all = append(all, x)
	}
	return all
}

// ruleGroups are the types of messages by group, each with what the workspace
// says of it.
func (s *server) ruleGroups(set notify.Settings) []ruleGroup {
	var groups []ruleGroup
	plain := notify.Settings{Preset: set.Preset}
	for _, t := range s.Notify.Types() {
		if t.Class == notify.Direct {
			continue
		}
		by := "As the preset says: off"
		if plain.On(&t) {
			by = "As the preset says: on"
		}
		choice := ""
		if on, ok := set.Rules[t.Name]; ok {
			choice = map[bool]string{true: "on", false: "off"}[on]
		}
		groups = grouped(groups, t.Group, ruleView{ID: "r-" + strings.ReplaceAll(t.Name, ".", "-"), Name: "rule." + t.Name, Label: t.Label, Help: t.Help, Always: t.Always, URL: "/settings/notifications/" + t.Name,
			Options: chosen([]option{{Label: by}, {Value: "on", Label: "Always send"}, {Value: "off", Label: "Never send"}}, choice)})
	}
	return groups
}

// grouped adds a rule to its group; the rules of one group come one after another.
func grouped(groups []ruleGroup, label string, rule ruleView) []ruleGroup {
	if n := len(groups); n == 0 || groups[n-1].Label != label {
		groups = append(groups, ruleGroup{Label: label})
	}
	g := &groups[len(groups)-1]
	g.Rules = append(g.Rules, rule)
	return groups
}

// notifyFields are what each message says of who sends it.
func notifyFields(set notify.Settings) []fieldView {
	fields := []fieldView{
		{Name: "name", Label: "What you are called in messages", Control: textControl, Value: set.Name},
		{Name: "from", Label: "From address", Control: emailControl, Value: set.From, Help: "Empty: the server's own."},
		{Name: "reply_to", Label: "Reply address", Control: emailControl, Value: set.ReplyTo, Help: "Where replies go. Empty: the server's own, which come back into the ticket."},
		{Name: "base_url", Label: "Address of your pages", Control: textControl, Value: set.BaseURL, Help: "Links in messages begin with it, such as https://help.example.com."},
		{Name: "language", Label: "Language", Control: textControl, Value: set.Language, Help: "For people whose own is not known, such as en or de."},
		{Name: "footer", Label: "Line under each email", Control: areaControl, Lines: 2, Value: set.Footer, Help: "Such as your company's address.", Wide: true},
	}
	for i := range fields {
		fields[i].ID = "f-" + fields[i].Name
	}
	return fields
}

func (s *server) saveNotifications(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(notify.MaySettings); err != nil {
		return err
	}
	p := r.PostForm
	set := notify.Settings{Preset: notify.Preset(p.Get("preset")), Rules: map[string]bool{}, Name: strings.TrimSpace(p.Get("name")), From: strings.TrimSpace(p.Get("from")),
		ReplyTo: strings.TrimSpace(p.Get("reply_to")), BaseURL: strings.TrimSpace(p.Get("base_url")), Language: strings.TrimSpace(p.Get("language")), Footer: lines(p.Get("footer"))}
	set.Version, _ = strconv.ParseInt(p.Get("version"), 10, 64)
	for _, t := range s.Notify.Types() {
		switch p.Get("rule." + t.Name) {
		case "on":
			set.Rules[t.Name] = true
		case "off":
			set.Rules[t.Name] = false
		}
	}
	_, err := s.Notify.SaveSettings(r.Context(), r.actor, set)
	if refused(err) {
		return s.showNotifications(w, r, http.StatusUnprocessableEntity, set, err)
	}
	if err != nil {
		return err
	}
	return s.leaveFor(w, r, "/settings/notifications", "Saved. It counts from the next message on.")
}
