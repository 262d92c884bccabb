package contacts

import (
	"slices"
	"strings"

	"github.com/deskfolk/desk"
)

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
	// MayMerge: merge duplicates. Nothing uses it yet.
	MayMerge desk.Permission = "contacts.merge"
	// MayImport: import in bulk, if the workspace's settings allow it too.
	MayImport desk.Permission = "contacts.import"
	// MayExport: take out all contacts that the actor can see, and subject access bundles.
	MayExport desk.Permission = "contacts.export"
	// MayNotes: write rich notes on contacts. Nothing uses it yet.
	MayNotes desk.Permission = "contacts.notes"
	// MaySync: set up and run directory syncs. Nothing uses it yet.
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

// sees is the one rule about which contacts an actor sees: get, list, search,
// count, export, bulk, look-ups and the log all ask it, here or as the
// conditions that limitFind puts into a query. It does not allocate.
func sees(a desk.Actor, c *Contact) bool {
	if c.State == Binned && !seesBin(a) {
		return false
	}
	return a.May(MayView) || seesOwn(a) && c.Owner == a.ID
}

// seesBin reports whether the bin is there for the actor at all.
func seesBin(a desk.Actor) bool { return a.May(MayDelete) || a.May(MayPurge) }

// seesOwn reports whether the actor sees the contacts that it owns. Owners
// are members: the id of any other kind of actor is not compared with them.
func seesOwn(a desk.Actor) bool { return a.Kind == desk.MemberActor && a.May(MayViewOwn) }

// seesAny reports whether there can be a contact that the actor sees.
func seesAny(a desk.Actor) bool { return a.May(MayView) || seesOwn(a) }

// limitFind limits a query to what the actor sees.
func limitFind(a desk.Actor, f *Find) {
	if !a.May(MayView) {
		f.Facets = append(f.Facets, []string{"owner=" + a.ID})
	}
}

// CheckActor checks that the actor is complete, and that its restrictions name
// fields that there are: one that is misspelt would restrict nothing. Those of
// other packages are left to them. Every method of [Service] asks it first. It
// does not allocate.
func CheckActor(a desk.Actor) error {
	if err := a.Check(); err != nil {
		return err
	}
	for name := range a.Fields {
		pkg, rest, ok := strings.Cut(name, ".")
		if ok && pkg != "contact" {
			continue
		}
		if !ok || !strings.HasPrefix(rest, "custom.") && !slices.Contains(FieldNames, rest) {
			return denied("The caller is restricted by a name that no field has (%.60q). Names are such as \"contact.email\".", name)
		}
	}
	return nil
}

// need checks the actor and that it holds one of the permissions.
func need(a desk.Actor, what string, ps ...desk.Permission) error {
	if err := CheckActor(a); err != nil {
		return err
	}
	for _, p := range ps {
		if a.May(p) {
			return nil
		}
	}
	return denied("You may not %s.", what)
}

// needView checks that the actor sees contacts.
func needView(a desk.Actor) error {
	if err := CheckActor(a); err != nil {
		return err
	}
	if !seesAny(a) {
		return denied("You may not see contacts.")
	}
	return nil
}

// Mask empties the fields of a contact that the actor may not see, and its
// custom fields. It is for packages that show contacts beside their own records.
func Mask(a desk.Actor, c *Contact) { mask(a, c, nil) }

// mask empties the fields that the actor may not see, and the custom fields
// that are not defined (any more).
func mask(a desk.Actor, c *Contact, defs []FieldDef) {
	c.Custom = visibleCustom(a, c.Custom, defs)
	if len(a.Fields) == 0 {
		return
	}
	for f := range fieldCount {
		if accessTo(a, f) == desk.Hidden {
			fieldTable[f].clear(c)
		}
	}
	if a.Access("contact."+external) == desk.Hidden {
		c.External = nil
	}
	if c.Provenance != nil {
		kept := make(map[string]Provenance, len(c.Provenance))
		for name, p := range c.Provenance {
			if accessToName(a, name) != desk.Hidden {
				kept[name] = p
			}
		}
		c.Provenance = kept
	}
}

func visibleCustom(a desk.Actor, values map[string]string, defs []FieldDef) map[string]string {
	if len(values) == 0 {
		return nil
	}
	kept := make(map[string]string, len(values))
	for _, d := range defs {
		v, ok := values[d.Key]
		if ok && a.Access("contact.custom."+d.Key) != desk.Hidden {
			kept[d.Key] = v
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return kept
}
