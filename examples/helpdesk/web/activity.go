package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/records"
)

// logView is the activity log of a contact or of the workspace.
type logView struct {
	Filters   []filterView
	Action    string
	Timeline  timelineView
	CountText string
	Next      string
	First     string
	Filtered  bool
	Report    *reportView
	CanVerify bool
}

// reportView is what verifying the log found.
type reportView struct {
	Good   bool
	Text   string
	Broken []string
	Head   string
}

// verbs are the kinds of events that can be filtered for.
var verbs = []option{
	{Value: contacts.VerbCreated, Label: "Created"}, {Value: contacts.VerbUpdated, Label: "Updated"}, {Value: contacts.VerbMerged, Label: "Merged"},
	{Value: contacts.VerbCallPrefs, Label: "Call preferences"}, {Value: contacts.VerbDeleted, Label: "Deleted"},
	{Value: contacts.VerbRestored, Label: "Restored"}, {Value: contacts.VerbPurged, Label: "Purged"}, {Value: contacts.VerbViewed, Label: "Viewed"},
	{Value: contacts.VerbExported, Label: "Exported"}, {Value: contacts.VerbSubjectAccess, Label: "All data handed out"}, {Value: contacts.VerbCallChecked, Label: "Call checked"},
	{Value: contacts.VerbCompanyMade, Label: "Company created"}, {Value: contacts.VerbCompanyEdited, Label: "Company updated"},
	{Value: contacts.VerbSettings, Label: "Settings changed"}, {Value: contacts.VerbFieldDefined, Label: "Field added"}, {Value: contacts.VerbFieldRemoved, Label: "Field removed"},
	{Value: records.VerbCreated, Label: "Record added"}, {Value: records.VerbUpdated, Label: "Record changed"}, {Value: records.VerbDeleted, Label: "Record removed"}, {Value: records.VerbMatched, Label: "Call matched"},
	{Value: tickets.VerbCreated, Label: "Ticket created"}, {Value: tickets.VerbUpdated, Label: "Ticket updated"}, {Value: tickets.VerbStatus, Label: "Ticket status"}, {Value: tickets.VerbPosted, Label: "Message on a ticket"},
	{Value: tickets.VerbNoteEdited, Label: "Internal note changed"}, {Value: tickets.VerbNoteDeleted, Label: "Internal note removed"},
	{Value: tickets.VerbParticipantAdded, Label: "Put on a ticket"}, {Value: tickets.VerbParticipantChanged, Label: "Part in a ticket changed"}, {Value: tickets.VerbParticipantRemoved, Label: "Taken off a ticket"},
	{Value: tickets.VerbDeleted, Label: "Ticket deleted"}, {Value: tickets.VerbRestored, Label: "Ticket restored"}, {Value: tickets.VerbPurged, Label: "Ticket purged"}, {Value: tickets.VerbSettings, Label: "Ticket settings changed"},
}

// recent limits the log beside a profile to what was done: that it was opened
// stands in the Activity tab.
func recent() contacts.ActivityFilter {
	var f contacts.ActivityFilter
	for _, v := range verbs {
		if v.Value != contacts.VerbViewed {
			f.Verbs = append(f.Verbs, v.Value)
		}
	}
	return f
}

// activityFilter reads the filter from the address.
func activityFilter(values url.Values) contacts.ActivityFilter {
	f := contacts.ActivityFilter{ActorID: values.Get("by"), ComplianceOnly: values.Get("compliance") != ""}
	if v := values.Get("verb"); v != "" {
		f.Verbs = []string{v}
	}
	if t, err := time.Parse(time.DateOnly, values.Get("from")); err == nil {
		f.From = t
	}
	if t, err := time.Parse(time.DateOnly, values.Get("until")); err == nil {
		f.Until = t.AddDate(0, 0, 1)
	}
	return f
}

