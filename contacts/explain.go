package contacts

import (
	"context"
	"slices"

	"github.com/deskfolk/desk"
)

// Explain says, gate by gate, why the actor may or may not do what the
// permission is for, with the contact (or, with an empty id, at all). A
// contact that the actor does not see is a gate that is shut, whether it is
// there or not.
func (s *Service) Explain(ctx context.Context, a desk.Actor, id desk.ContactID, p desk.Permission) ([]desk.Decision, error) {
	ds, err := s.explain(ctx, a, id, p)
	return ds, desk.In("contacts.Explain", err)
}

func (s *Service) explain(ctx context.Context, a desk.Actor, id desk.ContactID, p desk.Permission) ([]desk.Decision, error) {
	if !slices.Contains(Permissions, p) {
		return nil, invalid("permission", "There is no such permission of contacts.")
	}
	if err := CheckActor(a); err != nil {
		return []desk.Decision{{Gate: "actor", Reason: desk.MessageOf(err)}}, nil
	}
	var ds []desk.Decision
	gate := func(name string, allowed bool, yes, no string) {
		d := desk.Decision{Allowed: allowed, Gate: name, Reason: yes}
		if !allowed {
			d.Reason = no
		}
		ds = append(ds, d)
	}
	if p == MayImport {
		set, err := s.store.Settings(ctx, a.Workspace)
		if err != nil {
			return nil, err
		}
		gate("workspace", set.AllowImport, "The workspace allows bulk import.", "The workspace does not allow bulk import.")
	}
	gate("grant", a.May(p) || p == MayView && seesOwn(a), "The role has the permission.", "The role does not have the permission "+string(p)+".")
	if id == "" {
		return ds, nil
	}
	c, err := s.get(ctx, s.store, a, id)
	if err != nil && desk.KindOf(err) != desk.NotFound && desk.KindOf(err) != desk.Denied {
		return nil, err
	}
	gate("contact", err == nil, "The contact is one that the role sees.", "There is no such contact that the role sees.")
	if err == nil {
		for _, d := range stateGates(a, &c, p) {
			gate(d.Gate, d.Allowed, d.Reason, d.Reason)
		}
	}
	return ds, nil
}

// stateGates are the gates that the contact's own state shuts or opens.
func stateGates(a desk.Actor, c *Contact, p desk.Permission) []desk.Decision {
	switch p {
	case MayModify, MayMerge, MayNotes, MayManagePortal:
		if c.State == Binned {
			return []desk.Decision{{Gate: "state", Reason: "The contact is in the recycle bin."}}
		}
	case MayDelete:
		if c.PortalAccess && c.State == Live && accessTo(a, fPortal) != desk.Hidden {
			return []desk.Decision{{Gate: "portal_access", Reason: "The contact can use the portal; withdraw its access first."}}
		}
	case MayPurge:
		if c.State != Binned {
			return []desk.Decision{{Gate: "state", Reason: "Only contacts in the recycle bin are removed for good."}}
		}
	case MayReassign:
		if !c.LockedToCompany {
			return []desk.Decision{{Allowed: true, Gate: "company", Reason: "The contact is not bound to its company."}}
		}
	}
	return nil
}
