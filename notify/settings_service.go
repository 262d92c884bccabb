package notify

import (
	"context"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Settings returns the workspace's settings; the defaults have Version 0. Any
// actor of the workspace may read them.
func (s *Service) Settings(ctx context.Context, a desk.Actor) (Settings, error) {
	const op = "notify.Settings"
	if err := contacts.CheckActor(a); err != nil {
		return Settings{}, desk.In(op, err)
	}
	set, err := s.store.NotifySettings(ctx, a.Workspace)
	return set, desk.In(op, err)
}

// SaveSettings replaces the settings; the version is that of those it was made
// from, else the error is contacts.ErrStale. It needs MaySettings.
func (s *Service) SaveSettings(ctx context.Context, a desk.Actor, set Settings) (Settings, error) {
	const op = "notify.SaveSettings"
	if err := need(a, "change the rules about messages", MaySettings); err != nil {
		return Settings{}, desk.In(op, err)
	}
	if err := s.checkSettings(&set); err != nil {
		return Settings{}, desk.In(op, err)
	}
	kept := set
	replay, err := s.write(ctx, a, op, set, func(tx Tx) ([]string, error) {
		before, err := tx.NotifySettings(ctx, a.Workspace)
		if err != nil {
			return nil, err
		}
		if before.Version != set.Version {
			return nil, contacts.StaleSettings()
		}
		kept = set
		kept.Version++
		if err := tx.PutNotifySettings(ctx, a.Workspace, kept); err != nil {
			return nil, err
		}
		j := s.journal(a)
		changes := settingsDiff(&before, &kept)
		if err := j.Add(VerbSettings, "", "Rules about messages changed.", false, changes); err != nil {
			return nil, err
		}
		return nil, tx.Record(ctx, a.Workspace, j.All...)
	})
	if err == nil && replay != nil {
		kept, err = s.store.NotifySettings(ctx, a.Workspace)
	}
	if err != nil {
		return Settings{}, desk.In(op, err)
	}
	return kept, nil
}

// checkSettings checks and tidies settings.
func (s *Service) checkSettings(set *Settings) error {
	if set.Preset != "" && !slices.Contains(Presets, set.Preset) {
		return invalid("preset", "There is no such set of rules.")
	}
	for name := range set.Rules {
		if t := s.byName[name]; t == nil || t.Class == Direct || t.Always {
			return invalid("rules", "There is no rule for messages of the type %.60q.", name)
		}
	}
	var err error
	if set.Name, err = desk.CleanLine("name", set.Name, 100); err != nil {
		return err
	}
	if set.Footer, err = desk.CleanText("footer", set.Footer, 500); err != nil {
		return err
	}
	for field, v := range map[string]*string{"from": &set.From, "reply_to": &set.ReplyTo} {
		if *v == "" {
			continue
		}
		addr, err := contacts.ParseEmail(*v)
		if err != nil {
			return invalid(field, "This is not an email address. Write it as name@example.com.")
		}
		*v = addr.Entered
	}
	if set.BaseURL, err = cleanBase("base_url", set.BaseURL); err != nil {
		return err
	}
	set.Language, err = cleanTag("language", set.Language)
	return err
}

// cleanBase checks the address of a workspace's pages.
func cleanBase(field, s string) (string, error) {
	s = strings.TrimRight(strings.TrimSpace(s), "/")
	if s == "" {
		return "", nil
	}
	u, err := url.Parse(s)
	if err != nil || len(s) > 200 || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" ||
		u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.ContainsAny(s, " \"'<>\\\r\n\x00") {
		return "", invalid(field, "This is not the address of a site. Write it like https://help.example.com.")
	}
	return s, nil
}

var languageTag = regexp.MustCompile(`^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}$`)

// cleanTag checks a language tag.
func cleanTag(field, s string) (string, error) {
	s = strings.TrimSpace(s)
	if s != "" && !languageTag.MatchString(s) {
		return "", invalid(field, "This is not a language. Write its code, such as en or de-CH.")
	}
	return s, nil
}

// settingsDiff lists what changed.
func settingsDiff(before, after *Settings) []desk.Change {
	var cs desk.Changes
	cs.Add("preset", string(before.Preset), string(after.Preset))
	cs.Add("name", before.Name, after.Name)
	cs.Add("from", maskAddress(before.From), maskAddress(after.From))
	cs.Add("reply_to", maskAddress(before.ReplyTo), maskAddress(after.ReplyTo))
	cs.Add("base_url", before.BaseURL, after.BaseURL)
	cs.Add("language", before.Language, after.Language)
	cs.Add("footer", before.Footer, after.Footer)
	return append(cs, switchDiff("rules.", before.Rules, after.Rules)...)
}

// switchDiff lists the types whose switch changed.
func switchDiff(prefix string, before, after map[string]bool) []desk.Change {
	var cs desk.Changes
	names := maps.Clone(before)
	if names == nil {
		names = map[string]bool{}
	}
	maps.Copy(names, after)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		cs.Add(prefix+name, switchText(before, name), switchText(after, name))
	}
	return cs
}

func switchText(m map[string]bool, name string) string {
	on, ok := m[name]
	switch {
	case !ok:
		return ""
	case on:
		return "on"
	}
	return "off"
}
