package tickets_test

import (
	"encoding/json"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// seenBy is all ways in which an actor can learn of a ticket: each says whether
// it is there. They must agree.
func (o *office) seenBy(a desk.Actor, x tickets.Ticket, m tickets.Message) bool {
	o.t.Helper()
	ways := map[string]func() (bool, error){
		"get":    func() (bool, error) { _, err := o.Tickets.Get(ctx, a, x.ID); return err == nil, err },
		"number": func() (bool, error) { _, err := o.Tickets.ByNumber(ctx, a, x.Number); return err == nil, err },
		"list":   func() (bool, error) { return o.lists(a, tickets.Query{}, x.ID) },
		"search": func() (bool, error) {
			return o.lists(a, tickets.Query{Filter: tickets.Filter{Text: "PRINT fire"}}, x.ID)
		},
		"filter": func() (bool, error) {
			return o.lists(a, tickets.Query{Filter: tickets.Filter{Statuses: []string{x.Status}, Open: ptr(true)}, Sort: tickets.SortNumber}, x.ID)
		},
		"count": func() (bool, error) {
			n, err := o.Tickets.Count(ctx, a, tickets.Filter{Text: "printer"})
			return n > 0, err
		},
		"messages": func() (bool, error) {
			_, err := o.Tickets.Messages(ctx, a, x.ID, tickets.MessageQuery{}, desk.Page{})
			return err == nil, err
		},
		"message": func() (bool, error) { _, err := o.Tickets.Message(ctx, a, x.ID, m.ID); return err == nil, err },
		"file": func() (bool, error) {
			_, r, err := o.Tickets.OpenAttachment(ctx, a, x.ID, m.ID, m.Attachments[0].ID)
			if err == nil {
				_, err = io.ReadAll(r)
			}
			return err == nil, err
		},
		"people": func() (bool, error) { _, err := o.Tickets.Participants(ctx, a, x.ID); return err == nil, err },
	}
	if a.Kind != desk.ContactActor {
		ways["each"] = func() (bool, error) {
			var found bool
			err := o.Tickets.Each(ctx, a, tickets.Query{}, func(t tickets.Ticket) error {
				found = found || t.ID == x.ID
				return nil
			})
			return found, err
		}
	}
	want, first := false, true
	for name, look := range ways {
		got, err := look()
		if err != nil && desk.KindOf(err) != desk.NotFound && desk.KindOf(err) != desk.Denied {
			o.t.Fatalf("%s: %v", name, err)
		}
		if !first && got != want {
			o.t.Errorf("%s says %v, another way says %v", name, got, want)
		}
		want, first = got, false
	}
	return want
}

// lists reports whether a list has the ticket, and that its count agrees.
func (o *office) lists(a desk.Actor, q tickets.Query, id desk.TicketID) (bool, error) {
	l, err := o.Tickets.List(ctx, a, q, desk.Page{Limit: 100})
	if len(l.Tickets) != l.Count {
		o.t.Errorf("%d tickets are listed, %d are counted", len(l.Tickets), l.Count)
	}
	return slices.ContainsFunc(l.Tickets, func(t tickets.Ticket) bool { return t.ID == id }), err
}

// told reports whether a message of an agent would be told to the contact.
func (o *office) told(x tickets.Ticket, c contacts.Contact) bool {
	o.take()
	o.post(o.Manager, x.ID, tickets.NewMessage{Text: "news"})
	_, notices := o.take()
	return slices.ContainsFunc(notices, func(n desk.Notice) bool { return slices.Contains(n.To, c.ID) })
}

func TestT1_VisibilityFollowsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		x := must(o.Tickets.Create(ctx, o.Manager, tickets.NewTicket{Subject: "The printer is on fire", Requester: o.ana.ID}))
		m := o.post(o.Manager, x.ID, tickets.NewMessage{Text: "Here is how.", Attachments: []tickets.NewAttachment{file("a.txt", []byte("sand"))}})
		ben := o.as(o.ben, tickets.Permissions...) // grants of a contact are no grants
		check := func(step string, sees, told bool) {
			t.Helper()
			if got := o.seenBy(ben, x, m); got != sees {
				t.Errorf("%s: Ben sees it: %v", step, got)
			}
			if got := o.told(x, o.ben); got != told {
				t.Errorf("%s: Ben is told: %v", step, got)
			}
			ds := must(o.Tickets.Explain(ctx, o.Manager, x.ID, o.ben.ID, tickets.ToComment))
			if desk.AllAllowed(ds) != sees {
				t.Errorf("%s: explained as %v", step, ds)
			}
		}
		set := func(role tickets.Role) {
			t.Helper()
			if err := o.Tickets.SetParticipant(ctx, o.Manager, x.ID, o.ben.ID, role); err != nil {
				t.Fatal(err)
			}
		}
		check("not there", false, false)
		set(tickets.Pending)
		check("pending", false, false)
		set(tickets.Participating)
		check("participant", true, true)
		o.take()
		set(tickets.Participating)
		if verbs, notices := o.take(); len(verbs)+len(notices) > 0 {
			t.Errorf("added twice: %v %v", verbs, notices)
		}
		check("added twice", true, true)
		must(o.Contacts.Work(ctx, o.Manager)) // now by the bitmaps
		check("indexed", true, true)
		set(tickets.Requester)
		check("requester", true, true)
		ps := must(o.Tickets.Participants(ctx, o.Manager, x.ID))
		if len(ps) != 2 || ps[0].Contact != o.ben.ID || ps[1].Role != tickets.Participating {
			t.Errorf("the old requester is %v", ps)
		}
		if got := must(o.Tickets.Get(ctx, o.Manager, x.ID)); got.Requester != o.ben.ID {
			t.Errorf("the requester is %s", got.Requester)
		}

		c := must(o.Contacts.Update(ctx, o.Manager, o.ben.ID, 1, contacts.Patch{Active: ptr(false)}))
		check("deactivated", false, true) // whether it is sent is asked when it leaves
		must(o.Contacts.Update(ctx, o.Manager, o.ben.ID, c.Version, contacts.Patch{Active: ptr(true)}))
		check("active again", true, true)
		if err := o.Contacts.Delete(ctx, o.Manager, o.ben.ID); err != nil {
			t.Fatal(err)
		}
		check("contact in the bin", false, true)
		must(o.Contacts.Restore(ctx, o.Manager, o.ben.ID))
		set(tickets.Pending)
		check("pending again", false, false)
		set(tickets.Participating)
		if err := o.Tickets.RemoveParticipant(ctx, o.Manager, x.ID, o.ben.ID); err != nil {
			t.Fatal(err)
		}
		check("removed", false, false)
		set(tickets.Participating)
		if err := o.Tickets.RemoveParticipant(ctx, ben, x.ID, o.ben.ID); err != nil {
			t.Fatal(err)
		}
		check("left", false, false)
		set(tickets.Requester)
		if err := o.Tickets.Delete(ctx, o.Manager, x.ID); err != nil {
			t.Fatal(err)
		}
		is.New(t).True(!o.seenBy(ben, x, m)) // in the bin
	})
}

