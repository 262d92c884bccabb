package requests

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// maxDays is the longest relative due time.
const maxDays = 3650

// working is a task that a transaction makes or changes.
type working struct {
	s      *Service
	tx     Tx
	a      desk.Actor
	now    time.Time
	before Task
	t      Task
	// told is a contact to whom the task was newly assigned.
	told desk.ContactID
}

// texts checks title, description and position.
func (w *working) texts() error {
	var wrong FieldErrors
	var err error
	if w.t.Title, err = desk.CleanLine("title", w.t.Title, maxName); err == nil && w.t.Title == "" {
		err = invalid("title", "The task needs a title.")
	}
	_ = wrong.take("title", err)
	w.t.Description, err = desk.CleanText("description", w.t.Description, maxLines)
	_ = wrong.take("description", err)
	_ = wrong.take("assignee", desk.CheckText("assignee", w.t.Assignee, maxMember, false))
	if w.t.Position < 0 || w.t.Position > 1_000_000 {
		wrong.add("position", "The position is 0 to 1,000,000.")
	}
	return wrong.err()
}

// belongs checks ticket and contact of a new task. The actor must see both.
func (w *working) belongs(ctx context.Context) error {
	t := &w.t
	if t.Ticket != "" {
		k, err := tickets.Seen(ctx, w.tx, w.a, t.Ticket)
		if err != nil || k.State != tickets.Live {
			return missing1(err, "ticket", "There is no such ticket.")
		}
		t.TicketNumber, t.TicketSubject = k.Number, k.Subject
		if t.Contact == "" {
			t.Contact = k.Requester
			return nil
		}
	}
	if t.Contact == "" {
		return invalid("contact", "A task belongs to a ticket or a contact.")
	}
	c, err := contacts.Seen(ctx, w.tx, w.a, t.Contact)
	if err != nil || c.State != contacts.Live {
		return missing1(err, "contact", "There is no such contact.")
	}
	t.Contact = c.ID
	return nil
}

// missing1 says that a record that is named is missing, unless reading it failed.
func missing1(err error, field, message string) error {
	switch desk.KindOf(err) {
	case "", desk.NotFound, desk.Denied:
		return invalid(field, "%s", message)
	}
	return err
}

// bothSee checks that the actor and a contact see a ticket.
func bothSee(ctx context.Context, tx Tx, a desk.Actor, t desk.TicketID, c desk.ContactID, field string) error {
	k, err := tickets.Seen(ctx, tx, a, t)
	if err != nil {
		return missing1(err, "ticket", "There is no such ticket.")
	}
	ps, err := tx.Participations(ctx, a.Workspace, []desk.TicketID{t})
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(ps, func(p tickets.Participation) bool { return p.Contact == c && tickets.SeesAs(p.Role, true, k.State) }) {
		return invalid(field, "The contact does not take part in the ticket.")
	}
	return nil
}

// assign checks who does the task, where that is new, and counts from now.
func (w *working) assign(ctx context.Context) error {
	t, b := &w.t, &w.before
	switch {
	case t.Assignee != "" && t.AssigneeContact != "":
		return invalid("assignee", "A task is done by a member or by a contact, not by both.")
	case t.Assignee == b.Assignee && t.AssigneeContact == b.AssigneeContact:
		return nil
	}
	if t.AssignedAt = (time.Time{}); t.Assignee != "" || t.AssigneeContact != "" {
		t.AssignedAt = w.now
	}
	if t.Assignee != "" {
		settings, err := tickets.SettingsOf(ctx, w.tx, w.a.Workspace)
		if err == nil && !assignable(settings, t.Assignee) {
			err = invalid("assignee", "There is no such member to assign to.")
		}
		return err
	}
	if t.AssigneeContact == "" {
		return nil
	}
	return w.assignContact(ctx)
}

// assignContact checks a contact that does the task, and locks it.
func (w *working) assignContact(ctx context.Context) error {
	t := &w.t
	none := invalid("assignee_contact", "There is no such contact.")
	if !desk.IsID("contact", string(t.AssigneeContact)) {
		return none
	}
	c, err := w.tx.LockContact(ctx, w.a.Workspace, t.AssigneeContact)
	switch {
	case desk.KindOf(err) == desk.NotFound, err == nil && (c.State != contacts.Live || !contacts.Sees(w.a, &c)):
		return none
	case err != nil:
		return err
	case !c.Active:
		return invalid("assignee_contact", "The contact is not active.")
	case t.Form != "" && !c.PortalAccess:
		return invalid("assignee_contact", "The contact has no access to the portal, so that it cannot fill in the form.")
	}
	w.told = c.ID
	if t.Ticket == "" {
		return nil
	}
	return bothSee(ctx, w.tx, w.a, t.Ticket, c.ID, "assignee_contact")
}

// due checks the rule and computes the due time.
func (w *working) due(ctx context.Context) error {
	t, d := &w.t, &w.t.Due
	switch {
	case !slices.Contains(DueRules, d.Rule):
		return invalid("due", "There is no such rule for a due time.")
	case d.Days < 0 || d.Days > maxDays || d.Rule == DueFixed && d.Days != 0:
		return invalid("due", "A due time is 0 to %d days after something.", maxDays)
	case d.Rule != DueAfterTask && d.After != "" || d.Rule != DueFixed && !d.At.IsZero():
		return invalid("due", "A task has one rule for its due time.")
	case d.Rule == DueAfterTicket && t.Ticket == "":
		return invalid("due", "The task belongs to no ticket.")
	}
	from, err := w.from(ctx)
	if err != nil {
		return err
	}
	t.DueAt = time.Time{}
	if from.IsZero() {
		return nil
	}
	if d.Rule == DueFixed {
		t.DueAt = from
		return nil
	}
	t.DueAt, err = w.days(ctx, from, d.Days)
	return err
}

