package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
	"github.com/deskfolk/desk/examples/helpdesk/web"
	"github.com/deskfolk/desk/importexport"
	"github.com/deskfolk/desk/storage/desktest"
)

const fivePeople = "first_name,email\nAnn,ann@corp.example\nBo,bo@corp.example\nCy,cy@corp.example\nDi,di@corp.example\nEd,ed@corp.example\n"

// brokenOff leaves an import as a process does that ends after three rows.
func (s *site) brokenOff() importexport.Import {
	s.t.Helper()
	is := is.New(s.t)
	m := s.imports()
	i, err := m.Receive(s.t.Context(), s.Manager, "five.csv", strings.NewReader(fivePeople), importexport.ReadOptions{})
	is.NoErr(err)
	_, err = m.Plan(s.t.Context(), s.Manager, i.ID, importexport.Choices{}, nil)
	is.NoErr(err)
	rows, enough := 0, errors.New("the process ends")
	_, err = m.Apply(s.t.Context(), s.Manager, i.ID, importexport.ApplyOptions{Each: func(importexport.Row) error {
		if rows++; rows == 3 {
			return enough
		}
		return nil
	}})
	is.True(errors.Is(err, enough))
	return i
}

// TestImportStopped resumes an import that was broken off.
func TestImportStopped(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	i := s.brokenOff()
	b := s.signedIn(accounts.Importer)
	// While nobody knows better, another process may be at work.
	b.get("/imports/"+string(i.ID)).says("Running", "Importing", "4 of 5 rows", "80 %", "Created 4").silent("Resume")
	s.Clock.Turn(3 * time.Minute)
	p := b.get("/imports/"+string(i.ID)).says("The import was stopped", "The server was restarted", "Created 4", "Take back")
	p.plain()
	b.get("/imports").says("five.csv", "Stopped")
	p.step("plan").says("The import was stopped") // there is no other step now
	settled(p.send(p.path, "do=resume")).says("Done", "Created 5")
	is.Equal(len(b.get("/contacts").rows()), 5)
}

// TestImportStoppedUndone takes back an import that was broken off, in two goes.
func TestImportStoppedUndone(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	i := s.brokenOff()
	s.Clock.Turn(3 * time.Minute)
	ctx, stop := context.WithCancel(t.Context())
	_, err := s.imports().Undo(ctx, s.Manager, i.ID, func(importexport.Progress) { stop() })
	is.True(errors.Is(err, context.Canceled))
	s.Clock.Turn(3 * time.Minute)
	p := s.signedIn(accounts.Importer).get("/imports/"+string(i.ID)).says("Taking the import back was stopped", "To the recycle bin 2")
	settled(p.send(p.path, "do=resume")).says("Taken back", "To the recycle bin 4")
	is.Equal(len(p.b.get("/contacts").rows()), 0)
}

// TestImportPlanStopped makes a plan again that was broken off.
func TestImportPlanStopped(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	m := s.imports()
	i, err := m.Receive(t.Context(), s.Manager, "five.csv", strings.NewReader(fivePeople), importexport.ReadOptions{})
	is.NoErr(err)
	ctx, stop := context.WithCancel(t.Context())
	_, err = m.Plan(ctx, s.Manager, i.ID, importexport.Choices{}, func(importexport.Progress) { stop() })
	is.True(err != nil)
	b := s.signedIn(accounts.Importer)
	b.get("/imports/"+string(i.ID)).says("Planning", "Making the plan")
	s.Clock.Turn(3 * time.Minute)
	p := b.get("/imports/"+string(i.ID)).says("Plan stopped", "There is no plan", "The server was restarted")
	settled(p.send(p.path, "do=again")).says("Create 5").imported().says("Created 5")
}

// endless is a file whose sender is gone in the middle.
type endless struct{ read bool }

func (e *endless) Read(p []byte) (int, error) {
	if e.read {
		panic("the process ends")
	}
	e.read = true
	return copy(p, "first_name\n"), nil
}

// TestImportNotArrived says that a file did not come to its end.
func TestImportNotArrived(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	func() {
		defer func() { _ = recover() }()
		_, _ = s.imports().Receive(t.Context(), s.Manager, "half.csv", &endless{}, importexport.ReadOptions{})
	}()
	b := s.signedIn(accounts.Importer)
	p := b.get("/imports").says("half.csv", "Arriving").link("half.csv").says("still on its way")
	s.Clock.Turn(3 * time.Minute)
	p = b.get(p.path).says("The file did not arrive", "Did not arrive").link("Remove")
	p.send(p.path, "").says("No imports yet")
}

// faulty is a store with a defect: it panics when earlier imports of a file are
// looked for.
type faulty struct{ importexport.Store }

func (f faulty) FindImports(ctx context.Context, w desk.WorkspaceID, find importexport.ImportFind) ([]importexport.Import, error) {
	if find.Digest != "" {
		panic("a defect")
	}
	return f.Store.FindImports(ctx, w, find)
}

// TestImportPanics: a defect ends one import and not the server.
func TestImportPanics(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	s := newSiteOn(t, d, "sqlite", func(c *web.Config) {
		c.Importer = importexport.New(faulty{d.Store.Imports()}, d.Contacts, &importexport.Options{Now: d.Clock.Now})
	})
	p := s.importer().received("five.csv", fivePeople).planned().says("There is no plan", "by a fault of the helpdesk", "Make the plan again").silent("a defect")
	p.b.get("/imports").is(http.StatusOK).says("Plan stopped")
}

// TestImportStop stops an import on its page, in its middle, and goes on with it later.
func TestImportStop(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	m := s.imports()
	var file strings.Builder
	file.WriteString("first_name,email\n")
	const rows = 30_000 // more than it can import before its page is shown
	for n := range rows {
		fmt.Fprintf(&file, "Ann,ann%d@corp.example\n", n)
	}
	i, err := m.Receive(t.Context(), s.Manager, "many.csv", strings.NewReader(file.String()), importexport.ReadOptions{})
	is.NoErr(err)
	_, err = m.Plan(t.Context(), s.Manager, i.ID, importexport.Choices{}, nil)
	is.NoErr(err)
	p := s.signedIn(accounts.Importer).get("/imports/" + string(i.ID) + "/plan")
	running := p.send(p.path, "do=import").says("Running", "Importing", "Stop")
	stopped := running.send(running.path, "do=stop").says("The import was stopped", "Somebody stopped it on this page", "Resume", "Take back")
	running = stopped.send(stopped.path, "do=resume").says("Running", "Importing", "Stop")
	running.send(running.path, "do=stop").says("The import was stopped")
	now, err := m.Get(t.Context(), s.Manager, i.ID)
	is.NoErr(err)
	is.True(now.Applied > 0 && now.Applied < now.Chunks)
	l, err := s.Contacts.List(t.Context(), s.Manager, contacts.Query{Count: true}, desk.Page{Limit: 1})
	is.NoErr(err)
	is.Equal(l.Count, now.Result.Created)
}