// Not parallel: other tests would allocate beside it.
func TestVisibilityDoesNotAllocate(t *testing.T) {
	n := testing.AllocsPerRun(1000, func() {
		if !tickets.SeesAs(tickets.Requester, true, tickets.Live) || tickets.SeesAs(tickets.Pending, true, tickets.Live) {
			t.Error("wrong")
		}
		if tickets.MemberSees(tickets.MayViewAssigned) {
			t.Error("wrong")
		}
	})
	is.New(t).Equal(n, 0.0)
}

func TestSeesAs(t *testing.T) {
	t.Parallel()
	for _, role := range []tickets.Role{"", "owner", tickets.Requester, tickets.Participating, tickets.Pending} {
		for _, active := range []bool{true, false} {
			for _, state := range []tickets.State{tickets.Live, tickets.Binned} {
				want := (role == "requester" || role == "participant") && active && state == tickets.Live
				if got := tickets.SeesAs(role, active, state); got != want {
					t.Errorf("%s %v %v: %v", role, active, state, got)
				}
			}
		}
	}
}

func TestB58_SideDoorsToHiddenTickets(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		x := o.ticket()
		m := o.post(o.Manager, x.ID, tickets.NewMessage{Text: "secret", Attachments: []tickets.NewAttachment{file("a.txt", []byte("sand"))}})
		must(o.Tickets.Update(ctx, o.Manager, x.ID, tickets.Patch{Version: 1, Assignee: ptr("mei")}))
		other := must(o.Tickets.Create(ctx, o.Manager, tickets.NewTicket{Subject: "Other", Assignee: "kim"}))
		mei, kim := o.member("mei", tickets.MayViewAssigned, tickets.MayExport, tickets.MayReply), o.member("kim", tickets.MayViewAssigned, tickets.MayExport, tickets.MayReply, tickets.MayModify, tickets.MayNote, tickets.MayParticipants, tickets.MayDelete, tickets.MayPurge)
		is.True(o.seenBy(mei, x, m))
		is.True(!o.seenBy(kim, x, m))
		is.True(!o.seenBy(o.as(o.cem), x, m))
		l := must(o.Tickets.List(ctx, kim, tickets.Query{}, desk.Page{}))
		is.Equal(len(l.Tickets), 1)
		is.Equal(l.Tickets[0].ID, other.ID)
		is.Equal(l.Count, 1)
		// The same error as for what is not there, from every call.
		missing := desk.TicketID("ticket_01h455vb4pex5vsknk084sn02q")
		for name, call := range map[string]func(id desk.TicketID) error{
			"get": func(id desk.TicketID) error { _, err := o.Tickets.Get(ctx, kim, id); return err },
			"update": func(id desk.TicketID) error {
				_, err := o.Tickets.Update(ctx, kim, id, tickets.Patch{Version: 2, Subject: ptr("x")})
				return err
			},
			"post": func(id desk.TicketID) error {
				_, err := o.Tickets.Post(ctx, kim, id, tickets.NewMessage{Text: "x"})
				return err
			},
			"people":  func(id desk.TicketID) error { return o.Tickets.SetParticipant(ctx, kim, id, o.ana.ID, tickets.Pending) },
			"remove":  func(id desk.TicketID) error { return o.Tickets.RemoveParticipant(ctx, kim, id, o.ana.ID) },
			"edit":    func(id desk.TicketID) error { _, err := o.Tickets.EditNote(ctx, kim, id, m.ID, "x", ""); return err },
			"edits":   func(id desk.TicketID) error { _, err := o.Tickets.NoteEdits(ctx, kim, id, m.ID); return err },
			"drop":    func(id desk.TicketID) error { return o.Tickets.DeleteNote(ctx, kim, id, m.ID) },
			"delete":  func(id desk.TicketID) error { return o.Tickets.Delete(ctx, kim, id) },
			"restore": func(id desk.TicketID) error { _, err := o.Tickets.Restore(ctx, kim, id); return err },
			"purge":   func(id desk.TicketID) error { return o.Tickets.Purge(ctx, kim, id) },
			"explain": func(id desk.TicketID) error {
				_, err := o.Tickets.Explain(ctx, kim, id, o.ana.ID, tickets.ToSee)
				return err
			},
			"message": func(id desk.TicketID) error { _, err := o.Tickets.Message(ctx, kim, id, m.ID); return err },
		} {
			hidden, none := call(x.ID), call(missing)
			if desk.KindOf(hidden) != desk.NotFound || hidden.Error() != none.Error() {
				t.Errorf("%s: %v, but for one that is not there: %v", name, hidden, none)
			}
		}
		// A contact that one does not see cannot be put on a ticket.
		own := o.member("kim", tickets.MayView, tickets.MayParticipants, tickets.MayCreate, contacts.MayViewOwn)
		wants(t, o.Tickets.SetParticipant(ctx, own, x.ID, o.cem.ID, tickets.Participating), desk.Invalid, "contact")
		_, err := o.Tickets.Create(ctx, own, tickets.NewTicket{Subject: "x", Requester: o.cem.ID})
		wants(t, err, desk.Invalid, "requester")
	})
}

