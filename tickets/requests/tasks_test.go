package requests_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/requests"
)

func (o *office) task(n requests.NewTask) requests.Task {
	o.t.Helper()
	if n.Contact == "" && n.Ticket == "" {
		n.Contact = o.ana.ID
	}
	if n.Title == "" {
		n.Title = "Send the contract"
	}
	return must(o.s.CreateTask(ctx, o.boss, n))
}

func titles(l requests.TaskList) []string {
	var all []string
	for _, t := range l.Tasks {
		all = append(all, t.Title)
	}
	return all
}

func TestTaskStates(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		k := o.ticket()
		due := o.Clock.Now().Add(time.Hour)
		o.take()
		x := o.task(requests.NewTask{Title: " Call back ", Description: "a\r\nb", Ticket: k.ID, AssigneeContact: o.ben.ID, Due: requests.Due{At: due}, Position: 3})
		is.Equal([]any{x.Title, x.Description, x.State, x.Contact, x.TicketNumber, x.TicketSubject, x.DueAt.Equal(due)}, []any{"Call back", "a\nb", requests.ToDo, o.ana.ID, k.Number, k.Subject, true})
		events, notices := o.take()
		is.Equal(verbs(events), []string{"task.created ticket", "task.created contact", "task.created contact"})
		is.Equal(events[0].Summary, "Task added: Call back.")
		is.Equal(events[1].Summary, "Task added.") // who reads the contact's log may not see the ticket
		is.Equal(cmp.Diff([]desk.Notice{{Type: requests.NoticeTask, Ticket: k.ID, About: string(x.ID), To: []desk.ContactID{o.ben.ID}}}, notices), "")

		x = must(o.s.UpdateTask(ctx, o.as(o.ben), x.ID, 1, requests.TaskPatch{State: ptr(requests.InProgress)}))
		is.Equal([]any{x.State, x.Shows(), x.Version}, []any{requests.InProgress, requests.InProgress, int64(2)})
		o.Clock.Turn(2 * time.Hour)
		got := must(o.s.Task(ctx, o.boss, x.ID))
		is.Equal([]any{got.State, got.Shows(), got.Overdue}, []any{requests.InProgress, requests.Overdue, true})
		for _, bad := range []requests.TaskState{requests.Overdue, "x"} {
			_, err := o.s.UpdateTask(ctx, o.boss, x.ID, 2, requests.TaskPatch{State: &bad})
			wants(t, err, desk.Invalid, "state")
		}
		x = must(o.s.UpdateTask(ctx, o.as(o.ben), x.ID, 2, requests.TaskPatch{State: ptr(requests.Completed)}))
		is.Equal([]any{x.Shows(), x.DoneAt}, []any{requests.Completed, o.Clock.Now()})
		x = must(o.s.UpdateTask(ctx, o.as(o.ben), x.ID, 3, requests.TaskPatch{State: ptr(requests.ToDo)}))
		is.True(x.DoneAt.IsZero())
		for _, p := range []requests.TaskPatch{{State: ptr(requests.Skipped)}, {Title: ptr("Mine")}, {AssigneeContact: ptr(o.ana.ID)}, {Due: &requests.Due{}}, {Position: ptr(1)}} {
			_, err := o.s.UpdateTask(ctx, o.as(o.ben), x.ID, 4, p)
			wants(t, err, desk.Denied, "")
		}
		x = must(o.s.UpdateTask(ctx, o.boss, x.ID, 4, requests.TaskPatch{State: ptr(requests.Skipped)}))
		is.Equal(x.Shows(), requests.Skipped)
		_, err := o.s.UpdateTask(ctx, o.boss, x.ID, 4, requests.TaskPatch{Title: ptr("Late")})
		wants(t, err, desk.Conflict, "version")
		is.NoErr(o.s.DeleteTask(ctx, o.boss, x.ID, 5))
		_, err = o.s.Task(ctx, o.boss, x.ID)
		wants(t, err, desk.NotFound, "")
	})
}

