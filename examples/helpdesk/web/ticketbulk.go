package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets"
)

// ticketBulk does what the selection bar asks. What takes something away is
// shown before it is done; what needs a value asks for it.
func (s *server) ticketBulk(w http.ResponseWriter, r *request) error {
	sel, do := readSelection(r)
	sel.Action = "/tickets/bulk"
	if len(sel.IDs) == 0 && !sel.All {
		s.leaveToast(w, toast{Text: "No ticket was selected, so nothing was done."})
		return redirect(w, r, sel.Return)
	}
	switch do {
	case "delete", "purge":
		if r.PostForm.Get("confirm") == "" {
			return s.previewTickets(w, r, sel, http.StatusOK)
		}
		return s.removeTickets(w, r, sel)
	case "restore":
		return s.restoreTickets(w, r, sel)
	case "take":
		return s.changeTickets(w, r, sel, "assignee", r.agent.ID)
	case "set_status", "set_assignee", "set_priority":
		field := strings.TrimPrefix(do, "set_")
		if !r.PostForm.Has("value") {
			return s.chooseForTickets(w, r, sel, field)
		}
		return s.changeTickets(w, r, sel, field, r.PostForm.Get("value"))
	}
	return &desk.Error{Kind: desk.Invalid, Message: "There is no such action. Nothing was changed."}
}

// selectedTickets reads every ticket of a selection, so that each is checked
// before any is changed.
func (s *server) selectedTickets(r *request, sel selectionView) ([]tickets.Ticket, error) {
	var all []tickets.Ticket
	if !sel.All {
		if len(sel.IDs) > tickets.MaxBulk {
			return nil, tooManyTickets()
		}
		for _, id := range sel.IDs {
			t, err := s.Tickets.Get(r.Context(), r.actor, desk.TicketID(id))
			if err != nil {
				return nil, err
			}
			all = append(all, t)
		}
		return all, nil
	}
	values, err := url.ParseQuery(strings.TrimPrefix(sel.View, "?"))
	if err != nil {
		return nil, desk.Errorf(desk.Invalid, "", "The selection cannot be read. Nothing was changed.")
	}
	q, err := s.parseTickets(r, values)
	if err != nil {
		return nil, err
	}
	page := desk.Page{Limit: tickets.MaxBulk}
	list, err := s.Tickets.List(r.Context(), r.actor, q.full(r), page)
	if err == nil && list.Next != "" {
		err = tooManyTickets()
	}
	return list.Tickets, err
}

func tooManyTickets() error {
	return desk.Errorf(desk.Limited, "", "At most %s tickets can be changed at once. Nothing was changed; narrow the selection by a filter.", number(tickets.MaxBulk))
}

// chooseForTickets asks for the value that a selection gets.
func (s *server) chooseForTickets(w http.ResponseWriter, r *request, sel selectionView, field string) error {
	if !r.may(tickets.MayModify) {
		return &desk.Error{Kind: desk.Denied, Message: "You may not change tickets."}
	}
	words, err := s.ticketWords(r)
	if err != nil {
		return err
	}
	all, err := s.selectedTickets(r, sel)
	if err != nil {
		return err
	}
	sel.Count = strconv.Itoa(len(all))
	v := chooseView{Selection: sel, Label: ticketFieldNames[field], Owner: true, Options: words.choices(field, "")}
	title := "Set the " + field + " of " + plural(len(all), "ticket", "tickets")
	if field == "assignee" {
		title = "Assign " + plural(len(all), "ticket", "tickets")
		v.Options = chosen(v.Options, r.agent.ID)
	}
	s.show(w, r, http.StatusOK, "choose", view{Title: title, Section: "Tickets", Data: v})
	return nil
}

// changeTickets gives every ticket of the selection the value. All are looked
// at first; if one cannot be changed, none is.
func (s *server) changeTickets(w http.ResponseWriter, r *request, sel selectionView, field, value string) error {
	all, err := s.selectedTickets(r, sel)
	if err != nil {
		return err
	}
	var blocked []blockedView
	for i := range all {
		if why := unchangeable(&all[i], field); why != "" {
			blocked = append(blocked, blockedTicket(&all[i], why))
		}
	}
	if len(blocked) > 0 {
		return s.showBlockedTickets(w, r, sel, "Nothing was changed", "Either all of them are changed or none. These stand in the way:", blocked)
	}
	changed := 0
	for i := range all {
		t := &all[i]
		if ticketValue(t, field) == value {
			continue
		}
		if _, err := s.Tickets.Update(r.Context(), r.actor, t.ID, ticketPatch(t.Version, field, value)); err != nil {
			if changed == 0 && desk.KindOf(err) != desk.Conflict {
				return err
			}
			blocked = append(blocked, blockedTicket(t, desk.MessageOf(err)))
			continue
		}
		changed++
	}
	if len(blocked) > 0 {
		text := plural(changed, "ticket was", "tickets were") + " changed. These were not:"
		return s.showBlockedTickets(w, r, sel, "Not all were changed", text, blocked)
	}
	s.leaveToast(w, toast{Text: plural(len(all), "ticket", "tickets") + " " + doneToTickets[field] + "."})
	return redirect(w, r, sel.Return)
}

