package contacts

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/deskfolk/desk"
)

// All returns all contacts that match and that the actor sees, a page at a
// time, so that memory does not grow with their number. Without an order in
// the query they come in whichever is quickest.
//
// Fields are the names (of [FieldNames], or "custom." and a key) of those that
// are needed: others may be left empty, which is quicker. Without any, all are
// read.
//
// It needs MayExport and notes a compliance event, which names the contacts
// and the fields, before the first contact. If the filter names contacts, each
// of them must be there for the actor to see, else none is returned
// ([desk.NotFound]). Contacts that are changed meanwhile come once, or not if
// they moved back in the order. It ends after the first error.
func (s *Service) All(ctx context.Context, a desk.Actor, q Query, fields ...string) iter.Seq2[Contact, error] {
	return func(yield func(Contact, error) bool) {
		if err := s.all(ctx, a, q, fields, yield); err != nil {
			yield(Contact{}, desk.In("contacts.All", err))
		}
	}
}

func (s *Service) all(ctx context.Context, a desk.Actor, q Query, fields []string, yield func(Contact, error) bool) error {
	if err := need(a, "export contacts", MayExport); err != nil {
		return err
	}
	if err := needView(a); err != nil {
		return err
	}
	if err := checkExported(a, fields); err != nil {
		return err
	}
	q.Count = false
	f, err := s.find(ctx, s.store, a, q)
	if err != nil {
		return err
	}
	if err := s.checkSelected(ctx, a, f); err != nil {
		return err
	}
	if err := s.noteExport(ctx, a, q, f, fields); err != nil {
		return err
	}
	p := &exportPager{Service: s, actor: a, find: f, limit: firstExportPage}
	if q.plain() {
		p.scan = &Scan{State: f.State, Owner: SightOf(a).Owner, Fields: fields}
	}
	return p.each(ctx, yield)
}

// plain reports whether the query is for all contacts in any order, so that
// the table can be read as it is.
func (q Query) plain() bool {
	q.Filter.Binned = false
	return q.Sort == "" && len(q.Values()) == 0 && q.Filter.IDs == nil
}

// checkExported checks the names of the fields that are asked for.
func checkExported(a desk.Actor, fields []string) error {
	for _, f := range fields {
		if !slices.Contains(FieldNames, f) && !strings.HasPrefix(f, customPrefix) {
			return invalid("fields", "There is no field %.60q.", f)
		}
		if accessToName(a, f) == desk.Hidden {
			return restricted(f, desk.Hidden)
		}
	}
	return nil
}

const customPrefix = "custom."

// checkSelected refuses an export of contacts of which one is not there, or
// not for this actor: it would not be what was selected. The bin counts as
// somewhere else.
func (s *Service) checkSelected(ctx context.Context, a desk.Actor, f Find) error {
	if f.IDs == nil {
		return nil
	}
	ids := make([]desk.ContactID, len(f.IDs))
	for i, id := range f.IDs {
		ids[i] = desk.ContactID(id)
	}
	cs, err := s.store.Contacts(ctx, a.Workspace, ids)
	if err != nil {
		return err
	}
	there := make(map[desk.ContactID]bool, len(cs))
	for i := range cs {
		there[cs[i].ID] = sees(a, &cs[i]) && cs[i].State == f.State
	}
	for _, id := range ids {
		if !there[id] {
			return desk.Errorf(desk.NotFound, "id", "Not all of the selected contacts are there. Select them anew; nothing was exported.")
		}
	}
	return nil
}

// noteExport notes which fields of which contacts leave, before the first one does.
func (s *Service) noteExport(ctx context.Context, a desk.Actor, q Query, f Find, fields []string) error {
	f.Count, f.Limit = true, 1
	found, err := s.store.Find(ctx, a.Workspace, f)
	if err != nil {
		return err
	}
	j := s.journal(a, desk.Moment(s.now()), "")
	// What is too long for a sentence stands beside it.
	changes := desk.Changes{}
	changes.Add("id", "", strings.Join(f.IDs, " "))
	named := strings.Join(fields, ", ")
	switch {
	case named == "":
		named = "all"
	case len(named) > maxNamed:
		changes.Add("fields", "", named)
		named = fmt.Sprint(len(fields))
	}
	if err := j.Add(VerbExported, "", exportSummary(q, found, named), true, changes); err != nil {
		return err
	}
	return s.store.Update(ctx, func(tx Tx) error { return tx.Record(ctx, a.Workspace, j.All...) })
}

// maxNamed is how long the names of fields in a summary can be, in bytes.
const maxNamed = 250

// exportSummary says how many contacts, by which query, and which fields.
func exportSummary(q Query, found Found, fields string) string {
	about := ""
	if found.CountAbout {
		about = "up to "
	}
	which := "all"
	if len(q.Filter.IDs) > 0 {
		which = "selected"
		q.Filter.IDs = nil
	}
	if v := q.Values().Encode(); v != "" {
		which += " with " + v
		which = strings.TrimPrefix(which, "all with ")
	}
	return fmt.Sprintf("Contacts exported: %s%d (%s). Fields: %s.", about, found.Count, which, fields)
}
