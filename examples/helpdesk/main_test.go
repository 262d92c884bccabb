package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"
	"go.uber.org/goleak"

	"github.com/deskfolk/desk/storage/storagetest/pgtest"
)

const samples = "../../importexport/testdata/"

// program runs the program in this process on one database.
type program struct {
	t  testing.TB
	db string
}

// ran is what one run of the program did.
type ran struct {
	code        int
	out, errors string
}

func (p program) run(args ...string) ran {
	return p.with("", args...)
}

func (p program) with(stdin string, args ...string) ran {
	p.t.Helper()
	var out, errs bytes.Buffer
	code := run(context.Background(), append(args, "--db", p.db), strings.NewReader(stdin), &out, &errs)
	return ran{code, out.String(), errs.String()}
}

// json runs the program with --json and decodes what it prints.
func (p program) json(args ...string) map[string]any {
	p.t.Helper()
	got := p.run(append([]string{args[0], "--json"}, args[1:]...)...)
	if got.code != 0 {
		p.t.Fatalf("%v: exit %d: %s", args, got.code, got.errors)
	}
	var v map[string]any
	if err := json.Unmarshal([]byte(got.out), &v); err != nil {
		p.t.Fatalf("%v: %v: %s", args, err, got.out)
	}
	return v
}

func onFile(t testing.TB) program {
	return program{t, "sqlite:" + filepath.Join(t.TempDir(), "x?y#z 100%.db")}
}

// onBoth runs a test on both databases.
func onBoth(t *testing.T, test func(t *testing.T, p program)) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, onFile(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, program{t, pgtest.URL(t)})
	})
}

// keys returns the names in an object.
func keys(v any) map[string]bool {
	out := map[string]bool{}
	for k := range v.(map[string]any) {
		out[k] = true
	}
	return out
}

func names(list string) map[string]bool {
	out := map[string]bool{}
	for n := range strings.FieldsSeq(list) {
		out[n] = true
	}
	return out
}

func TestImportFindExport(t *testing.T) {
	onBoth(t, func(t *testing.T, p program) {
		is := is.New(t)
		got := p.json("import", samples+"people.csv")
		is.Equal(keys(got), names("import_id format encoding delimiter columns rows created updated merged skipped failed warnings outcomes"))
		is.Equal(got["rows"], 12.0)
		is.Equal(got["created"], 12.0)
		is.Equal(keys(got["outcomes"].([]any)[0]), names("line outcome contact_id reason"))
		is.Equal(keys(got["columns"].([]any)[0]), names("header field"))
		again := p.json("import", samples+"people.csv", "--on-duplicate", "update")
		is.Equal(again["skipped"], 12.0)

		for text, want := range map[string]string{
			"okafor": "Melissa", "weiss": "Jürgen", "kupferwerk": "Jürgen", "mel@okafor": "Melissa", "秀": "王", "020 7946 0958": "Melissa", "ольга иванова": "Ольга",
		} {
			found := p.json("search", text)
			is.Equal(keys(found), names("contacts count next"))
			is.Equal(found["count"], 1.0)
			is.Equal(found["contacts"].([]any)[0].(map[string]any)["first_name"], want)
		}
		first := p.json("search", "", "--limit", "5", "--sort", "email", "--desc")
		is.Equal(first["count"], 12.0)
		next := p.json("search", "", "--limit", "1000", "--sort", "email", "--desc", "--cursor", first["next"].(string))
		is.Equal(len(next["contacts"].([]any)), 7)
		is.Equal(next["next"], "")

		file := filepath.Join(t.TempDir(), "out.csv")
		is.Equal(p.run("export", "--output", file).code, 0)
		back := p.json("import", file, "--on-duplicate", "update")
		is.Equal(back["skipped"], 12.0)
		raw, err := os.ReadFile(file)
		is.NoErr(err)
		is.Equal(p.run("export").out, string(raw))
		is.Equal(p.run("verify").code, 0)
		is.Equal(p.json("verify")["sound"], true)
	})
}

func TestDryRunKeepsNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, p program) {
		is := is.New(t)
		failed := filepath.Join(t.TempDir(), "failed.csv")
		got := p.json("import", samples+"problems.csv", "--dry-run", "--failed", failed)
		is.Equal([]any{got["created"], got["skipped"], got["failed"]}, []any{5.0, 1.0, 3.0})
		is.Equal(p.json("search", "")["count"], 0.0)
		_, err := os.Stat(failed)
		is.True(os.IsNotExist(err))
		got = p.json("import", samples+"problems.csv", "--failed", failed)
		is.Equal(got["created"], 5.0)
		raw, err := os.ReadFile(failed)
		is.NoErr(err)
		is.Equal(strings.Count(string(raw), "\r\n"), 4)
	})
}

