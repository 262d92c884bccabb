package importexport

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/cases"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Column is a column of a file and the field it goes to.
type Column struct {
	Header string `json:"header"`
	// Field is nil for a column that is not matched, which is then not read.
	Field *string `json:"field"`
}

// matchHeader returns the field that a header names. What other products call
// their columns belongs here too: a further table, asked after our own names.
func matchHeader(header string) (string, bool) {
	name := headerKey(header)
	if _, ok := setters[name]; ok {
		return name, true
	}
	if key, ok := strings.CutPrefix(name, "custom."); ok && key != "" {
		return name, true
	}
	return "", false
}

// headerKey brings a header to the form of a field's name.
func headerKey(header string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(foldHeader(header))
}

func foldHeader(s string) string { return cases.Fold().String(strings.TrimSpace(s)) }

// mapping says which column goes to which field.
type mapping struct {
	columns []Column
	// fields has the field of each column, "" for none.
	fields []string
	// present are the fields that the file has.
	present  map[string]bool
	warnings []string
}

// matchColumns maps the header's columns: by asked (header to field) first,
// then by our own names and the workspace's custom fields. A field can have
// one column; a further one is left out, with a warning.
func matchColumns(header []string, asked map[string]string, defs []contacts.FieldDef) (*mapping, error) {
	m := &mapping{fields: make([]string, len(header)), present: map[string]bool{}}
	settled := make([]bool, len(header))
	if err := m.matchAsked(header, asked, defs, settled); err != nil {
		return nil, err
	}
	for i, h := range header {
		name, ok := matchHeader(h)
		if !ok {
			name, ok = matchCustom(h, defs)
		}
		switch {
		case settled[i] || !ok:
		case !knownField(name, defs):
			m.warnings = append(m.warnings, "The column "+quote(h)+" names a custom field that the workspace does not have. It was not read.")
		case m.present[name]:
			m.warnings = append(m.warnings, "The column "+quote(h)+" was not read: another one goes to "+name+" already.")
		default:
			m.fields[i], m.present[name] = name, true
		}
	}
	for i, h := range header {
		c := Column{Header: h}
		if m.fields[i] != "" {
			c.Field = &m.fields[i]
		}
		m.columns = append(m.columns, c)
	}
	return m, m.check(header)
}

// matchAsked settles the columns that the caller named.
func (m *mapping) matchAsked(header []string, asked map[string]string, defs []contacts.FieldDef, settled []bool) error {
	for _, want := range sortedKeys(asked) {
		field := strings.TrimSpace(asked[want])
		i := slices.IndexFunc(header, func(h string) bool { return foldHeader(h) == foldHeader(want) })
		switch {
		case i < 0:
			return desk.Errorf(desk.Invalid, "map", "The file has no column %s to be mapped to %s.", quote(want), field)
		case field != "" && !knownField(field, defs):
			return desk.Errorf(desk.Invalid, "map", "There is no field %s to map the column %s to.", quote(field), quote(want))
		case field != "" && m.present[field]:
			return desk.Errorf(desk.Invalid, "map", "Two columns are mapped to %s.", field)
		}
		settled[i] = true
		if m.fields[i] = field; field != "" {
			m.present[field] = true
		}
	}
	return nil
}

// check refuses a file in which nothing can be read.
func (m *mapping) check(header []string) error {
	for i, h := range header {
		if m.fields[i] == "" && looksLikeData(h, len(m.present) == 0) {
			return desk.Errorf(desk.Invalid, "", "The file has no header row: its first line holds %s, which is no column's name. Put the names of the columns into the first line. Nothing was imported.", quote(h))
		}
	}
	if len(m.present) == 0 {
		return &desk.Error{Kind: desk.Invalid, Err: errNothing, Message: fmt.Sprintf("The file has no header row that we know: none of %s is a field. Put the names of the fields into the first line, or map the columns. Nothing was imported.", quote(strings.Join(header, ", ")))}
	}
	return nil
}

// errNothing: a file can be read, but none of its columns goes to a field.
var errNothing = errors.New("no column is matched")

// looksLikeData reports whether a header cell is rather a contact's value: an
// address, or (asked only when nothing else matches) a number.
func looksLikeData(cell string, numbers bool) bool {
	if e, err := contacts.ParseEmail(strings.TrimSpace(cell)); err == nil && e.Key != "" {
		return true
	}
	digits := 0
	for _, r := range cell {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	return numbers && digits >= 5
}

// matchCustom matches a header with the key or the label of a custom field.
func matchCustom(header string, defs []contacts.FieldDef) (string, bool) {
	for _, d := range defs {
		if headerKey(header) == d.Key || foldHeader(header) == foldHeader(d.Label) && d.Label != "" {
			return "custom." + d.Key, true
		}
	}
	return "", false
}

func knownField(name string, defs []contacts.FieldDef) bool {
	if key, ok := strings.CutPrefix(name, "custom."); ok {
		return slices.ContainsFunc(defs, func(d contacts.FieldDef) bool { return d.Key == key })
	}
	_, ok := setters[name]
	return ok
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// quote puts a value of a file into a sentence.
func quote(s string) string {
	const limit = 60
	runes := []rune(strings.Join(strings.Fields(s), " "))
	if len(runes) > limit {
		runes = append(runes[:limit], '…')
	}
	return "“" + string(runes) + "”"
}
