package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
)

// exportView asks which fields of which contacts are wanted.
type exportView struct {
	What      string
	Selection selectionView
	Groups    []fieldGroup
	Error     string
}

type fieldGroup struct {
	Label  string
	Fields []option
}

// exportGroups order the fields as a person looks for them.
var exportGroups = []struct {
	label  string
	fields []string
}{
	{"Person", []string{"first_name", "last_name", "display_name", "kind", "status", "active", "owner"}},
	{"Contact methods", []string{"email", "emails", "phone", "phones"}},
	{"Company", []string{"company", "job_title", "division", "locked_to_company"}},
	{"Address", []string{"street", "city", "region", "postal_code", "country"}},
	{"Notifications and calls", []string{"time_zone", "language", "do_not_call", "call_hours", "marketing_opt_out"}},
	{"Portal and notes", []string{"portal_access", "login_source", "notes"}},
	{"Record", []string{"id", "external_id", "external_ids", "source", "created_at", "updated_at"}},
}

// exportPage offers the fields for the view that the address describes.
func (s *server) exportPage(w http.ResponseWriter, r *request) error {
	q, err := parseView(r.URL.Query())
	if err != nil {
		return err
	}
	sel := selectionView{All: true, View: viewURL("", q, nil), Return: viewURL("/contacts", q, nil)}
	q.Count = true
	list, err := s.Contacts.List(r.Context(), r.actor, q, desk.Page{Limit: 1})
	if err != nil {
		return err
	}
	what := "All " + plural(list.Count, "contact", "contacts")
	if sel.View != "" {
		what = "The " + plural(list.Count, "contact", "contacts") + " of this view"
		if list.CountAbout {
			what = "Up to " + plural(list.Count, "contact", "contacts") + " of this view"
		}
	}
	return s.showExport(w, r, http.StatusOK, exportView{What: what, Selection: sel})
}

// exportSelection offers the fields for the rows that were selected.
func (s *server) exportSelection(w http.ResponseWriter, r *request, sel selectionView) error {
	what := "The " + plural(len(sel.IDs), "selected contact", "selected contacts")
	if sel.All {
		what = "All contacts that match this view"
	}
	return s.showExport(w, r, http.StatusOK, exportView{What: what, Selection: sel})
}

func (s *server) showExport(w http.ResponseWriter, r *request, status int, v exportView) error {
	if !r.may(contacts.MayExport) {
		return &desk.Error{Kind: desk.Denied, Message: "You may not export contacts."}
	}
	defs, err := s.Contacts.Fields(r.Context(), r.actor)
	if err != nil {
		return err
	}
	known := importexport.Fields()
	for _, g := range exportGroups {
		group := fieldGroup{Label: g.label}
		for _, name := range g.fields {
			if slices.Contains(known, name) && r.actor.Access("contact."+name) != desk.Hidden {
				group.Fields = append(group.Fields, option{Value: name, Label: fieldLabel(name), Selected: true})
			}
		}
		v.Groups = append(v.Groups, group)
	}
	if len(defs) > 0 {
		group := fieldGroup{Label: "Custom fields"}
		for _, d := range defs {
			f := customSpec(d)
			group.Fields = append(group.Fields, option{Value: f.Name, Label: f.Label, Selected: true})
		}
		v.Groups = append(v.Groups, group)
	}
	s.show(w, r, status, "export", view{Title: "Export", Section: "Contacts", Data: v})
	return nil
}

// export streams the file. The form is a POST: an export is noted in the log.
func (s *server) export(w http.ResponseWriter, r *request) error {
	sel, _ := readSelection(r)
	if !r.may(contacts.MayExport) {
		return &desk.Error{Kind: desk.Denied, Message: "You may not export contacts."}
	}
	fields := r.PostForm["field"]
	if len(fields) == 0 {
		return s.showExport(w, r, http.StatusUnprocessableEntity, exportView{What: "Nothing yet", Selection: sel, Error: "Choose one field or more."})
	}
	var q contacts.Query
	if sel.All {
		chosen, err := sel.selection()
		if err != nil {
			return err
		}
		q = *chosen.Query
	} else {
		q.Filter.IDs = contactIDs(sel.IDs)
	}
	name := "contacts-" + s.Now().UTC().Format("2006-01-02") + ".csv"
	return s.download(w, r, name, "text/csv; charset=utf-8", func(to http.ResponseWriter) error {
		_, err := s.Importer.Export(r.Context(), r.actor, to, importexport.ExportOptions{Fields: fields, Query: q})
		return err
	})
}

// download streams a file. Until its first byte an error is shown as a page;
// after that the connection is cut, so that half a file is not taken for one.
func (s *server) download(w http.ResponseWriter, r *request, name, kind string, write func(http.ResponseWriter) error) error {
	d := &downloading{ResponseWriter: w, name: name, kind: kind}
	if err := write(d); err != nil {
		if !d.begun {
			return err
		}
		s.Log.ErrorContext(r.Context(), "a download broke off", "path", r.URL.Path, "error", err)
		panic(http.ErrAbortHandler)
	}
	if !d.begun {
		_, err := d.Write(nil)
		return err
	}
	return nil
}

// downloading sets a file's headers with its first byte.
type downloading struct {
	http.ResponseWriter
	name, kind string
	begun      bool
}

// Write begins the answer if it has not begun yet.
func (d *downloading) Write(b []byte) (int, error) {
	if !d.begun {
		d.begun = true
		d.Header().Set("Content-Type", d.kind)
		d.Header().Set("Content-Disposition", `attachment; filename="`+safeName(d.name)+`"; filename*=UTF-8''`+url.PathEscape(d.name))
	}
	return d.ResponseWriter.Write(b)
}

// safeName keeps what any system takes as a file's name.
func safeName(name string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '_' {
			return c
		}
		return '_'
	}, name)
}
