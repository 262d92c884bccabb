package web_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/matryer/is"
	_ "modernc.org/sqlite"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
	"github.com/deskfolk/desk/examples/helpdesk/mailcatch"
	"github.com/deskfolk/desk/examples/helpdesk/web"
	"github.com/deskfolk/desk/importexport"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/postgres"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
	"github.com/deskfolk/desk/tickets/intake"
)

// password is every agent's in these tests.
const password = "a long enough password"

// site is a whole helpdesk with its pages.
type site struct {
	*desktest.Desk
	t        *testing.T
	accounts *accounts.Store
	notify   *notify.Service
	mail     *mailcatch.Store
	intake   *intake.Service
	url      string
	log      *bytes.Buffer
}

// newSite starts a helpdesk with an agent of each role.
func newSite(t *testing.T) *site {
	t.Helper()
	return newSiteOn(t, desktest.New(t), "sqlite")
}

// newPostgresSite is one on PostgreSQL.
func newPostgresSite(t *testing.T) *site {
	t.Helper()
	db := pgtest.DB(t)
	store, err := postgres.New(db)
	if err != nil {
		t.Fatal(err)
	}
	return newSiteOn(t, desktest.On(store, db), "postgres")
}

// newSiteOn starts a helpdesk on a desk; the changes are made to its pages.
func newSiteOn(t *testing.T, d *desktest.Desk, dialect string, changes ...func(*web.Config)) *site {
	t.Helper()
	is := is.New(t)
	s := &site{Desk: d, t: t, log: &bytes.Buffer{}}
	parts := slices.Concat([]contacts.ProfilePart{d.Tickets.Part()}, d.Requests.Parts(), d.Records.Parts())
	d.Contacts = contacts.New(d.Store, &contacts.Options{Now: d.Clock.Now, Parts: parts})
	s.notify = notify.New(d.Store.Notify(), &notify.Options{Now: d.Clock.Now, Contacts: d.Contacts, From: "help@desk.example"})
	s.intake = intake.New(d.Store.Intake(), d.Contacts, d.Tickets, &intake.Options{Now: d.Clock.Now, Limits: &intake.Limits{Message: 20_000, HeaderFields: 20}})
	s.mail = mailcatch.New(d.DB, d.Clock.Now)
	is.NoErr(s.mail.Migrate(t.Context()))
	var err error
	s.accounts, err = accounts.New(d.DB, dialect, &accounts.Options{Now: d.Clock.Now})
	is.NoErr(err)
	is.NoErr(s.accounts.Migrate(t.Context()))
	for _, role := range accounts.Roles {
		_, err := s.accounts.Create(t.Context(), d.Workspace, string(role)+"@desk.example", strings.ToUpper(string(role[:1]))+string(role[1:])+" Agent", role, "")
		is.NoErr(err)
	}
	_, err = d.Contacts.SaveSettings(t.Context(), d.Manager, contacts.Settings{AllowImport: true, Region: "GB"})
	is.NoErr(err)
	server := httptest.NewUnstartedServer(nil)
	s.url = "http://" + server.Listener.Addr().String()
	config := web.Config{
		Contacts: d.Contacts, Tickets: d.Tickets, Requests: d.Requests, Parts: parts, Records: d.Records, Notify: s.notify, Importer: importexport.New(d.Store.Imports(), d.Contacts, &importexport.Options{Now: d.Clock.Now}), Accounts: s.accounts, Mail: s.mail, Intake: s.intake,
		Log: slog.New(slog.NewTextHandler(s.log, nil)), Now: d.Clock.Now, BaseURL: s.url, Workspace: d.Workspace,
	}
	for _, change := range changes {
		change(&config)
	}
	pages, err := web.New(config)
	is.NoErr(err)
	server.Config.Handler = pages
	server.Start()
	t.Cleanup(server.Close)
	return s
}

// add makes a contact.
func (s *site) add(n contacts.NewContact) contacts.Contact {
	s.t.Helper()
	c, err := s.Contacts.Create(s.t.Context(), s.Manager, n)
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// get reads a contact back.
func (s *site) get(id desk.ContactID) contacts.Contact {
	s.t.Helper()
	c, err := s.Contacts.Get(s.t.Context(), s.Manager, id)
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// visitor is a browser that is not signed in.
func (s *site) visitor() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &browser{t: s.t, base: s.url, client: &http.Client{Jar: jar}}
}

// withPassword gives the agent of the role its password. Each takes as long
// as many pages, so only tests of the sign-in have them.
func (s *site) withPassword(role accounts.Role) {
	s.t.Helper()
	if err := s.accounts.SetPassword(s.t.Context(), s.Workspace, string(role)+"@desk.example", password); err != nil {
		s.t.Fatal(err)
	}
}

// signedIn is a browser in which the agent of the role is signed in, by a link.
func (s *site) signedIn(role accounts.Role) *browser {
	s.t.Helper()
	b := s.visitor()
	token, err := s.accounts.OneTimeLink(s.t.Context(), s.Workspace, string(role)+"@desk.example")
	if err != nil {
		s.t.Fatal(err)
	}
	p := b.get("/signin/link?token="+url.QueryEscape(token)).send("/signin/link", "")
	if p.status != http.StatusOK || p.path != "/contacts" {
		s.t.Fatalf("sign-in led to %d %s", p.status, p.path)
	}
	return b
}
