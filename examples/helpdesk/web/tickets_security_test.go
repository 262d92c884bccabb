package web_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/matryer/is"
	"golang.org/x/net/html"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
	"github.com/deskfolk/desk/tickets"
)

// TestTicketViewer sees tickets and can change nothing, on the page or past it.
func TestTicketViewer(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann"})
	bob := s.add(contacts.NewContact{FirstName: "Bob"})
	made := s.ask(tickets.NewTicket{Subject: "Broken printer", Requester: ann.ID, Pending: []desk.ContactID{bob.ID}, Message: &tickets.NewMessage{Text: "It smokes."}})
	path := at(made)
	b := s.signedIn(accounts.Viewer)
	for _, p := range []string{"/tickets", path, "/contacts/" + string(ann.ID) + "/part/tickets"} {
		b.get(p).is(http.StatusOK).says("Broken printer").silent("data-inplace", "data-quick", `name="text" rows`, `name="do"`, `name="one"`, `name="id"`, "New ticket", "view=bin")
	}
	for _, p := range []string{"/tickets/new", "/tickets/new?contact=" + string(ann.ID), path + "/field/subject", path + "/people", "/tickets?view=bin", "/settings/tickets"} {
		denied, missing := b.get(p), b.get("/no/such/page")
		is.Equal(denied.status, http.StatusNotFound) // p
		is.Equal(denied.text(), missing.text())
	}
	values, _ := b.get("/tickets").form("/signout")
	form := url.Values{"csrf": values["csrf"], "version": {"1"}, "was": {""}, "text": {"X"}, "kind": {"public"}, "status": {"closed"}, "subject": {"X"}, "id": {string(made.ID)}, "value": {"closed"},
		"do": {"delete"}, "confirm": {"1"}, "contact": {string(bob.ID)}, "statuses_label": {"X"}, "max_attachment": {"1"}}
	with := func(name, value string) url.Values {
		v := url.Values{}
		for k, vs := range form {
			v[k] = vs
		}
		v.Set(name, value)
		return v
	}
	for p, v := range map[string]url.Values{
		path + "/messages": form, path + "/messages?x=2": with("kind", "internal"), path + "/field/status": form, path + "/field/subject": form, path + "/people": with("do", "confirm"),
		path + "/people?x=2": with("do", "remove"), "/tickets/new": with("contact", string(ann.ID)), "/tickets/bulk": form, "/tickets/bulk?x=2": with("do", "set_status"),
		"/tickets/bulk?x=3": with("do", "purge"), "/settings/tickets": form,
	} {
		if got := b.post(p, v); got.status < 400 {
			t.Errorf("POST %s by a viewer: %d", p, got.status)
		}
	}
	after := s.ticket(made.ID)
	is.Equal(after.Version, made.Version)
	is.Equal(after.Messages, 1)
	is.Equal(s.role(made.ID, bob.ID), tickets.Pending)
}

