package records_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/tickets/records"
)

func TestCreateChangeRemove(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		ann := person(t, d, contacts.NewContact{LastName: "Lee", CompanyName: "Corp"})
		r := keep(t, d, records.NewRecord{Kind: records.Deal, Contact: ann.ID, Title: "  Licences ", Amount: 120050, Currency: "eur", Note: "a\r\nb"})
		want := records.Record{ID: r.ID, Version: 1, Kind: records.Deal, Contact: ann.ID, Company: ann.CompanyID, Title: "Licences", At: d.Clock.Now(),
			Amount: 120050, Currency: "EUR", Status: records.Open, Owner: "manager", Note: "a\nb", CreatedAt: d.Clock.Now(), CreatedBy: "manager", UpdatedAt: d.Clock.Now()}
		is.Equal(cmp.Diff(want, r), "")
		d.Clock.Turn(time.Hour)
		won := records.Won
		changed, err := d.Records.Update(ctx, d.Manager, r.ID, records.Patch{Version: 1, Status: &won, Note: ptr("")})
		is.NoErr(err)
		want.Version, want.Status, want.Note, want.UpdatedAt = 2, records.Won, "", d.Clock.Now()
		is.Equal(cmp.Diff(want, changed), "")
		same, err := d.Records.Update(ctx, d.Manager, r.ID, records.Patch{Version: 2, Status: &won})
		is.NoErr(err)
		is.Equal(same.Version, int64(2)) // nothing changed
		_, err = d.Records.Update(ctx, d.Manager, r.ID, records.Patch{Version: 1, Title: ptr("late")})
		wants(t, err, desk.Conflict, "version")
		is.True(errors.Is(err, contacts.ErrStale))
		got, err := d.Records.Get(ctx, d.Manager, r.ID)
		is.NoErr(err)
		is.Equal(cmp.Diff(want, got), "")

		is.NoErr(d.Records.Delete(ctx, d.Manager, r.ID))
		_, err = d.Records.Get(ctx, d.Manager, r.ID)
		wants(t, err, desk.NotFound, "")
		wants(t, d.Records.Delete(ctx, d.Manager, r.ID), desk.NotFound, "")
	})
}

func TestWhatAKindNeeds(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		ann := person(t, d, contacts.NewContact{LastName: "Lee"})
		none := desk.CompanyID("company_01h455vb4pex5vsknk084sn02q")
		for _, c := range []struct {
			n     records.NewRecord
			field string
		}{
			{records.NewRecord{Kind: "task", Title: "x"}, "kind"},
			{records.NewRecord{Kind: records.Deal}, "title"},
			{records.NewRecord{Kind: records.Meeting, Title: "\x00"}, "title"},
			{records.NewRecord{Kind: records.Meeting, Title: "a\nb"}, "title"},
			{records.NewRecord{Kind: records.Meeting, Title: strings.Repeat("é", 201)}, "title"},
			{records.NewRecord{Kind: records.Time}, "duration"},
			{records.NewRecord{Kind: records.Time, Duration: time.Millisecond}, "duration"},
			{records.NewRecord{Kind: records.Time, Duration: -time.Hour}, "duration"},
			{records.NewRecord{Kind: records.Time, Duration: records.MaxDuration + time.Second}, "duration"},
			{records.NewRecord{Kind: records.Deal, Title: "x", Duration: time.Hour}, "duration"},
			{records.NewRecord{Kind: records.Time, Duration: time.Hour, Status: records.Done}, "status"},
			{records.NewRecord{Kind: records.Deal, Title: "x", Status: records.Done}, "status"},
			{records.NewRecord{Kind: records.Deal, Title: "x", Amount: 1}, "currency"},
			{records.NewRecord{Kind: records.Deal, Title: "x", Amount: 1, Currency: "euros"}, "currency"},
			{records.NewRecord{Kind: records.Deal, Title: "x", Amount: -1, Currency: "EUR"}, "amount"},
			{records.NewRecord{Kind: records.Deal, Title: "x", Amount: records.MaxAmount + 1, Currency: "EUR"}, "amount"},
			{records.NewRecord{Kind: records.Meeting, Title: "x", Amount: 1, Currency: "EUR"}, "amount"},
			{records.NewRecord{Kind: records.Meeting, Title: "x", Number: "1"}, "number"},
			{records.NewRecord{Kind: records.Meeting, Title: "x", Direction: records.Inbound}, "direction"},
			{records.NewRecord{Kind: records.Call, Direction: "sideways"}, "direction"},
			{records.NewRecord{Kind: records.Call, Number: strings.Repeat("1", 61)}, "number"},
			{records.NewRecord{Kind: records.Call, Owner: strings.Repeat("é", 100)}, "owner"},
			{records.NewRecord{Kind: records.Call, Outcome: "a\x1b[2J"}, "outcome"},
			{records.NewRecord{Kind: records.Call, Note: "\xff"}, "note"},
			{records.NewRecord{Kind: records.Call, At: time.Date(1, 1, 1, 1, 0, 0, 0, time.UTC)}, "at"},
			{records.NewRecord{Kind: records.Call, At: time.Date(9999, 1, 1, 1, 0, 0, 0, time.UTC)}, "at"},
			{records.NewRecord{Kind: records.Call, Company: &none}, "company"},
		} {
			c.n.Contact = ann.ID
			_, err := d.Records.Create(ctx, d.Manager, c.n)
			wants(t, err, desk.Invalid, c.field)
		}
		_, err := d.Records.Create(ctx, d.Manager, records.NewRecord{Kind: records.Call})
		wants(t, err, desk.Invalid, "contact")
		_, err = d.Records.Create(ctx, d.Manager, records.NewRecord{Kind: records.Call, Contact: "contact_01h455vb4pex5vsknk084sn02q"})
		wants(t, err, desk.Invalid, "contact")
		if err := d.Contacts.Delete(ctx, d.Manager, ann.ID); err != nil {
			t.Fatal(err)
		}
		_, err = d.Records.Create(ctx, d.Manager, records.NewRecord{Kind: records.Call, Contact: ann.ID})
		wants(t, err, desk.Invalid, "contact")
	})
}

