package storage

import (
	"context"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets/requests"
)

const taskColumns = `x.id, x.version, x.state, x.title, x.description, x.assignee, COALESCE(x.assignee_contact, ''), COALESCE(x.contact_id, ''), COALESCE(x.ticket_id, ''),
	COALESCE((SELECT k.number FROM desk_tickets AS k WHERE k.workspace_id = x.workspace_id AND k.id = x.ticket_id), 0),
	COALESCE((SELECT k.subject FROM desk_tickets AS k WHERE k.workspace_id = x.workspace_id AND k.id = x.ticket_id), ''),
	x.due_at, x.due_rule, x.due_days, COALESCE(x.due_after, ''), COALESCE(x.form_id, ''), x.form_version, COALESCE(x.submission_id, ''), x.position,
	x.assigned_at, x.done_at, x.created_at, x.created_by, x.updated_at`

func scanTask(row scanner, more ...any) (requests.Task, error) {
	var t requests.Task
	var due, assigned, done, created, updated int64
	to := []any{
		(*string)(&t.ID), &t.Version, (*string)(&t.State), &t.Title, &t.Description, &t.Assignee, (*string)(&t.AssigneeContact), (*string)(&t.Contact), (*string)(&t.Ticket),
		&t.TicketNumber, &t.TicketSubject, &due, (*string)(&t.Due.Rule), &t.Due.Days, (*string)(&t.Due.After), (*string)(&t.Form), &t.FormVersion, (*string)(&t.Submission), &t.Position,
		&assigned, &done, &created, &t.CreatedBy, &updated,
	}
	if err := row.Scan(append(to, more...)...); err != nil {
		return requests.Task{}, err
	}
	t.DueAt, t.AssignedAt, t.DoneAt, t.CreatedAt, t.UpdatedAt = instant(due), instant(assigned), instant(done), instant(created), instant(updated)
	if t.Due.Rule == requests.DueFixed {
		t.Due.At = t.DueAt
	}
	return t, nil
}

// Task returns a task.
func (r *rows) Task(ctx context.Context, w desk.WorkspaceID, id desk.TaskID) (requests.Task, error) {
	return scanTask(r.queryRow(ctx, `SELECT `+taskColumns+` FROM desk_tasks AS x WHERE x.workspace_id = $1 AND x.id = $2`, string(w), string(id)))
}

// LockTask reads a task and keeps others from changing it until the end.
func (t writer) LockTask(ctx context.Context, w desk.WorkspaceID, id desk.TaskID) (requests.Task, error) {
	return scanTask(t.queryRow(ctx, `SELECT `+taskColumns+` FROM desk_tasks AS x WHERE x.workspace_id = $1 AND x.id = $2`+t.d.ForUpdate, string(w), string(id)))
}

// TasksAfter returns the tasks that are due after another one is done.
func (r *rows) TasksAfter(ctx context.Context, w desk.WorkspaceID, id desk.TaskID) ([]requests.Task, error) {
	rs, err := r.query(ctx, `SELECT `+taskColumns+` FROM desk_tasks AS x WHERE x.workspace_id = $1 AND x.due_after = $2 ORDER BY x.id`, string(w), string(id))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	var all []requests.Task
	for rs.Next() {
		t, err := scanTask(rs)
		if err != nil {
			return nil, r.mapError(err)
		}
		all = append(all, t)
	}
	return all, r.mapError(rs.Err())
}

// shownState is the state that a task shows; the argument is the time.
func shownState(c *conditions, now int64) string {
	return `(CASE WHEN x.state IN ('to_do', 'in_progress') AND x.due_at > 0 AND x.due_at < ` + c.arg(now) + ` THEN 'overdue' ELSE x.state END)`
}