func TestRelativeDueTimes(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		set := must(o.Contacts.Settings(ctx, o.boss))
		set.TimeZone = "Europe/Berlin" // clocks go forward on 29 March 2026
		_ = must(o.Contacts.SaveSettings(ctx, o.boss, set))
		o.Clock.Turn(27 * 24 * time.Hour) // noon on 28 March
		k := o.ticket()
		o.Clock.Turn(time.Hour)
		first := o.task(requests.NewTask{Title: "First", Ticket: k.ID, Due: requests.Due{Rule: requests.DueAfterTicket, Days: 1}})
		is.Equal(first.DueAt, k.CreatedAt.Add(23*time.Hour)) // the same hour on the clock
		second := o.task(requests.NewTask{Title: "Second", Ticket: k.ID, Due: requests.Due{Rule: requests.DueAfterTask, After: first.ID, Days: 2}})
		third := o.task(requests.NewTask{Title: "Third", Ticket: k.ID, Due: requests.Due{Rule: requests.DueAfterTask, After: second.ID}})
		is.True(second.DueAt.IsZero() && third.DueAt.IsZero())
		at := func(id desk.TaskID) requests.Task { return must(o.s.Task(ctx, o.boss, id)) }
		o.Clock.Turn(24 * time.Hour)
		first = must(o.s.UpdateTask(ctx, o.boss, first.ID, 1, requests.TaskPatch{State: ptr(requests.Completed)}))
		second = at(second.ID)
		is.Equal([]any{second.DueAt, second.Version}, []any{o.Clock.Now().Add(48 * time.Hour), int64(2)})
		is.True(at(third.ID).DueAt.IsZero())
		first = must(o.s.UpdateTask(ctx, o.boss, first.ID, first.Version, requests.TaskPatch{State: ptr(requests.ToDo)})) // not done after all
		is.True(at(second.ID).DueAt.IsZero())

		// In a circle, of another matter, of nothing.
		other := o.task(requests.NewTask{Title: "Other"})
		for _, due := range []requests.Due{
			{Rule: requests.DueAfterTask, After: third.ID}, {Rule: requests.DueAfterTask, After: first.ID}, {Rule: requests.DueAfterTask, After: other.ID},
			{Rule: requests.DueAfterTask}, {Rule: requests.DueAfterTask, After: "task_01h455vb4pex5vsknk084sn02q"}, {Rule: "someday"}, {Days: 1},
			{Rule: requests.DueAfterTicket, Days: -1}, {Rule: requests.DueAfterTicket, Days: 4000}, {Rule: requests.DueAfterTicket, At: o.Clock.Now()}, {At: o.Clock.Now().AddDate(30, 0, 0)},
		} {
			_, err := o.s.UpdateTask(ctx, o.boss, first.ID, first.Version, requests.TaskPatch{Due: &due})
			wants(t, err, desk.Invalid, "due")
		}
		_, err := o.s.UpdateTask(ctx, o.boss, other.ID, other.Version, requests.TaskPatch{Due: &requests.Due{Rule: requests.DueAfterTicket}})
		wants(t, err, desk.Invalid, "due")

		mine := o.task(requests.NewTask{Title: "Mine", Ticket: k.ID, Due: requests.Due{Rule: requests.DueAfterAssigned, Days: 1}})
		is.True(mine.DueAt.IsZero())
		mine = must(o.s.UpdateTask(ctx, o.boss, mine.ID, 1, requests.TaskPatch{Assignee: ptr("mei")}))
		is.Equal(mine.DueAt, o.Clock.Now().Add(24*time.Hour))
		o.Clock.Turn(time.Hour)
		mine = must(o.s.UpdateTask(ctx, o.boss, mine.ID, 2, requests.TaskPatch{AssigneeContact: &o.ben.ID}))
		is.Equal([]any{mine.DueAt, mine.Assignee}, []any{o.Clock.Now().Add(24 * time.Hour), ""}) // counted anew

		is.NoErr(o.s.DeleteTask(ctx, o.boss, second.ID, at(second.ID).Version))
		is.Equal(at(third.ID).Due, requests.Due{}) // it waits no more
	})
}

