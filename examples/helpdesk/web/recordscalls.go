package web

import (
	"crypto/rand"
	"net/http"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets/records"
)

// callsView is the call log of the workspace.
type callsView struct {
	Tabs             []tabView
	CountText, Spoke string
	Rows             []recordRow
	None             string
	pager
	Form    *recordForm
	TextURL string
}

// calls is the call log: all calls, or those that no contact was found for.
func (s *server) calls(w http.ResponseWriter, r *request) error {
	return s.showCalls(w, r, http.StatusOK, nil)
}

func (s *server) showCalls(w http.ResponseWriter, r *request, status int, form *recordForm) error {
	show := ""
	if r.URL.Query().Get("show") == "unmatched" {
		show = "unmatched"
	}
	unmatched := show != ""
	kinds := []records.Kind{records.Call}
	q := records.Query{Filter: records.Filter{Kinds: kinds, Unmatched: unmatched}}
	l, err := s.Records.List(r.Context(), r.actor, q, desk.Page{Limit: 25, Cursor: desk.Cursor(r.URL.Query().Get("cursor"))})
	if desk.KindOf(err) == desk.Expired {
		return redirect(w, r, "/calls")
	}
	if err != nil {
		return err
	}
	others, err := s.Records.List(r.Context(), r.actor, records.Query{Filter: records.Filter{Kinds: kinds, Unmatched: !unmatched}}, desk.Page{Limit: 1})
	if err != nil {
		return err
	}
	v := callsView{CountText: number(l.Count), Spoke: plural(l.Count, "call", "calls"), Form: form}
	v.Tabs, v.None = callTabs(l.Count, others.Count, unmatched)
	v.pager = pagerOf(len(l.Records), totalOf(len(l.Records), l.Count, false), l.Prev, l.Next, func(c desk.Cursor) string { return pageAt("/calls", c, "show", show) })
	if v.Rows, err = s.callRows(r, l.Records); err != nil {
		return err
	}
	if form == nil && r.may(records.MayWrite) && !hidesPhones(r) {
		if v.Form, err = s.callForm(r, map[string]string{"owner": r.agent.ID}, nil); err != nil {
			return err
		}
	}
	if r.mayText() {
		v.TextURL = textURL("", "")
	}
	s.show(w, r, status, "calls", view{Title: "Calls", Section: "Calls", Data: v})
	return nil
}

// callTabs are the two lists of calls, and what is said when the one that is
// shown has none. Others is how many calls the list that is not shown counts.
func callTabs(shown, others int, unmatched bool) (tabs []tabView, none string) {
	all, open, none := shown, others, "No calls yet. Calls that are recorded here, or by your telephone system, are listed by time."
	if unmatched {
		all, open, none = others, shown, "Every call has its contact."
	}
	return []tabView{{Label: "All", URL: "/calls", Count: number(all), Current: !unmatched}, {Label: "Without a contact", URL: "/calls?show=unmatched", Count: number(open), Current: unmatched}}, none
}

// callRows shows calls with the names of their contacts.
func (s *server) callRows(r *request, recs []records.Record) ([]recordRow, error) {
	people, err := s.people(r.Context(), r)
	if err != nil {
		return nil, err
	}
	var ids []desk.ContactID
	for i := range recs {
		if recs[i].Contact != "" {
			ids = append(ids, recs[i].Contact)
		}
	}
	names := map[desk.ContactID]string{}
	if len(ids) > 0 {
		l, err := s.Contacts.List(r.Context(), r.actor, contacts.Query{Filter: contacts.Filter{IDs: ids}}, desk.Page{Limit: desk.MaxPage})
		if err != nil {
			return nil, err
		}
		for i := range l.Contacts {
			names[l.Contacts[i].ID] = titleOf(&l.Contacts[i])
		}
	}
	rows := make([]recordRow, len(recs))
	for i := range recs {
		rows[i] = s.recordRow(&recs[i], people)
		if id := recs[i].Contact; id != "" {
			rows[i].ContactURL = "/contacts/" + string(id) + "/part/" + records.PartCalls
			if rows[i].Contact = names[id]; rows[i].Contact == "" {
				rows[i].Contact = "In the recycle bin"
			}
		}
	}
	return rows, nil
}

// callForm is the form of a call that is recorded by its number.
func (s *server) callForm(r *request, values, wrong map[string]string) (*recordForm, error) {
	people, err := s.people(r.Context(), r)
	if err != nil {
		return nil, err
	}
	f := &recordForm{Action: "/calls", Button: "Record call", Once: r.PostForm.Get("once")}
	if len(f.Once) != onceLength {
		f.Once = rand.Text()
	}
	for _, field := range recordFields(r, records.Call, false, values, wrong, people) {
		if field.Name == "status" {
			continue // it has happened
		}
		if field.Name == "number" {
			field.Help = "The contact who has this number gets the call."
		}
		f.Fields = append(f.Fields, field)
	}
	f.Errors = recordErrors(f.Fields, wrong)
	return f, nil
}

// recordCall keeps a call by its number.
func (s *server) recordCall(w http.ResponseWriter, r *request) error {
	in := readRecord(r)
	if len(in.wrong) == 0 {
		rec, err := s.Records.RecordCall(r.Context(), r.once("web.call."), records.NewCall{Number: in.n.Number, Direction: in.n.Direction, At: in.n.At,
			Duration: in.n.Duration, Outcome: in.n.Outcome, Owner: in.n.Owner, Note: in.n.Note})
		if err == nil {
			text := "Call recorded. No single contact has this number, so it waits without one."
			if rec.Contact != "" {
				text = "Call recorded with its contact."
			}
			s.leaveToast(w, toast{Text: text})
			return redirect(w, r, "/calls")
		}
		if !in.blame(err) {
			return err
		}
	}
	form, err := s.callForm(r, in.values, in.wrong)
	if err != nil {
		return err
	}
	return s.showCalls(w, r, http.StatusUnprocessableEntity, form)
}
