package tickets

// Sort names the order of a list. Equal keys are ordered by id.
type Sort string

// The orders of tickets.
const (
	SortUpdated  Sort = "updated"
	SortCreated  Sort = "created"
	SortNumber   Sort = "number"
	SortPriority Sort = "priority" // by rank
	SortSubject  Sort = "subject"
	SortStatus   Sort = "status" // by key
)

// Sorts lists the orders, in the order of [Index.Sort].
var Sorts = []Sort{SortUpdated, SortCreated, SortNumber, SortPriority, SortSubject, SortStatus}