func TestFillTask(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		f := o.form(short())
		k := o.ticket()
		x := o.task(requests.NewTask{Ticket: k.ID, AssigneeContact: o.ben.ID, Form: f.ID})
		is.Equal(must(o.s.TaskForm(ctx, o.as(o.ben), x.ID)).Number, 1)
		_, err := o.s.UpdateTask(ctx, o.as(o.ben), x.ID, 1, requests.TaskPatch{State: ptr(requests.Completed)})
		wants(t, err, desk.Conflict, "state")
		_, err = o.s.FillTask(ctx, o.as(o.ben), x.ID, 1, requests.Filling{})
		is.Equal(said(t, err), []string{"answers.what"})
		o.change(o.ben, contacts.Patch{PortalAccess: ptr(false)})
		_, err = o.s.FillTask(ctx, o.as(o.ben), x.ID, 1, what("x"))
		wants(t, err, desk.Denied, "")
		_, err = o.s.CreateTask(ctx, o.boss, requests.NewTask{Title: "X", Ticket: k.ID, AssigneeContact: o.ben.ID, Form: f.ID})
		wants(t, err, desk.Invalid, "assignee_contact")
		o.change(o.ben, contacts.Patch{PortalAccess: ptr(true)})
		sub := must(o.s.FillTask(ctx, o.as(o.ben), x.ID, 1, what("It is done.")))
		is.Equal([]any{sub.Task, sub.Ticket, sub.Contact, sub.Answers[0].Values}, []any{x.ID, k.ID, o.ben.ID, []string{"It is done."}})
		x = must(o.s.Task(ctx, o.boss, x.ID))
		is.Equal([]any{x.State, x.Submission}, []any{requests.Completed, sub.ID})
		_, err = o.s.FillTask(ctx, o.boss, x.ID, x.Version, what("again"))
		wants(t, err, desk.Conflict, "state")

		// An agent fills in for the contact, over the profile.
		y := o.task(requests.NewTask{Form: f.ID})
		sub = must(o.s.FillTask(ctx, o.boss, y.ID, 1, what("On the phone.")))
		is.Equal([]any{sub.Contact, sub.ByKind, sub.By}, []any{o.ana.ID, desk.MemberActor, "manager"})
		is.Equal(must(o.s.Submission(ctx, o.as(o.ana), sub.ID)).By, "")
	})
}

func TestTasksThatAreRefused(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		k := o.ticket()
		o.change(o.cem, contacts.Patch{Active: ptr(false)})
		binned := o.person(contacts.NewContact{LastName: "Binned", Email: "binned@acme.example"})
		o.change(binned, contacts.Patch{PortalAccess: ptr(false)})
		if err := o.Contacts.Delete(ctx, o.boss, binned.ID); err != nil {
			t.Fatal(err)
		}
		none := desk.ContactID("contact_01h455vb4pex5vsknk084sn02q")
		for _, c := range []struct {
			n    requests.NewTask
			want string
		}{
			{requests.NewTask{Title: "X"}, "contact"},
			{requests.NewTask{Contact: o.ana.ID}, "title"},
			{requests.NewTask{Title: "X", Contact: none}, "contact"},
			{requests.NewTask{Title: "X", Contact: binned.ID}, "contact"},
			{requests.NewTask{Title: "X", Ticket: "ticket_01h455vb4pex5vsknk084sn02q"}, "ticket"},
			{requests.NewTask{Title: "X", Ticket: k.ID, Assignee: "mei", AssigneeContact: o.ana.ID}, "assignee"},
			{requests.NewTask{Title: "X", Ticket: k.ID, AssigneeContact: none}, "assignee_contact"},
			{requests.NewTask{Title: "X", Contact: o.ana.ID, AssigneeContact: o.cem.ID}, "assignee_contact"}, // not active
			{requests.NewTask{Title: "X", Contact: o.ana.ID, Form: "form_01h455vb4pex5vsknk084sn02q"}, "form"},
			{requests.NewTask{Title: "X\x00", Contact: o.ana.ID}, "title"},
			{requests.NewTask{Title: "X", Contact: o.ana.ID, Position: -1}, "position"},
		} {
			_, err := o.s.CreateTask(ctx, o.boss, c.n)
			wants(t, err, desk.Invalid, c.want)
		}
		o.change(o.cem, contacts.Patch{Active: ptr(true)})
		_, err := o.s.CreateTask(ctx, o.boss, requests.NewTask{Title: "X", Ticket: k.ID, AssigneeContact: o.cem.ID})
		wants(t, err, desk.Invalid, "assignee_contact") // takes no part in the ticket
	})
}

