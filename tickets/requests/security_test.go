package requests_test

import (
	"fmt"
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
