// Package bench measures the library on a database: searches, pages, reads,
// writes, import and memory. Each figure has its yardstick measured in the same
// run, on the same machine, so that ratios can be compared across machines.
//
// To add a figure, write a function of type figure and name it in figures.
package bench

import (
	"context"
	"database/sql"
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
	"github.com/deskfolk/desk/storage"
)

// Setup is what a run works on.
type Setup struct {
	DB      *sql.DB
	Dialect string // "sqlite" or "postgres"
	Store   *storage.DB
	// Actor has all grants, in a workspace that is empty.
	Actor desk.Actor
	// Contacts is how many contacts are imported.
	Contacts int
	// Second opens an empty database of the same kind for the yardsticks, with
	// our tables in it, and returns what removes it.
	Second func(context.Context) (*sql.DB, func(), error)
	// SignIn is one sign-in of an agent with a password.
	SignIn func(context.Context) error
	// Only names the figures to measure, as Names lists them; nil: all. Most
	// work on what "import" has made.
	Only []string
	// Say, if not nil, is told what is being done.
	Say func(string)
}

// Figure is one measurement.
type Figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	// Limit is what the value must not exceed (for "Least" limits: fall below); 0: there is none.
	Limit float64 `json:"limit,omitempty"`
	Least bool    `json:"least,omitempty"`
	Holds bool    `json:"holds"`
}

// Report is the outcome of a run.
type Report struct {
	Contacts int       `json:"contacts"`
	Database string    `json:"database"`
	CPUs     int       `json:"cpus"`
	Go       string    `json:"go"`
	Began    time.Time `json:"began"`
	Seconds  float64   `json:"seconds"`
	Figures  []Figure  `json:"figures"`
	Searches []Class   `json:"searches"`
	// Errors are figures that could not be measured, and why.
	Errors []string `json:"errors,omitempty"`
	Holds  bool     `json:"holds"`
}

// env is a run while it runs.
type env struct {
	Setup
	contacts *contacts.Service
	importer *importexport.Service
	second   *sql.DB
	searches []Class
	took     map[string]time.Duration
}

type figure struct {
	name string
	run  func(context.Context, *env) ([]Figure, error)
}

// figures are run in this order: the first ones fill the workspaces.
var figures = []figure{
	{"import a tenth", importTenth},
	{"import", importAll},
	{"searches", measureSearches},
	{"keyset pages", measurePages},
	{"exports", measureExports},
	{"get", measureGet},
	{"create", measureCreate},
	{"checks", measureChecks},
	{"bare writes", measureBareWrites},
	{"import as many again", importMore},
}

// Names lists the figures in the order in which they are measured.
func Names() []string {
	names := make([]string, len(figures))
	for i, f := range figures {
		names[i] = f.name
	}
	return names
}

// Run measures everything, or what Only names. It fills the actor's workspace and two beside it,
// with "-tenth" and "-small" behind its name; all must be empty.
func Run(ctx context.Context, s Setup) (Report, error) {
	if s.Say == nil {
		s.Say = func(string) {}
	}
	c := contacts.New(s.Store, nil)
	e := &env{Setup: s, contacts: c, importer: importexport.New(s.Store.Imports(), c, nil), took: map[string]time.Duration{}}
	for _, w := range []desk.WorkspaceID{s.Actor.Workspace, e.tenth().Workspace, e.small().Workspace} {
		if err := e.prepare(ctx, e.in(w)); err != nil {
			return Report{}, err
		}
	}
	second, remove, err := s.Second(ctx)
	if err != nil {
		return Report{}, err
	}
	defer remove()
	e.second = second
	r := Report{Contacts: s.Contacts, Database: s.Dialect, CPUs: runtime.NumCPU(), Go: runtime.Version(), Began: time.Now().UTC(), Holds: true}
	for _, f := range figures {
		if s.Only != nil && !slices.Contains(s.Only, f.name) {
			continue
		}
		s.Say(f.name)
		got, err := f.run(ctx, e)
		if ctx.Err() != nil {
			return r, ctx.Err()
		}
		if err != nil { // the others can be measured all the same
			r.Errors = append(r.Errors, f.name+": "+err.Error())
			r.Holds = false
		}
		for i := range got {
			got[i].judge()
			r.Holds = r.Holds && got[i].Holds
		}
		r.Figures = append(r.Figures, got...)
	}
	r.Searches = e.searches
	r.Seconds = time.Since(r.Began).Seconds()
	return r, nil
}

func (f *Figure) judge() {
	switch {
	case f.Limit == 0:
		f.Holds = true
	case f.Least:
		f.Holds = f.Value >= f.Limit
	default:
		f.Holds = f.Value <= f.Limit
	}
}

func (e *env) in(w desk.WorkspaceID) desk.Actor {
	a := e.Actor
	a.Workspace = w
	return a
}

func (e *env) tenth() desk.Actor { return e.in(e.Actor.Workspace + "-tenth") }
func (e *env) small() desk.Actor { return e.in(e.Actor.Workspace + "-small") }

// quick reports that the run is too small to say much: it only shows that
// everything can be measured.
func (e *env) quick() bool { return e.Contacts < 5000 }

// prepare refuses a workspace that has anything in it, and allows imports.
func (e *env) prepare(ctx context.Context, a desk.Actor) error {
	for _, binned := range []bool{false, true} {
		list, err := e.contacts.List(ctx, a, contacts.Query{Filter: contacts.Filter{Binned: binned}}, desk.Page{Limit: 1})
		if err != nil {
			return err
		}
		if len(list.Contacts) > 0 {
			return desk.Errorf(desk.Conflict, "workspace", "The workspace %s is not empty; bench needs new ones. Name another with --workspace.", a.Workspace)
		}
	}
	set, err := e.contacts.Settings(ctx, a)
	if err != nil {
		return err
	}
	set.AllowImport, set.Region = true, "DE"
	_, err = e.contacts.SaveSettings(ctx, a, set)
	return err
}

// work does the upkeep of a workspace until nothing is left.
func (e *env) work(ctx context.Context, a desk.Actor) error {
	for {
		did, err := e.contacts.Work(ctx, a)
		if err != nil || did == (contacts.Worked{}) {
			return err
		}
	}
}

// anonymous returns the memory of the process that is not of files, in bytes;
// 0 where that is not known.
func anonymous() int64 {
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	return field(string(raw), "RssAnon:") << 10
}
