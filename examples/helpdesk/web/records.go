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
	"github.com/deskfolk/desk/tickets/records"
)

// recordsView lists the records of one part of a contact, with the form for
// a new one beside it.
type recordsView struct {
	Label, Add, Next string
	// Sums are totals in words, over all pages.
	Sums []string
	Rows []recordRow
	None string
	Form *recordForm
}

// recordRow is one record in a list.
type recordRow struct {
	URL, Icon, Title    string
	Facts               []string
	Chip                *stateChip
	When                *when
	Number              string
	Tel                 template.URL
	Contact, ContactURL string
	Unmatched           bool
	Note                string
}

// partWords are what the pages say of each part.
var partWords = map[string]struct {
	kind      records.Kind
	add, none string
}{
	records.PartDeals:      {records.Deal, "Add a deal", "No deals yet. What this person may buy, and for how much, is listed here."},
	records.PartActivities: {records.Meeting, "Add an activity", "No activities yet. Meetings, emails from elsewhere and calls are listed here."},
	records.PartCalls:      {records.Call, "Add a call", "No calls yet. Calls from and to this person's numbers are listed here."},
	records.PartTime:       {records.Time, "Add time", "No time entries yet. Time that was spent for this person is listed here."},
}

// kindWords are the names and drawings of the kinds.
var kindWords = map[records.Kind]struct{ label, icon string }{
	records.Deal: {"Deal", "briefcase"}, records.Email: {"Email", "mail"}, records.Meeting: {"Meeting", "calendar"},
	records.Call: {"Call", "phone"}, records.Time: {"Time entry", "clock"},
}

// partOf is the part of a profile on which a record is found again.
func partOf(k records.Kind) string {
	switch k {
	case records.Deal:
		return records.PartDeals
	case records.Call:
		return records.PartCalls
	case records.Time:
		return records.PartTime
	}
	return records.PartActivities
}

// recordsPart shows a part of a contact that has records; form is one that
// could not be kept, or nil.
func (s *server) recordsPart(w http.ResponseWriter, r *request, status int, id desk.ContactID, part string, form *recordForm) error {
	p, err := s.Contacts.Profile(r.Context(), r.actor, id, contacts.ProfileQuery{
		Pages: map[string]desk.Page{part: {Limit: 50, Cursor: desk.Cursor(r.FormValue("cursor"))}, contacts.ActivityPart: {Limit: 1}}})
	if err != nil {
		return err
	}
	at := slices.IndexFunc(p.Parts, func(page contacts.PartPage) bool { return page.Name == part })
	if at < 0 {
		return &desk.Error{Kind: desk.NotFound, Message: "There is no such part."}
	}
	people, err := s.people(r.Context(), r)
	if err != nil {
		return err
	}
	c := &p.Contact
	v, err := s.recordsView(r, c, people, p.Parts[at])
	if err != nil {
		return err
	}
	if r.may(records.MayWrite) && c.State == contacts.Live {
		if v.Form = form; form == nil {
			v.Form = s.newRecordForm(r, c, people, part)
		}
	}
	s.show(w, r, status, "profile", view{Title: titleOf(c), Section: "Contacts", Data: profileView{Summary: s.summary(r, c, people), Tabs: tabs(c, part, p), Records: &v, Binned: c.State == contacts.Binned}})
	return nil
}

func (s *server) recordsView(r *request, c *contacts.Contact, p *people, page contacts.PartPage) (recordsView, error) {
	words := partWords[page.Name]
	v := recordsView{Label: page.Label, Add: words.add, None: words.none}
	for _, item := range page.Items {
		if rec, ok := item.(records.Record); ok {
			v.Rows = append(v.Rows, s.recordRow(&rec, p))
		}
	}
	if page.Next != "" {
		v.Next = "/contacts/" + string(c.ID) + "/part/" + page.Name + "?" + url.Values{"cursor": {string(page.Next)}}.Encode()
	}
	if page.Count == 0 {
		return v, nil
	}
	var err error
	v.Sums, err = s.recordSums(r, records.Filter{Contact: c.ID, Kinds: records.PartKinds(page.Name)}, page.Name)
	return v, err
}

