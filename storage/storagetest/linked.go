package storagetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/records"
)

// recordTests are about the records that are linked to contacts.
var recordTests = []test{
	{"every field comes back", everyRecordField},
	{"update and delete", changeRecord},
	{"what it refers to must be there", recordRefers},
	{"lists, counts and pages", listRecords},
	{"B58 what is not seen is not listed, counted or summed", recordSight},
	{"B58 what is of a ticket that is not seen is not listed", recordTicketSight},
	{"purge of a ticket", purgeTicketRecords},
	{"totals", totalRecords},
	{"calls are matched by their number", callMatches},
	{"purge", purgeRecords},
}

func recordID(n int) desk.RecordID { return desk.RecordID(fmt.Sprintf("record_%04d", n)) }

// linked makes a record of the n-th contact, 0 for none.
func linked(n, contact int, kind records.Kind) records.Record {
	r := records.Record{ID: recordID(n), Version: 1, Kind: kind, Title: fmt.Sprint("Title ", n), At: noon.Add(time.Duration(n) * time.Hour),
		Owner: "me", CreatedAt: noon, CreatedBy: "me", UpdatedAt: noon}
	if contact > 0 {
		r.Contact = contactID(contact)
	}
	return r
}

func fullRecord(n int) records.Record {
	r := linked(n, 1, records.Call)
	r.Version, r.Company, r.Title, r.Duration = 7, companyID(1), "Söme “title” ? $1 ' \\", 90*time.Minute+time.Second
	r.Amount, r.Currency, r.Status, r.Outcome, r.Direction = 12345678901, "EUR", records.Won, "%_", records.Inbound
	r.Number, r.E164, r.Note = "030/123456", "+4930123456", "Lines\nand a tab\t."
	return r
}

// seedRecords puts contacts and records into both workspaces.
func (e *env) seedRecords(rs ...records.Record) {
	e.t.Helper()
	e.seed(func(tx contacts.Tx, w desk.WorkspaceID) error {
		one, two, binned := record(1, "One", ""), record(2, "Two", ""), record(3, "Three", "")
		one.Contact.Owner, two.Contact.Owner, binned.Contact.Owner = "me", "you", "me"
		binned.Contact.State = contacts.Binned
		return errors.Join(tx.InsertCompanies(e.ctx, w, []contacts.CompanyRecord{companyRecord(1, "Acme")}),
			tx.InsertContacts(e.ctx, w, []contacts.Record{one, two, binned}))
	})
	for _, w := range []desk.WorkspaceID{twin, home} {
		e.keep(w, rs...)
	}
	e.before = dump(e.t, e.f.Name, e.DB, twin)
}

func (e *env) keep(w desk.WorkspaceID, rs ...records.Record) {
	e.t.Helper()
	e.NoErr(e.Records.Update(e.ctx, func(tx records.Tx) error {
		for _, r := range rs {
			if err := tx.InsertRecord(e.ctx, w, r); err != nil {
				return err
			}
		}
		return nil
	}))
}

// failsRecord runs fn in a transaction that must fail and change nothing.
func (e *env) failsRecord(kind desk.Kind, field string, fn func(tx records.Tx) error) error {
	e.t.Helper()
	before := dump(e.t, e.f.Name, e.DB, home)
	err := e.Records.Update(e.ctx, fn)
	e.Equal(desk.KindOf(err), kind) // err
	e.Equal(desk.FieldOf(err), field)
	same(e, before, dump(e.t, e.f.Name, e.DB, home))
	return err
}

