package desk_test

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite" // the driver that the README uses

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/sqlite"
)

// Example makes the tables in a new database, adds a person and finds it by
// parts of two words. Its lines are those of the README.
func Example() {
	ctx := context.Background()
	dsn := "file:/example?vfs=memdb&_txlock=immediate&_pragma=foreign_keys(1)&_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=busy_timeout(5000)"
	check := func(err error) {
		if err != nil {
			log.Fatal(err)
		}
	}

	// README begins
	db, err := sql.Open("sqlite", dsn)
	check(err)
	store, err := sqlite.New(db)
	check(err)
	check(store.Migrate(ctx))
	people := contacts.New(store, nil)
	agent := desk.Actor{Workspace: "acme", Kind: desk.MemberActor, ID: "mei", Grants: contacts.Permissions}
	_, err = people.Create(ctx, agent, contacts.NewContact{FirstName: "José", LastName: "Núñez", Email: "jose@example.com"})
	check(err)
	found, err := people.List(ctx, agent, contacts.Query{Text: "nun jos"}, desk.Page{})
	check(err)
	fmt.Println(found.Contacts[0].Name())
	// README ends

	check(db.Close())
	// Output: José Núñez
}

// TestReadme compares the README's first Go lines with those that Example runs.
func TestReadme(t *testing.T) {
	t.Parallel()
	want := between(t, "readme_test.go", "// README begins\n", "\t// README ends")
	want = strings.ReplaceAll("\n"+want, "\n\t", "\n")[1:]
	got := between(t, "README.md", "```go\n", "```")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the lines of the README are not those of Example (-Example +README):\n%s", diff)
	}
	if n := strings.Count(got, "\n"); n != 12 {
		t.Errorf("the README says twelve lines; there are %d", n)
	}
}

// between returns what stands in a file between the first begin and the end after it.
func between(t *testing.T, name, begin, end string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, begun := strings.Cut(string(text), begin)
	part, _, ended := strings.Cut(rest, end)
	if !begun || !ended {
		t.Fatalf("%s has nothing between %q and %q", name, begin, end)
	}
	return part
}
