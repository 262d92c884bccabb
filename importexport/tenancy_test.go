package importexport_test

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
	"github.com/deskfolk/desk/storage/desktest"
)

// foreignCalls calls each exported method of the service with an import, a
// mapping or contacts of another workspace, and returns all that the caller
// learns. A method without an entry fails the test; an empty entry is for one
// that names nothing.
var foreignCalls = map[string]func(t *testing.T, s *importexport.Service, a desk.Actor, id desk.ImportID, c desk.ContactID) string{
	"Plan": func(t *testing.T, s *importexport.Service, a desk.Actor, id desk.ImportID, _ desk.ContactID) string {
		i, err := s.Plan(t.Context(), a, id, importexport.Choices{}, nil)
		return fmt.Sprint(i, err)
	},
	"Apply": func(t *testing.T, s *importexport.Service, a desk.Actor, id desk.ImportID, _ desk.ContactID) string {
		i, err := s.Apply(t.Context(), a, id, importexport.ApplyOptions{Recompute: true})
		return fmt.Sprint(i, err)
	},
	"Undo": func(t *testing.T, s *importexport.Service, a desk.Actor, id desk.ImportID, _ desk.ContactID) string {
		i, err := s.Undo(t.Context(), a, id, nil)
		return fmt.Sprint(i, err)
	},
	"Get": func(t *testing.T, s *importexport.Service, a desk.Actor, id desk.ImportID, _ desk.ContactID) string {
		i, err := s.Get(t.Context(), a, id)
		return fmt.Sprint(i, err)
	},
	"List": func(t *testing.T, s *importexport.Service, a desk.Actor, _ desk.ImportID, _ desk.ContactID) string {
		l, err := s.List(t.Context(), a, desk.Page{})
		return fmt.Sprint(l, err)
	},
	"Rows": func(t *testing.T, s *importexport.Service, a desk.Actor, id desk.ImportID, _ desk.ContactID) string {
		l, err := s.Rows(t.Context(), a, id, importexport.RowFilter{}, desk.Page{})
		return fmt.Sprint(l, err)
	},
	"UndoRows": func(t *testing.T, s *importexport.Service, a desk.Actor, id desk.ImportID, _ desk.ContactID) string {
		l, err := s.UndoRows(t.Context(), a, id)
		return fmt.Sprint(l, err)
	},
	"Failed": func(t *testing.T, s *importexport.Service, a desk.Actor, id desk.ImportID, _ desk.ContactID) string {
		var b bytes.Buffer
		n, err := s.Failed(t.Context(), a, id, &b)
		return fmt.Sprint(n, b.String(), err)
	},
	"Preview": func(t *testing.T, s *importexport.Service, a desk.Actor, id desk.ImportID, _ desk.ContactID) string {
		p, err := s.Preview(t.Context(), a, id, importexport.Choices{})
		return fmt.Sprint(p, err)
	},
	"Choose": func(t *testing.T, s *importexport.Service, a desk.Actor, id desk.ImportID, _ desk.ContactID) string {
		i, err := s.Choose(t.Context(), a, id, importexport.Choices{})
		return fmt.Sprint(i, err)
	},
	"Drop": func(t *testing.T, s *importexport.Service, a desk.Actor, id desk.ImportID, _ desk.ContactID) string {
		return fmt.Sprint(s.Drop(t.Context(), a, id))
	},
	"Using": func(t *testing.T, s *importexport.Service, a desk.Actor, _ desk.ImportID, _ desk.ContactID) string {
		m, err := s.Using(t.Context(), a, "theirs", []string{"Kunde"})
		return fmt.Sprint(m, err)
	},
	"Mappings": func(t *testing.T, s *importexport.Service, a desk.Actor, _ desk.ImportID, _ desk.ContactID) string {
		m, err := s.Mappings(t.Context(), a)
		return fmt.Sprint(m, err)
	},
	"DeleteMapping": func(t *testing.T, s *importexport.Service, a desk.Actor, _ desk.ImportID, _ desk.ContactID) string {
		return fmt.Sprint(s.DeleteMapping(t.Context(), a, "theirs"))
	},
	"Export": func(t *testing.T, s *importexport.Service, a desk.Actor, _ desk.ImportID, c desk.ContactID) string {
		var b bytes.Buffer
		n, err := s.Export(t.Context(), a, &b, importexport.ExportOptions{Query: contacts.Query{Filter: contacts.Filter{IDs: []desk.ContactID{c}}}})
		return strings.ReplaceAll(fmt.Sprint(n, b.String(), err), string(c), "ID")
	},
	"Import": func(t *testing.T, s *importexport.Service, a desk.Actor, _ desk.ImportID, c desk.ContactID) string {
		i, err := s.Import(t.Context(), a, strings.NewReader("id,last_name\n"+string(c)+",Taken\n"), importexport.ImportOptions{
			Choices: importexport.Choices{OnDuplicate: contacts.Update}, Each: func(r importexport.Row) error {
				if r.ContactID == c {
					t.Error("a row is about another workspace's contact")
				}
				return nil
			},
		})
		return fmt.Sprint(i.Result, err)
	},
	"Prune": func(t *testing.T, s *importexport.Service, a desk.Actor, _ desk.ImportID, _ desk.ContactID) string {
		n, err := s.Prune(t.Context(), a, time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC))
		return fmt.Sprint(n, err)
	},
	"Receive": nil, "SaveMapping": nil,
}

