package web

import (
	"errors"
	"net/url"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
)

// rowsView is a table of an import's rows, with a card for each outcome that
// shows only those.
type rowsView struct {
	Cards []outcomeCard
	Rows  []importRowView
	pager
	// None is said when there is no row of the kind.
	None string
	// Planned: these rows are still to be applied.
	Planned bool
}

type outcomeCard struct {
	Label, Count, URL string
	Icon, Tone        string
	Current           bool
}

// importRowView is one row of a file and what it will do, or did.
type importRowView struct {
	Line              string
	Chip              stateChip
	Name, URL, NoName string
	Reason, By, As    string
	Fields            string
	Warnings          []string
	Planned           string
}

// rowKinds are the cards: how the outcome is called before and after.
var rowKinds = []struct {
	show, before, after, icon, tone string
	count                           func(*importexport.Counts) int
	filter                          importexport.RowFilter
}{
	{"created", "Create", "Created", "plus", "success", func(c *importexport.Counts) int { return c.Created }, outcome(contacts.Created)},
	{"updated", "Update", "Updated", "pencil", "info", func(c *importexport.Counts) int { return c.Updated }, outcome(contacts.Updated)},
	{"merged", "Merge", "Merged", "pencil", "info", func(c *importexport.Counts) int { return c.Merged }, outcome(contacts.Merged)},
	{"skipped", "Skip", "Skipped", "pause", "", func(c *importexport.Counts) int { return c.Skipped }, outcome(contacts.Skipped)},
	{"failed", "Fail", "Failed", "warning", "danger", func(c *importexport.Counts) int { return c.Failed }, outcome(contacts.Failed)},
	{"warnings", "Warnings", "Warnings", "info", "warning", func(c *importexport.Counts) int { return c.Warnings }, importexport.RowFilter{Warned: true}},
	{"moved", "", "Not as planned", "updown", "warning", func(c *importexport.Counts) int { return c.Moved }, importexport.RowFilter{Moved: true}},
}

func outcome(k contacts.OutcomeKind) importexport.RowFilter {
	return importexport.RowFilter{Outcomes: []contacts.OutcomeKind{k}}
}

// countStats are counts as they stand beside each other.
func countStats(c importexport.Counts) []linkView {
	all := []linkView{{Label: "Rows", URL: number(c.Rows)}}
	for _, k := range rowKinds {
		if n := k.count(&c); n > 0 || k.show == "created" || k.show == "failed" {
			all = append(all, linkView{Label: k.after, URL: number(n)})
		}
	}
	return all
}

// errFirstPage: the cursor of the address is none any more.
var errFirstPage = errors.New("the first page is to be shown")

// rowsAtOnce is how many rows a page shows.
const rowsAtOnce = 50

// importRows reads the page of rows that the address asks for.
func (s *server) importRows(r *request, i *importexport.Import, c importexport.Counts, step string) (rowsView, error) {
	q, path := r.URL.Query(), importURL(i.ID, step)
	v := rowsView{Planned: step == planStep, None: "There are no such rows."}
	show, filter, total := q.Get("show"), importexport.RowFilter{}, c.Rows
	v.Cards = []outcomeCard{{Label: "All rows", Count: number(c.Rows), URL: path, Icon: "file"}}
	for _, k := range rowKinds {
		n := k.count(&c)
		card := outcomeCard{Label: k.after, Count: number(n), Icon: k.icon, Current: show == k.show}
		if v.Planned {
			card.Label = k.before
		}
		if card.Current {
			filter, total = k.filter, n
		}
		if n == 0 && !card.Current && (k.show == "merged" || k.show == "updated" || k.show == "warnings" || k.show == "moved") {
			continue
		}
		if n > 0 {
			card.URL, card.Tone = pageAt(path, "", "show", k.show), k.tone
		}
		v.Cards = append(v.Cards, card)
	}
	v.Cards[0].Current = !filter.Warned && !filter.Moved && len(filter.Outcomes) == 0
	if v.Cards[0].Current {
		show = ""
	}
	return v, s.fillRows(r, i, &v, filter, show, total, q)
}