func everyRecordField(e *env) {
	bare := records.Record{ID: recordID(2), Version: 1, Kind: records.Call, At: noon, Number: "1", CreatedAt: noon, CreatedBy: "me", UpdatedAt: noon}
	e.seedRecords(fullRecord(1), bare)
	for _, want := range []records.Record{fullRecord(1), bare} {
		got, err := e.Records.LinkedRecord(e.ctx, home, want.ID)
		e.NoErr(err)
		same(e, want, got)
		e.NoErr(e.Records.Update(e.ctx, func(tx records.Tx) error {
			got, err := tx.LockRecord(e.ctx, home, want.ID)
			same(e, want, got)
			return err
		}))
	}
	for _, w := range []desk.WorkspaceID{home, "nowhere"} {
		_, err := e.Records.LinkedRecord(e.ctx, w, map[desk.WorkspaceID]desk.RecordID{home: "record_none", "nowhere": recordID(1)}[w])
		e.Equal(desk.KindOf(err), desk.NotFound)
	}
}

func changeRecord(e *env) {
	e.seedRecords(linked(1, 2, records.Call), linked(2, 1, records.Deal))
	next := fullRecord(1)
	next.Version = 2
	put := func(r records.Record) func(records.Tx) error {
		return func(tx records.Tx) error { return tx.UpdateRecord(e.ctx, home, r) }
	}
	e.NoErr(e.Records.Update(e.ctx, put(next)))
	got, err := e.Records.LinkedRecord(e.ctx, home, next.ID)
	e.NoErr(err)
	same(e, next, got)
	e.True(errors.Is(e.failsRecord(desk.Conflict, "version", put(next)), contacts.ErrStale))
	drop := func(tx records.Tx) error { return tx.DeleteRecord(e.ctx, home, recordID(2)) }
	e.NoErr(e.Records.Update(e.ctx, drop))
	_ = e.failsRecord(desk.NotFound, "", drop)
}

func recordRefers(e *env) {
	e.seedRecords()
	e.update(func(tx contacts.Tx) error { // of another workspace only
		return tx.InsertContacts(e.ctx, "elsewhere", []contacts.Record{record(9, "Nine", "")})
	})
	for _, change := range []func(*records.Record){
		func(r *records.Record) { r.Contact = contactID(9) },
		func(r *records.Record) { r.Company = companyID(9) },
		func(r *records.Record) { r.Ticket = ticketID(9) },
	} {
		r := linked(1, 1, records.Deal)
		change(&r)
		_ = e.failsRecord(desk.Invalid, "", func(tx records.Tx) error { return tx.InsertRecord(e.ctx, home, r) })
	}
	bad := linked(1, 1, records.Deal)
	bad.Note = "a\x00b"
	_ = e.failsRecord(desk.Invalid, "", func(tx records.Tx) error { return tx.InsertRecord(e.ctx, home, bad) })
}

// all sees everything.
var seesAll = records.Sight{Contacts: contacts.Sight{Binned: true}, Tickets: tickets.Sight{Binned: true}}

func (e *env) foundRecords(f records.Find) []desk.RecordID {
	e.t.Helper()
	if f.Limit == 0 {
		f.Limit = 100
	}
	rs, more, err := e.Records.FindRecords(e.ctx, home, f)
	e.NoErr(err)
	n, err := e.Records.CountRecords(e.ctx, home, f)
	e.NoErr(err)
	if f.After == nil && f.Before == nil {
		e.Equal(more, n > len(rs))
	}
	var ids []desk.RecordID
	for _, r := range rs {
		ids = append(ids, r.ID)
	}
	return ids
}

