package records_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/records"
)

// named is what a call can name that is not for the caller.
type named struct {
	record  desk.RecordID
	contact desk.ContactID
	company desk.CompanyID
	ticket  desk.TicketID
	number  string
}

// idorCalls calls each exported method of the service with something that is
// not for the caller, and returns all that it learns. A method without an
// entry fails the test.
var idorCalls = map[string]func(s *records.Service, a desk.Actor, n named) string{
	"Create": func(s *records.Service, a desk.Actor, n named) string {
		r, err := s.Create(ctx, a, records.NewRecord{Kind: records.Deal, Title: "x", Contact: n.contact})
		r2, err2 := s.Create(ctx, a, records.NewRecord{Kind: records.Deal, Title: "x", Company: &n.company})
		r3, err3 := s.Create(ctx, a, records.NewRecord{Kind: records.Deal, Title: "x", Ticket: n.ticket})
		return fmt.Sprint(r, err, r2, err2, r3, err3)
	},
	"Get": func(s *records.Service, a desk.Actor, n named) string {
		r, err := s.Get(ctx, a, n.record)
		return fmt.Sprint(r, err)
	},
	"Update": func(s *records.Service, a desk.Actor, n named) string {
		r, err := s.Update(ctx, a, n.record, records.Patch{Version: 1, Title: ptr("taken over")})
		own, err2 := s.RecordCall(ctx, a, records.NewCall{Number: "+49 30 9018299"})
		_, err3 := s.Update(ctx, a, own.ID, records.Patch{Version: 1, Contact: &n.contact})
		_, err4 := s.Update(ctx, a, own.ID, records.Patch{Version: 1, Company: &n.company})
		_, err5 := s.Update(ctx, a, own.ID, records.Patch{Version: 1, Ticket: &n.ticket})
		return fmt.Sprint(r, err, err2, err3, err4, err5)
	},
	"Delete": func(s *records.Service, a desk.Actor, n named) string { return fmt.Sprint(s.Delete(ctx, a, n.record)) },
	"List": func(s *records.Service, a desk.Actor, n named) string {
		var b strings.Builder
		for _, f := range []records.Filter{{}, {Contact: n.contact}, {Company: n.company}, {Ticket: n.ticket}, {Owner: "boss"}, {Kinds: []records.Kind{records.Deal}}} {
			l, err := s.List(ctx, a, records.Query{Filter: f}, desk.Page{})
			fmt.Fprint(&b, l, err)
		}
		return b.String()
	},
	"Totals": func(s *records.Service, a desk.Actor, n named) string {
		var b strings.Builder
		for _, f := range []records.Filter{{}, {Contact: n.contact}, {Company: n.company}, {Ticket: n.ticket}} {
			t, err := s.Totals(ctx, a, f)
			fmt.Fprint(&b, t, err)
		}
		return b.String()
	},
	"RecordCall": func(s *records.Service, a desk.Actor, n named) string {
		r, err := s.RecordCall(ctx, a, records.NewCall{Number: n.number})
		r2, err2 := s.RecordCall(ctx, a, records.NewCall{Number: "1234", Ticket: n.ticket})
		return fmt.Sprint(r.Contact, r.Company, err, r2.Ticket, err2)
	},
	"MatchCalls": func(s *records.Service, a desk.Actor, n named) string {
		r, err := s.RecordCall(ctx, a, records.NewCall{Number: n.number})
		k, err2 := s.MatchCalls(ctx, a)
		r, err3 := s.Get(ctx, a, r.ID)
		return fmt.Sprint(k, r.Contact, err, err2, err3)
	},
	"Parts": func(s *records.Service, a desk.Actor, n named) string {
		var b strings.Builder
		for _, p := range s.Parts() {
			page, err := p.Read(ctx, a, n.contact, desk.Page{})
			fmt.Fprint(&b, page, err)
		}
		return b.String()
	},
}

// secret makes a contact with records.
func secret(t *testing.T, d *desktest.Desk, a desk.Actor) named {
	t.Helper()
	c, err := d.Contacts.Create(ctx, a, contacts.NewContact{LastName: "Secret", CompanyName: "Secret Inc", Owner: "boss", Phones: []contacts.Phone{{Value: "+49 30 9018200"}}})
	if err != nil {
		t.Fatal(err)
	}
	r, err := d.Records.Create(ctx, a, records.NewRecord{Kind: records.Deal, Contact: c.ID, Title: "Secret deal", Amount: 1, Currency: "EUR", Owner: "boss"})
	var ticket desk.TicketID
	if err == nil {
		var x tickets.Ticket
		if x, err = d.Tickets.Create(ctx, a, tickets.NewTicket{Subject: "Secret"}); err != nil {
			t.Fatal(err)
		}
		ticket = x.ID
		_, err = d.Records.Create(ctx, a, records.NewRecord{Kind: records.Time, Ticket: x.ID, Contact: c.ID, Duration: time.Hour, Owner: "boss"})
	}
	if err != nil {
		t.Fatal(err)
	}
	return named{r.ID, c.ID, c.CompanyID, ticket, "+49309018200"}
}

var nobody = named{"record_01h455vb4pex5vsknk084sn02q", "contact_01h455vb4pex5vsknk084sn02q", "company_01h455vb4pex5vsknk084sn02q", "ticket_01h455vb4pex5vsknk084sn02q", "+49309018202"}

