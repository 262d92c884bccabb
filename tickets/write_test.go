package tickets_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// Limits act on the bytes that are read, whatever is said of a file.
func TestAttachments(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		must(o.Tickets.SaveSettings(ctx, o.Manager, tickets.Settings{MaxAttachment: 600 << 10}))
		x := o.ticket()
		sizes := []int{0, 1, 256<<10 - 1, 256 << 10, 256<<10 + 1, 512 << 10, 600 << 10}
		var files []tickets.NewAttachment
		for _, n := range sizes {
			files = append(files, file(fmt.Sprint(n), bytes.Repeat([]byte{byte(n), 7}, n/2+1)[:n]))
		}
		m := o.post(o.as(o.ana), x.ID, tickets.NewMessage{Attachments: files})
		for i, n := range sizes {
			a, r, err := o.Tickets.OpenAttachment(ctx, o.as(o.ben), x.ID, m.ID, m.Attachments[i].ID)
			is.NoErr(err)
			got := must(io.ReadAll(r))
			is.Equal(len(got), n)
			is.Equal(a.Size, int64(n))
			is.True(bytes.Equal(got, bytes.Repeat([]byte{byte(n), 7}, n/2+1)[:n]))
			is.NoErr(r.Close())
			_, err = r.Read(make([]byte, 1))
			is.True(err != nil)
		}
		before := o.texts(o.Manager, x.ID)
		bad := errors.New("the disk is gone")
		for name, f := range map[string]tickets.NewAttachment{
			"too large":   file("big.bin", make([]byte, 600<<10+1)),
			"without end": {Name: "zero", Open: func() (io.ReadCloser, error) { return io.NopCloser(endless{}), nil }},
			"broken": {Name: "b", Open: func() (io.ReadCloser, error) {
				return io.NopCloser(io.MultiReader(bytes.NewReader(make([]byte, 300<<10)), failing{bad})), nil
			}},
			"not there": {Name: "n", Open: func() (io.ReadCloser, error) { return nil, bad }},
			"no reader": {Name: "r"},
		} {
			_, err := o.Tickets.Post(ctx, o.Manager, x.ID, tickets.NewMessage{Text: name, Attachments: []tickets.NewAttachment{file("good", []byte("good")), f}})
			want := desk.Invalid
			if name == "too large" || name == "without end" {
				want = desk.Limited
			}
			wants(t, err, want, "attachments")
		}
		is.Equal(o.texts(o.Manager, x.ID), before) // nothing was kept
		o.sound()

		names := map[string]string{"": "file", "..": "file", "/etc/passwd": "passwd", `C:\x\y.pdf`: "y.pdf", "a\r\nb\x00.txt": "ab.txt", "\u202egpj.exe": "gpj.exe", strings.Repeat("ä", 300): strings.Repeat("ä", 255), "\xff.txt": ".txt"}
		for in, want := range names {
			m := o.post(o.Manager, x.ID, tickets.NewMessage{Attachments: []tickets.NewAttachment{{Name: in, Type: "text/html; charset=x", ContentID: "<a@b>", Inline: true, Open: file("", nil).Open}}})
			is.Equal(m.Attachments[0].Name, want)
			is.Equal(m.Attachments[0].Type, "text/html")
			is.Equal(m.Attachments[0].ContentID, "a@b")
		}
		_, err := o.Tickets.Post(ctx, o.Manager, x.ID, tickets.NewMessage{Attachments: slices.Repeat(files[:1], tickets.MaxAttachments+1)})
		wants(t, err, desk.Limited, "attachments")
	})
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestT5_Settings(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		set := must(o.Tickets.Settings(ctx, o.Viewer))
		is.Equal(set.Version, int64(0))
		is.Equal(set.DefaultStatus+" "+set.DefaultPriority, "open normal")
		set.Statuses = append(set.Statuses, tickets.Status{Key: "spam", Label: "Spam", Class: tickets.Closed}, tickets.Status{Key: "parts", Label: "Waiting for parts", Class: tickets.Waiting})
		set.Categories = []tickets.Category{{Key: "hw", Label: "Hardware"}, {Key: "sw", Label: "Software"}}
		set.Assignees = []tickets.Assignee{{ID: "mei", Name: "Mei"}, {ID: "kim", Name: "Kim"}}
		_, err := o.Tickets.SaveSettings(ctx, o.Viewer, set)
		wants(t, err, desk.Denied, "")
		set = must(o.Tickets.SaveSettings(ctx, o.Manager, set))
		is.Equal(set.Version, int64(1))
		is.Equal(cmp.Diff(set, must(o.Tickets.Settings(ctx, o.Viewer))), "")
		is.Equal(must(o.Tickets.SaveSettings(ctx, o.Manager, set)).Version, int64(1)) // nothing to do

		x := must(o.Tickets.Create(ctx, o.Manager, tickets.NewTicket{Subject: "A", Status: "parts", Category: "hw", Assignee: "mei", Priority: "high"}))
		_, err = o.Tickets.Create(ctx, o.Manager, tickets.NewTicket{Subject: "A", Assignee: "nobody"})
		wants(t, err, desk.Invalid, "assignee")
		for name, c := range map[string]struct {
			field  string
			kind   desk.Kind
			change func(s *tickets.Settings)
		}{
			"a status in use":          {"statuses", desk.Conflict, func(s *tickets.Settings) { s.Statuses = s.Statuses[:4] }},
			"its class":                {"statuses", desk.Conflict, func(s *tickets.Settings) { s.Statuses[4].Class = tickets.Closed }},
			"a priority in use":        {"priorities", desk.Conflict, func(s *tickets.Settings) { s.Priorities = s.Priorities[:2] }},
			"its rank":                 {"priorities", desk.Conflict, func(s *tickets.Settings) { s.Priorities[2].Rank = 99 }},
			"a category in use":        {"categories", desk.Conflict, func(s *tickets.Settings) { s.Categories = s.Categories[1:] }},
			"an assignee with tickets": {"assignees", desk.Conflict, func(s *tickets.Settings) { s.Assignees = s.Assignees[1:] }},
			"no closed status":         {"statuses", desk.Invalid, func(s *tickets.Settings) { s.Statuses = s.Statuses[:2] }},
			"a bad key":                {"statuses", desk.Invalid, func(s *tickets.Settings) { s.Statuses[0].Key = "Open now" }},
			"a key twice":              {"categories", desk.Invalid, func(s *tickets.Settings) { s.Categories[1].Key = "hw" }},
			"a default that closes":    {"default_status", desk.Invalid, func(s *tickets.Settings) { s.DefaultStatus = "closed" }},
			"a default that is not":    {"default_priority", desk.Invalid, func(s *tickets.Settings) { s.DefaultPriority = "none" }},
			"a category that is not":   {"default_category", desk.Invalid, func(s *tickets.Settings) { s.DefaultCategory = "none" }},
			"an assignee twice":        {"assignees", desk.Invalid, func(s *tickets.Settings) { s.Assignees[1].ID = "mei" }},
			"too long a message":       {"max_message", desk.Invalid, func(s *tickets.Settings) { s.MaxMessage = 2 << 20 }},
			"an old version":           {"version", desk.Conflict, func(s *tickets.Settings) { s.Version = 0; s.KeepClosed = true }},
		} {
			bad := set
			bad.Statuses, bad.Priorities, bad.Categories, bad.Assignees = slices.Clone(set.Statuses), slices.Clone(set.Priorities), slices.Clone(set.Categories), slices.Clone(set.Assignees)
			c.change(&bad)
			_, err := o.Tickets.SaveSettings(ctx, o.Manager, bad)
			if desk.KindOf(err) != c.kind || desk.FieldOf(err) != c.field {
				t.Errorf("%s: %v", name, err)
			}
		}
		x = must(o.Tickets.Update(ctx, o.Manager, x.ID, tickets.Patch{Version: 1, Status: ptr("spam"), Category: ptr("sw"), Assignee: ptr("kim"), Priority: ptr("low")}))
		is.True(!x.Open())
		set.Statuses, set.Categories, set.Assignees = slices.Delete(slices.Clone(set.Statuses), 4, 5), set.Categories[1:], set.Assignees[:1]
		set = must(o.Tickets.SaveSettings(ctx, o.Manager, set)) // none has them now; Kim's is closed
		is.Equal(set.Version, int64(2))
	})
}