// A sentence and an exit code for everything that can be wrong from outside.
func TestRefusals(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	csv := write("a.csv", "first_name\nA\n", 0o644)
	binary := write("a.png", "\x89PNG\r\n\x1a\n\x00\x00", 0o644)
	junk := write("junk.db", "this is no database at all", 0o644)
	locked := write("locked.db", "", 0o444)
	good := "sqlite:" + filepath.Join(dir, "good.db")
	for _, tt := range []struct {
		name string
		args []string
		db   string
		code int
		says string
	}{
		{"no such command", []string{"frobnicate"}, good, 2, "no command"},
		{"no such flag", []string{"migrate", "--frob"}, good, 2, "not defined: -frob"},
		{"no value", []string{"search", "x", "--limit"}, good, 2, "--limit"},
		{"no argument", []string{"import"}, good, 2, "argument is missing"},
		{"too many", []string{"search", "a", "b"}, good, 2, "one argument too many"},
		{"bad limit", []string{"search", "a", "--limit", "0"}, good, 2, "--limit is 1 to 1000"},
		{"bad order", []string{"search", "a", "--sort", "shoe"}, good, 2, "no order"},
		{"bad filter", []string{"search", "a", "--filter", "shoe=1"}, good, 2, "no filter"},
		{"bad format", []string{"import", csv, "--format", "pdf"}, good, 2, "csv"},
		{"bad duplicates", []string{"import", csv, "--on-duplicate", "explode"}, good, 2, "--on-duplicate"},
		{"bad workspace", []string{"migrate", "--workspace", "a b"}, good, 2, "workspace"},
		{"bad role", []string{"agent", "add", "a@b.example", "--role", "king"}, good, 2, "--role"},
		{"bad scheme", []string{"migrate"}, "mysql:x", 2, "--db must be"},
		{"bad address", []string{"migrate"}, "postgres://%zz", 2, "no valid address"},
		{"bad cursor", []string{"search", "", "--cursor", "abc"}, good, 1, "first page"},
		{"no file", []string{"import", filepath.Join(dir, "none.csv")}, good, 1, "There is no file"},
		{"a directory", []string{"import", dir}, good, 1, "directory"},
		{"a picture", []string{"import", binary}, good, 1, "PNG picture"},
		{"bad encoding", []string{"import", csv, "--encoding", "klingon"}, good, 1, "klingon"},
		{"bad column", []string{"import", csv, "--map", "Name=last_name"}, good, 1, "no column"},
		{"bad region", []string{"import", csv, "--region", "Germany"}, good, 1, "region"},
		{"bad field", []string{"export", "--fields", "shoe"}, good, 1, "no field"},
		{"db is a directory", []string{"migrate"}, "sqlite:" + dir, 1, "is a directory"},
		{"db is no database", []string{"migrate"}, "sqlite:" + junk, 1, "not an SQLite database"},
		{"db is read-only", []string{"migrate"}, "sqlite:" + locked, 1, "read-only"},
		{"db has no directory", []string{"migrate"}, "sqlite:" + filepath.Join(dir, "none", "x.db"), 1, "no directory"},
		{"db cannot be reached", []string{"migrate"}, "postgres://127.0.0.1:1/none", 1, "cannot be reached"},
		{"taken port", []string{"serve", "--addr", "300.0.0.1:1"}, good, 1, "cannot listen"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			is := is.New(t)
			got := program{t, tt.db}.run(append(tt.args, "--json")...)
			is.Equal(got.code, tt.code)
			is.True(strings.Contains(got.errors, tt.says))
			if tt.code == 2 {
				is.Equal(got.out, "")
				return
			}
			is.Equal(strings.Count(got.errors, "\n"), 1) // one sentence
			var v map[string]map[string]string
			is.NoErr(json.Unmarshal([]byte(got.out), &v))
			is.True(v["error"]["kind"] != "" && v["error"]["message"] != "")
		})
	}
}

func TestNewerDatabaseIsLeftAlone(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	path := filepath.Join(t.TempDir(), "x.db")
	p := program{t, "sqlite:" + path}
	is.Equal(p.run("migrate").code, 0)
	db, err := sql.Open("sqlite", path)
	is.NoErr(err)
	_, err = db.Exec(`INSERT INTO desk_migrations (version, name, applied_at) VALUES (999, 'future', '')`)
	is.NoErr(err)
	is.NoErr(db.Close())
	got := p.run("search", "")
	is.Equal(got.code, 1)
	is.True(strings.Contains(got.errors, "newer version"))
}

