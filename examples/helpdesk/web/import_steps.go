package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
)

// The steps of an import; each is a page of its own.
const (
	fileStep       = "file"
	matchingStep   = "matching"
	duplicatesStep = "duplicates"
	planStep       = "plan"
	progressStep   = "progress"
	summaryStep    = "summary"
)

var importSteps = []struct{ name, label string }{
	{fileStep, "File"}, {matchingStep, "Matching"}, {duplicatesStep, "Duplicates"}, {planStep, "Plan"}, {progressStep, "Progress"}, {summaryStep, "Summary"},
}

// importPages names the pages of imports.
func (s *server) importPages() {
	s.page("GET /imports", s.importsPage)
	s.page("POST /imports", s.upload)
	s.page("GET /imports/template.csv", s.importTemplate(importexport.FormatCSV))
	s.page("GET /imports/template.xlsx", s.importTemplate(importexport.FormatXLSX))
	s.page("GET /imports/{id}", s.importPage)
	s.page("GET /imports/{id}/file", s.importFile)
	s.page("POST /imports/{id}/file", s.saveImportFile)
	s.page("GET /imports/{id}/matching", s.importMatching)
	s.page("POST /imports/{id}/matching", s.saveImportMatching)
	s.page("GET /imports/{id}/duplicates", s.importDuplicates)
	s.page("POST /imports/{id}/duplicates", s.saveImportDuplicates)
	s.page("GET /imports/{id}/plan", s.importPlan)
	s.page("POST /imports/{id}/plan", s.beginImport)
	s.page("GET /imports/{id}/progress", s.importProgress)
	s.page("POST /imports/{id}/progress", s.moveImport)
	s.page("GET /imports/{id}/summary", s.importSummary)
	s.page("GET /imports/{id}/failed", s.importFailed)
	s.page("GET /imports/{id}/undo", s.importUndo)
	s.page("POST /imports/{id}/undo", s.undoImport)
	s.page("GET /imports/{id}/remove", s.importRemoval)
	s.page("POST /imports/{id}/remove", s.removeImport)
}

// importHead is what each page of one import shows.
type importHead struct {
	ID, Name, URL, Size, By string
	Begun                   *when
	Chip                    stateChip
	Steps                   []stepView
	Switch                  importSwitch
	// Action is where the page's form goes.
	Action string
	// Error is what did not work.
	Error string
	// RemoveURL gives up an import that has changed nothing.
	RemoveURL string
}

// stepView is one step in the row of them; without an address it is not to be
// gone to now.
type stepView struct {
	N, Label, URL string
	Current, Done bool
}

// importURL is a page of an import; that of no step leads to the one it is at.
func importURL(id desk.ImportID, step string) string {
	u := "/imports/" + string(id)
	if step != "" {
		u += "/" + step
	}
	return u
}

// importOf reads the import that the address names.
func (s *server) importOf(r *request) (importexport.Import, error) {
	if err := r.mustMay(contacts.MayImport); err != nil {
		return importexport.Import{}, err
	}
	return s.Importer.Get(r.Context(), r.actor, desk.ImportID(r.PathValue("id")))
}

// importPage leads to the step that an import is at.
func (s *server) importPage(w http.ResponseWriter, r *request) error {
	i, err := s.importOf(r)
	if err != nil {
		return err
	}
	return redirect(w, r, importURL(i.ID, s.stepOf(&i)))
}

// stepOf is the step that an import is at.
func (s *server) stepOf(i *importexport.Import) string {
	switch i.State {
	case importexport.Planning, importexport.Planned:
		if w := s.works.of(i.ID); w.running && w.kind != planWork {
			return progressStep
		}
		return planStep
	case importexport.Applying, importexport.Undoing:
		return progressStep
	case importexport.Done, importexport.Undone:
		if s.works.of(i.ID).running {
			return progressStep
		}
		return summaryStep
	case importexport.Received:
		if s.works.of(i.ID).running {
			return planStep
		}
	}
	return fileStep
}

// openImport reports whether an import's choices can still be changed.
func openImport(i *importexport.Import) bool {
	switch i.State {
	case importexport.Received, importexport.Planning, importexport.Planned, importexport.Broken:
		return true
	}
	return false
}

// importHead fills in what the page of a step shows of an import.
func (s *server) importHead(r *request, i *importexport.Import, step string) (importHead, error) {
	h := importHead{ID: string(i.ID), Name: i.Name, URL: importURL(i.ID, ""), Action: importURL(i.ID, step), Size: byteSize(i.Size), Begun: shown(i.CreatedAt, s.Now()), Chip: s.importChip(i)}
	people, err := s.people(r.Context(), r)
	if err != nil {
		return h, err
	}
	h.By = people.by(i.ByKind, i.By)
	if h.Switch, err = s.importSwitch(r); err != nil {
		return h, err
	}
	if openImport(i) || i.State == importexport.Receiving {
		h.RemoveURL = importURL(i.ID, "remove")
	}
	h.Steps = stepsOf(i, step)
	return h, nil
}

// stepsOf is the row of steps: those that can be gone to are links.
func stepsOf(i *importexport.Import, at string) []stepView {
	can := map[string]bool{}
	switch i.State {
	case importexport.Received, importexport.Broken:
		can[fileStep], can[matchingStep], can[duplicatesStep] = true, true, true
	case importexport.Planning, importexport.Planned:
		can[fileStep], can[matchingStep], can[duplicatesStep], can[planStep] = true, true, true, true
	case importexport.Done, importexport.Undone:
		can[summaryStep] = true
	}
	var steps []stepView
	done := true
	for n, st := range importSteps {
		v := stepView{N: strconv.Itoa(n + 1), Label: st.label, Current: st.name == at}
		done = done && !v.Current
		v.Done = done || i.State == importexport.Done && st.name == summaryStep
		if can[st.name] {
			v.URL = importURL(i.ID, st.name)
		}
		steps = append(steps, v)
	}
	return steps
}

// importChip says how far an import is.
func (s *server) importChip(i *importexport.Import) stateChip {
	stopped := s.works.stopped(i, s.Now())
	switch i.State {
	case importexport.Receiving:
		if stopped {
			return stateChip{"Did not arrive", "warning", "warning"}
		}
		return stateChip{"Arriving", "clock", "info"}
	case importexport.Received:
		return stateChip{"Not started", "pause", "info"}
	case importexport.Planning:
		if stopped {
			return stateChip{"Plan stopped", "pause", "warning"}
		}
		return stateChip{"Planning", "clock", "info"}
	case importexport.Planned:
		return stateChip{"Planned", "eye", "info"}
	case importexport.Done:
		return stateChip{"Done", "check", "success"}
	case importexport.Undone:
		return stateChip{"Taken back", "undo", ""}
	case importexport.Broken:
		return stateChip{"Cannot be read", "warning", "danger"}
	}
	switch {
	case stopped:
		return stateChip{"Stopped", "pause", "warning"}
	case i.State == importexport.Undoing:
		return stateChip{"Being taken back", "clock", "info"}
	}
	return stateChip{"Running", "clock", "info"}
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

func byteSize(n int64) string {
	const k, m = 1 << 10, 1 << 20
	switch {
	case n < k:
		return plural(int(n), "byte", "bytes")
	case n < m:
		return strconv.FormatInt((n+k/2)/k, 10) + " kB"
	case n%m == 0 || n >= 100*m:
		return strconv.FormatInt((n+m/2)/m, 10) + " MB"
	}
	return strconv.FormatFloat(float64(n)/m, 'f', 1, 64) + " MB"
}