func TestGrants(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		ann := person(t, d, contacts.NewContact{LastName: "Lee"})
		r := keep(t, d, records.NewRecord{Kind: records.Call, Contact: ann.ID})
		n := records.NewRecord{Kind: records.Call, Contact: ann.ID}
		see := member(d, "see", contacts.MayView, records.MayView)
		_, err := d.Records.Get(ctx, see, r.ID)
		is.NoErr(err)
		_, err = d.Records.Create(ctx, see, n)
		wants(t, err, desk.Denied, "")
		_, err = d.Records.Update(ctx, see, r.ID, records.Patch{Version: 1})
		wants(t, err, desk.Denied, "")
		_, err = d.Records.RecordCall(ctx, see, records.NewCall{Number: "1"})
		wants(t, err, desk.Denied, "")
		wants(t, d.Records.Delete(ctx, see, r.ID), desk.Denied, "")
		_, err = d.Records.MatchCalls(ctx, see)
		wants(t, err, desk.Denied, "")
		write := member(d, "write", contacts.MayView, records.MayView, records.MayWrite)
		_, err = d.Records.Create(ctx, write, n)
		is.NoErr(err)
		wants(t, d.Records.Delete(ctx, write, r.ID), desk.Denied, "")
		own := member(d, "own", contacts.MayViewOwn, records.MayView, records.MayWrite)
		_, err = d.Records.MatchCalls(ctx, own)
		wants(t, err, desk.Denied, "")
		for _, a := range []desk.Actor{d.Viewer, member(d, "x", contacts.MayView, records.MayWrite, records.MayDelete),
			{Workspace: d.Workspace, Kind: desk.ContactActor, ID: string(ann.ID), Grants: d.Manager.Grants}, {Workspace: d.Workspace}} {
			_, err = d.Records.Get(ctx, a, r.ID)
			wants(t, err, desk.Denied, "")
			_, err = d.Records.List(ctx, a, records.Query{}, desk.Page{})
			wants(t, err, desk.Denied, "")
			_, err = d.Records.Totals(ctx, a, records.Filter{})
			wants(t, err, desk.Denied, "")
			_, err = d.Records.Create(ctx, a, n)
			wants(t, err, desk.Denied, "")
			wants(t, d.Records.Delete(ctx, a, r.ID), desk.Denied, "")
		}
		bad := d.Manager
		bad.Fields = map[string]desk.Access{"record.amount": desk.Hidden}
		_, err = d.Records.Get(ctx, bad, r.ID)
		wants(t, err, desk.Denied, "") // it would hide nothing
	})
}

