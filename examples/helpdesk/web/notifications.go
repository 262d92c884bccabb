package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/notify"
)

// notifyRoutes names the pages about messages to contacts.
func (s *server) notifyRoutes() {
	s.page("GET /settings/notifications", s.notifications)
	s.page("POST /settings/notifications", s.saveNotifications)
	s.page("GET /settings/notifications/{type}", s.words)
	s.page("POST /settings/notifications/{type}", s.saveWords)
	s.page("GET /contacts/{id}/notifications", s.contactTold)
	s.page("POST /contacts/{id}/notifications", s.savePreferences)
	s.page("GET /tickets/{ref}/told", s.ticketMessages)
	s.page("GET /messages", s.messages)
	s.page("POST /messages/{id}/retry", s.retryMessage)
}

// notificationsView is the page of the workspace's rules about messages.
type notificationsView struct {
	Version int64
	Presets []presetView
	Groups  []ruleGroup
	Fields  []fieldView
	Errors  []errorView
	Dirty   bool
}

type presetView struct {
	Value, Label, Help string
	Checked            bool
}

type ruleGroup struct {
	Label string
	Rules []ruleView
}

// ruleView is one type of message. Choice is "" where the preset decides.
type ruleView struct {
	ID, Name, Label, Help string
	Options               []option
	Always                bool
	URL                   string
	On, Off               bool
}

var presetNames = map[notify.Preset]presetView{
	notify.Minimal:   {Label: "Minimal", Help: "Only what nobody should miss."},
	notify.Balanced:  {Label: "Balanced", Help: "What most people expect to be told."},
	notify.HighTouch: {Label: "High touch", Help: "Each step, for those who want to follow closely."},
}

// preset is one of the presets by its name.
func presetOf(p notify.Preset) notify.Preset {
	if p == "" {
		return notify.Balanced
	}
	return p
}

func (s *server) notifications(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(notify.MaySettings); err != nil {
		return err
	}
	set, err := s.Notify.Settings(r.Context(), r.actor)
	if err != nil {
		return err
	}
	return s.showNotifications(w, r, http.StatusOK, set, nil)
}

func (s *server) showNotifications(w http.ResponseWriter, r *request, status int, set notify.Settings, problem error) error {
	v := notificationsView{Version: set.Version, Dirty: problem != nil}
	for _, p := range notify.Presets {
		x := presetNames[p]
		if x.Label == "" {
			x.Label = capital(string(p))
		}
		x.Value, x.Checked = string(p), presetOf(set.Preset) == p
		v.Presets = append(v.Presets, x)
	}
	for _, t := range s.Notify.Types() {
		if t.Class == notify.Direct {
			continue
		}
		plain := notify.Settings{Preset: set.Preset}
		by := "As the preset says: off"
		if plain.On(&t) {
			by = "As the preset says: on"
		}
		choice := ""
		if on, ok := set.Rules[t.Name]; ok {
			choice = map[bool]string{true: "on", false: "off"}[on]
		}
		rule := ruleView{ID: "r-" + strings.ReplaceAll(t.Name, ".", "-"), Name: "rule." + t.Name, Label: t.Label, Help: t.Help, Always: t.Always, URL: "/settings/notifications/" + t.Name,
			Options: chosen([]option{{Label: by}, {Value: "on", Label: "Always send"}, {Value: "off", Label: "Never send"}}, choice)}
		if n := len(v.Groups); n == 0 || v.Groups[n-1].Label != t.Group {
			v.Groups = append(v.Groups, ruleGroup{Label: t.Group})
		}
		g := &v.Groups[len(v.Groups)-1]
		g.Rules = append(g.Rules, rule)
	}
	v.Fields = []fieldView{
		{Name: "name", Label: "What you are called in messages", Control: textControl, Value: set.Name},
		{Name: "from", Label: "From address", Control: emailControl, Value: set.From, Help: "Empty: the server's own."},
		{Name: "reply_to", Label: "Reply address", Control: emailControl, Value: set.ReplyTo, Help: "Where replies go. Empty: the server's own, which come back into the ticket."},
		{Name: "base_url", Label: "Address of your pages", Control: textControl, Value: set.BaseURL, Help: "Links in messages begin with it, such as https://help.example.com."},
		{Name: "language", Label: "Language", Control: textControl, Value: set.Language, Help: "For people whose own is not known, such as en or de."},
		{Name: "footer", Label: "Line under each email", Control: areaControl, Lines: 2, Value: set.Footer, Help: "Such as your company's address.", Wide: true},
	}
	for i := range v.Fields {
		v.Fields[i].ID = "f-" + v.Fields[i].Name
	}
	if problem != nil {
		anchor := "f-name"
		for i := range v.Fields {
			if v.Fields[i].Name == desk.FieldOf(problem) {
				v.Fields[i].Error, anchor = desk.MessageOf(problem), v.Fields[i].ID
			}
		}
		v.Errors = []errorView{{Text: desk.MessageOf(problem), Anchor: anchor}}
	}
	s.show(w, r, status, "notifications", view{Title: "Notifications", Section: "Settings", Data: v})
	return nil
}

