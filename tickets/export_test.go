package tickets

import "github.com/deskfolk/desk"

// MemberSees asks the rule for a member with a grant about a ticket of another.
func MemberSees(p desk.Permission) bool {
	v := viewer{Actor: desk.Actor{Kind: desk.MemberActor, ID: "m", Grants: grant(p)}}
	return v.sees(&other, "")
}

var (
	other  = Ticket{Assignee: "other"}
	grants = map[desk.Permission][]desk.Permission{MayViewAssigned: {MayViewAssigned}}
)

func grant(p desk.Permission) []desk.Permission { return grants[p] }
