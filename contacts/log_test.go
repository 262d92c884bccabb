package contacts_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/desktest"
)

func TestActivityPagesAndFilters(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		c := make1(t, d, contacts.NewContact{LastName: "A"})
		for i := range 7 {
			d.Clock.Turn(time.Minute)
			var err error
			c, err = d.Contacts.Update(ctx, d.Manager, c.ID, c.Version, contacts.Patch{JobTitle: ptr(fmt.Sprint(i))})
			is.NoErr(err)
		}
		_, err := d.Contacts.MayCallNow(ctx, d.Viewer, c.ID)
		is.NoErr(err)
		var seen []string
		page := desk.Page{Limit: 4}
		for {
			l, err := d.Contacts.Activity(ctx, d.Viewer, c.ID, contacts.ActivityFilter{}, page)
			is.NoErr(err)
			is.Equal(l.Count, 9)
			for _, e := range l.Events {
				seen = append(seen, e.Type())
			}
			if page.Cursor = l.Next; page.Cursor == "" {
				break
			}
		}
		is.Equal(len(seen), 9)
		is.Equal(seen[0], "Compliance: Call checked")
		is.Equal(seen[8], "Created")
		only, err := d.Contacts.Activity(ctx, d.Viewer, c.ID, contacts.ActivityFilter{ComplianceOnly: true}, desk.Page{})
		is.NoErr(err)
		is.Equal(only.Count, 1)
		is.Equal(only.Events[0].ActorID, "viewer")
		since, err := d.Contacts.Activity(ctx, d.Viewer, c.ID, contacts.ActivityFilter{From: d.Clock.Now().Add(-time.Minute), ActorID: "manager"}, desk.Page{})
		is.NoErr(err)
		is.Equal(since.Count, 2)
		_, err = d.Contacts.Log(ctx, d.Viewer, contacts.ActivityFilter{}, desk.Page{})
		wants(t, err, desk.Denied, "")
	})
}

// A part that is not for the actor is left out of a profile, and keeps a
// bundle, which must have everything, from being made.
func TestProfileWithoutAPart(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		c := make1(t, d, contacts.NewContact{LastName: "A"})
		closed := contacts.ProfilePart{Name: "closed", Label: "Closed", Read: func(context.Context, desk.Actor, desk.ContactID, desk.Page) (contacts.PartPage, error) {
			return contacts.PartPage{}, desk.Errorf(desk.Denied, "", "No.")
		}}
		s := contacts.New(d.Store, &contacts.Options{Now: d.Clock.Now, Parts: []contacts.ProfilePart{closed}})
		p, err := s.Profile(ctx, d.Viewer, c.ID, contacts.ProfileQuery{})
		is.NoErr(err)
		is.Equal(len(p.Parts), 0)
		wants(t, s.SubjectAccess(ctx, d.Manager, c.ID, &bytes.Buffer{}), desk.Denied, "")
	})
}

func TestProfile(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		define(t, d, contacts.FieldDef{Key: "tier", Type: contacts.TextField})
		c := make1(t, d, contacts.NewContact{LastName: "A", CompanyName: "Acme"})
		part := contacts.ProfilePart{Name: "tickets", Label: "Tickets", Read: func(_ context.Context, a desk.Actor, id desk.ContactID, p desk.Page) (contacts.PartPage, error) {
			return contacts.PartPage{Items: []any{string(id)}, Count: 1}, nil
		}}
		s := contacts.New(d.Store, &contacts.Options{Now: d.Clock.Now, Parts: []contacts.ProfilePart{part}})
		d.Clock.Turn(time.Second)
		p, err := s.Profile(ctx, d.Viewer, c.ID, contacts.ProfileQuery{Pages: map[string]desk.Page{"activity": {Limit: 1}}})
		is.NoErr(err)
		is.Equal(p.Company.Name, "Acme")
		is.Equal(p.Company.Contacts, 1)
		is.Equal(len(p.Activity.Events), 1)
		is.Equal(p.Activity.Count, 2) // made, and now looked at
		is.Equal(p.Activity.Events[0].Type(), "Compliance: Viewed")
		is.True(p.Activity.Next != "")
		is.Equal(p.Parts, []contacts.PartPage{{Name: "tickets", Label: "Tickets", Items: []any{string(c.ID)}, Count: 1}})
		is.Equal(len(p.Fields), 1)
		set, err := s.Settings(ctx, d.Manager)
		is.NoErr(err)
		set.SkipAccessLog = true
		_, err = s.SaveSettings(ctx, d.Manager, set)
		is.NoErr(err)
		p, err = s.Profile(ctx, d.Viewer, c.ID, contacts.ProfileQuery{Parts: []string{"activity"}})
		is.NoErr(err)
		is.Equal(p.Activity.Count, 2)
		is.Equal(len(p.Parts), 0)
		_, err = s.Profile(ctx, d.Viewer, c.ID, contacts.ProfileQuery{Parts: []string{"deals"}})
		wants(t, err, desk.Invalid, "parts")

		var b bytes.Buffer
		is.NoErr(s.SubjectAccess(ctx, d.Manager, c.ID, &b))
		var bundle struct {
			Contact struct {
				Last string `json:"last_name"`
			}
			Company  struct{ Name string }
			Activity []struct{ Type string }
			Tickets  []string
		}
		is.NoErr(json.Unmarshal(b.Bytes(), &bundle))
		is.Equal(bundle.Contact.Last, "A")
		is.Equal(bundle.Company.Name, "Acme")
		is.Equal(bundle.Activity[0].Type, "Compliance: Subject access")
		is.Equal(bundle.Tickets, []string{string(c.ID)})
		blind := d.Manager
		blind.Fields = map[string]desk.Access{"contact.notes": desk.Hidden}
		wants(t, s.SubjectAccess(ctx, blind, c.ID, &b), desk.Denied, "notes")
		wants(t, s.SubjectAccess(ctx, d.Viewer, c.ID, &b), desk.Denied, "")
	})
}

