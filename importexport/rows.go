package importexport

import (
	"maps"
	"regexp"
	"strings"

	"github.com/deskfolk/desk/contacts"
)

// builder makes rows for contacts of records. It is for one goroutine.
type builder struct {
	steps []step
	lists []listStep
	names nameColumns
	// phone is the column of the primary phone, which is read last; nil if
	// there is none.
	phone  *step
	source contacts.Source
	cause  string
	// present are the fields that rows give, by the fields that a row leaves
	// out: rows share these, since there are few.
	present map[uint16]map[string]bool
	all     map[string]bool
	address addressColumns
	// phonesFrom is set when phones come from another program's columns.
	phonesFrom bool
	// warnings are those of the row that is being made, emails and phones its
	// lists.
	warnings []string
	entries  []entry
	// gives are the fields that each column can fill.
	gives []map[string]bool
	// foreign is set when a cell of the column id was another program's.
	foreign bool
}

// step reads one column. Its optional bit is set for a field whose empty cell
// says nothing, and not no.
type step struct {
	column   int
	name     string
	set      setter
	optional uint16
}

// addressColumns are the columns of the address that is read, and those of
// others.
type addressColumns struct {
	read, rivals []int
	rival        string
}

// optional are the fields that a row can leave out though the file has a
// column of them, each with a bit.
var optional = map[string]uint16{
	"active": 1, "marketing_opt_out": 2, "do_not_call": 4, "portal_access": 8,
	"first_name": 16, "last_name": 32, "display_name": 64,
}

func isFlag(name string) bool { return optional[name] > 0 && optional[name] < 16 }

func newBuilder(m *mapping, cause string) *builder {
	b := &builder{all: m.present, present: map[uint16]map[string]bool{}, source: contacts.ByImport, cause: cause}
	b.names.init(m)
	lines := map[string]int{}
	for _, s := range m.sources {
		lines[s.field]++
	}
	for i, s := range m.sources {
		b.gives = append(b.gives, s.gives())
		if s.field == "" || s.role == labelsRole || b.names.takes(i) {
			continue
		}
		if _, _, ok := addressGroup(s); ok {
			b.address.read = append(b.address.read, i)
		}
		if b.isEntry(s) {
			b.addList(i, s)
			continue
		}
		st := step{column: i, name: s.field, set: b.setter(m, i, lines[s.field] > 1)}
		if isFlag(s.field) {
			st.optional = optional[s.field]
		}
		if s.field == "phone" {
			b.phone = &st
			continue
		}
		b.steps = append(b.steps, st)
	}
	if b.address.rivals = m.rivals; len(m.rivals) > 0 {
		b.address.rival = m.columns[m.rivals[0]].Header
	}
	return b
}

// build makes a row, and sentences about what was not taken over as it
// stands. The first thing wrong with it is in its Err.
func (b *builder) build(rec Record) (contacts.Incoming, []string) {
	in := contacts.Incoming{Line: rec.Line, Present: b.all, Err: rec.Err}
	in.Contact.Source, in.Contact.Cause = b.source, b.cause
	if rec.Err != nil {
		return in, nil
	}
	b.warnings = nil
	var missing uint16
	for i := range b.steps {
		missing |= b.step(&b.steps[i], rec, &in)
	}
	if len(b.lists) > 0 {
		b.readLists(rec, &in)
	}
	if b.phone != nil {
		b.step(b.phone, rec, &in)
	}
	if b.phonesFrom {
		choosePrimary(in.Contact.Phones)
	}
	if b.names.any {
		missing |= b.names.fill(rec, &in.Contact)
	}
	if len(b.address.rivals) > 0 {
		b.checkAddress(rec)
	}
	if missing != 0 {
		in.Present = b.without(missing)
	}
	if len(rec.unread) > 0 {
		in.Present = b.asRead(in.Present, rec)
	}
	return in, b.warnings
}

// asRead returns the fields that a row gives without those whose cells could not
// be read: an import that lets empty cells remove values must not take them for
// empty.
func (b *builder) asRead(present map[string]bool, rec Record) map[string]bool {
	out, given := maps.Clone(present), map[string]bool{}
	for i, fields := range b.gives {
		if notEmpty(cellOfRecord(rec, i)) {
			maps.Copy(given, fields)
		}
	}
	for _, i := range rec.unread {
		if i >= len(b.gives) {
			continue
		}
		for field := range b.gives[i] {
			if !given[field] {
				delete(out, field)
			}
		}
	}
	return out
}

// step reads one cell, and returns the field's bit if it is left out.
func (b *builder) step(s *step, rec Record, in *contacts.Incoming) uint16 {
	value := cellOfRecord(rec, s.column)
	if strings.TrimSpace(value) == "" {
		return s.optional
	}
	if err := s.set(in, value); err != nil && in.Err == nil {
		in.Err = err
	}
	if s.name == "id" && in.ID == "" {
		b.foreign = true
	}
	return 0
}

// cellOfRecord is a cell of a record that is padded to its header's width.
func cellOfRecord(rec Record, column int) string {
	if column >= len(rec.Cells) {
		return ""
	}
	if rec.Literal {
		return rec.Cells[column]
	}
	return unguard(rec.Cells[column])
}

func (b *builder) warn(message string) { b.warnings = append(b.warnings, message) }

// without returns the fields of the file but for those left out.
func (b *builder) without(missing uint16) map[string]bool {
	if m := b.present[missing]; m != nil {
		return m
	}
	m := maps.Clone(b.all)
	for name, bit := range optional {
		if missing&bit != 0 {
			delete(m, name)
		}
	}
	b.present[missing] = m
	return m
}

// checkAddress warns of a row whose only address is one that is not read.
func (b *builder) checkAddress(rec Record) {
	for _, i := range b.address.read {
		if notEmpty(cellOfRecord(rec, i)) {
			return
		}
	}
	for _, i := range b.address.rivals {
		if notEmpty(cellOfRecord(rec, i)) {
			b.warn("The row has an address under " + quote(b.address.rival) + " alone, which is not read. Map the columns of that address to read it.")
			return
		}
	}
}

// phoneWarnings names the phones that are rather words, or what a spreadsheet
// has made of a number. They are kept as they are.
func phoneWarnings(in *contacts.Incoming) []string {
	var out []string
	for _, p := range in.Contact.Phones {
		digits := 0
		for _, r := range p.Value {
			if r >= '0' && r <= '9' {
				digits++
			}
		}
		switch {
		case isRuined(p.Value):
			out = append(out, "The phone "+quote(p.Value)+" is what a spreadsheet makes of a long number; it was kept as it stands, and cannot be called.")
		case digits < 3:
			out = append(out, "The phone "+quote(p.Value)+" is not a number; it was kept as it stands.")
		}
	}
	return out
}

var ruined = regexp.MustCompile(`^[0-9]+([.,][0-9]+)?[Ee]\+[0-9]+$`)

func isRuined(s string) bool { return strings.Contains(s, "+") && s[0] != '+' && ruined.MatchString(s) }