func (r *rows) tasksWhere(w desk.WorkspaceID, f requests.TaskFind) *conditions {
	c := &conditions{}
	c.add("x.workspace_id = ?", string(w))
	c.equal("x.ticket_id", string(f.Ticket))
	c.equal("x.assignee", f.Assignee)
	c.equal("x.assignee_contact", string(f.AssigneeContact))
	if f.Contact != "" {
		c.add("(x.contact_id = ? OR x.assignee_contact = ?)", string(f.Contact))
	}
	if !f.DueFrom.IsZero() {
		c.add("x.due_at >= ?", micros(f.DueFrom))
	}
	if !f.DueUntil.IsZero() {
		c.add("x.due_at > 0 AND x.due_at < ?", micros(f.DueUntil))
	}
	for _, word := range f.Words {
		c.add(r.d.IndexOf+"(x.search, ?) > 0", word)
	}
	c.see(f.Sight, "assignee_contact")
	return c
}

// CountTasks counts the tasks that match, by the state they show.
func (r *rows) CountTasks(ctx context.Context, w desk.WorkspaceID, f requests.TaskFind) (map[requests.TaskState]int, error) {
	c := r.tasksWhere(w, f)
	where := c.sql()
	rs, err := r.query(ctx, `SELECT s, COUNT(*) FROM (SELECT `+shownState(c, f.Now)+` AS s FROM desk_tasks AS x WHERE `+where+`) AS q GROUP BY s`, c.args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	all := map[requests.TaskState]int{}
	for rs.Next() {
		var s string
		var n int
		if err := rs.Scan(&s, &n); err != nil {
			return nil, r.mapError(err)
		}
		all[requests.TaskState(s)] = n
	}
	return all, r.mapError(rs.Err())
}

// taskKeys are what the orders compare. Tasks that are never due come last.
var taskKeys = map[requests.TaskSort]string{
	requests.SortDue:      "(CASE WHEN x.due_at = 0 THEN 9223372036854775807 ELSE x.due_at END)",
	requests.SortPosition: "x.position",
	requests.SortTitle:    "x.title_key",
	requests.SortCreated:  "x.created_at",
	requests.SortUpdated:  "x.updated_at",
}

// FindTasks returns the tasks that match, in order.
func (r *rows) FindTasks(ctx context.Context, w desk.WorkspaceID, f requests.TaskFind) (requests.TasksFound, error) {
	c := r.tasksWhere(w, f)
	if len(f.States) > 0 {
		shown := shownState(c, f.Now)
		c.args = append(c.args, r.d.texts(plain(f.States)))
		c.where = append(c.where, shown+" "+r.d.inTexts(len(c.args)))
	}
	order := taskOrder(c, f)
	key := taskKeys[f.Sort]
	rs, err := r.query(ctx, `SELECT `+taskColumns+`, `+key+` FROM desk_tasks AS x WHERE `+c.sql()+order, c.args...)
	if err != nil {
		return requests.TasksFound{}, err
	}
	defer func() { _ = rs.Close() }()
	var found requests.TasksFound
	for rs.Next() {
		t, pos, err := scanTaskAt(rs, f.Sort)
		if err != nil {
			return requests.TasksFound{}, r.mapError(err)
		}
		found.Tasks, found.Positions = append(found.Tasks, t), append(found.Positions, pos)
	}
	if err := rs.Err(); err != nil {
		return requests.TasksFound{}, r.mapError(err)
	}
	if n := f.Limit; len(found.Tasks) > n {
		found.Tasks, found.Positions, found.More = found.Tasks[:n], found.Positions[:n], true
	}
	if f.Before != nil {
		slices.Reverse(found.Tasks)
		slices.Reverse(found.Positions)
	}
	return found, nil
}

// taskOrder limits tasks to a page and orders them. A page ahead of a place is
// read backwards, and one row more than asked for is read.
func taskOrder(c *conditions, f requests.TaskFind) string {
	backwards := f.Desc != (f.Before != nil)
	compare, order := " > ", " ASC"
	if backwards {
		compare, order = " < ", " DESC"
	}
	key := taskKeys[f.Sort]
	if at := cmpPosition(f.After, f.Before); at != nil {
		var k string
		if f.Sort == requests.SortTitle {
			k = c.arg(string(at.Key))
		} else {
			k = c.arg(bytesInt(at.Key))
		}
		c.where = append(c.where, "("+key+compare+k+" OR "+key+" = "+k+" AND x.id"+compare+c.arg(at.ID)+")")
	}
	return " ORDER BY " + key + order + ", x.id" + order + " LIMIT " + c.arg(int64(f.Limit)+1)
}

func cmpPosition(after, before *desk.Position) *desk.Position {
	if before != nil {
		return before
	}
	return after
}

// scanTaskAt reads a task and its place in an order.
func scanTaskAt(row scanner, by requests.TaskSort) (requests.Task, desk.Position, error) {
	var text string
	var number int64
	if by == requests.SortTitle {
		t, err := scanTask(row, &text)
		return t, desk.Position{Key: []byte(text), ID: string(t.ID)}, err
	}
	t, err := scanTask(row, &number)
	return t, desk.Position{Key: binary.BigEndian.AppendUint64(nil, uint64(number)), ID: string(t.ID)}, err
}

// bytesInt reads a number as scanTaskAt wrote it.
func bytesInt(b []byte) int64 {
	if len(b) != 8 {
		return 0
	}
	return int64(binary.BigEndian.Uint64(b))
}

var (
	taskTable = newTable("desk_tasks", "=workspace_id", "id", "version:bigint", "state", "title", "title_key", "description", "search", "assignee", "assignee_contact",
		"contact_id", "ticket_id", "due_at:bigint", "due_rule", "due_days:bigint", "due_after", "form_id", "form_version:bigint", "submission_id", "position:bigint",
		"assigned_at:bigint", "done_at:bigint", "created_at:bigint", "created_by", "updated_at:bigint")
	updateTask = taskUpdate()
)

// taskUpdate writes the update of a whole task: its arguments are the columns
// of taskTable, and the version that is stored.
func taskUpdate() string {
	var set []string
	for i, c := range taskTable.columns[2:] {
		set = append(set, c+" = "+dollar(i+3))
	}
	return "UPDATE desk_tasks SET " + strings.Join(set, ", ") + " WHERE workspace_id = $1 AND id = $2 AND version = " + dollar(len(taskTable.columns)+1)
}

// taskValues are the values of taskTable.
func taskValues(w desk.WorkspaceID, t *requests.Task) []any {
	return []any{
		string(w), string(t.ID), t.Version, string(t.State), t.Title, contacts.Fold(t.Title), t.Description, contacts.Fold(t.Title + " " + t.Description),
		t.Assignee, orNull(t.AssigneeContact), orNull(t.Contact), orNull(t.Ticket), micros(t.DueAt), string(t.Due.Rule), int64(t.Due.Days), orNull(t.Due.After),
		orNull(t.Form), int64(t.FormVersion), orNull(t.Submission), int64(t.Position), micros(t.AssignedAt), micros(t.DoneAt), micros(t.CreatedAt), t.CreatedBy, micros(t.UpdatedAt),
	}
}

// InsertTask adds a task.
func (t writer) InsertTask(ctx context.Context, w desk.WorkspaceID, x requests.Task) error {
	_, err := t.exec(ctx, taskTable.one, taskValues(w, &x)...)
	return err
}

// UpdateTask replaces a task whose stored version is one less.
func (t writer) UpdateTask(ctx context.Context, w desk.WorkspaceID, x requests.Task) error {
	n, err := changed(t.exec(ctx, updateTask, append(taskValues(w, &x), x.Version-1)...))
	if err == nil && n == 0 {
		err = stale()
	}
	return err
}

// DeleteTask removes a task. Those that waited for it wait no more.
func (t writer) DeleteTask(ctx context.Context, w desk.WorkspaceID, id desk.TaskID) error {
	_, err := t.exec(ctx, `UPDATE desk_tasks SET due_after = NULL, due_rule = '', due_days = 0, version = version + 1 WHERE workspace_id = $1 AND due_after = $2`, string(w), string(id))
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, `DELETE FROM desk_tasks WHERE workspace_id = $1 AND id = $2`, string(w), string(id))
	return err
}