func TestLockedFields(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		x := must(o.Tickets.Create(ctx, o.Manager, tickets.NewTicket{Subject: "A", Requester: o.ana.ID, Locked: []string{"subject", "priority", "subject"}}))
		_, err := o.Tickets.Update(ctx, o.Manager, x.ID, tickets.Patch{Version: 1, Subject: ptr("B")})
		wants(t, err, desk.Denied, "subject")
		must(o.Tickets.Update(ctx, o.Manager, x.ID, tickets.Patch{Version: 1, Subject: ptr("A"), Assignee: ptr("mei")}))
		_, err = o.Tickets.Create(ctx, o.Manager, tickets.NewTicket{Subject: "A", Locked: []string{"requester"}})
		wants(t, err, desk.Invalid, "locked")
	})
}

// O3: a new ticket from a contact has its company chosen.
func TestO3_CompanyIsPreselected(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		n := must(o.Tickets.Draft(ctx, o.Manager, o.ana.ID))
		is.Equal(*n.CompanyID, o.ana.CompanyID)
		is.Equal(n.Status+" "+n.Priority, "open normal")
		n.Subject = "From a form"
		x := must(o.Tickets.Create(ctx, o.Manager, n))
		is.Equal(x.Company, "Acme")
		n.CompanyID = ptr(desk.CompanyID(""))
		is.Equal(must(o.Tickets.Create(ctx, o.Manager, n)).Company, "")
		_, err := o.Tickets.Draft(ctx, o.member("m", tickets.MayCreate), o.ana.ID)
		wants(t, err, desk.NotFound, "") // it sees no contacts
	})
}

