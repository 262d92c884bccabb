package importexport

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/deskfolk/desk"
)

// VCardSource is the source under which the UID of a card is kept
// ([contacts.Contact.External]), so that the same address book, imported
// again, finds the people it made, also those without an address.
const VCardSource = "vcard"

// card is one card while it is read.
type card struct {
	line    int
	text    *cardText
	version string
	props   []property
	size    int
	err     error
	agent   bool
	unread  []string // names of properties that there is no field for
	warns   []string
}

func (c *card) fail(format string, args ...any) {
	if c.err == nil {
		c.err = desk.Errorf(desk.Invalid, "", format, args...)
	}
}

func (c *card) limit(format string, args ...any) {
	if c.err == nil {
		c.err = desk.Errorf(desk.Limited, "", format, args...)
	}
}

func (c *card) warn(format string, args ...any) {
	c.warns = append(c.warns, fmt.Sprintf(format, args...))
}

// readProperties are those that become fields, or say something about others.
var readProperties = map[string]bool{
	"VERSION": true, "N": true, "FN": true, "EMAIL": true, "TEL": true, "ORG": true, "TITLE": true, "ROLE": true, "ADR": true, "NOTE": true,
	"LANG": true, "TZ": true, "UID": true, "KIND": true, "X-ADDRESSBOOKSERVER-KIND": true, "X-ABSHOWAS": true, "X-ABLABEL": true, "MEMBER": true,
	"X-ADDRESSBOOKSERVER-MEMBER": true,
}

// technical are properties that say nothing of the person, or nothing that
// others do not say.
var technical = map[string]bool{
	"PRODID": true, "REV": true, "CLASS": true, "SOURCE": true, "NAME": true, "PROFILE": true, "MAILER": true, "SORT-STRING": true, "LABEL": true,
	"CLIENTPIDMAP": true, "XML": true, "X-ABADR": true, "X-ABUID": true, "X-ABORDER": true, "X-MS-OL-DESIGN": true, "X-MS-OL-DEFAULT-POSTAL-ADDRESS": true,
	"X-IMAGETYPE": true, "X-IMAGEHASH": true, "X-SHARED-PHOTO-DISPLAY-PREF": true, "X-EVOLUTION-FILE-AS": true, "X-MOZILLA-HTML": true,
	"CREATED": true,
}

// read reports whether the value of the property is needed.
func (p *property) read() bool { return readProperties[p.name] }

// add takes a property in.
func (c *card) add(p property) {
	switch {
	case !p.read():
		if !technical[p.name] && p.some && !slices.Contains(c.unread, p.name) && len(c.unread) < 50 {
			c.unread = append(c.unread, p.name)
		}
		return
	case len(c.props) == maxProperties, c.size+len(p.raw) > MaxRecord:
		c.limit("The card is larger than a card can be.")
		return
	}
	c.size += len(p.raw)
	if !c.decode(&p) {
		return
	}
	p.raw = nil
	if p.name == "VERSION" {
		c.version = strings.TrimSpace(p.value)
	}
	c.props = append(c.props, p)
}

// decode undoes the property's encoding and charset.
func (c *card) decode(p *property) bool {
	raw := p.raw
	switch p.encoding() {
	case "QUOTED-PRINTABLE":
		raw = quotedPrintable(raw)
	case "BASE64", "B":
		out, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(raw)), ""))
		if err != nil {
			c.fail("The property %s in line %d is not valid in base64.", p.name, p.line)
			return false
		}
		raw = out
	}
	text, name, ok := c.text.decode(raw, p.param("CHARSET"))
	switch {
	case !ok:
		c.fail("The property %s in line %d holds bytes that are not valid in %s. If the file is in another encoding, name it.", p.name, p.line, name)
		text = strings.ToValidUTF8(text, "\uFFFD")
	case strings.IndexByte(text, 0) >= 0:
		c.fail("The property %s in line %d holds a NUL character, which no text has.", p.name, p.line)
		text = strings.ReplaceAll(text, "\x00", "\uFFFD")
	}
	p.value = text
	return true
}

// quotedPrintable decodes a joined value (RFC 2045, 6.7). What is no escape
// stays as it stands.
func quotedPrintable(s []byte) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '=' && i+2 < len(s) {
			if n, err := strconv.ParseUint(string(s[i+1:i+3]), 16, 8); err == nil {
				out = append(out, byte(n))
				i += 2
				continue
			}
		}
		out = append(out, s[i])
	}
	return out
}

// all returns the properties of a name that have a value, the preferred one
// first and else in their order.
func (c *card) all(name string) []*property {
	var list []*property
	for i := range c.props {
		if p := &c.props[i]; p.name == name && strings.Trim(p.value, "; \t\r\n") != "" {
			list = append(list, p)
		}
	}
	slices.SortStableFunc(list, func(a, b *property) int { return a.preference() - b.preference() })
	return list
}