func (s *server) saveNotifications(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(notify.MaySettings); err != nil {
		return err
	}
	p := r.PostForm
	set := notify.Settings{Preset: notify.Preset(p.Get("preset")), Rules: map[string]bool{}, Name: strings.TrimSpace(p.Get("name")), From: strings.TrimSpace(p.Get("from")),
		ReplyTo: strings.TrimSpace(p.Get("reply_to")), BaseURL: strings.TrimSpace(p.Get("base_url")), Language: strings.TrimSpace(p.Get("language")), Footer: lines(p.Get("footer"))}
	set.Version, _ = strconv.ParseInt(p.Get("version"), 10, 64)
	for _, t := range s.Notify.Types() {
		switch p.Get("rule." + t.Name) {
		case "on":
			set.Rules[t.Name] = true
		case "off":
			set.Rules[t.Name] = false
		}
	}
	_, err := s.Notify.SaveSettings(r.Context(), r.actor, set)
	if refused(err) {
		return s.showNotifications(w, r, http.StatusUnprocessableEntity, set, err)
	}
	if err != nil {
		return err
	}
	return s.leaveFor(w, r, "/settings/notifications", "Saved. It counts from the next message on.")
}

// wordsView is the page on which the words of a type of message are written.
type wordsView struct {
	Label, Help, Action string
	Subject, Text, HTML string
	Version             int64
	Own                 bool
	Functions           string
	Preview             *notify.Preview
	Errors              []errorView
	Wrong               map[string]string
	Dirty               bool
}

func (s *server) typeNamed(name string) (notify.Type, bool) {
	all := s.Notify.Types()
	at := slices.IndexFunc(all, func(t notify.Type) bool { return t.Name == name && t.Class != notify.Direct })
	if at < 0 {
		return notify.Type{}, false
	}
	return all[at], true
}

func (s *server) words(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(notify.MaySettings); err != nil {
		return err
	}
	t, err := s.Notify.Template(r.Context(), r.actor, r.PathValue("type"), "")
	if desk.KindOf(err) == desk.Invalid {
		return &desk.Error{Kind: desk.NotFound, Message: "There is no such type of message."}
	}
	if err != nil {
		return err
	}
	return s.showWords(w, r, http.StatusOK, t, nil)
}

func (s *server) showWords(w http.ResponseWriter, r *request, status int, t notify.Template, problem error) error {
	kind, ok := s.typeNamed(t.Type)
	if !ok {
		return &desk.Error{Kind: desk.NotFound, Message: "There is no such type of message."}
	}
	v := wordsView{Label: kind.Label, Help: kind.Help, Action: "/settings/notifications/" + kind.Name, Subject: t.Subject, Text: t.Text, HTML: t.HTML, Version: t.Version, Own: t.Version > 0,
		Functions: strings.Join(notify.Functions, ", "), Wrong: map[string]string{}, Dirty: r.Method == http.MethodPost}
	if problem == nil {
		p, err := s.Notify.PreviewTemplate(r.Context(), r.actor, t)
		if refused(err) {
			problem = err
		} else if err != nil {
			return err
		}
		v.Preview = &p
	}
	if problem != nil {
		name := desk.FieldOf(problem)
		if name != "text" && name != "html" {
			name = "subject"
		}
		v.Wrong[name], v.Preview = desk.MessageOf(problem), nil
		v.Errors = []errorView{{Text: desk.MessageOf(problem), Anchor: "f-" + name}}
	}
	s.show(w, r, status, "words", view{Title: kind.Label, Section: "Settings", Data: v})
	return nil
}

// saveWords keeps a template, previews it, or goes back to the library's.
func (s *server) saveWords(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(notify.MaySettings); err != nil {
		return err
	}
	kind, ok := s.typeNamed(r.PathValue("type"))
	if !ok {
		return &desk.Error{Kind: desk.NotFound, Message: "There is no such type of message."}
	}
	p := r.PostForm
	t := notify.Template{Type: kind.Name, Subject: p.Get("subject"), Text: strings.ReplaceAll(p.Get("text"), "\r\n", "\n"), HTML: strings.ReplaceAll(p.Get("html"), "\r\n", "\n")}
	t.Version, _ = strconv.ParseInt(p.Get("version"), 10, 64)
	path := "/settings/notifications/" + kind.Name
	switch p.Get("do") {
	case "preview":
		return s.showWords(w, r, http.StatusOK, t, nil)
	case "reset":
		if err := s.Notify.ResetTemplate(r.Context(), r.actor, kind.Name, ""); err != nil && desk.KindOf(err) != desk.NotFound {
			return err
		}
		return s.leaveFor(w, r, path, "The words that come with Deskfolk are used again.")
	}
	_, err := s.Notify.SaveTemplate(r.Context(), r.actor, t)
	if refused(err) {
		return s.showWords(w, r, http.StatusUnprocessableEntity, t, err)
	}
	if err != nil {
		return err
	}
	return s.leaveFor(w, r, path, "Saved. The next message has these words.")
}

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

