package web

import (
	"net/http"
	"strconv"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets/requests"
)

// entriesView is a part of a contact's record that lists what can be opened.
type entriesView struct {
	Record  profileView
	Label   string
	Rows    []formRow
	NewURL  string
	NewText string
	Blocked string
	Next    string
	Shown   string
	Empty   emptyView
}

var assignmentStates = map[requests.AssignmentState]stateChip{
	requests.AssignmentOpen: {"Waiting for answers", "ring", "info"}, requests.AssignmentSubmitted: {"Submitted", "check", "success"},
	requests.AssignmentCancelled: {"Cancelled", "close", ""}, requests.AssignmentExpired: {"Expired", "warning", "danger"},
}

// contactForms lists the forms that were assigned to a contact.
func (s *server) contactForms(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(requests.MayView, requests.MayAssign); err != nil {
		return err
	}
	head, c, err := s.recordHead(r, desk.ContactID(r.PathValue("id")), requests.FormsPart)
	if err != nil {
		return err
	}
	list, err := s.Requests.Assignments(r.Context(), r.actor, requests.AssignmentFilter{Contact: c.ID}, desk.Page{Limit: 50, Cursor: desk.Cursor(r.FormValue("cursor"))})
	if err != nil {
		return s.tasksAnew(w, r, r.URL.Path, err)
	}
	v := entriesView{Record: head, Label: "Forms", Shown: plural(list.Count, "form", "forms"), Next: nextOf(r, list.Next),
		Empty: emptyView{Art: "file", Title: "No forms assigned", Text: "A form that " + clip(titleOf(c), 60) + " is asked to fill in is listed here, with what became of it."}}
	if r.may(requests.MayAssign) {
		if v.Blocked = blockedFor(c); v.Blocked == "" {
			v.NewURL, v.NewText = "/contacts/"+string(c.ID)+"/assign", "Assign a form"
			v.Empty.Links = []linkView{{v.NewText, v.NewURL, "plus", true}}
		}
	}
	zone := s.zone(r)
	for i := range list.Assignments {
		a := &list.Assignments[i]
		row := formRow{Name: a.FormName, URL: "/assignments/" + string(a.ID), Text: "Version " + strconv.Itoa(a.FormVersion), Chips: []stateChip{assignmentStates[a.State]}, Updated: shown(a.CreatedAt, s.Now())}
		if due := s.dueWhen(a.Due, zone); due != nil {
			row.Text += " · due " + due.Text
		}
		v.Rows = append(v.Rows, row)
	}
	s.show(w, r, http.StatusOK, "entries", view{Title: "Forms of " + clip(titleOf(c), 60), Section: "Contacts", Data: v})
	return nil
}

func nextOf(r *request, next desk.Cursor) string {
	if next == "" {
		return ""
	}
	return pageAt(r.URL.Path, next)
}

// blockedFor says why a form cannot be assigned to a contact, or "".
func blockedFor(c *contacts.Contact) string {
	switch {
	case c.State != contacts.Live:
		return "Forms cannot be assigned to someone who is in the recycle bin."
	case !c.Active:
		return "Forms cannot be assigned: this contact is inactive. Make it active first."
	case !c.PortalAccess:
		return "Forms cannot be assigned: this contact has no portal access, so it could not fill them in. Give it access first."
	}
	return ""
}

// assignView is the page on which a form is assigned.
type assignView struct {
	Contact               personLink
	Action, Back, Once    string
	Blocked, EditURL      string
	Forms                 []option
	None                  bool
	Form, Due, Note, Zone string
	Errors                []errorView
	Wrong                 map[string]string
	Dirty                 bool
}

func (s *server) assignForm(w http.ResponseWriter, r *request) error {
	return s.showAssign(w, r, http.StatusOK, nil)
}

