package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/notify"
)

// preferencesView are what a contact wants to be told of.
type preferencesView struct {
	Action           string
	Version          int64
	CanEdit          bool
	Groups           []ruleGroup
	Marketing, Hours string
	EditURL          string
}

// contactTold is what a contact was told of, why not, and what it wants.
func (s *server) contactTold(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(notify.MayView); err != nil {
		return err
	}
	head, c, err := s.recordHead(r, desk.ContactID(r.PathValue("id")), notificationsTab)
	if err != nil {
		return err
	}
	v := messagesView{Record: &head, Heading: "Messages to " + clip(titleOf(c), 60)}
	if err := s.listMessages(r, &v, notify.DecisionFilter{Contact: c.ID}); err != nil {
		return s.tasksAnew(w, r, r.URL.Path, err)
	}
	p, err := s.Notify.Preferences(r.Context(), r.actor, c.ID)
	if err != nil {
		return err
	}
	set, err := s.Notify.Settings(r.Context(), r.actor)
	if err != nil {
		return err
	}
	v.Preferences = s.preferencesView(r, c, p, set, head.Summary.EditURL)
	s.show(w, r, http.StatusOK, "messages", view{Title: v.Heading, Section: "Contacts", Data: v})
	return nil
}

// preferencesView is what a contact wants to be told of, as a form.
func (s *server) preferencesView(r *request, c *contacts.Contact, p notify.Preferences, set notify.Settings, editURL string) *preferencesView {
	v := &preferencesView{Action: "/contacts/" + string(c.ID) + "/notifications", Version: p.Version, CanEdit: r.may(notify.MayPreferences), Marketing: "Gets marketing", Hours: hoursText(c.CallHours), EditURL: editURL}
	if c.MarketingOptOut {
		v.Marketing = "No marketing: the contact has opted out"
	}
	for _, t := range s.Notify.Types() {
		if t.Class != notify.Direct && !t.Always {
			v.Groups = grouped(v.Groups, t.Group, ruleView{Name: t.Name, Label: t.Label, On: p.On(&t), Off: !set.On(&t)})
		}
	}
	return v
}

// savePreferences keeps what a contact wants to be told of.
func (s *server) savePreferences(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(notify.MayPreferences); err != nil {
		return err
	}
	p := notify.Preferences{Contact: desk.ContactID(r.PathValue("id")), Types: map[string]bool{}}
	p.Version, _ = strconv.ParseInt(r.PostForm.Get("version"), 10, 64)
	for _, t := range s.Notify.Types() {
		if t.Class != notify.Direct && !t.Always && !slices.Contains(r.PostForm["want"], t.Name) {
			p.Types[t.Name] = false
		}
	}
	path := "/contacts/" + url.PathEscape(string(p.Contact)) + "/notifications"
	_, err := s.Notify.SavePreferences(r.Context(), r.actor, p)
	if refused(err) {
		return s.leaveFor(w, r, path, desk.MessageOf(err)+" Nothing was changed.")
	}
	if err != nil {
		return err
	}
	return s.leaveFor(w, r, path, "The preferences were saved.")
}
