package web

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/notify"
)

// messagesView lists messages with what was decided about them.
type messagesView struct {
	Record      *profileView
	Heading     string
	Crumb       linkView
	Chips       []tabView
	Rows        []messageRow
	Empty       emptyView
	Next        string
	Preferences *preferencesView
}

type messageRow struct {
	ID, Type, Channel, To, ToURL string
	Ticket, TicketURL            string
	State                        stateChip
	Reason                       string
	When                         *when
	RetryURL                     string
}

var messageStates = map[notify.State]stateChip{
	notify.Queued: {"Waiting", "clock", ""}, notify.Sending: {"Being sent", "send", "info"}, notify.Sent: {"Sent", "check", "success"},
	notify.Suppressed: {"Not sent", "mail-off", "warning"}, notify.Dead: {"Failed", "warning", "danger"},
}

// messageRows are messages as a list shows them.
func (s *server) messageRows(r *request, all []notify.Entry) ([]messageRow, error) {
	words, err := s.ticketWords(r)
	if err != nil {
		return nil, err
	}
	ids := make([]desk.ContactID, len(all))
	for i := range all {
		ids[i] = all[i].Contact
	}
	if err := s.nameContacts(r.Context(), r, words, ids); err != nil {
		return nil, err
	}
	numbers := map[desk.TicketID]string{}
	rows := make([]messageRow, len(all))
	for i := range all {
		rows[i] = s.messageRow(r, &all[i], words.names[all[i].Contact])
		if n := s.ticketNumber(r, all[i].Ticket, numbers); n != "" {
			rows[i].Ticket, rows[i].TicketURL = n, "/tickets/"+n
		}
	}
	return rows, nil
}

// messageRow is one message; name is its contact's.
func (s *server) messageRow(r *request, e *notify.Entry, name string) messageRow {
	row := messageRow{ID: string(e.ID), Type: e.Type, Channel: string(e.Channel), State: messageStates[e.State], When: shown(e.CreatedAt, s.Now()), Reason: e.Reason}
	if t, ok := s.kindOf(e.Type); ok {
		row.Type = t.Label
	}
	if name != "" {
		row.To, row.ToURL = name, "/contacts/"+string(e.Contact)+"/notifications"
	} else if row.To = e.Address; row.To == "" {
		row.To = "Someone"
	}
	if e.State == notify.Dead && e.Error != "" {
		row.Reason = e.Error
	} else if e.State == notify.Queued && e.Error != "" {
		row.Reason = "Tried " + plural(e.Attempts, "time", "times") + ": " + e.Error
	}
	if e.State == notify.Dead && r.may(notify.MayRetry) {
		row.RetryURL = "/messages/" + string(e.ID) + "/retry"
	}
	return row
}

// ticketNumber is the number of a ticket, "" for one that the agent may not
// see. What was asked once is kept in known.
func (s *server) ticketNumber(r *request, id desk.TicketID, known map[desk.TicketID]string) string {
	if id == "" {
		return ""
	}
	n, ok := known[id]
	if !ok {
		if t, err := s.Tickets.Get(r.Context(), r.actor, id); err == nil {
			n = strconv.FormatInt(t.Number, 10)
		}
		known[id] = n
	}
	return n
}

func (s *server) kindOf(name string) (notify.Type, bool) {
	return typeOf(s.Notify.Types(), func(t notify.Type) bool { return t.Name == name })
}

// typeOf is the first type of message that holds.
func typeOf(all []notify.Type, holds func(notify.Type) bool) (notify.Type, bool) {
	if at := slices.IndexFunc(all, holds); at >= 0 {
		return all[at], true
	}
	return notify.Type{}, false
}

// listMessages reads the page of messages that the address asks for.
func (s *server) listMessages(r *request, v *messagesView, f notify.DecisionFilter) error {
	q := r.URL.Query()
	at := func(state string, cursor desk.Cursor) string { return pageAt(r.URL.Path, cursor, "state", state) }
	current := q.Get("state")
	if state, ok := notify.ParseState(current); ok {
		f.States = []notify.State{state}
	} else {
		current = ""
	}
	v.Chips = append(v.Chips, tabView{Label: "All", URL: at("", ""), Current: current == ""})
	for _, state := range []notify.State{notify.Sent, notify.Suppressed, notify.Queued, notify.Dead} {
		v.Chips = append(v.Chips, tabView{Label: messageStates[state].Label, URL: at(state.String(), ""), Current: current == state.String()})
	}
	list, err := s.Notify.Decisions(r.Context(), r.actor, f, desk.Page{Limit: 25, Cursor: desk.Cursor(q.Get("cursor"))})
	if err != nil {
		return err
	}
	if list.Next != "" {
		v.Next = at(current, list.Next)
	}
	v.Empty = emptyView{Art: "mail", Title: "No messages", Text: "Each message that was sent, or kept back, is listed here with the reason."}
	v.Rows, err = s.messageRows(r, list.Entries)
	return err
}

// messages lists all messages, the failed ones with a button to try again.
func (s *server) messages(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(notify.MayView); err != nil {
		return err
	}
	v := messagesView{Heading: "Messages", Crumb: linkView{Label: "Settings", URL: "/settings"}}
	if err := s.listMessages(r, &v, notify.DecisionFilter{}); err != nil {
		return s.tasksAnew(w, r, "/messages", err)
	}
	s.show(w, r, http.StatusOK, "messages", view{Title: "Messages", Section: "Settings", Data: v})
	return nil
}

// ticketMessages says who was told of what about a ticket, and who was not.
func (s *server) ticketMessages(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(notify.MayView); err != nil {
		return err
	}
	t, err := s.ticketOf(r)
	if err != nil {
		return err
	}
	v := messagesView{Heading: "Who was told", Crumb: linkView{Label: strconv.FormatInt(t.Number, 10) + " " + ticketTitle(&t), URL: ticketPath(&t)}}
	if err := s.listMessages(r, &v, notify.DecisionFilter{Ticket: t.ID}); err != nil {
		return s.tasksAnew(w, r, r.URL.Path, err)
	}
	s.show(w, r, http.StatusOK, "messages", view{Title: v.Heading, Section: "Tickets", Data: v})
	return nil
}

// retryMessage puts a message that failed back into the queue.
func (s *server) retryMessage(w http.ResponseWriter, r *request) error {
	err := s.Notify.Retry(r.Context(), r.actor, desk.NoticeID(r.PathValue("id")))
	if refused(err) {
		return s.leaveFor(w, r, "/messages?state=dead", desk.MessageOf(err))
	}
	if err != nil {
		return err
	}
	return s.leaveFor(w, r, localPath(r.PostForm.Get("return")), "It is tried again. Whether it may be sent is decided anew.")
}
