package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets"
)

// ticketSettingsView is the page of the workspace's choices about tickets.
type ticketSettingsView struct {
	Version     int64
	Lists       []choiceList
	Defaults    []fieldView
	KeepClosed  bool
	Members     []memberView
	MaxFile     string
	FileError   string
	MemberError string
	Errors      []errorView
	Dirty       bool
}

// choiceList edits the statuses, priorities or categories.
type choiceList struct {
	Name, Label, One, Help string
	Rows                   []choiceRow
	Error                  string
}

type choiceRow struct {
	N                 int
	Key, Label        string
	Classes           []option
	HasRank           bool
	Rank              string
	LabelSay, MoreSay string
	First             bool
}

type memberView struct {
	ID, Name, Email, Initials, Hue string
	On                             bool
}

func (s *server) ticketSettings(w http.ResponseWriter, r *request) error {
	if !r.may(tickets.MaySettings) {
		return &desk.Error{Kind: desk.Denied, Message: "You may not change settings."}
	}
	set, err := s.Tickets.Settings(r.Context(), r.actor)
	if err != nil {
		return err
	}
	return s.showTicketSettings(w, r, http.StatusOK, set, nil)
}

func (s *server) showTicketSettings(w http.ResponseWriter, r *request, status int, set tickets.Settings, problem error) error {
	people, err := s.people(r.Context(), r)
	if err != nil {
		return err
	}
	v := ticketSettingsView{Version: set.Version, Lists: choiceLists(set), KeepClosed: set.KeepClosed, MaxFile: strconv.FormatInt(set.MaxAttachment>>20, 10), Dirty: r.Method == http.MethodPost}
	for _, a := range people.agents {
		on := slices.ContainsFunc(set.Assignees, func(x tickets.Assignee) bool { return x.ID == a.ID })
		v.Members = append(v.Members, memberView{ID: a.ID, Name: a.Name, Email: a.Email, Initials: initials(a.Name), Hue: hue(a.ID), On: on})
	}
	words := ticketWords{set: set, people: people}
	for _, f := range []fieldView{
		{Name: "default_status", Label: "New tickets are", Value: set.DefaultStatus, Options: words.choices("status", set.DefaultStatus)},
		{Name: "default_priority", Label: "Their priority is", Value: set.DefaultPriority, Options: words.choices("priority", set.DefaultPriority)},
		{Name: "default_category", Label: "Their category is", Value: set.DefaultCategory, Options: words.choices("category", set.DefaultCategory)},
		{Name: "reopen_status", Label: "When a contact writes, a waiting or closed ticket becomes", Value: set.ReopenStatus, Options: words.choices("status", set.ReopenStatus)},
	} {
		f.ID, f.Control = "s-"+f.Name, selectControl
		v.Defaults = append(v.Defaults, f)
	}
	if problem != nil {
		v.blame(problem)
	}
	s.show(w, r, status, "ticketsettings", view{Title: "Ticket settings", Section: "Settings", Data: v})
	return nil
}

// blame puts what is wrong beside the list or the field it is about.
func (v *ticketSettingsView) blame(problem error) {
	name, text := desk.FieldOf(problem), desk.MessageOf(problem)
	anchor := "l-statuses"
	for i, l := range v.Lists {
		if strings.HasPrefix(name, l.Name) {
			v.Lists[i].Error, anchor = text, "l-"+l.Name
		}
	}
	for i, f := range v.Defaults {
		if f.Name == name {
			v.Defaults[i].Error, anchor = text, f.ID
		}
	}
	if name == "max_attachment" {
		v.FileError, anchor = text, "s-max_attachment"
	}
	if name == "assignees" {
		v.MemberError, anchor = text, "members"
	}
	v.Errors = []errorView{{Text: text, Anchor: anchor}}
}

func choiceLists(set tickets.Settings) []choiceList {
	lists := []choiceList{
		{Name: "statuses", Label: "Statuses", One: "Status", Help: "Open: you have something to do. Waiting: somebody else has. Closed: nobody has."},
		{Name: "priorities", Label: "Priorities", One: "Priority", Help: "A higher rank is more urgent, and comes first when tickets are sorted."},
		{Name: "categories", Label: "Categories", One: "Category", Help: "What tickets are about. There may be none."},
	}
	for _, x := range append(slices.Clone(set.Statuses), tickets.Status{Class: tickets.Open}) {
		lists[0].add(choiceRow{Key: x.Key, Label: x.Label, Classes: chosen(slices.Clone(classes), string(x.Class))})
	}
	for _, x := range append(slices.Clone(set.Priorities), tickets.Priority{}) {
		row := choiceRow{Key: x.Key, Label: x.Label, HasRank: true, Rank: strconv.Itoa(x.Rank)}
		if x.Key == "" && x.Label == "" {
			row.Rank = ""
		}
		lists[1].add(row)
	}
	for _, x := range append(slices.Clone(set.Categories), tickets.Category{}) {
		lists[2].add(choiceRow{Key: x.Key, Label: x.Label})
	}
	return lists
}