// B54: a call of one workspace learns and changes nothing of another's: what it
// names there is as if it did not exist.
func TestB54_ForeignImports(t *testing.T) {
	methods := reflect.TypeFor[*importexport.Service]()
	for i := range methods.NumMethod() {
		if _, ok := foreignCalls[methods.Method(i).Name]; !ok {
			t.Errorf("%s is not in the table", methods.Method(i).Name)
		}
	}
	desks(t, func(t *testing.T, d *desktest.Desk, s *importexport.Service) {
		is := is.New(t)
		i := applied(t, d, s, planned(t, d, s, "last_name,email\nForeign,foreign@x.example\nBad,none\n", importexport.Choices{}).ID)
		is.NoErr(s.SaveMapping(t.Context(), d.Manager, "theirs", map[string]string{"Kunde": "email"}))
		c, err := d.Contacts.GetByEmail(t.Context(), d.Manager, "foreign@x.example")
		is.NoErr(err)
		random, err := desk.NewIDs(nil, nil).New("import")
		is.NoErr(err)
		nobody, err := desk.NewIDs(nil, nil).New("contact")
		is.NoErr(err)
		call := func(name, w string, id desk.ImportID, who desk.ContactID) string {
			a := d.Manager
			a.Workspace = desk.WorkspaceID(w)
			_, err := d.Contacts.SaveSettings(t.Context(), a, contacts.Settings{AllowImport: true})
			is.NoErr(err)
			return foreignCalls[name](t, s, a, id, who)
		}
		for name, fn := range foreignCalls {
			if fn == nil {
				continue
			}
			foreign, none := call(name, name+"-1", i.ID, c.ID), call(name, name+"-2", desk.ImportID(random), desk.ContactID(nobody))
			if foreign != none || strings.Contains(strings.ToLower(foreign), "foreign") {
				t.Errorf("%s tells what is another's:\n%s\n%s", name, foreign, none)
			}
		}
		got, err := s.Get(t.Context(), d.Manager, i.ID)
		is.NoErr(err)
		same(t, got, i)
		after, err := d.Contacts.Get(t.Context(), d.Manager, c.ID)
		is.NoErr(err)
		same(t, after, c)
		_, err = s.Failed(t.Context(), d.Manager, i.ID, io.Discard)
		is.NoErr(err)
	})
}