// preferencesView are what a contact wants to be told of.
type preferencesView struct {
	Action           string
	Version          int64
	CanEdit          bool
	Groups           []ruleGroup
	Marketing, Hours string
	EditURL          string
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
	var rows []messageRow
	for i := range all {
		e := &all[i]
		row := messageRow{ID: string(e.ID), Type: e.Type, Channel: string(e.Channel), State: messageStates[e.State], When: shown(e.CreatedAt, s.Now()), Reason: e.Reason}
		if t, ok := s.kindOf(e.Type); ok {
			row.Type = t.Label
		}
		if name := words.names[e.Contact]; name != "" {
			row.To, row.ToURL = name, "/contacts/"+string(e.Contact)+"/notifications"
		} else if row.To = e.Address; row.To == "" {
			row.To = "Someone"
		}
		if e.State == notify.Dead && e.Error != "" {
			row.Reason = e.Error
		} else if e.State == notify.Queued && e.Error != "" {
			row.Reason = "Tried " + plural(e.Attempts, "time", "times") + ": " + e.Error
		}
		if e.Ticket != "" {
			if _, ok := numbers[e.Ticket]; !ok {
				if t, err := s.Tickets.Get(r.Context(), r.actor, e.Ticket); err == nil {
					numbers[e.Ticket] = strconv.FormatInt(t.Number, 10)
				} else {
					numbers[e.Ticket] = ""
				}
			}
			if n := numbers[e.Ticket]; n != "" {
				row.Ticket, row.TicketURL = n, "/tickets/"+n
			}
		}
		if e.State == notify.Dead && r.may(notify.MayRetry) {
			row.RetryURL = "/messages/" + string(e.ID) + "/retry"
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (s *server) kindOf(name string) (notify.Type, bool) {
	all := s.Notify.Types()
	at := slices.IndexFunc(all, func(t notify.Type) bool { return t.Name == name })
	if at < 0 {
		return notify.Type{}, false
	}
	return all[at], true
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

// contactTold is what a contact was told of, why not, and what it wants.
func (s *server) contactTold(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(notify.MayView); err != nil {
		return err
	}
	head, c, err := s.recordHead(r, desk.ContactID(r.PathValue("id")), "notifications")
	if err != nil {
		return err
	}
	v := messagesView{Record: &head, Heading: "Messages to " + clip(titleOf(c), 60)}
	if err := s.listMessages(r, &v, notify.DecisionFilter{Contact: c.ID}); err != nil {
		return s.tasksAnew(w, r, r.URL.Path, err)
	}
	p, err := s.Notify.Preferences(r.Context(), r.actor, c.ID)
	if err != nil {
		return err
	}
	set, err := s.Notify.Settings(r.Context(), r.actor)
	if err != nil {
		return err
	}
	pv := preferencesView{Action: "/contacts/" + string(c.ID) + "/notifications", Version: p.Version, CanEdit: r.may(notify.MayPreferences), Marketing: "Gets marketing", Hours: hoursText(c.CallHours), EditURL: head.Summary.EditURL}
	if c.MarketingOptOut {
		pv.Marketing = "No marketing: the contact has opted out"
	}
	for _, t := range s.Notify.Types() {
		if t.Class == notify.Direct || t.Always {
			continue
		}
		x := ruleView{Name: t.Name, Label: t.Label, On: p.On(&t), Off: !set.On(&t)}
		if n := len(pv.Groups); n == 0 || pv.Groups[n-1].Label != t.Group {
			pv.Groups = append(pv.Groups, ruleGroup{Label: t.Group})
		}
		g := &pv.Groups[len(pv.Groups)-1]
		g.Rules = append(g.Rules, x)
	}
	v.Preferences = &pv
	s.show(w, r, http.StatusOK, "messages", view{Title: v.Heading, Section: "Contacts", Data: v})
	return nil
}

// savePreferences keeps what a contact wants to be told of.
func (s *server) savePreferences(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(notify.MayPreferences); err != nil {
		return err
	}
	p := notify.Preferences{Contact: desk.ContactID(r.PathValue("id")), Types: map[string]bool{}}
	p.Version, _ = strconv.ParseInt(r.PostForm.Get("version"), 10, 64)
	for _, t := range s.Notify.Types() {
		if t.Class != notify.Direct && !t.Always && !slices.Contains(r.PostForm["want"], t.Name) {
			p.Types[t.Name] = false
		}
	}
	path := "/contacts/" + url.PathEscape(string(p.Contact)) + "/notifications"
	_, err := s.Notify.SavePreferences(r.Context(), r.actor, p)
	if refused(err) {
		return s.leaveFor(w, r, path, desk.MessageOf(err)+" Nothing was changed.")
	}
	if err != nil {
		return err
	}
	return s.leaveFor(w, r, path, "The preferences were saved.")
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
