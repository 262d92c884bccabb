package contacts

import "github.com/deskfolk/desk"

// The permissions of this package.
const (
	// MayView: see all contacts of the workspace.
	MayView desk.Permission = "contacts.view"
	// MayViewOwn: see the contacts whose owner the actor (a member) is.
	MayViewOwn desk.Permission = "contacts.view_own"
	// MayCreate: make contacts.
	MayCreate desk.Permission = "contacts.create"
	// MayModify: change contacts and companies, and make companies.
	MayModify desk.Permission = "contacts.modify"
	// MayDelete: put contacts into the bin, see the bin and restore from it.
	MayDelete desk.Permission = "contacts.delete"
	// MayPurge: remove binned contacts for good.
	MayPurge desk.Permission = "contacts.purge"
	// MayMerge: merge duplicates.
	MayMerge desk.Permission = "contacts.merge"
	// MayImport: import in bulk, if the workspace's settings allow it too.
	MayImport desk.Permission = "contacts.import"
	// MayExport: take out all contacts that the actor can see, and subject access bundles.
	MayExport desk.Permission = "contacts.export"
	// MayNotes: write rich notes on contacts.
	MayNotes desk.Permission = "contacts.notes"
	// MaySync: set up and run directory syncs.
	MaySync desk.Permission = "contacts.sync"
	// MaySettings: change settings and custom fields, read and verify the whole log.
	MaySettings desk.Permission = "contacts.settings"
	// MayManagePortal: give and take portal access.
	MayManagePortal desk.Permission = "contacts.manage_portal"
	// MayReassign: move a contact that is locked to its company.
	MayReassign desk.Permission = "contacts.reassign"
)

// Permissions lists the permissions of this package.
var Permissions = []desk.Permission{
	MayView, MayViewOwn, MayCreate, MayModify, MayDelete, MayPurge, MayMerge, MayImport,
	MayExport, MayNotes, MaySync, MaySettings, MayManagePortal, MayReassign,
}