func TestT4_TicketsInTheProfile(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		x := o.ticket()
		o.post(o.as(o.ana), x.ID, tickets.NewMessage{Text: "my words"})
		o.post(o.Manager, x.ID, tickets.NewMessage{Kind: tickets.Internal, Text: "MARKER"})
		people := contacts.New(o.Store, &contacts.Options{Now: o.Clock.Now, Parts: []contacts.ProfilePart{o.Tickets.Part(), o.Tickets.MessagesPart()}})
		p := must(people.Profile(ctx, o.Manager, o.ana.ID, contacts.ProfileQuery{}))
		is.Equal(len(p.Parts), 2)
		is.Equal(p.Parts[0].Count, 1)
		is.Equal(p.Parts[0].Items[0].(tickets.ProfileTicket).Role, tickets.Requester)
		is.Equal(p.Parts[1].Items[0].(tickets.ProfileMessage).Text, "my words")
		p = must(people.Profile(ctx, o.Manager, o.ben.ID, contacts.ProfileQuery{Parts: []string{"tickets"}}))
		is.Equal(p.Parts[0].Items[0].(tickets.ProfileTicket).Role, tickets.Participating)
		blind := o.member("b", contacts.MayView)
		is.Equal(len(must(people.Profile(ctx, blind, o.ana.ID, contacts.ProfileQuery{})).Parts), 0) // not for this actor
		own := o.member("kim", contacts.MayView, tickets.MayViewAssigned)
		p = must(people.Profile(ctx, own, o.ana.ID, contacts.ProfileQuery{}))
		is.Equal(len(p.Parts[0].Items)+len(p.Parts[1].Items)+p.Parts[0].Count+p.Parts[1].Count, 0)

		var bundle bytes.Buffer
		is.NoErr(people.SubjectAccess(ctx, o.Manager, o.ana.ID, &bundle))
		is.True(strings.Contains(bundle.String(), "my words") && strings.Contains(bundle.String(), "The printer"))
		is.True(!strings.Contains(bundle.String(), "MARKER")) // R107
	})
}