func (s *server) showAssign(w http.ResponseWriter, r *request, status int, problem error) error {
	if err := r.mustMay(requests.MayAssign); err != nil {
		return err
	}
	c, err := s.Contacts.Get(r.Context(), r.actor, desk.ContactID(r.PathValue("id")))
	if err != nil {
		return err
	}
	forms, err := s.publishedForms(r)
	if err != nil {
		return err
	}
	p := r.PostForm
	v := assignView{Action: "/contacts/" + string(c.ID) + "/assign", Back: "/contacts/" + string(c.ID) + "/part/forms", Once: newOnce(r), Blocked: blockedFor(&c), None: len(forms) == 0,
		Forms: chosen(forms, p.Get("form")), Due: p.Get("due"), Note: p.Get("note"), Zone: s.zone(r).String(), Wrong: map[string]string{}, Dirty: problem != nil,
		Contact: personLink{Name: titleOf(&c), URL: "/contacts/" + string(c.ID), Initials: initials(c.Name()), Hue: hue(string(c.ID))}}
	if r.may(contacts.MayModify) && c.State == contacts.Live {
		v.EditURL = "/contacts/" + string(c.ID) + "/edit#portal"
	}
	if problem != nil {
		for _, e := range faults(problem) {
			name := e.Field
			if name != "due" && name != "note" {
				name = "form"
			}
			v.Wrong[name] = e.Message
			v.Errors = append(v.Errors, errorView{Text: e.Message, Anchor: "f-" + name})
		}
	}
	s.show(w, r, status, "assign", view{Title: "Assign a form", Section: "Contacts", Data: v})
	return nil
}

