package storagetest

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/storagetest/faultdb"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/intake"
	"github.com/deskfolk/desk/tickets/records"
)

// serviceEnv is a desk with some contacts in it, whose database fails as told.
type serviceEnv struct {
	*env
	plan                *faultdb.Plan
	s                   *contacts.Service
	linked              *records.Service
	record              records.Record
	now                 time.Time
	a                   desk.Actor
	live, other, binned contacts.Contact
	company             contacts.Company

	// withTickets says that there are tickets.
	withTickets          bool
	tickets              *tickets.Service
	ticket, binnedTicket tickets.Ticket
	note                 tickets.Message
}

// serviceWrites are the public calls that write; Work is a sequence of some of
// them. Those without a key may be
// done twice when the first outcome is unknown.
var serviceWrites = []struct {
	name    string
	keyless bool
	run     func(e *serviceEnv, a desk.Actor) error
}{
	{"Create", false, func(e *serviceEnv, a desk.Actor) error {
		_, err := e.s.Create(e.ctx, a, contacts.NewContact{FirstName: "New", Email: "new@example.com", CompanyName: "New Company", Custom: map[string]string{"tier": "gold"}})
		return err
	}},
	{"Update", false, func(e *serviceEnv, a desk.Actor) error {
		name, email := "Changed", "changed@example.com"
		_, err := e.s.Update(e.ctx, a, e.live.ID, e.live.Version, contacts.Patch{FirstName: &name, Email: &email})
		return err
	}},
	{"FromSender", false, func(e *serviceEnv, a desk.Actor) error {
		_, _, err := e.s.FromSender(e.ctx, a, contacts.Sender{Email: "sender@acme.example", Name: "A Sender"})
		return err
	}},
	{"Bulk", false, func(e *serviceEnv, a desk.Actor) error {
		_, err := e.s.Bulk(e.ctx, a, contacts.Selection{IDs: []desk.ContactID{e.live.ID, e.other.ID}}, contacts.Action{Verb: contacts.BulkDeactivate})
		return err
	}},
	{"Delete", false, func(e *serviceEnv, a desk.Actor) error { return e.s.Delete(e.ctx, a, e.live.ID, e.other.ID) }},
	{"Restore", false, func(e *serviceEnv, a desk.Actor) error {
		_, err := e.s.Restore(e.ctx, a, e.binned.ID)
		return err
	}},
	{"Purge", false, func(e *serviceEnv, a desk.Actor) error { return e.s.Purge(e.ctx, a, e.binned.ID) }},
	{"EmptyBin", true, func(e *serviceEnv, a desk.Actor) error {
		_, err := e.s.EmptyBin(e.ctx, a)
		return err
	}},
	{"Apply", false, func(e *serviceEnv, a desk.Actor) error {
		var in []contacts.Incoming
		for n := range 6 {
			in = append(in, contacts.Incoming{Line: n + 2, Contact: contacts.NewContact{FirstName: fmt.Sprint("Row ", n), Email: fmt.Sprintf("row%d@example.com", n), CompanyName: "Imported"},
				Present: map[string]bool{"first_name": true, "email": true, "company": true}})
		}
		in = append(in, contacts.Incoming{Line: 9, Contact: contacts.NewContact{FirstName: "Renamed", Email: e.live.Email}, Present: map[string]bool{"first_name": true, "email": true}})
		_, err := e.s.Apply(e.ctx, a, in, contacts.ApplyOptions{OnDuplicate: contacts.Update, Cause: "import_1"})
		return err
	}},
	{"CreateCompany", false, func(e *serviceEnv, a desk.Actor) error {
		_, err := e.s.CreateCompany(e.ctx, a, "Another", []string{"another.example"})
		return err
	}},
	{"UpdateCompany", false, func(e *serviceEnv, a desk.Actor) error {
		name := "Acme Renamed"
		_, err := e.s.UpdateCompany(e.ctx, a, e.company.ID, e.company.Version, contacts.CompanyPatch{Name: &name, Domains: &[]string{"a.example", "b.example"}})
		return err
	}},
	{"SaveSettings", false, func(e *serviceEnv, a desk.Actor) error {
		_, err := e.s.SaveSettings(e.ctx, a, contacts.Settings{Version: 1, Region: "CH", AllowImport: true})
		return err
	}},
	{"DefineField", false, func(e *serviceEnv, a desk.Actor) error {
		return e.s.DefineField(e.ctx, a, contacts.FieldDef{Key: "more", Label: "More", Type: contacts.TextField})
	}},
	{"RemoveField", false, func(e *serviceEnv, a desk.Actor) error { return e.s.RemoveField(e.ctx, a, "tier") }},
	{"MayCallNow", true, func(e *serviceEnv, a desk.Actor) error {
		_, err := e.s.MayCallNow(e.ctx, a, e.live.ID)
		return err
	}},
	{"SubjectAccess", true, func(e *serviceEnv, a desk.Actor) error {
		return e.s.SubjectAccess(e.ctx, a, e.live.ID, &bytes.Buffer{})
	}},
	{"Seal", true, func(e *serviceEnv, a desk.Actor) error {
		_, err := e.s.Seal(e.ctx, a)
		return err
	}},
	{"records.Create", false, func(e *serviceEnv, a desk.Actor) error {
		_, err := e.linked.Create(e.ctx, a, records.NewRecord{Kind: records.Deal, Contact: e.live.ID, Title: "Licences", Amount: 100, Currency: "EUR"})
		return err
	}},
	{"records.RecordCall", false, func(e *serviceEnv, a desk.Actor) error {
		_, err := e.linked.RecordCall(e.ctx, a, records.NewCall{Number: "030 7654321"})
		return err
	}},
	{"records.Update", false, func(e *serviceEnv, a desk.Actor) error {
		title := "Renamed"
		_, err := e.linked.Update(e.ctx, a, e.record.ID, records.Patch{Version: 1, Title: &title, Contact: &e.other.ID})
		return err
	}},
	{"records.Delete", false, func(e *serviceEnv, a desk.Actor) error { return e.linked.Delete(e.ctx, a, e.record.ID) }},
	{"tickets.Create", false, func(e *serviceEnv, a desk.Actor) error {
		_, err := e.tickets.Create(e.ctx, a, tickets.NewTicket{Subject: "New", Requester: e.live.ID, Participants: []desk.ContactID{e.other.ID}, Message: &tickets.NewMessage{Text: "x", Attachments: aFile(300 << 10)}})
		return err
	}},
	{"tickets.Update", false, func(e *serviceEnv, a desk.Actor) error {
		subject, status := "Changed", "closed"
		_, err := e.tickets.Update(e.ctx, a, e.ticket.ID, tickets.Patch{Version: e.ticket.Version, Subject: &subject, Status: &status})
		return err
	}},
	{"tickets.Post", false, func(e *serviceEnv, a desk.Actor) error {
		_, err := e.tickets.Post(e.ctx, a, e.ticket.ID, tickets.NewMessage{HTML: "<p>x</p>", Attachments: aFile(10)})
		return err
	}},
	{"tickets.SetParticipant", false, func(e *serviceEnv, a desk.Actor) error {
		return e.tickets.SetParticipant(e.ctx, a, e.ticket.ID, e.other.ID, tickets.Requester)
	}},
	{"tickets.RemoveParticipant", false, func(e *serviceEnv, a desk.Actor) error {
		return e.tickets.RemoveParticipant(e.ctx, a, e.ticket.ID, e.live.ID)
	}},
	{"tickets.EditNote", false, func(e *serviceEnv, a desk.Actor) error {
		_, err := e.tickets.EditNote(e.ctx, a, e.ticket.ID, e.note.ID, "changed", "")
		return err
	}},
	{"tickets.DeleteNote", false, func(e *serviceEnv, a desk.Actor) error {
		return e.tickets.DeleteNote(e.ctx, a, e.ticket.ID, e.note.ID)
	}},
	{"tickets.Delete", false, func(e *serviceEnv, a desk.Actor) error { return e.tickets.Delete(e.ctx, a, e.ticket.ID) }},
	{"tickets.Restore", false, func(e *serviceEnv, a desk.Actor) error {
		_, err := e.tickets.Restore(e.ctx, a, e.binnedTicket.ID)
		return err
	}},
	{"tickets.Purge", false, func(e *serviceEnv, a desk.Actor) error { return e.tickets.Purge(e.ctx, a, e.binnedTicket.ID) }},
	{"tickets.EmptyBin", true, func(e *serviceEnv, a desk.Actor) error {
		_, err := e.tickets.EmptyBin(e.ctx, a)
		return err
	}},
	{"tickets.SaveSettings", false, func(e *serviceEnv, a desk.Actor) error {
		_, err := e.tickets.SaveSettings(e.ctx, a, tickets.Settings{KeepClosed: true, Categories: []tickets.Category{{Key: "a", Label: "A"}}})
		return err
	}},
	{"tickets.Each", true, func(e *serviceEnv, a desk.Actor) error {
		return e.tickets.Each(e.ctx, a, tickets.Query{}, func(tickets.Ticket) error { return nil })
	}},
	{"tickets.intake.Take", false, func(e *serviceEnv, a desk.Actor) error {
		s := intake.New(e.Intake, e.s, e.tickets, &intake.Options{Now: func() time.Time { return e.now }})
		raw := strings.NewReader("From: new@mail.example\r\nTo: s@desk.example\r\nCc: other@mail.example\r\nSubject: Help\r\nMessage-ID: <1@mail.example>\r\n\r\nHello")
		res, err := s.Take(e.ctx, a, intake.Delivery{Raw: raw})
		if err == nil && res.Outcome != intake.Created {
			err = fmt.Errorf("%s: %s", res.Outcome, res.Reason)
		}
		return err
	}},
	{"records.MatchCalls", true, func(e *serviceEnv, a desk.Actor) error {
		_, err := e.linked.MatchCalls(e.ctx, a)
		return err
	}},
}

