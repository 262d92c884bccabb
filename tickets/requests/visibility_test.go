package requests_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/requests"
)

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
