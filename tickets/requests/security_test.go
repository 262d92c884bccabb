package requests_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/requests"
)

// named is what a call can name of what is not the caller's.
type named struct {
	contact    desk.ContactID
	ticket     desk.TicketID
	company    desk.CompanyID
	form       desk.FormID
	template   desk.TemplateID
	assignment desk.AssignmentID
	submission desk.SubmissionID
	file       desk.AttachmentID
	task       desk.TaskID
}

// nothing names what is nowhere.
var nothing = named{
	"contact_01h455vb4pex5vsknk084sn02q", "ticket_01h455vb4pex5vsknk084sn02q", "company_01h455vb4pex5vsknk084sn02q", "form_01h455vb4pex5vsknk084sn02q",
	"template_01h455vb4pex5vsknk084sn02q", "assignment_01h455vb4pex5vsknk084sn02q", "submission_01h455vb4pex5vsknk084sn02q", "file_01h455vb4pex5vsknk084sn02q",
	"task_01h455vb4pex5vsknk084sn02q",
}

// idorCalls calls each exported method of the service with what is not the
// caller's, and returns all that the caller learns. A method without an entry
// fails the test; an empty entry is for one that names nothing.
var idorCalls = map[string]func(s *requests.Service, a desk.Actor, n named) string{
	"Form": func(s *requests.Service, a desk.Actor, n named) string { return fmt.Sprint(s.Form(ctx, a, n.form)) },
	"UpdateForm": func(s *requests.Service, a desk.Actor, n named) string {
		return fmt.Sprint(s.UpdateForm(ctx, a, n.form, 2, requests.FormPatch{Name: ptr("taken over")}))
	},
	"PublishForm": func(s *requests.Service, a desk.Actor, n named) string {
		return fmt.Sprint(s.PublishForm(ctx, a, n.form, 2))
	},
	"FormVersion": func(s *requests.Service, a desk.Actor, n named) string {
		return fmt.Sprint(s.FormVersion(ctx, a, n.form, 1))
	},
	"FormVersions": func(s *requests.Service, a desk.Actor, n named) string {
		return fmt.Sprint(s.FormVersions(ctx, a, n.form))
	},
	"Template": func(s *requests.Service, a desk.Actor, n named) string {
		return fmt.Sprint(s.Template(ctx, a, n.template))
	},
	"CreateTemplate": func(s *requests.Service, a desk.Actor, n named) string {
		var b strings.Builder
		for _, f := range []requests.TemplateFields{
			{Form: n.form}, {Limited: true, Contacts: []desk.ContactID{n.contact}}, {Add: requests.AddListed, Addable: []desk.ContactID{n.contact}}, {Defaults: requests.Defaults{Company: n.company}},
		} {
			f.Name = "X"
			_, err := s.CreateTemplate(ctx, a, f)
			fmt.Fprint(&b, err)
		}
		return b.String()
	},
	"UpdateTemplate": func(s *requests.Service, a desk.Actor, n named) string {
		return fmt.Sprint(s.UpdateTemplate(ctx, a, n.template, 1, requests.TemplateFields{Name: "taken over"}))
	},
	"TemplateVersion": func(s *requests.Service, a desk.Actor, n named) string {
		return fmt.Sprint(s.TemplateVersion(ctx, a, n.template, 1))
	},
	"AvailableTo": func(s *requests.Service, a desk.Actor, n named) string {
		return fmt.Sprint(s.AvailableTo(ctx, a, n.contact))
	},
	"Offer": func(s *requests.Service, a desk.Actor, n named) string {
		o, err := s.Offer(ctx, a, n.template, "")
		o2, err2 := s.Offer(ctx, a, n.template, n.contact)
		return fmt.Sprint(o, err, o2, err2)
	},
	"Submit": func(s *requests.Service, a desk.Actor, n named) string {
		k, err := s.Submit(ctx, a, n.template, requests.Request{Text: "x", FormVersion: 1})
		_, err2 := s.Submit(ctx, a, n.template, requests.Request{Contact: n.contact, Text: "x", FormVersion: 1})
		return fmt.Sprint(k, err, err2)
	},
	"Assign": func(s *requests.Service, a desk.Actor, n named) string {
		_, err := s.Assign(ctx, a, requests.NewAssignment{Form: n.form, Contacts: []desk.ContactID{n.contact}})
		return fmt.Sprint(err)
	},
	"Assignment": func(s *requests.Service, a desk.Actor, n named) string {
		x, v, err := s.Assignment(ctx, a, n.assignment)
		return fmt.Sprint(x, v, err)
	},
	"Assignments": func(s *requests.Service, a desk.Actor, n named) string {
		var b strings.Builder
		for _, f := range []requests.AssignmentFilter{{Contact: n.contact}, {Ticket: n.ticket}, {Form: n.form}} {
			fmt.Fprint(&b, fmt.Sprint(s.Assignments(ctx, a, f, desk.Page{})))
		}
		return b.String()
	},
	"UpdateAssignment": func(s *requests.Service, a desk.Actor, n named) string {
		return fmt.Sprint(s.UpdateAssignment(ctx, a, n.assignment, 1, requests.AssignmentPatch{Note: ptr("taken over")}))
	},
	"RenewAssignment": func(s *requests.Service, a desk.Actor, n named) string {
		return fmt.Sprint(s.RenewAssignment(ctx, a, n.assignment, 1))
	},
	"CancelAssignment": func(s *requests.Service, a desk.Actor, n named) string {
		return fmt.Sprint(s.CancelAssignment(ctx, a, n.assignment, 1))
	},
	"Fill": func(s *requests.Service, a desk.Actor, n named) string {
		return fmt.Sprint(s.Fill(ctx, a, n.assignment, what("x")))
	},
	"Submission": func(s *requests.Service, a desk.Actor, n named) string {
		return fmt.Sprint(s.Submission(ctx, a, n.submission))
	},
	"Submissions": func(s *requests.Service, a desk.Actor, n named) string {
		var b strings.Builder
		for _, f := range []requests.SubmissionFilter{{Contact: n.contact}, {Ticket: n.ticket}, {Form: n.form}, {Template: n.template}, {Task: n.task}} {
			fmt.Fprint(&b, fmt.Sprint(s.Submissions(ctx, a, f, desk.Page{})))
		}
		return b.String()
	},
	"OpenFile": func(s *requests.Service, a desk.Actor, n named) string {
		f, r, err := s.OpenFile(ctx, a, n.submission, n.file)
		return fmt.Sprint(f, r == nil, err)
	},
	"CreateTask": func(s *requests.Service, a desk.Actor, n named) string {
		var b strings.Builder
		for _, x := range []requests.NewTask{{Contact: n.contact}, {Ticket: n.ticket}, {Ticket: n.ticket, AssigneeContact: n.contact}, {Contact: n.contact, Form: n.form}, {Contact: n.contact, Due: requests.Due{Rule: requests.DueAfterTask, After: n.task}}} {
			x.Title = "X"
			_, err := s.CreateTask(ctx, a, x)
			fmt.Fprint(&b, err)
		}
		return b.String()
	},
	"Task":     func(s *requests.Service, a desk.Actor, n named) string { return fmt.Sprint(s.Task(ctx, a, n.task)) },
	"TaskForm": func(s *requests.Service, a desk.Actor, n named) string { return fmt.Sprint(s.TaskForm(ctx, a, n.task)) },
	"UpdateTask": func(s *requests.Service, a desk.Actor, n named) string {
		return fmt.Sprint(s.UpdateTask(ctx, a, n.task, 1, requests.TaskPatch{State: ptr(requests.InProgress)}))
	},
	"FillTask": func(s *requests.Service, a desk.Actor, n named) string {
		return fmt.Sprint(s.FillTask(ctx, a, n.task, 1, what("x")))
	},
	"DeleteTask": func(s *requests.Service, a desk.Actor, n named) string {
		return fmt.Sprint(s.DeleteTask(ctx, a, n.task, 1))
	},
	"Tasks": func(s *requests.Service, a desk.Actor, n named) string {
		var b strings.Builder
		for _, f := range []requests.TaskFilter{{Contact: n.contact}, {Ticket: n.ticket}, {AssigneeContact: n.contact}, {Text: "secret"}} {
			fmt.Fprint(&b, fmt.Sprint(s.Tasks(ctx, a, requests.TaskQuery{TaskFilter: f}, desk.Page{})))
		}
		return b.String()
	},
	"CreateForm": nil, "Forms": nil, "Templates": nil, "Available": nil, "Parts": nil,
}

