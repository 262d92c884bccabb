package web

import (
	"html/template"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/deskfolk/desk/tickets"
)

// mailHTML is a message's HTML for the page. The library has sanitised it: it
// holds no style, script or id, and loads nothing by itself. Here it is fitted
// into the page: pictures that came with the message get the address of their
// file, headings rank below the page's own, and a quoted message is folded.
// Blocked counts the pictures that would have been fetched from elsewhere.
func mailHTML(m *tickets.Message, files string) (safe template.HTML, blocked int) {
	body := &html.Node{Type: html.ElementNode, DataAtom: atom.Body, Data: "body"}
	nodes, err := html.ParseFragment(strings.NewReader(m.HTML), body)
	if err != nil {
		return template.HTML(template.HTMLEscapeString(m.Text)), 0 //nolint:gosec // escaped
	}
	for _, n := range nodes {
		body.AppendChild(n)
	}
	f := mailFitter{message: m, files: files}
	f.fit(body)
	var out strings.Builder
	for n := body.FirstChild; n != nil; n = n.NextSibling {
		if err := html.Render(&out, n); err != nil {
			return template.HTML(template.HTMLEscapeString(m.Text)), 0 //nolint:gosec // escaped
		}
	}
	return template.HTML(out.String()), f.blocked //nolint:gosec // sanitised by the library, and fitted
}

type mailFitter struct {
	message *tickets.Message
	files   string
	blocked int
}

func (f *mailFitter) fit(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		switch c.Type {
		case html.CommentNode:
			n.RemoveChild(c)
		case html.ElementNode:
			f.fit(c)
			f.element(n, c)
		}
		c = next
	}
}

func (f *mailFitter) element(parent, n *html.Node) {
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		n.DataAtom, n.Data = atom.P, "p"
		strong := &html.Node{Type: html.ElementNode, DataAtom: atom.Strong, Data: "strong"}
		for c := n.FirstChild; c != nil; c = n.FirstChild {
			n.RemoveChild(c)
			strong.AppendChild(c)
		}
		n.AppendChild(strong)
	case atom.Img:
		f.picture(parent, n)
	case atom.Blockquote:
		if parent.DataAtom == atom.Body {
			fold(parent, n)
		}
	}
}

// picture gives a picture of the message the address of its file; any other is
// taken out and counted.
func (f *mailFitter) picture(parent, n *html.Node) {
	id, own := strings.CutPrefix(value(n, "src"), "cid:")
	for _, a := range f.message.Attachments {
		if own && a.ContentID != "" && strings.Trim(a.ContentID, "<>") == id && shownTypes[a.Type] {
			set(n, "src", f.files+string(a.ID))
			set(n, "loading", "lazy")
			if value(n, "alt") == "" {
				set(n, "alt", a.Name)
			}
			return
		}
	}
	// The library has taken away what would be fetched, and says where it was.
	if strings.HasPrefix(value(n, "title"), "http") {
		f.blocked++
	}
	text := value(n, "alt")
	parent.InsertBefore(&html.Node{Type: html.TextNode, Data: text}, n)
	parent.RemoveChild(n)
}

// fold puts a quoted message behind a line that opens it.
func fold(parent, n *html.Node) {
	details := &html.Node{Type: html.ElementNode, DataAtom: atom.Details, Data: "details", Attr: []html.Attribute{{Key: "class", Val: "quoted"}}}
	summary := &html.Node{Type: html.ElementNode, DataAtom: atom.Summary, Data: "summary"}
	summary.AppendChild(&html.Node{Type: html.TextNode, Data: "Quoted message"})
	parent.InsertBefore(details, n)
	parent.RemoveChild(n)
	details.AppendChild(summary)
	details.AppendChild(n)
}

func value(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func set(n *html.Node, name, to string) {
	for i := range n.Attr {
		if n.Attr[i].Key == name {
			n.Attr[i].Val = to
			return
		}
	}
	n.Attr = append(n.Attr, html.Attribute{Key: name, Val: to})
}
