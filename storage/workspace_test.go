package storage_test

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/storage"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/intake"
	"github.com/deskfolk/desk/tickets/records"
	"github.com/deskfolk/desk/tickets/requests"
)

// withWorkspace finds the tables that have a workspace's rows.
const (
	sqliteWithWorkspace   = `SELECT m.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table' AND c.name = 'workspace_id' ORDER BY 1`
	postgresWithWorkspace = `SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'workspace_id' ORDER BY 1`
)

func TestR61_RemoveWorkspace(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		d := desktest.New(t)
		removeWorkspace(t, d.Store, d.DB, sqliteWithWorkspace)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		d := pgtest.Desk(t)
		removeWorkspace(t, d.Store, d.DB, postgresWithWorkspace)
	})
}

func removeWorkspace(t *testing.T, store *storage.DB, db *sql.DB, catalogue string) {
	t.Helper()
	is := is.New(t)
	ctx := t.Context()
	tables := column(t, db, catalogue)
	for _, w := range []desk.WorkspaceID{"leaving", "staying"} {
		fillWorkspace(t, store, w)
	}
	for _, table := range tables {
		if table != "desk_search_stale" && len(workspaceRows(t, db, table, "leaving")) == 0 {
			t.Errorf("the test puts nothing into %s", table)
		}
	}
	before := dumpWorkspace(t, db, tables, "staying")

	_, err := db.ExecContext(ctx, `CREATE TABLE orders (workspace_id TEXT NOT NULL, contact_id TEXT)`)
	is.NoErr(err)
	is.NoErr(store.AddReference("orders", "contact_id"))
	_, err = db.ExecContext(ctx, `INSERT INTO orders VALUES ('leaving', 'contact_01h455vb4pex5vsknk084sn02q')`)
	is.NoErr(err)
	is.Equal(desk.KindOf(store.RemoveWorkspace(ctx, "leaving")), desk.Conflict)
	is.True(len(workspaceRows(t, db, "desk_contacts", "leaving")) > 0)
	_, err = db.ExecContext(ctx, `DELETE FROM orders`)
	is.NoErr(err)

	is.NoErr(store.RemoveWorkspace(ctx, "leaving"))
	for _, table := range tables {
		is.Equal(len(workspaceRows(t, db, table, "leaving")), 0)
	}
	if diff := cmp.Diff(before, dumpWorkspace(t, db, tables, "staying")); diff != "" {
		t.Errorf("the other workspace changed (-before +after):\n%s", diff)
	}
	is.NoErr(store.RemoveWorkspace(ctx, "leaving")) // again, and of none
	fillWorkspace(t, store, "leaving")              // the name is free
}

// fillWorkspace puts something into every table.
func fillWorkspace(t *testing.T, store *storage.DB, w desk.WorkspaceID) {
	t.Helper()
	is := is.New(t)
	ctx := context.Background()
	people := contacts.New(store, nil)
	a := desk.Actor{Workspace: w, Kind: desk.MemberActor, ID: "m", Grants: slices.Concat(contacts.Permissions, records.Permissions)}
	is.NoErr(people.DefineField(ctx, a, contacts.FieldDef{Key: "tier", Label: "Tier", Type: contacts.TextField}))
	_, err := people.SaveSettings(ctx, a, contacts.Settings{Region: "DE", AllowImport: true})
	is.NoErr(err)
	_, err = people.CreateCompany(ctx, a, "Acme", []string{"acme.example"})
	is.NoErr(err)
	for i := range 5 {
		_, err = people.Create(ctx, a.WithKey(fmt.Sprint(i)), contacts.NewContact{LastName: "Ångström", Email: fmt.Sprintf("a%d@acme.example", i), CompanyName: "Acme"})
		is.NoErr(err)
	}
	linked := records.New(store.Records(), nil)
	_, err = linked.RecordCall(ctx, a, records.NewCall{Number: "030 9018200"})
	is.NoErr(err)
	for i := range 2 { // what comes into the index second stands beside what came first
		_, err = people.Create(ctx, a, contacts.NewContact{LastName: fmt.Sprint("Later ", i)})
		is.NoErr(err)
		_, err = people.Work(ctx, a)
		is.NoErr(err)
	}
	fillImports(t, store, people, a)
	c, err := people.Create(ctx, a, contacts.NewContact{LastName: "Pending"})
	is.NoErr(err)
	fillTickets(t, store, w, c.ID)
	mail := intake.New(store.Intake(), people, tickets.New(store.Tickets(), nil), nil)
	smtp := desk.Actor{Workspace: w, Kind: desk.SystemActor, ID: "smtp", Grants: intake.Permissions}
	res, err := mail.Take(ctx, smtp, intake.Delivery{Raw: strings.NewReader("From: a@mail.example\r\nSubject: Hello\r\n\r\nHello")})
	is.NoErr(err)
	is.True(res.Acknowledged)
	fillNotify(t, store, w, c.ID)
}

