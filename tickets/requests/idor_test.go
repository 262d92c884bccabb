package requests_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
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