func TestLogChainFindsTampering(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		report, err := d.Contacts.VerifyLog(ctx, d.Manager)
		is.NoErr(err)
		is.Equal(report, contacts.LogReport{})
		a := make1(t, d, contacts.NewContact{LastName: "A"})
		n, err := d.Contacts.Seal(ctx, d.Manager)
		is.NoErr(err)
		is.Equal(n, 1)
		make1(t, d, contacts.NewContact{LastName: "B"})
		report, err = d.Contacts.VerifyLog(ctx, d.Manager)
		is.NoErr(err)
		is.True(report.Events == 2 && report.Seals == 2 && len(report.Broken) == 0 && len(report.Head) == 64)
		exec := func(statement string) {
			t.Helper()
			_, err := d.DB.ExecContext(ctx, statement)
			is.NoErr(err)
		}
		// Redacting by hand keeps the chain, but is seen.
		exec("UPDATE desk_activity SET summary = '', changes = '', redacted = TRUE, digest = " + hexLiteral(t, contacts.EventDigest(d.Workspace, events(t, d, a.ID)[0])) + " WHERE subject = '" + string(a.ID) + "'")
		report, err = d.Contacts.VerifyLog(ctx, d.Manager)
		is.NoErr(err)
		is.Equal(len(report.Broken), 1)
		is.True(strings.Contains(report.Broken[0], string(a.ID)))
		exec("UPDATE desk_activity SET redacted = FALSE WHERE subject = '" + string(a.ID) + "'")
		for _, tamper := range []string{
			"UPDATE desk_activity SET summary = 'x' WHERE subject = '" + string(a.ID) + "'",
			"DELETE FROM desk_activity WHERE subject = '" + string(a.ID) + "'",
		} {
			exec(tamper)
			report, err = d.Contacts.VerifyLog(ctx, d.Manager)
			is.NoErr(err)
			if len(report.Broken) != 1 || !strings.HasPrefix(report.Broken[0], "Seal 1: ") {
				t.Errorf("%s: %v", tamper, report.Broken)
			}
		}
		_, err = d.Contacts.VerifyLog(ctx, d.Viewer)
		wants(t, err, desk.Denied, "")
	})
}

// hexLiteral writes bytes as the database's SQL does.
func hexLiteral(t *testing.T, b []byte) string {
	t.Helper()
	if strings.Contains(t.Name(), "postgres") {
		return fmt.Sprintf(`'\x%x'::bytea`, b)
	}
	return fmt.Sprintf("x'%x'", b)
}

func TestCallHours(t *testing.T) {
	d := desktest.New(t) // noon UTC on Sunday, 1 March 2026
	for _, c := range []struct {
		n       contacts.NewContact
		allowed bool
		local   string
		opens   string
	}{
		{contacts.NewContact{}, true, "12:00", ""},
		{contacts.NewContact{TimeZone: "Asia/Tokyo"}, false, "21:00", "2026-03-02T08:00:00+09:00"},
		{contacts.NewContact{TimeZone: "Pacific/Honolulu"}, false, "02:00", "2026-03-01T08:00:00-10:00"},
		{contacts.NewContact{TimeZone: "Asia/Tokyo", CallHours: contacts.CallHours{From: 20 * 60, Until: 22 * 60}}, true, "21:00", ""},
		{contacts.NewContact{TimeZone: "Asia/Tokyo", CallHours: contacts.CallHours{From: 20 * 60, Until: 60}}, true, "21:00", ""},
		{contacts.NewContact{CallHours: contacts.CallHours{From: 721, Until: 1440}}, false, "12:00", "2026-03-01T12:01:00Z"},
		{contacts.NewContact{DoNotCall: true}, false, "12:00", ""},
	} {
		c.n.LastName = "A"
		got, err := d.Contacts.MayCallNow(ctx, d.Viewer, make1(t, d, c.n).ID)
		if err != nil {
			t.Fatal(err)
		}
		opens := ""
		if !got.Opens.IsZero() {
			opens = got.Opens.Format(time.RFC3339)
		}
		if got.Allowed != c.allowed || got.LocalTime.Format("15:04") != c.local || opens != c.opens || got.Reason == "" {
			t.Errorf("%+v: %+v, opens %s", c.n, got, opens)
		}
	}
}