// logView makes the page of a log from what the address asks.
func (s *server) logView(r *request, path string, list contacts.ActivityList, p *people, subjects bool) logView {
	values := r.URL.Query()
	members := []option{{Label: "Anyone"}}
	for _, a := range p.agents {
		members = append(members, option{Value: a.ID, Label: a.Name})
	}
	v := logView{Action: path, CountText: number(list.Count), Timeline: s.timeline(list, p, subjects)}
	v.Filters = []filterView{
		{Name: "verb", Label: "Event", Kind: "select", Options: chosen(append([]option{{Label: "All"}}, verbs...), values.Get("verb"))},
		{Name: "by", Label: "By", Kind: "select", Options: chosen(members, values.Get("by"))},
		{Name: "compliance", Label: "Compliance", Kind: "select", Options: chosen([]option{{Label: "All events"}, {Value: "true", Label: "Compliance only"}}, values.Get("compliance"))},
		{Name: "from", Label: "From", Kind: "date", Value: values.Get("from")},
		{Name: "until", Label: "Until", Kind: "date", Value: values.Get("until")},
	}
	for _, name := range []string{"verb", "by", "compliance", "from", "until"} {
		v.Filtered = v.Filtered || values.Get(name) != ""
	}
	if values.Get("cursor") != "" {
		values.Del("cursor")
		v.First = path + "?" + values.Encode()
	}
	if list.Next != "" {
		values.Set("cursor", string(list.Next))
		v.Next = path + "?" + values.Encode()
	}
	return v
}

