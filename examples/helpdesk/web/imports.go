package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/csv"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
)

// maxUpload bounds a file, and keepImports how many runs of the workspace are remembered.
const (
	maxUpload   = 256 << 20
	keepImports = 50
	maxShown    = 200 // outcomes and warnings that a summary lists
	filePrefix  = "helpdesk-import-"
)

// run is one import: an uploaded file, then the work, then its summary. Its
// page can be left and found again while the process lives.
type run struct {
	mu sync.Mutex

	id, name, path, failed string
	by                     string
	size                   int64
	begun, ended           time.Time
	state                  string // "chosen", "running", "done", "broken"
	duplicates             contacts.OnDuplicate
	progress               importexport.Progress
	result                 importexport.Result
	problems               []problemView
	warnings               []problemView
	more                   int
	err                    string
}

type problemView struct {
	Line   string
	Text   string
	Failed bool
}

// imports are the runs of this process, newest first.
type imports struct {
	dir string
	now func() time.Time
	mu  sync.Mutex
	all []*run
}

// newImports begins without any. Files that an earlier process left behind are
// removed once they are a day old.
func newImports(dir string, now func() time.Time) *imports {
	if dir == "" {
		dir = os.TempDir()
	}
	left, _ := filepath.Glob(filepath.Join(dir, filePrefix+"*"))
	for _, path := range left {
		if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > 24*time.Hour {
			_ = os.Remove(path)
		}
	}
	return &imports{dir: dir, now: now}
}

// keep stores an uploaded file and remembers the run.
func (m *imports) keep(name, by string, file io.Reader) (*run, error) {
	f, err := os.CreateTemp(m.dir, filePrefix+"*.csv")
	if err != nil {
		return nil, &desk.Error{Kind: desk.Unavailable, Message: "The file could not be kept on the server. Nothing was imported; try again.", Err: err}
	}
	size, err := io.Copy(f, file)
	if err = errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(f.Name())
		return nil, err
	}
	r := &run{id: rand.Text(), name: name, path: f.Name(), failed: f.Name() + ".failed", by: by, size: size, begun: m.now(), state: "chosen", duplicates: contacts.Skip}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all = slices.Insert(m.all, 0, r)
	if len(m.all) > keepImports {
		m.all[keepImports].forget()
		m.all = m.all[:keepImports]
	}
	return r, nil
}

func (m *imports) find(id string) (*run, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.all {
		if r.id == id {
			return r, nil
		}
	}
	return nil, &desk.Error{Kind: desk.NotFound, Message: "There is no such import."}
}

func (m *imports) list() []*run {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.all)
}

// forget removes a run's files, unless it is still at work.
func (r *run) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.state != "running" {
		_ = os.Remove(r.path)
		_ = os.Remove(r.failed)
	}
}

// note keeps what a summary lists: rows that failed, and warnings.
func (r *run) note(list *[]problemView, line int, text string, failed bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(*list) == maxShown {
		r.more++
		return
	}
	*list = append(*list, problemView{Line: number(line), Text: text, Failed: failed})
}

// importsView lists the runs and takes a new file.
type importsView struct {
	Runs    []runView
	Action  string
	Error   string
	Allowed bool
	Reason  string
	CanSet  bool
}

// runView is one import as its page shows it.
type runView struct {
	ID, URL, Name, Size, By string
	Begun                   *when
	State                   string
	StateChip               stateChip
	Action                  string
	// Before the start:
	Columns    []columnChoice
	Found      []linkView
	Duplicates []option
	Error      string
	Rows       [][]string
	Header     []string
	// While it runs, and after:
	Percent, RowsText, Rate, Left string
	Stats                         []linkView
	Problems, Warnings            []problemView
	More                          string
	FailedURL                     string
	Took                          string
	Unmatched                     []string
}

type columnChoice struct {
	N                int
	Header, Sample   string
	Options          []option
	Matched, Ignored bool
}