func TestHiddenFieldsOfContacts(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		ann := person(t, d, contacts.NewContact{LastName: "Lee", CompanyName: "Corp", Phones: []contacts.Phone{{Value: "+49 30 9018200"}}})
		r, err := d.Records.RecordCall(ctx, d.Manager, records.NewCall{Number: "+49 30 9018200"})
		is.NoErr(err)
		is.Equal(r.Contact, ann.ID)
		a := d.Manager
		a.Fields = map[string]desk.Access{"contact.phones": desk.Hidden, "contact.company": desk.Hidden}
		look := func(got records.Record, err error) {
			t.Helper()
			is.NoErr(err)
			is.Equal(got.Number+got.E164+string(got.Company), "")
		}
		look(d.Records.Get(ctx, a, r.ID))
		l, err := d.Records.List(ctx, a, records.Query{}, desk.Page{})
		is.NoErr(err)
		look(l.Records[0], nil)
		look(d.Records.Update(ctx, a, r.ID, records.Patch{Version: 1, Note: ptr("x")}))
		look(d.Records.Create(ctx, a, records.NewRecord{Kind: records.Call, Contact: ann.ID}))
		p, err := d.Contacts.Profile(ctx, a, ann.ID, contacts.ProfileQuery{})
		is.NoErr(err)
		is.True(!strings.Contains(fmt.Sprintf("%+v", p), "9018200"))
		_, err = d.Records.RecordCall(ctx, a, records.NewCall{Number: "+49 30 9018200"})
		wants(t, err, desk.Denied, "number")
		is.True(errors.Is(err, contacts.ErrRestricted))
		_, err = d.Records.Create(ctx, a, records.NewRecord{Kind: records.Call, Contact: ann.ID, Number: "1"})
		wants(t, err, desk.Denied, "number")
		_, err = d.Records.Update(ctx, a, r.ID, records.Patch{Version: 2, Number: ptr("1")})
		wants(t, err, desk.Denied, "number")
		_, err = d.Records.Update(ctx, a, r.ID, records.Patch{Version: 2, Company: ptr(desk.CompanyID(""))})
		wants(t, err, desk.Denied, "company")
		_, err = d.Records.List(ctx, a, records.Query{Filter: records.Filter{Company: ann.CompanyID}}, desk.Page{})
		wants(t, err, desk.Denied, "company")
		full, err := d.Records.Get(ctx, d.Manager, r.ID)
		is.NoErr(err)
		is.Equal(full.E164, "+49309018200") // kept all the while
		is.Equal(full.Company, ann.CompanyID)
	})
}

func TestPagesAndTotals(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		ann := person(t, d, contacts.NewContact{LastName: "Lee"})
		bob := person(t, d, contacts.NewContact{LastName: "Bob"})
		var all []desk.RecordID
		for i := range 7 {
			r := keep(t, d, records.NewRecord{Kind: records.Time, Contact: ann.ID, Duration: time.Hour, At: d.Clock.Now().Add(time.Duration(i/2) * time.Hour)})
			all = append([]desk.RecordID{r.ID}, all...)
		}
		keep(t, d, records.NewRecord{Kind: records.Time, Contact: bob.ID, Duration: time.Minute})
		q := records.Query{Filter: records.Filter{Contact: ann.ID}}
		first, err := d.Records.List(ctx, d.Manager, q, desk.Page{Limit: 3})
		is.NoErr(err)
		is.Equal(first.Count, 7)
		is.Equal(ids(first.Records), all[:3])
		is.Equal(first.Prev, desk.Cursor(""))
		second, err := d.Records.List(ctx, d.Manager, q, desk.Page{Limit: 3, Cursor: first.Next})
		is.NoErr(err)
		is.Equal(ids(second.Records), all[3:6])
		third, err := d.Records.List(ctx, d.Manager, q, desk.Page{Limit: 3, Cursor: second.Next})
		is.NoErr(err)
		is.Equal(ids(third.Records), all[6:])
		is.Equal(third.Next, desk.Cursor(""))
		back, err := d.Records.List(ctx, d.Manager, q, desk.Page{Limit: 3, Cursor: third.Prev})
		is.NoErr(err)
		is.Equal(ids(back.Records), all[3:6])
		for _, other := range []records.Query{{}, {Filter: q.Filter, Oldest: true}, {Filter: records.Filter{Contact: bob.ID}}} {
			_, err = d.Records.List(ctx, d.Manager, other, desk.Page{Cursor: first.Next})
			wants(t, err, desk.Expired, "cursor") // B61
		}
		for _, f := range []records.Filter{{Kinds: []records.Kind{"x"}}, {Statuses: []records.Status{"' OR 1"}}, {Owner: "a\x00"}} {
			_, err = d.Records.List(ctx, d.Manager, records.Query{Filter: f}, desk.Page{})
			is.Equal(desk.KindOf(err), desk.Invalid)
		}
		sum, err := d.Records.Totals(ctx, d.Manager, q.Filter)
		is.NoErr(err)
		is.Equal(sum, records.Totals{Records: 7, Time: 7 * time.Hour})
	})
}

