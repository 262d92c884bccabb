package requests

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Tasks returns a page of the tasks that match and that the actor sees, over
// all tickets, with their numbers by state. It needs what Task needs.
func (s *Service) Tasks(ctx context.Context, a desk.Actor, q TaskQuery, p desk.Page) (TaskList, error) {
	l, err := s.tasks(ctx, a, q, p)
	if err != nil {
		return TaskList{}, desk.In("requests.Tasks", err)
	}
	return l, nil
}

func (s *Service) tasks(ctx context.Context, a desk.Actor, q TaskQuery, p desk.Page) (TaskList, error) {
	var l TaskList
	if err := s.mayRead(ctx, a, "see tasks", MayViewTasks, MayWriteTasks); err != nil {
		return l, err
	}
	f, scope, err := taskFind(a, q)
	if err != nil {
		return l, err
	}
	if f.Limit, err = p.Size(); err != nil {
		return l, err
	}
	now := s.now()
	f.Now = now.UnixMicro()
	if l.Counts, err = s.store.CountTasks(ctx, a.Workspace, f); err != nil {
		return l, err
	}
	for st, n := range l.Counts {
		if len(f.States) == 0 || slices.Contains(f.States, st) {
			l.Count += n
		}
	}
	if f.After, f.Before, err = s.cursors.Place(scope, p.Cursor); err != nil {
		return l, err
	}
	found, err := s.store.FindTasks(ctx, a.Workspace, f)
	if err != nil {
		return l, err
	}
	for i := range found.Tasks {
		found.Tasks[i].at(now)
		hideTaskMaker(a, &found.Tasks[i])
	}
	l.Tasks = found.Tasks
	l.Next, l.Prev, err = s.cursors.Neighbours(scope, f.After, f.Before, found.Positions, found.More)
	return l, err
}

// The limits of a text that is looked for.
const (
	maxQuery = 200
	maxWords = 12
)

// taskFind checks a query, limits it to what the actor sees, and says what its
// cursors are bound to.
func taskFind(a desk.Actor, q TaskQuery) (TaskFind, string, error) {
	f := TaskFind{TaskFilter: q.TaskFilter, Sight: sight(a), Sort: q.Sort, Desc: q.Desc}
	if f.Sort == "" {
		f.Sort = SortDue
	}
	if !slices.Contains(TaskSorts, f.Sort) {
		return f, "", invalid("sort", "There is no such order of tasks.")
	}
	f.States = set(q.States)
	for _, st := range f.States {
		if !slices.Contains(TaskStates, st) {
			return f, "", invalid("states", "There is no such state of a task.")
		}
	}
	if err := checkIDs(map[string]string{"ticket": string(f.Ticket), "contact": string(f.Contact), "assignee": f.Assignee, "assignee_contact": string(f.AssigneeContact)}); err != nil {
		return f, "", err
	}
	if err := desk.CheckText("text", q.Text, maxQuery, true); err != nil {
		return f, "", err
	}
	if f.Words = strings.Fields(contacts.Fold(q.Text)); len(f.Words) > maxWords || utf8.RuneCountInString(q.Text) > maxQuery {
		return f, "", invalid("text", "Search for at most %d words.", maxWords)
	}
	f.DueFrom, f.DueUntil = moment(q.DueFrom), moment(q.DueUntil)
	scope := scopeOf("requests.Tasks", a, strings.Join(f.Words, " "), string(f.Ticket), string(f.Contact), f.Assignee, string(f.AssigneeContact),
		timeText(f.DueFrom), timeText(f.DueUntil), string(f.Sort), strconv.FormatBool(f.Desc))
	for _, st := range f.States {
		scope += "\x00" + string(st)
	}
	return f, scope, nil
}

// moment is a time as it is kept; none stays none.
func moment(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return desk.Moment(t)
}