// TestTicketNumbersOfOthers gives what is not there, what is another
// workspace's and what is no ticket the same answer.
func TestTicketNumbersOfOthers(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann"})
	mine := s.ask(tickets.NewTicket{Subject: "Mine", Requester: ann.ID, Message: &tickets.NewMessage{Text: "Hello", Attachments: []tickets.NewAttachment{bytesFile("a.txt", "mine")}}})
	other := s.Manager
	other.Workspace = "other"
	theirs, err := s.Tickets.Create(t.Context(), other, tickets.NewTicket{Subject: "Theirs", Message: &tickets.NewMessage{Text: "Secret", Attachments: []tickets.NewAttachment{bytesFile("b.txt", "theirs")}}})
	is.NoErr(err)
	list, err := s.Tickets.Messages(t.Context(), other, theirs.ID, tickets.MessageQuery{}, desk.Page{})
	is.NoErr(err)
	m := list.Messages[0]
	b := s.signedIn(accounts.Manager)
	missing := b.get("/tickets/999").is(http.StatusNotFound).text()
	file := "/messages/" + string(m.ID) + "/files/" + string(m.Attachments[0].ID)
	for _, p := range []string{"/tickets/" + string(theirs.ID), "/tickets/01", "/tickets/-1", "/tickets/0", "/tickets/ticket_x", "/tickets/" + string(ann.ID), "/tickets/" + string(theirs.ID) + "/people",
		"/tickets/" + string(theirs.ID) + file, at(mine) + file, at(mine) + "/messages/x/files/y", "/tickets/" + string(theirs.ID) + "/field/subject"} {
		is.Equal(b.get(p).is(http.StatusNotFound).text(), missing)
	}
	values, _ := b.get("/tickets").form("/signout")
	form := url.Values{"csrf": values["csrf"], "version": {"1"}, "text": {"X"}, "status": {"closed"}, "do": {"add"}, "contact": {string(ann.ID)}, "id": {string(mine.ID), string(theirs.ID)}, "value": {"closed"}}
	for _, p := range []string{"/messages", "/field/status", "/people"} {
		b.post("/tickets/"+string(theirs.ID)+p, form).is(http.StatusNotFound)
	}
	form.Set("do", "set_status")
	b.post("/tickets/bulk", form).is(http.StatusNotFound)
	is.Equal(s.ticket(mine.ID).Status, "open") // one that is not there: none was changed
	b.get("/tickets?view=all").says("Mine").silent("Theirs")
}

// TestR101_Downloads hands out files as what is kept and never as what is run,
// whatever they are called and said to be.
func TestR101_Downloads(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann"})
	files := []struct{ name, kind, content, want string }{
		{"page.html", "text/html", "<script>alert(1)</script>", "application/octet-stream"},
		{"drawing.png", "image/png", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, "text/plain; charset=utf-8"},
		{"paper.pdf", "text/html", "%PDF-1.7 /JS", "application/pdf"},
		{"real.png", "text/html", "\x89PNG\r\n\x1a\n", "image/png"},
		{"a\"; filename=evil.exe; x=\"\u202egpj.exe", "image/jpeg", "MZ\x90\x00\x03", "application/octet-stream"},
	}
	m := &tickets.NewMessage{Text: "Files"}
	for _, f := range files {
		a := bytesFile(f.name, f.content)
		a.Type = f.kind
		m.Attachments = append(m.Attachments, a)
	}
	made := s.ask(tickets.NewTicket{Subject: "Files", Requester: ann.ID, Message: m})
	b := s.signedIn(accounts.Viewer)
	links := b.get(at(made)).find(func(n *html.Node) bool { return strings.Contains(attr(n, "href"), "/files/") })
	is.Equal(len(links), len(files))
	for i, l := range links {
		p := b.get(attr(l, "href")).is(http.StatusOK)
		is.Equal(p.body, files[i].content)
		is.Equal(p.header.Get("Content-Type"), files[i].want) // by its bytes
		is.True(strings.HasPrefix(p.header.Get("Content-Disposition"), "attachment;"))
		is.Equal(len(p.header["Content-Disposition"]), 1)
		is.True(!strings.ContainsAny(p.header.Get("Content-Disposition"), "\u202e\r\n"))
		is.Equal(p.header.Get("X-Content-Type-Options"), "nosniff")
		is.Equal(p.header.Get("Content-Security-Policy"), "sandbox; default-src 'none'")
		is.Equal(p.header.Get("Cross-Origin-Resource-Policy"), "same-origin")
	}
}