func TestR119_IdempotencyKeys(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		a := o.Manager.WithKey("create")
		n := tickets.NewTicket{Subject: "Once", Requester: o.ana.ID, Message: &tickets.NewMessage{Text: "x", Attachments: []tickets.NewAttachment{file("a", []byte("a"))}}}
		x := must(o.Tickets.Create(ctx, a, n))
		is.Equal(cmp.Diff(x, must(o.Tickets.Create(ctx, a, n))), "")
		n.Subject = "Twice"
		_, err := o.Tickets.Create(ctx, a, n)
		wants(t, err, desk.Conflict, "key")
		is.Equal(must(o.Tickets.Count(ctx, o.Manager, tickets.Filter{})), 1)

		a = o.Manager.WithKey("post")
		m := must(o.Tickets.Post(ctx, a, x.ID, tickets.NewMessage{Text: "y"}))
		is.Equal(cmp.Diff(m, must(o.Tickets.Post(ctx, a, x.ID, tickets.NewMessage{Text: "y"}))), "")
		is.Equal(len(o.texts(o.Manager, x.ID)), 2)
		a = o.Manager.WithKey("update")
		p := tickets.Patch{Version: 1, Subject: ptr("New")}
		is.Equal(must(o.Tickets.Update(ctx, a, x.ID, p)).Version, int64(2))
		is.Equal(must(o.Tickets.Update(ctx, a, x.ID, p)).Version, int64(2))
		a = o.Manager.WithKey("participant")
		is.NoErr(o.Tickets.SetParticipant(ctx, a, x.ID, o.ben.ID, tickets.Participating))
		is.NoErr(o.Tickets.RemoveParticipant(ctx, o.Manager, x.ID, o.ben.ID))
		is.NoErr(o.Tickets.SetParticipant(ctx, a, x.ID, o.ben.ID, tickets.Participating))
		is.Equal(len(must(o.Tickets.Participants(ctx, o.Manager, x.ID))), 1) // it was done once
	})
}

// Numbers are unique and have no gaps, whoever makes tickets at once.
func TestNumbersUnderRace(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		const n = 20
		var wg sync.WaitGroup
		got := make([]int64, n)
		for i := range n {
			wg.Go(func() {
				x, err := o.Tickets.Create(ctx, o.Manager, tickets.NewTicket{Subject: fmt.Sprint(i), Requester: o.ana.ID, Message: &tickets.NewMessage{Text: "x"}})
				if err != nil {
					t.Error(err)
				}
				got[i] = x.Number
			})
		}
		wg.Wait()
		slices.Sort(got)
		for i, number := range got {
			if number != int64(i+1) {
				t.Fatalf("the numbers are %v", got)
			}
		}
		o.sound()
	})
}

