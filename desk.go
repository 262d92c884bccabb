// Package desk holds the words that every package of the library shares: who
// acts ([Actor]), on what ([ContactID], [TicketID], …), whether it is allowed
// ([Permission], [Decision]), what happened ([Event], [Journal]), what went
// wrong ([Error]) and where a list goes on ([Cursor]).
//
// It imports the standard library only. The work is done in the packages
// beside it: contacts, importexport and, under storage, the adapters for
// SQLite and PostgreSQL.
package desk

import "slices"

// WorkspaceID names a tenant. The host chooses it; it is at most 64 bytes of
// printable ASCII without spaces. See [CheckWorkspace].
type WorkspaceID string

// ActorKind says what sort of principal acts. Ids of different kinds are
// never compared with each other.
type ActorKind string

// The kinds of actors.
const (
	// MemberActor is a person of the workspace's own staff (an agent).
	MemberActor ActorKind = "member"
	// ContactActor is a contact acting for itself.
	ContactActor ActorKind = "contact"
	// SystemActor is the host or a worker of the library. It has the grants it
	// is given, as others have; only upkeep needs none of it.
	SystemActor ActorKind = "system"
)

// Permission names one thing that an actor may do. Each package declares its
// own, such as contacts.MayView.
type Permission string

// Access says how far an actor may touch one field.
type Access uint8

// The degrees of access to a field. The zero value is full access.
const (
	FullAccess Access = iota
	ReadOnly
	Hidden
)

// Actor is who makes a call, and in which workspace. It is the first argument
// after the context of every call: no method takes a workspace beside it, so
// that no call can name one tenant and act in another. Roles and members are
// the host's; it makes an Actor of whoever is signed in, for each request.
type Actor struct {
	Workspace WorkspaceID
	Kind      ActorKind
	// ID is the host's id of the member, the contact's id, or the name of a
	// system process, such as "import". At most 128 bytes.
	ID string
	// Grants are the permissions the actor holds at this moment.
	Grants []Permission
	// Fields restricts single fields for the actor's role. The names are those
	// that errors carry behind the kind of record: "contact.email",
	// "contact.custom.tier". A field that is not named has full access.
	Fields map[string]Access
	// Key makes a write idempotent: a second write with the same key and the
	// same input does nothing and returns the first one's result; with other
	// input it is refused as a conflict. Empty: every call stands alone.
	Key string
}

// May reports whether the actor holds the permission. It does not allocate.
func (a Actor) May(p Permission) bool { return slices.Contains(a.Grants, p) }

// Access returns how far the actor may touch the named field. It does not
// allocate.
func (a Actor) Access(field string) Access { return a.Fields[field] }

// WithKey returns a copy of the actor whose writes have the idempotency key:
// use it for one call and its repetitions. Keys are at most 200 bytes, belong to the actor, and are kept for at
// least 24 hours.
func (a Actor) WithKey(key string) Actor {
	a.Key = key
	return a
}

// Check reports whether the actor is complete: a valid workspace, a known
// kind, an id. Services call it first; the error is [Denied].
func (a Actor) Check() error {
	if err := CheckWorkspace(a.Workspace); err != nil {
		return err
	}
	switch a.Kind {
	case MemberActor, ContactActor, SystemActor:
	default:
		return &Error{Kind: Denied, Message: "The caller has no known kind."}
	}
	if a.ID == "" || len(a.ID) > 128 {
		return &Error{Kind: Denied, Message: "The caller has no valid id."}
	}
	if len(a.Key) > 200 {
		return &Error{Kind: Invalid, Field: "key", Message: "An idempotency key has at most 200 bytes."}
	}
	return nil
}

// CheckWorkspace reports whether the id can name a workspace: 1 to 64 bytes
// of printable ASCII without spaces.
func CheckWorkspace(w WorkspaceID) error {
	if w == "" || len(w) > 64 {
		return &Error{Kind: Denied, Message: "The workspace's name must have 1 to 64 characters."}
	}
	for i := range len(w) {
		if w[i] <= ' ' || w[i] > '~' {
			return &Error{Kind: Denied, Message: "The workspace's name may have only printable ASCII characters without spaces."}
		}
	}
	return nil
}

// Decision is the answer of one gate. Explain methods return the decisions of
// all gates, in the order in which they are asked.
type Decision struct {
	Allowed bool
	// Gate names who decided: "workspace", "grant", "contact", "field", …
	Gate string
	// Reason is a sentence fit for a person.
	Reason string
}

// AllAllowed reports whether every decision allows.
func AllAllowed(ds []Decision) bool {
	for _, d := range ds {
		if !d.Allowed {
			return false
		}
	}
	return true
}
