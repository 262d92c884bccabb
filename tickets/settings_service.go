package tickets

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Settings returns the workspace's settings, with the defaults in place of what
// it has not chosen; those of a workspace that has chosen nothing have Version
// 0. Any member or system of the workspace may read them; a contact that sees
// tickets gets statuses, priorities and categories.
func (s *Service) Settings(ctx context.Context, a desk.Actor) (Settings, error) {
	const op = "tickets.Settings"
	if err := checkActor(a); err != nil {
		return Settings{}, desk.In(op, err)
	}
	if a.Kind == desk.ContactActor {
		if _, err := s.viewer(ctx, s.store, a); err != nil {
			return Settings{}, desk.In(op, err)
		}
	}
	set, err := settingsOf(ctx, s.store, a.Workspace)
	if a.Kind == desk.ContactActor {
		set.Assignees = nil
	}
	return set, desk.In(op, err)
}

// SaveSettings replaces the settings; the version is that of those they were
// made from. A status, priority or category that a ticket has cannot be taken
// away, nor an assignee with open tickets; nor can such a status get another class or such a priority
// another rank: the error is a desk.Conflict. It needs MaySettings.
func (s *Service) SaveSettings(ctx context.Context, a desk.Actor, set Settings) (Settings, error) {
	const op = "tickets.SaveSettings"
	if err := need(a, "change the settings of tickets", MaySettings); err != nil {
		return Settings{}, desk.In(op, err)
	}
	set = set.withDefaults()
	if err := checkSettings(&set); err != nil {
		return Settings{}, desk.In(op, err)
	}
	kept := set
	replay, err := s.write(ctx, a, op, set, func(tx Tx) ([]string, error) {
		var err error
		kept, err = s.saveSettings(ctx, tx, a, set)
		return nil, err
	})
	if err == nil && replay != nil {
		kept, err = settingsOf(ctx, s.store, a.Workspace)
	}
	if err != nil {
		return Settings{}, desk.In(op, err)
	}
	return kept, nil
}

func (s *Service) saveSettings(ctx context.Context, tx Tx, a desk.Actor, set Settings) (Settings, error) {
	before, err := settingsOf(ctx, tx, a.Workspace)
	if err != nil {
		return before, err
	}
	if before.Version != set.Version {
		return before, contacts.StaleSettings()
	}
	changes, err := settingsDiff(before, set)
	if err != nil || len(changes) == 0 {
		return before, err
	}
	for _, u := range given(before, set) {
		found, err := tx.FindTickets(ctx, a.Workspace, Find{Facets: u.facets, Limit: 1})
		if err != nil {
			return before, err
		}
		if len(found.Tickets) > 0 {
			return before, conflict(u.field, "There are tickets with “%s”. Give them another value first; nothing was changed.", desk.OneLine(u.label))
		}
	}
	set.Version++
	if err := tx.PutTicketSettings(ctx, a.Workspace, set); err != nil {
		return before, err
	}
	j := s.entries(a, desk.Moment(s.now()), "")
	if err := j.Add(VerbSettings, "", "Settings of tickets changed.", false, changes); err != nil {
		return before, err
	}
	return set, tx.Record(ctx, a.Workspace, j.All...)
}

// value is one that tickets may have.
type value struct {
	field, label string
	// facets are those of the tickets that have it.
	facets [][]string
}

// given returns the values that the new settings give up, or give another meaning.
func given(was, is Settings) []value {
	var all []value
	for _, x := range was.Statuses {
		if y, ok := is.Status(x.Key); !ok || y.Class != x.Class {
			all = append(all, value{"statuses", x.Label, [][]string{{"status=" + x.Key}}})
		}
	}
	for _, x := range was.Priorities {
		if y, ok := is.Priority(x.Key); !ok || y.Rank != x.Rank {
			all = append(all, value{"priorities", x.Label, [][]string{{"priority=" + x.Key}}})
		}
	}
	for _, x := range was.Categories {
		if _, ok := is.Category(x.Key); !ok {
			all = append(all, value{"categories", x.Label, [][]string{{"category=" + x.Key}}})
		}
	}
	for _, x := range was.Assignees {
		if len(is.Assignees) > 0 && !is.assignable(x.ID) {
			all = append(all, value{"assignees", cmp.Or(x.Name, x.ID), [][]string{{"assignee=" + x.ID}, {"open=1"}}})
		}
	}
	return all
}

