package web

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/importexport"
)

// pageButton begins the value of a button to another page of columns.
const pageButton = "page:"

// saveImportMatching takes what was chosen for the columns of a page, and does
// what the button says.
func (s *server) saveImportMatching(w http.ResponseWriter, r *request) error {
	i, err := s.importOf(r)
	if err != nil {
		return err
	}
	if !openImport(&i) {
		return redirect(w, r, importURL(i.ID, s.stepOf(&i)))
	}
	plain := i.Choices
	plain.Map = nil
	by, err := s.matchingOf(r, i, plain)
	if err != nil {
		return s.notReadable(w, r, &i, err)
	}
	switch r.PostForm.Get("do") {
	case "apply":
		return s.applyMapping(w, r, by)
	case "delete":
		return s.deleteMapping(w, r, by)
	}
	return s.chooseColumns(w, r, by)
}

// chooseColumns keeps the choices of the form.
func (s *server) chooseColumns(w http.ResponseWriter, r *request, by *matching) error {
	o := by.i.Choices
	o.Map = maps.Clone(o.Map)
	for k := range by.columns {
		if name := columnInput(k); by.first[k] && r.PostForm.Has(name) {
			o.Map = override(o.Map, &by.columns[k], r.PostForm.Get(name))
		}
	}
	m, problem, err := s.tryColumns(r, by, o)
	if err == nil && problem == "" && !maps.Equal(o.Map, by.i.Choices.Map) {
		s.works.giveUp(r.Context(), by.i.ID)
		_, err = s.Importer.Choose(r.Context(), r.actor, by.i.ID, o)
	}
	again := func(problem string) error {
		return s.showMatching(w, r, m, http.StatusUnprocessableEntity, problem)
	}
	switch do := r.PostForm.Get("do"); {
	case err != nil:
		return s.refused(w, r, &by.i, err, again)
	case problem != "":
		return again(problem)
	case do == "save":
		err := s.Importer.SaveMapping(r.Context(), r.actor, r.PostForm.Get("name"), importexport.MappingOf(m.columns))
		if err != nil {
			return s.refused(w, r, &by.i, err, again)
		}
		s.leaveToast(w, toast{Text: "The matching was kept as “" + clip(r.PostForm.Get("name"), 60) + "”."})
		return redirect(w, r, pageAt(importURL(by.i.ID, matchingStep), "", "from", r.PostForm.Get("from")))
	case strings.HasPrefix(do, pageButton):
		return redirect(w, r, pageAt(importURL(by.i.ID, matchingStep), "", "from", strings.TrimPrefix(do, pageButton)))
	}
	return redirect(w, r, importURL(by.i.ID, duplicatesStep))
}

// override notes a choice that is not what the column's name says.
func override(chosen map[string]string, c *importexport.Column, field string) map[string]string {
	if field == goesTo(c) {
		delete(chosen, c.Header)
		return chosen
	}
	if chosen == nil {
		chosen = map[string]string{}
	}
	chosen[c.Header] = field
	return chosen
}

// tryColumns matches with the choices of the form, and says what of them
// cannot be. It returns a matching to show in any case.
func (s *server) tryColumns(r *request, by *matching, o importexport.Choices) (*matching, string, error) {
	m, err := s.matchingOf(r, by.i, o)
	if err != nil {
		if k := desk.KindOf(err); k != desk.Invalid && k != desk.Limited {
			return by, "", err
		}
		if name := twice(r, by); name != "" {
			return by, "Two columns go to " + importFieldLabel(name, by.defs) + ". Leave one of them out.", nil
		}
		return by, desk.MessageOf(err), nil
	}
	read := false
	for k := range m.columns {
		field := r.PostForm.Get(columnInput(k))
		if read = read || m.columns[k].Field != nil; field == "" || m.columns[k].Field != nil {
			continue
		}
		if name := twice(r, by); name != "" {
			return m, "Two columns go to " + importFieldLabel(name, by.defs) + ". Leave one of them out.", nil
		}
		return m, columnName(m.columns[k].Header, k) + " cannot go to " + importFieldLabel(field, by.defs) + " in this file.", nil
	}
	if !read && !strings.HasPrefix(r.PostForm.Get("do"), pageButton) {
		return m, "No column goes to a field, so there is nothing to import. Choose a field for one of them at least.", nil
	}
	return m, "", nil
}

// twice returns a field that two columns of the form go to, and that has room
// for one.
func twice(r *request, m *matching) string {
	seen := map[string]bool{}
	for k := range m.columns {
		field := r.PostForm.Get(columnInput(k))
		many := slices.ContainsFunc(m.targets, func(t importexport.Target) bool { return t.Field == field && t.Many })
		if field != "" && seen[field] && !many {
			return field
		}
		seen[field] = true
	}
	return ""
}

// applyMapping uses a mapping that was kept.
func (s *server) applyMapping(w http.ResponseWriter, r *request, by *matching) error {
	name := r.PostForm.Get("saved")
	kept, err := s.Importer.Using(r.Context(), r.actor, name, by.i.Found.Header)
	if err == nil && len(kept) == 0 {
		err = desk.Errorf(desk.Invalid, "saved", "None of the columns of “%s” is in this file. Nothing was changed.", clip(name, 60))
	}
	o := by.i.Choices
	o.Map = nil
	for k := range by.columns {
		if field, ok := kept[by.columns[k].Header]; ok && by.first[k] {
			o.Map = override(o.Map, &by.columns[k], field)
		}
	}
	if err == nil {
		s.works.giveUp(r.Context(), by.i.ID)
		_, err = s.Importer.Choose(r.Context(), r.actor, by.i.ID, o)
	}
	if err != nil {
		return s.mappingFault(w, r, by, err)
	}
	s.leaveToast(w, toast{Text: "The matching “" + clip(name, 60) + "” was applied to " + plural(len(kept), "column", "columns") + "."})
	return redirect(w, r, importURL(by.i.ID, matchingStep))
}

// deleteMapping forgets a mapping. Imports that used it stay as they are.
func (s *server) deleteMapping(w http.ResponseWriter, r *request, by *matching) error {
	name := r.PostForm.Get("saved")
	if err := s.Importer.DeleteMapping(r.Context(), r.actor, name); err != nil {
		return s.mappingFault(w, r, by, err)
	}
	s.leaveToast(w, toast{Text: "The matching “" + clip(name, 60) + "” was deleted. This import keeps its columns."})
	return redirect(w, r, importURL(by.i.ID, matchingStep))
}

// mappingFault says on the page what is wrong with a mapping; one that somebody
// has deleted is no missing page.
func (s *server) mappingFault(w http.ResponseWriter, r *request, by *matching, err error) error {
	again := func(problem string) error {
		m, err := s.matchingOf(r, by.i, by.i.Choices)
		if err != nil {
			return err
		}
		return s.showMatching(w, r, m, http.StatusUnprocessableEntity, problem)
	}
	if desk.KindOf(err) == desk.NotFound {
		return again(desk.MessageOf(err))
	}
	return s.refused(w, r, &by.i, err, again)
}
