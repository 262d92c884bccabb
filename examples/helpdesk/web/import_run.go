package web

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
)

// startImport begins the work, which goes on when the page is left.
func (s *server) startImport(w http.ResponseWriter, r *request) error {
	if !r.may(contacts.MayImport) {
		return &desk.Error{Kind: desk.Denied, Message: "You may not import contacts."}
	}
	run, err := s.imports.find(r.PathValue("id"))
	if err != nil {
		return err
	}
	reader, _, err := s.peek(r.Context(), run)
	if err != nil {
		return err
	}
	o := importexport.ImportOptions{Map: map[string]string{}, OnDuplicate: contacts.OnDuplicate(r.PostForm.Get("duplicates")), Size: run.size}
	for i, h := range reader.Header().Cells {
		if name := "column_" + strconv.Itoa(i); r.PostForm.Has(name) {
			o.Map[h] = r.PostForm.Get(name)
		}
	}
	if taken := twice(o.Map); taken != "" {
		return s.showImport(w, r, http.StatusUnprocessableEntity, "Two columns go to "+fieldLabel(taken)+". Leave one of them out.")
	}
	run.mu.Lock()
	started := run.state == "chosen"
	if started {
		run.state, run.duplicates, run.begun = "running", o.OnDuplicate, s.Now()
	}
	run.mu.Unlock()
	if started {
		// The work belongs to the server and not to this call: it goes on when the browser is closed.
		go s.work(context.WithoutCancel(r.Context()), r.actor, run, o)
	}
	return redirect(w, r, "/imports/"+run.id)
}

// twice returns a field that two columns go to.
func twice(columns map[string]string) string {
	seen := map[string]bool{}
	for _, field := range columns {
		if field != "" && seen[field] {
			return field
		}
		seen[field] = true
	}
	return ""
}

// work runs the import. A panic in it ends the import and not the server.
func (s *server) work(ctx context.Context, a desk.Actor, run *run, o importexport.ImportOptions) {
	defer func() {
		if p := recover(); p != nil {
			s.Log.ErrorContext(ctx, "an import panicked", "panic", p)
			run.end(importexport.Result{}, &desk.Error{Kind: desk.Internal, Message: "The import broke off by a fault of the helpdesk. What was imported before is kept; the same file can be imported again."}, s.Now())
		}
	}()
	result, err := s.runImport(ctx, a, run, o)
	if err != nil && desk.KindOf(err) == desk.Internal {
		s.Log.ErrorContext(ctx, "an import failed", "error", err)
	}
	run.end(result, err, s.Now())
}

func (s *server) runImport(ctx context.Context, a desk.Actor, run *run, o importexport.ImportOptions) (importexport.Result, error) {
	file, err := os.Open(run.path)
	if err != nil {
		return importexport.Result{}, &desk.Error{Kind: desk.NotFound, Message: "The file is no longer on the server. Nothing was imported; choose it again."}
	}
	defer func() { _ = file.Close() }()
	failed, err := os.OpenFile(run.failed, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return importexport.Result{}, &desk.Error{Kind: desk.Unavailable, Message: "The server cannot keep the rows that fail. Nothing was imported; try again.", Err: err}
	}
	defer func() { _ = failed.Close() }()
	o.Failed = failed
	o.Each = func(row importexport.RowOutcome) error {
		if row.Outcome == contacts.Failed {
			run.note(&run.problems, row.Line, row.Reason, true)
		}
		return nil
	}
	o.Warn = func(warning importexport.Warning) error {
		run.note(&run.warnings, warning.Line, warning.Message, false)
		return nil
	}
	o.Progress = func(p importexport.Progress) {
		run.mu.Lock()
		run.progress = p
		run.mu.Unlock()
	}
	return s.Importer.Import(ctx, a, file, o)
}

// end keeps the summary; the file itself is no longer needed.
func (r *run) end(result importexport.Result, err error, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.result, r.ended, r.state = result, now, "done"
	if err != nil {
		r.state, r.err = "broken", desk.MessageOf(err)
	}
	_ = os.Remove(r.path)
	if result.Failed == 0 {
		_ = os.Remove(r.failed)
	}
}

