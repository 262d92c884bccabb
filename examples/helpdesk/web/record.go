package web

import (
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/records"
)

// profileView is the page of one contact.
type profileView struct {
	Summary  summaryView
	Tabs     []tabView
	Cards    []cardView
	Timeline timelineView
	Call     *callView
	Binned   bool
	Log      *logView
	Part     *partView
	Records  *recordsView
}

// partView lists what another package knows of the contact.
type partView struct {
	Label, Next string
	Items       []string
	// Tickets and Messages are the items of the parts that have them.
	Tickets  *ticketList
	Messages []partMessage
}

// tabView is one part of the record. Parts of other packages join the list.
type tabView struct {
	Label, URL, Count string
	Current           bool
	// Spoke says the count in words, for a list that is searched in place.
	Spoke string
}

type summaryView struct {
	ID, Name, Initials, Hue string
	Title                   string
	Company, CompanyURL     string
	Email, Phone            string
	Tel                     template.URL
	Owner                   string
	Chips                   []stateChip
	EditURL, DataURL        string
	// ToldURL leads to what the contact was told of, and why not.
	ToldURL   string
	TicketURL string
	// OffersURL leads to the request templates that are for the contact.
	OffersURL string
	// TextURL leads to a new message to its phone.
	TextURL   string
	CanDelete bool
	Created   *when
	CreatedBy string
	Updated   *when
	Deleted   *when
	Return    string
}

// stateChip is a word with a colour and a sign, never a colour alone.
type stateChip struct{ Label, Icon, Tone string }

type callView struct {
	LocalTime, TimeZone, Hours string
	DoNotCall                  bool
	Action                     string
}

type timelineView struct {
	Events []eventView
	More   string
}

type eventView struct {
	Icon, Summary, Type, By string
	Subject, SubjectURL     string
	When                    *when
	Compliance              bool
	Changes                 []changeView
}

type changeView struct{ Field, Old, New string }

// profile is the record page.
func (s *server) profile(w http.ResponseWriter, r *request) error {
	id := desk.ContactID(r.PathValue("id"))
	p, err := s.Contacts.Profile(r.Context(), r.actor, id, contacts.ProfileQuery{
		Pages: map[string]desk.Page{contacts.ActivityPart: {Limit: 10}}, Activity: recent()})
	if err != nil {
		return err
	}
	if p.Contact.ID != id {
		return redirect(w, r, "/contacts/"+string(p.Contact.ID))
	}
	people, err := s.people(r.Context(), r)
	if err != nil {
		return err
	}
	c := &p.Contact
	counted, err := s.Contacts.Activity(r.Context(), r.actor, id, contacts.ActivityFilter{}, desk.Page{Limit: 1})
	if err != nil {
		return err
	}
	line := s.timeline(p.Activity, people, false)
	if p.Activity.Next != "" || counted.Count > p.Activity.Count {
		line.More = "/contacts/" + string(id) + "/activity"
	}
	p.Activity.Count = counted.Count
	v := profileView{Summary: s.summary(r, c, people), Tabs: tabs(c, "", p), Timeline: line, Binned: c.State == contacts.Binned}
	v.Cards = s.cards(r, c, people, p.Fields)
	if c.State == contacts.Live && (len(c.Phones) > 0 || c.DoNotCall) {
		v.Call = s.call(c)
	}
	s.show(w, r, http.StatusOK, "profile", view{Title: titleOf(c), Section: "Contacts", Data: v})
	return nil
}

func titleOf(c *contacts.Contact) string {
	if n := c.Name(); n != "" {
		return n
	}
	return "(no name)"
}

// notificationsTab is what a contact was told of. It is reached from the menu
// of the record, and a tab while it is open.
const notificationsTab = "notifications"

// tabs are the parts of a record with their counts: the overview, what other
// packages supply, and the log.
func tabs(c *contacts.Contact, current string, p contacts.Profile) []tabView {
	base := "/contacts/" + string(c.ID)
	all := []tabView{{Label: "Overview", URL: base, Current: current == ""}}
	for _, part := range p.Parts {
		all = append(all, tabView{Label: part.Label, URL: base + "/part/" + part.Name, Count: number(part.Count), Current: current == part.Name})
	}
	if current == notificationsTab {
		all = append(all, tabView{Label: "Notifications", URL: base + "/notifications", Current: true})
	}
	return append(all, tabView{Label: "History", URL: base + "/activity", Count: number(p.Activity.Count), Current: current == contacts.ActivityPart})
}

