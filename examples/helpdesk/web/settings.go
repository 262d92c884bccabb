package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/intake"
)

// settingsView is the page of the workspace's settings.
type settingsView struct {
	Required  []option
	Regions   []option
	Import    bool
	SkipLog   bool
	Hours     string
	TimeZone  string
	Zones     []option
	Version   int64
	Errors    []errorView
	Wrong     map[string]string
	Fields    []customView
	Field     contacts.FieldDef
	Choices   string
	FieldType []option
	FieldErr  string
	Agents    []agentRow
	// TicketsURL leads to the settings of tickets, for who may change them.
	TicketsURL string
	// More are the settings that have a page of their own.
	More []linkView
}

type customView struct {
	Key, Label, Type, Choices string
	Searchable                bool
}

type agentRow struct {
	Name, Email, Role, Initials, Hue string
	SignedIn                         *when
}

var fieldTypes = []option{
	{Value: string(contacts.TextField), Label: "Text"}, {Value: string(contacts.NumberField), Label: "Number"}, {Value: string(contacts.BoolField), Label: "Yes or no"},
	{Value: string(contacts.DateField), Label: "Date"}, {Value: string(contacts.ChoiceField), Label: "One of a list"},
}

func (s *server) settings(w http.ResponseWriter, r *request) error {
	set, err := s.Contacts.Settings(r.Context(), r.actor)
	if err != nil {
		return err
	}
	v := settingsOf(set)
	return s.showSettings(w, r, http.StatusOK, v)
}

func settingsOf(set contacts.Settings) settingsView {
	required := set.Required
	if required == "" {
		required = contacts.AnyIdentifier
	}
	return settingsView{
		Required: chosen([]option{{Value: string(contacts.AnyIdentifier), Label: "Any one: a name, an email or a phone"}, {Value: string(contacts.LastName), Label: "Last name"},
			{Value: string(contacts.FirstAndLastName), Label: "First and last name"}}, string(required)),
		Regions: chosen(append([]option{{Label: "None: keep national numbers as typed"}}, countries()...), set.Region),
		Import:  set.AllowImport, SkipLog: set.SkipAccessLog, Hours: hoursText(set.CallHours), TimeZone: set.TimeZone, Version: set.Version, Wrong: map[string]string{},
	}
}

func (s *server) showSettings(w http.ResponseWriter, r *request, status int, v settingsView) error {
	if !r.may(contacts.MaySettings) {
		return &desk.Error{Kind: desk.Denied, Message: "You may not change settings."}
	}
	defs, err := s.Contacts.Fields(r.Context(), r.actor)
	if err != nil {
		return err
	}
	for _, d := range defs {
		v.Fields = append(v.Fields, customView{Key: d.Key, Label: d.Label, Type: typeName(d.Type), Choices: strings.Join(d.Choices, ", "), Searchable: d.Searchable})
	}
	people, err := s.people(r.Context(), r)
	if err != nil {
		return err
	}
	for _, a := range people.agents {
		v.Agents = append(v.Agents, agentRow{Name: a.Name, Email: a.Email, Role: roleName(string(a.Role)), Initials: initials(a.Name), Hue: hue(a.ID), SignedIn: shown(a.SignedInAt, s.Now())})
	}
	if r.may(tickets.MaySettings) {
		v.TicketsURL = "/settings/tickets"
	}
	v.More = settingsPages(r)
	if s.mayMail(r, intake.MaySettings) == nil {
		v.More = append(v.More, linkView{Label: "Email", URL: "/settings/email"})
	}
	v.Zones = people.choices("zones", "")
	v.FieldType = chosen(append([]option{}, fieldTypes...), string(v.Field.Type))
	s.show(w, r, status, "settings", view{Title: "Settings", Section: "Settings", Data: v})
	return nil
}

func typeName(t contacts.FieldType) string {
	for _, o := range fieldTypes {
		if o.Value == string(t) {
			return o.Label
		}
	}
	return string(t)
}

