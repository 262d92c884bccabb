package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/matryer/is"
)

// The format of an export is what was asked for, or what its name says.
func TestExportFormats(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	p := onFile(t)
	is.Equal(p.run("import", samples+"people.csv").code, 0)
	dir := t.TempDir()
	book := filepath.Join(dir, "out.XLSX")
	is.Equal(p.run("export", "--output", book).code, 0)
	raw, err := os.ReadFile(book)
	is.NoErr(err)
	is.True(strings.HasPrefix(string(raw), "PK\x03\x04"))
	is.True(strings.HasPrefix(p.run("export", "--format", "xlsx", "--fields", "email").out, "PK\x03\x04"))
	back := p.json("import", book, "--on-duplicate", "update")
	is.Equal(back["format"], "xlsx")
	is.Equal(back["skipped"], 12.0)

	table := filepath.Join(dir, "out.xlsx")
	is.Equal(p.run("export", "--format", "csv", "--fields", "first_name,phone", "--query", "okafor", "--output", table).code, 0)
	raw, err = os.ReadFile(table)
	is.NoErr(err)
	is.Equal(string(raw), "first_name,phone\r\nMelissa,'+44 20 7946 0958\r\n")
	is.Equal(p.run("export", "--fields", "id", "--filter", "active=0", "--filter", "kind=vendor").out, "id\r\n")

	wrong := p.run("export", "--format", "pdf")
	is.Equal(wrong.code, 2)
	is.True(strings.Contains(wrong.errors, "csv or xlsx"))
	is.True(strings.HasPrefix(p.run("import", "template", "--format", "xlsx").out, "PK\x03\x04"))
	is.Equal(p.run("import", "template", "--format", "vcard").code, 1)
}