func TestFlagsStandAnywhere(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	p := onFile(t)
	is.Equal(p.run("import", "--map", "first_name=", samples+"people.csv").code, 0)
	is.Equal(p.run("search", "--limit=3", "--", "okafor").code, 2) // behind -- stands --db, an argument then
	var out, errs bytes.Buffer
	code := run(t.Context(), []string{"search", "--db", p.db, "--json", "--", "-okafor"}, nil, &out, &errs)
	is.Equal(code, 0)
	is.True(strings.Contains(out.String(), `"next":""`))
	is.Equal(p.json("search", "jürgen")["count"], 0.0) // the column was left out
	help := run(t.Context(), []string{"import", "--help"}, nil, &out, &errs)
	is.Equal(help, 0)
	is.True(strings.Contains(out.String(), "--on-duplicate") || strings.Contains(out.String(), "-on-duplicate"))
	is.Equal(run(t.Context(), []string{"--help"}, nil, &out, &errs), 0)
}

func TestStandardInputAndTemplate(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	p := onFile(t)
	template := p.run("import", "template")
	is.Equal(template.code, 0)
	got := p.with(template.out, "import", "-", "--json")
	is.Equal(got.code, 0)
	is.True(strings.Contains(got.out, `"created":1`))
}

func TestAgents(t *testing.T) {
	onBoth(t, func(t *testing.T, p program) {
		is := is.New(t)
		is.Equal(p.with("correct horse battery\n", "agent", "add", "kim@desk.example", "--name", "Kim", "--role", "importer").code, 0)
		is.Equal(p.with("correct horse battery\n", "agent", "add", "KIM@desk.example").code, 1) // there already
		is.Equal(p.with("short\n", "agent", "add", "lee@desk.example").code, 1)
		is.Equal(p.with("", "agent", "password", "kim@desk.example").code, 1)
		is.Equal(p.with("another horse battery\n", "agent", "password", "kim@desk.example").code, 0)
		is.Equal(p.with("another horse battery\n", "agent", "password", "none@desk.example").code, 1)
		list := p.json("agent", "list")["agents"].([]any)
		is.Equal(len(list), 1)
		is.Equal(list[0].(map[string]any)["role"], "importer")
	})
}

// The server starts on an empty database with demo data and a link to sign in,
// answers, and stops when it is told to.
func TestServe(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	is := is.New(t)
	p := onFile(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, in := io.Pipe()
	ended := make(chan int, 1)
	var errs bytes.Buffer
	go func() {
		code := run(ctx, []string{"--addr", "127.0.0.1:0", "--db", p.db}, nil, in, &errs)
		_ = in.Close()
		ended <- code
	}()
	link := readLink(t, out)
	go func() { _, _ = io.Copy(io.Discard, out) }()
	base := link[:strings.Index(link, "/signin")]
	client := &http.Client{Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	for path, want := range map[string]string{"/healthz": "ok", strings.TrimPrefix(link, base): "Sign in"} {
		is.True(strings.Contains(fetch(t, client, base+path), want))
	}
	is.Equal(p.json("search", "")["count"], 202.0)
	is.True(p.json("search", "王")["count"].(float64) > 0)
	cancel()
	is.Equal(<-ended, 0)
	is.True(strings.Contains(errs.String(), "msg=stopped"))
	is.Equal(p.json("verify")["sound"], true)
}

var linkPattern = regexp.MustCompile(`http://localhost:\d+/signin/link\?token=\S+`)

func readLink(t *testing.T, out io.Reader) string {
	t.Helper()
	var seen []byte
	buf := make([]byte, 1024)
	for {
		n, err := out.Read(buf)
		seen = append(seen, buf[:n]...)
		if link := linkPattern.Find(seen); link != nil && bytes.HasSuffix(seen, []byte("\n")) {
			return string(link)
		}
		if err != nil {
			t.Fatalf("no link in %q", seen)
		}
	}
}

// fetch gets a page from the server, which may not have begun to serve.
func fetch(t *testing.T, client *http.Client, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatal(res.Status, err)
	}
	return string(body)
}

// raced is set when the race detector is on, with which SQLite is very slow.
var raced bool

func TestBench(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("it takes too long")
	}
	is := is.New(t)
	p := onFile(t)
	got := p.run("bench", "--contacts", "1000")
	is.Equal(got.code, 0)
	var report struct {
		Contacts int
		Errors   []string
		Figures  []struct{ Name string }
	}
	is.NoErr(json.Unmarshal([]byte(got.out), &report))
	if d := cmp.Diff([]string(nil), report.Errors); d != "" {
		t.Error(d)
	}
	is.True(len(report.Figures) > 15)
	is.Equal(p.run("bench", "--contacts", "1000").code, 1) // the workspace is not empty now
}
