package contacts

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/deskfolk/desk"
)

// The verbs of this package's events.
const (
	VerbCreated       = "contact.created"
	VerbUpdated       = "contact.updated"
	VerbMerged        = "contact.merged"
	VerbDeleted       = "contact.deleted"
	VerbRestored      = "contact.restored"
	VerbPurged        = "contact.purged"
	VerbViewed        = "contact.viewed"
	VerbCallChecked   = "contact.call_checked"
	VerbCallPrefs     = "contact.call_preferences_updated"
	VerbExported      = "contact.exported"
	VerbSubjectAccess = "contact.subject_access"
	VerbCompanyMade   = "company.created"
	VerbCompanyEdited = "company.updated"
	VerbSettings      = "settings.updated"
	VerbFieldDefined  = "field.defined"
	VerbFieldRemoved  = "field.removed"
)

// Verbs lists the verbs of this package's events.
var Verbs = []string{
	VerbCreated, VerbUpdated, VerbMerged, VerbDeleted, VerbRestored, VerbPurged, VerbViewed, VerbCallChecked,
	VerbCallPrefs, VerbExported, VerbSubjectAccess, VerbCompanyMade, VerbCompanyEdited,
	VerbSettings, VerbFieldDefined, VerbFieldRemoved,
}

// maxSummary is how many bytes a summary may have.
const maxSummary = 500

// journal makes the events of one call.
type journal struct {
	s     *Service
	a     desk.Actor
	now   time.Time
	cause string
	all   []desk.Event
}

func (s *Service) journal(a desk.Actor, now time.Time, cause string) *journal {
	return &journal{s: s, a: a, now: now, cause: cut(oneLine(cause), 200)}
}

// add makes an event. Author and time are the actor's and the clock's, always.
func (j *journal) add(verb, subject, summary string, compliance bool, changes []desk.Change) error {
	id, err := j.s.ids.New("event")
	if err != nil {
		return err
	}
	j.all = append(j.all, desk.Event{
		ID: desk.EventID(id), At: j.now, ActorKind: j.a.Kind, ActorID: j.a.ID,
		Verb: verb, Subject: subject, Summary: cut(oneLine(summary), maxSummary),
		Compliance: compliance, Changes: shorten(changes), Cause: j.cause,
	})
	return nil
}

// changed adds the event of a change, and one of its own for call preferences.
func (j *journal) changed(verb, subject string, cs []desk.Change) error {
	var plain, calls []desk.Change
	for _, c := range cs {
		if f, ok := fieldNamed(c.Field); ok && f.isCallPreference() {
			calls = append(calls, c)
		} else {
			plain = append(plain, c)
		}
	}
	if len(calls) > 0 {
		if err := j.add(VerbCallPrefs, subject, changeSummary("Call preferences changed", calls), true, calls); err != nil {
			return err
		}
	}
	if len(plain) == 0 && verb == VerbUpdated && len(calls) > 0 {
		return nil
	}
	return j.add(verb, subject, changeSummary(changeTitle[verb], plain), false, plain)
}

var changeTitle = map[string]string{
	VerbUpdated:  "Contact changed",
	VerbMerged:   "Contact completed from another row",
	VerbRestored: "Restored from the recycle bin",
	VerbDeleted:  "Moved to the recycle bin",
}

// changeSummary names the fields that changed, never their values: who reads
// the log may not see all of them.
func changeSummary(title string, cs []desk.Change) string {
	if len(cs) == 0 {
		return title + "."
	}
	names := make([]string, len(cs))
	for i, c := range cs {
		names[i] = spoken(c.Field)
	}
	return title + ": " + strings.Join(names, ", ") + "."
}

// hideChanges leaves out what the actor may not see of an event.
func hideChanges(a desk.Actor, e *desk.Event) {
	if len(a.Fields) == 0 || len(e.Changes) == 0 {
		return
	}
	hidden := func(c desk.Change) bool { return accessToName(a, c.Field) == desk.Hidden }
	if !slices.ContainsFunc(e.Changes, hidden) {
		return
	}
	e.Changes = slices.DeleteFunc(slices.Clone(e.Changes), hidden)
	title, _, _ := strings.Cut(e.Summary, ":")
	e.Summary = changeSummary(strings.TrimSuffix(title, "."), e.Changes)
}

// oneLine writes control characters, and those that turn the direction of
// text, as escapes, so that an entry is one line wherever it is shown.
func oneLine(s string) string {
	bad := func(r rune) bool {
		return unicode.IsControl(r) || r == utf8.RuneError || r == 0x2028 || r == 0x2029 ||
			0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069
	}
	if strings.IndexFunc(s, bad) < 0 {
		return s
	}
	if len(s) > 4*maxSummary {
		s = s[:4*maxSummary]
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case bad(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
