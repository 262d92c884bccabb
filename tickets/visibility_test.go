package tickets_test

import (
	"io"
	"slices"
	"testing"

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