func TestExplain(t *testing.T) {
	d := desktest.New(t)
	is := is.New(t)
	c := make1(t, d, contacts.NewContact{LastName: "A", Email: "a@x.co", PortalAccess: true})
	gates := func(a desk.Actor, id desk.ContactID, p desk.Permission) string {
		ds, err := d.Contacts.Explain(ctx, a, id, p)
		is.NoErr(err)
		var b strings.Builder
		for _, g := range ds {
			fmt.Fprintf(&b, "%s=%v ", g.Gate, g.Allowed)
			is.True(g.Reason != "")
		}
		return b.String()
	}
	is.Equal(gates(d.Manager, c.ID, contacts.MayDelete), "grant=true contact=true portal_access=false ")
	is.Equal(gates(d.Viewer, c.ID, contacts.MayModify), "grant=false contact=true ")
	is.Equal(gates(d.Manager, "", contacts.MayImport), "workspace=false grant=true ")
	is.Equal(gates(member(d, "x", contacts.MayViewOwn), c.ID, contacts.MayView), "grant=true contact=false ")
	is.Equal(gates(desk.Actor{}, c.ID, contacts.MayView), "actor=false ")
}

func TestSettingsVersions(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		set, err := d.Contacts.SaveSettings(ctx, d.Manager, contacts.Settings{Region: "de", TimeZone: "Europe/Berlin"})
		is.NoErr(err)
		is.Equal(set.Version, int64(1))
		is.Equal(set.Region, "DE")
		_, err = d.Contacts.SaveSettings(ctx, d.Manager, contacts.Settings{Region: "FR"})
		wants(t, err, desk.Conflict, "version")
		_, err = d.Contacts.SaveSettings(ctx, d.Viewer, set)
		wants(t, err, desk.Denied, "")
		for field, bad := range map[string]contacts.Settings{"region": {Region: "XX"}, "time_zone": {TimeZone: "x"}, "required": {Required: "x"}, "call_hours": {CallHours: contacts.CallHours{From: 9}}} {
			_, err := d.Contacts.SaveSettings(ctx, d.Manager, bad)
			wants(t, err, desk.Invalid, field)
		}
		c := make1(t, d, contacts.NewContact{LastName: "A", Phones: []contacts.Phone{{Value: "030 901820"}}})
		is.Equal(c.Phone().E164, "+4930901820")
		for _, text := range []string{"030 901820", "0049 30 901820", "+49 (0)30 90-18-20", "901820", "030/901820"} {
			is.Equal(listed(t, d, d.Viewer, contacts.Query{Text: text}), []string{"A"})
		}
	})
}

// TestImportSealsItsEvents sees that what many rows record is in the chain with
// them, that nobody's events are left out, and that a change of one is found.
func TestImportSealsItsEvents(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		allowImport(t, d)
		_, err := d.Contacts.Seal(ctx, d.Manager)
		is.NoErr(err)
		before, err := d.Contacts.VerifyLog(ctx, d.Manager)
		is.NoErr(err)
		many := func(from string) (ns []contacts.NewContact) {
			for i := range 250 {
				ns = append(ns, contacts.NewContact{LastName: fmt.Sprint(from, i), CompanyName: fmt.Sprint(from, i%20)})
			}
			return ns
		}
		outs, _ := apply(t, d, rows(many("a")...), contacts.ApplyOptions{})
		n, err := d.Contacts.Seal(ctx, d.Manager)
		is.NoErr(err)
		is.Equal(n, 0) // all have a seal already
		var wg sync.WaitGroup
		for _, from := range []string{"b", "c", "d"} { // some wait with their seal, none for another
			wg.Go(func() {
				_, err := d.Contacts.Apply(ctx, d.Manager, rows(many(from)...), contacts.ApplyOptions{})
				is.NoErr(err)
			})
		}
		wg.Wait()
		report, err := d.Contacts.VerifyLog(ctx, d.Manager)
		is.NoErr(err)
		is.Equal(len(report.Broken), 0)
		is.Equal(report.Events, before.Events+4*(250+20))
		_, err = d.DB.ExecContext(ctx, "UPDATE desk_activity SET summary = 'x' WHERE subject = '"+string(outs[7].ID)+"'")
		is.NoErr(err)
		report, err = d.Contacts.VerifyLog(ctx, d.Manager)
		is.NoErr(err)
		is.Equal(len(report.Broken), 1)
	})
}