// aFile is an attachment of n bytes.
func aFile(n int) []tickets.NewAttachment {
	return []tickets.NewAttachment{{Name: "a.bin", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(make([]byte, n))), nil }}}
}

// seedTickets makes a ticket with a note, and one in the bin.
func (e *serviceEnv) seedTickets() {
	e.t.Helper()
	e.tickets = tickets.New(e.Tickets, &tickets.Options{Now: func() time.Time { return e.now }})
	var err error
	if e.ticket, err = e.tickets.Create(e.ctx, e.a, tickets.NewTicket{Subject: "Live", Requester: e.live.ID}); err != nil {
		e.t.Fatal(err)
	}
	if e.note, err = e.tickets.Post(e.ctx, e.a, e.ticket.ID, tickets.NewMessage{Kind: tickets.Internal, Text: "note", Attachments: aFile(3)}); err != nil {
		e.t.Fatal(err)
	}
	if e.binnedTicket, err = e.tickets.Create(e.ctx, e.a, tickets.NewTicket{Subject: "Binned", Message: &tickets.NewMessage{Text: "x", Attachments: aFile(3)}}); err != nil {
		e.t.Fatal(err)
	}
	if err := e.tickets.Delete(e.ctx, e.a, e.binnedTicket.ID); err != nil {
		e.t.Fatal(err)
	}
}

