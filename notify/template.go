package notify

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"html/template"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"
	texttemplate "text/template"
	"text/template/parse"
	"time"
	"unicode/utf8"

	"github.com/deskfolk/desk"
)

// Template is the words of one type of message, in one language: a subject,
// a text and an HTML part, each a template of text/template or html/template
// over [Data]. It may branch (if, with) and call the functions of [Functions];
// it can not loop, define, or call anything else.
type Template struct {
	Type string
	// Language is a BCP 47 tag; empty: the variant for everybody else.
	Language string
	Version  int64
	Subject  string
	Text     string
	// HTML is the inside of the page; the frame around it, with the footer and
	// the link to unsubscribe, is the library's. Empty: the message is text only.
	HTML      string
	UpdatedAt time.Time
	UpdatedBy string
}

// The limits of templates and of what comes out of them, in bytes.
const (
	MaxSubject  = 500
	MaxText     = 20_000
	MaxHTML     = 100_000
	maxNodes    = 2_000
	maxOutText  = 200_000
	maxOutHTML  = 600_000
	maxOutTitle = 250 // characters of a subject
)

// Functions are what a template may call: "default X V" is V, or X when V is
// empty; "cut N S" is at most N characters of S; "date T" is a day such as
// "2 March 2026"; and those that compare and combine.
var Functions = []string{"default", "cut", "date", "and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge"}

var functions = map[string]any{
	"default": func(instead, v any) any {
		if s, ok := v.(string); ok && s == "" {
			return instead
		}
		return v
	},
	"cut":  func(n int, s string) string { return cutRunes(s, min(max(n, 0), 10_000)) },
	"date": func(t time.Time) string { return dateText(t) },
}

func dateText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2 January 2006")
}

// cutRunes returns at most n characters of s, with an ellipsis where it was cut.
func cutRunes(s string, n int) string {
	if len(s) <= n || utf8.RuneCountInString(s) <= n {
		return s
	}
	r := []rune(s)
	if n == 0 {
		return ""
	}
	return strings.TrimSpace(string(r[:n-1])) + "…"
}

// compiled is a template that can be run.
type compiled struct {
	subject, text *texttemplate.Template
	html          *template.Template
}

// compile checks and parses the three parts. Errors are desk.Invalid, name the
// part as their field and the line in their message.
func compile(t *Template) (*compiled, error) {
	for _, p := range []struct {
		field, text string
		most        int
		required    bool
	}{{"subject", t.Subject, MaxSubject, true}, {"text", t.Text, MaxText, true}, {"html", t.HTML, MaxHTML, false}} {
		switch {
		case len(p.text) > p.most:
			return nil, desk.Errorf(desk.Invalid, p.field, "The template is longer than %d bytes.", p.most)
		case !utf8.ValidString(p.text) || strings.IndexByte(p.text, 0) >= 0:
			return nil, desk.Errorf(desk.Invalid, p.field, "The template is not valid UTF-8 text.")
		case p.required && strings.TrimSpace(p.text) == "":
			return nil, desk.Errorf(desk.Invalid, p.field, "The template is empty.")
		}
		if err := checkTemplate(p.field, p.text); err != nil {
			return nil, err
		}
	}
	if strings.ContainsAny(strings.TrimSpace(t.Subject), "\r\n") {
		return nil, desk.Errorf(desk.Invalid, "subject", "A subject is one line.")
	}
	var c compiled
	var err error
	if c.subject, err = texttemplate.New("subject").Option("missingkey=error").Funcs(functions).Parse(strings.TrimSpace(t.Subject)); err != nil {
		return nil, templateError("subject", err)
	}
	if c.text, err = texttemplate.New("text").Funcs(functions).Parse(t.Text); err != nil {
		return nil, templateError("text", err)
	}
	if strings.TrimSpace(t.HTML) != "" {
		if c.html, err = template.New("html").Funcs(functions).Parse(t.HTML); err != nil {
			return nil, templateError("html", err)
		}
	}
	return &c, nil
}

// checkTemplate refuses what a template of a workspace must not do. Without
// loops and with these functions it ends soon, whatever the data is.
func checkTemplate(field, text string) error {
	known := map[string]any{"and": true, "or": true, "not": true, "eq": true, "ne": true, "lt": true, "le": true, "gt": true, "ge": true}
	trees, err := parse.Parse(field, text, "", "", functions, known)
	if err != nil {
		return templateError(field, err)
	}
	if len(trees) > 1 {
		return desk.Errorf(desk.Invalid, field, "A template cannot define others.")
	}
	tree := trees[field]
	if tree == nil || tree.Root == nil {
		return nil
	}
	c := &checker{field: field, tree: tree}
	c.list(tree.Root)
	return c.err
}

// checker walks a template's tree.
type checker struct {
	field string
	tree  *parse.Tree
	nodes int
	err   error
}

func (c *checker) refuse(n parse.Node, what string) {
	if c.err == nil {
		at, _ := c.tree.ErrorContext(n)
		c.err = desk.Errorf(desk.Invalid, c.field, "Line %d: %s", lineOf(at), what)
	}
}

func (c *checker) list(l *parse.ListNode) {
	if l == nil || c.err != nil {
		return
	}
	for _, n := range l.Nodes {
		c.node(n)
	}
}

