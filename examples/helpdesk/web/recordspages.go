package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets/records"
)

// recordView is the page of one record: its form and the way to remove it.
type recordView struct {
	Title, Back, BackText string
	Row                   recordRow
	Rows                  []recordRow // the same, for who may only read it
	Form                  *recordForm
	RemoveURL             string
	// Matches are the contacts that an unmatched call may be of.
	Matches []option
	// NewURL makes a contact of a number that nobody has.
	NewURL string
}

// recordRoutes are the pages of records.
func (s *server) recordRoutes() {
	s.page("POST /contacts/{id}/part/{part}", s.addRecord)
	s.page("GET /records/{id}", s.record)
	s.page("POST /records/{id}", s.saveRecord)
	s.page("GET /records/{id}/remove", s.askRemoveRecord)
	s.page("POST /records/{id}/remove", s.removeRecord)
	s.page("GET /calls", s.calls)
	s.page("POST /calls", s.recordCall)
}

// addRecord keeps the form of a part.
func (s *server) addRecord(w http.ResponseWriter, r *request) error {
	id, part := desk.ContactID(r.PathValue("id")), r.PathValue("part")
	if records.PartKinds(part) == nil {
		return &desk.Error{Kind: desk.NotFound, Message: "There is no such part."}
	}
	in := readRecord(r)
	in.n.Contact = id
	if in.n.Kind == records.Email && in.values["duration"] == "" {
		in.n.Duration = 0
	}
	if len(in.wrong) == 0 {
		rec, err := s.Records.Create(r.Context(), r.once("web.record."), in.n)
		if err == nil {
			s.leaveToast(w, toast{Text: kindWords[rec.Kind].label + " added."})
			return redirect(w, r, "/contacts/"+string(id)+"/part/"+part)
		}
		if !in.blame(err) {
			return err
		}
	}
	people, err := s.people(r.Context(), r)
	if err != nil {
		return err
	}
	return s.recordsPart(w, r, http.StatusUnprocessableEntity, id, part, s.recordForm(r, id, part, in.values, in.wrong, people))
}

// once is the actor with the key of the form, so that one that is sent twice
// does its work once.
func (r *request) once(prefix string) desk.Actor {
	if key := r.PostForm.Get("once"); len(key) == onceLength {
		return r.actor.WithKey(prefix + key)
	}
	return r.actor
}

// onceLength is that of rand.Text.
const onceLength = 26

// record is the page of one record.
func (s *server) record(w http.ResponseWriter, r *request) error {
	rec, err := s.Records.Get(r.Context(), r.actor, desk.RecordID(r.PathValue("id")))
	if err != nil {
		return err
	}
	return s.showRecord(w, r, http.StatusOK, &rec, recordValues(&rec), nil, nil)
}

// recordValues are the values of a record as its form has them.
func recordValues(rec *records.Record) map[string]string {
	return map[string]string{"title": rec.Title, "at": timeInput(rec.At), "duration": durationInput(rec.Duration), "amount": amountInput(rec.Amount, rec.Currency),
		"currency": rec.Currency, "status": string(rec.Status), "outcome": rec.Outcome, "direction": string(rec.Direction), "number": rec.Number, "owner": rec.Owner, "note": rec.Note}
}

func (s *server) showRecord(w http.ResponseWriter, r *request, status int, rec *records.Record, values, wrong map[string]string, stale []staleView) error {
	people, err := s.people(r.Context(), r)
	if err != nil {
		return err
	}
	v := recordView{Row: s.recordRow(rec, people), Back: "/calls", BackText: "Calls"}
	v.Title, v.Rows = v.Row.Title, []recordRow{v.Row}
	if rec.Contact != "" {
		c, err := s.Contacts.Get(r.Context(), r.actor, rec.Contact)
		if err != nil {
			return err
		}
		v.Back, v.BackText = "/contacts/"+string(c.ID)+"/part/"+partOf(rec.Kind), titleOf(&c)
	}
	if v.Row.Unmatched {
		if err := s.matches(r, rec, values["contact"], &v); err != nil {
			return err
		}
	}
	if r.may(records.MayWrite) {
		v.Form = &recordForm{Action: v.Row.URL, Button: "Save", Version: rec.Version, Stale: stale, Fields: recordFields(r, rec.Kind, false, values, wrong, people)}
		for i := range v.Form.Fields {
			if v.Form.Fields[i].Name == "at" {
				v.Form.Fields[i].Help = "" // the time there is stays
			}
		}
		v.Form.Errors = recordErrors(v.Form.Fields, wrong)
	}
	if r.may(records.MayDelete) {
		v.RemoveURL = v.Row.URL + "/remove"
	}
	s.show(w, r, status, "record", view{Title: v.Title, Section: recordSection(rec), Data: v})
	return nil
}

// recordSection is the entry of the rail under which a record is found.
func recordSection(rec *records.Record) string {
	if rec.Contact == "" {
		return "Calls"
	}
	return "Contacts"
}

// matches offers the contacts that have the number of an unmatched call.
func (s *server) matches(r *request, rec *records.Record, value string, v *recordView) error {
	if rec.Number == "" || hidesPhones(r) {
		return nil
	}
	cs, err := s.Contacts.Match(r.Context(), r.actor, contacts.Identity{Phone: rec.Number})
	if err != nil {
		return err
	}
	v.Matches = []option{{Label: "Nobody yet"}}
	for i := range cs {
		v.Matches = append(v.Matches, option{Value: string(cs[i].ID), Label: titleOf(&cs[i])})
	}
	v.Matches = chosen(v.Matches, value)
	if len(cs) == 0 {
		v.Matches = nil
		if r.may(contacts.MayCreate) && rec.E164 != "" {
			v.NewURL = "/contacts/new?" + url.Values{"from": {rec.Number}}.Encode()
		}
	}
	return nil
}