func (l *choiceList) add(row choiceRow) {
	row.N, row.First = len(l.Rows), len(l.Rows) == 0
	row.LabelSay = l.One + " " + strconv.Itoa(row.N+1)
	row.MoreSay = row.Label
	if row.MoreSay == "" {
		row.MoreSay = row.LabelSay
	}
	l.Rows = append(l.Rows, row)
}

// saveTicketSettings saves the page, or shows it again with a row more or in
// another order.
func (s *server) saveTicketSettings(w http.ResponseWriter, r *request) error {
	if !r.may(tickets.MaySettings) {
		return &desk.Error{Kind: desk.Denied, Message: "You may not change settings."}
	}
	set, err := s.Tickets.Settings(r.Context(), r.actor)
	if err != nil {
		return err
	}
	people, err := s.people(r.Context(), r)
	if err != nil {
		return err
	}
	err = readTicketSettings(r.PostForm, &set, people)
	if r.PostForm.Has("add") || r.PostForm.Has("up") {
		return s.showTicketSettings(w, r, http.StatusOK, set, nil)
	}
	if err == nil {
		_, err = s.Tickets.SaveSettings(r.Context(), r.actor, set)
	}
	switch desk.KindOf(err) {
	case "":
		s.leaveToast(w, toast{Text: "Settings saved."})
		return redirect(w, r, "/settings/tickets")
	case desk.Conflict:
		return s.showTicketSettings(w, r, http.StatusConflict, set, err)
	case desk.Invalid, desk.Limited:
		return s.showTicketSettings(w, r, http.StatusUnprocessableEntity, set, err)
	}
	return err
}

// readTicketSettings reads the form. A row without a label is taken away; a
// new one gets a key made of its label, which stays when it is renamed.
func readTicketSettings(f url.Values, set *tickets.Settings, people *people) error {
	version, err := strconv.ParseInt(f.Get("version"), 10, 64)
	if err != nil {
		return &desk.Error{Kind: desk.Invalid, Message: "The form is incomplete. Nothing was changed; open it again."}
	}
	set.Version = version
	set.Statuses, set.Priorities, set.Categories, set.Assignees = nil, nil, nil, nil
	var wrong error
	for _, row := range choiceRows(f, "statuses") {
		set.Statuses = append(set.Statuses, tickets.Status{Key: row.key, Label: row.label, Class: tickets.Class(row.more)})
	}
	for _, row := range choiceRows(f, "priorities") {
		rank, err := strconv.Atoi(strings.TrimSpace(row.more))
		if err != nil {
			wrong = desk.Errorf(desk.Invalid, "priorities", "Give “%s” a rank: a whole number, higher for more urgent.", clip(row.label, 40))
		}
		set.Priorities = append(set.Priorities, tickets.Priority{Key: row.key, Label: row.label, Rank: rank})
	}
	for _, row := range choiceRows(f, "categories") {
		set.Categories = append(set.Categories, tickets.Category{Key: row.key, Label: row.label})
	}
	for _, id := range f["assignee"] {
		if name, ok := people.names[id]; ok {
			set.Assignees = append(set.Assignees, tickets.Assignee{ID: id, Name: name})
		}
	}
	set.DefaultStatus, set.DefaultPriority, set.DefaultCategory, set.ReopenStatus = f.Get("default_status"), f.Get("default_priority"), f.Get("default_category"), f.Get("reopen_status")
	set.KeepClosed = f.Get("keep_closed") == "true"
	mb, err := strconv.ParseInt(strings.TrimSpace(f.Get("max_attachment")), 10, 64)
	if err != nil || mb < 1 || mb > 1024 {
		return desk.Errorf(desk.Invalid, "max_attachment", "Give the largest file as a whole number of megabytes, 1 to 1024.")
	}
	set.MaxAttachment = mb << 20
	return wrong
}

type choiceSent struct{ key, label, more string }

// choiceRows reads the rows of one list, one moved up if its arrow was pressed.
func choiceRows(f url.Values, list string) []choiceSent {
	keys, labels, more := f[list+"_key"], f[list+"_label"], f[list+"_more"]
	var rows []choiceSent
	at := -1
	taken := map[string]bool{}
	for i, label := range labels {
		row := choiceSent{label: strings.TrimSpace(label)}
		if i < len(keys) {
			row.key = keys[i]
		}
		if i < len(more) {
			row.more = more[i]
		}
		if row.label == "" {
			continue
		}
		if row.key == "" {
			row.key = freeKey(keyOf(row.label), keys, taken)
		}
		taken[row.key] = true
		if f.Get("up") == list+":"+strconv.Itoa(i) {
			at = len(rows)
		}
		rows = append(rows, row)
	}
	if at > 0 {
		rows[at-1], rows[at] = rows[at], rows[at-1]
	}
	return rows
}

// freeKey is a key that no other row has.
func freeKey(key string, keys []string, taken map[string]bool) string {
	if key == "" {
		key = "choice"
	}
	free := key
	for n := 2; taken[free] || slices.Contains(keys, free); n++ {
		free = clipBytes(key, 36) + "_" + strconv.Itoa(n)
	}
	return free
}
