package web_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
	"github.com/deskfolk/desk/tickets"
)

// internal are the internal messages of a ticket, newest first.
func (s *site) internal(id desk.TicketID) []tickets.Message {
	s.t.Helper()
	l, err := s.Tickets.Messages(s.t.Context(), s.Manager, id, tickets.MessageQuery{Kind: tickets.Internal, Newest: true}, desk.Page{})
	if err != nil {
		s.t.Fatal(err)
	}
	return l.Messages
}

// TestInternalNotes changes and deletes an internal note without a script. What
// it said is kept, and two windows do not overwrite each other unseen.
func TestInternalNotes(t *testing.T) {
	t.Parallel()
	onBoth(t, internalNotes)
}

func internalNotes(t *testing.T, s *site) {
	t.Helper()
	is := is.New(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann"})
	x := s.ask(tickets.NewTicket{Subject: "Broken saw", Requester: ann.ID, Message: &tickets.NewMessage{Text: "It smokes."}})
	b := s.signedIn(accounts.AgentRole)
	b.get(at(x)).attach(at(x)+"/messages", map[string]string{"a.txt": "a file"}, "kind", "internal", "text", "Take the ladder.")
	note := s.internal(x.ID)[0]
	path := at(x) + "/messages/" + string(note.ID)
	s.Clock.Turn(60e9)
	late := b.get(at(x)).link("Edit").says("Take the ladder.")
	late.send(path+"/edit", "", "text", " ").is(http.StatusOK) // the file stays
	is.Equal(s.internal(x.ID)[0].Text, "")
	b.get(path+"/edit").send(path+"/edit", "", "text", "Take the long ladder.").says("The note was changed.", "Take the long ladder.", "Edited")
	p := late.send(path+"/edit", "", "text", "Take no ladder.").is(http.StatusConflict).says("changed in another window", "Take the long ladder.", "Take no ladder.")
	is.Equal(s.internal(x.ID)[0].Text, "Take the long ladder.")
	p.send(path+"/edit", "").says("Take no ladder.")
	b.get(at(x)).link("Edited").says("Now Take no ladder.", "Take the long ladder.", "Take the ladder.", "changed by Agent Agent")
	b.get(path+"/delete").says("Delete the note", "Its 1 file goes for good.").send(path+"/delete", "").is(http.StatusOK).says("The note was deleted.").silent("Take no ladder.")
	is.Equal(len(s.internal(x.ID)), 0)
	b.get(at(x)).link("Internal note").says("The note was deleted.", "Take no ladder.", "Take the ladder.")
	b.get(path + "/edit").is(http.StatusNotFound)
	b.get(path + "/files/" + string(note.Attachments[0].ID)).is(http.StatusNotFound)
}

// TestR53_NotesAreTheirWriters: notes of others, public messages, messages
// of another ticket or another workspace cannot be changed, and look like none.
func TestR53_NotesAreTheirWriters(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann"})
	x := s.ask(tickets.NewTicket{Subject: "Broken saw", Requester: ann.ID})
	y := s.ask(tickets.NewTicket{Subject: "Other", Requester: ann.ID})
	b := s.signedIn(accounts.AgentRole)
	b.get(at(x)).send(at(x)+"/messages", "", "kind", "internal", "text", "Mine")
	b.get(at(x)).send(at(x)+"/messages", "", "kind", "public", "text", "Public")
	mine := s.internal(x.ID)[0]
	public, err := s.Tickets.Messages(t.Context(), s.Manager, x.ID, tickets.MessageQuery{Kind: tickets.Public}, desk.Page{})
	is.NoErr(err)
	theirs := s.post(x.ID, tickets.NewMessage{Kind: tickets.Internal, Text: "Theirs"})
	other := s.Manager
	other.Workspace = "other"
	stranger, err := s.Contacts.Create(t.Context(), other, contacts.NewContact{FirstName: "Stranger"})
	is.NoErr(err)
	far, err := s.Tickets.Create(t.Context(), other, tickets.NewTicket{Subject: "Far", Requester: stranger.ID, Message: &tickets.NewMessage{Kind: tickets.Internal, Text: "Far"}})
	is.NoErr(err)
	good, _ := b.get(at(x) + "/messages/" + string(mine.ID) + "/edit").form(at(x) + "/messages/" + string(mine.ID) + "/edit")
	good.Set("text", "Taken")
	for _, path := range []string{at(x) + "/messages/" + string(theirs.ID), at(x) + "/messages/" + string(public.Messages[0].ID), at(y) + "/messages/" + string(mine.ID), at(x) + "/messages/nonsense", "/tickets/" + string(far.ID) + "/messages/" + string(mine.ID)} {
		for _, act := range []string{"/edit", "/delete"} {
			b.get(path + act).is(http.StatusNotFound)
			b.b404(path+act, good)
		}
		b.get(path + "/history").is(http.StatusNotFound)
	}
	v := s.signedIn(accounts.Viewer)
	token, _ := v.get("/contacts").form("/theme")
	good.Set("csrf", token.Get("csrf"))
	v.get(at(x)).silent("/edit\"")
	for _, act := range []string{"/edit", "/delete"} {
		v.get(at(x) + "/messages/" + string(mine.ID) + act).is(http.StatusNotFound)
		v.b404(at(x)+"/messages/"+string(mine.ID)+act, good)
	}
	v.get(at(x) + "/messages/" + string(mine.ID) + "/history").is(http.StatusNotFound)
	is.Equal(len(s.internal(x.ID)), 2)
	is.Equal(s.internal(x.ID)[1].Text, "Mine")
}

// TestBrowserInternalNote changes a note.
func TestBrowserInternalNote(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann"})
	x := s.ask(tickets.NewTicket{Subject: "Broken saw", Requester: ann.ID})
	s.signedIn(accounts.Manager).get(at(x)).send(at(x)+"/messages", "", "kind", "internal", "text", "Take the ladder. "+strings.Repeat("Wolfeschlegelsteinhausen", 9))
	path := at(x) + "/messages/" + string(s.internal(x.ID)[0].ID)
	b := s.browse(accounts.Manager)
	b.tour("note", path+"/edit")
	b.glance("note-delete", path+"/delete")
	b.open(path + "/edit").until("document.documentElement.classList.contains('js')")
	b.click("#f-text").keys(" Two people.").click(".savebar .primary").until("document.querySelector('.message.internal')?.innerText.includes('Two people.')").still("note-edited")
	b.click(".message.internal .menu summary").still("note-menu")
	b.glance("note-history", path+"/history")
	b.clean()
}
