package web

import (
	"net/http"
	"strconv"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets"
)

// noteView is the page on which an internal note is changed.
type noteView struct {
	Number, Back, Action string
	Text, Error          string
	Was                  string
	Stale                *noteStale
	Formatted            bool
	Dirty                bool
}

// noteStale is what the note says by now, beside what was typed.
type noteStale struct{ Theirs, Yours string }

// noteHistoryView is what an internal note said before.
type noteHistoryView struct {
	Number, Back string
	Now          string
	Removed      bool
	Edits        []noteEdit
}

type noteEdit struct {
	By   string
	When *when
	Text string
}

// noteRoutes names the pages of internal notes that are there already.
func (s *server) noteRoutes() {
	s.page("GET /tickets/{ref}/messages/{message}/edit", s.editNote)
	s.page("POST /tickets/{ref}/messages/{message}/edit", s.saveNote)
	s.page("GET /tickets/{ref}/messages/{message}/delete", s.askDeleteNote)
	s.page("POST /tickets/{ref}/messages/{message}/delete", s.deleteNote)
	s.page("GET /tickets/{ref}/messages/{message}/history", s.noteHistory)
}

func notePath(t *tickets.Ticket, m desk.MessageID) string {
	return ticketPath(t) + "/messages/" + string(m)
}

// ownNote reports whether the agent may change the message: its own internal
// ones, while the ticket is not in the bin.
func (r *request) ownNote(t *tickets.Ticket, m *tickets.Message) bool {
	return r.may(tickets.MayNote) && t.State == tickets.Live && m.Kind == tickets.Internal && m.AuthorKind == r.actor.Kind && m.AuthorID == r.actor.ID
}

// noteLinks adds what can be done with an internal note to its card.
func (s *server) noteLinks(r *request, t *tickets.Ticket, m *tickets.Message, v *messageCard) {
	if m.Kind != tickets.Internal || !r.may(tickets.MayNote) {
		return
	}
	path := notePath(t, m.ID)
	if v.Edited = shown(m.EditedAt, s.Now()); v.Edited != nil {
		v.HistoryURL = path + "/history"
	}
	if r.ownNote(t, m) {
		v.EditURL, v.DeleteURL = path+"/edit", path+"/delete"
	}
}

// noteOf is the note of the address, for the agent who wrote it.
func (s *server) noteOf(r *request) (tickets.Ticket, tickets.Message, error) {
	t, err := s.ticketOf(r)
	if err != nil {
		return t, tickets.Message{}, err
	}
	m, err := s.Tickets.Message(r.Context(), r.actor, t.ID, desk.MessageID(r.PathValue("message")))
	if err == nil && !r.ownNote(&t, &m) {
		err = &desk.Error{Kind: desk.Denied, Message: "You may change internal notes of your own only."}
	}
	return t, m, err
}

// noteVersion is what a form says of the note that it was made of.
func noteVersion(m *tickets.Message) string { return strconv.FormatInt(m.EditedAt.UnixMicro(), 10) }

func (s *server) editNote(w http.ResponseWriter, r *request) error {
	t, m, err := s.noteOf(r)
	if err != nil {
		return err
	}
	return s.showNote(w, r, http.StatusOK, &t, noteView{Text: m.Text, Was: noteVersion(&m), Formatted: m.HTML != ""})
}

func (s *server) showNote(w http.ResponseWriter, r *request, status int, t *tickets.Ticket, v noteView) error {
	path := notePath(t, desk.MessageID(r.PathValue("message")))
	v.Number, v.Back, v.Action, v.Dirty = "#"+strconv.FormatInt(t.Number, 10), ticketPath(t)+"#"+r.PathValue("message"), path+"/edit", r.Method == http.MethodPost
	s.show(w, r, status, "note", view{Title: "Edit internal note", Section: "Tickets", Data: v})
	return nil
}