func (s *server) saveSettings(w http.ResponseWriter, r *request) error {
	set, err := s.Contacts.Settings(r.Context(), r.actor)
	if err != nil {
		return err
	}
	f := r.PostForm
	set.Required, set.Region, set.TimeZone = contacts.Required(f.Get("required")), f.Get("region"), strings.TrimSpace(f.Get("time_zone"))
	set.AllowImport, set.SkipAccessLog = f.Get("allow_import") == "true", f.Get("skip_access_log") == "true"
	hours, err := parseHours(f.Get("call_hours"))
	if err == nil {
		set.CallHours = hours
		_, err = s.Contacts.SaveSettings(r.Context(), r.actor, set)
	}
	switch desk.KindOf(err) {
	case "":
		s.leaveToast(w, toast{Text: "Settings saved."})
		return redirect(w, r, "/settings")
	case desk.Invalid, desk.Conflict:
	default:
		return err
	}
	v := settingsOf(set)
	v.Hours = f.Get("call_hours")
	name := desk.FieldOf(err)
	if name == "" || name == "version" {
		name = "required"
	}
	v.Wrong[name] = desk.MessageOf(err)
	v.Errors = []errorView{{Text: desk.MessageOf(err), Anchor: "s-" + name}}
	return s.showSettings(w, r, http.StatusUnprocessableEntity, v)
}

func (s *server) defineField(w http.ResponseWriter, r *request) error {
	def := fieldOfForm(r.PostForm)
	defs, err := s.Contacts.Fields(r.Context(), r.actor)
	if err != nil {
		return err
	}
	for _, d := range defs {
		if d.Key == def.Key {
			err = desk.Errorf(desk.Conflict, "key", "There is already a field with the key %s.", def.Key)
		}
		def.Position = max(def.Position, d.Position+1)
	}
	if err == nil {
		err = s.Contacts.DefineField(r.Context(), r.actor, def)
	}
	switch desk.KindOf(err) {
	case "":
		s.leaveToast(w, toast{Text: clip(def.Label, 60) + " was added to every contact."})
		return redirect(w, r, "/settings#fields")
	case desk.Invalid, desk.Conflict, desk.Limited:
	default:
		return err
	}
	set, again := s.Contacts.Settings(r.Context(), r.actor)
	if again != nil {
		return again
	}
	v := settingsOf(set)
	v.Field, v.Choices, v.FieldErr = def, r.PostForm.Get("choices"), desk.MessageOf(err)
	return s.showSettings(w, r, http.StatusUnprocessableEntity, v)
}

// fieldOfForm reads a custom field's definition; its key is made of the label
// where none is given.
func fieldOfForm(f url.Values) contacts.FieldDef {
	def := contacts.FieldDef{Key: strings.TrimSpace(f.Get("key")), Label: strings.TrimSpace(f.Get("label")), Type: contacts.FieldType(f.Get("type")), Searchable: f.Get("searchable") == "true"}
	if def.Key == "" {
		def.Key = keyOf(def.Label)
	}
	if def.Type == contacts.ChoiceField {
		for line := range strings.SplitSeq(f.Get("choices"), "\n") {
			if line = strings.TrimSpace(line); line != "" {
				def.Choices = append(def.Choices, line)
			}
		}
	}
	return def
}

// keyOf makes a field's key of its label: "Contract end" is contract_end.
func keyOf(label string) string {
	key := strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			return c
		}
		return '_'
	}, contacts.Fold(label))
	return strings.Trim(clipBytes(strings.TrimLeft(key, "_0123456789"), 40), "_")
}

func clipBytes(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}

func (s *server) removeField(w http.ResponseWriter, r *request) error {
	if err := s.Contacts.RemoveField(r.Context(), r.actor, r.PostForm.Get("key")); err != nil {
		return err
	}
	s.leaveToast(w, toast{Text: "The field was removed. Its values are kept, but no longer shown."})
	return redirect(w, r, "/settings#fields")
}
