package tickets

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
)

// HTMLOptions say what [SanitizeHTML] lets through besides text and its form.
type HTMLOptions struct {
	// ContentIDs are those of the message's own attachments: images may show
	// them (cid:). All other content ids go.
	ContentIDs []string
	// RemoteImages keeps images of other hosts, by http and https. Loading one
	// tells its host that, when and where the message was read.
	RemoteImages bool
	// OwnHosts are the names of the host's own servers: no image of theirs is
	// kept, since loading one calls them with the reader's cookies.
	OwnHosts []string
}

// SanitizeHTML returns what is harmless of HTML from outside, by a list of
// what is allowed: elements and attributes of text, tables, lists, links and
// images. Styles, scripts, forms, ids and classes go, and so do relative URLs
// and all schemes but http, https, mailto and tel, and cid for own attachments.
// By itself nothing is loaded from elsewhere: the source of a remote image
// stands in its title instead. Links get rel="noopener noreferrer" and open
// apart. Elements are closed in the order in which they were opened. Sanitising
// what was sanitised, with the same options, changes nothing.
func SanitizeHTML(s string, o HTMLOptions) string {
	if strings.TrimSpace(s) == "" {
		return ""
	}
	return strings.TrimSpace(balance(policy().Sanitize(strings.ToValidUTF8(s, "\ufffd")), o))
}

var (
	number    = regexp.MustCompile(`^[0-9]{1,4}$`)
	direction = regexp.MustCompile(`^(ltr|rtl|auto)$`)
)

// The elements that may stand in a message.
var (
	textElements = []string{
		"a", "abbr", "address", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del", "div", "dl", "dt", "em",
		"h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "ins", "kbd", "li", "ol", "p", "pre", "q", "s", "samp", "small",
		"span", "strike", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var",
	}
	// skippedElements go with all that is in them.
	skippedElements = []string{
		"applet", "audio", "canvas", "math", "noembed", "noframes", "noscript", "object", "plaintext", "script", "select", "style",
		"svg", "template", "textarea", "title", "video", "xmp",
	}
	voidElements = []string{"br", "hr", "img"}
	// alikeElements end one of their kind that is still open.
	alikeElements = []string{"dd", "dt", "li", "p", "td", "th", "tr"}
)

// policy is made once: that takes longer than most messages do. It lets all
// content ids through, which [balancer.loads] then looks at.
var policy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements(textElements...)
	p.AllowNoAttrs().OnElements("a", "img", "span")
	p.SkipElementsContent(skippedElements...)
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("src", "alt", "title").OnElements("img")
	p.AllowAttrs("width", "height").Matching(number).OnElements("img")
	p.AllowAttrs("colspan", "rowspan").Matching(number).OnElements("td", "th")
	p.AllowAttrs("dir").Matching(direction).OnElements("p", "div", "span", "blockquote", "ul", "ol", "li", "table", "td", "th")
	p.RequireParseableURLs(true)
	p.AllowRelativeURLs(false)
	p.AllowURLSchemes("http", "https", "mailto", "tel")
	p.AllowURLSchemes("cid")
	return p
})

// cidOf returns the content id that a URL names.
func cidOf(u *url.URL) string {
	id, err := url.PathUnescape(u.Opaque)
	if err != nil {
		return ""
	}
	return id
}

// maxDepth is how deep elements may stand in one another. Deeper ones go, with
// their contents left.
const maxDepth = 100

// balancer writes tokens so that each element is closed where it should be.
type balancer struct {
	out  strings.Builder
	open []string
	// count is how many of each element are open; deep how many were left out
	// for being too deep.
	count, deep map[string]int
	o           HTMLOptions
}

// balance closes the elements that are open, leaves out ends of those that are
// not, and writes links and images as the options say.
func balance(s string, o HTMLOptions) string {
	b := &balancer{count: map[string]int{}, deep: map[string]int{}, o: o}
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			for len(b.open) > 0 {
				b.pop()
			}
			return b.out.String()
		case html.StartTagToken, html.SelfClosingTagToken:
			b.start(z.Token())
		case html.EndTagToken:
			b.end(z.Token().Data)
		case html.TextToken:
			b.out.WriteString(html.EscapeString(string(z.Text())))
		}
	}
}

