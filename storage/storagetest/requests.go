package storagetest

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/storagetest/faultdb"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/requests"
)

// requestTests are about what the store of requests does beyond what the
// service of that package shows.
var requestTests = []test{
	{"requests: an update needs the version before it", requestsStale},
	{"B55 requests: the database refuses foreign references", requestsForeign},
	{"requests: what cannot be kept is refused", requestsText},
	{"requests: the twin's are not found", requestsTwin},
}

// seedRequests puts a form, a template, a ticket, an assignment, a submission
// and two tasks into a workspace, with the same ids in the twin.
func (e *env) seedRequests() {
	e.seed(func(tx contacts.Tx, w desk.WorkspaceID) error {
		return tx.InsertContacts(e.ctx, w, []contacts.Record{record(1, "A", "a@example.com"), record(2, "B", "b@example.com")})
	})
	for _, w := range []desk.WorkspaceID{twin, home} {
		e.writeRequests(func(tx requests.Tx) error { return e.putRequests(tx, w) })
	}
	e.before = dump(e.t, e.f.Name, e.DB, twin)
}

func (e *env) writeRequests(fn func(tx requests.Tx) error) {
	e.t.Helper()
	if err := e.Requests.Update(e.ctx, fn); err != nil {
		e.t.Fatal(err)
	}
}

