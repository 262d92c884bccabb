package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/tickets"
)

// ticketView is the page of one ticket.
type ticketView struct {
	ID, Number, Path string
	// ToldURL leads to who was told of what.
	ToldURL           string
	Subject           string
	SubjectURL        string
	CanEdit           bool
	Chips             []stateChip
	Requester         personLink
	Company           string
	CompanyURL        string
	CanDelete, Binned bool
	Deleted           *when
	Paused            string
	Props             []propView
	Facts             []ticketFact
	Composer          *composerView
	Thread            threadView
	People            peopleView
	Others            []ticketRow
	OthersURL         string
	Timeline          *timelineView
	Work              workView
}

// personLink is a name that leads to a contact, for who may see it.
type personLink struct{ Name, URL, Initials, Hue string }

// ticketFact is a value beside the ticket that is not changed.
type ticketFact struct {
	Label, Text string
	When        *when
}

// ticketExtra is what a page of a ticket shows besides: what kept a field or a
// message from being saved.
type ticketExtra struct {
	trouble *trouble
	draft   *draft
}

// othersShown is how many further tickets of the requester stand beside one.
const othersShown = 5

// ticketOf finds the ticket that the address names, by its number or its id.
func (s *server) ticketOf(r *request) (tickets.Ticket, error) {
	ref := r.PathValue("ref")
	if n, err := strconv.ParseInt(ref, 10, 64); err == nil && n > 0 && strconv.FormatInt(n, 10) == ref {
		return s.Tickets.ByNumber(r.Context(), r.actor, n)
	}
	return s.Tickets.Get(r.Context(), r.actor, desk.TicketID(ref))
}

// ticket is the page of a ticket. One that is named by its id is shown under
// its number.
func (s *server) ticket(w http.ResponseWriter, r *request) error {
	t, err := s.ticketOf(r)
	if err != nil {
		return err
	}
	if path := ticketPath(&t); r.URL.Path != path {
		return redirect(w, r, path)
	}
	return s.showTicket(w, r, http.StatusOK, &t, ticketExtra{})
}

func (s *server) showTicket(w http.ResponseWriter, r *request, status int, t *tickets.Ticket, x ticketExtra) error {
	words, err := s.ticketWords(r)
	if err != nil {
		return err
	}
	v := s.ticketHead(r, t, words)
	v.Props = s.props(r, t, words, x.trouble)
	people, err := s.Tickets.Participants(r.Context(), r.actor, t.ID)
	if err != nil {
		return err
	}
	v.People = s.peopleView(r, t, people)
	v.Requester = requesterOf(t, people, words)
	if v.Thread, err = s.thread(r, t, words); err != nil {
		if desk.KindOf(err) == desk.Expired {
			return redirect(w, r, v.Path)
		}
		return err
	}
	v.Composer = s.composer(r, t, words, people, x.draft)
	if v.Work, err = s.ticketWork(r, t, words.people); err != nil {
		return err
	}
	if err := s.besides(r, t, words, &v); err != nil {
		return err
	}
	s.show(w, r, status, "ticket", view{Title: v.Number + " " + v.Subject, Section: "Tickets", Data: v})
	return nil
}

func (s *server) ticketHead(r *request, t *tickets.Ticket, words *ticketWords) ticketView {
	v := ticketView{ID: string(t.ID), Number: "#" + strconv.FormatInt(t.Number, 10), Path: ticketPath(t), Subject: ticketTitle(t), Company: t.Company,
		Binned: t.State == tickets.Binned, Deleted: shown(t.DeletedAt, s.Now()), Paused: t.Paused}
	if r.may(notify.MayView) {
		v.ToldURL = ticketPath(t) + "/told"
	}
	v.SubjectURL = v.Path + "/field/subject"
	v.CanEdit = r.may(tickets.MayModify) && !v.Binned && !locked(t, "subject")
	v.CanDelete = r.may(tickets.MayDelete) && !v.Binned
	if t.CompanyID != "" {
		v.CompanyURL = "/companies/" + string(t.CompanyID)
	}
	v.Chips = []stateChip{words.status(t.Status)}
	if p := words.priority(t.Priority); p.Tone != "" {
		v.Chips = append(v.Chips, p)
	}
	v.Facts = []ticketFact{{Label: "Came by", Text: channelName(t.Channel)}, {Label: "Created", When: shown(t.CreatedAt, s.Now())}, {Label: "Updated", When: shown(t.UpdatedAt, s.Now())}}
	if !t.ClosedAt.IsZero() {
		v.Facts = append(v.Facts, ticketFact{Label: "Closed", When: shown(t.ClosedAt, s.Now())})
	}
	if t.CreatedBy != "" {
		if name := words.people.name(t.CreatedBy); name != t.CreatedBy {
			v.Facts = append(v.Facts, ticketFact{Label: "Made by", Text: name})
		}
	}
	return v
}

func requesterOf(t *tickets.Ticket, people []tickets.Participant, words *ticketWords) personLink {
	for _, p := range people {
		words.names[p.Contact] = p.Name
	}
	p := personLink{Name: words.names[t.Requester], Hue: hue(string(t.Requester)), URL: "/contacts/" + string(t.Requester)}
	if p.Name == "" {
		p.Name, p.URL = "(not known)", ""
	}
	p.Initials = initials(p.Name)
	return p
}

// ticketActivity are the last things that happened to the ticket, with the
// names of those who were put on it or taken off.
func (s *server) ticketActivity(r *request, t *tickets.Ticket, words *ticketWords, v *ticketView) error {
	log, err := s.Tickets.History(r.Context(), r.actor, t.ID, desk.Page{Limit: 8})
	if err != nil {
		return err
	}
	for i := range log.Events {
		for j := range log.Events[i].Changes {
			c := &log.Events[i].Changes[j]
			if id, ok := strings.CutPrefix(c.Field, "participant "); ok {
				if c.Field = words.names[desk.ContactID(id)]; c.Field == "" {
					c.Field = "A contact"
				}
			} else if _, ok := ticketFieldNames[c.Field]; ok {
				c.Old, c.New = words.changed(c.Field, c.Old), words.changed(c.Field, c.New)
			}
		}
	}
	line := s.timeline(log, words.people, false)
	noteEvents(r, t, log.Events, &line)
	v.Timeline = &line
	return nil
}

// besides fills what stands beside the conversation: the requester's further
// tickets and what happened to this one.
func (s *server) besides(r *request, t *tickets.Ticket, words *ticketWords, v *ticketView) error {
	if t.Requester == "" {
		return nil
	}
	list, err := s.Tickets.List(r.Context(), r.actor, tickets.Query{Filter: tickets.Filter{Requester: t.Requester}}, desk.Page{Limit: othersShown + 1})
	if err != nil {
		return err
	}
	var others []tickets.Ticket
	for _, o := range list.Tickets {
		if o.ID != t.ID && len(others) < othersShown {
			others = append(others, o)
		}
	}
	if v.Others, err = s.ticketRows(r, words, others); err != nil {
		return err
	}
	if err := s.ticketActivity(r, t, words, v); err != nil {
		return err
	}
	if list.Next != "" {
		v.OthersURL = "/tickets?" + url.Values{"view": {"all"}, "requester": {string(t.Requester)}}.Encode()
	}
	return nil
}