func checkSettings(set *Settings) error {
	if err := checkStatuses(set); err != nil {
		return err
	}
	if err := checkPriorities(set); err != nil {
		return err
	}
	c := choices{field: "categories"}
	for i := range set.Categories {
		c.add(set.Categories[i].Key, &set.Categories[i].Label)
	}
	if c.err != nil {
		return c.err
	}
	if set.DefaultCategory != "" && !c.seen[set.DefaultCategory] {
		return invalid("default_category", "There is no such category.")
	}
	if err := checkAssignees(set); err != nil {
		return err
	}
	if set.MaxMessage < 0 || set.MaxMessage > maxMessage {
		return invalid("max_message", "A message can have at most %d kB.", maxMessage>>10)
	}
	if set.MaxAttachment < 0 || set.MaxAttachment > maxFile {
		return invalid("max_attachment", "A file can have at most %d MB.", maxFile>>20)
	}
	return nil
}

func checkStatuses(set *Settings) error {
	c := choices{field: "statuses"}
	has := map[Class]bool{}
	for i := range set.Statuses {
		x := &set.Statuses[i]
		c.add(x.Key, &x.Label)
		if !slices.Contains(Classes, x.Class) {
			return invalid("statuses", "There is no such class of statuses.")
		}
		has[x.Class] = true
	}
	if c.err != nil {
		return c.err
	}
	if !has[Open] || !has[Closed] {
		return invalid("statuses", "There must be a status of the class open, and one of the class closed.")
	}
	for _, d := range []struct{ field, key string }{{"default_status", set.DefaultStatus}, {"reopen_status", set.ReopenStatus}} {
		if x, ok := set.Status(d.key); !ok || x.Class == Closed {
			return invalid(d.field, "This must be one of the statuses, and none that closes a ticket.")
		}
	}
	return nil
}

func checkPriorities(set *Settings) error {
	c := choices{field: "priorities"}
	for i := range set.Priorities {
		c.add(set.Priorities[i].Key, &set.Priorities[i].Label)
		if r := set.Priorities[i].Rank; r < 0 || r > 1_000_000 {
			return invalid("priorities", "A rank is 0 to 1,000,000.")
		}
	}
	if c.err == nil && !c.seen[set.DefaultPriority] {
		return invalid("default_priority", "There is no such priority.")
	}
	return c.err
}

func checkAssignees(set *Settings) error {
	if len(set.Assignees) > maxAssignees {
		return desk.Errorf(desk.Limited, "assignees", "There can be at most %d assignees.", maxAssignees)
	}
	seen := map[string]bool{}
	for i := range set.Assignees {
		x := &set.Assignees[i]
		var err error
		if x.ID, err = desk.CleanLine("assignees", x.ID, maxMember); err != nil {
			return err
		}
		if x.Name, err = desk.CleanLine("assignees", x.Name, maxLabel); err != nil {
			return err
		}
		if x.ID == "" || seen[x.ID] {
			return invalid("assignees", "Each assignee needs an id of its own.")
		}
		seen[x.ID] = true
	}
	return nil
}

// choices checks a list of keys and labels.
type choices struct {
	field string
	seen  map[string]bool
	err   error
}

func (c *choices) add(key string, label *string) {
	if c.err != nil {
		return
	}
	if c.seen == nil {
		c.seen = map[string]bool{}
	}
	switch {
	case key == "" || len(key) > maxKey || strings.Trim(key, "abcdefghijklmnopqrstuvwxyz0123456789_-") != "":
		c.err = invalid(c.field, "A key has 1 to %d lower-case letters, digits, dashes and underscores.", maxKey)
	case c.seen[key]:
		c.err = invalid(c.field, "The key %s stands there twice.", key)
	case len(c.seen) >= maxChoices:
		c.err = desk.Errorf(desk.Limited, c.field, "There can be at most %d of them.", maxChoices)
	default:
		c.seen[key] = true
		*label, c.err = desk.CleanLine(c.field, *label, maxLabel)
		if c.err == nil && *label == "" {
			*label = key
		}
	}
}

// settingsDiff returns the settings that differ, as JSON.
func settingsDiff(was, is Settings) ([]desk.Change, error) {
	names := []string{}
	fields := [2]map[string]json.RawMessage{}
	for i, s := range []Settings{was, is} {
		b, err := json.Marshal(s)
		if err == nil {
			err = json.Unmarshal(b, &fields[i])
		}
		if err != nil {
			return nil, err
		}
		for name := range fields[i] {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var cs desk.Changes
	for _, name := range slices.Compact(names) {
		cs.Add(name, string(fields[0][name]), string(fields[1][name]))
	}
	return cs, nil
}
