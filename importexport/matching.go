package importexport

import (
	"errors"
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
	// Label is what the column's values are called in a list of addresses or
	// phones, such as work; empty if they have none, or each its own.
	Label string `json:"label,omitempty"`
	// Suggested is a field that the values look like although the header does
	// not say so. It is not read unless a caller maps it.
	Suggested string `json:"suggested,omitempty"`
	// Reason is a sentence about a column that is not read, or is read in a
	// way that its header does not show.
	Reason string `json:"reason,omitempty"`
	// Samples are up to three different values of the column. They are people's
	// data, and for showing: not part of what is written about an import.
	Samples []string `json:"-"`
}

// Mapping says which column goes to which field, by the columns' headers, for
// [Choices.Map]. An empty field leaves a column out. It can be kept, and
// used for the next file of the kind: columns that it does not name are
// matched as ever, and of two columns with one header it means the first.
type Mapping map[string]string

// MappingOf returns the mapping that the columns stand for.
func MappingOf(columns []Column) Mapping {
	m := Mapping{}
	for _, c := range columns {
		if _, has := m[c.Header]; has {
			continue
		}
		m[c.Header] = ""
		if c.Field != nil {
			m[c.Header] = *c.Field
		}
	}
	return m
}

// Suggest matches the columns of a file by its header, the workspace's custom
// fields, and samples, which are some of the file's records and may be nil. It
// is what an import does that is given no mapping.
func Suggest(header []string, samples []Record, defs []contacts.FieldDef) []Column {
	m, _ := matchColumns(header, samples, nil, defs, matchOptions{}) // what is wrong with the file as a whole is said when it is imported
	return m.columns
}

// matchOptions are what else the matching of columns goes by.
type matchOptions struct {
	// Region is the country whose ways of writing dates and numbers decide
	// when the file does not; empty: none.
	Region string
}

// mapping says which column goes to which field.
type mapping struct {
	columns []Column
	// sources say how each column is read; those with no field are not.
	sources []columnSource
	// present are the fields that the file has.
	present map[string]bool
	// warnings are about columns that a person may miss, notes about choices
	// that were made where the file can be read in two ways.
	warnings, notes []string
	// rivals are the columns of the addresses that are not read.
	rivals []int
	// custom are the workspace's fields, and formats how those of them that
	// the file has are written in it.
	custom  []contacts.FieldDef
	formats map[string]customFormat
	region  string
}

// columnSource is how a column is read.
type columnSource struct {
	target
	// n is the number in the header.
	n int
	// exact is set for a column under the very name of a field, as exports
	// have it: it is read to the letter.
	exact bool
	// own is set for a field's own name in any spelling, and for a column that
	// only a caller knows: a list in it is written as ours are.
	own   bool
	asked bool
	// labels is the column with the labels of the values, or -1.
	labels int
	reason string
}

func foldHeader(s string) string { return cases.Fold().String(strings.TrimSpace(s)) }

// headerKey brings a header to the form of a field's name.
func headerKey(header string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(foldHeader(header))
}

// isHeader reports whether a text is the header of a column that we know.
func isHeader(header string) bool {
	name := headerKey(header)
	if _, ok := setters[name]; ok {
		return true
	}
	if key, ok := strings.CutPrefix(name, "custom."); ok && key != "" {
		return true
	}
	_, _, ok := knownHeader(header)
	return ok
}

// matchColumns maps the header's columns: by asked (header to field) first,
// then by our own names, the workspace's custom fields, and what products and
// people call them. Fields that hold one value get one column; a further one
// is left out, with a warning.
func matchColumns(header []string, samples []Record, asked map[string]string, defs []contacts.FieldDef, o matchOptions) (*mapping, error) {
	m := &mapping{sources: make([]columnSource, len(header)), present: map[string]bool{}, custom: defs, region: o.Region}
	for i, h := range header {
		m.sources[i] = recognise(h, defs)
		m.sources[i].labels = -1
	}
	m.settleWords(header, samples)
	m.settleIDs(header, samples)
	named, err := m.matchAsked(header, asked, defs)
	if err != nil {
		return m, err
	}
	m.chooseAddress(header, samples, named)
	m.assign(header, named)
	m.joinLabels()
	m.chooseEmail()
	m.describe(header, samples)
	m.chooseFormats(header, samples)
	return m, m.check(header)
}

// recognise tells what a header means, without looking at the others.
func recognise(header string, defs []contacts.FieldDef) columnSource {
	if isFailedColumn(header) {
		return columnSource{target: target{role: ignoredRole}}
	}
	name := headerKey(header)
	exact := strings.TrimSpace(header) == name
	if _, ok := setters[name]; ok && name != fullName && name != fullNameFamilyFirst {
		return columnSource{target: target{field: name}, own: true, exact: exact}
	}
	if slices.Contains(contacts.FieldNames, name) {
		return columnSource{target: target{role: forbiddenRole}}
	}
	if key, ok := strings.CutPrefix(name, "custom."); ok && key != "" {
		return columnSource{target: target{field: name}, own: true, exact: exact}
	}
	for _, h := range []string{header, strings.TrimPrefix(name, "custom_fields.")} {
		if name, ok := matchCustom(h, defs); ok {
			return columnSource{target: target{field: name}, own: true}
		}
	}
	t, n, ok := knownHeader(header)
	if !ok {
		return columnSource{}
	}
	t.inverted = t.role == oppositeRole
	return columnSource{target: t, n: n}
}

