package web_test

import (
	"strings"
	"testing"
	"time"

	"github.com/matryer/is"

	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
	"github.com/deskfolk/desk/tickets/records"
)

// TestBrowserRecords looks at the pages of deals, calls, meetings and time in
// every size and both themes; see TestBrowserPages.
func TestBrowserRecords(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann", LastName: "Lee", CompanyName: "Corp", Phones: []contacts.Phone{{Value: "+44 20 7946 0958"}}})
	b := s.browse(accounts.Manager)
	at := "/contacts/" + string(ann.ID) + "/part/"
	b.tour("nothing-deals", at+"deals")
	b.tour("nothing-calls-log", "/calls")

	long := strings.Repeat("Wolfeschlegelsteinhausen", 9)[:200]
	var deal, lost records.Record
	for i, n := range []records.NewRecord{
		{Kind: records.Deal, Title: "Licences for two years", Amount: 12_000_000, Currency: "EUR", Note: "Wants a quote.\nDecides in May."}, {Kind: records.Deal, Title: "Training", Amount: 90000, Currency: "JPY", Status: records.Won},
		{Kind: records.Deal, Title: long, Status: records.Lost, Note: long}, {Kind: records.Email, Title: "عرض الأسعار", Direction: records.Outbound, Note: "يفضل البريد"},
		{Kind: records.Meeting, Title: "Kick-off", Duration: 90 * time.Minute, Status: records.Planned, Outcome: "Room 3"}, {Kind: records.Meeting, Title: "Review", Status: records.Cancelled},
		{Kind: records.Call, Number: "+44 20 7946 0958", Direction: records.Inbound, Duration: 125 * time.Second, Outcome: "Left a message"}, {Kind: records.Call, Number: long[:60], Note: "Long"},
		{Kind: records.Time, Duration: 75 * time.Minute, Title: "Setting up the import"}, {Kind: records.Time, Duration: 30 * time.Minute},
	} {
		n.Contact = ann.ID
		r, err := s.Records.Create(t.Context(), s.Manager, n)
		is.NoErr(err)
		if i == 0 {
			deal = r
		}
	}
	lost, err := s.Records.RecordCall(t.Context(), s.Manager, records.NewCall{Number: "020 7946 0123", Direction: records.Inbound})
	is.NoErr(err)
	for _, p := range []shown{{"deals", at + "deals"}, {"activities", at + "activities"}, {"calls", at + "calls"}, {"time", at + "time"}, {"calls-log", "/calls"},
		{"calls-unmatched", "/calls?show=unmatched"}, {"record", "/records/" + string(deal.ID)}, {"record-unmatched", "/records/" + string(lost.ID)}, {"record-remove", "/records/" + string(deal.ID) + "/remove"}} {
		b.tour(p.name, p.path)
	}
	b.open(at + "deals").click("#f-amount").keys("a lot").click("#add .primary").until("document.querySelector('[data-error-summary]')").still("deal-errors")
	b.clean()
}
