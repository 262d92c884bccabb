package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/importexport"
)

// workKind is what the server does for an import.
type workKind string

const (
	planWork  workKind = "plan"
	applyWork workKind = "apply"
	undoWork  workKind = "undo"
)

// work is what this process does for an import, or did last. What became of it
// is in the store; this is for the page that shows it live.
type work struct {
	kind     workKind
	running  bool
	progress importexport.Progress
	// err is why it ended early.
	err error

	stop context.CancelFunc
	done chan struct{}
}

// works are those of this process, one at a time for each import.
type works struct {
	since time.Time
	mu    sync.Mutex
	all   map[desk.ImportID]*work
}

// keepWorks is how many ends of work are remembered.
const keepWorks = 500

// of returns a copy of what is known.
func (m *works) of(id desk.ImportID) work {
	m.mu.Lock()
	defer m.mu.Unlock()
	if w := m.all[id]; w != nil {
		return *w
	}
	return work{}
}

// begin notes that work begins; it is refused while other work goes on.
func (m *works) begin(id desk.ImportID, w *work) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if old := m.all[id]; old != nil && old.running {
		return false
	}
	for other, old := range m.all {
		if len(m.all) >= keepWorks && !old.running {
			delete(m.all, other)
		}
	}
	m.all[id] = w
	return true
}

func (m *works) tell(w *work, p importexport.Progress) {
	m.mu.Lock()
	defer m.mu.Unlock()
	w.progress = p
}

func (m *works) end(w *work, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	w.running, w.err = false, err
	close(w.done)
}

// stopped reports whether an import says that it is at work, and nobody works
// on it: it was broken off here, or by the end of the process that did it.
func (m *works) stopped(i *importexport.Import, now time.Time) bool {
	switch i.State {
	case importexport.Planning, importexport.Applying, importexport.Undoing:
	case importexport.Receiving:
		return i.Stopped(now) || i.MovedAt.Before(m.since)
	default:
		return false
	}
	w := m.of(i.ID)
	return !w.running && (w.err != nil || i.MovedAt.Before(m.since) || i.Stopped(now))
}

// job does work for an import, and tells how far it is.
type job func(ctx context.Context, a desk.Actor, tell func(importexport.Progress)) error

// workOn lets the server do a job, which does not belong to the call of a page:
// it goes on when the browser is closed. It reports false while other work for
// the import goes on.
func (s *server) workOn(r *request, id desk.ImportID, kind workKind, do job) bool {
	ctx, stop := context.WithCancel(context.WithoutCancel(r.Context()))
	w := &work{kind: kind, running: true, stop: stop, done: make(chan struct{})}
	if !s.works.begin(id, w) {
		stop()
		return false
	}
	actor := r.actor
	go func() {
		defer stop()
		s.works.end(w, s.doJob(ctx, actor, w, do))
	}()
	s.glance(r, w)
	return true
}

// glance waits a moment: what is done by then needs no page of progress.
func (s *server) glance(r *request, w *work) {
	moment := time.NewTimer(300 * time.Millisecond)
	defer moment.Stop()
	select {
	case <-w.done:
	case <-moment.C:
	case <-r.Context().Done():
	}
}

// doJob does the job. A panic in it ends that import and not the server.
func (s *server) doJob(ctx context.Context, a desk.Actor, w *work, do job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			s.Log.ErrorContext(ctx, "work for an import panicked", "work", w.kind, "panic", p)
			err = &desk.Error{Kind: desk.Internal, Message: "It broke off by a fault of the helpdesk."}
		}
	}()
	err = do(ctx, a, func(p importexport.Progress) { s.works.tell(w, p) })
	switch desk.KindOf(err) {
	case desk.Internal, desk.Unknown, desk.Unavailable:
		if err != nil && ctx.Err() == nil {
			s.Log.ErrorContext(ctx, "work for an import failed", "work", w.kind, "error", err)
		}
	}
	return err
}

// giveUp stops the making of a plan and waits for its end.
func (m *works) giveUp(ctx context.Context, id desk.ImportID) {
	if m.of(id).kind == planWork {
		m.halt(ctx, id)
	}
}

// halt stops the work for an import and waits for its end.
func (m *works) halt(ctx context.Context, id desk.ImportID) {
	if w := m.of(id); w.running {
		w.stop()
		select {
		case <-w.done:
		case <-ctx.Done():
		}
	}
}

// jobs are what can be done for an import.
func (s *server) planJob(id desk.ImportID, o importexport.Choices) job {
	return func(ctx context.Context, a desk.Actor, tell func(importexport.Progress)) error {
		_, err := s.Importer.Plan(ctx, a, id, o, tell)
		return err
	}
}

func (s *server) applyJob(id desk.ImportID, recompute bool) job {
	return func(ctx context.Context, a desk.Actor, tell func(importexport.Progress)) error {
		_, err := s.Importer.Apply(ctx, a, id, importexport.ApplyOptions{Recompute: recompute, Progress: tell})
		return err
	}
}

