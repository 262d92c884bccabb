package contacts_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/desktest"
)

// inOrder applies batches in one transaction each.
func inOrder(t *testing.T, d *desktest.Desk, bs []*contacts.Batch) (outs []contacts.Outcome) {
	t.Helper()
	for _, b := range bs {
		var done contacts.Applied
		call := contacts.Call{Actor: d.Manager, Now: d.Clock.Now}
		_, err := call.Run(ctx, func(body func(contacts.Tx, func() ([]string, error)) error) error {
			return d.Store.Update(ctx, func(tx contacts.Tx) error {
				return body(tx, func() (_ []string, err error) {
					done, err = b.In(ctx, tx)
					return nil, err
				})
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		b.Kept(ctx)
		outs = append(outs, done.Outcomes...)
	}
	return outs
}

// fewPeople are rows about so few people that many stand there again.
func fewPeople(r *rand.Rand, n int) []contacts.Incoming {
	rows := make([]contacts.Incoming, n)
	for i := range rows {
		who := r.IntN(12)
		c := contacts.NewContact{FirstName: "Ada", LastName: fmt.Sprint("No", who), JobTitle: fmt.Sprint("job ", r.IntN(4))}
		if r.IntN(3) > 0 {
			c.Email = fmt.Sprintf("a%d@example.com", r.IntN(12))
		}
		if r.IntN(3) == 0 {
			c.Emails = []contacts.Email{{Value: fmt.Sprintf("a%d@example.com", r.IntN(12))}}
		}
		if r.IntN(2) == 0 {
			c.Phones = []contacts.Phone{{Value: fmt.Sprintf("+49 30 90182%d", r.IntN(9))}}
		}
		if r.IntN(3) == 0 {
			c.CompanyName = fmt.Sprint("Company ", r.IntN(3))
		}
		if r.IntN(4) == 0 {
			c.External = map[string]string{"crm": fmt.Sprint(r.IntN(8))}
		}
		rows[i] = contacts.Incoming{Line: i + 2, Contact: c}
	}
	return rows
}

// What was read ahead, for some batches too early to be of use, changes nothing
// of what becomes of the rows.
func TestLookAhead(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		empty := func() desktest.Desk {
			d.Workspace += "x"
			d.Manager.Workspace = d.Workspace
			return *d
		}
		for seed := range uint64(6) {
			for _, mode := range []contacts.OnDuplicate{contacts.Skip, contacts.Update, contacts.MergeInto, contacts.CreateAnyway} {
				r := rand.New(rand.NewPCG(seed, 1))
				before, rows := fewPeople(r, 10), fewPeople(r, 60)
				ahead := d.Contacts.LookAhead()
				got := applied(t, empty(), mode, before, rows, func(b *contacts.Batch) error { return ahead.Read(ctx, b) })
				want := applied(t, empty(), mode, before, rows, func(*contacts.Batch) error { return nil })
				if diff := cmp.Diff(want, got); diff != "" {
					t.Fatalf("seed %d, %s: without (-) and with reading ahead (+):\n%s", seed, mode, diff)
				}
			}
		}
	})
}

// applied brings rows into an empty directory, the later ones in batches that are
// all prepared before the first is applied, and returns what became of them and
// of the directory.
func applied(t *testing.T, d desktest.Desk, mode contacts.OnDuplicate, before, rows []contacts.Incoming, prepared func(*contacts.Batch) error) (all []string) {
	t.Helper()
	o := contacts.ApplyOptions{OnDuplicate: mode}
	allowImport(t, &d)
	if _, err := d.Contacts.Apply(ctx, d.Manager, before, o); err != nil {
		t.Fatal(err)
	}
	var bs []*contacts.Batch
	for len(rows) > 0 {
		n := min(6, len(rows))
		b, err := d.Contacts.Prepare(ctx, d.Manager, rows[:n], o)
		if err == nil {
			err = prepared(b)
		}
		if err != nil {
			t.Fatal(err)
		}
		bs, rows = append(bs, b), rows[n:]
	}
	numbers := map[desk.ContactID]int{}
	for _, out := range inOrder(t, &d, bs) {
		if _, ok := numbers[out.ID]; !ok {
			numbers[out.ID] = len(numbers)
		}
		all = append(all, fmt.Sprint(out.Line, out.Kind, numbers[out.ID], out.By, out.Fields, out.Reason, out.Warnings))
	}
	l, err := d.Contacts.List(ctx, d.Manager, contacts.Query{Sort: contacts.SortCreated}, desk.Page{Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range l.Contacts {
		all = append(all, fmt.Sprint(c.Name(), c.Email, c.Emails, c.Phones, c.Company, c.External, c.JobTitle, c.Version))
	}
	return all
}

// Someone else is quicker than an import that has read ahead: nothing of theirs
// is written over, and no address has two contacts.
func TestLookAheadWhileOthersWrite(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		allowImport(t, d)
		there := make1(t, d, contacts.NewContact{FirstName: "Ada", Email: "ada@example.com"})
		b, err := d.Contacts.Prepare(ctx, d.Manager, []contacts.Incoming{
			{Line: 2, Contact: contacts.NewContact{Email: "ada@example.com", JobTitle: "Countess"}},
			{Line: 3, Contact: contacts.NewContact{Email: "new@example.com", JobTitle: "Imported"}},
		}, contacts.ApplyOptions{OnDuplicate: contacts.Update})
		is.NoErr(err)
		is.NoErr(d.Contacts.LookAhead().Read(ctx, b))
		_, err = d.Contacts.Update(ctx, d.Manager, there.ID, there.Version, contacts.Patch{LastName: ptr("Lovelace")})
		is.NoErr(err)
		quicker := make1(t, d, contacts.NewContact{FirstName: "Quicker", Email: "new@example.com"})

		outs := inOrder(t, d, []*contacts.Batch{b})
		is.Equal(outs[0].ID, there.ID)
		is.Equal(outs[1].ID, quicker.ID)
		ada, err := d.Contacts.Get(ctx, d.Manager, there.ID)
		is.NoErr(err)
		is.Equal([]string{ada.LastName, ada.JobTitle}, []string{"Lovelace", "Countess"})
		is.Equal(total(t, d), 2)
	})
}
