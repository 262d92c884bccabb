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
	// AgentRole may work on tickets: see, make and change them, answer, note, say
	// who takes part; and see, make and change contacts.
	AgentRole Role = "agent"
	// Importer may see, make, change, import and export contacts.
	Importer Role = "importer"
	// Viewer may see contacts, tickets and what belongs to them (deals, calls,
	// times, forms, tasks), and change nothing.
	Viewer Role = "viewer"
)

// Roles lists the roles in the order in which they are offered.
var Roles = []Role{Manager, AgentRole, Importer, Viewer}

// Known reports whether there is such a role.
func (r Role) Known() bool { return slices.Contains(Roles, r) }

// Grants returns what the role may do; a role that is not known may do nothing.
func (r Role) Grants() []desk.Permission {
	switch r {
	case Manager:
		return slices.Concat(contacts.Permissions, tickets.Permissions, records.Permissions, requests.Permissions, notify.Permissions, intake.Permissions)
	case AgentRole:
		return []desk.Permission{
			contacts.MayView, contacts.MayCreate, contacts.MayModify,
			tickets.MayView, tickets.MayCreate, tickets.MayModify, tickets.MayReply, tickets.MayNote, tickets.MayParticipants,
			records.MayView, records.MayWrite, requests.MayView, requests.MayAssign, requests.MayViewTasks, requests.MayWriteTasks, notify.MayView, notify.MaySend,
		}
	case Importer:
		return []desk.Permission{contacts.MayView, contacts.MayCreate, contacts.MayModify, contacts.MayImport, contacts.MayExport}
	case Viewer:
		return []desk.Permission{contacts.MayView, tickets.MayView, records.MayView, requests.MayView, requests.MayViewTasks}
	}
	return nil
}
