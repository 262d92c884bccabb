package web

import (
	"errors"
	"net/http"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/importexport"
)

// importPlanView is the plan: what each row will do.
type importPlanView struct {
	importHead
	Progress *progressView
	// Stopped says why there is no plan.
	Stopped string
	// Moved: contacts were changed after the plan was made.
	Moved                  string
	Earlier                *linkView
	Rows                   rowsView
	Companies, Button, How string
	Failed, FailedURL      string
	LeftOut                []string
	PlannedAt              *when
	Nothing, Planned       bool
	// Turn is the number of the plan that is shown.
	Turn string
}

// importPlan shows the plan, or how far it is.
func (s *server) importPlan(w http.ResponseWriter, r *request) error {
	i, err := s.importOf(r)
	if err != nil {
		return err
	}
	running := s.works.of(i.ID).running
	switch {
	case s.stepOf(&i) == planStep:
	case i.State == importexport.Received && s.works.of(i.ID).err != nil:
	case i.State == importexport.Received:
		return redirect(w, r, importURL(i.ID, duplicatesStep))
	default:
		return redirect(w, r, importURL(i.ID, s.stepOf(&i)))
	}
	v := importPlanView{Planned: i.State == importexport.Planned && !running}
	if v.importHead, err = s.importHead(r, &i, planStep); err != nil {
		return err
	}
	switch {
	case v.Planned:
		err = s.fillPlan(r, &i, &v)
	case running || i.State == importexport.Planning && !s.works.stopped(&i, s.Now()):
		v.Progress = s.progressOf(&i)
	default:
		if v.Stopped = workError(s.works.of(i.ID).err); v.Stopped == "" {
			v.Stopped = "The server was restarted before the plan was ready."
		}
	}
	if errors.Is(err, errFirstPage) {
		return redirect(w, r, importURL(i.ID, planStep))
	}
	if err != nil {
		return err
	}
	s.show(w, r, http.StatusOK, "importplan", view{Title: i.Name, Section: "Imports", Data: v})
	return nil
}

// fillPlan shows a plan that is made.
func (s *server) fillPlan(r *request, i *importexport.Import, v *importPlanView) error {
	v.Turn = number(i.Turn)
	v.PlannedAt, v.LeftOut = shown(i.PlannedAt, s.Now()), leftOut(i)
	if err := s.works.of(i.ID).err; errors.Is(err, importexport.ErrMoved) {
		v.Moved = desk.MessageOf(err)
	} else if err != nil {
		v.Error = workError(err)
	}
	if i.Earlier != "" {
		v.Earlier = s.earlier(r, i.Earlier)
	}
	if i.Companies > 0 {
		v.Companies = plural(i.Companies, "company", "companies")
	}
	for _, way := range duplicateWays {
		if way.Value == string(i.Choices.OnDuplicate) {
			v.How = way.Label
		}
	}
	c := i.Plan
	change := c.Created + c.Updated + c.Merged
	v.Nothing, v.Button = change == 0, "Import "+plural(change, "contact", "contacts")
	if c.Failed > 0 {
		v.Failed, v.FailedURL = number(c.Failed), importURL(i.ID, "failed")
	}
	var err error
	v.Rows, err = s.importRows(r, i, c, planStep)
	return err
}

// earlier links to the import that applied the same file before.
func (s *server) earlier(r *request, id desk.ImportID) *linkView {
	v := &linkView{Label: "an earlier import", URL: importURL(id, "")}
	if i, err := s.Importer.Get(r.Context(), r.actor, id); err == nil {
		v.Label = "the import of " + i.StartedAt.UTC().Format("2 January 2006, 15:04 UTC")
	}
	return v
}

// leftOut are the columns that are not read.
func leftOut(i *importexport.Import) []string {
	const most = 30
	var names []string
	for k := range i.Columns {
		if i.Columns[k].Field != nil {
			continue
		}
		if len(names) == most {
			return append(names, "and others")
		}
		names = append(names, clip(columnName(i.Columns[k].Header, k), 60))
	}
	return names
}

// beginImport applies the plan, or makes it anew.
func (s *server) beginImport(w http.ResponseWriter, r *request) error {
	i, err := s.importOf(r)
	if err != nil {
		return err
	}
	do := r.PostForm.Get("do")
	switch {
	case do == "again" && openImport(&i):
		return s.planAnew(w, r, &i, i.Choices, func(string) error { return redirect(w, r, importURL(i.ID, matchingStep)) })
	case i.State == importexport.Planned:
		// What is wanted is what this page showed: a plan that was made anew
		// meanwhile is looked at first.
		if r.PostForm.Get("turn") != number(i.Turn) {
			s.leaveToast(w, toast{Text: "The plan was made anew meanwhile. Look at it before you import."})
			break
		}
		s.workOn(r, i.ID, applyWork, s.applyJob(i.ID, do == "anyway"))
	}
	return redirect(w, r, importURL(i.ID, ""))
}