func (b *balancer) start(t html.Token) {
	if slices.Contains(voidElements, t.Data) {
		b.tag(t)
		return
	}
	if n := len(b.open); n > 0 && b.open[n-1] == t.Data && slices.Contains(alikeElements, t.Data) {
		b.pop()
	}
	if len(b.open) >= maxDepth {
		b.deep[t.Data]++
		return
	}
	b.open = append(b.open, t.Data)
	b.count[t.Data]++
	b.tag(t)
}

func (b *balancer) end(name string) {
	switch {
	case b.deep[name] > 0:
		b.deep[name]--
	case b.count[name] > 0:
		for b.pop() != name {
		}
	}
}

// pop closes the innermost element and returns its name.
func (b *balancer) pop() string {
	name := b.open[len(b.open)-1]
	b.open = b.open[:len(b.open)-1]
	b.count[name]--
	b.out.WriteString("</" + name + ">")
	return name
}

// tag writes a start tag.
func (b *balancer) tag(t html.Token) {
	switch t.Data {
	case "a":
		link(&t)
	case "img":
		b.image(&t)
	}
	b.out.WriteString("<" + t.Data)
	for _, a := range t.Attr {
		b.out.WriteString(" " + a.Key + `="` + html.EscapeString(a.Val) + `"`)
	}
	b.out.WriteByte('>')
}

// link keeps a link's target, and has it opened apart.
func link(t *html.Token) {
	href := attribute(t, "href")
	t.Attr = nil
	if href == "" || strings.HasPrefix(strings.ToLower(href), "cid:") {
		return
	}
	t.Attr = []html.Attribute{{Key: "href", Val: href}, {Key: "target", Val: "_blank"}, {Key: "rel", Val: "noopener noreferrer"}}
}

// image keeps an image's source only if nothing is loaded from elsewhere by
// it, or that was asked for.
func (b *balancer) image(t *html.Token) {
	src := attribute(t, "src")
	if src == "" || b.loads(src) {
		return
	}
	t.Attr = slices.DeleteFunc(t.Attr, func(a html.Attribute) bool { return a.Key == "src" || a.Key == "title" })
	if u, err := url.Parse(src); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
		t.Attr = append(t.Attr, html.Attribute{Key: "title", Val: src})
	}
}

// loads reports whether an image may be loaded from the URL.
func (b *balancer) loads(src string) bool {
	u, err := url.Parse(src)
	if err != nil {
		return false
	}
	switch strings.ToLower(u.Scheme) {
	case "cid":
		return slices.Contains(b.o.ContentIDs, cidOf(u))
	case "http", "https":
		own := func(h string) bool { return strings.EqualFold(h, u.Hostname()) }
		return b.o.RemoteImages && u.Hostname() != "" && !slices.ContainsFunc(b.o.OwnHosts, own)
	}
	return false
}

func attribute(t *html.Token, key string) string {
	for _, a := range t.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// lineElements begin on a line of their own.
var lineElements = []string{
	"address", "blockquote", "br", "caption", "dd", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "table", "tr", "ul",
}

var manyLines = regexp.MustCompile(`\s*\n\s*\n\s*`)

// TextOf returns HTML as plain text: no tags, a line for each paragraph or row.
// It makes a text of a message that came without one.
func TextOf(s string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(SanitizeHTML(s, HTMLOptions{})))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.TrimSpace(manyLines.ReplaceAllString(b.String(), "\n\n"))
		case html.StartTagToken, html.SelfClosingTagToken:
			if name, _ := z.TagName(); slices.Contains(lineElements, string(name)) {
				b.WriteByte('\n')
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			switch {
			case string(name) == "p":
				b.WriteByte('\n')
			case string(name) == "td" || string(name) == "th":
				b.WriteByte(' ')
			}
		case html.TextToken:
			b.WriteString(plainLine(string(z.Text())))
		}
	}
}

// plainLine takes line breaks and control characters out of a text.
func plainLine(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t' || r == 0x2028 || r == 0x2029:
			return ' '
		case r < ' ' || 0x7f <= r && r <= 0x9f:
			return -1
		}
		return r
	}, s)
}
