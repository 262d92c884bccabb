package records

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/deskfolk/desk"
)

// The verbs of this package's events. Each stands in the log of the record's
// contact and of its ticket, where it says what changed and not to what: who
// reads that log may not see records. What figures, times and states were
// before and after is in one of the record's own, which the log of the whole
// workspace has. Texts and numbers are in none, so that a purge of the contact
// leaves nothing of the person there.
const (
	VerbCreated = "record.created"
	VerbUpdated = "record.updated"
	VerbDeleted = "record.deleted"
	// VerbMatched: a call was given the contact that has its number.
	VerbMatched = "record.matched"
)

// Verbs lists the verbs of this package's events.
var Verbs = []string{VerbCreated, VerbUpdated, VerbDeleted, VerbMatched}

// note records the events of a change from one state of a record to another.
func (s *Service) note(ctx context.Context, tx Tx, a desk.Actor, verb string, before, after *Record) error {
	j := desk.Entries{IDs: s.ids, Actor: a, Now: desk.Moment(s.now())}
	changes := diff(before, after)
	summary := summaryOf(verb, after.Kind, changes)
	if err := j.Add(verb, string(after.ID), summary, false, changes); err != nil {
		return err
	}
	for _, subject := range subjects(before, after) {
		if err := j.Add(verb, subject, summary, false, nil); err != nil {
			return err
		}
	}
	return tx.Record(ctx, a.Workspace, j.All...)
}

// subjects are the contacts and tickets that the record belonged or belongs to.
func subjects(before, after *Record) []string {
	all := []string{string(before.Contact), string(after.Contact), string(before.Ticket), string(after.Ticket)}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(s string) bool { return s == "" })
}

func summaryOf(verb string, k Kind, changes []desk.Change) string {
	what := strings.ToUpper(said[k][:1]) + said[k][1:]
	switch verb {
	case VerbCreated:
		return what + " added."
	case VerbDeleted:
		return what + " removed."
	case VerbMatched:
		return what + " matched by its number."
	}
	names := make([]string, len(changes))
	for i, c := range changes {
		names[i] = c.Field
	}
	return what + " changed: " + strings.Join(names, ", ") + "."
}

// diff lists what changed; of texts and of what may be hidden, only that it has.
func diff(was, is *Record) []desk.Change {
	var cs []desk.Change
	add := func(name, before, after string, told bool) {
		switch {
		case before == after:
		case told:
			cs = append(cs, desk.Change{Field: name, Old: desk.OneLine(before), New: desk.OneLine(after)})
		default:
			cs = append(cs, desk.Change{Field: name})
		}
	}
	add("contact", string(was.Contact), string(is.Contact), true)
	add("ticket", string(was.Ticket), string(is.Ticket), true)
	add("company", string(was.Company), string(is.Company), false)
	add("title", was.Title, is.Title, false)
	add("at", timeText(was.At), timeText(is.At), true)
	add("duration", durationText(was.Duration), durationText(is.Duration), true)
	add("amount", amountText(was), amountText(is), true)
	add("status", string(was.Status), string(is.Status), true)
	add("outcome", was.Outcome, is.Outcome, false)
	add("direction", string(was.Direction), string(is.Direction), true)
	add("number", was.Number, is.Number, false)
	add("owner", was.Owner, is.Owner, true)
	add("note", was.Note, is.Note, false)
	return cs
}

func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

func durationText(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return d.String()
}

// amountText is the amount in minor units with its currency.
func amountText(r *Record) string {
	if r.Currency == "" {
		return ""
	}
	return strconv.FormatInt(r.Amount, 10) + " " + r.Currency
}