// hushed leaves out what differs between any two calls.
func hushed(s string, n named) string {
	return strings.NewReplacer(string(n.record), "R", string(n.contact), "C", string(n.company), "O", string(n.ticket), "T").Replace(s)
}

func TestB54_RecordsIDORMatrix(t *testing.T) {
	methods := reflect.TypeFor[*records.Service]()
	for i := range methods.NumMethod() {
		if _, ok := idorCalls[methods.Method(i).Name]; !ok {
			t.Errorf("%s is not in the matrix", methods.Method(i).Name)
		}
	}
	each(t, func(t *testing.T, d *desktest.Desk) {
		other := d.Manager
		other.Workspace = "other"
		foreign := secret(t, d, other)
		before := everything(t, d, other)
		fresh := 0
		call := func(name string, a desk.Actor, n named) string {
			fresh++ // a workspace for each call, since some calls make records
			a.Workspace = desk.WorkspaceID(fmt.Sprint("fresh-", fresh))
			return hushed(idorCalls[name](d.Records, a, n), n)
		}
		for _, a := range []desk.Actor{
			d.Manager, d.Viewer, member(d, "boss", contacts.MayViewOwn, records.MayView, records.MayWrite, records.MayDelete),
			{Kind: desk.ContactActor, ID: string(foreign.contact), Grants: d.Manager.Grants},
			{Kind: desk.SystemActor, ID: "job", Grants: d.Manager.Grants},
		} {
			for name := range idorCalls {
				if got, want := call(name, a, foreign), call(name, a, nobody); got != want {
					t.Errorf("%s as %s tells\n%s from\n%s", name, a.ID, got, want)
				}
			}
		}
		if diff := cmp.Diff(before, everything(t, d, other)); diff != "" {
			t.Errorf("the other workspace changed: %s", diff)
		}
	})
}

// everything is all records of a workspace, and its log.
func everything(t *testing.T, d *desktest.Desk, a desk.Actor) string {
	t.Helper()
	l, err := d.Records.List(ctx, a, records.Query{}, desk.Page{})
	if err != nil {
		t.Fatal(err)
	}
	log, err := d.Contacts.Log(ctx, a, contacts.ActivityFilter{}, desk.Page{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%+v\n%+v", l, log)
}

func TestB58_RecordsOfHiddenContacts(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		hidden := secret(t, d, d.Manager)
		me := member(d, "me", contacts.MayViewOwn, records.MayView, records.MayWrite, records.MayDelete)
		for name, call := range idorCalls {
			if name == "Create" || name == "Update" {
				continue // a company is there for all; what they refuse of contacts is looked at below
			}
			// What is made by one call is there for the next.
			got := hushed(call(d.Records, member(d, "a"+name, me.Grants...), hidden), hidden)
			want := hushed(call(d.Records, member(d, "b"+name, me.Grants...), nobody), nobody)
			if got != want {
				t.Errorf("%s tells\n%s from\n%s", name, got, want)
			}
		}
		_, err := d.Records.Create(ctx, me, records.NewRecord{Kind: records.Call, Contact: hidden.contact})
		wants(t, err, desk.Invalid, "contact")
		own, err := d.Records.RecordCall(ctx, me, records.NewCall{Number: "1234"})
		is.NoErr(err)
		_, err = d.Records.Update(ctx, me, own.ID, records.Patch{Version: 1, Contact: &hidden.contact})
		wants(t, err, desk.Invalid, "contact")
		_, err = d.Records.Update(ctx, me, own.ID, records.Patch{Version: 1, Owner: ptr("boss")})
		wants(t, err, desk.Invalid, "owner") // nobody writes what they could not read

		mine := person(t, d, contacts.NewContact{LastName: "Mine", Owner: "me"})
		keep(t, d, records.NewRecord{Kind: records.Time, Contact: mine.ID, Duration: time.Minute, Owner: "boss"})
		l, err := d.Records.List(ctx, me, records.Query{}, desk.Page{})
		is.NoErr(err)
		is.Equal(l.Count, 2) // the own call, and what the boss kept on my contact
		is.Equal(len(l.Records), 2)
		sum, err := d.Records.Totals(ctx, me, records.Filter{})
		is.NoErr(err)
		is.Equal(sum.Time, time.Minute)
		is.Equal(len(sum.Amounts), 0)
	})
}

func TestB55_RecordsForeignReferences(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		other := d.Manager
		other.Workspace = "other"
		foreign := secret(t, d, other)
		_, err := d.Records.Create(ctx, d.Manager, records.NewRecord{Kind: records.Call, Contact: foreign.contact})
		wants(t, err, desk.Invalid, "contact")
		_, err = d.Records.Create(ctx, d.Manager, records.NewRecord{Kind: records.Call, Company: &foreign.company})
		wants(t, err, desk.Invalid, "company")
		own, err := d.Records.RecordCall(ctx, d.Manager, records.NewCall{Number: "1234"})
		if err != nil {
			t.Fatal(err)
		}
		// The database refuses it too, whatever the service says.
		_, err = d.DB.ExecContext(ctx, `UPDATE desk_records SET contact_id = '`+string(foreign.contact)+`' WHERE id = '`+string(own.ID)+`'`)
		if err == nil {
			t.Error("the database takes another workspace's contact")
		}
	})
}
