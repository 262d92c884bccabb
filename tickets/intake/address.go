package intake

import (
	"strings"

	"github.com/deskfolk/desk/contacts"
)

// Address is one mailbox of a header.
type Address struct {
	// Email is the address as written, and one that contacts.ParseEmail takes.
	Email string `json:"email"`
	// Name is the name beside it, decoded, in one line; empty if there is none
	// or it is nothing but an address.
	Name string `json:"name,omitempty"`
}

// Key returns the canonical form of the address, for comparing.
func (a Address) Key() string {
	e, err := contacts.ParseEmail(a.Email)
	if err != nil {
		return ""
	}
	return e.Key
}

// mailboxes is what an address header holds.
type mailboxes struct {
	list []Address
	// name is a name that stood there without an address.
	name string
	// group says that the header names a group, bad that some address in it is none.
	group, bad bool
	count      int
}

// parseAddresses reads a header of addresses. The text is cut into addresses
// before anything in it is decoded, so that no encoded word and no quoted name
// can bring forth an address. Quoted local parts, comments within an address
// and address literals are no addresses here (as contacts.ParseEmail says).
func parseAddresses(values []string, most int) mailboxes {
	var m mailboxes
	for _, v := range values {
		for _, piece := range splitAddresses(v) {
			if piece.group {
				m.group = true
				continue
			}
			if m.count++; m.count > most {
				return m
			}
			a, ok := piece.address()
			switch {
			case ok:
				m.list = append(m.list, a)
			case piece.blank():
				if m.name == "" {
					m.name = a.Name
				}
			default:
				m.bad = true
				if m.name == "" {
					m.name = a.Name
				}
			}
		}
	}
	return m
}

// piece is what stands between two commas of an address header: the text in
// angle brackets, the text outside of them and of comments, and the comment.
type piece struct {
	angle, plain, comment string
	angled, inner         bool // inner: a comment stands within the address
	group                 bool
}

// blank reports whether the piece holds no address at all.
func (p piece) blank() bool { return !p.angled && !strings.Contains(p.plain, "@") }

// address reads a piece.
func (p piece) address() (Address, bool) {
	name, email := displayName(p.plain), strings.TrimSpace(p.angle)
	if !p.angled {
		name, email = displayName(p.comment), strings.TrimSpace(p.plain)
		if p.blank() && name == "" {
			name = displayName(p.plain)
		}
		if i := strings.LastIndexAny(email, " \t"); i >= 0 && strings.Count(email, "@") == 1 && !strings.Contains(email[:i], "@") {
			name, email = displayName(email[:i]), email[i+1:] // brackets left out: Jane Doe jane@example.com
		}
	} else if name == "" {
		name = displayName(p.comment)
	}
	a := Address{Name: name}
	if _, after, ok := strings.Cut(email, ":"); ok && strings.HasPrefix(email, "@") {
		email = after // a route (RFC 5322, section 4.4)
	}
	email = strings.TrimPrefix(email, "mailto:")
	e, err := contacts.ParseEmail(utf8Text([]byte(email)))
	if err != nil || p.inner {
		return a, false
	}
	a.Email = e.Entered
	return a, true
}

// displayName decodes a name. One that is an address says nothing, or
// something untrue.
func displayName(s string) string {
	s = strings.TrimSpace(s)
	var b strings.Builder
	for _, w := range splitQuoted(s) {
		b.WriteString(w)
	}
	name := oneLine(decodeWords(b.String()))
	name = strings.TrimSpace(strings.Trim(name, `"`))
	if strings.Contains(name, "@") {
		if _, err := contacts.ParseEmail(strings.Trim(name, `"'<>() `)); err == nil {
			return ""
		}
	}
	return cutBytes(name, 500)
}

