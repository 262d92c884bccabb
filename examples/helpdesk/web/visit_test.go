package web_test

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// browser is a person without JavaScript: it follows links and sends forms
// with all that stands in them.
type browser struct {
	t      *testing.T
	client *http.Client
	base   string
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

// fillIn sets pairs of names and values; a name given twice has both.
func fillIn(values url.Values, pairs []string) {
	seen := map[string]bool{}
	for i := 0; i < len(pairs); i += 2 {
		if !seen[pairs[i]] {
			values.Del(pairs[i])
		}
		seen[pairs[i]] = true
		values.Add(pairs[i], pairs[i+1])
	}
}

// send fills in the form and presses its button, which is "name=value" or
// empty for one without a name. Values are pairs of names and values; a name
// given twice has both.
func (p *page) send(action, button string, pairs ...string) *page {
	p.b.t.Helper()
	values, form := p.formWith(action, button)
	fillIn(values, pairs)
	if name, value, ok := strings.Cut(button, "="); ok {
		values.Set(name, value)
	}
	to := attr(form, "action")
	if strings.EqualFold(attr(form, "method"), "post") {
		return p.b.post(to, values)
	}
	return p.b.get(to + "?" + values.Encode())
}

// sentFile is a file in the control of a form.
type sentFile struct{ control, name, content string }

// postFiles sends values and files as a browser does.
func (b *browser) postFiles(to string, values url.Values, files ...sentFile) *page {
	b.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	must := func(err error) {
		b.t.Helper()
		if err != nil {
			b.t.Fatal(err)
		}
	}
	for name, all := range values {
		for _, v := range all {
			must(w.WriteField(name, v))
		}
	}
	for _, f := range files {
		part, err := w.CreateFormFile(f.control, f.name)
		must(err)
		_, err = io.WriteString(part, f.content)
		must(err)
	}
	must(w.Close())
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, b.base+to, &body)
	must(err)
	req.Header.Set("Content-Type", w.FormDataContentType())
	return b.do(req)
}

// upload sends a file with the form, and nothing else.
func (p *page) upload(action, name, content string) *page {
	p.b.t.Helper()
	_, form := p.form(action)
	return p.b.postFiles(attr(form, "action"), nil, sentFile{"file", name, content})
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

// plain fails the test if the page is large, has script or style in it, or
// leads to another host.
func (p *page) plain() {
	p.b.t.Helper()
	if len(p.body) > 100_000 {
		p.b.t.Errorf("%s has %d bytes", p.path, len(p.body))
	}
	for _, n := range p.find(func(*html.Node) bool { return true }) {
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" {
				p.b.t.Errorf("%s has <%s %s=%q>", p.path, n.Data, a.Key, a.Val)
			}
			if (a.Key == "src" || a.Key == "href" || a.Key == "action") && (strings.HasPrefix(a.Val, "http") || strings.HasPrefix(a.Val, "//")) {
				p.b.t.Errorf("%s leads to %q", p.path, a.Val)
			}
		}
		if (n.Data == "script" || n.Data == "style") && n.FirstChild != nil {
			p.b.t.Errorf("%s has an inline <%s>", p.path, n.Data)
		}
	}
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

// current finds what is marked as the current one of its kind.
func current(kind string) func(*html.Node) bool {
	return func(n *html.Node) bool { return attr(n, "aria-current") == kind }
}

// with returns form values with others, in pairs, in place of its own.
func with(values url.Values, pairs ...string) url.Values {
	fillIn(values, pairs)
	return values
}

// chunked uploads a file whose length is not said before.
func (b *browser) chunked(path, content string) *page {
	b.t.Helper()
	_, form := b.get(path).form(path)
	pr, pw := io.Pipe()
	w := multipart.NewWriter(pw)
	go func() {
		part, err := w.CreateFormFile("file", "chunked.csv")
		if err == nil {
			_, err = io.WriteString(part, content)
		}
		if err == nil {
			err = w.Close()
		}
		_ = pw.CloseWithError(err)
	}()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, b.base+attr(form, "action"), pr)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	return b.do(req)
}
