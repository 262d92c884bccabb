package desk_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const module = "github.com/deskfolk/desk"

// listed is what `go list` says of a package.
type listed struct {
	ImportPath    string
	Imports, Deps []string
}

// name is the package's path as the table writes it.
func (l listed) name() string {
	if l.ImportPath == module {
		return "desk"
	}
	return strings.TrimPrefix(l.ImportPath, module+"/")
}

// TestImportTable compares the packages with the import table of
// docs/design.md: each package has a row, each row a package, and no package
// imports what its row does not name. Tests are not compared: they may import
// a driver.
func TestImportTable(t *testing.T) {
	t.Parallel()
	table := importTable(t)
	packages := listPackages(t)

	var names []string
	for _, p := range packages {
		names = append(names, p.name())
		allowed := table[p.name()]
		for _, path := range p.Imports {
			if row := asRow(path); row != "" && !slices.Contains(allowed, row) {
				t.Errorf("%s imports %s, which its row in docs/design.md does not allow", p.name(), path)
			}
		}
	}
	slices.Sort(names)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(table)), names); diff != "" {
		t.Errorf("the rows of the import table are not the packages there are (-table +packages):\n%s", diff)
	}
}

// TestImportTable_Depths looks at what a package pulls in by way of others:
// a host that embeds the library must not get a driver with it, nor the
// packages with the rules a database.
func TestImportTable_Depths(t *testing.T) {
	t.Parallel()
	drivers := []string{"modernc.org/sqlite", "github.com/jackc/pgx/v5", "github.com/mattn/go-sqlite3", "github.com/lib/pq", "github.com/uptrace/bun/driver/"}
	rules := slices.Concat(drivers, []string{"github.com/uptrace/bun", "database/sql", "net/http"})
	never := map[string][]string{
		"desk": rules, "contacts": rules, "tickets": rules, "tickets/requests": rules, "notify": rules, "importexport": rules,
		"storage": drivers, "storage/sqlite": drivers, "storage/postgres": drivers,
	}
	for _, p := range listPackages(t) {
		for _, path := range p.Deps {
			for _, prefix := range never[p.name()] {
				if strings.HasPrefix(path, prefix) {
					t.Errorf("%s depends on %s", p.name(), path)
				}
			}
		}
	}
}

// asRow returns an import as the table writes it: an own package by its path
// in the module, golang.org/x as a whole, another module's package by its
// path, and "" for the standard library, which every package may import.
func asRow(path string) string {
	own, isOwn := strings.CutPrefix(path, module+"/")
	first, _, _ := strings.Cut(path, "/")
	switch {
	case path == module:
		return "desk"
	case isOwn:
		return own
	case strings.HasPrefix(path, "golang.org/x/"):
		return "golang.org/x"
	case !strings.Contains(first, "."):
		return ""
	}
	return path
}

var codeSpan = regexp.MustCompile("`([^`]+)`")

// importTable reads the table between the two comments in docs/design.md: in
// each row the first code span is a package, the others what it may import.
func importTable(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("docs/design.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, begun := strings.Cut(string(text), "<!-- import table -->")
	rows, _, ended := strings.Cut(rest, "<!-- end of import table -->")
	if !begun || !ended {
		t.Fatal("docs/design.md has no import table")
	}
	table := map[string][]string{}
	for row := range strings.Lines(rows) {
		spans := codeSpan.FindAllStringSubmatch(row, -1)
		if len(spans) == 0 {
			continue
		}
		allowed := []string{}
		for _, s := range spans[1:] {
			allowed = append(allowed, s[1])
		}
		table[spans[0][1]] = allowed
	}
	return table
}

// listPackages asks the go command for the packages of this module.
func listPackages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,Deps", "./...")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var packages []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages
		}
		if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}
