package web

import (
	"errors"
	"net/http"
	"path"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/importexport"
)

// importSummaryView is what became of an import.
type importSummaryView struct {
	importHead
	Rows            rowsView
	Took, Moved     string
	Notes, LeftOut  []string
	FailedURL       string
	UndoURL, NoUndo string
	Undone          *undoneView
}

// undoneView is what came of taking an import back.
type undoneView struct {
	At    *when
	Stats []linkView
	Kept  []keptView
	More  string
}

// keptView is a contact that was left as it is, at least in part.
type keptView struct {
	Name, URL, Fields, Reason string
}

// importSummary shows what became of every row.
func (s *server) importSummary(w http.ResponseWriter, r *request) error {
	i, err := s.importOf(r)
	if err != nil {
		return err
	}
	if s.stepOf(&i) != summaryStep {
		return redirect(w, r, importURL(i.ID, s.stepOf(&i)))
	}
	var v importSummaryView
	if v.importHead, err = s.importHead(r, &i, summaryStep); err != nil {
		return err
	}
	v.fill(&i)
	if i.State == importexport.Undone {
		if v.Undone, err = s.undoneView(r, &i); err != nil {
			return err
		}
	}
	v.Rows, err = s.importRows(r, &i, i.Result, summaryStep)
	if errors.Is(err, errFirstPage) {
		return redirect(w, r, importURL(i.ID, summaryStep))
	}
	if err != nil {
		return err
	}
	s.show(w, r, http.StatusOK, "importsummary", view{Title: i.Name, Section: "Imports", Data: v})
	return nil
}

// fill says what there is to say besides the rows.
func (v *importSummaryView) fill(i *importexport.Import) {
	v.Notes, v.LeftOut = i.Notes, leftOut(i)
	if !i.EndedAt.IsZero() {
		v.Took = duration(i.EndedAt.Sub(i.StartedAt))
	}
	if i.Result.Moved > 0 {
		v.Moved = plural(i.Result.Moved, "row did something else than was planned", "rows did something else than was planned")
	}
	if i.Result.Failed > 0 && i.Kept {
		v.FailedURL = importURL(i.ID, "failed")
	}
	switch changed := i.Result.Created + i.Result.Updated + i.Result.Merged; {
	case i.State != importexport.Done || changed == 0:
	case !i.Kept:
		v.NoUndo = "What would take this import back is not kept any more."
	case !v.Switch.Off:
		v.UndoURL = importURL(i.ID, "undo")
	}
}

// shownKept is how many contacts that were kept are listed.
const shownKept = 100

// undoneView tells of the contacts that were kept, and why.
func (s *server) undoneView(r *request, i *importexport.Import) (*undoneView, error) {
	v := &undoneView{At: shown(i.UndoneAt, s.Now()), Stats: undoStats(i.Undone)}
	kept, err := s.Importer.UndoRows(r.Context(), r.actor, i.ID)
	if err != nil {
		return nil, err
	}
	if n := max(i.Undone.Kept, len(kept)) - shownKept; n > 0 {
		v.More, kept = "and "+number(n)+" more", kept[:min(len(kept), shownKept)]
	}
	words := &ticketWords{names: map[desk.ContactID]string{}}
	var ids []desk.ContactID
	for _, k := range kept {
		ids = append(ids, k.ID)
	}
	if err := s.nameContacts(r.Context(), r, words, ids); err != nil {
		return nil, err
	}
	defs, err := s.Contacts.Fields(r.Context(), r.actor)
	if err != nil {
		return nil, err
	}
	for _, k := range kept {
		row := keptView{Name: words.names[k.ID], Fields: fieldList(k.Fields, defs), Reason: k.Reason}
		if row.Name != "" {
			row.URL = "/contacts/" + string(k.ID)
		} else {
			row.Name = "(not in the directory any more)"
		}
		v.Kept = append(v.Kept, row)
	}
	return v, nil
}

func undoStats(c importexport.UndoCounts) []linkView {
	return []linkView{{Label: "To the recycle bin", URL: number(c.Removed)}, {Label: "Put back", URL: number(c.PutBack)}, {Label: "Kept", URL: number(c.Kept)}, {Label: "Gone before", URL: number(c.Gone)}}
}

