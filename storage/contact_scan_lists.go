package storage

import (
	"strings"

	"github.com/deskfolk/desk/contacts"
)

// The lists of a contact are JSON as listText writes it: always the same names
// in the same order. Reading that form as it is takes a fifth of the time that
// any JSON takes, which is felt in a scan of a million. What has an escape in
// it, or is of another form, is left to encoding/json.

// quickLists reads lists like readLists.
func quickLists(c *contacts.Contact, emails, phones, custom, external string) error {
	var ok [4]bool
	c.Emails, ok[0] = quickEmails(emails)
	c.Phones, ok[1] = quickPhones(phones)
	c.Custom, ok[2] = quickMap(custom)
	c.External, ok[3] = quickMap(external)
	if ok == [4]bool{true, true, true, true} {
		return nil
	}
	c.Emails, c.Phones, c.Custom, c.External = nil, nil, nil, nil
	return readLists(c, emails, phones, custom, external)
}

// quickReader cuts a text off piece by piece.
type quickReader struct {
	rest string
	bad  bool
}

// is takes a piece away if it stands there.
func (q *quickReader) is(piece string) bool {
	rest, ok := strings.CutPrefix(q.rest, piece)
	if ok {
		q.rest = rest
	}
	return ok
}

// must takes a piece that has to stand there.
func (q *quickReader) must(piece string) { q.bad = !q.is(piece) || q.bad }

// text takes a text up to its closing quote.
func (q *quickReader) text() string {
	s, rest, ok := strings.Cut(q.rest, `"`)
	q.rest, q.bad = rest, q.bad || !ok
	return s
}

func newQuick(s string) *quickReader {
	return &quickReader{rest: s, bad: strings.IndexByte(s, '\\') >= 0}
}

func quickPhones(s string) ([]contacts.Phone, bool) {
	if s == "" {
		return nil, true
	}
	q := newQuick(s)
	list := make([]contacts.Phone, 0, 2)
	for q.must("["); !q.bad; q.must(",") {
		var p contacts.Phone
		q.must(`{"label":"`)
		p.Label = q.text()
		q.must(`,"value":"`)
		p.Value = q.text()
		q.must(`,"e164":"`)
		p.E164 = q.text()
		q.must(`,"primary":`)
		p.Primary = q.is("true")
		if !p.Primary {
			q.must("false")
		}
		q.must("}")
		list = append(list, p)
		if q.is("]") {
			break
		}
	}
	return list, !q.bad && q.rest == ""
}

func quickEmails(s string) ([]contacts.Email, bool) {
	if s == "" {
		return nil, true
	}
	q := newQuick(s)
	list := make([]contacts.Email, 0, 2)
	for q.must("["); !q.bad; q.must(",") {
		var e contacts.Email
		q.must(`{"label":"`)
		e.Label = q.text()
		q.must(`,"value":"`)
		e.Value = q.text()
		q.must("}")
		list = append(list, e)
		if q.is("]") {
			break
		}
	}
	return list, !q.bad && q.rest == ""
}

func quickMap(s string) (map[string]string, bool) {
	if s == "" {
		return nil, true
	}
	q := newQuick(s)
	m := map[string]string{}
	for q.must("{"); !q.bad; q.must(",") {
		q.must(`"`)
		key := q.text()
		q.must(`:"`)
		m[key] = q.text()
		if q.is("}") {
			break
		}
	}
	return m, !q.bad && q.rest == ""
}
