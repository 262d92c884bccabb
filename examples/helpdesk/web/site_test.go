package web_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/matryer/is"
	"golang.org/x/net/html"
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
		Contacts: d.Contacts, Tickets: d.Tickets, Requests: d.Requests, Parts: parts, Records: d.Records, Notify: s.notify, Importer: importexport.New(d.Contacts, &importexport.Options{Now: d.Clock.Now}), Accounts: s.accounts, Mail: s.mail, Intake: s.intake,
		Log: slog.New(slog.NewTextHandler(s.log, nil)), Now: d.Clock.Now, BaseURL: s.url, Workspace: d.Workspace, TempDir: t.TempDir(),
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

// browser is a person without JavaScript: it follows links and sends forms
// with all that stands in them.
type browser struct {
	t      *testing.T
	client *http.Client
	base   string
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

// page is an answer as a browser shows it.
type page struct {
	b      *browser
	status int
	path   string
	query  url.Values
	header http.Header
	body   string
	doc    *html.Node
}

func (b *browser) do(req *http.Request) *page {
	b.t.Helper()
	resp, err := b.client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	p := &page{b: b, status: resp.StatusCode, path: resp.Request.URL.Path, query: resp.Request.URL.Query(), header: resp.Header, body: string(body)}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		if p.doc, err = html.Parse(strings.NewReader(p.body)); err != nil {
			b.t.Fatal(err)
		}
	}
	return p
}

func (b *browser) get(path string) *page {
	b.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, b.base+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.do(req)
}

// post sends a form that does not come from a page.
func (b *browser) post(path string, values url.Values) *page {
	b.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, b.base+path, strings.NewReader(values.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(req)
}

// find returns the nodes that hold.
func (p *page) find(holds func(*html.Node) bool) []*html.Node {
	var found []*html.Node
	if p.doc == nil {
		return nil
	}
	for n := range p.doc.Descendants() {
		if n.Type == html.ElementNode && holds(n) {
			found = append(found, n)
		}
	}
	return found
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// text is what the page's main part says.
func (p *page) text() string {
	for _, n := range p.find(func(n *html.Node) bool { return n.Data == "main" }) {
		return textOf(n)
	}
	return p.body
}

// says fails the test unless the whole page has all of the texts.
func (p *page) says(texts ...string) *page {
	p.b.t.Helper()
	all := ""
	if p.doc != nil {
		all = textOf(p.doc)
	}
	for _, t := range texts {
		if !strings.Contains(all, t) {
			p.b.t.Errorf("%s (%d) does not say %q; it says: %.1500s", p.path, p.status, t, p.text())
		}
	}
	return p
}

// silent fails the test if the page has any of the texts.
func (p *page) silent(texts ...string) *page {
	p.b.t.Helper()
	for _, t := range texts {
		if strings.Contains(p.body, t) {
			p.b.t.Errorf("%s (%d) says %q, which it should not", p.path, p.status, t)
		}
	}
	return p
}

// is fails the test unless the page has the status.
func (p *page) is(status int) *page {
	p.b.t.Helper()
	if p.status != status {
		p.b.t.Fatalf("%s: status %d, want %d: %.800s", p.path, p.status, status, p.text())
	}
	return p
}

// form collects what a browser would send of the first form with the action.
func (p *page) form(action string) (url.Values, *html.Node) {
	p.b.t.Helper()
	return p.formWith(action, "")
}

// hasButton reports whether a form has the button "name=value".
func hasButton(form *html.Node, button string) bool {
	name, value, _ := strings.Cut(button, "=")
	for n := range form.Descendants() {
		if n.Type == html.ElementNode && n.Data == "button" && attr(n, "name") == name && attr(n, "value") == value {
			return true
		}
	}
	return false
}

// formWith is form for a page on which several have the action: the one with
// the button.
func (p *page) formWith(action, button string) (url.Values, *html.Node) {
	p.b.t.Helper()
	forms := p.find(func(n *html.Node) bool {
		path, _, _ := strings.Cut(attr(n, "action"), "?")
		return n.Data == "form" && path == action && (button == "" || hasButton(n, button))
	})
	if len(forms) == 0 {
		p.b.t.Fatalf("%s (%d) has no form for %s with the button %q: %.600s", p.path, p.status, action, button, p.text())
	}
	values := url.Values{}
	for n := range forms[0].Descendants() {
		name := attr(n, "name")
		if n.Type != html.ElementNode || name == "" {
			continue
		}
		switch {
		case n.Data == "input" && (attr(n, "type") == "checkbox" || attr(n, "type") == "radio"):
			if has(n, "checked") {
				values.Add(name, attr(n, "value"))
			}
		case n.Data == "input":
			values.Add(name, attr(n, "value"))
		case n.Data == "textarea":
			text := ""
			if n.FirstChild != nil {
				text = n.FirstChild.Data
			}
			values.Add(name, text)
		case n.Data == "select":
			values.Add(name, selected(n))
		}
	}
	return values, forms[0]
}

// selected is a select's value: the option that is chosen, or the first.
func selected(n *html.Node) string {
	value, first := "", true
	for o := range n.Descendants() {
		if o.Type == html.ElementNode && o.Data == "option" && (first || has(o, "selected")) {
			value, first = attr(o, "value"), false
			if has(o, "selected") {
				break
			}
		}
	}
	return value
}

// send fills in the form and presses its button, which is "name=value" or
// empty for one without a name. Values are pairs of names and values; a name
// given twice has both.
func (p *page) send(action, button string, pairs ...string) *page {
	p.b.t.Helper()
	values, form := p.formWith(action, button)
	seen := map[string]bool{}
	for i := 0; i < len(pairs); i += 2 {
		if !seen[pairs[i]] {
			values.Del(pairs[i])
		}
		seen[pairs[i]] = true
		values.Add(pairs[i], pairs[i+1])
	}
	if name, value, ok := strings.Cut(button, "="); ok {
		values.Set(name, value)
	}
	to := attr(form, "action")
	if strings.EqualFold(attr(form, "method"), "post") {
		return p.b.post(to, values)
	}
	return p.b.get(to + "?" + values.Encode())
}

// upload sends a file with the form.
func (p *page) upload(action, name, content string) *page {
	p.b.t.Helper()
	_, form := p.form(action)
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("file", name)
	if err == nil {
		_, err = io.WriteString(part, content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		p.b.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, p.b.base+attr(form, "action"), &body)
	if err != nil {
		p.b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	return p.b.do(req)
}

// link follows the link with the text.
func (p *page) link(text string) *page {
	p.b.t.Helper()
	for _, n := range p.find(func(n *html.Node) bool { return n.Data == "a" && strings.HasPrefix(textOf(n), text) }) {
		return p.b.get(attr(n, "href"))
	}
	p.b.t.Fatalf("%s has no link %q: %.600s", p.path, text, p.text())
	return nil
}

// rows are the names in the table, in order.
func (p *page) rows() []string {
	var names []string
	for _, n := range p.find(func(n *html.Node) bool { return n.Data == "tr" && strings.Contains(attr(n, "class"), "row") }) {
		for a := range n.Descendants() {
			if a.Type == html.ElementNode && a.Data == "a" {
				names = append(names, textOf(a))
				break
			}
		}
	}
	return names
}
