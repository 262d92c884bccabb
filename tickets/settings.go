package tickets

import (
	"slices"
)

// Class says what a status means.
type Class string

// The classes of statuses.
const (
	// Open: the workspace has something to do.
	Open Class = "open"
	// Waiting: somebody else has.
	Waiting Class = "waiting"
	// Closed: nobody has.
	Closed Class = "closed"
)

// Classes lists the classes of statuses.
var Classes = []Class{Open, Waiting, Closed}

// Status is one of the statuses that a workspace's tickets can have.
type Status struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Class Class  `json:"class"`
}

// Priority is one of the priorities. A higher rank is more urgent.
type Priority struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Rank  int    `json:"rank"`
}

// Category is one of the categories.
type Category struct {
	Key   string `json:"key"`
	Label string `json:"label"`
}

// Assignee is a member to whom tickets can be assigned. Members are the
// host's: it keeps this list.
type Assignee struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Settings are a workspace's choices about tickets. The service returns the
// defaults in place of what is empty.
type Settings struct {
	Version int64 `json:"-"`
	// Statuses are at least one of the class Open and one of the class Closed.
	// A status that a ticket has cannot be taken away or get another class, nor
	// a priority another rank.
	Statuses   []Status   `json:"statuses,omitempty"`
	Priorities []Priority `json:"priorities,omitempty"`
	// Categories may be none: tickets have no category then.
	Categories []Category `json:"categories,omitempty"`
	// Assignees may be none: then a ticket can be assigned to any id.
	Assignees []Assignee `json:"assignees,omitempty"`

	// DefaultStatus, DefaultPriority and DefaultCategory are the keys that new
	// tickets get; empty: the first status, the priority in the middle of the
	// ranks, no category.
	DefaultStatus   string `json:"default_status,omitempty"`
	DefaultPriority string `json:"default_priority,omitempty"`
	DefaultCategory string `json:"default_category,omitempty"`
	// ReopenStatus is the status that a ticket that waits or is closed gets
	// when a contact writes; empty: the default status. KeepClosed leaves it.
	ReopenStatus string `json:"reopen_status,omitempty"`
	KeepClosed   bool   `json:"keep_closed,omitempty"`

	// MaxMessage limits a message's text, and its HTML; 0 is 1 MiB, which is
	// the most. MaxAttachment limits one file, 0 is 25 MiB; both in bytes.
	MaxMessage    int64 `json:"max_message,omitempty"`
	MaxAttachment int64 `json:"max_attachment,omitempty"`
}

// The limits of settings.
const (
	maxMessage       = 1 << 20
	defaultFile      = 25 << 20
	maxFile          = 1 << 30
	maxChoices       = 200
	maxAssignees     = 5000
	maxKey, maxLabel = 40, 100
	maxMember        = 128
)

var defaultStatuses = []Status{
	{"open", "Open", Open}, {"waiting", "Waiting for an answer", Waiting}, {"closed", "Closed", Closed},
}

var defaultPriorities = []Priority{
	{"low", "Low", 10}, {"normal", "Normal", 20}, {"high", "High", 30}, {"urgent", "Urgent", 40},
}

// withDefaults fills in what the workspace has not chosen.
func (s Settings) withDefaults() Settings {
	if len(s.Statuses) == 0 {
		s.Statuses = slices.Clone(defaultStatuses)
	}
	if len(s.Priorities) == 0 {
		s.Priorities = slices.Clone(defaultPriorities)
	}
	if s.DefaultStatus == "" {
		s.DefaultStatus = s.Statuses[0].Key
	}
	if s.DefaultPriority == "" {
		ranked := slices.Clone(s.Priorities)
		slices.SortStableFunc(ranked, func(a, b Priority) int { return a.Rank - b.Rank })
		s.DefaultPriority = ranked[(len(ranked)-1)/2].Key
	}
	if s.ReopenStatus == "" {
		s.ReopenStatus = s.DefaultStatus
	}
	if s.MaxMessage == 0 {
		s.MaxMessage = maxMessage
	}
	if s.MaxAttachment == 0 {
		s.MaxAttachment = defaultFile
	}
	return s
}

// Status returns the status with the key.
func (s Settings) Status(key string) (Status, bool) {
	for _, x := range s.Statuses {
		if x.Key == key {
			return x, true
		}
	}
	return Status{}, false
}

// Priority returns the priority with the key.
func (s Settings) Priority(key string) (Priority, bool) {
	for _, x := range s.Priorities {
		if x.Key == key {
			return x, true
		}
	}
	return Priority{}, false
}

// Category returns the category with the key.
func (s Settings) Category(key string) (Category, bool) {
	for _, x := range s.Categories {
		if x.Key == key {
			return x, true
		}
	}
	return Category{}, false
}

// AssigneeName returns the name of a member in the list, or "".
func (s Settings) AssigneeName(id string) string {
	for _, x := range s.Assignees {
		if x.ID == id {
			return x.Name
		}
	}
	return ""
}

// assignable reports whether a ticket can be assigned to the member.
func (s Settings) assignable(id string) bool {
	return id == "" || len(s.Assignees) == 0 || slices.ContainsFunc(s.Assignees, func(a Assignee) bool { return a.ID == id })
}