func (c *checker) node(n parse.Node) {
	if c.nodes++; c.nodes > maxNodes {
		c.refuse(n, "the template is too large.")
	}
	if c.err != nil {
		return
	}
	switch n := n.(type) {
	case *parse.TextNode, *parse.CommentNode:
	case *parse.ActionNode:
		c.pipe(n.Pipe)
	case *parse.IfNode:
		c.branch(&n.BranchNode)
	case *parse.WithNode:
		c.branch(&n.BranchNode)
	case *parse.RangeNode:
		c.refuse(n, "a template cannot loop (range).")
	default:
		c.refuse(n, "a template cannot define or include others.")
	}
}

func (c *checker) branch(b *parse.BranchNode) {
	c.pipe(b.Pipe)
	c.list(b.List)
	c.list(b.ElseList)
}

func (c *checker) pipe(p *parse.PipeNode) {
	if p == nil {
		return
	}
	for _, cmd := range p.Cmds {
		for _, arg := range cmd.Args {
			c.argument(arg)
		}
	}
}

func (c *checker) argument(n parse.Node) {
	if c.nodes++; c.nodes > maxNodes {
		c.refuse(n, "the template is too large.")
	}
	switch n := n.(type) {
	case *parse.PipeNode:
		c.pipe(n)
	case *parse.ChainNode:
		c.argument(n.Node)
	case *parse.IdentifierNode:
		if !isFunction(n.Ident) {
			c.refuse(n, "there is no function "+strconv.Quote(n.Ident)+" for templates.")
		}
	}
}

func isFunction(name string) bool {
	for _, f := range Functions {
		if f == name {
			return true
		}
	}
	return false
}

var templateLine = regexp.MustCompile(`^(?:html/)?template:\s*(?:[a-z]+:)?(\d+)(?::\d+)?:\s*(?:executing "[^"]*" at <[^>]*>: )?`)

// lineOf reads the line of "name:3:14".
func lineOf(at string) int {
	parts := strings.Split(at, ":")
	if len(parts) < 2 {
		return 1
	}
	n, _ := strconv.Atoi(parts[1])
	return max(n, 1)
}

// templateError makes an error of the template packages one for a person.
func templateError(field string, err error) error {
	text := err.Error()
	if m := templateLine.FindStringSubmatch(text); m != nil {
		return desk.Errorf(desk.Invalid, field, "Line %s: %s.", m[1], cutRunes(strings.TrimSpace(text[len(m[0]):]), 200))
	}
	if strings.Contains(text, "ends in a non-text context") {
		return desk.Errorf(desk.Invalid, field, "The HTML ends within a tag, an attribute or a comment. Close it.")
	}
	return desk.Errorf(desk.Invalid, field, "The template cannot be used: %s.", cutRunes(strings.TrimPrefix(text, "template: "), 200))
}

// errLong ends a template whose output grows too long.
var errLong = errors.New("what comes out is too long")

// limited is a writer that fails when it is full.
type limited struct {
	b    bytes.Buffer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	if len(p) > l.left {
		return 0, errLong
	}
	l.left -= len(p)
	return l.b.Write(p)
}

// words are what comes out of a template.
type words struct{ subject, text, html string }

// run fills the template in.
func (c *compiled) run(d *Data) (words, error) {
	var w words
	part := func(field string, most int, execute func(io.Writer, any) error) (string, error) {
		l := &limited{left: most}
		if err := execute(l, d); err != nil {
			return "", templateError(field, err)
		}
		return l.b.String(), nil
	}
	var err error
	if w.subject, err = part("subject", 4*maxOutText, c.subject.Execute); err != nil {
		return w, err
	}
	w.subject = cutRunes(oneLine(w.subject), maxOutTitle)
	if w.text, err = part("text", maxOutText, c.text.Execute); err != nil {
		return w, err
	}
	w.text = tidyText(w.text)
	if c.html != nil {
		w.html, err = part("html", maxOutHTML, c.html.Execute)
	}
	return w, err
}

// tidyText takes away what branches that were not taken leave behind.
func tidyText(s string) string {
	s = strings.TrimSpace(s)
	for strings.Contains(s, "\n\n\n") {
		s = strings.ReplaceAll(s, "\n\n\n", "\n\n")
	}
	return s + "\n"
}

// shelf keeps compiled templates by what they say, of all workspaces.
type shelf struct {
	mu  sync.Mutex
	all map[[32]byte]*compiled
}

// shelfSize bounds the compiled templates that are kept.
const shelfSize = 500

func (s *shelf) get(t *Template) (*compiled, error) {
	key := sha256.Sum256([]byte(t.Subject + "\x00" + t.Text + "\x00" + t.HTML))
	s.mu.Lock()
	c := s.all[key]
	s.mu.Unlock()
	if c != nil {
		return c, nil
	}
	c, err := compile(t)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.all) >= shelfSize || s.all == nil {
		s.all = map[[32]byte]*compiled{}
	}
	s.all[key] = c
	return c, nil
}

// pick returns the template for a language: the workspace's own in that
// language or a wider one ("de" for "de-CH"), then in the workspace's language,
// then its variant for everybody, then the type's default.
func pick(t *Type, own []Template, languages ...string) *Template {
	for _, tag := range append(languages[:len(languages):len(languages)], "") {
		for {
			for i := range own {
				if own[i].Type == t.Name && strings.EqualFold(own[i].Language, tag) {
					return &own[i]
				}
			}
			i := strings.LastIndexByte(tag, '-')
			if i < 0 {
				break
			}
			tag = tag[:i]
		}
	}
	return &t.Default
}