// TestB112_MailInPage shows hostile HTML as what is left of it when nothing can
// run, load or reach out of it.
func TestB112_MailInPage(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann"})
	made := s.ask(tickets.NewTicket{Subject: `"><script>RUN(0)</script>`, Requester: ann.ID})
	hostile := []string{
		`<script>alert("MARK")</script>`, `<img src=x onerror=alert(1)>`, `<img src="/signout">`, `<img src="../contacts">`, `<img src="data:text/html,x">`,
		`<style>body{display:none}</style>`, `<p style="position:fixed;inset:0">cover</p>`, `<sty<style>le>*{color:red}</style>`, `<div id="content" class="rail" name="csrf">clobber</div>`,
		`<form action="/tickets/bulk" method="post"><input name="do" value="purge"><button>Win</button></form>`, `<a href="javascript:alert(1)">js</a>`, `<a href="data:text/html,x">data</a>`,
		`<svg><style><img src=x onerror=alert(1)></style></svg>`, `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, `<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>`,
		`<iframe src="/contacts"></iframe>`, `<base href="//evil.example/">`, `<meta http-equiv="refresh" content="0;url=//evil.example">`, `<link rel=stylesheet href=//evil.example/x.css>`,
		`<img src="https://evil.example/pixel.gif" alt="A hedgehog">`, `<img src="cid:other@evil">`, `</div></li></ol></main><h1>Out of the box</h1>`, `<blockquote><p>Older words</p></blockquote>`,
		`<a href="https://good.example/">good</a>`,
	}
	for _, h := range hostile {
		s.post(made.ID, tickets.NewMessage{HTML: "<p>before</p>" + h + "<p>after</p>"})
	}
	b := s.signedIn(accounts.Manager)
	for _, path := range []string{at(made), at(made) + "?order=oldest"} {
		p := b.get(path).is(http.StatusOK)
		p.silent("<script>RUN", "alert(", "onerror", "position:fixed", "javascript:", "data:text", "MARK", "pixel.gif\"", "<iframe", "<base", "<meta http", `class="rail" name`)
		is.Equal(len(p.find(func(n *html.Node) bool { return n.Data == "script" || n.Data == "style" || n.Data == "iframe" })), 1)
		for _, said := range p.find(func(n *html.Node) bool { return strings.HasPrefix(attr(n, "class"), "said mail") }) {
			inert(t, said)
		}
		if h1 := p.find(func(n *html.Node) bool { return n.Data == "h1" }); len(h1) != 1 {
			t.Errorf("%d headings of the page", len(h1))
		}
		// Every message ends within its own box: what follows is still in the list.
		is.True(len(p.find(func(n *html.Node) bool {
			return n.Data == "li" && strings.HasPrefix(attr(n, "class"), "message") && n.Parent.Data == "ol"
		})) == 20)
	}
	b.get(at(made)).says("was not loaded", "A hedgehog", "Quoted message", "good")
}

// inert fails the test if the node has anything that acts or loads.
func inert(t *testing.T, n *html.Node) {
	t.Helper()
	for c := range n.Descendants() {
		if c.Type != html.ElementNode {
			continue
		}
		for _, a := range c.Attr {
			switch {
			case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "id", a.Key == "name", a.Key == "src", a.Key == "action":
				t.Errorf("<%s %s=%q>", c.Data, a.Key, a.Val)
			case a.Key == "href" && !strings.HasPrefix(a.Val, "https://good.example"):
				t.Errorf("a link to %q", a.Val)
			case a.Key == "class" && a.Val != "quoted":
				t.Errorf("the class %q", a.Val)
			}
		}
	}
}

