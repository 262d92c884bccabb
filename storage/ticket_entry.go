package storage

import (
	"context"
	"slices"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// A ticket is found by the names and addresses of those who take part. Their
// words stand in the ticket's entry as they stand in the contacts' own, so that
// no rule is needed to keep them up to date: who changes a contact's entry
// changes those of its tickets.

// peopleClasses are the classes of text that a ticket has from its contacts.
var peopleClasses = []contacts.Class{contacts.ClassName, contacts.ClassEmail}

// putTicketEntry writes the entry of a ticket that is new or has changed.
func (r *rows) putTicketEntry(ctx context.Context, w desk.WorkspaceID, rec tickets.Record, fresh bool) error {
	id := string(rec.Ticket.ID)
	if !fresh {
		// The entry's lock comes before the names are read: a contact that is
		// renamed meanwhile waits, and brings its new name in afterwards.
		if err := r.voidEntries(ctx, w, ticketRealm, []string{id}); err != nil {
			return err
		}
	}
	people, err := r.ticketPeople(ctx, w, []string{id})
	if err != nil {
		return err
	}
	e := entry{id: id, text: append(slices.Clip(rec.Index.Text), people[id]...), facets: rec.Index.Facets, keys: keys(rec.Index.Sort[:]...), fresh: fresh}
	return r.putEntries(ctx, w, ticketRealm, []entry{e})
}

// ticketPeople returns the lines that tickets have from those who take part.
func (r *rows) ticketPeople(ctx context.Context, w desk.WorkspaceID, ids []string) (map[string][]contacts.Line, error) {
	rs, err := r.query(ctx, `SELECT p.ticket_id, e.text FROM desk_ticket_participants AS p
		JOIN desk_search_entries AS e ON e.workspace_id = p.workspace_id AND e.realm = 'contact' AND e.id = p.contact_id
		WHERE p.workspace_id = $1 AND p.ticket_id `+r.d.inTexts(2)+` ORDER BY p.ticket_id, p.contact_id`, string(w), r.d.texts(ids))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	words := map[string]map[contacts.Class][]string{}
	for rs.Next() {
		var id, text string
		if err := rs.Scan(&id, &text); err != nil {
			return nil, r.mapError(err)
		}
		if words[id] == nil {
			words[id] = map[contacts.Class][]string{}
		}
		for _, l := range readLines(text) {
			words[id][l.Class] = append(words[id][l.Class], l.Text)
		}
	}
	out := make(map[string][]contacts.Line, len(words))
	for id, of := range words {
		for _, class := range peopleClasses {
			if len(of[class]) > 0 {
				out[id] = append(out[id], contacts.Line{Class: class, Text: strings.Join(of[class], " ")})
			}
		}
	}
	return out, r.mapError(rs.Err())
}

// readLines reads what lines wrote.
func readLines(text string) []contacts.Line {
	var all []contacts.Line
	for line := range strings.Lines(text) {
		class, words, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		all = append(all, contacts.Line{Class: contacts.Class(class), Text: words})
	}
	return all
}

// ticketsOf returns the tickets in which any of the contacts takes part.
func (r *rows) ticketsOf(ctx context.Context, w desk.WorkspaceID, ids []string) ([]string, error) {
	found, err := r.texts(ctx, `SELECT ticket_id FROM desk_ticket_participants WHERE workspace_id = $1 AND contact_id `+r.d.inTexts(2), string(w), r.d.texts(ids))
	slices.Sort(found)
	return slices.Compact(found), err
}

// refreshTickets brings the entries of tickets up to date with those of their
// contacts.
func (r *rows) refreshTickets(ctx context.Context, w desk.WorkspaceID, ids []string) error {
	return r.rewriteTickets(ctx, w, ids, func(facets []string) []string { return facets })
}

// rewriteTickets gives the entries of tickets the words of those who take part
// now, and the facets that keep leaves of them.
func (r *rows) rewriteTickets(ctx context.Context, w desk.WorkspaceID, ids []string, keep func(facets []string) []string) error {
	for some := range slices.Chunk(ids, listPart) {
		var all []storedEntry
		err := r.eachEntry(ctx, w, ticketRealm, some, r.d.ForUpdate, func(e *storedEntry) { all = append(all, *e) })
		if err != nil {
			return err
		}
		people, err := r.ticketPeople(ctx, w, some)
		if err != nil {
			return err
		}
		var changed []entry
		for _, e := range all {
			own := slices.DeleteFunc(readLines(e.text), func(l contacts.Line) bool { return slices.Contains(peopleClasses, l.Class) })
			text, facets := append(own, people[e.id]...), keep(facetsOf(e.facets))
			if lines(text) != e.text || facetLines(facets) != e.facets {
				changed = append(changed, entry{id: e.id, text: text, facets: facets, keys: e.keys[:]})
			}
		}
		if err := r.putEntries(ctx, w, ticketRealm, changed); err != nil {
			return err
		}
	}
	return nil
}

// facetsOf reads what facetLines wrote.
func facetsOf(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.Trim(s, "\n"), "\n")
}