func (s *server) saveAssign(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(requests.MayAssign); err != nil {
		return err
	}
	id := desk.ContactID(r.PathValue("id"))
	due, err := readTime(r.PostForm.Get("due"), s.zone(r), "due")
	if err == nil {
		_, err = s.Requests.Assign(r.Context(), r.once("web.assign."), requests.NewAssignment{Form: desk.FormID(r.PostForm.Get("form")), Contacts: []desk.ContactID{id}, Note: lines(r.PostForm.Get("note")), Due: due})
	}
	if refused(err) {
		return s.showAssign(w, r, http.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	return s.leaveFor(w, r, "/contacts/"+string(id)+"/part/forms", "The form was assigned.")
}

// assignmentView is the page of one assignment.
type assignmentView struct {
	Name, Action, Note  string
	Contact             personLink
	State               stateChip
	Version             int64
	Facts               []taskFact
	CanCancel, CanRenew bool
	Fill                *fillView
	Answers             []answerView
	AnswersURL          string
}

func (s *server) assignment(w http.ResponseWriter, r *request) error {
	return s.showAssignment(w, r, http.StatusOK, requests.Filling{}, nil)
}

func (s *server) showAssignment(w http.ResponseWriter, r *request, status int, g requests.Filling, problem error) error {
	a, form, err := s.Requests.Assignment(r.Context(), r.actor, desk.AssignmentID(r.PathValue("id")))
	if err != nil {
		return err
	}
	c, err := s.Contacts.Get(r.Context(), r.actor, a.Contact)
	if err != nil {
		return err
	}
	path := "/assignments/" + string(a.ID)
	v := assignmentView{Name: a.FormName, Action: path, Note: a.Note, State: assignmentStates[a.State], Version: a.Version,
		Contact: personLink{Name: titleOf(&c), URL: "/contacts/" + string(c.ID) + "/part/forms", Initials: initials(c.Name()), Hue: hue(string(c.ID))}}
	if v.Facts, err = s.assignmentFacts(r, &a); err != nil {
		return err
	}
	waits := a.State == requests.AssignmentOpen || a.State == requests.AssignmentExpired
	if waits && r.may(requests.MayAssign) {
		v.CanCancel = true
		if f, err := s.Requests.Form(r.Context(), r.actor, a.Form); err == nil {
			v.CanRenew = f.Published > a.FormVersion
		}
	}
	switch {
	case a.Submission != "":
		sub, err := s.Requests.Submission(r.Context(), r.actor, a.Submission)
		if err != nil {
			return err
		}
		v.Answers, v.AnswersURL = s.answersOf(&sub, &form.Definition), "/submissions/"+string(sub.ID)
	case a.State == requests.AssignmentOpen && r.may(requests.MayAssign):
		f := fillView{Action: path + "/fill", Name: "Fill in for " + clip(titleOf(&c), 60), Intro: form.Definition.Intro, Version: form.Number, Button: "Submit", Questions: questionsOf(&form.Definition, nil, nil)}
		if problem != nil {
			f.refuse(&form.Definition, g, problem)
		}
		v.Fill = &f
	}
	s.show(w, r, status, "assignment", view{Title: clip(a.FormName, 60), Section: "Contacts", Data: v})
	return nil
}

func (s *server) assignmentFacts(r *request, a *requests.Assignment) ([]taskFact, error) {
	people, err := s.people(r.Context(), r)
	if err != nil {
		return nil, err
	}
	facts := []taskFact{{Label: "Version", Text: strconv.Itoa(a.FormVersion)}, {Label: "Assigned", When: shown(a.CreatedAt, s.Now())}, {Label: "By", Text: people.name(a.CreatedBy)}}
	if due := s.dueWhen(a.Due, s.zone(r)); due != nil {
		facts = append(facts, taskFact{Label: "Due", When: due, Late: a.State == requests.AssignmentExpired})
	}
	if a.Ticket != "" {
		if t, err := s.Tickets.Get(r.Context(), r.actor, a.Ticket); err == nil {
			facts = append(facts, taskFact{Label: "Ticket", Text: strconv.FormatInt(t.Number, 10) + " " + ticketTitle(&t), URL: ticketPath(&t)})
		}
	}
	return facts, nil
}

// changeAssignment cancels an assignment or moves it to the newest version.
func (s *server) changeAssignment(w http.ResponseWriter, r *request) error {
	id := desk.AssignmentID(r.PathValue("id"))
	version, _ := strconv.ParseInt(r.PostForm.Get("version"), 10, 64)
	path := "/assignments/" + string(id)
	var text string
	var err error
	switch r.PostForm.Get("do") {
	case "cancel":
		_, err = s.Requests.CancelAssignment(r.Context(), r.actor, id, version)
		text = "The assignment was cancelled."
	case "renew":
		_, err = s.Requests.RenewAssignment(r.Context(), r.actor, id, version)
		text = "It asks the newest version now."
	default:
		return redirect(w, r, path)
	}
	if refused(err) {
		text, err = desk.MessageOf(err)+" Nothing was changed.", nil
	}
	if err != nil {
		return err
	}
	return s.leaveFor(w, r, path, text)
}

// fillAssignment keeps the answers that a member gives in the contact's stead.
func (s *server) fillAssignment(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(requests.MayAssign); err != nil {
		return err
	}
	a, form, err := s.Requests.Assignment(r.Context(), r.actor, desk.AssignmentID(r.PathValue("id")))
	if err != nil {
		return err
	}
	if err := readUpload(w, r); err != nil {
		return err
	}
	g := readFilling(r, &form.Definition)
	_, err = s.Requests.Fill(r.Context(), r.actor, a.ID, g)
	if refused(err) {
		return s.showAssignment(w, r, http.StatusUnprocessableEntity, g, err)
	}
	if err != nil {
		return err
	}
	return s.leaveFor(w, r, "/assignments/"+string(a.ID), "The answers were kept.")
}

// contactSubmissions lists what a contact has given.
func (s *server) contactSubmissions(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(requests.MayView); err != nil {
		return err
	}
	head, c, err := s.recordHead(r, desk.ContactID(r.PathValue("id")), requests.SubmissionsPart)
	if err != nil {
		return err
	}
	list, err := s.Requests.Submissions(r.Context(), r.actor, requests.SubmissionFilter{Contact: c.ID}, desk.Page{Limit: 50, Cursor: desk.Cursor(r.FormValue("cursor"))})
	if err != nil {
		return s.tasksAnew(w, r, r.URL.Path, err)
	}
	v := entriesView{Record: head, Label: "Submissions", Shown: plural(list.Count, "submission", "submissions"), Next: nextOf(r, list.Next),
		Empty: emptyView{Art: "file", Title: "Nothing submitted yet", Text: "Answers to forms and requests made by a template are listed here. They never change."}}
	for i := range list.Submissions {
		x := &list.Submissions[i]
		v.Rows = append(v.Rows, formRow{Name: submissionName(x), URL: "/submissions/" + string(x.ID), Text: submissionKind(x), Updated: shown(x.At, s.Now())})
	}
	s.show(w, r, http.StatusOK, "entries", view{Title: "Submissions of " + clip(titleOf(c), 60), Section: "Contacts", Data: v})
	return nil
}

func submissionName(x *requests.Submission) string {
	if x.FormName != "" {
		return x.FormName
	}
	return "Request"
}

func submissionKind(x *requests.Submission) string {
	kind := plural(len(x.Answers), "answer", "answers")
	if x.FormVersion > 0 {
		kind += " · version " + strconv.Itoa(x.FormVersion)
	}
	switch {
	case x.Template != "":
		kind += " · with a request"
	case x.Task != "":
		kind += " · for a task"
	case x.Assignment != "":
		kind += " · assigned"
	}
	return kind
}

// submissionView is what was given, as it was given.
type submissionView struct {
	Name    string
	Contact *personLink
	Facts   []taskFact
	Answers []answerView
}

func (s *server) submission(w http.ResponseWriter, r *request) error {
	sub, err := s.Requests.Submission(r.Context(), r.actor, desk.SubmissionID(r.PathValue("id")))
	if err != nil {
		return err
	}
	people, err := s.people(r.Context(), r)
	if err != nil {
		return err
	}
	v := submissionView{Name: submissionName(&sub), Facts: []taskFact{{Label: "Submitted", When: shown(sub.At, s.Now())}, {Label: "By", Text: people.by(sub.ByKind, sub.By)}}}
	if sub.Contact != "" {
		if c, err := s.Contacts.Get(r.Context(), r.actor, sub.Contact); err == nil {
			v.Contact = &personLink{Name: titleOf(&c), URL: "/contacts/" + string(c.ID) + "/part/submissions", Initials: initials(c.Name()), Hue: hue(string(c.ID))}
		}
	}
	var d *requests.Definition
	if sub.Form != "" {
		v.Facts = append(v.Facts, taskFact{Label: "Version", Text: strconv.Itoa(sub.FormVersion), URL: formPath(sub.Form) + "/preview?version=" + strconv.Itoa(sub.FormVersion)})
		if form, err := s.Requests.FormVersion(r.Context(), r.actor, sub.Form, sub.FormVersion); err == nil {
			d = &form.Definition
		}
	}
	if sub.Ticket != "" {
		if t, err := s.Tickets.Get(r.Context(), r.actor, sub.Ticket); err == nil {
			v.Facts = append(v.Facts, taskFact{Label: "Ticket", Text: strconv.FormatInt(t.Number, 10) + " " + ticketTitle(&t), URL: ticketPath(&t)})
		}
	}
	if sub.Task != "" {
		v.Facts = append(v.Facts, taskFact{Label: "Task", Text: "Open the task", URL: taskPath(sub.Task)})
	}
	v.Answers = s.answersOf(&sub, d)
	s.show(w, r, http.StatusOK, "submission", view{Title: clip(v.Name, 60), Section: "Contacts", Data: v})
	return nil
}

// submissionFile hands out a file of a submission, as one to keep and never as
// a page: whatever it holds, it is not run here (R101).
func (s *server) submissionFile(w http.ResponseWriter, r *request) error {
	file, content, err := s.Requests.OpenFile(r.Context(), r.actor, desk.SubmissionID(r.PathValue("id")), desk.AttachmentID(r.PathValue("file")))
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }()
	return s.keepFile(w, r, file.Name, file.Size, content)
}