// recordSums are the totals that a part shows above its rows.
func (s *server) recordSums(r *request, f records.Filter, part string) ([]string, error) {
	var sums []string
	switch part {
	case records.PartTime:
		t, err := s.Records.Totals(r.Context(), r.actor, f)
		if err != nil {
			return nil, err
		}
		sums = append(sums, durationWords(t.Time)+" in all")
	case records.PartDeals:
		for _, status := range records.Statuses(records.Deal) {
			f.Statuses = []records.Status{status}
			t, err := s.Records.Totals(r.Context(), r.actor, f)
			if err != nil {
				return nil, err
			}
			for _, a := range t.Amounts {
				sums = append(sums, capital(string(status))+": "+amountWords(a.Amount, a.Currency))
			}
		}
	}
	return sums, nil
}

// recordRow shows one record.
func (s *server) recordRow(rec *records.Record, p *people) recordRow {
	row := recordRow{URL: "/records/" + string(rec.ID), Icon: kindWords[rec.Kind].icon, Title: recordName(rec), When: shown(rec.At, s.Now()), Number: rec.Number,
		Tel: template.URL(tel(contacts.Phone{Value: rec.Number, E164: rec.E164})), Note: rec.Note, Unmatched: rec.Kind == records.Call && rec.Contact == ""} //nolint:gosec // digits only
	if rec.Title != "" {
		row.Facts = append(row.Facts, recordLabel(rec))
	}
	if rec.Currency != "" {
		row.Facts = append(row.Facts, amountWords(rec.Amount, rec.Currency))
	}
	if rec.Duration > 0 {
		row.Facts = append(row.Facts, durationWords(rec.Duration))
	}
	if rec.Outcome != "" {
		row.Facts = append(row.Facts, rec.Outcome)
	}
	if rec.Owner != "" {
		row.Facts = append(row.Facts, p.name(rec.Owner))
	}
	if chip, ok := recordChips[rec.Status]; ok {
		row.Chip = &chip
	}
	return row
}

// recordLabel is what a record is of: "Inbound call".
func recordLabel(rec *records.Record) string {
	label := kindWords[rec.Kind].label
	if rec.Direction != "" {
		label = capital(string(rec.Direction)) + " " + strings.ToLower(label)
	}
	return label
}

// recordName is what to call a record.
func recordName(rec *records.Record) string {
	if rec.Title != "" {
		return rec.Title
	}
	return recordLabel(rec)
}

// recordChips are the statuses that are worth a mark: that something is done
// is what one expects.
var recordChips = map[records.Status]stateChip{
	records.Open: {"Open", "clock", "info"}, records.Won: {"Won", "check", "success"}, records.Lost: {"Lost", "close", ""},
	records.Planned: {"Planned", "clock", "info"}, records.Cancelled: {"Cancelled", "close", "warning"},
}

// durationWords says a duration as people do: "1 h 30 min".
func durationWords(d time.Duration) string {
	h, m, sec := int(d/time.Hour), int(d/time.Minute)%60, int(d/time.Second)%60
	var parts []string
	for _, part := range []struct {
		n    int
		unit string
	}{{h, "h"}, {m, "min"}, {sec, "s"}} {
		if part.n > 0 {
			parts = append(parts, number(part.n)+" "+part.unit)
		}
	}
	if len(parts) == 0 {
		return "0 min"
	}
	return strings.Join(parts, " ")
}

// amountWords writes an amount of minor units: "1,200.50 EUR".
func amountWords(amount int64, currency string) string {
	whole, rest := splitAmount(amount, currency)
	return number(whole) + rest + " " + currency
}

// splitAmount parts an amount at its point, which stands with the rest.
func splitAmount(amount int64, currency string) (whole int, rest string) {
	digits := records.MinorDigits(currency)
	scale := int64(1)
	for range digits {
		scale *= 10
	}
	if digits > 0 {
		rest = fmt.Sprintf(".%0*d", digits, amount%scale)
	}
	return int(amount / scale), rest
}