// Two participants are made requester at once, again and again, while messages
// come: there is one requester, and no message is lost.
func TestRequesterUnderRace(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		x := o.ticket()
		var wg sync.WaitGroup
		for _, c := range []desk.ContactID{o.ana.ID, o.ben.ID, o.cem.ID} {
			wg.Go(func() {
				for range 6 {
					if err := o.Tickets.SetParticipant(ctx, o.Manager, x.ID, c, tickets.Requester); err != nil {
						t.Error(err)
					}
				}
			})
			wg.Go(func() {
				for n := range 6 {
					if _, err := o.Tickets.Post(ctx, o.Manager, x.ID, tickets.NewMessage{Text: fmt.Sprint(n)}); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Go(func() { // renames meanwhile, which changes the ticket's entry too
			for n := range 6 {
				c, err := o.Contacts.Get(ctx, o.Manager, o.ana.ID)
				if err == nil {
					_, err = o.Contacts.Update(ctx, o.Manager, c.ID, c.Version, contacts.Patch{LastName: ptr(fmt.Sprint("Name", n))})
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
		wg.Wait()
		ps := must(o.Tickets.Participants(ctx, o.Manager, x.ID))
		is.Equal(len(ps), 3)
		is.Equal(ps[0].Contact, must(o.Tickets.Get(ctx, o.Manager, x.ID)).Requester)
		is.Equal(ps[1].Role, tickets.Participating)
		is.Equal(len(o.texts(o.Manager, x.ID)), 18)
		for _, p := range ps {
			is.Equal(o.numbers(o.as(contacts.Contact{ID: p.Contact}), tickets.Query{}), "1")
		}
		is.Equal(o.numbers(o.Manager, tickets.Query{Filter: tickets.Filter{Text: "name5 okoro yildiz"}}), "1")
		o.sound()
	})
}

// R111, B118: what comes from outside is one line, and cut, in the log.
func TestR111_LogInjection(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		hostile := "x\u202e<script>" + strings.Repeat("y", 400)
		x := must(o.Tickets.Create(ctx, o.Manager, tickets.NewTicket{Subject: "A", Requester: o.ana.ID, Cause: "a\nb"}))
		must(o.Tickets.Update(ctx, o.Manager, x.ID, tickets.Patch{Version: 1, Subject: &hostile, Cause: "a\r\nb\x00"}))
		es := must(o.Store.Events(ctx, o.Workspace, contacts.EventFind{Subject: string(x.ID), Limit: 100}))
		for _, e := range es {
			if strings.ContainsAny(e.Summary+e.Cause, "\r\n\x00") || len(e.Summary) > 500 || strings.Contains(e.Summary, "script") {
				t.Errorf("%+v", e)
			}
		}
		for field, n := range map[string]tickets.NewTicket{
			"subject": {Subject: "a\nb"}, "text": {Subject: "a", Message: &tickets.NewMessage{Text: "a\x00"}}, "html": {Subject: "a", Message: &tickets.NewMessage{HTML: "\xff"}},
			"channel": {Subject: "a", Channel: "fax"}, "template": {Subject: "a", Template: "x"},
		} {
			_, err := o.Tickets.Create(ctx, o.Manager, n)
			wants(t, err, desk.Invalid, field)
		}
		_, err := o.Tickets.Create(ctx, o.Manager, tickets.NewTicket{Subject: "a", Message: &tickets.NewMessage{Text: strings.Repeat("a", 1<<20+1)}})
		wants(t, err, desk.Limited, "text")
	})
}

// R59: the grant is asked for at each act, on one's own things too.
func TestR59_Grants(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		x := o.ticket()
		all := map[desk.Permission]func(a desk.Actor) error{
			tickets.MayCreate: func(a desk.Actor) error {
				_, err := o.Tickets.Create(ctx, a, tickets.NewTicket{Subject: "x"})
				return err
			},
			tickets.MayModify: func(a desk.Actor) error {
				_, err := o.Tickets.Update(ctx, a, x.ID, tickets.Patch{Version: 1})
				return err
			},
			tickets.MayReply: func(a desk.Actor) error {
				_, err := o.Tickets.Post(ctx, a, x.ID, tickets.NewMessage{Text: "x"})
				return err
			},
			tickets.MayNote: func(a desk.Actor) error {
				_, err := o.Tickets.Post(ctx, a, x.ID, tickets.NewMessage{Kind: tickets.Internal, Text: "x"})
				return err
			},
			tickets.MayParticipants: func(a desk.Actor) error {
				return o.Tickets.SetParticipant(ctx, a, x.ID, o.ben.ID, tickets.Participating)
			},
			tickets.MayExport: func(a desk.Actor) error {
				return o.Tickets.Each(ctx, a, tickets.Query{}, func(tickets.Ticket) error { return nil })
			},
			tickets.MaySettings: func(a desk.Actor) error { _, err := o.Tickets.SaveSettings(ctx, a, tickets.Settings{}); return err },
			tickets.MayDelete:   func(a desk.Actor) error { _, err := o.Tickets.Restore(ctx, a, x.ID); return err },
			tickets.MayPurge:    func(a desk.Actor) error { _, err := o.Tickets.EmptyBin(ctx, a); return err },
			tickets.MayView:     func(a desk.Actor) error { _, err := o.Tickets.Get(ctx, a, x.ID); return err },
		}
		for p, call := range all {
			a := o.Manager
			if err := call(a); err != nil {
				t.Errorf("%s: with all grants: %v", p, err)
			}
			a.Grants = slices.DeleteFunc(slices.Concat(tickets.Permissions, contacts.Permissions), func(g desk.Permission) bool {
				return g == p || p == tickets.MayView && g == tickets.MayViewAssigned
			})
			if err := call(a); desk.KindOf(err) != desk.Denied {
				t.Errorf("%s: without it: %v", p, err)
			}
		}
	})
}
