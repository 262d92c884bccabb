package tickets

import (
	"encoding/binary"
	"strconv"

	"github.com/deskfolk/desk/contacts"
)

// The classes of a ticket's searchable text, besides those of its people
// (contacts.ClassName and contacts.ClassEmail).
const (
	ClassSubject contacts.Class = "s"
	ClassNumber  contacts.Class = "#"
)

// record returns the ticket as the store writes it. The index depends on the
// ticket, those who take part and the rank of its priority, which cannot change
// while it is in use.
func record(t Ticket, ps []Participation, set Settings) Record {
	p, _ := set.Priority(t.Priority)
	subject := contacts.Fold(t.Subject)
	return Record{Ticket: t, Index: Index{
		Text: []contacts.Line{{Class: ClassSubject, Text: subject}, {Class: ClassNumber, Text: "#" + strconv.FormatInt(t.Number, 10)}},
		// In the order of Sorts.
		Sort: [6][]byte{
			contacts.TimeKey(t.UpdatedAt), contacts.TimeKey(t.CreatedAt), intKey(t.Number), intKey(int64(p.Rank)),
			contacts.TextKey(subject), contacts.TextKey(contacts.Fold(t.Status)),
		},
		Facets: facets(&t, ps),
	}}
}

func intKey(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(max(n, 0))) }

func facets(t *Ticket, ps []Participation) []string {
	open := "open=0"
	if t.Open() {
		open = "open=1"
	}
	fs := []string{
		stateFacet(t.State), open, "status=" + t.Status, "priority=" + t.Priority, "category=" + t.Category,
		"assignee=" + t.Assignee, "company=" + string(t.CompanyID), "channel=" + string(t.Channel),
		"requester=" + string(t.Requester),
	}
	if t.Template != "" {
		fs = append(fs, "template="+string(t.Template))
	}
	for _, p := range ps {
		fs = append(fs, "contact="+string(p.Contact))
		if SeesAs(p.Role, true, Live) {
			fs = append(fs, seesFacet(p.Contact))
		}
	}
	return fs
}

// seesFacet is the facet of tickets that a contact sees while it is active and
// they are live.
func seesFacet[T ~string](contact T) string { return "sees=" + string(contact) }

func stateFacet(s State) string { return "state=" + strconv.Itoa(int(s)) }