// importFailed hands back the rows that failed, with line and reason.
func (s *server) importFailed(w http.ResponseWriter, r *request) error {
	i, err := s.importOf(r)
	if err != nil {
		return err
	}
	c := i.Result
	if i.StartedAt.IsZero() {
		c = i.Plan
	}
	if c.Failed == 0 {
		return &desk.Error{Kind: desk.NotFound, Message: "There are no failed rows."}
	}
	// They come as they stood: a workbook's in a workbook, and others' as CSV
	// in the encoding of their file.
	format, kind := importexport.FormatCSV, "text/csv"
	if i.Found.Format == importexport.FormatXLSX {
		format, kind = importexport.FormatXLSX, formatOf(importexport.FormatXLSX).kind
	}
	name := strings.TrimSuffix(i.Name, path.Ext(i.Name)) + "-failed." + format
	return s.download(w, r, name, kind, func(to http.ResponseWriter) error {
		_, err := s.Importer.Failed(r.Context(), r.actor, i.ID, to)
		return err
	})
}

// importAskView asks before an import is taken back or given up.
type importAskView struct {
	importHead
	Title, Icon, Button, Cancel string
	Stats                       []linkView
	Texts                       []string
}

// importUndo shows what taking an import back does.
func (s *server) importUndo(w http.ResponseWriter, r *request) error {
	i, err := s.importOf(r)
	if err != nil {
		return err
	}
	if !s.mayUndo(&i) {
		return redirect(w, r, importURL(i.ID, s.stepOf(&i)))
	}
	v := importAskView{Title: "Take the import back?", Icon: "undo", Cancel: importURL(i.ID, s.stepOf(&i))}
	if v.importHead, err = s.importHead(r, &i, "undo"); err != nil {
		return err
	}
	made, changed := i.Result.Created, i.Result.Updated+i.Result.Merged
	v.Stats = []linkView{{Label: "Go to the recycle bin", URL: number(made)}, {Label: "Get their values back", URL: number(changed)}}
	v.Button = "Take back " + plural(made+changed, "row", "rows")
	if made > 0 {
		v.Texts = append(v.Texts, "The "+plural(made, "contact", "contacts")+" that the import made "+verb(made, "goes", "go")+" to the recycle bin, where they can be restored.")
	}
	if changed > 0 {
		v.Texts = append(v.Texts, "The "+plural(changed, "contact", "contacts")+" that it changed "+verb(changed, "gets", "get")+" back the values of before.")
	}
	v.Texts = append(v.Texts, "What somebody has edited since is kept, and you are told of it. Companies that the import made stay.")
	s.show(w, r, http.StatusOK, "importask", view{Title: v.Title, Section: "Imports", Data: v})
	return nil
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// mayUndo reports whether an import can be taken back now.
func (s *server) mayUndo(i *importexport.Import) bool {
	stands := i.State == importexport.Done || i.State == importexport.Applying
	return stands && i.Kept && !s.works.of(i.ID).running
}

// undoImport takes an import back.
func (s *server) undoImport(w http.ResponseWriter, r *request) error {
	i, err := s.importOf(r)
	if err != nil {
		return err
	}
	if s.mayUndo(&i) {
		s.workOn(r, i.ID, undoWork, s.undoJob(i.ID))
	}
	return redirect(w, r, importURL(i.ID, ""))
}

// importRemoval asks before an import that has changed nothing is given up.
func (s *server) importRemoval(w http.ResponseWriter, r *request) error {
	i, err := s.importOf(r)
	if err != nil {
		return err
	}
	v := importAskView{Title: "Remove this import?", Icon: "trash", Button: "Remove the import", Cancel: importURL(i.ID, "")}
	if v.importHead, err = s.importHead(r, &i, "remove"); err != nil {
		return err
	}
	if v.RemoveURL == "" {
		return redirect(w, r, importURL(i.ID, s.stepOf(&i)))
	}
	v.Texts = []string{"The file, its matching and its plan are removed. Nothing of it was imported, so no contact changes."}
	s.show(w, r, http.StatusOK, "importask", view{Title: v.Title, Section: "Imports", Data: v})
	return nil
}

// removeImport gives an import up.
func (s *server) removeImport(w http.ResponseWriter, r *request) error {
	i, err := s.importOf(r)
	if err != nil {
		return err
	}
	s.works.giveUp(r.Context(), i.ID)
	if err := s.Importer.Drop(r.Context(), r.actor, i.ID); err != nil {
		return s.refused(w, r, &i, err, func(string) error { return err })
	}
	s.leaveToast(w, toast{Text: "The import of " + clip(i.Name, 80) + " was removed. Nothing of it had been imported."})
	return redirect(w, r, "/imports")
}
