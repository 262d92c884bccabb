// Package web is the helpdesk's pages for agents, as one http.Handler.
//
// Every page is made on the server and works without JavaScript; one small
// module makes the work quicker where it runs. Nothing is fetched from another
// host. The rules are not here: each handler asks the library and shows what
// it answers, so that what a page leaves out is refused when it is called by
// hand.
package web

import (
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
	"github.com/deskfolk/desk/examples/helpdesk/mailcatch"
	"github.com/deskfolk/desk/importexport"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/intake"
	"github.com/deskfolk/desk/tickets/records"
	"github.com/deskfolk/desk/tickets/requests"
)

// Config is what the pages stand on. Contacts, Tickets, Requests, Records, Notify, Importer,
// Accounts, BaseURL and Workspace are required.
type Config struct {
	Contacts *contacts.Service
	Tickets  *tickets.Service
	Records  *records.Service
	// Requests has tasks, forms and request templates.
	Requests *requests.Service
	// Notify has the rules about messages and what was decided about each.
	Notify   *notify.Service
	Importer *importexport.Service
	Accounts *accounts.Store
	// Intake takes mail in; nil: there are no pages about it.
	Intake *intake.Service
	// Mail has the messages that were caught; nil while all are sent.
	Mail *mailcatch.Store
	// WhatsApp are the templates to choose from; with none, an agent writes
	// the name of one.
	WhatsApp []ApprovedTemplate
	// Parts are those that Contacts was given; tabs show how much is in each.
	Parts []contacts.ProfilePart
	// Log takes what agents are not told; nil is [slog.Default].
	Log *slog.Logger
	// Now is the clock; nil is [time.Now].
	Now func() time.Time
	// BaseURL is where agents reach the server, such as "https://desk.example".
	// With https the cookies are marked secure.
	BaseURL string
	// Workspace is the one whose contacts are shown.
	Workspace desk.WorkspaceID
	// MaxUpload is the greatest length of a file to be imported, in bytes; 0 is
	// 256 MB.
	MaxUpload int64
}

type server struct {
	Config
	templates map[string]*template.Template
	assets    assets
	secure    bool
	cross     *http.CrossOriginProtection
	works     *works
	mux       *http.ServeMux
}