// saveNote keeps what the note says now. One that was changed in another window
// meanwhile is shown beside what was typed.
func (s *server) saveNote(w http.ResponseWriter, r *request) error {
	t, m, err := s.noteOf(r)
	if err != nil {
		return err
	}
	v := noteView{Text: lines(r.PostForm.Get("text")), Was: noteVersion(&m), Formatted: m.HTML != ""}
	if r.PostForm.Get("was") != v.Was && v.Text != m.Text {
		v.Stale = &noteStale{Theirs: m.Text, Yours: v.Text}
		return s.showNote(w, r, http.StatusConflict, &t, v)
	}
	if v.Text == "" && len(m.Attachments) == 0 {
		err = desk.Errorf(desk.Invalid, "text", "A note says something. To be rid of it, delete it.")
	} else if v.Text != m.Text {
		_, err = s.Tickets.EditNote(r.Context(), r.actor, t.ID, m.ID, v.Text, "")
	}
	if refused(err) {
		v.Error = desk.MessageOf(err)
		return s.showNote(w, r, http.StatusUnprocessableEntity, &t, v)
	}
	if err != nil {
		return err
	}
	return s.leaveFor(w, r, ticketPath(&t)+"#"+string(m.ID), "The note was changed. What it said before is kept.")
}

// askDeleteNote says what goes with a note before it is removed.
func (s *server) askDeleteNote(w http.ResponseWriter, r *request) error {
	t, m, err := s.noteOf(r)
	if err != nil {
		return err
	}
	text := "What it says is kept in its history, which the team can read."
	if n := len(m.Attachments); n > 0 {
		text += " Its " + plural(n, "file goes", "files go") + " for good."
	}
	v := askView{Heading: "Delete the note “" + clip(m.Text, 80) + "”?", Text: text, Action: notePath(&t, m.ID) + "/delete", Cancel: ticketPath(&t) + "#" + string(m.ID), Button: "Delete the note"}
	s.show(w, r, http.StatusOK, "ask", view{Title: "Delete an internal note", Section: "Tickets", Data: v})
	return nil
}

func (s *server) deleteNote(w http.ResponseWriter, r *request) error {
	t, m, err := s.noteOf(r)
	if err != nil {
		return err
	}
	err = s.Tickets.DeleteNote(r.Context(), r.actor, t.ID, m.ID)
	if refused(err) {
		return s.leaveFor(w, r, ticketPath(&t), desk.MessageOf(err)+" Nothing was deleted.")
	}
	if err != nil {
		return err
	}
	return s.leaveFor(w, r, ticketPath(&t), "The note was deleted. What it said is kept in its history.")
}

// noteHistory shows what a note said before it was changed or removed.
func (s *server) noteHistory(w http.ResponseWriter, r *request) error {
	t, err := s.ticketOf(r)
	if err != nil {
		return err
	}
	id := desk.MessageID(r.PathValue("message"))
	edits, err := s.Tickets.NoteEdits(r.Context(), r.actor, t.ID, id)
	if err == nil && len(edits) == 0 {
		err = &desk.Error{Kind: desk.NotFound, Message: "There is no such note."}
	}
	if err != nil {
		return err
	}
	people, err := s.people(r.Context(), r)
	if err != nil {
		return err
	}
	v := noteHistoryView{Number: "#" + strconv.FormatInt(t.Number, 10), Back: ticketPath(&t)}
	m, err := s.Tickets.Message(r.Context(), r.actor, t.ID, id)
	switch desk.KindOf(err) {
	case "":
		v.Now, v.Back = m.Text, v.Back+"#"+string(id)
	case desk.NotFound:
		v.Removed = true
	default:
		return err
	}
	for i := len(edits) - 1; i >= 0; i-- {
		e := &edits[i]
		v.Edits = append(v.Edits, noteEdit{By: people.by(e.AuthorKind, e.AuthorID), When: shown(e.At, s.Now()), Text: e.Text})
	}
	s.show(w, r, http.StatusOK, "notehistory", view{Title: "History of an internal note", Section: "Tickets", Data: v})
	return nil
}

// noteEvents makes the events about notes lead to what the notes said.
func noteEvents(r *request, t *tickets.Ticket, events []desk.Event, line *timelineView) {
	for i := range events {
		e := &events[i]
		if e.Verb != tickets.VerbNoteEdited && e.Verb != tickets.VerbNoteDeleted || len(e.Changes) != 1 || i >= len(line.Events) {
			continue
		}
		v := &line.Events[i]
		if v.Changes = nil; r.may(tickets.MayNote) {
			v.Subject, v.SubjectURL = "Internal note", notePath(t, desk.MessageID(e.Changes[0].Old))+"/history"
		}
	}
}
