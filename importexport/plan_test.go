package importexport_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
	"github.com/deskfolk/desk/storage/desktest"
)

// planCases is how many directories and files are tried; they are always the same.
var planCases = flag.Int("plans", 120, "how many plans are compared with what is done")

// I7: what a plan says is what is done, whatever the file and the directory
// have in common, and the totals add up.
func TestPlanIsWhatIsApplied(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	hows := []contacts.OnDuplicate{contacts.Skip, contacts.Update, contacts.MergeInto, contacts.CreateAnyway}
	for n := range *planCases {
		r := rand.New(rand.NewPCG(uint64(n), 7))
		a := d.Manager
		a.Workspace = desk.WorkspaceID(fmt.Sprint("plan-", n))
		if _, err := d.Contacts.SaveSettings(t.Context(), a, contacts.Settings{AllowImport: true, Region: "DE"}); err != nil {
			t.Fatal(err)
		}
		s := importexport.New(d.Store.Imports(), d.Contacts, &importexport.Options{Now: d.Clock.Now, Batch: 1 + r.IntN(4)})
		before, file := personRows(r, 4), personRows(r, 8)
		if _, err := s.Import(t.Context(), a, strings.NewReader(before), importexport.ImportOptions{}); err != nil {
			t.Fatal(err)
		}
		i, err := s.Import(t.Context(), a, strings.NewReader(file), importexport.ImportOptions{Choices: importexport.Choices{OnDuplicate: hows[n%4]}})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(i.Plan, i.Result); diff != "" {
			l, _ := s.Rows(t.Context(), a, i.ID, importexport.RowFilter{}, desk.Page{})
			t.Fatalf("case %d: %s\n%s\n%s\n%+v", n, diff, before, file, l.Rows)
		}
		if c := i.Result; c.Rows != c.Created+c.Updated+c.Merged+c.Skipped+c.Failed {
			t.Fatal(c)
		}
		undone, err := s.Undo(t.Context(), a, i.ID, nil)
		if err != nil || undone.Undone.Kept > 0 {
			t.Fatal(undone.Undone, err)
		}
	}
}

// personRows is a file of people who share names, addresses, phones and companies.
func personRows(r *rand.Rand, most int) string {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	b := "first_name,last_name,email,emails,phone,company,external_id,job_title,active\n"
	for range 1 + r.IntN(most) {
		b += strings.Join([]string{
			pick("", "Ana", "Bo"), pick("", "Diaz", "Li"), pick("", "", "a@x.example", "b@x.example", "none"),
			pick("", "", "home:a@x.example", "c@x.example"), pick("", "", "030 901820", "+49 30 901821", "call me"),
			pick("", "Acme", "Zeta"), pick("", "", "1", "2"), pick("", "Boss", "Clerk"), pick("", "yes", "no", "perhaps"),
		}, ",") + "\n"
	}
	return b
}
