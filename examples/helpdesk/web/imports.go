package web

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
)

// defaultUpload bounds a file unless the host says otherwise.
const defaultUpload = 256 << 20

// importsView lists the imports and takes a new file.
type importsView struct {
	Rows  []importRow
	Empty emptyView
	pager
	Action, Error string
	// Limit is the greatest length of a file in words, Most in bytes.
	Limit  string
	Most   int64
	Switch importSwitch
}

// importRow is one import in the list.
type importRow struct {
	Name, URL, Size, By, Counts string
	Begun                       *when
	Chip                        stateChip
}

// importSwitch says whether the team allows imports at all.
type importSwitch struct {
	Off    bool
	Reason string
	CanSet bool
}

// importSwitch asks whether the agent may begin an import now.
func (s *server) importSwitch(r *request) (importSwitch, error) {
	v := importSwitch{CanSet: r.may(contacts.MaySettings)}
	decisions, err := s.Contacts.Explain(r.Context(), r.actor, "", contacts.MayImport)
	for _, d := range decisions {
		if !d.Allowed {
			v.Off, v.Reason = true, d.Reason
		}
	}
	return v, err
}

// importsPage takes a file and lists the imports that there were.
func (s *server) importsPage(w http.ResponseWriter, r *request) error {
	return s.showImports(w, r, http.StatusOK, "")
}

func (s *server) showImports(w http.ResponseWriter, r *request, status int, problem string) error {
	if err := r.mustMay(contacts.MayImport); err != nil {
		return err
	}
	v := importsView{Action: "/imports?csrf=" + formToken(r.secret), Error: problem, Limit: byteSize(s.MaxUpload), Most: s.MaxUpload}
	var err error
	if v.Switch, err = s.importSwitch(r); err != nil {
		return err
	}
	at := desk.Cursor(r.URL.Query().Get("cursor"))
	list, err := s.Importer.List(r.Context(), r.actor, desk.Page{Limit: 25, Cursor: at})
	if k := desk.KindOf(err); at != "" && (k == desk.Expired || k == desk.Invalid) {
		return redirect(w, r, "/imports")
	}
	if err != nil {
		return err
	}
	people, err := s.people(r.Context(), r)
	if err != nil {
		return err
	}
	for k := range list.Imports {
		v.Rows = append(v.Rows, s.importRow(&list.Imports[k], people))
	}
	v.pager = pagerOf(len(v.Rows), "", list.Prev, list.Next, func(c desk.Cursor) string { return pageAt("/imports", c) })
	v.Empty = emptyView{Art: "import", Title: "No imports yet", Text: "Each import is listed here with what became of every row. It goes on when you leave its page, and it can be taken back."}
	s.show(w, r, status, "imports", view{Title: "Imports", Section: "Imports", Data: v})
	return nil
}

func (s *server) importRow(i *importexport.Import, p *people) importRow {
	row := importRow{Name: i.Name, URL: importURL(i.ID, ""), Size: byteSize(i.Size), By: p.by(i.ByKind, i.By), Begun: shown(i.CreatedAt, s.Now()), Chip: s.importChip(i)}
	c, words := i.Result, [...]string{"created", "updated", "merged", "skipped", "failed"}
	if i.StartedAt.IsZero() {
		c, words = i.Plan, [...]string{"to create", "to update", "to merge", "to skip", "that fail"}
	}
	var parts []string
	for k, n := range [...]int{c.Created, c.Updated, c.Merged, c.Skipped, c.Failed} {
		if n > 0 {
			parts = append(parts, number(n)+" "+words[k])
		}
	}
	row.Counts = strings.Join(parts, ", ")
	return row
}

// upload hands the file on as it comes, without keeping it anywhere between.
// Nothing is imported yet.
func (s *server) upload(w http.ResponseWriter, r *request) error {
	if err := r.mustMay(contacts.MayImport); err != nil {
		return err
	}
	body := r.Body
	tooLarge := func() error {
		// Browsers show an answer only when they have sent their file. What
		// somewhat too large a file has left is let pass by.
		_, _ = io.CopyN(io.Discard, body, s.MaxUpload)
		return s.showImports(w, r, http.StatusRequestEntityTooLarge, "The file is larger than "+byteSize(s.MaxUpload)+". Nothing was imported; split it, or use the import command.")
	}
	if r.ContentLength > s.MaxUpload {
		return tooLarge()
	}
	r.Body = http.MaxBytesReader(w, r.Body, s.MaxUpload)
	part, err := filePart(r)
	if err == nil && part == nil {
		return s.showImports(w, r, http.StatusUnprocessableEntity, "No file was chosen. Choose a file and try again.")
	}
	var i importexport.Import
	if err == nil {
		i, err = s.Importer.Receive(r.Context(), r.actor, fileName(part.FileName()), part, importexport.ReadOptions{})
	}
	var limit *http.MaxBytesError
	switch k := desk.KindOf(err); {
	case err == nil:
		return redirect(w, r, importURL(i.ID, "file"))
	case errors.As(err, &limit):
		return tooLarge()
	case k == desk.Invalid, k == desk.Limited, k == desk.Unavailable:
		return s.showImports(w, r, http.StatusUnprocessableEntity, fileName(part.FileName())+": "+desk.MessageOf(err))
	case k == desk.Denied: // the switch is off
		return s.showImports(w, r, http.StatusForbidden, "")
	}
	return err
}

// filePart returns the file of an upload, nil if there is none.
func filePart(r *request) (*multipart.Part, error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, nil //nolint:nilerr,nilnil // a form without a file
	}
	for {
		part, err := parts.NextPart()
		var limit *http.MaxBytesError
		switch {
		case errors.As(err, &limit):
			return nil, err
		case err != nil:
			return nil, nil //nolint:nilerr,nilnil // its end
		case part.FormName() == "file" && part.FileName() != "":
			return part, nil
		}
	}
}

// maxFileName is how long a file's name is kept, in bytes.
const maxFileName = 200

// fileName is what an upload is called on the pages: the last part of its
// name, without anything that could be mistaken for more.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.TrimSpace(strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || unicode.In(c, unicode.Cf, unicode.Zl, unicode.Zp) {
			return -1
		}
		return c
	}, name))
	end := path.Ext(name)
	if len(end) > 12 {
		end = ""
	}
	stem := strings.TrimSuffix(name, end)
	for len(stem)+len(end) > maxFileName {
		_, n := utf8.DecodeLastRuneInString(stem)
		stem = stem[:len(stem)-n]
	}
	if stem == "" && end == "" {
		return "file"
	}
	return stem + end
}

// importTemplate is a file to be filled in, with the columns that an import reads.
func (s *server) importTemplate(format string) handler {
	return func(w http.ResponseWriter, r *request) error {
		if err := r.mustMay(contacts.MayImport); err != nil {
			return err
		}
		return s.download(w, r, "contacts-template."+format, formatOf(format).kind, func(to http.ResponseWriter) error {
			return importexport.Template(to, format)
		})
	}
}
