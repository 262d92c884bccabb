package web

import (
	"net/http"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
)

// importDuplicatesView asks what becomes of people who are there already.
type importDuplicatesView struct {
	importHead
	Ways       []duplicateWay
	EmptyWipes bool
	Regions    []option
}

// duplicateWay is one thing to do with a duplicate, and what comes of it.
type duplicateWay struct {
	Value, Label, Text string
	Checked            bool
}

var duplicateWays = []duplicateWay{
	{Value: string(contacts.Skip), Label: "Skip the row", Text: "The contact stays exactly as it is. Only people who are not there yet are added."},
	{Value: string(contacts.Update), Label: "Update the contact", Text: "Its fields get the values of the file, also where it has others. Pinned fields are left alone."},
	{Value: string(contacts.MergeInto), Label: "Merge: fill in what is empty", Text: "Only empty fields get a value. Further addresses and phones are added; nothing is overwritten."},
	{Value: string(contacts.CreateAnyway), Label: "Create another contact", Text: "There will be two. A main address that is taken becomes a further address of the new one."},
}

// importDuplicates asks for the choices.
func (s *server) importDuplicates(w http.ResponseWriter, r *request) error {
	i, err := s.importOf(r)
	if err != nil {
		return err
	}
	if !openImport(&i) {
		return redirect(w, r, importURL(i.ID, s.stepOf(&i)))
	}
	return s.showDuplicates(w, r, &i, http.StatusOK, i.Choices, "")
}

func (s *server) showDuplicates(w http.ResponseWriter, r *request, i *importexport.Import, status int, o importexport.Choices, problem string) error {
	v := importDuplicatesView{EmptyWipes: o.EmptyWipes}
	var err error
	if v.importHead, err = s.importHead(r, i, duplicatesStep); err != nil {
		return err
	}
	v.Error = problem
	if o.OnDuplicate == "" {
		o.OnDuplicate = contacts.Skip
	}
	for _, way := range duplicateWays {
		way.Checked = way.Value == string(o.OnDuplicate)
		v.Ways = append(v.Ways, way)
	}
	set, err := s.Contacts.Settings(r.Context(), r.actor)
	if err != nil {
		return err
	}
	usual := option{Label: "The workspace’s: none"}
	if set.Region != "" {
		usual.Label = "The workspace’s: " + labelOf(countries(), set.Region)
	}
	v.Regions = chosen(append([]option{usual}, countries()...), o.Region)
	s.show(w, r, status, "importduplicates", view{Title: i.Name, Section: "Imports", Data: v})
	return nil
}

// saveImportDuplicates keeps the choices and begins to plan.
func (s *server) saveImportDuplicates(w http.ResponseWriter, r *request) error {
	i, err := s.importOf(r)
	if err != nil {
		return err
	}
	o := i.Choices
	o.OnDuplicate, o.EmptyWipes, o.Region = contacts.OnDuplicate(r.PostForm.Get("duplicates")), r.PostForm.Get("empty_wipes") == "true", r.PostForm.Get("region")
	return s.planAnew(w, r, &i, o, func(problem string) error {
		return s.showDuplicates(w, r, &i, http.StatusUnprocessableEntity, o, problem)
	})
}

// planAnew keeps the choices and makes a plan with them, in place of one that
// is being made.
func (s *server) planAnew(w http.ResponseWriter, r *request, i *importexport.Import, o importexport.Choices, again func(problem string) error) error {
	s.works.giveUp(r.Context(), i.ID)
	kept, err := s.Importer.Choose(r.Context(), r.actor, i.ID, o)
	if err != nil {
		return s.refused(w, r, i, err, again)
	}
	read := false
	for k := range kept.Columns {
		read = read || kept.Columns[k].Field != nil
	}
	if !read {
		s.leaveToast(w, toast{Text: "No column goes to a field yet. Choose one at least."})
		return redirect(w, r, importURL(i.ID, matchingStep))
	}
	if !s.workOn(r, i.ID, planWork, s.planJob(i.ID, o)) {
		return desk.Errorf(desk.Conflict, "", "This import has begun already.")
	}
	return redirect(w, r, importURL(i.ID, planStep))
}