func TestB54_IDORMatrix(t *testing.T) {
	methods := reflect.TypeFor[*requests.Service]()
	for i := range methods.NumMethod() {
		if _, ok := idorCalls[methods.Method(i).Name]; !ok {
			t.Errorf("%s is not in the matrix", methods.Method(i).Name)
		}
	}
	each(t, func(t *testing.T, o *office) {
		other := o.boss
		other.Workspace = "other"
		foreign := o.stranger(other)
		before := o.dump("other")
		for _, a := range []desk.Actor{
			o.boss, o.as(o.ana), o.member("viewer", contacts.MayView, tickets.MayView, requests.MayView, requests.MayViewTasks),
			o.member("own", contacts.MayViewOwn, tickets.MayViewAssigned, tickets.MayCreate, requests.MayView, requests.MayAssign, requests.MayWriteTasks, requests.MaySettings),
			{Workspace: o.Workspace, Kind: desk.ContactActor, ID: string(foreign.contact), Grants: requests.Permissions},
			{Workspace: o.Workspace, Kind: desk.SystemActor, ID: "job", Grants: o.boss.Grants},
		} {
			o.sameAsNothing(a, foreign)
		}
		if diff := cmp.Diff(before, o.dump("other")); diff != "" {
			t.Errorf("the other workspace changed: %s", diff)
		}
	})
}