// seedService fills the desk by the service itself.
func (e *serviceEnv) seedService() {
	e.t.Helper()
	must := func(err error) {
		e.t.Helper()
		if err != nil {
			e.t.Fatal(err)
		}
	}
	e.now = noon
	e.s = contacts.New(e.Store, &contacts.Options{Now: func() time.Time { return e.now }})
	e.a = desk.Actor{Workspace: home, Kind: desk.MemberActor, ID: "manager", Grants: slices.Concat(contacts.Permissions, records.Permissions, tickets.Permissions, intake.Permissions)}
	e.linked = records.New(e.Records, &records.Options{Now: func() time.Time { return e.now }})
	_, err := e.s.SaveSettings(e.ctx, e.a, contacts.Settings{Region: "DE", AllowImport: true})
	must(err)
	must(e.s.DefineField(e.ctx, e.a, contacts.FieldDef{Key: "tier", Label: "Tier", Type: contacts.TextField}))
	e.company, err = e.s.CreateCompany(e.ctx, e.a, "Acme", []string{"acme.example"})
	must(err)
	for _, c := range []struct {
		name string
		to   *contacts.Contact
	}{{"Live", &e.live}, {"Other", &e.other}, {"Binned", &e.binned}} {
		*c.to, err = e.s.Create(e.ctx, e.a, contacts.NewContact{FirstName: c.name, Email: strings.ToLower(c.name) + "@example.com", CompanyID: e.company.ID, Custom: map[string]string{"tier": "x"},
			Phones: []contacts.Phone{{Value: "030 1234567"}}, External: map[string]string{"erp": c.name}})
		must(err)
	}
	must(e.s.Delete(e.ctx, e.a, e.binned.ID))
	e.record, err = e.linked.Create(e.ctx, e.a, records.NewRecord{Kind: records.Meeting, Contact: e.live.ID, Title: "Kick-off"})
	must(err)
	_, err = e.linked.RecordCall(e.ctx, e.a, records.NewCall{Number: "030 9018200"})
	must(err)
	_, err = e.s.Create(e.ctx, e.a, contacts.NewContact{FirstName: "Caller", Phones: []contacts.Phone{{Value: "+49 30 9018200"}}})
	must(err)
	if e.withTickets {
		e.seedTickets()
	}
	e.now = noon.AddDate(0, 0, 61)
}