func listRecords(e *env) {
	var rs []records.Record
	kinds := []records.Kind{records.Deal, records.Call, records.Time, records.Meeting}
	for n := range 24 {
		r := linked(n, 1+n%2, kinds[n%4])
		r.At = noon.Add(time.Duration(n/3) * time.Hour) // three of one time
		r.Owner = []string{"me", "you"}[n%3%2]
		if n%5 == 0 {
			r.Company, r.Status = companyID(1), records.Done
		}
		rs = append(rs, r)
	}
	lost := linked(90, 0, records.Call)
	lost.Number = "7"
	e.seedRecords(append(rs, lost)...)
	want := func(f records.Find, match func(r records.Record) bool) {
		e.t.Helper()
		f.Sight = seesAll
		var ids []desk.RecordID
		for _, r := range append(slices.Clone(rs), lost) {
			if match(r) {
				ids = append(ids, r.ID)
			}
		}
		if !f.Oldest {
			slices.Reverse(ids)
		}
		same(e, ids, e.foundRecords(f))
		e.pagesAgree(f, ids)
	}
	want(records.Find{}, func(records.Record) bool { return true })
	want(records.Find{Oldest: true}, func(records.Record) bool { return true })
	want(records.Find{Filter: records.Filter{Contact: contactID(1)}}, func(r records.Record) bool { return r.Contact == contactID(1) })
	want(records.Find{Filter: records.Filter{Company: companyID(1)}}, func(r records.Record) bool { return r.Company != "" })
	want(records.Find{Filter: records.Filter{Owner: "you", Kinds: []records.Kind{records.Call, records.Time}}}, func(r records.Record) bool {
		return r.Owner == "you" && (r.Kind == records.Call || r.Kind == records.Time)
	})
	want(records.Find{Filter: records.Filter{Statuses: []records.Status{records.Done}}, Oldest: true}, func(r records.Record) bool { return r.Status == records.Done })
	want(records.Find{Filter: records.Filter{Unmatched: true}}, func(r records.Record) bool { return r.Contact == "" })
	want(records.Find{Filter: records.Filter{From: noon.Add(2 * time.Hour), Until: noon.Add(4 * time.Hour)}}, func(r records.Record) bool {
		return !r.At.Before(noon.Add(2*time.Hour)) && r.At.Before(noon.Add(4*time.Hour))
	})
}

// pagesAgree goes through the pages, there and back.
func (e *env) pagesAgree(f records.Find, want []desk.RecordID) {
	e.t.Helper()
	f.Limit = 5
	var got []desk.RecordID
	var last []records.Record
	for range 20 {
		rs, more, err := e.Records.FindRecords(e.ctx, home, f)
		e.NoErr(err)
		for _, r := range rs {
			got = append(got, r.ID)
		}
		last = rs
		if !more {
			break
		}
		end := rs[len(rs)-1]
		f.After = &records.Place{At: end.At, ID: end.ID}
	}
	same(e, want, got)
	if len(last) == 0 {
		return
	}
	f.After, f.Before, f.Limit = nil, &records.Place{At: last[0].At, ID: last[0].ID}, 3
	ahead := want[:len(want)-len(last)]
	rs, more, err := e.Records.FindRecords(e.ctx, home, f)
	e.NoErr(err)
	e.Equal(more, len(ahead) > 3)
	ahead = ahead[max(0, len(ahead)-3):]
	e.Equal(len(rs), len(ahead))
	for i, r := range rs {
		e.Equal(r.ID, ahead[i])
	}
}

func recordSight(e *env) {
	mine, yours, binned := linked(1, 1, records.Time), linked(2, 2, records.Time), linked(3, 3, records.Time)
	nobodys, myOwn := linked(4, 0, records.Call), linked(5, 0, records.Call)
	nobodys.Owner, nobodys.Number, myOwn.Number = "you", "4", "5"
	all := []records.Record{mine, yours, binned, nobodys, myOwn}
	for i := range all {
		all[i].Duration = time.Duration(1) << i * time.Second
	}
	e.seedRecords(all...)
	for _, c := range []struct {
		sight contacts.Sight
		want  []int
	}{
		{contacts.Sight{Binned: true}, []int{5, 4, 3, 2, 1}},
		{contacts.Sight{}, []int{5, 4, 2, 1}},
		{contacts.Sight{Owner: "me"}, []int{5, 1}},
		{contacts.Sight{Owner: "me", Binned: true}, []int{5, 3, 1}},
		{contacts.Sight{Owner: "you"}, []int{4, 2}},
		{contacts.Sight{Owner: "me", None: true}, nil},
	} {
		f := records.Find{Sight: records.Sight{Contacts: c.sight, Tickets: tickets.Sight{Binned: true}}}
		var want []desk.RecordID
		var spent time.Duration
		for _, n := range c.want {
			want = append(want, recordID(n))
			if all[n-1].Kind == records.Time {
				spent += all[n-1].Duration
			}
		}
		same(e, want, e.foundRecords(f))
		t, err := e.Records.TotalRecords(e.ctx, home, f)
		e.NoErr(err)
		e.Equal(t.Records, len(c.want))
		e.Equal(t.Time, spent)
	}
}