// importsPage takes a file and lists the imports that there were.
func (s *server) importsPage(w http.ResponseWriter, r *request) error {
	return s.showImports(w, r, http.StatusOK, "")
}

func (s *server) showImports(w http.ResponseWriter, r *request, status int, problem string) error {
	if !r.may(contacts.MayImport) {
		return &desk.Error{Kind: desk.Denied, Message: "You may not import contacts."}
	}
	v := importsView{Action: "/imports?csrf=" + formToken(r.secret), Error: problem, Allowed: true, CanSet: r.may(contacts.MaySettings)}
	decisions, err := s.Contacts.Explain(r.Context(), r.actor, "", contacts.MayImport)
	if err != nil {
		return err
	}
	for _, d := range decisions {
		if !d.Allowed {
			v.Allowed, v.Reason = false, d.Reason
		}
	}
	people, err := s.people(r.Context(), r)
	if err != nil {
		return err
	}
	for _, run := range s.imports.list() {
		v.Runs = append(v.Runs, s.runView(run, people))
	}
	s.show(w, r, status, "imports", view{Title: "Imports", Section: "Imports", Data: v})
	return nil
}

// upload keeps the file and looks into it. Nothing is imported yet.
func (s *server) upload(w http.ResponseWriter, r *request) error {
	if !r.may(contacts.MayImport) {
		return &desk.Error{Kind: desk.Denied, Message: "You may not import contacts."}
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	parts, err := r.MultipartReader()
	if err != nil {
		return s.showImports(w, r, http.StatusUnprocessableEntity, "No file was sent. Choose a file and try again.")
	}
	for {
		part, err := parts.NextPart()
		if err != nil {
			return s.showImports(w, r, http.StatusUnprocessableEntity, "No file was chosen. Choose a file and try again.")
		}
		if part.FormName() != "file" || part.FileName() == "" {
			continue
		}
		run, err := s.imports.keep(fileName(part.FileName()), r.agent.ID, part)
		var limit *http.MaxBytesError
		if errors.As(err, &limit) {
			return s.showImports(w, r, http.StatusRequestEntityTooLarge, "The file is larger than 256 MB. Nothing was imported; split it, or use the import command.")
		}
		if err != nil {
			return err
		}
		if _, _, err := s.peek(r.Context(), run); err != nil {
			run.forget()
			s.imports.drop(run)
			return s.showImports(w, r, http.StatusUnprocessableEntity, run.name+": "+desk.MessageOf(err))
		}
		return redirect(w, r, "/imports/"+run.id)
	}
}

func (m *imports) drop(r *run) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all = slices.DeleteFunc(m.all, func(o *run) bool { return o == r })
}

// fileName is what an upload is called on the pages: the last part of its
// name, without anything that could be mistaken for more.
func fileName(name string) string {
	name = filepath.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || c >= 0x200b && c <= 0x200f || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069 {
			return -1
		}
		return c
	}, strings.ToValidUTF8(name, ""))
	return clip(name, 120)
}

// peek reads the header and a few rows of a file that waits.
func (s *server) peek(ctx context.Context, run *run) (*importexport.Reader, []importexport.Record, error) {
	f, err := os.Open(run.path)
	if err != nil {
		return nil, nil, &desk.Error{Kind: desk.NotFound, Message: "The file is no longer on the server. Choose it again."}
	}
	defer func() { _ = f.Close() }()
	reader, err := importexport.Open(f, importexport.ReadOptions{})
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = reader.Close() }()
	for _, h := range reader.Header().Cells {
		if a, err := contacts.ParseEmail(strings.TrimSpace(h)); err == nil {
			return nil, nil, desk.Errorf(desk.Invalid, "", "The file has no header row: its first line holds %s, which is no column's name. Put the names of the columns into the first line. Nothing was imported.", clip(a.Entered, 80))
		}
	}
	var rows []importexport.Record
	for len(rows) < 3 {
		rec, err := reader.Next()
		if err != nil {
			break
		}
		rows = append(rows, rec)
	}
	return reader, rows, ctx.Err()
}

