package tickets_test

import (
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/matryer/is"
	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"github.com/deskfolk/desk/tickets"
)

var (
	allowedElements = strings.Fields(`a abbr address b blockquote br caption cite code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i img ins kbd li ol p pre q s samp
		small span strike strong sub sup table tbody td tfoot th thead tr tt u ul var`)
	allowedAttributes = map[string][]string{
		"a": {"href", "target", "rel"}, "img": {"src", "alt", "title", "width", "height"}, "td": {"colspan", "rowspan", "dir"}, "th": {"colspan", "rowspan", "dir"},
	}
	htmlOptions = []tickets.HTMLOptions{
		{}, {ContentIDs: []string{"own@x"}}, {RemoteImages: true, OwnHosts: []string{"desk.example"}}, {RemoteImages: true, ContentIDs: []string{"own@x"}},
	}
)

// harmless looks at each token of what came out.
func harmless(t interface{ Errorf(string, ...any) }, in, out string, o tickets.HTMLOptions) {
	z := html.NewTokenizer(strings.NewReader(out))
	var open []string
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(open) > 0 {
				t.Errorf("%.200q: %.200q leaves %v open", in, out, open)
			}
			return
		case html.CommentToken, html.DoctypeToken:
			t.Errorf("%.200q: a comment in %.200q", in, out)
		case html.EndTagToken:
			name := z.Token().Data
			if len(open) == 0 || open[len(open)-1] != name {
				t.Errorf("%.200q: %s is ended in %.200q, but %v are open", in, name, out, open)
				return
			}
			open = open[:len(open)-1]
		case html.StartTagToken, html.SelfClosingTagToken:
			tok := z.Token()
			if !slices.Contains(allowedElements, tok.Data) {
				t.Errorf("%.200q: <%s> in %.200q", in, tok.Data, out)
			}
			if !slices.Contains([]string{"br", "hr", "img"}, tok.Data) {
				open = append(open, tok.Data)
			}
			for _, a := range tok.Attr {
				attributeHarmless(t, in, tok, a, o)
			}
		}
	}
}

func attributeHarmless(t interface{ Errorf(string, ...any) }, in string, tok html.Token, a html.Attribute, o tickets.HTMLOptions) {
	if a.Key != "dir" && !slices.Contains(allowedAttributes[tok.Data], a.Key) {
		t.Errorf("%.200q: %s on <%s>", in, a.Key, tok.Data)
	}
	if a.Key != "href" && a.Key != "src" {
		return
	}
	u, err := url.Parse(a.Val)
	if err != nil {
		t.Errorf("%.200q: the URL %q", in, a.Val)
		return
	}
	ok := false
	switch {
	case a.Key == "href":
		ok = slices.Contains([]string{"http", "https", "mailto", "tel"}, u.Scheme)
		if rel := attr(tok, "rel"); rel != "noopener noreferrer" {
			t.Errorf("%.200q: a link with rel=%q", in, rel)
		}
	case u.Scheme == "cid":
		ok = slices.Contains(o.ContentIDs, u.Opaque)
	case u.Scheme == "http" || u.Scheme == "https":
		ok = o.RemoteImages && u.Host != "" && !slices.Contains(o.OwnHosts, u.Hostname())
	}
	if !ok {
		t.Errorf("%.200q: %s=%q", in, a.Key, a.Val)
	}
}

func attr(tok html.Token, key string) string {
	for _, a := range tok.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// corpus is what people have tried; one to a line, empty lines and those with a
// number sign in front are left out.
func corpus(t *testing.T) []string {
	t.Helper()
	b, err := os.ReadFile("testdata/html.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimRight(line, "\r\n"); line != "" && !strings.HasPrefix(line, "# ") {
			all = append(all, strings.NewReplacer(`\n`, "\n", `\t`, "\t", `\0`, "\x00").Replace(line))
		}
	}
	return all
}

func TestB112_HTMLCorpus(t *testing.T) {
	t.Parallel()
	all := corpus(t)
	if len(all) < 100 {
		t.Fatalf("the corpus has %d entries", len(all))
	}
	for _, in := range append(all, strings.Join(all, "\n"), "<p>"+strings.Join(all, "</p><p>")) {
		for _, o := range htmlOptions {
			out := tickets.SanitizeHTML(in, o)
			harmless(t, in, out, o)
			if again := tickets.SanitizeHTML(out, o); again != out {
				t.Errorf("%.200q gives %.300q and then %.300q", in, out, again)
			}
		}
		if text := tickets.TextOf(in); regexp.MustCompile(`(?i)<script|<style`).MatchString(text) && !strings.Contains(in, "&lt;") {
			t.Logf("as text: %.100q", text) // text is escaped where it is shown
		}
	}
}