// splitQuoted parts text into its quoted strings, without their quotes, and
// what stands between them.
func splitQuoted(s string) []string {
	var all []string
	for s != "" {
		i := strings.IndexByte(s, '"')
		if i < 0 {
			return append(all, s)
		}
		all = append(all, s[:i])
		j := i + 1
		for j < len(s) && s[j] != '"' {
			if s[j] == '\\' {
				j++
			}
			j++
		}
		j = min(j, len(s))
		all = append(all, unquote(s[i:min(j+1, len(s))]))
		s = s[min(j+1, len(s)):]
	}
	return all
}

// splitAddresses cuts a header at its commas, semicolons and groups, with a
// look at quotes, comments and brackets.
func splitAddresses(s string) []piece {
	c := cutter{s: s}
	for c.i < len(s) {
		c.step(s[c.i])
		c.i++
	}
	c.end()
	return c.all
}

// cutter is the state of splitAddresses.
type cutter struct {
	s              string
	i              int
	all            []piece
	p              piece
	plain, angle   strings.Builder
	comment        strings.Builder
	comments       int
	quoted, inside bool
}

// step takes one byte.
func (c *cutter) step(b byte) {
	switch {
	case c.quoted:
		c.put(b)
		if b == '\\' && c.i+1 < len(c.s) {
			c.i++
			c.put(c.s[c.i])
		} else if b == '"' {
			c.quoted = false
		}
	case c.comments > 0:
		c.inComment(b)
	case b == '"':
		c.quoted = true
		c.put(b)
	case b == '(':
		c.comments++
		c.p.inner = c.p.inner || c.inside || strings.Contains(c.plain.String(), "@") && c.touches() || !c.inside && c.beforeAt()
	case b == '<' && !c.inside:
		c.inside, c.p.angled = true, true
		c.angle.Reset() // the last brackets are the address
	case b == '>' && c.inside:
		c.inside = false
	case c.inside:
		c.put(b)
	case b == ',' || b == ';':
		c.end()
	case b == ':' && !c.p.angled && !strings.Contains(c.plain.String(), "@") && !strings.EqualFold(strings.TrimSpace(c.plain.String()), "mailto"):
		c.plain.Reset()
		c.all = append(c.all, piece{group: true})
	default:
		c.put(b)
	}
}

// inComment takes one byte of a comment.
func (c *cutter) inComment(b byte) {
	switch {
	case b == '\\' && c.i+1 < len(c.s):
		c.i++
		c.comment.WriteByte(c.s[c.i])
	case b == '(':
		c.comments++
		c.comment.WriteByte(b)
	case b == ')':
		if c.comments--; c.comments > 0 {
			c.comment.WriteByte(b)
		}
	default:
		c.comment.WriteByte(b)
	}
}

// touches reports whether the text so far ends in the middle of an address.
func (c *cutter) touches() bool {
	s := c.plain.String()
	return s != "" && (s[len(s)-1] == '@' || s[len(s)-1] == '.')
}

// beforeAt reports whether the comment that begins stands within an address,
// directly before its "@" or behind part of its local part.
func (c *cutter) beforeAt() bool {
	s := c.plain.String()
	if s == "" || strings.TrimRight(s, " \t") != s {
		return false
	}
	rest := c.s[c.i:]
	j := strings.IndexByte(rest, ')')
	return j >= 0 && j+1 < len(rest) && strings.IndexByte(" \t,;<", rest[j+1]) < 0
}

func (c *cutter) put(b byte) {
	if c.inside {
		c.angle.WriteByte(b)
	} else {
		c.plain.WriteByte(b)
	}
}

// end ends a piece.
func (c *cutter) end() {
	c.p.plain, c.p.angle, c.p.comment = c.plain.String(), c.angle.String(), c.comment.String()
	if c.p.angled || strings.TrimSpace(c.p.plain) != "" || c.p.comment != "" {
		c.all = append(c.all, c.p)
	}
	c.p = piece{}
	c.plain.Reset()
	c.angle.Reset()
	c.comment.Reset()
	c.inside, c.quoted, c.comments = false, false, 0
}