// from is the time that the rule counts from, zero if it is not known yet.
func (w *working) from(ctx context.Context) (time.Time, error) {
	t, d := &w.t, &w.t.Due
	switch d.Rule {
	case DueAfterAssigned:
		return t.AssignedAt, nil
	case DueAfterTicket:
		k, err := w.tx.Ticket(ctx, w.a.Workspace, t.Ticket)
		return k.CreatedAt, err
	case DueAfterTask:
		return w.after(ctx)
	}
	if d.At.IsZero() {
		return time.Time{}, nil
	}
	d.At = desk.Moment(d.At)
	if d.At.After(w.now.Add(farthest)) || d.At.Before(w.now.Add(-farthest)) {
		return time.Time{}, invalid("due", "The due time is at most 20 years away.")
	}
	return d.At, nil
}

// after is when the task that this one waits for was done. Tasks do not wait
// for each other in a circle.
func (w *working) after(ctx context.Context) (time.Time, error) {
	none := invalid("due", "There is no such task to wait for.")
	next := w.t.Due.After
	var done time.Time
	for n := 0; next != ""; n++ {
		if next == w.t.ID || n >= 100 {
			return time.Time{}, invalid("due", "The tasks would wait for each other.")
		}
		if !desk.IsID("task", string(next)) {
			return time.Time{}, none
		}
		o, err := w.tx.Task(ctx, w.a.Workspace, next)
		if desk.KindOf(err) == desk.NotFound || err == nil && (o.Ticket != w.t.Ticket || o.Ticket == "" && o.Contact != w.t.Contact) {
			return time.Time{}, none
		}
		if err != nil {
			return time.Time{}, err
		}
		if n == 0 {
			done = o.DoneAt
		}
		next = o.Due.After
	}
	if w.t.Due.After == "" {
		return time.Time{}, none
	}
	return done, nil
}

// days counts days in the workspace's time zone.
func (w *working) days(ctx context.Context, from time.Time, n int) (time.Time, error) {
	set, err := w.tx.Settings(ctx, w.a.Workspace)
	if err != nil {
		return time.Time{}, err
	}
	zone := time.UTC
	if set.TimeZone != "" {
		if z, err := time.LoadLocation(set.TimeZone); err == nil {
			zone = z
		}
	}
	return desk.Moment(from.In(zone).AddDate(0, 0, n)), nil
}

// move puts the task into another state.
func (w *working) move(to TaskState) error {
	t := &w.t
	switch to {
	case t.State:
		return nil
	case ToDo, InProgress, Completed, Skipped:
	case Overdue:
		return invalid("state", "A task is overdue by itself, when its due time has passed.")
	default:
		return invalid("state", "There is no such state of a task.")
	}
	if to == Completed && t.Form != "" && t.Submission == "" {
		return conflict("state", "This task is done by filling in its form.")
	}
	t.State = to
	if t.DoneAt = (time.Time{}); to.ended() {
		t.DoneAt = w.now
	}
	return nil
}

// keep writes a changed task, and the due times of those that wait for it.
func (w *working) keep(ctx context.Context) error {
	w.t.Version, w.t.UpdatedAt = w.before.Version+1, w.now
	if err := w.tx.UpdateTask(ctx, w.a.Workspace, w.t); err != nil {
		return err
	}
	if w.t.DoneAt.Equal(w.before.DoneAt) {
		return nil
	}
	waiting, err := w.tx.TasksAfter(ctx, w.a.Workspace, w.t.ID)
	if err != nil {
		return err
	}
	for _, o := range waiting {
		if o.State.ended() {
			continue
		}
		if o.DueAt = (time.Time{}); !w.t.DoneAt.IsZero() {
			if o.DueAt, err = w.days(ctx, w.t.DoneAt, o.Due.Days); err != nil {
				return err
			}
		}
		o.Version, o.UpdatedAt = o.Version+1, w.now
		if err := w.tx.UpdateTask(ctx, w.a.Workspace, o); err != nil {
			return err
		}
	}
	return nil
}

// note writes the events of the change.
func (w *working) note(ctx context.Context, verb, short string, changes differences, quiet bool) error {
	j := w.s.entries(w.a)
	t := &w.t
	h := happening{verb: verb, short: short, title: t.Title, ticket: t.Ticket, contacts: []desk.ContactID{t.Contact, t.AssigneeContact}, changes: changes}
	if err := note(j, h); err != nil {
		return err
	}
	if w.told != "" && !quiet && string(w.told) != w.a.ID {
		j.Tell(desk.Notice{Type: NoticeTask, Ticket: t.Ticket, About: string(t.ID), To: []desk.ContactID{w.told}})
	}
	return record(ctx, w.tx, w.a, j)
}

func taskDiff(was, is *Task) differences {
	var d differences
	d.add("title", was.Title, is.Title)
	d.add("description", was.Description, is.Description)
	d.add("state", string(was.State), string(is.State))
	d.add("assignee", was.Assignee+string(was.AssigneeContact), is.Assignee+string(is.AssigneeContact))
	d.add("due", dueText(was), dueText(is))
	d.add("position", strconv.Itoa(was.Position), strconv.Itoa(is.Position))
	return d
}

func dueText(t *Task) string {
	if t.Due.Rule == DueFixed {
		return timeText(t.DueAt)
	}
	return strconv.Itoa(t.Due.Days) + " days after " + string(t.Due.Rule) + string(t.Due.After) + " " + timeText(t.DueAt)
}