// sameAsNothing asks all calls of what the actor must not know, and compares
// what they tell with what they tell of what is nowhere (R53).
func (o *office) sameAsNothing(a desk.Actor, n named) {
	o.t.Helper()
	if string(n.contact) == a.ID {
		n.contact = nothing.contact // its own id tells a contact nothing
	}
	for name, call := range idorCalls {
		if call == nil {
			continue
		}
		if got, want := call(o.s, a, n), call(o.s, a, nothing); got != want {
			o.t.Errorf("%s as %s %s tells\n%s from\n%s", name, a.Kind, a.ID, got, want)
		}
	}
}

// stranger makes everything there is, for a contact of its own.
func (o *office) stranger(a desk.Actor) named {
	o.t.Helper()
	c := must(o.Contacts.Create(ctx, a, contacts.NewContact{LastName: "Secret", Email: "secret@secret.example", CompanyName: "Secret Inc", PortalAccess: true, Owner: "someone"}))
	k := must(o.Tickets.Create(ctx, a, tickets.NewTicket{Subject: "A secret", Requester: c.ID}))
	d := short()
	d.Fields = append(d.Fields, requests.Field{Key: "file", Label: "File", Type: requests.FileField})
	f := must(o.s.CreateForm(ctx, a, requests.NewForm{Name: "Secret form", Draft: d}))
	f = must(o.s.PublishForm(ctx, a, f.ID, 1))
	x := must(o.s.CreateTemplate(ctx, a, requests.TemplateFields{Name: "Secret template", Active: true, Limited: true, Contacts: []desk.ContactID{c.ID}, Form: f.ID}))
	as := must(o.s.Assign(ctx, a, requests.NewAssignment{Form: f.ID, Contacts: []desk.ContactID{c.ID}, Ticket: k.ID}))
	task := must(o.s.CreateTask(ctx, a, requests.NewTask{Title: "Secret task", Ticket: k.ID, AssigneeContact: c.ID, Form: f.ID}))
	as2 := must(o.s.Assign(ctx, a, requests.NewAssignment{Form: f.ID, Contacts: []desk.ContactID{c.ID}}))
	sub := must(o.s.Fill(ctx, a, as2[0].ID, requests.Filling{Answers: requests.Answers{"what": {"secret"}}, Files: requests.Files{"file": {file("a", "secret")}}}))
	return named{c.ID, k.ID, c.CompanyID, f.ID, x.ID, as[0].ID, sub.ID, sub.Answer("file").Files[0].ID, task.ID}
}

// dump writes the rows of this package of a workspace.
func (o *office) dump(w string) string {
	o.t.Helper()
	var b strings.Builder
	for _, table := range []string{
		"desk_forms", "desk_form_versions", "desk_request_templates", "desk_request_template_versions", "desk_request_template_contacts", "desk_tasks",
		"desk_form_assignments", "desk_submissions", "desk_submission_files", "desk_tickets", "desk_activity",
	} {
		rs, err := o.DB.Query(`SELECT * FROM ` + table + ` WHERE workspace_id = '` + w + `' ORDER BY 1, 2, 3`)
		if err != nil {
			o.t.Fatal(err)
		}
		names := must(rs.Columns())
		for rs.Next() {
			values := make([]any, len(names))
			for i := range values {
				values[i] = new(any)
			}
			if err := rs.Scan(values...); err != nil {
				o.t.Fatal(err)
			}
			b.WriteString(table)
			for _, v := range values {
				fmt.Fprint(&b, "|", *v.(*any))
			}
			b.WriteByte('\n')
		}
		_ = rs.Close()
	}
	return b.String()
}

