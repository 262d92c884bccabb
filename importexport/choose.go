package importexport

import (
	"context"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Choose keeps choices with an import that has not begun, to be planned later,
// and looks into the file anew: a person who chooses step by step can leave and
// go on. A plan that was made, or is being made, is given up. What cannot be
// read or matched is refused, and nothing changes. It needs what Receive needs.
func (s *Service) Choose(ctx context.Context, a desk.Actor, id desk.ImportID, o Choices) (Import, error) {
	i, err := s.choose(ctx, a, id, o, Received)
	return i, desk.In("importexport.Choose", err)
}

// choose checks the choices and keeps them with an import, whose plan is given
// up; it is in the state then.
func (s *Service) choose(ctx context.Context, a desk.Actor, id desk.ImportID, o Choices, then State) (Import, error) {
	if err := s.mayImport(ctx, a); err != nil {
		return Import{}, err
	}
	switch o.OnDuplicate {
	case "":
		o.OnDuplicate = contacts.Skip
	case contacts.Skip, contacts.Update, contacts.CreateAnyway, contacts.MergeInto:
	default:
		return Import{}, desk.Errorf(desk.Invalid, "on_duplicate", "Duplicates can be skipped, updated, created or merged: give skip, update, create or merge.")
	}
	old, err := s.store.Import(ctx, a.Workspace, id)
	if err != nil {
		return old, missing(err)
	}
	if err := mayPlan(&old); err != nil {
		return old, err
	}
	// What cannot be read or matched is refused before the old plan goes.
	next := old
	next.Choices = o
	if then == Received {
		next.State = Receiving // it can still be mapped: see found
	}
	if err := s.lookInto(ctx, a, &next); err != nil {
		return old, err
	}
	return s.change(ctx, a, id, func(tx Tx, i *Import) error {
		if err := mayPlan(i); err != nil {
			return err
		}
		moved, turn := i.MovedAt, i.Turn
		*i = next
		i.MovedAt, i.State, i.Error, i.Turn = moved, then, "", turn+1
		i.Plan, i.Chunks, i.Companies, i.Earlier = Counts{}, 0, 0, ""
		return tx.DeleteChunks(ctx, a.Workspace, id)
	})
}

// maxRowName is the greatest length of Row.Name, in characters.
const maxRowName = 80

// nameIn returns what to call the person of a row.
func nameIn(c *contacts.NewContact) string {
	names := []string{c.DisplayName, c.FirstName + " " + c.LastName, c.Email}
	for _, e := range c.Emails {
		names = append(names, e.Value)
	}
	for _, name := range append(names, c.CompanyName) {
		name = strings.Join(strings.Fields(name), " ")
		if runes := []rune(name); len(runes) > maxRowName {
			name = string(runes[:maxRowName-1]) + "…"
		}
		if name != "" {
			return name
		}
	}
	return ""
}
