package tickets_test

import (
	"encoding/json"
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