// saveRecord keeps the form of a record.
func (s *server) saveRecord(w http.ResponseWriter, r *request) error {
	id := desk.RecordID(r.PathValue("id"))
	version, err := strconv.ParseInt(r.PostForm.Get("version"), 10, 64)
	if err != nil {
		return &desk.Error{Kind: desk.Invalid, Message: "The form is incomplete. Nothing was changed; open it again."}
	}
	was, err := s.Records.Get(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	in := readRecord(r)
	if in.values["at"] == timeInput(was.At) {
		in.values["at"] = "" // the form leaves seconds out, which is no change
	}
	if len(in.wrong) == 0 {
		rec, err := s.Records.Update(r.Context(), r.actor, id, in.patch(version))
		if err == nil {
			s.leaveToast(w, toast{Text: "Saved."})
			return redirect(w, r, recordHome(&rec))
		}
		if errors.Is(err, contacts.ErrStale) {
			return s.staleRecord(w, r, id, in)
		}
		if !in.blame(err) {
			return err
		}
	}
	in.fill(&was)
	was.Version = version
	return s.showRecord(w, r, http.StatusUnprocessableEntity, &was, in.values, in.wrong, nil)
}

// recordHome is the list on which a record stands.
func recordHome(rec *records.Record) string {
	if rec.Contact == "" {
		return "/calls"
	}
	return "/contacts/" + string(rec.Contact) + "/part/" + partOf(rec.Kind)
}

// patch has the fields that the form had.
func (in *recordInput) patch(version int64) records.Patch {
	p := records.Patch{Version: version}
	if in.values["contact"] != "" {
		id := desk.ContactID(in.values["contact"])
		p.Contact = &id
	}
	put(in, "title", &p.Title, &in.n.Title)
	put(in, "duration", &p.Duration, &in.n.Duration)
	put(in, "amount", &p.Amount, &in.n.Amount)
	put(in, "amount", &p.Currency, &in.n.Currency)
	put(in, "status", &p.Status, &in.n.Status)
	put(in, "outcome", &p.Outcome, &in.n.Outcome)
	put(in, "direction", &p.Direction, &in.n.Direction)
	put(in, "number", &p.Number, &in.n.Number)
	put(in, "owner", &p.Owner, &in.n.Owner)
	put(in, "note", &p.Note, &in.n.Note)
	if in.values["at"] != "" {
		p.At = &in.n.At
	}
	return p
}

// fill puts the time back that was not changed.
func (in *recordInput) fill(rec *records.Record) {
	if in.values["at"] == "" {
		in.values["at"] = timeInput(rec.At)
	}
}

// put sets a field of a patch if the form had it.
func put[T any](in *recordInput, name string, dst **T, v *T) {
	if in.has[name] {
		*dst = v
	}
}

// staleRecord shows what someone else has changed beside what was typed.
func (s *server) staleRecord(w http.ResponseWriter, r *request, id desk.RecordID, in *recordInput) error {
	rec, err := s.Records.Get(r.Context(), r.actor, id)
	if err != nil {
		return err
	}
	theirs := recordValues(&rec)
	in.fill(&rec)
	var stale []staleView
	for _, f := range recordSpecs {
		if typed := in.values[f.name]; in.has[f.name] && typed != theirs[f.name] && (len(stale) == 0 || stale[len(stale)-1].Anchor != "f-"+f.name) {
			stale = append(stale, staleView{Label: f.label, Theirs: readable(theirs[f.name]), Yours: readable(typed), Anchor: "f-" + f.name})
		}
	}
	return s.showRecord(w, r, http.StatusConflict, &rec, in.values, nil, stale)
}

// recordRemoval asks before a record is removed.
type recordRemoval struct {
	Title, Kind, Action, Back string
	Rows                      []recordRow
}

func (s *server) askRemoveRecord(w http.ResponseWriter, r *request) error {
	if !r.may(records.MayDelete) {
		return &desk.Error{Kind: desk.Denied, Message: "You may not remove records."}
	}
	rec, err := s.Records.Get(r.Context(), r.actor, desk.RecordID(r.PathValue("id")))
	if err != nil {
		return err
	}
	people, err := s.people(r.Context(), r)
	if err != nil {
		return err
	}
	row := s.recordRow(&rec, people)
	kind := strings.ToLower(kindWords[rec.Kind].label)
	v := recordRemoval{Title: "Remove this " + kind + "?", Kind: kind, Action: row.URL + "/remove", Back: row.URL, Rows: []recordRow{row}}
	s.show(w, r, http.StatusOK, "recordremove", view{Title: v.Title, Section: recordSection(&rec), Data: v})
	return nil
}

func (s *server) removeRecord(w http.ResponseWriter, r *request) error {
	id := desk.RecordID(r.PathValue("id"))
	rec, err := s.Records.Get(r.Context(), r.actor, id)
	if err == nil {
		err = s.Records.Delete(r.Context(), r.actor, id)
	}
	if err != nil {
		return err
	}
	s.leaveToast(w, toast{Text: kindWords[rec.Kind].label + " removed."})
	return redirect(w, r, recordHome(&rec))
}
