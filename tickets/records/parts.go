package records

import (
	"context"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// The names of the parts of a contact's profile that this package supplies.
const (
	PartDeals      = "deals"
	PartActivities = "activities"
	PartCalls      = "calls"
	PartTime       = "time"
)

// PartKinds returns the kinds of the records that a part of a profile has.
func PartKinds(part string) []Kind {
	switch part {
	case PartDeals:
		return []Kind{Deal}
	case PartActivities:
		return []Kind{Email, Meeting, Call}
	case PartCalls:
		return []Kind{Call}
	case PartTime:
		return []Kind{Time}
	}
	return nil
}

// Parts are parts of a contact's profile, for contacts.Options.Parts: its
// deals, its activities (emails, meetings and calls), its calls and the time
// spent, newest first. Their items are of type [Record]. An actor without
// MayView is refused, and gets its profiles without them.
func (s *Service) Parts() []contacts.ProfilePart {
	labels := []struct{ name, label string }{{PartDeals, "Deals"}, {PartActivities, "Activities"}, {PartCalls, "Calls"}, {PartTime, "Time"}}
	parts := make([]contacts.ProfilePart, len(labels))
	for i, l := range labels {
		parts[i] = contacts.ProfilePart{Name: l.name, Label: l.label, Read: s.part(PartKinds(l.name))}
	}
	return parts
}

func (s *Service) part(kinds []Kind) func(context.Context, desk.Actor, desk.ContactID, desk.Page) (contacts.PartPage, error) {
	return func(ctx context.Context, a desk.Actor, id desk.ContactID, p desk.Page) (contacts.PartPage, error) {
		l, err := s.List(ctx, a, Query{Filter: Filter{Contact: id, Kinds: kinds}}, p)
		if err != nil {
			return contacts.PartPage{}, err
		}
		page := contacts.PartPage{Next: l.Next, Count: l.Count, Items: make([]any, len(l.Records))}
		for i, r := range l.Records {
			page.Items[i] = r
		}
		return page, nil
	}
}