var doneToTickets = map[string]string{"status": "given the new status", "assignee": "assigned", "priority": "given the new priority"}

func unchangeable(t *tickets.Ticket, field string) string {
	switch {
	case t.State != tickets.Live:
		return "It is in the recycle bin."
	case locked(t, field):
		return "Its " + field + " is kept by the template it was made with."
	}
	return ""
}

func blockedTicket(t *tickets.Ticket, why string) blockedView {
	return blockedView{Name: "#" + strconv.FormatInt(t.Number, 10) + " " + clip(ticketTitle(t), 80), URL: ticketPath(t), Reason: why}
}

func (s *server) showBlockedTickets(w http.ResponseWriter, r *request, sel selectionView, title, text string, blocked []blockedView) error {
	if len(blocked) > 10 {
		blocked = blocked[:10]
	}
	s.show(w, r, http.StatusConflict, "blocked", view{Title: title, Section: "Tickets", Data: blockedPage{Text: text, Blocked: blocked, Return: sel.Return}})
	return nil
}

// previewTickets shows what a removal takes away before it is done.
func (s *server) previewTickets(w http.ResponseWriter, r *request, sel selectionView, status int) error {
	purge := sel.Do == "purge"
	if purge && !r.may(tickets.MayPurge) || !purge && !r.may(tickets.MayDelete) {
		return &desk.Error{Kind: desk.Denied, Message: "You may not remove tickets."}
	}
	all, err := s.selectedTickets(r, sel)
	if err != nil {
		return err
	}
	sel.Count = strconv.Itoa(len(all))
	v := removalView{Selection: sel, Purge: purge, Days: tickets.BinDays, Kept: "They leave every list at once, for agents and in the portal, and nobody is told."}
	what, messages, open := plural(len(all), "ticket", "tickets"), 0, 0
	for i := range all {
		messages += all[i].Messages
		if all[i].ClosedAt.IsZero() {
			open++
		}
		if i < 5 {
			v.Names = append(v.Names, "#"+strconv.FormatInt(all[i].Number, 10)+" "+clip(ticketTitle(&all[i]), 80))
		}
	}
	if more := len(all) - len(v.Names); more > 0 {
		v.More = "and " + plural(more, "other", "others")
	}
	v.Title, v.Button = "Delete "+what+"?", "Delete "+what
	if purge {
		v.Title, v.Button, v.Kept = "Delete "+what+" for good?", "Delete "+what+" for good", "Every message and file on them goes too."
	}
	v.Facts = []linkView{{Label: "Tickets", URL: number(len(all))}, {Label: "Not closed", URL: number(open)}, {Label: "Messages", URL: number(messages)}}
	s.show(w, r, status, "remove", view{Title: v.Title, Section: "Tickets", Data: v})
	return nil
}

// removeTickets does what was previewed; if others match by now, it is shown again.
func (s *server) removeTickets(w http.ResponseWriter, r *request, sel selectionView) error {
	all, err := s.selectedTickets(r, sel)
	if err != nil {
		return err
	}
	if sel.All && strconv.Itoa(len(all)) != sel.Count {
		return s.previewTickets(w, r, sel, http.StatusConflict)
	}
	ids := make([]desk.TicketID, len(all))
	t := toast{Action: "/tickets/bulk"}
	for i := range all {
		ids[i] = all[i].ID
		t.Undo = append(t.Undo, string(all[i].ID))
	}
	if sel.Do == "purge" {
		t.Undo, err = nil, s.Tickets.Purge(r.Context(), r.actor, ids...)
		t.Text = plural(len(ids), "ticket", "tickets") + " deleted for good."
	} else {
		err = s.Tickets.Delete(r.Context(), r.actor, ids...)
		t.Text = plural(len(ids), "ticket", "tickets") + " moved to the bin."
	}
	if err != nil {
		return err
	}
	s.leaveToast(w, t)
	return redirect(w, r, afterRemoval(sel, all))
}

// afterRemoval is where to go on: not to the page of what is gone.
func afterRemoval(sel selectionView, all []tickets.Ticket) string {
	if len(all) == 1 {
		if path, _, _ := strings.Cut(sel.Return, "?"); path == ticketPath(&all[0]) {
			return "/tickets"
		}
	}
	return sel.Return
}

func (s *server) restoreTickets(w http.ResponseWriter, r *request, sel selectionView) error {
	all, err := s.selectedTickets(r, sel)
	if err != nil {
		return err
	}
	for i := range all {
		if _, err := s.Tickets.Restore(r.Context(), r.actor, all[i].ID); err != nil {
			return err
		}
	}
	text := plural(len(all), "ticket", "tickets") + " restored."
	if len(all) == 1 {
		text = "#" + strconv.FormatInt(all[0].Number, 10) + " is back."
	}
	s.leaveToast(w, toast{Text: text})
	return redirect(w, r, sel.Return)
}