// What is hidden inside the workspace is told in the same words as what is
// nowhere, and lists, counts and single reads agree about it (R53, R55).
func TestB58_SideDoorsToHiddenRows(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		hidden := o.stranger(o.boss)
		before := o.dump(string(o.Workspace))
		// Templates and forms are the whole workspace's for members who see them.
		mine := hidden
		mine.form, mine.template, mine.company = nothing.form, nothing.template, nothing.company
		own := o.member("me", contacts.MayViewOwn, tickets.MayViewAssigned, tickets.MayCreate, requests.MayView, requests.MayAssign, requests.MayViewTasks, requests.MayWriteTasks)
		o.sameAsNothing(own, mine)
		o.sameAsNothing(o.as(o.ana), hidden) // for a contact all of it is hidden
		if diff := cmp.Diff(before, o.dump(string(o.Workspace))); diff != "" {
			t.Errorf("something changed: %s", diff)
		}
	})
}

// One rule says what is seen: each record is in the lists and the counts of
// exactly those who can read it by its id.
func TestR55_ListsAndReadsAgree(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		f := o.form(short())
		o.change(o.ana, contacts.Patch{Owner: ptr("me")})
		k := o.ticket()
		mine := must(o.Tickets.Create(ctx, o.boss, tickets.NewTicket{Subject: "Mine", Requester: o.ben.ID, Assignee: "me"}))
		binned := o.ticket()
		var tasks []desk.TaskID
		var as []desk.AssignmentID
		var subs []desk.SubmissionID
		for _, id := range []desk.TicketID{k.ID, mine.ID, binned.ID, ""} {
			for _, c := range []contacts.Contact{o.ana, o.ben, o.cem} {
				n := requests.NewTask{Title: "T", Ticket: id, Contact: c.ID, Form: f.ID}
				if id == "" || c.ID == o.ben.ID || c.ID == o.ana.ID && id != mine.ID {
					n.AssigneeContact = c.ID
					x := must(o.s.Assign(ctx, o.boss, requests.NewAssignment{Form: f.ID, Contacts: []desk.ContactID{c.ID}, Ticket: id}))[0]
					as = append(as, x.ID)
					subs = append(subs, must(o.s.Fill(ctx, o.boss, x.ID, what("x"))).ID)
				}
				tasks = append(tasks, must(o.s.CreateTask(ctx, o.boss, n)).ID)
			}
		}
		is.NoErr(o.Tickets.RemoveParticipant(ctx, o.boss, k.ID, o.ben.ID))
		_, err := o.DB.Exec(`UPDATE desk_tickets SET state = 1 WHERE id = '` + string(binned.ID) + `'`)
		is.NoErr(err)
		base := []desk.Permission{requests.MayView, requests.MayViewTasks}
		for _, a := range []desk.Actor{
			o.boss, o.as(o.ana), o.as(o.ben), o.as(o.cem), o.member("me", append(base, contacts.MayViewOwn, tickets.MayViewAssigned)...),
			o.member("me", append(base, contacts.MayView)...), o.member("me", append(base, tickets.MayView)...), o.member("me", append(base, contacts.MayViewOwn, tickets.MayView, tickets.MayDelete)...),
			o.member("me", base...), {Workspace: o.Workspace, Kind: desk.SystemActor, ID: "me", Grants: append(base, contacts.MayViewOwn, tickets.MayViewAssigned)},
		} {
			lt := must(o.s.Tasks(ctx, a, requests.TaskQuery{}, desk.Page{Limit: 100}))
			la := must(o.s.Assignments(ctx, a, requests.AssignmentFilter{}, desk.Page{Limit: 100}))
			ls := must(o.s.Submissions(ctx, a, requests.SubmissionFilter{}, desk.Page{Limit: 100}))
			is.Equal([]int{lt.Count, la.Count, ls.Count}, []int{len(lt.Tasks), len(la.Assignments), len(ls.Submissions)})
			for _, id := range tasks {
				_, err := o.s.Task(ctx, a, id)
				if listed := slices.ContainsFunc(lt.Tasks, func(x requests.Task) bool { return x.ID == id }); listed != (err == nil) {
					t.Errorf("%v: a task is listed %v, but %v", a.Grants, listed, err)
				}
			}
			for _, id := range as {
				_, _, err := o.s.Assignment(ctx, a, id)
				if listed := slices.ContainsFunc(la.Assignments, func(x requests.Assignment) bool { return x.ID == id }); listed != (err == nil) {
					t.Errorf("%v: an assignment is listed %v, but %v", a.Grants, listed, err)
				}
			}
			for _, id := range subs {
				_, err := o.s.Submission(ctx, a, id)
				if listed := slices.ContainsFunc(ls.Submissions, func(x requests.Submission) bool { return x.ID == id }); listed != (err == nil) {
					t.Errorf("%v: a submission is listed %v, but %v", a.Grants, listed, err)
				}
			}
		}
	})
}