// contactActivity is the log of one contact.
func (s *server) contactActivity(w http.ResponseWriter, r *request) error {
	id := desk.ContactID(r.PathValue("id"))
	c, err := s.Contacts.Get(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	people, err := s.people(r.Context(), r)
	if err != nil {
		return err
	}
	list, err := s.Contacts.Activity(r.Context(), r.actor, id, activityFilter(r.URL.Query()), desk.Page{Limit: 50, Cursor: desk.Cursor(r.URL.Query().Get("cursor"))})
	if desk.KindOf(err) == desk.Expired {
		return redirect(w, r, r.URL.Path)
	}
	if err != nil {
		return err
	}
	p, err := s.tabCounts(r, id)
	if err != nil {
		return err
	}
	log := s.logView(r, r.URL.Path, list, people, false)
	v := profileView{Summary: s.summary(r, &c, people), Tabs: tabs(&c, "activity", p), Log: &log, Binned: c.State == contacts.Binned}
	s.show(w, r, http.StatusOK, "profile", view{Title: titleOf(&c), Section: "Contacts", Data: v})
	return nil
}

// activityLog is the log of the whole workspace.
func (s *server) activityLog(w http.ResponseWriter, r *request) error {
	return s.showLog(w, r, nil)
}

func (s *server) showLog(w http.ResponseWriter, r *request, report *reportView) error {
	people, err := s.people(r.Context(), r)
	if err != nil {
		return err
	}
	list, err := s.Contacts.Log(r.Context(), r.actor, activityFilter(r.URL.Query()), desk.Page{Limit: 50, Cursor: desk.Cursor(r.URL.Query().Get("cursor"))})
	if desk.KindOf(err) == desk.Expired {
		return redirect(w, r, "/activity")
	}
	if err != nil {
		return err
	}
	v := s.logView(r, "/activity", list, people, true)
	s.nameSubjects(r.Context(), r, v.Timeline.Events)
	v.Report, v.CanVerify = report, r.may(contacts.MaySettings)
	s.show(w, r, http.StatusOK, "activity", view{Title: "Activity", Section: "Activity", Data: v})
	return nil
}

// nameSubjects puts names where events have ids. What is gone keeps no name.
func (s *server) nameSubjects(ctx context.Context, r *request, events []eventView) {
	seen := map[string]string{}
	for i := range events {
		id := events[i].Subject
		name, ok := seen[id]
		if !ok {
			switch {
			case desk.IsID("contact", id):
				if c, err := s.Contacts.Get(ctx, r.actor, desk.ContactID(id)); err == nil {
					name = titleOf(&c)
				}
			case desk.IsID("ticket", id):
				if t, err := s.Tickets.Get(ctx, r.actor, desk.TicketID(id)); err == nil {
					name = "#" + strconv.FormatInt(t.Number, 10)
				}
			case desk.IsID("company", id):
				if c, err := s.Contacts.GetCompany(ctx, r.actor, desk.CompanyID(id)); err == nil {
					name = c.Name
				}
			case desk.IsID("record", id):
				if rec, err := s.Records.Get(ctx, r.actor, desk.RecordID(id)); err == nil {
					name = recordName(&rec)
				}
			}
			seen[id] = name
		}
		events[i].Subject = name
		if name == "" {
			events[i].SubjectURL = ""
		}
	}
}

// verifyLog recomputes the log's chain and says what it found.
func (s *server) verifyLog(w http.ResponseWriter, r *request) error {
	report, err := s.Contacts.VerifyLog(r.Context(), r.actor)
	if err != nil {
		return err
	}
	v := reportView{Good: len(report.Broken) == 0, Broken: report.Broken, Head: report.Head}
	v.Text = "The log is whole: " + plural(report.Events, "event", "events") + " under " + plural(report.Seals, "seal", "seals") + " were checked"
	if report.Redacted > 0 {
		v.Text += ", " + number(report.Redacted) + " of them redacted"
	}
	v.Text += "."
	if !v.Good {
		v.Text = "The log does not hold: something was changed outside of the helpdesk."
	}
	return s.showLog(w, r, &v)
}

// timeline turns events into lines. Subjects are linked where a log has many.
func (s *server) timeline(list contacts.ActivityList, p *people, subjects bool) timelineView {
	var v timelineView
	for _, e := range list.Events {
		line := eventView{Icon: eventIcon(e.Verb), Summary: e.Summary, Type: e.Type(), By: p.by(e.ActorKind, e.ActorID), When: shown(e.At, s.Now()), Compliance: e.Compliance}
		for _, c := range e.Changes {
			line.Changes = append(line.Changes, changeView{Field: fieldLabel(c.Field), Old: c.Old, New: c.New})
		}
		if subjects {
			line.Subject = e.Subject
			switch {
			case desk.IsID("contact", e.Subject):
				line.SubjectURL = "/contacts/" + e.Subject
			case desk.IsID("company", e.Subject):
				line.SubjectURL = "/companies/" + e.Subject
			case desk.IsID("record", e.Subject):
				line.SubjectURL = "/records/" + e.Subject
			case desk.IsID("ticket", e.Subject):
				line.SubjectURL = "/tickets/" + e.Subject
			}
		}
		v.Events = append(v.Events, line)
	}
	return v
}

func eventIcon(verb string) string {
	_, act, _ := strings.Cut(verb, ".")
	switch {
	case strings.HasPrefix(act, "created"):
		return "plus"
	case strings.HasPrefix(act, "deleted"), strings.HasPrefix(act, "purged"):
		return "trash"
	case strings.HasPrefix(act, "restored"):
		return "undo"
	case strings.HasPrefix(act, "viewed"):
		return "eye"
	case strings.HasPrefix(act, "call"):
		return "phone"
	case strings.HasPrefix(act, "export"), strings.HasPrefix(act, "subject_access"):
		return "export"
	case strings.HasPrefix(act, "import"):
		return "import"
	case strings.HasPrefix(act, "message"), strings.HasPrefix(act, "note"):
		return "mail"
	case strings.HasPrefix(act, "status"):
		return "ring"
	case strings.HasPrefix(act, "participant"):
		return "people"
	}
	return "pencil"
}

// fieldLabel is a field's name as the pages call it.
func fieldLabel(name string) string {
	if i := slices.IndexFunc(specs, func(f spec) bool { return f.Name == name }); i >= 0 {
		return specs[i].Label
	}
	return capital(strings.TrimPrefix(name, "custom."))
}

func sortItems(items []itemView) {
	slices.SortFunc(items, func(a, b itemView) int { return strings.Compare(a.Tag, b.Tag) })
}