func fillImports(t *testing.T, store *storage.DB, people *contacts.Service, a desk.Actor) {
	t.Helper()
	is := is.New(t)
	files := importexport.New(store.Imports(), people, nil)
	_, err := files.Import(t.Context(), a, strings.NewReader("last_name\nImported\n"), importexport.ImportOptions{})
	is.NoErr(err)
	is.NoErr(files.SaveMapping(t.Context(), a, "kept", map[string]string{"Kunde": "email"}))
}

func fillNotify(t *testing.T, store *storage.DB, w desk.WorkspaceID, c desk.ContactID) {
	t.Helper()
	is := is.New(t)
	told := notify.New(store.Notify(), nil)
	a := desk.Actor{Workspace: w, Kind: desk.MemberActor, ID: "m", Grants: slices.Concat(contacts.Permissions, notify.Permissions)}
	_, err := told.SavePreferences(t.Context(), a, notify.Preferences{Contact: c, Types: map[string]bool{tickets.NoticeCommented: false}})
	is.NoErr(err)
	_, err = told.SaveTemplate(t.Context(), a, notify.Template{Type: tickets.NoticeCommented, Subject: "An answer", Text: "An answer came."})
	is.NoErr(err)
}

func fillTickets(t *testing.T, store *storage.DB, w desk.WorkspaceID, c desk.ContactID) {
	t.Helper()
	is := is.New(t)
	ctx := context.Background()
	s := tickets.New(store.Tickets(), nil)
	a := desk.Actor{Workspace: w, Kind: desk.MemberActor, ID: "m", Grants: slices.Concat(contacts.Permissions, tickets.Permissions)}
	x, err := s.Create(ctx, a, tickets.NewTicket{Subject: "A ticket", Requester: c})
	is.NoErr(err)
	open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("contents")), nil }
	m, err := s.Post(ctx, a, x.ID, tickets.NewMessage{Kind: tickets.Internal, Text: "A note", Attachments: []tickets.NewAttachment{{Name: "a.txt", Open: open}}})
	is.NoErr(err)
	_, err = s.EditNote(ctx, a, x.ID, m.ID, "A better note", "")
	is.NoErr(err)
	fillRequests(t, requests.New(store.Requests(), s, nil), contacts.New(store, nil), w)
}

func fillRequests(t *testing.T, s *requests.Service, people *contacts.Service, w desk.WorkspaceID) {
	t.Helper()
	is := is.New(t)
	ctx := context.Background()
	a := desk.Actor{Workspace: w, Kind: desk.MemberActor, ID: "m", Grants: slices.Concat(contacts.Permissions, tickets.Permissions, requests.Permissions)}
	c, err := people.Create(ctx, a, contacts.NewContact{LastName: "Portal", Email: "portal@acme.example", PortalAccess: true})
	is.NoErr(err)
	f, err := s.CreateForm(ctx, a, requests.NewForm{Name: "A form", Draft: requests.Definition{Fields: []requests.Field{{Key: "file", Label: "A file", Type: requests.FileField}}}})
	is.NoErr(err)
	f, err = s.PublishForm(ctx, a, f.ID, f.Version)
	is.NoErr(err)
	_, err = s.CreateTemplate(ctx, a, requests.TemplateFields{Name: "A template", Limited: true, Contacts: []desk.ContactID{c.ID}, Form: f.ID})
	is.NoErr(err)
	x, err := s.Assign(ctx, a, requests.NewAssignment{Form: f.ID, Contacts: []desk.ContactID{c.ID}})
	is.NoErr(err)
	open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("contents")), nil }
	_, err = s.Fill(ctx, a, x[0].ID, requests.Filling{Files: requests.Files{"file": {{Name: "a.txt", Open: open}}}})
	is.NoErr(err)
	first, err := s.CreateTask(ctx, a, requests.NewTask{Title: "A task", Contact: c.ID})
	is.NoErr(err)
	_, err = s.CreateTask(ctx, a, requests.NewTask{Title: "Another", Contact: c.ID, Due: requests.Due{Rule: requests.DueAfterTask, After: first.ID}})
	is.NoErr(err)
}

func dumpWorkspace(t *testing.T, db *sql.DB, tables []string, w string) string {
	t.Helper()
	var b strings.Builder
	for _, table := range tables {
		fmt.Fprintf(&b, "%s\n%s\n", table, strings.Join(workspaceRows(t, db, table, w), "\n"))
	}
	return b.String()
}

// workspaceRows writes the rows of a workspace, each as one line.
func workspaceRows(t *testing.T, db *sql.DB, table, w string) []string {
	t.Helper()
	rs, err := db.QueryContext(t.Context(), `SELECT * FROM `+table+` WHERE workspace_id = $1`, w)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rs.Close() }()
	names, err := rs.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for rs.Next() {
		values := make([]any, len(names))
		for i := range values {
			values[i] = new(any)
		}
		if err := rs.Scan(values...); err != nil {
			t.Fatal(err)
		}
		line := ""
		for _, v := range values {
			line += fmt.Sprintf("%v|", *v.(*any))
		}
		all = append(all, line)
	}
	if err := rs.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

// column reads a column of texts.
func column(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	rs, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rs.Close() }()
	var all []string
	for rs.Next() {
		var s string
		if err := rs.Scan(&s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := rs.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
