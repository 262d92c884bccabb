package records_test

import (
	"testing"
	"time"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/tickets/records"
)

// caller is a contact with a phone.
func caller(name, owner, phone string) contacts.NewContact {
	return contacts.NewContact{LastName: name, Owner: owner, Phones: []contacts.Phone{{Value: phone}}}
}

func TestW3_RecordCallMatchesByNumber(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		_, err := d.Contacts.SaveSettings(ctx, d.Manager, contacts.Settings{Region: "DE"})
		is.NoErr(err)
		ann := person(t, d, contacts.NewContact{LastName: "Ann", CompanyName: "Corp", Phones: []contacts.Phone{{Value: "030 9018200"}}})
		person(t, d, caller("Two", "", "+49 30 9018201"))
		person(t, d, caller("Too", "", "+49 30 9018201"))
		call := func(number string) records.Record {
			t.Helper()
			r, err := d.Records.RecordCall(ctx, d.Manager, records.NewCall{Number: number, Direction: records.Inbound, Duration: 61 * time.Second, Outcome: "answered"})
			is.NoErr(err)
			return r
		}
		for _, number := range []string{"+49 30 9018200", "030/901 82 00", "0049309018200"} {
			r := call(number)
			is.Equal(r.Contact, ann.ID)
			is.Equal(r.Company, ann.CompanyID)
			is.Equal(r.Number, number) // as typed
			is.Equal(r.E164, "+49309018200")
			is.Equal(r.Duration, 61*time.Second)
		}
		for number, e164 := range map[string]string{"+49 30 9018201": "+49309018201", "+49 30 9018299": "+49309018299", "anonymous": "", "12": ""} {
			r := call(number)
			is.Equal(r.Contact, desk.ContactID("")) // several, none, no number
			is.Equal(r.E164, e164)
		}
		_, err = d.Records.RecordCall(ctx, d.Manager, records.NewCall{Number: " "})
		wants(t, err, desk.Invalid, "number")
		l, err := d.Records.List(ctx, d.Manager, records.Query{Filter: records.Filter{Contact: ann.ID, Kinds: []records.Kind{records.Call}}}, desk.Page{})
		is.NoErr(err)
		is.Equal(l.Count, 3)
		l, err = d.Records.List(ctx, d.Manager, records.Query{Filter: records.Filter{Unmatched: true}}, desk.Page{})
		is.NoErr(err)
		is.Equal(l.Count, 4)
	})
}

func TestW3_MatchCallsLater(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		two := person(t, d, caller("Two", "", "+49 30 9018201"))
		person(t, d, caller("Too", "", "+49 30 9018201"))
		var ids []desk.RecordID
		for _, number := range []string{"+49 30 9018200", "+49 30 9018200", "+49 30 9018201", "+49 30 9018202"} {
			r, err := d.Records.RecordCall(ctx, d.Manager, records.NewCall{Number: number})
			is.NoErr(err)
			ids = append(ids, r.ID)
		}
		n, err := d.Records.MatchCalls(ctx, d.Manager)
		is.NoErr(err)
		is.Equal(n, 0)
		ann := person(t, d, caller("Ann", "", "+49 30 9018200"))
		is.NoErr(d.Contacts.Delete(ctx, d.Manager, two.ID)) // one is left
		worker := desk.Actor{Workspace: d.Workspace, Kind: desk.SystemActor, ID: "upkeep", Grants: []desk.Permission{contacts.MayView, records.MayView, records.MayWrite}}
		n, err = d.Records.MatchCalls(ctx, worker)
		is.NoErr(err)
		is.Equal(n, 3)
		for i, matched := range []bool{true, true, true, false} {
			r, err := d.Records.Get(ctx, d.Manager, ids[i])
			is.NoErr(err)
			is.Equal(r.Contact != "", matched)
			is.Equal(r.Contact == ann.ID, i < 2)
		}
		log, err := d.Contacts.Activity(ctx, d.Manager, ann.ID, contacts.ActivityFilter{Verbs: []string{records.VerbMatched}}, desk.Page{})
		is.NoErr(err)
		is.Equal(log.Count, 2)
		is.Equal(log.Events[0].ActorID, "upkeep")
		n, err = d.Records.MatchCalls(ctx, worker)
		is.NoErr(err)
		is.Equal(n, 0) // again does nothing
	})
}

func TestMatchCallsInBatches(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	d := desktest.New(t)
	for range 430 {
		_, err := d.Records.RecordCall(ctx, d.Manager, records.NewCall{Number: "+49 30 9018200"})
		is.NoErr(err)
	}
	person(t, d, caller("Ann", "", "+49 30 9018200"))
	n, err := d.Records.MatchCalls(ctx, d.Manager)
	is.NoErr(err)
	is.Equal(n, 430)
}

// A number tells an actor nothing of a contact that it does not see: the call
// stays its own, without a contact.
func TestB58_NumberLookUp(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		person(t, d, caller("Hidden", "boss", "+49 30 9018200"))
		me := member(d, "me", contacts.MayViewOwn, records.MayView, records.MayWrite)
		hidden, err := d.Records.RecordCall(ctx, me, records.NewCall{Number: "+49 30 9018200"})
		is.NoErr(err)
		none, err := d.Records.RecordCall(ctx, me, records.NewCall{Number: "+49 30 9018202"})
		is.NoErr(err)
		is.Equal(hidden.Contact, none.Contact)
		for _, r := range []records.Record{hidden, none} {
			_, err = d.Records.Get(ctx, me, r.ID)
			is.NoErr(err)
		}
		mine := person(t, d, caller("Mine", "me", "+49 30 9018200"))
		r, err := d.Records.RecordCall(ctx, me, records.NewCall{Number: "+49 30 9018200"})
		is.NoErr(err)
		is.Equal(r.Contact, mine.ID) // the only one there is for it
		_, err = d.Records.RecordCall(ctx, me, records.NewCall{Number: "+49 30 9018202", Owner: "boss"})
		wants(t, err, desk.Invalid, "owner") // it would not see it
	})
}