// TestInlinePictures shows the pictures that came with a mail, from its own files.
func TestInlinePictures(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann"})
	picture := bytesFile("logo.png", "\x89PNG\r\n\x1a\n")
	picture.Type, picture.ContentID, picture.Inline = "image/png", "logo@mail", true
	made := s.ask(tickets.NewTicket{Subject: "Picture", Requester: ann.ID, Message: &tickets.NewMessage{HTML: `<p>See <img src="cid:logo@mail"></p>`, Attachments: []tickets.NewAttachment{picture}}})
	b := s.signedIn(accounts.Viewer)
	p := b.get(at(made))
	images := p.find(func(n *html.Node) bool { return n.Data == "img" })
	is.Equal(len(images), 1)
	is.Equal(attr(images[0], "alt"), "logo.png")
	got := b.get(attr(images[0], "src")).is(http.StatusOK)
	is.Equal(got.header.Get("Content-Type"), "image/png")
	is.True(strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment"))
}

// TestTicketForms refuses forms without the session's token, with files and without.
func TestTicketForms(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann"})
	made := s.ask(tickets.NewTicket{Subject: "Broken printer", Requester: ann.ID})
	path := at(made)
	b := s.signedIn(accounts.Manager)
	b.post(path+"/messages", url.Values{"text": {"Forged"}}).is(http.StatusForbidden)
	b.post(path+"/field/status", url.Values{"status": {"closed"}, "version": {"1"}}).is(http.StatusForbidden)
	b.post("/tickets/bulk", url.Values{"do": {"delete"}, "confirm": {"1"}, "id": {string(made.ID)}}).is(http.StatusForbidden)
	for _, token := range []string{"", "?csrf=wrong"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+path+"/messages"+token, strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nForged\r\n--x--\r\n"))
		is.NoErr(err)
		req.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		b.do(req).is(http.StatusForbidden)
	}
	is.Equal(s.ticket(made.ID).Messages, 0)
	is.Equal(s.ticket(made.ID).Version, made.Version)
}

// TestTicketUploadLimit stops at what the workspace allows, and says so with
// what was typed still there.
func TestTicketUploadLimit(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := newSite(t)
	set, err := s.Tickets.Settings(t.Context(), s.Manager)
	is.NoErr(err)
	set.MaxAttachment = 1 << 20
	_, err = s.Tickets.SaveSettings(t.Context(), s.Manager, set)
	is.NoErr(err)
	ann := s.add(contacts.NewContact{FirstName: "Ann"})
	made := s.ask(tickets.NewTicket{Subject: "Large", Requester: ann.ID})
	b := s.signedIn(accounts.Manager)
	p := b.get(at(made)).attach(at(made)+"/messages", map[string]string{"large.bin": strings.Repeat("x", 1<<20+1)}, "text", "Kept words")
	p.is(http.StatusUnprocessableEntity).says("Kept words", "chosen again")
	is.Equal(s.ticket(made.ID).Messages, 0)
	b.get(at(made)).attach(at(made)+"/messages", map[string]string{"fits.bin": strings.Repeat("x", 1<<20)}, "text", "Fits").is(http.StatusOK)
	list, err := s.Tickets.Messages(t.Context(), s.Manager, made.ID, tickets.MessageQuery{}, desk.Page{})
	is.NoErr(err)
	_, r, err := s.Tickets.OpenAttachment(t.Context(), s.Manager, made.ID, list.Messages[0].ID, list.Messages[0].Attachments[0].ID)
	is.NoErr(err)
	n, err := io.Copy(io.Discard, r)
	is.NoErr(err)
	is.Equal(n, int64(1<<20))
	is.NoErr(r.Close())
}

// TestTicketPageSizes keeps pages small and free of what the policy forbids.
func TestTicketPageSizes(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ann := s.add(contacts.NewContact{FirstName: "Ann", CompanyName: "Corp"})
	var made tickets.Ticket
	for i := range 30 {
		made = s.ask(tickets.NewTicket{Subject: fmt.Sprintf("Matter %02d", i), Requester: ann.ID, Message: &tickets.NewMessage{HTML: "<h1>Hello</h1><p>words</p>"}})
	}
	for range 25 {
		s.post(made.ID, tickets.NewMessage{Text: strings.Repeat("Some words of a usual length. ", 20)})
	}
	b := s.signedIn(accounts.Manager)
	for _, path := range []string{"/tickets", "/tickets?view=all", at(made), "/tickets/new", "/tickets/new?contact=" + string(ann.ID), at(made) + "/people", "/settings/tickets", "/companies/" + string(ann.CompanyID) + "/tickets", "/contacts/" + string(ann.ID) + "/part/tickets"} {
		b.get(path).is(http.StatusOK).plain()
	}
}
