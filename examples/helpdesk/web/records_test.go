package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
	"github.com/deskfolk/desk/tickets/records"
)

// linked are the records of a contact's kinds, newest first.
func (s *site) linked(id desk.ContactID, kinds ...records.Kind) []records.Record {
	s.t.Helper()
	l, err := s.Records.List(s.t.Context(), s.Manager, records.Query{Filter: records.Filter{Contact: id, Kinds: kinds}}, desk.Page{})
	if err != nil {
		s.t.Fatal(err)
	}
	return l.Records
}

func TestRecordsOnAProfile(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann", LastName: "Lee", Phones: []contacts.Phone{{Value: "020 7946 0958"}}})
	at := "/contacts/" + string(ann.ID)
	b := s.signedIn(accounts.Manager)

	p := b.get(at).link("Deals").says("No deals yet")
	part := at + "/part/deals"
	p = p.send(part, "", "title", "Licences", "amount", "1.200,50", "currency", "eur", "note", "Two years")
	p.is(http.StatusOK).says("Deal added.", "Licences", "1,200.50 EUR", "Open: 1,200.50 EUR", "Two years", "Manager Agent")
	is.Equal(p.path, part)
	is.Equal(s.linked(ann.ID, records.Deal)[0].Amount, int64(120050))

	part = at + "/part/calls"
	p = b.get(part)
	p.send(part, "", "duration", "2:30", "outcome", "Left a message").says("Call added.", "Outbound call", "2 h 30 min", "020 7946 0958")
	call := s.linked(ann.ID, records.Call)[0]
	is.Equal(call.E164, "+442079460958") // the contact's number stood in the form

	part = at + "/part/activities"
	b.get(part).send(part, "", "kind", "email", "title", "Offer sent", "direction", "outbound").says("Email added.", "Offer sent", "Outbound email", "Outbound call")
	b.get(part).send(part, "", "title", "Kick-off", "duration", "90", "status", "planned").says("Meeting added.", "Kick-off", "1 h 30 min", "Planned")

	part = at + "/part/time"
	b.get(part).send(part, "", "title", "Setup", "duration", "1h 15m").says("Time entry added.", "1 h 15 min in all")
	b.get(part).send(part, "", "duration", "45", "at", "2026-02-28T09:30").says("2 h in all", "Time 2")
	is.Equal(s.linked(ann.ID, records.Time)[1].At, time.Date(2026, 2, 28, 9, 30, 0, 0, time.UTC))
	b.get(at).says("Deals 1", "Activities 3", "Calls 1", "Time 2", "Time entry added.")
}

func TestRecordFormIsKept(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	ann := s.add(contacts.NewContact{LastName: "Lee"})
	b := s.signedIn(accounts.Manager)
	part := "/contacts/" + string(ann.ID) + "/part/deals"
	for _, c := range []struct{ title, amount, currency, says string }{
		{"", "12", "EUR", "Title: A deal needs a title."},
		{"Kept", "a lot", "EUR", "Amount: Write it like 1200.50."},
		{"Kept", "12.345", "EUR", ""}, // twelve thousand
		{"Kept", "12.34", "JPY", "Amount: Write it like 1200.50."},
		{"Kept", "12", "euros", "Currency: This is not a currency."},
		{"Kept", "12", "", "Currency: An amount needs its currency."},
	} {
		p := b.get(part).send(part, "", "title", c.title, "amount", c.amount, "currency", c.currency, "note", "kept too")
		if c.says == "" {
			p.is(http.StatusOK).says("12,345.00 EUR")
			continue
		}
		p.is(http.StatusUnprocessableEntity).says(c.says, "What you typed is kept")
		values, _ := p.form(part)
		is.Equal(values.Get("title"), c.title)
		is.Equal(values.Get("amount"), c.amount)
		is.Equal(values.Get("note"), "kept too")
	}
	part = "/contacts/" + string(ann.ID) + "/part/time"
	b.get(part).send(part, "", "duration", "soon").is(http.StatusUnprocessableEntity).says("Duration: Write it like 1:30")
	b.get(part).send(part, "", "duration", "").is(http.StatusUnprocessableEntity).says("Duration: Say how long it took.")
	b.get(part).send(part, "", "duration", "10", "at", "yesterday").is(http.StatusUnprocessableEntity).says("Write a day and a time")
	p := b.get(part)
	p.send(part, "", "duration", "10")
	p.send(part, "", "duration", "10") // sent twice
	is.Equal(len(s.linked(ann.ID, records.Time)), 1)
}

func TestChangeAndRemoveARecord(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	s.Clock.Turn(7 * time.Second)
	ann := s.add(contacts.NewContact{LastName: "Lee"})
	r, err := s.Records.Create(t.Context(), s.Manager, records.NewRecord{Kind: records.Deal, Contact: ann.ID, Title: "Licences", Amount: 500, Currency: "EUR"})
	is.NoErr(err)
	b := s.signedIn(accounts.Manager)
	at := "/records/" + string(r.ID)
	d := r.At
	b.get(at).send(at, "", "note", "x").says("Saved.")
	r, err = s.Records.Get(t.Context(), s.Manager, r.ID)
	is.NoErr(err)
	is.Equal(r.At, d) // the form has minutes only
	form := b.get(at).says("Licences")
	values, _ := form.form(at)
	is.Equal(values.Get("amount"), "5.00")
	p := form.send(at, "", "status", "won", "amount", "5,50")
	p.says("Saved.", "Won: 5.50 EUR")
	is.Equal(p.path, "/contacts/"+string(ann.ID)+"/part/deals")
	p = form.send(at, "", "title", "Mine").is(http.StatusConflict) // made from the old version
	p.says("Someone else changed this", "Mine")
	p.send(at, "", "amount", "7").says("Saved.", "7.00 EUR")
	b.get(at).send(at, "", "title", "").is(http.StatusUnprocessableEntity).says("Title: A deal needs a title.")
	b.get(at).link("Remove").says("Remove this deal?", "cannot be brought back").send(at+"/remove", "").says("Deal removed.", "No deals yet")
	b.get(at).is(http.StatusNotFound)
}

