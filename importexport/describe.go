package importexport

import (
	"maps"
	"slices"
	"strings"

	"github.com/deskfolk/desk/contacts"
)

// The greatest number of samples that a column shows, and of characters of each.
const (
	maxSamples = 3
	maxSample  = 120
)

// Target is a field that a column of a file can go to.
type Target struct {
	// Field is its name: one of [Fields], "custom." and a custom field's key,
	// or a part of a name that is none of the contact's own fields (full_name,
	// which is split; full_name_family_first, which is so in the other order;
	// middle_name, name_prefix and name_suffix, which become part of the
	// display name).
	Field string
	// Label is the label of a custom field.
	Label string
	// Many says that several columns can go to it.
	Many bool
	// Security says that it has a meaning for access, so that an import of it
	// may need more rights than an import.
	Security bool
}

// securityFields are those that decide about access to the portal: what they
// hold, and the main address that signs in (R91).
var securityFields = []string{"email", "status", "active", "portal_access"}

// Targets returns the fields that a column can go to, in the order in which
// they are offered.
func Targets(defs []contacts.FieldDef) []Target {
	var all []Target
	add := func(field, label string) {
		all = append(all, Target{Field: field, Label: label, Many: isList(field), Security: slices.Contains(securityFields, field)})
	}
	for _, f := range Fields() {
		if _, ok := setters[f]; !ok {
			continue
		}
		add(f, "")
		if f == "display_name" {
			for _, part := range []string{fullName, fullNameFamilyFirst, "middle_name", "name_prefix", "name_suffix"} {
				add(part, "")
			}
		}
	}
	for _, d := range defs {
		add("custom."+d.Key, d.Label)
	}
	return all
}

// describe makes the columns that are shown, and the set of fields that rows
// give.
func (m *mapping) describe(header []string, samples []Record) {
	m.present = map[string]bool{}
	m.columns = make([]Column, len(header))
	for i, h := range header {
		s := &m.sources[i]
		c := Column{Header: h, Label: s.label, Reason: s.reason, Samples: samplesOf(samples, i)}
		if s.field != "" {
			field := s.field
			c.Field, c.Reason = &field, m.readReason(header, i)
			maps.Copy(m.present, s.gives())
		} else if s.reason == noField {
			m.suggest(&c, samples, i)
		}
		m.columns[i] = c
	}
}

const noField = "No field has this name."

// gives returns which fields a column can fill.
func (s *columnSource) gives() map[string]bool {
	switch {
	case s.field == "":
		return nil
	case s.field == fullName || s.field == fullNameFamilyFirst:
		return map[string]bool{"first_name": true, "last_name": true, "display_name": true}
	case s.field == "middle_name" || s.field == "name_prefix" || s.field == "name_suffix":
		return map[string]bool{"display_name": true}
	case s.field == "external_ids":
		return map[string]bool{"external_ids": true, "external_id": true}
	case s.role == labelsRole:
		return nil
	case s.group == "email":
		return map[string]bool{"emails": true, s.field: true}
	}
	return map[string]bool{s.field: true}
}

// readReason says in what way a column is read, where that is not plain.
func (m *mapping) readReason(header []string, i int) string {
	s := &m.sources[i]
	switch {
	case s.role == labelsRole:
		for j, v := range m.sources {
			if v.labels == i {
				return "It holds the labels of " + quote(header[j]) + "."
			}
		}
	case s.inverted:
		return "It says the opposite of the field, so that yes is read as no."
	case s.field == fullName:
		return m.splitNote(header[i], "family name last")
	case s.field == fullNameFamilyFirst:
		return m.splitNote(header[i], "family name first")
	}
	return ""
}

// splitNote says how a column with whole names is read.
func (m *mapping) splitNote(header, order string) string {
	if m.has("first_name") && m.has("last_name") {
		return "It is kept as the display name where it says more than first and last name, and split where there is neither."
	}
	note := "The column " + quote(header) + " was split into first and last name, " + order + "."
	if order == "family name last" {
		note += " Names that are written the other way round were told by a comma, their script or their capitals."
	}
	m.notes = append(m.notes, note)
	return note
}

// suggest says what the values of a column look like whose header says nothing.
func (m *mapping) suggest(c *Column, samples []Record, i int) {
	isPhone := func(v string) bool {
		_, ok := contacts.ParsePhone(v, m.region)
		return ok && strings.ContainsAny(v, "+0")
	}
	var what string
	switch {
	case allOf(samples, i, isAddress):
		c.Suggested, what = "email", "email addresses"
	case allOf(samples, i, isPhone):
		c.Suggested, what = "phone", "phone numbers"
	default:
		return
	}
	if m.has(c.Suggested) {
		c.Suggested = listOf(c.Suggested)
	}
	c.Reason = noField + " Its values are " + what + ": map it to " + c.Suggested + " to have them read."
}

// samplesOf returns a column's first different values.
func samplesOf(samples []Record, i int) []string {
	var out []string
	for _, rec := range samples {
		v := strings.TrimSpace(recordCell(rec, i))
		if v == "" {
			continue
		}
		if runes := []rune(v); len(runes) > maxSample {
			v = string(runes[:maxSample]) + "…"
		}
		if !slices.Contains(out, v) {
			if out = append(out, v); len(out) == maxSamples {
				break
			}
		}
	}
	return out
}
