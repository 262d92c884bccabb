package contacts

import (
	"testing"

	"github.com/deskfolk/desk"
)

// Checks stand in every call and in every row of a list: they must cost nothing.
func TestChecksDoNotAllocate(t *testing.T) {
	a := desk.Actor{
		Workspace: "w", Kind: desk.MemberActor, ID: "m1", Grants: []desk.Permission{MayModify, MayViewOwn, MaySettings},
		Fields: map[string]desk.Access{"contact.email": desk.ReadOnly, "contact.notes": desk.Hidden},
	}
	c := &Contact{Owner: "m1"}
	for name, f := range map[string]func(){
		"sees":     func() { sees(a, c) },
		"need":     func() { _ = need(a, "change contacts", MayModify) },
		"needView": func() { _ = needView(a) },
		"upkeep":   func() { _ = needUpkeep(a) },
		"field":    func() { _ = mayTouch(a, fJobTitle) },
		"access":   func() { accessTo(a, fNotes); accessTo(a, fPhones); accessToName(a, "phone") },
		"order":    func() { hiddenOf(a, sortFields[SortName]) },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
}

func TestEveryFieldHasAName(t *testing.T) {
	t.Parallel()
	known := map[string]bool{"id": true, "external_id": true, "phone": true}
	for f := range fieldCount {
		if x := fieldTable[f]; x.name == "" || x.restriction != "contact."+x.name || x.text == nil || x.clear == nil {
			t.Errorf("field %d: %q, %q", f, x.name, x.restriction)
		}
		known[fieldTable[f].name] = true
	}
	if len(known) != len(FieldNames) {
		t.Errorf("%d fields, %d names", len(known), len(FieldNames))
	}
	for _, n := range FieldNames {
		if !known[n] {
			t.Errorf("%s is no field", n)
		}
	}
}