func TestCallLog(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann", LastName: "Lee", Phones: []contacts.Phone{{Value: "020 7946 0958"}}})
	b := s.signedIn(accounts.Manager)
	p := b.get("/contacts").link("Calls").says("No calls yet")
	p = p.send("/calls", "", "number", "+44 20 7946 0958", "direction", "inbound", "duration", "3").says("Call recorded with its contact.", "Ann Lee", "3 min")
	is.Equal(len(s.linked(ann.ID, records.Call)), 1)
	p = p.send("/calls", "", "number", "020 7946 0123").says("it waits without one", "No contact")
	p.send("/calls", "", "number", " ").is(http.StatusUnprocessableEntity).says("Number: A call that is recorded by its number needs one.")
	p.link("Without a contact").says("020 7946 0123").silent("Ann Lee")
	b.get("/calls?show=unmatched&cursor=nonsense").is(http.StatusOK).says("All")

	l, err := s.Records.List(t.Context(), s.Manager, records.Query{Filter: records.Filter{Unmatched: true}}, desk.Page{})
	is.NoErr(err)
	call := b.get("/records/"+string(l.Records[0].ID)).says("This call has no contact", "New contact with this number")
	bea := s.add(contacts.NewContact{FirstName: "Bea", Phones: []contacts.Phone{{Value: "020 7946 0123"}}})
	call = b.get(call.path)
	call.send(call.path, "", "contact", string(bea.ID)).says("Saved.", "020 7946 0123")
	is.Equal(len(s.linked(bea.ID, records.Call)), 1)
	b.get("/calls?show=unmatched").says("Every call has its contact.")
}

func TestRecordsAreForThoseWhoMay(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	ann := s.add(contacts.NewContact{LastName: "Lee"})
	r, err := s.Records.Create(t.Context(), s.Manager, records.NewRecord{Kind: records.Deal, Contact: ann.ID, Title: "Secret deal"})
	is.NoErr(err)
	at := "/contacts/" + string(ann.ID)
	v := s.signedIn(accounts.Importer)
	v.get(at).is(http.StatusOK).silent("Deals", "/calls", "Secret deal")
	v.get(at + "/activity").is(http.StatusOK).says("Deal added.").silent("Secret deal")
	for _, path := range []string{at + "/part/deals", "/records/" + string(r.ID), "/records/" + string(r.ID) + "/remove", "/calls"} {
		v.get(path).is(http.StatusNotFound).silent("Secret deal")
	}
	token, _ := v.get("/keys").form("/theme")
	for _, path := range []string{at + "/part/deals", "/records/" + string(r.ID), "/records/" + string(r.ID) + "/remove", "/calls"} {
		token.Set("version", "1")
		token.Set("kind", "deal")
		token.Set("title", "taken over")
		token.Set("number", "1234")
		v.post(path, token).is(http.StatusNotFound)
	}
	is.Equal(len(s.linked(ann.ID)), 1)
	m := s.signedIn(accounts.Manager)
	m.get("/records/record_01h455vb4pex5vsknk084sn02q").is(http.StatusNotFound)
	m.get("/records/' OR 1=1").is(http.StatusNotFound)
	if err := s.Contacts.Delete(t.Context(), s.Manager, ann.ID); err != nil {
		t.Fatal(err)
	}
	m.get(at+"/part/deals").is(http.StatusOK).says("In the recycle bin", "Secret deal").silent("Add a deal</button>")
}

func TestRecordTextIsEscaped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann := s.add(contacts.NewContact{LastName: "Lee"})
	b := s.signedIn(accounts.Manager)
	part := "/contacts/" + string(ann.ID) + "/part/deals"
	b.get(part).send(part, "", "title", `<script>alert(1)</script>`, "note", `"><img src=x onerror=alert(1)>`).is(http.StatusOK).silent("<script>alert", "<img")
	b.get("/calls").send("/calls", "", "number", `"><b>1`, "note", strings.Repeat("w", 500)).is(http.StatusOK).silent("<b>1")
}

func TestRecordsOnPostgres(t *testing.T) {
	t.Parallel()
	s := newPostgresSite(t)
	ann := s.add(contacts.NewContact{LastName: "Lee", Phones: []contacts.Phone{{Value: "020 7946 0958"}}})
	b := s.signedIn(accounts.Manager)
	part := "/contacts/" + string(ann.ID) + "/part/deals"
	b.get(part).send(part, "", "title", "Licences", "amount", "12", "currency", "JPY").says("12 JPY")
	b.get("/calls").send("/calls", "", "number", "020 7946 0958").says("Call recorded with its contact.")
	b.get("/contacts/"+string(ann.ID)).says("Deals 1", "Calls 1")
}
