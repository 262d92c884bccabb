package web

import (
	"io"
	"net/http"
	"net/url"
	"os"
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
	Formats   []exportFormat
	Groups    []fieldGroup
	Error     string
	// format and fields are what was chosen; nil: all fields.
	format string
	fields []string
}

// exportFormat is a format as it is offered.
type exportFormat struct {
	Value, Label, Help string
	Selected           bool
	kind               string
}

var exportFormats = []exportFormat{
	{Value: importexport.FormatCSV, Label: "CSV (.csv)", Help: "For other programs, and for very many contacts.", kind: "text/csv; charset=utf-8"},
	{Value: importexport.FormatXLSX, Label: "Excel workbook (.xlsx)", Help: "For Excel, LibreOffice and other spreadsheets. All values are text, so that no number or date is changed.",
		kind: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
}

// formatOf returns the format with a name; the first one if there is none.
func formatOf(name string) exportFormat {
	i := slices.IndexFunc(exportFormats, func(f exportFormat) bool { return f.Value == name })
	return exportFormats[max(i, 0)]
}

// exportLabels are those of columns that are no fields of the editor.
var exportLabels = map[string]string{
	"id": "Contact ID", "external_id": "External ID", "external_ids": "Other external IDs", "phone": "Main phone",
	"source": "How it came in", "created_at": "Created", "created_by": "Created by", "updated_at": "Last change",
}

func exportLabel(name string) string {
	if l, ok := exportLabels[name]; ok {
		return l
	}
	return fieldLabel(name)
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
	{"Record", []string{"id", "external_id", "external_ids", "source", "created_at", "created_by", "updated_at"}},
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
	chosen := func(name string) bool { return v.fields == nil || slices.Contains(v.fields, name) }
	v.Formats = slices.Clone(exportFormats)
	for i := range v.Formats {
		v.Formats[i].Selected = v.Formats[i].Value == formatOf(v.format).Value
	}
	known := importexport.Fields()
	for _, g := range exportGroups {
		group := fieldGroup{Label: g.label}
		for _, name := range g.fields {
			if slices.Contains(known, name) && importexport.Access(r.actor, name) != desk.Hidden {
				group.Fields = append(group.Fields, option{Value: name, Label: exportLabel(name), Selected: chosen(name)})
			}
		}
		v.Groups = append(v.Groups, group)
	}
	if len(defs) > 0 {
		group := fieldGroup{Label: "Custom fields"}
		for _, d := range defs {
			f := customSpec(d)
			if importexport.Access(r.actor, f.Name) != desk.Hidden {
				group.Fields = append(group.Fields, option{Value: f.Name, Label: f.Label, Selected: chosen(f.Name)})
			}
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
	fields, format := r.PostForm["field"], formatOf(r.PostForm.Get("format"))
	if len(fields) == 0 {
		return s.showExport(w, r, http.StatusUnprocessableEntity, exportView{What: "Nothing yet", Selection: sel, Error: "Choose one field or more.", format: format.Value, fields: []string{}})
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
	o := importexport.ExportOptions{Format: format.Value, Fields: fields, Query: q}
	name := "contacts-" + s.Now().UTC().Format("2006-01-02") + "." + format.Value
	write := func(to http.ResponseWriter) error {
		_, err := s.Importer.Export(r.Context(), r.actor, to, o)
		return err
	}
	if format.Value == importexport.FormatXLSX {
		write = func(to http.ResponseWriter) error { return s.exportWhole(r, to, o) }
	}
	err := s.download(w, r, name, format.kind, write)
	if desk.KindOf(err) == desk.NotFound {
		// One of the selected contacts is gone. The page is not: it says so.
		return &desk.Error{Kind: desk.Conflict, Message: desk.MessageOf(err), Err: err}
	}
	return err
}

// exportWhole writes the file on the disk first and hands it out when it is
// whole: a workbook can turn out not to hold a text, which a page can still
// say then.
func (s *server) exportWhole(r *request, to io.Writer, o importexport.ExportOptions) error {
	f, err := os.CreateTemp("", "helpdesk-export-*")
	if err != nil {
		return &desk.Error{Kind: desk.Unavailable, Message: "The file could not be made on the server. Try again.", Err: err}
	}
	defer func() {
		_ = f.Close()
		_ = os.Remove(f.Name())
	}()
	if _, err = s.Importer.Export(r.Context(), r.actor, f, o); err != nil {
		return err
	}
	if _, err = f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err = io.Copy(to, f)
	return err
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