func (e *env) putRequests(tx requests.Tx, w desk.WorkspaceID) error {
	d := requests.Definition{Fields: []requests.Field{{Key: "a", Label: "A", Type: requests.TextField}}}
	form := requests.Form{ID: "form_1", Version: 1, Name: "F", Draft: d, Published: 1, CreatedAt: noon, UpdatedAt: noon}
	template := requests.Template{ID: "template_1", Version: 1, TemplateFields: requests.TemplateFields{Name: "T", Limited: true, Contacts: []desk.ContactID{contactID(1)}, Form: "form_1"}, CreatedAt: noon, UpdatedAt: noon}
	ticket := tickets.Record{Ticket: tickets.Ticket{ID: "ticket_1", Version: 1, Number: 1, Requester: contactID(1), CreatedAt: noon, UpdatedAt: noon}, Index: tickets.Index{Facets: []string{"state=0"}}}
	for _, step := range []func() error{
		func() error { return tx.InsertForm(e.ctx, w, form) },
		func() error {
			return tx.InsertFormVersion(e.ctx, w, requests.FormVersion{Form: "form_1", Number: 1, Name: "F", Definition: d, PublishedAt: noon})
		},
		func() error { return tx.InsertRequestTemplate(e.ctx, w, template) },
		func() error {
			return tx.InsertTicket(e.ctx, w, ticket, []tickets.Participation{{Ticket: "ticket_1", Contact: contactID(1), Role: tickets.Requester, AddedAt: noon}})
		},
		func() error { return tx.InsertAssignments(e.ctx, w, []requests.Assignment{assignment()}) },
		func() error { return tx.InsertSubmission(e.ctx, w, submission("submission_1")) },
		func() error { return tx.InsertTask(e.ctx, w, task("task_1")) },
		func() error { return tx.InsertTask(e.ctx, w, task("task_2")) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func assignment() requests.Assignment {
	return requests.Assignment{ID: "assignment_1", Version: 1, Form: "form_1", FormVersion: 1, FormName: "F", Contact: contactID(1), State: requests.AssignmentOpen, CreatedAt: noon, UpdatedAt: noon}
}

func submission(id desk.SubmissionID) requests.Submission {
	return requests.Submission{ID: id, Form: "form_1", FormVersion: 1, Contact: contactID(1), Ticket: "ticket_1", At: noon, ByKind: desk.MemberActor, By: "m",
		Answers: []requests.Answer{{Field: "a", Label: "A", Type: requests.TextField, Values: []string{"\ufffd and \\u0000, which are text"}}}}
}

func task(id desk.TaskID) requests.Task {
	return requests.Task{ID: id, Version: 1, Title: "Title", State: requests.ToDo, Contact: contactID(1), CreatedAt: noon, UpdatedAt: noon}
}

// refuses runs fn in a transaction that must fail with the kind.
func (e *env) refuses(name string, kind desk.Kind, fn func(tx requests.Tx) error) {
	e.t.Helper()
	before := dump(e.t, e.f.Name, e.DB, home)
	if err := e.Requests.Update(e.ctx, fn); desk.KindOf(err) != kind {
		e.t.Errorf("%s: %v, want %s", name, err, kind)
	}
	if dump(e.t, e.f.Name, e.DB, home) != before {
		e.t.Errorf("%s: a transaction that failed left something", name)
	}
}

func requestsStale(e *env) {
	e.seedRequests()
	for _, version := range []int64{1, 3} {
		e.refuses("form", desk.Conflict, func(tx requests.Tx) error {
			return tx.UpdateForm(e.ctx, home, requests.Form{ID: "form_1", Version: version, Name: "X"})
		})
		e.refuses("template", desk.Conflict, func(tx requests.Tx) error {
			return tx.UpdateRequestTemplate(e.ctx, home, requests.Template{ID: "template_1", Version: version})
		})
		e.refuses("assignment", desk.Conflict, func(tx requests.Tx) error {
			x := assignment()
			x.Version = version
			return tx.UpdateAssignment(e.ctx, home, x)
		})
		e.refuses("task", desk.Conflict, func(tx requests.Tx) error {
			x := task("task_1")
			x.Version = version
			return tx.UpdateTask(e.ctx, home, x)
		})
	}
	e.refuses("a version twice", desk.Conflict, func(tx requests.Tx) error {
		return tx.InsertFormVersion(e.ctx, home, requests.FormVersion{Form: "form_1", Number: 1})
	})
	e.writeRequests(func(tx requests.Tx) error {
		x, err := tx.LockTask(e.ctx, home, "task_1")
		if err != nil {
			return err
		}
		x.Version, x.Title = 2, "Changed"
		return tx.UpdateTask(e.ctx, home, x)
	})
	got, err := e.Requests.Task(e.ctx, home, "task_1")
	e.NoErr(err)
	e.Equal(got.Title, "Changed")
}

// requestsForeign names records that only the twin has.
func requestsForeign(e *env) {
	e.seedRequests()
	e.writeRequests(func(tx requests.Tx) error {
		return tx.InsertContacts(e.ctx, twin, []contacts.Record{record(9, "Z", "")})
	})
	e.before = dump(e.t, e.f.Name, e.DB, twin)
	for name, x := range map[string]func(tx requests.Tx) error{
		"a version of no form": func(tx requests.Tx) error {
			return tx.InsertFormVersion(e.ctx, home, requests.FormVersion{Form: "form_9", Number: 1})
		},
		"a template's form": func(tx requests.Tx) error {
			return tx.InsertRequestTemplate(e.ctx, home, requests.Template{ID: "template_2", Version: 1, TemplateFields: requests.TemplateFields{Form: "form_9"}})
		},
		"a template's contact": func(tx requests.Tx) error {
			return tx.InsertRequestTemplate(e.ctx, home, requests.Template{ID: "template_2", Version: 1, TemplateFields: requests.TemplateFields{Addable: []desk.ContactID{contactID(9)}}})
		},
		"an assignment's contact": func(tx requests.Tx) error {
			x := assignment()
			x.ID, x.Contact = "assignment_2", contactID(9)
			return tx.InsertAssignments(e.ctx, home, []requests.Assignment{x})
		},
		"a submission's contact": func(tx requests.Tx) error {
			x := submission("submission_2")
			x.Contact = contactID(9)
			return tx.InsertSubmission(e.ctx, home, x)
		},
		"a submission's ticket": func(tx requests.Tx) error {
			x := submission("submission_2")
			x.Ticket = "ticket_9"
			return tx.InsertSubmission(e.ctx, home, x)
		},
		"a task's contact": func(tx requests.Tx) error {
			x := task("task_3")
			x.AssigneeContact = contactID(9)
			return tx.InsertTask(e.ctx, home, x)
		},
		"a task's other task": func(tx requests.Tx) error {
			x := task("task_3")
			x.Due = requests.Due{Rule: requests.DueAfterTask, After: "task_9"}
			return tx.InsertTask(e.ctx, home, x)
		},
	} {
		e.refuses(name, desk.Invalid, x)
	}
}

func requestsText(e *env) {
	e.seedRequests()
	for _, bad := range []string{"a\x00b", "a\xffb"} {
		e.refuses("form", desk.Invalid, func(tx requests.Tx) error {
			return tx.InsertForm(e.ctx, home, requests.Form{ID: "form_2", Version: 1, Draft: requests.Definition{Intro: bad}})
		})
		e.refuses("template", desk.Invalid, func(tx requests.Tx) error {
			return tx.InsertRequestTemplate(e.ctx, home, requests.Template{ID: "template_2", Version: 1, TemplateFields: requests.TemplateFields{Name: bad}})
		})
		e.refuses("submission", desk.Invalid, func(tx requests.Tx) error {
			x := submission("submission_2")
			x.Answers[0].Values = []string{bad}
			return tx.InsertSubmission(e.ctx, home, x)
		})
		e.refuses("task", desk.Invalid, func(tx requests.Tx) error {
			x := task("task_3")
			x.Description = bad
			return tx.InsertTask(e.ctx, home, x)
		})
	}
	got, err := e.Requests.FormSubmission(e.ctx, home, "submission_1")
	e.NoErr(err)
	want := submission("submission_1")
	want.FormName = "F"
	same(e, want, got) // what only looks like them is kept as it is
}

func requestsTwin(e *env) {
	e.seedRequests()
	e.writeRequests(func(tx requests.Tx) error { return tx.DeleteTask(e.ctx, home, "task_2") })
	all := requests.TaskFind{Sort: requests.SortDue, Now: noon.UnixMicro(), Limit: 10}
	found, err := e.Requests.FindTasks(e.ctx, home, all)
	e.NoErr(err)
	e.Equal(len(found.Tasks), 1)
	counts, err := e.Requests.CountTasks(e.ctx, home, all)
	e.NoErr(err)
	e.Equal(counts[requests.ToDo], 1)
	n, err := e.Requests.CountAssignments(e.ctx, home, requests.AssignmentFind{})
	e.NoErr(err)
	e.Equal(n, 1)
	ss, err := e.Requests.FindSubmissions(e.ctx, home, requests.SubmissionFind{Limit: 10})
	e.NoErr(err)
	e.Equal(len(ss), 1)
}

// requestEnv is a desk with everything of requests in it, whose database fails
// as told.
type requestEnv struct {
	*serviceEnv
	r        *requests.Service
	form     requests.Form
	template requests.Template
	ticket   tickets.Ticket
	open     requests.Assignment
	task     requests.Task
}

// requestWrites are the public calls of requests that write.
var requestWrites = []struct {
	name string
	run  func(e *requestEnv, a desk.Actor) error
}{
	{"CreateForm", func(e *requestEnv, a desk.Actor) error {
		_, err := e.r.CreateForm(e.ctx, a, requests.NewForm{Name: "New", Draft: fileForm(1)})
		return err
	}},
	{"UpdateForm", func(e *requestEnv, a desk.Actor) error {
		d := fileForm(3)
		_, err := e.r.UpdateForm(e.ctx, a, e.form.ID, e.form.Version, requests.FormPatch{Draft: &d})
		return err
	}},
	{"PublishForm", func(e *requestEnv, a desk.Actor) error {
		_, err := e.r.PublishForm(e.ctx, a, e.form.ID, e.form.Version)
		return err
	}},
	{"CreateTemplate", func(e *requestEnv, a desk.Actor) error {
		_, err := e.r.CreateTemplate(e.ctx, a, requests.TemplateFields{Name: "New", Limited: true, Contacts: []desk.ContactID{e.live.ID, e.other.ID}})
		return err
	}},
	{"UpdateTemplate", func(e *requestEnv, a desk.Actor) error {
		f := e.template.TemplateFields
		f.Addable = nil
		f.Add = requests.AddColleagues
		_, err := e.r.UpdateTemplate(e.ctx, a, e.template.ID, e.template.Version, f)
		return err
	}},
	{"Submit", func(e *requestEnv, a desk.Actor) error {
		_, err := e.r.Submit(e.ctx, a, e.template.ID, requests.Request{Contact: e.live.ID, Text: "Please.", Add: []desk.ContactID{e.other.ID}, FormVersion: 1, Files: someFiles(), Attachments: someFiles()["file"]})
		return err
	}},
	{"Assign", func(e *requestEnv, a desk.Actor) error {
		_, err := e.r.Assign(e.ctx, a, requests.NewAssignment{Form: e.form.ID, Contacts: []desk.ContactID{e.live.ID}, Ticket: e.ticket.ID})
		return err
	}},
	{"UpdateAssignment", func(e *requestEnv, a desk.Actor) error {
		note := "Soon."
		_, err := e.r.UpdateAssignment(e.ctx, a, e.open.ID, e.open.Version, requests.AssignmentPatch{Note: &note})
		return err
	}},
	{"CancelAssignment", func(e *requestEnv, a desk.Actor) error {
		_, err := e.r.CancelAssignment(e.ctx, a, e.open.ID, e.open.Version)
		return err
	}},
	{"Fill", func(e *requestEnv, a desk.Actor) error {
		_, err := e.r.Fill(e.ctx, a, e.open.ID, requests.Filling{Files: someFiles()})
		return err
	}},
	{"CreateTask", func(e *requestEnv, a desk.Actor) error {
		_, err := e.r.CreateTask(e.ctx, a, requests.NewTask{Title: "New", Ticket: e.ticket.ID, AssigneeContact: e.live.ID})
		return err
	}},
	{"UpdateTask", func(e *requestEnv, a desk.Actor) error {
		done := requests.Skipped
		_, err := e.r.UpdateTask(e.ctx, a, e.task.ID, e.task.Version, requests.TaskPatch{State: &done})
		return err
	}},
	{"FillTask", func(e *requestEnv, a desk.Actor) error {
		_, err := e.r.FillTask(e.ctx, a, e.task.ID, e.task.Version, requests.Filling{Files: someFiles()})
		return err
	}},
	{"DeleteTask", func(e *requestEnv, a desk.Actor) error { return e.r.DeleteTask(e.ctx, a, e.task.ID, e.task.Version) }},
}

func fileForm(n int) requests.Definition {
	return requests.Definition{Fields: []requests.Field{{Key: "file", Label: "File", Type: requests.FileField, MaxCount: n}}}
}

func someFiles() requests.Files {
	open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("contents")), nil }
	return requests.Files{"file": {{Name: "a.txt", Open: open}}}
}

func (e *requestEnv) seedRequests() {
	e.t.Helper()
	e.seedService()
	must := func(err error) {
		e.t.Helper()
		if err != nil {
			e.t.Fatal(err)
		}
	}
	now := func() time.Time { return e.now }
	k := tickets.New(e.Tickets, &tickets.Options{Now: now, IndexEvery: -1})
	e.r = requests.New(e.Requests, k, &requests.Options{Now: now})
	e.a.Grants = append(append(append([]desk.Permission{}, contacts.Permissions...), tickets.Permissions...), requests.Permissions...)
	yes := true
	var err error
	e.live, err = e.s.Update(e.ctx, e.a, e.live.ID, e.live.Version, contacts.Patch{PortalAccess: &yes})
	must(err)
	e.form, err = e.r.CreateForm(e.ctx, e.a, requests.NewForm{Name: "F", Draft: fileForm(1)})
	must(err)
	e.form, err = e.r.PublishForm(e.ctx, e.a, e.form.ID, 1)
	must(err)
	d := fileForm(2)
	e.form, err = e.r.UpdateForm(e.ctx, e.a, e.form.ID, 2, requests.FormPatch{Draft: &d})
	must(err)
	e.template, err = e.r.CreateTemplate(e.ctx, e.a, requests.TemplateFields{Name: "T", Active: true, Form: e.form.ID, Add: requests.AddListed, Addable: []desk.ContactID{e.other.ID}})
	must(err)
	e.ticket, err = k.Create(e.ctx, e.a, tickets.NewTicket{Subject: "K", Requester: e.live.ID})
	must(err)
	as, err := e.r.Assign(e.ctx, e.a, requests.NewAssignment{Form: e.form.ID, Contacts: []desk.ContactID{e.live.ID}})
	must(err)
	e.open = as[0]
	e.task, err = e.r.CreateTask(e.ctx, e.a, requests.NewTask{Title: "First", Ticket: e.ticket.ID, AssigneeContact: e.live.ID, Form: e.form.ID})
	must(err)
	_, err = e.r.CreateTask(e.ctx, e.a, requests.NewTask{Title: "Second", Ticket: e.ticket.ID, Due: requests.Due{Rule: requests.DueAfterTask, After: e.task.ID}})
	must(err)
}

// runRequestFaults is C3 for the writes of requests; see runServiceFaults.
func runRequestFaults(t *testing.T, f Factory) {
	for _, w := range requestWrites {
		for i, m := range faultModes {
			t.Run(fmt.Sprint(w.name, " ", m.name), func(t *testing.T) {
				t.Parallel()
				plan := &faultdb.Plan{}
				e := &requestEnv{serviceEnv: &serviceEnv{env: &env{I: is.New(t), Opened: f.Faulty(t, plan), t: t, f: f, ctx: t.Context()}, plan: plan}}
				e.seedRequests()
				before := e.counts()
				run := func() error { return w.run(e, e.a.WithKey("key")) }
				if err := run(); err != nil {
					t.Fatal(err)
				}
				full := e.counts()
				step := 1
				if m.mode.Lost {
					step = 4
				}
				for n := 1 + i%step; n > 0; {
					e.wipe()
					e.seedRequests()
					n = e.serviceFaults(n, step, m.mode, false, before, full, run)
				}
			})
		}
	}
}
