package web

import (
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets/intake"
)

// intakeRoutes names the pages of mail that comes in.
func (s *server) intakeRoutes() {
	s.page("GET /settings/email", s.mailSettings)
	s.page("POST /settings/email", s.saveMailSettings)
	s.page("GET /settings/email/messages", s.mailsIn)
	s.page("GET /settings/email/messages/{id}/raw", s.mailInRaw)
	s.page("POST /settings/email/messages/{id}/retry", s.retryMail)
}

// mailSettingsView is the page of the mailboxes.
type mailSettingsView struct {
	Version     int64
	Boxes       []mailboxView
	Rules       []fieldView
	Acknowledge bool
	BoxError    string
	Errors      []errorView
	Dirty       bool
	CanInspect  bool
}

// mailboxView is one address with what its tickets begin with.
type mailboxView struct {
	N      int
	Title  string
	Fields []fieldView
}

// mayMail refuses who may not; a server without intake has no such pages.
func (s *server) mayMail(r *request, oneOf ...desk.Permission) error {
	if s.Intake == nil {
		return &desk.Error{Kind: desk.NotFound, Message: "There is no such page."}
	}
	return r.mustMay(oneOf...)
}

func (s *server) mailSettings(w http.ResponseWriter, r *request) error {
	if err := s.mayMail(r, intake.MaySettings); err != nil {
		return err
	}
	set, err := s.Intake.Settings(r.Context(), r.actor)
	if err != nil {
		return err
	}
	return s.showMailSettings(w, r, http.StatusOK, set, strconv.Itoa(set.Pending), nil)
}

func (s *server) showMailSettings(w http.ResponseWriter, r *request, status int, set intake.Settings, pending string, problem error) error {
	words, err := s.ticketWords(r)
	if err != nil {
		return err
	}
	v := mailSettingsView{Version: set.Version, Acknowledge: !set.NoAcknowledgement, Dirty: r.Method == http.MethodPost, CanInspect: r.may(intake.MayInspect)}
	for i, b := range append(set.Mailboxes[:len(set.Mailboxes):len(set.Mailboxes)], intake.Mailbox{}) {
		v.Boxes = append(v.Boxes, mailboxOf(i, &b, words))
	}
	v.Rules = []fieldView{
		{Name: "auth_servers", Label: "Mail servers whose checks are believed", Control: areaControl, Lines: 2, Value: strings.Join(set.AuthServers, "\n"), Wide: true,
			Help: "One a line, such as mx.example.com. Only name one that takes away the results that a message brings with it."},
		{Name: "pending", Label: "People of To and Cc for each message", Control: numberControl, Value: pending, Help: "They wait on the ticket until somebody lets them in. 0: the default of 20. -1: none."},
	}
	for i := range v.Rules {
		v.Rules[i].ID = "f-" + v.Rules[i].Name
	}
	if problem != nil {
		v.blame(problem)
	}
	s.show(w, r, status, "mailsettings", view{Title: "Email", Section: "Settings", Data: v})
	return nil
}

// mailboxOf is a mailbox's controls. The last one is empty, to add another.
func mailboxOf(i int, b *intake.Mailbox, words *ticketWords) mailboxView {
	n := strconv.Itoa(i)
	v := mailboxView{N: i, Title: b.Address}
	if v.Title == "" {
		v.Title = "Another mailbox"
	}
	ours := func(field, value string) []option {
		all := words.choices(field, value)
		if field != "priority" {
			all = all[1:]
		}
		return chosen(append([]option{{Label: "The workspace’s default"}}, all...), value)
	}
	v.Fields = []fieldView{
		{Name: "address", Label: "Address", Control: emailControl, Value: b.Address},
		{Name: "aliases", Label: "Further addresses", Control: textControl, Value: strings.Join(b.Aliases, ", "), Help: "With a comma between them."},
		{Name: "priority", Label: "Priority", Control: selectControl, Options: ours("priority", b.Priority)},
		{Name: "category", Label: "Category", Control: selectControl, Options: ours("category", b.Category)},
		{Name: "assignee", Label: "Assignee", Control: selectControl, Options: ours("assignee", b.Assignee)},
	}
	for j := range v.Fields {
		v.Fields[j].ID = "f-" + v.Fields[j].Name + n
	}
	return v
}

// blame puts what is wrong beside what it is about.
func (v *mailSettingsView) blame(problem error) {
	text, anchor := desk.MessageOf(problem), "mailboxes"
	switch field := desk.FieldOf(problem); field {
	case "auth_servers", "pending":
		anchor = "f-" + field
		for i := range v.Rules {
			if v.Rules[i].Name == field {
				v.Rules[i].Error = text
			}
		}
	case "mailboxes", "aliases":
		v.BoxError = text
	}
	v.Errors = []errorView{{Text: text, Anchor: anchor}}
}