// A file is read through its submission only.
func TestR54_FilesThroughTheirSubmission(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		f := o.form(requests.Definition{Fields: []requests.Field{{Key: "file", Label: "File", Type: requests.FileField}}})
		var subs []requests.Submission
		for _, c := range []contacts.Contact{o.ana, o.ben} {
			subs = append(subs, must(o.s.Fill(ctx, o.as(c), o.assign(f, c).ID, requests.Filling{Files: requests.Files{"file": {file("a", c.LastName)}}})))
		}
		id := subs[1].Answer("file").Files[0].ID
		for _, a := range []desk.Actor{o.boss, o.as(o.ana)} {
			_, _, err := o.s.OpenFile(ctx, a, subs[0].ID, id) // another one's
			wants(t, err, desk.NotFound, "")
		}
		_, _, err := o.s.OpenFile(ctx, o.as(o.ana), subs[1].ID, id)
		wants(t, err, desk.NotFound, "")
		_, r, err := o.s.OpenFile(ctx, o.boss, subs[1].ID, id)
		is.NoErr(err)
		is.NoErr(r.Close())
	})
}

// Each call without its permission is refused, for contacts with all grants too.
func TestR59_PermissionAtTheTimeOfTheAct(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		n := o.stranger(o.boss)
		f := o.form(short())
		calls := map[string]func(a desk.Actor) error{
			"CreateForm": func(a desk.Actor) error {
				_, err := o.s.CreateForm(ctx, a, requests.NewForm{Name: "x", Draft: short()})
				return err
			},
			"UpdateForm":   func(a desk.Actor) error { _, err := o.s.UpdateForm(ctx, a, f.ID, 2, requests.FormPatch{}); return err },
			"PublishForm":  func(a desk.Actor) error { _, err := o.s.PublishForm(ctx, a, f.ID, 2); return err },
			"Form":         func(a desk.Actor) error { _, err := o.s.Form(ctx, a, f.ID); return err },
			"Forms":        func(a desk.Actor) error { _, err := o.s.Forms(ctx, a); return err },
			"FormVersion":  func(a desk.Actor) error { _, err := o.s.FormVersion(ctx, a, f.ID, 1); return err },
			"FormVersions": func(a desk.Actor) error { _, err := o.s.FormVersions(ctx, a, f.ID); return err },
			"CreateTemplate": func(a desk.Actor) error {
				_, err := o.s.CreateTemplate(ctx, a, requests.TemplateFields{Name: "x"})
				return err
			},
			"UpdateTemplate": func(a desk.Actor) error {
				_, err := o.s.UpdateTemplate(ctx, a, n.template, 1, requests.TemplateFields{Name: "x"})
				return err
			},
			"Template":        func(a desk.Actor) error { _, err := o.s.Template(ctx, a, n.template); return err },
			"Templates":       func(a desk.Actor) error { _, err := o.s.Templates(ctx, a); return err },
			"TemplateVersion": func(a desk.Actor) error { _, err := o.s.TemplateVersion(ctx, a, n.template, 1); return err },
			"AvailableTo":     func(a desk.Actor) error { _, err := o.s.AvailableTo(ctx, a, n.contact); return err },
			"Assign": func(a desk.Actor) error {
				_, err := o.s.Assign(ctx, a, requests.NewAssignment{Form: f.ID, Contacts: []desk.ContactID{n.contact}})
				return err
			},
			"UpdateAssignment": func(a desk.Actor) error {
				_, err := o.s.UpdateAssignment(ctx, a, n.assignment, 1, requests.AssignmentPatch{})
				return err
			},
			"RenewAssignment":  func(a desk.Actor) error { _, err := o.s.RenewAssignment(ctx, a, n.assignment, 1); return err },
			"CancelAssignment": func(a desk.Actor) error { _, err := o.s.CancelAssignment(ctx, a, n.assignment, 1); return err },
			"CreateTask": func(a desk.Actor) error {
				_, err := o.s.CreateTask(ctx, a, requests.NewTask{Title: "x", Contact: n.contact})
				return err
			},
			"DeleteTask": func(a desk.Actor) error { return o.s.DeleteTask(ctx, a, n.task, 1) },
		}
		all := o.as(o.ana)
		all.Grants = o.boss.Grants
		without := func(ps ...desk.Permission) desk.Actor {
			a := o.boss
			a.Grants = slices.DeleteFunc(slices.Clone(a.Grants), func(p desk.Permission) bool { return slices.Contains(ps, p) })
			return a
		}
		for name, call := range calls {
			for _, a := range []desk.Actor{all, without(requests.Permissions...), {Workspace: o.Workspace, Kind: desk.MemberActor, ID: "x"}, {Workspace: o.Workspace, ID: "x"}} {
				if err := call(a); desk.KindOf(err) != desk.Denied {
					t.Errorf("%s as %s: %v", name, a.Kind, err)
				}
			}
		}
		_, err := o.s.Submit(ctx, without(tickets.MayCreate), n.template, requests.Request{Contact: n.contact})
		wants(t, err, desk.Denied, "")
		_, err = o.s.Fill(ctx, without(requests.MayAssign), n.assignment, what("x"))
		wants(t, err, desk.Denied, "")
		_, err = o.s.FillTask(ctx, without(requests.MayWriteTasks), n.task, 1, what("x"))
		wants(t, err, desk.Denied, "")
		restricted := o.boss
		restricted.Fields = map[string]desk.Access{"task.title": desk.Hidden}
		_, err = o.s.Tasks(ctx, restricted, requests.TaskQuery{}, desk.Page{})
		wants(t, err, desk.Denied, "")
	})
}