// runView shows a run as it is at this moment.
func (s *server) runView(r *run, p *people) runView {
	r.mu.Lock()
	defer r.mu.Unlock()
	v := runView{ID: r.id, URL: "/imports/" + r.id, Action: "/imports/" + r.id, Name: r.name, Size: byteSize(r.size), By: p.name(r.by), Begun: shown(r.begun, s.Now()), State: r.state}
	v.StateChip = map[string]stateChip{
		"chosen": {"Not started", "pause", "info"}, "running": {"Running", "clock", "info"},
		"done": {"Done", "check", "success"}, "broken": {"Broke off", "warning", "danger"},
	}[r.state]
	v.Duplicates = chosen([]option{{Value: "skip", Label: "Leave the contact as it is"}, {Value: "update", Label: "Update it with what the file has"}, {Value: "merge", Label: "Fill in only what is empty"}}, string(r.duplicates))
	switch r.state {
	case "running":
		r.showProgress(&v)
	case "done", "broken":
		r.showSummary(&v)
	}
	v.Error = r.err
	return v
}

func (r *run) showProgress(v *runView) {
	v.RowsText = plural(r.progress.Rows, "row", "rows")
	if r.progress.TotalBytes > 0 {
		v.Percent = strconv.FormatInt(min(100*r.progress.Bytes/r.progress.TotalBytes, 100), 10)
	}
	if r.progress.RowsPerSecond >= 1 {
		v.Rate = number(int(r.progress.RowsPerSecond)) + " rows a second"
	}
	if r.progress.Left > 0 {
		v.Left = "about " + duration(r.progress.Left) + " left"
	}
}

func (r *run) showSummary(v *runView) {
	res := r.result
	v.Stats = []linkView{{Label: "Rows", URL: number(res.Rows)}, {Label: "Created", URL: number(res.Created)}, {Label: "Updated", URL: number(res.Updated + res.Merged)},
		{Label: "Skipped", URL: number(res.Skipped)}, {Label: "Failed", URL: number(res.Failed)}}
	v.Problems, v.Warnings = slices.Clone(r.problems), slices.Clone(r.warnings)
	if r.more > 0 {
		v.More = "and " + number(r.more) + " more"
	}
	if res.Failed > 0 {
		v.FailedURL = v.URL + "/failed.csv"
	}
	for _, c := range res.Columns {
		if c.Field == nil {
			v.Unmatched = append(v.Unmatched, c.Header)
		}
	}
	v.Took = duration(r.ended.Sub(r.begun))
}

// failedRows hands back the rows that failed, with line and reason.
func (s *server) failedRows(w http.ResponseWriter, r *request) error {
	if !r.may(contacts.MayImport) {
		return &desk.Error{Kind: desk.Denied, Message: "You may not import contacts."}
	}
	run, err := s.imports.find(r.PathValue("id"))
	if err != nil {
		return err
	}
	f, err := os.Open(run.failed)
	if err != nil {
		return &desk.Error{Kind: desk.NotFound, Message: "There are no failed rows."}
	}
	defer func() { _ = f.Close() }()
	name := strings.TrimSuffix(run.name, filepath.Ext(run.name)) + "-failed.csv"
	return s.download(w, r, name, "text/csv; charset=utf-8", func(to http.ResponseWriter) error {
		_, err := io.Copy(to, f)
		return err
	})
}

// importTemplate is an empty file with the columns that an import reads.
func (s *server) importTemplate(w http.ResponseWriter, r *request) error {
	return s.download(w, r, "contacts-template.csv", "text/csv; charset=utf-8", func(to http.ResponseWriter) error {
		return importexport.Template(to, "")
	})
}

func byteSize(n int64) string {
	switch {
	case n < 1000:
		return strconv.FormatInt(n, 10) + " bytes"
	case n < 1000*1000:
		return strconv.FormatInt((n+500)/1000, 10) + " kB"
	}
	return strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64) + " MB"
}

// duration writes a span as a person says it.
func duration(d time.Duration) string {
	switch {
	case d < time.Second:
		return "less than a second"
	case d < time.Minute:
		return plural(int(d.Round(time.Second).Seconds()), "second", "seconds")
	case d < time.Hour:
		return plural(int(d.Round(time.Minute).Minutes()), "minute", "minutes")
	}
	return plural(int(d.Round(time.Hour).Hours()), "hour", "hours")
}