func (s *server) undoJob(id desk.ImportID) job {
	return func(ctx context.Context, a desk.Actor, tell func(importexport.Progress)) error {
		_, err := s.Importer.Undo(ctx, a, id, tell)
		return err
	}
}

// progressView is work as it is at this moment.
type progressView struct {
	Doing, Percent, Rows, Rate, Left string
}

// importProgressView is the page of progress. While nothing works on it, it
// says what was broken off and what can be done.
type importProgressView struct {
	importHead
	Progress *progressView
	Stats    []linkView
	// Stopped is what was broken off, Why the reason.
	Stopped, Why string
	Resume       string
	CanUndo      bool
	// CanStop: this process does the work.
	CanStop bool
}

// importProgress shows an import while it is applied or taken back.
func (s *server) importProgress(w http.ResponseWriter, r *request) error {
	i, err := s.importOf(r)
	if err != nil {
		return err
	}
	if step := s.stepOf(&i); step != progressStep {
		return redirect(w, r, importURL(i.ID, step))
	}
	v := importProgressView{Stats: countStats(i.Result)}
	if v.importHead, err = s.importHead(r, &i, progressStep); err != nil {
		return err
	}
	undoing := i.State == importexport.Undoing || s.works.of(i.ID).kind == undoWork
	if undoing {
		v.Stats = undoStats(i.Undone)
	}
	if s.works.stopped(&i, s.Now()) {
		v.Stopped, v.Resume = "The import was stopped", "Resume the import"
		if undoing {
			v.Stopped, v.Resume = "Taking the import back was stopped", "Go on taking it back"
		}
		v.CanUndo = !undoing
		v.Why = workError(s.works.of(i.ID).err)
	} else {
		v.Progress, v.CanStop = s.progressOf(&i), s.works.of(i.ID).running
	}
	s.show(w, r, http.StatusOK, "importprogress", view{Title: i.Name, Section: "Imports", Data: v})
	return nil
}

// workError says why work ended early.
func workError(err error) string {
	switch {
	case err == nil:
		return "The server was restarted while it went on."
	case errors.Is(err, context.Canceled):
		return "Somebody stopped it on this page."
	}
	return desk.MessageOf(err)
}

// moveImport stops the work for an import, or goes on with what was broken off.
func (s *server) moveImport(w http.ResponseWriter, r *request) error {
	i, err := s.importOf(r)
	if err != nil {
		return err
	}
	switch {
	case r.PostFormValue("do") == "stop":
		s.works.halt(r.Context(), i.ID)
	case i.State == importexport.Applying:
		s.workOn(r, i.ID, applyWork, s.applyJob(i.ID, true))
	case i.State == importexport.Undoing:
		s.workOn(r, i.ID, undoWork, s.undoJob(i.ID))
	}
	return redirect(w, r, importURL(i.ID, ""))
}

// progressOf is how far an import is: as this process knows it, or, of work in
// another one, as the store does.
func (s *server) progressOf(i *importexport.Import) *progressView {
	w := s.works.of(i.ID)
	p, v := w.progress, &progressView{}
	if !w.running {
		p, w.kind = storedProgress(i, s.Now()), planWork
		switch i.State {
		case importexport.Applying:
			w.kind = applyWork
		case importexport.Undoing:
			w.kind = undoWork
		}
	}
	v.Doing = map[workKind]string{planWork: "Making the plan", applyWork: "Importing", undoWork: "Taking it back"}[w.kind]
	v.Rows = plural(p.Rows, "row", "rows")
	switch {
	case p.TotalRows > 0:
		v.Rows = number(p.Rows) + " of " + plural(p.TotalRows, "row", "rows")
		v.Percent = percent(int64(p.Rows), int64(p.TotalRows))
	case p.TotalBytes > 0:
		v.Percent = percent(p.Bytes, p.TotalBytes)
	}
	if p.RowsPerSecond >= 1 {
		v.Rate = number(int(p.RowsPerSecond)) + " rows a second"
	}
	if p.Left > 0 {
		v.Left = "about " + duration(p.Left) + " left"
	}
	return v
}

func percent(n, of int64) string { return strconv.FormatInt(min(100*n/of, 100), 10) }

// storedProgress is how far the store says an import is.
func storedProgress(i *importexport.Import, now time.Time) importexport.Progress {
	switch i.State {
	case importexport.Applying:
		p := importexport.Progress{Rows: i.Result.Rows, TotalRows: i.Plan.Rows}
		if took := now.Sub(i.StartedAt); took > 0 && p.Rows > 0 {
			p.RowsPerSecond = float64(p.Rows) / took.Seconds()
			p.Left = time.Duration(float64(took) * float64(p.TotalRows-p.Rows) / float64(p.Rows))
		}
		return p
	case importexport.Undoing:
		return importexport.Progress{Rows: i.Result.Rows * i.Reverted / max(i.Applied, 1), TotalRows: i.Result.Rows}
	}
	return importexport.Progress{Rows: i.Plan.Rows}
}