// A change and its events are one transaction; text from outside is on one line
// there, and cut; and who reads one log learns nothing of the other.
func TestR109_R111_Events(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		k := o.ticket()
		bad := "a\u202eb\u2066" + strings.Repeat("x", 150)
		o.take()
		x := must(o.s.CreateTask(ctx, o.boss, requests.NewTask{Title: bad, Ticket: k.ID}))
		_ = must(o.s.UpdateTask(ctx, o.boss, x.ID, 1, requests.TaskPatch{Description: ptr(strings.Repeat("line\n", 3000))}))
		f := must(o.s.CreateForm(ctx, o.boss, requests.NewForm{Name: bad, Draft: short()}))
		_ = must(o.s.PublishForm(ctx, o.boss, f.ID, 1))
		_ = must(o.s.Assign(ctx, o.boss, requests.NewAssignment{Form: f.ID, Contacts: []desk.ContactID{o.ana.ID}, Note: "a\nb"}))
		events, _ := o.take()
		is.True(len(events) >= 7)
		for _, e := range events {
			texts := []string{e.Summary, e.Cause}
			for _, c := range e.Changes {
				texts = append(texts, c.Old, c.New)
			}
			for _, s := range texts {
				if strings.ContainsAny(s, "\n\r\u202e\u2066") || len(s) > 500 {
					t.Errorf("%s: %q", e.Verb, s)
				}
			}
			is.Equal([]any{e.ActorKind, e.ActorID}, []any{desk.MemberActor, "manager"})
			is.True(strings.HasPrefix(e.Verb, "task.") || strings.HasPrefix(e.Verb, "form."))
			is.True(slices.Contains(requests.Verbs, e.Verb))
			if e.Subject == string(o.ana.ID) && strings.HasPrefix(e.Verb, "task.") && (strings.Contains(e.Summary, "xxx") || len(e.Changes) > 0) {
				t.Errorf("the contact's log tells of the ticket's task: %+v", e)
			}
		}
	})
}

