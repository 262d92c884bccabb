package web

import (
	"crypto/rand"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/tickets/requests"
)

// requestRoutes names the pages of tasks, forms and request templates.
func (s *server) requestRoutes() {
	s.page("GET /tasks", s.tasks)
	s.page("GET /tasks/new", s.newTask)
	s.page("POST /tasks/new", s.createTask)
	s.page("GET /tasks/{id}", s.task)
	s.page("POST /tasks/{id}", s.moveTask)
	s.page("GET /tasks/{id}/edit", s.editTask)
	s.page("POST /tasks/{id}/edit", s.saveTask)
	s.page("GET /tasks/{id}/delete", s.askDeleteTask)
	s.page("POST /tasks/{id}/delete", s.deleteTask)
	s.page("POST /tasks/{id}/fill", s.fillTask)
	s.page("GET /contacts/{id}/part/tasks", s.contactTasks)
	s.formRoutes()
	s.templateRoutes()
}

// mustMay refuses who has none of the permissions.
func (r *request) mustMay(anyOf ...desk.Permission) error {
	for _, p := range anyOf {
		if r.may(p) {
			return nil
		}
	}
	return &desk.Error{Kind: desk.Denied, Message: "You may not do that."}
}

// recordHead is what the page of a part of a contact's record is made of: the
// summary and the tabs.
func (s *server) recordHead(r *request, id desk.ContactID, current string) (profileView, *contacts.Contact, error) {
	c, err := s.Contacts.Get(r.Context(), r.actor, id)
	if err != nil {
		return profileView{}, nil, err
	}
	people, err := s.people(r.Context(), r)
	if err != nil {
		return profileView{}, nil, err
	}
	counts, err := s.tabCounts(r, c.ID)
	if err != nil {
		return profileView{}, nil, err
	}
	return profileView{Summary: s.summary(r, &c, people), Tabs: tabs(&c, current, counts), Binned: c.State == contacts.Binned}, &c, nil
}

// zone is the time zone that due times are typed and shown in.
func (s *server) zone(r *request) *time.Location {
	set, err := s.Contacts.Settings(r.Context(), r.actor)
	if err != nil || set.TimeZone == "" {
		return time.UTC
	}
	z, err := time.LoadLocation(set.TimeZone)
	if err != nil {
		return time.UTC
	}
	return z
}

// typedTime is how a browser writes a day and an hour.
const typedTime = "2006-01-02T15:04"

// typedOf is a time as the control for it has it; "" for none.
func typedOf(t time.Time, z *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(z).Format(typedTime)
}

// readTime reads what such a control sends: a day alone is its end.
func readTime(text string, z *time.Location, field string) (time.Time, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{typedTime, "2006-01-02T15:04:05", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, text, z); err == nil {
			return t, nil
		}
	}
	if t, err := time.ParseInLocation(time.DateOnly, text, z); err == nil {
		return t.AddDate(0, 0, 1).Add(-time.Minute), nil
	}
	return time.Time{}, desk.Errorf(desk.Invalid, field, "Give the day and the hour, such as 2026-03-31 17:00.")
}

// faults are what is wrong with a form, one for each field, in the fields' order.
func faults(err error) requests.FieldErrors {
	var all requests.FieldErrors
	if errors.As(err, &all) {
		return all
	}
	var one *desk.Error
	if errors.As(err, &one) {
		return requests.FieldErrors{one}
	}
	return requests.FieldErrors{{Kind: desk.Invalid, Message: desk.MessageOf(err)}}
}

// refused reports whether a form is shown again with what is wrong with it;
// every other error is a page of its own.
func refused(err error) bool {
	switch desk.KindOf(err) {
	case desk.Invalid, desk.Conflict, desk.Limited:
		return true
	}
	return false
}

// dueWhen is a due time: how long until it, or since, and the exact time in
// the workspace's zone.
func (s *server) dueWhen(t time.Time, z *time.Location) *when {
	if t.IsZero() {
		return nil
	}
	now := s.Now()
	return &when{ISO: t.UTC().Format(time.RFC3339), Exact: t.In(z).Format("Monday 2 January 2006, 15:04 MST"), Text: dueText(t.In(z), now.In(z))}
}

// dueText says when a thing is due, by days where they are few.
func dueText(t, now time.Time) string {
	day := func(x time.Time) time.Time { return time.Date(x.Year(), x.Month(), x.Day(), 12, 0, 0, 0, time.UTC) }
	switch days := int(day(t).Sub(day(now)).Hours() / 24); {
	case days == 0:
		return "today, " + t.Format("15:04")
	case days == 1:
		return "tomorrow, " + t.Format("15:04")
	case days == -1:
		return "yesterday"
	case days > 1 && days < 7:
		return t.Format("Monday, 15:04")
	case days < 0 && days > -31:
		return plural(-days, "day", "days") + " ago"
	case t.Year() == now.Year():
		return t.Format("2 Jan")
	}
	return t.Format("2 Jan 2006")
}

// hiddenForm are values that a form carries without showing them.
type hiddenForm struct{ Name, Value string }

// leaveFor answers a form of a page with a word and another page.
func (s *server) leaveFor(w http.ResponseWriter, r *request, path, text string) error {
	s.leaveToast(w, toast{Text: text})
	return redirect(w, r, path)
}

// formRoutes names the pages of forms, and of what was given by them.
func (s *server) formRoutes() {
	s.page("GET /settings/forms", s.forms)
	s.page("GET /settings/forms/new", s.newForm)
	s.page("POST /settings/forms/new", s.createForm)
	s.page("GET /settings/forms/{id}", s.form)
	s.page("POST /settings/forms/{id}", s.saveForm)
	s.page("POST /settings/forms/{id}/publish", s.publishForm)
	s.page("GET /settings/forms/{id}/preview", s.previewForm)
	s.page("POST /settings/forms/{id}/preview", s.tryForm)
	s.page("POST /settings/forms/{id}/questions", s.moveQuestion)
	s.page("GET /settings/forms/{id}/questions/{n}", s.question)
	s.page("POST /settings/forms/{id}/questions/{n}", s.saveQuestion)
	s.page("GET /contacts/{id}/part/forms", s.contactForms)
	s.page("GET /contacts/{id}/assign", s.assignForm)
	s.page("POST /contacts/{id}/assign", s.saveAssign)
	s.page("GET /assignments/{id}", s.assignment)
	s.page("POST /assignments/{id}", s.changeAssignment)
	s.page("POST /assignments/{id}/fill", s.fillAssignment)
	s.page("GET /contacts/{id}/part/submissions", s.contactSubmissions)
	s.page("GET /submissions/{id}", s.submission)
	s.page("GET /submissions/{id}/files/{file}", s.submissionFile)
}

// limit is a short control of a question with what is wrong with it.
func limit(name, label, value string, wrong map[string]string) map[string]string {
	return map[string]string{"Name": name, "Label": label, "Value": value, "Error": wrong[name], "Class": ""}
}

// newOnce names a form that makes something, so that sending it twice makes
// one thing.
func newOnce(r *request) string {
	if once := r.PostForm.Get("once"); len(once) == len(rand.Text()) {
		return once
	}
	return rand.Text()
}

// settingsPages are the settings that have a page of their own, of those that
// the agent may change.
func settingsPages(r *request) []linkView {
	var all []linkView
	if r.may(requests.MaySettings) {
		all = append(all, linkView{Label: "Request templates", URL: "/settings/templates"}, linkView{Label: "Forms", URL: "/settings/forms"})
	}
	if r.may(notify.MaySettings) {
		all = append(all, linkView{Label: "Notifications", URL: "/settings/notifications"})
	}
	return all
}