// part shows one part of the record that another package supplies.
func (s *server) part(w http.ResponseWriter, r *request) error {
	id, name := desk.ContactID(r.PathValue("id")), r.PathValue("part")
	if records.PartKinds(name) != nil {
		return s.recordsPart(w, r, http.StatusOK, id, name, nil)
	}
	p, err := s.Contacts.Profile(r.Context(), r.actor, id, contacts.ProfileQuery{
		Pages: map[string]desk.Page{name: {Limit: 50, Cursor: desk.Cursor(r.FormValue("cursor"))}, contacts.ActivityPart: {Limit: 1}}})
	if err != nil {
		return err
	}
	people, err := s.people(r.Context(), r)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(p.Parts, func(part contacts.PartPage) bool { return part.Name == name })
	if at < 0 {
		return &desk.Error{Kind: desk.NotFound, Message: "There is no such part."}
	}
	c := &p.Contact
	v, err := s.partView(r, c, p.Parts[at])
	if err != nil {
		return err
	}
	s.show(w, r, http.StatusOK, "profile", view{Title: titleOf(c), Section: "Contacts", Data: profileView{Summary: s.summary(r, c, people), Tabs: tabs(c, name, p), Part: &v}})
	return nil
}

// partView shows the items of a part: tickets as a table, others as they say
// themselves.
func (s *server) partView(r *request, c *contacts.Contact, page contacts.PartPage) (partView, error) {
	v := partView{Label: page.Label}
	if page.Next != "" {
		v.Next = r.URL.Path + "?" + url.Values{"cursor": {string(page.Next)}}.Encode()
	}
	switch page.Name {
	case tickets.TicketsPart:
		var err error
		v.Tickets, err = s.contactTickets(r, c)
		return v, err
	case tickets.MessagesPart:
		v.Messages = s.contactMessages(page.Items)
		return v, nil
	}
	for _, item := range page.Items {
		v.Items = append(v.Items, fmt.Sprint(item))
	}
	return v, nil
}

// tabCounts asks for what the tabs count, without noting a view: the person
// is at the record already.
func (s *server) tabCounts(r *request, id desk.ContactID) (contacts.Profile, error) {
	var p contacts.Profile
	var err error
	if p.Activity, err = s.Contacts.Activity(r.Context(), r.actor, id, contacts.ActivityFilter{}, desk.Page{Limit: 1}); err != nil {
		return p, err
	}
	for _, part := range s.Parts {
		page, err := part.Read(r.Context(), r.actor, id, desk.Page{Limit: 1})
		if desk.KindOf(err) == desk.Denied {
			continue // not for this agent
		}
		if err != nil {
			return p, err
		}
		page.Name, page.Label = part.Name, part.Label
		p.Parts = append(p.Parts, page)
	}
	return p, nil
}

func (s *server) summary(r *request, c *contacts.Contact, p *people) summaryView {
	id := string(c.ID)
	v := summaryView{
		ID: id, Name: titleOf(c), Initials: initials(c.Name()), Hue: hue(id), Title: c.JobTitle, Company: c.Company, Email: c.Email,
		Phone: c.Phone().Value, Tel: template.URL(tel(c.Phone())), Chips: stateChips(c), //nolint:gosec // digits only
		Created: shown(c.CreatedAt, s.Now()), CreatedBy: p.name(c.CreatedBy), Updated: shown(c.UpdatedAt, s.Now()), Deleted: shown(c.DeletedAt, s.Now()),
		Return: "/contacts/" + id,
	}
	if c.CompanyID != "" {
		v.CompanyURL = "/companies/" + string(c.CompanyID)
	}
	if c.Owner != "" {
		v.Owner = p.name(c.Owner)
	}
	if r.may(contacts.MayModify) && c.State == contacts.Live {
		v.EditURL = "/contacts/" + id + "/edit"
	}
	if r.may(tickets.MayCreate) && c.State == contacts.Live {
		v.TicketURL = "/tickets/new?contact=" + id
		if r.mayOffer() {
			v.OffersURL = offersPath(c.ID)
		}
	}
	if r.mayText() && c.State == contacts.Live {
		v.TextURL = textURL(c.ID, "")
	}
	if r.may(notify.MayView) {
		v.ToldURL = "/contacts/" + id + "/notifications"
	}
	if r.may(contacts.MayExport) {
		v.DataURL = "/contacts/" + id + "/data"
	}
	v.CanDelete = r.may(contacts.MayDelete) && c.State == contacts.Live
	return v
}