// matchAsked settles the columns that the caller named, and says which.
func (m *mapping) matchAsked(header []string, asked map[string]string, defs []contacts.FieldDef) ([]bool, error) {
	named := make([]bool, len(header))
	taken := map[string]bool{}
	for _, want := range sortedKeys(asked) {
		field := strings.TrimSpace(asked[want])
		i := slices.IndexFunc(header, func(h string) bool { return foldHeader(h) == foldHeader(want) })
		switch {
		case i < 0:
			return named, desk.Errorf(desk.Invalid, "map", "The file has no column %s to be mapped to %s.", quote(want), field)
		case field != "" && !knownField(field, defs):
			return named, desk.Errorf(desk.Invalid, "map", "There is no field %s to map the column %s to.", quote(field), quote(want))
		case taken[single(field)] && !isList(field):
			return named, desk.Errorf(desk.Invalid, "map", "Two columns are mapped to %s.", field)
		}
		named[i] = true
		taken[single(field)] = field != ""
		if s := &m.sources[i]; field == "" {
			*s = columnSource{labels: -1, reason: "It was left out by the mapping."}
		} else {
			s.confirm(field)
		}
	}
	return named, nil
}

// confirm sends a column to the field that a caller wants it in. What the
// header says beyond that, such as a label, still holds.
func (s *columnSource) confirm(field string) {
	same := s.field == field || s.field != "" && listOf(s.field) == listOf(field) && s.role != labelsRole
	switch {
	case !same:
		*s = columnSource{target: target{field: field}, labels: -1, own: true}
	case s.field != field:
		s.field, s.own, s.exact = field, false, false
	case s.role != labelsRole:
		s.role = plainRole
	}
	s.asked = true
}

// assign gives the fields to columns: to those that the caller named, then to
// those under our own names, then to the others, in the order of the file.
func (m *mapping) assign(header []string, named []bool) {
	for pass := range 4 {
		for i := range m.sources {
			s := &m.sources[i]
			turn := 2
			if named[i] {
				turn = 0
			} else if s.own {
				turn = 1
			} else if s.role == weakRole {
				turn = 3
			}
			if turn == pass {
				m.assignOne(header, i)
			}
		}
	}
}

func (m *mapping) assignOne(header []string, i int) {
	s := &m.sources[i]
	switch {
	case s.role == forbiddenRole:
		m.leave(i, "The column "+quote(header[i])+" cannot be imported; it was not read.", true)
	case s.role == ignoredRole:
		m.leave(i, "A contact has no field for it.", false)
	case s.role == foreignRole:
		m.leave(i, "It names people of the team by what another program knows of them. Map it to owner if it holds ids of your members.", false)
	case s.field == "" && s.reason == "":
		m.leave(i, noField, false)
	case s.field == "":
	case strings.HasPrefix(s.field, "custom.") && !knownField(s.field, m.custom):
		m.leave(i, "The column "+quote(header[i])+" names a custom field that the workspace does not have. It was not read.", true)
	case s.role == weakRole && (m.present[single(s.field)] || s.field == "street" && m.present["city"]):
		m.leave(i, "Another column is read for it.", false)
	case s.role == labelsRole: // read with the values that it labels
	case m.present[single(s.field)] && !isList(s.field) && !m.demote(header, i):
		m.leave(i, "The column "+quote(header[i])+" was not read: another one goes to "+s.field+" already.", true)
	default:
		if m.present[single(s.field)] = true; s.role == weakRole {
			s.role = plainRole
		}
	}
}

// demote makes a second main address or phone one of the list, unless it has
// the same header as the first.
func (m *mapping) demote(header []string, i int) bool {
	s := &m.sources[i]
	list := listOf(s.field)
	if list == "" || s.asked {
		return false
	}
	for j := range header {
		if j != i && m.sources[j].field == s.field && nameKey(header[j]) == nameKey(header[i]) {
			return false
		}
	}
	s.field, s.own, s.exact = list, false, false
	return true
}

// leave takes a column out of the import.
func (m *mapping) leave(i int, reason string, warn bool) {
	m.sources[i] = columnSource{labels: -1, reason: reason}
	if warn {
		m.warnings = append(m.warnings, reason)
	}
}

// errNoneKnown marks a header of which nothing is known, and which a person may
// map by hand.
var errNoneKnown = errors.New("no column is known")

// check refuses a file in which nothing can be read.
func (m *mapping) check(header []string) error {
	for i, h := range header {
		if m.sources[i].field == "" && looksLikeData(h, len(m.present) == 0) {
			return desk.Errorf(desk.Invalid, "", "The file has no header row: its first line holds %s, which is no column's name. Put the names of the columns into the first line. Nothing was imported.", quote(h))
		}
	}
	if len(m.present) == 0 {
		e := desk.Errorf(desk.Invalid, "", "The file has no header row that we know: none of %s is a field. Put the names of the fields into the first line, or map the columns. Nothing was imported.", quote(strings.Join(header, ", ")))
		e.Err = errNoneKnown
		return e
	}
	return nil
}

// looksLikeData reports whether a header cell is rather a contact's value: an
// address, or (asked only when nothing else matches) a number.
func looksLikeData(cell string, numbers bool) bool {
	if isAddress(cell) {
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

func isAddress(s string) bool {
	if strings.IndexByte(s, '@') < 0 {
		return false
	}
	e, err := contacts.ParseEmail(strings.TrimSpace(s))
	return err == nil && e.Key != ""
}

// matchCustom matches a header with the key or the label of a custom field.
func matchCustom(header string, defs []contacts.FieldDef) (string, bool) {
	key, folded := headerKey(header), foldHeader(header)
	for _, d := range defs {
		if key == d.Key || d.Label != "" && folded == foldHeader(d.Label) {
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
