package contacts

import "github.com/deskfolk/desk"

// EventDigest returns the SHA-256 of all that an event says, in a canonical
// form. Stores keep it when they redact an event.
func EventDigest(w desk.WorkspaceID, e desk.Event) []byte { panic("contacts: not filled yet") }