// stateChips are what one should know before one does anything.
func stateChips(c *contacts.Contact) []stateChip {
	chips := []stateChip{{Label: capital(string(c.Kind)), Icon: "person"}}
	if c.Active {
		chips = append(chips, stateChip{"Active", "check", "success"})
	} else {
		chips = append(chips, stateChip{"Inactive", "pause", "warning"})
	}
	if c.Status != "" {
		chips = append(chips, stateChip{c.Status, "tag", "info"})
	}
	if c.DoNotCall {
		chips = append(chips, stateChip{"Do not call", "phone-off", "danger"})
	}
	if c.MarketingOptOut {
		chips = append(chips, stateChip{"No marketing", "mail-off", "warning"})
	}
	if c.PortalAccess {
		chips = append(chips, stateChip{"Portal access", "key", ""})
	}
	if c.LockedToCompany {
		chips = append(chips, stateChip{"Locked to company", "lock", ""})
	}
	return chips
}

func (s *server) call(c *contacts.Contact) *callView {
	v := &callView{DoNotCall: c.DoNotCall, Action: "/contacts/" + string(c.ID) + "/call", Hours: hoursText(c.CallHours)}
	if zone, err := time.LoadLocation(c.TimeZone); err == nil && c.TimeZone != "" {
		v.LocalTime, v.TimeZone = s.Now().In(zone).Format("15:04"), strings.ReplaceAll(c.TimeZone, "_", " ")
	}
	return v
}

// checkCall asks whether the contact may be called at this moment. The answer
// is noted in the log, as the law of many countries wants, so it is asked for
// by a button and not with every view.
func (s *server) checkCall(w http.ResponseWriter, r *request) error {
	id := desk.ContactID(r.PathValue("id"))
	check, err := s.Contacts.MayCallNow(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	text := check.Reason
	if !check.Opens.IsZero() {
		text += " Calls are allowed again from " + check.Opens.Format("Monday 15:04") + " local time."
	}
	s.leaveToast(w, toast{Text: text})
	return redirect(w, r, "/contacts/"+string(id))
}

// pinField keeps a value against imports and sync, or lets it go again.
func (s *server) pinField(w http.ResponseWriter, r *request) error {
	id, field := desk.ContactID(r.PathValue("id")), r.PostForm.Get("field")
	c, err := s.Contacts.Get(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	patch, text := contacts.Patch{Pin: []string{field}}, "Pinned: imports and sync will not change it."
	if r.PostForm.Get("pin") == "false" {
		patch, text = contacts.Patch{Unpin: []string{field}}, "No longer pinned."
	}
	if _, err := s.Contacts.Update(r.Context(), r.actor, id, c.Version, patch); err != nil {
		return err
	}
	s.leaveToast(w, toast{Text: text})
	return redirect(w, r, "/contacts/"+string(id))
}

// subjectAccess hands out all that is kept about the person, as a file.
func (s *server) subjectAccess(w http.ResponseWriter, r *request) error {
	id := desk.ContactID(r.PathValue("id"))
	if !r.may(contacts.MayExport) {
		return &desk.Error{Kind: desk.Denied, Message: "You may not export contacts."}
	}
	if _, err := s.Contacts.Get(r.Context(), r.actor, id); err != nil {
		return err
	}
	return s.download(w, r, string(id)+".json", "application/json", func(to http.ResponseWriter) error {
		return s.Contacts.SubjectAccess(r.Context(), r.actor, id, to)
	})
}