// What is hidden of contacts is hidden beside tickets too.
func TestHiddenFieldsOfPeople(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		x := o.ticket()
		blind := o.member("b", tickets.MayView, contacts.MayView)
		blind.Fields = map[string]desk.Access{"contact.last_name": desk.Hidden, "contact.email": desk.Hidden}
		ps := must(o.Tickets.Participants(ctx, blind, x.ID))
		is.Equal(ps[0].Name, "Ana")
		is.Equal(ps[0].Email, "")
		for _, text := range []string{"ana", "acme.example"} {
			is.Equal(must(o.Tickets.Count(ctx, o.Viewer, tickets.Filter{Text: text})), 1)
			is.Equal(must(o.Tickets.Count(ctx, blind, tickets.Filter{Text: text})), 0)
		}
		blind.Fields = map[string]desk.Access{"ticket.subject": desk.Hidden}
		_, err := o.Tickets.Get(ctx, blind, x.ID)
		wants(t, err, desk.Denied, "")
	})
}

func TestB62_OwnNoteAfterLosingAccess(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		x := must(o.Tickets.Create(ctx, o.Manager, tickets.NewTicket{Subject: "A", Assignee: "mei"}))
		mei := o.member("mei", tickets.MayViewAssigned, tickets.MayNote)
		m := o.post(mei, x.ID, tickets.NewMessage{Kind: tickets.Internal, Text: "first"})
		got := must(o.Tickets.EditNote(ctx, mei, x.ID, m.ID, "second", ""))
		is.Equal(got.Text, "second")
		is.Equal(got.EditedAt, o.Clock.Now())
		es := must(o.Tickets.NoteEdits(ctx, mei, x.ID, m.ID))
		is.Equal(len(es), 1)
		is.Equal(es[0].Text, "first")
		_, err := o.Tickets.EditNote(ctx, o.Manager, x.ID, m.ID, "another's", "")
		wants(t, err, desk.Denied, "")
		public := o.post(o.Manager, x.ID, tickets.NewMessage{Text: "sent"})
		_, err = o.Tickets.EditNote(ctx, o.Manager, x.ID, public.ID, "unsaid", "")
		wants(t, err, desk.Denied, "")

		must(o.Tickets.Update(ctx, o.Manager, x.ID, tickets.Patch{Version: 1, Assignee: ptr("kim")}))
		_, err = o.Tickets.EditNote(ctx, mei, x.ID, m.ID, "third", "")
		wants(t, err, desk.NotFound, "")
		wants(t, o.Tickets.DeleteNote(ctx, mei, x.ID, m.ID), desk.NotFound, "")
		mei.Grants = []desk.Permission{tickets.MayView} // sees it, may not write notes any more
		_, err = o.Tickets.EditNote(ctx, mei, x.ID, m.ID, "third", "")
		wants(t, err, desk.Denied, "")
		wants(t, o.Tickets.DeleteNote(ctx, mei, x.ID, m.ID), desk.Denied, "")
		is.Equal(must(o.Tickets.Message(ctx, o.Manager, x.ID, m.ID)).Text, "second")

		mei.Grants = []desk.Permission{tickets.MayView, tickets.MayNote}
		is.NoErr(o.Tickets.DeleteNote(ctx, mei, x.ID, m.ID))
		_, err = o.Tickets.Message(ctx, o.Manager, x.ID, m.ID)
		wants(t, err, desk.NotFound, "")
		is.Equal(must(o.Tickets.Get(ctx, o.Manager, x.ID)).Messages, 1)
		is.Equal(len(must(o.Tickets.NoteEdits(ctx, mei, x.ID, m.ID))), 2) // what it said is kept
	})
}

