package intake

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// htmlLines makes lines of text of HTML. It reads tokens, so that it needs
// little memory and no well-formed document. Quotations are told by what mail
// programs write: blockquotes of type "cite" or with a rule at their left, and
// the elements with which they part history from new text.
func htmlLines(source string) []line {
	w := htmlWriter{z: html.NewTokenizer(strings.NewReader(source))}
	w.z.SetMaxBuf(0)
	for {
		kind := w.z.Next()
		if kind == html.ErrorToken {
			break
		}
		w.token(kind)
		w.at += len(w.z.Raw())
	}
	w.newline()
	return w.lines
}

// htmlWriter is the state of htmlLines.
type htmlWriter struct {
	z       *html.Tokenizer
	at      int // where the token begins in the source
	lines   []line
	text    strings.Builder
	begun   int // where the line's text begins
	space   bool
	skip    atom.Atom // the element whose text is not shown
	nested  int
	pre     int
	quotes  []bool // the open blockquotes, and which of them are quotations
	marked  mark
	gap     bool // a blank line comes before the next text
	cell    bool
	listing int
}

// token takes one token.
func (w *htmlWriter) token(kind html.TokenType) {
	switch kind {
	case html.TextToken:
		if w.skip == 0 {
			w.write(string(w.z.Text()))
		}
	case html.StartTagToken, html.SelfClosingTagToken:
		name, more := w.z.TagName()
		a := atom.Lookup(name)
		if w.skip != 0 {
			if a == w.skip && kind == html.StartTagToken {
				w.nested++
			}
			return
		}
		w.start(a, w.attributes(more), kind == html.SelfClosingTagToken)
	case html.EndTagToken:
		name, _ := w.z.TagName()
		a := atom.Lookup(name)
		if w.skip != 0 {
			if a == w.skip {
				if w.nested--; w.nested <= 0 {
					w.skip = 0
				}
			}
			return
		}
		w.finish(a)
	}
}

// attributes returns those that matter, in lower case.
func (w *htmlWriter) attributes(more bool) map[string]string {
	var m map[string]string
	for more {
		var k, v []byte
		k, v, more = w.z.TagAttr()
		switch string(k) {
		case "class", "id", "style", "type", "name", "alt", "border":
			if m == nil {
				m = map[string]string{}
			}
			m[string(k)] = strings.ToLower(string(v[:min(len(v), 2000)]))
			if string(k) == "alt" {
				m["alt"] = string(v[:min(len(v), 200)])
			}
		}
	}
	return m
}

// mark notes that an element begins what is quoted.
func (w *htmlWriter) mark(a atom.Atom, at map[string]string) {
	if hardMark(a, at) {
		w.newline()
		w.marked = hard
	} else if softMark(at) && w.marked == none {
		w.newline()
		w.marked = soft
	}
}

// paragraph begins a block with an empty line before it, if there is a gap.
func (w *htmlWriter) paragraph(a atom.Atom, at map[string]string) {
	w.newline()
	if !strings.Contains(at["class"], "mso") && !strings.Contains(strings.ReplaceAll(at["style"], " ", ""), "margin:0") && w.listing == 0 {
		w.gap = len(w.lines) > 0
	}
	if a == atom.Ul || a == atom.Ol {
		w.listing++
	}
}

// start takes the beginning of an element.
func (w *htmlWriter) start(a atom.Atom, at map[string]string, closed bool) {
	w.mark(a, at)
	switch a {
	case atom.Script, atom.Style, atom.Head, atom.Title, atom.Template, atom.Noscript, atom.Object, atom.Svg, atom.Textarea, atom.Select:
		if !closed {
			w.skip, w.nested = a, 1
		}
	case atom.Br:
		w.breakLine()
	case atom.Hr:
		w.newline()
	case atom.Blockquote:
		w.newline()
		if !closed {
			w.quotes = append(w.quotes, isCite(at))
		}
	case atom.Pre:
		w.newline()
		w.pre++
	case atom.Li:
		w.newline()
		w.write("-")
		w.space = true
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Ul, atom.Ol, atom.Dl:
		w.paragraph(a, at)
	case atom.Td, atom.Th:
		if w.cell {
			w.write(" ")
		}
		w.cell = true
	case atom.Tr:
		w.newline()
		w.cell = false
	case atom.Img:
		if alt := at["alt"]; utf8.RuneCountInString(alt) <= 4 && strings.ContainsFunc(alt, func(r rune) bool { return r > 0x2000 && !unicode.IsLetter(r) }) {
			w.write(alt) // an emoji that a mail program made a picture of
		}
	default:
		if isBlock(a) {
			w.newline()
		}
	}
}

// finish takes the end of an element.
func (w *htmlWriter) finish(a atom.Atom) {
	switch a {
	case atom.Blockquote:
		w.newline()
		if n := len(w.quotes); n > 0 {
			w.quotes = w.quotes[:n-1]
		}
	case atom.Pre:
		w.newline()
		w.pre = max(0, w.pre-1)
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		w.newline()
	case atom.Ul, atom.Ol:
		w.newline()
		w.listing = max(0, w.listing-1)
	default:
		if isBlock(a) || a == atom.Li || a == atom.Tr {
			w.newline()
		}
	}
}

