package web

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// peopleView is who takes part in a ticket.
type peopleView struct {
	Rows           []participantRow
	CanChange      bool
	Action, AddURL string
}

type participantRow struct {
	ID, Name, URL, Email string
	Initials, Hue        string
	Role                 string
	Requester, Pending   bool
	Inactive             bool
	Added                *when
	WhyURL               string
	// TextURL leads to a new message to the phone, with the ticket.
	TextURL string
}

// found is a contact to choose, in the lists of pages that need one.
type foundContact struct {
	ID, Name, Email, Company, Initials, Hue string
	URL                                     string
	Already                                 string
	Inactive                                bool
}

// pickView is a page on which a contact is searched for and chosen.
type pickView struct {
	Heading, Hint, Text, Action string
	Back, BackText              string
	// Add is where choosing sends a form to; without it the rows are links.
	Add              string
	Hidden           []linkView
	Rows             []foundContact
	CountText, Spoke string
	Empty            emptyView
}

var roleNames = map[tickets.Role]string{tickets.Requester: "Requester", tickets.Participating: "Participant", tickets.Pending: "Pending"}

func (s *server) peopleView(r *request, t *tickets.Ticket, people []tickets.Participant) peopleView {
	v := peopleView{CanChange: r.may(tickets.MayParticipants) && t.State == tickets.Live, Action: ticketPath(t) + "/people", AddURL: ticketPath(t) + "/people"}
	for _, p := range people {
		row := participantRow{ID: string(p.Contact), Name: p.Name, URL: "/contacts/" + string(p.Contact), Email: p.Email, Hue: hue(string(p.Contact)), Role: roleNames[p.Role],
			Requester: p.Role == tickets.Requester, Pending: p.Role == tickets.Pending, Inactive: !p.Active, Added: shown(p.AddedAt, s.Now()),
			WhyURL: ticketPath(t) + "/people/" + string(p.Contact)}
		if r.mayText() && t.State == tickets.Live {
			row.TextURL = textURL(p.Contact, strconv.FormatInt(t.Number, 10))
		}
		if row.Name == "" {
			row.Name = "(no name)"
		}
		row.Initials = initials(row.Name)
		v.Rows = append(v.Rows, row)
	}
	slices.SortStableFunc(v.Rows, func(a, b participantRow) int { return rank(a) - rank(b) })
	return v
}

// rank puts the requester first and those who wait for an answer last.
func rank(p participantRow) int {
	switch {
	case p.Requester:
		return 0
	case p.Pending:
		return 2
	}
	return 1
}

// changePeople adds, confirms, promotes or removes one participant.
func (s *server) changePeople(w http.ResponseWriter, r *request) error {
	t, err := s.ticketOf(r)
	if err != nil {
		return err
	}
	do, id := r.PostForm.Get("do"), desk.ContactID(r.PostForm.Get("contact"))
	if first, rest, ok := strings.Cut(do, ":"); ok {
		do, id = first, desk.ContactID(rest)
	}
	if id == "" {
		s.leaveToast(w, toast{Text: "Nobody was chosen, so nothing was changed."})
		return redirect(w, r, ticketPath(&t)+"/people")
	}
	text := ""
	switch do {
	case "add", "confirm":
		err, text = s.Tickets.SetParticipant(r.Context(), r.actor, t.ID, id, tickets.Participating), " takes part now."
	case "requester":
		err, text = s.Tickets.SetParticipant(r.Context(), r.actor, t.ID, id, tickets.Requester), " is the requester now."
	case "remove":
		err, text = s.Tickets.RemoveParticipant(r.Context(), r.actor, t.ID, id), " no longer takes part."
	default:
		err = &desk.Error{Kind: desk.Invalid, Message: "There is no such action. Nothing was changed."}
	}
	if err != nil {
		return err
	}
	name := "The contact"
	if c, err := s.Contacts.Get(r.Context(), r.actor, id); err == nil {
		name = clip(titleOf(&c), 60)
	}
	s.leaveToast(w, toast{Text: name + text})
	return redirect(w, r, ticketPath(&t))
}

// addPeople is the page on which a contact is found and added to a ticket.
func (s *server) addPeople(w http.ResponseWriter, r *request) error {
	t, err := s.ticketOf(r)
	if err != nil {
		return err
	}
	if !r.may(tickets.MayParticipants) || t.State != tickets.Live {
		return &desk.Error{Kind: desk.Denied, Message: "You may not change who takes part."}
	}
	people, err := s.Tickets.Participants(r.Context(), r.actor, t.ID)
	if err != nil {
		return err
	}
	path := ticketPath(&t)
	number := "#" + strings.TrimPrefix(path, "/tickets/")
	v := pickView{Heading: "Add someone to " + number, Hint: "Who takes part is told of public replies and sees the ticket in the portal. Internal notes stay with the team.",
		Action: path + "/people", Add: path + "/people", Back: path, BackText: number}
	if err := s.pick(r, &v, ""); err != nil {
		return err
	}
	for i := range v.Rows {
		for _, p := range people {
			if string(p.Contact) == v.Rows[i].ID && p.Role != tickets.Pending {
				v.Rows[i].Already = roleNames[p.Role]
			}
		}
	}
	s.show(w, r, http.StatusOK, "ticketpick", view{Title: v.Heading, Section: "Tickets", Data: v})
	return nil
}