// importable are the fields that a column can go to.
func (s *server) importable(r *request) ([]option, error) {
	var b bytes.Buffer
	if err := importexport.Template(&b, ""); err != nil {
		return nil, err
	}
	header, err := csv.NewReader(&b).Read()
	if err != nil {
		return nil, err
	}
	all := []option{{Label: "Leave out"}, {Value: "id", Label: "Id"}}
	for _, name := range header {
		if name = strings.TrimPrefix(name, "\ufeff"); name != "id" {
			all = append(all, option{Value: name, Label: fieldLabel(name)})
		}
	}
	defs, err := s.Contacts.Fields(r.Context(), r.actor)
	if err != nil {
		return nil, err
	}
	for _, d := range defs {
		f := customSpec(d)
		all = append(all, option{Value: f.Name, Label: f.Label})
	}
	return all, nil
}

// importPage is one import: its matching, its progress or its summary.
func (s *server) importPage(w http.ResponseWriter, r *request) error {
	return s.showImport(w, r, http.StatusOK, "")
}

func (s *server) showImport(w http.ResponseWriter, r *request, status int, problem string) error {
	if !r.may(contacts.MayImport) {
		return &desk.Error{Kind: desk.Denied, Message: "You may not import contacts."}
	}
	run, err := s.imports.find(r.PathValue("id"))
	if err != nil {
		return err
	}
	people, err := s.people(r.Context(), r)
	if err != nil {
		return err
	}
	v := s.runView(run, people)
	v.Error = problem
	if v.State == "chosen" {
		if err := s.matching(r, run, &v); err != nil {
			return err
		}
	}
	s.show(w, r, status, "import", view{Title: run.name, Section: "Imports", Data: v})
	return nil
}

// matching shows which column goes to which field. What was chosen in the form
// before stays chosen.
func (s *server) matching(r *request, run *run, v *runView) error {
	reader, rows, err := s.peek(r.Context(), run)
	if err != nil {
		return err
	}
	fields, err := s.importable(r)
	if err != nil {
		return err
	}
	v.Found = []linkView{{Label: "Encoding", URL: reader.Encoding()}, {Label: "Delimiter", URL: delimiterName(reader.Delimiter())}, {Label: "Columns", URL: number(len(reader.Header().Cells))}}
	taken := map[string]bool{}
	for i, h := range reader.Header().Cells {
		c := columnChoice{N: i, Header: h}
		for _, rec := range rows {
			if i < len(rec.Cells) && rec.Cells[i] != "" {
				c.Sample = clip(rec.Cells[i], 80)
				break
			}
		}
		chosenField := suggested(h, fields)
		if taken[chosenField] {
			chosenField = ""
		}
		taken[chosenField] = true
		if name := "column_" + strconv.Itoa(i); r.PostForm.Has(name) {
			chosenField = r.PostForm.Get(name)
		}
		c.Options = chosen(slices.Clone(fields), chosenField)
		c.Matched, c.Ignored = chosenField != "", chosenField == ""
		v.Columns = append(v.Columns, c)
	}
	return nil
}

// suggested is the field whose name a header is, written in any way.
func suggested(header string, fields []option) string {
	name := strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(strings.TrimPrefix(header, "\ufeff"))))
	for _, f := range fields {
		if f.Value == name || strings.TrimPrefix(f.Value, "custom.") == name || f.Value != "" && contacts.Fold(f.Label) == contacts.Fold(header) {
			return f.Value
		}
	}
	return ""
}

func delimiterName(d string) string {
	names := map[string]string{",": "comma", ";": "semicolon", "\t": "tab", "tab": "tab", "|": "bar"}
	if n, ok := names[d]; ok {
		return n
	}
	return d
}
