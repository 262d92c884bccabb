package contacts

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
)

// Settings returns the workspace's settings; the defaults have Version 0. Any
// actor of the workspace may read them.
func (s *Service) Settings(ctx context.Context, a desk.Actor) (Settings, error) {
	const op = "contacts.Settings"
	if err := CheckActor(a); err != nil {
		return Settings{}, desk.In(op, err)
	}
	set, err := s.store.Settings(ctx, a.Workspace)
	return set, desk.In(op, err)
}

// SaveSettings replaces the settings; the version is that of those it was made
// from. It needs MaySettings. A new region does not change the phones that
// were read before; a new rule about names holds for later changes.
func (s *Service) SaveSettings(ctx context.Context, a desk.Actor, set Settings) (Settings, error) {
	const op = "contacts.SaveSettings"
	if err := need(a, "change settings", MaySettings); err != nil {
		return Settings{}, desk.In(op, err)
	}
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
		kept, err = s.store.Settings(ctx, a.Workspace)
	}
	if err != nil {
		return Settings{}, desk.In(op, err)
	}
	return kept, nil
}

func (s *Service) saveSettings(ctx context.Context, tx Tx, a desk.Actor, set Settings) (Settings, error) {
	before, err := tx.Settings(ctx, a.Workspace)
	if err != nil {
		return before, err
	}
	if before.Version != set.Version {
		return before, StaleSettings()
	}
	changes := settingsDiff(before, set)
	if len(changes) == 0 {
		return before, nil
	}
	set.Version++
	if err := tx.PutSettings(ctx, a.Workspace, set); err != nil {
		return before, err
	}
	j := s.journal(a, desk.Moment(s.now()), "")
	if err := j.Add(VerbSettings, "", changeSummary("Settings changed", changes), false, changes); err != nil {
		return before, err
	}
	return set, tx.Record(ctx, a.Workspace, j.All...)
}

func checkSettings(set *Settings) error {
	switch set.Required {
	case "", AnyIdentifier, LastName, FirstAndLastName:
	default:
		return invalid("required", "There is no such rule about names.")
	}
	set.Region = strings.ToUpper(strings.TrimSpace(set.Region))
	if set.Region != "" && !isRegion(set.Region) {
		return invalid("region", "This is not a country. Write its two-letter code, such as GB or DE.")
	}
	if !set.CallHours.valid() {
		return invalid("call_hours", "Hours for calls begin and end within one day, in minutes after midnight.")
	}
	var err error
	set.TimeZone, err = cleanZone(set.TimeZone)
	return err
}

func settingsDiff(was, is Settings) []desk.Change {
	var cs desk.Changes
	cs.Add("required", string(was.Required), string(is.Required))
	cs.Add("region", was.Region, is.Region)
	cs.Add("allow_import", boolText(was.AllowImport), boolText(is.AllowImport))
	cs.Add("skip_access_log", boolText(was.SkipAccessLog), boolText(is.SkipAccessLog))
	cs.Add("call_hours", was.CallHours.String(), is.CallHours.String())
	cs.Add("time_zone", was.TimeZone, is.TimeZone)
	return cs
}

// Fields returns the definitions of the custom fields that the actor may see,
// by position and key.
func (s *Service) Fields(ctx context.Context, a desk.Actor) ([]FieldDef, error) {
	const op = "contacts.Fields"
	if err := CheckActor(a); err != nil {
		return nil, desk.In(op, err)
	}
	defs, err := s.fieldsFor(ctx, a)
	return defs, desk.In(op, err)
}

func (s *Service) fieldsFor(ctx context.Context, a desk.Actor) ([]FieldDef, error) {
	defs, err := s.store.Fields(ctx, a.Workspace)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(defs, func(d FieldDef) bool {
		return a.Access("contact.custom."+d.Key) == desk.Hidden
	}), nil
}