func (s *server) saveMailSettings(w http.ResponseWriter, r *request) error {
	if err := s.mayMail(r, intake.MaySettings); err != nil {
		return err
	}
	f := r.PostForm
	set := intake.Settings{AuthServers: strings.Fields(f.Get("auth_servers")), NoAcknowledgement: f.Get("acknowledge") != "true"}
	set.Version, _ = strconv.ParseInt(f.Get("version"), 10, 64)
	at := func(name string, i int) string {
		if all := f[name]; i < len(all) {
			return strings.TrimSpace(all[i])
		}
		return ""
	}
	for i := range f["address"] {
		b := intake.Mailbox{Address: at("address", i), Priority: at("priority", i), Category: at("category", i), Assignee: at("assignee", i)}
		b.Aliases = strings.FieldsFunc(at("aliases", i), func(c rune) bool { return c <= ' ' || c == ',' || c == ';' })
		if b.Address != "" || len(b.Aliases) > 0 {
			set.Mailboxes = append(set.Mailboxes, b)
		}
	}
	pending := strings.TrimSpace(f.Get("pending"))
	var err error
	if pending != "" {
		if set.Pending, err = strconv.Atoi(pending); err != nil {
			err = desk.Errorf(desk.Invalid, "pending", "Give a whole number.")
		}
	}
	if err == nil {
		_, err = s.Intake.SaveSettings(r.Context(), r.actor, set)
	}
	if refused(err) {
		return s.showMailSettings(w, r, http.StatusUnprocessableEntity, set, pending, err)
	}
	if err != nil {
		return err
	}
	return s.leaveFor(w, r, "/settings/email", "Saved. It counts from the next message on.")
}

// mailsInView lists the messages that came.
type mailsInView struct {
	Chips []tabView
	Rows  []mailInRow
	Empty emptyView
	Next  string
}

type mailInRow struct {
	Subject, From, Mailbox, Reason, Size string
	State                                stateChip
	RawURL, RetryURL                     string
	When                                 *when
}

var mailStates = map[intake.Outcome]stateChip{
	intake.Rejected: {"Rejected", "warning", "danger"}, intake.Ignored: {"Ignored", "mail-off", "warning"},
}

// mailsIn lists what was rejected, or ignored, with the reason.
func (s *server) mailsIn(w http.ResponseWriter, r *request) error {
	if err := s.mayMail(r, intake.MayInspect); err != nil {
		return err
	}
	which := intake.Outcome(r.URL.Query().Get("outcome"))
	if which != intake.Ignored {
		which = intake.Rejected
	}
	list, err := s.Intake.List(r.Context(), r.actor, []intake.Outcome{which}, desk.Page{Limit: 25, Cursor: desk.Cursor(r.URL.Query().Get("cursor"))})
	if err != nil {
		return s.tasksAnew(w, r, "/settings/email/messages", err)
	}
	v := mailsInView{Empty: emptyView{Art: "mail", Title: "No messages", Text: "A message that could not be taken in is kept here with the reason, and can be tried again."}}
	for _, o := range []intake.Outcome{intake.Rejected, intake.Ignored} {
		v.Chips = append(v.Chips, tabView{Label: mailStates[o].Label, URL: "/settings/email/messages?outcome=" + string(o), Current: o == which})
	}
	if list.Next != "" {
		v.Next = "/settings/email/messages?" + url.Values{"outcome": {string(which)}, "cursor": {string(list.Next)}}.Encode()
	}
	for i := range list.Records {
		m := &list.Records[i]
		at := "/settings/email/messages/" + string(m.ID)
		row := mailInRow{Subject: m.Subject, From: m.Sender, Mailbox: m.Mailbox, Reason: m.Reason, Size: byteSize(m.Size), State: mailStates[m.Outcome], RawURL: at + "/raw", When: shown(m.At, s.Now())}
		if row.Subject == "" {
			row.Subject = "(no subject)"
		}
		if row.From == "" {
			row.From = "An unknown sender"
		}
		if !m.Truncated && r.may(intake.MayTake) {
			row.RetryURL = at + "/retry"
		}
		v.Rows = append(v.Rows, row)
	}
	s.show(w, r, http.StatusOK, "mailsin", view{Title: "Rejected email", Section: "Settings", Data: v})
	return nil
}

// mailInRaw hands a message out as it came, as a file to keep.
func (s *server) mailInRaw(w http.ResponseWriter, r *request) error {
	if err := s.mayMail(r, intake.MayInspect); err != nil {
		return err
	}
	m, raw, err := s.Intake.OpenRaw(r.Context(), r.actor, desk.IntakeID(r.PathValue("id")))
	if err != nil {
		return err
	}
	defer func() { _ = raw.Close() }()
	mailHeaders(w.Header(), m.Subject, m.Size)
	if m.Truncated {
		w.Header().Del("Content-Length") // the beginning alone is kept
	}
	if r.Method == http.MethodHead {
		return nil
	}
	if _, err := io.Copy(w, raw); err != nil {
		s.Log.WarnContext(r.Context(), "a download broke off", "path", r.URL.Path, "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// retryMail takes a message in again.
func (s *server) retryMail(w http.ResponseWriter, r *request) error {
	if err := s.mayMail(r, intake.MayInspect); err != nil {
		return err
	}
	res, err := s.Intake.Retry(r.Context(), r.actor, desk.IntakeID(r.PathValue("id")))
	back := localPath(r.PostForm.Get("return"))
	switch {
	case refused(err):
		return s.leaveFor(w, r, back, desk.MessageOf(err))
	case err != nil:
		return err
	case res.Ticket != "":
		return s.leaveFor(w, r, "/tickets/"+url.PathEscape(string(res.Ticket)), "The message was taken in.")
	}
	return s.leaveFor(w, r, back, "It was "+strings.ToLower(mailStates[res.Outcome].Label)+" again. "+res.Reason)
}