// New returns the handler. It fails when the configuration is incomplete.
func New(c Config) (http.Handler, error) {
	base, err := url.Parse(c.BaseURL)
	switch {
	case c.Contacts == nil || c.Tickets == nil || c.Records == nil || c.Requests == nil || c.Notify == nil || c.Importer == nil || c.Accounts == nil:
		return nil, &desk.Error{Kind: desk.Invalid, Op: "web.New", Message: "Contacts, Tickets, Requests, Records, Notify, Importer and Accounts are required."}
	case err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https"):
		return nil, desk.Errorf(desk.Invalid, "base_url", "The base URL must look like https://desk.example, not %q.", c.BaseURL)
	}
	if err := desk.CheckWorkspace(c.Workspace); err != nil {
		return nil, err
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	s := &server{Config: c, secure: base.Scheme == "https", cross: http.NewCrossOriginProtection(), mux: http.NewServeMux()}
	if err := s.cross.AddTrustedOrigin(base.Scheme + "://" + base.Host); err != nil {
		return nil, desk.Errorf(desk.Invalid, "base_url", "The base URL must look like https://desk.example, not %q.", c.BaseURL)
	}
	if s.assets, err = builtAssets(); err != nil {
		return nil, err
	}
	if s.templates, err = builtTemplates(); err != nil {
		return nil, err
	}
	if s.MaxUpload <= 0 {
		s.MaxUpload = defaultUpload
	}
	s.works = &works{since: desk.Moment(s.Now()), all: map[desk.ImportID]*work{}}
	s.routes()
	return s.protect(s.mux), nil
}

// routes names every page. What stands under open needs no session.
func (s *server) routes() {
	s.mux.HandleFunc("GET /assets/{name}", s.assets.serve)
	s.open("GET /signin", s.signInPage)
	s.open("POST /signin", s.signIn)
	s.open("GET /signin/link", s.linkPage)
	s.open("POST /signin/link", s.redeemLink)
	s.open("POST /theme", s.setTheme)
	s.open("/", s.nothingHere)

	s.page("GET /{$}", s.start)
	s.page("POST /signout", s.signOut)
	s.page("GET /keys", s.keys)

	s.contactRoutes()
	s.companyRoutes()
	s.ticketRoutes()
	s.noteRoutes()
	s.workRoutes()
	s.requestRoutes()
	s.notifyRoutes()
	s.textRoutes()
	s.mailRoutes()
	s.intakeRoutes()
	s.importRoutes()
	s.recordRoutes()

	s.page("GET /activity", s.activityLog)
	s.page("POST /activity/verify", s.verifyLog)
	s.page("GET /settings", s.settings)
	s.page("POST /settings", s.saveSettings)
	s.page("POST /settings/fields", s.defineField)
	s.page("POST /settings/fields/remove", s.removeField)
}

// contactRoutes names the pages of contacts.
func (s *server) contactRoutes() {
	s.page("GET /contacts", s.directory)
	s.page("POST /contacts/bulk", s.bulk)
	s.page("GET /contacts/suggest", s.suggestContacts)
	s.page("GET /contacts/new", s.newContact)
	s.page("POST /contacts/new", s.createContact)
	s.page("GET /contacts/{id}", s.profile)
	s.page("GET /contacts/{id}/activity", s.contactActivity)
	s.page("GET /contacts/{id}/part/{part}", s.part)
	s.page("GET /contacts/{id}/edit", s.editContact)
	s.page("POST /contacts/{id}/edit", s.saveContact)
	s.page("GET /contacts/{id}/field/{field}", s.fieldPage)
	s.page("POST /contacts/{id}/field/{field}", s.saveField)
	s.page("POST /contacts/{id}/pin", s.pinField)
	s.page("POST /contacts/{id}/call", s.checkCall)
	s.page("GET /contacts/{id}/data", s.subjectAccess)

	s.page("GET /bin", s.bin)
}

// companyRoutes names the pages of companies.
func (s *server) companyRoutes() {
	s.page("GET /companies", s.companies)
	s.page("GET /companies/new", s.newCompany)
	s.page("POST /companies/new", s.createCompany)
	s.page("GET /companies/suggest", s.suggestCompanies)
	s.page("GET /companies/{id}", s.company)
	s.page("GET /companies/{id}/edit", s.editCompany)
	s.page("POST /companies/{id}/edit", s.saveCompany)
	s.page("GET /companies/{id}/tickets", s.companyTickets)
}

// importRoutes names the pages of files that come in and go out.
func (s *server) importRoutes() {
	s.page("GET /export", s.exportPage)
	s.page("POST /export", s.export)
	s.importPages()
}

// ticketRoutes names the pages of tickets. One is named by its number or its id.
func (s *server) ticketRoutes() {
	s.page("GET /tickets", s.tickets)
	s.page("POST /tickets/bulk", s.ticketBulk)
	s.page("GET /tickets/new", s.newTicket)
	s.page("POST /tickets/new", s.createTicket)
	s.page("GET /tickets/new/template", s.offers)
	s.page("GET /tickets/new/template/{template}", s.offer)
	s.page("POST /tickets/new/template/{template}", s.makeRequest)
	s.page("GET /tickets/{ref}", s.ticket)
	s.page("GET /tickets/{ref}/field/{field}", s.ticketFieldPage)
	s.page("POST /tickets/{ref}/field/{field}", s.saveTicketField)
	s.page("POST /tickets/{ref}/messages", s.postMessage)
	s.page("GET /tickets/{ref}/messages/{message}/files/{file}", s.ticketFile)
	s.page("GET /tickets/{ref}/people", s.addPeople)
	s.page("POST /tickets/{ref}/people", s.changePeople)
	s.page("GET /tickets/{ref}/people/{contact}", s.explainPerson)
	s.page("GET /settings/tickets", s.ticketSettings)
	s.page("POST /settings/tickets", s.saveTicketSettings)
}

// start sends an agent to the directory.
func (s *server) start(w http.ResponseWriter, r *request) error {
	return redirect(w, r, "/contacts")
}

// redirect answers a form or a visit with another page of this server. The
// path is always one that was built here or has passed [localPath].
func redirect(w http.ResponseWriter, r *request, path string) error {
	http.Redirect(w, r.Request, path, http.StatusSeeOther)
	return nil
}

// localPath returns a path to go back to, if it is one of this server, and
// otherwise the directory: nobody can be sent elsewhere by a link.
func localPath(path string) string {
	const otherwise = "/contacts"
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsFunc(path, func(c rune) bool { return c <= ' ' || c == '\\' || c > '~' }) {
		return otherwise
	}
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || strings.HasPrefix(u.Path, "//") || strings.ContainsAny(u.Path, "\\") {
		return otherwise
	}
	return path
}
