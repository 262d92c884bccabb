package web

import (
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets"
)

// threadRows is how many messages a page of a ticket has: one with ten
// thousand opens as fast as one with ten.
const threadRows = 20

// threadView is the conversation, newest message first unless turned round.
type threadView struct {
	Messages     []messageCard
	CountText    string
	OldestFirst  bool
	TurnURL      string
	First, Next  string
	Older, Whole string
}

// messageCard is one message as it is shown.
type messageCard struct {
	ID                 string
	Internal           bool
	Label, Icon        string
	Author, AuthorURL  string
	Initials, Hue, How string
	Staff              bool
	When               *when
	Text, Quoted       []segment
	HTML               template.HTML
	Blocked            int
	Files              []fileView
	Mail               *mailView
	// Edited is when an internal note was changed; the rest is what can be
	// done with it.
	Edited                         *when
	EditURL, DeleteURL, HistoryURL string
}

// segment is a stretch of text, or an address in it that leads somewhere.
type segment struct {
	Text string
	URL  string
}

// mailView is how a message came by email.
type mailView struct {
	From, To, Cc, Subject string
	Notes                 []stateChip
}

// thread reads one page of the conversation.
func (s *server) thread(r *request, t *tickets.Ticket, words *ticketWords) (threadView, error) {
	v := threadView{OldestFirst: r.Method == http.MethodGet && r.URL.Query().Get("order") == "oldest"}
	page := desk.Page{Limit: threadRows}
	if r.Method == http.MethodGet {
		page.Cursor = desk.Cursor(r.URL.Query().Get("cursor"))
	}
	list, err := s.Tickets.Messages(r.Context(), r.actor, t.ID, tickets.MessageQuery{Newest: !v.OldestFirst}, page)
	if err != nil {
		return v, err
	}
	for i := range list.Messages {
		card := s.messageCard(t, &list.Messages[i], words)
		s.noteLinks(r, t, &list.Messages[i], &card)
		v.Messages = append(v.Messages, card)
	}
	at := func(cursor desk.Cursor, oldest bool) string {
		order := ""
		if oldest {
			order = "oldest"
		}
		return pageAt(ticketPath(t), cursor, "order", order) + "#thread"
	}
	v.CountText, v.TurnURL, v.Older, v.Whole = plural(t.Messages, "message", "messages"), at("", !v.OldestFirst), "Older messages", "Newest"
	if v.OldestFirst {
		v.Older, v.Whole = "Newer messages", "Oldest"
	}
	if page.Cursor != "" {
		v.First = at("", v.OldestFirst)
	}
	if list.Next != "" {
		v.Next = at(list.Next, v.OldestFirst)
	}
	return v, nil
}

func (s *server) messageCard(t *tickets.Ticket, m *tickets.Message, words *ticketWords) messageCard {
	v := messageCard{ID: string(m.ID), Internal: m.Kind == tickets.Internal, When: shown(m.At, s.Now()), Author: m.AuthorName, How: came(m.Channel)}
	v.Label, v.Icon = "Public", "globe"
	if v.Internal {
		v.Label, v.Icon = "Internal note", "lock"
	}
	by := m.AuthorID
	switch {
	case m.Contact != "":
		by, v.AuthorURL = string(m.Contact), "/contacts/"+string(m.Contact)
		if n := words.names[m.Contact]; n != "" {
			v.Author = n
		}
	case m.AuthorKind == desk.MemberActor:
		v.Staff = true
		if v.How = "Agent"; m.Channel != tickets.ByAgent {
			v.How += " " + came(m.Channel)
		}
		if n := words.people.name(m.AuthorID); n != m.AuthorID {
			v.Author = n
		}
	}
	if v.Author == "" {
		v.Author = words.people.by(m.AuthorKind, m.AuthorID)
	}
	v.Initials, v.Hue = initials(v.Author), hue(by)
	path := ticketPath(t) + "/messages/" + string(m.ID) + "/files/"
	if m.HTML != "" {
		v.HTML, v.Blocked = mailHTML(m, path)
	} else {
		text, quoted := splitQuote(m.Text)
		v.Text, v.Quoted = linked(text), linked(quoted)
	}
	v.Files = filesOf(m, path)
	v.Mail = mailOf(m.Email)
	return v
}

func mailOf(m *tickets.Mail) *mailView {
	if m == nil {
		return nil
	}
	v := &mailView{From: m.From, To: strings.Join(m.To, ", "), Cc: strings.Join(m.Cc, ", "), Subject: m.Subject}
	if m.FromName != "" {
		v.From = m.FromName + " <" + m.From + ">"
	}
	note := func(on bool, chip stateChip) {
		if on {
			v.Notes = append(v.Notes, chip)
		}
	}
	note(m.Verified, stateChip{"Sender verified", "shield", "success"})
	note(!m.Verified, stateChip{"Sender not verified", "warning", "warning"})
	note(m.AutoReply, stateChip{"Automatic reply", "info", ""})
	note(m.Bounce, stateChip{"Could not be delivered", "mail-off", "danger"})
	note(m.List, stateChip{"From a mailing list", "people", ""})
	note(m.Repeated, stateChip{"Came before", "info", ""})
	return v
}

// splitQuote parts what was written from what was quoted below it.
func splitQuote(text string) (own, quoted string) {
	lines := strings.Split(strings.TrimRight(text, "\n "), "\n")
	at := len(lines)
	for at > 0 && (strings.HasPrefix(lines[at-1], ">") || strings.TrimSpace(lines[at-1]) == "") {
		at--
	}
	for at < len(lines) && strings.TrimSpace(lines[at]) == "" {
		at++
	}
	// The line that says who wrote what is quoted goes with it.
	if from := at - 1; at < len(lines) && from > 0 && strings.HasSuffix(strings.TrimSpace(lines[from]), ":") {
		at = from
	}
	if at == 0 {
		return text, ""
	}
	return strings.TrimRight(strings.Join(lines[:at], "\n"), "\n "), strings.Join(lines[at:], "\n")
}

var webAddress = regexp.MustCompile(`https?://[^\s<>"'\x{2018}-\x{201f}]+`)

// linked parts a text into what is read and the addresses in it.
func linked(text string) []segment {
	var all []segment
	for text != "" {
		at := webAddress.FindStringIndex(text)
		if at == nil {
			break
		}
		end := at[0] + len(strings.TrimRight(text[at[0]:at[1]], ".,;:!?)]}*_"))
		if u, err := url.Parse(text[at[0]:end]); err != nil || u.Host == "" {
			all = append(all, segment{Text: text[:at[1]]})
			text = text[at[1]:]
			continue
		}
		if at[0] > 0 {
			all = append(all, segment{Text: text[:at[0]]})
		}
		all = append(all, segment{Text: text[at[0]:end], URL: text[at[0]:end]})
		text = text[end:]
	}
	if text != "" {
		all = append(all, segment{Text: text})
	}
	return all
}
