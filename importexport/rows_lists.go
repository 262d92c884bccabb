package importexport

import (
	"slices"
	"strings"

	"github.com/deskfolk/desk/contacts"
)

// listStep reads a column of addresses or phones of another program, in which
// a label belongs to the column or stands in another one.
type listStep struct {
	column, labels int
	label          string
	phones, main   bool
}

// isEntry reports whether a column is read as entries of a list: addresses and
// phones of other programs, but for a plain main one.
func (b *builder) isEntry(s columnSource) bool {
	switch s.field {
	case "emails", "phones":
		return !s.own || s.group != "" || s.label != ""
	case "email":
		return s.group == "email" || s.label != "" // one of several, of which another can be the main one
	}
	return false
}

func (b *builder) addList(i int, s columnSource) {
	phones := listOf(s.field) == "phones"
	b.phonesFrom = b.phonesFrom || phones
	b.lists = append(b.lists, listStep{column: i, labels: s.labels, label: s.label, phones: phones, main: s.field == "email"})
}

// readLists fills the row's addresses and phones.
func (b *builder) readLists(rec Record, in *contacts.Incoming) {
	b.entries = b.entries[:0]
	main := -1
	for i := range b.lists {
		l := &b.lists[i]
		value := cellOfRecord(rec, l.column)
		if strings.TrimSpace(value) == "" {
			continue
		}
		label := l.label
		if l.labels >= 0 {
			label = cellOfRecord(rec, l.labels)
		}
		if l.phones {
			b.readPhones(value, label, in)
			continue
		}
		from := len(b.entries)
		b.entries = appendEntries(b.entries, value, label, true)
		if l.main && main < 0 && len(b.entries) > from {
			main = from
		}
	}
	b.sortEmails(main, in)
}

func (b *builder) readPhones(value, label string, in *contacts.Incoming) {
	from := len(b.entries)
	b.entries = appendEntries(b.entries, value, label, false)
	for _, e := range b.entries[from:] {
		in.Contact.Phones = append(in.Contact.Phones, contacts.Phone{Label: e.label, Value: bareNumber(e.value), Primary: e.primary})
	}
	b.entries = b.entries[:from]
}

// sortEmails makes one of the entries the main address, if there is none yet:
// the one marked as primary, else the first of the column for it, else the
// first. A file that has a column of plain addresses has its main ones there.
func (b *builder) sortEmails(main int, in *contacts.Incoming) {
	b.entries = slices.DeleteFunc(b.entries, func(e entry) bool { return b.isExchangeName(e.value) })
	if len(b.entries) == 0 {
		return
	}
	if marked := slices.IndexFunc(b.entries, func(e entry) bool { return e.primary }); marked >= 0 {
		main = marked
	} else if main < 0 && slices.ContainsFunc(b.lists, func(l listStep) bool { return l.main }) {
		main = 0 // none of them is more than another
	}
	if in.Contact.Email != "" || main >= len(b.entries) {
		main = -1
	}
	for i, e := range b.entries {
		if i == main {
			in.Contact.Email = e.value
			continue
		}
		in.Contact.Emails = append(in.Contact.Emails, contacts.Email{Label: e.label, Value: e.value})
	}
}

// choosePrimary marks the first phone that one can be called on, if none is
// marked.
func choosePrimary(phones []contacts.Phone) {
	if slices.ContainsFunc(phones, func(p contacts.Phone) bool { return p.Primary }) {
		return
	}
	if i := slices.IndexFunc(phones, func(p contacts.Phone) bool { return canTalk(p.Label) }); i > 0 {
		phones[i].Primary = true
	}
}
