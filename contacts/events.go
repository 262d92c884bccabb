package contacts

import (
	"slices"
	"strings"
	"time"

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

// journal makes the events of one call.
type journal struct{ desk.Entries }

func (s *Service) journal(a desk.Actor, now time.Time, cause string) *journal {
	return &journal{desk.Entries{IDs: s.ids, Actor: a, Now: now, Cause: cause}}
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
		if err := j.Add(VerbCallPrefs, subject, changeSummary("Call preferences changed", calls), true, calls); err != nil {
			return err
		}
	}
	if len(plain) == 0 && verb == VerbUpdated && len(calls) > 0 {
		return nil
	}
	return j.Add(verb, subject, changeSummary(changeTitle[verb], plain), false, plain)
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