// The tasks of a contact over all tickets: search, states, orders, pages, counts.
func TestTasksOfAContact(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		now := o.Clock.Now()
		k1, k2 := o.ticket(), o.ticket()
		for i, n := range []requests.NewTask{
			{Title: "Zebra", Ticket: k1.ID, Due: requests.Due{At: now.Add(-time.Hour)}, Position: 2},
			{Title: "Über alles", Description: "the Straße", Ticket: k2.ID, Due: requests.Due{At: now.Add(time.Hour)}, Position: 1},
			{Title: "apple", Contact: o.ana.ID, Position: 1},
			{Title: "Beta", Contact: o.ana.ID, Assignee: "mei", Due: requests.Due{At: now.Add(-2 * time.Hour)}},
			{Title: "Gamma", Ticket: k1.ID, AssigneeContact: o.ben.ID},
			{Title: "Cem's own", Contact: o.cem.ID},
		} {
			x := o.task(n)
			if i == 2 {
				_ = must(o.s.UpdateTask(ctx, o.boss, x.ID, 1, requests.TaskPatch{State: ptr(requests.Completed)}))
			}
		}
		list := func(q requests.TaskQuery) requests.TaskList { return must(o.s.Tasks(ctx, o.boss, q, desk.Page{})) }
		ana := requests.TaskFilter{Contact: o.ana.ID}
		l := list(requests.TaskQuery{TaskFilter: ana})
		is.Equal(titles(l), []string{"Beta", "Zebra", "Über alles", "apple", "Gamma"})
		is.Equal(cmp.Diff(map[requests.TaskState]int{requests.ToDo: 2, requests.Overdue: 2, requests.Completed: 1}, l.Counts), "")
		is.Equal([]any{l.Count, l.Tasks[1].TicketNumber, l.Tasks[3].TicketNumber}, []any{5, k1.Number, int64(0)})
		is.Equal(titles(list(requests.TaskQuery{TaskFilter: ana, Sort: requests.SortTitle})), []string{"apple", "Beta", "Gamma", "Über alles", "Zebra"})
		is.Equal(titles(list(requests.TaskQuery{TaskFilter: ana, Sort: requests.SortPosition, Desc: true})), []string{"Zebra", "apple", "Über alles", "Gamma", "Beta"})
		is.Equal(titles(list(requests.TaskQuery{TaskFilter: requests.TaskFilter{Contact: o.ben.ID}})), []string{"Gamma"})
		for _, c := range []struct {
			f    requests.TaskFilter
			want string
		}{
			{requests.TaskFilter{Text: "STRASSE uber"}, "[Über alles]"}, {requests.TaskFilter{Text: "a%"}, "[]"}, {requests.TaskFilter{Text: "' OR 1=1 --"}, "[]"},
			{requests.TaskFilter{States: []requests.TaskState{requests.Overdue}}, "[Beta Zebra]"}, {requests.TaskFilter{States: []requests.TaskState{requests.ToDo, requests.Completed}, Contact: o.ana.ID}, "[Über alles apple Gamma]"},
			{requests.TaskFilter{Assignee: "mei"}, "[Beta]"}, {requests.TaskFilter{Ticket: k1.ID}, "[Zebra Gamma]"}, {requests.TaskFilter{AssigneeContact: o.ben.ID}, "[Gamma]"},
			{requests.TaskFilter{DueFrom: now.Add(-time.Hour), DueUntil: now.Add(time.Hour)}, "[Zebra]"}, {requests.TaskFilter{Contact: "x"}, "[]"},
		} {
			l := list(requests.TaskQuery{TaskFilter: c.f})
			if got := fmt.Sprint(titles(l)); got != c.want || l.Count != len(l.Tasks) {
				t.Errorf("%+v: %s (%d), want %s", c.f, got, l.Count, c.want)
			}
		}
		for _, q := range []requests.TaskQuery{{Sort: "id; DROP TABLE desk_tasks"}, {TaskFilter: requests.TaskFilter{States: []requests.TaskState{"x"}}}, {TaskFilter: requests.TaskFilter{Text: "\xff"}}, {TaskFilter: requests.TaskFilter{Assignee: "\x00"}}} {
			_, err := o.s.Tasks(ctx, o.boss, q, desk.Page{})
			is.Equal(desk.KindOf(err), desk.Invalid)
		}
		is.Equal(len(requests.Lanes(l.Tasks)[2]), 2)
	})
}