func TestProfileParts(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		ann := person(t, d, contacts.NewContact{LastName: "Lee"})
		for _, n := range []records.NewRecord{
			{Kind: records.Deal, Title: "Deal", Amount: 5, Currency: "JPY"}, {Kind: records.Email, Title: "Mail"}, {Kind: records.Meeting, Title: "Meeting", Duration: 90 * time.Minute},
			{Kind: records.Call, Number: "+49 30 9018200"}, {Kind: records.Time, Duration: time.Hour}, {Kind: records.Time, Duration: time.Hour},
		} {
			n.Contact = ann.ID
			keep(t, d, n)
		}
		p, err := d.Contacts.Profile(ctx, d.Manager, ann.ID, contacts.ProfileQuery{Pages: map[string]desk.Page{records.PartTime: {Limit: 1}}})
		is.NoErr(err)
		counts := map[string]int{}
		for _, part := range p.Parts {
			counts[part.Name] = part.Count
			if part.Name == records.PartTime {
				is.Equal(len(part.Items), 1)
				next, err := d.Contacts.Profile(ctx, d.Manager, ann.ID, contacts.ProfileQuery{Parts: []string{records.PartTime}, Pages: map[string]desk.Page{records.PartTime: {Limit: 1, Cursor: part.Next}}})
				is.NoErr(err)
				is.Equal(len(next.Parts[0].Items), 1)
				is.True(next.Parts[0].Items[0].(records.Record).ID != part.Items[0].(records.Record).ID)
			}
		}
		is.Equal(counts[records.PartDeals], 1)
		is.Equal(counts[records.PartActivities], 3)
		is.Equal(counts[records.PartCalls], 1)
		is.Equal(counts[records.PartTime], 2)
		p, err = d.Contacts.Profile(ctx, d.Viewer, ann.ID, contacts.ProfileQuery{})
		is.NoErr(err) // who may not see records sees the rest
		for _, part := range p.Parts {
			is.True(records.PartKinds(part.Name) == nil)
		}
		var b strings.Builder
		is.NoErr(d.Contacts.SubjectAccess(ctx, d.Manager, ann.ID, &b))
		var bundle map[string]any
		is.NoErr(json.Unmarshal([]byte(b.String()), &bundle))
		is.True(strings.Contains(b.String(), `"duration":"1h30m0s"`))
		none := d.Viewer
		none.Grants = append(none.Grants[:len(none.Grants):len(none.Grants)], contacts.MayExport)
		wants(t, d.Contacts.SubjectAccess(ctx, none, ann.ID, &b), desk.Denied, "") // it would be incomplete
	})
}