// All that a contact gets, as JSON, has nothing of what is internal.
func TestB63_ContactsSeeNothingInternal(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		const marker = "MARKER"
		must(o.Tickets.SaveSettings(ctx, o.Manager, tickets.Settings{Assignees: []tickets.Assignee{{ID: "MARKER-member", Name: "Mei"}}}))
		agent := o.Manager
		agent.ID = "MARKER-member"
		x := must(o.Tickets.Create(ctx, agent, tickets.NewTicket{Subject: "Open", Requester: o.ana.ID, Participants: []desk.ContactID{o.ben.ID}, Locked: []string{"subject"}}))
		hidden := o.person(contacts.NewContact{FirstName: marker, Email: "marker@example.com"})
		if err := o.Tickets.SetParticipant(ctx, agent, x.ID, hidden.ID, tickets.Pending); err != nil {
			t.Fatal(err)
		}
		o.Clock.Turn(time.Hour)
		system := desk.Actor{Workspace: o.Workspace, Kind: desk.SystemActor, ID: "MARKER-intake", Grants: slices.Concat(tickets.Permissions, contacts.Permissions)}
		mail := &tickets.Mail{MessageID: "MARKER", From: "ben@acme.example", Cc: []string{"marker@example.com"}}
		public := must(o.Tickets.Post(ctx, system, x.ID, tickets.NewMessage{Text: "by mail", Contact: o.ben.ID, Channel: tickets.ByEmail, Email: mail}))
		o.post(agent, x.ID, tickets.NewMessage{Text: "answer"})
		before := must(o.Tickets.Get(ctx, o.as(o.ana), x.ID))
		o.Clock.Turn(time.Hour)
		note := o.post(agent, x.ID, tickets.NewMessage{Kind: tickets.Internal, Text: marker, HTML: "<b>MARKER</b>", Attachments: []tickets.NewAttachment{file("MARKER.txt", []byte(marker))}})
		must(o.Tickets.EditNote(ctx, agent, x.ID, note.ID, "MARKER again", ""))

		ana := o.as(o.ana)
		results := map[string]any{
			"ticket": must(o.Tickets.Get(ctx, ana, x.ID)), "list": must(o.Tickets.List(ctx, ana, tickets.Query{}, desk.Page{})).Tickets,
			"messages": must(o.Tickets.Messages(ctx, ana, x.ID, tickets.MessageQuery{}, desk.Page{})), "people": must(o.Tickets.Participants(ctx, ana, x.ID)),
			"message": must(o.Tickets.Message(ctx, ana, x.ID, public.ID)), "settings": must(o.Tickets.Settings(ctx, ana)),
			"explained": must(o.Tickets.Explain(ctx, ana, x.ID, "", tickets.ToClose)), "contacts": must(o.Tickets.ContactsOf(ctx, ana, x.ID)),
			"internal": must(o.Tickets.Messages(ctx, ana, x.ID, tickets.MessageQuery{Kind: tickets.Internal}, desk.Page{})),
			"found":    must(o.Tickets.Count(ctx, ana, tickets.Filter{Contact: hidden.ID})), "named": must(o.Tickets.Count(ctx, ana, tickets.Filter{Text: "marker"})),
		}
		for name, v := range results {
			b, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			if s := string(b); strings.Contains(strings.ToUpper(s), marker) || strings.Contains(s, string(hidden.ID)) || strings.Contains(s, "ben@") {
				t.Errorf("%s: %s", name, s)
			}
		}
		is := is.New(t)
		is.Equal(results["found"], 0)
		is.Equal(results["named"], 0)
		// Not even that something happened.
		is.Equal(cmp.Diff(before, must(o.Tickets.Get(ctx, ana, x.ID))), "")
		_, err := o.Tickets.Message(ctx, ana, x.ID, note.ID)
		_, none := o.Tickets.Message(ctx, ana, x.ID, "message_01h455vb4pex5vsknk084sn02q")
		is.Equal(err.Error(), none.Error())
		_, _, err = o.Tickets.OpenAttachment(ctx, ana, x.ID, note.ID, note.Attachments[0].ID)
		_, _, none = o.Tickets.OpenAttachment(ctx, ana, x.ID, public.ID, "file_01h455vb4pex5vsknk084sn02q")
		is.Equal(err.Error(), none.Error())
	})
}