// The same call with the same key gives the first result; with other input it
// is refused.
func TestR119_IdempotencyKeys(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		f := o.form(short())
		x := o.template(requests.TemplateFields{Form: f.ID})
		twice := func(name string, a desk.Actor, call func(a desk.Actor, other bool) (string, error)) {
			t.Helper()
			a = a.WithKey(name)
			first, err := call(a, false)
			is.NoErr(err)
			before := o.dump(string(o.Workspace))
			o.Clock.Turn(time.Minute)
			again, err := call(a, false)
			is.NoErr(err)
			is.Equal(again, first)
			_, err = call(a, true)
			wants(t, err, desk.Conflict, "key")
			if diff := cmp.Diff(before, o.dump(string(o.Workspace))); diff != "" {
				t.Errorf("%s was done twice: %s", name, diff)
			}
		}
		text := func(other bool) string { return fmt.Sprint("text ", other) }
		twice("CreateForm", o.boss, func(a desk.Actor, other bool) (string, error) {
			v, err := o.s.CreateForm(ctx, a, requests.NewForm{Name: text(other), Draft: short()})
			return string(v.ID), err
		})
		twice("CreateTemplate", o.boss, func(a desk.Actor, other bool) (string, error) {
			v, err := o.s.CreateTemplate(ctx, a, requests.TemplateFields{Name: "x", Limited: true, Contacts: []desk.ContactID{o.ana.ID, o.ben.ID}[:1+len(text(other))%2]})
			return string(v.ID), err
		})
		twice("Submit", o.as(o.ana), func(a desk.Actor, other bool) (string, error) {
			v, err := o.s.Submit(ctx, a, x.ID, requests.Request{FormVersion: 1, Text: text(other), Answers: what("x").Answers, Attachments: []tickets.NewAttachment{file("a", "x")}})
			return string(v.ID), err
		})
		var as requests.Assignment
		twice("Assign", o.boss, func(a desk.Actor, other bool) (string, error) {
			v, err := o.s.Assign(ctx, a, requests.NewAssignment{Form: f.ID, Contacts: []desk.ContactID{o.ana.ID}, Note: text(other)})
			if err == nil {
				as = v[0]
			}
			return string(as.ID), err
		})
		twice("Fill", o.as(o.ana), func(a desk.Actor, other bool) (string, error) {
			v, err := o.s.Fill(ctx, a, as.ID, what(text(other)))
			return string(v.ID), err
		})
		var task requests.Task
		twice("CreateTask", o.boss, func(a desk.Actor, other bool) (string, error) {
			v, err := o.s.CreateTask(ctx, a, requests.NewTask{Title: text(other), Contact: o.ana.ID, Form: f.ID})
			if err == nil {
				task = v
			}
			return string(v.ID), err
		})
		twice("UpdateTask", o.boss, func(a desk.Actor, other bool) (string, error) {
			v, err := o.s.UpdateTask(ctx, a, task.ID, 1, requests.TaskPatch{Title: ptr("new " + text(other))})
			return fmt.Sprint(v.ID, v.Version), err
		})
		twice("FillTask", o.boss, func(a desk.Actor, other bool) (string, error) {
			v, err := o.s.FillTask(ctx, a, task.ID, 2, what(text(other)))
			return string(v.ID), err
		})
		twice("DeleteTask", o.boss, func(a desk.Actor, other bool) (string, error) {
			return "", o.s.DeleteTask(ctx, a, task.ID, 3+int64(len(text(other))-len(text(false))))
		})
	})
}

// Cursors are of one list, one workspace and one kind of actor (R58).
func TestB61_CursorForging(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		for range 3 {
			o.task(requests.NewTask{AssigneeContact: o.ana.ID})
		}
		c := must(o.s.Tasks(ctx, o.boss, requests.TaskQuery{}, desk.Page{Limit: 1})).Next
		other := o.boss
		other.Workspace = "other"
		for _, try := range []func() error{
			func() error { _, err := o.s.Tasks(ctx, other, requests.TaskQuery{}, desk.Page{Cursor: c}); return err },
			func() error {
				_, err := o.s.Tasks(ctx, o.as(o.ana), requests.TaskQuery{}, desk.Page{Cursor: c})
				return err
			},
			func() error {
				_, err := o.s.Tasks(ctx, o.boss, requests.TaskQuery{TaskFilter: requests.TaskFilter{Text: "x"}}, desk.Page{Cursor: c})
				return err
			},
			func() error {
				_, err := o.s.Tasks(ctx, o.boss, requests.TaskQuery{Sort: requests.SortTitle}, desk.Page{Cursor: c})
				return err
			},
			func() error {
				_, err := o.s.Assignments(ctx, o.boss, requests.AssignmentFilter{}, desk.Page{Cursor: c})
				return err
			},
			func() error {
				_, err := o.s.Submissions(ctx, o.boss, requests.SubmissionFilter{}, desk.Page{Cursor: c + "x"})
				return err
			},
		} {
			wants(t, try(), desk.Expired, "cursor")
		}
	})
}

