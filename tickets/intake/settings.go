package intake

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Settings are a workspace's choices about mail. The zero value, with Version
// 0, stands for the defaults: mail for any address is taken, and no sender is
// believed. Whether an answer opens a closed ticket is tickets.Settings' to say.
type Settings struct {
	Version int64 `json:"-"`
	// Mailboxes are the addresses that are ours; at most 100. A message from
	// one of them is ignored.
	Mailboxes []Mailbox `json:"mailboxes,omitempty"`
	// AuthServers are the names (authserv-id, RFC 8601) under which the
	// workspace's own mail servers write Authentication-Results. Only such a
	// server may be named that takes those away which a message brings with it.
	AuthServers []string `json:"auth_servers,omitempty"`
	// Pending is how many people of To and Cc one message can bring to a
	// ticket, to wait there; 0 is 20, negative none.
	Pending int `json:"pending,omitempty"`
	// NoAcknowledgement: nobody is told that a message has arrived.
	NoAcknowledgement bool `json:"no_acknowledgement,omitempty"`
}

// Mailbox is an address that is ours, and what its tickets begin with.
type Mailbox struct {
	Address string `json:"address"`
	// Aliases are further addresses of the mailbox; at most 20.
	Aliases []string `json:"aliases,omitempty"`
	// Priority, Category and Assignee are those of new tickets; empty, or no
	// longer there: the workspace's defaults.
	Priority string `json:"priority,omitempty"`
	Category string `json:"category,omitempty"`
	Assignee string `json:"assignee,omitempty"`
}

// The limits of settings.
const (
	maxMailboxes   = 100
	maxAliases     = 20
	maxAuthServers = 20
	defaultPending = 20
	mostPending    = 50
)

// pending is how many people one message can bring.
func (s *Settings) pending() int {
	switch {
	case s.Pending < 0:
		return 0
	case s.Pending == 0:
		return defaultPending
	}
	return min(s.Pending, mostPending)
}

// mailbox returns the mailbox that has the address, with or without something
// behind a plus, or nil.
func (s *Settings) mailbox(address string) *Mailbox {
	key := withoutPlus(address)
	if key == "" {
		return nil
	}
	for i := range s.Mailboxes {
		b := &s.Mailboxes[i]
		if withoutPlus(b.Address) == key || slices.ContainsFunc(b.Aliases, func(a string) bool { return withoutPlus(a) == key }) {
			return b
		}
	}
	return nil
}

// Has reports whether the address is one of the mailboxes', with or without
// something behind a plus.
func (s *Settings) Has(address string) bool { return s.mailbox(address) != nil }

// withoutPlus returns the address' canonical form without what is behind a plus.
func withoutPlus(address string) string {
	e, err := contacts.ParseEmail(address)
	if err != nil {
		return ""
	}
	local, domain, _ := strings.Cut(e.Key, "@")
	local, _, _ = strings.Cut(local, "+")
	return local + "@" + domain
}

// Settings returns the workspace's settings. It needs MaySettings or MayInspect.
func (s *Service) Settings(ctx context.Context, a desk.Actor) (Settings, error) {
	const op = "intake.Settings"
	err := need(a, "see the settings of mail", MaySettings)
	if err != nil {
		err = need(a, "see the settings of mail", MayInspect)
	}
	if err != nil {
		return Settings{}, desk.In(op, err)
	}
	set, err := s.store.IntakeSettings(ctx, a.Workspace)
	return set, desk.In(op, err)
}

// SaveSettings replaces the settings; the version is that of those it was made
// from. It needs MaySettings.
func (s *Service) SaveSettings(ctx context.Context, a desk.Actor, set Settings) (Settings, error) {
	const op = "intake.SaveSettings"
	if err := need(a, "change the settings of mail", MaySettings); err != nil {
		return Settings{}, desk.In(op, err)
	}
	if err := set.check(); err != nil {
		return Settings{}, desk.In(op, err)
	}
	kept := set
	replay, err := s.write(ctx, a, op, set, func(tx Tx) ([]string, error) {
		before, err := tx.IntakeSettings(ctx, a.Workspace)
		if err != nil {
			return nil, err
		}
		if before.Version != set.Version {
			return nil, contacts.StaleSettings()
		}
		kept = set
		kept.Version++
		if err := tx.PutIntakeSettings(ctx, a.Workspace, kept); err != nil {
			return nil, err
		}
		j := s.entries(a, "")
		change := desk.Change{Field: "mailboxes", Old: strconv.Itoa(len(before.Mailboxes)), New: strconv.Itoa(len(kept.Mailboxes))}
		if err := j.Add(VerbSettings, "", "Settings of mail changed.", false, []desk.Change{change}); err != nil {
			return nil, err
		}
		return nil, tx.Record(ctx, a.Workspace, j.All...)
	})
	if err == nil && replay != nil {
		kept, err = s.store.IntakeSettings(ctx, a.Workspace)
	}
	if err != nil {
		return Settings{}, desk.In(op, err)
	}
	return kept, nil
}

// check checks settings that are to be saved.
func (s *Settings) check() error {
	if len(s.Mailboxes) > maxMailboxes || len(s.AuthServers) > maxAuthServers {
		return desk.Errorf(desk.Limited, "mailboxes", "There can be %d mailboxes and %d mail servers.", maxMailboxes, maxAuthServers)
	}
	seen := map[string]bool{}
	for _, b := range s.Mailboxes {
		if len(b.Aliases) > maxAliases {
			return desk.Errorf(desk.Limited, "aliases", "A mailbox has at most %d further addresses.", maxAliases)
		}
		for _, address := range append([]string{b.Address}, b.Aliases...) {
			key := withoutPlus(address)
			if key == "" {
				return desk.Errorf(desk.Invalid, "mailboxes", "A mailbox is no email address. Write it as support@example.com.")
			}
			if seen[key] {
				return desk.Errorf(desk.Invalid, "mailboxes", "An address stands there twice.")
			}
			seen[key] = true
		}
		for _, v := range []string{b.Priority, b.Category, b.Assignee} {
			if err := desk.CheckText("mailboxes", v, 128, false); err != nil {
				return err
			}
		}
	}
	for i, name := range s.AuthServers {
		s.AuthServers[i] = strings.ToLower(strings.TrimSpace(name))
		if n := s.AuthServers[i]; n == "" || len(n) > 255 || strings.ContainsAny(n, " ;\t\r\n") {
			return desk.Errorf(desk.Invalid, "auth_servers", "The name of a mail server is one word, such as mx.example.com.")
		}
	}
	return nil
}