// preference is 1 for the most preferred value, 100 for the least, 101 for one
// that is not preferred (RFC 6350, 5.3).
func (p *property) preference() int {
	if n, err := strconv.Atoi(p.param("PREF")); err == nil && n >= 1 && n <= 100 {
		return n
	}
	if p.hasType("PREF") {
		return 1
	}
	return 101
}

// first returns the preferred value of a name; the others are told of.
func (c *card) first(name, what string) string {
	list := c.all(name)
	if len(list) == 0 {
		return ""
	}
	value := c.line1(list[0].value)
	for _, p := range list[1:] {
		if other := c.line1(p.value); other != value {
			c.warn("A further %s, %s, was not read.", what, quote(other))
		}
	}
	return value
}

// line1 is a text as one line.
func (c *card) line1(value string) string { return oneLine(c.unescape(value)) }

// oneLine joins the lines of a text with commas.
func oneLine(s string) string {
	if !strings.ContainsAny(s, "\r\n") {
		return strings.TrimSpace(s)
	}
	return strings.Join(nonBlank(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' })), ", ")
}

// unescape takes the backslashes away. In vCard 2.1 they stand before
// semicolons only, and some programs put them before commas and colons.
func (c *card) unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch e := s[i]; {
		case e == ';', e == ',', e == ':':
			b.WriteByte(e)
		case c.version == "2.1":
			b.WriteByte('\\')
			b.WriteByte(e)
		case e == 'n', e == 'N':
			b.WriteByte('\n')
		case e == '\\', e == '"':
			b.WriteByte(e)
		default:
			b.WriteByte('\\')
			b.WriteByte(e)
		}
	}
	return b.String()
}

// split cuts a structured value at a character that has no backslash before it.
func split(s string, at byte) []string {
	var parts []string
	from := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case at:
			parts = append(parts, s[from:i])
			from = i + 1
		}
	}
	return append(parts, s[from:])
}

// components returns the parts of a structured value, at least n. In vCard 3.0
// and later a part may have several values, which are joined with sep.
func (c *card) components(value string, n int, sep string) []string {
	parts := split(value, ';')
	for i, p := range parts {
		values := []string{p}
		if c.version != "2.1" {
			values = split(p, ',')
		}
		for j := range values {
			values[j] = c.line1(values[j])
		}
		parts[i] = strings.Join(nonBlank(values), sep)
	}
	for len(parts) < n {
		parts = append(parts, "")
	}
	return parts
}

// record makes the record of the card.
func (c *card) record() Record {
	f := map[string]string{}
	c.labels()
	c.names(f)
	c.organisation(f)
	c.emails(f)
	c.phones(f)
	c.address(f)
	c.rest(f)
	c.kind(f)
	if len(c.unread) > 0 {
		c.warn("Not read, since there is no field for it: %s.", strings.Join(c.unread, ", "))
	}
	rec := Record{Line: c.line, Err: c.err, Warnings: c.warns, Literal: true, Cells: make([]string, len(vcardColumns))}
	for i, name := range vcardColumns {
		rec.Cells[i] = f[name]
	}
	if rec.Err == nil && blank(rec.Cells) {
		rec.Err = desk.Errorf(desk.Invalid, "", "The card has nothing in it that could be read.")
	}
	return rec
}

// kind takes account of cards that are not of a person: an organisation's is
// the contact of a company; a group's, place's or device's fails.
func (c *card) kind(f map[string]string) {
	kind := ""
	for _, p := range c.props {
		switch v := strings.ToLower(strings.TrimSpace(p.value)); {
		case p.name == "KIND", p.name == "X-ADDRESSBOOKSERVER-KIND":
			kind = v
		case p.name == "X-ABSHOWAS" && v == "company":
			kind = "org"
		}
	}
	switch kind {
	case "", "individual", "x-individual":
	case "org", "organization", "organisation":
		if f["company"] == "" {
			f["company"] = f["display_name"]
		}
	case "group":
		c.fail("The card is a group of others and not a contact. Import the cards of its members.")
	default:
		c.fail("The card is of the kind %s and not a contact.", quote(kind))
	}
}

// rest reads the properties that become one field each.
func (c *card) rest(f map[string]string) {
	var notes []string
	for _, p := range c.all("NOTE") {
		notes = append(notes, strings.TrimSpace(strings.ReplaceAll(c.unescape(p.value), "\r\n", "\n")))
	}
	f["notes"] = strings.Join(notes, "\n\n")
	f["language"] = c.first("LANG", "language")
	for _, p := range c.all("TZ") {
		zone := c.line1(p.value)
		if f["time_zone"] == "" && isZone(zone) {
			f["time_zone"] = zone
		} else if zone != f["time_zone"] {
			c.warn("The time zone %s was not read: it does not name a place, such as Europe/Berlin.", quote(zone))
		}
	}
	if uid := c.first("UID", "UID"); uid != "" {
		f["external_ids"] = formatList([]pair{{VCardSource, uid}})
	}
}

// isZone reports whether the text names an IANA time zone.
func isZone(s string) bool {
	if !strings.Contains(s, "/") {
		return false
	}
	_, err := time.LoadLocation(s)
	return err == nil
}