// pick fills in the contacts that the search of the page finds.
func (s *server) pick(r *request, v *pickView, company desk.CompanyID) error {
	v.Text = strings.TrimSpace(r.URL.Query().Get("text"))
	q := contacts.Query{Text: v.Text, Count: true}
	if company != "" {
		q.Filter.Companies = []desk.CompanyID{company}
	}
	if v.Text == "" {
		q.Sort, q.Desc = contacts.SortUpdated, true
	}
	list, err := s.Contacts.List(r.Context(), r.actor, q, desk.Page{Limit: 12})
	if desk.KindOf(err) == desk.Invalid {
		list, err = contacts.List{}, nil
	}
	if err != nil {
		return err
	}
	v.Rows = foundOf(list)
	v.Spoke, v.CountText = foundText(list), about(list.Count, list.CountAbout)
	v.Empty = emptyView{Art: "people", Title: "No contacts yet", Text: "Whoever asks you something is a contact. Make the first one."}
	if v.Text != "" {
		v.Empty = emptyView{Art: "search", Title: "No one found", Text: "Nobody has “" + v.Text + "” in a name, company, address or phone number."}
	}
	if r.may(contacts.MayCreate) {
		v.Empty.Links = []linkView{{"New contact", "/contacts/new", "plus", true}}
		if v.Text != "" {
			v.Empty.Links[0] = linkView{"Create “" + clip(v.Text, 40) + "”", viewURL("/contacts/new", contacts.Query{}, map[string][]string{"from": {v.Text}}), "plus", true}
		}
	}
	return nil
}

func foundOf(list contacts.List) []foundContact {
	rows := []foundContact{}
	for i := range list.Contacts {
		c := &list.Contacts[i]
		rows = append(rows, foundContact{ID: string(c.ID), Name: titleOf(c), Email: c.Email, Company: c.Company, Initials: initials(c.Name()), Hue: hue(string(c.ID)), Inactive: !c.Active})
	}
	return rows
}

// suggestContacts answers fields in which a contact is chosen while a name is typed.
func (s *server) suggestContacts(w http.ResponseWriter, r *request) error {
	type person struct {
		ID      string `json:"id"`
		Name    string `json:"name"`
		Email   string `json:"email"`
		Company string `json:"company"`
	}
	answer := struct {
		Contacts []person `json:"contacts"`
	}{Contacts: []person{}}
	list, err := s.Contacts.List(r.Context(), r.actor, contacts.Query{Text: strings.TrimSpace(r.FormValue("text"))}, desk.Page{Limit: 8})
	if err != nil {
		return err
	}
	for i := range list.Contacts {
		c := &list.Contacts[i]
		answer.Contacts = append(answer.Contacts, person{string(c.ID), titleOf(c), c.Email, c.Company})
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(answer)
}

// whyView says what a contact may do on a ticket, gate by gate.
type whyView struct {
	Ticket, Path, Name, URL string
	Acts                    []actGates
}

// actGates are the gates that stand before one act.
type actGates struct {
	Label   string
	Allowed bool
	Gates   []gateView
}

type gateView struct {
	Allowed      bool
	Gate, Reason string
}

var actNames = map[tickets.Act]string{tickets.ToSee: "See the ticket, and be told of it", tickets.ToComment: "Write on it", tickets.ToClose: "Close it"}

// explainPerson says why a contact sees a ticket, writes on it or closes it,
// or why not.
func (s *server) explainPerson(w http.ResponseWriter, r *request) error {
	t, err := s.ticketOf(r)
	if err != nil {
		return err
	}
	c, err := s.Contacts.Get(r.Context(), r.actor, desk.ContactID(r.PathValue("contact")))
	if err != nil {
		return err
	}
	v := whyView{Ticket: "#" + strings.TrimPrefix(ticketPath(&t), "/tickets/"), Path: ticketPath(&t), Name: titleOf(&c), URL: "/contacts/" + string(c.ID)}
	for _, act := range tickets.Acts {
		gates, err := s.Tickets.Explain(r.Context(), r.actor, t.ID, c.ID, act)
		if err != nil {
			return err
		}
		a := actGates{Label: actNames[act], Allowed: desk.AllAllowed(gates)}
		for _, g := range gates {
			a.Gates = append(a.Gates, gateView{g.Allowed, capital(g.Gate), g.Reason})
		}
		v.Acts = append(v.Acts, a)
	}
	s.show(w, r, http.StatusOK, "ticketwhy", view{Title: "What " + clip(v.Name, 60) + " may do", Section: "Tickets", Data: v})
	return nil
}