// Each order, forwards and back again, gives each task once.
func TestTaskPages(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		for i := range 11 {
			n := requests.NewTask{Title: fmt.Sprint("Task ", i%4), Position: i % 3}
			if i%3 > 0 {
				n.Due.At = o.Clock.Now().Add(time.Duration(i%5) * time.Hour)
			}
			o.task(n)
			o.Clock.Turn(time.Minute)
		}
		for _, by := range requests.TaskSorts {
			for _, desc := range []bool{false, true} {
				q := requests.TaskQuery{Sort: by, Desc: desc, TaskFilter: requests.TaskFilter{Text: "task"}}
				all := must(o.s.Tasks(ctx, o.boss, q, desk.Page{})).Tasks
				is.Equal(len(all), 11)
				var pages [][]requests.Task
				l := must(o.s.Tasks(ctx, o.boss, q, desk.Page{Limit: 3}))
				is.Equal(l.Prev, desk.Cursor(""))
				for pages = append(pages, l.Tasks); l.Next != ""; pages = append(pages, l.Tasks) {
					l = must(o.s.Tasks(ctx, o.boss, q, desk.Page{Limit: 3, Cursor: l.Next}))
				}
				if diff := cmp.Diff(all, slices.Concat(pages...)); diff != "" {
					t.Errorf("%s %v: %s", by, desc, diff)
				}
				for i := len(pages) - 2; i >= 0; i-- {
					l = must(o.s.Tasks(ctx, o.boss, q, desk.Page{Limit: 3, Cursor: l.Prev}))
					if diff := cmp.Diff(pages[i], l.Tasks); diff != "" {
						t.Errorf("%s %v, back to page %d: %s", by, desc, i, diff)
					}
				}
				is.Equal(l.Prev, desk.Cursor(""))
				_, err := o.s.Tasks(ctx, o.boss, requests.TaskQuery{Sort: by, Desc: !desc}, desk.Page{Cursor: l.Next})
				wants(t, err, desk.Expired, "cursor")
			}
		}
	})
}

func TestPartsOfAProfile(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		f := o.form(short())
		x := o.assign(f, o.ana)
		_ = must(o.s.Fill(ctx, o.as(o.ana), x.ID, what("x")))
		o.task(requests.NewTask{})
		people := contacts.New(o.Store, &contacts.Options{Now: o.Clock.Now, Parts: o.s.Parts()})
		p := must(people.Profile(ctx, o.boss, o.ana.ID, contacts.ProfileQuery{}))
		is.Equal(len(p.Parts), 3)
		for i, name := range []string{requests.TasksPart, requests.FormsPart, requests.SubmissionsPart} {
			is.Equal([]any{p.Parts[i].Name, p.Parts[i].Count, len(p.Parts[i].Items)}, []any{name, 1, 1})
		}
		p = must(people.Profile(ctx, o.member("x", contacts.MayView), o.ana.ID, contacts.ProfileQuery{}))
		is.Equal(len(p.Parts), 0)
	})
}

// Visibility follows at once: the ticket's, the contact's, the participation.
func TestR55_VisibilityFollowsTheTicket(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		f := o.form(short())
		k := o.ticket()
		x := o.task(requests.NewTask{Ticket: k.ID, AssigneeContact: o.ben.ID, Form: f.ID})
		y := must(o.s.Assign(ctx, o.boss, requests.NewAssignment{Form: f.ID, Contacts: []desk.ContactID{o.ben.ID}, Ticket: k.ID}))[0]
		ben := o.as(o.ben)
		sees := func() []bool {
			_, err1 := o.s.Task(ctx, ben, x.ID)
			_, _, err2 := o.s.Assignment(ctx, ben, y.ID)
			_, err3 := o.s.FillTask(ctx, ben, x.ID, 1, requests.Filling{})
			_, err4 := o.s.Fill(ctx, ben, y.ID, requests.Filling{})
			l, err := o.s.Tasks(ctx, ben, requests.TaskQuery{}, desk.Page{})
			l2, err5 := o.s.Assignments(ctx, ben, requests.AssignmentFilter{}, desk.Page{})
			gone := func(err error) bool { return desk.KindOf(err) != desk.NotFound && desk.KindOf(err) != desk.Denied }
			return []bool{gone(err1), gone(err2), gone(err3), gone(err4), err == nil && l.Count == 1 && len(l.Tasks) == 1, err5 == nil && l2.Count == 1}
		}
		yes, no := slices.Repeat([]bool{true}, 6), make([]bool, 6)
		is.Equal(sees(), yes)
		is.NoErr(o.Tickets.RemoveParticipant(ctx, o.boss, k.ID, o.ben.ID))
		is.Equal(sees(), no)
		is.NoErr(o.Tickets.SetParticipant(ctx, o.boss, k.ID, o.ben.ID, tickets.Pending))
		is.Equal(sees(), no)
		is.NoErr(o.Tickets.SetParticipant(ctx, o.boss, k.ID, o.ben.ID, tickets.Participating))
		is.Equal(sees(), yes)
		o.change(o.ben, contacts.Patch{Active: ptr(false)})
		is.Equal(sees(), no)
		o.change(o.ben, contacts.Patch{Active: ptr(true)})
		is.Equal(sees(), yes)
		if _, err := o.DB.Exec(`UPDATE desk_tickets SET state = 1 WHERE id = '` + string(k.ID) + `'`); err != nil {
			t.Fatal(err)
		}
		is.Equal(sees(), no)
	})
}
