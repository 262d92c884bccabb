package importexport_test

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
	"github.com/deskfolk/desk/storage/desktest"
)

var update = flag.Bool("update", false, "write what came out into testdata, to be read through")

// TestLayouts imports each file of a product or a language and compares the
// columns, the complete contacts and the warnings with what a careful person
// would have made of it. See testdata/*/*.want.
func TestLayouts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/layouts/*.csv")
	if err != nil || len(files) < 20 {
		t.Fatal(files, err)
	}
	for name := range samples {
		files = append(files, filepath.Join("testdata", name))
	}
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			is := is.New(t)
			raw, err := os.ReadFile(path)
			is.NoErr(err)
			d, s := newDesk(t)
			got := importAs(t, s, d.Manager, strings.NewReader(string(raw)), importexport.ImportOptions{})
			text := layout(t, d, got)
			golden := strings.TrimSuffix(path, ".csv") + ".want"
			if *update {
				is.NoErr(os.WriteFile(golden, []byte(text), 0o600))
			}
			want, err := os.ReadFile(golden)
			is.True(!errors.Is(err, fs.ErrNotExist))
			if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(text, "\n")); diff != "" {
				t.Error(diff)
			}
			// What was chosen, kept as a mapping, gives the same again.
			d2, s2 := newDesk(t)
			again := importAs(t, s2, d2.Manager, strings.NewReader(string(raw)), importexport.ImportOptions{Choices: importexport.Choices{Map: importexport.MappingOf(got.imp.Columns)}})
			if diff := cmp.Diff(people(t, d, got), people(t, d2, again)); diff != "" {
				t.Error("with the mapping that was kept:", diff)
			}
		})
	}
}

// layout writes an import as text to be read.
func layout(t *testing.T, d *desktest.Desk, got outcome) string {
	var b strings.Builder
	for _, c := range got.imp.Columns {
		field, about := "-", c.Label
		if c.Field != nil {
			field = *c.Field
		}
		if c.Suggested != "" {
			about = "looks like " + c.Suggested
		}
		b.WriteString(strings.TrimRight(fmt.Sprintf("%s -> %s %s", c.Header, field, about), " ") + "\n")
	}
	for _, note := range got.imp.Notes {
		fmt.Fprintf(&b, "! line %d: %s\n", got.imp.Found.HeaderLine, note)
	}
	for _, w := range got.warnings {
		fmt.Fprintf(&b, "! line %d: %s\n", w.line, w.text)
	}
	return b.String() + strings.Join(people(t, d, got), "")
}

// people writes each row's contact with all fields that are not empty.
func people(t *testing.T, d *desktest.Desk, got outcome) []string {
	var all []string
	for _, r := range got.rows {
		text := fmt.Sprintf("\nline %d %s %s\n", r.Line, r.Outcome, r.Reason)
		if r.Outcome == contacts.Created {
			c, err := d.Contacts.Get(t.Context(), d.Manager, r.ContactID)
			if err != nil {
				t.Fatal(err)
			}
			text += person(&c)
		}
		all = append(all, text)
	}
	return all
}

func person(c *contacts.Contact) string {
	var b strings.Builder
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "  %s: %q\n", name, value)
		}
	}
	line("first_name", c.FirstName)
	line("last_name", c.LastName)
	line("display_name", c.DisplayName)
	line("email", c.Email)
	for _, e := range c.Emails {
		line("email "+e.Label, e.Value)
	}
	for _, p := range c.Phones {
		mark := map[bool]string{true: "*"}[p.Primary]
		line("phone "+p.Label+mark, p.Value+" = "+p.E164)
	}
	line("company", c.Company)
	line("job_title", c.JobTitle)
	line("division", c.Division)
	line("street", c.Address.Street)
	line("city", c.Address.City)
	line("region", c.Address.Region)
	line("postal_code", c.Address.PostalCode)
	line("country", c.Address.Country)
	line("kind", map[bool]string{true: string(c.Kind)}[c.Kind != contacts.Customer])
	line("status", c.Status)
	for name, set := range map[string]bool{"inactive": !c.Active, "marketing_opt_out": c.MarketingOptOut, "do_not_call": c.DoNotCall, "portal_access": c.PortalAccess} {
		line(name, map[bool]string{true: "yes"}[set])
	}
	line("time_zone", c.TimeZone)
	line("language", c.Language)
	for _, source := range sortedKeysOf(c.External) {
		line("external_id "+source, c.External[source])
	}
	line("notes", c.Notes)
	return b.String()
}

func sortedKeysOf(m map[string]string) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

var _ = desk.Invalid