func TestEvents(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		ann := person(t, d, contacts.NewContact{LastName: "Lee"})
		bob := person(t, d, contacts.NewContact{LastName: "Bob"})
		r := keep(t, d, records.NewRecord{Kind: records.Deal, Contact: ann.ID, Title: "Secret plan", Amount: 77, Currency: "EUR", Note: "Secret note"})
		_, err := d.Records.Update(ctx, d.Manager, r.ID, records.Patch{Version: 1, Contact: &bob.ID, Amount: ptr(int64(78)), Title: ptr("Other secret")})
		is.NoErr(err)
		is.NoErr(d.Records.Delete(ctx, d.Manager, r.ID))
		says := func(c contacts.Contact) string {
			t.Helper()
			l, err := d.Contacts.Activity(ctx, d.Viewer, c.ID, contacts.ActivityFilter{Verbs: records.Verbs}, desk.Page{})
			is.NoErr(err)
			all := ""
			for _, e := range l.Events {
				is.Equal(len(e.Changes), 0) // who reads this may not see records
				all += e.Summary + " "
			}
			return all
		}
		is.Equal(says(ann), "Deal changed: contact, title, amount. Deal added. ")
		is.Equal(says(bob), "Deal removed. Deal changed: contact, title, amount. ")
		log, err := d.Contacts.Log(ctx, d.Manager, contacts.ActivityFilter{Verbs: []string{records.VerbUpdated}}, desk.Page{})
		is.NoErr(err)
		text := fmt.Sprintf("%+v", log)
		is.True(strings.Contains(text, "77 EUR") && strings.Contains(text, "78 EUR"))
		is.True(!strings.Contains(text, "ecret"))
	})
}

func TestPurgeOfAContact(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		ann := person(t, d, contacts.NewContact{LastName: "Lee", Phones: []contacts.Phone{{Value: "+49 30 9018200"}}})
		deal := keep(t, d, records.NewRecord{Kind: records.Deal, Contact: ann.ID, Title: "Lee's licences", Amount: 5, Currency: "EUR"})
		meeting := keep(t, d, records.NewRecord{Kind: records.Meeting, Contact: ann.ID, Title: "With Lee"})
		is.NoErr(d.Contacts.Delete(ctx, d.Manager, ann.ID))
		_, err := d.Records.Get(ctx, d.Manager, deal.ID)
		is.NoErr(err) // the bin is there for the manager
		_, err = d.Records.Get(ctx, member(d, "m", contacts.MayView, records.MayView), deal.ID)
		wants(t, err, desk.NotFound, "")
		is.NoErr(d.Contacts.Purge(ctx, d.Manager, ann.ID))
		_, err = d.Records.Get(ctx, d.Manager, meeting.ID)
		wants(t, err, desk.NotFound, "")
		left, err := d.Records.Get(ctx, d.Manager, deal.ID)
		is.NoErr(err)
		is.Equal(left.Title+string(left.Contact), "")
		is.Equal(left.Amount, int64(5))
		report, err := d.Contacts.VerifyLog(ctx, d.Manager)
		is.NoErr(err)
		is.Equal(len(report.Broken), 0)
		check, err := d.Store.Check(ctx)
		is.NoErr(err)
		is.True(check.Sound())
	})
}

func TestIdempotencyKeys(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		ann := person(t, d, contacts.NewContact{LastName: "Lee"})
		n := records.NewRecord{Kind: records.Meeting, Contact: ann.ID, Title: "Kick-off"}
		a := d.Manager.WithKey("1")
		first, err := d.Records.Create(ctx, a, n)
		is.NoErr(err)
		again, err := d.Records.Create(ctx, a, n)
		is.NoErr(err)
		is.Equal(first, again)
		n.Title = "Other"
		_, err = d.Records.Create(ctx, a, n)
		wants(t, err, desk.Conflict, "key")
		b := d.Manager.WithKey("2")
		p := records.Patch{Version: 1, Title: ptr("Renamed")}
		for range 2 {
			r, err := d.Records.Update(ctx, b, first.ID, p)
			is.NoErr(err)
			is.Equal(r.Version, int64(2))
		}
		c := d.Manager.WithKey("3")
		for range 2 {
			is.NoErr(d.Records.Delete(ctx, c, first.ID))
		}
		l, err := d.Records.List(ctx, d.Manager, records.Query{}, desk.Page{})
		is.NoErr(err)
		is.Equal(l.Count, 0)
	})
}

func TestMinorDigits(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	is.Equal([]int{records.MinorDigits("EUR"), records.MinorDigits("JPY"), records.MinorDigits("KWD"), records.MinorDigits("?")}, []int{2, 0, 3, 2})
}