func isBlock(a atom.Atom) bool {
	switch a {
	case atom.Div, atom.Table, atom.Body, atom.Html, atom.Section, atom.Article, atom.Header, atom.Footer, atom.Center, atom.Form,
		atom.Address, atom.Dt, atom.Dd, atom.Tbody, atom.Fieldset, atom.Figure, atom.Aside, atom.Nav, atom.Main, atom.Details, atom.Summary, atom.Caption:
		return true
	}
	return false
}

// write adds text to the line. Outside of preformatted text, any run of spaces is one.
func (w *htmlWriter) write(s string) {
	for _, r := range s {
		switch {
		case r == '\n' && w.pre > 0:
			w.breakLine()
			continue
		case unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff':
			if w.pre > 0 && r != '\r' {
				w.put(' ')
			} else if r != '\u200b' && r != '\ufeff' {
				w.space = true
			}
			continue
		case r == '\u00ad':
			continue
		}
		if w.space && w.text.Len() > 0 {
			w.put(' ')
		}
		w.space = false
		w.put(r)
	}
}

func (w *htmlWriter) put(r rune) {
	if w.text.Len() == 0 {
		w.begun = w.at
	}
	w.text.WriteRune(r)
}

// newline ends the line if there is something in it.
func (w *htmlWriter) newline() {
	w.space = false
	if w.text.Len() > 0 {
		w.breakLine()
	}
}

// breakLine ends the line, also an empty one.
func (w *htmlWriter) breakLine() {
	text := strings.TrimRight(w.text.String(), " ")
	if w.text.Len() == 0 {
		w.begun = w.at
	}
	w.text.Reset()
	w.space = false
	if w.gap && text != "" {
		w.push("", w.begun)
	}
	w.gap = w.gap && text == ""
	w.push(text, w.begun)
}

// push adds a line. More than two blank ones in a row are none.
func (w *htmlWriter) push(text string, at int) {
	n := len(w.lines)
	if text == "" && (n == 0 || n > 1 && w.lines[n-1].text == "" && w.lines[n-2].text == "") {
		return
	}
	l := line{text: text, raw: text, at: at}
	for _, q := range w.quotes {
		if q {
			l.depth++
		}
	}
	if l.depth > 0 {
		l.raw = strings.Repeat(">", l.depth) + " " + text
	} else if strings.HasPrefix(text, ">") {
		p := plainLines(text)[0]
		l.text, l.depth = p.text, p.depth
	}
	if w.marked != none && text != "" {
		l.mark, w.marked = w.marked, none
	}
	w.lines = append(w.lines, l)
}

// isCite reports whether a blockquote is a quotation, not an indented
// paragraph.
func isCite(at map[string]string) bool {
	style := strings.ReplaceAll(at["style"], " ", "")
	return at["type"] == "cite" || strings.Contains(at["class"], "quote") || strings.Contains(at["class"], "cite") || strings.Contains(at["class"], "history_container") ||
		strings.Contains(style, "border-left") && !strings.Contains(style, "border-left:none") && !strings.Contains(style, "border-left:0")
}

// outlookRule is the line that Outlook draws above the header of an older
// message.
var outlookRule = regexp.MustCompile(`border:none;border-top:solid#(?:e1e1e1|b5c4df)1\.0pt;padding:3\.0pt0`)

// hardMark reports whether an element begins history, in what a program writes
// that puts no quotation marks on it.
func hardMark(a atom.Atom, at map[string]string) bool {
	if at == nil {
		return false
	}
	id, class := strings.TrimPrefix(at["id"], "x_"), at["class"]
	switch id {
	case "appendonsend", "divrplyfwdmsg", "olk_src_body_section", "mail-editor-reference-message-container", "stopspelling", "replysplit", "orig-msg", "quoted-history":
		return true
	}
	for _, c := range strings.Fields(class) {
		switch strings.TrimPrefix(c, "x_") {
		case "outlookmessageheader", "ms-outlook-mobile-reference-message", "yahoo_quoted", "zmail_extra", "sh-signature-end":
			return true
		}
	}
	return strings.HasPrefix(id, "yahoo_quoted") || a == atom.Div && outlookRule.MatchString(strings.ReplaceAll(at["style"], " ", "")) || a == atom.Div && at["name"] == "quote"
}

// softMark reports whether an element introduces a quotation.
func softMark(at map[string]string) bool {
	class := at["class"]
	return strings.Contains(class, "gmail_attr") || strings.Contains(class, "moz-cite-prefix") || strings.Contains(class, "protonmail_quote") || strings.Contains(class, "tutanota_quote") ||
		at["id"] == "reply-intro" || strings.Contains(class, "gmail_quote") && !strings.Contains(class, "gmail_quote_nested")
}
