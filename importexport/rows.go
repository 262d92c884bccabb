package importexport

import (
	"maps"
	"regexp"
	"strings"

	"github.com/deskfolk/desk/contacts"
)

// builder makes rows for contacts of records.
type builder struct {
	columns []int    // the columns that are read, phone last
	set     []setter // what reads each
	names   []string // the field of each
	source  contacts.Source
	cause   string
	// present are the fields that rows give, by the flags that a row leaves
	// empty: rows share these, since there are few.
	present map[string]map[string]bool
	all     map[string]bool
	// foreign is set when a cell of the column id was another program's.
	foreign bool
}

// flags are fields whose empty cell says nothing, and not no.
var flags = map[string]bool{"active": true, "marketing_opt_out": true, "do_not_call": true, "portal_access": true}

func newBuilder(m *mapping, cause string) *builder {
	b := &builder{all: m.present, present: map[string]map[string]bool{}, source: contacts.ByImport, cause: cause}
	phone := -1
	for i, name := range m.fields {
		switch {
		case name == "phone":
			phone = i
		case name != "":
			b.add(i, name)
		}
	}
	if phone >= 0 {
		b.add(phone, "phone")
	}
	return b
}

func (b *builder) add(column int, name string) {
	set := setters[name]
	if key, ok := strings.CutPrefix(name, "custom."); ok {
		set = func(in *contacts.Incoming, value string) error {
			if in.Contact.Custom == nil {
				in.Contact.Custom = map[string]string{}
			}
			in.Contact.Custom[key] = value
			return nil
		}
	}
	b.columns = append(b.columns, column)
	b.names = append(b.names, name)
	b.set = append(b.set, set)
}

// build makes a row. The first thing wrong with it is in its Err.
func (b *builder) build(rec Record) contacts.Incoming {
	in := contacts.Incoming{Line: rec.Line, Present: b.all, Err: rec.Err}
	in.Contact.Source, in.Contact.Cause = b.source, b.cause
	if rec.Err != nil {
		return in
	}
	missing := ""
	for i, column := range b.columns {
		value := rec.Cells[column]
		if !rec.Literal {
			value = unguard(value)
		}
		if strings.TrimSpace(value) == "" {
			if flags[b.names[i]] {
				missing += b.names[i] + " "
			}
			continue
		}
		if err := b.set[i](&in, value); err != nil && in.Err == nil {
			in.Err = err
		}
		b.foreign = b.foreign || b.names[i] == "id" && in.ID == ""
	}
	if missing != "" {
		in.Present = b.without(missing)
	}
	return in
}

// without returns the fields of the file but for the named flags.
func (b *builder) without(missing string) map[string]bool {
	if m := b.present[missing]; m != nil {
		return m
	}
	m := maps.Clone(b.all)
	for name := range strings.FieldsSeq(missing) {
		delete(m, name)
	}
	b.present[missing] = m
	return m
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
		case ruined.MatchString(p.Value):
			out = append(out, "The phone "+quote(p.Value)+" is what a spreadsheet makes of a long number; it was kept as it stands, and cannot be called.")
		case digits < 3:
			out = append(out, "The phone "+quote(p.Value)+" is not a number; it was kept as it stands.")
		}
	}
	return out
}

var ruined = regexp.MustCompile(`^[0-9]+[.,][0-9]+E\+[0-9]+$`)