func totalRecords(e *env) {
	var rs []records.Record
	for n, c := range []struct {
		kind     records.Kind
		duration time.Duration
		amount   int64
		currency string
	}{{records.Time, time.Hour, 0, ""}, {records.Time, time.Minute, 0, ""}, {records.Call, time.Hour, 0, ""}, {records.Deal, 0, 5, "EUR"}, {records.Deal, 0, 6, "EUR"}, {records.Deal, 0, 7, "CHF"}} {
		r := linked(n, 1, c.kind)
		r.Duration, r.Amount, r.Currency = c.duration, c.amount, c.currency
		rs = append(rs, r)
	}
	e.seedRecords(rs...)
	got, err := e.Records.TotalRecords(e.ctx, home, records.Find{Filter: records.Filter{Contact: contactID(1)}, Sight: seesAll})
	e.NoErr(err)
	same(e, records.Totals{Records: 6, Time: time.Hour + time.Minute, Amounts: []records.Amount{{Currency: "CHF", Amount: 7}, {Currency: "EUR", Amount: 11}}}, got)
	got, err = e.Records.TotalRecords(e.ctx, home, records.Find{Filter: records.Filter{Contact: contactID(2)}, Sight: seesAll})
	e.NoErr(err)
	same(e, records.Totals{}, got)
}

func callMatches(e *env) {
	call := func(n, contact int, e164 string) records.Record {
		r := linked(n, contact, records.Call)
		r.E164 = e164
		return r
	}
	e.seedRecords(call(1, 0, "+491"), call(2, 0, "+492"), call(3, 0, "+493"), call(4, 0, "+494"), call(5, 0, ""), call(6, 1, "+491"), call(7, 0, "+491"))
	with := func(n int, state contacts.State, numbers ...string) contacts.Record {
		c := record(n, "With", "").Contact
		c.State = state
		for _, number := range numbers {
			c.Phones = append(c.Phones, contacts.Phone{Value: number, E164: number})
		}
		return indexed(c)
	}
	e.putHome(with(11, contacts.Live, "+491", "+492"), with(12, contacts.Live, "+492"), with(13, contacts.Binned, "+493"))
	got, err := e.Records.CallMatches(e.ctx, home, 10)
	e.NoErr(err)
	same(e, []records.CallMatch{{Record: recordID(1), Contact: contactID(11)}, {Record: recordID(7), Contact: contactID(11)}}, got)
	got, err = e.Records.CallMatches(e.ctx, home, 1)
	e.NoErr(err)
	e.Equal(len(got), 1)
}

func purgeRecords(e *env) {
	rs := []records.Record{fullRecord(1), linked(2, 1, records.Deal), linked(3, 1, records.Time), linked(4, 1, records.Meeting), linked(5, 2, records.Email)}
	for i := range rs[:4] {
		rs[i].Title, rs[i].Note, rs[i].Outcome = "Gone", "Gone", "Gone"
	}
	rs[1].Amount, rs[1].Currency = 100, "EUR"
	e.seedRecords(rs...)
	e.update(func(tx contacts.Tx) error { return tx.PurgeContacts(e.ctx, home, []desk.ContactID{contactID(1)}) })
	same(e, []desk.RecordID{recordID(5), recordID(3), recordID(2)}, e.foundRecords(records.Find{Sight: seesAll}))
	deal, err := e.Records.LinkedRecord(e.ctx, home, recordID(2))
	e.NoErr(err)
	want := rs[1]
	want.Version, want.Contact, want.Title, want.Note, want.Outcome = 2, "", "", "", ""
	same(e, want, deal)
	e.True(!strings.Contains(dump(e.t, e.f.Name, e.DB, home), "Gone"))
}