// DefineField adds a custom field, or changes the label, choices, position or
// searchability of one; its type stays. Values that are no longer among the
// choices are kept. It needs MaySettings.
func (s *Service) DefineField(ctx context.Context, a desk.Actor, f FieldDef) error {
	const op = "contacts.DefineField"
	if err := need(a, "define custom fields", MaySettings); err != nil {
		return desk.In(op, err)
	}
	if err := checkDef(&f); err != nil {
		return desk.In(op, err)
	}
	if x := a.Access("contact.custom." + f.Key); x != desk.FullAccess {
		return desk.In(op, restricted("custom."+f.Key, x))
	}
	_, err := s.write(ctx, a, op, f, func(tx Tx) ([]string, error) {
		before, err := defineable(ctx, tx, a.Workspace, f)
		if err != nil {
			return nil, err
		}
		changes := fieldDiff(before, f)
		if len(changes) == 0 {
			return nil, nil
		}
		if err := tx.PutField(ctx, a.Workspace, f); err != nil {
			return nil, err
		}
		j := s.journal(a, desk.Moment(s.now()), "")
		if err := j.Add(VerbFieldDefined, "", "Custom field "+f.Key+" defined.", false, changes); err != nil {
			return nil, err
		}
		return nil, tx.Record(ctx, a.Workspace, j.All...)
	})
	return desk.In(op, err)
}

// defineable checks a definition against those that there are, and returns
// the one it replaces.
func defineable(ctx context.Context, tx Tx, w desk.WorkspaceID, f FieldDef) (before FieldDef, err error) {
	defs, err := tx.Fields(ctx, w)
	if err != nil {
		return before, err
	}
	searchable := 0
	for _, d := range defs {
		if d.Key == f.Key {
			before = d
		} else if d.Searchable {
			searchable++
		}
	}
	switch {
	case before.Key != "" && before.Type != f.Type:
		return before, invalid("type", "The type of a custom field cannot be changed. Define another field.")
	case before.Key == "" && len(defs) >= maxFields:
		return before, desk.Errorf(desk.Limited, "key", "A workspace has at most %d custom fields.", maxFields)
	case f.Searchable && searchable >= maxSearchable:
		return before, desk.Errorf(desk.Limited, "searchable", "At most %d custom fields can be searched.", maxSearchable)
	}
	return before, nil
}

func fieldDiff(was, is FieldDef) []desk.Change {
	var cs desk.Changes
	cs.Add("key", was.Key, is.Key)
	cs.Add("label", was.Label, is.Label)
	cs.Add("type", string(was.Type), string(is.Type))
	cs.Add("choices", strings.Join(was.Choices, "; "), strings.Join(is.Choices, "; "))
	cs.Add("searchable", boolText(was.Searchable), boolText(is.Searchable))
	cs.Add("position", strconv.Itoa(was.Position), strconv.Itoa(is.Position))
	return cs
}

// RemoveField removes a custom field's definition. Its values are no longer
// shown or searched; they are kept, and are there again when a field with the
// key is defined anew. It needs MaySettings.
func (s *Service) RemoveField(ctx context.Context, a desk.Actor, key string) error {
	const op = "contacts.RemoveField"
	if err := need(a, "define custom fields", MaySettings); err != nil {
		return desk.In(op, err)
	}
	if x := a.Access("contact.custom." + key); x != desk.FullAccess {
		return desk.In(op, restricted("custom."+key, x))
	}
	_, err := s.write(ctx, a, op, key, func(tx Tx) ([]string, error) {
		defs, err := tx.Fields(ctx, a.Workspace)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(defs, func(d FieldDef) bool { return d.Key == key }) {
			return nil, desk.Errorf(desk.NotFound, "key", "There is no such custom field.")
		}
		if err := tx.DeleteField(ctx, a.Workspace, key); err != nil {
			return nil, err
		}
		j := s.journal(a, desk.Moment(s.now()), "")
		if err := j.Add(VerbFieldRemoved, "", "Custom field "+key+" removed.", false, nil); err != nil {
			return nil, err
		}
		return nil, tx.Record(ctx, a.Workspace, j.All...)
	})
	return desk.In(op, err)
}
