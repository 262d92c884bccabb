package importexport_test

import (
	"strings"
	"testing"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
)

// TestChooseKeepsChoices: choices can be kept one after the other, a plan made
// before is given up, and what cannot be read changes nothing.
func TestChooseKeepsChoices(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	d, s := newDesk(t)
	ctx := t.Context()
	i, err := s.Receive(ctx, d.Manager, "people.csv", strings.NewReader("first_name,email,Shoe\nAnn,ann@corp.example,43\nBo,nonsense,41\n"), importexport.ReadOptions{})
	is.NoErr(err)
	o := importexport.Choices{OnDuplicate: contacts.Update, Map: map[string]string{"Shoe": "job_title"}}
	i, err = s.Choose(ctx, d.Manager, i.ID, o)
	is.NoErr(err)
	is.Equal(i.State, importexport.Received)
	is.Equal(*i.Columns[2].Field, "job_title")

	i, err = s.Plan(ctx, d.Manager, i.ID, i.Choices, nil)
	is.NoErr(err)
	rows, err := s.Rows(ctx, d.Manager, i.ID, importexport.RowFilter{}, desk.Page{})
	is.NoErr(err)
	is.Equal([]string{rows.Rows[0].Name, rows.Rows[1].Name}, []string{"Ann", "Bo"}) // nobody has a contact yet

	_, err = s.Choose(ctx, d.Manager, i.ID, importexport.Choices{Read: importexport.ReadOptions{Encoding: "no such"}})
	is.Equal(desk.KindOf(err), desk.Invalid)
	i, err = s.Get(ctx, d.Manager, i.ID)
	is.NoErr(err)
	is.Equal(i.State, importexport.Planned)

	i, err = s.Choose(ctx, d.Manager, i.ID, importexport.Choices{})
	is.NoErr(err)
	is.Equal(i.State, importexport.Received)
	_, err = s.Apply(ctx, d.Manager, i.ID, importexport.ApplyOptions{})
	is.Equal(desk.KindOf(err), desk.Conflict) // there is no plan any more

	i, err = s.Plan(ctx, d.Manager, i.ID, i.Choices, nil)
	is.NoErr(err)
	i, err = s.Apply(ctx, d.Manager, i.ID, importexport.ApplyOptions{})
	is.NoErr(err)
	rows, err = s.Rows(ctx, d.Manager, i.ID, importexport.RowFilter{}, desk.Page{})
	is.NoErr(err)
	is.Equal([]string{rows.Rows[0].Name, rows.Rows[1].Name}, []string{"", "Bo"})
	_, err = s.Choose(ctx, d.Manager, i.ID, importexport.Choices{})
	is.Equal(desk.KindOf(err), desk.Conflict)
}

// TestReceiveUnknownHeaders keeps a file whose headers nobody knows: it can be
// mapped, but not planned before that is done.
func TestReceiveUnknownHeaders(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	d, s := newDesk(t)
	i, err := s.Receive(t.Context(), d.Manager, "odd.csv", strings.NewReader("Zork,Blorb\nAnn,ann@corp.example\n"), importexport.ReadOptions{})
	is.NoErr(err)
	_, err = s.Plan(t.Context(), d.Manager, i.ID, i.Choices, nil)
	is.Equal(desk.KindOf(err), desk.Invalid)
	p, err := s.Preview(t.Context(), d.Manager, i.ID, i.Choices)
	is.NoErr(err)
	is.Equal(len(p.Columns), 2)
	i, err = s.Plan(t.Context(), d.Manager, i.ID, importexport.Choices{Map: map[string]string{"Blorb": "email"}}, nil)
	is.NoErr(err)
	is.Equal(i.Plan.Created, 1)
	// In one go nobody can map it.
	_, err = s.Import(t.Context(), d.Manager, strings.NewReader("Zork,Blorb\nAnn,ann@corp.example\n"), importexport.ImportOptions{})
	is.Equal(desk.KindOf(err), desk.Invalid)
}