func TestB112_DeepAndLong(t *testing.T) {
	t.Parallel()
	for name, in := range map[string]string{
		"deep":       strings.Repeat("<div>", 10_000) + strings.Repeat("x", 1<<20-110_000) + strings.Repeat("</div>", 10_000),
		"never ends": strings.Repeat("<b><i><blockquote>", 1<<20/18),
		"only ends":  strings.Repeat("</div></p></table>", 1<<20/18),
		"lists":      strings.Repeat("<ul><li><p>", 1<<20/11),
		"brackets":   strings.Repeat("<", 1<<20),
		"quotes":     "<a href=\"" + strings.Repeat("&amp;", 1<<20/5),
		"skipped":    strings.Repeat("<svg><style>", 1<<20/12),
		"attributes": "<p " + strings.Repeat("a=b ", 1<<18) + ">x</p>",
		"comments":   strings.Repeat("<!--", 1<<18),
		"mixed":      strings.Repeat("<b><i></b></i>", 1<<20/14),
	} {
		var out string
		took := time.Hour
		for range 3 { // other tests run beside it
			start := time.Now()
			out = tickets.SanitizeHTML(in, tickets.HTMLOptions{})
			if took = min(took, time.Since(start)); took < time.Second {
				break
			}
		}
		harmless(t, in, out, tickets.HTMLOptions{})
		if tickets.SanitizeHTML(out, tickets.HTMLOptions{}) != out {
			t.Errorf("%s: no fixed point", name)
		}
		t.Logf("%s: %v", name, took)
		limit := 4 * time.Second // nothing grows faster than the text
		if name == "deep" {
			limit = time.Second
		}
		if took > limit && !raced {
			t.Errorf("%s: 1 MB took %v", name, took)
		}
	}
}

func TestSanitizeKeepsText(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	for in, want := range map[string]string{
		"":                    "",
		"plain & simple":      "plain &amp; simple",
		"<p>a<p>b":            "<p>a</p><p>b</p>",
		"<ul><li>a<li>b</ul>": "<ul><li>a</li><li>b</li></ul>",
		"</div>x<b>y":         "x<b>y</b>",
		`<a href="https://a.example/?a=1&b=2" onclick=x>go</a>`: `<a href="https://a.example/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">go</a>`,
		`<a href="/api/v1/logout">go</a>`:                       `<a>go</a>`,
		`<img src="cid:own@x" alt="A" width=10>`:                `<img src="cid:own@x" alt="A" width="10">`,
		`<img src="cid:other@x" alt="A">`:                       `<img alt="A">`,
		`<img src="https://t.example/p.gif" alt="A">`:           `<img alt="A" title="https://t.example/p.gif">`,
		`<p style="x" class="y" id="z" dir="rtl">a</p>`:         `<p dir="rtl">a</p>`,
		"<script>x</script><style>y</style>z":                   "z",
	} {
		is.Equal(tickets.SanitizeHTML(in, tickets.HTMLOptions{ContentIDs: []string{"own@x"}}), want)
	}
	is.Equal(tickets.SanitizeHTML(`<img src="https://t.example/p.gif">`, tickets.HTMLOptions{RemoteImages: true}), `<img src="https://t.example/p.gif">`)
	is.Equal(tickets.SanitizeHTML(`<img src="https://DESK.example/logout">`, tickets.HTMLOptions{RemoteImages: true, OwnHosts: []string{"desk.example"}}), `<img title="https://DESK.example/logout">`)
	is.Equal(tickets.TextOf("<h1>Hello</h1><p>One<br>two\nlines</p><table><tr><td>a</td><td>b</td></tr></table>"), "Hello\nOne\ntwo lines\n\na b")
}

func TestSanitizeIsAFixedPoint(t *testing.T) {
	t.Parallel()
	pieces := append(corpus(t), "<b>", "</b>", "<p>", "</p>", "<svg>", "<style>", "</style>", "<!--", "-->", "<a href='", "'>", "\"", ">", "<", "&lt;", "&#x6a;", "text", "<table><tr><td>", "<noscript>", "<math><mtext>", "<img src=cid:own@x>")
	rapid.Check(t, func(t *rapid.T) {
		in := strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(pieces), rapid.String()), 0, 12).Draw(t, "pieces"), "")
		o := rapid.SampledFrom(htmlOptions).Draw(t, "options")
		out := tickets.SanitizeHTML(in, o)
		harmless(t, in, out, o)
		if again := tickets.SanitizeHTML(out, o); again != out {
			t.Fatalf("%q gives %q and then %q", in, out, again)
		}
	})
}

func FuzzSanitizeHTML(f *testing.F) {
	for _, s := range []string{"<p>x", "<svg><style><img src=x onerror=alert(1)>", "<a href=javascript:alert(1)>x</a>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		for _, o := range htmlOptions {
			out := tickets.SanitizeHTML(in, o)
			harmless(t, in, out, o)
			if again := tickets.SanitizeHTML(out, o); again != out {
				t.Errorf("%q gives %q and then %q", in, out, again)
			}
		}
	})
}
