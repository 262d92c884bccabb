package requests

import (
	"context"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// allSight sees everything; it is for looking whether something is there.
var allSight = Sight{Contacts: contacts.Sight{Binned: true}}

// CreateTask makes a task. It needs MayWriteTasks, and that the actor sees the
// ticket and the contact. A contact that does it must be active, take part in
// the ticket, and, for a form to fill in, have portal access. What is wrong
// comes as [FieldErrors].
func (s *Service) CreateTask(ctx context.Context, a desk.Actor, n NewTask) (Task, error) {
	const op = "requests.CreateTask"
	if err := need(a, "change tasks", MayWriteTasks); err != nil {
		return Task{}, desk.In(op, err)
	}
	var t Task
	replay, err := s.write(ctx, a, op, n, func(tx Tx) ([]string, error) {
		var err error
		t, err = s.createTask(ctx, tx, a, n)
		return []string{string(t.ID)}, err
	})
	return s.taskDone(ctx, a, op, t, replay, err)
}

func (s *Service) createTask(ctx context.Context, tx Tx, a desk.Actor, n NewTask) (Task, error) {
	id, err := newID[desk.TaskID](s, "task")
	if err != nil {
		return Task{}, err
	}
	w := &working{s: s, tx: tx, a: a, now: desk.Moment(s.now())}
	w.t = Task{
		ID: id, Version: 1, Title: n.Title, Description: n.Description, State: ToDo, Assignee: n.Assignee, AssigneeContact: n.AssigneeContact,
		Contact: n.Contact, Ticket: n.Ticket, Due: n.Due, Form: n.Form, Position: n.Position, CreatedAt: w.now, CreatedBy: a.ID, UpdatedAt: w.now,
	}
	if err := w.texts(); err != nil {
		return Task{}, err
	}
	if w.t.Form != "" {
		f, err := assignableForm(ctx, tx, a.Workspace, w.t.Form)
		if err != nil {
			return Task{}, err
		}
		w.t.FormVersion = f.Published
	}
	for _, step := range []func(context.Context) error{w.belongs, w.assign, w.due} {
		if err := step(ctx); err != nil {
			return Task{}, err
		}
	}
	if err := tx.InsertTask(ctx, a.Workspace, w.t); err != nil {
		return Task{}, err
	}
	return w.t, w.note(ctx, VerbTaskCreated, "Task added", nil, n.Quiet)
}

// taskDone returns the task that a call made or changed; for a repeated call,
// as it is now.
func (s *Service) taskDone(ctx context.Context, a desk.Actor, op string, t Task, replay []string, err error) (Task, error) {
	if err == nil && len(replay) > 0 {
		t, err = s.getTask(ctx, s.store, a, desk.TaskID(replay[0]), s.store.Task)
	}
	if err != nil {
		return Task{}, desk.In(op, err)
	}
	t.at(s.now())
	hideTaskMaker(a, &t)
	return t, nil
}

func hideTaskMaker(a desk.Actor, t *Task) {
	if isContact(a) {
		t.CreatedBy = ""
	}
}

// getTask returns a task that the actor sees.
func (s *Service) getTask(ctx context.Context, r Reader, a desk.Actor, id desk.TaskID, read func(context.Context, desk.WorkspaceID, desk.TaskID) (Task, error)) (Task, error) {
	none := notFound("task")
	if !desk.IsID("task", string(id)) {
		return Task{}, none
	}
	t, err := read(ctx, a.Workspace, id)
	switch {
	case desk.KindOf(err) == desk.NotFound:
		return t, none
	case err != nil:
		return t, err
	}
	ok, err := sees(ctx, r, a, t.Ticket, t.AssigneeContact, t.Contact)
	if err == nil && !ok {
		err = none
	}
	if err != nil {
		return Task{}, err
	}
	t.at(s.now())
	return t, nil
}

// Task returns a task. It needs MayViewTasks or MayWriteTasks, and that the
// actor sees the ticket, or where there is none the contact; a contact sees what
// is assigned to it, as long as it sees the ticket.
func (s *Service) Task(ctx context.Context, a desk.Actor, id desk.TaskID) (Task, error) {
	const op = "requests.Task"
	if err := s.mayRead(ctx, a, "see tasks", MayViewTasks, MayWriteTasks); err != nil {
		return Task{}, desk.In(op, err)
	}
	t, err := s.getTask(ctx, s.store, a, id, s.store.Task)
	if err != nil {
		return Task{}, desk.In(op, err)
	}
	hideTaskMaker(a, &t)
	return t, nil
}

// TaskForm returns what the form of a task asks, in the task's version. It
// needs what Task needs.
func (s *Service) TaskForm(ctx context.Context, a desk.Actor, id desk.TaskID) (FormVersion, error) {
	const op = "requests.TaskForm"
	t, err := s.Task(ctx, a, id)
	if err != nil {
		return FormVersion{}, desk.In(op, err)
	}
	if t.Form == "" {
		return FormVersion{}, desk.In(op, notFound("form of the task"))
	}
	v, err := formVersion(ctx, s.store, a.Workspace, t.Form, t.FormVersion)
	if isContact(a) {
		v.PublishedBy = ""
	}
	return v, desk.In(op, err)
}

// UpdateTask changes a task; the version is the one the change was made on. It
// needs MayWriteTasks. A contact may move its own tasks between to do, in
// progress and completed, and change nothing else. A task with a form is
// completed by [Service.FillTask].
func (s *Service) UpdateTask(ctx context.Context, a desk.Actor, id desk.TaskID, version int64, p TaskPatch) (Task, error) {
	const op = "requests.UpdateTask"
	if err := checkFiller(a, "change tasks", MayWriteTasks); err != nil {
		return Task{}, desk.In(op, err)
	}
	input := struct {
		ID      desk.TaskID
		Version int64
		Patch   TaskPatch
	}{id, version, p}
	var t Task
	replay, err := s.write(ctx, a, op, input, func(tx Tx) ([]string, error) {
		var err error
		t, err = s.updateTask(ctx, tx, a, id, version, p)
		return []string{string(id)}, err
	})
	return s.taskDone(ctx, a, op, t, replay, err)
}

// begin locks a task for a change by an actor that sees it.
func (s *Service) begin(ctx context.Context, tx Tx, a desk.Actor, id desk.TaskID, version int64) (*working, error) {
	if isContact(a) {
		if _, err := lockSelf(ctx, tx, a); err != nil {
			return nil, err
		}
	}
	t, err := s.getTask(ctx, tx, a, id, tx.LockTask)
	if err != nil {
		return nil, err
	}
	if t.Version != version {
		return nil, stale("task")
	}
	return &working{s: s, tx: tx, a: a, now: desk.Moment(s.now()), before: t, t: t}, nil
}

func (s *Service) updateTask(ctx context.Context, tx Tx, a desk.Actor, id desk.TaskID, version int64, p TaskPatch) (Task, error) {
	w, err := s.begin(ctx, tx, a, id, version)
	if err != nil {
		return Task{}, err
	}
	if isContact(a) {
		if p.Title != nil || p.Description != nil || p.Assignee != nil || p.AssigneeContact != nil || p.Due != nil || p.Position != nil || p.Quiet ||
			p.State != nil && *p.State == Skipped {
			return Task{}, denied("You may say how far you are with a task, and no more.")
		}
	}
	w.apply(p)
	if err := w.texts(); err != nil {
		return Task{}, err
	}
	if p.State != nil {
		if err := w.move(*p.State); err != nil {
			return Task{}, err
		}
	}
	if err := w.assign(ctx); err != nil {
		return Task{}, err
	}
	if p.Due != nil || w.t.Due.Rule == DueAfterAssigned && !w.t.AssignedAt.Equal(w.before.AssignedAt) {
		if err := w.due(ctx); err != nil {
			return Task{}, err
		}
	}
	changes := taskDiff(&w.before, &w.t)
	if len(changes) == 0 {
		return w.t, nil
	}
	if err := w.keep(ctx); err != nil {
		return Task{}, err
	}
	verb, short := VerbTaskUpdated, "Task changed"
	if w.t.State != w.before.State {
		verb, short = VerbTaskMoved, "Task "+strings.ReplaceAll(string(w.t.State), "_", " ")
	}
	return w.t, w.note(ctx, verb, short, changes, p.Quiet)
}

// apply puts the patch onto the task, but for its state.
func (w *working) apply(p TaskPatch) {
	t := &w.t
	if p.Title != nil {
		t.Title = *p.Title
	}
	if p.Description != nil {
		t.Description = *p.Description
	}
	if p.Assignee != nil {
		if t.Assignee = *p.Assignee; *p.Assignee != "" && p.AssigneeContact == nil {
			t.AssigneeContact = ""
		}
	}
	if p.AssigneeContact != nil {
		if t.AssigneeContact = *p.AssigneeContact; *p.AssigneeContact != "" && p.Assignee == nil {
			t.Assignee = ""
		}
	}
	if p.Due != nil {
		t.Due = *p.Due
	}
	if p.Position != nil {
		t.Position = *p.Position
	}
}

// FillTask gives the answers to the form of a task, which completes it. The
// contact who does the task fills it in, or a member with MayWriteTasks. A
// contact must have portal access at this moment. The answers are the contact's
// whom the task is about. See [Service.Fill].
func (s *Service) FillTask(ctx context.Context, a desk.Actor, id desk.TaskID, version int64, f Filling) (Submission, error) {
	const op = "requests.FillTask"
	if err := checkFiller(a, "change tasks", MayWriteTasks); err != nil {
		return Submission{}, desk.In(op, err)
	}
	input := struct {
		ID      desk.TaskID
		Version int64
		F       Filling
	}{id, version, f}
	var sub Submission
	replay, err := s.write(ctx, a, op, input, func(tx Tx) ([]string, error) {
		var err error
		sub, err = s.fillTask(ctx, tx, a, id, version, f)
		return []string{string(sub.ID)}, err
	})
	return s.filled(ctx, a, op, sub, replay, err)
}

func (s *Service) fillTask(ctx context.Context, tx Tx, a desk.Actor, id desk.TaskID, version int64, f Filling) (Submission, error) {
	w, err := s.begin(ctx, tx, a, id, version)
	if err != nil {
		return Submission{}, err
	}
	t := &w.t
	switch {
	case t.Form == "":
		return Submission{}, invalid("form", "This task has no form to fill in.")
	case t.State.ended():
		return Submission{}, conflict("state", "This task is done already.")
	}
	if t.AssigneeContact != "" {
		if err := lockAnswerer(ctx, tx, a, t.AssigneeContact); err != nil {
			return Submission{}, err
		}
	}
	sub := Submission{Form: t.Form, FormVersion: t.FormVersion, Task: t.ID, Contact: t.Contact, Ticket: t.Ticket, At: w.now}
	if t.AssigneeContact != "" {
		sub.Contact = t.AssigneeContact
	}
	if err := s.answer(ctx, tx, a, &sub, f); err != nil {
		return Submission{}, err
	}
	t.Submission = sub.ID
	if err := w.move(Completed); err != nil {
		return Submission{}, err
	}
	if err := w.keep(ctx); err != nil {
		return Submission{}, err
	}
	if err := w.note(ctx, VerbTaskMoved, "Task completed", taskDiff(&w.before, t), true); err != nil {
		return Submission{}, err
	}
	return sub, s.noteFilled(ctx, tx, a, s.entries(a), &sub, []desk.ContactID{sub.Contact})
}

// DeleteTask removes a task for good; what was filled in for it stays with the
// ticket or the contact. Tasks that waited for it wait no more. It needs
// MayWriteTasks.
func (s *Service) DeleteTask(ctx context.Context, a desk.Actor, id desk.TaskID, version int64) error {
	const op = "requests.DeleteTask"
	if err := need(a, "change tasks", MayWriteTasks); err != nil {
		return desk.In(op, err)
	}
	input := struct {
		ID      desk.TaskID
		Version int64
	}{id, version}
	_, err := s.write(ctx, a, op, input, func(tx Tx) ([]string, error) {
		w, err := s.begin(ctx, tx, a, id, version)
		if err != nil {
			return nil, err
		}
		if err := tx.DeleteTask(ctx, a.Workspace, id); err != nil {
			return nil, err
		}
		return nil, w.note(ctx, VerbTaskDeleted, "Task removed", nil, true)
	})
	return desk.In(op, err)
}
