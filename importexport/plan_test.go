package importexport_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
	"github.com/deskfolk/desk/storage/desktest"
)

// I7: what a plan says is what is done, whatever the file and the directory
// have in common, and the totals add up.
func TestPlanIsWhatIsApplied(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	rapid.Check(t, func(r *rapid.T) {
		a := d.Manager
		fresh++
		a.Workspace = desk.WorkspaceID(fmt.Sprint("plan-", fresh))
		if _, err := d.Contacts.SaveSettings(t.Context(), a, contacts.Settings{AllowImport: true, Region: "DE"}); err != nil {
			r.Fatal(err)
		}
		s := importexport.New(d.Store.Imports(), d.Contacts, &importexport.Options{Now: d.Clock.Now, Batch: rapid.IntRange(1, 4).Draw(r, "batch")})
		before := personRows(r, "before", 4)
		if _, err := s.Import(t.Context(), a, strings.NewReader(before), importexport.ImportOptions{}); err != nil {
			r.Fatal(err)
		}
		how := rapid.SampledFrom([]contacts.OnDuplicate{contacts.Skip, contacts.Update, contacts.MergeInto, contacts.CreateAnyway}).Draw(r, "how")
		i, err := s.Receive(t.Context(), a, "f", strings.NewReader(personRows(r, "file", 8)), importexport.ReadOptions{})
		if err == nil {
			i, err = s.Plan(t.Context(), a, i.ID, importexport.Choices{OnDuplicate: how}, nil)
		}
		if err == nil {
			i, err = s.Apply(t.Context(), a, i.ID, importexport.ApplyOptions{Recompute: true})
		}
		if err != nil {
			r.Fatal(err)
		}
		if diff := cmp.Diff(i.Plan, i.Result); diff != "" {
			l, _ := s.Rows(t.Context(), a, i.ID, importexport.RowFilter{}, desk.Page{})
			r.Fatalf("%s\n%s%+v", diff, before, l.Rows)
		}
		c := i.Result
		if c.Rows != c.Created+c.Updated+c.Merged+c.Skipped+c.Failed {
			r.Fatal(c)
		}
		undone, err := s.Undo(t.Context(), a, i.ID, nil)
		if err != nil || undone.Undone.Kept > 0 {
			r.Fatal(undone.Undone, err)
		}
	})
}

// fresh counts the workspaces of the test above, which is not run beside itself.
var fresh int

// personRows is a file of people who share names, addresses, phones and companies.
func personRows(r *rapid.T, label string, most int) string {
	pick := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(r, label+name) }
	b := "first_name,last_name,email,emails,phone,company,external_id,job_title,active\n"
	for range rapid.IntRange(1, most).Draw(r, label) {
		b += strings.Join([]string{
			pick("first", "", "Ana", "Bo"), pick("last", "", "Diaz", "Li"), pick("email", "", "", "a@x.example", "b@x.example", "none"),
			pick("emails", "", "", "home:a@x.example", "c@x.example"), pick("phone", "", "", "030 901820", "+49 30 901821", "call me"),
			pick("company", "", "Acme", "Zeta"), pick("external", "", "", "1", "2"), pick("job", "", "Boss", "Clerk"), pick("active", "", "yes", "no", "perhaps"),
		}, ",") + "\n"
	}
	return b
}