// versioned are the tables whose rows count their changes.
var versioned = []string{
	"desk_contacts", "desk_companies", "desk_settings", "desk_records", "desk_tickets", "desk_forms", "desk_request_templates", "desk_form_assignments", "desk_tasks",
}

// counts is the number of rows in each table, which tells an effect that was
// done from one that was not, or was done twice, where the values themselves
// have new ids and times each time.
func (e *serviceEnv) counts() string {
	e.t.Helper()
	s := ""
	for _, table := range tables(e.t, e.f.Name, e.DB) {
		var n int
		if strings.HasPrefix(table, "desk_search_") && table != "desk_search_entries" {
			continue
		}
		if err := e.DB.QueryRowContext(e.ctx, `SELECT COUNT(*) FROM `+table).Scan(&n); err != nil {
			e.t.Fatal(err)
		}
		s += fmt.Sprintf("%s %d\n", table, n)
	}
	var versions int
	for _, table := range versioned {
		var n int
		if err := e.DB.QueryRowContext(e.ctx, `SELECT COALESCE(SUM(version), 0) FROM `+table).Scan(&n); err != nil {
			e.t.Fatal(err)
		}
		versions += n
	}
	return s + fmt.Sprintf("versions %d\n", versions)
}

// runServiceFaults is C3: for every public write, the n-th call to the
// database fails. All of it is done or nothing; the same call with the same
// key then succeeds, and nothing is done twice.
func runServiceFaults(t *testing.T, f Factory) {
	for _, w := range serviceWrites {
		for i, m := range faultModes {
			t.Run(w.name+" "+m.name, func(t *testing.T) {
				t.Parallel()
				plan := &faultdb.Plan{}
				e := &serviceEnv{env: &env{I: is.New(t), Opened: f.Faulty(t, plan), t: t, f: f, ctx: t.Context()}, plan: plan, withTickets: strings.HasPrefix(w.name, "tickets.")}
				e.seedService()
				before := e.counts()
				a := e.a.WithKey("key")
				if w.keyless {
					a = e.a
				}
				if err := w.run(e, a); err != nil {
					t.Fatal(err)
				}
				full := e.counts()
				// A lost connection is made good inside, and the desk must be
				// filled again each time: one call in four is enough.
				step := 1
				if m.mode.Lost {
					step = 4
				}
				for n := 1 + i%step; n > 0; {
					e.wipe()
					e.seedService()
					n = e.serviceFaults(n, step, m.mode, w.keyless, before, full, func() error { return w.run(e, a) })
				}
			})
		}
	}
}

// serviceFaults makes calls fail until the write is done in spite of it, and
// returns the next n, or 0 when there are no more calls.
func (e *serviceEnv) serviceFaults(n, step int, m faultdb.Mode, keyless bool, before, full string, run func() error) int {
	e.t.Helper()
	for ; n < 300; n += step {
		e.plan.Arm(n, m)
		err := run()
		hit := e.plan.Hit()
		after := e.counts()
		if after != before && after != full {
			e.t.Fatalf("call %d: %v, and it is half done:\n%s\nbefore:\n%s\nin full:\n%s", n, err, after, before, full)
		}
		if err == nil && after != full {
			e.t.Fatalf("call %d: it is said to be done, and is not:\n%s\nin full:\n%s", n, after, full)
		}
		if err == nil || after == full && before != full {
			if !keyless {
				if err := run(); err != nil {
					e.t.Fatalf("call %d: again with the same key: %v", n, err)
				}
				if again := e.counts(); again != full {
					e.t.Fatalf("call %d: again with the same key it was done twice:\n%s\nin full:\n%s", n, again, full)
				}
			}
			if !hit {
				return 0
			}
			return n + step
		}
	}
	e.t.Fatal("there is no end of calls")
	return 0
}