// A purge takes what is of the person, and leaves no fault behind.
func TestPurgeTakesTheAnswers(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		f := o.form(requests.Definition{Fields: []requests.Field{{Key: "file", Label: "File", Type: requests.FileField}}})
		k := o.ticket()
		x := o.template(requests.TemplateFields{Limited: true, Contacts: []desk.ContactID{o.ana.ID}, Add: requests.AddListed, Addable: []desk.ContactID{o.ana.ID, o.ben.ID}})
		fill := requests.Filling{Files: requests.Files{"file": {file("a", "x")}}}
		_ = must(o.s.Fill(ctx, o.as(o.ana), o.assign(f, o.ana).ID, fill))
		first := o.task(requests.NewTask{Title: "Hers"})
		o.task(requests.NewTask{Title: "Hers too", Due: requests.Due{Rule: requests.DueAfterTask, After: first.ID}})
		of := o.task(requests.NewTask{Title: "The ticket's", Ticket: k.ID, AssigneeContact: o.ana.ID, Form: f.ID})
		_ = must(o.s.FillTask(ctx, o.as(o.ana), of.ID, 1, fill))
		o.task(requests.NewTask{Title: "Ben's", Contact: o.ben.ID})
		o.change(o.ana, contacts.Patch{PortalAccess: ptr(false)})
		is.NoErr(o.Contacts.Delete(ctx, o.boss, o.ana.ID))
		is.NoErr(o.Contacts.Purge(ctx, o.boss, o.ana.ID))
		rep := must(o.Store.Check(ctx))
		is.Equal(rep.Problems, nil)
		var n int
		is.NoErr(o.DB.QueryRow(`SELECT (SELECT COUNT(*) FROM desk_blobs) + (SELECT COUNT(*) FROM desk_submissions) + (SELECT COUNT(*) FROM desk_form_assignments)`).Scan(&n))
		is.Equal(n, 0)
		got := must(o.s.Task(ctx, o.boss, of.ID))
		is.Equal([]any{got.Contact, got.AssigneeContact, got.Submission, got.State}, []any{desk.ContactID(""), desk.ContactID(""), desk.SubmissionID(""), requests.Completed})
		is.Equal(titles(must(o.s.Tasks(ctx, o.boss, requests.TaskQuery{Sort: requests.SortTitle}, desk.Page{}))), []string{"Ben's", "The ticket's"})
		// The last one of an allowed list was purged: it is for nobody now.
		x = must(o.s.Template(ctx, o.boss, x.ID))
		is.Equal([]any{x.Limited, len(x.Contacts), x.Addable}, []any{true, 0, []desk.ContactID{o.ben.ID}})
		is.Equal(len(must(o.s.Available(ctx, o.as(o.ben)))), 0)

		y := must(o.s.Assign(ctx, o.boss, requests.NewAssignment{Form: f.ID, Contacts: []desk.ContactID{o.ben.ID}, Ticket: k.ID}))[0]
		_ = must(o.s.Fill(ctx, o.boss, y.ID, fill))
		is.NoErr(o.Store.Requests().Update(ctx, func(tx requests.Tx) error { return tx.PurgeTickets(ctx, o.Workspace, []desk.TicketID{k.ID}) }))
		is.Equal(must(o.Store.Check(ctx)).Problems, nil)
		is.Equal(titles(must(o.s.Tasks(ctx, o.boss, requests.TaskQuery{}, desk.Page{}))), []string{"Ben's"})
		is.NoErr(o.DB.QueryRow(`SELECT (SELECT COUNT(*) FROM desk_blobs) + (SELECT COUNT(*) FROM desk_submissions)`).Scan(&n))
		is.Equal(n, 0)
	})
}

func TestRulesDoNotAllocate(t *testing.T) {
	d := desktest.New(t)
	o := newOffice(t, d)
	x := o.template(requests.TemplateFields{Limited: true, Domains: []string{"acme.example"}})
	if n := testing.AllocsPerRun(100, func() { requests.Admits(&x, &o.ana, "acme.example") }); n != 0 {
		t.Errorf("whether a template is for a contact takes %v allocations", n)
	}
}
