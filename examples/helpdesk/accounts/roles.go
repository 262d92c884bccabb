package accounts

import (
	"slices"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/intake"
	"github.com/deskfolk/desk/tickets/records"
	"github.com/deskfolk/desk/tickets/requests"
)

// Role is what an agent may do in the workspace.
type Role string

// The roles.
const (
	// Manager may do everything.
	Manager Role = "manager"
	// Importer may see, make, change, import and export contacts.
	Importer Role = "importer"
	// Viewer may see contacts and nothing else.
	Viewer Role = "viewer"
)

// Roles lists the roles in the order in which they are offered.
var Roles = []Role{Manager, Importer, Viewer}

// Known reports whether there is such a role.
func (r Role) Known() bool { return slices.Contains(Roles, r) }

// Grants returns what the role may do; a role that is not known may do nothing.
func (r Role) Grants() []desk.Permission {
	switch r {
	case Manager:
		return slices.Concat(contacts.Permissions, tickets.Permissions, records.Permissions, requests.Permissions, notify.Permissions, intake.Permissions)
	case Importer:
		return []desk.Permission{contacts.MayView, contacts.MayCreate, contacts.MayModify, contacts.MayImport, contacts.MayExport}
	case Viewer:
		return []desk.Permission{contacts.MayView}
	}
	return nil
}