func (s *server) fillRows(r *request, i *importexport.Import, v *rowsView, filter importexport.RowFilter, show string, total int, q url.Values) error {
	at := desk.Cursor(q.Get("cursor"))
	list, err := s.Importer.Rows(r.Context(), r.actor, i.ID, filter, desk.Page{Limit: rowsAtOnce, Cursor: at})
	if k := desk.KindOf(err); at != "" && (k == desk.Expired || k == desk.Invalid) {
		return errFirstPage
	}
	if err != nil {
		return err
	}
	words := &ticketWords{names: map[desk.ContactID]string{}}
	var ids []desk.ContactID
	for k := range list.Rows {
		ids = append(ids, list.Rows[k].ContactID)
	}
	if err := s.nameContacts(r.Context(), r, words, ids); err != nil {
		return err
	}
	defs, err := s.Contacts.Fields(r.Context(), r.actor)
	if err != nil {
		return err
	}
	for k := range list.Rows {
		v.Rows = append(v.Rows, v.row(&list.Rows[k], words.names, defs))
	}
	of := ""
	if show != "warnings" { // several can be about one row
		of = totalOf(len(v.Rows), total, false)
	}
	page := func(c desk.Cursor) string { return pageAt(importURL(i.ID, r.step()), c, "show", show) }
	v.pager = pagerOf(len(v.Rows), of, "", list.Next, page)
	if at != "" {
		v.First = page("")
	}
	return nil
}

// step is the last part of the address.
func (r *request) step() string {
	return r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
}

// row shows one row.
func (v *rowsView) row(row *importexport.Row, names map[desk.ContactID]string, defs []contacts.FieldDef) importRowView {
	out := importRowView{Line: number(row.Line), Name: row.Name, Reason: reasonWords(row.Reason, defs), By: row.By, Warnings: row.Warnings, Chip: outcomeChip(row.Outcome, v.Planned)}
	if len(out.Warnings) > 5 {
		out.Warnings = append(out.Warnings[:5:5], "and "+number(len(row.Warnings)-5)+" more")
	}
	if name := names[row.ContactID]; name != "" {
		out.Name, out.URL = name, "/contacts/"+string(row.ContactID)
	}
	if out.Name == "" {
		out.NoName = "(no name)"
		if row.ContactID != "" {
			out.NoName = "(not in the directory any more)"
		}
	}
	if row.Outcome == contacts.Skipped || row.Outcome == contacts.Created {
		out.By = "" // the reason says it
	}
	if row.InFile > 0 {
		out.As = number(row.InFile)
	}
	out.Fields = fieldList(row.Fields, defs)
	if row.Planned != "" {
		out.Planned = strings.ToLower(outcomeChip(row.Planned, true).Label)
	}
	return out
}

// fieldList names the fields of a contact in a sentence.
func fieldList(names []string, defs []contacts.FieldDef) string {
	var labels []string
	for _, name := range names {
		labels = append(labels, importFieldLabel(name, defs))
	}
	return strings.Join(labels, ", ")
}

// reasonWords calls the field that a reason begins with by its label.
func reasonWords(reason string, defs []contacts.FieldDef) string {
	field, rest, ok := strings.Cut(reason, ": ")
	if !ok || strings.ContainsFunc(field, func(c rune) bool { return (c < 'a' || c > 'z') && c != '_' && c != '.' }) {
		return reason
	}
	return importFieldLabel(field, defs) + ": " + rest
}

// outcomeChip is what a row will do, or did.
func outcomeChip(o contacts.OutcomeKind, planned bool) stateChip {
	for _, k := range rowKinds {
		if k.show != string(o) {
			continue
		}
		if planned {
			return stateChip{k.before, k.icon, k.tone}
		}
		return stateChip{k.after, k.icon, k.tone}
	}
	return stateChip{Label: string(o)}
}