// Files are read through their message, and messages through their ticket.
func TestR54_NestedThings(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		x, y := o.ticket(), must(o.Tickets.Create(ctx, o.Manager, tickets.NewTicket{Subject: "Cem's", Requester: o.cem.ID}))
		attach := func(id desk.TicketID) tickets.Message {
			return o.post(o.Manager, id, tickets.NewMessage{Text: "x", Attachments: []tickets.NewAttachment{file("a.txt", []byte("of "+id))}})
		}
		mx, my := attach(x.ID), attach(y.ID)
		for _, a := range []desk.Actor{o.Manager, o.as(o.ana)} {
			_, err := o.Tickets.Message(ctx, a, x.ID, my.ID)
			wants(t, err, desk.NotFound, "")
			for _, c := range []struct {
				t desk.TicketID
				m desk.MessageID
				f desk.AttachmentID
			}{{x.ID, mx.ID, my.Attachments[0].ID}, {x.ID, my.ID, my.Attachments[0].ID}, {y.ID, mx.ID, mx.Attachments[0].ID}, {x.ID, mx.ID, ""}} {
				_, _, err := o.Tickets.OpenAttachment(ctx, a, c.t, c.m, c.f)
				wants(t, err, desk.NotFound, "")
			}
		}
	})
}

// What contacts may do with tickets.
func TestContactsActForThemselves(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		ana := o.as(o.ana, tickets.Permissions...)
		_, err := o.Tickets.Create(ctx, o.as(o.ana), tickets.NewTicket{Subject: "x"})
		wants(t, err, desk.Denied, "")
		x := must(o.Tickets.Create(ctx, ana, tickets.NewTicket{Message: &tickets.NewMessage{Text: "It smokes.\nA lot."}}))
		is.Equal(x.Subject, "It smokes.")
		is.Equal(x.Requester, o.ana.ID)
		is.Equal(x.Company, "Acme")
		is.Equal(x.Channel, tickets.ByPortal)
		for _, n := range []tickets.NewTicket{
			{Subject: "x", Requester: o.ben.ID}, {Subject: "x", Participants: []desk.ContactID{o.ben.ID}}, {Subject: "x", Status: "closed"},
			{Subject: "x", Assignee: "mei"}, {Subject: "x", Quiet: true}, {Subject: "x", Message: &tickets.NewMessage{Text: "x", Kind: tickets.Internal}},
			{Subject: "x", Message: &tickets.NewMessage{Text: "x", Contact: o.ben.ID}}, {Subject: "x", Message: &tickets.NewMessage{Text: "x", Email: &tickets.Mail{}}},
		} {
			_, err := o.Tickets.Create(ctx, ana, n)
			wants(t, err, desk.Denied, "")
		}
		is.NoErr(o.Tickets.SetParticipant(ctx, o.Manager, x.ID, o.ben.ID, tickets.Participating))
		wants(t, o.Tickets.SetParticipant(ctx, ana, x.ID, o.cem.ID, tickets.Participating), desk.Denied, "")
		wants(t, o.Tickets.RemoveParticipant(ctx, ana, x.ID, o.ben.ID), desk.Denied, "")
		wants(t, o.Tickets.RemoveParticipant(ctx, ana, x.ID, o.ana.ID), desk.Denied, "") // the requester stays
		wants(t, o.Tickets.Delete(ctx, ana, x.ID), desk.Denied, "")
		_, err = o.Tickets.Post(ctx, ana, x.ID, tickets.NewMessage{Kind: tickets.Internal, Text: "x"})
		wants(t, err, desk.Denied, "")
		_, err = o.Tickets.List(ctx, ana, tickets.Query{Filter: tickets.Filter{Binned: true}}, desk.Page{})
		wants(t, err, desk.Denied, "")
		wants(t, o.Tickets.Each(ctx, ana, tickets.Query{}, nil), desk.Denied, "")

		_, err = o.Tickets.Update(ctx, o.as(o.ben), x.ID, tickets.Patch{Version: 1, Status: ptr("closed")})
		wants(t, err, desk.Denied, "")
		_, err = o.Tickets.Update(ctx, ana, x.ID, tickets.Patch{Version: 1, Priority: ptr("urgent")})
		wants(t, err, desk.Denied, "")
		_, err = o.Tickets.Update(ctx, ana, x.ID, tickets.Patch{Version: 1, Status: ptr("waiting")})
		wants(t, err, desk.Denied, "")
		o.take()
		x = must(o.Tickets.Update(ctx, ana, x.ID, tickets.Patch{Version: 1, Status: ptr("closed")}))
		_, notices := o.take()
		is.Equal(notices[0].To, []desk.ContactID{o.ben.ID}) // who did it knows
		x = must(o.Tickets.Update(ctx, ana, x.ID, tickets.Patch{Version: 2, Status: ptr("open")}))
		is.True(x.Open())
	})
}
