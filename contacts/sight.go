package contacts

import (
	"context"

	"github.com/deskfolk/desk"
)

// The functions here are for packages that keep what belongs to contacts: who
// may not see a contact must not see that either, by the same rule.

// Seen is [Service.Get] within the caller's transaction, with all fields: the
// contact, or the one that it was merged into, if the actor sees it. What the
// actor may not see of its fields is left in; see [AccessTo].
func Seen(ctx context.Context, r Reader, a desk.Actor, id desk.ContactID) (Contact, error) {
	return seen(ctx, r, a, id)
}

// Sees reports whether the actor sees a contact that was read from the store.
// The actor must have passed [CheckActor]. It does not allocate.
func Sees(a desk.Actor, c *Contact) bool { return sees(a, c) }

// AccessTo returns how far the actor may touch a field of contacts, by a name
// of [FieldNames] or "custom.<key>".
func AccessTo(a desk.Actor, field string) desk.Access { return accessToName(a, field) }

// Sight says which contacts an actor sees as conditions that a store can put
// into a query. It is the rule of [Sees].
type Sight struct {
	// None: there is no contact that the actor sees.
	None bool
	// Owner: those of this owner only; empty: of all.
	Owner string
	// Binned: those in the bin too.
	Binned bool
}

// SightOf returns which contacts the actor sees.
func SightOf(a desk.Actor) Sight {
	s := Sight{None: !seesAny(a), Binned: seesBin(a)}
	if !a.May(MayView) {
		s.Owner = a.ID
	}
	return s
}
